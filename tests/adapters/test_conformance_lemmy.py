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
