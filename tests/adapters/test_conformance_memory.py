"""The reference adapter keeps the contract, as it stands and with every trait turned round."""

from __future__ import annotations

import pytest

from convo.adapters.contract import Verb
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


class TestByHand(AdapterSuite):
    """A place where no program may answer: what people write there is found."""

    @pytest.fixture
    def world(self) -> MemoryWorld:
        words = "Answers are written on the site itself; convo finds yours there."
        return MemoryWorld(verbs=frozenset({Verb.DIRECT}), refusals={Verb.ANSWER: words})
