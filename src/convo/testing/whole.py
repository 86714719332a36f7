"""Conformance: the whole program over an adapter: what waits, resuming, and at most one reply ever."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from convo.testing.process import OTHER, Process
from convo.testing.tools import acted, answering
from convo.testing.world import Trouble, Where, World
from convo.views import Failure, OutboxState, View

_DAY = timedelta(days=1)


class WholeSuite:
    """The engine and the store, driven over the adapter under test."""

    @acted
    async def test_only_what_came_lately_waits_after_the_first_sync(
        self, world: World, tmp_path: Path
    ) -> None:
        now = world.now()
        ages = (100, 40, 16, 12, 1)
        said = {days: world.someone_mentions_me(f"{days} days ago", at=now - days * _DAY) for days in ages}
        process = Process(world, tmp_path)
        outcome = await process.sync()
        assert outcome.error == ""
        everything = await process.rows(View.ALL)
        assert len(everything) == 4
        assert not [row for row in everything if "100 days ago" in row.words]
        for days in ages[1:]:
            assert await process.waiting(said[days]) is (days < 14), days

    @acted
    async def test_nothing_waits_that_was_answered_before_the_first_sync(
        self, world: World, tmp_path: Path
    ) -> None:
        answered, open_ = world.someone_mentions_me("answered"), world.someone_mentions_me("open", by="ben")
        world.i_answer_elsewhere(answered, "my answer")
        process = Process(world, tmp_path)
        await process.sync()
        assert not await process.waiting(answered)
        assert await process.waiting(open_)

    @acted
    async def test_each_message_is_stored_once_however_often_it_is_read(
        self, world: World, tmp_path: Path
    ) -> None:
        process = Process(world, tmp_path)
        for number in range(3):
            world.someone_mentions_me(f"first {number}", by=f"person{number}")
        assert 3 <= (await process.sync()).fetched <= 3 * (1 + world.beside)
        world.pass_time(120)
        assert (await process.sync()).fetched == 0
        world.someone_mentions_me("second")
        world.pass_time(120)
        assert 1 <= (await process.sync()).fetched <= 1 + world.beside
        assert len(await process.rows(View.ALL)) == 4

    @pytest.mark.parametrize("kind", [Trouble.DOWN, Trouble.CUT_BODY, Trouble.RATE_LIMITED])
    @acted
    async def test_a_first_sync_that_breaks_off_goes_on(
        self, world: World, tmp_path: Path, kind: Trouble
    ) -> None:
        said = [world.someone_mentions_me(f"number {n}") for n in range(2 * world.page_size + 2)]
        process = Process(world, tmp_path)
        if not world.trouble(kind, times=20):
            pytest.skip(f"{kind.value}: not in this world")
        outcome = await process.sync()
        assert outcome.error
        world.calm()
        for _ in range(4):
            world.pass_time(3600)
            outcome = await process.sync()
        assert outcome.error == ""
        async with process.opened() as engine:
            for one in said:
                assert one.text in (await process.message(engine, one)).text

    @acted
    async def test_an_answer_given_elsewhere_counts_until_it_is_deleted(
        self, world: World, tmp_path: Path
    ) -> None:
        said = world.someone_mentions_me("a question")
        process = Process(world, tmp_path)
        await process.sync()
        assert await process.waiting(said)
        mine = world.i_answer_elsewhere(said, "my answer")
        world.pass_time(120)
        await process.sync()
        assert not await process.waiting(said)
        world.delete(mine)
        for _ in range(2):
            world.pass_time(25 * 3600)
            await process.sync()
        async with process.opened() as engine:
            thread = engine.inbox.resolve(said.uri).thread_id
            await engine.sync.load(thread)
        assert await process.waiting(said)

    @acted
    async def test_a_deleted_message_waits_no_more(self, world: World, tmp_path: Path) -> None:
        said, other = world.someone_mentions_me("a question"), world.someone_mentions_me("another", by="ben")
        process = Process(world, tmp_path)
        await process.sync()
        world.delete(said)
        world.pass_time(3600)
        await process.sync()
        assert not await process.waiting(said)
        assert await process.waiting(other)

    @answering
    async def test_an_answer_is_delivered_and_nothing_waits(self, world: World, tmp_path: Path) -> None:
        said = world.someone_mentions_me("a question")
        process = Process(world, tmp_path)
        await process.sync()
        row = await process.send(said, "my answer")
        assert row.state in (OutboxState.QUEUED, OutboxState.HELD)
        assert world.standing() == []
        sent = await process.deliver()
        [standing] = world.standing()
        assert (sent.state, sent.uri) == (OutboxState.SENT, standing.uri)
        assert standing.parent_uri == said.uri
        assert not await process.waiting(said)
        world.pass_time(120)
        await process.sync()
        assert len(world.standing()) == 1

    @pytest.mark.parametrize("done", [True, False], ids=["done", "not done"])
    @pytest.mark.parametrize(
        "kind",
        [Trouble.CUT_BEFORE, Trouble.CUT_BODY, Trouble.BROKEN, Trouble.HTML_ERROR, Trouble.RATE_LIMITED],
    )
    @answering
    async def test_the_outbox_delivers_once_in_any_weather(
        self, world: World, tmp_path: Path, kind: Trouble, done: bool
    ) -> None:
        said = world.someone_mentions_me("a question")
        process = Process(world, tmp_path)
        await process.sync()
        await process.send(said, "my answer")
        never = done and kind is Trouble.RATE_LIMITED
        if never or not world.trouble(kind, where=Where.ANSWER, done=done, times=2):
            pytest.skip(f"{kind.value}: not in this world")
        sent = await process.deliver()
        assert sent.state is OutboxState.SENT, sent.error
        assert [one.uri for one in world.standing()] == [sent.uri]
        world.calm()
        for _ in range(2):
            world.pass_time(3600)
            await process.sync()
        assert len(world.standing()) == 1
        assert not await process.waiting(said)

    @pytest.mark.parametrize("done", [True, False], ids=["done", "not done"])
    @answering
    async def test_the_same_words_again_are_a_second_answer(
        self, world: World, tmp_path: Path, done: bool
    ) -> None:
        said = world.someone_mentions_me("a question")
        process = Process(world, tmp_path)
        await process.sync()
        await process.send(said, "yes")
        first = await process.deliver()
        await process.send(said, "yes")
        if not world.trouble(Trouble.CUT_BEFORE, where=Where.ANSWER, done=done):
            pytest.skip("nothing is ambiguous here")
        second = await process.deliver()
        assert (first.state, second.state) == (OutboxState.SENT, OutboxState.SENT)
        assert first.uri != second.uri
        assert {one.uri for one in world.standing()} == {first.uri, second.uri}

    @answering
    async def test_what_cannot_be_looked_for_is_never_sent_again(self, world: World, tmp_path: Path) -> None:
        said = world.someone_mentions_me("a question")
        process = Process(world, tmp_path)
        await process.sync()
        await process.send(said, "my answer")
        blind = world.trouble(Trouble.CUT_BEFORE, where=Where.ANSWER, done=True)
        if not (blind and world.trouble(Trouble.DOWN, where=Where.FIND, times=500)):
            pytest.skip("this server can always be asked")
        for _ in range(4):
            await process.sync()
            world.pass_time(600)
        assert len(world.standing()) <= 1
        world.calm()
        for _ in range(4):
            world.pass_time(3600)
            await process.sync()
        assert len(world.standing()) == 1

    @answering
    async def test_a_refused_answer_keeps_its_words(self, world: World, tmp_path: Path) -> None:
        said = world.someone_mentions_me("a question")
        process = Process(world, tmp_path)
        await process.sync()
        await process.send(said, "my answer")
        if not world.trouble(Trouble.REFUSED, where=Where.ANSWER, words="our own words"):
            pytest.skip("nothing is refused here")
        row = await process.deliver()
        assert row.state is OutboxState.FAILED
        assert "our own words" in row.error
        assert world.standing() == []
        async with process.opened() as engine:
            assert [draft.text for draft in engine.inbox.drafts()] == ["my answer"]

    @answering
    async def test_an_answer_waits_for_a_new_sign_in(self, world: World, tmp_path: Path) -> None:
        said = world.someone_mentions_me("a question")
        process = Process(world, tmp_path)
        await process.sync()
        await process.send(said, "my answer")
        world.revoke()
        outcome = await process.sync()
        assert outcome.error
        [row] = await process.outbox()
        assert row.state is OutboxState.QUEUED
        assert world.standing() == []

    @answering
    async def test_no_answer_leaves_from_another_account(self, world: World, tmp_path: Path) -> None:
        said = world.someone_mentions_me("a question")
        process = Process(world, tmp_path)
        await process.sync()
        with pytest.raises(Failure):
            await process.send(said, "my answer", account=OTHER)
        assert await process.outbox() == []
        assert world.standing() == []

    @answering
    async def test_an_answer_to_what_went_is_not_left_standing(self, world: World, tmp_path: Path) -> None:
        said = world.someone_mentions_me("a question")
        process = Process(world, tmp_path)
        await process.sync()
        await process.send(said, "just too late")
        world.delete(said)
        row = await process.deliver()
        assert row.state is OutboxState.FAILED
        assert world.standing() == []
