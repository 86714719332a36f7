"""`convo sync` killed anywhere and run again: no message is lost, none repeated, and all is as without the kill."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.faults.bench import Bench, Course, Kill
from tests.faults.conftest import Benches
from tests.faults.kinds import KINDS
from tests.faults.scenarios import SCENARIOS, Scenario

FIRST, NEWS = SCENARIOS[0], SCENARIOS[1]
STEP = 8


def _demand(bench: Bench, scenario: Scenario, kills: list[Kill]) -> None:
    for kill in kills:
        verdict = scenario.run(bench, kill)
        assert verdict.hit, f"{kill}: it ended before"
        assert verdict.fine, f"killed {kill}: {verdict}"


def _course(bench: Bench, scenario: Scenario) -> Course:
    course = bench.measure(scenario.stage, *scenario.words(bench))
    assert {"store.commit", "store.committed", "http.before_read"} <= set(course.points)
    return course


@pytest.mark.parametrize("kind", ["key ignored", "chosen record key"])
def test_a_killed_sync_loses_nothing_and_repeats_nothing(benches: Benches, kind: str) -> None:
    """At some points of a first sync; all of them in the slow test below, and in table.py."""
    bench = benches(kind)
    _demand(bench, FIRST, _course(bench, FIRST).at_points()[STEP // 2 :: STEP])


@pytest.mark.long
@pytest.mark.parametrize("scenario", [FIRST, NEWS], ids=["first", "news"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_sync_killed_at_every_point_loses_nothing(benches: Benches, kind: str, scenario: Scenario) -> None:
    bench = benches(kind)
    course = _course(bench, scenario)
    _demand(bench, scenario, course.at_points() + course.at_power())


def test_what_older_pages_of_a_first_sync_bring_is_history(benches: Benches) -> None:
    """What came before the days of waiting never waits, on whatever page it comes."""
    bench = benches("chosen record key")
    bench.begin("empty")
    bench.demand("sync")
    begun = (bench.place.now() - timedelta(days=14)).isoformat()
    old = [message for message in bench.books().messages if message["created_at"] < begun]
    assert len(old) > 10
    assert not [message["text"] for message in old if message["waiting"]]


def test_what_the_command_line_shows_is_what_the_books_say(benches: Benches) -> None:
    """The books are read through the engine in one go; `list` and `show` print the same."""
    bench = benches("key honoured")
    bench.begin("synced")
    books = bench.books()
    listed = bench.demand("list", "--view", "all", "--limit", "1000", "--json").json
    assert [row["id"] for row in listed] == [row["id"] for row in books.stored["conversations"]]
    shown = bench.demand("--offline", "show", listed[0]["id"], "--json").json
    assert shown == books.stored["conversations"][0]
