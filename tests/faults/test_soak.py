"""Some days of the simulated year: two processes, bad weather, balanced books; the whole year is `make soak`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.soak import Year, soak


def _demand(year: Year) -> None:
    assert not year.lost, year.lost[:10]
    assert not year.doubled, year.doubled[:10]
    assert not year.other, year.other[:10]
    assert year.faults
    assert len(year.asked) > len(year.memory)


def test_some_days_in_bad_weather(tmp_path: Path) -> None:
    _demand(soak(tmp_path / "soak", days=2, messages=30, answers=3))


@pytest.mark.long
def test_a_season_in_bad_weather_and_memory_stays_flat(tmp_path: Path) -> None:
    year = soak(tmp_path / "soak", days=40, messages=100, answers=9, seed=3)
    _demand(year)
    assert year.growth < 1.15, year.memory
