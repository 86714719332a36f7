"""The simulated Blogger answers as the fact sheet says: pages, states, moderation, tokens, and no way to write."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import datetime, timezone
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from convo.clock import HandClock
from tests.simulators._blogger_state import Author, Comment, Options
from tests.simulators.blogger import Blogger
from tests.simulators.messages import Answer, Request
from tests.simulators.shapes import lacking

COMMENT = {
    "kind": "blogger#comment",
    "id": "5310628572012276714",
    "status": "LIVE",
    "post": {"id": "6069922188027612413"},
    "blog": {"id": "8070105920543249955"},
    "published": "2026-11-20T01:15:02-08:00",
    "updated": "2026-11-20T01:15:02-08:00",
    "selfLink": "https://www.googleapis.com/blogger/v3/blogs/8/posts/6/comments/5",
    "content": "Does it thread mail?",
    "author": {
        "id": "14538221000000000001",
        "displayName": "Ana",
        "url": "https://www.blogger.com/profile/14538221000000000001",
        "image": {"url": "//www.blogger.com/img/blogger_logo_round_35.png"},
    },
}
USER = {"kind": "blogger#user", "id": "g1", "displayName": "Owner", "url": "https://x", "created": "2008"}


class Blog:
    """A blog with a post of the user's and a comment by Ana."""

    def __init__(self, **options: Any) -> None:
        self.clock = HandClock(datetime(2026, 11, 20, 9, 15, 2, tzinfo=timezone.utc))
        self.server = Blogger(self.clock, Options(**options))
        self.state = self.server.blogs
        self.blog = self.state.add_blog("My blog")
        self.post = self.state.add_post(self.blog, self.server.me, "First")
        self.ana = self.state.author("ana")
        self.server.refresh_tokens.add("1//refresh")
        self.token = self.refreshed().json()["access_token"]
        self.asked = self.write("Does it thread mail?")

    def refreshed(self, **changes: str) -> Answer:
        client, secret = self.server.client
        form = {"client_id": client, "client_secret": secret, "refresh_token": "1//refresh"}
        return self.token_call({**form, "grant_type": "refresh_token", **changes})

    def token_call(self, form: dict[str, str], path: str = "/token") -> Answer:
        kind = {"content-type": "application/x-www-form-urlencoded"}
        return self.server.answer(Request("POST", path, kind, urlencode(form).encode()))

    def write(self, words: str, by: Author | None = None, **how: Any) -> Comment:
        self.clock.step(1)
        return self.state.add_comment(self.post, by or self.ana, words, **how)

    def ask(self, path: str, method: str = "GET", *, token: str = "", **headers: str) -> Answer:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        given["authorization"] = f"Bearer {token or self.token}"
        return self.server.answer(Request(method, f"/v3/{path}", given, b"", "http://127.0.0.1"))

    def listed(self, query: str = "") -> list[str]:
        found = self.ask(f"blogs/{self.blog}/comments?{query}").json()
        return [one["content"] for one in found.get("items", ())]

    def way(self, comment: Comment, verb: str = "") -> str:
        return f"blogs/{self.blog}/posts/{self.post.id}/comments/{comment.id}{verb}"


def test_what_is_read_has_the_shape_of_the_fact_sheet() -> None:
    blog = Blog()
    listed = blog.ask(f"blogs/{blog.blog}/comments").json()
    assert (listed["kind"], "nextPageToken" in listed) == ("blogger#commentList", False)
    assert lacking(listed["items"][0], COMMENT) == []
    assert listed["items"][0]["published"] == "2026-11-20T01:15:03-08:00"
    assert int(listed["items"][0]["id"]) > 2**53
    assert lacking(blog.ask("users/self").json(), USER) == []
    assert blog.ask("users/self/blogs?view=ADMIN&fetchUserInfo=true").json()["items"][0]["id"] == blog.blog
    post = blog.ask(f"blogs/{blog.blog}/posts/{blog.post.id}?fetchBody=false&maxComments=0").json()
    assert ("content" in post, post["readerComments"], post["replies"]["totalItems"]) == (
        False,
        "ALLOW",
        "7777",
    )
    some = blog.ask(f"blogs/{blog.blog}/posts/{blog.post.id}?fields=id,title,url,readerComments").json()
    assert set(some) == {"id", "title", "url", "readerComments"}
    nobody = blog.write("+1", Author("", ""), parent=blog.asked.id)
    view = blog.ask(blog.way(nobody)).json()
    assert (view["author"], view["inReplyTo"]) == ({"displayName": "Anonymous"}, {"id": blog.asked.id})


