"""What `convo doctor` asks of an account is the same on every platform of the registry."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from convo.adapters import BUILT_IN
from convo.adapters.contract import CHECKED, Finding
from tests.faults.worlds import world as world_of

OFF = 600
"""Seconds by which the server's clock is put ahead."""


def found(platform: str, ahead: float = 0) -> dict[str, Finding]:
    """The findings about an account of a platform, by what was looked at."""
    place: Any = world_of(platform)

    async def play() -> dict[str, Finding]:
        try:
            facts = (await place.adapter().identify()).facts
            place.pass_time(ahead)
            return {one.what: one for one in await place.adapter(facts).check()}
        finally:
            await place.close()

    try:
        return asyncio.run(play())
    finally:
        place.stop()


@pytest.mark.parametrize("platform", BUILT_IN)
def test_an_account_that_is_well_is_looked_at_from_all_sides(platform: str) -> None:
    findings = found(platform)
    assert [what for what in CHECKED if what not in findings] == []
    assert [one for one in findings.values() if not one.fine] == []
    assert all(one.words.endswith((".", ")", "…")) for one in findings.values()), findings


@pytest.mark.parametrize("platform", BUILT_IN)
def test_a_clock_that_is_off_is_told_and_nothing_else(platform: str) -> None:
    findings = found(platform, OFF)
    assert [name for name, one in findings.items() if not one.fine] == ["clock"]
    assert "behind" in findings["clock"].words
