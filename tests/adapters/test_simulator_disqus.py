"""The simulated Disqus answers as the fact sheet says: codes, cursors, states of posts, keys and tokens."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any
from urllib.parse import urlencode

import pytest

from convo.clock import HandClock
from tests.simulators._disqus_state import Options, Post, User
from tests.simulators.disqus import Disqus
from tests.simulators.messages import Answer, Request
from tests.simulators.shapes import lacking

POST: dict[str, Any] = {
    "id": "6012345678",
    "parent": None,
    "forum": "myblog",
    "createdAt": "2026-11-20T09:15:02",
    "message": "<p>Does it thread mail?</p>",
    "raw_message": "Does it thread mail?",
    "isApproved": True,
    "isDeleted": False,
    "isDeletedByAuthor": False,
    "isSpam": False,
    "isFlagged": False,
    "isEdited": False,
    "isHighlighted": False,
    "media": [],
    "author": {
        "id": "201111",
        "username": "ana_d",
        "name": "Ana",
        "profileUrl": "https://disqus.com/by/ana_d/",
        "isAnonymous": False,
    },
    "thread": {
        "id": "9876543210",
        "title": "Hello",
        "clean_title": "Hello",
        "link": "https://blog.example.com/hello/",
        "isClosed": False,
        "forum": "myblog",
    },
    "likes": 0,
    "dislikes": 0,
    "points": 0,
}
CURSOR = {
    "prev": None,
    "hasNext": False,
    "next": "1:0:0",
    "hasPrev": False,
    "total": None,
    "id": "1",
    "more": False,
}


class Page:
    """A page on a forum of the user's with a comment by ana."""

    def __init__(self, **options: Any) -> None:
        self.clock = HandClock(datetime(2026, 11, 20, 9, 15, 2, tzinfo=timezone.utc))
        self.server = Disqus(self.clock, Options(**options))
        self.site = self.server.site
        self.me, self.ana = self.site.user("me"), self.site.user("ana_d")
        self.site.moderators.update({"myblog": {"me"}, "other": {"ana_d"}})
        self.server.sign_in(self.me, "token")
        self.thread = self.site.add_thread("myblog", "Hello")
        self.asked = self.write(self.ana, "Does it thread mail?")

    def write(self, by: User, words: str, **how: Any) -> Post:
        self.clock.step(1)
        return self.site.add_post(how.pop("thread", self.thread), by, words, **how)

    def get(self, method: str, *, token: str = "", key: str = "public-key-of-me", **given: Any) -> Answer:
        query = {name.replace("__", ":"): value for name, value in given.items()}
        query |= {"api_key": key} if key else {}
        query |= {"access_token": token} if token else {}
        return self.server.answer(Request("GET", f"/api/3.0/{method}.json?{urlencode(query, doseq=True)}"))

    def post(self, method: str, *, token: str = "token", **given: Any) -> Answer:
        form = {**given, "api_key": "public-key-of-me", **({"access_token": token} if token else {})}
        kind = {"content-type": "application/x-www-form-urlencoded"}
        body = urlencode(form, doseq=True).encode()
        return self.server.answer(Request("POST", f"/api/3.0/{method}.json", kind, body))

    def words(self, method: str = "posts/list", **given: Any) -> list[str]:
        found = self.get(method, **({"forum": "myblog"} if method == "posts/list" else {}), **given).json()
        return [one["raw_message"] for one in found["response"]]


def code(answer: Answer) -> int:
    """The code of an answer."""
    found: int = answer.json()["code"]
    return found


def test_what_is_read_has_the_shape_of_the_fact_sheet() -> None:
    page = Page()
    found = page.get("posts/list", forum="myblog", related="thread").json()
    assert found["code"] == 0
    assert lacking(found["response"][0], POST) == []
    assert lacking(found["cursor"], CURSOR) == []
    assert found["response"][0]["createdAt"] == "2026-11-20T09:15:03"
    below = page.post("posts/create", message="Yes.", parent=page.asked.id).json()["response"]
    assert (below["parent"], below["thread"]) == (int(page.asked.id), page.thread.id)
    guest = page.write(User("", "", "Bob"), "hello")
    author = page.get("posts/details", post=guest.id).json()["response"]["author"]
    assert author == {"name": "Bob", "url": "", "profileUrl": "", "isAnonymous": True}
    me = page.get("users/details", user__username="ME").json()["response"]
    assert (me["id"], me["profileUrl"]) == (page.me.id, "https://disqus.com/by/me/")


