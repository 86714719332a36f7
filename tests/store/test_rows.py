"""The lists: order, pages, cursors, and what a row holds."""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from convo.model import Visibility
from convo.store import choices, drafts, outbox, rows, threads, triage
from convo.store.connection import micros
from convo.store.rows import BadCursor
from convo.views import Draft, OutboxState, State, View
from tests.store.talk import NOW, Talk


@pytest.fixture
def talk(tmp_path: Path) -> Iterator[Talk]:
    talk = Talk(tmp_path, "one", "two")
    yield talk
    talk.close()


def hours(count: float) -> timedelta:
    return timedelta(hours=count)


def test_the_circle_first_then_who_waits_longest_and_what_sounds_finished_last(talk: Talk) -> None:
    talk.ask("ben", "B", ago=hours(5))
    talk.ask("chi", "C", ago=hours(9))
    talk.ask("ana", "A", ago=hours(1))
    talk.ask("dora", "D", ago=hours(30))
    mine = talk.answer("Rye.", talk.ask("emil", "E", ago=hours(50)), ago=hours(49))
    talk.ask("emil", "Thank you!", to=mine, ago=hours(48))
    for handle in ("ana", "ben"):
        talk.run(choices.circle, talk.person_id(handle), talk.now)
    assert talk.words() == ["B", "A", "D", "C", "Thank you!"]
    assert talk.words(newest_first=True) == ["A", "B", "C", "D", "Thank you!"]
    first = talk.page().rows[0]
    assert first.who is not None
    assert first.who.circle
    assert talk.page().rows[-1].finished


def test_pages_follow_each_other_without_gap_or_repeat_in_every_view(talk: Talk) -> None:
    rng = random.Random(1)
    asked = []
    for number in range(60):
        message = talk.ask(f"p{number % 17}", f"m{number}", ago=hours(rng.randint(1, 40)))
        asked.append(message)
        if number % 5 == 1:
            talk.answer("Yes", message)
        elif number % 5 == 2:
            talk.run(triage.done, [talk.seen(message)], talk.now)
        elif number % 5 == 3:
            until = rng.choice([None, talk.now + hours(rng.randint(1, 9))])
            talk.run(triage.snooze, [talk.seen(message)], until, talk.now)
    for handle in ("p0", "p5"):
        talk.run(choices.circle, talk.person_id(handle), talk.now)
    talk.clock.step(5 * 3600)
    seen: dict[int, State] = {}
    for view in (View.WAITING, View.ANSWERED, View.SNOOZED, View.DONE, View.MUTED, View.QUIET, View.HISTORY):
        whole = [row.thread_id for row in talk.page(view).rows]
        paged: list[int] = []
        cursor = ""
        while True:
            page = talk.page(view, cursor, limit=3)
            paged += [row.thread_id for row in page.rows]
            assert all(row.state.value == view.value for row in page.rows)
            seen.update({row.thread_id: row.state for row in page.rows})
            cursor = page.cursor
            if not cursor:
                break
        assert paged == whole
    assert len(seen) == 60
    assert len(talk.page(View.ALL).rows) == 60
    newest: list[str] = []
    cursor = ""
    while True:
        page = talk.page(View.WAITING, cursor, limit=4, newest_first=True)
        newest += [row.words for row in page.rows]
        cursor = page.cursor
        if not cursor:
            break
    assert newest == talk.words(newest_first=True)


def test_what_woke_takes_its_place_among_those_who_wait(talk: Talk) -> None:
    talk.ask("ana", "A", ago=hours(3))
    ben = talk.ask("ben", "B", ago=hours(9))
    talk.ask("chi", "C", ago=hours(20))
    talk.run(triage.snooze, [talk.seen(ben)], talk.now + hours(1), talk.now)
    assert talk.words() == ["C", "A"]
    talk.clock.step(7200)
    assert talk.words() == ["C", "B", "A"]
    page = talk.page(limit=1)
    assert [row.words for row in talk.page(before=page.cursor, limit=1).rows] == ["B"]
    talk.run(threads.wake, talk.now)
    assert talk.words() == ["C", "B", "A"]


