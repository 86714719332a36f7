"""From facts to the state of a thread: what `convo.waiting` says of it is written into its row."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from convo import waiting
from convo.model import Reason
from convo.store import folding, talks, twins
from convo.store.connection import Connection, micros
from convo.store.reads import CHOSEN
from convo.store.words import first_words
from convo.values import frozen

"""Why a person the user put into Quiet is there."""


_REASONS: dict[str | None, Reason | None] = {None: None, **{reason.value: reason for reason in Reason}}


def touched(db: sqlite3.Connection, thread_ids: Iterable[int]) -> None:
    """Say that the open transaction changes these threads: the Store tells after its commit."""
    if isinstance(db, Connection):
        db.touched.update(thread_ids)


def rowless(db: sqlite3.Connection, thread_ids: Collection[int]) -> set[int]:
    """Those of these threads that have no row yet."""
    rows = db.execute(
        "SELECT value FROM json_each(?) j WHERE NOT EXISTS (SELECT 1 FROM thread WHERE id = j.value)",
        (json.dumps(sorted(thread_ids)),),
    )
    return {thread_id for (thread_id,) in rows.fetchall()}


def of_person(db: sqlite3.Connection, person_id: int) -> set[int]:
    """The threads a person wrote in."""
    rows = db.execute("SELECT DISTINCT thread_id FROM message WHERE author_id = ?", (person_id,))
    return {thread_id for (thread_id,) in rows.fetchall()}


def open_in(db: sqlite3.Connection, account_id: int) -> set[int]:
    """The threads in which something that came through this account may wait."""
    rows = db.execute(
        "SELECT thread_id FROM message m INDEXED BY message_addressed"
        " WHERE addressed IS NOT NULL AND NOT history AND NOT deleted"
        " AND EXISTS (SELECT 1 FROM sighting WHERE message_id = m.id AND account_id = ?1)"
        " UNION SELECT thread_id FROM message m INDEXED BY message_held"
        " WHERE held AND EXISTS (SELECT 1 FROM sighting WHERE message_id = m.id AND account_id = ?1)",
        (account_id,),
    )
    return {thread_id for (thread_id,) in rows.fetchall()}


def wake(db: sqlite3.Connection, now: datetime) -> set[int]:
    """Give the threads whose snooze has ended the state they woke to."""
    rows = db.execute("SELECT id FROM thread WHERE wakes_at <= ?", (micros(now),)).fetchall()
    due = {thread_id for (thread_id,) in rows}
    rederive(db, due, now)
    return due


_FACTS = """
SELECT m.thread_id, m.id, m.uri, m.parent_uri, m.author_id, m.created_at, m.since, m.arrival, m.addressed,
       m.names, m.flat, m.branch, m.held, m.deleted, m.resolved, m.quiet, m.history, m.thanks, m.waits,
       m.account_ids, m.addressed_at, m.claim, d.at, d.arrival, u.at, s.at, s.until, s.arrival, s.reminder,
       l.arrival
  FROM json_each(?) j CROSS JOIN message m ON m.thread_id = j.value
  LEFT JOIN done d ON d.uri = m.uri
  LEFT JOIN mute u ON u.uri = m.uri
  LEFT JOIN snooze s ON s.uri = m.uri
  LEFT JOIN looked l ON l.uri = m.uri
 ORDER BY j.key
"""

_PERSONS = """
SELECT p.id, p.is_me, p.hidden OR coalesce(c.muted, 0), c.quiet, coalesce(k.circle, 0),
       coalesce(nullif(p.name, ''), p.handle)
  FROM json_each(?) j CROSS JOIN person p ON p.id = j.value
  LEFT JOIN person_choice c ON c.platform = p.platform AND c.uid = p.uid
  LEFT JOIN contact_person cp ON cp.platform = p.platform AND cp.uid = p.uid
  LEFT JOIN contact k ON k.id = cp.contact_id
