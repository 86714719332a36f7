"""The simulated WordPress.com serves core's routes and its own behind one address, each with its refusals."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from typing import Any

import pytest

from convo.clock import HandClock
from tests.simulators.messages import Answer, Request
from tests.simulators.shapes import differences, real
from tests.simulators.wpcom import CLIENT, Quirks, WordPressCom

TOKEN = "a#token^with(letters)&"


class Place:
    """Two blogs; the first is mine, with a post, a guest's comment and a held one."""

    def __init__(self, **quirks: Any) -> None:
        self.clock = HandClock(datetime(2026, 11, 22, 7, 50, tzinfo=timezone.utc))
        self.server = WordPressCom(self.clock, Quirks(**quirks))
        self.blog = self.server.add_blog("mine.wordpress.com")
        self.other = self.server.add_blog("theirs.example.net")
        self.me = self.blog.join(self.server.account("me", "Me Myself"), "administrator")
        self.other.join(self.server.account("ana"), "administrator")
        self.state = self.blog.state
        self.post = self.state.add_post(self.me, "First &#038; foremost <b>bold</b>")
        guest = ("Vera Visitor", "vera@example.net", "https://vera.example.net")
        self.visit = self.state.add_comment(self.post.id, "A first comment &amp; more", guest=guest)
        self.clock.step(60)
        self.held = self.state.add_comment(self.post.id, "held", guest=guest, status="0")
        self.server.oauth.give(TOKEN, client=CLIENT.id, blog=self.blog.id)

    def ask(self, method: str, path: str, body: Any = None, *, token: str = TOKEN) -> Answer:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        content = json.dumps(body).encode() if body is not None else b""
        kind = {"content-type": "application/json"} if content else {}
        return self.server.answer(
            Request(method, path, {**headers, **kind}, content, "http://127.0.0.1:8903")
        )

    def core(self, path: str, method: str = "GET", body: Any = None, **how: Any) -> Answer:
        return self.ask(method, f"/wp/v2/sites/{self.blog.id}{path}", body, **how)

    def old(self, path: str, method: str = "GET", body: Any = None, **how: Any) -> Answer:
        return self.ask(method, f"/rest/v1.1{path}", body, **how)


def refusal(answer: Answer) -> tuple[int, str]:
    """Status and code of a refusal, in either shape."""
    found = answer.json()
    assert found["message"]
    if "data" in found:
        assert found["data"]["status"] == answer.status
        return answer.status, found["code"]
    return answer.status, found["error"]


def test_comments_have_the_shape_of_core_with_other_addresses() -> None:
    place = Place()
    answer = place.core(f"/comments?context=edit&include={place.visit.id}")
    recorded = real("wordpress/19-comments-edit")["body"]
    [shown] = answer.json()
    assert differences([{**shown, "_links": {}}], [{**recorded[0], "_links": {}}]) == []
    home = f"http://127.0.0.1:8903/wp/v2/sites/{place.blog.id}"
    assert shown["_links"]["up"][0]["href"] == f"{home}/posts/{place.post.id}"
    assert shown["link"].startswith("https://mine.wordpress.com/2026/11/22/")
    assert answer.headers["x-wp-total"] == "1"
    named = place.ask("GET", f"/wp/v2/sites/mine.wordpress.com/comments/{place.visit.id}").json()
    assert named["id"] == place.visit.id


def test_core_s_routes_work_for_whoever_the_token_is() -> None:
    place = Place()
    me = place.core("/users/me?context=edit").json()
    assert (me["id"], me["name"], me["capabilities"]["moderate_comments"]) == (place.me.id, "Me Myself", True)
    made = place.core(
        "/comments", "POST", {"post": place.post.id, "parent": place.visit.id, "content": "Yes."}
    )
    assert (made.status, made.json()["author"]) == (201, place.me.id)
    assert made.headers["location"].endswith(f"/wp/v2/sites/{place.blog.id}/comments/{made.json()['id']}")
    again = place.core(
        "/comments", "POST", {"post": place.post.id, "parent": place.visit.id, "content": "Yes."}
    )
    assert refusal(again) == (409, "comment_duplicate")
    assert (
        place.core(f"/comments/{place.held.id}", "POST", {"status": "approve"}).json()["status"] == "approved"
    )
    assert place.core(f"/comments/{place.held.id}", "DELETE").json()["status"] == "trash"
    assert place.core(f"/posts/{place.post.id}").json()["author"] == place.me.id
    assert place.core("").json()["namespace"] == "wp/v2"


@pytest.mark.parametrize("status", [401, 400])
def test_a_token_that_is_none_is_refused_in_both_shapes(status: int) -> None:
    place = Place(token_status=status)
    for answer in (place.core("/comments", token="x"), place.old("/me", token="x")):
        assert refusal(answer) == (status, "invalid_token")
    assert "error" in place.old("/me", token="x").json()
    anonymous = Place(anonymous=True)
    assert [one["id"] for one in anonymous.core("/comments", token="x").json()] == [anonymous.visit.id]
    assert refusal(anonymous.core("/users/me", token="x")) == (401, "rest_not_logged_in")
    assert refusal(anonymous.old("/me", token="x")) == (401, "invalid_token")


