"""Sync: when it goes wrong."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from convo.adapters.contract import Refused, RetryAt, SignInAgain, Unreachable
from convo.engine import Engine
from convo.views import Health
from tests.engine.stage import START, Stage, settled
from tests.engine.sync_scene import asked_for, seen


def health_of(stage: Stage, name: str = "one") -> Any:
    async def play(engine: Engine) -> Any:
        return next(status for status in engine.inbox.accounts() if status.name == name)

    return stage.run(play)


@pytest.mark.parametrize(
    ("error", "health"),
    [
        (Unreachable("one.example was not found."), Health.STALE),
        (RetryAt("one.example is busy."), Health.STALE),
        (RetryAt("Too many requests.", START + timedelta(minutes=15)), Health.RESTING),
        (SignInAgain("The token was revoked."), Health.SIGN_IN),
        (Refused("one.example said no."), Health.STALE),
        (KeyError("an adapter's bug"), Health.STALE),
        (RecursionError("nested too deeply"), Health.STALE),
    ],
)
@pytest.mark.parametrize("first", [True, False])
def test_a_failure_stays_in_its_account_with_one_sentence(
    tmp_path: Path, error: Exception, health: Health, first: bool
) -> None:
    stage = Stage(tmp_path, "one", "two")
    stage.ask("here?")
    stage.ask("there?", "two")
    if not first:
        stage.sync()
    stage.server().expect("fetch:mentions", error)
    outcomes = stage.sync()
    said = getattr(error, "words", "stumbled")
    assert said in outcomes["one"].error
    assert "\n" not in outcomes["one"].error
    assert (outcomes["two"].error, outcomes["two"].requests > 0) == ("", True)
    assert "there?" in seen(stage)
    status = health_of(stage)
    assert (status.health, said in status.words) == (health, True)
    assert health_of(stage, "two").health is Health.FINE
    stage.clock.step(3600)
    assert stage.sync()["one"].error == ""
    assert health_of(stage).health is Health.FINE
    assert seen(stage) == ["here?", "there?"]


def test_an_account_whose_first_sign_in_fails_says_so(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.server().down = "one.example was not found; is the network there?"
    assert stage.sync()["one"].error == "one.example was not found; is the network there?"
    status = health_of(stage)
    assert (status.health, status.words) == (Health.STALE, "one.example was not found; is the network there?")
    stage.server().down = ""
    stage.sync()
    assert health_of(stage).health is Health.FINE


def test_a_platform_that_asked_for_rest_is_left_alone_until_then(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.sync()
    rest = START + timedelta(minutes=15)
    stage.server().limited_until = rest
    stage.sync()
    asked_for(stage)
    stage.clock.step(14 * 60)
    outcome = stage.sync()["one"]
    assert (outcome.requests, outcome.next_poll_at) == (0, rest)
    assert "Too many requests" in outcome.error
    assert asked_for(stage) == []
    stage.clock.step(60)
    assert stage.sync()["one"].error == ""


def test_tries_come_later_and_later_with_jitter_up_to_half_an_hour(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.sync()
    stage.server().expect("fetch", Unreachable("no route"), times=100)
    waits: list[float] = []

    async def play(engine: Engine) -> None:
        said: list[str] = []
        engine.on_words = said.append
        running = asyncio.ensure_future(engine.run())
        for _ in range(9):
            await settled(engine)
            (status,) = engine.inbox.accounts()
            assert status.next_at is not None
            waits.append((status.next_at - stage.clock.now()).total_seconds())
            tries = len(stage.server().log)
            stage.clock.step(waits[-1] - 0.5)
            await settled(engine)
            assert (status.health, len(stage.server().log)) == (Health.STALE, tries)
            stage.clock.step(1)
        stage.server().mishaps.clear()
        stage.clock.step(1800)
        await settled(engine)
        assert said == ["one: no route", "one is fine again."]
        await engine.stop()
        await running

    stage.run(play)
    for number, wait in enumerate(waits):
        whole = min(60 * 2**number, 1800)
        assert whole / 2 <= wait <= whole
    assert len(set(waits)) == len(waits)


def test_a_malformed_item_is_logged_and_loses_nobody(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    stage = Stage(tmp_path)
    stage.ask("before")
    stage.server().malformed.add(stage.ask("broken").uri)
    stage.ask("after")
    with caplog.at_level(logging.WARNING):
        assert stage.sync()["one"].error == ""
    assert seen(stage) == ["before", "after"]
    assert any("one" in line and "could not be read" in line for line in caplog.messages)


def test_a_platform_that_does_not_give_the_blocked_list_is_no_trouble(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.server().expect("fetch:people", Refused("This needs another scope."), times=100)
    stage.ask("hello")
    assert stage.sync()["one"].error == ""
    assert seen(stage) == ["hello"]
    asked_for(stage)
    stage.clock.step(60)
    stage.sync()
    assert asked_for(stage) == ["mentions", "own", "lookup"]


def test_a_channel_that_does_not_get_on_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from convo.adapters.memory import MemoryAdapter
    from convo.model import Page

    stage = Stage(tmp_path)

    async def stuck(*_: object) -> Page:
        return Page(cursor="same", more=True)

    monkeypatch.setattr(MemoryAdapter, "fetch", stuck)
    assert stage.sync()["one"].error == ""
