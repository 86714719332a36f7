"""The Blogger adapter keeps the contract: it reads and moderates, and says in one sentence why it answers nobody."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from convo.testing import AdapterSuite
from convo.testing.knowing import KnowingSuite
from convo.testing.reading import ReadingSuite
from convo.testing.whole import WholeSuite
from tests.adapters.blogger_world import BloggerWorld


def _world(**options: object) -> Iterator[BloggerWorld]:
    built = BloggerWorld(**options)
    yield built
    built.stop()


class _Dated:
    def test_a_mention_names_me(self) -> None:
        pytest.skip("nobody is named in a comment")

    def test_backdated_messages_are_found(self) -> None:
        pytest.skip("the blog itself dates what is written")


class TestBlogger(_Dated, AdapterSuite):
    @pytest.fixture
    def world(self) -> Iterator[BloggerWorld]:
        yield from _world()


@pytest.mark.slow
class TestOtherOrder(_Dated, ReadingSuite, KnowingSuite, WholeSuite):
    """Comments come oldest first, in pages that are short, as nothing documents that they do not."""

    @pytest.fixture
    def world(self) -> Iterator[BloggerWorld]:
        built = _world(newest_first=False, short_pages=True)
        yield from built

    def test_first_sync_is_newest_first_and_resumable(self) -> None:
        pytest.skip("this server gives what is oldest first")