def test_without_a_token_only_what_is_public_is_shown() -> None:
    place = Place()
    assert [one["id"] for one in place.core("/comments", token="").json()] == [place.visit.id]
    assert refusal(place.core("/comments?status=hold", token="")) == (401, "rest_forbidden_param")
    assert refusal(place.core("/users/me", token="")) == (401, "rest_not_logged_in")
    assert refusal(place.core("/comments", "POST", {}, token="")) == (401, "rest_comment_login_required")
    assert refusal(place.old("/me", token="")) == (403, "authorization_required")


def test_a_token_is_for_one_blog_or_for_all_and_has_a_scope() -> None:
    place = Place()
    other = f"/wp/v2/sites/{place.other.domain}/comments"
    assert refusal(place.ask("GET", other)) == (403, "unauthorized")
    place.server.oauth.give("all", blog=0, scope="global")
    assert place.ask("GET", other, token="all").json() == []
    assert place.core("/comments?status=hold", token="all").json()[0]["id"] == place.held.id
    place.server.oauth.give("posts", blog=place.blog.id, scope="posts")
    assert refusal(place.core("/comments", token="posts")) == (403, "unauthorized")
    place.server.oauth.give("comments", blog=place.blog.id, scope="posts comments")
    assert place.core("/comments", token="comments").status == 200
    assert refusal(place.ask("GET", "/wp/v2/sites/1/comments")) == (404, "unknown_blog")
    assert refusal(place.core("/users/me/application-passwords")) == (404, "rest_no_route")
    assert place.ask("GET", "/wp-json/wp/v2/comments").status == 404
    place.blog.disabled = True
    assert refusal(place.core("/comments")) == (403, "unauthorized")


def test_whoever_is_signed_in_comments_on_any_blog() -> None:
    place = Place()
    post = place.other.state.add_post(place.other.state.users[place.server.account("ana").id], "Theirs")
    place.server.oauth.give("all", blog=0, scope="global")
    at = f"/wp/v2/sites/{place.other.id}/comments"
    made = place.ask("POST", at, {"post": post.id, "content": "hello"}, token="all")
    assert (made.status, made.json()["author"]) == (201, place.me.id)
    assert refusal(place.ask("GET", f"{at}?status=hold", token="all")) == (403, "rest_forbidden_param")


def test_the_api_1_1_tells_who_i_am_and_my_sites() -> None:
    place = Place()
    me = place.old("/me").json()
    assert (me["ID"], me["username"], me["token_site_id"]) == (place.me.id, "me", place.blog.id)
    [site] = place.old("/me/sites").json()["sites"]
    assert (site["ID"], site["URL"]) == (place.blog.id, "https://mine.wordpress.com")
    assert site["capabilities"]["moderate_comments"] is True
    assert place.old("/sites/mine.wordpress.com").json()["ID"] == place.blog.id
    assert refusal(place.old("/sites/nowhere.example")) == (404, "unknown_blog")
    assert refusal(place.old("/nonsense")) == (404, "unknown_endpoint")


def test_the_api_1_1_lists_comments_with_an_inclusive_after() -> None:
    place = Place()
    at = f"/sites/{place.blog.id}/comments/"
    found = place.old(f"{at}?status=all&order=ASC").json()
    assert (found["found"], found["site_ID"]) == (2, place.blog.id)
    first, second = found["comments"]
    assert (first["ID"], first["status"], second["status"]) == (place.visit.id, "approved", "unapproved")
    assert (first["author"]["email"], first["parent"], first["can_moderate"]) == (
        "vera@example.net",
        False,
        True,
    )
    after = place.old(f"{at}?status=all&after=2026-11-22T07:51:00Z").json()
    assert ([one["ID"] for one in after["comments"]], after["found"]) == ([place.held.id], -1)
    assert refusal(place.old(f"{at}?number=101")) == (400, "invalid_number")
    assert [one["ID"] for one in place.old(at, token="").json()["comments"]] == [place.visit.id]
    assert place.old(at, token="").json()["comments"][0]["author"]["email"] is False
    assert refusal(place.old(f"{at}?status=all", token="")) == (403, "unauthorized")


def test_a_reply_by_the_api_1_1_approves_what_it_answers() -> None:
    place = Place()
    at = f"/sites/{place.blog.id}/comments"
    made = place.old(f"{at}/{place.held.id}/replies/new", "POST", {"content": "Yes."}).json()
    assert (made["parent"]["ID"], made["raw_content"]) == (place.held.id, "Yes.")
    assert place.held.status == "1"
    assert place.old(f"{at}/{place.held.id}").json()["i_replied"] is True
    assert place.old(f"{at}/{made['ID']}", "POST", {"content": "No."}).json()["raw_content"] == "No."
    assert [place.old(f"{at}/{made['ID']}/delete", "POST", {}).json()["status"] for _ in range(2)] == [
        "trash",
        "deleted",
    ]
    assert refusal(place.old(f"{at}/{made['ID']}")) == (404, "unknown_comment")
    top = place.old(f"/sites/{place.blog.id}/posts/{place.post.id}/replies/new", "POST", {"content": "All."})
    assert top.json()["parent"] is False
    again = place.old(
        f"/sites/{place.blog.id}/posts/{place.post.id}/replies/new", "POST", {"content": "All."}
    )
    assert refusal(again) == (409, "comment_duplicate")
