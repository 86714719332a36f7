"""Facts of a thread in few words, for the tests of the rules."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from convo.model import Reason
from convo.views import State
from convo.waiting import Fact, Snooze, Verdict, judge

ME, OTHER_ME, ANA, BEN, CHI = 1, 2, 11, 12, 13
NOON = 1_790_000_000_000_000
MINUTE = 60_000_000

REPLY, MENTION, QUOTE, DIRECT = Reason.REPLY, Reason.MENTION, Reason.QUOTE, Reason.DIRECT
COMMENT, OPENED, REVIEW = Reason.COMMENT, Reason.OPENED, Reason.REVIEW


def minute(number: float) -> int:
    """So many minutes past noon."""
    return NOON + round(number * MINUTE)


def said(number: int, author: int, parent: int = 0, to_me: Reason | None = None, **more: Any) -> Fact:
    """The message m<number>, said in that minute by somebody else, the number-th to arrive."""
    at = minute(number)
    return Fact(f"m{number}", f"m{parent}" if parent else "", author, False, at, at, number, to_me, **more)


def mine(number: int, parent: int = 0, **more: Any) -> Fact:
    """The message m<number> of the user."""
    return replace(said(number, ME, parent, None, **more), is_me=True)


def verdict(*facts: Fact, muted: int | None = None, snooze: Snooze | None = None) -> Verdict:
    return judge(facts, muted, snooze)


def state(*facts: Fact, muted: int | None = None, snooze: Snooze | None = None) -> State:
    return judge(facts, muted, snooze).state


def waits(*facts: Fact) -> tuple[str, ...]:
    return judge(facts, None, None).waiting


CROWD = (said(1, BEN), said(2, CHI, 1))
"""Two others in the thread, so that it is not a conversation of two people."""
