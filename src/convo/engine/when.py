"""Times as people write them ("3h", "tomorrow 18", "fri 9:00", "24 Dec", "reply"), and the snooze menu."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta, timezone, tzinfo
from typing import Final

from convo.text import parse_time, shorten
from convo.values import expression
from convo.views import SnoozeChoice

DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
DAYS_LONG: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MONTHS_LONG: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip

LATER_TODAY: Final = time(17, 0)
FARTHEST: Final = timedelta(days=3660)
"""A snooze past ten years is a slip of the finger."""

EXAMPLES: Final = "Such as: 3h, tomorrow 18, fri 9:00, in 2 weeks, 24 Dec, reply."

_UNITS: Final = {
    "m": "minutes", "min": "minutes", "mins": "minutes", "minute": "minutes", "minutes": "minutes",
    "h": "hours", "hr": "hours", "hrs": "hours", "hour": "hours", "hours": "hours",
    "d": "days", "day": "days", "days": "days", "w": "weeks", "wk": "weeks", "week": "weeks", "weeks": "weeks",
    "month": "months", "months": "months", "year": "years", "years": "years",
}  # fmt: skip
_NUMBERS: Final = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "twelve": 12,
}  # fmt: skip
_PARTS_OF_DAY: Final = {
    "noon": time(12), "midday": time(12), "afternoon": time(14), "evening": time(18), "tonight": time(20),
    "night": time(20),
}  # fmt: skip

_LENGTH = expression(
    rf"(?:in )?(\d{{1,4}}|{'|'.join(_NUMBERS)}) ?({'|'.join(sorted(_UNITS, key=len, reverse=True))})\b"
)
_TIME = expression(r"(?:at )?(\d{1,2})(?:[:.h](\d\d))? ?(am|pm|uhr|h|o'clock)?")
_ISO_DATE = expression(r"(\d{4})-(\d\d?)-(\d\d?)")
_DOTTED = expression(r"(\d{1,2})\.(\d{1,2})\.(\d{4})?(?= |$)")
_DAY_MONTH = expression(r"(\d{1,2})(?:st|nd|rd|th|\.)? (?:of )?([a-z]{3,9})\b\.?(?:,? (\d{4})\b)?")
_MONTH_DAY = expression(r"([a-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?\b(?!:)(?:,? (\d{4})\b)?")


def parse_when(text: str, now_local: datetime, day_starts: str) -> datetime | None:
    """The moment meant, in the zone of `now_local`; None for "reply". Days without a time begin at `day_starts`.

    Raises ValueError with a sentence that can be shown, also for what has passed.
    """
    words = " ".join(text.lower().replace(",", " ").split())
    if words in ("reply", "until reply", "until they reply", "until they write", "when they write"):
        return None
    if not words:
        raise ValueError(f"No time yet. {EXAMPLES}")
    meaning = _Meaning(now_local, clock_time(day_starts))
    when = meaning.of(words.removeprefix("until ").removeprefix("on "))
    if when is None:
        raise ValueError(f'"{shorten(text, 40)}" is not a time convo understands. {EXAMPLES}')
    if when <= now_local:
        raise ValueError(f"{shown_when(when, now_local)} has passed. {EXAMPLES}")
    if when - now_local > FARTHEST:
        raise ValueError(f"{shown_when(when, now_local)} is more than ten years away. {EXAMPLES}")
    return when


def clock_time(text: str) -> time:
    """A time of day as the config has it, "09:00". Raises ValueError."""
    found = re.fullmatch(r"(\d{1,2}):(\d\d)", text.strip())
    if not found or int(found[1]) > 23 or int(found[2]) > 59:
        raise ValueError(f"{shorten(text, 20)} is not a time of day such as 09:00.")
    return time(int(found[1]), int(found[2]))


def choices(now_local: datetime, day_starts: str, name: str) -> tuple[SnoozeChoice, ...]:
    """The lines of the snooze menu but the last ("at a time"); `name` is who is put off."""
    starts = clock_time(day_starts)
    today = now_local.date()
    later = at_local(today, LATER_TODAY, now_local)
    label = "later today"
    if later - now_local < timedelta(minutes=30):
        label, later = "in three hours", _after(now_local, timedelta(hours=3))
    chosen = (
        ("l", label, later),
        ("t", "tomorrow", at_local(today + timedelta(days=1), starts, now_local)),
        ("d", "in three days", at_local(today + timedelta(days=3), starts, now_local)),
        ("w", "next week", at_local(today + timedelta(days=7), starts, now_local)),
    )
    reply = SnoozeChoice("r", f"not before {name} writes again", None, "")
    return (
        *(SnoozeChoice(key, text, when, shown_when(when, now_local)) for key, text, when in chosen),
        reply,
    )


def at_local(day: date, at: time, now_local: datetime) -> datetime:
    """A time of day by the user's clocks; one that a change of clocks leaves out is moved on by the gap."""
    zone = _zone(now_local)
    wall = datetime.combine(day, at)
    if zone is None:
        return wall.astimezone()
    return wall.replace(tzinfo=zone).astimezone(timezone.utc).astimezone(zone)