"""

_COLUMNS = (
    "root_id", "title", "url", "platform", "account_id", "account_ids", "state", "woken_state", "wakes_at",
    "waiting_since", "circle", "finished", "reminder", "reopened", "reason", "lead_id", "waiting_for", "held",
    "state_since", "last_at", "last_is_me", "arrival", "looked",
)  # fmt: skip
_SELECT = f"SELECT id, {', '.join(_COLUMNS)} FROM thread WHERE id IN (SELECT value FROM json_each(?))"
_WRITE = (
    f"INSERT INTO thread (id, {', '.join(_COLUMNS)}) VALUES (?{', ?' * len(_COLUMNS)}) ON CONFLICT (id) DO UPDATE SET "
    + ", ".join(f"{column} = excluded.{column}" for column in _COLUMNS)
)


@frozen
class _Person:
    """What the rules ask of a person."""

    is_me: bool
    hidden: bool
    choice: int | None
    circle: bool
    shown: str


@frozen
class _Account:
    """What the rules ask of an account; only in a `live` one something can wait."""

    platform: str
    live: bool


def rederive(db: sqlite3.Connection, thread_ids: Collection[int], now: datetime) -> None:
    """Bring the derived columns of these threads and of their messages up to their facts; name them as touched."""
    if not thread_ids:
        return
    wanted = json.dumps(sorted(thread_ids))
    rows = db.execute(_FACTS, (wanted,)).fetchall()
    people = _load_people(db, {row[4] for row in rows})
    accounts = {
        id_: _Account(platform, bool(live))
        for id_, platform, live in db.execute(
            "SELECT id, platform, configured AND first_synced_at IS NOT NULL FROM account"
        ).fetchall()
    }
    one = twins.of(db, (row[1] for row in rows))
    derived = [
        _Derived(thread_id, list(group), people, accounts, micros(now), one)
        for thread_id, group in groupby(rows, itemgetter(0))
    ]
    _write_threads(db, wanted, derived, one)
    changes = [change for thread in derived for change in thread.waits]
    if changes:
        db.executemany("UPDATE message SET waits = ? WHERE id = ?", changes)
    talks.write(db, thread_ids, [row for thread in derived for row in thread.talks()])
    touched(db, thread_ids)


def _load_people(db: sqlite3.Connection, ids: Collection[int]) -> dict[int, _Person]:
    return {
        id_: _Person(bool(is_me), bool(hidden), choice, bool(circle), shown)
        for id_, is_me, hidden, choice, circle, shown in db.execute(
            _PERSONS, (json.dumps(sorted(ids)),)
        ).fetchall()
    }


def _write_threads(
    db: sqlite3.Connection, wanted: str, derived: Sequence[_Derived], same: Collection[twins.Twin]
) -> None:
    """Write the rows that changed; titles need the words of the roots."""
    before = {row[0]: row for row in db.execute(_SELECT, (wanted,)).fetchall()}
    roots = {
        id_: (title, start, url)
        for id_, title, start, url in db.execute(
            "SELECT id, title, substr(text, 1, 1000), url FROM message WHERE id IN (SELECT value FROM json_each(?))",
            (json.dumps([thread.root_id for thread in derived]),),
        ).fetchall()
    }
    shown = {twin.shown_id for twin in same}
    for thread in derived:
        if thread.root_id in shown:
            title, start, url = roots[thread.root_id]
            roots[thread.root_id] = title, start, twins.page(db, thread.root_id, thread.account_id) or url
    after = (thread.row(*roots[thread.root_id]) for thread in derived)
    db.executemany(_WRITE, [row for row in after if before.get(row[0]) != row])


class _Derived:
    """One thread: its facts, the verdict over them, and the row that follows."""

    def __init__(
        self,
        thread_id: int,
        rows: Sequence[tuple[Any, ...]],
        people: dict[int, _Person],
        accounts: dict[int, _Account],
        now: int,
        same: Sequence[twins.Twin],
    ) -> None:
        self._id = thread_id
        self._people = people
        self._accounts = accounts
        self._now = now
        self._live: dict[str, bool] = {}
        self._facts = [self._fact(row) for row in rows]
        if same:
            self._facts = folding.fold(
                {row[1]: fact for row, fact in zip(rows, self._facts, strict=True)}, same
            )
        self._arrival = max(row[7] for row in rows)
        self._ids = {row[2]: (row[1], row[19]) for row in rows}
        self._verdict = waiting.judge(self._facts, _muted(rows), _snooze(rows))
        self._looked = max((row[29] for row in rows if row[29] is not None), default=0)
        self.root_id: int = self._ids[self._root().uri][0]
        self.account_id = self._account(self._ids[self._verdict.lead][1])
        waits = set(self._verdict.waiting)
        self.waits = [(int(row[2] in waits), row[1]) for row in rows if row[18] != (row[2] in waits)]

    def row(self, title: str, start: str, url: str) -> tuple[Any, ...]:
        """The thread's row as `_COLUMNS` wants it; `title`, `start` and `url` are those of its root."""
        verdict = self._verdict
        state, woken, wakes_at = verdict.state, verdict.woken_state, verdict.wakes_at
        if wakes_at is not None and wakes_at <= self._now and woken is not None:
            state, woken, wakes_at = woken, None, None
        lead_id, _ = self._ids[verdict.lead]
        account_id = self.account_id
        last = max(self._facts, key=_shown_order)
        return (
            self._id,
            self.root_id,
            first_words(title) or first_words(start) or self._with(),
            url,
            self._accounts[account_id].platform,
            account_id,
            self._account_ids(),
            state.value,
            woken.value if woken else None,
            wakes_at,
            verdict.waiting_since,
            int(any(self._people[person].circle for person in verdict.waiting_for)),
            int(verdict.finished),
            int(verdict.reminder),
            int(verdict.reopened),
            self._reason(),
            lead_id,
            json.dumps(verdict.waiting_for),
            int(verdict.held),
            verdict.state_since,
            min(last.created_at, last.since),
            int(last.is_me),
            self._arrival,
            self._looked,
        )

    def talks(self) -> list[talks.Row]:
        """What the user and each of the others said to each other in it."""
        return talks.between(self._id, self._facts, self._ids, self._verdict, self._now)

    def _fact(self, row: tuple[Any, ...]) -> waiting.Fact:
        (
            _, _, uri, parent, author, created_at, since, arrival, addressed, names, flat, branch, held, deleted,
            resolved, quiet, history, thanks, _, account_ids, addressed_at, claim, done_at, done_arrival, *_,
        ) = row  # fmt: skip
        person = self._people[author]
        if person.choice is not None:
            quiet = (quiet or CHOSEN) if person.choice else ""
        live = self._live.get(account_ids)
        if live is None:
            live = any(self._accounts[int(number)].live for number in account_ids.split())
            self._live[account_ids] = live
        return waiting.Fact(
            uri, parent, author, person.is_me, created_at, since, arrival, _REASONS[addressed],
            tuple(map(int, names.split())) if names else (), bool(flat), branch, bool(held), bool(deleted),
            bool(resolved), quiet, done_at, bool(history) or not live, person.hidden, bool(thanks),
            claim == "review", done_arrival, addressed_at,
        )  # fmt: skip

    def _root(self) -> waiting.Fact:
        """The topmost message that is stored: of those without a stored parent the earliest."""
        tops = [fact for fact in self._facts if fact.parent not in self._ids]
        return min(tops or self._facts, key=_stated_order)

    def _reason(self) -> str:
        """Why the row is here: the reason of who waits longest, or the rule of Quiet."""
        verdict = self._verdict
        if verdict.quiet:
            return verdict.quiet
        if not verdict.waiting:
            return ""
        lead = next(fact for fact in self._facts if fact.uri == verdict.lead)
        return lead.addressed.value if lead.addressed else ""

    def _account(self, account_ids: str) -> int:
        """The account a reply would use: the first that is still configured."""
        numbers = [int(number) for number in account_ids.split()]
        return next((number for number in numbers if self._accounts[number].live), numbers[0])

    def _account_ids(self) -> str:
        seen = {account_ids for _, account_ids in self._ids.values()}
        if len(seen) == 1 and " " not in (only := next(iter(seen))):
            return str(only)
        return " ".join(map(str, sorted({int(n) for account_ids in seen for n in account_ids.split()})))

    def _with(self) -> str:
        """The title of a conversation without words: whom it is with, in the order they came in."""
        others = dict.fromkeys(
            fact.author for fact in sorted(self._facts, key=_stated_order) if not fact.is_me
        )
        names = [self._people[person].shown for person in others]
        if len(names) > 2:
            return f"With {names[0]}, {names[1]} and others"
        return f"With {' and '.join(names)}" if names else "Your own message"


def _stated_order(fact: waiting.Fact) -> tuple[int, int]:
    return fact.created_at, fact.arrival


def _shown_order(fact: waiting.Fact) -> tuple[int, int]:
    """Stated time, but never a time to come."""
    return min(fact.created_at, fact.since), fact.arrival


def _muted(rows: Sequence[tuple[Any, ...]]) -> int | None:
    """When the thread was muted first."""
    return min((row[24] for row in rows if row[24] is not None), default=None)


def _snooze(rows: Sequence[tuple[Any, ...]]) -> waiting.Snooze | None:
    """The last snooze: threads that joined may bring several."""
    found = [waiting.Snooze(row[25], row[26], row[27], bool(row[28])) for row in rows if row[25] is not None]
    return max(found, key=_snoozed_at, default=None)


def _snoozed_at(snooze: waiting.Snooze) -> int:
    return snooze.at
