"""Conformance: what an adapter knows of a message: parents, names, visibility, edits, the conversation around it."""

from __future__ import annotations

import pytest

from convo.adapters.contract import ChannelKind, Missing, Verb
from convo.model import Visibility
from convo.testing.tools import Cursors, acted, long_ago, needs, read, received, signed_in
from convo.testing.world import World


class KnowingSuite:
    """Single messages and conversations."""

    @acted
    async def test_my_own_messages_are_read_with_what_they_answer(self, world: World) -> None:
        adapter, cursors = await signed_in(world), Cursors()
        asked = world.someone_mentions_me("a question")
        mine = world.i_answer_elsewhere(asked, "my answer")
        reading = await read(adapter, cursors, long_ago(world), ChannelKind.OWN)
        message = reading.of(mine)
        assert message.author.uid == world.me
        question = await received(adapter, world, asked)
        assert message.parent_uri == asked.uri or (
            message.parent_id and message.parent_id == question.local_id
        )
        world.pass_time(60)
        again = world.i_answer_elsewhere(asked, "one more thing")
        assert again.uri in (await read(adapter, cursors, long_ago(world), ChannelKind.OWN)).uris

    @acted
    async def test_a_reply_knows_its_parent(self, world: World) -> None:
        post = world.i_post("mine")
        reply = world.someone_replies(post, "a reply")
        adapter = await signed_in(world)
        message = await received(adapter, world, reply)
        own = (await read(adapter, {}, long_ago(world), ChannelKind.OWN)).of(post)
        assert message.parent_uri == post.uri or (message.parent_id and message.parent_id == own.local_id)

    @acted
    async def test_a_reply_that_names_nobody_is_found(self, world: World) -> None:
        post = world.i_post("mine")
        reply = world.someone_replies(post, "naming nobody", naming_me=False)
        adapter = await signed_in(world)
        reading = await read(adapter, {}, long_ago(world), ChannelKind.INCOMING, ChannelKind.SLOW)
        assert reply.uri in reading.uris

    @acted
    async def test_a_mention_names_me(self, world: World) -> None:
        said = world.someone_mentions_me("hello", naming=("ben",))
        message = await received(await signed_in(world), world, said)
        named = {mention.uid for mention in message.mentions}
        assert {world.me, world.uid("ben")} <= named
        assert message.author.uid == world.uid("ana")

    @acted
    async def test_a_quote_names_what_it_quotes(self, world: World) -> None:
        post = world.i_post("mine")
        said = world.someone_quotes(post, "look at this")
        if said is None:
            pytest.skip("no quotes here")
        message = await received(await signed_in(world), world, said)
        assert [(quote.uri, quote.uid) for quote in message.quotes] == [(post.uri, world.me)]

    @acted
    async def test_direct_messages_are_direct(self, world: World) -> None:
        adapter = await signed_in(world)
        needs(adapter, Verb.DIRECT)
        said = world.someone_writes_directly("only for you")
        assert said is not None, "it says it can read direct messages"
        message = await received(adapter, world, said)
        assert message.visibility is Visibility.DIRECT
        assert "only for you" in message.text

    @acted
    async def test_visibility_and_warning_are_read(self, world: World) -> None:
        adapter = await signed_in(world)
        needs(adapter, Verb.VISIBILITY)
        for visibility in (Visibility.PUBLIC, Visibility.UNLISTED, Visibility.FOLLOWERS, Visibility.DIRECT):
            said = world.someone_mentions_me("psst", visibility=visibility, content_warning=world.warning)
            message = await received(adapter, world, said)
            assert message.visibility is visibility
            if Verb.CONTENT_WARNING in adapter.can.verbs:
                assert message.content_warning

    @acted
    async def test_look_up_tells_edits_and_deletions(self, world: World) -> None:
        adapter = await signed_in(world)
        said = [world.someone_mentions_me(f"number {n}") for n in range(23)]
        reading = await read(adapter, {}, long_ago(world))
        world.pass_time(60)
        edited = world.edit(said[3], "changed afterwards")
        world.delete(said[5])
        world.pass_time(120)
        before = world.requests()
        looked = await adapter.lookup([reading.of(one).ref for one in said])
        assert looked.gone == (said[5].uri,)
        found = {message.uri: message for message in looked.messages}
        assert set(found) == {one.uri for one in said} - {said[5].uri}
        if edited:
            assert "changed afterwards" in found[said[3].uri].text
        most = -(-len(said) // world.lookup_size)
        assert world.requests() - before <= most + 2, "one request should look up many messages"

    @acted
    async def test_a_conversation_has_its_ancestors_and_answers(self, world: World) -> None:
        root = world.someone_posts("the root")
        post = world.i_answer_elsewhere(root, "mine")
        reply = world.someone_replies(post, "a reply", by="ben")
        below = world.someone_replies(reply, "and below it", by="ana")
        adapter = await signed_in(world)
        conversation = await adapter.conversation((await received(adapter, world, reply)).ref)
        found = {message.uri: message for message in conversation.messages}
        assert {one.uri for one in (root, post, reply, below)} <= set(found)
        assert conversation.partial == ""
        local = {message.local_id: message.uri for message in conversation.messages if message.local_id}
        for child, parent in ((post, root), (reply, post), (below, reply)):
            message = found[child.uri]
            assert (message.parent_uri or local.get(message.parent_id)) == parent.uri

    @acted
    async def test_a_long_chain_is_whole_or_said_to_be_partial(self, world: World) -> None:
        post = last = world.i_post("mine")
        chain = []
        for number in range(15):
            last = world.someone_replies(last, f"level {number}", by="ben" if number % 2 else "ana")
            chain.append(last.uri)
        adapter = await signed_in(world)
        own = (await read(adapter, {}, long_ago(world), ChannelKind.OWN)).of(post)
        conversation = await adapter.conversation(own.ref)
        uris = {message.uri for message in conversation.messages}
        deepest = [m for m in conversation.messages if m.more_below]
        assert set(chain) <= uris or conversation.partial or deepest

    @acted
    async def test_a_deleted_ancestor_breaks_no_conversation(self, world: World) -> None:
        root = world.i_post("mine")
        middle = world.someone_replies(root, "in the middle")
        reply = world.someone_replies(middle, "below", by="ben")
        adapter = await signed_in(world)
        message = await received(adapter, world, reply)
        world.delete(middle)
        try:
            conversation = await adapter.conversation(message.ref)
        except Missing:
            return
        assert reply.uri in {one.uri for one in conversation.messages}
        standing = [one for one in conversation.messages if one.uri == middle.uri and not one.deleted]
        assert not standing

    @acted
    async def test_an_edit_keeps_the_uri(self, world: World) -> None:
        adapter, cursors = await signed_in(world), Cursors()
        said = world.someone_mentions_me("first words")
        reading = await read(adapter, cursors, long_ago(world))
        world.pass_time(60)
        if not world.edit(said, "other words"):
            pytest.skip("nobody edits here")
        looked = await adapter.lookup([reading.of(said).ref])
        again = await read(adapter, {}, long_ago(world))
        assert again.uris == {said.uri}
        assert [message.uri for message in looked.messages] == [said.uri]
        assert all("other words" in message.text for message in (*looked.messages, *again.messages))
