"""Sync: what is asked for and how often, what follows from it, and what happens when it goes wrong."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from convo.adapters.contract import Refused, RetryAt, SignInAgain, Unreachable
from convo.adapters.memory import Traits
from convo.engine import Engine
from convo.store import StoreError
from convo.store import accounts as stored
from convo.views import Health, Seen, State, View
from tests.engine.stage import START, Killed, Stage, dying_at, settled, shown, until, words

DAY = timedelta(days=1)


def asked_for(stage: Stage, name: str = "one") -> list[str]:
    """The requests since this was last asked."""
    log = stage.server(name).log
    found = [argument if verb == "fetch" else verb for _, verb, argument in log]
    log.clear()
    return found


def seen(stage: Stage, view: View = View.WAITING) -> list[str]:
    async def play(engine: Engine) -> list[str]:
        return words(engine, view)

    return stage.run(play)


def health_of(stage: Stage, name: str = "one") -> Any:
    async def play(engine: Engine) -> Any:
        return next(status for status in engine.inbox.accounts() if status.name == name)

    return stage.run(play)


# -- the first sync --------------------------------------------------------------------------------------


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


# -- what follows ----------------------------------------------------------------------------------------


def test_an_answer_given_elsewhere_is_found_and_one_deleted_there_makes_it_wait_again(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    question = stage.ask("Did you get the house?")
    stage.ask("And the garden?")
    stage.sync()
    mine = stage.say("yes", to=question)
    stage.sync()
    assert seen(stage) == ["And the garden?"]
    stage.world.delete(mine.uri)
    stage.sync()
    assert seen(stage) == ["Did you get the house?", "And the garden?"]


def test_a_deleted_answer_is_noticed_when_nobody_else_waits(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    mine = stage.say("yes", to=stage.ask("Did you get the house?"))
    stage.sync()
    stage.world.delete(mine.uri)
    stage.clock.step(24 * 3600)
    stage.sync()
    assert seen(stage) == ["Did you get the house?"]


@pytest.mark.parametrize("tells", [False, True])
def test_a_question_that_is_deleted_waits_no_more(tmp_path: Path, tells: bool) -> None:
    stage = Stage(tmp_path, tells_deletions=tells)
    question = stage.ask("oops")
    stage.sync()
    stage.world.delete(question.uri)
    stage.sync()
    assert seen(stage) == []


def test_an_edit_that_first_names_the_user_waits(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    message = stage.world.write(stage.server(), stage.person("ana"), "hello")
    stage.sync()
    stage.world.edit(message.uri, "What do you say?", names=(stage.person("me"),))
    stage.sync()
    assert seen(stage) == ["What do you say?"]


@pytest.mark.parametrize("parents", ["uri", "id"])
def test_a_mention_that_is_only_carried_along_is_judged_by_its_parent(tmp_path: Path, parents: str) -> None:
    stage = Stage(tmp_path, parents=parents)
    me, ana = stage.person("me"), stage.person("ana")
    ben = stage.world.person(stage.server(), "ben")
    first = stage.world.write(stage.server(), ana, "you two", names=(ben, me), silent=True)
    stage.world.write(stage.server(), ben, "sure", to=first, leading=(ana, me))
    stage.world.write(
        stage.server(), ben, "new to you", to=stage.world.write(stage.server(), ana, "aside"), leading=(me,)
    )
    stage.sync()
    assert "sure" not in seen(stage)
    assert "new to you" in seen(stage)


@pytest.mark.parametrize("parents", ["uri", "id"])
def test_what_answers_something_that_is_gone_is_judged_without_it_and_asked_about_once(
    tmp_path: Path, parents: str
) -> None:
    stage = Stage(tmp_path, parents=parents)
    me, ana = stage.person("me"), stage.person("ana")
    gone = stage.world.write(stage.server(), ana, "gone", silent=True)
    stage.world.write(stage.server(), ana, "still here", to=gone, leading=(me,))
    stage.world.delete(gone.uri)
    stage.sync()
    assert seen(stage) == ["still here"]
    asked_for(stage)
    stage.sync()
    assert asked_for(stage) == ["mentions", "own", "lookup"]


def test_the_conversation_around_what_is_new_is_there_without_the_network(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    root = stage.world.write(stage.server(), stage.person("ana"), "On moss", silent=True, at=stage.just_now())
    stage.ask("What do you think?", to=root)
    stage.sync()

    async def play(engine: Engine) -> None:
        (waiting,) = shown(engine)
        opened = engine.inbox.open(waiting.thread_id)
        assert opened is not None
        assert [entry.text for entry in opened.entries] == ["On moss", "What do you think?"]

    stage.run(play)


def test_whom_the_user_muted_there_waits_no_more(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.ask("hello")
    stage.sync()
    stage.server().hidden[stage.person("me").uid] = {stage.person("ana").uid}
    stage.clock.step(24 * 3600)
    stage.sync()
    assert seen(stage) == []


def test_overlapping_pages_and_two_accounts_make_no_doubles(tmp_path: Path) -> None:
    stage = Stage(tmp_path, "one", "two", overlap=2, page_size=2)
    for server in stage.world.servers.values():
        server.network = "fediverse"
    for number in range(5):
        stage.ask(f"m{number}", names=(stage.person("me", "one"), stage.person("me", "two")))
    for _ in range(2):
        stage.sync()
    assert seen(stage) == [f"m{number}" for number in range(5)]

    async def play(engine: Engine) -> None:
        assert {row.accounts for row in shown(engine)} == {("one", "two")}

    stage.run(play)


def test_load_brings_a_conversation_and_says_what_is_missing(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    question = stage.ask("Did you get the house?")
    stage.sync()
    stage.world.write(stage.server(), stage.person("ana"), "and the garden?", to=question, silent=True)

    async def play(engine: Engine) -> None:
        (waiting,) = shown(engine)
        assert await engine.sync.load(waiting.thread_id) == ""
        opened = engine.inbox.open(waiting.thread_id)
        assert opened is not None
        assert [entry.text for entry in opened.entries] == ["Did you get the house?", "and the garden?"]
        stage.clock.step(15 * 60)
        stage.server().traits.context_limit = 1
        assert "part" in await engine.sync.load(waiting.thread_id)
        stage.clock.step(15 * 60)
        stage.server().down = "one.example was not found."
        assert "one.example was not found." in await engine.sync.load(waiting.thread_id)
        stage.server().down = ""
        stage.server().expect("conversation", TypeError("a bug"))
        assert "TypeError: a bug" in await engine.sync.load(waiting.thread_id)

    stage.run(play)


# -- when it goes wrong ----------------------------------------------------------------------------------


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


# -- the inbox's loop ------------------------------------------------------------------------------------


def test_a_second_inbox_says_who_looks_shows_what_came_and_takes_over(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.sync()

    async def play(engine: Engine) -> None:
        with stage.opened() as other:
            said: list[str] = []
            changes: list[frozenset[int]] = []
            other.on_words, other.on_change = said.append, changes.append
            running = asyncio.ensure_future(engine.run())
            await settled(engine)
            also = asyncio.ensure_future(other.run())
            await settled(other)
            assert len(said) == 1
            assert "Another inbox" in said[0]
            stage.ask("Are you there?")
            asked_for(stage)
            stage.clock.step(60)
            await settled(engine)
            assert asked_for(stage) == ["mentions"]
            changes.clear()
            stage.clock.step(1)
            await settled(other)
            assert frozenset() in changes
            assert words(other) == ["Are you there?"]
            await engine.stop()
            await running
            stage.clock.step(5)
            await settled(other)
            assert "mentions" in asked_for(stage)
            await other.stop()
            await also

    stage.run(play)


def test_the_snoozed_come_back_while_the_inbox_is_open(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.ask("Did you get the house?")
    stage.sync()

    async def play(engine: Engine) -> None:
        (waiting,) = shown(engine)
        await engine.acts.snooze(
            Seen(waiting.thread_id, waiting.arrival), stage.clock.now() + timedelta(hours=1)
        )
        changes: list[frozenset[int]] = []
        running = asyncio.ensure_future(engine.run())
        await settled(engine)
        engine.on_change = changes.append
        assert [row.state for row in shown(engine, View.ALL)] == [State.SNOOZED]
        stage.clock.step(3600)
        await settled(engine)
        assert frozenset({waiting.thread_id}) in changes
        assert words(engine) == ["Did you get the house?"]
        await engine.stop()
        await running

    stage.run(play)


def test_leaving_ends_a_long_sync_after_the_request_in_flight(tmp_path: Path) -> None:
    stage = Stage(tmp_path, page_size=1)
    for number in range(20):
        stage.ask(f"m{number}")
    held = asyncio.Event()

    async def play(engine: Engine) -> None:
        page = stage.server().expect("fetch:mentions", None, until=held)
        running = asyncio.ensure_future(engine.run())
        await until(lambda: page.reached)
        asked_for(stage)
        stopping = asyncio.ensure_future(engine.stop())
        await asyncio.sleep(0)
        held.set()
        await asyncio.gather(stopping, running)
        assert asked_for(stage) == ["mentions"]
        (record,) = stored.all_accounts(engine.store.reader)
        assert (record.health, record.words) == (Health.FINE, "")

    stage.run(play)
    assert stage.sync()["one"].error == ""
    assert len(seen(stage)) == 20


def test_a_program_that_meets_a_newer_store_stops_and_says_restart(tmp_path: Path) -> None:
    stage = Stage(tmp_path, "one", "two")
    stage.sync()

    async def play(engine: Engine) -> None:
        running = asyncio.ensure_future(engine.run())
        await settled(engine)
        newer = sqlite3.connect(engine.store.path)
        newer.execute("PRAGMA user_version = 9999")
        newer.close()
        stage.ask("hello")
        stage.clock.step(60)
        with pytest.raises(StoreError, match="restart"):
            await running
        assert [task for task in asyncio.all_tasks() if task is not asyncio.current_task()] == []

    stage.run(play)


def test_signing_in_elsewhere_is_noticed(tmp_path: Path) -> None:
    from dataclasses import replace

    from convo.paths import write_private
    from tests.engine.stage import TOKEN

    stage = Stage(tmp_path)
    account = replace(stage.config.accounts["one"], secret="")
    stage.config = replace(stage.config, accounts={"one": account})
    write_private(tmp_path / "secrets" / "one.secret", "an old token")

    async def play(engine: Engine) -> None:
        running = asyncio.ensure_future(engine.run())
        await settled(engine)
        (status,) = engine.inbox.accounts()
        assert status.health is Health.SIGN_IN
        requests = len(stage.server().log)
        for _ in range(20):
            stage.clock.step(60)
            await settled(engine)
        assert len(stage.server().log) == requests
        write_private(tmp_path / "secrets" / "one.secret", TOKEN)
        stage.clock.step(5)
        await until(lambda: engine.inbox.accounts()[0].health is Health.FINE)
        await engine.stop()
        await running

    stage.run(play)


def test_a_server_may_have_no_slow_channels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from convo.adapters._memory_world import Server
    from convo.adapters.contract import Channel, ChannelKind

    only = (Channel("mentions", ChannelKind.INCOMING), Channel("own", ChannelKind.OWN))
    monkeypatch.setattr(Server, "channels", lambda _: only)
    stage = Stage(tmp_path)
    stage.sync()
    asked_for(stage)
    stage.clock.step(60)
    stage.sync()
    assert asked_for(stage) == ["mentions"]
    stage.clock.step(24 * 3600)
    stage.sync()
    assert asked_for(stage) == ["identify", "mentions", "own"]
    assert Traits().page_size == 40
