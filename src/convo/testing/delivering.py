"""Conformance: an answer arrives once, whatever the network does, and what cannot be told is looked for."""

from __future__ import annotations

import pytest

from convo.adapters.contract import (
    Absent,
    Ambiguous,
    Found,
    Missing,
    Refused,
    RetryAt,
    SignInAgain,
    Unreachable,
    Verb,
)
from convo.testing.answering import TEXTS
from convo.testing.tools import (
    answer_to,
    answering,
    delivered,
    needs,
    received,
    settled,
    signed_in,
)
from convo.testing.world import Trouble, Where, World

_AMBIGUOUS = [
    Trouble.CUT_BEFORE,
    Trouble.CUT_HEADERS,
    Trouble.CUT_BODY,
    Trouble.STALLED,
    Trouble.BROKEN,
    Trouble.HTML_ERROR,
]


class DeliveringSuite:
    """The way of a prepared request."""

    @pytest.mark.parametrize("done", [True, False], ids=["done", "not done"])
    @pytest.mark.parametrize("kind", _AMBIGUOUS)
    @answering
    async def test_after_an_ambiguous_outcome_it_is_found_or_absent(
        self, world: World, kind: Trouble, done: bool
    ) -> None:
        said = world.someone_mentions_me("a question")
        adapter = await signed_in(world)
        request = await adapter.prepare(answer_to(adapter, await received(adapter, world, said), "my answer"))
        hasty = await signed_in(world, deadline=0.5)
        if not world.trouble(kind, where=Where.ANSWER, done=done):
            pytest.skip(f"{kind.value}: not in this world")
        with pytest.raises(Ambiguous) as caught:
            await hasty.answer(request)
        assert caught.value.words
        proof = await settled(adapter, world, request)
        if done:
            assert isinstance(proof, Found), proof
            [standing] = world.standing()
            assert proof.message.uri == standing.uri
            assert proof.message.parent_uri in (said.uri, "")
        else:
            assert isinstance(proof, Absent), proof
            await adapter.answer(request)
            assert len(world.standing()) == 1

    @pytest.mark.parametrize("second", [True, False], ids=["then done", "then not"])
    @pytest.mark.parametrize("first", [True, False], ids=["done", "not"])
    @answering
    async def test_at_most_one_reply_ever(self, world: World, first: bool, second: bool) -> None:
        said = world.someone_mentions_me("a question")
        adapter = await signed_in(world)
        request = await adapter.prepare(answer_to(adapter, await received(adapter, world, said), "my answer"))
        for done in (first, second):
            if not world.trouble(Trouble.CUT_BEFORE, where=Where.ANSWER, done=done):
                pytest.skip("nothing is ambiguous here")
        uri = await delivered(adapter, world, request)
        assert [one.uri for one in world.standing()] == [uri]
        world.calm()
        restarted = await signed_in(world)
        proof = await settled(restarted, world, request)
        assert isinstance(proof, Found)
        assert proof.message.uri == uri

    @pytest.mark.parametrize("done", [True, False], ids=["done", "not done"])
    @answering
    async def test_a_direct_answer_is_delivered_once(self, world: World, done: bool) -> None:
        adapter = await signed_in(world)
        needs(adapter, Verb.DIRECT)
        said = world.someone_writes_directly("only for you")
        assert said is not None
        request = await adapter.prepare(answer_to(adapter, await received(adapter, world, said), "my answer"))
        if not world.trouble(Trouble.CUT_BEFORE, where=Where.ANSWER, done=done):
            pytest.skip("nothing is ambiguous here")
        uri = await delivered(adapter, world, request)
        assert [one.uri for one in world.standing()] == [uri]

    @pytest.mark.parametrize("text", TEXTS)
    @answering
    async def test_any_text_is_found_again(self, world: World, text: str) -> None:
        said = world.someone_mentions_me("a question", naming=("ben",))
        adapter = await signed_in(world)
        request = await adapter.prepare(answer_to(adapter, await received(adapter, world, said), text))
        message = await adapter.answer(request)
        proof = await settled(await signed_in(world), world, request)
        assert isinstance(proof, Found), proof
        assert proof.message.uri == message.uri

    @answering
    async def test_an_older_own_message_with_the_same_words_is_no_proof(self, world: World) -> None:
        said = world.someone_mentions_me("a question")
        world.i_answer_elsewhere(said, "my answer")
        world.pass_time(60)
        adapter = await signed_in(world)
        request = await adapter.prepare(answer_to(adapter, await received(adapter, world, said), "my answer"))
        assert isinstance(await settled(adapter, world, request), Absent)

    @answering
    async def test_an_own_message_of_another_outbox_row_is_no_proof(self, world: World) -> None:
        said = world.someone_mentions_me("a question")
        adapter = await signed_in(world)
        parent = await received(adapter, world, said)
        first = await adapter.prepare(answer_to(adapter, parent, "my answer", key="key-1"))
        second = await adapter.prepare(answer_to(adapter, parent, "my answer", key="key-2"))
        claimed = (await adapter.answer(first)).uri
        assert isinstance(await settled(adapter, world, second, {claimed}), Absent)
        other = (await adapter.answer(second)).uri
        assert other != claimed
        assert len(world.standing()) == 2

    @answering
    async def test_the_same_words_to_another_message_are_no_proof(self, world: World) -> None:
        adapter = await signed_in(world)
        one, two = world.someone_mentions_me("one question"), world.someone_mentions_me("another", by="ben")
        first = answer_to(adapter, await received(adapter, world, one), "yes", key="key-1")
        second = answer_to(adapter, await received(adapter, world, two), "yes", key="key-2")
        requests = [await adapter.prepare(reply) for reply in (first, second)]
        await adapter.answer(requests[0])
        assert isinstance(await settled(adapter, world, requests[1]), Absent)

    @answering
    async def test_every_attempt_sends_the_same_bytes_on_a_fresh_connection(self, world: World) -> None:
        said = world.someone_mentions_me("a question")
        adapter = await signed_in(world)
        request = await adapter.prepare(answer_to(adapter, await received(adapter, world, said), "my answer"))
        if not world.trouble(Trouble.CUT_BEFORE, where=Where.ANSWER, times=2):
            pytest.skip("nothing is ambiguous here")
        for _ in range(2):
            with pytest.raises(Ambiguous):
                await adapter.answer(request)
            world.pass_time(3600)
        await (await signed_in(world)).answer(request)
        bodies = [body for body, _ in world.writes()]
        if not bodies:
            pytest.skip("no bytes here")
        assert len(bodies) == 3
        assert len(set(bodies)) == 1
        parent = await received(adapter, world, said)
        for number in range(2):
            await adapter.answer(await adapter.prepare(answer_to(adapter, parent, f"more {number}")))
        assert not any(kept for _, kept in world.writes())

    @answering
    async def test_no_failure_is_taken_for_another(self, world: World) -> None:
        said = world.someone_mentions_me("a question")
        adapter = await signed_in(world)
        request = await adapter.prepare(answer_to(adapter, await received(adapter, world, said), "my answer"))
        expected: list[tuple[Trouble, type[Exception]]] = [
            (Trouble.RATE_LIMITED, RetryAt),
            (Trouble.UNREACHABLE, Unreachable),
            (Trouble.REFUSED, Refused),
            (Trouble.FORBIDDEN, Refused),
        ]
        for kind, error in expected:
            if not world.trouble(kind, where=Where.ANSWER, words="our own words"):
                continue
            with pytest.raises(error) as caught:
                await adapter.answer(request)
            assert not isinstance(caught.value, (Missing, Ambiguous, SignInAgain)), kind
            if kind is Trouble.REFUSED:
                assert "our own words" in str(caught.value)
            world.calm()
        assert world.standing() == []
        await adapter.answer(request)
        assert len(world.standing()) == 1

    @answering
    async def test_a_server_that_is_down_took_nothing_or_is_asked_again(self, world: World) -> None:
        said = world.someone_mentions_me("a question")
        adapter = await signed_in(world)
        request = await adapter.prepare(answer_to(adapter, await received(adapter, world, said), "my answer"))
        if not world.trouble(Trouble.DOWN, where=Where.ANSWER):
            pytest.skip("this server is never down")
        with pytest.raises((RetryAt, Ambiguous)):
            await adapter.answer(request)
        await delivered(adapter, world, request)
        assert len(world.standing()) == 1

    @answering
    async def test_no_look_means_no_absence(self, world: World) -> None:
        said = world.someone_mentions_me("a question")
        adapter = await signed_in(world)
        request = await adapter.prepare(answer_to(adapter, await received(adapter, world, said), "my answer"))
        await adapter.answer(request)
        if not world.trouble(Trouble.DOWN, where=Where.FIND, times=20):
            pytest.skip("this server is never down")
        try:
            proof = await settled(adapter, world, request)
        except RetryAt:
            return
        assert not isinstance(proof, Absent)
