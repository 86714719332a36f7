"""Errands: what triage does on the platforms, after the undo window and never in anybody's way."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from convo.adapters.contract import Refused, SignInAgain, Unreachable, Verb
from convo.engine import Engine
from convo.model import Message
from convo.store import accounts as stored
from convo.store.connection import micros
from convo.views import Health, Seen
from tests.engine.stage import Stage, settled, shown


async def errand(engine: Engine, verb: Verb, **argument: Any) -> None:
    """Leave something to be done on the platform ten seconds from now."""
    record = stored.by_name(engine.store.reader, "one")
    assert record is not None
    due_at = engine.clock.now() + timedelta(seconds=10)
    values = (record.id, verb.value, json.dumps(argument), micros(due_at))
    await engine.store.write(
        lambda db: db.execute(
            "INSERT INTO errand (account_id, verb, argument, due_at) VALUES (?, ?, ?, ?)", values
        )
    )


def left(engine: Engine) -> int:
    return int(engine.store.reader.execute("SELECT count(*) FROM errand").fetchone()[0])


def set_mark_read(stage: Stage, policy: str) -> None:
    stage.config = replace(stage.config, inbox=replace(stage.config.inbox, mark_read=policy, undo_seconds=10))


Ready = tuple[Stage, Message, Message]


@pytest.fixture
def ready(tmp_path: Path) -> Ready:
    stage = Stage(tmp_path)
    older, newer = stage.ask("older"), stage.ask("newer")
    stage.sync()
    return stage, older, newer


def test_nothing_is_done_before_its_time(ready: Ready) -> None:
    stage, older, _ = ready
    set_mark_read(stage, "always")

    async def play(engine: Engine) -> None:
        await errand(engine, Verb.MARK_READ, uri=older.uri)
        await engine.errands.run("one")
        assert stage.server().read == {}
        stage.clock.step(10)
        await engine.errands.run("one")
        assert stage.server().read == {stage.person("me").uid: older.uri}
        assert left(engine) == 0

    stage.run(play)


@pytest.mark.parametrize(("policy", "marked"), [("off", False), ("clear", False), ("always", True)])
def test_read_state_goes_back_as_far_as_the_user_wants(ready: Ready, policy: str, marked: bool) -> None:
    stage, _, newer = ready
    set_mark_read(stage, policy)

    async def play(engine: Engine) -> None:
        await errand(engine, Verb.MARK_READ, uri=newer.uri)
        stage.clock.step(10)
        await engine.errands.run("one")
        assert bool(stage.server().read) is marked
        assert left(engine) == 0

    stage.run(play)


def test_done_marks_read_there_when_nothing_older_is_open(ready: Ready) -> None:
    stage, _, newer = ready
    set_mark_read(stage, "clear")

    async def play(engine: Engine) -> None:
        rows = {row.words: row for row in shown(engine)}
        for text, marked in (("newer", {}), ("older", {stage.person("me").uid: newer.uri})):
            await engine.acts.done(Seen(rows[text].thread_id, rows[text].arrival))
            stage.clock.step(10)
            await engine.errands.run("one")
            assert stage.server().read == marked
            assert left(engine) == 0

    stage.run(play)


def test_what_is_taken_back_in_time_is_not_done(ready: Ready) -> None:
    stage, _, _ = ready

    async def play(engine: Engine) -> None:
        row = shown(engine)[0]
        await engine.acts.mute(Seen(row.thread_id, row.arrival))
        await engine.acts.undo()
        stage.clock.step(60)
        await engine.errands.run("one")
        assert stage.server().muted_threads == {}

    stage.run(play)


def test_a_mute_is_told_to_the_platform(ready: Ready) -> None:
    stage, older, _ = ready

    async def play(engine: Engine) -> None:
        await errand(engine, Verb.MUTE_THREAD, uri=older.uri, on=True)
        await errand(engine, Verb.MUTE_PERSON, uid=stage.person("ana").uid, on=True)
        stage.clock.step(10)
        await engine.errands.run("one")

    stage.run(play)
    assert stage.server().muted_threads == {stage.person("me").uid: {older.uri}}
    assert stage.server().hidden == {stage.person("me").uid: {stage.person("ana").uid}}


def test_what_the_account_cannot_is_left_out(tmp_path: Path) -> None:
    stage = Stage(tmp_path, verbs=frozenset({Verb.ANSWER}))
    message = stage.ask("hello")
    stage.sync()
    requests = len(stage.server().log)

    async def play(engine: Engine) -> None:
        await errand(engine, Verb.MUTE_THREAD, uri=message.uri, on=True)
        stage.clock.step(10)
        await engine.errands.run("one")
        assert left(engine) == 0

    stage.run(play)
    assert len(stage.server().log) == requests


@pytest.mark.parametrize(
    ("failure", "kept"),
    [
        (lambda: Unreachable("no route"), True),
        (lambda: KeyError("a bug"), True),
        (lambda: SignInAgain("revoked"), True),
        (lambda: Refused("no"), False),
    ],
)
def test_a_failure_is_tried_again_and_stands_in_nobodys_way(
    ready: Ready, failure: Callable[[], Exception], kept: bool
) -> None:
    stage, older, _ = ready
    stage.server().expect("mute_thread", failure)

    async def play(engine: Engine) -> None:
        await errand(engine, Verb.MUTE_THREAD, uri=older.uri, on=True)
        stage.clock.step(10)
        await engine.errands.run("one")
        assert left(engine) == int(kept)
        stage.clock.step(3600)
        await engine.sync.once()
        stage.clock.step(3600)
        await engine.errands.run("one")
        assert left(engine) == 0
        assert engine.inbox.accounts()[0].health is Health.FINE

    stage.run(play)
    assert bool(stage.server().muted_threads) is kept


def test_an_errand_that_always_fails_is_given_up(ready: Ready) -> None:
    stage, older, _ = ready
    stage.server().expect("mute_thread", KeyError("a bug"), times=1000)

    async def play(engine: Engine) -> None:
        await errand(engine, Verb.MUTE_THREAD, uri=older.uri, on=True)
        for _ in range(50):
            stage.clock.step(3600)
            await engine.errands.run("one")
        assert left(engine) == 0

    stage.run(play)
    assert stage.server().requests("mute_thread") == 8


def test_the_inbox_runs_them(ready: Ready) -> None:
    stage, older, _ = ready

    async def play(engine: Engine) -> None:
        running = asyncio.ensure_future(engine.run())
        await settled(engine)
        await errand(engine, Verb.MUTE_THREAD, uri=older.uri, on=True)
        engine.errands.waiter.wake()
        await settled(engine)
        assert stage.server().muted_threads == {}
        stage.clock.step(10)
        await settled(engine)
        assert stage.server().muted_threads == {stage.person("me").uid: {older.uri}}
        await engine.stop()
        await running

    stage.run(play)
