"""What the tests of answering on Facebook share: simulated Pages, and a question."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.adapters.facebook_page import Make
from tests.adapters.facebook_world import FacebookWorld
from tests.adapters.playing import making


@pytest.fixture
def make() -> Iterator[Make]:
    """Makes worlds with options of Facebook."""
    with making(FacebookWorld) as make:
        yield make


@pytest.fixture
def world(make: Make) -> FacebookWorld:
    return make()


def asked(world: FacebookWorld, text: str = "a question") -> Any:
    """What somebody says on a post of the Page."""
    return world.someone_mentions_me(text)
