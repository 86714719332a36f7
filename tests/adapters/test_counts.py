"""What the conformance suite takes for a count: a number of its own, and no part of a moment."""

from __future__ import annotations

import pytest

from convo.testing.trust import _COUNTS


@pytest.mark.parametrize(
    "text", ['{"likes":12345}', '{"at":1.0,"ups":"7777"}', "8888 people like this", "54321"]
)
def test_a_count_is_found(text: str) -> None:
    assert _COUNTS.search(text)


@pytest.mark.parametrize("text", ['{"at":1795812345.0}', "2026-11-27T20:45:45.977771Z", "1188889"])
def test_a_moment_is_no_count(text: str) -> None:
    assert not _COUNTS.search(text)
