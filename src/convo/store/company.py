"""People as the user has talked with them: the lists by whose turn it is, and all talks with one human."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from convo.people import PeoplePage, PersonRow, Turn
from convo.store import conversation, people
from convo.store.connection import micros, moment
from convo.store.rows import NEVER, WORDS_LENGTH, BadCursor
from convo.store.talks import FINISHED, PUT_OFF, WAITS
from convo.store.words import first_words
from convo.values import frozen

Key = tuple[int, ...]
"""What a list is sorted by; keys grow down the list."""

_ORDER: Final = (Turn.YOURS, Turn.THEIRS, Turn.QUIET)
_CURSOR: Final = re.compile(r"([012])\.(-?\d{1,19}(?:\.-?\d{1,19}){1,3})", re.ASCII)


def page(
    db: sqlite3.Connection, turns: Sequence[Turn], before: str, limit: int, quiet_before: datetime
) -> PeoplePage:
    """The people of these lists in order, from a cursor on; who said nothing since `quiet_before` has gone quiet.

    Raises BadCursor.
    """
    start, after = _read_cursor(before) if before else (0, None)
    found: list[tuple[Turn, Key]] = []
    for number, turn in enumerate(_ORDER):
        if turn not in turns or number < start:
            continue
        room = limit + 1 - len(found)
        keys = _keys(db, turn, after if number == start else None, room, micros(quiet_before))
        found += [(turn, key) for key in keys]
        if len(found) > limit:
            break
    more, found = len(found) > limit, found[:limit]
    cursor = _write_cursor(*found[-1]) if more else ""
    return PeoplePage(tuple(fill(db, [(abs(key[-1]), turn) for turn, key in found])), cursor)


def _write_cursor(turn: Turn, key: Key) -> str:
    return ".".join(map(str, (_ORDER.index(turn), *key)))


def _read_cursor(text: str) -> tuple[int, Key]:
    found = _CURSOR.fullmatch(text)
    number = int(found[1]) if found else 0
    key = tuple(max(-NEVER, min(NEVER, int(part))) for part in found[2].split(".")) if found else ()
    if len(key) != (4 if _ORDER[number] is Turn.YOURS else 2):
        raise BadCursor("This cursor does not belong to this list. Leave it out to start from the top.")
    return number, key


def _keys(db: sqlite3.Connection, turn: Turn, after: Key | None, limit: int, cut: int) -> list[Key]:
    if turn is Turn.YOURS:
        return _yours(db, after, limit)
    if turn is Turn.THEIRS:
        return _resting(db, "settled = 1 AND last_at >= ?", cut, after, limit)
    closed = _resting(db, "settled = 1 AND last_at < ?", cut, after, limit)
    return sorted(closed + _resting(db, "settled = 0 AND last_at < ?", NEVER, after, limit))[:limit]


def _yours(db: sqlite3.Connection, after: Key | None, limit: int) -> list[Key]:
    """Who waits now, the circle first, longest first; then what sounds finished, then who is put off."""
    found: list[Key] = []
    for late in (WAITS, FINISHED, PUT_OFF):
        for circle in (1, 0):
            group = (late, -circle)
            if after and group < after[:2]:
                continue
            since = after[2:] if after and group == after[:2] else (-NEVER, 0)
            rows = db.execute(
                "SELECT waiting_since, person_id FROM turn INDEXED BY turn_mine WHERE waiting_since IS NOT NULL"
                " AND late = ? AND circle = ? AND (waiting_since, person_id) > (?, ?)"
                " ORDER BY waiting_since, person_id LIMIT ?",
                (late, circle, *since, limit - len(found)),
            )
            found += [(*group, *row) for row in rows]
    return found


def _resting(db: sqlite3.Connection, where: str, cut: int, after: Key | None, limit: int) -> list[Key]:
    """With whom nothing waits, the last talk first."""
    start = " AND (last_at, person_id) < (?, ?)" if after else ""
    rows = db.execute(
        f"SELECT -last_at, -person_id FROM turn INDEXED BY turn_theirs WHERE waiting_since IS NULL AND {where}{start}"
        " ORDER BY last_at DESC, person_id DESC LIMIT ?",
        (cut, *(-part for part in after or ()), limit),
    )
    return [tuple(row) for row in rows]


def named(db: sqlite3.Connection, words: str, limit: int, quiet_before: datetime) -> list[PersonRow]:
    """The people of the lists whose names or handles hold these words, in the order of the lists."""
    found = [person.person_id for person in people.find(db, words, limit)]
    cut = micros(quiet_before)
    keyed: list[tuple[int, Key, int, Turn]] = []
    for number, circle, last_at, settled, late, since in db.execute(
        "SELECT person_id, circle, last_at, settled, late, waiting_since FROM turn"
        " WHERE person_id IN (SELECT value FROM json_each(?))",
        (json.dumps(sorted({lead for lead, _ in _members(db, found, leads=False)})),),
    ):
        if since is not None:
            keyed.append((0, (late, -circle, since, number), number, Turn.YOURS))
        elif settled and last_at >= cut:
            keyed.append((1, (-last_at, -number), number, Turn.THEIRS))
        else:
            keyed.append((2, (-last_at, -number), number, Turn.QUIET))
    return fill(db, [(number, turn) for _, _, number, turn in sorted(keyed)])


def turn_of(db: sqlite3.Connection, person_ids: Sequence[int], quiet_before: datetime) -> PersonRow | None:
    """The row of the human these persons are; None where there was no talk."""
    row = db.execute(
        "SELECT settled, last_at, waiting_since FROM turn WHERE person_id = ?", (min(person_ids),)
    ).fetchone()
    if row is None:
        return None
    settled, last_at, since = row
    turn = Turn.THEIRS if settled and last_at >= micros(quiet_before) else Turn.QUIET
    return fill(db, [(min(person_ids), Turn.YOURS if since is not None else turn)])[0]


def silent(db: sqlite3.Connection, long_ago: datetime, limit: int) -> list[PersonRow]:
    """People of the circle with whom nothing waits, and who had the last word or were not heard of since a time."""
    rows = db.execute(
        "SELECT person_id FROM turn INDEXED BY turn_circle WHERE circle AND waiting_since IS NULL"
        " AND (last_at < ? OR settled = 0) ORDER BY last_at, person_id LIMIT ?",
        (micros(long_ago), limit),
    ).fetchall()
    found = fill(db, [(number, Turn.QUIET) for (number,) in rows])
    open_to = _open_to(db, [row.message_id for row in found if row.message_id is not None])
    return [row for row in found if row.message_id in open_to]


def _open_to(db: sqlite3.Connection, message_ids: Collection[int]) -> set[int]:
    """Those of these messages whose conversations were not muted or put off."""
    rows = db.execute(
        "SELECT m.id FROM json_each(?) j CROSS JOIN message m ON m.id = j.value JOIN thread t ON t.id = m.thread_id"
        " WHERE t.state NOT IN ('muted', 'snoozed', 'quiet')",
        (json.dumps(sorted(message_ids)),),
    )
    return {number for (number,) in rows}


_MEMBERS: Final = (
    "SELECT j.value, coalesce(q.id, j.value) FROM json_each(?) j CROSS JOIN person p ON p.id = j.value"
    " LEFT JOIN contact_person a ON a.platform = p.platform AND a.uid = p.uid"
    " LEFT JOIN contact_person b ON b.contact_id = a.contact_id"
    " LEFT JOIN person q ON q.platform = b.platform AND q.uid = b.uid"
)


def _members(db: sqlite3.Connection, numbers: Iterable[int], leads: bool = True) -> list[tuple[int, int]]:
    """(lead, member) for every person joined with these; with `leads` False they need not be the leads."""
    pairs = db.execute(_MEMBERS, (json.dumps(sorted(set(numbers))),)).fetchall()
    if leads:
        return pairs
    least: dict[int, int] = {}
    for number, member in pairs:
        least[number] = min(member, least.get(number, member))
    return [(least[number], member) for number, member in pairs]


_TALKS: Final = (
    "SELECT j.value, (SELECT thread_id FROM talk WHERE person_id = j.value AND quiet = 0"
    " ORDER BY last_at DESC LIMIT 1), (SELECT thread_id FROM talk INDEXED BY talk_waiting"
    " WHERE person_id = j.value AND waiting_since IS NOT NULL ORDER BY late, waiting_since LIMIT 1)"
    " FROM json_each(?) j"
)
"""Two threads of each person: that of the last talk, and where they wait longest."""


@frozen
class Talk:
    """What the user and one person said to each other in a thread, as the store has it. Times in microseconds."""

    thread_id: int
    person_id: int
    quiet: int
    settled: int
    first_at: int
    last_at: int
    theirs_id: int | None
    theirs_at: int | None
    mine_id: int | None
    mine_at: int | None
    late: int | None
    waiting_since: int | None

    @property
    def last_id(self) -> int:
        """The message that was said last."""
        mine_last = self.theirs_id is None or (self.mine_at or 0) > (self.theirs_at or 0)
        number = self.mine_id if mine_last and self.mine_id is not None else self.theirs_id
        assert number is not None
        return number

    @property
    def last_is_me(self) -> bool:
        """Whether the user said it."""
        return self.last_id == self.mine_id


SELECT: Final = (
    "SELECT t.thread_id, t.person_id, t.quiet, t.settled, t.first_at, t.last_at, t.theirs_id, t.theirs_at, t.mine_id,"
    " t.mine_at, t.late, t.waiting_since FROM talk t"
)


def fill(db: sqlite3.Connection, wanted: Sequence[tuple[int, Turn]]) -> list[PersonRow]:
    """Rows of these humans, each known by the lowest number of their persons."""
    members: dict[int, list[int]] = {}
    for lead, member in _members(db, [number for number, _ in wanted]):
        members.setdefault(lead, []).append(member)
    everybody = [member for group in members.values() for member in group]
    chosen = db.execute(_TALKS, (json.dumps(everybody),)).fetchall()
    talks = _load(
        db, {(thread, person) for person, *threads in chosen for thread in threads if thread is not None}
    )
    around = _Around(
        talks,
        people.load(db, everybody),
        words_of(db, [talk.last_id for talk in talks.values()]),
        _threads(db, {thread for thread, _ in talks}),
        conversation.account_names(db),
    )
    of_person = {
        person: tuple(talks.get((thread, person)) for thread in threads) for person, *threads in chosen
    }
    found = []
    for lead, turn in wanted:
        group = members.get(lead, ())
        row = _row(turn, [of_person[number] for number in group], around)
        if row is not None:
            heard = max(filter(None, (_heard(db, number) for number in group)), default=None)
            found.append(replace(row, message_id=heard[1]) if heard else row)
    return found


def _heard(db: sqlite3.Connection, person_id: int) -> tuple[int, int] | None:
    """When a person last said something to the user, and which message that was."""
    best: tuple[int, int] | None = None
    for last_at, at, number in db.execute(
        "SELECT last_at, theirs_at, theirs_id FROM talk WHERE person_id = ? AND quiet = 0 ORDER BY last_at DESC",
        (person_id,),
    ):
        if best is not None and last_at <= best[0]:
            break
        if number is not None and (best is None or at > best[0]):
            best = at, number
    return best


def _load(db: sqlite3.Connection, keys: Collection[tuple[int, int]]) -> dict[tuple[int, int], Talk]:
    rows = db.execute(
        f"SELECT t.* FROM json_each(?) j CROSS JOIN ({SELECT}) t ON t.thread_id = json_extract(j.value, '$[0]')"
        " AND t.person_id = json_extract(j.value, '$[1]')",
        (json.dumps(sorted(keys)),),
    )
    talks = (Talk(*row) for row in rows)
    return {(talk.thread_id, talk.person_id): talk for talk in talks}


def words_of(db: sqlite3.Connection, message_ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    """The first words of messages and what covers them."""
    rows = db.execute(
        "SELECT m.id, substr(m.text, 1, 1000), m.content_warning FROM json_each(?) j CROSS JOIN message m"
        " ON m.id = j.value",
        (json.dumps(sorted(message_ids)),),
    )
    return {number: (first_words(text, WORDS_LENGTH), covered) for number, text, covered in rows}


def _threads(db: sqlite3.Connection, thread_ids: Iterable[int]) -> dict[int, tuple[int, str]]:
    """The account an answer would use, and the platform."""
    rows = db.execute(
        "SELECT t.id, t.account_id, t.platform FROM json_each(?) j CROSS JOIN thread t ON t.id = j.value",
        (json.dumps(sorted(thread_ids)),),
    )
    return {number: (account, platform) for number, account, platform in rows}


@frozen
class _Around:
    """What the rows of a page share."""

    talks: Mapping[tuple[int, int], Talk]
    persons: Mapping[int, Any]
    words: Mapping[int, tuple[str, str]]
    threads: Mapping[int, tuple[int, str]]
    accounts: Mapping[int, str]


def _row(turn: Turn, talks: Sequence[tuple[Talk | None, ...]], around: _Around) -> PersonRow | None:
    lasts = [last for last, _ in talks if last is not None]
    if not lasts:
        return None
    last = max(lasts, key=lambda talk: talk.last_at)
    waits = [talk for _, talk in talks if talk is not None]
    first = min(waits, key=lambda talk: (talk.late or 0, talk.waiting_since or 0), default=None)
    shown = last if turn is not Turn.YOURS or first is None else first
    if shown.thread_id not in around.threads or last.last_id not in around.words:
        return None  # It has joined another since it was looked up; the screen is told and asks again.
    account_id, platform = around.threads[shown.thread_id]
    words, covered = around.words[last.last_id]
    return PersonRow(
        person=around.persons[shown.person_id],
        turn=turn,
        since=moment(shown.waiting_since if shown.waiting_since is not None else last.last_at),
        thread_id=shown.thread_id,
        account=around.accounts.get(account_id, ""),
        platform=platform,
        words=words,
        covered=covered,
        last_is_me=last.last_is_me,
        message_id=None,
        put_off=first is not None and first.late == PUT_OFF,
    )
