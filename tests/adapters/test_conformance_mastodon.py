"""The Mastodon adapter keeps the contract, against the simulated servers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from convo.testing import AdapterSuite
from convo.testing.answering import AnsweringSuite
from convo.testing.delivering import DeliveringSuite
from convo.testing.knowing import KnowingSuite
from convo.testing.owning import OwningSuite
from convo.testing.reading import ReadingSuite
from convo.testing.whole import WholeSuite
from tests.adapters.mastodon_world import MastodonWorld


def _world(kind: str) -> Iterator[MastodonWorld]:
    built = MastodonWorld(kind)
    yield built
    built.stop()


class CompatibleSuite(ReadingSuite, KnowingSuite, AnsweringSuite, DeliveringSuite, OwningSuite, WholeSuite):
    """What depends on a server's quirks; how the network fails is the same for all and tried on Mastodon."""


class TestMastodon(AdapterSuite):
    @pytest.fixture
    def world(self) -> Iterator[MastodonWorld]:
        yield from _world("mastodon")


@pytest.mark.slow
class TestSnac(CompatibleSuite):
    @pytest.fixture
    def world(self) -> Iterator[MastodonWorld]:
        yield from _world("snac")


@pytest.mark.slow
class TestGoToSocial(CompatibleSuite):
    @pytest.fixture
    def world(self) -> Iterator[MastodonWorld]:
        yield from _world("gotosocial")


@pytest.mark.slow
class TestTakahe(CompatibleSuite):
    @pytest.fixture
    def world(self) -> Iterator[MastodonWorld]:
        yield from _world("takahe")


@pytest.mark.slow
class TestHollo(CompatibleSuite):
    @pytest.fixture
    def world(self) -> Iterator[MastodonWorld]:
        yield from _world("hollo")