def test_posts_are_listed_newest_first() -> None:
    blog = Blog()
    blog.clock.step(60)
    blog.state.add_post(blog.blog, blog.ana, "Second")
    found = blog.ask(f"blogs/{blog.blog}/posts?fetchBodies=false&maxResults=1").json()
    assert (found["kind"], found["items"][0]["title"]) == ("blogger#postList", "Second")
    assert found["items"][0]["author"]["id"] == blog.ana.id
    rest = blog.ask(f"blogs/{blog.blog}/posts?pageToken={found['nextPageToken']}").json()
    assert [one["title"] for one in rest["items"]] == ["First"]
    late = urlencode({"startDate": "2026-12-01T00:00:00Z"})
    assert "items" not in blog.ask(f"blogs/{blog.blog}/posts?{late}").json()


def test_an_empty_list_has_no_items() -> None:
    blog = Blog()
    blog.state.delete(blog.asked)
    assert set(blog.ask(f"blogs/{blog.blog}/comments").json()) == {"kind", "etag"}


def test_states_are_asked_for_and_live_is_what_comes_else() -> None:
    blog = Blog()
    for status in ("PENDING", "SPAM", "EMPTIED"):
        blog.write(status.lower(), status=status)
    assert blog.listed() == ["Does it thread mail?"]
    assert blog.listed("status=LIVE&status=PENDING") == ["pending", "Does it thread mail?"]
    assert blog.ask(f"blogs/{blog.blog}/comments?status=NEW").status == 400


def test_pages_hold_no_more_than_the_server_likes() -> None:
    blog = Blog(page_most=3)
    for number in range(5):
        blog.write(f"number {number}")
    first = blog.ask(f"blogs/{blog.blog}/comments?maxResults=100").json()
    assert [one["content"] for one in first["items"]] == ["number 4", "number 3", "number 2"]
    rest = blog.ask(f"blogs/{blog.blog}/comments?maxResults=100&pageToken={first['nextPageToken']}").json()
    assert ("nextPageToken" in rest, len(rest["items"])) == (False, 3)
    assert blog.ask(f"blogs/{blog.blog}/comments?pageToken=nonsense").status == 400
    other = Blog(newest_first=False, short_pages=True)
    for number in range(5):
        other.write(f"number {number}")
    assert other.listed("maxResults=3") == ["Does it thread mail?", "number 0"]


def test_a_list_may_start_at_a_time() -> None:
    blog = Blog()
    blog.clock.step(60)
    blog.write("later")
    query = urlencode({"startDate": "2026-11-20T09:16:00Z"})
    assert blog.listed(query) == ["later"]
    exact = urlencode(
        {"startDate": blog.state.stamp(blog.asked.published), "endDate": "2026-11-20T09:15:30Z"}
    )
    assert blog.listed(exact) == ["Does it thread mail?"]
    assert blog.ask(f"blogs/{blog.blog}/comments?startDate=yesterday").status == 400


def test_an_etag_is_honoured() -> None:
    blog = Blog()
    tag = blog.ask(f"blogs/{blog.blog}/comments").headers["etag"]
    assert blog.ask(f"blogs/{blog.blog}/comments", if_none_match=tag).status == 304
    blog.write("more")
    assert blog.ask(f"blogs/{blog.blog}/comments", if_none_match=tag).status == 200


