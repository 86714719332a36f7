"""Full-text search over what is stored, with filters: threads by arrival, found one by one."""

from __future__ import annotations

import json
import re
import sqlite3
import unicodedata
from collections.abc import Collection, Iterator, Sequence

from convo.store import words
from convo.store.connection import micros
from convo.store.query import Filter, Query, SearchError, Term, day, parse
from convo.store.schema import RARE, RARE_THINGS
from convo.values import frozen

__all__ = ["SearchError", "Stretch", "search", "snippet", "stretch"]

WALKED, SIFTED = 10_000, 100_000
"""Messages looked at in one stretch where nothing but filters, or filters beside words, choose among them."""
_BEFORE, _LENGTH = 40, 160
"""Characters of a snippet before the first hit, and in all."""

Condition = tuple[str, list[object]]


def search(
    db: sqlite3.Connection,
    query: str,
    *,
    account: str | None = None,
    limit: int = 50,
    newest_first: bool = True,
) -> Iterator[tuple[int, int, str]]:
    """Message, thread and snippet of each thread that has the words, by arrival; a thread counts once.

    Where words that stand whole fill the limit, what only begins like them is left out: common words are found as
    fast as rare ones (the index would have to put all beginnings in order before it gives the first).
    Raises SearchError at once for a filter that is not known. Hits stand between U+200B in a snippet.
    """
    wanted = parse(query)
    if account is not None:
        wanted = Query(wanted.terms, (*wanted.filters, Filter("account", (account,), False)))
    if not wanted.terms and not wanted.filters:
        return iter(())
    pattern = _pattern(wanted.terms)
    asked = _Asked(db, wanted, newest_first)
    *whole, found = asked.ways(_ALL)
    for sql, values in whole:
        hits = list(_threads(db, sql, values, pattern, limit))
        if len(hits) == limit:
            return iter(hits)
    return _threads(db, *found, pattern, limit)


@frozen
class Stretch:
    """What a part of a search found: message, thread and snippet, and after which message the next part begins."""

    hits: tuple[tuple[int, int, str], ...]
    after: int | None
    """None at the end."""


def stretch(
    db: sqlite3.Connection,
    query: str,
    *,
    limit: int = 50,
    newest_first: bool = True,
    after: int | None = None,
    known: Collection[int] = (),
) -> Stretch:
    """The next threads that have the words, at most `limit` and none of `known`; looks at no more than is quick.

    It may find nothing and go on all the same: words and the few messages that a filter names are found at once,
    what only a walk over all messages can tell is looked for a stretch at a time. Raises SearchError.
    """
    wanted = parse(query)
    if not wanted.terms and not wanted.filters:
        return Stretch((), None)
    pattern = _pattern(wanted.terms)
    asked = _Asked(db, wanted, newest_first)
    span = asked.span(after)
    hits: list[tuple[int, int, str]] = []
    for sql, values in asked.ways(span):
        hits = list(_threads(db, sql, values, pattern, limit, known))
        if len(hits) == limit:
            return Stretch(tuple(hits), hits[-1][0])
    return Stretch(tuple(hits), span.next)


def _threads(
    db: sqlite3.Connection,
    sql: str,
    values: Sequence[object],
    pattern: re.Pattern[str] | None,
    limit: int,
    known: Collection[int] = (),
) -> Iterator[tuple[int, int, str]]:
    seen: set[int] = set()
    found = db.execute(sql, values)
    try:
        for message_id, thread_id, title, warning, text in found:
            if thread_id in seen or thread_id in known:
                continue
            seen.add(thread_id)
            yield message_id, thread_id, snippet(pattern, text, title, warning)
            if len(seen) == limit:
                return
    finally:
        found.close()


@frozen
class _Span:
    """Messages by number, in the order of a search: those past `after` up to `end`; the search goes on after `next`."""

    after: int | None
    end: int | None
    next: int | None


_ALL = _Span(None, None, None)


