"""Conformance: an answer is as public, as covered and to whom the user meant, and what fails says so first."""

from __future__ import annotations

from bisect import bisect_right
from pathlib import Path

import pytest

from convo.adapters.contract import Adapter, AdapterError, Missing, Refused, Verb
from convo.model import Message, Upload, Visibility
from convo.testing.tools import answer_to, answering, needs, received, signed_in
from convo.testing.world import World

TEXTS = [
    "plain words",
    "a < b & c > d; \"quoted\" 'single' &amp;",
    "two\n\nparagraphs\nand a line",
    "see https://example.org/a/rather/long/path/that/goes/on?x=1&y=2 for it",
    "family 👩‍👩‍👧 and flag 🇨🇿, Café, Ελληνικά, 日本語, עברית",
    "*stars* _lines_ `code` # no heading",
    "> quoted by hand\nand answered",
    "mail me at me@example.org or ask @nobody.we.know",
]
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000d49444154789c6360000002000001e221bc330000000049454e44ae426082"
)


def _longest(adapter: Adapter, parent: Message, letter: str, limit: int) -> int:
    """How many of a letter fit into an answer."""

    def over(count: int) -> int:
        room = adapter.measure(answer_to(adapter, parent, letter * count)).room
        assert room is not None
        return -room

    return bisect_right(range(limit + 1), 0, key=over) - 1


