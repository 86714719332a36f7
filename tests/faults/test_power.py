"""Loss of power: what the user wrote or decided is on the disk before anything comes of it; the rest comes again."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from convo.engine import Engine
from convo.store import Store
from convo.views import Draft, Seen, View
from tests.engine.stage import Stage
from tests.faults.bench import FULL
from tests.faults.conftest import Benches
from tests.faults.scenarios import SCENARIOS

DELIVERING = next(scenario for scenario in SCENARIOS if scenario.name == "sync that delivers")
USERS = ("outbox", "draft", "journal", "done", "mute", "snooze", "contact", "contact_person", "person_choice")
_WRITES = re.compile(rf"\s*(?:INSERT|UPDATE|DELETE|REPLACE)\b.*?\b({'|'.join((*USERS, 'errand'))})\b", re.S)


@contextmanager
def _watched(engine: Engine) -> Iterator[list[tuple[str, str]]]:
    """The tables of the user's that were written, each with the mode in which its transaction was committed."""
    found: list[tuple[str, str]] = []
    open_: set[str] = set()
    mode = "NORMAL"

    def note(statement: str) -> None:
        nonlocal mode
        if (set_ := re.match(r"PRAGMA synchronous=(\w+)", statement)) is not None:
            mode = set_[1]
        if (written := _WRITES.match(statement)) is not None:
            open_.add(written[1])
        if statement.startswith("COMMIT"):
            found.extend((table, mode) for table in sorted(open_))
            open_.clear()

    db: sqlite3.Connection = engine.store._writer._db
    db.set_trace_callback(note)
    try:
        yield found
    finally:
        db.set_trace_callback(None)


def test_a_durable_commit_is_synced_and_ingest_need_not_be(tmp_path: Path) -> None:
    stage = Stage(tmp_path)

    def synchronous(db: sqlite3.Connection) -> int:
        return int(db.execute("PRAGMA synchronous").fetchone()[0])

    async def play(engine: Engine) -> None:
        assert await engine.store.write(synchronous) == FULL
        assert await engine.store.write(synchronous, user=False, durable=False) == 1
        assert await engine.store.write(synchronous) == FULL

    stage.run(play)
    store = Store.open(tmp_path, stage.clock)
    assert store.reader.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    store.close()


def test_everything_of_the_users_is_synced_when_it_is_committed(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    asked = [stage.ask(f"What about {n}?", by=name) for n, name in enumerate(("ana", "ana", "ana", "ana"))]
    stage.sync()

    async def play(engine: Engine) -> list[tuple[str, str]]:
        with _watched(engine) as written:
            rows = {row.words: row for row in engine.inbox.rows(View.WAITING).rows}
            seen = [
                Seen(row.thread_id, engine.inbox.highest_arrival())
                for words, row in rows.items()
                if "What" in words
            ]
            assert len(seen) == len(asked)
            entry = engine.inbox.resolve(asked[0].uri)
            assert entry.message_id is not None
            person = engine.inbox.entry(entry.message_id).author.person_id  # type: ignore[union-attr]
            draft = _draft(engine, asked[0].uri)
            await engine.answers.save_draft(draft)
            await engine.answers.discard_draft("one", asked[0].uri)
            await engine.acts.undo()
            held = await engine.answers.send(draft, hold=60)
            await engine.answers.recall(held.outbox_id)
            sent = await engine.answers.send(draft, hold=0)
            await engine.delivery.now(sent.outbox_id)
            await engine.acts.done(seen[1:2])
            await engine.acts.undo()
            await engine.acts.redo()
            await engine.acts.snooze(seen[2], None)
            await engine.acts.mute(seen[3])
            await engine.acts.reopen(seen[3])
            await engine.acts.circle(person)
            await engine.acts.note(person, "Met in Lund")
            await engine.acts.quiet(seen[3])
            return list(written)

    written = stage.run(play)
    assert {table for table, _ in written} >= set(USERS)
    assert not [table for table, mode in written if mode != "FULL"]


def _draft(engine: Engine, uri: str) -> Draft:
    return Draft(
        account="one",
        uri=uri,
        text="Gladly",
        cursor=0,
        visibility=None,
        content_warning=None,
        language="en",
        dropped=(),
        attachments=(),
        edits="",
        touched_at=engine.clock.now(),
        seen_arrival=engine.inbox.highest_arrival(),
    )


@pytest.mark.parametrize("kind", ["key ignored", "chosen record key"])
def test_when_the_power_goes_the_answer_is_there_once(benches: Benches, kind: str) -> None:
    """At each point of a delivering sync where something is committed that is not on the disk yet."""
    bench = benches(kind)
    course = bench.measure(DELIVERING.stage, *DELIVERING.words(bench))
    kills = course.at_power()
    assert kills, "a sync has commits that are not synced"
    assert course.synced[0], "the answer's own are"
    for kill in kills[::6]:
        verdict = DELIVERING.run(bench, kill)
        assert verdict.hit
        assert verdict.fine, f"killed {kill}: {verdict}"
        assert not verdict.unsure
