"""An evening in the line mode: the demo's cast on a clock by hand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from convo.clock import HandClock
from convo.demo import demo_engine
from convo.engine import Engine
from convo.views import View
from tests.cli.plain_play import NOW, UNSAID, Step, talked


class Evening:
    """The demo's cast on a clock by hand."""

    def __init__(self, engine: Engine, clock: HandClock, capsys: pytest.CaptureFixture[str]) -> None:
        self.engine = engine
        self.clock = clock
        self._capsys = capsys

    def play(self, *steps: Step, terminal: bool = True, offline: bool = False) -> str:
        """What is printed; ends with `quit`, or where the lines end."""
        self._capsys.readouterr()
        talked(self.engine, *steps, terminal=terminal, offline=offline)
        out = self._capsys.readouterr().out
        assert not UNSAID.search(out)
        return out

    def state(self, name: str) -> str:
        rows = self.engine.inbox.rows(View.ALL, limit=500).rows
        return next(row.state.value for row in rows if row.who and row.who.shown == name)


@pytest.fixture
def clock() -> HandClock:
    return HandClock(NOW)


@pytest.fixture
def evening(tmp_path: Path, clock: HandClock, capsys: pytest.CaptureFixture[str]) -> Iterator[Evening]:
    with demo_engine(str(tmp_path / "data"), clock) as engine:
        yield Evening(engine, clock, capsys)


# the evening
def number_of(evening: Evening, view: View, name: str) -> str:
    rows = evening.engine.inbox.rows(view).rows
    return str(next(number for number, row in enumerate(rows, 1) if row.who and row.who.shown == name))
