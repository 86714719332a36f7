"""Settings for all tests: which of them run on every Python, and which on the newest only."""

from __future__ import annotations

import pytest

pytest.register_assert_rewrite("convo.testing", "tests.adapters.mutants")

ONCE = ("tests/faults/", "tests/damage/")
"""Folders whose tests kill programs and break files: what they find does not depend on the Python."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of those folders `once`."""
    for item in items:
        if item.nodeid.startswith(ONCE):
            item.add_marker(pytest.mark.once)
