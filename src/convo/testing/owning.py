"""Conformance: what else an account can do: edit and delete its own, mark read, mute and block."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress

import pytest

from convo.adapters.contract import ChannelKind, Refused, Verb
from convo.testing.tools import acted, answer_to, long_ago, needs, read, received, signed_in
from convo.testing.world import World


class OwningSuite:
    """The verbs that make no new text, and those that change the user's own."""

    @acted
    async def test_an_own_message_is_edited(self, world: World) -> None:
        adapter = await signed_in(world)
        needs(adapter, Verb.EDIT)
        said = world.someone_mentions_me("a question", content_warning=world.warning)
        parent = await received(adapter, world, said)
        message = await adapter.answer(await adapter.prepare(answer_to(adapter, parent, "first words")))
        edited = await adapter.edit(message.ref, "other words")
        assert edited.uri == message.uri
        assert "other words" in edited.text
        [standing] = world.standing()
        assert "other words" in standing.text
        assert (standing.uri, standing.parent_uri) == (message.uri, said.uri)

    @acted
    async def test_an_own_message_is_deleted_once_or_twice(self, world: World) -> None:
        adapter = await signed_in(world)
        needs(adapter, Verb.DELETE)
        parent = await received(adapter, world, world.someone_mentions_me("a question"))
        message = await adapter.answer(await adapter.prepare(answer_to(adapter, parent, "my answer")))
        await adapter.delete(message.ref)
        assert world.standing() == []
        await adapter.delete(message.ref)
        world.pass_time(120)
        assert (await adapter.lookup([message.ref])).gone == (message.uri,)

    @acted
    async def test_another_persons_message_is_not_changed(self, world: World) -> None:
        adapter = await signed_in(world)
        said = world.someone_mentions_me("a question")
        parent = await received(adapter, world, said)
        if Verb.DELETE in adapter.can.verbs:
            # A server that says "not found" of what is not ours reads like one where it is gone already.
            with suppress(Refused):
                await adapter.delete(parent.ref)
        if Verb.EDIT in adapter.can.verbs:
            with pytest.raises(Refused):
                await adapter.edit(parent.ref, "put into their mouth")
        [still] = (await adapter.lookup([parent.ref])).messages
        assert "a question" in still.text

    @acted
    async def test_what_it_cannot_do_it_refuses(self, world: World) -> None:
        adapter = await signed_in(world)
        parent = await received(adapter, world, world.someone_mentions_me("a question"))
        calls: dict[Verb, Callable[[], Awaitable[object]]] = {
            Verb.EDIT: lambda: adapter.edit(parent.ref, "x"),
            Verb.DELETE: lambda: adapter.delete(parent.ref),
            Verb.MARK_READ: lambda: adapter.mark_read(parent.ref),
            Verb.MODERATE: lambda: adapter.moderate(parent.ref, "approve"),
            Verb.MUTE_THREAD: lambda: adapter.mute_thread(parent.ref, True),
            Verb.MUTE_PERSON: lambda: adapter.mute_person(parent.author.uid, True),
            Verb.BLOCK: lambda: adapter.block(parent.author.uid, True),
        }
        for verb, call in calls.items():
            if verb not in adapter.can.verbs:
                with pytest.raises(Refused):
                    await call()
        for verb, words in adapter.can.refusals.items():
            assert verb not in adapter.can.verbs
            assert words

    @acted
    async def test_the_read_mark_never_goes_back(self, world: World) -> None:
        adapter = await signed_in(world)
        needs(adapter, Verb.MARK_READ)
        said = [world.someone_mentions_me(f"number {n}") for n in range(3)]
        reading = await read(adapter, {}, long_ago(world))
        if world.read_mark(said[0]) is None:
            pytest.skip("the server keeps no mark")
        await adapter.mark_read(reading.of(said[1]).ref)
        assert [world.read_mark(one) for one in said] == [True, True, False]
        await adapter.mark_read(reading.of(said[0]).ref)
        assert [world.read_mark(one) for one in said] == [True, True, False]
        await adapter.mark_read(reading.of(said[2]).ref)
        assert [world.read_mark(one) for one in said] == [True, True, True]
        assert {one.uri for one in said} <= (await read(adapter, {}, long_ago(world))).uris

    @acted
    async def test_a_conversation_is_muted_and_unmuted(self, world: World) -> None:
        adapter = await signed_in(world)
        needs(adapter, Verb.MUTE_THREAD)
        said = world.someone_replies(world.i_post("mine"), "a reply")
        message = await received(adapter, world, said)
        for on in (True, False):
            await adapter.mute_thread(message.ref, on)
            assert world.thread_muted(said) in (on, None)

    @pytest.mark.parametrize("verb", [Verb.MUTE_PERSON, Verb.BLOCK])
    @acted
    async def test_whom_the_user_hides_is_listed(self, world: World, verb: Verb) -> None:
        adapter = await signed_in(world)
        needs(adapter, verb)
        message = await received(adapter, world, world.someone_mentions_me("hello"))
        act = adapter.mute_person if verb is Verb.MUTE_PERSON else adapter.block
        people = [channel for channel in adapter.channels if channel.kind is ChannelKind.PEOPLE]
        for on in (True, False):
            await act(message.author.uid, on)
            assert (message.author.uid in world.hidden()) is on
            if people:
                listed = await read(adapter, {}, long_ago(world), ChannelKind.PEOPLE)
                assert listed.hidden is not None
                assert (message.author.uid in listed.hidden) is on
            world.someone_mentions_me("hello again")
