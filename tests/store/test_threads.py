"""Threads: what joins them, and that no order in which pages come makes a difference."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from convo.model import Message, Ref, Visibility
from convo.store import ingest, reads, threads
from convo.store.connection import micros
from tests.store.world import ANA, BEN, CARL, ME, ME_TOO, NOW, World, context, message, named, world


@pytest.fixture
def here(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path / "data", two=True) as made:
        yield made


def far(number: int) -> str:
    return f"https://far.example/{number}"


def test_threads_join_when_an_ancestor_comes_and_the_older_id_stays(here: World) -> None:
    left = message(2, ANA, parent_uri=far(1), mentions=named(ME, leading=False), local_id="")
    right = message(3, BEN, parent_uri=far(4), mentions=named(ME, leading=False), local_id="")
    here.page(left)
    here.page(right)
    older, younger = here.thread(left), here.thread(right)
    assert older < younger
    here.store.write_now(lambda db: db.execute("INSERT INTO mute VALUES (?, 5)", (right.uri,)))
    here.page(message(4, CARL, parent_uri=far(1), local_id=""), kind="slow")
    assert here.thread(left) == here.thread(right) == older
    assert reads.resolve(here.db, younger) == older
    assert here.value("SELECT count(*) FROM thread") == 1
    assert here.state(left) == "muted"
    root = message(1, CARL, "The whole story", hours=9)
    here.page(root, kind="slow")
    assert here.value("SELECT title FROM thread") == "The whole story"
    assert here.value("SELECT count(*) FROM absent") == 0


def test_a_thread_that_joined_twice_still_resolves(here: World) -> None:
    ends = [message(n, ANA, parent_uri=far(10 + n), mentions=named(ME, leading=False)) for n in (1, 2, 3)]
    ids = []
    for end in ends:
        here.page(end)
        ids.append(here.thread(end))
    here.page(message(13, BEN, parent_uri=far(12)), kind="slow")
    here.page(message(12, BEN, parent_uri=far(11)), kind="slow")
    assert {reads.resolve(here.db, one) for one in ids} == {ids[0]}
    assert here.value("SELECT count(*) FROM thread") == 1


def test_ids_of_threads_are_never_given_twice(here: World) -> None:
    one = message(1, ANA, parent_uri=far(9), mentions=named(ME, leading=False))
    two = message(2, ANA, parent_uri=far(8), mentions=named(ME, leading=False))
    here.page(one)
    here.page(two)
    gone = here.thread(two)
    here.page(message(8, BEN, parent_uri=far(9)), kind="slow")
    fresh = message(3, ANA, mentions=named(ME))
    here.page(fresh)
    assert here.thread(fresh) != gone
    assert reads.resolve(here.db, gone) == here.thread(one)


def test_titles(here: World) -> None:
    def title(*talk: Message) -> str:
        here.page(*talk)
        return str(here.value("SELECT title FROM thread WHERE id = ?", here.thread(talk[0])))

    assert title(message(1, ANA, "body", title="The subject")) == "The subject"
    assert title(message(2, ANA, "> quoted\n@me@one.example @ben  first\nwords ")) == "first words"
    assert title(message(3, ANA, "x" * 200)) == "x" * 79 + "…"
    assert title(message(4, ANA, "", mentions=named(ME))) == "With Ana"
    assert title(message(5, ANA, ""), message(6, BEN, parent_id="5")) == "With Ana and Ben"
    talk = [message(7, ANA, "@me"), message(8, BEN, parent_id="7"), message(9, CARL, parent_id="7", hours=1)]
    assert title(*talk) == "With Ana, Ben and others"
    assert title(message(10, ME, "")) == "Your own message"


def test_a_snooze_that_ended_is_woken(here: World) -> None:
    said = message(1, ANA, mentions=named(ME))
    here.page(said)

    def snooze(db: Any) -> None:
        until = micros(NOW + timedelta(hours=1))
        db.execute("INSERT INTO snooze VALUES (?, ?, ?, 1, 0)", (said.uri, micros(NOW), until))
        threads.rederive(db, {1}, NOW)

    here.store.write_now(snooze)
    assert here.state(said) == "snoozed"
    assert reads.next_wake(here.db) == micros(NOW + timedelta(hours=1))
    assert here.store.write_now(threads.wake, NOW + timedelta(minutes=59)) == set()
    assert here.store.write_now(threads.wake, NOW + timedelta(hours=1)) == {1}
    assert here.state(said) == "waiting"
    assert reads.next_wake(here.db) is None


def test_a_contact_in_the_circle_puts_the_thread_there(here: World) -> None:
    said = message(1, ANA, mentions=named(ME))
    here.page(said)

    def add(db: Any) -> None:
        db.execute("INSERT INTO contact VALUES (1, '', 1)")
        db.execute("INSERT INTO contact_person VALUES ('mastodon', ?, 1)", (ANA.uid,))
        threads.rederive(db, {1}, NOW)

    here.store.write_now(add)
    assert here.value("SELECT circle FROM thread") == 1


def test_rederive_writes_nothing_where_nothing_changed(here: World) -> None:
    here.page(message(1, ANA, mentions=named(ME)), message(2, ME, parent_id="1", hours=2))
    before = list(here.store.reader.iterdump())
    changes: list[int] = []

    def again(db: Any) -> None:
        start = db.total_changes
        threads.rederive(db, {1}, NOW)
        changes.append(db.total_changes - start)

    here.store.write_now(again)
    assert changes == [0]
    assert list(here.store.reader.iterdump()) == before


# Any order -------------------------------------------------------------------------------------------


@st.composite
def talks(draw: Any) -> list[Message]:
    """A forest of messages between the user and three others, with parents by URI, by local id, or both."""
    size = draw(st.integers(2, 12))
    people = [ME, ANA, BEN, CARL]
    talk: list[Message] = []
    for number in range(1, size + 1):
        author = people[draw(st.integers(0, 3))]
        parent = talk[draw(st.integers(0, len(talk) - 1))] if talk and draw(st.integers(0, 4)) else None
        how: dict[str, Any] = {}
        if parent is not None:
            way = draw(st.integers(0, 2))
            how = {"parent_uri": parent.uri} if way == 0 else {"parent_id": parent.local_id}
            if way == 2:
                how["parent_uri"] = parent.uri
        addressees = [person for person in (ME, ANA, BEN) if draw(st.booleans()) and person is not author]
        text = draw(st.sampled_from(["What do you think?", "Thank you!", "https://shop.example/x"]))
        talk.append(
            message(
                number,
                author,
                text,
                hours=24 - number,
                mentions=named(*addressees, leading=draw(st.booleans())),
                visibility=parent.visibility if parent else draw(st.sampled_from(list(Visibility))),
                **how,
            )
        )
    return talk


def outcome(here: World) -> Any:
    """What the user sees: which messages stand together, and the state of each, whatever the numbers."""
    rows = here.db.execute(
        "SELECT t.id, m.uri, m.parent_uri, m.addressed, m.quiet, m.waits, m.history, t.state, t.reason, t.title,"
        " (SELECT uri FROM message WHERE id = t.lead_id), t.finished, t.waiting_since, t.account_ids, t.last_at"
        " FROM message m JOIN thread t ON t.id = m.thread_id ORDER BY m.uri"
    ).fetchall()
    groups: dict[int, list[str]] = {}
    for thread_id, uri, *_ in rows:
        groups.setdefault(thread_id, []).append(uri)
    return sorted(groups.values()), [row[1:] for row in rows]


def settle(here: World) -> None:
    """What no parent will come for any more is judged without it, as the engine does at last."""
    for account in (here.one, here.two):
        refs = [
            Ref(uri, local_id)
            for uri, local_id in here.db.execute(
                "SELECT m.parent_uri, s.parent_local_id FROM message m JOIN sighting s ON s.message_id = m.id"
                " WHERE m.unjudged AND s.account_id = ?",
                (account,),
            ).fetchall()
        ]
        here.store.write_now(ingest.give_up, refs, context())


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(talks(), st.randoms(use_true_random=False), st.booleans())
def test_pages_in_any_order_give_the_same_threads_and_states(
    talk: list[Message], chance: random.Random, two: bool
) -> None:
    with tempfile.TemporaryDirectory() as directory:
        with world(Path(directory) / "a", two=True) as here:
            here.page(*talk)
            if two:
                here.page(*[elsewhere(one) for one in talk], account=here.two)
            settle(here)
            expected = outcome(here)
        with world(Path(directory) / "b", two=True) as here:
            todo = [(here.one, one) for one in talk] + [(here.two, elsewhere(one)) for one in talk if two]
            todo += chance.sample(todo, len(todo) // 3)
            chance.shuffle(todo)
            while todo:
                size = chance.randint(1, 4)
                some, todo = todo[:size], todo[size:]
                for account in {number for number, _ in some}:
                    kind = chance.choice(("incoming", "own", "slow"))
                    here.page(*[one for number, one in some if number == account], account=account, kind=kind)
            settle(here)
            here.check_index()
            assert outcome(here) == expected


def elsewhere(one: Message) -> Message:
    """The message as the other account's server has it: other local ids."""
    return replace(
        one,
        local_id=f"two-{one.local_id}",
        parent_id=f"two-{one.parent_id}" if one.parent_id else "",
    )


def test_the_other_account_is_the_user_too(here: World) -> None:
    said = message(1, ANA, mentions=named(ME_TOO, leading=False))
    here.page(said)
    here.page(message(2, ME, parent_id="1"), kind="own")
    assert here.state(said) == "answered"
