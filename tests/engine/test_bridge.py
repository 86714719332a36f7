"""One conversation on both sides of a bridge, with an account on each: one thread, answered once, from either."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import pytest

from convo.__main__ import main
from convo.cli import run
from convo.clock import HandClock
from convo.config import Config, InboxConfig
from convo.engine import Engine
from convo.store import Store
from convo.views import Draft, Entry, OutboxState, Row, View
from tests.adapters.bluesky_world import BlueskyWorld
from tests.adapters.http_world import HttpWorld
from tests.adapters.mastodon_world import MastodonWorld
from tests.engine.stage import settled
from tests.simulators._bluesky_network import Record
from tests.simulators._mastodon_state import Status
from tests.simulators.bridgy import MENTION, Bridgy

T = TypeVar("T")
QUESTION, ANSWER = "Who knows moss?", "Hylocomium, I think. Shall I come and look?"


class Both:
    """The user on a Mastodon and on Bluesky, both sides of the bridge; Ben on Bluesky, bridged."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.masto, self.bsky = MastodonWorld(), BlueskyWorld()
        self.clock = self.masto.clock
        self.bridge = Bridgy(self.masto.instance, self.bsky.net)
        worlds = {"masto": self.masto, "bsky": self.bsky}
        accounts = {
            name: replace(world.account, name=name, secret=world.secrets[0]) for name, world in worlds.items()
        }
        self.config = Config(inbox=InboxConfig(undo_seconds=0), accounts=accounts)

    def stop(self) -> None:
        self.masto.stop()
        self.bsky.stop()

    def run(self, play: Callable[[Engine], Coroutine[Any, Any, T]]) -> T:
        async def process() -> T:
            store = Store.open(self.directory, self.clock)
            engine = Engine(self.config, store, self.clock)
            try:
                return await play(engine)
            finally:
                await engine.stop()
                store.close()

        return asyncio.run(process())

    def sync(self, *names: str) -> None:
        self.clock.step(60)
        outcomes = self.run(lambda engine: engine.sync.once(names))
        assert [one.error for one in outcomes.values()] == [""] * len(outcomes)

    def thread(self) -> tuple[Row, tuple[Entry, ...]]:
        """The one conversation there is."""

        async def play(engine: Engine) -> tuple[Row, tuple[Entry, ...]]:
            (row,) = engine.inbox.rows(View.ALL).rows
            opened = engine.inbox.open(row.thread_id)
            assert opened is not None
            return row, opened.entries

        return self.run(play)

    def waiting(self) -> list[str]:
        return [entry.text.partition(" @")[0] for entry in self.thread()[1] if entry.waiting]

    # What happens there.

    def i_ask(self) -> Status:
        """The user asks on Mastodon; the bridge shows it on Bluesky."""
        said = self.masto.i_post(QUESTION)
        status = next(one for one in self.masto.instance.statuses.values() if one.uri == said.uri)
        self.bridge.to_bluesky(status)
        return status

    def ben_answers(self, to: Status) -> tuple[Record, Status]:
        """Ben answers that on Bluesky and names the user there, too; the bridge shows it on Mastodon."""
        net = self.bsky.net
        parent = net.records[self.bridge._records[to.key]]
        words = f"{ANSWER} @me.test"
        start = len(f"{ANSWER} ".encode())
        facet = {
            "index": {"byteStart": start, "byteEnd": len(words.encode())},
            "features": [{"$type": MENTION, "did": self.bsky.me}],
        }
        link = {"uri": parent.uri, "cid": parent.cid}
        self.clock.step(5)
        said = self.bsky._write("ben", words, facets=[facet], reply={"root": link, "parent": link})
        record = net.records[said.uri]
        return record, self.bridge.to_fediverse(record)

    def answer(self, account: str, text: str) -> OutboxState:
        """The user answers what waits."""

        async def play(engine: Engine) -> OutboxState:
            (row,) = engine.inbox.rows(View.WAITING).rows
            opened = engine.inbox.open(row.thread_id)
            assert opened is not None
            asked = next(entry for entry in opened.entries if entry.waiting)
            terms = engine.answers.terms(asked.message_id, account)
            assert terms.refusal == ""
            assert set(terms.accounts) == {"masto", "bsky"}
            draft = Draft(
                account=account, uri=asked.uri, text=text, cursor=0, visibility=None, content_warning=None,
                language="", dropped=(), attachments=(), edits="", touched_at=self.clock.now(),
                seen_arrival=row.arrival,
            )  # fmt: skip
            sent = await engine.answers.send(draft, yes=True)
            delivering = asyncio.ensure_future(engine.delivery.now(sent.outbox_id))
            while not delivering.done():
                await settled(engine, 1)
            return delivering.result().state

        return self.run(play)

    def answers(self) -> dict[str, list[str]]:
        """Where an answer of the user's stands, and under what."""
        return {
            name: [one.parent_uri for one in world.standing() if "Please do" in one.text]
            for name, world in (("masto", self.masto), ("bsky", self.bsky))
        }


