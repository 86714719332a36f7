"""What tests of single platforms share: doing something with a signed-in adapter of a world, and signing in."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar

from convo.adapters.contract import Ask, ChannelKind, LoginResult, LoginStep
from convo.adapters.http import Http
from convo.config import AccountConfig
from convo.testing.tools import Cursors, Reading, long_ago, read

T = TypeVar("T")


class Stopping(Protocol):
    """A world with a server that is stopped by hand."""

    def stop(self) -> None: ...


W = TypeVar("W", bound=Stopping)


@contextmanager
def making(kind: Callable[..., W]) -> Iterator[Callable[..., W]]:
    """Makes worlds of a kind with options of their server, and stops them in the end."""
    made: list[W] = []

    def world(*roles: str, **options: Any) -> W:
        made.append(kind(*roles, **options))
        return made[-1]

    yield world
    for one in made:
        one.stop()


def run(world: Any, work: Callable[[Any], Awaitable[T]]) -> T:
    """Do something with a signed-in adapter."""

    async def play() -> T:
        try:
            identity = await world.adapter().identify()
            return await work(world.adapter(identity.facts))
        finally:
            await world.close()

    return asyncio.run(play())


def reading(world: Any, *kinds: ChannelKind, cursors: Cursors | None = None) -> Reading:
    """What is read from channels, those of incoming messages when none is named."""
    return run(
        world, lambda adapter: read(adapter, cursors if cursors is not None else {}, long_ago(world), *kinds)
    )


def sign_in(
    kind: Any, account: AccountConfig, answers: Callable[[LoginStep], Mapping[str, str]]
) -> tuple[LoginResult, list[LoginStep]]:
    """Run an adapter's own sign-in; gives what came of it and the steps that were shown."""
    steps: list[LoginStep] = []

    async def ask(step: LoginStep) -> Mapping[str, str]:
        steps.append(step)
        return answers(step)

    asked: Ask = ask
    result: LoginResult = asyncio.run(kind.login(account, lambda url: Http(url, deadline=10.0), asked))
    return result, steps