def _after(now_local: datetime, length: timedelta) -> datetime:
    """So much later in real time, whatever the clocks are turned to meanwhile."""
    return (now_local.astimezone(timezone.utc) + length).astimezone(_zone(now_local))


def _zone(now_local: datetime) -> tzinfo | None:
    """The zone to reckon in: None, the system's, where `astimezone()` gave only its offset of the moment."""
    zone = now_local.tzinfo
    if isinstance(zone, timezone) and now_local.astimezone().utcoffset() == now_local.utcoffset():
        return None
    return zone


def shown_time(when: datetime) -> str:
    """ "9:00"."""
    return f"{when.hour}:{when.minute:02}"


def shown_when(when: datetime, now_local: datetime) -> str:
    """A time to come, as short as it can be told: "17:00", "Sat 9:00", "Mon 23 Nov 9:00", "3 Jan 2027 9:00"."""
    away = (when.date() - now_local.date()).days
    if away == 0:
        return shown_time(when)
    if away == 1:
        return f"{DAYS[when.weekday()]} {shown_time(when)}"
    if 1 < away < 180:
        return f"{DAYS[when.weekday()]} {when.day} {MONTHS[when.month - 1]} {shown_time(when)}"
    return f"{when.day} {MONTHS[when.month - 1]} {when.year} {shown_time(when)}"