class _Asked:
    """A search as a query of SQLite: the words drive it, or the few messages it can be about, or all of them."""

    def __init__(self, db: sqlite3.Connection, wanted: Query, newest_first: bool) -> None:
        self._db = db
        self._terms = wanted.terms
        self._newest_first = newest_first
        self._conditions = [_condition(db, one) for one in wanted.filters]
        self._numbers = _few(db, wanted.filters)
        self._order = "DESC" if newest_first else "ASC"
        if self._numbers is not None:
            self._numbers.sort(reverse=newest_first)

    def span(self, after: int | None) -> _Span:
        """The messages to look at next: all that is left where the words, or few messages, lead to them."""
        by_words = any(not one.without for one in self._terms)
        if self._numbers is not None or (by_words and not self._conditions):
            return _Span(after, None, None)
        step = SIFTED if by_words else WALKED
        first, last = self._db.execute(
            "SELECT ifnull(min(id), 0), ifnull(max(id), 0) FROM message"
        ).fetchone()
        if self._newest_first:
            end = (after if after is not None else last + 1) - step
            return _Span(after, end, end if end > first else None)
        end = (after if after is not None else first - 1) + step
        return _Span(after, end, end if end < last else None)

    def _within(self, span: _Span, number: str) -> Condition:
        past, upto = ("<", ">=") if self._newest_first else (">", "<=")
        bounds = [(past, span.after), (upto, span.end)]
        said = [(f"{number} {sign} ?", bound) for sign, bound in bounds if bound is not None]
        return " AND ".join(condition for condition, _ in said) or "1", [bound for _, bound in said]

    def ways(self, span: _Span) -> list[tuple[str, list[object]]]:
        """The queries to try, the quick one first: for words that stand whole, then for all that begin like them."""
        whole, found = self._select(span, whole=True), self._select(span, whole=False)
        return [found] if whole == found else [whole, found]

    def _select(self, span: _Span, *, whole: bool) -> tuple[str, list[object]]:
        """The query and its values; where `whole` only words that stand whole are found."""
        positive = [f"({term.expression(whole=whole)})" for term in self._terms if not term.without]
        negative = " OR ".join(f"({term.expression()})" for term in self._terms if term.without)
        first: list[Condition] = []
        if positive:
            expression = " AND ".join(positive)
            if negative:
                expression = f"({expression}) NOT ({negative})"
            first.append(("f.message_fts MATCH ?", [expression]))
            source, by = "message_fts f CROSS JOIN message m ON m.id = f.rowid", f"f.rowid {self._order}"
            if self._numbers is not None:
                first.append(_among(self._numbers))
        else:
            source, by = "message m NOT INDEXED", f"m.id {self._order}"
            if self._numbers is not None:
                source, by = "json_each(?) k CROSS JOIN message m ON m.id = k.value", "k.key"
                first.append(("1", [json.dumps(self._numbers)]))
            if negative:
                hidden = "m.id NOT IN (SELECT rowid FROM message_fts WHERE message_fts MATCH ?)"
                first.append((hidden, [negative]))
        within = self._within(span, "f.rowid" if positive else "m.id")
        conditions = [*first, within, *self._conditions]
        sql = (
            f"SELECT m.id, m.thread_id, m.title, m.content_warning, m.text FROM {source}"
            f" CROSS JOIN thread t ON t.id = m.thread_id WHERE {' AND '.join(one for one, _ in conditions)}"
            f" ORDER BY {by}"
        )
        return sql, [value for _, some in conditions for value in some]


def _among(numbers: Sequence[int]) -> Condition:
    """Only these messages: seen by what the index gives, before anything is read of a message."""
    ends = (min(numbers), max(numbers)) if numbers else (1, 0)
    return (
        "f.rowid >= ? AND f.rowid <= ? AND +f.rowid IN (SELECT value FROM json_each(?))",
        [*ends, json.dumps(numbers)],
    )


_FEW, _CROWD = 2_000, 500
"""So many messages are looked at one by one; where there may be more, the newest are walked through instead.

So many people are taken to have written more."""


def _few(db: sqlite3.Connection, filters: Collection[Filter]) -> list[int] | None:
    """The messages that the filters leave to look at, where few are by the persons or in the states asked for."""
    found = []
    for one in filters:
        if not one.without and one.name in _SOURCES:
            source, values = _SOURCES[one.name](db, one)
            if not source:
                continue
            rows = db.execute(f"SELECT m.id FROM {source} LIMIT ?", (*values, _FEW + 1)).fetchall()
            if len(rows) <= _FEW:
                found.append([number for (number,) in rows])
    return min(found, key=len, default=None)


def _by_people(db: sqlite3.Connection, one: Filter) -> Condition:
    """The messages of the persons named, as a source; "" where they are a crowd."""
    people: set[int] = set()
    for value in one.values:
        sql, values = _people(value)
        people.update(number for (number,) in db.execute(f"{sql} LIMIT ?", (*values, _CROWD + 1)).fetchall())
    if len(people) > _CROWD:
        return "", []
    source = "json_each(?) j CROSS JOIN message m INDEXED BY message_author ON m.author_id = j.value"
    return source, [json.dumps(sorted(people))]


def _in_states(db: sqlite3.Connection, one: Filter) -> Condition:
    """The messages of the threads in these states, as a source."""
    source = (
        "json_each(?) j CROSS JOIN thread t INDEXED BY thread_state ON t.state = j.value"
        " CROSS JOIN message m INDEXED BY message_thread ON m.thread_id = t.id"
    )
    return source, [json.dumps(one.values)]


def _with_rare(_: sqlite3.Connection, one: Filter) -> Condition:
    """The messages with things that few have, as a source; "" for what many have."""
    if not set(RARE_THINGS).issuperset(one.values):
        return "", []
    return f"message m INDEXED BY message_rare WHERE {RARE}", []


_SOURCES = {"from": _by_people, "is": _in_states, "has": _with_rare}


def _condition(db: sqlite3.Connection, one: Filter) -> Condition:
    """One filter as a condition on message m and thread t."""
    made = [_CONDITIONS[one.name](db, value) for value in one.values]
    either = " OR ".join(f"({condition})" for condition, _ in made)
    return f"{'NOT ' if one.without else ''}({either})", [value for _, some in made for value in some]