def test_lists_are_newest_first_and_have_cursors() -> None:
    page = Page()
    for number in range(4):
        page.write(page.ana, f"number {number}")
    first = page.get("posts/list", forum="myblog", limit=2).json()
    assert [one["raw_message"] for one in first["response"]] == ["number 3", "number 2"]
    assert (first["cursor"]["hasNext"], first["cursor"]["more"]) == (True, True)
    rest = page.get("posts/list", forum="myblog", limit=100, cursor=first["cursor"]["next"]).json()
    assert [one["raw_message"] for one in rest["response"]] == [
        "number 1",
        "number 0",
        "Does it thread mail?",
    ]
    assert rest["cursor"]["hasNext"] is False
    assert page.words(order="asc", since="2026-11-20T09:15:06") == ["number 2", "number 3"]
    assert page.words(since=int(page.clock.now().timestamp())) == ["number 3"]
    assert [
        code(page.get("posts/list", forum="myblog", **wrong)) for wrong in ({"limit": 101}, {"since": "x"})
    ] == [2, 2]


def test_states_are_asked_for_and_shown_to_those_who_may() -> None:
    page = Page(moderated=True)
    held = page.write(page.ana, "held")
    assert held.approved is False
    both: dict[str, Any] = {"include": ["approved", "unapproved"]}
    assert page.words() == []
    assert page.words(**both) == []
    assert page.words(**both, token="token") == ["held", "Does it thread mail?"]
    assert code(page.get("posts/details", post=held.id)) == 12
    assert page.post("posts/approve", post=held.id).json()["response"] == [{"id": held.id}]
    assert page.words() == ["held"]
    page.post("posts/spam", post=held.id)
    assert page.words(include="spam", token="token") == ["held"]
    elsewhere = page.write(page.ana, "theirs", thread=page.site.add_thread("other", "There"))
    assert code(page.post("posts/spam", post=elsewhere.id)) == 22
    assert code(page.get("posts/list", forum="myblog", include="new")) == 2


def test_conversations_and_people_have_lists_of_their_own() -> None:
    page = Page()
    mine = page.write(page.me, "an answer", parent=page.asked.id)
    below = page.write(page.ana, "below", parent=mine.id)
    assert page.words("threads/listPosts", thread=page.thread.id, order="asc")[-1] == "below"
    assert page.words("threads/listPosts", thread=f"link:{page.thread.link}")[0] == "below"
    assert page.words("users/listPosts", user__username="me") == ["an answer"]
    context = page.get("posts/getContext", post=below.id, depth=1).json()["response"]
    assert [one["raw_message"] for one in context] == ["below", "an answer"]
    activity = page.get("users/listActivity", token="token").json()["response"]
    assert [one["object"]["raw_message"] for one in activity] == ["below"]
    assert code(page.get("users/listActivity")) == 4
    assert page.get("threads/details", thread=page.thread.id).json()["response"]["isClosed"] is False


def test_an_answer_is_made_once_or_refused_with_a_code() -> None:
    page = Page()
    answer = {"message": "Yes.", "parent": page.asked.id, "thread": page.thread.id}
    assert code(page.post("posts/create", **answer)) == 0
    assert code(page.post("posts/create", **answer)) == 2
    assert code(page.post("posts/create", parent=page.asked.id)) == 2
    assert code(page.post("posts/create", message="x", parent="7")) == 8
    assert code(page.post("posts/create", message="x", token="", parent=page.asked.id)) == 4
    assert code(page.post("posts/create", message="x" * 25_001, parent=page.asked.id)) == 2
    assert code(page.post("posts/create", message="y", author_name="me", parent=page.asked.id)) == 2
    page.thread.closed = True
    closed = page.post("posts/create", message="more", parent=page.asked.id).json()["response"]
    assert "thread" in closed
    assert "closed" in closed


