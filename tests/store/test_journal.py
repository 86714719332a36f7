"""Undo and redo: several levels, over a restart, restoring exactly the rows before and after."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from convo.model import Message
from convo.store import Store, choices, drafts, journal, outbox, people, threads, triage
from convo.store.journal import Changes, Record, Taken
from convo.views import Draft, State, View
from tests.store.talk import Talk


@pytest.fixture
def talk(tmp_path: Path) -> Iterator[Talk]:
    talk = Talk(tmp_path, "one", "two")
    yield talk
    talk.close()


def undo(talk: Talk) -> Taken:
    taken = talk.run(journal.undo, talk.now)
    assert isinstance(taken, Taken)
    return taken


def redo(talk: Talk) -> Taken:
    taken = talk.run(journal.redo, talk.now)
    assert isinstance(taken, Taken)
    return taken


def draft_to(talk: Talk, message: Message, text: str, account: str = "one") -> Draft:
    draft = Draft(
        account, message.uri, text, 3, None, None, "", (), (), "", talk.now, talk.row(message).arrival
    )
    talk.run(drafts.save, talk.accounts[account], draft, talk.now)
    return draft


def send(talk: Talk, message: Message, text: str, hold: float = 10) -> int:
    def job(db: Any) -> int:
        now = talk.now
        leaves_at = now + timedelta(seconds=hold)
        number = outbox.take(
            db, talk.accounts["one"], message.uri, text, {}, key=f"k{text}", leaves_at=leaves_at, now=now
        )
        journal.record(db, Record("send", (), f"{number} one {message.uri}"), Changes(db), now)
        return number

    return int(talk.run(job))


def test_several_levels_back_and_forth(talk: Talk) -> None:
    ana, ben = talk.ask("ana", "One"), talk.ask("ben", "Two")
    for message in (ana, ben):
        talk.run(triage.done, [talk.seen(message)], talk.now)
    assert talk.words() == []
    assert undo(talk).outcome == "whole"
    assert talk.words() == ["Two"]
    assert undo(talk).record.who == (talk.person_id("ana"),)
    assert talk.words() == ["One", "Two"]
    assert undo(talk).outcome == "nothing"
    redo(talk)
    assert talk.words() == ["Two"]
    redo(talk)
    assert talk.words() == []
    assert redo(talk).outcome == "nothing"


def test_a_new_act_ends_what_could_be_done_again(talk: Talk) -> None:
    ana, ben = talk.ask("ana", "One"), talk.ask("ben", "Two")
    talk.run(triage.done, [talk.seen(ana)], talk.now)
    undo(talk)
    talk.run(triage.mute, [talk.seen(ben)], talk.now)
    assert redo(talk).outcome == "nothing"
    undo(talk)
    assert undo(talk).outcome == "nothing"
    assert talk.words() == ["One", "Two"]


def test_undo_survives_a_restart(talk: Talk) -> None:
    ana = talk.ask("ana", "One")
    talk.run(triage.done, [talk.seen(ana)], talk.now)
    talk.store.close()
    talk.store = Store.open(talk.directory, talk.clock)
    assert undo(talk).outcome == "whole"
    assert talk.words() == ["One"]


def test_an_act_over_several_threads_is_one_step(talk: Talk) -> None:
    ana, ben = talk.ask("ana", "One"), talk.ask("ben", "Two")
    talk.run(triage.done, [talk.seen(ana), talk.seen(ben)], talk.now)
    undo(talk)
    assert talk.words() == ["One", "Two"]


def test_only_what_is_still_as_the_act_left_it_is_taken_back(talk: Talk) -> None:
    ana, ben = talk.ask("ana", "One"), talk.ask("ben", "Two")
    talk.run(triage.done, [talk.seen(ana), talk.seen(ben)], talk.now)
    talk.run(lambda db: db.execute("UPDATE done SET at = at + 1 WHERE uri = ?", (ana.uri,)))
    taken = undo(talk)
    assert taken.outcome == "partly"
    assert talk.words() == ["Two"]
    assert undo(talk).outcome == "nothing"


def test_what_changed_as_a_whole_is_said_to_be_stale(talk: Talk) -> None:
    ana = talk.ask("ana", "One")
    talk.run(triage.done, [talk.seen(ana)], talk.now)
    talk.run(lambda db: db.execute("UPDATE done SET at = at + 1"))
    assert undo(talk).outcome == "stale"
    assert talk.words(View.DONE) == ["One"]


def test_a_sync_between_act_and_undo_does_not_matter(talk: Talk) -> None:
    ana = talk.ask("ana", "One")
    talk.run(triage.done, [talk.seen(ana)], talk.now)
    talk.ask("ana", "Two", to=ana, ago=timedelta(0))
    assert undo(talk).outcome == "whole"
    assert talk.words() == ["One"]


def test_an_answer_in_its_window_goes_back_into_its_draft(talk: Talk) -> None:
    ana = talk.ask("ana", "One")
    number = send(talk, ana, "My words")
    taken = undo(talk)
    assert taken.outcome == "recalled"
    assert outbox.state_of(talk.db, number) == ""
    draft = drafts.load(talk.db, talk.accounts["one"], ana.uri)
    assert draft is not None
    assert draft.text == "My words"
    assert redo(talk).outcome == "nothing"


@pytest.mark.parametrize("state", ["sending", "sent", "unsure"])
def test_an_answer_that_left_stops_undo_once(talk: Talk, state: str) -> None:
    ana, ben = talk.ask("ana", "One"), talk.ask("ben", "Two")
    talk.run(triage.done, [talk.seen(ben)], talk.now)
    number = send(talk, ana, "My words", hold=0)
    talk.run(lambda db: db.execute("UPDATE outbox SET state = ? WHERE id = ?", (state, number)))
    assert undo(talk).outcome == "left"
    assert talk.words() == ["One"]
    assert undo(talk).outcome == "whole"
    assert talk.words() == ["One", "Two"]
    assert outbox.state_of(talk.db, number) == state


def test_an_answer_that_was_refused_or_taken_back_does_not_stop_undo(talk: Talk) -> None:
    ana, ben = talk.ask("ana", "One"), talk.ask("ben", "Two")
    talk.run(triage.done, [talk.seen(ben)], talk.now)
    refused, taken_back = send(talk, ana, "Too long", hold=0), send(talk, ana, "Not so")
    talk.run(outbox.failed, refused, "No.", talk.now)
    talk.run(outbox.back_to_draft, taken_back, talk.now)
    assert undo(talk).outcome == "whole"
    assert talk.words() == ["One", "Two"]


def test_a_discarded_draft_comes_back_with_all_it_had(talk: Talk) -> None:
    ana = talk.ask("ana", "One")
    draft = draft_to(talk, ana, "Some words")
    talk.run(choices.discard_draft, talk.accounts["one"], ana.uri, talk.now)
    assert drafts.every(talk.db) == []
    assert not talk.row(ana).has_draft
    assert undo(talk).outcome == "whole"
    assert drafts.every(talk.db) == [draft]
    assert talk.row(ana).has_draft


def test_a_new_draft_is_not_overwritten_by_undo(talk: Talk) -> None:
    ana = talk.ask("ana", "One")
    draft_to(talk, ana, "Old words")
    talk.run(choices.discard_draft, talk.accounts["one"], ana.uri, talk.now)
    draft_to(talk, ana, "New words")
    assert undo(talk).outcome == "stale"
    assert [draft.text for draft in drafts.every(talk.db)] == ["New words"]


def test_a_note_written_in_one_go_is_one_step(talk: Talk) -> None:
    talk.ask("ana", "One")
    ana = talk.person_id("ana")
    for text in ("Her", "Her sister", "Her sister lives in Umeå"):
        talk.run(choices.note, ana, text, talk.now)
        talk.clock.step(30)
    assert people.note(talk.db, ana) == "Her sister lives in Umeå"
    undo(talk)
    assert people.note(talk.db, ana) == ""
    redo(talk)
    assert people.note(talk.db, ana) == "Her sister lives in Umeå"
    talk.clock.step(3600)
    talk.run(choices.note, ana, "Another day", talk.now)
    undo(talk)
    assert people.note(talk.db, ana) == "Her sister lives in Umeå"


def test_old_acts_are_forgotten_and_new_ones_still_undone(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "KEPT", 5)
    ana = talk.ask("ana", "One")
    for _ in range(8):
        talk.run(triage.done, [talk.seen(ana)], talk.now)
        talk.run(triage.reopen, [talk.seen(ana)], talk.now)
    assert talk.db.execute("SELECT count(*) FROM journal").fetchone()[0] == 5
    undo(talk)
    assert talk.row(ana).state is State.DONE


Step = Callable[[Talk, random.Random, list[Message]], object]


def _some(rng: random.Random, messages: list[Message]) -> list[Message]:
    return rng.sample(messages, rng.randint(1, 3))


def _threads(job: Any, *more: Any) -> Step:
    def step(talk: Talk, rng: random.Random, messages: list[Message]) -> object:
        return talk.run(job, [talk.seen(message) for message in _some(rng, messages)], *more, talk.now)

    return step


def _person(job: Any, *more: Any) -> Step:
    def step(talk: Talk, rng: random.Random, messages: list[Message]) -> object:
        return talk.run(job, talk.person_id(rng.choice(messages).author.handle), *more, talk.now)

    return step


def _snooze(talk: Talk, rng: random.Random, messages: list[Message]) -> object:
    until = rng.choice([None, talk.now + timedelta(hours=rng.randint(1, 50))])
    return talk.run(triage.snooze, [talk.seen(one) for one in _some(rng, messages)], until, talk.now)


def _join(talk: Talk, rng: random.Random, messages: list[Message]) -> object:
    one, other = (talk.person_id(message.author.handle) for message in rng.sample(messages, 2))
    return talk.run(choices.join, one, other, talk.now) if one != other else None


def _apart(talk: Talk, rng: random.Random, messages: list[Message]) -> object:
    one, other = (talk.person_id(message.author.handle) for message in rng.sample(messages, 2))
    return talk.run(choices.apart, one, other, talk.now) if one != other else None


def _done_person(talk: Talk, rng: random.Random, messages: list[Message]) -> object:
    message = rng.choice(messages)
    return talk.run(triage.done_person, talk.seen(message), talk.person_id(message.author.handle), talk.now)


def _note(talk: Talk, rng: random.Random, messages: list[Message]) -> object:
    return _person(choices.note, f"note {rng.randint(0, 3)}")(talk, rng, messages)


def _discard(talk: Talk, rng: random.Random, messages: list[Message]) -> object:
    return talk.run(choices.discard_draft, talk.accounts["one"], rng.choice(messages).uri, talk.now)


STEPS: tuple[Step, ...] = (
    _threads(triage.done),
    _threads(triage.mute),
    _threads(triage.reopen),
    _threads(triage.close_finished),
    _threads(choices.quiet),
    _threads(choices.unquiet),
    _person(choices.circle),
    _person(choices.mute_person),
    _person(choices.separate),
    _snooze,
    _join,
    _apart,
    _done_person,
    _note,
    _discard,
)


@pytest.mark.parametrize("seed", range(8))
def test_undoing_all_of_any_acts_restores_every_row_and_redo_brings_them_again(talk: Talk, seed: int) -> None:
    rng = random.Random(seed)
    messages = [talk.ask(who, f"From {who}") for who in ("ana", "ben", "chi", "dora", "emil", "fatou")]
    messages += [talk.ask("ben", "Too", to=messages[0]), talk.ask("ana", "And", to=messages[1])]
    talk.answer("Yes", messages[2])
    for message in messages[:4]:
        draft_to(talk, message, f"To {message.author.handle}")
    known = list(talk.db.execute("SELECT platform, uid FROM person WHERE NOT is_me").fetchall())
    before, derived = talk.state(), _derived_now(talk)
    for _ in range(40):
        rng.choice(STEPS)(talk, rng, messages)
        talk.clock.step(rng.randint(1, 900))
    after, derived_after = talk.state(), _derived_now(talk)
    steps = 0
    while (taken := undo(talk)).outcome != "nothing":
        assert taken.outcome == "whole"
        steps += 1
    assert steps > 10
    assert talk.state() == before
    assert talk.derived() == derived
    while (taken := redo(talk)).outcome != "nothing":
        assert taken.outcome == "whole"
        steps -= 1
    assert steps == 0
    assert talk.state() == after
    assert _derived_now(talk) == derived_after
    assert talk.db.execute("SELECT platform, uid FROM person WHERE NOT is_me").fetchall() == known


def _derived_now(talk: Talk) -> list[tuple[Any, ...]]:
    """What follows from facts and user state at this moment: snoozes end by the clock alone."""
    every = [number for (number,) in talk.db.execute("SELECT id FROM thread")]
    talk.run(threads.rederive, every, talk.now)
    return talk.derived()
