"""Settings for all tests: which of them run on every Python, and which on the newest only."""

from __future__ import annotations

import pytest

pytest.register_assert_rewrite("convo.testing", "tests.adapters.mutants")

collect_ignore = ["guestbook"]
"""A package of its own, whose tests run where it is installed: `test_third_party.py`."""
ONCE = ("tests/test_third_party.py", "tests/faults/", "tests/damage/", "tests/hostile/")
"""Tests that kill programs, break files or install packages: what they find does not depend on the Python."""
CONFORMANCE = "tests/adapters/test_conformance_"
EVERYWHERE = (f"{CONFORMANCE}memory", f"{CONFORMANCE}mastodon")
"""The conformance of the other platforms is tried on the oldest and the newest Python only."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of those folders `once`, and the conformance of most platforms `slow`."""
    for item in items:
        if item.nodeid.startswith(ONCE):
            item.add_marker(pytest.mark.once)
        if item.nodeid.startswith(CONFORMANCE) and not item.nodeid.startswith(EVERYWHERE):
            item.add_marker(pytest.mark.slow)