def test_snoozed_shows_who_comes_back_first_on_top_and_until_they_write_last(talk: Talk) -> None:
    for who, wait in (("ana", 9), ("ben", None), ("chi", 2)):
        message = talk.ask(who, who)
        talk.run(triage.snooze, [talk.seen(message)], talk.now + hours(wait) if wait else None, talk.now)
    assert talk.words(View.SNOOZED) == ["chi", "ana", "ben"]


def test_done_shows_what_was_done_last_on_top(talk: Talk) -> None:
    for who in ("ana", "ben", "chi"):
        talk.run(triage.done, [talk.seen(talk.ask(who, who, ago=hours(5)))], talk.now)
        talk.clock.step(60)
    assert talk.words(View.DONE) == ["chi", "ben", "ana"]


def test_a_row_that_arrives_moves_no_page(talk: Talk) -> None:
    for number in range(6):
        talk.ask(f"p{number}", f"m{number}", ago=hours(20 - number))
    page = talk.page(limit=3)
    talk.ask("early", "earliest", ago=hours(40))
    assert [row.words for row in talk.page(before=page.cursor, limit=3).rows] == ["m3", "m4", "m5"]


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "!!!",
        "e30",
        "W10",
        base64.urlsafe_b64encode(b'["waiting",null,false,[1]]').decode(),
        "ä",
        "\x00",
        "A" * 999,
    ],
)
def test_a_damaged_cursor_is_one_clear_sentence(talk: Talk, cursor: str) -> None:
    with pytest.raises(BadCursor) as caught:
        talk.page(before=cursor)
    assert caught.value.words.startswith("This cursor does not belong to this list.")


def test_a_cursor_of_another_list_is_refused(talk: Talk) -> None:
    for number in range(3):
        talk.ask(f"p{number}", f"m{number}")
    cursor = talk.page(limit=1).cursor
    for wanted in ({"view": View.ALL}, {"account": talk.accounts["one"]}, {"newest_first": True}):
        with pytest.raises(BadCursor):
            talk.page(before=cursor, **wanted)
    huge = json.dumps(["waiting", None, False, [0, 0, 10**40, 1]]).encode()
    assert talk.page(before=base64.urlsafe_b64encode(huge).decode().rstrip("=")).rows == ()


def test_an_account_is_a_view_of_its_own(talk: Talk) -> None:
    both = talk.ask("ana", "Both", names=("one", "two"))
    talk.save(both, account="two")
    talk.ask("ben", "Only one")
    talk.ask("chi", "Only two", account="two")
    one, two = talk.accounts["one"], talk.accounts["two"]
    assert sorted(talk.words(account=one)) == ["Both", "Only one"]
    assert sorted(talk.words(account=two)) == ["Both", "Only two"]
    assert sorted(talk.words(View.ALL, account=two)) == ["Both", "Only two"]
    assert set(talk.row(both).accounts) == {"one", "two"}


def test_the_words_of_a_row_leave_quotes_and_leading_names_out(talk: Talk) -> None:
    ana = talk.ask("ana", "> You wrote this\n\n@me@one @ben  Did you\nget it?", content_warning="food")
    row = talk.row(ana)
    assert row.words == "Did you get it?"
    assert row.covered == "food"
    assert row.visibility is Visibility.PUBLIC


def test_what_a_row_says_of_who_and_why(talk: Talk) -> None:
    root = talk.answer("We look at houses", talk.ask("mia", "Hm?", ago=hours(30)), ago=hours(29))
    talk.ask("ana", "Did you get it?", to=root, ago=hours(20))
    ben = talk.ask("ben", "And I?", to=root, ago=hours(10))
    row = talk.row(ben)
    assert [person.handle for person in row.waiting_for] == ["ana", "ben"]
    assert row.who == row.waiting_for[0]
    assert row.reason == "reply"
    assert row.waiting_since == talk.now - hours(20)
    assert (row.account, row.platform, row.title) == ("one", "mastodon", "Hm?")
    assert row.arrival == max(row.arrival, 4)
    talk.answer("Yes", ben)
    answered = talk.row(ben)
    assert [person.handle for person in answered.waiting_for] == ["ana"]
    assert answered.last_is_me


