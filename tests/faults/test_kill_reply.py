"""`convo reply` killed anywhere: the answer stands on the server once or convo asks, and its words are in one place."""

from __future__ import annotations

import pytest

from tests.faults.bench import Bench, Course, Kill
from tests.faults.conftest import Benches
from tests.faults.kinds import ANSWERED
from tests.faults.scenarios import SCENARIOS, Scenario
from tests.faults.worlds import PLATFORMS

BY_NAME = {scenario.name: scenario for scenario in SCENARIOS}
REPLY = BY_NAME["reply"]


def _course(bench: Bench, scenario: Scenario) -> Course:
    bench.begin(scenario.stage)
    return bench.measure(scenario.stage, *scenario.words(bench))


def _demand(bench: Bench, scenario: Scenario, kills: list[Kill]) -> None:
    for kill in kills:
        verdict = scenario.run(bench, kill)
        assert verdict.hit, f"{kill}: it ended before"
        assert verdict.fine, f"killed {kill}: {verdict}"
        assert not verdict.unsure, f"killed {kill}: nothing stands in the way of telling"


@pytest.mark.parametrize("kind", ANSWERED)
def test_a_killed_reply_is_there_once(benches: Benches, kind: str) -> None:
    """At some points of a reply, on each kind of server others; all of them in table.py."""
    step = 9 if kind in PLATFORMS else 3
    bench = benches(kind)
    course = _course(bench, REPLY)
    assert "http.before_send" in course.points
    _demand(bench, REPLY, course.at_points()[ANSWERED.index(kind) % step :: step])


def test_a_reply_killed_while_the_server_works_is_there_once(benches: Benches) -> None:
    """On the server that honours no key, whether it did what was asked or not."""
    bench = benches("key ignored")
    _demand(bench, REPLY, _course(bench, REPLY).at_requests())


def test_a_whole_process_dies_as_a_forked_one(benches: Benches) -> None:
    """`python -m convo` itself, killed right after the server took the answer."""
    bench = benches("key ignored")
    requests = _course(bench, REPLY).requests
    bench.begin(REPLY.stage)
    bench.program.whole = True
    ran = bench.killed(Kill(request=requests), *REPLY.words(bench))
    bench.program.whole = False
    assert ran.killed
    books = bench.books()
    assert bench.answers(books) == 1
    assert len(books.outbox("sending")) == 1
    bench.later(15)
    bench.demand("sync")
    books = bench.books()
    assert bench.answers(books) == 1
    assert len(books.outbox("sent")) == 1


@pytest.mark.long
@pytest.mark.parametrize("name", [one.name for one in SCENARIOS[3:]])
@pytest.mark.parametrize("kind", ANSWERED)
def test_killed_at_every_point_and_request(benches: Benches, kind: str, name: str) -> None:
    scenario = BY_NAME[name]
    bench = benches(kind)
    if not scenario.fits(bench):
        pytest.skip("It has no such thing.")
    course = _course(bench, scenario)
    _demand(bench, scenario, course.at_points() + course.at_requests() + course.at_power())
