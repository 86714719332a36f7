"""The simulated Reddit answers as the fact sheet says: inbox, trees, refusals with status 200, tokens, quotas."""

from __future__ import annotations

import base64
from datetime import datetime, timezone
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from convo.clock import HandClock
from tests.simulators._reddit_state import Comment, Link, Options, Redditor
from tests.simulators.messages import Answer, Request
from tests.simulators.reddit import Reddit
from tests.simulators.shapes import lacking

AGENT = "linux:convo:0.1 (by /u/me)"
LETTER = {
    "kind": "t1",
    "data": {
        "id": "kx1abcd",
        "name": "t1_kx1abcd",
        "subject": "comment reply",
        "was_comment": True,
        "new": True,
        "author": "zoe",
        "author_fullname": "t2_9z",
        "body": "Which version?",
        "body_html": '<div class="md"><p>Which version?</p></div>',
        "parent_id": "t1_kx1aaaa",
        "link_id": "t3_1h2abc",
        "link_title": "Show: convo",
        "subreddit": "commandline",
        "context": "/r/commandline/comments/1h2abc/show_convo/kx1abcd/?context=3",
        "created_utc": 1795162402.0,
        "dest": "me",
        "distinguished": None,
    },
}


class Sub:
    """A post of the user's, a comment by zoe, the user's answer."""

    def __init__(self, **options: Any) -> None:
        self.clock = HandClock(datetime(2026, 11, 20, 8, 13, 20, tzinfo=timezone.utc))
        self.server = Reddit(self.clock, Options(**options))
        self.site = self.server.site
        self.me, self.zoe = self.site.person("me"), self.site.person("zoe")
        self.server.sign_in(self.me, "refresh")
        self.post = self.site.add_link(self.me, "Show: convo", "words & more")
        self.asked = self.write(self.zoe, "Which version?", self.post)
        self.mine = self.write(self.me, "1.2", self.asked)
        self.token = self.tokens({"grant_type": "refresh_token", "refresh_token": "refresh"})["access_token"]

    def write(self, by: Redditor, body: str, to: Link | Comment) -> Comment:
        self.clock.step(1)
        return self.site.add_comment(by, to, body)

    def tokens(self, form: dict[str, str], client: str = "client-of-me:") -> Any:
        headers = {
            "user-agent": AGENT,
            "authorization": f"Basic {base64.b64encode(client.encode()).decode()}",
            "content-type": "application/x-www-form-urlencoded",
        }
        request = Request("POST", "/api/v1/access_token", headers, urlencode(form).encode())
        return self.server.answer(request).json()

    def ask(self, path: str, form: dict[str, str] | None = None, **headers: str) -> Answer:
        given = {"user-agent": AGENT, "authorization": f"Bearer {self.token}"}
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        body = urlencode(form).encode() if form is not None else b""
        method = "GET" if form is None else "POST"
        if form is not None:
            given["content-type"] = "application/x-www-form-urlencoded"
        return self.server.answer(Request(method, path, given, body))

    def inbox(self, which: str = "inbox", query: str = "limit=100&raw_json=1") -> list[str]:
        found = self.ask(f"/message/{which}?{query}").json()["data"]["children"]
        return [one["data"]["body"] for one in found]

    def answer(self, text: str, to: str) -> Any:
        form = {"thing_id": to, "text": text, "api_type": "json", "raw_json": "1"}
        return self.ask("/api/comment", form).json()["json"]


def bodies(listing: Any) -> list[Any]:
    """What a tree says, answers in lists of their own, what is only named as (count, ids)."""
    found: list[Any] = []
    for child in listing["data"]["children"] if listing else ():
        data = child["data"]
        if child["kind"] == "more":
            found.append((data["count"], len(data["children"])))
        else:
            found.append(data["body"])
            if data["replies"]:
                found.append(bodies(data["replies"]))
    return found


def test_what_is_read_has_the_shape_of_the_fact_sheet() -> None:
    sub = Sub()
    sub.write(sub.zoe, "and u/me & <b>", sub.mine)
    page = sub.ask("/message/inbox?limit=100&raw_json=1").json()
    assert (page["kind"], page["data"]["after"]) == ("Listing", None)
    assert lacking(page["data"]["children"][0], LETTER) == []
    assert [one["data"]["subject"] for one in page["data"]["children"]] == ["comment reply", "post reply"]
    escaped = sub.ask("/message/inbox").json()["data"]["children"][0]["data"]["body"]
    assert escaped == "and u/me &amp; &lt;b&gt;"
    post, tree = sub.ask(f"/comments/{sub.post.id}?raw_json=1").json()
    assert post["data"]["children"][0]["data"]["selftext"] == "words & more"
    assert bodies(tree) == ["Which version?", ["1.2", ["and u/me & <b>"]]]
    assert tree["data"]["children"][0]["data"]["replies"]["data"]["children"][0]["data"]["edited"] is False
    assert {"score", "ups", "gilded", "controversiality"} <= set(tree["data"]["children"][0]["data"])