def test_where_nobody_waits_the_words_and_who_said_them_stand_together(talk: Talk) -> None:
    root = talk.ask("ana", "One", ago=hours(9))
    talk.say("ben", "Two", to=root, ago=hours(5))
    talk.answer("Yes", root)
    row = talk.row(root)
    assert (row.state, row.waiting_for) == (State.ANSWERED, ())
    assert row.who is not None
    assert (row.who.handle, row.words) == ("ana", "One")
    talk.say("ben", "Look here", to=root, ago=hours(3), names=("one",))
    talk.answer("Again", root, ago=timedelta(0))
    both = talk.row(root)
    assert both.who is not None
    assert (both.who.handle, both.words) == ("ben", "Look here")


def test_a_post_nobody_replied_to_is_in_all_and_not_among_the_answered(talk: Talk) -> None:
    mine = talk.make(talk.me(), "Hello world")
    talk.save(mine, kind="own")
    assert talk.words(View.ANSWERED) == []
    assert talk.words(View.ALL) == ["Hello world"]
    assert talk.row(mine).who is None
    said = talk.say("ana", "Nice", to=mine, ago=timedelta(0))
    talk.answer("Thanks", said, ago=timedelta(0))
    assert talk.words(View.ANSWERED) == ["Nice"]


def test_unread_and_first_time_go_when_it_was_looked_at(talk: Talk) -> None:
    ana = talk.ask("ana", "One")
    row = talk.row(ana)
    assert (row.unread, row.first_time) == (True, True)
    talk.run(triage.looked, talk.seen(ana), talk.now)
    row = talk.row(ana)
    assert (row.unread, row.first_time) == (False, False)
    talk.ask("ana", "Two", to=ana, ago=timedelta(0))
    row = talk.row(ana)
    assert (row.unread, row.first_time) == (True, True)
    other = talk.ask("ana", "Another thread", ago=timedelta(0))
    assert talk.row(other).first_time is False


def test_of_several_first_words_in_the_same_second_one_is_the_first(talk: Talk) -> None:
    asked = [talk.ask("ana", words, ago=hours(1)) for words in ("One", "Two", "Three")]
    assert [talk.row(one).first_time for one in asked] == [True, False, False]


def test_drafts_and_the_outbox_are_views(talk: Talk) -> None:
    ana, ben = talk.ask("ana", "One"), talk.ask("ben", "Two")
    for message, text in ((ana, "To Ana"), (ben, "To Ben")):
        draft = Draft("one", message.uri, text, 0, None, None, "", (), (), "", talk.now, 0)
        talk.run(drafts.save, talk.accounts["one"], draft, talk.now)
        talk.clock.step(60)
    assert talk.words(View.DRAFTS) == ["To Ben", "To Ana"]
    assert talk.row(ana).has_draft
    page = talk.page(View.DRAFTS, limit=1)
    assert [row.words for row in talk.page(View.DRAFTS, page.cursor).rows] == ["To Ana"]
    leaves_at = talk.now + hours(1)
    number = talk.run(
        outbox.take, talk.accounts["one"], ana.uri, "To Ana", {}, key="k", leaves_at=leaves_at, now=talk.now
    )
    assert talk.words(View.DRAFTS) == ["To Ben"]
    row = talk.page(View.OUTBOX).rows[0]
    assert row.who is not None
    assert (row.words, row.who.handle, row.outbox) == ("To Ana", "ana", OutboxState.HELD)
    assert talk.row(ana).outbox is OutboxState.HELD
    assert talk.words() == ["One", "Two"]
    talk.run(outbox.failed, number, "Too long.", talk.now)
    assert talk.row(ana).outbox is OutboxState.FAILED
    assert talk.words(View.OUTBOX) == ["To Ana"]
    assert talk.words(View.OUTBOX, account=talk.accounts["two"]) == []