@pytest.mark.parametrize(
    ("verb", "status"), [("/approve", "LIVE"), ("/spam", "SPAM"), ("/removecontent", "EMPTIED")]
)
def test_comments_are_moderated(verb: str, status: str) -> None:
    blog = Blog(moderated=True)
    waits = blog.write("may I?")
    assert waits.status == "PENDING"
    answer = blog.ask(blog.way(waits, verb), "POST")
    assert (answer.status, answer.json()["status"], waits.status) == (200, status, status)
    assert blog.ask(blog.way(waits), "DELETE").status == 204
    assert blog.ask(blog.way(waits)).json()["error"]["errors"][0]["reason"] == "notFound"


def test_nothing_can_be_written_and_what_is_unknown_is_refused() -> None:
    blog = Blog()
    comments = f"blogs/{blog.blog}/posts/{blog.post.id}/comments"
    assert blog.ask(comments, "POST").status == 404
    assert blog.ask(blog.way(blog.asked), "PUT").status == 404
    assert blog.ask(f"{comments}?inReplyTo=1").json()["error"]["status"] == "INVALID_ARGUMENT"
    assert blog.ask("blogs/7/comments").status == 404
    assert blog.server.answer(Request("GET", "/elsewhere")).status == 404


def test_who_may_only_read_moderates_nothing() -> None:
    blog = Blog(scopes=("https://www.googleapis.com/auth/blogger.readonly",))
    assert blog.listed() == ["Does it thread mail?"]
    answer = blog.ask(blog.way(blog.asked, "/approve"), "POST")
    assert answer.json()["error"]["errors"][0]["reason"] == "insufficientPermissions"


def test_tokens_live_for_an_hour_and_are_refreshed() -> None:
    blog = Blog()
    blog.clock.step(3600)
    assert blog.ask("users/self").json()["error"]["status"] == "UNAUTHENTICATED"
    token = blog.refreshed().json()["access_token"]
    assert blog.ask("users/self", token=token).status == 200
    assert blog.refreshed(client_secret="x").json()["error"] == "invalid_client"
    assert blog.refreshed(grant_type="password").json()["error"] == "unsupported_grant_type"
    assert blog.token_call({"token": "1//refresh"}, "/revoke").status == 200
    assert blog.refreshed().json()["error"] == "invalid_grant"
    assert blog.ask("users/self", token=token).status == 401
    assert blog.token_call({"token": "1//refresh"}, "/revoke").status == 400


@pytest.mark.parametrize(("reason", "status"), [("rateLimitExceeded", 403), ("userRateLimitExceeded", 429)])
def test_a_quota_runs_out(reason: str, status: int) -> None:
    answer = Blog(quota=reason).ask("users/self")
    error = answer.json()["error"]["errors"][0]
    assert (answer.status, error["domain"], error["reason"]) == (status, "usageLimits", reason)


def test_signing_in_ends_at_a_loopback_address_with_a_code_for_one_verifier() -> None:
    blog = Blog()
    client, secret = blog.server.client
    challenge = base64.urlsafe_b64encode(hashlib.sha256(b"verifier").digest()).rstrip(b"=").decode()
    given = {"client_id": client, "response_type": "code", "redirect_uri": "http://127.0.0.1:7", "state": "s"}

    def code() -> str:
        query = urlencode({**given, "code_challenge": challenge})
        answer = blog.server.answer(Request("GET", f"/o/oauth2/v2/auth?{query}"))
        back = parse_qs(urlsplit(answer.headers["location"]).query)
        assert back["state"] == ["s"]
        return back["code"][0]

    form = {"client_id": client, "client_secret": secret, "grant_type": "authorization_code"}
    form |= {"redirect_uri": "http://127.0.0.1:7", "code_verifier": "verifier"}
    first = code()
    made = blog.token_call({**form, "code": first}).json()
    assert set(made) == {"access_token", "expires_in", "scope", "token_type", "refresh_token"}
    assert blog.refreshed(refresh_token=made["refresh_token"]).status == 200
    assert blog.token_call({**form, "code": first}).json()["error"] == "invalid_grant"
    assert blog.token_call({**form, "code": code(), "code_verifier": "other"}).status == 400
    away = urlencode({**given, "redirect_uri": "https://evil.example"})
    assert blog.server.answer(Request("GET", f"/o/oauth2/v2/auth?{away}")).status == 400
    assert json.loads(blog.token_call({}).body)["error"] == "invalid_client"
