"""Times as people write them, by the user's clocks."""

from __future__ import annotations

import time as system_time
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from convo.engine.when import at_local, choices, clock_time, parse_when, shown_when

ZONE = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 20, 10, 30, tzinfo=ZONE)
"""A Friday."""


def local(month: int, day: int, hour: int = 9, minute: int = 0, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("3h", local(11, 20, 13, 30)),
        ("in 3 hours", local(11, 20, 13, 30)),
        ("90 min", local(11, 20, 12, 0)),
        ("1h 30m", local(11, 20, 12, 0)),
        ("an hour", local(11, 20, 11, 30)),
        ("2d", local(11, 22)),
        ("in two days", local(11, 22)),
        ("in 2 weeks", local(12, 4)),
        ("in 2 weeks 18:00", local(12, 4, 18)),
        ("1 month", local(12, 20)),
        ("tomorrow", local(11, 21)),
        ("Tomorrow 18", local(11, 21, 18)),
        ("tomorrow at 6:30pm", local(11, 21, 18, 30)),
        ("tomorrow morning", local(11, 21)),
        ("today 17", local(11, 20, 17)),
        ("tonight", local(11, 20, 20)),
        ("this evening", local(11, 20, 18)),
        ("next week", local(11, 27)),
        ("next month", local(12, 20)),
        ("fri 9:00", local(11, 27, 9)),
        ("fri 18:00", local(11, 20, 18)),
        ("fri", local(11, 27)),
        ("next fri 18:00", local(11, 27, 18)),
        ("friday, 9:00", local(11, 27, 9)),
        ("mon", local(11, 23)),
        ("on thursday at 8", local(11, 26, 8)),
        ("weds 7am", None),
        ("wed 7am", local(11, 25, 7)),
        ("24 Dec", local(12, 24)),
        ("24 dec 9:00", local(12, 24, 9)),
        ("24th of December", local(12, 24)),
        ("Dec 24 18:00", local(12, 24, 18)),
        ("24 Dec 2027", local(12, 24, year=2027)),
        ("24.12.", local(12, 24)),
        ("24.12.2027 8:15", local(12, 24, 8, 15, year=2027)),
        ("3 Jan", local(1, 3, year=2027)),
        ("20 nov 9:00", local(11, 20, 9, year=2027)),
        ("29 feb", local(2, 29, year=2028)),
        ("2026-12-24", local(12, 24)),
        ("2026-12-24 18:30", local(12, 24, 18, 30)),
        ("2026-12-24T18:30", local(12, 24, 18, 30)),
        ("2026-12-24T18:30:00Z", local(12, 24, 19, 30)),
        ("2026-12-24T18:30:00+01:00", local(12, 24, 18, 30)),
        ("18:00", local(11, 20, 18)),
        ("9:00", local(11, 21, 9)),
        ("noon", local(11, 20, 12)),
        ("12am", local(11, 21, 0)),
        ("until tomorrow", local(11, 21)),
    ],
)
def test_what_people_write(text: str, wanted: datetime | None) -> None:
    if wanted is None:
        with pytest.raises(ValueError, match="not a time convo understands"):
            parse_when(text, NOW, "09:00")
    else:
        assert parse_when(text, NOW, "09:00") == wanted


@pytest.mark.parametrize("text", ["reply", "Reply", "until reply", "until they write"])
def test_until_they_write_is_no_time(text: str) -> None:
    assert parse_when(text, NOW, "09:00") is None


@pytest.mark.parametrize(
    "text",
    [
        "soon",
        "13",
        "25:00",
        "fri 25",
        "32 Dec",
        "24 Foo",
        "in weeks",
        "3 h nonsense",
        "2026-13-40",
        "31.2.",
        "0x",
        "😀",
    ],
)
def test_what_is_not_understood_is_said_not_guessed(text: str) -> None:
    with pytest.raises(ValueError, match=r'" is not a time convo understands\. Such as: 3h, tomorrow 18'):
        parse_when(text, NOW, "09:00")


