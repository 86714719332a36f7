"""The outbox: every way of an answer, and its exact request."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from convo.model import Mention, Message, Visibility
from convo.store import Store, StoreError, drafts, outbox
from convo.views import Draft, OutboxState
from tests.store.talk import Talk


@pytest.fixture
def talk(tmp_path: Path) -> Iterator[Talk]:
    talk = Talk(tmp_path, "one", "two")
    yield talk
    talk.close()


OPTIONS: dict[str, Any] = {
    "cursor": 4,
    "visibility": "followers",
    "content_warning": "house",
    "language": "sv",
    "dropped": ["uid:mia"],
    "mentions": [["uid:ana", "ana", False], ["uid:ben", "ben", True]],
    "attachments": [["/a.png", "A house"]],
    "seen_arrival": 3,
}


def take(talk: Talk, message: Message, text: str = "Yes", hold: float = 0, account: str = "one") -> int:
    leaves_at = talk.now + timedelta(seconds=hold)
    key = f"{message.uri} {text} {account}"
    return int(
        talk.run(
            outbox.take,
            talk.accounts[account],
            message.uri,
            text,
            OPTIONS,
            key=key,
            leaves_at=leaves_at,
            now=talk.now,
        )
    )


def state(talk: Talk, number: int) -> str:
    return outbox.state_of(talk.db, number)


def draft(talk: Talk, message: Message) -> Draft | None:
    return drafts.load(talk.db, talk.accounts["one"], message.uri)


def test_words_are_in_one_place_on_every_way(talk: Talk) -> None:
    ana = talk.ask("ana", "One")
    talk.run(drafts.put_back, talk.accounts["one"], ana.uri, "Yes", OPTIONS, talk.now)
    held = take(talk, ana, hold=10)
    assert (state(talk, held), draft(talk, ana)) == ("held", None)
    back = talk.run(outbox.back_to_draft, held, talk.now)
    assert (back.text, back.cursor, back.visibility) == ("Yes", 4, Visibility.FOLLOWERS)
    assert (back.dropped, back.attachments) == (("uid:mia",), (("/a.png", "A house"),))
    assert outbox.rows(talk.db) == []
    failed = take(talk, ana)
    assert draft(talk, ana) is None
    talk.run(outbox.failed, failed, "Bluesky said no.", talk.now)
    kept = draft(talk, ana)
    assert kept is not None
    assert kept.text == "Yes"
    (row,) = outbox.rows(talk.db)
    assert (row.state, row.error, row.text) == (OutboxState.FAILED, "Bluesky said no.", "Yes")
    assert talk.db.execute("SELECT text FROM outbox").fetchone() == ("",)
    again = take(talk, ana)
    assert [row.outbox_id for row in outbox.rows(talk.db)] == [again]


def test_held_leaves_when_its_window_ends_and_not_before(talk: Talk) -> None:
    ana = talk.ask("ana", "One")
    number = take(talk, ana, hold=10)
    assert outbox.due(talk.db, talk.accounts["one"], talk.now) is None
    assert outbox.next_at(talk.db) == talk.now + timedelta(seconds=10)
    talk.clock.step(9)
    assert talk.run(outbox.release_held, talk.now) == 0
    talk.clock.step(1)
    assert talk.run(outbox.release_held, talk.now) == 1
    due = outbox.due(talk.db, talk.accounts["one"], talk.now)
    assert due is not None
    assert (due.outbox_id, due.state, due.request) == (number, OutboxState.QUEUED, None)
    assert outbox.due(talk.db, talk.accounts["two"], talk.now) is None


def test_held_longer_than_a_day_is_asked_about_first(talk: Talk) -> None:
    ana, ben = talk.ask("ana", "One"), talk.ask("ben", "Two")
    old = take(talk, ana, hold=10)
    talk.clock.step(23 * 3600)
    young = take(talk, ben, hold=10)
    talk.clock.step(3600)
    assert talk.run(outbox.release_held, talk.now) == 1
    assert (state(talk, old), state(talk, young)) == ("held", "queued")
    assert [row.outbox_id for row in outbox.asked(talk.db, talk.now)] == [old]
    assert talk.run(outbox.queue_now, old, talk.now)
    assert state(talk, old) == "queued"


def test_the_request_is_committed_with_the_first_sending_and_never_changes(talk: Talk) -> None:
    ana = talk.ask("ana", "One")
    number = take(talk, ana)
    assert talk.run(outbox.start, number, '{"text": "Yes"}', talk.now) == '{"text": "Yes"}'
    first = outbox.one(talk.db, number)
    assert first is not None
    assert (first.state, first.attempts, first.last_sent_at) == (OutboxState.SENDING, 1, talk.now)
    talk.run(outbox.back_to_queue, number, talk.now, "Later.")
    talk.clock.step(60)
    talk.store.close()
    talk.store = Store.open(talk.directory, talk.clock)
    assert talk.run(outbox.start, number, '{"text": "Other"}', talk.now) == '{"text": "Yes"}'
    row = outbox.one(talk.db, number)
    assert row is not None
    assert (row.request, row.attempts, row.last_sent_at) == ('{"text": "Yes"}', 2, talk.now)
    sent_at = talk.db.execute("SELECT first_sent_at < last_sent_at FROM outbox").fetchone()
    assert sent_at == (1,)


def test_what_the_user_took_back_is_not_started(talk: Talk) -> None:
    ana = talk.ask("ana", "One")
    number = take(talk, ana)
    assert talk.run(outbox.back_to_draft, number, talk.now) is not None
    assert talk.run(outbox.start, number, "{}", talk.now) is None
    other = take(talk, ana, "Again", hold=60)
    assert talk.run(outbox.start, other, "{}", talk.now) is None


@pytest.mark.parametrize("where", ["sending", "sent"])
def test_what_has_left_is_not_taken_back(talk: Talk, where: str) -> None:
    number = take(talk, talk.ask("ana", "One"))
    talk.run(outbox.start, number, "{}", talk.now)
    if where == "sent":
        talk.run(outbox.sent, number, "https://example.org/own", "https://example.org/@me/1", talk.now)
    assert talk.run(outbox.back_to_draft, number, talk.now) is None
    assert state(talk, number) == where
    assert not talk.run(outbox.queue_now, number, talk.now)
    assert drafts.every(talk.db) == []


def test_retry_waits_for_its_time(talk: Talk) -> None:
    number = take(talk, talk.ask("ana", "One"))
    talk.run(outbox.start, number, "{}", talk.now)
    talk.run(outbox.back_to_queue, number, talk.now + timedelta(minutes=5), "The server is busy.")
    assert outbox.due(talk.db, talk.accounts["one"], talk.now) is None
    (row,) = outbox.rows(talk.db)
    assert (row.state, row.error, row.leaves_at) == (
        OutboxState.QUEUED,
        "The server is busy.",
        talk.now + timedelta(minutes=5),
    )
    talk.clock.step(300)
    assert outbox.due(talk.db, talk.accounts["one"], talk.now) is not None


def test_unsure_is_settled_by_the_user_only(talk: Talk) -> None:
    ana, ben = talk.ask("ana", "One"), talk.ask("ben", "Two")
    there, not_there = take(talk, ana), take(talk, ben)
    for number in (there, not_there):
        talk.run(outbox.start, number, f'{{"n": {number}}}', talk.now)
        talk.run(outbox.unsure, number, "The line broke.", talk.now)
    talk.clock.step(86400)
    assert talk.run(outbox.release_held, talk.now) == 0
    assert outbox.due(talk.db, talk.accounts["one"], talk.now) is None
    assert outbox.stuck(talk.db, talk.accounts["one"]) == []
    assert talk.run(outbox.settle, there, True, talk.now)
    assert talk.run(outbox.settle, not_there, False, talk.now)
    assert (state(talk, there), state(talk, not_there)) == ("sent", "queued")
    due = outbox.due(talk.db, talk.accounts["one"], talk.now)
    assert due is not None
    assert due.request == f'{{"n": {not_there}}}'
    assert not talk.run(outbox.settle, there, False, talk.now)


def test_unsure_knows_when_it_left_and_when_it_was_looked_for(talk: Talk) -> None:
    number = take(talk, talk.ask("ana", "One"))
    left = talk.now
    talk.run(outbox.start, number, "{}", left)
    talk.clock.step(5)
    talk.run(outbox.unsure, number, "The line broke.", talk.now)
    talk.clock.step(600)
    talk.run(outbox.looked, number, talk.now)
    (row,) = outbox.rows(talk.db)
    assert (row.state, row.sent_at, row.looked_at, row.leaves_at) == (
        OutboxState.UNSURE,
        left,
        talk.now,
        None,
    )
    talk.run(outbox.settle, number, False, talk.now)
    talk.run(outbox.looked, number, talk.now)
    (row,) = outbox.rows(talk.db)
    assert (row.state, row.sent_at, row.looked_at, row.leaves_at) == (
        OutboxState.QUEUED,
        left,
        None,
        talk.now,
    )


def test_unsure_can_go_back_into_the_drafts(talk: Talk) -> None:
    ana = talk.ask("ana", "One")
    number = take(talk, ana)
    talk.run(outbox.start, number, "{}", talk.now)
    talk.run(outbox.unsure, number, "The line broke.", talk.now)
    assert talk.run(outbox.back_to_draft, number, talk.now).text == "Yes"
    assert outbox.rows(talk.db, open_only=False) == []


def test_what_a_crash_left_behind_is_found(talk: Talk) -> None:
    number = take(talk, talk.ask("ana", "One"))
    talk.run(outbox.start, number, '{"key": 1}', talk.now)
    talk.store.close()
    talk.store = Store.open(talk.directory, talk.clock)
    (found,) = outbox.stuck(talk.db, talk.accounts["one"])
    assert (found.outbox_id, found.request) == (number, '{"key": 1}')
    assert outbox.stuck(talk.db, talk.accounts["two"]) == []


def test_no_message_proves_two_answers(talk: Talk) -> None:
    ana, ben = talk.ask("ana", "One"), talk.ask("ben", "Two")
    first, second = take(talk, ana), take(talk, ben)
    for number in (first, second):
        talk.run(outbox.start, number, "{}", talk.now)
    talk.run(outbox.sent, first, "https://example.org/own", "", talk.now)
    assert outbox.claimed_uris(talk.db, talk.accounts["one"]) == frozenset({"https://example.org/own"})
    assert outbox.claimed_uris(talk.db, talk.accounts["two"]) == frozenset()
    with pytest.raises(StoreError):
        talk.run(outbox.sent, second, "https://example.org/own", "", talk.now)
    assert state(talk, second) == "sending"


def test_the_adapter_gets_the_answer_as_it_was_meant(talk: Talk) -> None:
    ana = talk.ask("ana", "One")
    take(talk, ana, "  Yes \n")
    due = outbox.due(talk.db, talk.accounts["one"], talk.now)
    assert due is not None
    assert due.reply is not None
    assert due.reply.text == "Yes"
    assert due.reply.parent == ana
    assert due.reply.visibility is Visibility.FOLLOWERS
    assert (due.reply.content_warning, due.reply.language) == ("house", "sv")
    assert due.reply.mentions == (Mention("uid:ana", "ana"), Mention("uid:ben", "ben", leading=True))
    assert [(one.path, one.alt) for one in due.reply.attachments] == [("/a.png", "A house")]
    assert due.reply.key == due.key


def test_rows_are_newest_last_and_leave_out_what_was_sent(talk: Talk) -> None:
    ana, ben = talk.ask("ana", "One"), talk.ask("ben", "Two")
    first = take(talk, ana)
    talk.clock.step(5)
    second = take(talk, ben, hold=10)
    rows = outbox.rows(talk.db)
    assert [row.outbox_id for row in rows] == [first, second]
    assert (rows[0].to.handle, rows[0].thread_id, rows[0].account) == ("ana", talk.thread(ana), "one")
    assert rows[1].leaves_at == talk.now + timedelta(seconds=10)
    talk.run(outbox.start, first, "{}", talk.now)
    talk.run(outbox.sent, first, "https://example.org/own", "https://example.org/@me/1", talk.now)
    assert [row.outbox_id for row in outbox.rows(talk.db)] == [second]
    sent = outbox.row(talk.db, first)
    assert sent is not None
    assert (sent.state, sent.uri, sent.url) == (
        OutboxState.SENT,
        "https://example.org/own",
        "https://example.org/@me/1",
    )


def test_the_oldest_leaves_first(talk: Talk) -> None:
    ana, ben = talk.ask("ana", "One"), talk.ask("ben", "Two")
    first = take(talk, ana)
    talk.clock.step(1)
    take(talk, ben)
    due = outbox.due(talk.db, talk.accounts["one"], talk.now)
    assert due is not None
    assert due.outbox_id == first


def test_what_was_said_before_is_known_with_whom(talk: Talk) -> None:
    ana, ben = talk.ask("ana", "One"), talk.ask("ben", "Two")
    talk.answer("These are my words", ana)
    take(talk, ben, "On their way")
    assert outbox.said_before(talk.db) == [
        ("On their way", talk.person_id("ben")),
        ("These are my words", talk.person_id("ana")),
    ]
