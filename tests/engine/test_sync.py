"""Sync: the first one, and how often the platforms are asked."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from convo.engine import Engine
from convo.views import Health, View
from tests.engine.stage import START, Killed, Stage, dying_at, settled, until, words
from tests.engine.sync_scene import asked_for, seen

DAY = timedelta(days=1)


def test_the_first_sync_reads_own_messages_before_anybody_waits(tmp_path: Path) -> None:
    stage = Stage(tmp_path, direct_apart=True)
    stage.ask("Did you get the house?")
    assert stage.sync()["one"].fetched == 1
    assert asked_for(stage) == ["identify", "own", "mentions", "direct", "people", "contexts"]
    assert seen(stage) == ["Did you get the house?"]


def test_what_was_answered_before_does_not_wait(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.say("yes", to=stage.ask("Did you get the house?"))
    stage.sync()
    assert seen(stage) == []
    assert seen(stage, View.ANSWERED) == ["Did you get the house?"]


def test_only_the_days_of_waiting_can_wait_and_only_the_history_is_read(tmp_path: Path) -> None:
    stage = Stage(tmp_path, page_size=1)
    for days, text in ((100, "too old"), (60, "history"), (13, "waits")):
        stage.ask(text, at=START - days * DAY)
    assert stage.sync()["one"].fetched == 2
    assert seen(stage) == ["waits"]
    assert seen(stage, View.HISTORY) == ["history"]


def test_people_wait_before_all_of_the_history_was_read(tmp_path: Path) -> None:
    stage = Stage(tmp_path, page_size=1)
    for days in (80, 60, 40, 13):
        stage.ask(f"{days} days", at=START - days * DAY)
    held = asyncio.Event()

    async def play(engine: Engine) -> None:
        stage.server().expect("fetch:mentions", None, times=2)
        third = stage.server().expect("fetch:mentions", None, until=held)
        syncing = asyncio.ensure_future(engine.sync.once())
        await until(lambda: third.reached)
        assert words(engine) == ["13 days"]
        (status,) = engine.inbox.accounts()
        assert status.health is Health.LOOKING
        assert status.words == "What came since 13 Oct is here; older follows."
        held.set()
        assert (await syncing)["one"].fetched == 4
        (status,) = engine.inbox.accounts()
        assert (status.health, status.words) == (Health.FINE, "")

    stage.run(play)


def test_a_first_sync_that_dies_anywhere_goes_on_where_it_was(tmp_path: Path) -> None:
    def prepared(directory: Path) -> Stage:
        stage = Stage(directory, page_size=2, overlap=1)
        for days in range(20, 0, -4):
            stage.ask(f"{days} days", at=START - days * DAY)
        stage.say("mine", to=stage.ask("answered"))
        return stage

    whole = prepared(tmp_path / "whole")
    with dying_at("nowhere") as passed:
        whole.sync()
    expected = [seen(whole, view) for view in (View.WAITING, View.HISTORY, View.ANSWERED)]
    pages = whole.server().log.count((whole.person("me").uid, "fetch", "mentions"))
    assert expected[0] == ["12 days", "8 days", "4 days"]
    for number in range(len(passed)):
        stage = prepared(tmp_path / str(number))
        with dying_at(passed[number], passed[: number + 1].count(passed[number])), pytest.raises(Killed):
            stage.sync()
        assert stage.sync()["one"].error == ""
        assert [seen(stage, view) for view in (View.WAITING, View.HISTORY, View.ANSWERED)] == expected
        read = stage.server().log.count((stage.person("me").uid, "fetch", "mentions"))
        assert pages <= read <= pages + 2


def test_what_comes_while_the_list_is_read_is_not_lost(tmp_path: Path) -> None:
    stage = Stage(tmp_path, page_size=2)
    for number in range(4):
        stage.ask(f"m{number}", at=START - timedelta(hours=5 - number))
    coming = iter(["new"])

    def move(channel: str) -> None:
        if channel == "mentions":
            for text in coming:
                stage.ask(text)

    stage.server().after_page = move
    stage.sync()
    stage.sync()
    assert seen(stage) == ["m0", "m1", "m2", "m3", "new"]


# -- how often -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("apart", [False, True])
def test_nothing_new_and_nobody_waiting_is_one_request_for_each_incoming_channel(
    tmp_path: Path, apart: bool
) -> None:
    stage = Stage(tmp_path, direct_apart=apart)
    stage.say("yes", to=stage.ask("Did you get the house?"))
    stage.sync()
    asked_for(stage)
    for _ in range(3):
        stage.clock.step(300)
        outcome = stage.sync()["one"]
        assert (outcome.requests, outcome.fetched, outcome.error) == (2 if apart else 1, 0, "")
        assert asked_for(stage) == (["mentions", "direct"] if apart else ["mentions"])


def test_while_somebody_waits_there_is_one_more_for_own_messages_and_one_look_up(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    for number in range(50):
        stage.ask(f"m{number}")
    stage.sync()
    asked_for(stage)
    for _ in range(3):
        stage.clock.step(300)
        assert stage.sync()["one"].requests == 3
        assert asked_for(stage) == ["mentions", "own", "lookup"]


def test_the_slow_channels_are_read_once_a_day_by_convo_sync(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.sync()
    asked_for(stage)
    stage.clock.step(23 * 3600)
    stage.sync()
    assert asked_for(stage) == ["mentions"]
    stage.clock.step(3600)
    stage.sync()
    assert asked_for(stage) == ["identify", "mentions", "own", "people", "contexts"]
    stage.clock.step(60)
    stage.sync()
    assert asked_for(stage) == ["mentions"]


def test_the_inbox_looks_each_minute_and_after_those_who_wait_each_quarter_of_an_hour(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.ask("Did you get the house?")
    stage.sync()
    asked_for(stage)

    async def play(engine: Engine) -> None:
        running = asyncio.ensure_future(engine.run())
        await settled(engine)
        assert asked_for(stage) == ["identify", "mentions", "own", "people", "contexts", "lookup"]
        for minute in range(1, 31):
            stage.clock.step(60)
            await settled(engine)
            slow = ["own", "people", "contexts", "lookup"] if minute % 15 == 0 else []
            assert asked_for(stage) == ["mentions", *slow], minute
        await engine.stop()
        await running

    stage.run(play)


def test_the_users_own_word_for_look_now(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.sync()

    async def play(engine: Engine) -> None:
        running = asyncio.ensure_future(engine.run())
        await settled(engine)
        asked_for(stage)
        stage.ask("Are you there?")
        engine.look_now()
        await settled(engine)
        assert asked_for(stage)[0] == "mentions"
        assert words(engine) == ["Are you there?"]
        await engine.stop()
        await running

    stage.run(play)


def test_all_accounts_are_read_at_once(tmp_path: Path) -> None:
    stage = Stage(tmp_path, "one", "two", "three")
    met = asyncio.Event()

    async def play(engine: Engine) -> None:
        mishaps = [stage.server(name).expect("fetch:own", None, until=met) for name in engine.accounts.names]
        syncing = asyncio.ensure_future(engine.sync.once())
        await until(lambda: all(mishap.reached for mishap in mishaps))
        met.set()
        assert {outcome.error for outcome in (await syncing).values()} == {""}

    stage.run(play)
