"""The WordPress adapter keeps the contract, for roles that see different things."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from convo.testing import AdapterSuite
from tests.adapters.wordpress_world import WordPressWorld

_ONCE = "WordPress takes the same words to one comment only once; test_wordpress_answers.py holds what convo says then"


def _world(role: str, **options: object) -> Iterator[WordPressWorld]:
    built = WordPressWorld(role, **options)
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
    """Moderates the whole site."""

    @pytest.fixture
    def world(self) -> Iterator[WordPressWorld]:
        yield from _world("editor")


class TestAuthor(_Suite):
    """Sees no addresses and no words as they were written; the site lies in a folder and says no totals."""

    @pytest.fixture
    def world(self) -> Iterator[WordPressWorld]:
        yield from _world("author", folder="/blog", flood=False, totals=False, surfaced=True)
