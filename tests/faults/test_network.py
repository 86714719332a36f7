"""Whatever a network does: a sync ends in bounded time and memory, other accounts go on, nothing is lost or doubled.

Some cases of each platform here; all of them in `table.py` (`make faults`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.bench import Verdict
from tests.faults.kinds import KINDS
from tests.faults.network import UNTOLD
from tests.faults.surroundings import SURROUNDINGS
from tests.faults.weather import ALL, Weather
from tests.faults.worlds import ANSWERING, PLATFORMS, world

STEP = 12
Weathers = Callable[[str], Weather]


@pytest.fixture
def weathers(tmp_path: Path) -> Iterator[Weathers]:
    """Makes one for a platform or for a kind of idempotency, and ends it with the test."""
    made: list[Weather] = []

    def weather(name: str) -> Weather:
        place = KINDS[name]() if name in KINDS else world(name)
        made.append(Weather(place, tmp_path / str(len(made))))
        made[-1].demand_whole()
        return made[-1]

    yield weather
    for one in made:
        one.close()


def _demand(verdict: Verdict, what: object) -> None:
    assert verdict.fine, f"{what}: {verdict}"


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_sync_ends_and_the_other_account_goes_on(weathers: Weathers, platform: str) -> None:
    """Every so-manieth fault, each platform others; it hits every request from the third on."""
    weather = weathers(platform)
    for name in list(ALL)[PLATFORMS.index(platform) % STEP :: STEP]:
        _demand(weather.sync((name, 2)), name)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_foreign_page_that_says_not_found_is_not_believed(weathers: Weathers, platform: str) -> None:
    """What a hotel's network answers: nothing is taken as gone, and all comes when it is left."""
    _demand(weathers(platform).sync(("404 page", 2)), "404 page")


def test_what_a_todo_is_about_is_asked_for_again_where_it_was_not_found(weathers: Weathers) -> None:
    """GitLab tells of it once; the other platforms bring the words with the news."""
    _demand(weathers("gitlab").sync(("404", 2)), "404")


def test_whatever_stands_between_a_sync_ends(weathers: Weathers) -> None:
    """On the platform that comes first: TLS and names are the same for all."""
    weather = weathers(PLATFORMS[0])
    for name in SURROUNDINGS:
        _demand(weather.sync((name, -1)), name)


@pytest.mark.parametrize("platform", ANSWERING)
def test_an_answer_through_a_bad_network_is_there_once(weathers: Weathers, platform: str) -> None:
    """Done there or not done, where what came back does not tell."""
    weather = weathers(platform)
    for name in list(UNTOLD)[PLATFORMS.index(platform) % STEP :: STEP]:
        for done in (True, False):
            verdict = weather.answer(name, done)
            assert verdict.hit, name
            _demand(verdict, f"{name}, {'done' if done else 'not done'}")


def test_an_answer_is_there_once_on_a_server_that_honours_no_key(weathers: Weathers) -> None:
    weather = weathers("key ignored")
    for name in ("cut within the body", "reset", "page with status 503", "captive portal"):
        for done in (True, False):
            _demand(weather.answer(name, done), f"{name}, {'done' if done else 'not done'}")
