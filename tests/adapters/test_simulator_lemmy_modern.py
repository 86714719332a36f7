"""The simulated Lemmy of 1.0 answers as the fact sheet says: one list, cursors, keys that are burnt, other refusals."""

from __future__ import annotations

from typing import Any

import pytest

from tests.adapters.test_simulator_lemmy import Town, error
from tests.simulators.messages import Answer, Request
from tests.simulators.shapes import lacking

NOTE = {
    "notification": {
        "id": 7001,
        "recipient_id": 77,
        "comment_id": 9012,
        "read": False,
        "published_at": "2026-11-20T08:13:20Z",
        "kind": "reply",
        "creator_id": 310,
    },
    "data": {
        "type_": "comment",
        "comment": {
            "id": 9012,
            "creator_id": 310,
            "post_id": 640,
            "content": "Does it work offline?",
            "removed": False,
            "published_at": "2026-11-20T08:13:20Z",
            "deleted": False,
            "ap_id": "https://feddit.example/comment/123456",
            "local": False,
            "path": "0.9001.9012",
            "distinguished": False,
            "language_id": 37,
            "federation_pending": False,
            "locked": False,
        },
        "creator": {
            "id": 310,
            "name": "zoe",
            "display_name": "Zoé",
            "ap_id": "https://feddit.example/u/zoe",
            "local": False,
            "deleted": False,
            "bot_account": False,
        },
        "post": {
            "id": 640,
            "name": "Show: convo",
            "ap_id": "https://lemmy.example/post/640",
            "locked": False,
            "nsfw": False,
        },
        "community": {
            "id": 12,
            "name": "python",
            "title": "Python",
            "ap_id": "https://lemmy.example/c/python",
        },
    },
}


class City(Town):
    """The same on a server of 1.0."""

    api = "v4"

    def __init__(self, **options: Any) -> None:
        super().__init__(modern=True, **options)

    def notes(self, query: str = "limit=50") -> list[str]:
        items = self.ask(f"account/notification/list?{query}").json()["items"]
        return [one["data"].get("comment", one["data"].get("private_message"))["content"] for one in items]


def test_what_is_read_has_the_shape_of_the_fact_sheet() -> None:
    city = City()
    city.write(city.zoe, "Does it work offline?")
    page = city.ask("account/notification/list?type_=all&limit=50").json()
    assert set(page) == {"items"}
    assert lacking(page["items"][0], NOTE) == []
    assert {"score", "upvotes", "child_count"} <= set(page["items"][0]["data"]["comment"])
    me = city.ask("account").json()
    assert me["local_user_view"]["person"]["ap_id"] == "https://lemmy.example/u/me"
    assert city.ask("site").json()["version"].startswith("1.0")
    assert city.server.answer(Request("GET", "/api/v3/user/replies")).status == 404
    assert Town().server.answer(Request("GET", "/api/v4/site")).status == 404


def test_one_object_makes_one_row_and_an_answer_is_the_stronger() -> None:
    city = City()
    named = city.write(city.zoe, "@me@lemmy.example under my own post")
    city.instance.change(named, "@me@lemmy.example again")
    assert city.notes() == ["@me@lemmy.example again"]
    assert city.notes("type_=reply") == ["@me@lemmy.example again"]
    assert city.notes("type_=mention") == []
    assert city.ask("account/notification/list?type_=likes").status == 400


def test_messages_are_in_the_same_list_and_own_ones_too() -> None:
    city = City()
    city.instance.add_message(city.zoe, city.me, "hi")
    city.clock.step(1)
    city.ask("private_message", {"content": "hello", "recipient_id": city.zoe.id})
    assert city.notes() == ["hello", "hi"]
    assert city.notes("unread_only=true") == ["hi"]
    assert city.ask("account/unread_counts").json() == {"notification_count": 1}


def test_pages_have_cursors_and_what_is_gone_leaves_them_short() -> None:
    city = City()
    comments = [city.write(city.zoe, f"number {number}") for number in range(5)]
    comments[4].deleted, comments[3].removed = True, True
    page = city.ask("account/notification/list?limit=3").json()
    assert [one["data"]["comment"]["content"] for one in page["items"]] == ["number 2"]
    assert city.notes(f"limit=3&page_cursor={page['next_page']}") == ["number 1", "number 0"]
    assert city.ask("account/notification/list?page_cursor=x").status == 400
    assert error(city.ask("account/notification/list?limit=51")) == (400, "invalid_fetch_limit")
    mine = [city.write(city.me, f"mine {number}") for number in range(3)]
    query = f"person/content?type_=comments&person_id={city.me.id}&limit=2"
    own = city.ask(query).json()
    assert [one["comment"]["id"] for one in own["items"]] == [mine[2].id, mine[1].id]
    rest = city.ask(f"{query}&page_cursor={own['next_page']}").json()
    assert [one["comment"]["id"] for one in rest["items"]] == [mine[0].id]


