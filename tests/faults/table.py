"""Kills `convo` at every point and request, with the power and at random times, and prints what the books say then.

    python tests/faults/table.py [--ways 'points requests power'] [--random 20] [--seed 1] [--only WORDS]

Every line is a scenario against one kind of server: kills tried (those that came too late are left out), survived,
messages or words lost, answers or messages doubled, anything else that differs from a run that nobody killed, and
answers of which the user is asked whether they arrived. Exit status 1 when the books of any kill are wrong.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).parent.parent.parent))

from tests.faults.bench import Bench, Kill
from tests.faults.places import KINDS
from tests.faults.scenarios import SCENARIOS, Scenario

COLUMNS = ("tried", "survived", "lost", "doubled", "other", "unsure")


def kills(bench: Bench, scenario: Scenario, ways: str, random: Random, times: int) -> Iterator[Kill]:
    """All points, all requests (done there, and lost on the way), losses of power, and some random times."""
    bench.begin(scenario.stage)
    words = scenario.words(bench)
    course = bench.measure(scenario.stage, *words)
    bench.begin(scenario.stage)
    began = time.monotonic()
    bench.demand(*words)
    took = time.monotonic() - began
    if "points" in ways:
        yield from course.at_points()
    if "requests" in ways:
        yield from course.at_requests()
    if "power" in ways:
        yield from course.at_power()
    yield from (Kill(after=random.uniform(0.005, took)) for _ in range(times))


def line(bench: Bench, scenario: Scenario, ways: str, random: Random, times: int) -> Counter[str]:
    """One line of the table; what went wrong is said at once."""
    found: Counter[str] = Counter()
    for kill in kills(bench, scenario, ways, random, times):
        verdict = scenario.run(bench, kill)
        if not verdict.hit and verdict.fine:
            continue
        found["tried"] += 1
        found["survived"] += verdict.fine
        found["unsure"] += bool(verdict.unsure)
        for name in ("lost", "doubled", "other"):
            wrong = getattr(verdict, name)
            found[name] += bool(wrong)
            for words in wrong[:3]:
                print(f"  {name}, killed {kill}: {words}", flush=True)
    return found


def main() -> int:
    """Print the table and give the exit status."""
    parser = argparse.ArgumentParser(description="Kills convo everywhere and looks into the books.")
    parser.add_argument("--random", type=int, default=20, help="kills at random times for each line")
    parser.add_argument("--ways", default="points requests power", help="which of these kills")
    parser.add_argument("--seed", type=int, default=1, help="of the random times")
    parser.add_argument("--only", default="", help="lines that contain these words")
    options = parser.parse_args()
    shared = Path("/dev/shm")
    directory = Path(tempfile.mkdtemp(prefix="faults-", dir=shared if shared.is_dir() else None))
    print(f"{'':50}" + "".join(f"{name:>10}" for name in COLUMNS))
    whole: Counter[str] = Counter()
    began = time.monotonic()
    try:
        for number, kind in enumerate(KINDS):
            chosen = [one for one in SCENARIOS if kind in one.kinds and options.only in f"{kind}: {one.name}"]
            if not chosen:
                continue
            bench = Bench(kind, directory / str(number))
            try:
                for scenario in chosen:
                    found = line(
                        bench, scenario, options.ways, Random(f"{options.seed} {kind}"), options.random
                    )
                    print(f"{kind + ': ' + scenario.name:50}" + _cells(found), flush=True)
                    whole += found
            finally:
                bench.close()
    finally:
        shutil.rmtree(directory)
    print(f"{'all':50}" + _cells(whole))
    print(f"{whole['tried']} kills in {time.monotonic() - began:.0f} s.")
    return 0 if whole["tried"] == whole["survived"] else 1


def _cells(found: Counter[str]) -> str:
    return "".join(f"{found[name]:>10}" for name in COLUMNS)


if __name__ == "__main__":
    sys.exit(main())
