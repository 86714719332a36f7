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
from convo.demo import elsewhere, past, square
from convo.demo.company import Company
from convo.demo.stage import Stage, config
from convo.engine import Engine
from convo.store import Store
from convo.views import Draft, Row, Seen, View

CIRCLE = ("Ana Lind", "Ben Okafor", "Hana Ito", "Noor Haddad", "Edda Holm")
SAME = ("@ana@fosstodon.org", "@ana.lind.example")
"""One human on two platforms; a third place is left to be suggested."""
UNSEEN = ("田中 美咲", "Emil Sand", "Gus Park", "Sam Wolfe", "Ivo Marek")
"""Whose conversations were not looked at yet."""
CLOSED, MUTED = ("On moss", "Letters, aloud"), ("This, and the part about the bridge.",)
"""Conversations of long ago, by their titles."""
NOTES = {"Ana Lind": "her sister lives in Umeå; plain answers", "Ben Okafor": "prefers a straight word"}


@contextmanager
def demo_engine(directory: str | None = None, clock: Clock | None = None) -> Iterator[Engine]:
    """An engine over the cast, with the evening's state already there; closed at the end."""
    with TemporaryDirectory(prefix="convo-demo-", ignore_cleanup_errors=True) as temporary:
        time = clock or SystemClock()
        stage = Stage(time)
        for part in (past, square, elsewhere):
            part.play(stage)
        store = Store.open(Path(directory).expanduser() if directory else Path(temporary), time)
        try:
            company = Company(stage)
            asyncio.run(_set_the_scene(stage, store, time))
            engine = Engine(config(), store, time, adapters=company.adapters())
            company.on_said = engine.look_now
            yield engine
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
    rows = engine.inbox.rows(View.ALL, limit=500).rows
    by_name = {row.who.shown: row for row in reversed(rows) if row.who}
    one, other = (engine.inbox.find_people(handle)[0].person_id for handle in SAME)
    await engine.acts.join(one, other)
    for name in CIRCLE:
        person = engine.inbox.find_people(name, limit=1)[0]
        await engine.acts.circle(person.person_id)
        if name in NOTES:
            await engine.acts.note(person.person_id, NOTES[name])
    await engine.acts.snooze([_seen(by_name["Jo Rivers"])], clock.now() + timedelta(seconds=1))
    await engine.acts.snooze([_seen(by_name["Inês Prado"])], clock.now() + timedelta(days=3))
    await engine.acts.done([_seen(by_name["Zoé Petit"])])
    await engine.acts.mute([_seen(by_name["Walt Graves"])])
    for row in rows:
        if row.title in CLOSED:
            await engine.acts.done([_seen(row)])
        if row.title in MUTED:
            await engine.acts.mute([_seen(row)])
        if row.who is None or row.who.shown not in UNSEEN:
            await engine.acts.looked(_seen(row))
    await _half_written(engine, by_name["Hana Ito"], clock)


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
