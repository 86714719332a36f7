"""Both sides of a bridge: one message seen through two platforms, in a store."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from convo.clock import HandClock
from convo.model import Mention, Message, Page, Person
from convo.store import (
    Store,
    accounts,
    conversation,
    ingest,
    rows,
)
from convo.views import Entry, Row, View
from tests.store.world import NOW, context

ME = Person("mastodon", "https://one.example/@me", "me@one.example", "Kim Me")
ME_THERE = Person("bluesky", "did:plc:me", "me.bsky.example", "Kim There")
ME_COPIED = Person(
    "bluesky", "did:plc:bridged", "me.one.example.ap.brid.gy", "Kim Me", original="me.one.example"
)
BEN = Person("bluesky", "did:plc:ben", "ben.bsky.example", "Ben")
BEN_COPIED = Person(
    "mastodon", "https://bsky.brid.gy/r/ben", "ben.bsky.example@bsky.brid.gy", "Ben", original=BEN.uid
)


def said(uri: str, author: Person, text: str, hours: float, **how: Any) -> Message:
    return Message(uri=uri, author=author, created_at=NOW - timedelta(hours=hours), text=text, **how)


def named(*them: Person) -> tuple[Mention, ...]:
    return tuple(Mention(one.uid, one.handle) for one in them)


POST = said(
    "https://one.example/users/me/statuses/1", ME, "Who knows moss?", 30, url="https://one.example/@me/1"
)
POST_COPY = said(
    "at://did:plc:bridged/app.bsky.feed.post/1", ME_COPIED, "Who knows moss?", 30, copy_of=POST.url
)
REPLY = said(
    "at://did:plc:ben/app.bsky.feed.post/2", BEN, "I do. Which one do you mean?", 20,
    parent_uri=POST_COPY.uri, root_uri=POST_COPY.uri, url="https://bsky.app/profile/did:plc:ben/post/2",
    mentions=named(ME_THERE), local_id="",
)  # fmt: skip
REPLY_COPY = said(
    f"https://bsky.brid.gy/convert/ap/{REPLY.uri}", BEN_COPIED, "I do. Which one do you mean?", 20,
    parent_uri=POST.uri, url="https://bsky.brid.gy/r/https://bsky.app/profile/ben/post/2", local_id="902",
    mentions=named(ME), copy_of=REPLY.uri,
)  # fmt: skip
HERE, THERE = (POST, REPLY_COPY), (POST_COPY, REPLY)


class Sides:
    """A store with the user on both sides of a bridge: account `masto` and account `bsky`."""

    def __init__(self, directory: Path, **mine: Person) -> None:
        self.store = Store.open(directory, HandClock(NOW))
        self.now: datetime = NOW
        self.accounts = {
            me.platform: self.store.write_now(accounts.remember, name, me.platform, me, "{}", NOW)
            for name, me in (mine or {"masto": ME, "bsky": ME_THERE}).items()
        }
        for number in self.accounts.values():
            self.store.write_now(accounts.good_sync, number, NOW)

    @property
    def db(self) -> Any:
        return self.store.reader

    def come(self, *messages: Message, kind: str = "incoming", **page: Any) -> None:
        """Messages come, each through the account of its platform, in this order."""
        for message in messages:
            account = self.accounts[message.author.platform]
            self.store.write_now(
                ingest.save_page, account, kind, kind, Page((message,), **page), context(), user=False
            )

    def gone(self, message: Message) -> None:
        account = self.accounts[message.author.platform]
        page = Page(gone=(message.uri,))
        self.store.write_now(ingest.save_page, account, "own", "own", page, context(), user=False)

    def rows(self, view: View = View.ALL) -> tuple[Row, ...]:
        return rows.page(self.db, rows.Wanted(view), "", 50, self.now).rows

    def row(self) -> Row:
        (row,) = self.rows()
        return row

    def entries(self) -> list[Entry]:
        return conversation.entries(self.db, self.row().thread_id)

    def texts(self) -> list[str]:
        return [entry.text for entry in self.entries()]

    def waiting(self) -> list[str]:
        return [entry.text for entry in self.entries() if entry.waiting]


@pytest.fixture
def sides(tmp_path: Path) -> Iterator[Sides]:
    made = Sides(tmp_path / "data")
    yield made
    made.store.close()
