"""Two accounts of the user in one place: what names both is one message in one thread, and one answer closes it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from convo.config import Config, InboxConfig
from convo.engine import Engine
from convo.store import Store
from convo.views import Draft, OutboxState, View
from tests.adapters.discourse_world import DiscourseWorld
from tests.adapters.github_world import GitHubWorld
from tests.adapters.http_world import HttpWorld
from tests.adapters.mastodon_world import MastodonWorld
from tests.engine.stage import settled

SECRET = "fedcba9876543210fedcba9876543210"


def mastodon() -> HttpWorld:
    world = MastodonWorld()
    world.server.sign_in(world.instance.account("too"), SECRET)
    return world


def github() -> HttpWorld:
    world = GitHubWorld(enterprise=True)
    world.server.sign_in(world.forge.user("too"), SECRET, "notifications repo user")
    return world


def discourse() -> HttpWorld:
    world = DiscourseWorld()
    world.server.keys.add(world.state.add_user("too"), SECRET, "read", "write")
    return world


@pytest.mark.parametrize("make", [mastodon, github, discourse])
def test_what_names_both_is_one(make: Callable[[], HttpWorld], tmp_path: Path) -> None:
    world = make()
    one = replace(world.account, name="one", secret=world.secrets[0])
    config = Config(
        inbox=InboxConfig(undo_seconds=0),
        accounts={"one": one, "two": replace(one, name="two", user="too", secret=SECRET)},
    )
    said = world.someone_mentions_me("Did you get the house?", naming=["too"])  # type: ignore[attr-defined]

    async def play(engine: Engine) -> None:
        async def sync() -> None:
            outcomes = await engine.sync.once()
            assert [outcome.error for outcome in outcomes.values()] == ["", ""]

        await sync()
        (row,) = engine.inbox.rows(View.WAITING).rows
        assert (sorted(row.accounts), len(row.waiting_for)) == (["one", "two"], 1)
        opened = engine.inbox.open(row.thread_id)
        assert opened is not None
        (asked,) = (entry for entry in opened.entries if entry.waiting)
        assert asked.uri == said.uri
        assert sorted(engine.answers.terms(asked.message_id).accounts) == ["one", "two"]
        draft = Draft(
            account="two", uri=asked.uri, text="yes", cursor=0, visibility=None, content_warning=None, language="",
            dropped=(), attachments=(), edits="", touched_at=world.clock.now(), seen_arrival=row.arrival,
        )  # fmt: skip
        sent = await engine.answers.send(draft, yes=True)
        delivering = asyncio.ensure_future(engine.delivery.now(sent.outbox_id))
        while not delivering.done():
            await settled(engine, 1)
        assert delivering.result().state is OutboxState.SENT
        for _ in range(2):
            assert engine.inbox.rows(View.WAITING).rows == ()
            world.pass_time(3_600)
            await sync()
        (row,) = engine.inbox.rows(View.ANSWERED).rows
        opened = engine.inbox.open(row.thread_id)
        assert opened is not None
        mine = [entry for entry in opened.entries if "yes" in entry.text]
        assert [entry.author.is_me for entry in mine] == [True]

    async def process() -> None:
        store = Store.open(tmp_path, world.clock)
        engine = Engine(config, store, world.clock)
        try:
            await play(engine)
        finally:
            await engine.stop()
            store.close()

    try:
        asyncio.run(process())
    finally:
        world.stop()
