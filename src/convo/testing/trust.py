"""Conformance: strangers' text is cleaned, credentials stay at home, and nothing is counted."""

from __future__ import annotations

import re

import pytest

from convo.adapters.contract import AdapterError, ChannelKind
from convo.testing.tools import (
    acted,
    answer_to,
    answering,
    long_ago,
    numbers,
    read,
    received,
    signed_in,
    strings,
)
from convo.testing.world import Trouble, Where, World
from convo.text import clean

HOSTILE = (
    "\x1b[31mred\x1b]8;;https://evil.example\x07\u202egpj.exe\u2066\x9b2J\x00\u200b" + "z" + "\u0335" * 40
)
"""Escape sequences, a bidirectional override, C1, NUL, invisible characters and a pile of combining marks."""
_ONE_LINE = (
    ".handle",
    ".name",
    ".title",
    ".url",
    ".uri",
    ".uid",
    ".content_warning",
    ".language",
    ".local_id",
)
_COUNTS = re.compile(r"(?<!\d)(?:7777|8888|9999|12345|54321)(?!\d)")
"""The counts that worlds tell, each a number of its own: a moment such as 1795812345 has one of them within."""


def unclean(value: object) -> list[str]:
    """The ways to strings in a value that could drive a terminal, or that break a line where one is promised."""
    found = []
    for way, text in strings(value):
        if clean(text) != text:
            found.append(f"{way}: {text!r} is not clean")
        elif way.endswith(_ONE_LINE) and ("\n" in text or "\t" in text):
            found.append(f"{way}: {text!r} has more than one line")
    return found


class TrustSuite:
    """What comes over the network is a stranger's."""

    @acted
    async def test_every_string_is_cleaned(self, world: World) -> None:
        post = world.i_post("mine")
        said = [
            world.someone_mentions_me("hello\nthere https://example.org/a", naming=("ben",)),
            world.someone_replies(post, "a reply"),
            world.someone_quotes(post, "a quote", by="ben"),
            world.someone_writes_directly("directly"),
        ]
        if not world.infect(HOSTILE):
            pytest.skip("this world infects nothing")
        adapter = await signed_in(world)
        values: list[object] = [await world.adapter().identify()]
        reading = await read(adapter, {}, long_ago(world), *ChannelKind)
        assert {one.uri for one in said[:3] if one} <= reading.uris
        infected = [message for message in reading.messages if "red" in message.text]
        assert infected, "nothing hostile came through at all"
        first = reading.of(said[1]) if said[1] else reading.messages[0]
        values += [reading, await adapter.lookup([m.ref for m in reading.messages])]
        values += [await adapter.conversation(first.ref), await adapter.check()]
        wrong = [way for value in values for way in unclean(value)]
        assert not wrong, "\n".join(wrong[:20])

    @acted
    async def test_hostile_ids_are_cleaned_or_left_out(self, world: World) -> None:
        world.i_post("mine")
        world.someone_mentions_me("hello", naming=("ben",))
        adapter = await signed_in(world)
        if not world.infect("\x1b[31m\u202e", ids=True):
            pytest.skip("this world infects no ids")
        reading = await read(adapter, {}, long_ago(world))
        assert reading.messages or reading.skipped
        wrong = unclean(reading)
        assert not wrong, "\n".join(wrong[:20])

    @acted
    async def test_the_words_of_errors_are_cleaned(self, world: World) -> None:
        adapter = await signed_in(world)
        if not world.trouble(Trouble.REFUSED, words=f"no {HOSTILE}\nat all", times=9):
            pytest.skip("this world refuses nothing")
        with pytest.raises(AdapterError) as caught:
            await read(adapter, {}, long_ago(world))
        assert clean(caught.value.words) == caught.value.words
        assert "\n" not in caught.value.words

    @acted
    async def test_nothing_is_counted(self, world: World) -> None:
        post = world.i_post("mine")
        reply = world.someone_replies(post, "a reply")
        world.someone_quotes(post, "a quote", by="ben")
        adapter = await signed_in(world)
        reading = await read(adapter, {}, long_ago(world), *ChannelKind)
        conversation = await adapter.conversation(reading.of(reply).ref)
        identity = await world.adapter().identify()
        for value in (reading.messages, conversation, identity.person):
            assert list(numbers(value)) == []
        told = [text for value in (reading.messages, conversation, identity) for _, text in strings(value)]
        assert not [text for text in told if _COUNTS.search(text)]

    @acted
    async def test_no_secret_goes_into_what_is_kept(self, world: World) -> None:
        said = world.someone_mentions_me("hello")
        adapter = await signed_in(world)
        message = await received(adapter, world, said)
        identity = await adapter.identify()
        kept = [identity.facts, *(text for _, text in strings(message))]
        if world.answers:
            kept.append(await adapter.prepare(answer_to(adapter, message, "my answer")))
            await adapter.answer(kept[-1])
        secrets = getattr(world, "secrets", ())
        assert not [text for text in kept for secret in secrets if secret in text]
        assert world.leaks() == []

    @pytest.mark.parametrize("kind", [Trouble.REDIRECTED, Trouble.NEXT_ELSEWHERE])
    @acted
    async def test_no_credential_goes_to_another_host(self, world: World, kind: Trouble) -> None:
        for number in range(world.page_size + 2):
            world.someone_mentions_me(f"number {number}")
        adapter = await signed_in(world)
        if not world.trouble(kind, times=9):
            pytest.skip(f"{kind.value} does not exist here")
        try:
            await read(adapter, {}, long_ago(world), most_pages=4)
        except AdapterError as error:
            assert clean(error.words) == error.words
        assert world.leaks() == []
        world.calm()
        assert (await read(adapter, {}, long_ago(world))).messages

    @answering
    async def test_a_redirected_answer_is_not_sent_on(self, world: World) -> None:
        said = world.someone_mentions_me("hello")
        adapter = await signed_in(world)
        request = await adapter.prepare(answer_to(adapter, await received(adapter, world, said), "my answer"))
        if not world.trouble(Trouble.REDIRECTED, where=Where.ANSWER, times=3):
            pytest.skip("redirects do not exist here")
        with pytest.raises(AdapterError):
            await adapter.answer(request)
        assert world.leaks() == []
        assert world.standing() == []
