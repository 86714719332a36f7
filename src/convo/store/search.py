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

__all__ = ["SearchError", "search", "snippet"]

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
    found = _select(db, wanted, newest_first, whole=False)
    if any(not term.exact and not term.without for term in wanted.terms):
        whole = list(_threads(db, *_select(db, wanted, newest_first, whole=True), pattern, limit))
        if len(whole) == limit:
            return iter(whole)
    return _threads(db, *found, pattern, limit)


def _threads(
    db: sqlite3.Connection,
    sql: str,
    values: Sequence[object],
    pattern: re.Pattern[str] | None,
    limit: int,
) -> Iterator[tuple[int, int, str]]:
    seen: set[int] = set()
    found = db.execute(sql, values)
    try:
        for message_id, thread_id, title, warning, text in found:
            if thread_id in seen:
                continue
            seen.add(thread_id)
            yield message_id, thread_id, snippet(pattern, text, title, warning)
            if len(seen) == limit:
                return
    finally:
        found.close()


def _select(
    db: sqlite3.Connection, wanted: Query, newest_first: bool, *, whole: bool
) -> tuple[str, list[object]]:
    """The query: words drive it where there are any, else the people, the states or the messages themselves."""
    positive = " AND ".join(f"({term.expression(whole=whole)})" for term in wanted.terms if not term.without)
    negative = " OR ".join(f"({term.expression()})" for term in wanted.terms if term.without)
    conditions: list[Condition] = [_condition(db, one) for one in wanted.filters]
    order = "DESC" if newest_first else "ASC"
    if positive:
        expression = f"({positive}) NOT ({negative})" if negative else positive
        source = "message_fts f CROSS JOIN message m ON m.id = f.rowid"
        conditions.insert(0, ("f.message_fts MATCH ?", [expression]))
        by = "f.rowid"
    else:
        by_author = any(one.name == "from" and not one.without for one in wanted.filters)
        source, by = "message m", "+m.id" if by_author else "m.id"
        if negative:
            hidden = "m.id NOT IN (SELECT rowid FROM message_fts WHERE message_fts MATCH ?)"
            conditions.append((hidden, [negative]))
    where = " AND ".join(condition for condition, _ in conditions)
    sql = (
        f"SELECT m.id, m.thread_id, m.title, m.content_warning, m.text FROM {source}"
        f" CROSS JOIN thread t ON t.id = m.thread_id WHERE {where} ORDER BY {by} {order}"
    )
    return sql, [value for _, some in conditions for value in some]


def _condition(db: sqlite3.Connection, one: Filter) -> Condition:
    """One filter as a condition on message m and thread t."""
    made = [_CONDITIONS[one.name](db, value) for value in one.values]
    either = " OR ".join(f"({condition})" for condition, _ in made)
    return f"{'NOT ' if one.without else ''}({either})", [value for _, some in made for value in some]


def _from(db: sqlite3.Connection, value: str) -> Condition:
    return "m.author_id IN (SELECT value FROM json_each(?))", [json.dumps(_people(db, value))]


def _to(db: sqlite3.Connection, value: str) -> Condition:
    if value.lower() == "me":
        return "m.addressed IS NOT NULL", []
    people = _people(db, value)
    uids = db.execute(
        "SELECT p.uid FROM json_each(?) j CROSS JOIN person p ON p.id = j.value", (json.dumps(people),)
    ).fetchall()
    return (
        "EXISTS (SELECT 1 FROM message q WHERE q.uri = m.parent_uri"
        " AND q.author_id IN (SELECT value FROM json_each(?)))"
        " OR EXISTS (SELECT 1 FROM json_each(iif(m.extra = '', '{}', m.extra), '$.m') e"
        " WHERE json_extract(e.value, '$[0]') IN (SELECT value FROM json_each(?)))",
        [json.dumps(people), json.dumps([uid for (uid,) in uids])],
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
    extra = "json_each(iif(m.extra = '', '{}', m.extra), ?) e"
    if value in ("link", "quote"):
        return f"EXISTS (SELECT 1 FROM {extra})", [f"$.{value[0]}"]
    return f"EXISTS (SELECT 1 FROM {extra} WHERE json_extract(e.value, '$[0]') = ?)", ["$.a", value]


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


def _people(db: sqlite3.Connection, value: str) -> list[int]:
    """The persons whose name or handle has a word that begins like this; "me" is the user."""
    if value.lower() == "me":
        return [id_ for (id_,) in db.execute("SELECT id FROM person WHERE is_me").fetchall()]
    wanted = words.fold(value).lstrip("@")
    rows = db.execute(
        "SELECT id FROM person WHERE instr(lower(handle), ?1) = 1 OR instr(' ' || lower(name), ' ' || ?1)"
        " OR (name GLOB '*[^ -~]*' AND instr(' ' || folded(name), ' ' || ?1))",
        (wanted,),
    ).fetchall()
    return [id_ for (id_,) in rows]


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
