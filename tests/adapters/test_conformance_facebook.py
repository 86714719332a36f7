"""The Facebook adapter keeps the contract, on a Page of the user's own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from convo.testing import AdapterSuite
from convo.testing.answering import AnsweringSuite
from convo.testing.knowing import KnowingSuite
from convo.testing.reading import ReadingSuite
from tests.adapters.facebook_world import FacebookWorld


class TestFacebook(AdapterSuite):
    @pytest.fixture
    def world(self) -> Iterator[FacebookWorld]:
        built = FacebookWorld()
        yield built
        built.stop()

    def test_a_mention_names_me(self) -> None:
        pytest.skip(
            "being spoken to is a comment here; who names the Page is tried with the adapter's own tests"
        )

    def test_backdated_messages_are_found(self) -> None:
        pytest.skip("Facebook itself dates comments")


class TestVisitors(ReadingSuite, KnowingSuite, AnsweringSuite):
    """What differs where people post on the Page, in the place of commenting on its posts."""

    @pytest.fixture
    def world(self) -> Iterator[FacebookWorld]:
        built = FacebookWorld(spoken="visitor")
        yield built
        built.stop()

    def test_a_mention_names_me(self) -> None:
        pytest.skip(
            "being spoken to is a comment here; who names the Page is tried with the adapter's own tests"
        )

    def test_backdated_messages_are_found(self) -> None:
        pytest.skip("Facebook itself dates comments")
