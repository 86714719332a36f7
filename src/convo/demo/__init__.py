"""`convo --demo`: the inbox with a built-in cast, no account and no network; people answer back.

Nothing is stored outside a temporary directory unless `--data-dir` says so.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from convo.clock import Clock, SystemClock
from convo.demo import elsewhere, square
from convo.demo.company import Company
from convo.demo.stage import Stage, config
from convo.engine import Engine
from convo.store import Store
from convo.views import Draft, Row, Seen, View

CIRCLE = ("Ana Lind", "Ben Okafor", "Hana Ito", "Noor Haddad")
NOTES = {"Ana Lind": "her sister lives in Umeå; plain answers", "Ben Okafor": "prefers a straight word"}


@contextmanager
def demo_engine(directory: str | None = None, clock: Clock | None = None) -> Iterator[Engine]:
    """An engine over the cast, with the evening's state already there; closed at the end."""
    with TemporaryDirectory(prefix="convo-demo-", ignore_cleanup_errors=True) as temporary:
        time = clock or SystemClock()
        stage = Stage(time)
        square.play(stage)
        elsewhere.play(stage)
        store = Store.open(Path(directory).expanduser() if directory else Path(temporary), time)
        try:
            company = Company(stage)
            asyncio.run(_set_the_scene(stage, store, time))
            yield Engine(config(), store, time, adapters=company.adapters())
        finally:
            store.close()


async def _set_the_scene(stage: Stage, store: Store, clock: Clock) -> None:
    """What the user did before: first sync, circle, notes, something snoozed, done, muted, half written."""
    from convo.adapters.memory import factory

    engine = Engine(config(), store, clock, adapters=factory(stage.world))
    try:
        first_time = not engine.inbox.rows(View.ALL, limit=1).rows
        await engine.sync.once()
        if first_time:
            await _arrange(engine, clock)
    finally:
        await engine.stop()


async def _arrange(engine: Engine, clock: Clock) -> None:
    rows = {row.who.shown: row for row in engine.inbox.rows(View.ALL, limit=500).rows if row.who}
    for name in CIRCLE:
        for person in engine.inbox.find_people(name, limit=5):
            await engine.acts.circle(person.person_id)
            if name in NOTES:
                await engine.acts.note(person.person_id, NOTES[name])
    await engine.acts.snooze([_seen(rows["Jo Rivers"])], clock.now() + timedelta(seconds=1))
    await engine.acts.snooze([_seen(rows["Inês Prado"])], clock.now() + timedelta(days=3))
    await engine.acts.done([_seen(rows["Zoé Petit"])])
    await engine.acts.mute([_seen(rows["Walt Graves"])])
    await _half_written(engine, rows["Hana Ito"], clock)


async def _half_written(engine: Engine, row: Row, clock: Clock) -> None:
    opened = engine.inbox.open(row.thread_id)
    waiting = [entry for entry in opened.entries if entry.waiting] if opened else []
    if not waiting:
        return
    await engine.answers.save_draft(
        Draft(
            account=row.account, uri=waiting[0].uri, text="The green one, because of the heron. It looks", cursor=45,
            visibility=None, content_warning=None, language="", dropped=(), attachments=(), edits="",
            touched_at=clock.now(), seen_arrival=row.arrival,
        )
    )  # fmt: skip


def _seen(row: Row) -> Seen:
    return Seen(row.thread_id, row.arrival)
