"""Mutations of adapters, each of which some conformance test must notice; `python tests/mutants.py` runs them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Mutation:
    """One fault put into an adapter: the suite's test that must fail, on which world, and what is changed."""

    test: str
    """Name of the test, with its parameters in brackets where they matter."""
    world: str
    """The test module's ending: memory, bluesky or mastodon."""
    fault: str
    """What the mutated adapter does wrong, in a few words."""
    adapter: Callable[[Any], None] | None = None
    """Changes a new adapter in place."""
    http: Callable[[Any], None] | None = None
    """Changes a new `Http` in place."""


active: Mutation | None = None
"""The mutation in force, None in ordinary runs."""


def mutated(adapter: Any, http: Any = None) -> Any:
    """The adapter, with the mutation in force put into it."""
    if active is not None:
        if active.http is not None and http is not None:
            active.http(http)
        if active.adapter is not None:
            active.adapter(adapter)
    return adapter
