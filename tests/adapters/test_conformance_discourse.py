"""The Discourse adapter keeps the contract, on sites that are set up differently."""

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
from tests.adapters.discourse_world import DiscourseWorld

_ONCE = "Discourse takes the same words only once in five minutes; test_discourse_answers.py holds what convo says then"


def _world(**options: object) -> Iterator[DiscourseWorld]:
    built = DiscourseWorld(**options)  # type: ignore[arg-type]
    yield built
    built.stop()


class _Once:
    def test_an_own_message_of_another_outbox_row_is_no_proof(self) -> None:
        pytest.skip(_ONCE)

    def test_the_same_words_again_are_a_second_answer(self) -> None:
        pytest.skip(_ONCE)


class TestDiscourse(_Once, AdapterSuite):
    @pytest.fixture
    def world(self) -> Iterator[DiscourseWorld]:
        yield from _world()


@pytest.mark.slow
class TestWithin(_Once, ReadingSuite, KnowingSuite, AnsweringSuite, DeliveringSuite, OwningSuite, WholeSuite):
    """Mentions stand within topics of others, on an older site in a folder that tells no ids of those named."""

    @pytest.fixture
    def world(self) -> Iterator[DiscourseWorld]:
        yield from _world(
            within=True,
            folder="/forum",
            user_status=False,
            actions_page=60,
            settings_open=False,
            login_required=True,
            collapse=False,
            placeholders=False,
            names=False,
        )

    def test_a_mention_names_me(self) -> None:
        pytest.skip("this site tells no ids of those who are named; test_discourse_reading.py looks them up")
