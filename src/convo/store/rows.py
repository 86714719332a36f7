"""The lists: rows of a view, page by page by key set, with few queries whatever their length."""

from __future__ import annotations

import base64
import binascii
import json
import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from convo.model import Visibility
from convo.store import conversation, people, reads
from convo.store.connection import micros, moment
from convo.store.words import first_words
from convo.values import frozen
from convo.views import Failure, OutboxState, Row, RowPage, Someone, State, View

NEVER: Final = 9223372036854775807
WORDS_LENGTH: Final = 160
"""Characters of the first words that a row gets: more than the widest list shows."""

Key = tuple[int, ...]


class BadCursor(Failure):
    """A cursor that no page gave."""


@frozen
class Wanted:
    """A list the user looks at; `account` is the number of an account, None for all."""

    view: View
    account: int | None = None
    newest_first: bool = False

    @property
    def tag(self) -> list[Any]:
        """What a cursor is good for."""
        return [self.view.value, self.account, self.newest_first and self.view is View.WAITING]


def page(db: sqlite3.Connection, wanted: Wanted, before: str, limit: int, now: datetime) -> RowPage:
    """The rows that follow the cursor `before` ("" for the first). Raises BadCursor."""
    after = _read_cursor(before, wanted.tag) if before else None
    if wanted.view in (View.DRAFTS, View.OUTBOX):
        found = _own_words(db, wanted.view)
        if wanted.account is not None:
            found = [one for one in found if wanted.account == one.account_id]
        rest = [one for one in found if after is None or one.key > after]
        rows = _own_rows(db, wanted.view, rest[:limit], now)
        keys = [one.key for one in rest[:limit]]
        more = len(rest) > limit
    else:
        keyed = _keyed(db, wanted, after, limit + 1, now)
        more, keyed = len(keyed) > limit, keyed[:limit]
        keys = [key for key, _ in keyed]
        rows = fill(db, [thread_id for _, thread_id in keyed], now)
    cursor = _write_cursor(wanted.tag, keys[-1]) if more and keys else ""
    return RowPage(tuple(rows), cursor)


def _write_cursor(tag: Sequence[Any], key: Key) -> str:
    packed = json.dumps([*tag, list(key)], separators=(",", ":"))
    return base64.urlsafe_b64encode(packed.encode()).decode().rstrip("=")


