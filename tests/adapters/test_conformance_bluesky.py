"""The Bluesky adapter keeps the contract, against the simulated network."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from convo.testing import AdapterSuite
from tests.adapters.bluesky_world import BlueskyWorld


class TestBluesky(AdapterSuite):
    @pytest.fixture
    def world(self) -> Iterator[BlueskyWorld]:
        built = BlueskyWorld()
        yield built
        built.stop()


class TestWithChat(AdapterSuite):
    """With an app password that may read direct messages."""

    @pytest.fixture
    def world(self) -> Iterator[BlueskyWorld]:
        built = BlueskyWorld(chat=True)
        yield built
        built.stop()
