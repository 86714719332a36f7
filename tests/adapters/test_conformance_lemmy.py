"""The Lemmy adapter keeps the contract, against a simulated 0.19."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from convo.testing import AdapterSuite
from tests.adapters.lemmy_world import LemmyWorld


class TestLemmy(AdapterSuite):
    @pytest.fixture
    def world(self) -> Iterator[LemmyWorld]:
        built = LemmyWorld()
        yield built
        built.stop()


class TestModern(AdapterSuite):
    """A server of 1.0."""

    @pytest.fixture
    def world(self) -> Iterator[LemmyWorld]:
        built = LemmyWorld(modern=True)
        yield built
        built.stop()
