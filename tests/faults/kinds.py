"""Every place that the program is killed at: one for each kind of idempotency, and all platforms of the registry."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Any, cast

from convo.testing import Said
from tests.adapters.http_world import HttpWorld
from tests.faults.places import (
    Atmosphere,
    Fediverse,
    Forum,
    Snapshot,
    Town,
    Workshop,
)
from tests.faults.worlds import PLATFORMS, running, world

NAMING = ("gitlab", "reddit", "x")
"""Platforms of the rest below where naming somebody in an answer to somebody else speaks to them."""
COVERED = ("mastodon", "bluesky", "github", "discourse", "lemmy")
OPTIONS: dict[str, dict[str, Any]] = {
    "x": {"options": {"monthly_budget": "100000"}},
    "gitlab": {"requests_a_minute": 100_000},
}
"""Nothing here is about what may be spent: the talk of two months is read in seconds."""


def _parts(root: Any, fixed: Sequence[Any]) -> Iterator[Any]:
    """The objects of the simulation that lead from one to the next by their attributes, each once."""
    seen, open_ = {id(one) for one in fixed}, [root]
    while open_:
        one = open_.pop()
        if id(one) in seen or not type(one).__module__.startswith("tests.") or not hasattr(one, "__dict__"):
            continue
        seen.add(id(one))
        yield one
        open_ += vars(one).values()


class Resident:
    """What a world needs besides to be put back to an earlier state, and to have a past."""

    account: Any
    most_new = 14
    """A round loads twenty conversations round what is new, and here each message begins one."""
    someone_replies: Callable[..., Said]
    someone_mentions_me: Callable[..., Said]

    def snapshot(self) -> Snapshot:
        """The state of the server and of the world now."""
        world = cast(Any, self)
        fixed = [world.clock, world.site, world.account, world.credential]
        return Snapshot(list(_parts(world, fixed)), fixed)

    def i_answered(self, to: Said, text: str, at: datetime) -> Said:
        """The user answered with another client."""
        return self.someone_replies(to, text, by="me", naming_me=False, at=at)

    def names_me(self, to: Said, text: str, by: str, at: datetime) -> Said:
        """Somebody names the user in an answer to somebody else; where names are only words, it is said anew."""
        if self.account.platform in NAMING:
            return self.someone_replies(to, text, by=by, at=at)
        return self.someone_mentions_me(text, by=by, at=at)


def _resident(platform: str) -> Any:
    return world(platform, Resident, **OPTIONS.get(platform, {}))


KINDS: dict[str, Callable[[], Any]] = {
    "key honoured": lambda: Fediverse(idempotency="honoured"),
    "key ignored": lambda: Fediverse("gotosocial"),
    "500 on repeat": lambda: Fediverse(idempotency="error"),
    "chosen record key": lambda: Atmosphere(),
    "direct message": lambda: Atmosphere(chat=True),
    "flat threads": lambda: Workshop(),
    "same words refused": lambda: Forum(),
    "no key, orphans": lambda: Town(),
    **{platform: partial(_resident, platform) for platform in PLATFORMS if platform not in COVERED},
}
"""By what they make of a repeated answer, and the rest by their platform."""


def _answers(kind: str) -> bool:
    made: type[HttpWorld] | None = running(kind) if kind in PLATFORMS else None
    return made is None or made.answers


ANSWERED = tuple(kind for kind in KINDS if _answers(kind))
"""Those that take answers through their API."""
