"""Plays the line mode in this process: lines and deeds in turn, what a terminal would show, a clock by hand."""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path

from convo.adapters.memory import factory
from convo.cli.plain import Plain
from convo.cli.plain_deeds import DEEDS
from convo.cli.plain_run import play
from convo.cli.plain_talk import Talk
from convo.clock import HandClock
from convo.demo.stage import Stage, config
from convo.engine import Engine
from convo.store import Store
from convo.tui.commands import COMMANDS
from convo.tui.keymap import Keymap
from convo.views import OutboxState

NOW = datetime(2026, 11, 20, 10, 30, tzinfo=timezone.utc)
"""It is Friday."""

PROMPT = "r answer, e done, s snooze, Enter next, ? help: "
UNSAID = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2500-\u257f]")
"""Control characters and box drawing: none of them is ever printed."""

Step = str | Callable[[Engine], "Awaitable[None] | None"]


class Script:
    """Lines as they are typed, echoed as a terminal does; a function between them is something that happens."""

    def __init__(self, engine: Engine, *steps: Step) -> None:
        self._engine = engine
        self._steps = iter(steps)

    async def line(self) -> str | None:
        for step in self._steps:
            if isinstance(step, str):
                sys.stdout.write(f"{step}\n")
                return step
            happened = step(self._engine)
            if happened is not None:
                await happened
        return None

    def close(self) -> None:
        self._steps = iter(())


def talked(engine: Engine, *steps: Step, offline: bool = False, terminal: bool = True) -> None:
    """The line mode from greeting to end; what it prints is on standard output."""
    source = Script(engine, *steps)
    talk = Talk(source, terminal=terminal)
    plain = Plain(
        engine, talk, COMMANDS, Keymap(engine.config.keys).keys, DEEDS, zone=timezone.utc, offline=offline
    )
    asyncio.run(play(plain, source))


@contextmanager
def at(stage: Stage, directory: Path, revoked: str = "") -> Iterator[Engine]:
    """An engine over what was said on a stage, after a sync; the account `revoked` is signed in no more."""
    store = Store.open(directory, stage.clock)
    settings = config()

    async def sync() -> None:
        engine = Engine(settings, store, stage.clock, adapters=factory(stage.world))
        await engine.sync.once()
        await engine.stop()

    try:
        asyncio.run(sync())
        if revoked:
            stage.servers[revoked].tokens.clear()
            asyncio.run(sync())
        yield Engine(settings, store, stage.clock, adapters=factory(stage.world))
    finally:
        store.close()


async def befriended(engine: Engine, **notes: str) -> None:
    """Put people into the circle, with a note where there is one."""
    for name, note in notes.items():
        for person in engine.inbox.find_people(name):
            await engine.acts.circle(person.person_id)
            if note:
                await engine.acts.note(person.person_id, note)


def later(
    clock: HandClock, seconds: float, true: Callable[[Engine], bool]
) -> Callable[[Engine], Awaitable[None]]:
    """The clock goes on by this much, and the program does behind the prompt what is then `true`."""

    async def step(engine: Engine) -> None:
        clock.step(seconds)
        for _ in range(20_000):
            if true(engine):
                return
            await asyncio.sleep(0.001)
        raise AssertionError("it did not happen")

    return step


def has_left(engine: Engine) -> bool:
    """Whether every answer was delivered."""
    rows = engine.inbox.outbox(open_only=False)
    return bool(rows) and all(row.state is OutboxState.SENT for row in rows)