def test_an_inbox_has_parts_and_leaves_out_what_is_gone() -> None:
    sub = Sub()
    named = sub.write(sub.zoe, "u/ME look", sub.site.add_link(sub.zoe, "Elsewhere"))
    below = sub.write(sub.zoe, "below", sub.mine)
    assert sub.inbox() == ["below", "u/ME look", "Which version?"]
    assert (sub.inbox("comments"), sub.inbox("selfreply"), sub.inbox("mentions")) == (
        ["below"],
        ["Which version?"],
        ["u/ME look"],
    )
    named.body = "nobody"
    below.deleted = True
    assert sub.inbox() == ["Which version?"]
    assert sub.ask("/message/messages").status == 302
    assert sub.ask("/message/nonsense").status == 404


def test_marks_are_set_by_name_or_by_a_list_that_is_asked_to() -> None:
    sub = Sub()
    other = sub.write(sub.zoe, "below", sub.mine)
    assert sub.inbox("unread") == ["below", "Which version?"]
    sub.ask("/api/read_message", {"id": other.fullname})
    assert sub.inbox("unread") == ["Which version?"]
    sub.inbox(query="mark=true")
    assert sub.inbox("unread") == []
    sub.ask("/api/unread_message", {"id": f"{other.fullname},t1_x"})
    assert sub.inbox("unread") == ["below"]
    assert sub.ask("/api/read_message", {"id": ",".join(["t1_a"] * 26)}).status == 413
    assert sub.ask("/api/read_all_messages", {}).status == 202


def test_pages_go_on_after_what_was_deleted_and_not_before_it() -> None:
    sub = Sub()
    comments = [sub.write(sub.zoe, f"number {number}", sub.mine) for number in range(4)]
    page = sub.ask("/message/inbox?limit=2").json()["data"]
    assert page["after"] == comments[2].fullname
    comments[2].deleted = True
    assert sub.inbox(query=f"after={page['after']}") == ["number 1", "number 0", "Which version?"]
    assert sub.inbox(query=f"before={comments[1].fullname}") == ["number 3"]
    assert sub.inbox(query=f"before={comments[2].fullname}") == []
    assert sub.inbox(query="after=t1_unknown") == []


def test_what_is_gone_keeps_its_place_in_the_tree() -> None:
    sub = Sub()
    sub.asked.deleted = True
    sub.mine.removed = True
    _, tree = sub.ask(f"/comments/{sub.post.id}").json()
    assert bodies(tree) == ["[deleted]", ["[removed]"]]
    data = tree["data"]["children"][0]["data"]
    assert (data["author"], "author_fullname" in data) == ("[deleted]", False)
    found = sub.ask(f"/api/info?id={sub.asked.fullname},t1_x,{sub.post.fullname}").json()["data"]["children"]
    assert [one["kind"] for one in found] == ["t1", "t3"]


def test_a_tree_around_a_comment_shows_the_way_to_it() -> None:
    sub = Sub()
    sub.write(sub.zoe, "beside", sub.post)
    last = sub.mine
    for number in range(10):
        last = sub.write(sub.zoe if number % 2 else sub.me, f"level {number}", last)
    _, near = sub.ask(f"/comments/{sub.post.id}?comment={last.id}&context=2").json()
    assert bodies(near) == ["level 7", ["level 8", ["level 9"]]]
    _, far = sub.ask(f"/comments/{sub.post.id}?comment={last.id}&context=99").json()
    assert bodies(far)[0] == "level 1"
    _, shallow = sub.ask(f"/comments/{sub.post.id}?depth=2").json()
    assert bodies(shallow) == ["Which version?", ["1.2", [(0, 0)]], "beside"]


def test_a_large_tree_names_the_rest_and_gives_twenty_at_a_time() -> None:
    sub = Sub(tree_most=3)
    comments = [sub.write(sub.zoe, f"number {number}", sub.post) for number in range(30)]
    sub.write(sub.me, "below", comments[1])
    _, tree = sub.ask(f"/comments/{sub.post.id}").json()
    assert bodies(tree) == ["Which version?", ["1.2"], "number 0", (29, 29)]
    ids = ",".join(tree["data"]["children"][-1]["data"]["children"])
    more = sub.ask(f"/api/morechildren?link_id={sub.post.fullname}&children={ids}&api_type=json").json()
    things = more["json"]["data"]["things"]
    assert [one["kind"] for one in things].count("t1") == 20
    assert (things[-1]["kind"], len(things[-1]["data"]["children"])) == ("more", 1)