class _Meaning:
    """What words mean at a moment."""

    def __init__(self, now: datetime, starts: time) -> None:
        self._now = now
        self._starts = starts

    def of(self, words: str) -> datetime | None:
        """The moment meant, None when it is not understood."""
        if re.match(r"\d{4}-\d\d?-\d\d?[t ]\d\d?:\d\d.*(z|[+-]\d\d:?\d\d)$", words):
            try:
                return parse_time(words.upper()).astimezone(_zone(self._now))
            except ValueError:
                return None
        readings: tuple[Callable[[str], datetime | None], ...] = (
            self._length, self._named_day, self._weekday, self._date, self._time_alone,
        )  # fmt: skip
        for reading in readings:
            when = reading(words)
            if when is not None:
                return when
        return None

    def _length(self, words: str) -> datetime | None:
        """ "3h", "in 2 weeks", "in 3 days 18:00", "1h 30m"."""
        exact, days, months, found_any = timedelta(), 0, 0, False
        rest = words
        while found := _LENGTH.match(rest):
            count = int(found[1]) if found[1].isdigit() else _NUMBERS[found[1]]
            unit = _UNITS[found[2]]
            if unit in ("minutes", "hours"):
                exact += timedelta(**{unit: count})
            elif unit in ("days", "weeks"):
                days += count * (7 if unit == "weeks" else 1)
            else:
                months += count * (12 if unit == "years" else 1)
            found_any, rest = True, rest[found.end() :].strip().removeprefix("and ")
        if not found_any or days > 4000 or months > 130:
            return None
        if not days and not months:
            return None if rest else _after(self._now, exact)
        if exact:
            return None
        return self._on(_months_later(self._now.date(), months) + timedelta(days=days), rest)

    def _named_day(self, words: str) -> datetime | None:
        """ "today 17", "tomorrow", "tonight", "next week", "this evening"."""
        first, _, rest = words.partition(" ")
        today = self._now.date()
        if first in ("tomorrow", "tmrw", "tom"):
            return self._on(today + timedelta(days=1), rest)
        if first in ("today", "this") and rest:
            return self._on(today, rest) if self._time(rest) else None
        if first in _PARTS_OF_DAY and not rest:
            return self._on(today, first)
        if first == "next" and rest.split(" ")[0] in ("week", "month", "year"):
            unit, _, rest = rest.partition(" ")
            later = {
                "week": today + timedelta(days=7),
                "month": _months_later(today, 1),
                "year": _months_later(today, 12),
            }
            return self._on(later[unit], rest)
        return None

    def _weekday(self, words: str) -> datetime | None:
        """ "fri", "friday 9:00", "next fri": the next that is still to come."""
        wanted = words.removeprefix("next ").removeprefix("this ")
        first, _, rest = wanted.partition(" ")
        if len(first) < 3 or not (
            day := [n for n, name in enumerate(DAYS_LONG) if name.lower().startswith(first)]
        ):
            return None
        away = (day[0] - self._now.weekday()) % 7
        when = self._on(self._now.date() + timedelta(days=away), rest)
        if when is not None and (when <= self._now or (away == 0 and words.startswith("next "))):
            return self._on(self._now.date() + timedelta(days=away + 7), rest)
        return when

    def _date(self, words: str) -> datetime | None:
        """ "24 Dec", "Dec 24 9:00", "24.12.", "2026-12-24 9:00"."""
        if found := _ISO_DATE.match(words):
            return self._dated(
                int(found[3]), int(found[2]), int(found[1]), words[found.end() :].replace("t", " ", 1)
            )
        if found := _DOTTED.match(words):
            return self._dated(int(found[1]), int(found[2]), found[3] and int(found[3]), words[found.end() :])
        for pattern, day, month in ((_DAY_MONTH, 1, 2), (_MONTH_DAY, 2, 1)):
            found = pattern.match(words)
            number = _month(found[month]) if found else None
            if found and number:
                return self._dated(int(found[day]), number, found[3] and int(found[3]), words[found.end() :])
        return None

    def _dated(self, day: int, month: int, year: int | str | None, rest: str) -> datetime | None:
        for guess in (
            (int(year),) if year else (self._now.year, self._now.year + 1, *_leap_years(self._now.year))
        ):
            try:
                when = self._on(date(guess, month, day), rest.strip())
            except (ValueError, OverflowError):
                continue
            if when is None or year or when > self._now:
                return when
        return None

    def _time_alone(self, words: str) -> datetime | None:
        """ "18:00", "9am", "at 18": today, or tomorrow when that has passed. A bare number is too little."""
        if words.isdigit() or self._time(words) is None:
            return None
        when = self._on(self._now.date(), words)
        return when if when and when > self._now else self._on(self._now.date() + timedelta(days=1), words)

    def _on(self, day: date, rest: str) -> datetime | None:
        at = self._time(rest) if rest else self._starts
        return at_local(day, at, self._now) if at is not None else None

    def _time(self, words: str) -> time | None:
        words = words.removeprefix("in the ").removeprefix("at ")
        if words == "morning":
            return self._starts
        if words in _PARTS_OF_DAY:
            return _PARTS_OF_DAY[words]
        found = _TIME.fullmatch(words)
        if not found:
            return None
        hour, minute, half = int(found[1]), int(found[2] or 0), found[3]
        if half in ("am", "pm"):
            if not 1 <= hour <= 12:
                return None
            hour = hour % 12 + (12 if half == "pm" else 0)
        return time(hour, minute) if hour < 24 and minute < 60 else None


def _month(name: str) -> int | None:
    found = [
        n
        for n, month in enumerate(MONTHS_LONG, 1)
        if month.lower().startswith(name) or (name == "sept" and n == 9)
    ]
    return found[0] if len(found) == 1 else None


def _months_later(day: date, months: int) -> date:
    """The same day some months later; the last of the month where there is no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for last in range(day.day, 27, -1):
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    return date(year, month + 1, min(day.day, 28))


def _leap_years(year: int) -> range:
    """The years in which a 29 February that is not in the next two may come."""
    return range(year + 2, year + 9)
