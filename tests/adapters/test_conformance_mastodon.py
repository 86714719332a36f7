"""The Mastodon adapter keeps the contract, against the simulated servers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from convo.testing import AdapterSuite
from tests.adapters.mastodon_world import MastodonWorld


def _world(kind: str) -> Iterator[MastodonWorld]:
    built = MastodonWorld(kind)
    yield built
    built.stop()


class TestMastodon(AdapterSuite):
    @pytest.fixture
    def world(self) -> Iterator[MastodonWorld]:
        yield from _world("mastodon")


class TestSnac(AdapterSuite):
    @pytest.fixture
    def world(self) -> Iterator[MastodonWorld]:
        yield from _world("snac")


class TestGoToSocial(AdapterSuite):
    @pytest.fixture
    def world(self) -> Iterator[MastodonWorld]:
        yield from _world("gotosocial")


class TestTakahe(AdapterSuite):
    @pytest.fixture
    def world(self) -> Iterator[MastodonWorld]:
        yield from _world("takahe")


class TestHollo(AdapterSuite):
    @pytest.fixture
    def world(self) -> Iterator[MastodonWorld]:
        yield from _world("hollo")
