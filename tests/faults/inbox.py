"""The inbox without a terminal, as a process of its own: the app, the engine and real adapters on a clock by hand.

Reads one JSON document a line: `step` (seconds that pass), `answers` (pairs of a message's URI and words), `keyed`
(words to answer whoever is on top with, by keys), `done` (how many who wait longest are closed besides). Answers a
line with `rss` (MB), `refused` (words that could not be sent, with why) and `looked` (whether a sync came to its end).
"""

from __future__ import annotations

import asyncio
import json
import sys
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from convo.adapters import known_platforms
from convo.adapters.http import Http
from convo.clock import HandClock
from convo.config import load
from convo.engine import Engine
from convo.engine.inbox import NotFound
from convo.engine.terms import CannotAnswer
from convo.store import Store
from convo.tui.app import ConvoApp
from convo.views import Draft, Seen, View

PATIENCE = 20.0
"""Seconds until a sync that does not end is left alone."""


def rss() -> float:
    """MB of memory in use now."""
    words = Path("/proc/self/statm").read_text().split()
    return int(words[1]) * 4096 / 2**20


class Inbox:
    """The app at work, told what to do."""

    def __init__(self, engine: Engine, clock: HandClock, pilot: Any) -> None:
        self.engine = engine
        self.clock = clock
        self.pilot = pilot

    async def do(self, told: dict[str, Any]) -> dict[str, Any]:
        """One line's work."""
        refused = []
        for uri, words in told["answers"]:
            try:
                await self.engine.answers.send(self._draft(uri, words), hold=0, yes=True)
            except (CannotAnswer, NotFound) as error:
                refused.append([words, f"{error}"])
        if told["keyed"] and not await self._by_keys(told["keyed"]):
            refused.append([told["keyed"], "nobody is there to answer"])
        if told["done"]:
            await self._close(told["done"])
        self.clock.step(told["step"])
        looked = await self._looked()
        return {"rss": rss(), "refused": refused, "looked": looked}

    def _draft(self, uri: str, words: str) -> Draft:
        inbox = self.engine.inbox
        if inbox.resolve(uri).message_id is None:
            raise NotFound("It is not here.")
        return Draft(
            "here", uri, words, 0, None, None, "en", (), (), "", self.clock.now(), inbox.highest_arrival()
        )

    async def _by_keys(self, words: str) -> bool:
        """Answer whoever is on top; False where no reply box opens, for then letters are commands."""
        await self.pilot.press("escape", "escape", "g", "w", "home", "r")
        await self.pilot.pause()
        if not self.pilot.app.screen.replying:
            return False
        await self.pilot.press(*({" ": "space"}.get(sign, sign) for sign in words), "ctrl+s")
        await self.pilot.pause()
        await self.pilot.press("escape")
        return True

    async def _close(self, count: int) -> None:
        rows = self.engine.inbox.rows(View.WAITING, limit=count).rows
        arrival = self.engine.inbox.highest_arrival()
        await self.engine.acts.done([Seen(row.thread_id, arrival) for row in rows])

    async def _looked(self) -> bool:
        """Wait until nothing is looked at any more."""
        calm, end = 0, asyncio.get_running_loop().time() + PATIENCE
        while calm < 4:
            if asyncio.get_running_loop().time() > end:
                return False
            await asyncio.sleep(0.01)
            calm = 0 if self.engine.accounts.looking else calm + 1
        return True


async def play(config: Path, data: Path, now: datetime) -> None:
    """Serve lines until standard input ends."""
    clock = HandClock(now)
    store = Store.open(data, clock)
    engine = Engine(load(config, known_platforms()), store, clock)
    app = ConvoApp(engine, zone=timezone.utc)
    loop = asyncio.get_running_loop()
    try:
        async with app.run_test(size=(120, 40)) as pilot:
            inbox = Inbox(engine, clock, pilot)
            while line := await loop.run_in_executor(None, sys.stdin.readline):
                print(json.dumps(await inbox.do(json.loads(line))), flush=True)
    finally:
        await engine.stop()
        store.close()


if __name__ == "__main__":
    defaults = Http.__init__.__kwdefaults__ or {}
    defaults["deadline"] = float(sys.argv[4])
    asyncio.run(play(Path(sys.argv[1]), Path(sys.argv[2]), datetime.fromisoformat(sys.argv[3])))
