"""Long work in parts, each as large as one short transaction takes: the user's writes come between them."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

PART_SECONDS = 0.04
"""What a part should take: transactions of a sync end after 50 ms."""

_FIRST, _SMALLEST, _LARGEST = 64, 8, 1_000

Item = TypeVar("Item")
Result = TypeVar("Result")


def in_parts(
    items: Sequence[Item], work: Callable[[sqlite3.Connection, Sequence[Item], bool], Result]
) -> Iterator[Callable[[sqlite3.Connection], Result]]:
    """Jobs for `Store.ingest` that do `work` on some items each, with True for the last; one job where there are none.

    How many a part takes follows from how long the one before took.
    """
    size, start = _FIRST, 0
    while True:
        some = items[start : start + size]
        start += size
        last = start >= len(items)
        took = 0.0

        def part(db: sqlite3.Connection, some: Sequence[Item] = some, last: bool = last) -> Result:
            nonlocal took
            began = time.perf_counter()
            result = work(db, some, last)
            took = time.perf_counter() - began
            return result

        yield part
        if last:
            return
        if took:
            size = max(_SMALLEST, min(_LARGEST, int(len(some) * PART_SECONDS / took)))
