"""What the tests of the Discourse adapter share: a simulated site, what it was asked, an answer that is sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from convo.testing import Said
from tests.adapters.discourse_world import DiscourseWorld
from tests.adapters.playing import making
from tests.simulators._discourse_state import Topic
from tests.simulators.faults import Fault
from tests.simulators.messages import Answer, json_answer

Make = Callable[..., DiscourseWorld]


@pytest.fixture
def make() -> Iterator[Make]:
    """Makes worlds with options of the site."""
    with making(DiscourseWorld) as make:
        yield make


def change(world: DiscourseWorld, path: str, by: Callable[[Any], Any], method: str = "GET") -> None:
    """Change the JSON of answers."""

    def changed(answer: Answer) -> Answer:
        return json_answer(by(answer.json())) if answer.status == 200 and answer.body else answer

    world.site.home.add(Fault(change=changed), method=method, path=path, times=1_000)


def topic_of(world: DiscourseWorld, said: Said) -> Topic:
    return world.state.topics[world._of(said).topic]


def asked(world: DiscourseWorld, method: str, path: str) -> int:
    return len(world.site.home.asked(method, path))
