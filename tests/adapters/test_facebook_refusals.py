"""Facebook: what its codes mean, and what is refused, changed, deleted, decided and blocked."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone

import pytest

from convo.adapters.contract import (
    Ambiguous,
    ChannelKind,
    Missing,
    Refused,
    RetryAt,
    SignInAgain,
    Unknown,
    Verb,
)
from convo.adapters.facebook import Facebook
from convo.testing.tools import answer_to, long_ago, read
from tests.adapters.facebook_page import Make, commented, fails, one, prepared
from tests.adapters.facebook_scene import asked
from tests.adapters.facebook_scene import make as make
from tests.adapters.facebook_scene import world as world
from tests.adapters.facebook_world import FacebookWorld
from tests.adapters.playing import reading, run
from tests.simulators import faults
from tests.simulators.faults import Cut


def test_the_same_words_again_are_perhaps_there_already(make: Make) -> None:
    world = make(once=True)
    what = asked(world)
    request = prepared(world, what)
    world.site.home.add(faults.cut(Cut.BEFORE), method="POST")
    with pytest.raises(Ambiguous):
        run(world, lambda adapter: adapter.answer(request))
    message = run(world, lambda adapter: adapter.answer(request))
    assert [standing.uri for standing in world.standing()] == [message.uri]


def test_the_same_words_that_are_nowhere_are_asked_about_and_not_sent_for_ever(world: FacebookWorld) -> None:
    request = prepared(world, asked(world))
    world.site.home.add(fails(506), method="POST")

    async def work(adapter: Facebook) -> object:
        with pytest.raises(Ambiguous, match="may have arrived"):
            await adapter.answer(request)
        return await adapter.find(request, ())

    assert isinstance(run(world, work), Unknown)


def test_what_facebook_takes_for_abuse_stops_every_write(world: FacebookWorld) -> None:
    """Each try makes the block longer."""
    what = asked(world)
    request = prepared(world, what)
    world.called_abusive(60)
    until = world.state.abusive_until

    async def work(adapter: Facebook) -> None:
        for _ in range(3):
            with pytest.raises(Refused, match="abuse"):
                await adapter.answer(request)
        with pytest.raises(Refused, match="abuse"):
            await adapter.block(what.uid, True)

    run(world, work)
    assert len(world.site.home.asked("POST")) == 1
    assert until is not None
    assert world.state.abusive_until == until + timedelta(hours=1)


@pytest.mark.parametrize("code", [4, 17, 32, 613, 80001])
@pytest.mark.parametrize("write", [True, False])
def test_a_limit_is_waited_for_as_long_as_the_header_says(
    world: FacebookWorld, code: int, write: bool
) -> None:
    what = asked(world)
    request = prepared(world, what)

    async def work(adapter: Facebook) -> None:
        world.site.home.add(world.limited(code, minutes=17), times=9)
        await (adapter.answer(request) if write else read(adapter, {}, long_ago(world)))

    with pytest.raises(RetryAt) as caught:
        run(world, work)
    assert caught.value.at is not None
    wait = caught.value.at - datetime.now(timezone.utc)
    assert timedelta(minutes=16) < wait <= timedelta(minutes=17)
    assert world.standing() == []


@pytest.mark.parametrize(("code", "status"), [(1, 500), (2, 500), (1, 400)])
def test_what_passes_is_tried_again_when_it_only_reads(world: FacebookWorld, code: int, status: int) -> None:
    request = prepared(world, asked(world))
    body = json.dumps({"error": {"code": code, "message": "An unknown error occurred"}}).encode()
    world.site.home.add(faults.refuses(status, body), method="POST", path="comments")
    with pytest.raises(Ambiguous):
        run(world, lambda adapter: adapter.answer(request))
    world.site.home.add(faults.refuses(status, body), method="GET", path="comments")
    with pytest.raises(RetryAt):
        run(world, lambda adapter: adapter.find(request, ()))


@pytest.mark.parametrize(
    ("code", "subcode", "words"),
    [
        (190, 0, "convo login page"),
        (102, 0, "convo login page"),
        (190, 458, "app was removed"),
        (190, 459, "open facebook.com"),
        (190, 460, "password was changed"),
        (190, 463, "has expired"),
        (190, 464, "not confirmed"),
        (190, 467, "not valid any more"),
        (190, 492, "no role on this Page"),
        (10, 0, "90 days"),
        (200, 0, "90 days"),
        (299, 0, "90 days"),
        (1705, 0, "token of a person"),
    ],
)
def test_what_signing_in_again_mends(world: FacebookWorld, code: int, subcode: int, words: str) -> None:
    request = prepared(world, asked(world))

    async def work(adapter: Facebook) -> None:
        world.site.home.add(fails(code, subcode), times=9)
        with pytest.raises(SignInAgain, match=words):
            await adapter.answer(request)
        await read(adapter, {}, long_ago(world))

    with pytest.raises(SignInAgain, match=words):
        run(world, work)
    assert world.standing() == []


@pytest.mark.parametrize(
    ("code", "subcode", "kind"),
    [(100, 0, Refused), (100, 33, Missing), (803, 0, Missing), (9999, 0, Refused)],
)
def test_what_is_final(world: FacebookWorld, code: int, subcode: int, kind: type[Exception]) -> None:
    request = prepared(world, asked(world))
    world.site.home.add(fails(code, subcode), method="POST")
    with pytest.raises(kind, match="its own words"):
        run(world, lambda adapter: adapter.answer(request))


def test_a_page_of_another_makes_no_sense_of_anything(world: FacebookWorld) -> None:
    """A hotel's 404 proves nothing gone."""
    made = commented(world, "a question")
    ref = one(world, made).ref
    world.site.home.add(faults.html(404), method="GET", times=9)
    with pytest.raises(RetryAt):
        run(world, lambda adapter: adapter.lookup([ref]))


