"""The Reddit adapter keeps the contract, against the simulated site."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from convo.testing import AdapterSuite
from tests.adapters.reddit_world import RedditWorld


class TestReddit(AdapterSuite):
    @pytest.fixture
    def world(self) -> Iterator[RedditWorld]:
        built = RedditWorld()
        yield built
        built.stop()

    def test_backdated_messages_are_found(self) -> None:
        pytest.skip("the site itself dates what is written")
