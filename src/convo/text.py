"""The one cleaning function for strangers' text, and the one parser of their times. Pure."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from typing import TYPE_CHECKING

from convo.values import expression

if TYPE_CHECKING:
    import regex

_MARKS_KEPT = 8
"""Combining marks kept in a row: no script writes more on one letter, zalgo text writes dozens."""

_BREAKS = expression("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_ASCII_HOSTILE = re.compile("[\x00-\x08\x0e-\x1f\x7f]")
_HOSTILE = expression(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f"  # C0 but tab and newline, DEL, C1
    "\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180e"  # invisible letters and format characters
    "\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb"
    "\U000110bd\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_SURROGATE = expression("[\ud800-\udfff]")
_SPACES = re.compile(r"\s+")


@lru_cache(maxsize=1)
def _mark_runs() -> regex.Pattern[str]:
    """Runs of too many combining marks; `regex` is imported only for text that is not ASCII."""
    import regex

    return regex.compile(rf"(\p{{M}}{{{_MARKS_KEPT}}})\p{{M}}+")


def clean(text: str) -> str:
    """Text that cannot drive a terminal: the one function every string from a network passes, once.

    Line breaks become newlines; control characters, bidirectional overrides and isolates, invisible
    format characters other than the joiners go; lone surrogates become "?"; long runs of combining
    marks are cut. Idempotent.
    """
    if text.isascii():
        if text.isprintable():
            return text
        if "\r" in text or "\x0b" in text or "\x0c" in text:
            text = _BREAKS.sub("\n", text)
        return _ASCII_HOSTILE.sub("", text)
    text = _HOSTILE.sub("", _BREAKS.sub("\n", text))
    text = _SURROGATE.sub("?", text)
    return _mark_runs().sub(r"\1", text)


def one_line(text: str) -> str:
    """Cleaned text on one line: for names, titles and addresses."""
    if "  " not in text and text.isascii() and text.isprintable():
        return text.strip()
    cleaned = clean(text)
    if cleaned.isprintable() and "  " not in cleaned:
        return cleaned.strip()
    return _SPACES.sub(" ", cleaned).strip()


def shorten(text: str, length: int) -> str:
    """One line of at most `length` characters, cut with an ellipsis."""
    line = one_line(text)
    return line if len(line) <= length else line[: length - 1].rstrip() + "…"


_TIME = expression(
    r"(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9})\d*)?)?\s*([Zz]|[+-]\d\d:?\d\d)?$"
)

_PLAIN_LENGTHS = (20, 24, 27)
"""Of a time in UTC to the second, millisecond or microsecond: what nearly all platforms send, and all Pythons read."""


def parse_time(text: str) -> datetime:
    """A time as platforms write it (RFC 3339, with or without zone), in UTC. Raises ValueError.

    A time without a zone is UTC. A leap second counts as the second before it.
    """
    if text[-1:] == "Z" and len(text) in _PLAIN_LENGTHS and text[4] == text[7] == "-" and text[10] == "T":
        try:
            return datetime.fromisoformat(f"{text[:-1]}+00:00")
        except ValueError:
            pass
    found = _TIME.match(text.strip())
    if not found:
        raise ValueError(f"not a time: {shorten(text, 40)!r}")
    year, month, day, hour, minute, second, fraction, zone = found.groups()
    when = datetime(
        int(year),
        int(month),
        int(day),
        int(hour),
        int(minute),
        min(int(second or 0), 59),
        int((fraction or "0").ljust(6, "0")[:6]),
        tzinfo=timezone.utc,
    )
    if zone and zone not in "Zz":
        sign = -1 if zone[0] == "-" else 1
        try:
            when -= sign * timedelta(hours=int(zone[1:3]), minutes=int(zone[-2:]))
        except OverflowError as error:
            raise ValueError(f"not a time: {shorten(text, 40)!r}") from error
    return when


def format_time(when: datetime) -> str:
    """ISO 8601 in UTC with "Z", to the microsecond only where there is one."""
    return when.astimezone(timezone.utc).isoformat().replace("+00:00", "Z")
