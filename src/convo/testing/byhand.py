"""Conformance: where no program may answer, one sentence says so, and what the user writes there by hand is found."""

from __future__ import annotations

from pathlib import Path

import pytest

from convo.adapters.contract import Missing, Refused, Verb
from convo.testing.process import NAME, Process
from convo.testing.tools import acted, answer_to, received, signed_in
from convo.testing.world import Said, World
from convo.text import clean
from convo.views import Draft, Failure


def _by_hand(world: World) -> None:
    if world.answers:
        pytest.skip("answers are sent from here")


def _draft(world: World, said: Said, text: str, arrival: int) -> Draft:
    return Draft(
        account=NAME,
        uri=said.uri,
        text=text,
        cursor=0,
        visibility=None,
        content_warning=None,
        language="en",
        dropped=(),
        attachments=(),
        edits="",
        touched_at=world.now(),
        seen_arrival=arrival,
    )


class ByHandSuite:
    """Places that are read by programs and answered by people."""

    @acted
    async def test_one_sentence_says_why_nothing_is_answered_from_here(self, world: World) -> None:
        _by_hand(world)
        said = world.someone_mentions_me("a question")
        adapter = await signed_in(world)
        parent = await received(adapter, world, said)
        assert Verb.ANSWER not in adapter.can.verbs
        assert Verb.ATTACH not in adapter.can.verbs
        words = adapter.can.refusals[Verb.ANSWER]
        assert clean(words) == words
        assert words.endswith(".")
        assert words.count(". ") == 0
        assert "\n" not in words
        reply = answer_to(adapter, parent, "my answer")
        for refused in (adapter.prepare(reply), adapter.answer("{}")):
            with pytest.raises(Refused) as caught:
                await refused
            assert not isinstance(caught.value, Missing)
            assert caught.value.words == words
        assert world.writes() == []
        assert world.standing() == []

    @acted
    async def test_words_for_another_place_stay_a_draft(self, world: World, tmp_path: Path) -> None:
        _by_hand(world)
        said = world.someone_mentions_me("a question")
        adapter = await signed_in(world)
        process = Process(world, tmp_path)
        await process.sync()
        async with process.opened() as engine:
            draft = _draft(world, said, "my answer", engine.inbox.highest_arrival())
            await engine.answers.save_draft(draft)
            with pytest.raises(Failure) as caught:
                await engine.answers.send(draft, hold=0)
            assert caught.value.words == adapter.can.refusals[Verb.ANSWER]
            assert engine.inbox.outbox(open_only=False) == ()
            assert [one.text for one in engine.inbox.drafts()] == ["my answer"]
        await process.sync()
        assert world.writes() == []
        assert await process.waiting(said)

    @acted
    async def test_what_was_written_there_by_hand_closes_the_thread(
        self, world: World, tmp_path: Path
    ) -> None:
        _by_hand(world)
        said, other = world.someone_mentions_me("a question"), world.someone_mentions_me("another", by="ben")
        process = Process(world, tmp_path)
        await process.sync()
        assert await process.waiting(said)
        mine = world.i_answer_elsewhere(said, "my answer")
        world.pass_time(120)
        await process.sync()
        assert not await process.waiting(said)
        assert await process.waiting(other)
        async with process.opened() as engine:
            assert (await process.message(engine, mine)).author.is_me
        world.pass_time(60)
        again = world.someone_replies(mine, "and one thing more")
        world.pass_time(120)
        await process.sync()
        assert await process.waiting(again)
        assert not await process.waiting(said)
