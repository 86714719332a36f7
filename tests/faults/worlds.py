"""A world for every platform of the registry, on the machine's clock: the faults are tried on all there are."""

from __future__ import annotations

from importlib import import_module
from typing import Any, cast

from convo.adapters import BUILT_IN
from tests.adapters.http_world import HttpWorld
from tests.faults.places import Running

PLATFORMS = tuple(BUILT_IN)
PEOPLE = ("ana", "ben", "cleo")
_OPTIONS: dict[str, dict[str, Any]] = {"github": {"enterprise": True}, "x": {"refresh_once": False}}
"""What makes a world one that a config's `url` leads to, and whose directory may be copied with its sign-in."""


def running(platform: str) -> type[HttpWorld]:
    """The class of the conformance suite's world of a platform, over HTTP. Fails where there is none."""
    module = import_module(f"tests.adapters.{platform}_world")
    own = [
        one
        for one in vars(module).values()
        if isinstance(one, type) and issubclass(one, HttpWorld) and one.__module__ == module.__name__
    ]
    return next(one for one in own if not any(base in own for base in one.__bases__))


ANSWERING = tuple(platform for platform in PLATFORMS if running(platform).answers)
"""Those whose API takes answers."""


def world(platform: str, *beside: type, **options: Any) -> Any:
    """The world of a platform on the machine's clock; `beside`: what else its class is."""
    first = running(platform)
    kept = {"present": staticmethod(Running), "_tick": lambda self: None}
    return cast(Any, type(f"Running{first.__name__}", (*beside, first), kept))(
        **{**_OPTIONS.get(platform, {}), **options}
    )


def conversation(place: Any) -> list[Any]:
    """Some talk: the user posts, people answer and speak to the user; gives what was said to the user."""
    mine = place.i_post("What I think of it")
    said = [place.someone_mentions_me(f"What about number {n}?", by=PEOPLE[n % 3]) for n in range(4)]
    said.append(place.someone_replies(mine, "To your thought?", by="ben"))
    return said
