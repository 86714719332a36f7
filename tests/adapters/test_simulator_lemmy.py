"""The simulated Lemmy answers as the fact sheet says: inbox, trees, silent filters, refusals with status 400."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from typing import Any

import pytest

from convo.clock import HandClock
from tests.simulators._lemmy_state import Comment, Options, Person, units
from tests.simulators.lemmy import Lemmy
from tests.simulators.messages import Answer, Request
from tests.simulators.shapes import lacking

PERSON = {
    "id": 310,
    "name": "zoe",
    "display_name": "Zoé",
    "banned": False,
    "published": "2023-06-10T00:00:00Z",
    "actor_id": "https://feddit.example/u/zoe",
    "local": False,
    "deleted": False,
    "bot_account": False,
    "instance_id": 9,
}
COMMENT = {
    "id": 9012,
    "creator_id": 310,
    "post_id": 640,
    "content": "words",
    "removed": False,
    "published": "2026-11-20T08:13:20.100000Z",
    "deleted": False,
    "ap_id": "https://feddit.example/comment/123456",
    "local": False,
    "path": "0.9001.9012",
    "distinguished": False,
    "language_id": 37,
}
REPLY = {
    "comment_reply": {
        "id": 5001,
        "recipient_id": 77,
        "comment_id": 9012,
        "read": False,
        "published": "2026-11-20T08:13:20Z",
    },
    "comment": COMMENT,
    "creator": PERSON,
    "post": {
        "id": 640,
        "name": "Show: convo",
        "creator_id": 55,
        "community_id": 12,
        "removed": False,
        "locked": False,
        "published": "2026-11-19T10:00:00Z",
        "deleted": False,
        "nsfw": False,
        "ap_id": "https://lemmy.example/post/640",
        "local": True,
        "language_id": 37,
    },
    "community": {
        "id": 12,
        "name": "python",
        "title": "Python",
        "removed": False,
        "deleted": False,
        "nsfw": False,
        "actor_id": "https://lemmy.example/c/python",
        "local": True,
        "instance_id": 1,
    },
    "recipient": {"id": 77, "name": "me", "actor_id": "https://lemmy.example/u/me", "local": True},
    "counts": {"comment_id": 9012, "score": 1, "upvotes": 1, "downvotes": 0, "child_count": 0},
    "creator_banned_from_community": False,
    "creator_blocked": False,
    "saved": False,
}
MESSAGE = {
    "private_message": {
        "id": 44,
        "creator_id": 310,
        "recipient_id": 77,
        "content": "hi",
        "deleted": False,
        "read": False,
        "published": "2026-11-20T10:00:00Z",
        "ap_id": "https://feddit.example/private_message/44",
        "local": False,
    },
    "creator": {"id": 310, "name": "zoe", "actor_id": "https://feddit.example/u/zoe"},
    "recipient": {"id": 77, "name": "me", "actor_id": "https://lemmy.example/u/me"},
}


class Town:
    """An instance with the user, zoe from elsewhere, and a post of the user's."""

    api = "v3"

    def __init__(self, **options: Any) -> None:
        self.clock = HandClock(datetime(2026, 11, 20, 8, 13, 20, tzinfo=timezone.utc))
        self.server = Lemmy(self.clock, Options(**options))
        self.instance = self.server.instance
        self.me, self.zoe = self.instance.person("me"), self.instance.person("zoe", "feddit.example")
        self.server.sign_in(self.me, "token")
        self.post = self.instance.add_post(self.me, "Show: convo")

    def write(self, by: Person, content: str, parent: Comment | None = None, **how: Any) -> Comment:
        self.clock.step(1)
        return self.instance.add_comment(by, self.post, content, parent=parent, **how)

    def ask(self, path: str, body: Any = None, *, method: str = "", token: str = "token") -> Answer:
        headers = {"content-type": "application/json"}
        if token:
            headers["authorization"] = f"Bearer {token}"
        content = json.dumps(body).encode() if body is not None else b""
        way = method or ("GET" if body is None else "POST")
        return self.server.answer(
            Request(way, f"/api/{self.api}/{path}", headers, content, "http://127.0.0.1")
        )

    def rows(self, kind: str = "replies") -> list[str]:
        place = {"replies": "user/replies", "mentions": "user/mention"}[kind]
        found = self.ask(f"{place}?sort=New&limit=50").json()[kind]
        return [one["comment"]["content"] for one in found]

    def tree(self, **query: Any) -> list[str]:
        asked = "&".join(f"{name}={value}" for name, value in {"type_": "All", **query}.items())
        found = self.ask(f"comment/list?post_id={self.post.id}&{asked}").json()["comments"]
        return [one["comment"]["content"] for one in found]

    def answer(self, content: str, parent: int | None = None, **more: Any) -> Answer:
        body = {"content": content, "post_id": self.post.id, **more}
        return self.ask("comment", body if parent is None else {**body, "parent_id": parent})


