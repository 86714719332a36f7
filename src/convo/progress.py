"""How far long work has come: told by whoever does it, shown by whoever asked for it."""

from __future__ import annotations

from collections.abc import Callable

Tell = Callable[[str, int, int], None]
"""What is being done ("messages"), how much of it is, and of how much (0 where that is not known).

It is called between steps, in whatever thread works; what it raises stops the work there.
"""


def untold(what: str, done: int, of: int) -> None:
    """For work that nobody watches."""
