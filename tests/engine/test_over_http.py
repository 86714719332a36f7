"""The engine over real adapters and a real HTTP server on loopback: budgets, answers, and lost answers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import pytest

from convo.config import Config, InboxConfig
from convo.engine import Engine
from convo.store import Store
from convo.testing import Trouble, Where
from convo.views import OutboxRow, OutboxState, View
from tests.adapters.bluesky_world import BlueskyWorld
from tests.adapters.mastodon_world import MastodonWorld
from tests.engine.stage import queue, settled, words

T = TypeVar("T")
Made = MastodonWorld | BlueskyWorld
MAKERS: dict[str, Callable[[], Made]] = {
    "mastodon": MastodonWorld,
    "gotosocial": lambda: MastodonWorld("gotosocial"),
    "bluesky": BlueskyWorld,
}


class Play:
    """A simulated platform and one account of the user on it."""

    def __init__(self, directory: Path, world: Made) -> None:
        self.directory = directory
        self.world = world
        self.account = replace(world.account, name="one", secret=world.secrets[0])
        self.config = Config(inbox=InboxConfig(undo_seconds=0), accounts={"one": self.account})

    def run(self, play: Callable[[Engine], Coroutine[Any, Any, T]]) -> T:
        async def process() -> T:
            store = Store.open(self.directory, self.world.clock)
            engine = Engine(self.config, store, self.world.clock)
            try:
                return await play(engine)
            finally:
                await engine.stop()
                store.close()

        return asyncio.run(process())

    def sync(self) -> Any:
        outcome = self.run(lambda engine: engine.sync.once())["one"]
        assert outcome.error == ""
        return outcome

    def seen(self, view: View = View.WAITING) -> list[str]:
        async def play(engine: Engine) -> list[str]:
            return words(engine, view)

        return self.run(play)

    def answers(self) -> list[str]:
        return [one.text for one in self.world.standing() if "yes" in one.text]


@pytest.fixture(params=sorted(MAKERS))
def play(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Play]:
    world = MAKERS[request.param]()
    yield Play(tmp_path, world)
    world.stop()


def test_the_budget_of_requests(play: Play) -> None:
    said = play.world.someone_mentions_me("Did you get the house?")
    assert play.sync().fetched == 1
    assert len(play.seen()) == 1
    for _ in range(2):
        play.world.pass_time(60)
        before = play.world.requests()
        assert play.sync().requests == 3
        assert play.world.requests() - before == 3
    play.world.i_answer_elsewhere(said, "yes")
    play.world.pass_time(60)
    play.sync()
    assert play.seen() == []
    play.world.pass_time(60)
    assert play.sync().requests == 1


async def _deliver(engine: Engine, world: Made, uri: str) -> OutboxRow:
    """Answer, and let the clock run while the outcome is awaited."""
    outbox_id = await queue(engine, uri, "yes")
    delivering = asyncio.ensure_future(engine.delivery.now(outbox_id))
    while not delivering.done():
        await asyncio.sleep(0.02)
        await settled(engine, 1)
        found = engine.inbox.outbox()
        if found and found[0].state is OutboxState.SENDING and not delivering.done():
            world.pass_time(1)
    return delivering.result()


def test_an_answer_arrives(play: Play) -> None:
    said = play.world.someone_mentions_me("Did you get the house?")
    play.sync()
    found = play.run(lambda engine: _deliver(engine, play.world, said.uri))
    assert (found.state, found.error) == (OutboxState.SENT, "")
    assert len(play.answers()) == 1
    assert play.seen() == []
    play.world.pass_time(60)
    play.sync()
    assert play.seen() == []


@pytest.mark.parametrize("done", [False, True])
@pytest.mark.parametrize("kind", [Trouble.CUT_BEFORE, Trouble.CUT_BODY, Trouble.BROKEN])
def test_a_lost_answer_arrives_once(play: Play, kind: Trouble, done: bool) -> None:
    said = play.world.someone_mentions_me("Did you get the house?")
    play.sync()
    assert play.world.trouble(kind, where=Where.ANSWER, done=done)
    found = play.run(lambda engine: _deliver(engine, play.world, said.uri))
    play.world.calm()
    if found.state is not OutboxState.SENT:
        for _ in range(3):
            play.world.pass_time(600)
            play.sync()
    assert len(play.answers()) == 1
    assert play.seen() == []
