"""Put each listed fault into an adapter and demand that the named conformance test notices: `python tests/mutants.py`.

With names as arguments only the mutations of tests whose names contain one of them are run; -v says how
each was noticed.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from unittest.mock import patch

import pytest

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))
PLACES = {
    "memory": "memory.py::TestMemory",
    "overlapping": "memory.py::TestOtherTraits",
    "by hand": "memory.py::TestByHand",
    "bluesky": "bluesky.py::TestBluesky",
    "mastodon": "mastodon.py::TestMastodon",
}
"""Where each world's tests stand."""
OPTIONS = [
    "-q",
    "-x",
    "-p",
    "no:cacheprovider",
    "-W",
    "ignore",
    "--no-header",
    "-o",
    "faulthandler_timeout=60",
]


def node(world: str, test: str) -> str:
    """The test's id for pytest; a test that is not of the suite is named with its file."""
    if "::" in test:
        return f"tests/adapters/{test}"
    return f"tests/adapters/test_conformance_{PLACES[world]}::{test}"


@contextmanager
def hushed() -> Iterator[None]:
    """Let what tests print go nowhere."""
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        kept = os.dup(1), os.dup(2)
        try:
            os.dup2(nowhere.fileno(), 1)
            os.dup2(nowhere.fileno(), 2)
            yield
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            for number, real in zip((1, 2), kept, strict=True):
                os.dup2(real, number)
                os.close(real)


class Reasons:
    """A plugin that keeps why tests failed."""

    def __init__(self) -> None:
        self.words: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep the first line of a failure."""
        if report.failed:
            crash = getattr(report.longrepr, "reprcrash", None)
            self.words.append(str(getattr(crash, "message", report.longrepr)).partition("\n")[0])


def run(tests: list[str]) -> tuple[int, str]:
    """pytest's exit status for these tests, and why the first one failed."""
    reasons = Reasons()
    with hushed():
        status = int(pytest.main([*OPTIONS, *tests], plugins=[reasons]))
    return status, reasons.words[0] if reasons.words else ""


def main(wanted: list[str]) -> int:
    """Run the mutations; 0 when every one was noticed and every test of the suite has one."""
    os.chdir(ROOT)
    from convo.testing import AdapterSuite
    from tests.adapters import mutants
    from tests.adapters.mutants import (
        answers,
        disqus,
        facebook,
        forums,
        github,
        gitlab,
        reading,
        reddit,
        weather,
        whole,
        wordpress_com,
        x,
    )

    parts = (
        reading,
        weather,
        answers,
        whole,
        github,
        gitlab,
        forums,
        disqus,
        facebook,
        reddit,
        x,
        wordpress_com,
    )
    every = [mutation for part in parts for mutation in part.MUTATIONS]
    chosen = [one for one in every if not wanted or any(name in one.test for name in wanted)]
    survivors = []
    status, why = run(sorted({node(one.world, one.test) for one in chosen}))
    if status != 0:
        print(f"The tests fail without any mutation: {why}")
        return 1
    for mutation in chosen:
        mutants.active = mutation
        with patch(*mutation.patch) if mutation.patch else nullcontext():
            status, why = run([node(mutation.world, mutation.test)])
        word = "noticed" if status == 1 else "SURVIVED"
        print(f"{word:9} {mutation.world:11}  {mutation.test}: {mutation.fault}", flush=True)
        if status != 1:
            survivors.append(mutation)
        elif "-v" in sys.argv:
            print(f"          {why[:150]}")
    mutants.active = None
    tests = {name for name in dir(AdapterSuite) if name.startswith("test_")}
    bare = sorted(tests - {one.test.partition("[")[0] for one in every})
    for name in bare:
        print(f"NO MUTATION  {name}")
    print(f"{len(chosen)} mutations, {len(survivors)} survived, {len(bare)} tests without one.")
    return 1 if survivors or bare else 0


if __name__ == "__main__":
    sys.exit(main([name for name in sys.argv[1:] if name != "-v"]))
