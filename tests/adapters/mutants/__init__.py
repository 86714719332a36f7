"""Mutations of adapters, each of which a conformance test must notice; `python tests/mutants.py` runs them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

Change = Callable[[Any], None]


@dataclass(frozen=True)
class Mutation:
    """One fault put into an adapter, and the test of the suite that must fail because of it."""

    test: str
    """Name of the test, its parameters in brackets where they matter; of a test beside the suite with its file."""
    world: str
    """memory, overlapping, by hand, bluesky, mastodon or github: see `tests/mutants.py`."""
    fault: str
    """What the mutated adapter does wrong, in a few words."""
    adapter: Change | None = None
    """Changes a new adapter in place."""
    http: Change | None = None
    """Changes a new `Http` in place."""
    credential: Change | None = None
    """Changes the credential in place."""
    patch: tuple[str, Any] | None = None
    """A name to replace, for what is not the adapter's, and by what."""


active: Mutation | None = None
"""The mutation in force, None in ordinary runs."""


def mutated(adapter: Any, http: Any = None, credential: Any = None) -> Any:
    """The adapter, with the mutation in force put into it and what it was made of."""
    if active is None:
        return adapter
    for change, what in ((active.http, http), (active.credential, credential), (active.adapter, adapter)):
        if change is not None and not getattr(what, "_mutated", False):
            change(what)
            what._mutated = True
    return adapter


def around(name: str, wrapper: Callable[..., Any]) -> Change:
    """A change that wraps a method: `wrapper(adapter, original, *args)` is called in its place."""

    def change(what: Any) -> None:
        setattr(what, name, partial(wrapper, what, getattr(what, name)))

    return change
