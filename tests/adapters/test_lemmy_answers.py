"""Lemmy: tokens, limits, refusals, and answering."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from convo.adapters.contract import (
    Absent,
    Ambiguous,
    Found,
    Refused,
    RetryAt,
    SignInAgain,
    Unknown,
)
from convo.adapters.lemmy import Lemmy
from convo.testing import Trouble, Where
from convo.testing.tools import answer_to, long_ago, received, settled
from tests.adapters.lemmy_scene import Make, answered
from tests.adapters.lemmy_scene import make as make
from tests.adapters.lemmy_scene import world as world
from tests.adapters.lemmy_world import LemmyWorld
from tests.adapters.playing import run
from tests.simulators.faults import Fault
from tests.simulators.messages import Answer, json_answer


def change(world: LemmyWorld, path: str, by: Callable[[Any], Any], method: str = "GET") -> None:
    """Change the JSON of answers."""

    def changed(answer: Answer) -> Answer:
        return json_answer(by(answer.json())) if answer.status == 200 and answer.body else answer

    world.site.home.add(Fault(change=changed), method=method, path=path, times=1_000)


def test_a_token_that_is_nobodys_is_noticed_and_no_empty_inbox_is_shown(world: LemmyWorld) -> None:
    said = world.someone_mentions_me("hello")

    async def work(adapter: Lemmy) -> None:
        message = await received(adapter, world, said)
        world.revoke()
        for call in (
            lambda: adapter.fetch("mentions", "", long_ago(world)),
            lambda: adapter.fetch("own", "", long_ago(world)),
            lambda: adapter.fetch("people", "", long_ago(world)),
            lambda: adapter.lookup([message.ref]),
            adapter.identify,
        ):
            with pytest.raises(SignInAgain, match="convo login lemmy"):
                await call()

    run(world, work)


def test_a_rate_limit_with_status_400_is_waited_for(world: LemmyWorld) -> None:
    said = world.someone_mentions_me("hello")
    limited = Fault(answer=json_answer({"error": "rate_limit_error"}, 400), done=False)

    async def work(adapter: Lemmy) -> None:
        parent = await received(adapter, world, said)
        request = await adapter.prepare(answer_to(adapter, parent, "my answer"))
        world.site.home.add(limited, method="POST", path="/comment")
        with pytest.raises(RetryAt):
            await adapter.answer(request)
        assert world.standing() == []
        await adapter.answer(request)

    run(world, work)
    assert len(world.standing()) == 1


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("locked", "locked"),
        ("site_ban", "banned"),
        ("language_not_allowed", "language"),
        ("strange", "strange"),
    ],
)
def test_refusals_are_said_in_words(world: LemmyWorld, word: str, said: str) -> None:
    question = world.someone_mentions_me("hello")
    world.site.home.add(
        Fault(answer=json_answer({"error": word}, 400)), method="POST", path="/comment", times=1
    )
    with pytest.raises(Refused, match=said):
        answered(world, question)


# --- answering


def test_words_that_the_server_changed_are_not_sent_again_behind_the_users_back(make: Make) -> None:
    world = make(slurs=("darn",))
    said = world.someone_mentions_me("a question")

    async def work(adapter: Lemmy) -> None:
        parent = await received(adapter, world, said)
        request = await adapter.prepare(answer_to(adapter, parent, "that darn thing works offline"))
        world.trouble(Trouble.CUT_BEFORE, where=Where.ANSWER, done=True)
        with pytest.raises(Ambiguous):
            await adapter.answer(request)
        assert isinstance(await settled(adapter, world, request), Unknown)

    run(world, work)
    assert len(world.standing()) == 1


def test_other_words_to_the_same_comment_are_no_doubt(world: LemmyWorld) -> None:
    said = world.someone_mentions_me("a question")

    async def work(adapter: Lemmy) -> None:
        parent = await received(adapter, world, said)
        request = await adapter.prepare(answer_to(adapter, parent, "it works offline"))
        world.i_answer_elsewhere(said, "see https://example.org/docs")
        assert isinstance(await settled(adapter, world, request), Absent)
        await adapter.answer(request)
        assert isinstance(await settled(adapter, world, request), Found)

    run(world, work)


def test_an_answer_that_the_server_puts_elsewhere_is_taken_back(world: LemmyWorld) -> None:
    said = world.someone_mentions_me("a question")

    def moved(body: Any) -> Any:
        comment = body["comment_view"]["comment"]
        comment["path"] = f"0.{comment['id']}"
        return body

    change(world, "/comment", moved, "POST")
    with pytest.raises(Refused, match="somewhere else"):
        answered(world, said)
    assert world.standing() == []


def test_deleting_twice_and_deleting_what_is_not_mine(world: LemmyWorld) -> None:
    said = world.someone_mentions_me("a question")
    mine = answered(world, said)

    async def work(adapter: Lemmy) -> None:
        await adapter.delete(mine.ref)
        await adapter.delete(mine.ref)
        theirs = await received(adapter, world, said)
        with pytest.raises(Refused, match="author"):
            await adapter.delete(theirs.ref)

    run(world, work)
    assert world.standing() == []
