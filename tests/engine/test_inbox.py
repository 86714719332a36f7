"""What the inbox shows, through the engine, after a real sync of a world in memory."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from convo.engine import Engine
from convo.engine.inbox import NotFound
from convo.store.rows import BadCursor
from convo.views import Draft, State, View, public_id
from tests.engine.stage import Stage, queue


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path, "one", "two")


def names(people: tuple[object, ...]) -> list[str]:
    return [getattr(person, "name", "") for person in people]


def test_rows_entries_and_ids_belong_together(stage: Stage) -> None:
    asked = stage.ask("Which flour?")
    stage.sync()

    async def play(engine: Engine) -> None:
        inbox = engine.inbox
        (row,) = inbox.rows(View.WAITING).rows
        assert (row.words, row.account, row.state) == ("Which flour?", "one", State.WAITING)
        opened = inbox.open(row.thread_id)
        assert opened is not None
        assert opened.row == row == inbox.row(row.thread_id)
        (entry,) = opened.entries
        assert inbox.entry(entry.message_id) == entry
        assert inbox.thread_of(entry.message_id) == row.thread_id
        for text, kind in (
            (public_id("t", row.thread_id), "t"),
            (public_id("m", entry.message_id), "m"),
            (asked.uri, "m"),
            (f"  {asked.url or asked.uri} ", "m"),
        ):
            target = inbox.resolve(text)
            assert (target.kind, target.thread_id) == (kind, row.thread_id)
            assert target.message_id == (entry.message_id if kind == "m" else None)

    stage.run(play)


@pytest.mark.parametrize(
    "text", ["t999", "m999", "t", "x1", "", "https://example.org/nothing", "t99999999999999999999"]
)
def test_what_means_nothing_is_one_sentence(stage: Stage, text: str) -> None:
    async def play(engine: Engine) -> None:
        with pytest.raises(NotFound) as caught:
            engine.inbox.resolve(text)
        assert caught.value.words.endswith("in the store.")

    stage.run(play)


def test_who_waits_is_told_in_the_order_of_the_list_and_never_as_a_count(stage: Stage) -> None:
    server = stage.server()
    for handle in ("ben", "chi", "dora", "emil"):
        stage.world.person(server, handle)
    start = stage.clock.now()
    for hours, handle in enumerate(("ana", "ben", "chi", "dora", "emil"), 1):
        stage.ask(f"From {handle}", by=handle, at=start - timedelta(hours=hours))
    stage.sync()

    async def play(engine: Engine) -> None:
        people, since = engine.inbox.who_waits()
        assert names(people) == ["Emil", "Dora", "Chi", "Ben"]
        assert since == start - timedelta(hours=5)

    stage.run(play)


def test_nobody_waits(stage: Stage) -> None:
    async def play(engine: Engine) -> None:
        assert engine.inbox.who_waits() == ((), None)
        assert engine.inbox.rows(View.WAITING).rows == ()
        assert engine.inbox.open(1) is None
        assert engine.inbox.row(1) is None
        assert engine.inbox.entry(1) is None

    stage.run(play)


def test_who_came_since_is_told_in_the_order_they_came(stage: Stage) -> None:
    stage.ask("One")
    stage.sync()

    async def play(engine: Engine) -> None:
        before = engine.inbox.highest_arrival()
        assert engine.inbox.arrived_since(before) == ()
        stage.world.person(stage.server(), "ben")
        stage.ask("Two", by="ben")
        stage.clock.step(60)
        stage.ask("Three")
        stage.say("My own")
        await engine.sync.once()
        assert names(engine.inbox.arrived_since(before)) == ["Ben", "Ana Lind"]
        assert engine.inbox.arrived_since(engine.inbox.highest_arrival()) == ()

    stage.run(play)


def test_an_account_never_looked_at_is_empty_and_an_unknown_cursor_refused(stage: Stage) -> None:
    stage.ask("One")
    stage.sync()

    async def play(engine: Engine) -> None:
        assert engine.inbox.rows(View.WAITING, account="three").rows == ()
        with pytest.raises(BadCursor):
            engine.inbox.rows(View.WAITING, before="nonsense")
        assert len(engine.inbox.rows(View.WAITING, account="one").rows) == 1
        assert engine.inbox.rows(View.WAITING, account="two").rows == ()

    stage.run(play)


def test_drafts_and_outbox_are_seen(stage: Stage) -> None:
    asked = stage.ask("One")
    stage.sync()

    async def play(engine: Engine) -> None:
        inbox = engine.inbox
        draft = Draft("one", asked.uri, "Words", 5, None, None, "", (), (), "", engine.clock.now(), 1)
        await engine.answers.save_draft(draft)
        assert inbox.drafts() == (draft,)
        assert inbox.draft("one", asked.uri) == draft
        assert inbox.draft("two", asked.uri) is None
        assert inbox.draft("three", asked.uri) is None
        number = await queue(engine, asked, "Words", hold=60)
        (row,) = inbox.outbox()
        assert inbox.outbox_row(number) == row
        assert inbox.drafts() == ()
        assert inbox.asked_about() == ()
        stage.clock.step(25 * 3600)
        assert inbox.asked_about() == (row,)

    stage.run(play)


def test_people_and_notes(stage: Stage) -> None:
    stage.ask("One")
    stage.sync()

    async def play(engine: Engine) -> None:
        (ana,) = engine.inbox.find_people("lind")
        assert engine.inbox.note(ana.person_id) == ""
        await engine.acts.note(ana.person_id, "Her sister lives in Umeå.")
        assert engine.inbox.note(ana.person_id) == "Her sister lives in Umeå."

    stage.run(play)


def test_words_find_their_conversation_once(stage: Stage) -> None:
    first = stage.ask("The roof of the house leaks")
    stage.clock.step(60)
    stage.ask("What about the roof?", to=first)
    stage.ask("Something else")
    stage.sync()

    async def play(engine: Engine) -> None:
        (hit,) = engine.inbox.search("roof")
        assert hit.row.thread_id == engine.inbox.resolve(first.uri).thread_id
        assert "roof" in hit.snippet
        assert engine.inbox.search("nothing of the kind") == ()

    stage.run(play)


def test_the_circle_is_named_first_among_those_who_wrote(stage: Stage) -> None:
    for name in ("ben", "chi", "dora", "emil"):
        stage.world.person(stage.server(), name)
    stage.ask("Hello")
    stage.sync()

    async def play(engine: Engine) -> list[str]:
        (ana,) = engine.inbox.find_people("Ana Lind")
        await engine.acts.circle(ana.person_id)
        before = engine.inbox.highest_arrival()
        for by in ("ben", "chi", "dora", "emil"):
            stage.ask("News", by=by)
        stage.ask("News")
        await engine.sync.once()
        return [person.name for person in engine.inbox.arrived_since(before)]

    assert stage.run(play) == ["Ana Lind", "Ben", "Chi", "Dora", "Emil"]
