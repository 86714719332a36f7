"""The Disqus adapter keeps the contract, on a site of the user's own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from convo.testing import AdapterSuite
from tests.adapters.disqus_world import DisqusWorld

_ONCE = "Disqus takes the same words of the same author only once in a thread"


class TestDisqus(AdapterSuite):
    @pytest.fixture
    def world(self) -> Iterator[DisqusWorld]:
        built = DisqusWorld()
        yield built
        built.stop()

    def test_a_mention_names_me(self) -> None:
        pytest.skip("in the world nobody is named; a name in a comment has no id")

    def test_backdated_messages_are_found(self) -> None:
        pytest.skip("the site itself dates what is written")

    def test_an_own_message_of_another_outbox_row_is_no_proof(self) -> None:
        pytest.skip(_ONCE)

    def test_the_same_words_again_are_a_second_answer(self) -> None:
        pytest.skip(_ONCE)
