"""A small place with people in it, seen through one or two accounts, for the tests of ingest, threads and search."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from convo.clock import HandClock
from convo.model import Mention, Message, Page, Person
from convo.store import Store, accounts, ingest

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=timezone.utc)
ME = Person("mastodon", "https://one.example/users/me", "me@one.example", "Kim Me")
ME_TOO = Person("mastodon", "https://two.example/users/me", "me@two.example", "Kim Too")


def someone(name: str, **how: Any) -> Person:
    return Person("mastodon", f"https://far.example/users/{name}", f"{name}@far.example", name.title(), **how)


ANA, BEN, CARL = someone("ana"), someone("ben"), someone("carl")


def named(*people: Person, leading: bool = True) -> tuple[Mention, ...]:
    return tuple(Mention(person.uid, person.handle, leading) for person in people)


def message(number: int, author: Person, text: str = "some words", hours: float = 5, **how: Any) -> Message:
    """A message of the far server, written that many hours ago."""
    return Message(
        uri=f"https://far.example/{number}",
        author=author,
        created_at=NOW - timedelta(hours=hours),
        text=text,
        local_id=how.pop("local_id", str(number)),
        **how,
    )


def context(now: datetime = NOW, last_good: datetime | None = None, days: int = 14) -> ingest.IngestContext:
    return ingest.IngestContext(now, NOW - timedelta(days=days), last_good)


class World:
    """A store with one account, `one`, and where asked a second, `two`; both have had their first sync."""

    def __init__(self, directory: Path, *, two: bool = False, synced: bool = True) -> None:
        self.clock = HandClock(NOW)
        self.store = Store.open(directory, self.clock)
        self.one = self._account("one", ME, synced)
        self.two = self._account("two", ME_TOO, synced) if two else 0

    def _account(self, name: str, me: Person, synced: bool) -> int:
        number = self.store.write_now(accounts.remember, name, "mastodon", me, "{}", NOW)
        if synced:
            self.store.write_now(accounts.good_sync, number, NOW)
        return number

    @property
    def db(self) -> Any:
        return self.store.reader

    def page(
        self, *messages: Message, kind: str = "incoming", account: int | None = None,
        ctx: ingest.IngestContext | None = None, **page: Any,
    ) -> ingest.Saved:  # fmt: skip
        return self.store.write_now(
            ingest.save_page, account or self.one, kind, kind, Page(messages, **page), ctx or context(),
            user=False, durable=False,
        )  # fmt: skip

    def value(self, sql: str, *values: Any) -> Any:
        row = self.db.execute(sql, values).fetchone()
        return row[0] if row else None

    def state(self, uri_of: Message) -> str:
        return str(
            self.value(
                "SELECT state FROM thread WHERE id = (SELECT thread_id FROM message WHERE uri = ?)",
                uri_of.uri,
            )
        )

    def thread(self, uri_of: Message) -> int:
        return int(self.value("SELECT thread_id FROM message WHERE uri = ?", uri_of.uri))

    def row(self, uri_of: Message, columns: str) -> Any:
        return self.db.execute(f"SELECT {columns} FROM message WHERE uri = ?", (uri_of.uri,)).fetchone()

    def check_index(self) -> None:
        """The search index holds exactly what the messages say."""
        self.store.write_now(
            lambda db: db.execute("INSERT INTO message_fts (message_fts, rank) VALUES ('integrity-check', 1)")
        )


@contextmanager
def world(directory: Path, **how: Any) -> Iterator[World]:
    made = World(directory, **how)
    try:
        yield made
    finally:
        made.store.close()
