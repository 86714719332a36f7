"""Delivery: arriving, refusals, what got lost, what cannot be told."""

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
from convo.store import outbox
from convo.views import Health, OutboxState
from tests.engine.delivery_scene import SETTLE, answer, asked, draft_text
from tests.engine.stage import START, Stage, queue, row, settled, words


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
