"""People talking, for the tests of user state: a real store, the real ingest, a clock stepped by hand."""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from convo.clock import HandClock
from convo.model import Mention, Message, Page, Person, Visibility
from convo.store import Store, accounts, rows
from convo.store.ingest import IngestContext, save_page
from convo.views import Row, RowPage, Seen, View

NOW = datetime(2026, 11, 20, 10, 30, tzinfo=timezone.utc)
"""A Friday."""

STATE_TABLES = (
    "done",
    "mute",
    "snooze",
    "contact",
    "contact_person",
    "apart",
    "person_choice",
    "draft",
    "outbox",
)


class Talk:
    """A store with the user on some accounts, in which people say things."""

    def __init__(self, directory: Path, *account_names: str, platform: str = "mastodon") -> None:
        self.clock = HandClock(NOW)
        self.directory = directory
        self.store = Store.open(directory, self.clock)
        self.platform = platform
        self.accounts: dict[str, int] = {}
        self._numbers = 0
        for name in account_names or ("one",):
            self.add_account(name)

    def add_account(self, name: str, platform: str = "") -> int:
        me = Person(platform or self.platform, f"uid:me@{name}", f"me@{name}", "Me")
        now = NOW - timedelta(days=30)
        number = self.store.write_now(accounts.remember, name, me.platform, me, "{}", now)
        self.store.write_now(accounts.good_sync, number, now)
        self.accounts[name] = number
        return number

    def me(self, account: str = "one") -> Person:
        return Person(self.platform, f"uid:me@{account}", f"me@{account}", "Me")

    def person(self, handle: str, name: str | None = None) -> Person:
        shown = f"{handle.capitalize()} {handle[0].upper()}." if name is None else name
        return Person(self.platform, f"uid:{handle}", handle, shown)

    def make(self, who: str | Person, text: str, **how: Any) -> Message:
        """A message: `to` is the one it answers, `names` handles or accounts it names, `ago` its age."""
        self._numbers += 1
        author = who if isinstance(who, Person) else self.person(who)
        to: Message | None = how.pop("to", None)
        ago: timedelta = how.pop("ago", timedelta(hours=1))
        names = [
            self.me(name) if name in self.accounts else self.person(name) for name in how.pop("names", ())
        ]
        return Message(
            uri=how.pop("uri", f"https://example.org/{self._numbers}"),
            local_id=f"l{self._numbers}",
            author=author,
            created_at=self.clock.now() - ago,
            text=text,
            url=f"https://example.org/@{author.handle}/{self._numbers}",
            parent_uri=to.uri if to else how.pop("parent_uri", ""),
            root_uri=(to.root_uri or to.uri) if to else "",
            mentions=tuple(Mention(person.uid, person.handle) for person in names),
            **how,
        )

    def save(self, *messages: Message, account: str = "one", kind: str = "incoming") -> None:
        now = self.clock.now()
        context = IngestContext(now=now, waiting_from=NOW - timedelta(days=3650), last_good=None)
        page = Page(messages, cursor=str(self._numbers))
        self.store.write_now(save_page, self.accounts[account], "mentions", kind, page, context, user=False)

    def say(self, who: str | Person, text: str, account: str = "one", **how: Any) -> Message:
        """Somebody says something that reaches the user."""
        message = self.make(who, text, **how)
        self.save(message, account=account)
        return message

    def ask(self, who: str | Person, text: str, account: str = "one", **how: Any) -> Message:
        """Somebody says something to the user, by name."""
        how.setdefault("names", (account,))
        return self.say(who, text, account, **how)

    def answer(self, text: str, to: Message, account: str = "one", **how: Any) -> Message:
        """The user answers, anywhere."""
        message = self.make(self.me(account), text, to=to, **{"ago": timedelta(minutes=1), **how})
        self.save(message, account=account, kind="own")
        return message

    def direct(self, who: str, text: str, **how: Any) -> Message:
        return self.ask(who, text, visibility=Visibility.DIRECT, flat=True, **how)

    # What the tests look at.

    @property
    def db(self) -> sqlite3.Connection:
        return self.store.reader

    @property
    def now(self) -> datetime:
        return self.clock.now()

    def page(self, view: View = View.WAITING, before: str = "", limit: int = 200, **how: Any) -> RowPage:
        return rows.page(self.db, rows.Wanted(view, **how), before, limit, self.now)

    def words(self, view: View = View.WAITING, **how: Any) -> list[str]:
        return [row.words for row in self.page(view, **how).rows]

    def thread(self, message: Message) -> int:
        query = "SELECT thread_id FROM message WHERE uri = ?"
        return int(self.db.execute(query, (message.uri,)).fetchone()[0])

    def message_id(self, message: Message) -> int:
        return int(self.db.execute("SELECT id FROM message WHERE uri = ?", (message.uri,)).fetchone()[0])

    def row(self, message: Message) -> Row:
        found = rows.one(self.db, self.thread(message), self.now)
        assert found is not None
        return found

    def seen(self, message: Message) -> Seen:
        row = self.row(message)
        return Seen(row.thread_id, row.arrival)

    def person_id(self, handle: str) -> int:
        return int(self.db.execute("SELECT id FROM person WHERE uid = ?", (f"uid:{handle}",)).fetchone()[0])

    def state(self) -> dict[str, list[tuple[Any, ...]]]:
        """All rows of the user's own state."""
        return {
            table: self.db.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall()
            for table in STATE_TABLES
        }

    def derived(self) -> list[tuple[Any, ...]]:
        """What follows from facts and user state, thread by thread, person by person and message by message."""
        threads = self.db.execute("SELECT * FROM thread ORDER BY id").fetchall()
        people = self.db.execute("SELECT * FROM talk ORDER BY 1, 2").fetchall()
        people += self.db.execute("SELECT * FROM turn ORDER BY 1").fetchall()
        return [*threads, *people, *self.db.execute("SELECT id, waits FROM message ORDER BY id").fetchall()]

    def run(self, job: Any, *args: Any, **how: Any) -> Any:
        """A job of the store, as a user's act runs it."""
        return self.store.write_now(job, *args, **how)

    def close(self) -> None:
        self.store.close()
