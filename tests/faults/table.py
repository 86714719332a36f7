"""Kills `convo` at every point and request, with the power and at random times; lets every network fault hit a sync
and an answer on every platform; and prints what the books say then.

    python tests/faults/table.py [--ways 'points requests power network'] [--random 20] [--seed 1] [--only PATTERN]
                                 [--jobs 2]

Every line is a scenario against one kind of server, or a platform in bad weather: faults tried (those that came too
late are left out), survived, messages or words lost, answers or messages doubled, anything else that differs from a
run without a fault, and answers of which the user is asked whether they arrived. Exit status 1 when the books after
any fault are wrong.
"""

from __future__ import annotations

import argparse
import multiprocessing
import re
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).parent.parent.parent))

from tests.faults.bench import Bench, Kill, Verdict
from tests.faults.kinds import KINDS
from tests.faults.network import UNTOLD
from tests.faults.program import Hung
from tests.faults.scenarios import SCENARIOS, Scenario
from tests.faults.surroundings import MOVING, SURROUNDINGS
from tests.faults.weather import ALL, Weather
from tests.faults.worlds import ANSWERING, PLATFORMS, world

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
        try:
            verdict = scenario.run(bench, kill)
        except (AssertionError, Hung) as error:
            verdict = Verdict(True, other=[f"{error}"])
        _count(found, verdict, f"{bench.kind}: {scenario.name}, killed {kill}")
    return found


def _count(found: Counter[str], verdict: Verdict, what: str) -> None:
    """Add one fault to a line, unless it came too late; what went wrong is said at once."""
    if not verdict.hit and verdict.fine:
        return
    found["tried"] += 1
    found["survived"] += verdict.fine
    found["unsure"] += bool(verdict.unsure)
    for name in ("lost", "doubled", "other"):
        wrong = getattr(verdict, name)
        found[name] += bool(wrong)
        for words in wrong[:3]:
            print(f"  {name}, {what}: {words}", flush=True)


def weather(platform: str, directory: Path, answers: bool) -> Counter[str]:
    """One line: every fault of the network on a sync of a platform, or on its answers."""
    found: Counter[str] = Counter()
    made = Weather(world(platform), directory)
    try:
        made.demand_whole()
        for what, verdict in _answers(made) if answers else _syncs(made):
            _count(found, verdict, f"{platform}: {what}")
    finally:
        made.close()
    return found


def _syncs(made: Weather) -> Iterator[tuple[str, Verdict]]:
    for name in SURROUNDINGS:
        if made.world.account.platform == PLATFORMS[0] or name not in MOVING:
            yield name, made.sync((name, -1))
    for name in ALL:
        for skip in (0, 2):
            yield f"{name} from request {skip + 1}", made.sync((name, skip))


def _answers(made: Weather) -> Iterator[tuple[str, Verdict]]:
    for name in ALL:
        for done in (True, False) if name in UNTOLD else (False,):
            yield f"{name}, {'done' if done else 'not done'}", made.answer(name, done)


Line = tuple[str, Counter[str]]
Job = tuple[Callable[..., Iterator[Line]], str]
"""What makes the lines of a kind or a platform, and which."""


def _kind(kind: str, directory: Path, options: argparse.Namespace) -> Iterator[Line]:
    """The lines of one kind of server."""
    chosen = [one for one in SCENARIOS if re.search(options.only, f"{kind}: {one.name}")]
    if not chosen:
        return
    bench = Bench(kind, directory)
    try:
        for scenario in (one for one in chosen if one.fits(bench)):
            random = Random(f"{options.seed} {kind}")
            yield f"{kind}: {scenario.name}", line(bench, scenario, options.ways, random, options.random)
    finally:
        bench.close()


def _platform(platform: str, directory: Path, options: argparse.Namespace) -> Iterator[Line]:
    """The lines of one platform in bad weather."""
    for name in ("sync", "answer") if platform in ANSWERING else ("sync",):
        title = f"{platform}: {name} in bad weather"
        if re.search(options.only, title):
            yield title, weather(platform, directory / name, name == "answer")


def _part(job: Job, directory: Path, options: argparse.Namespace) -> Counter[str]:
    """One kind or platform in a process of its own: its lines are printed as they come, and their sum is given."""
    make, name = job
    whole: Counter[str] = Counter()
    for title, found in make(name, directory / make.__name__ / name.replace(" ", "-"), options):
        print(f"{title:50}" + _cells(found), flush=True)
        whole += found
    return whole


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Kills convo everywhere and looks into the books.")
    parser.add_argument("--random", type=int, default=20, help="kills at random times for each line")
    parser.add_argument("--ways", default="points requests power network", help="which of these")
    parser.add_argument("--seed", type=int, default=1, help="of the random times")
    parser.add_argument("--only", default="", help="lines in which this pattern is found")
    parser.add_argument("--jobs", type=int, default=1, help="kinds and platforms at the same time")
    return parser.parse_args()


def main() -> int:
    """Print the table and give the exit status."""
    options = _options()
    shared = Path("/dev/shm")
    directory = Path(tempfile.mkdtemp(prefix="faults-", dir=shared if shared.is_dir() else None))
    print(f"{'':50}" + "".join(f"{name:>10}" for name in COLUMNS), flush=True)
    jobs: list[Job] = [(_kind, kind) for kind in KINDS]
    jobs += [(_platform, platform) for platform in PLATFORMS if "network" in options.ways]
    whole: Counter[str] = Counter()
    began = time.monotonic()
    try:
        with multiprocessing.get_context("spawn").Pool(options.jobs, maxtasksperchild=1) as pool:
            for found in pool.imap_unordered(partial(_part, directory=directory, options=options), jobs):
                whole += found
    finally:
        shutil.rmtree(directory)
    print(f"{'all':50}" + _cells(whole))
    print(f"{whole['tried']} faults in {time.monotonic() - began:.0f} s.")
    return 0 if whole["tried"] == whole["survived"] else 1


def _cells(found: Counter[str]) -> str:
    return "".join(f"{found[name]:>10}" for name in COLUMNS)


if __name__ == "__main__":
    sys.exit(main())
