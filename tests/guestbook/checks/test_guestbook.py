"""The guestbook's adapter keeps the contract: all that a third party has to write to know it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from guestbook_world import GuestbookWorld

from convo.testing import AdapterSuite


class TestGuestbook(AdapterSuite):
    @pytest.fixture
    def world(self) -> Iterator[GuestbookWorld]:
        built = GuestbookWorld()
        yield built
        built.stop()
