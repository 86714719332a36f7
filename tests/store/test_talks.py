"""What the user and each person said to each other, and whose turn it is: derived along with the threads."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from convo.model import Message, Page
from convo.store import accounts, choices, ingest, journal, threads, triage
from convo.store.company import SELECT
from convo.store.company import Talk as Kept
from convo.store.connection import micros
from tests.store.talk import NOW, Talk


@pytest.fixture
def talk(tmp_path: Path) -> Iterator[Talk]:
    made = Talk(tmp_path)
    yield made
    made.close()


def kept(talk: Talk, handle: str, message: Message) -> Kept | None:
    row = talk.db.execute(
        f"{SELECT} WHERE t.person_id = ? AND t.thread_id = ?", (talk.person_id(handle), talk.thread(message))
    ).fetchone()
    return Kept(*row) if row else None


def turn(talk: Talk, handle: str) -> Any:
    return talk.db.execute(
        "SELECT circle, last_at, settled, late, waiting_since FROM turn WHERE person_id = ?",
        (talk.person_id(handle),),
    ).fetchone()


def test_who_asks_waits_and_who_was_answered_has_the_turn(talk: Talk) -> None:
    ask = talk.ask("ana", "Are you there?", ago=timedelta(hours=3))
    since = micros(ask.created_at)
    assert turn(talk, "ana") == (0, since, 0, 0, since)
    found = kept(talk, "ana", ask)
    assert found is not None
    assert (found.theirs_id, found.mine_id, found.waiting_since) == (talk.message_id(ask), None, since)
    answer = talk.answer("Yes", ask)
    found = kept(talk, "ana", ask)
    assert found is not None
    assert (found.mine_id, found.last_is_me, found.waiting_since) == (talk.message_id(answer), True, None)
    assert turn(talk, "ana") == (0, micros(answer.created_at), 1, None, None)


def test_what_was_closed_is_settled_and_reopening_unsettles_it(talk: Talk) -> None:
    ask = talk.ask("ana", "A word")
    talk.run(triage.done, [talk.seen(ask)], talk.now)
    assert turn(talk, "ana")[2:] == (1, None, None)
    talk.run(triage.reopen, [talk.seen(ask)], talk.now)
    assert turn(talk, "ana")[2:4] == (0, 0)


def test_words_among_others_are_between_those_who_speak_and_who_is_spoken_to(talk: Talk) -> None:
    root = talk.ask("ana", "Ladder, anyone?", ago=timedelta(hours=5))
    aside = talk.say("ben", "Ana, I have one", to=root, ago=timedelta(hours=4))
    assert kept(talk, "ben", aside) is None, "ben spoke to ana, not to the user"
    talk.answer("Thank you both", aside, names=("chi",), ago=timedelta(hours=3))
    assert kept(talk, "ben", aside) is not None
    found = kept(talk, "chi", aside)
    assert found is not None, "chi was named"
    assert (found.theirs_id, found.settled) == (None, 1)


def test_an_own_post_that_somebody_came_to_is_no_talk_with_them_before(talk: Talk) -> None:
    post = talk.make(talk.me(), "Look at this", ago=timedelta(days=3))
    talk.save(post, kind="own")
    comment = talk.say("ana", "Nice", to=post, ago=timedelta(hours=2))
    found = kept(talk, "ana", comment)
    assert found is not None
    assert (found.first_at, found.mine_id) == (micros(comment.created_at), None)


def test_a_flat_word_to_all_is_for_those_who_spoke_before(talk: Talk) -> None:
    first = talk.direct("ana", "Dinner?", ago=timedelta(hours=5))
    talk.direct("ben", "I come", to=first, ago=timedelta(hours=4))
    mine = talk.make(talk.me(), "Gladly", to=first, flat=True, ago=timedelta(hours=3))
    talk.save(replace(mine, visibility=first.visibility, parent_uri=""), kind="own")
    late = talk.direct("chi", "Me too", to=first, ago=timedelta(hours=2))
    assert [getattr(kept(talk, who, late), "mine_id", None) is not None for who in ("ana", "ben", "chi")] == [
        True,
        True,
        False,
    ]


def test_thanks_wait_last_and_the_snoozed_after_them(talk: Talk) -> None:
    ask = talk.ask("ana", "Which one?", ago=timedelta(hours=5))
    answer = talk.answer("The green one", ask, ago=timedelta(hours=4))
    talk.say("ana", "Thank you!", to=answer, ago=timedelta(hours=3))
    assert turn(talk, "ana")[3] == 1
    other = talk.ask("ben", "And now?")
    talk.run(triage.snooze, [talk.seen(other)], talk.now + timedelta(hours=2), talk.now)
    assert turn(talk, "ben")[3] == 2
    talk.clock.step(3 * 3600)
    talk.run(threads.wake, talk.now)
    assert turn(talk, "ben")[3] == 0
    talk.run(triage.snooze, [talk.seen(other)], None, talk.now)
    assert turn(talk, "ben")[2:] == (1, None, None), "put off until ben writes: it is ben's turn"


def test_the_muted_and_the_hidden_have_no_turn(talk: Talk) -> None:
    ask = talk.ask("ana", "One")
    talk.ask("ben", "Two")
    talk.run(choices.mute_person, talk.person_id("ana"), talk.now)
    assert turn(talk, "ana") is None
    assert kept(talk, "ana", ask) is not None, "what was said stays on the page"
    talk.run(journal.undo, talk.now)
    assert turn(talk, "ana") is not None
    page = Page((), hidden=("uid:ben",))
    context = ingest.IngestContext(now=talk.now, waiting_from=NOW - timedelta(days=30), last_good=None)
    talk.run(ingest.save_page, talk.accounts["one"], "people", "people", page, context)
    assert turn(talk, "ben") is None


def test_who_is_quiet_has_no_turn_until_brought_out(talk: Talk) -> None:
    ask = talk.ask("pia", "https://shop.example/buy")
    assert talk.row(ask).state.value == "quiet"
    assert turn(talk, "pia") is None
    talk.run(choices.unquiet, [talk.seen(ask)], talk.now)
    assert turn(talk, "pia")[3] == 0


def test_a_deleted_message_leaves_the_talk(talk: Talk) -> None:
    ask = talk.ask("ana", "One")
    context = ingest.IngestContext(now=talk.now, waiting_from=NOW - timedelta(days=30), last_good=None)
    page = Page((), gone=(ask.uri,))
    talk.run(ingest.save_page, talk.accounts["one"], "mentions", "incoming", page, context)
    assert kept(talk, "ana", ask) is None
    assert turn(talk, "ana") is None


def test_who_turns_out_to_be_the_user_is_nobody_else(talk: Talk) -> None:
    talk.ask("ana", "One")
    number = talk.person_id("ana")
    talk.run(accounts.remember, "two", talk.platform, talk.person("ana"), "{}", talk.now)
    assert talk.db.execute("SELECT count(*) FROM turn WHERE person_id = ?", (number,)).fetchone() == (0,)


def test_threads_that_join_leave_no_talk_behind(talk: Talk) -> None:
    low = talk.ask("ana", "Low", parent_uri="https://example.org/middle", ago=timedelta(hours=2))
    root = talk.ask("ana", "High", ago=timedelta(hours=5))
    assert talk.thread(low) != talk.thread(root)
    talk.say("ben", "Middle", uri="https://example.org/middle", to=root, ago=timedelta(hours=3))
    assert talk.thread(low) == talk.thread(root)
    left = talk.db.execute(
        "SELECT count(*) FROM talk WHERE thread_id NOT IN (SELECT id FROM thread)"
    ).fetchone()
    assert left == (0,)


def test_joined_persons_have_one_turn_and_separated_ones_their_own(talk: Talk) -> None:
    talk.ask("ana", "One", ago=timedelta(hours=5))
    answered = talk.ask("ben", "Two", ago=timedelta(hours=4))
    talk.answer("Yes", answered)
    talk.run(choices.circle, talk.person_id("ben"), talk.now)
    lead, other = sorted((talk.person_id("ana"), talk.person_id("ben")))
    before = talk.derived()
    talk.run(choices.join, talk.person_id("ana"), talk.person_id("ben"), talk.now)
    rows = talk.db.execute("SELECT person_id, circle, late FROM turn").fetchall()
    assert rows == [(lead, 1, 0)]
    talk.run(choices.separate, other, talk.now)
    assert {row[0] for row in talk.db.execute("SELECT person_id FROM turn")} == {lead, other}
    talk.run(journal.undo, talk.now)
    talk.run(journal.undo, talk.now)
    assert talk.derived() == before


def everything_anew(talk: Talk) -> list[tuple[Any, ...]]:
    """The derived rows made from nothing."""

    def job(db: Any) -> None:
        db.execute("DELETE FROM talk")
        db.execute("DELETE FROM turn")
        threads.rederive(
            db, [number for (number,) in db.execute("SELECT id FROM thread").fetchall()], talk.now
        )

    talk.run(job)
    return talk.derived()


@pytest.mark.parametrize("seed", range(12))
def test_what_was_kept_step_by_step_is_what_follows_from_nothing(talk: Talk, seed: int) -> None:
    rng = random.Random(seed)
    everybody = ("ana", "ben", "chi", "dora", "emil")
    said: list[Message] = [talk.ask(who, f"I am {who}", ago=timedelta(days=2)) for who in everybody]
    for _ in range(60):
        message, who = rng.choice(said), rng.choice(everybody)
        ago = timedelta(minutes=rng.randint(1, 3000))
        step = rng.randrange(12)
        if step < 3:
            said.append(talk.say(who, rng.choice(("So?", "Thank you!", "A word")), to=message, ago=ago))
        elif step < 5:
            said.append(talk.answer("Yes", message, ago=ago, names=rng.choice(((), (who,)))))
        elif step == 5:
            said.append(talk.direct(who, "Only you", ago=ago))
        elif step == 6:
            talk.run(triage.done, [talk.seen(message)], talk.now)
        elif step == 7:
            talk.run(
                triage.snooze, [talk.seen(message)], talk.now + timedelta(hours=rng.randint(1, 5)), talk.now
            )
        elif step == 8:
            talk.run(rng.choice((choices.circle, choices.separate)), talk.person_id(who), talk.now)
        elif step == 9:
            talk.run(rng.choice((journal.undo, journal.redo)), talk.now)
        elif step == 10:
            other = rng.choice([one for one in everybody if one != who])
            job = rng.choice((choices.join, choices.apart))
            talk.run(job, talk.person_id(who), talk.person_id(other), talk.now)
        else:
            talk.run(choices.mute_person, talk.person_id(who), talk.now)
        talk.clock.step(rng.randint(1, 4000))
        talk.run(threads.wake, talk.now)
    assert talk.db.execute("SELECT count(*) FROM talk").fetchone()[0] > 4
    assert talk.derived() == everything_anew(talk)


def test_what_is_decided_about_somebody_who_never_wrote_counts_at_once(talk: Talk) -> None:
    talk.save(talk.make(talk.me(), "Hello?", names=("emil",)), kind="own")
    talk.save(talk.make(talk.me(), "And you?", names=("fatou",)), kind="own")
    emil, fatou = talk.person_id("emil"), talk.person_id("fatou")
    talk.run(choices.circle, emil, talk.now)
    assert turn(talk, "emil")[0] == 1
    talk.run(choices.join, emil, fatou, talk.now)
    assert talk.db.execute("SELECT person_id FROM turn").fetchall() == [(min(emil, fatou),)]
    talk.run(journal.undo, talk.now)
    assert len(talk.db.execute("SELECT person_id FROM turn").fetchall()) == 2
    talk.run(choices.mute_person, emil, talk.now)
    assert turn(talk, "emil") is None
    assert turn(talk, "fatou") is not None
