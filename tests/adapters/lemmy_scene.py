"""What the tests of the Lemmy adapter share: simulated servers, an answer that is sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from convo.adapters.lemmy import Lemmy
from convo.model import Message
from convo.testing import Said
from convo.testing.tools import answer_to, received
from tests.adapters.lemmy_world import LemmyWorld
from tests.adapters.playing import making, run

Make = Callable[..., LemmyWorld]


@pytest.fixture
def make() -> Iterator[Make]:
    """Makes worlds with options of the server."""
    with making(LemmyWorld) as make:
        yield make


@pytest.fixture
def world(make: Make) -> LemmyWorld:
    return make()


def answered(world: LemmyWorld, said: Said, text: str = "my answer") -> Message:
    async def work(adapter: Lemmy) -> Message:
        parent = await received(adapter, world, said)
        return await adapter.answer(await adapter.prepare(answer_to(adapter, parent, text)))

    return run(world, work)
