"""The X adapter keeps the contract, in both spellings of the API."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from convo.testing import AdapterSuite
from convo.testing.delivering import DeliveringSuite
from convo.testing.knowing import KnowingSuite
from tests.adapters.x_world import XWorld
from tests.simulators.x_schema import complaints


class TestX(AdapterSuite):
    @pytest.fixture
    def world(self) -> Iterator[XWorld]:
        built = XWorld()
        yield built
        built.stop()
        assert complaints(built.site.home.log) == [], "X documents no such request"


class TestNewerSpelling(KnowingSuite, DeliveringSuite):
    """`post.fields` and `referenced_posts`; authors and references come only where they are expanded."""

    @pytest.fixture
    def world(self) -> Iterator[XWorld]:
        built = XWorld(spelling="post")
        yield built
        built.stop()