def error(answer: Answer) -> tuple[int, str]:
    """The status and the word of a refusal."""
    return answer.status, answer.json()["error"]


def test_what_is_read_has_the_shape_of_the_fact_sheet() -> None:
    town = Town()
    root = town.write(town.zoe, "a question")
    [reply] = town.ask("user/replies?sort=New").json()["replies"]
    assert lacking(reply, REPLY) == []
    assert reply["comment"]["path"] == f"0.{root.id}"
    town.write(town.zoe, "@me@lemmy.example look", root)
    [mention] = town.ask("user/mention?sort=New").json()["mentions"]
    assert lacking(mention["person_mention"], REPLY["comment_reply"]) == []
    town.instance.add_message(town.zoe, town.me, "hi")
    [message] = town.ask("private_message/list").json()["private_messages"]
    assert lacking(message, MESSAGE) == []
    made = town.answer("Yes, fully.", root.id).json()
    assert lacking(made["comment_view"]["comment"], {**COMMENT, "local": True}) == []
    assert made["comment_view"]["comment"]["path"] == f"0.{root.id}.{made['comment_view']['comment']['id']}"
    assert {"score", "upvotes", "child_count"} <= set(reply["counts"])
    assert town.ask("site").json()["my_user"]["local_user_view"]["person"]["actor_id"] == town.me.actor
    assert "my_user" not in town.ask("site", token="nonsense").json()


def test_one_comment_makes_one_row_and_an_edit_a_second() -> None:
    town = Town()
    town.write(town.zoe, "@me@lemmy.example under my own post")
    town.write(town.zoe, "@me and nobody")
    town.write(town.zoe, "@me@elsewhere.example neither")
    assert town.rows("mentions") == ["@me@lemmy.example under my own post"]
    assert town.rows() == ["@me@elsewhere.example neither", "@me and nobody"]
    later = town.write(town.zoe, "plain")
    town.instance.change(later, "now with @me@lemmy.example")
    assert "now with @me@lemmy.example" in town.rows()
    assert town.rows("mentions")[0] == "now with @me@lemmy.example"


def test_rows_are_dated_at_arrival_and_comments_where_they_were_written() -> None:
    town = Town()
    late = town.write(
        town.zoe, "late", at=datetime(2026, 11, 1, tzinfo=timezone.utc), arrived=town.clock.now()
    )
    [reply] = town.ask("user/replies").json()["replies"]
    assert reply["comment"]["published"].startswith("2026-11-01")
    assert reply["comment_reply"]["published"].startswith("2026-11-20")
    assert late.ap_id == f"https://feddit.example/comment/{late.id * 7}"


@pytest.mark.parametrize("query", ["limit=51", "limit=0", "page=0", "limit=x", "sort=Newest"])
def test_what_is_out_of_range_is_refused(query: str) -> None:
    assert Town().ask(f"user/replies?{query}").status == 400


