"""Delivery: every class of outcome, crashes at every point, several processes: never lost, never doubled."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

import pytest

from convo.adapters.contract import Ambiguous, Refused, RetryAt, SignInAgain, Unreachable
from convo.engine import Engine
from convo.model import Message
from convo.store import accounts as stored
from convo.store import drafts, outbox
from convo.views import Health, OutboxRow, OutboxState, View
from tests.engine.stage import START, Killed, Stage, dying_at, queue, row, settled, states, until, words

SETTLE = timedelta(seconds=5)


def asked(stage: Stage, text: str = "Did you get the house?") -> Message:
    """Ana asks, and convo has seen it."""
    message = stage.ask(text)
    stage.sync()
    return message


def answer(stage: Stage, parent: Message, text: str = "yes") -> OutboxRow:
    """Answer in a process of its own, and give what became of it."""

    async def play(engine: Engine) -> OutboxRow:
        return await engine.delivery.now(await queue(engine, parent, text))

    return stage.run(play)


def draft_text(engine: Engine, uri: str, account: str = "one") -> str | None:
    record = stored.by_name(engine.store.reader, account)
    assert record is not None
    found = drafts.load(engine.store.reader, record.id, uri)
    return found.text if found else None


def test_an_answer_arrives_and_stands_in_the_thread_at_once(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    parent = asked(stage)
    sent = answer(stage, parent)
    (mine,) = stage.mine()
    assert (sent.state, sent.uri, sent.url) == (OutboxState.SENT, mine.uri, mine.url)

    async def play(engine: Engine) -> None:
        assert words(engine) == []
        opened = engine.inbox.open(sent.thread_id)
        assert opened is not None
        assert [entry.text for entry in opened.entries] == [parent.text, "yes"]

    stage.run(play)


def test_a_refused_answer_fails_with_the_platforms_words_and_its_text_is_a_draft(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    parent = asked(stage)
    stage.server().expect("answer", Refused('one.example said: "No."'))

    async def play(engine: Engine) -> None:
        outbox_id = await queue(engine, parent, "yes")
        found = await engine.delivery.now(outbox_id)
        assert (found.state, found.error) == (OutboxState.FAILED, 'one.example said: "No."')
        assert draft_text(engine, parent.uri) == "yes"
        await engine.delivery.now(outbox_id)

    stage.run(play)
    assert stage.server().requests("answer") == 1
    assert stage.mine() == []


def test_what_is_refused_while_preparing_never_leaves(tmp_path: Path) -> None:
    stage = Stage(tmp_path, limit=2)
    found = answer(stage, asked(stage))
    assert found.state is OutboxState.FAILED
    assert "longer" in found.error
    assert stage.server().requests("answer") == 0


def test_an_answer_to_what_is_gone_fails(tmp_path: Path) -> None:
    for orphans in (False, True):
        stage = Stage(tmp_path / str(orphans), orphans=orphans)
        parent = asked(stage)
        stage.world.delete(parent.uri)
        assert answer(stage, parent).state is OutboxState.FAILED
        assert stage.mine() == []


@pytest.mark.parametrize("verb", ["prepare", "answer"])
@pytest.mark.parametrize(
    "error", [RetryAt("Too many.", START + timedelta(minutes=7)), Unreachable("no route"), RetryAt("busy")]
)
def test_what_was_not_sent_is_tried_later(tmp_path: Path, verb: str, error: RetryAt) -> None:
    stage = Stage(tmp_path)
    parent = asked(stage)
    stage.server().expect(verb, error)

    async def play(engine: Engine) -> None:
        outbox_id = await queue(engine, parent, "yes")
        found = await engine.delivery.now(outbox_id)
        assert (found.state, found.error) == (OutboxState.QUEUED, error.words)
        assert found.leaves_at is not None
        if error.at:
            assert found.leaves_at == error.at
        stage.clock.step((found.leaves_at - stage.clock.now()).total_seconds() - 1)
        assert (await engine.delivery.now(outbox_id)).state is OutboxState.QUEUED
        stage.clock.step(1)
        assert (await engine.delivery.now(outbox_id)).state is OutboxState.SENT

    stage.run(play)
    assert len(stage.mine()) == 1


def test_a_retry_sends_the_same_request(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    parent = asked(stage)
    stage.server().expect("answer", RetryAt("later"))
    found = answer(stage, parent)
    stage.clock.step(3600)
    stage.run(lambda engine: engine.delivery.now(found.outbox_id))
    first, second = [argument for _, verb, argument in stage.server().log if verb == "answer"]
    assert first == second
    assert stage.server().requests("prepare") == 1


def test_what_was_never_sending_is_prepared_afresh(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    parent = asked(stage)
    stage.server().expect("prepare", Unreachable("no route"))
    found = answer(stage, parent)
    stage.say("meanwhile")
    stage.clock.step(3 * 86400)
    stage.run(lambda engine: engine.delivery.now(found.outbox_id))
    (sent,) = stage.mine("yes")
    assert sent.created_at == stage.clock.now()


def test_a_refused_credential_keeps_the_answer_queued_and_the_account_says_so(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    parent = asked(stage)
    stage.server().expect("answer", SignInAgain("The token was revoked."))

    async def play(engine: Engine) -> None:
        said: list[str] = []
        engine.on_words = said.append
        found = await engine.delivery.now(await queue(engine, parent, "yes"))
        assert (found.state, found.error) == (OutboxState.QUEUED, "The token was revoked.")
        (status,) = engine.inbox.accounts()
        assert (status.health, status.words) == (Health.SIGN_IN, "The token was revoked.")
        assert "convo login one" in status.advice
        assert said == ["one: The token was revoked."]

    stage.run(play)
    stage.clock.step(3600)
    assert stage.sync()["one"].sent == 1
    assert len(stage.mine()) == 1


@pytest.mark.parametrize("moment", ["before", "done"])
@pytest.mark.parametrize("settle", [timedelta(0), SETTLE])
@pytest.mark.parametrize("idempotency", ["none", "honoured", "ignored"])
@pytest.mark.parametrize("error", [Ambiguous("the line broke"), KeyError("an adapter's bug")])
def test_a_lost_answer_is_looked_for_and_never_doubled(
    tmp_path: Path, moment: Literal["before", "done"], settle: timedelta, idempotency: str, error: Exception
) -> None:
    stage = Stage(tmp_path, settle=settle, idempotency=idempotency)
    parent = asked(stage)
    stage.server().expect("answer", error, moment=moment)

    async def play(engine: Engine) -> None:
        outbox_id = await queue(engine, parent, "yes")
        delivering = asyncio.ensure_future(engine.delivery.now(outbox_id))
        while not delivering.done():
            await settled(engine)
            if not delivering.done():
                assert row(engine, outbox_id).state is OutboxState.SENDING
                stage.clock.step(1)
        assert delivering.result().state is OutboxState.SENT

    stage.run(play)
    assert len(stage.mine()) == 1
    assert stage.server().requests("answer") == (1 if moment == "done" else 2)
    assert stage.server().requests("find") >= 1


def test_absence_counts_only_after_it_settled(tmp_path: Path) -> None:
    stage = Stage(tmp_path, settle=SETTLE)
    parent = asked(stage)
    stage.server().expect("answer", Ambiguous("the line broke"), moment="done")

    async def play(engine: Engine) -> None:
        outbox_id = await queue(engine, parent, "yes")
        assert await engine.delivery.deliver("one") == 0
        assert row(engine, outbox_id).state is OutboxState.SENDING
        stage.clock.step(4)
        assert await engine.delivery.deliver("one") == 0
        assert stage.server().requests("find") == 1
        stage.clock.step(1)
        assert await engine.delivery.deliver("one") == 1

    stage.run(play)
    assert stage.server().requests("answer") == 1


def test_what_cannot_be_told_is_unsure_and_nothing_is_sent_behind_the_users_back(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    parent = asked(stage)
    stage.server().untellable = "The list of own messages is off."
    stage.server().expect("answer", Ambiguous("the line broke"))
    found = answer(stage, parent)
    assert (found.state, found.error) == (OutboxState.UNSURE, "The list of own messages is off.")
    stage.clock.step(86400)
    outcome = stage.sync()["one"]
    assert (outcome.sent, stage.server().requests("answer")) == (0, 1)

    async def send_again(engine: Engine) -> None:
        assert await engine.store.write(outbox.settle, found.outbox_id, False, stage.clock.now())
        assert (await engine.delivery.now(found.outbox_id)).state is OutboxState.SENT

    stage.run(send_again)
    assert len(stage.mine()) == 1


def test_an_unsure_answer_that_is_found_meanwhile_says_so(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    parent = asked(stage)
    stage.server().untellable = "The list of own messages is off."
    stage.server().expect("answer", Ambiguous("the line broke"), moment="done")
    found = answer(stage, parent)

    async def play(engine: Engine) -> None:
        said: list[str] = []
        engine.on_words = said.append
        stage.clock.step(600)
        again = await engine.delivery.look(found.outbox_id)
        assert again is not None
        assert again.state is OutboxState.UNSURE
        assert (again.sent_at, again.looked_at) == (found.sent_at, engine.clock.now())
        assert found.looked_at == stage.clock.now() - timedelta(seconds=600)
        stage.server().untellable = ""
        again = await engine.delivery.look(found.outbox_id)
        assert again is not None
        assert again.state is OutboxState.SENT
        assert said == ["Your answer had reached Ana Lind."]
        assert words(engine) == []

    stage.run(play)


def test_an_unsure_answer_that_is_not_there_stays_unsure(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    parent = asked(stage)
    stage.server().untellable = "off"
    stage.server().expect("answer", Ambiguous("the line broke"))
    found = answer(stage, parent)
    stage.server().untellable = ""
    again = stage.run(lambda engine: engine.delivery.look(found.outbox_id))
    assert again is not None
    assert again.state is OutboxState.UNSURE


def test_looking_for_it_may_fail_and_is_done_again(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    parent = asked(stage)
    stage.server().expect("answer", Ambiguous("the line broke"), moment="done")
    stage.server().expect("find", Unreachable("no route"), times=2)

    async def play(engine: Engine) -> None:
        outbox_id = await queue(engine, parent, "yes")
        for _ in range(2):
            assert await engine.delivery.deliver("one") == 0
            assert row(engine, outbox_id).state is OutboxState.SENDING
            stage.clock.step(1800)
        assert await engine.delivery.deliver("one") == 1

    stage.run(play)
    assert len(stage.mine()) == 1


def test_one_message_proves_one_answer_only(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    parent = asked(stage)

    async def play(engine: Engine) -> None:
        first = await queue(engine, parent, "yes")
        assert (await engine.delivery.now(first)).state is OutboxState.SENT
        stage.clock.step(1)
        stage.server().expect("answer", Ambiguous("the line broke"))
        second = await queue(engine, parent, "yes")
        assert (await engine.delivery.now(second)).state is OutboxState.SENT
        assert row(engine, first).uri != row(engine, second).uri

    stage.run(play)
    assert len(stage.mine()) == 2


def test_an_adapter_that_stumbles_while_preparing_sends_nothing_and_keeps_the_words(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    parent = asked(stage)
    stage.server().expect("prepare", ZeroDivisionError("a bug"))
    found = answer(stage, parent)
    assert found.state is OutboxState.FAILED
    assert "ZeroDivisionError: a bug" in found.error
    assert stage.mine() == []
    stage.run(_expects_draft(parent, "yes"))


def _expects_draft(parent: Message, text: str) -> Callable[[Engine], Any]:
    async def play(engine: Engine) -> None:
        assert draft_text(engine, parent.uri) == text

    return play


def test_a_server_that_always_breaks_is_not_hammered(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    parent = asked(stage)
    stage.server().expect("answer", Ambiguous("the line broke"), times=1000)

    async def play(engine: Engine) -> None:
        await queue(engine, parent, "yes")
        for _ in range(60):
            await engine.delivery.deliver("one")
            stage.clock.step(60)

    stage.run(play)
    assert 3 <= stage.server().requests("answer") <= 12
    assert stage.mine() == []


# -- crashes ---------------------------------------------------------------------------------------------


def points_of_a_delivery(tmp_path: Path) -> list[str]:
    stage = Stage(tmp_path)
    parent = asked(stage)
    with dying_at("nowhere") as passed:
        answer(stage, parent)
    return passed


def test_a_crash_at_any_point_loses_nothing_and_doubles_nothing(tmp_path: Path) -> None:
    passed = points_of_a_delivery(tmp_path / "plain")
    assert {"store.commit", "store.committed", "http.before_send", "http.before_read"} <= set(passed)
    for number, point in enumerate(passed):
        for settle in (timedelta(0), SETTLE):
            stage = Stage(tmp_path / f"{number}-{settle.seconds}", settle=settle)
            parent = asked(stage)
            with dying_at(point, passed[: number + 1].count(point)), pytest.raises(Killed):
                answer(stage, parent)
            for _ in range(4):
                stage.clock.step(3)
                assert stage.sync()["one"].error == ""
            queued = stage.run(_open_rows)
            if queued is None:  # it died before the words were in the outbox
                assert (number, stage.mine()) == (0, [])
            else:
                assert [(message.text, message.parent_uri) for message in stage.mine()] == [
                    ("yes", parent.uri)
                ]
                assert queued == [OutboxState.SENT]


async def _open_rows(engine: Engine) -> list[OutboxState] | None:
    return states(engine) or None


def test_a_crash_while_looking_changes_nothing(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    parent = asked(stage)
    stage.server().expect("answer", Killed(), moment="done")
    with pytest.raises(Killed):
        answer(stage, parent)
    stage.server().expect("find", Killed())
    with pytest.raises(Killed):
        stage.sync()
    assert stage.sync()["one"].sent == 1
    assert len(stage.mine()) == 1


# -- several processes, and leaving ----------------------------------------------------------------------


def test_two_processes_deliver_once(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    parent = asked(stage)

    async def play(engine: Engine) -> None:
        with stage.opened() as other:
            leave = asyncio.Event()
            request = stage.server().expect("answer", None, until=leave)
            outbox_id = await queue(engine, parent, "yes")
            both = asyncio.gather(engine.delivery.now(outbox_id), other.delivery.now(outbox_id))
            await until(lambda: request.reached)
            await until(lambda: not engine.accounts._locks.is_free("account-1", "first"))
            leave.set()
            found = await both
            assert [one.state for one in found] == [OutboxState.SENT, OutboxState.SENT]

    stage.run(play)
    assert stage.server().requests("answer") == 1
    assert stage.server().requests("find") == 0


def test_a_delivery_goes_before_the_next_page_of_a_sync(tmp_path: Path) -> None:
    stage = Stage(tmp_path, page_size=1)
    parent = asked(stage)
    for number in range(3):
        stage.ask(f"m{number}")

    async def play(engine: Engine) -> None:
        with stage.opened() as other:
            reading = asyncio.Event()
            page = stage.server().expect("fetch:mentions", None, until=reading)
            outbox_id = await queue(engine, parent, "yes")
            syncing = asyncio.ensure_future(other.sync._try("one", _everything()))
            await until(lambda: page.reached)
            delivering = asyncio.ensure_future(engine.delivery.now(outbox_id))
            await until(lambda: not engine.accounts._locks.is_free("account-1", "first"))
            reading.set()
            await asyncio.gather(syncing, delivering)

    before = len(stage.server().log)
    stage.run(play)
    verbs = [(verb, argument) for _, verb, argument in stage.server().log[before:]]
    assert verbs[0] == ("fetch", "mentions")
    assert [verb for verb, _ in verbs[1:3]] == ["prepare", "answer"]
    assert verbs[3] == ("fetch", "mentions")


def _everything() -> Any:
    from convo.engine.round import Scope

    return Scope()


def test_leaving_waits_for_the_request_in_flight_and_starts_no_other(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    parent = asked(stage)
    other_parent = asked(stage, "And the garden?")

    async def play(engine: Engine) -> None:
        running = asyncio.ensure_future(engine.run())
        await settled(engine)
        leave = asyncio.Event()
        request = stage.server().expect("answer", None, until=leave)
        first, second = await queue(engine, parent, "yes"), await queue(engine, other_parent, "no")
        engine.delivery.waiter.wake()
        await until(lambda: request.reached)
        stopping = asyncio.ensure_future(engine.stop())
        await settled(engine)
        assert not stopping.done()
        leave.set()
        await asyncio.gather(stopping, running)
        assert [row(engine, one).state for one in (first, second)] == [OutboxState.SENT, OutboxState.QUEUED]

    stage.run(play)
    assert len(stage.mine()) == 1


def test_a_request_that_does_not_end_is_left_and_looked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("convo.engine.PATIENCE", 0.05)
    stage = Stage(tmp_path)
    parent = asked(stage)

    async def play(engine: Engine) -> None:
        request = stage.server().expect("answer", None, until=asyncio.Event(), moment="done")
        outbox_id = await queue(engine, parent, "yes")
        delivering = asyncio.ensure_future(engine.delivery.now(outbox_id))
        await until(lambda: request.reached)
        await engine.stop()
        await asyncio.gather(delivering, return_exceptions=True)
        assert row(engine, outbox_id).state is OutboxState.SENDING

    stage.run(play)
    assert stage.sync()["one"].sent == 1
    assert (len(stage.mine()), stage.server().requests("answer")) == (1, 1)


def test_a_cancelled_caller_does_not_break_a_request(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    parent = asked(stage)

    async def play(engine: Engine) -> None:
        leave = asyncio.Event()
        request = stage.server().expect("answer", None, until=leave)
        outbox_id = await queue(engine, parent, "yes")
        delivering = asyncio.ensure_future(engine.delivery.now(outbox_id))
        await until(lambda: request.reached)
        delivering.cancel()
        await asyncio.gather(delivering, return_exceptions=True)
        leave.set()
        await engine.stop()
        assert row(engine, outbox_id).state is OutboxState.SENT

    stage.run(play)


# -- the inbox's own loop --------------------------------------------------------------------------------


def test_a_held_answer_leaves_when_its_window_ends(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    parent = asked(stage)

    async def play(engine: Engine) -> None:
        running = asyncio.ensure_future(engine.run())
        await settled(engine)
        outbox_id = await queue(engine, parent, "yes", hold=10)
        engine.delivery.waiter.wake()
        await settled(engine)
        stage.clock.step(9)
        await settled(engine)
        assert row(engine, outbox_id).state is OutboxState.HELD
        stage.clock.step(1)
        await settled(engine)
        assert row(engine, outbox_id).state is OutboxState.SENT
        await engine.stop()
        await running

    stage.run(play)


def test_a_held_answer_goes_with_the_next_sync_but_an_old_one_is_asked_about_first(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    parent, other = asked(stage), asked(stage, "And the garden?")
    stage.run(lambda engine: queue(engine, parent, "yes", hold=10))
    stage.clock.step(3600)
    assert stage.sync()["one"].sent == 1
    stage.run(lambda engine: queue(engine, other, "no", hold=10))
    stage.clock.step(25 * 3600)
    assert stage.sync()["one"].sent == 0
    assert [message.text for message in stage.mine()] == ["yes"]


def test_what_was_taken_back_while_it_was_prepared_does_not_leave(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    parent = asked(stage)

    async def play(engine: Engine) -> None:
        preparing = asyncio.Event()
        request = stage.server().expect("prepare", None, until=preparing)
        outbox_id = await queue(engine, parent, "yes")
        delivering = asyncio.ensure_future(engine.delivery.deliver("one"))
        await until(lambda: request.reached)
        await engine.store.write(outbox.back_to_draft, outbox_id, stage.clock.now())
        preparing.set()
        assert await delivering == 0
        assert draft_text(engine, parent.uri) == "yes"

    stage.run(play)
    assert stage.server().requests("answer") == 0


def test_one_accounts_failure_does_not_hold_up_another(tmp_path: Path) -> None:
    stage = Stage(tmp_path, "one", "two")
    here = stage.ask("here?")
    there = stage.ask("there?", "two")
    stage.sync()
    stage.server().down = "one.example was not found."

    async def play(engine: Engine) -> None:
        running = asyncio.ensure_future(engine.run())
        await settled(engine)
        first, second = await queue(engine, here, "yes"), await queue(engine, there, "yes", "two")
        engine.delivery.waiter.wake()
        await settled(engine)
        assert row(engine, first).state is OutboxState.QUEUED
        assert row(engine, second).state is OutboxState.SENT
        stage.server().down = ""
        for _ in range(10):
            stage.clock.step(30)
            await settled(engine)
        assert row(engine, first).state is OutboxState.SENT
        await engine.stop()
        await running

    stage.run(play)
    assert words_of_waiting(stage) == []


def words_of_waiting(stage: Stage) -> list[str]:
    async def play(engine: Engine) -> list[str]:
        return words(engine, View.WAITING)

    return stage.run(play)


def test_answers_of_an_account_that_left_the_config_stay(tmp_path: Path) -> None:
    stage = Stage(tmp_path, "one", "two")
    parent = asked(stage)
    stage.run(lambda engine: queue(engine, parent, "yes"))
    whole = stage.config
    stage.config = type(whole)(inbox=whole.inbox, accounts={"two": whole.accounts["two"]})
    stage.sync()
    assert stage.mine() == []
    assert words_of_waiting(stage) == []
    stage.config = whole
    assert stage.sync()["one"].sent == 1