def _from(db: sqlite3.Connection, value: str) -> Condition:
    people, values = _people(value)
    return f"m.author_id IN ({people})", values


def _to(db: sqlite3.Connection, value: str) -> Condition:
    if value.lower() == "me":
        return "m.addressed IS NOT NULL", []
    people, values = _people(value)
    return (
        f"EXISTS (SELECT 1 FROM message q WHERE q.uri = m.parent_uri AND q.author_id IN ({people}))"
        " OR EXISTS (SELECT 1 FROM json_each(iif(m.extra = '', '{}', m.extra), '$.m') e"
        f" WHERE json_extract(e.value, '$[0]') IN (SELECT uid FROM person WHERE id IN ({people})))",
        [*values, *values],
    )


def _in(db: sqlite3.Connection, value: str) -> Condition:
    return "t.platform = ? OR instr(folded(t.title), ?)", [value.lower(), words.fold(value)]


def _account(db: sqlite3.Connection, value: str) -> Condition:
    known = db.execute("SELECT id, name FROM account ORDER BY id").fetchall()
    numbers = [id_ for id_, name in known if name.lower() == value.lower()]
    if not numbers:
        names = ", ".join(dict.fromkeys(name for _, name in known))
        raise SearchError(f"account:{value} is not known. account: {names}.")
    ways = " OR ".join("instr(' ' || m.account_ids || ' ', ?)" for _ in numbers)
    return ways, [f" {number} " for number in numbers]


def _is(db: sqlite3.Connection, value: str) -> Condition:
    return "t.state = ?", [value]


def _has(db: sqlite3.Connection, value: str) -> Condition:
    key = value[0] if value in ("link", "quote") else "a"
    kind, values = (" WHERE json_extract(e.value, '$[0]') = ?", [value]) if key == "a" else ("", [])
    there = f"EXISTS (SELECT 1 FROM json_each(m.extra, '$.{key}') e{kind})"
    # CASE keeps SQLite from reading what is no JSON, and most of what has no such thing.
    return f"CASE WHEN instr(m.extra, '\"{key}\":[') THEN {there} ELSE 0 END", list(values)


def _before(db: sqlite3.Connection, value: str) -> Condition:
    when = day(value)
    assert when is not None
    return "m.created_at < ?", [micros(when)]


def _after(db: sqlite3.Connection, value: str) -> Condition:
    when = day(value)
    assert when is not None
    return "m.created_at >= ?", [micros(when)]


_CONDITIONS = {
    "from": _from,
    "to": _to,
    "in": _in,
    "account": _account,
    "is": _is,
    "has": _has,
    "before": _before,
    "after": _after,
}


def _people(value: str) -> Condition:
    """The persons whose name or handle has a word that begins like this, as a query; "me" is the user."""
    if value.lower() == "me":
        return "SELECT id FROM person WHERE is_me", []
    wanted = words.fold(value).lstrip("@")
    first = wanted.partition(" ")[0]
    span: list[object] = [first, f"{first}\U0010ffff"]
    if first == wanted:
        return "SELECT person_id FROM person_word WHERE word >= ? AND word < ?", span
    return (
        "SELECT p.id FROM person_word w JOIN person p ON p.id = w.person_id WHERE w.word >= ? AND w.word < ?"
        " AND (instr(folded(p.handle), ?) = 1 OR instr(' ' || folded(p.name), ?))",
        [*span, wanted, f" {wanted}"],
    )


def _pattern(terms: Collection[Term]) -> re.Pattern[str] | None:
    ways = [pattern for term in terms if not term.without for pattern in term.patterns()]
    return re.compile("|".join(f"(?:{way})" for way in ways)) if ways else None


def snippet(pattern: re.Pattern[str] | None, text: str, title: str = "", warning: str = "") -> str:
    """The words around the first hit, on one line, each hit between two U+200B."""
    for said in (text, title, warning):
        line = unicodedata.normalize("NFC", " ".join(said.split()))
        folded, places = words.fold_mapped(line)
        hits = [found.span() for found in pattern.finditer(folded) if found.group()] if pattern else []
        if hits:
            return _marked(line, [(places[start], places[end - 1] + 1) for start, end in hits])
    return words.first_words(text or title, _LENGTH)


def _marked(line: str, hits: Sequence[tuple[int, int]]) -> str:
    start = max(0, hits[0][0] - _BEFORE)
    if start:
        blank = line.find(" ", start, hits[0][0])
        start = blank + 1 if blank >= 0 else start
    end = min(len(line), max(start + _LENGTH, hits[0][1]))
    marked = ["…" if start else ""]
    at = start
    for first, last in hits:
        if last > end or first < at:
            continue
        marked += [line[at:first], words.BOUND, line[first:last], words.BOUND]
        at = last
    marked += [line[at:end], "…" if end < len(line) else ""]
    return "".join(marked)
