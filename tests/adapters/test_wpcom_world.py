"""What the conformance suite asks of the world of WordPress.com is there, seen through its routes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from convo.testing import Said, Trouble, Where
from tests.adapters.wpcom_world import DOMAIN, TOKEN, WpComWorld


@pytest.fixture
def world() -> Iterator[WpComWorld]:
    built = WpComWorld()
    yield built
    built.stop()


def ask(world: WpComWorld, path: str, body: Any = None, *, token: str = TOKEN) -> httpx.Response:
    """One request over the loopback."""
    place = f"{world.site.home.url}/wp/v2/sites/{DOMAIN}{path}"
    headers = {"authorization": f"Bearer {token}"}
    method = "GET" if body is None else "POST"
    return httpx.request(method, place, json=body, headers=headers, timeout=5, verify=False)


def uri(item: dict[str, Any]) -> str:
    return f"https://{DOMAIN}/?p={item['post']}#comment-{item['id']}"


def comments(world: WpComWorld) -> list[Any]:
    found: list[Any] = ask(world, "/comments?status=all&orderby=id").json()
    return found


def numbers(said: Said) -> tuple[int, int]:
    """Post and comment."""
    post, _, comment = said.uri.partition("?p=")[2].partition("#comment-")
    return int(post), int(comment)


def test_people_speak_on_my_posts_and_i_answer(world: WpComWorld) -> None:
    said, other = world.someone_mentions_me("hello"), world.someone_mentions_me("hi", by="ben")
    assert [uri(one) for one in comments(world)] == [other.uri, said.uri]
    assert comments(world)[0]["author"] == world.server.account("ben").id
    post, parent = numbers(said)
    made = ask(world, "/comments", {"post": post, "parent": parent, "content": "my answer"}).json()
    [standing] = world.standing()
    assert (standing.uri, standing.parent_uri, standing.text) == (uri(made), said.uri, "my answer")
    mine = world.i_answer_elsewhere(other, "and here")
    assert [one.uri for one in world.standing()] == [uri(made), mine.uri]
    assert len(world.writes()) == 1
    assert world.leaks() == []


def test_what_was_said_changes_and_goes(world: WpComWorld) -> None:
    one, two = world.someone_mentions_me("one"), world.someone_mentions_me("two")
    world.edit(one, "other words")
    assert ask(world, f"/comments/{numbers(one)[1]}").json()["content"]["rendered"] == "<p>other words</p>\n"
    for said in (one, two):
        world.delete(said)
    assert comments(world) == []
    three = world.someone_mentions_me("three")
    world.lock(three)
    refused = ask(world, "/comments", {"post": numbers(three)[0], "content": "x"})
    assert refused.json()["code"] == "rest_comment_closed"


@pytest.mark.parametrize("refreshable", [True, False])
def test_tokens_run_out_and_are_revoked(refreshable: bool) -> None:
    world = WpComWorld(refreshable=refreshable)
    assert ask(world, "/users/me").json()["id"] == world.user_me.id
    assert world.expire() is refreshable
    assert ask(world, "/users/me").json()["code"] == "invalid_token"
    assert world.server.oauth.tokens[TOKEN].refresh == world.refresh_token
    world.revoke()
    assert ask(world, "/comments").status_code == 401
    world.stop()


def test_troubles_meet_the_routes(world: WpComWorld) -> None:
    assert world.trouble(Trouble.DOWN)
    assert ask(world, "/comments").status_code == 503
    assert world.trouble(Trouble.REFUSED, where=Where.ANSWER, words="our own words")
    assert ask(world, "/comments", {"post": 1, "content": "x"}).json()["message"] == "our own words"
    assert ask(world, "/comments").status_code == 200


def test_items_are_broken_one_way_after_another(world: WpComWorld) -> None:
    way = 0
    while True:
        world.someone_mentions_me(f"number {way}")
        whole = comments(world)
        if not world.leave_out(way):
            break
        assert sum(one != two for one, two in zip(comments(world), whole, strict=True)) == 1, way
        way += 1
        world.calm()
    assert way == 14