@pytest.fixture
def both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Both]:
    clock: HandClock = HttpWorld.present()
    monkeypatch.setattr(HttpWorld, "present", staticmethod(lambda: clock))
    made = Both(tmp_path)
    yield made
    made.stop()


@pytest.mark.parametrize("order", [("masto", "bsky"), ("bsky", "masto"), ()])
def test_one_conversation(both: Both, order: tuple[str, ...]) -> None:
    both.ben_answers(both.i_ask())
    for names in ([name] for name in order):
        both.sync(*names)
    if not order:
        both.sync()
    row, entries = both.thread()
    assert [entry.text.partition(" @")[0] for entry in entries] == [QUESTION, ANSWER]
    assert [entry.author.is_me for entry in entries] == [True, False]
    assert both.waiting() == [ANSWER]
    assert [person.name for person in row.waiting_for] == ["Ben"]
    assert sorted(row.accounts) == ["bsky", "masto"]
    assert entries[1].parent_uri == entries[0].uri
    (waits,) = both.run(_people)
    assert waits == {"ben.test", "ben.test@bsky.brid.gy"}


async def _people(engine: Engine) -> list[set[str]]:
    """Everybody the user talks with, and the ways to reach each."""
    pages = [engine.people.person(row.person.person_id) for row in engine.people.page().rows]
    return [{one.person.handle for one in page.persons} for page in pages if page]


@pytest.mark.parametrize("order", [("masto", "bsky"), ("bsky", "masto")])
@pytest.mark.parametrize("account", ["masto", "bsky"])
def test_an_answer_from_either_account_closes_both(both: Both, account: str, order: tuple[str, str]) -> None:
    record, status = both.ben_answers(both.i_ask())
    for name in order:
        both.sync(name)
    assert both.answer(account, "Please do") is OutboxState.SENT
    assert both.waiting() == []
    other = "bsky" if account == "masto" else "masto"
    assert both.answers() == {account: [{"masto": status.uri, "bsky": record.uri}[account]], other: []}
    for name in order:
        both.sync(name)
    row, entries = both.thread()
    assert (row.waiting_for, both.waiting()) == ((), [])
    asked, mine = (next(entry for entry in entries if words in entry.text) for words in (ANSWER, "Please do"))
    assert mine.parent_uri == asked.uri


def test_the_bridges_copy_of_the_users_answer_is_the_users_answer(both: Both) -> None:
    both.ben_answers(both.i_ask())
    both.sync()
    assert both.answer("masto", "Please do") is OutboxState.SENT
    mine = next(one for one in both.masto.instance.statuses.values() if "Please do" in one.text)
    both.bridge.to_bluesky(mine)
    both.sync()

    async def load(engine: Engine) -> None:
        (row,) = engine.inbox.rows(View.ALL).rows
        for account in ("bsky", "masto"):
            await engine.sync._around._load(account, row.thread_id)

    both.run(load)
    _, entries = both.thread()
    assert [entry.author.is_me for entry in entries] == [True, False, True]
    assert both.waiting() == []


