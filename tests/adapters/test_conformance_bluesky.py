"""The Bluesky adapter keeps the contract, against the simulated network."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from convo.testing import AdapterSuite
from convo.testing.answering import AnsweringSuite
from convo.testing.delivering import DeliveringSuite
from convo.testing.knowing import KnowingSuite
from convo.testing.reading import ReadingSuite
from convo.testing.trust import TrustSuite
from convo.testing.whole import WholeSuite
from tests.adapters.bluesky_world import BlueskyWorld


class TestBluesky(AdapterSuite):
    @pytest.fixture
    def world(self) -> Iterator[BlueskyWorld]:
        built = BlueskyWorld()
        yield built
        built.stop()


@pytest.mark.slow
class TestWithChat(ReadingSuite, KnowingSuite, TrustSuite, AnsweringSuite, DeliveringSuite, WholeSuite):
    """With an app password that may read direct messages."""

    @pytest.fixture
    def world(self) -> Iterator[BlueskyWorld]:
        built = BlueskyWorld(chat=True)
        yield built
        built.stop()