def test_a_tree_is_whole_and_filtered_as_before() -> None:
    city = City(tree_most=2)
    root = city.write(city.zoe, "root")
    for number in range(5):
        city.write(city.zoe, f"below {number}", root)
    query = f"comment/list?post_id={city.post.id}&max_depth=50&sort=old"
    assert len(city.ask(f"{query}&type_=all").json()["items"]) == 6
    assert city.ask(query).json()["items"] == []
    assert city.ask(f"comment/list?post_id={city.post.id}&type_=all&sort=Newest").status == 400


def test_a_deleted_parent_is_refused_and_an_unknown_one_swallowed() -> None:
    city = City()
    gone = city.write(city.zoe, "deleted")
    gone.deleted = True
    assert error(city.answer("below", gone.id)) == (400, "deleted")
    orphan = city.answer("orphan", 4).json()["comment_view"]["comment"]
    assert orphan["path"] == f"0.{orphan['id']}"
    city.instance.purge(gone)
    assert error(city.ask(f"comment?id={gone.id}")) == (404, "not_found")


def test_a_key_is_burnt_by_its_first_use() -> None:
    city = City()
    headers = {"content-type": "application/json", "authorization": "Bearer token", "idempotency-key": "k"}

    def post(words: str, **changes: str) -> Answer:
        body = f'{{"content":"{words}","post_id":{city.post.id}}}'.encode()
        return city.server.answer(Request("POST", "/api/v4/comment", {**headers, **changes}, body))

    city.post.locked = True
    assert post("once").status == 400
    city.post.locked = False
    again = post("once")
    assert (again.status, again.body) == (422, b"")
    assert post("once", **{"idempotency-key": "x" * 33}).status == 200
    assert post("once", **{"idempotency-key": "x" * 33}).status == 200
    city.clock.step(120)
    assert post("once").status == 200


def test_marks_mutes_blocks_and_deletions_have_other_places() -> None:
    city = City()
    asked = city.write(city.zoe, "a question")
    [note] = city.ask("account/notification/list").json()["items"]
    mark = {"notification_id": note["notification"]["id"], "read": True}
    assert city.ask("account/notification/mark_as_read", mark).json() == {"success": True}
    assert city.notes("unread_only=true") == []
    city.ask("post/notifications", {"post_id": city.post.id, "mode": "mute"}, method="PUT")
    city.write(city.zoe, "unheard")
    assert city.notes() == ["a question"]
    mine = city.answer("an answer", asked.id).json()["comment_view"]["comment"]["id"]
    gone = {"comment_id": mine, "deleted": True}
    assert city.ask("comment", gone, method="DELETE").status == 200
    assert city.instance.comments[mine].deleted
    city.ask("account/block/person", {"person_id": city.zoe.id, "block": True})
    assert city.ask("account").json()["person_blocks"][0]["ap_id"] == city.zoe.actor
    assert city.notes() == []


@pytest.mark.parametrize("path", ["account", "account/validate_auth", "account/notification/list"])
def test_an_unknown_token_is_nobody_s(path: str) -> None:
    assert error(City().ask(path, token="nonsense")) == (400, "not_logged_in")


def test_buckets_run_empty_with_status_429() -> None:
    city = City(limits=True)
    answers = [city.answer(f"number {number}") for number in range(7)]
    assert [one.status for one in answers] == [200] * 6 + [429]


def test_an_address_is_resolved_with_its_type() -> None:
    city = City()
    found = city.ask(f"resolve_object?q={city.zoe.actor}").json()
    assert (found["type_"], found["person"]["id"]) == ("person", city.zoe.id)
    one = city.write(city.zoe, "from elsewhere")
    assert city.ask(f"resolve_object?q={one.ap_id}").json()["comment"]["id"] == one.id
    assert error(city.ask("resolve_object?q=https://x.example/u/x")) == (404, "not_found")
