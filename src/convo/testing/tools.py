"""What the conformance tests are made of: running them, reading channels to their end, walking values."""

from __future__ import annotations

import asyncio
import dataclasses
import functools
import json
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import NAMESPACE_URL, uuid5

import pytest

from convo.adapters.contract import Absent, Adapter, Ambiguous, ChannelKind, Found, Proof, Verb
from convo.model import Mention, Message, Reply, Upload, Visibility
from convo.testing.world import Said, World

F = TypeVar("F", bound=Callable[..., Awaitable[None]])
_MOST_PAGES = 60


def acted(test: F) -> Callable[..., None]:
    """Make an asynchronous test of a world an ordinary one that closes the adapters it made."""

    @functools.wraps(test)
    def run(self: object, world: World, *args: Any, **named: Any) -> None:
        async def play() -> None:
            try:
                await test(self, world, *args, **named)
            finally:
                await world.close()

        asyncio.run(play())

    return run


def answering(test: F) -> Callable[..., None]:
    """`acted` for a test that sends an answer: it is skipped where no program may."""
    run = acted(test)

    @functools.wraps(test)
    def run_or_skip(self: object, world: World, *args: Any, **named: Any) -> None:
        if not world.answers:
            pytest.skip("no program answers here")
        run(self, world, *args, **named)

    return run_or_skip


async def signed_in(world: World, *, deadline: float = 20.0) -> Adapter:
    """An adapter that knows who the account is, with the facts it said of itself."""
    identity = await world.adapter(deadline=deadline).identify()
    return world.adapter(identity.facts, deadline=deadline)


def needs(adapter: Adapter, verb: Verb) -> None:
    """Skip the test when the account cannot do this."""
    if verb not in adapter.can.verbs:
        pytest.skip(adapter.can.refusals.get(verb, f"cannot {verb.value}"))


@dataclass
class Reading:
    """What was read from channels: messages in the order they came, one by one."""

    messages: list[Message] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    hidden: tuple[str, ...] | None = None
    pages: int = 0

    @property
    def uris(self) -> set[str]:
        """The URIs of the messages."""
        return {message.uri for message in self.messages}

    def of(self, said: Said) -> Message:
        """The last version of a message that was read."""
        found = [message for message in self.messages if message.uri == said.uri]
        assert found, f"{said.text!r} ({said.uri}) was not read; read: {[m.text for m in self.messages]}"
        return found[-1]


Cursors = dict[str, str]


async def read(
    adapter: Adapter,
    cursors: Cursors,
    since: datetime,
    *kinds: ChannelKind,
    most_pages: int = _MOST_PAGES,
) -> Reading:
    """Read the channels of these kinds (incoming when none is named) to their end, moving their cursors."""
    reading = Reading()
    for channel in adapter.channels:
        if channel.kind not in (kinds or (ChannelKind.INCOMING,)):
            continue
        for _ in range(most_pages):
            page = await adapter.fetch(channel.name, cursors.get(channel.name, ""), since)
            cursors[channel.name] = page.cursor
            reading.pages += 1
            reading.messages += page.messages
            reading.gone += page.gone
            reading.skipped += page.skipped
            reading.hidden = page.hidden if page.hidden is not None else reading.hidden
            if not page.more:
                break
        else:
            if most_pages == _MOST_PAGES:
                raise AssertionError(f"the channel {channel.name} never ends")
    return reading


async def received(adapter: Adapter, world: World, said: Said) -> Message:
    """A message as the adapter gives it from the incoming channels."""
    return (await read(adapter, {}, long_ago(world))).of(said)


def long_ago(world: World) -> datetime:
    """Ninety days before the world's present."""
    return world.now() - timedelta(days=90)


def answer_to(
    adapter: Adapter,
    parent: Message,
    text: str,
    *,
    key: str = "",
    visibility: Visibility | None = None,
    content_warning: str | None = None,
    language: str = "en",
    drop: Collection[str] = (),
    attachments: tuple[Upload, ...] = (),
) -> Reply:
    """A reply as the engine would make it: audience, visibility and warning taken over from the parent."""
    mentions: tuple[Mention, ...] = tuple(m for m in adapter.audience(parent) if m.uid not in drop)
    return Reply(
        key=str(uuid5(NAMESPACE_URL, key or f"{parent.uri} {text}")),
        parent=parent,
        text=text,
        visibility=visibility or parent.visibility.stricter(adapter.widest()),
        content_warning=parent.content_warning if content_warning is None else content_warning,
        language=language,
        mentions=mentions,
        attachments=attachments,
    )


async def delivered(adapter: Adapter, world: World, request: str, *, attempts: int = 4) -> str:
    """Deliver as the engine does: after an ambiguous outcome look first, wait until absence counts, try again."""
    for _ in range(attempts):
        try:
            return (await adapter.answer(request)).uri
        except Ambiguous:
            proof = await settled(adapter, world, request)
            if isinstance(proof, Found):
                return proof.message.uri
            assert isinstance(proof, Absent), proof
    raise AssertionError("it was never delivered")


async def settled(adapter: Adapter, world: World, request: str, claimed: Collection[str] = ()) -> Proof:
    """Whether a request arrived, looked at once its absence would count."""
    world.pass_time(adapter.can.settle.total_seconds() + 1)
    return await adapter.find(request, claimed)


def strings(value: Any, at: str = "") -> Iterator[tuple[str, str]]:
    """Every string in a value made of dataclasses, sequences and mappings, with the way to it."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        for one in dataclasses.fields(value):
            yield from strings(getattr(value, one.name), f"{at}.{one.name}")
    elif isinstance(value, str):
        yield at, str(value)
        if value.startswith(("{", "[")) and at.endswith((".data", ".facts")):
            yield from strings(json.loads(value), f"{at}(json)")
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from strings(name, f"{at}.key")
            yield from strings(inner, f"{at}[{name!r}]")
    elif isinstance(value, (list, tuple, set, frozenset)):
        for number, inner in enumerate(value):
            yield from strings(inner, f"{at}[{number}]")


def numbers(value: Any, at: str = "") -> Iterator[str]:
    """The ways to every number in a value: model values have none but times."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        for one in dataclasses.fields(value):
            yield from numbers(getattr(value, one.name), f"{at}.{one.name}")
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        yield at
    elif isinstance(value, (list, tuple)):
        for number, inner in enumerate(value):
            yield from numbers(inner, f"{at}[{number}]")