# --- changing, deleting, deciding, blocking


def test_hiding_deleting_and_showing_again(world: FacebookWorld) -> None:
    made = commented(world, "rude words")
    ref = one(world, made).ref
    for decision, hidden in (("spam", True), ("not spam", False), ("spam", True), ("approve", False)):
        run(world, lambda adapter, now=decision: adapter.moderate(ref, now))  # type: ignore[misc]
        assert made.hidden is hidden
    run(world, lambda adapter: adapter.moderate(ref, "trash"))
    assert made.number not in world.state.comments
    run(world, lambda adapter: adapter.moderate(ref, "trash"))
    with pytest.raises(Refused, match="for good"):
        run(world, lambda adapter: adapter.moderate(ref, "not trash"))
    with pytest.raises(Missing):
        run(world, lambda adapter: adapter.moderate(ref, "not spam"))


@pytest.mark.parametrize(("decision", "right"), [("spam", "can_hide"), ("trash", "can_remove")])
def test_what_may_not_be_decided_is_refused_before_it_is_sent(
    world: FacebookWorld, decision: str, right: str
) -> None:
    made = commented(world, "rude words", **{right: False})  # type: ignore[arg-type]
    ref = one(world, made).ref
    with pytest.raises(Refused, match="does not let your Page"):
        run(world, lambda adapter: adapter.moderate(ref, decision))
    assert not [request for request in world.site.log if request.method in ("POST", "DELETE")]


def test_posts_are_neither_changed_nor_decided_about(world: FacebookWorld) -> None:
    post = world.i_post("mine")
    mine = reading(world, ChannelKind.OWN).of(post)
    for act in (
        lambda adapter: adapter.edit(mine.ref, "other words"),
        lambda adapter: adapter.delete(mine.ref),
        lambda adapter: adapter.moderate(mine.ref, "trash"),
    ):
        with pytest.raises(Refused):
            run(world, act)
    assert [post.message for post in world.state.posts.values()] == ["mine"]


def test_who_has_no_name_cannot_be_blocked(make: Make) -> None:
    world = make(named=False)
    message = one(world, commented(world, "hello"))
    with pytest.raises(Refused, match="does not say who that is"):
        run(world, lambda adapter: adapter.block(message.author.uid, True))


def test_a_write_that_may_be_done_twice_is(world: FacebookWorld) -> None:
    made = commented(world, "rude words")
    ref = one(world, made).ref
    world.site.home.add(faults.cut(Cut.BEFORE), method="POST")
    run(world, lambda adapter: adapter.moderate(ref, "spam"))
    assert made.hidden


def test_blocking_is_not_public(world: FacebookWorld) -> None:
    can = world.adapter().can
    assert Verb.BLOCK in can.verbs
    assert not can.block_is_public


def test_long_answers(world: FacebookWorld) -> None:
    what = asked(world)
    with pytest.raises(Refused, match="by 1 characters"):
        prepared(world, what, "x" * 8001)
    answer = world.i_answer_elsewhere(what, "mine")
    mine = reading(world, ChannelKind.OWN).of(answer)
    with pytest.raises(Refused, match="Too long"):
        run(world, lambda adapter: adapter.edit(mine.ref, "x" * 8001))


def test_nothing_and_what_is_not_on_facebook_is_not_answered(world: FacebookWorld) -> None:
    what = asked(world)
    with pytest.raises(Refused, match="nothing in the answer"):
        prepared(world, what, "  ")
    message = one(world, world._of(what))

    async def work(adapter: Facebook) -> str:
        stray = message.__class__("https://example.org/1", message.author, message.created_at, "x")
        return await adapter.prepare(answer_to(adapter, stray, "x"))

    with pytest.raises(Refused, match="Only comments and posts"):
        run(world, work)
