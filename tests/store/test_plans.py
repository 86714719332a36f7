"""What the inbox, a sync and a search ask of the store is found by index: no plan walks through a table that grows."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from convo.engine.inbox import Inbox
from convo.engine.people import People
from convo.model import Lookup, Page, Ref
from convo.people import Turn
from convo.store import accounts, company, errands, ingest, outbox, people, reads, rows, threads, upkeep
from convo.store.search import search
from convo.views import View
from tests.store.world import ANA, BEN, CARL, ME, NOW, World, context, message, named, world

GROWING = (
    "message",
    "thread",
    "sighting",
    "person",
    "talk",
    "turn",
    "place",
    "person_word",
    "merged",
    "absent",
    "gone",
)
"""The tables that grow with what is stored; what is read of the others is short."""

IN_ORDER = {
    "thread_waiting": "who waits, in the order of the list",
    "thread_state": "a view from its top",
    "thread_settled": "what was closed, from the last on",
    "thread_snoozed": "by the end of the snooze",
    "thread_last": "all, from the newest on",
    "message_held": "what waits for a decision of the user",
    "message_unjudged": "what waits for its parent",
    "message_addressed": "what spoke to the user, from the newest on",
    "turn_mine": "whose turn it is, in the order of the list",
    "turn_theirs": "the same",
    "turn_circle": "the circle, longest silence first",
    "message_rare": "messages with things that few have, up to a limit",
    "message_said": "what was said in a span of time",
    "outbox_open": "what is on its way",
}
"""Indexes that are read from one end up to a limit, or that hold only what is open."""

WALKED = {
    "name GLOB": "what a person types may stand anywhere in a name: a sift of all names, 100,000 in 30 ms",
    "message m NOT INDEXED": "filters alone: from the newest message on, until 50 conversations are found",
}
"""Pieces of the statements that may go through a growing table, and why; both only when the user asks."""


@pytest.fixture
def here(tmp_path: Any) -> Iterator[World]:
    with world(tmp_path / "data", two=True) as made:
        mine = message(1, ME, "How is the roof?", 30)
        asked = message(2, ANA, "Fine. @me@one.example 屋根です", 20, parent_uri=mine.uri, mentions=named(ME))
        made.page(mine, asked, message(3, BEN, "A word to you", 10, mentions=named(ME)))
        made.page(message(4, CARL, "And I", 9, mentions=named(ME)), account=made.two)
        yield made


def _bad(db: sqlite3.Connection, sql: str) -> list[str]:
    """The steps of a plan that go through all of a growing table."""
    bad = []
    names = dict(re.findall(r"\b(?:FROM|JOIN|,)\s+(\w+)\s+(?:AS\s+)?(\w+)\b", sql, re.IGNORECASE))
    aliases = {alias: table for table, alias in names.items() if table in GROWING}
    for *_, step in db.execute(f"EXPLAIN QUERY PLAN {sql}"):
        found = re.match(r"SCAN (\w+)(?: USING (?:COVERING )?INDEX (\w+))?", step)
        if found is None:
            continue
        table, index = aliases.get(found[1], found[1]), found[2]
        ordered = index in IN_ORDER
        if table in GROWING and not ordered:
            bad.append(step)
    return bad


def _asked(here: World, job: Callable[[World], object]) -> set[str]:
    """The statements that a piece of work runs, on both connections."""
    seen: set[str] = set()
    writer = here.store._writer._db
    for db in (here.store.reader, writer):
        db.set_trace_callback(seen.add)
    try:
        job(here)
    finally:
        for db in (here.store.reader, writer):
            db.set_trace_callback(None)
    return {
        sql for sql in seen if re.match(r"(WITH|SELECT|UPDATE|DELETE|INSERT)\b", sql.strip(), re.IGNORECASE)
    }


def _views(here: World) -> None:
    inbox = Inbox(here.store, here.clock)
    for view in View:
        for account in (None, "one"):
            for newest_first in (False, True):
                page = inbox.rows(view, account=account, limit=1, newest_first=newest_first)
                if page.cursor:
                    inbox.rows(view, account=account, limit=1, before=page.cursor, newest_first=newest_first)
    inbox.who_waits()
    inbox.arrived_since(0)


def _conversation(here: World) -> None:
    inbox = Inbox(here.store, here.clock)
    thread_id = here.value("SELECT min(id) FROM thread")
    inbox.open(thread_id)
    inbox.resolve("https://far.example/2")
    inbox.entry(2)


def _people(here: World) -> None:
    found = People(here.store, here.clock)
    for turn in Turn:
        found.page(turn)
    found.page(words="ana")
    found.reach_out()
    found.person(here.value("SELECT author_id FROM message WHERE id = 2"))
    people.find(here.db, "an", 3)
    company.silent(here.db, NOW, 5)


def _search(here: World) -> None:
    for words in ("roof", "ro", "r", "屋根", "屋", "from:ana", "is:waiting word", "has:picture", "has:poll", '"to you"',
                  "in:one word", "before:2027 roof", "after:2020 roof"):  # fmt: skip
        list(search(here.db, words))
        list(search(here.db, words, newest_first=False))


def _sync(here: World) -> None:
    here.page(message(7, ANA, "Again", 3, parent_uri="https://far.example/2", mentions=named(ME)))
    here.page(
        message(
            2, ANA, "Fine, edited", 20, parent_uri="https://far.example/1", edited_at=NOW, mentions=named(ME)
        )
    )
    here.page(message(8, ME, "Thanks", 2, parent_uri="https://far.example/7"), kind="own")
    here.page(message(9, BEN, "Whose?", 2, parent_uri="https://far.example/99", mentions=named(ME)))
    here.page(gone=("https://far.example/3",))
    here.store.write_now(
        ingest.save_lookup,
        here.one,
        Lookup((message(4, CARL, "And I", 9),), ("https://far.example/99",)),
        context(),
    )


def _nothing_new(here: World) -> None:
    here.store.write_now(
        ingest.save_page,
        here.one,
        "mentions",
        "incoming",
        Page((), "x"),
        context(),
        user=False,
        durable=False,
    )
    upkeep.somebody_waits(here.db, here.one)
    upkeep.waiting(here.db, here.one, 20)
    upkeep.answers_since(here.db, here.one, NOW - timedelta(days=1), 20)
    upkeep.bare(here.db, here.one, reads.highest_arrival(here.db), 20)
    ingest.unjudged(here.db, here.one)
    ingest.refs(here.db, here.one, [1, 2])
    ingest.give_up(here.store._writer._db, [Ref("https://far.example/98", "98")], context())
    errands.clear_up_to(here.db, here.one)
    errands.due(here.db, here.one, NOW)
    outbox.due(here.db, here.one, NOW)
    outbox.next_at(here.db)
    reads.next_wake(here.db)
    here.store.write_now(threads.wake, NOW)
    accounts.all_accounts(here.db)
    rows.one(here.db, 1, NOW)


@pytest.mark.parametrize("job", [_views, _conversation, _people, _search, _sync, _nothing_new])
def test_no_plan_walks_through_what_grows(here: World, job: Callable[[World], object]) -> None:
    asked = _asked(here, job)
    assert len(asked) > 5
    walking = {sql: bad for sql in sorted(asked) if (bad := _bad(here.db, sql))}
    assert not [sql for sql in walking if not any(piece in sql for piece in WALKED)]


def test_a_walk_is_found(here: World) -> None:
    assert _bad(here.db, "SELECT count(*) FROM message m WHERE m.text LIKE '%a%'")
    assert _bad(here.db, "SELECT * FROM person WHERE name = 'Ana'")
    assert not _bad(here.db, "SELECT * FROM message WHERE uri = 'x'")
