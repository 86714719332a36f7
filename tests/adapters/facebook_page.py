"""What the tests of Facebook share: worlds, comments as they are read, the program over a Page, prepared answers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

from convo.adapters.facebook import Facebook
from convo.model import Message
from convo.testing import Said
from convo.testing.process import Process
from convo.testing.tools import answer_to, received
from tests.adapters.facebook_world import FacebookWorld
from tests.adapters.playing import reading, run
from tests.simulators import faults
from tests.simulators._facebook_errors import GraphError
from tests.simulators._facebook_state import Comment, Post

Make = Callable[..., FacebookWorld]


def commented(world: FacebookWorld, text: str, *, by: str = "ana", to: Any = None, **extra: Any) -> Comment:
    """A comment, on a post of the Page or below another."""
    made = world.state.add_comment(to or posted(world), world.state.person(by), text)
    made.extra.update(extra)
    world._tick()
    return made


def posted(world: FacebookWorld, text: str = "convo 2.0 is out", *, by: str = "me") -> Post:
    """A post of the Page, or of a visitor."""
    return world._posted(by, text, None, "published" if by == "me" else "visitor")


def read_as(world: FacebookWorld, text: str, **extra: Any) -> Message:
    """One comment as it is read."""
    made = commented(world, text, **extra)
    return one(world, made)


def one(world: FacebookWorld, made: Comment | Post) -> Message:
    """A comment or a post as it is read."""
    return reading(world).of(said(world, made))


def said(world: FacebookWorld, made: Comment | Post) -> Said:
    """A comment or a post as the world speaks of it."""
    return Said(world.uri_of(made), made.message, world.uid_of(made.author))


def prepared(world: FacebookWorld, what: Said, text: str = "my answer") -> str:
    """A request to answer something."""

    async def work(adapter: Facebook) -> str:
        return await adapter.prepare(answer_to(adapter, await received(adapter, world, what), text))

    return run(world, work)


def fails(code: int, subcode: int = 0, words: str = "its own words", **headers: str) -> faults.Fault:
    """An error of the Graph API; nothing is done."""
    answer = GraphError(code, words, subcode=subcode).answer().with_headers(**headers)
    return faults.Fault(answer=answer, done=False)


def waits(world: FacebookWorld, directory: Path, *asked: Comment | Post) -> list[bool]:
    """Whether each waits, after a sync of the whole program."""

    async def play() -> list[bool]:
        process = Process(world, directory)
        world.pass_time(120)
        outcome = await process.sync()
        assert outcome.error == ""
        found = [await process.waiting(said(world, made)) for made in asked]
        await world.close()
        return found

    return asyncio.run(play())
