"""Sync: what follows from what came."""

from __future__ import annotations

from pathlib import Path

import pytest

from convo.engine import Engine
from tests.engine.stage import Stage, shown
from tests.engine.sync_scene import asked_for, seen


def test_an_answer_given_elsewhere_is_found_and_one_deleted_there_makes_it_wait_again(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    question = stage.ask("Did you get the house?")
    stage.ask("And the garden?")
    stage.sync()
    mine = stage.say("yes", to=question)
    stage.sync()
    assert seen(stage) == ["And the garden?"]
    stage.world.delete(mine.uri)
    stage.sync()
    assert seen(stage) == ["Did you get the house?", "And the garden?"]


def test_a_deleted_answer_is_noticed_when_nobody_else_waits(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    mine = stage.say("yes", to=stage.ask("Did you get the house?"))
    stage.sync()
    stage.world.delete(mine.uri)
    stage.clock.step(24 * 3600)
    stage.sync()
    assert seen(stage) == ["Did you get the house?"]


@pytest.mark.parametrize("tells", [False, True])
def test_a_question_that_is_deleted_waits_no_more(tmp_path: Path, tells: bool) -> None:
    stage = Stage(tmp_path, tells_deletions=tells)
    question = stage.ask("oops")
    stage.sync()
    stage.world.delete(question.uri)
    stage.sync()
    assert seen(stage) == []


def test_an_edit_that_first_names_the_user_waits(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    message = stage.world.write(stage.server(), stage.person("ana"), "hello")
    stage.sync()
    stage.world.edit(message.uri, "What do you say?", names=(stage.person("me"),))
    stage.sync()
    assert seen(stage) == ["What do you say?"]


@pytest.mark.parametrize("parents", ["uri", "id"])
def test_a_mention_that_is_only_carried_along_is_judged_by_its_parent(tmp_path: Path, parents: str) -> None:
    stage = Stage(tmp_path, parents=parents)
    me, ana = stage.person("me"), stage.person("ana")
    ben = stage.world.person(stage.server(), "ben")
    first = stage.world.write(stage.server(), ana, "you two", names=(ben, me), silent=True)
    stage.world.write(stage.server(), ben, "sure", to=first, leading=(ana, me))
    stage.world.write(
        stage.server(), ben, "new to you", to=stage.world.write(stage.server(), ana, "aside"), leading=(me,)
    )
    stage.sync()
    assert "sure" not in seen(stage)
    assert "new to you" in seen(stage)


@pytest.mark.parametrize("parents", ["uri", "id"])
def test_what_answers_something_that_is_gone_is_judged_without_it_and_asked_about_once(
    tmp_path: Path, parents: str
) -> None:
    stage = Stage(tmp_path, parents=parents)
    me, ana = stage.person("me"), stage.person("ana")
    gone = stage.world.write(stage.server(), ana, "gone", silent=True)
    stage.world.write(stage.server(), ana, "still here", to=gone, leading=(me,))
    stage.world.delete(gone.uri)
    stage.sync()
    assert seen(stage) == ["still here"]
    asked_for(stage)
    stage.sync()
    assert asked_for(stage) == ["mentions", "own", "lookup"]


def test_the_conversation_around_what_is_new_is_there_without_the_network(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    root = stage.world.write(stage.server(), stage.person("ana"), "On moss", silent=True, at=stage.just_now())
    stage.ask("What do you think?", to=root)
    stage.sync()

    async def play(engine: Engine) -> None:
        (waiting,) = shown(engine)
        opened = engine.inbox.open(waiting.thread_id)
        assert opened is not None
        assert [entry.text for entry in opened.entries] == ["On moss", "What do you think?"]

    stage.run(play)


def test_whom_the_user_muted_there_waits_no_more(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.ask("hello")
    stage.sync()
    stage.server().hidden[stage.person("me").uid] = {stage.person("ana").uid}
    stage.clock.step(24 * 3600)
    stage.sync()
    assert seen(stage) == []


def test_overlapping_pages_and_two_accounts_make_no_doubles(tmp_path: Path) -> None:
    stage = Stage(tmp_path, "one", "two", overlap=2, page_size=2)
    for server in stage.world.servers.values():
        server.network = "fediverse"
    for number in range(5):
        stage.ask(f"m{number}", names=(stage.person("me", "one"), stage.person("me", "two")))
    for _ in range(2):
        stage.sync()
    assert seen(stage) == [f"m{number}" for number in range(5)]

    async def play(engine: Engine) -> None:
        assert {row.accounts for row in shown(engine)} == {("one", "two")}

    stage.run(play)


def test_load_brings_a_conversation_and_says_what_is_missing(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    question = stage.ask("Did you get the house?")
    stage.sync()
    stage.world.write(stage.server(), stage.person("ana"), "and the garden?", to=question, silent=True)

    async def play(engine: Engine) -> None:
        (waiting,) = shown(engine)
        assert await engine.sync.load(waiting.thread_id) == ""
        opened = engine.inbox.open(waiting.thread_id)
        assert opened is not None
        assert [entry.text for entry in opened.entries] == ["Did you get the house?", "and the garden?"]
        stage.clock.step(15 * 60)
        stage.server().traits.context_limit = 1
        assert "part" in await engine.sync.load(waiting.thread_id)
        stage.clock.step(15 * 60)
        stage.server().down = "one.example was not found."
        assert "one.example was not found." in await engine.sync.load(waiting.thread_id)
        stage.server().down = ""
        stage.server().expect("conversation", TypeError("a bug"))
        assert "TypeError: a bug" in await engine.sync.load(waiting.thread_id)

    stage.run(play)
