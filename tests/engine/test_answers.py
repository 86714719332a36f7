"""Answers: on which terms, and drafts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from convo.adapters.contract import Verb
from convo.engine import Engine
from convo.engine.answers import CannotAnswer
from convo.model import Visibility
from tests.engine.answers_scene import draft, stored, terms
from tests.engine.answers_scene import stage as stage
from tests.engine.stage import Stage, dying_at


def test_the_terms_of_an_answer(stage: Stage) -> None:
    asked = stage.ask(
        "One",
        names=(stage.person("me"), stage.person("ben")),
        content_warning="food",
        language="sv",
        visibility=Visibility.FOLLOWERS,
    )
    stage.sync()

    async def play(engine: Engine) -> None:
        found = terms(engine, asked)
        assert (found.account, found.accounts, found.platform) == ("one", ("one",), "memory")
        assert found.me.handle == "@me@one.example"
        assert [one.handle for one in found.audience] == ["@ana@one.example", "@ben@one.example"]
        assert (found.visibility, found.content_warning, found.language) == (
            Visibility.FOLLOWERS,
            "food",
            "sv",
        )
        assert (found.refusal, found.note, found.draft) == ("", "", None)
        await engine.acts.note(found.message.author.person_id, "plain answers")
        await engine.answers.save_draft(draft(engine, asked))
        again = terms(engine, asked)
        assert again.note == "plain answers"
        assert again.draft is not None
        assert again.draft.text == "My words"

    stage.run(play)


@pytest.mark.parametrize(
    ("theirs", "own", "wanted"),
    [
        (Visibility.PUBLIC, Visibility.PUBLIC, Visibility.PUBLIC),
        (Visibility.PUBLIC, Visibility.UNLISTED, Visibility.UNLISTED),
        (Visibility.FOLLOWERS, Visibility.UNLISTED, Visibility.FOLLOWERS),
        (Visibility.DIRECT, Visibility.PUBLIC, Visibility.DIRECT),
    ],
)
def test_visibility_is_the_stricter_of_the_two(
    tmp_path: Path, theirs: Visibility, own: Visibility, wanted: Visibility
) -> None:
    stage = Stage(tmp_path, "one", widest=own)
    asked = stage.ask("One", visibility=theirs)
    stage.sync()

    async def play(engine: Engine) -> None:
        assert terms(engine, asked).visibility is wanted
        await engine.answers.send(draft(engine, asked))
        assert stored(engine).visibility is wanted

    stage.run(play)


def test_a_message_to_several_accounts_is_answered_from_the_one_it_names_first(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    for name in ("two", "three"):
        stage.add(name)
        stage.server(name).network = stage.server().network
    asked = stage.ask("To both", names=(stage.person("me", "two"), stage.person("me", "one")))
    stage.sync()

    async def play(engine: Engine) -> None:
        assert terms(engine, asked).accounts == ("two", "one")
        assert terms(engine, asked).account == "two"
        assert terms(engine, asked, "one").account == "one"
        with pytest.raises(CannotAnswer, match="three cannot answer this: it was said to two and one"):
            terms(engine, asked, "three")
        with pytest.raises(CannotAnswer):
            await engine.answers.send(draft(engine, asked, account="three"))
        await engine.answers.save_draft(draft(engine, asked, account="one"))
        assert terms(engine, asked).account == "one"
        assert terms(engine, asked, "two").draft is None

    stage.run(play)


def test_an_account_that_left_the_config_cannot_answer(stage: Stage) -> None:
    asked = stage.ask("One")
    stage.sync()
    config = replace(stage.config, accounts={})

    async def play(engine: Engine) -> None:
        with pytest.raises(CannotAnswer, match="one is not in the config any more"):
            terms(engine, asked)

    stage.run(play, config)


def test_what_the_place_or_the_message_refuses_is_said(tmp_path: Path) -> None:
    words = "This place takes answers only on its own page."
    stage = Stage(tmp_path, "one", verbs=frozenset({Verb.MUTE_THREAD}), refusals={Verb.ANSWER: words})
    asked = stage.ask("One")
    gate = stage.ask("Two")
    stage.world.change(gate.uri, refusals={"answer": "Only the author can be answered here."})
    stage.sync()

    async def play(engine: Engine) -> None:
        assert terms(engine, asked).refusal == words
        assert terms(engine, gate).refusal == "Only the author can be answered here."
        with pytest.raises(CannotAnswer) as caught:
            await engine.answers.send(draft(engine, asked))
        assert caught.value.words == words
        assert engine.inbox.outbox() == ()

    stage.run(play)


def test_convo_answers_people_and_talks_to_nobody_else(stage: Stage) -> None:
    alone = stage.say("My own words")
    asked = stage.ask("One")
    stage.clock.step(60)
    mine = stage.say("Yes", to=asked)
    stage.sync()

    async def play(engine: Engine) -> None:
        assert terms(engine, mine).account == "one"
        with pytest.raises(CannotAnswer, match="not in the store"):
            engine.answers.terms(4711)
        with pytest.raises(CannotAnswer, match="convo answers people"):
            terms(engine, alone)
        with pytest.raises(CannotAnswer, match="convo answers people"):
            await engine.answers.send(draft(engine, alone))

    stage.run(play)


# Drafts --------------------------------------------------------------------------------------------------------


def test_a_draft_survives_and_goes_only_by_discarding(stage: Stage) -> None:
    asked = stage.ask("One")
    stage.sync()

    async def write(engine: Engine) -> None:
        await engine.answers.save_draft(draft(engine, asked, "Half a"))
        await engine.answers.save_draft(draft(engine, asked, "Half a sentence"))

    async def discard(engine: Engine) -> None:
        assert [one.text for one in engine.inbox.drafts()] == ["Half a sentence"]
        act = await engine.answers.discard_draft("one", asked.uri)
        assert act.words == "The draft to Ana is gone. u brings it back."
        assert engine.inbox.drafts() == ()
        assert (
            await engine.acts.undo()
        ).words == "The draft to Ana is back. r goes on with it. U does it again."
        assert [one.text for one in engine.inbox.drafts()] == ["Half a sentence"]
        assert (await engine.answers.discard_draft("one", "nothing")).journal_id is None

    stage.run(write)
    stage.run(discard)


def test_an_empty_box_begins_no_draft_but_emptied_words_are_not_thrown_away(stage: Stage) -> None:
    asked = stage.ask("One")
    stage.sync()

    async def play(engine: Engine) -> None:
        await engine.answers.save_draft(draft(engine, asked, " "))
        assert engine.inbox.drafts() == ()
        await engine.answers.save_draft(draft(engine, asked, "Words"))
        await engine.answers.save_draft(draft(engine, asked, ""))
        assert [one.text for one in engine.inbox.drafts()] == [""]

    stage.run(play)


def test_a_late_save_of_words_that_have_left_makes_no_second_copy(stage: Stage) -> None:
    asked = stage.ask("One")
    stage.sync()

    async def play(engine: Engine) -> None:
        words = draft(engine, asked)
        await engine.answers.save_draft(words)
        await engine.answers.send(words)
        await engine.answers.save_draft(words)
        assert engine.inbox.drafts() == ()

    stage.run(play)


@pytest.mark.parametrize("point", ["store.commit", "store.committed"])
def test_a_crash_while_sending_leaves_the_words_in_one_place(stage: Stage, point: str) -> None:
    asked = stage.ask("One")
    stage.sync()

    async def write(engine: Engine) -> None:
        await engine.answers.save_draft(draft(engine, asked))

    async def send(engine: Engine) -> None:
        words = draft(engine, asked)
        with dying_at(point), pytest.raises(BaseException):  # noqa: B017, PT011
            await engine.answers.send(words)

    async def look(engine: Engine) -> None:
        drafts, leaving = engine.inbox.drafts(), engine.inbox.outbox()
        assert [one.text for one in drafts] + [row.text for row in leaving] == ["My words"]
        assert bool(drafts) == (point == "store.commit")

    stage.run(write)
    try:
        stage.run(send)
    finally:
        stage.run(look)
