"""Who waits for the user: pure functions from facts to the state of a thread (DESIGN.md section 2)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from convo.model import Message, Reason
from convo.views import State


@dataclass(frozen=True, slots=True)
class Fact:
    """What the rules look at in one message. Persons are the store's numbers; times are microseconds, UTC."""

    uri: str
    parent: str
    author: int
    is_me: bool
    created_at: int
    since: int
    arrival: int
    addressed: Reason | None
    names: Collection[int] = ()
    """Persons it names or quotes."""
    flat: bool = False
    branch: str = ""
    held: bool = False
    deleted: bool = False
    resolved: bool = False
    quiet: str = ""
    done_at: int | None = None
    history: bool = False
    hidden: bool = False
    """Its author was blocked or muted, on the platform or here."""
    thanks: bool = False


@dataclass(frozen=True, slots=True)
class Snooze:
    """A thread put off: `until` a time (None: until they reply), with the highest arrival number then seen."""

    at: int
    until: int | None
    arrival: int
    reminder: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """What follows from the facts. `state` holds until `wakes_at`, `woken_state` from then on."""

    state: State
    woken_state: State | None = None
    wakes_at: int | None = None
    waiting: tuple[str, ...] = ()
    """URIs of the messages that wait (snooze and mute aside), longest first."""
    waiting_since: int | None = None
    waiting_for: tuple[int, ...] = ()
    """Authors of those, longest first, each once."""
    finished: bool = False
    reminder: bool = False
    reopened: bool = False
    lead: str = ""
    """The message whose words stand for the thread."""
    quiet: str = ""
    state_since: int | None = None


@dataclass(frozen=True, slots=True)
class Parent:
    """What is known of a message's parent when it is judged whether the message speaks to the user."""

    author_is_me: bool
    named: Collection[str]
    """uids its mentions name."""


UNJUDGED = object()
"""`addressed` cannot tell before the parent is loaded."""


def addressed(message: Message, parent: Parent | None, mine: Collection[str]) -> Reason | None | object:
    """Why a message speaks to the user, None when it does not, UNJUDGED when its parent must be loaded first.

    `mine` are the uids of every configured account; `parent` is None when there is none or it is not known.
    """
    raise NotImplementedError


def judge(facts: Sequence[Fact], muted: int | None, snooze: Snooze | None) -> Verdict:
    """The state of a thread from all its stored messages; `muted` is when it was muted, None when it is not."""
    raise NotImplementedError
