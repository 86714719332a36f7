"""What the conformance suite asks of the world of Facebook is there, seen through the Graph API."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from convo.testing import Said, Trouble, Where
from tests.adapters.facebook_world import TOKEN, FacebookWorld, erring
from tests.simulators._facebook_state import Comment, Post

NESTED = "id,message,permalink_url,from,comments.filter(stream){id,message,permalink_url,from,parent{id},message_tags}"


class Linked(FacebookWorld):
    """What is said is known by its address."""

    def uri_of(self, what: Post | Comment) -> str:
        return what.permalink


@pytest.fixture
def world() -> Iterator[FacebookWorld]:
    built = Linked()
    yield built
    built.stop()


def ask(
    world: FacebookWorld, path: str, *, method: str = "GET", data: Any = None, **given: str
) -> httpx.Response:
    """One request over the loopback."""
    headers = {"authorization": f"Bearer {TOKEN}"}
    place = f"{world.site.home.url}/v26.0/{path}"
    return httpx.request(method, place, params=given, headers=headers, data=data, timeout=5, verify=False)


def posts(world: FacebookWorld, edge: str = "published_posts", **given: str) -> list[Any]:
    found: list[Any] = ask(world, f"me/{edge}", **{"fields": NESTED, **given}).json()["data"]
    return found


def comments(world: FacebookWorld) -> list[Any]:
    return [one for post in posts(world) for one in post.get("comments", {"data": []})["data"]]


def here(world: FacebookWorld, said: Said) -> Any:
    """A comment as it is read."""
    return next(one for one in comments(world) if one["permalink_url"] == said.uri)


def test_people_speak_to_the_page_each_on_a_post_of_its_own(world: FacebookWorld) -> None:
    one, two = world.someone_mentions_me("hello"), world.someone_mentions_me("hello too", by="ben")
    assert [post["comments"]["data"][0]["message"] for post in posts(world)] == ["hello too", "hello"]
    assert here(world, two)["from"]["name"] == "Ben Test"
    assert one.uid == world.uid("ana") == f"https://www.facebook.com/{here(world, one)['from']['id']}"
    assert posts(world)[0]["from"]["id"] == world.state.page.id
    assert world.standing() == []


def test_replies_are_flat_and_name_whom_they_answer(world: FacebookWorld) -> None:
    said = world.someone_mentions_me("a question")
    mine = world.i_answer_elsewhere(said, "my answer")
    below = world.someone_replies(mine, "and below", by="ben")
    found = here(world, below)
    assert found["parent"]["id"] == here(world, said)["id"]
    assert found["message"] == "Convo Page and below"
    assert found["message_tags"][0]["id"] == world.state.page.id
    assert here(world, world.someone_replies(mine, "no name", naming_me=False))["message_tags"] == []
    [standing] = world.standing()
    assert (standing.uri, standing.parent_uri, standing.text) == (mine.uri, said.uri, "my answer")


def test_visitors_and_taggers_speak_too(world: FacebookWorld) -> None:
    visitor, tagger = world.someone_posts("hello Page"), world.someone_tags("see this Page")
    assert [one["permalink_url"] for one in posts(world, "visitor_posts")] == [visitor.uri]
    assert [one["permalink_url"] for one in posts(world, "tagged")] == [tagger.uri]
    reply = world.someone_replies(visitor, "me too", by="ben")
    assert posts(world, "visitor_posts")[0]["comments"]["data"][0]["permalink_url"] == reply.uri
    other = FacebookWorld(spoken="visitor")
    other.someone_mentions_me("hello")
    assert [one["message"] for one in posts(other, "visitor_posts")] == ["hello"]
    other.stop()


def test_what_is_said_is_edited_hidden_locked_and_deleted(world: FacebookWorld) -> None:
    said, other = world.someone_mentions_me("first"), world.someone_mentions_me("second")
    assert world.edit(said, "other words")
    assert here(world, said)["message"] == "other words"
    world.hide(said)
    number = here(world, said)["id"]
    assert ask(world, number, fields="is_hidden").json()["is_hidden"] is True
    assert world.lock(said)
    assert ask(world, number, fields="can_comment").json()["can_comment"] is False
    assert ask(world, f"{number}/comments", method="POST", data={"message": "x"}).status_code == 400
    world.delete(said)
    assert ask(world, number).json()["error"]["error_subcode"] == 33
    assert [one["permalink_url"] for one in comments(world)] == [other.uri]


def test_an_answer_through_the_api_stands(world: FacebookWorld) -> None:
    said = world.someone_mentions_me("a question")
    number = here(world, said)["id"]
    made = ask(world, f"{number}/comments", method="POST", data={"message": "my answer"}).json()["id"]
    [standing] = world.standing()
    assert (standing.parent_uri, standing.text) == (said.uri, "my answer")
    assert standing.uri == ask(world, made, fields="permalink_url").json()["permalink_url"]
    assert world.uid("ana") in standing.names
    assert len(world.writes()) == 1
    assert world.leaks() == []
    ask(world, "me", access_token=TOKEN)
    assert len(world.leaks()) == 1


def test_tokens_expire_are_revoked_and_lose_permissions(world: FacebookWorld) -> None:
    world.lapse("pages_read_engagement")
    assert ask(world, "me/published_posts").json()["error"]["code"] == 10
    assert world.expire() is False
    assert ask(world, "me").json()["error"]["error_subcode"] == 463
    world.revoke()
    assert ask(world, "me").json()["error"]["error_subcode"] == 458


def test_whom_the_page_blocks_is_known(world: FacebookWorld) -> None:
    said = world.someone_mentions_me("hello")
    assert world.hidden() == set()
    ask(world, "me/blocked", method="POST", data={"user": here(world, said)["from"]["id"]})
    assert world.hidden() == {world.uid("ana")}
    world.called_abusive(60)
    refused = ask(world, f"{here(world, said)['id']}/comments", method="POST", data={"message": "x"})
    assert refused.json()["error"]["code"] == 368


def test_limits_are_of_facebooks_own_kind(world: FacebookWorld) -> None:
    assert world.trouble(Trouble.RATE_LIMITED)
    answer = ask(world, "me/published_posts")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, 80001)
    assert '"estimated_time_to_regain_access": 1' in answer.headers["x-business-use-case-usage"]
    assert world.trouble(Trouble.REFUSED, where=Where.ANSWER, words="our own words")
    said = ask(world, "1_2/comments", method="POST", data={"message": "x"}).json()["error"]
    assert (said["code"], said["message"], "error_subcode" in said) == (100, "our own words", False)
    world.site.home.add(erring(2, status=503))
    unwell = ask(world, "me")
    assert (unwell.status_code, unwell.json()["error"]["code"]) == (503, 2)
    assert world.trouble(Trouble.NEXT_ELSEWHERE)
    world.someone_mentions_me("one")
    world.someone_mentions_me("two")
    link = ask(world, "me/published_posts", limit="1").json()["paging"]["next"]
    assert link.startswith(world.site.elsewhere.url)


def test_items_are_broken_one_way_after_another(world: FacebookWorld) -> None:
    way = 0
    while True:
        world.someone_mentions_me(f"before {way}")
        world.someone_mentions_me(f"broken {way}")
        whole = posts(world)
        if not world.leave_out(way):
            break
        assert sum(one != two for one, two in zip(posts(world), whole, strict=True)) == 1, way
        way += 1
        world.calm()
    assert way == 20


def test_hostile_text_reaches_what_strangers_choose(world: FacebookWorld) -> None:
    said = world.someone_mentions_me("hello")
    world.infect("!")
    found = here(world, said)
    assert (found["message"], found["from"]["name"]) == ("hello!", "Ana Test!")
    world.calm()
    world.infect("!", ids=True)
    assert posts(world)[0]["id"].endswith("!")
