"""What a sync and its errands ask of the store costs the same however much is stored."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from convo.store import errands, upkeep
from tests.store.talk import Talk


@pytest.fixture
def talk(tmp_path: Path) -> Iterator[Talk]:
    made = Talk(tmp_path / "data", "one", "two")
    yield made
    made.close()


def steps(talk: Talk, ask: Callable[[], object]) -> int:
    """What a question costs, in tens of SQLite's instructions."""
    count = 0

    def step() -> int:
        nonlocal count
        count += 1
        return 0

    talk.db.set_progress_handler(step, 10)
    ask()
    talk.db.set_progress_handler(None, 0)
    return count


def test_how_far_the_user_has_read(talk: Talk) -> None:
    one = talk.accounts["one"]
    asked = talk.ask("ana", "First", ago=timedelta(hours=9))
    talk.answer("Yes", asked, ago=timedelta(hours=8))
    assert errands.clear_up_to(talk.db, one) is not None
    talk.ask("ben", "Open", ago=timedelta(hours=5))
    later = talk.ask("chi", "Closed", ago=timedelta(hours=4))
    talk.answer("Yes", later, ago=timedelta(hours=3))
    found = errands.clear_up_to(talk.db, one)
    assert found is not None
    assert found.uri == asked.uri
    assert errands.clear_up_to(talk.db, talk.accounts["two"]) is None


def test_how_far_the_user_has_read_is_found_without_reading_all(talk: Talk) -> None:
    one = talk.accounts["one"]

    def say(count: int, hours: int) -> None:
        asked = [
            talk.make("ana", f"m{n}", ago=timedelta(hours=hours + n), names=("one",)) for n in range(count)
        ]
        answers = [talk.make(talk.me(), "Yes", to=ask, ago=timedelta(hours=hours - 1)) for ask in asked]
        talk.save(*asked, *answers)

    say(5, 10)
    before = steps(talk, lambda: errands.clear_up_to(talk.db, one))
    say(800, 100)
    assert steps(talk, lambda: errands.clear_up_to(talk.db, one)) < before + 10


def test_whether_somebody_waits_is_known_at_the_first_who_does(talk: Talk) -> None:
    one = talk.accounts["one"]
    assert not upkeep.somebody_waits(talk.db, one)
    talk.ask("ana", "m")
    before = steps(talk, lambda: upkeep.somebody_waits(talk.db, one))
    talk.save(*(talk.make(f"p{number}", "m", names=("one",)) for number in range(500)))
    assert upkeep.somebody_waits(talk.db, one)
    assert steps(talk, lambda: upkeep.somebody_waits(talk.db, one)) < before + 10
    assert not upkeep.somebody_waits(talk.db, talk.accounts["two"])