@pytest.mark.parametrize(
    ("options", "said", "stands"),
    [
        ({"maintenance": "saved"}, 20, True),
        ({"maintenance": "lost"}, 21, False),
        ({"captcha": True}, 19, False),
    ],
)
def test_some_codes_say_that_it_is_there_all_the_same(options: Any, said: int, stands: bool) -> None:
    page = Page(**options)
    assert code(page.post("posts/create", message="Yes.", parent=page.asked.id)) == said
    assert ("Yes." in page.words()) is stands


def test_own_words_are_changed_and_removed() -> None:
    page = Page()
    mine = page.post("posts/create", message="Yes.", parent=page.asked.id).json()["response"]["id"]
    edited = page.post("posts/update", post=mine, message="No.").json()["response"]
    assert (edited["isEdited"], edited["message"]) == (True, "<p>No.</p>")
    for _ in range(2):
        assert page.post("posts/remove", post=mine).json()["response"] == [{"id": mine}]
    gone = page.get("posts/details", post=mine).json()["response"]
    assert (gone["isDeleted"], gone["isDeletedByAuthor"], gone["raw_message"]) == (True, True, "")
    assert code(page.post("posts/update", post=mine, message="again")) == 8
    theirs = page.write(page.ana, "theirs", thread=page.site.add_thread("other", "There"))
    assert code(page.post("posts/remove", post=theirs.id)) == 12


def test_keys_tokens_and_methods_are_checked() -> None:
    page = Page()
    assert code(page.get("posts/list", forum="myblog", key="")) == 5
    assert code(page.get("posts/list", forum="myblog", key="unknown")) == 5
    assert code(page.get("posts/list", forum="myblog", token="unknown")) == 18
    assert code(page.get("posts/list")) == 2
    assert code(page.get("posts/list", forum="unknown")) == 8
    assert len(page.get("posts/list", token="token").json()["response"]) == 1
    assert code(page.get("posts/create")) == 6
    assert code(page.get("posts/nothing")) == 1
    assert page.server.answer(Request("GET", "/api/3.0/posts/list?api_key=public-key-of-me")).status == 404
    page.server.codes["c"] = page.me
    form = {"client_id": "public-key-of-me", "client_secret": "secret-key-of-me", "code": "c"}
    kind = {"content-type": "application/x-www-form-urlencoded"}

    def token(**changes: str) -> Answer:
        body = urlencode({**form, "grant_type": "authorization_code", **changes}).encode()
        return page.server.answer(Request("POST", "/api/oauth/2.0/access_token/", kind, body))

    assert token(client_secret="x").status == 401
    made = token().json()["access_token"]
    assert page.get("users/details", token=made).json()["response"]["username"] == "me"
    assert token().json() == {"error": "invalid_grant"}


def test_an_hour_has_a_limit() -> None:
    page = Page(limit=2)
    assert [code(page.get("users/details", user__username="me")) for _ in range(3)] == [0, 0, 13]
    headers = page.get("users/details", user__username="me").headers
    assert headers["x-ratelimit-remaining"] == "0"
    assert 0 < int(headers["x-ratelimit-reset"]) - page.clock.now().timestamp() <= 3600
    page.clock.step(3600)
    assert code(page.get("users/details", user__username="me")) == 0


def test_words_become_html_and_links_may_lead_through_a_counter() -> None:
    page = Page()
    html = page.site.rendered("a < b\nsee https://example.org/a\n\nand more")
    assert html.startswith('<p>a &lt; b<br>see <a href="https://example.org/a"')
    assert html.endswith("<p>and more</p>")
    assert "http://disq.us/url?url=https://example.org/a%3A" in Page(unwrapped=False).site.rendered(
        "https://example.org/a"
    )
