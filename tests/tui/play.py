"""Running the inbox in a test: keys in, the screen as text out, compared with the picture kept beside the tests."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timezone
from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from convo.config import Config
from convo.tui.app import ConvoApp
from convo.views import Row, State, View
from tests.tui import cast
from tests.tui.fake import FakeEngine

SHOTS = Path(__file__).parent / "shots"
WIDE, USUAL, SMALL = (120, 40), (80, 24), (60, 20)


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
        """Type keys, and let everything settle."""
        await self.pilot.press(*keys)
        await self.settle()

    async def type(self, text: str) -> None:
        """Type a text into the field with the focus."""
        await self.press(*({" ": "space", "\n": "enter"}.get(sign, sign) for sign in text))

    async def settle(self) -> None:
        await self.pilot.pause()
        await self.pilot.pause()

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