@pytest.mark.parametrize("order", [("masto", "bsky"), ("bsky", "masto")])
def test_on_the_command_line(
    both: Both, order: tuple[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    record, status = both.ben_answers(both.i_ask())
    for name in order:
        both.sync(name)
    monkeypatch.setattr(run, "read_config", lambda options: both.config)
    monkeypatch.setenv("CONVO_DATA_DIR", str(both.directory))
    monkeypatch.setenv("CONVO_CONFIG", str(both.directory / "config.toml"))

    def convo(*words: str) -> Any:
        capsys.readouterr()
        assert main([*words, "--json"]) == 0
        return json.loads(capsys.readouterr().out)

    (row,) = convo("list")
    assert (row["state"], sorted(row["accounts"]), len(row["waiting_for"])) == (
        "waiting",
        ["bsky", "masto"],
        1,
    )
    pages = {"masto": status.url, "bsky": f"https://bsky.app/profile/{record.did}/post/{record.uri[-13:]}"}
    for address in (row["id"], record.uri, status.uri, status.url):
        found = convo("show", address)
        mine, theirs = found["messages"]
        assert (mine["author"]["is_me"], theirs["author"]["is_me"]) == (True, False)
        assert (mine["waiting"], theirs["waiting"]) == (False, True)
        assert theirs["parent_uri"] == mine["uri"]
        assert theirs["url"] == pages[found["account"]]
    sent = convo("reply", row["id"], "-m", "Please do", "--as", "masto", "--yes")
    assert sent["state"] == "sent"
    (row,) = convo("list", "--view", "all")
    assert (row["state"], row["waiting_for"]) == ("answered", [])
    assert {name: len(found) for name, found in both.answers().items()} == {"masto": 1, "bsky": 0}


@pytest.mark.parametrize("order", [("masto", "bsky"), ("bsky", "masto")])
def test_an_answer_taken_back_is_taken_back_on_both_sides(both: Both, order: tuple[str, str]) -> None:
    """Also where the bridge's copy of it was read first."""
    _, asked = both.ben_answers(both.i_ask())
    both.sync()
    mine = both.masto.instance.write(both.masto.account_me, "Please do", to=asked, at=both.clock.now())
    both.bridge.to_bluesky(mine)

    async def take_back(engine: Engine) -> None:
        (row,) = engine.inbox.rows(View.ALL).rows
        for account in order:
            await engine.sync._around._load(account, row.thread_id)
        opened = engine.inbox.open(row.thread_id)
        assert opened is not None
        (answer,) = (entry for entry in opened.entries if "Please do" in entry.text)
        assert not answer.deleted
        await engine.answers.delete(answer.message_id)

    both.run(take_back)
    assert mine.deleted
    assert both.waiting() == [ANSWER]


def test_an_answer_elsewhere_closes_both(both: Both) -> None:
    record, _ = both.ben_answers(both.i_ask())
    both.sync()
    assert both.waiting() == [ANSWER]
    said = both.bsky.i_answer_elsewhere(_said(record), "Please do")
    both.sync("bsky")
    assert both.waiting() == []
    both.bsky.delete(said)
    both.clock.step(86_400)
    both.sync("bsky")
    assert both.waiting() == [ANSWER]


def _said(record: Record) -> Any:
    from convo.testing import Said

    return Said(record.uri, record.value["text"], record.did)


def test_a_stranger_cannot_take_its_place(both: Both) -> None:
    """A record may say of itself what it likes."""
    asked = both.i_ask()
    both.ben_answers(asked)
    both.sync()
    both.bsky._write("mallory", "Buy my moss", naming=("me",), bridgyOriginalUrl=asked.url)
    both.sync()

    async def play(engine: Engine) -> list[list[str]]:
        rows = engine.inbox.rows(View.ALL).rows
        opened = [engine.inbox.open(row.thread_id) for row in rows]
        return sorted(sorted(entry.text.partition(" @")[0] for entry in one.entries) for one in opened if one)

    assert both.run(play) == [["Buy my moss"], sorted([QUESTION, ANSWER])]
