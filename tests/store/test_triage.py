"""Done, snooze, mute and reopen over a real store."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from convo.store import accounts, journal, threads, triage
from convo.store.connection import micros
from convo.store.journal import Told
from convo.views import Seen, State, View
from tests.store.talk import Talk


@pytest.fixture
def talk(tmp_path: Path) -> Iterator[Talk]:
    talk = Talk(tmp_path, "one", "two")
    yield talk
    talk.close()


def test_done_closes_what_waits_and_the_row_moves_to_done(talk: Talk) -> None:
    ana = talk.ask("ana", "Which flour?")
    ben = talk.ask("ben", "Which oven?")
    record = talk.run(triage.done, [talk.seen(ana)], talk.now)
    assert record.who == (talk.person_id("ana"),)
    assert record.thread_ids == (talk.thread(ana),)
    assert talk.words() == ["Which oven?"]
    assert talk.words(View.DONE) == ["Which flour?"]
    assert talk.row(ana).state_since == talk.now
    assert talk.row(ben).state is State.WAITING


def test_done_leaves_what_came_after_the_screen_was_painted(talk: Talk) -> None:
    first = talk.ask("ana", "One")
    seen = talk.seen(first)
    talk.ask("ana", "Two", to=first, ago=timedelta(minutes=5))
    talk.run(triage.done, [seen], talk.now)
    row = talk.row(first)
    assert row.state is State.WAITING
    assert row.words == "Two"


def test_a_later_message_reopens_whatever_its_date(talk: Talk) -> None:
    first = talk.ask("ana", "One")
    talk.run(triage.done, [talk.seen(first)], talk.now)
    talk.ask("ana", "Found late", to=first, ago=timedelta(days=5))
    row = talk.row(first)
    assert (row.state, row.reopened, row.words) == (State.WAITING, True, "Found late")


def test_done_closes_what_is_quiet_too(talk: Talk) -> None:
    ana = talk.ask("ana", "One")
    talk.run(lambda db: db.execute("UPDATE message SET quiet = 'rule: why'"))
    talk.run(threads.rederive, [talk.thread(ana)], talk.now)
    assert talk.row(ana).state is State.QUIET
    talk.run(triage.done, [talk.seen(ana)], talk.now)
    assert talk.row(ana).state is State.DONE


def test_done_on_an_answered_thread_puts_it_into_done_until_somebody_writes(talk: Talk) -> None:
    ana = talk.ask("ana", "One")
    talk.answer("Yes", ana)
    assert talk.row(ana).state is State.ANSWERED
    talk.run(triage.done, [talk.seen(ana)], talk.now)
    assert talk.row(ana).state is State.DONE
    again = talk.run(triage.done, [talk.seen(ana)], talk.now)
    assert again.journal_id is None
    talk.ask("ana", "And?", to=ana, ago=timedelta(0))
    assert talk.row(ana).state is State.WAITING


def test_done_person_closes_only_what_that_person_said(talk: Talk) -> None:
    root = talk.ask("ana", "From Ana")
    talk.ask("ben", "From Ben", to=root, ago=timedelta(minutes=30))
    talk.run(triage.done_person, talk.seen(root), talk.person_id("ana"), talk.now)
    row = talk.row(root)
    assert [person.handle for person in row.waiting_for] == ["ben"]
    assert row.words == "From Ben"


def test_close_finished_closes_only_what_sounds_finished(talk: Talk) -> None:
    mine = talk.answer("Rye.", talk.ask("ana", "Which?"), ago=timedelta(minutes=50))
    thanks = talk.ask("ana", "Thanks!", to=mine, ago=timedelta(minutes=40))
    open_question = talk.ask("ben", "And which oven?")
    assert talk.row(thanks).finished
    record = talk.run(triage.close_finished, [talk.seen(thanks), talk.seen(open_question)], talk.now)
    assert record.thread_ids == (talk.thread(thanks),)
    assert talk.words() == ["And which oven?"]


def test_snooze_comes_back_at_its_time_without_a_write(talk: Talk) -> None:
    ana = talk.ask("ana", "One")
    before = talk.row(ana).waiting_since
    until = talk.now + timedelta(hours=3)
    talk.run(triage.snooze, [talk.seen(ana)], until, talk.now)
    row = talk.row(ana)
    assert (row.state, row.snoozed_until) == (State.SNOOZED, until)
    assert talk.words() == []
    assert talk.words(View.SNOOZED) == ["One"]
    talk.clock.step(3 * 3600)
    row = talk.row(ana)
    assert (row.state, row.woke, row.snoozed_until) == (State.WAITING, True, None)
    assert row.waiting_since == before
    assert talk.words() == ["One"]
    assert talk.words(View.SNOOZED) == []
    assert talk.words(newest_first=True) == ["One"]


def test_woke_goes_once_it_was_looked_at(talk: Talk) -> None:
    ana = talk.ask("ana", "One")
    talk.run(triage.snooze, [talk.seen(ana)], talk.now + timedelta(hours=3), talk.now)
    talk.clock.step(4 * 3600)
    talk.run(threads.wake, talk.now)
    assert talk.row(ana).woke
    talk.run(triage.looked, talk.seen(ana), talk.now)
    row = talk.row(ana)
    assert (row.state, row.woke, row.unread) == (State.WAITING, False, False)


def test_what_is_said_wakes_a_snoozed_thread_at_once(talk: Talk) -> None:
    ana = talk.ask("ana", "One")
    talk.run(triage.snooze, [talk.seen(ana)], None, talk.now)
    assert talk.row(ana).state is State.SNOOZED
    assert talk.row(ana).snoozed_until is None
    talk.ask("ana", "Two", to=ana, ago=timedelta(0))
    assert talk.row(ana).state is State.WAITING


def test_a_thread_snoozed_while_nothing_waits_is_a_reminder_and_done_ends_it(talk: Talk) -> None:
    ana = talk.ask("ana", "One")
    talk.answer("Yes", ana)
    until = talk.now + timedelta(days=1)
    talk.run(triage.snooze, [talk.seen(ana)], until, talk.now)
    talk.clock.step(2 * 86400)
    row = talk.row(ana)
    assert (row.state, row.reminder, row.waiting_for, row.waiting_since) == (State.WAITING, True, (), until)
    assert row.who is not None
    assert row.who.handle == "ana"
    talk.run(triage.done, [talk.seen(ana)], talk.now)
    assert talk.row(ana).state is State.DONE


def test_an_answer_while_it_was_snoozed_leaves_it_answered(talk: Talk) -> None:
    ana = talk.ask("ana", "One")
    talk.run(triage.snooze, [talk.seen(ana)], talk.now + timedelta(hours=1), talk.now)
    talk.answer("Yes", ana, ago=timedelta(0))
    talk.clock.step(7200)
    assert talk.row(ana).state is State.ANSWERED
    assert talk.words() == []
    assert talk.words(View.ANSWERED) == ["One"]


def test_snoozing_again_replaces_the_snooze(talk: Talk) -> None:
    ana = talk.ask("ana", "One")
    talk.run(triage.snooze, [talk.seen(ana)], talk.now + timedelta(hours=1), talk.now)
    talk.run(triage.snooze, [talk.seen(ana)], talk.now + timedelta(hours=9), talk.now)
    assert talk.row(ana).snoozed_until == talk.now + timedelta(hours=9)
    assert len(talk.state()["snooze"]) == 1


def test_mute_holds_whatever_comes(talk: Talk) -> None:
    ana = talk.ask("ana", "One")
    talk.run(triage.mute, [talk.seen(ana)], talk.now)
    talk.ask("ana", "Two", to=ana, ago=timedelta(0))
    assert talk.row(ana).state is State.MUTED
    assert talk.words() == []
    assert talk.words(View.MUTED)
    assert talk.run(triage.mute, [talk.seen(ana)], talk.now).journal_id is None


def test_reopen_takes_back_done_snooze_and_mute(talk: Talk) -> None:
    ana = talk.ask("ana", "One")
    talk.run(triage.done, [talk.seen(ana)], talk.now)
    talk.run(triage.mute, [talk.seen(ana)], talk.now)
    talk.run(triage.snooze, [talk.seen(ana)], None, talk.now)
    talk.run(triage.reopen, [talk.seen(ana)], talk.now)
    assert talk.row(ana).state is State.WAITING
    assert not any(talk.state()[table] for table in ("done", "mute", "snooze"))


def test_acts_follow_a_thread_into_the_one_it_joined(talk: Talk) -> None:
    reply = talk.ask("ana", "Later part", parent_uri="https://example.org/middle")
    other = talk.ask("ben", "First part")
    seen = talk.seen(reply)
    middle = talk.make("ben", "Middle", to=other, uri="https://example.org/middle", ago=timedelta(minutes=70))
    talk.save(middle, kind="slow")
    assert talk.thread(reply) == talk.thread(other)
    talk.run(triage.done, [seen, talk.seen(other)], talk.now)
    assert talk.row(other).state is State.DONE


def test_what_is_not_there_is_left_out(talk: Talk) -> None:
    assert talk.run(triage.done, [Seen(4711, 3)], talk.now).journal_id is None


def errands(talk: Talk) -> list[tuple[int, str, dict[str, object]]]:
    rows = talk.db.execute("SELECT account_id, verb, argument FROM errand ORDER BY id")
    return [(account, verb, json.loads(argument)) for account, verb, argument in rows]


def told(talk: Talk, *names: str, always: bool = False) -> Told:
    return Told(tuple(talk.accounts[name] for name in names), talk.now + timedelta(seconds=10), always)


def test_mute_is_told_to_the_platforms_that_can_after_the_window_and_undo_takes_it_off(talk: Talk) -> None:
    ana = talk.ask("ana", "One")
    record = talk.run(triage.mute, [talk.seen(ana)], talk.now, told(talk, "one", "two"))
    assert record.there == (talk.accounts["one"],)
    assert errands(talk) == [(talk.accounts["one"], "mute_thread", {"uri": ana.uri, "on": True})]
    (due,) = talk.db.execute("SELECT due_at FROM errand").fetchone()
    assert due == micros(talk.now + timedelta(seconds=10))
    talk.run(journal.undo, talk.now)
    assert errands(talk) == []
    talk.run(journal.redo, talk.now)
    assert errands(talk) == [(talk.accounts["one"], "mute_thread", {"uri": ana.uri, "on": True})]


def test_undo_of_a_mute_that_was_told_is_told_too(talk: Talk) -> None:
    ana = talk.ask("ana", "One")
    talk.run(triage.mute, [talk.seen(ana)], talk.now, told(talk, "one"))
    talk.run(lambda db: db.execute("DELETE FROM errand"))
    talk.run(journal.undo, talk.now)
    assert errands(talk) == [(talk.accounts["one"], "mute_thread", {"uri": ana.uri, "on": False})]


def test_read_marks_go_only_as_far_as_nothing_older_is_open(talk: Talk) -> None:
    old = talk.ask("ana", "Old", ago=timedelta(days=3))
    middle = talk.ask("ben", "Middle", ago=timedelta(days=2))
    new = talk.ask("chi", "New", ago=timedelta(days=1))
    talk.run(triage.done, [talk.seen(middle)], talk.now, told(talk, "one"))
    assert errands(talk) == []
    talk.run(triage.done, [talk.seen(old)], talk.now, told(talk, "one"))
    assert errands(talk) == [(talk.accounts["one"], "mark_read", {"uri": middle.uri})]
    talk.run(triage.done, [talk.seen(new)], talk.now, told(talk, "one"))
    assert errands(talk)[-1] == (talk.accounts["one"], "mark_read", {"uri": new.uri})


def test_what_is_muted_does_not_hold_read_marks_back_but_what_is_snoozed_does(talk: Talk) -> None:
    old = talk.ask("ana", "Old", ago=timedelta(days=3))
    new = talk.ask("chi", "New", ago=timedelta(days=1))
    talk.run(triage.snooze, [talk.seen(old)], None, talk.now)
    talk.run(triage.done, [talk.seen(new)], talk.now, told(talk, "one"))
    assert errands(talk) == []
    talk.run(journal.undo, talk.now)
    talk.run(triage.mute, [talk.seen(old)], talk.now)
    talk.run(triage.done, [talk.seen(new)], talk.now, told(talk, "one"))
    assert errands(talk) == [(talk.accounts["one"], "mark_read", {"uri": new.uri})]


def test_always_moves_read_marks_past_what_is_open(talk: Talk) -> None:
    talk.ask("ana", "Old", ago=timedelta(days=3))
    new = talk.ask("chi", "New", ago=timedelta(days=1))
    talk.run(triage.done, [talk.seen(new)], talk.now, told(talk, "one", always=True))
    assert errands(talk) == [(talk.accounts["one"], "mark_read", {"uri": new.uri})]


def test_an_account_that_left_the_config_waits_no_more(talk: Talk) -> None:
    talk.ask("ana", "One")
    talk.run(accounts.set_configured, ["two"], talk.now)
    assert talk.words() == []
    assert talk.words(View.ALL) == ["One"]