def test_lists_have_pages_of_ten_and_what_is_blocked_is_hidden() -> None:
    town = Town()
    for number in range(12):
        town.write(town.zoe, f"number {number}")
    assert len(town.ask("user/replies").json()["replies"]) == 10
    assert len(town.ask("user/replies?page=2").json()["replies"]) == 2
    blocked = town.ask("user/block", {"person_id": town.zoe.id, "block": True}).json()
    assert blocked["blocked"]
    assert town.rows() == []
    [listed] = town.ask("site").json()["my_user"]["person_blocks"]
    assert listed["target"]["actor_id"] == town.zoe.actor
    town.ask("user/block", {"person_id": town.zoe.id, "block": False})
    assert len(town.rows()) == 12


def test_a_tree_is_cut_and_filtered_without_a_word() -> None:
    town = Town(tree_most=4)
    root = town.write(town.zoe, "root")
    for number in range(5):
        town.write(town.zoe, f"below {number}", root)
    town.write(town.zoe, "other")
    town.write(town.zoe, "auf Deutsch", language=32)
    assert town.tree(max_depth=50, sort="Old") == ["root", "other", "below 0", "below 1"]
    assert town.tree(parent_id=root.id, max_depth=50, sort="Old") == ["root", "below 0", "below 1", "below 2"]
    assert town.tree(max_depth=1, sort="New") == ["other", "root"]
    assert "auf Deutsch" not in town.tree(limit=50)
    assert town.tree(limit=50, type_="") == []
    assert "auf Deutsch" in town.rows()


def test_what_is_deleted_stays_without_words_and_what_is_purged_is_not_found() -> None:
    town = Town()
    comments = [town.write(town.zoe, words) for words in ("deleted", "removed", "purged")]
    comments[0].deleted, comments[1].removed = True, True
    town.instance.purge(comments[2])
    assert town.rows() == ["", ""]
    one = town.ask(f"comment?id={comments[0].id}").json()["comment_view"]["comment"]
    assert (one["deleted"], one["content"]) == (True, "")
    assert error(town.ask(f"comment?id={comments[2].id}")) == (400, "couldnt_find_comment")
    assert town.ask("user/unread_count").json() == {"replies": 0, "mentions": 0, "private_messages": 0}


def test_an_answer_to_a_deleted_comment_stands_and_one_to_an_unknown_goes_to_the_top() -> None:
    town = Town()
    gone = town.write(town.zoe, "deleted")
    gone.deleted = True
    below = town.answer("below", gone.id).json()["comment_view"]["comment"]
    assert below["path"] == f"0.{gone.id}.{below['id']}"
    orphan = town.answer("orphan", 4).json()["comment_view"]["comment"]
    assert orphan["path"] == f"0.{orphan['id']}"


def test_what_is_written_is_counted_tidied_and_refused() -> None:
    town = Town(slurs=("darn",))
    assert error(town.answer("x" * 10_001)) == (400, "invalid_body_field")
    assert town.answer("🙂" * 5_000).status == 200
    assert error(town.answer("🙂" * 5_001)) == (400, "invalid_body_field")
    assert units("🙂é") == 3
    words = "Darn, see https://example.org/?utm_source=a&x=1&utm_medium=b and why?"
    made = town.answer(words).json()["comment_view"]["comment"]
    assert made["content"] == "*removed*, see https://example.org/?x=1 and why?"
    assert error(town.answer("words", language_id=99)) == (400, "language_not_allowed")
    town.post.locked = True
    assert error(town.answer("words")) == (400, "locked")


def test_own_words_are_changed_and_deleted_once() -> None:
    town = Town()
    theirs = town.write(town.zoe, "theirs")
    mine = town.answer("mine", theirs.id).json()["comment_view"]["comment"]["id"]
    edited = town.ask("comment", {"comment_id": mine, "content": "other"}, method="PUT").json()
    assert edited["comment_view"]["comment"]["updated"]
    assert error(town.ask("comment", {"comment_id": theirs.id, "content": "x"}, method="PUT"))[0] == 400
    gone = {"comment_id": mine, "deleted": True}
    assert town.ask("comment/delete", gone).json()["comment_view"]["comment"]["deleted"]
    assert error(town.ask("comment/delete", gone)) == (400, "couldnt_update_comment")
    assert town.ask("user?username=me&sort=New").json()["comments"][0]["comment"]["content"] == ""


