"""The Hacker News adapter keeps the contract: it reads, and says in one sentence why it answers nobody."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from convo.testing import AdapterSuite
from tests.adapters.hackernews_world import HackerNewsWorld

_NO_SECRET = "there is no credential: nothing can be taken back"


class TestHackerNews(AdapterSuite):
    @pytest.fixture
    def world(self) -> Iterator[HackerNewsWorld]:
        built = HackerNewsWorld()
        yield built
        built.stop()

    def test_a_mention_names_me(self) -> None:
        pytest.skip("nobody is named in a comment")

    def test_backdated_messages_are_found(self) -> None:
        pytest.skip("the site itself dates what is written")

    def test_a_revoked_credential_asks_to_sign_in(self) -> None:
        pytest.skip(_NO_SECRET)

    def test_check_says_when_the_credential_is_gone(self) -> None:
        pytest.skip(_NO_SECRET)
