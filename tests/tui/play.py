"""Running the inbox in a test: keys in, the screen as text out, compared with the picture kept beside the tests."""

from __future__ import annotations

import asyncio
import os
import unicodedata
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timezone
from pathlib import Path
from typing import Any

from textual import events
from textual.app import App
from textual.keys import REPLACED_KEYS, _character_to_key, _get_unicode_name_from_key
from textual.pilot import Pilot

from convo.config import Config
from convo.tui.app import ConvoApp
from convo.views import Row, State, View
from tests.tui import cast
from tests.tui.fake import FakeEngine

SHOTS = Path(__file__).parent / "shots"
WIDE, USUAL, SMALL = (120, 40), (80, 24), (60, 20)
SIZES = {"120x40": WIDE, "80x24": USUAL, "60x20": SMALL}


ENDLESS = ("engine", "login")
"""Workers that end with the program, or wait for somebody outside."""


def key_event(key: str) -> events.Key:
    """A key as the terminal would send it, by its name ("ctrl+s") or its sign ("!")."""
    name = _character_to_key(key) if len(key) == 1 and not key.isalnum() else key
    sign: str | None = key if len(key) == 1 else None
    with suppress(KeyError):
        sign = unicodedata.lookup(_get_unicode_name_from_key(REPLACED_KEYS.get(name, name)))
    return events.Key(name, sign)


async def settled(app: App[Any], pilot: Pilot[Any]) -> None:
    """Wait until nothing is left to be done, twice in a row; how busy the machine is plays no part.

    Textual's own `pilot.pause` takes a process that gets no processor time for one that has nothing to do.
    """
    rest = 0
    for _ in range(2000):
        if app._exit or not app._running:
            return
        await pilot._wait_for_screen()
        app.screen._on_timer_update()
        rest = 0 if await _busy(app) else rest + 1
        if rest == 2:
            return
    raise AssertionError("The screen never came to rest.")


async def _busy(app: App[Any]) -> bool:
    """Whether a worker runs, or a message, a callback or a repaint waits."""
    if any(not worker.is_finished and worker.group not in ENDLESS for worker in app.workers):
        await asyncio.sleep(0.001)  # it may wait for the writer's thread
        return True
    screen = app.screen
    if screen._callbacks or screen._dirty_widgets or screen._layout_required or screen._scroll_required:
        return True
    pumps = [app, *screen.walk_children(with_self=True)]
    return any(pump.message_queue_size or pump._next_callbacks or pump._pending_message for pump in pumps)


def screen_text(app: ConvoApp) -> str:
    """What the terminal shows, as text without the blanks at the ends of lines."""
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in line).rstrip() for line in strips)


@dataclass
class Play:
    """An inbox in use."""

    app: ConvoApp
    pilot: Pilot[None]
    engine: FakeEngine

    @property
    def text(self) -> str:
        return screen_text(self.app)

    @property
    def lines(self) -> list[str]:
        return self.text.split("\n")

    @property
    def status(self) -> str:
        """The status line."""
        return self.lines[-2].strip() if len(self.lines) == self.app.size.height else self._painted("#status")

    def _painted(self, name: str) -> str:
        from convo.tui.paint import Painted

        return self.app.inbox.query_one(name, Painted).lines[0].text.strip()

    @property
    def top(self) -> str:
        return self._painted("#top")

    @property
    def keys(self) -> str:
        return self._painted("#keys")

    @property
    def cursor(self) -> str:
        """The name in the row under the cursor."""
        current = self.app.inbox.list.current
        return self.app.desk.source.fields(current).name if current else ""

    @property
    def cursor_line(self) -> int:
        """The line of the screen on which the row under the cursor begins."""
        rows = self.app.inbox.list
        return rows.index * 2 - rows.scroll_offset.y

    def state(self, thread_id: int) -> State:
        """The state of a thread in the engine."""
        return self.engine.threads[thread_id].state

    @property
    def view(self) -> View:
        """The view that is looked at."""
        return self.app.desk.view

    async def press(self, *keys: str) -> None:
        """Type keys, each after everything has settled."""
        for key in keys:
            self.app.post_message(key_event(key))
            await self.settle()

    async def burst(self, *keys: str) -> None:
        """Type keys faster than anything can be painted between them."""
        for key in keys:
            self.app.post_message(key_event(key))
        await self.settle()

    async def type(self, text: str) -> None:
        """Type a text into the field with the focus."""
        await self.press(*({" ": "space", "\n": "enter"}.get(sign, sign) for sign in text))

    async def settle(self) -> None:
        """Until nothing is left to be done: no message, callback, worker or repaint, twice in a row."""
        await settled(self.app, self.pilot)

    async def tell(self, *numbers: int) -> None:
        """The store says that threads changed."""
        self.engine.tell(*numbers)
        await self.settle()


def cast_engine(engine: Any) -> Any:
    """The fake stands in for the engine."""
    return engine


@asynccontextmanager
async def inbox(size: tuple[int, int] = WIDE, *, rows: Sequence[Row] = cast.ROWS, engine: Any = None,
                config: Config | None = None) -> AsyncIterator[Play]:  # fmt: skip
    """The inbox at a size, its first frame painted."""
    behind = engine or FakeEngine(rows, config)
    app = ConvoApp(cast_engine(behind), zone=timezone.utc, offline=True)
    async with app.run_test(size=size) as pilot:
        play = Play(app, pilot, behind)
        await play.settle()
        yield play


def same_as_kept(name: str, text: str) -> None:
    """The screen is the one kept under this name; CONVO_SHOTS=write keeps the present one."""
    path = SHOTS / f"{name}.txt"
    if os.environ.get("CONVO_SHOTS") == "write":
        path.parent.mkdir(exist_ok=True)
        path.write_text(text + "\n", encoding="utf-8")
    assert text + "\n" == path.read_text(encoding="utf-8"), (
        f"{name} looks different; CONVO_SHOTS=write keeps it"
    )
