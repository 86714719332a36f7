"""Whom the user answered long ago is no stranger: the first sync reads their own words as far back as the others'."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from convo.engine import Engine
from convo.views import State, View
from tests.engine.stage import START, Killed, Stage, dying_at
from tests.engine.test_acts import state


def test_somebody_answered_long_before_the_first_sync_is_not_taken_for_a_stranger(tmp_path: Path) -> None:
    stage = Stage(tmp_path / "data")
    server = stage.server()
    me, ana, kim = stage.person("me"), stage.person("ana"), stage.world.person(server, "kim")
    at = START - timedelta(days=60)
    asked = stage.world.write(server, ana, "Which flour do you use?", names=[me], at=at)
    stage.world.write(server, me, "The strong one.", to=asked, at=at + timedelta(hours=1))
    link = "https://pictures.example/loaf"
    known = stage.world.write(server, ana, link, names=[me], at=START - timedelta(hours=2))
    stranger = stage.world.write(server, kim, link, names=[me], at=START - timedelta(hours=1))
    stage.sync()

    async def play(engine: Engine) -> None:
        assert state(engine, stranger) is State.QUIET
        assert state(engine, known) is State.WAITING
        (row,) = engine.inbox.rows(View.WAITING).rows
        assert not row.first_time
        assert state(engine, asked) is State.ANSWERED

    stage.run(play)


def test_own_words_of_long_ago_are_read_after_a_first_sync_that_died(tmp_path: Path) -> None:
    """Wherever it died: what it had still to read of the past is read by the next one."""
    dates = [timedelta(days=days) for days in (1, 8, 20, 40, 60)]

    def prepared(directory: Path) -> tuple[Stage, list[str]]:
        stage = Stage(directory, page_size=1)
        stage.ask("Here?")
        me = stage.person("me")
        own = [stage.world.write(stage.server(), me, f"{ago.days} days", at=START - ago) for ago in dates]
        return stage, [message.uri for message in own]

    with dying_at("nowhere") as passed:
        prepared(tmp_path / "whole")[0].sync()
    places = [number for number, point in enumerate(passed) if point == "store.committed"]
    for number in places:
        stage, own = prepared(tmp_path / str(number))
        with dying_at(passed[number], passed[: number + 1].count(passed[number])), pytest.raises(Killed):
            stage.sync()
        assert stage.sync()["one"].error == ""

        async def play(engine: Engine, own: list[str] = own, number: int = number) -> None:
            found = [engine.inbox.resolve(uri).message_id is not None for uri in own]
            assert all(found), f"died at {number} of {len(passed)}: {found}"

        stage.run(play)
