"""Two windows of convo on one store: what is written in the one is never lost to the other."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from convo.engine import Engine
from convo.engine.together import kept, rest
from convo.model import Message
from tests.engine.answers_scene import draft, terms
from tests.engine.stage import Stage

Play = Callable[[Engine, Engine, Message], Coroutine[Any, Any, None]]


@pytest.fixture
def play(tmp_path: Path) -> Callable[[Play], None]:
    """Runs something with two engines as two processes have them, and a message that both answer."""
    stage = Stage(tmp_path, "one")
    asked = stage.ask("One")
    stage.sync()

    def run(what: Play) -> None:
        async def first(engine: Engine) -> None:
            with stage.opened() as other:
                try:
                    await what(engine, other, asked)
                finally:
                    await other.stop()

        stage.run(first)

    return run


def texts(engine: Engine) -> list[str]:
    return [one.text for one in engine.inbox.drafts()]


async def write(engine: Engine, asked: Message, words: str) -> None:
    await engine.answers.save_draft(draft(engine, asked, words))


def test_words_written_in_two_windows_are_both_kept(play: Callable[[Play], None]) -> None:
    async def both(one: Engine, two: Engine, asked: Message) -> None:
        terms(one, asked), terms(two, asked)
        await write(two, asked, "From two")
        await write(one, asked, "From one")
        await write(one, asked, "From one, and more")
        await write(two, asked, "From two, and more")
        assert texts(one) == ["From one, and more\n\nFrom two, and more"]

    play(both)


def test_what_one_window_sends_takes_the_words_of_the_other_from_nobody(play: Callable[[Play], None]) -> None:
    async def both(one: Engine, two: Engine, asked: Message) -> None:
        terms(one, asked), terms(two, asked)
        await write(two, asked, "From two")
        await write(one, asked, "From one")
        await one.answers.send(draft(one, asked, "From one, sent"), hold=60)
        assert texts(one) == ["From two"]
        await write(two, asked, "From two, and more")
        assert texts(one) == ["From two, and more"]

    play(both)


def test_a_draft_that_is_gone_on_with_is_one(play: Callable[[Play], None]) -> None:
    async def both(one: Engine, two: Engine, asked: Message) -> None:
        terms(one, asked)
        await write(one, asked, "Half a")
        terms(two, asked)
        await write(two, asked, "Half a sentence")
        assert texts(one) == ["Half a sentence"]
        await two.answers.send(draft(two, asked, "Half a sentence."), hold=60)
        assert texts(one) == []

    play(both)


@pytest.mark.parametrize(
    ("stored", "known", "text", "whole"),
    [
        ("", "", "b", "b"),
        ("b", "b", "bc", "bc"),
        ("banana", "b", "bc", "bc\n\nbanana"),
        ("b\n\nother", "b", "bc", "bc\n\nother"),
        ("other\n\nb", "b", "bc", "other\n\nbc"),
        ("x\n\nb\n\ny", "b", "bc", "x\n\nbc\n\ny"),
        ("other", "", "", "other"),
        ("b\n\nother", "b", "", "other"),
        ("b", "b", "", ""),
        ("bc\n\nother", "b", "bc", "bc\n\nother"),
    ],
)
def test_whose_words_are_whose(stored: str, known: str, text: str, whole: str) -> None:
    assert kept(stored, known, text) == whole


def test_what_is_left_when_ones_own_words_have_gone() -> None:
    assert rest("mine\n\nother", "mine") == "other"
    assert rest("mine", "mine") == ""
    assert rest("other", "mine") == "other"
