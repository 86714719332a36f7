"""The WordPress adapter keeps the contract on WordPress.com: with a token that stays, and one that is renewed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from convo.testing import AdapterSuite
from tests.adapters.wpcom_world import WpComWorld
from tests.simulators.wpcom import Quirks

_ONCE = "WordPress takes the same words to one comment only once; test_wordpress_answers.py holds what convo says then"


def _world(role: str, **options: Any) -> Iterator[WpComWorld]:
    built = WpComWorld(role, **options)
    yield built
    built.stop()


class _Suite(AdapterSuite):
    def test_a_mention_names_me(self) -> None:
        pytest.skip("nobody is named in a comment")

    def test_an_own_message_of_another_outbox_row_is_no_proof(self) -> None:
        pytest.skip(_ONCE)

    def test_the_same_words_again_are_a_second_answer(self) -> None:
        pytest.skip(_ONCE)


class TestEditor(_Suite):
    """Moderates the whole site, with a token of two weeks and what renews it."""

    @pytest.fixture
    def world(self) -> Iterator[WpComWorld]:
        yield from _world("editor", refreshable=True, scope="users posts comments")


class TestAuthor(_Suite):
    """Has a token that does not end; one that is not taken is said with another status."""

    @pytest.fixture
    def world(self) -> Iterator[WpComWorld]:
        yield from _world("author", flood=False, quirks=Quirks(token_status=400))
