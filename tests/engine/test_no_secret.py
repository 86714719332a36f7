"""A place where nobody signs in, through the whole program: it is asked for no secret, and known by the user name."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from convo.clock import HandClock
from convo.config import AccountConfig, Config
from convo.engine import Engine
from convo.store import Store
from convo.views import View
from tests.adapters.hackernews_world import HackerNewsWorld


@pytest.fixture
def world() -> Iterator[HackerNewsWorld]:
    built = HackerNewsWorld()
    yield built
    built.stop()


def config(world: HackerNewsWorld, user: str = "me") -> Config:
    home = world.site.home.url
    return Config(
        accounts={"hn": AccountConfig("hn", "hackernews", url=home, user=user, options={"search": home})}
    )


async def synced(
    world: HackerNewsWorld, directory: Path, user: str = "me"
) -> tuple[str, list[str], list[bool]]:
    """What went wrong, who waits, and what the check found, in a process of its own."""
    clock: HandClock = world.clock
    store = Store.open(directory, clock)
    engine = Engine(config(world, user), store, clock)
    try:
        outcome = (await engine.sync.once())["hn"]
        waiting = [row.words for row in engine.inbox.rows(View.WAITING).rows]
        return outcome.error, waiting, [one.fine for one in await engine.accounts.check("hn")]
    finally:
        await engine.stop()
        store.close()


def test_it_is_read_without_a_secret(world: HackerNewsWorld, tmp_path: Path) -> None:
    world.someone_mentions_me("a question")
    error, waiting, fine = asyncio.run(synced(world, tmp_path))
    assert error == ""
    assert len(waiting) == 1
    assert len(fine) >= 5
    assert all(fine)


def test_another_name_in_the_config_is_another_account(world: HackerNewsWorld, tmp_path: Path) -> None:
    world.someone_mentions_me("a question")
    story = world.someone_posts("hers")
    world.someone_replies(story, "an answer to her", by="ben")
    asyncio.run(synced(world, tmp_path))
    error, waiting, _ = asyncio.run(synced(world, tmp_path, "ana"))
    assert error == ""
    assert waiting == ["an answer to her"]