class AnsweringSuite:
    """Preparing and sending an answer when nothing fails."""

    @pytest.mark.parametrize("text", TEXTS)
    @answering
    async def test_an_answer_arrives_as_it_was_written(self, world: World, text: str) -> None:
        said = world.someone_mentions_me("a question")
        adapter = await signed_in(world)
        parent = await received(adapter, world, said)
        message = await adapter.answer(await adapter.prepare(answer_to(adapter, parent, text)))
        assert message.author.uid == world.me
        assert message.parent_uri == said.uri or (message.parent_id and message.parent_id == parent.local_id)
        [standing] = world.standing()
        assert (standing.uri, standing.parent_uri) == (message.uri, said.uri)
        assert text in standing.text

    @answering
    async def test_an_answer_is_no_more_public_than_asked(self, world: World) -> None:
        adapter = await signed_in(world)
        needs(adapter, Verb.VISIBILITY)
        for visibility in Visibility:
            said = world.someone_mentions_me("psst", visibility=visibility)
            parent = await received(adapter, world, said)
            message = await adapter.answer(await adapter.prepare(answer_to(adapter, parent, "my answer")))
            assert message.visibility is visibility
            assert world.standing()[-1].visibility is visibility

    @answering
    async def test_a_narrower_answer_stays_narrower(self, world: World) -> None:
        adapter = await signed_in(world)
        needs(adapter, Verb.VISIBILITY)
        said = world.someone_mentions_me("said in public")
        parent = await received(adapter, world, said)
        reply = answer_to(adapter, parent, "my answer", visibility=Visibility.DIRECT)
        await adapter.answer(await adapter.prepare(reply))
        assert world.standing()[-1].visibility is Visibility.DIRECT

    @answering
    async def test_the_warning_is_carried_over(self, world: World) -> None:
        adapter = await signed_in(world)
        needs(adapter, Verb.CONTENT_WARNING)
        said = world.someone_mentions_me("recipe", content_warning=world.warning)
        parent = await received(adapter, world, said)
        assert parent.content_warning
        message = await adapter.answer(await adapter.prepare(answer_to(adapter, parent, "my answer")))
        assert message.content_warning == parent.content_warning
        assert world.standing()[-1].content_warning == world.warning

    @answering
    async def test_the_language_is_carried_over(self, world: World) -> None:
        adapter = await signed_in(world)
        needs(adapter, Verb.LANGUAGE)
        parent = await received(adapter, world, world.someone_mentions_me("bonjour"))
        await adapter.answer(await adapter.prepare(answer_to(adapter, parent, "oui", language="fr")))
        assert world.standing()[-1].language == "fr"

    @answering
    async def test_the_audience_is_the_author_first_and_never_the_user(self, world: World) -> None:
        said = world.someone_mentions_me("hello", naming=("ben", "cleo", "ben"))
        adapter = await signed_in(world)
        audience = [mention.uid for mention in adapter.audience(await received(adapter, world, said))]
        assert audience[0] == world.uid("ana")
        assert world.me not in audience
        assert len(set(audience)) == len(audience)
        assert set(audience) <= {world.uid(name) for name in ("ana", "ben", "cleo")}

    @answering
    async def test_an_answer_names_its_audience_and_not_who_was_dropped(self, world: World) -> None:
        said = world.someone_mentions_me("hello", naming=("ben", "cleo"))
        adapter = await signed_in(world)
        parent = await received(adapter, world, said)
        everybody = {mention.uid for mention in adapter.audience(parent)}
        await adapter.answer(await adapter.prepare(answer_to(adapter, parent, "to all")))
        assert everybody <= world.standing()[-1].names
        if world.uid("cleo") not in everybody:
            return
        reply = answer_to(adapter, parent, "not to cleo", key="key-2", drop={world.uid("cleo")})
        await adapter.answer(await adapter.prepare(reply))
        names = world.standing()[-1].names
        assert everybody - {world.uid("cleo")} <= names
        assert world.uid("cleo") not in names

    @pytest.mark.parametrize("text", TEXTS)
    @answering
    async def test_length_is_counted_as_the_server_counts(self, world: World, text: str) -> None:
        said = world.someone_mentions_me("a question", naming=("ben",), content_warning=world.warning)
        adapter = await signed_in(world)
        parent = await received(adapter, world, said)
        reply = answer_to(adapter, parent, text)
        message = await adapter.answer(await adapter.prepare(reply))
        assert message
        counted = world.counted(said, world.standing()[-1].text, world.standing()[-1].content_warning)
        if counted is None:
            pytest.skip("this server counts nothing")
        measure = adapter.measure(reply)
        assert (measure.used, measure.limit) == counted

    @answering
    async def test_what_is_too_long_is_refused_before_it_is_sent(self, world: World) -> None:
        said = world.someone_mentions_me("a question")
        adapter = await signed_in(world)
        parent = await received(adapter, world, said)
        limit = adapter.measure(answer_to(adapter, parent, "x")).limit
        if limit is None:
            pytest.skip("no limit here")
        used = adapter.measure(answer_to(adapter, parent, "")).used
        for letter in ("x", "é", "👩‍👩‍👧"):
            fits = _longest(adapter, parent, letter, limit)
            assert limit - used - 1 <= fits <= limit - used or letter != "x"
            too_long = answer_to(adapter, parent, letter * (fits + 1))
            before = len(world.writes())
            with pytest.raises(Refused) as caught:
                await adapter.prepare(too_long)
            assert caught.value.words
            assert len(world.writes()) == before
            exact = answer_to(adapter, parent, letter * fits, key=f"key-{letter}")
            await adapter.answer(await adapter.prepare(exact))
        assert len(world.standing()) == 3

    @answering
    async def test_an_answer_to_what_is_gone_is_refused(self, world: World) -> None:
        said = world.someone_mentions_me("a question")
        adapter = await signed_in(world)
        parent = await received(adapter, world, said)
        world.delete(said)
        with pytest.raises(Refused):
            await adapter.answer(await adapter.prepare(answer_to(adapter, parent, "too late")))
        assert world.standing() == []

    @answering
    async def test_no_answer_is_left_standing_without_its_parent(self, world: World) -> None:
        said = world.someone_mentions_me("a question")
        adapter = await signed_in(world)
        parent = await received(adapter, world, said)
        request = await adapter.prepare(answer_to(adapter, parent, "just too late"))
        world.delete(said)
        try:
            await adapter.answer(request)
        except AdapterError as error:
            assert isinstance(error, Refused), error
            assert error.words
            assert world.standing() == []
        else:
            assert [one.parent_uri for one in world.standing()] == [said.uri]

    @answering
    async def test_a_locked_thread_is_refused(self, world: World) -> None:
        said = world.someone_mentions_me("a question")
        adapter = await signed_in(world)
        before = await received(adapter, world, said)
        if not world.lock(said):
            pytest.skip("nothing is locked here")
        looked = await adapter.lookup([before.ref])
        [message] = looked.messages
        if Verb.ANSWER.value in message.refusals:
            assert message.refusals[Verb.ANSWER.value]
        with pytest.raises(Refused) as caught:
            await adapter.prepare(answer_to(adapter, before, "let me in"))
        assert not isinstance(caught.value, Missing)
        assert world.standing() == []

    @answering
    async def test_preparing_makes_nothing_public_and_may_be_repeated(self, world: World) -> None:
        said = world.someone_mentions_me("a question")
        adapter = await signed_in(world)
        reply = answer_to(adapter, await received(adapter, world, said), "my answer")
        for _ in range(3):
            request = await adapter.prepare(reply)
        assert world.standing() == []
        await adapter.answer(request)
        assert len(world.standing()) == 1

    @answering
    async def test_an_attachment_carries_its_description(self, world: World, tmp_path: Path) -> None:
        adapter = await signed_in(world)
        needs(adapter, Verb.ATTACH)
        picture = tmp_path / "soup.png"
        picture.write_bytes(PNG)
        parent = await received(adapter, world, world.someone_mentions_me("show me"))
        upload = Upload(str(picture), "a bowl of soup")
        request = await adapter.prepare(answer_to(adapter, parent, "here", attachments=(upload,)))
        message = await adapter.answer(request)
        assert world.standing()[-1].alts == ("a bowl of soup",)
        assert [attachment.alt for attachment in message.attachments] == ["a bowl of soup"]

    @answering
    async def test_an_attachment_that_is_not_there_is_refused(self, world: World, tmp_path: Path) -> None:
        adapter = await signed_in(world)
        needs(adapter, Verb.ATTACH)
        parent = await received(adapter, world, world.someone_mentions_me("show me"))
        upload = Upload(str(tmp_path / "nowhere.png"), "nothing")
        with pytest.raises(Refused):
            await adapter.prepare(answer_to(adapter, parent, "here", attachments=(upload,)))

    @answering
    async def test_a_direct_message_is_answered_directly(self, world: World) -> None:
        adapter = await signed_in(world)
        needs(adapter, Verb.DIRECT)
        said = world.someone_writes_directly("only for you")
        assert said is not None
        parent = await received(adapter, world, said)
        message = await adapter.answer(await adapter.prepare(answer_to(adapter, parent, "and only for you")))
        assert message.visibility is Visibility.DIRECT
        [standing] = world.standing()
        assert standing.visibility is Visibility.DIRECT
        assert "and only for you" in standing.text
