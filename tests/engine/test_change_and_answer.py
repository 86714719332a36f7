"""A message of one's own can be changed, and answered to go on: neither takes the words begun for the other."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from convo.engine import Engine, voice
from convo.engine.answers import CannotAnswer
from convo.model import Message
from tests.engine.answers_scene import draft, number, terms
from tests.engine.answers_scene import stage as stage
from tests.engine.stage import Stage

Play = Callable[[Engine, Message], Coroutine[Any, Any, None]]


@pytest.fixture
def play(stage: Stage) -> Callable[[Play], None]:
    """Runs something with a message of one's own."""
    asked = stage.ask("One")
    stage.clock.step(60)
    mine = stage.say("Yse", to=asked)
    stage.sync()

    def run(what: Play) -> None:
        async def first(engine: Engine) -> None:
            terms(engine, mine)
            await what(engine, mine)

        stage.run(first)

    return run


def texts(engine: Engine) -> list[tuple[str, bool]]:
    return [(one.text, bool(one.edits)) for one in engine.inbox.drafts()]


@pytest.mark.parametrize("words", ["Yes", ""])
def test_a_change_does_not_take_the_words_of_an_answer(play: Callable[[Play], None], words: str) -> None:
    async def both(engine: Engine, mine: Message) -> None:
        await engine.answers.save_draft(draft(engine, mine, "And more"))
        terms(engine, mine)
        with pytest.raises(CannotAnswer, match=voice.ANSWER_BEGUN):
            await engine.answers.save_draft(draft(engine, mine, words, edits=mine.uri))
        assert texts(engine) == [("And more", False)]

    play(both)


def test_an_answer_does_not_take_the_words_of_a_change(play: Callable[[Play], None]) -> None:
    async def both(engine: Engine, mine: Message) -> None:
        await engine.answers.save_draft(draft(engine, mine, "Yes", edits=mine.uri))
        terms(engine, mine)
        with pytest.raises(CannotAnswer, match=voice.CHANGE_BEGUN):
            await engine.answers.save_draft(draft(engine, mine, "And more"))
        await engine.answers.send(draft(engine, mine, "And more"), hold=60)
        assert texts(engine) == [("Yes", True)]

    play(both)


def test_what_was_changed_leaves_the_answer_that_was_begun(play: Callable[[Play], None]) -> None:
    async def both(engine: Engine, mine: Message) -> None:
        await engine.answers.save_draft(draft(engine, mine, "And more"))
        await engine.answers.edit(number(engine, mine), "Yes")
        assert texts(engine) == [("And more", False)]

    play(both)


def test_what_was_changed_is_no_draft_any_more(play: Callable[[Play], None]) -> None:
    async def change(engine: Engine, mine: Message) -> None:
        await engine.answers.save_draft(draft(engine, mine, "Yes", edits=mine.uri))
        await engine.answers.edit(number(engine, mine), "Yes")
        assert texts(engine) == []

    play(change)
