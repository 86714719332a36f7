"""When to try again: exponential waits with jitter from a seeded source, capped."""

from __future__ import annotations

from datetime import timedelta
from random import Random

LONGEST = timedelta(minutes=30)
SLOW = timedelta(minutes=15)
"""How often the inbox reads slow channels, and looks after those who wait."""
DAILY = timedelta(hours=24)
"""How often `convo sync` reads slow channels."""


class Backoff:
    """Waits that double with each failure in a row, each between half of that and all of it."""

    def __init__(self, first: float, seed: str) -> None:
        self._first = first
        self._random = Random(seed)

    def after(self, failures: int) -> timedelta:
        """How long to wait after so many failures in a row (1 for the first)."""
        whole = min(self._first * 2.0 ** min(max(failures, 1) - 1, 20), LONGEST.total_seconds())
        return timedelta(seconds=whole * self._random.uniform(0.5, 1.0))
