"""What the user and a person said to each other in a thread: derived from its facts, kept as one row for both."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from convo.store import turns
from convo.views import State
from convo.waiting import Fact, Verdict

WAITS, FINISHED, PUT_OFF = 0, 1, 2
"""How somebody waits (`late`): now, with a few thanking words, or in a snoozed thread. The order of the list."""

COLUMNS: Final = (
    "thread_id", "person_id", "quiet", "settled", "first_at", "last_at", "theirs_id", "theirs_at", "mine_id",
    "mine_at", "late", "waiting_since",
)  # fmt: skip
_SELECT: Final = f"SELECT {', '.join(COLUMNS)} FROM talk WHERE thread_id IN (SELECT value FROM json_each(?))"
_WRITE: Final = (
    f"INSERT INTO talk ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"
    " ON CONFLICT (thread_id, person_id) DO UPDATE SET "
    + ", ".join(f"{column} = excluded.{column}" for column in COLUMNS[2:])
)

Place = tuple[int, int]
"""Where a message stands in time: when it was said, then its arrival."""
Row = tuple[Any, ...]


class _Talk:
    """One person's part of a thread while it is gone through."""

    __slots__ = ("first", "mine", "quiet", "since", "theirs")

    def __init__(self) -> None:
        self.first: Place | None = None
        self.theirs: tuple[Place, Fact] | None = None
        self.mine: tuple[Place, Fact] | None = None
        self.quiet: bool | None = None
        self.since: int | None = None


def between(
    thread_id: int, facts: Sequence[Fact], ids: Mapping[str, tuple[int, str]], verdict: Verdict, now: int
) -> list[Row]:
    """The rows of a thread, as `COLUMNS` has them: one for each person who spoke to the user or was spoken to.

    `ids` start with the numbers of the messages, by URI. Deleted messages say nothing. `now` in microseconds.
    """
    own = [(_place(fact), fact) for fact in facts if fact.is_me and not fact.deleted]
    talks: dict[int, _Talk] = {}
    waiting = set(verdict.waiting)
    for fact in facts:
        if not (fact.is_me or fact.deleted) and (fact.addressed is not None or fact.held):
            _hear(talks.setdefault(fact.author, _Talk()), fact, fact.uri in waiting)
    if own:
        _speak(talks, facts, own)
    last_own = max(own, key=_first_of)[0] if own else None
    late = _late(verdict, now)
    rows = []
    for person, talk in talks.items():
        said = [part[0] for part in (talk.theirs, talk.mine) if part is not None]
        waits = talk.since is not None and late is not None
        rows.append(
            (
                thread_id, person, int(bool(talk.quiet)), int(_settled(talk, last_own, verdict)),
                min([*said, talk.first or said[0]])[0], max(said)[0],
                ids[talk.theirs[1].uri][0] if talk.theirs else None, talk.theirs[0][0] if talk.theirs else None,
                ids[talk.mine[1].uri][0] if talk.mine else None, talk.mine[0][0] if talk.mine else None,
                late if waits else None, talk.since if waits else None,
            )
        )  # fmt: skip
    return rows


def _place(fact: Fact) -> Place:
    """Stated time, but never a time to come."""
    return min(fact.created_at, fact.since), fact.arrival


def _first_of(part: tuple[Place, Fact]) -> Place:
    return part[0]


def _hear(talk: _Talk, fact: Fact, waits: bool) -> None:
    """A person said something to the user."""
    place = _place(fact)
    talk.first = place if talk.first is None else min(talk.first, place)
    if talk.theirs is None or place > talk.theirs[0]:
        talk.theirs = place, fact
    talk.quiet = talk.quiet is not False and bool(fact.quiet) and not fact.held
    if waits:
        talk.since = fact.since if talk.since is None else min(talk.since, fact.since)


def _speak(talks: dict[int, _Talk], facts: Sequence[Fact], own: Sequence[tuple[Place, Fact]]) -> None:
    """To whom the user's messages speak: who is named or answered, else all who spoke before, in a flat place."""
    authors = {fact.uri: fact.author for fact in facts}
    me = {fact.author for _, fact in own}
    two_people = len(set(authors.values()) - me) == 1
    heard = list(talks.items())
    for place, fact in own:
        named = set(fact.names)
        parent = authors.get(fact.parent)
        if parent is not None:
            named.add(parent)
        named -= me
        if not named and (fact.flat or two_people):
            named = {person for person, talk in heard if talk.first is not None and talk.first < place}
        for person in named:
            talk = talks.setdefault(person, _Talk())
            if talk.mine is None or place > talk.mine[0]:
                talk.mine = place, fact
            if talk.first is None or place < talk.first:
                talk.first = place


def _late(verdict: Verdict, now: int) -> int | None:
    """How whoever waits in the thread does; None where it is muted or put off until they write."""
    state = verdict.state
    if state is State.SNOOZED and verdict.wakes_at is not None:
        if verdict.wakes_at > now:
            return PUT_OFF
        state = verdict.woken_state or state
    return (FINISHED if verdict.finished else WAITS) if state is State.WAITING else None


def _settled(talk: _Talk, last_own: Place | None, verdict: Verdict) -> bool:
    """Whether going on is with the person: the user spoke last, closed what was said, or waits for them to write."""
    if talk.theirs is None or verdict.state is State.DONE:
        return True
    if verdict.state is State.SNOOZED and verdict.wakes_at is None:
        return True
    place, fact = talk.theirs
    return fact.done_at is not None or (last_own is not None and last_own > place)


def write(db: sqlite3.Connection, thread_ids: Collection[int], rows: Sequence[Row]) -> None:
    """Bring the rows of these threads up to date, and with them whose turn it is with everybody they are about."""
    wanted = json.dumps(sorted(thread_ids))
    before = {row[:2]: row for row in db.execute(_SELECT, (wanted,)).fetchall()}
    after = {row[:2]: row for row in rows}
    gone = [key for key in before if key not in after]
    new = [row for key, row in after.items() if before.get(key) != row]
    if gone:
        db.executemany("DELETE FROM talk WHERE thread_id = ? AND person_id = ?", gone)
    if new:
        db.executemany(_WRITE, new)
    turns.settle(db, {person for _, person in (*before, *after)})
