"""A bench of each kind for the tests of this folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.bench import Bench

Benches = Callable[[str], Bench]


@pytest.fixture
def benches(tmp_path: Path) -> Iterator[Benches]:
    """Makes benches, and ends them with the test."""
    made: list[Bench] = []

    def bench(kind: str) -> Bench:
        made.append(Bench(kind, tmp_path / str(len(made))))
        return made[-1]

    yield bench
    for one in made:
        one.close()
