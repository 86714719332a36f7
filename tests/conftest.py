"""Settings for all tests: which of them run on every Python, and which on the newest only."""

from __future__ import annotations

import pytest

pytest.register_assert_rewrite("convo.testing", "tests.adapters.mutants")

collect_ignore = ["guestbook"]
"""A package of its own, whose tests run where it is installed: `test_third_party.py`."""
ONCE = ("tests/test_third_party.py", "tests/faults/", "tests/damage/", "tests/hostile/")
"""Tests that kill programs, break files or install packages: what they find does not depend on the Python."""
CONFORMANCE = "tests/adapters/test_conformance_"
EVERYWHERE = tuple(f"{CONFORMANCE}{world}" for world in ("memory", "mastodon"))
OLDEST_TOO = tuple(f"{CONFORMANCE}{world}" for world in ("bluesky", "wordpress"))
"""The conformance of the other platforms is tried on the newest Python only: they are made of the same parts."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what runs on the newest Python only (`once`), or on the oldest and the newest (`slow`)."""
    for item in items:
        conforms = item.nodeid.startswith(CONFORMANCE) and not item.nodeid.startswith(EVERYWHERE)
        if conforms and item.nodeid.startswith(OLDEST_TOO):
            item.add_marker(pytest.mark.slow)
        elif conforms or item.nodeid.startswith(ONCE):
            item.add_marker(pytest.mark.once)
