"""The reference adapter keeps the contract, as it stands and with every trait turned round."""

from __future__ import annotations

import pytest

from convo.testing import AdapterSuite
from tests.adapters.memory_world import MemoryWorld


class TestMemory(AdapterSuite):
    @pytest.fixture
    def world(self) -> MemoryWorld:
        return MemoryWorld()


class TestOtherTraits(AdapterSuite):
    """Overlapping pages, parents by local id, orphans, keys that are honoured, deletions told."""

    @pytest.fixture
    def world(self) -> MemoryWorld:
        return MemoryWorld(
            overlap=2,
            parents="id",
            orphans=True,
            idempotency="honoured",
            tells_deletions=True,
            direct_apart=True,
        )