def test_an_id_that_joined_another_still_means_its_row(talk: Talk) -> None:
    reply = talk.ask("ana", "Later part", parent_uri="https://example.org/middle")
    before = talk.thread(reply)
    other = talk.ask("ben", "First part")
    old = {before, talk.thread(other)}
    talk.save(
        talk.make("ben", "Middle", to=other, uri="https://example.org/middle", ago=hours(2)), kind="slow"
    )
    found = {rows.one(talk.db, number, talk.now) for number in old}
    assert len(found) == 1
    assert len(talk.page(View.ALL).rows) == 1


# Every list stays quick at any size of the store: no scan, no sort of the whole.

VIEWS = [
    *((view, {}) for view in View if view not in (View.DRAFTS, View.OUTBOX)),
    (View.WAITING, {"newest_first": True}),
]


@pytest.mark.parametrize(("view", "how"), VIEWS)
def test_no_list_scans_or_sorts_the_store(talk: Talk, view: View, how: dict[str, Any]) -> None:
    for number in range(4):
        talk.ask(f"p{number}", f"m{number}")
    cursor = talk.page(view, limit=1, **how).cursor
    asked: list[str] = []
    talk.db.set_trace_callback(asked.append)
    try:
        for before in ("", cursor):
            talk.page(view, before, **how)
    finally:
        talk.db.set_trace_callback(None)
    queries = [query for query in asked if query.lstrip().upper().startswith("SELECT")]
    assert 5 <= len(queries) <= 30
    for query in queries:
        for *_, detail in talk.db.execute(f"EXPLAIN QUERY PLAN {query}").fetchall():
            # ALL walks its index from the top and ends at the limit.
            small = (
                "SCAN thread USING COVERING INDEX thread_last",
                "SCAN (subquery",
                "SCAN account",
                "SCAN j ",
                "SCAN d",
                "SCAN o",
                "SCAN json_each",
            )
            assert not detail.startswith("SCAN") or detail.startswith(small), (query, detail)
            assert "TEMP B-TREE" not in detail, (query, detail)


def test_a_page_takes_the_same_few_queries_however_long_it_is(talk: Talk) -> None:
    for number in range(12):
        talk.ask(f"p{number}", f"m{number}")
    counts = []
    for limit in (2, 12):
        asked: list[str] = []
        talk.db.set_trace_callback(asked.append)
        talk.page(View.ALL, limit=limit)
        talk.db.set_trace_callback(None)
        counts.append(len(asked))
    assert counts[0] == counts[1]


def steps(talk: Talk, view: View) -> int:
    """What a page costs, in thousands of SQLite's instructions."""
    count = 0

    def step() -> int:
        nonlocal count
        count += 1
        return 0

    talk.db.set_progress_handler(step, 1000)
    talk.page(view)
    talk.db.set_progress_handler(None, 0)
    return count


@pytest.mark.parametrize("view", [View.WAITING, View.ANSWERED])
def test_a_row_costs_the_same_however_much_its_author_wrote(talk: Talk, view: View) -> None:
    asked = [talk.ask("ana", f"m{number}", ago=timedelta(0)) for number in range(10)]
    if view is View.ANSWERED:
        for message in asked:
            talk.answer("Yes", message, ago=timedelta(0))
    before = steps(talk, view)
    for who in ("ana", talk.me()):
        talk.save(*(talk.make(who, "To all", ago=hours(100 + number)) for number in range(2000)), kind="slow")
    assert steps(talk, view) < before + 30


def test_waiting_since_is_the_time_it_was_said(talk: Talk) -> None:
    ana = talk.ask("ana", "One", ago=hours(4))
    assert talk.row(ana).waiting_since == NOW - hours(4)
    assert micros(NOW) > 0