def test_an_answer_is_made_or_refused_with_status_200() -> None:
    sub = Sub()
    made = sub.answer("1.3 & up", sub.asked.fullname)
    [thing] = made["data"]["things"]
    assert (made["errors"], thing["data"]["parent_id"]) == ([], sub.asked.fullname)
    assert thing["data"]["body"] == "1.3 & up"

    def word(text: str = "x") -> str:
        found: str = sub.answer(text, sub.asked.fullname)["errors"][0][0]
        return found

    assert (word("x" * 10_001), word(" ")) == ("TOO_LONG", "NO_TEXT")
    sub.post.locked = True
    assert word() == "THREAD_LOCKED"
    sub.post.archived = True
    assert word() == "TOO_OLD"
    sub.asked.removed = True
    assert word() == "DELETED_COMMENT"
    sub.site.options.busy = 512.2
    limited = sub.answer("x", sub.asked.fullname)
    assert (limited["errors"][0][0], limited["ratelimit"]) == ("RATELIMIT", 512.2)
    assert sub.ask("/api/comment", {"thing_id": "t1_x", "text": "x"}).status == 403


def test_where_a_place_is_quarantined_nothing_comes_back() -> None:
    sub = Sub(quarantined=True)
    assert sub.answer("1.3", sub.asked.fullname)["data"]["things"] == []
    own = sub.ask("/user/me/comments").json()["data"]["children"]
    assert [one["data"]["body"] for one in own] == ["1.3", "1.2"]
    jquery = sub.ask("/api/comment", {"thing_id": sub.asked.fullname, "text": "x"}).json()
    assert jquery["success"]


def test_own_things_are_listed_changed_and_deleted() -> None:
    sub = Sub(lag=30)
    assert sub.ask("/user/me/comments").json()["data"]["children"] == []
    sub.clock.step(60)
    edited = sub.ask("/api/editusertext", {"thing_id": sub.mine.fullname, "text": "2", "api_type": "json"})
    assert edited.json()["json"]["data"]["things"][0]["data"]["edited"] > 0
    theirs = sub.ask("/api/editusertext", {"thing_id": sub.asked.fullname, "text": "x"}).json()
    assert theirs["json"]["errors"][0][0] == "NOT_AUTHOR"
    for _ in range(2):
        assert sub.ask("/api/del", {"id": sub.mine.fullname}).status == 200
    assert sub.ask("/api/del", {"id": sub.asked.fullname}).status == 403
    overview = sub.ask("/user/me/overview").json()["data"]["children"]
    assert [one["kind"] for one in overview] == ["t3"]


def test_whom_one_blocks_is_not_heard() -> None:
    sub = Sub()
    assert sub.ask("/api/block_user?name=zoe", {}).status == 200
    assert sub.inbox() == []
    assert [one["name"] for one in sub.ask("/prefs/blocked").json()["data"]["children"]] == ["zoe"]
    sub.ask("/api/unfriend", {"name": "zoe", "type": "enemy"})
    assert sub.inbox() == ["Which version?"]


def test_tokens_have_an_hour_and_scopes() -> None:
    sub = Sub()
    assert sub.ask("/api/v1/me").json()["name"] == "me"
    sub.clock.step(3600)
    assert sub.ask("/api/v1/me").json() == {"message": "Unauthorized", "error": 401}
    sub.server.sign_in(sub.me, "narrow", "identity read")
    sub.token = sub.tokens({"grant_type": "refresh_token", "refresh_token": "narrow"})["access_token"]
    assert (sub.ask("/api/v1/me").status, sub.ask("/message/inbox").status) == (200, 403)
    gone = sub.tokens({"grant_type": "refresh_token", "refresh_token": "unknown"})
    assert gone == {"error": "invalid_grant"}
    assert sub.tokens({}, "other:")["error"] == 401


def test_signing_in_ends_at_the_registered_address() -> None:
    sub = Sub()
    given = {"client_id": "client-of-me", "response_type": "code", "state": "s", "scope": "identity read"}
    given["redirect_uri"] = "http://127.0.0.1:65010/convo"
    sub.server.browser = sub.me
    back = sub.ask(f"/api/v1/authorize?{urlencode(given)}").headers["location"]
    code = parse_qs(urlsplit(back).query)["code"][0]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": given["redirect_uri"]}
    made = sub.tokens(form)
    assert (made["scope"], "refresh_token" in made) == ("identity read", True)
    assert sub.tokens(form) == {"error": "invalid_grant"}
    other = {**given, "redirect_uri": "http://127.0.0.1:1/convo"}
    assert sub.ask(f"/api/v1/authorize?{urlencode(other)}").status == 400


@pytest.mark.parametrize("agent", ["", "python-httpx/0.27", "convo"])
def test_who_does_not_say_who_asks_is_turned_away(agent: str) -> None:
    assert Sub().ask("/api/v1/me", user_agent=agent).status == 429
    assert Sub(any_agent=True).ask("/api/v1/me", user_agent=agent).status == 200


def test_the_quota_says_what_is_left_and_in_how_many_seconds_it_starts_anew() -> None:
    sub = Sub(quota=2)
    first = sub.ask("/api/v1/me").headers
    assert (first["x-ratelimit-remaining"], first["x-ratelimit-used"]) == ("1.0", "1")
    assert 0 < int(first["x-ratelimit-reset"]) <= 600
    sub.ask("/api/v1/me")
    assert sub.ask("/api/v1/me").status == 429
    sub.clock.step(600)
    assert sub.ask("/api/v1/me").status == 200
