"""Deciding about held comments: at once or after the undo window, refused, taken back before and after it was done."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from convo.engine import Engine
from convo.engine.moderation import CannotModerate
from convo.testing import Trouble, Where
from convo.testing.process import NAME, Process
from tests.adapters.wordpress_world import WordPressWorld
from tests.simulators._wordpress_state import Comment

T = TypeVar("T")


class Scene:
    """A site on which Vera wrote a comment to be approved, below a post of the user, and convo has read it."""

    def __init__(
        self, directory: Path, *, role: str = "editor", undo_seconds: int = 10, status: str = "0"
    ) -> None:
        self.world = WordPressWorld(role)
        self.post = self.world.state.add_post(self.world.user_me, "Mine")
        guest = ("Vera Visitor", "vera@example.net", "")
        self.comment: Comment = self.world.state.add_comment(
            self.post.id, "Let me in", guest=guest, status=status
        )
        self.uri = f"{self.world.home}/?p={self.post.id}#comment-{self.comment.id}"
        self.process = Process(self.world, directory)
        self.process.config = self.process.config.__class__(
            inbox=self.process.config.inbox.__class__(undo_seconds=undo_seconds),
            accounts=self.process.config.accounts,
        )
        self.do(lambda engine: engine.sync.once())

    def do(self, work: Callable[[Engine], Awaitable[T]]) -> T:
        """Do something in a process of its own."""

        async def play() -> T:
            try:
                async with self.process.opened() as engine:
                    return await work(engine)
            finally:
                await self.world.close()

        return asyncio.run(play())

    def decide(self, decision: str, *, now: bool = False) -> str:
        """Decide about the comment; gives the sentence."""

        async def work(engine: Engine) -> str:
            number = engine.inbox.resolve(self.uri).message_id or 0
            decide = engine.moderation.decide_now if now else engine.moderation.decide
            return (await decide(number, decision)).words

        return self.do(work)

    def undo(self) -> str:
        async def work(engine: Engine) -> str:
            return (await engine.acts.undo()).words

        return self.do(work)

    def sync(self) -> None:
        self.do(lambda engine: engine.sync.once())

    @property
    def waits(self) -> bool:
        async def work(engine: Engine) -> bool:
            entry = engine.inbox.entry(engine.inbox.resolve(self.uri).message_id or 0)
            assert entry is not None
            return bool(entry.waiting)

        return self.do(work)

    @property
    def held(self) -> bool:
        async def work(engine: Engine) -> bool:
            entry = engine.inbox.entry(engine.inbox.resolve(self.uri).message_id or 0)
            assert entry is not None
            return bool(entry.held)

        return self.do(work)


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Callable[..., Scene]]:
    """Makes scenes."""
    made: list[Scene] = []

    def build(**how: object) -> Scene:
        made.append(Scene(tmp_path, **how))  # type: ignore[arg-type]
        return made[-1]

    yield build
    for one in made:
        one.world.stop()


def test_a_held_comment_waits_until_it_is_decided(scene: Callable[..., Scene]) -> None:
    one = scene()
    assert (one.waits, one.held) == (True, True)
    words = one.decide("approve", now=True)
    assert words.startswith("Vera's comment is approved.")
    assert one.comment.status == "1"
    assert (one.waits, one.held) == (True, False)


@pytest.mark.parametrize("decision", ["spam", "trash"])
def test_what_is_thrown_away_at_once_waits_no_more_and_comes_back(
    scene: Callable[..., Scene], decision: str
) -> None:
    one = scene(status="1")
    one.decide(decision, now=True)
    assert one.comment.status == decision
    assert not one.waits
    assert "back" in one.undo()
    assert one.comment.status == decision, "nothing is done on the platform before a sync"
    one.sync()
    assert one.comment.status == "1"
    assert one.waits


def test_in_the_inbox_the_platform_is_told_after_the_undo_window(scene: Callable[..., Scene]) -> None:
    one = scene()
    one.decide("approve")
    one.sync()
    assert one.comment.status == "0"
    one.world.pass_time(11)
    one.sync()
    assert one.comment.status == "1"
    assert not one.held


@pytest.mark.parametrize("decision", ["approve", "spam", "trash"])
def test_within_the_window_it_is_taken_back_unsent(scene: Callable[..., Scene], decision: str) -> None:
    one = scene()
    one.decide(decision)
    assert one.waits is (decision == "approve")
    one.undo()
    assert one.waits
    one.world.pass_time(60)
    before = len(one.world.writes())
    one.sync()
    assert one.comment.status == "0"
    assert len(one.world.writes()) == before


def test_after_the_window_it_is_taken_back_there(scene: Callable[..., Scene]) -> None:
    one = scene()
    one.decide("approve")
    one.world.pass_time(11)
    one.sync()
    assert "approval again" in one.undo()
    one.sync()
    assert one.comment.status == "0"
    assert (one.waits, one.held) == (True, True)


def test_a_refusal_at_once_is_said_and_nothing_changes(scene: Callable[..., Scene]) -> None:
    one = scene()
    one.world.trouble(Trouble.REFUSED, where=Where.ANSWER, words="our own words")
    with pytest.raises(CannotModerate, match="our own words"):
        one.decide("trash", now=True)
    assert (one.waits, one.held) == (True, True)
    assert one.undo() == "Nothing more to take back."


def test_a_refusal_later_brings_the_comment_back_and_is_said(scene: Callable[..., Scene]) -> None:
    one = scene()
    one.decide("trash")
    assert not one.waits
    one.world.pass_time(11)
    one.world.trouble(Trouble.REFUSED, where=Where.ANSWER, words="our own words")
    told: list[str] = []

    async def work(engine: Engine) -> None:
        engine.moderation.on_words = told.append
        await engine.sync.once()

    one.do(work)
    assert ["our own words" in words for words in told] == [True]
    assert (one.waits, one.held) == (True, True)
    assert one.undo() == "Nothing more to take back."


@pytest.mark.parametrize("kind", [Trouble.DOWN, Trouble.CUT_BEFORE, Trouble.RATE_LIMITED])
def test_what_passes_is_told_later(scene: Callable[..., Scene], kind: Trouble) -> None:
    one = scene()
    one.decide("approve")
    one.world.pass_time(11)
    one.world.trouble(kind, where=Where.ANSWER, done=kind is Trouble.CUT_BEFORE)
    one.sync()
    one.world.pass_time(3600)
    one.sync()
    assert one.comment.status == "1"
    assert not one.held


def test_what_cannot_be_decided_is_said(scene: Callable[..., Scene]) -> None:
    one = scene(status="1")
    with pytest.raises(CannotModerate, match="public already"):
        one.decide("approve", now=True)
    with pytest.raises(CannotModerate, match="none of"):
        one.decide("promote", now=True)
    one.decide("trash", now=True)
    with pytest.raises(CannotModerate, match="gone"):
        one.decide("spam", now=True)


def test_who_may_not_decide_is_told(scene: Callable[..., Scene]) -> None:
    one = scene(role="subscriber", status="1")
    with pytest.raises(CannotModerate, match="Your role"):
        one.decide("spam", now=True)
    assert one.world.writes() == []
    assert NAME
