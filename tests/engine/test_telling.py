"""The sentences about people, word for word."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from convo.engine import telling
from convo.people import PersonRow, Turn
from convo.views import Someone

ZONE = timezone(timedelta(hours=1))
NOW = datetime(2026, 11, 20, 10, 30, tzinfo=ZONE)
"""A Friday."""
ANA = Someone(1, "u", "@ana@one.example", "Ana Lind")


def at(*date: int) -> datetime:
    return datetime(*date, tzinfo=ZONE)  # type: ignore[misc,arg-type]


def row(turn: Turn, since: datetime, *, mine: bool = False, put_off: bool = False) -> PersonRow:
    return PersonRow(ANA, turn, since, 1, "one", "mastodon", "Words", "", mine, 1, put_off)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (row(Turn.YOURS, at(2026, 11, 17, 9)), "your turn: Ana waits since Tuesday"),
        (row(Turn.YOURS, at(2026, 11, 20, 9, 14)), "your turn: Ana waits since 9:14"),
        (row(Turn.YOURS, at(2026, 11, 3), put_off=True), "your turn: Ana waits since 3 Nov, put off"),
        (row(Turn.THEIRS, at(2026, 11, 19, 9), mine=True), "their turn: you wrote to Ana yesterday"),
        (row(Turn.THEIRS, at(2026, 11, 10)), "their turn: Ana wrote last week"),
        (row(Turn.QUIET, at(2026, 5, 10)), "gone quiet since May"),
        (row(Turn.QUIET, at(2024, 5, 10)), "gone quiet since May 2024"),
        (None, ""),
    ],
)
def test_whose_turn(given: PersonRow | None, words: str) -> None:
    assert telling.whose_turn(given, NOW) == words


@pytest.mark.parametrize(
    ("first", "theirs", "mine", "words"),
    [
        (at(2021, 3, 4), at(2026, 11, 10), at(2026, 11, 9), "You talk since March 2021. Last week Ana answered you."),
        (at(2026, 3, 4), at(2026, 3, 4), at(2026, 11, 20), "You talk since March. Today you answered Ana."),
        (at(2026, 11, 2), at(2026, 11, 2), at(2026, 11, 5), "You talk since 2 Nov. On 5 Nov you answered Ana."),
        (at(2026, 11, 16), at(2026, 11, 17), at(2026, 11, 16), "You talk since Monday. On Tuesday Ana answered you."),
        (at(2026, 11, 16), at(2026, 11, 16), None, "Ana wrote to you for the first time on Monday."),
        (at(2025, 2, 16), at(2026, 11, 16), None, "Ana writes to you since February 2025."),
        (at(2025, 2, 16), None, at(2025, 2, 16), "You wrote to Ana in February 2025."),
    ],
)  # fmt: skip
def test_how_long_they_talk(
    first: datetime, theirs: datetime | None, mine: datetime | None, words: str
) -> None:
    assert telling.how_long("Ana", first, theirs, mine, NOW) == words


@pytest.mark.parametrize(
    ("when", "words"),
    [
        (at(2026, 11, 20, 9, 4), "9:04"),
        (at(2026, 11, 17), "Tue"),
        (at(2026, 11, 12), "12 Nov"),
        (at(2026, 10, 29), "29 Oct"),
        (at(2026, 8, 1), "August"),
        (at(2024, 8, 1), "2024"),
    ],
)
def test_the_day_of_a_conversation(when: datetime, words: str) -> None:
    assert telling.day_short(when, NOW) == words


@pytest.mark.parametrize(
    ("when", "words"),
    [
        (at(2026, 11, 20, 17), "17:00"),
        (at(2026, 11, 21, 9), "tomorrow"),
        (at(2026, 11, 23, 9), "Monday"),
        (at(2026, 12, 24), "24 Dec"),
        (at(2027, 1, 3), "3 Jan"),
        (at(2028, 1, 3), "3 Jan 2028"),
    ],
)
def test_until_when_something_is_put_off(when: datetime, words: str) -> None:
    assert telling.until(when, NOW) == words


def test_folded_years() -> None:
    assert [telling.years(given) for given in ((), (2023,), (2023, 2022, 2021))] == [
        "",
        "from 2023",
        "from 2021 to 2023",
    ]


@pytest.mark.parametrize(
    ("kind", "verified", "words"),
    [
        ("each other", False, "The two profiles link to each other."),
        ("links", False, "This profile links to it."),
        ("linked", True, "It links to this profile, and the platform has verified it."),
        ("same link", False, "Both link to lind.example."),
        ("handle", False, "The same name at the same domain, lind.example."),
        ("server", False, "Both are at lind.example."),
    ],
)
def test_evidence(kind: str, verified: bool, words: str) -> None:
    assert telling.evidence(kind, "lind.example", verified) == words


def test_evidence_of_those_who_are_joined() -> None:
    assert telling.joined_by_you() == "joined by you"
    assert telling.joined_by_you("same link", "lind.example") == "joined by you; both link to lind.example"


def test_whom_to_reach() -> None:
    assert telling.reach_out(row(Turn.QUIET, at(2026, 3, 1)), NOW) == "Ana wrote last, in March."
    assert telling.reach_out(row(Turn.QUIET, at(2025, 3, 1), mine=True), NOW) == (
        "You wrote to Ana last, in March 2025."
    )
