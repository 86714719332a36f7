"""The simulated WordPress answers as a recorded one does: the same keys, types, states and refusals."""

from __future__ import annotations

import base64
import json
from datetime import datetime, timezone
from typing import Any

import pytest

from convo.clock import HandClock
from tests.simulators._wordpress_state import Options
from tests.simulators.messages import Answer, Request
from tests.simulators.shapes import differences, real
from tests.simulators.wordpress import WordPress

_BESIDE = ("_links", "meta", "capabilities", "extra_capabilities", "routes")
"""What hangs on the version, the theme or the role; a comment's links and its meta are compared."""


class Site:
    """A site with an administrator, a reader, a post and a visitor's comment."""

    def __init__(self, **options: Any) -> None:
        self.clock = HandClock(datetime(2026, 11, 22, 7, 50, tzinfo=timezone.utc))
        self.server = WordPress(self.clock, Options(**options))
        self.state = self.server.state
        self.admin = self.state.add_user("admin", "admin", "administrator", "abcd")
        self.reader = self.state.add_user("reader", "Regular Reader", "subscriber", "efgh")
        self.post = self.state.add_post(self.admin, "First &#038; foremost <b>bold</b>")
        guest = ("Vera Visitor", "vera@example.net", "https://vera.example.net")
        self.visit = self.state.add_comment(self.post.id, "A first comment &amp; more", guest=guest)

    def ask(self, method: str, path: str, body: Any = None, *, by: str = "admin:abcd") -> Answer:
        headers = {"authorization": f"Basic {base64.b64encode(by.encode()).decode()}"} if by else {}
        content = json.dumps(body).encode() if body is not None else b""
        target = path if path.startswith("/?") else f"/wp-json{path}"
        return self.server.answer(Request(method, target, headers, content, "http://127.0.0.1:8903"))


def pruned(value: Any) -> Any:
    """Without what hangs on the version or the theme."""
    if isinstance(value, list):
        return [pruned(inner) for inner in value]
    return {name: inner for name, inner in value.items() if "parent" in value or name not in _BESIDE}


@pytest.mark.parametrize(
    ("name", "path", "by"),
    [
        ("01-index", "/", ""),
        ("04-me", "/wp/v2/users/me?context=edit", "admin:abcd"),
        ("12-post-public", "/wp/v2/posts/1", ""),
        ("19-comments-edit", "/wp/v2/comments?context=edit&post=1", "admin:abcd"),
        ("20-comments-view-anon", "/wp/v2/comments?post=1", ""),
        ("03-rest-route-style", "/?rest_route=/wp/v2/posts", ""),
    ],
)
def test_what_is_read_has_the_recorded_shape(name: str, path: str, by: str) -> None:
    recorded = real(f"wordpress/{name}")
    answer = Site().ask("GET", path, by=by)
    assert answer.status == recorded["status"]
    assert differences(pruned(answer.json()), pruned(recorded["body"])) == []
    for header in ("x-wp-total", "x-wp-totalpages"):
        assert (header in answer.headers) == (header in recorded["headers"])


@pytest.mark.parametrize(
    ("name", "method", "path", "body", "by"),
    [
        ("05-me-no-auth", "GET", "/wp/v2/users/me", None, ""),
        ("21-comments-edit-anon", "GET", "/wp/v2/comments?context=edit", None, ""),
        ("60-list-hold-anon", "GET", "/wp/v2/comments?status=hold", None, "admin:wrong"),
        ("66-per-page-101", "GET", "/wp/v2/comments?per_page=101", None, ""),
        ("18-visitor-rest-comment-refused", "POST", "/wp/v2/comments", {"post": 1, "content": "x"}, ""),
        ("25-reader-rest-flood", "POST", "/wp/v2/comments", {"post": 1, "content": "more"}, "reader:efgh"),
        ("27-admin-reply-duplicate", "POST", "/wp/v2/comments", {"post": 1, "content": "said"}, "admin:abcd"),
        ("30-admin-reply-empty", "POST", "/wp/v2/comments", {"post": 1, "content": ""}, "admin:abcd"),
        ("31-admin-reply-no-post", "POST", "/wp/v2/comments", {"content": "x"}, "admin:abcd"),
        (
            "34-admin-reply-too-long",
            "POST",
            "/wp/v2/comments",
            {"post": 1, "content": "x" * 65526},
            "admin:abcd",
        ),
        ("77-edit-others-as-subscriber", "POST", "/wp/v2/comments/1", {"content": "x"}, "reader:efgh"),
        ("79-get-trashed-anon", "GET", "/wp/v2/comments/4", None, ""),
        ("81-delete-trashed-again", "DELETE", "/wp/v2/comments/4", None, "admin:abcd"),
        ("83-get-deleted", "GET", "/wp/v2/comments/99", None, "admin:abcd"),
        (
            "85-reply-comments-closed-admin",
            "POST",
            "/wp/v2/comments",
            {"post": 2, "content": "x"},
            "admin:abcd",
        ),
    ],
)
def test_what_is_refused_is_refused_in_the_recorded_words(
    name: str, method: str, path: str, body: Any, by: str
) -> None:
    site = Site()
    site.state.add_post(site.admin, "Closed", comment_status="closed")
    site.state.add_comment(1, "said", user=site.admin)
    site.state.add_comment(1, "said", user=site.reader)
    site.state.add_comment(1, "thrown away", user=site.reader, status="trash")
    recorded = real(f"wordpress/{name}")
    answer = site.ask(method, path, body, by=by)
    assert (answer.status, answer.json()) == (recorded["status"], recorded["body"])


@pytest.mark.parametrize(
    ("name", "method", "path", "body"),
    [
        (
            "26-admin-reply",
            "POST",
            "/wp/v2/comments",
            {"post": 1, "parent": 1, "content": "Thank you, Vera!"},
        ),
        ("45-set-hold", "POST", "/wp/v2/comments/2", {"status": "hold"}),
        ("78-delete-to-trash", "DELETE", "/wp/v2/comments/3", None),
        ("82-delete-force", "DELETE", "/wp/v2/comments/3?force=true", None),
    ],
)
def test_what_is_written_has_the_recorded_shape(name: str, method: str, path: str, body: Any) -> None:
    site = Site()
    site.state.add_comment(1, "words", user=site.reader)
    reply = site.state.add_comment(1, "words", parent=1, user=site.admin)
    site.state.add_comment(1, "below", parent=2, user=site.admin)
    assert reply.id == 3
    recorded = real(f"wordpress/{name}")
    answer = site.ask(method, path, body)
    assert answer.status == recorded["status"]
    assert differences(answer.json(), recorded["body"]) == []


def test_a_comment_to_what_is_gone_or_held_is_taken() -> None:
    site = Site()
    assert site.ask("POST", "/wp/v2/comments", {"post": 1, "parent": 99, "content": "x"}).status == 201
    site.visit.status = "0"
    assert site.ask("POST", "/wp/v2/comments", {"post": 1, "parent": 1, "content": "y"}).status == 201


def test_parts_of_content_are_not_given_alone() -> None:
    [one] = Site().ask("GET", "/wp/v2/comments?_fields=id,content.rendered,_links.up").json()
    assert set(one) == {"id", "_links"}
    assert set(one["_links"]) == {"up"}