def _read_cursor(text: str, tag: Sequence[Any]) -> Key:
    try:
        packed = json.loads(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
        *given, key = packed
        if given != list(tag) or not isinstance(key, list) or not all(type(part) is int for part in key):
            raise ValueError
        if len(key) != (4 if tag[0] == View.WAITING.value and not tag[2] else 2):
            raise ValueError
    except (ValueError, TypeError, binascii.Error, UnicodeError) as error:
        raise BadCursor(
            "This cursor does not belong to this list. Leave it out to start from the top, or take the one "
            "that the last page of the same list gave."
        ) from error
    return tuple(max(-NEVER, min(NEVER, part)) for part in key)


# Keys grow down the list: what is sorted downwards stands in them with its sign turned.
_LAST: Final = "-last_at, -id"
_SINCE: Final = "-ifnull(state_since, 0), -id"
_WAITS: Final = "finished, -circle, ifnull(waiting_since, 0), id"


def _keyed(
    db: sqlite3.Connection, wanted: Wanted, after: Key | None, limit: int, now: datetime
) -> list[tuple[Key, int]]:
    """Keys and threads of a view from a key on; what woke since its state was derived is merged in."""
    view = wanted.view
    if view is View.ALL:
        return _walk(db, wanted, "thread_last", "1", ("last_at", _LAST), after, limit)
    if view is View.SNOOZED:
        return _snoozed(db, wanted, after, limit, now)
    if view is View.WAITING and not wanted.newest_first:
        columns, found = _WAITS, _waiting(db, wanted, after, limit)
    else:
        settled = view in (View.DONE, View.MUTED)
        columns = _SINCE if settled else _LAST
        index, column = ("thread_settled", "state_since") if settled else ("thread_state", "last_at")
        where = f"state = '{view.value}'" + (" AND state IN ('done', 'muted')" if settled else "")
        found = _walk(db, wanted, index, where, (column, columns), after, limit)
    woken = db.execute(
        f"SELECT {columns} FROM thread WHERE wakes_at <= ? AND woken_state = ? AND state = 'snoozed'"
        f"{_filter(wanted)}",
        (micros(now), view.value),
    ).fetchall()
    found += [(tuple(key), abs(key[-1])) for key in woken if after is None or tuple(key) > after]
    return sorted(found)[:limit]


def _walk(
    db: sqlite3.Connection,
    wanted: Wanted,
    index: str,
    where: str,
    order: tuple[str, str],
    after: Key | None,
    limit: int,
) -> list[tuple[Key, int]]:
    """Down an index that is sorted by a time and the id, both downwards, from a key on."""
    column, columns = order
    start = f" AND ({column}, id) < (?, ?)" if after else ""
    rows = db.execute(
        f"SELECT {columns} FROM thread INDEXED BY {index} WHERE {where}{start}{_filter(wanted)}"
        f" ORDER BY {column} DESC, id DESC LIMIT ?",
        (*([-part for part in after] if after else ()), limit),
    )
    return [(tuple(key), -key[-1]) for key in rows]


def _snoozed(
    db: sqlite3.Connection, wanted: Wanted, after: Key | None, limit: int, now: datetime
) -> list[tuple[Key, int]]:
    """Who comes back first is on top, who comes back only when they write at the end."""
    until = f"ifnull(wakes_at, {NEVER})"
    rows = db.execute(
        f"SELECT {until}, id FROM thread INDEXED BY thread_snoozed"
        f" WHERE state = 'snoozed' AND {until} >= ?1 AND ({until} > ?1 OR id > ?2){_filter(wanted)}"
        f" ORDER BY {until}, id LIMIT ?3",
        (*max(after or (0, 0), (micros(now), NEVER)), limit),
    )
    return [((at, thread_id), thread_id) for at, thread_id in rows]


def _waiting(db: sqlite3.Connection, wanted: Wanted, after: Key | None, limit: int) -> list[tuple[Key, int]]:
    """The circle first, then the others, then what sounds finished in the same order; longest first in each."""
    found: list[tuple[Key, int]] = []
    for finished, circle in ((0, 1), (0, 0), (1, 1), (1, 0)):
        group = (finished, -circle)
        if after and group < after[:2]:
            continue
        since = after[2:] if after and group == after[:2] else (-NEVER, 0)
        rows = db.execute(
            "SELECT waiting_since, id FROM thread INDEXED BY thread_waiting WHERE state = 'waiting'"
            f" AND finished = ? AND circle = ? AND (waiting_since, id) > (?, ?){_filter(wanted)}"
            " ORDER BY waiting_since, id LIMIT ?",
            (finished, circle, *since, limit - len(found)),
        )
        found += [((*group, at, thread_id), thread_id) for at, thread_id in rows]
        if len(found) >= limit:
            break
    return found


def _filter(wanted: Wanted) -> str:
    if wanted.account is None:
        return ""
    number = int(wanted.account)
    several = f"instr(account_ids, ' ') AND instr(' ' || account_ids || ' ', ' {number} ')"
    return f" AND (account_ids = '{number}' OR ({several}))"


_COLUMNS: Final = (
    "t.id, t.account_id, t.account_ids, t.platform, t.title, t.url, t.state, t.woken_state, t.wakes_at, t.reason,"
    " t.waiting_for, t.waiting_since, t.last_at, t.last_is_me, t.state_since, t.finished, t.reminder, t.reopened,"
    " t.held, t.arrival, m.text, m.content_warning, m.visibility, m.deleted,"
    " CASE WHEN t.waiting_for = '[]' AND NOT (SELECT is_me FROM person WHERE id = m.author_id) THEN m.author_id END,"
    # CASE keeps SQLite from looking where nobody waits: it evaluates both sides of AND.
    " CASE WHEN t.waiting_for <> '[]' AND t.arrival > t.looked THEN EXISTS (SELECT 1 FROM message o"
    " WHERE o.thread_id = t.id AND o.waits AND o.arrival > t.looked) ELSE 0 END,"
    " CASE WHEN t.waiting_for <> '[]' AND t.arrival > t.looked"
    " AND NOT (SELECT known FROM person WHERE id = m.author_id)"
    " THEN NOT EXISTS (SELECT 1 FROM (SELECT o.addressed FROM message o WHERE o.author_id = m.author_id"
    " AND o.created_at <= m.created_at AND (o.created_at < m.created_at OR o.arrival < m.arrival)"
    " ORDER BY o.created_at DESC LIMIT 200) WHERE addressed IS NOT NULL) ELSE 0 END"
)


def fill(db: sqlite3.Connection, thread_ids: Sequence[int], now: datetime) -> list[Row]:
    """Rows of these threads in this order, each as it is now; a thread that is not there is left out."""
    found = {
        row[0]: row
        for row in db.execute(
            f"SELECT {_COLUMNS} FROM json_each(?) j CROSS JOIN thread t ON t.id = j.value"
            " LEFT JOIN message m ON m.id = t.lead_id",
            (json.dumps(list(thread_ids)),),
        )
    }
    waiting = {thread_id: tuple(json.loads(row[10])) for thread_id, row in found.items()}
    others = {row[24] for row in found.values() if row[24] is not None}
    persons = people.load(db, {*others, *(number for numbers in waiting.values() for number in numbers)})
    context = _Context(persons, waiting, conversation.account_names(db), *_unsent(db), micros(now))
    return [_row(found[thread_id], context) for thread_id in thread_ids if thread_id in found]


def one(db: sqlite3.Connection, thread_id: int, now: datetime) -> Row | None:
    """The row of a thread, also by an id that has joined another."""
    rows = fill(db, [reads.resolve(db, thread_id)], now)
    return rows[0] if rows else None


@frozen
class _Context:
    """What the rows of a page share."""

    persons: Mapping[int, Someone]
    waiting: Mapping[int, Sequence[int]]
    accounts: Mapping[int, str]
    drafts: Collection[int]
    outbox: Mapping[int, OutboxState]
    pasted: Collection[int]
    now: int


_URGENT: Final = (
    OutboxState.QUEUED,
    OutboxState.HELD,
    OutboxState.SENDING,
    OutboxState.FAILED,
    OutboxState.UNSURE,
)
"""Which answer a row tells of, the last of these first."""


def _unsent(db: sqlite3.Connection) -> tuple[Collection[int], Mapping[int, OutboxState], Collection[int]]:
    """The threads that have a draft, those that have an answer on its way, and those with words to paste."""
    found = db.execute(
        "SELECT m.thread_id, json_extract(d.options, '$.pasted') FROM draft d JOIN message m ON m.uri = d.uri"
        " WHERE trim(d.text) <> ''"
    ).fetchall()
    drafts = {number for number, _ in found}
    outbox: dict[int, OutboxState] = {}
    for number, state in db.execute(
        "SELECT m.thread_id, o.state FROM outbox o JOIN message m ON m.uri = o.uri WHERE o.state <> 'sent'"
    ):
        known, new = outbox.get(number), OutboxState(state)
        outbox[number] = new if known is None else max(known, new, key=_URGENT.index)
    return drafts, outbox, {number for number, pasted in found if pasted}


def _row(row: Sequence[Any], context: _Context) -> Row:
    (
        thread_id, account_id, account_ids, platform, title, url, stored_state, woken_state, wakes_at, reason, _,
        waiting_since, last_at, last_is_me, state_since, finished, reminder, reopened, held, arrival, text, covered,
        visibility, deleted, other, unread, first_time,
    ) = row  # fmt: skip
    woke = woken_state is not None and wakes_at is not None and wakes_at <= context.now
    state = State(woken_state if woke else stored_state)
    who = [context.persons[number] for number in context.waiting[thread_id]]
    settled = state in (State.DONE, State.MUTED, State.SNOOZED)
    return Row(
        thread_id=thread_id,
        account=context.accounts.get(account_id, ""),
        accounts=tuple(context.accounts[int(number)] for number in account_ids.split()),
        platform=platform,
        title=title,
        url=url,
        state=state,
        reason=reason,
        who=who[0] if who else context.persons.get(other),
        waiting_for=tuple(who),
        waiting_since=moment(waiting_since) if waiting_since is not None else None,
        last_message_at=moment(last_at),
        last_is_me=bool(last_is_me),
        snoozed_until=moment(wakes_at) if state is State.SNOOZED and wakes_at is not None else None,
        state_since=moment(state_since) if settled and state_since is not None else None,
        words="" if deleted or text is None else first_words(text, WORDS_LENGTH),
        covered="" if deleted else covered or "",
        visibility=Visibility(visibility or "public"),
        finished=bool(finished),
        reminder=bool(reminder) and state is State.WAITING,
        reopened=bool(reopened) and bool(unread),
        unread=bool(unread) and state in (State.WAITING, State.SNOOZED),
        first_time=bool(first_time) and bool(unread) and not (who and who[0].circle),
        held=bool(held),
        has_draft=thread_id in context.drafts,
        outbox=context.outbox.get(thread_id),
        arrival=arrival,
        # Only a snooze leaves a time beside `waiting`; it goes when the thread was looked at.
        woke=state is State.WAITING and state_since is not None,
        to_paste=thread_id in context.pasted and state is State.WAITING,
    )


@frozen
class _Own:
    """Words of the user that have not left: their thread, whom they answer, and since when."""

    key: Key
    thread_id: int
    account_id: int
    person_id: int
    words: str
    at: int


def _own_words(db: sqlite3.Connection, view: View) -> list[_Own]:
    """Drafts, the last touched first, or answers on their way, newest last; one for each thread."""
    if view is View.DRAFTS:
        rows = db.execute(
            "SELECT -d.touched_at, m.thread_id, d.account_id, m.author_id, d.text, d.touched_at"
            " FROM draft d JOIN message m ON m.uri = d.uri WHERE trim(d.text) <> ''"
        )
    else:
        rows = db.execute(
            "SELECT o.created_at, m.thread_id, o.account_id, m.author_id,"
            " CASE o.state WHEN 'failed' THEN ifnull(d.text, '') ELSE o.text END, o.created_at"
            " FROM outbox o JOIN message m ON m.uri = o.uri"
            " LEFT JOIN draft d ON d.account_id = o.account_id AND d.uri = o.uri WHERE o.state <> 'sent'"
        )
    found = sorted(
        [
            _Own((order, thread), thread, account, person, text, at)
            for order, thread, account, person, text, at in rows
        ],
        key=lambda own: own.key,
    )
    return list({own.thread_id: own for own in reversed(found)}.values())[::-1]


def _own_rows(db: sqlite3.Connection, view: View, found: Iterable[_Own], now: datetime) -> list[Row]:
    chosen = list(found)
    persons = people.load(db, [own.person_id for own in chosen])
    names = conversation.account_names(db)
    rows = {row.thread_id: row for row in fill(db, [own.thread_id for own in chosen], now)}
    return [
        replace(
            rows[own.thread_id],
            account=names[own.account_id],
            who=persons[own.person_id],
            words=first_words(own.words, WORDS_LENGTH),
            covered="",
            state_since=moment(own.at),
        )
        for own in chosen
    ]