def test_answering_marks_the_row_and_marks_are_one_by_one() -> None:
    town = Town()
    asked = town.write(town.zoe, "one")
    town.write(town.zoe, "two")
    town.answer("an answer", asked.id)
    assert town.ask("user/unread_count").json()["replies"] == 1
    rows = town.ask("user/replies?unread_only=true").json()["replies"]
    marked = town.ask(
        "comment/mark_as_read", {"comment_reply_id": rows[0]["comment_reply"]["id"], "read": True}
    )
    assert marked.json()["comment_reply_view"]["comment_reply"]["read"]
    assert town.ask("user/unread_count").json()["replies"] == 0
    assert error(town.ask("user/mention/mark_as_read", {"person_mention_id": 1, "read": True}))[0] == 400


def test_messages_are_listed_in_both_directions() -> None:
    town = Town()
    town.instance.add_message(town.zoe, town.me, "hi")
    town.clock.step(1)
    sent = town.ask("private_message", {"content": "hello", "recipient_id": town.zoe.id}).json()
    number = sent["private_message_view"]["private_message"]["id"]
    found = town.ask("private_message/list").json()["private_messages"]
    assert [one["private_message"]["content"] for one in found] == ["hello", "hi"]
    town.ask("private_message/delete", {"private_message_id": number, "deleted": True})
    assert len(town.ask("private_message/list").json()["private_messages"]) == 1
    assert town.ask("user/unread_count").json()["private_messages"] == 1


def test_an_unknown_token_is_nobody_s() -> None:
    town = Town()
    town.write(town.zoe, "a question")
    assert error(town.ask("user/validate_auth", token="nonsense")) == (400, "not_logged_in")
    assert error(town.ask("user/replies", token="nonsense")) == (400, "not_logged_in")
    public = town.ask(f"comment/list?post_id={town.post.id}&type_=All", token="nonsense")
    assert len(public.json()["comments"]) == 1
    assert public.headers["cache-control"] == "public, max-age=60"
    assert town.ask("user/validate_auth").json() == {"success": True}
    town.ask("user/logout", {})
    assert town.ask("user/validate_auth").status == 400
    assert town.ask("elsewhere").status == 404


def test_signing_in_wants_the_second_factor_where_there_is_one() -> None:
    town = Town(login_code="123456")
    town.server.passwords["me"] = "secret"
    given = {"username_or_email": "me", "password": "secret"}
    assert error(town.ask("user/login", {**given, "password": "x"}, token="")) == (401, "incorrect_login")
    assert error(town.ask("user/login", given, token="")) == (400, "missing_totp_token")
    answer = town.ask("user/login", {**given, "totp_2fa_token": "123456"}, token="").json()
    assert town.ask("user/validate_auth", token=answer["jwt"]).json() == {"success": True}


def test_buckets_run_empty_with_status_400() -> None:
    town = Town(limits=True)
    answers = [town.answer(f"number {number}") for number in range(7)]
    assert [one.status for one in answers] == [200] * 6 + [400]
    assert error(answers[-1]) == (400, "rate_limit_error")
    assert town.ask("site").status == 200
    town.clock.step(600)
    assert town.answer("again").status == 200


def test_an_address_of_another_instance_is_resolved() -> None:
    town = Town()
    one = town.write(town.zoe, "from elsewhere")
    assert town.ask(f"resolve_object?q={one.ap_id}").json()["comment"]["comment"]["id"] == one.id
    assert error(town.ask("resolve_object?q=https://x.example/comment/1")) == (400, "couldnt_find_object")
    assert town.ask(f"resolve_object?q={one.ap_id}", token="").status == 400
    assert town.ask(f"post?comment_id={one.id}").json()["post_view"]["post"]["name"] == "Show: convo"
