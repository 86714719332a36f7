"""What stands around an opened conversation: each branch in which somebody waits is asked for, and nothing twice."""

from __future__ import annotations

from pathlib import Path

from convo.engine import Engine
from convo.engine.around import MOST
from tests.engine.stage import Stage, shown


def branches(stage: Stage, *people: str) -> None:
    """The user wrote; each of these answered, and somebody answered each of them where the user is not named."""
    root = stage.say("Which stone is this?")
    for other in ("ben", "carl"):
        stage.world.person(stage.server(), other)
    for who in people:
        asked = stage.ask(f"{who} asks", by=who, to=root)
        stage.world.write(stage.server(), stage.person("carl"), f"below {who}", to=asked, silent=True)


def texts(engine: Engine, thread_id: int) -> set[str]:
    opened = engine.inbox.open(thread_id)
    assert opened is not None
    return {entry.text for entry in opened.entries}


def test_each_branch_in_which_somebody_waits_is_asked_for(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    branches(stage, "ana", "ben")
    stage.sync()

    async def play(engine: Engine) -> None:
        (row,) = shown(engine)
        before = stage.server().requests("conversation")
        assert await engine.sync.load(row.thread_id) == ""
        assert {"below ana", "below ben"} <= texts(engine, row.thread_id)
        assert stage.server().requests("conversation") - before == 2

    stage.run(play)


def test_nothing_is_asked_twice_within_a_quarter_of_an_hour_but_what_is_missing_is_said_again(
    tmp_path: Path,
) -> None:
    stage = Stage(tmp_path)
    branches(stage, "ana", "ben")
    stage.sync()
    stage.server().traits.context_limit = 2

    async def play(engine: Engine) -> None:
        (row,) = shown(engine)
        before = stage.server().requests("conversation")
        words = await engine.sync.load(row.thread_id)
        assert words == "one.example shows a part of this conversation."
        stage.clock.step(14 * 60)
        assert await engine.sync.load(row.thread_id) == words
        assert stage.server().requests("conversation") - before == 2
        stage.clock.step(2 * 60)
        stage.server().traits.context_limit = 100
        assert await engine.sync.load(row.thread_id) == ""
        assert stage.server().requests("conversation") - before == 4

    stage.run(play)


def test_one_who_stands_in_what_was_brought_is_not_asked_for(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    root = stage.say("Which stone is this?")
    stage.world.person(stage.server(), "ben")
    first = stage.ask("Slate?", by="ana", to=root)
    stage.ask("Or basalt?", by="ben", to=first)
    stage.sync()

    async def play(engine: Engine) -> None:
        (row,) = shown(engine)
        before = stage.server().requests("conversation")
        await engine.sync.load(row.thread_id)
        assert stage.server().requests("conversation") - before == 1

    stage.run(play)


def test_an_opening_asks_a_few_times_at_most_and_says_so_and_the_next_goes_on(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    people = [f"person{number}" for number in range(MOST + 2)]
    for name in people:
        stage.world.person(stage.server(), name)
    branches(stage, *people)
    stage.sync()

    async def play(engine: Engine) -> None:
        (row,) = shown(engine)
        before = stage.server().requests("conversation")
        assert await engine.sync.load(row.thread_id) == "Not every branch of it was looked at yet."
        assert stage.server().requests("conversation") - before == MOST
        assert await engine.sync.load(row.thread_id) == ""
        assert stage.server().requests("conversation") - before == MOST + 2
        assert {f"below {name}" for name in people} <= texts(engine, row.thread_id)

    stage.run(play)
