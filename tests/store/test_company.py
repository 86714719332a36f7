"""The lists of people: who is in which, in what order, page by page, and how they are looked up."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from convo.people import PersonRow, Turn
from convo.store import choices, company, exchanges, triage
from convo.store.connection import micros
from convo.store.rows import BadCursor
from tests.store.talk import Talk

DAY = timedelta(days=1)


@pytest.fixture
def talk(tmp_path: Path) -> Iterator[Talk]:
    made = Talk(tmp_path)
    yield made
    made.close()


def quiet_before(talk: Talk) -> datetime:
    return talk.now - 30 * DAY


def page(talk: Talk, *turns: Turn, before: str = "", limit: int = 200) -> Any:
    return company.page(talk.db, turns or tuple(Turn), before, limit, quiet_before(talk))


def told(rows: Any) -> list[tuple[str, str]]:
    return [(row.person.handle, row.turn.value) for row in rows]


def everybody(talk: Talk) -> None:
    talk.ask("ana", "Since yesterday", ago=DAY)
    talk.ask("ben", "Since long", ago=5 * DAY)
    talk.run(choices.circle, talk.person_id("ana"), talk.now)
    for who, days in (("chi", 2), ("dora", 3), ("emil", 40)):
        ask = talk.ask(who, "A question", ago=days * DAY + timedelta(hours=1))
        talk.answer("An answer", ask, ago=days * DAY)
    put_off = talk.ask("fatou", "Later", ago=9 * DAY)
    talk.run(triage.snooze, [talk.seen(put_off)], talk.now + DAY, talk.now)


ORDER = [
    ("ana", "your turn"),
    ("ben", "your turn"),
    ("fatou", "your turn"),
    ("chi", "their turn"),
    ("dora", "their turn"),
    ("emil", "gone quiet"),
]


def test_the_circle_waits_first_then_the_longest_then_their_turn_the_newest_first(talk: Talk) -> None:
    everybody(talk)
    assert told(page(talk).rows) == ORDER
    for turn in Turn:
        assert told(page(talk, turn).rows) == [one for one in ORDER if one[1] == turn.value]


@pytest.mark.parametrize("limit", [1, 2, 3, 5])
def test_pages_follow_each_other_without_a_gap(talk: Talk, limit: int) -> None:
    everybody(talk)
    found, cursor = [], ""
    while True:
        one = page(talk, before=cursor, limit=limit)
        assert len(one.rows) <= limit
        found += told(one.rows)
        cursor = one.cursor
        if not cursor:
            break
    assert found == ORDER


def test_the_gone_quiet_are_merged_by_the_last_word(talk: Talk) -> None:
    """Somebody whose words were never answered, long ago, stands among those who were."""
    for who, days, answered in (("ana", 40, True), ("ben", 50, False), ("chi", 60, True)):
        ask = talk.ask(who, "Hm", ago=(days + 1) * DAY)
        if answered:
            talk.answer("Ah", ask, ago=days * DAY)
        else:
            talk.run(triage.mute, [talk.seen(ask)], talk.now)
    assert [one for one, _ in told(page(talk).rows)] == ["ana", "ben", "chi"]
    one = page(talk, limit=1)
    assert told(page(talk, before=one.cursor).rows) == [("ben", "gone quiet"), ("chi", "gone quiet")]


@pytest.mark.parametrize(
    "cursor", ["x", "0.1.2", "1.1.2.3.4", "3.1.2", "1..2", "١.1.2", "1.2", "0." + "9" * 40]
)
def test_a_cursor_that_no_page_gave_is_refused(talk: Talk, cursor: str) -> None:
    with pytest.raises(BadCursor):
        page(talk, before=cursor)


def test_a_row_tells_where_and_what_was_said_last(talk: Talk) -> None:
    ask = talk.ask("ana", "Are the tiles there?", ago=2 * DAY)
    old = talk.ask("ana", "An older talk", ago=9 * DAY)
    talk.answer("All settled", old, ago=DAY)
    (row,) = page(talk).rows
    assert isinstance(row, PersonRow)
    assert (row.thread_id, row.account, row.platform) == (talk.thread(ask), "one", "mastodon")
    assert (row.words, row.last_is_me) == ("All settled", True)
    assert (row.since, row.message_id) == (ask.created_at, talk.message_id(ask))
    assert not row.put_off


def test_joined_persons_are_one_row_with_the_newest_words(talk: Talk) -> None:
    first = talk.ask("ana", "One", ago=3 * DAY)
    talk.answer("Yes", first, ago=2 * DAY)
    second = talk.ask("ana2", "Two", ago=2 * DAY)
    talk.answer("Indeed", second, ago=DAY)
    talk.run(choices.join, talk.person_id("ana"), talk.person_id("ana2"), talk.now)
    (row,) = page(talk).rows
    assert (row.person.handle, row.words, row.turn) == ("ana2", "Indeed", Turn.THEIRS)
    assert row.message_id == talk.message_id(second)


def test_searching_finds_people_of_the_lists_in_their_order(talk: Talk) -> None:
    everybody(talk)
    talk.ask("fanny", "https://only.example/link")
    found = company.named(talk.db, "a", 50, quiet_before(talk))
    assert told(found) == [one for one in ORDER if "a" in one[0]]
    talk.run(choices.join, talk.person_id("ana"), talk.person_id("emil"), talk.now)
    assert told(company.named(talk.db, "emil", 50, quiet_before(talk))) == [("ana", "your turn")]


def test_who_may_be_reached_is_of_the_circle_and_wrote_something(talk: Talk) -> None:
    for who, days in (("ana", 90), ("ben", 80), ("chi", 3)):
        ask = talk.ask(who, f"Words of {who}", ago=(days + 1) * DAY)
        talk.answer("Mine", ask, ago=days * DAY)
        if who != "ben":
            talk.run(choices.circle, talk.person_id(who), talk.now)
    unanswered = talk.ask("dora", "Never answered", ago=5 * DAY)
    talk.run(triage.mute, [talk.seen(unanswered)], talk.now)
    talk.run(choices.circle, talk.person_id("dora"), talk.now)
    talk.save(talk.make(talk.me(), "Hello?", names=("emil",), ago=90 * DAY), kind="own")
    talk.run(choices.circle, talk.person_id("emil"), talk.now)
    found = company.silent(talk.db, talk.now - 60 * DAY, 20)
    assert [row.person.handle for row in found] == ["ana"], "dora is muted, emil never wrote"
    talk.run(triage.reopen, [talk.seen(unanswered)], talk.now)
    talk.run(triage.snooze, [talk.seen(unanswered)], None, talk.now)
    assert [row.person.handle for row in company.silent(talk.db, talk.now - 60 * DAY, 20)] == ["ana"]


def test_no_list_is_found_by_going_through_all_people_or_messages(talk: Talk) -> None:
    everybody(talk)
    ids = [talk.person_id("ana"), talk.person_id("ben")]
    queries: list[str] = []
    talk.db.set_trace_callback(queries.append)
    for turn in Turn:
        start = page(talk, turn, limit=1)
        page(talk, turn, before=start.cursor or ("0.0.0.0.0" if turn is Turn.YOURS else ""))
    company.silent(talk.db, talk.now, 20)
    company.turn_of(talk.db, ids, talk.now)
    exchanges.talks(talk.db, ids, [(0, micros(talk.now))], "", 50)
    exchanges.last_before(talk.db, ids, micros(talk.now))
    exchanges.history(talk.db, ids)
    exchanges.suggestions(talk.db, ids)
    exchanges.spoken(talk.db, (micros(talk.now - 7 * DAY), micros(talk.now)))
    talk.db.set_trace_callback(None)
    seen = 0
    for sql in queries:
        if not sql.startswith(("SELECT", "WITH")):
            continue
        for *_, detail in talk.db.execute(f"EXPLAIN QUERY PLAN {sql}").fetchall():
            seen += 1
            scanned = re.match(r"SCAN (\w+)", detail)
            if scanned and scanned[1] not in ("j", "json_each", "a", "account", "CONSTANT"):
                assert "INDEX turn_" in detail, f"{detail}: {sql}"
    assert seen > 20