@pytest.mark.parametrize("text", ["today 9:00", "2026-11-20 9:00", "24 Dec 2020", "2020-01-01T00:00:00Z"])
def test_what_has_passed_is_said(text: str) -> None:
    with pytest.raises(ValueError, match="has passed"):
        parse_when(text, NOW, "09:00")


@pytest.mark.parametrize("text", ["9999 weeks", "31 dec 2099", "2099-01-01", "0h", ""])
def test_other_slips_are_one_sentence_too(text: str) -> None:
    with pytest.raises(ValueError, match=r'^["A-Z0-9].*[.]$'):
        parse_when(text, NOW, "09:00")


def test_days_begin_when_the_config_says() -> None:
    assert parse_when("tomorrow", NOW, "07:30") == local(11, 21, 7, 30)
    assert parse_when("tomorrow morning", NOW, "07:30") == local(11, 21, 7, 30)
    assert clock_time("7:05").hour == 7
    with pytest.raises(ValueError, match="is not a time of day"):
        clock_time("25:00")


def test_a_change_of_clocks_does_not_move_a_time_of_day() -> None:
    before = datetime(2026, 10, 24, 12, 0, tzinfo=ZONE)
    assert parse_when("tomorrow", before, "09:00") == datetime(2026, 10, 25, 8, 0, tzinfo=timezone.utc)
    assert parse_when("24h", before, "09:00") == datetime(2026, 10, 25, 10, 0, tzinfo=timezone.utc)
    spring = datetime(2026, 3, 28, 12, 0, tzinfo=ZONE)
    assert parse_when("tomorrow", spring, "09:00") == datetime(2026, 3, 29, 7, 0, tzinfo=timezone.utc)
    gap = parse_when("tomorrow 2:30", spring, "09:00")
    assert gap == datetime(2026, 3, 29, 1, 30, tzinfo=timezone.utc)
    assert gap is not None
    assert (gap.hour, gap.minute) == (3, 30)


@pytest.fixture
def in_berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3")
    system_time.tzset()
    yield
    monkeypatch.undo()
    system_time.tzset()


@pytest.mark.usefixtures("in_berlin")
def test_the_offset_of_the_moment_is_not_taken_for_the_zone() -> None:
    now = datetime(2026, 10, 24, 10, 0, tzinfo=timezone.utc).astimezone()
    assert now.utcoffset() == timedelta(hours=2)
    assert parse_when("tomorrow", now, "09:00") == datetime(2026, 10, 25, 8, 0, tzinfo=timezone.utc)
    assert at_local(now.date(), clock_time("09:00"), now) == datetime(2026, 10, 24, 7, 0, tzinfo=timezone.utc)


def shown(now: datetime) -> list[tuple[str, str, str]]:
    return [(choice.key, choice.label, choice.shown) for choice in choices(now, "09:00", "Ana")]


def test_the_snooze_menu_of_a_friday_morning() -> None:
    assert shown(NOW) == [
        ("l", "later today", "17:00"),
        ("t", "tomorrow", "Sat 9:00"),
        ("d", "in three days", "Mon 23 Nov 9:00"),
        ("w", "next week", "Fri 27 Nov 9:00"),
        ("r", "not before Ana writes again", ""),
    ]
    assert choices(NOW, "09:00", "Ana")[-1].until is None


def test_later_today_becomes_in_three_hours_when_it_is_late() -> None:
    late = datetime(2026, 11, 20, 17, 10, tzinfo=ZONE)
    assert shown(late)[0] == ("l", "in three hours", "20:10")
    night = datetime(2026, 11, 20, 22, 30, tzinfo=ZONE)
    assert shown(night)[0] == ("l", "in three hours", "Sat 1:30")


def test_a_time_to_come_is_told_shortly() -> None:
    assert shown_when(local(1, 3, year=2027), NOW) == "Sun 3 Jan 9:00"
    assert shown_when(local(7, 3, year=2027), NOW) == "3 Jul 2027 9:00"
