"""Whom the user answered long ago is no stranger: the first sync reads their own words as far back as the others'."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from convo.engine import Engine
from convo.views import State, View
from tests.engine.stage import START, Stage
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
