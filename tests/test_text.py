"""The one cleaning function, and the one parser of times."""

from __future__ import annotations

import unicodedata
from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convo.text import clean, format_time, one_line, parse_time, shorten


@pytest.mark.parametrize(
    ("dirty", "cleaned"),
    [
        ("\x1b[31mred\x1b[0m", "[31mred[0m"),
        ("\x1b]52;c;ZXZpbA==\x07", "]52;c;ZXZpbA=="),
        ("\x9b2J and \x90q", "2J and q"),
        ("a\r\nb\rc\u2028d\x85e", "a\nb\nc\nd\ne"),
        ("tab\tand\nline", "tab\tand\nline"),
        ("\x00nul\x7f", "nul"),
        ("user\u202etxt.exe", "usertxt.exe"),
        ("\u2066iso\u2069late", "isolate"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("\ud800 alone", "? alone"),
        ("👩\u200d👩\u200d👧", "👩\u200d👩\u200d👧"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("e" + "\u0301" * 40, "e" + "\u0301" * 8),
        ("", ""),
    ],
)
def test_clean(dirty: str, cleaned: str) -> None:
    assert clean(dirty) == cleaned


@given(st.text(st.characters(codec=None)))
def test_nothing_that_drives_a_terminal_is_left(text: str) -> None:
    for character in clean(text):
        category = unicodedata.category(character)
        assert category not in ("Cs",)
        assert character in "\n\t" or category != "Cc"
        assert not 0x202A <= ord(character) <= 0x202E
        assert not 0x2066 <= ord(character) <= 0x2069


@given(st.text(st.characters(codec=None)))
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    assert clean(clean(text)) == clean(text)
    assert one_line(one_line(text)) == one_line(text)


@given(st.text(st.characters(codec=None)))
def test_one_line_is_one_line(text: str) -> None:
    assert "\n" not in one_line(text)
    assert "\t" not in one_line(text)
    clean(text).encode("utf-8")


def test_shorten() -> None:
    assert shorten("a  b\nc", 10) == "a b c"
    assert shorten("abcdefghij", 5) == "abcd…"


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("2026-11-20T08:14:02.000Z", "2026-11-20T08:14:02Z"),
        ("2026-11-20T08:14:02+02:00", "2026-11-20T06:14:02Z"),
        ("2026-11-20T08:14:02-0530", "2026-11-20T13:44:02Z"),
        ("2026-11-20 08:14:02.123456789Z", "2026-11-20T08:14:02.123456Z"),
        ("2026-11-20T08:14", "2026-11-20T08:14:00Z"),
        ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59Z"),
    ],
)
def test_parse_time(text: str, when: str) -> None:
    assert format_time(parse_time(text)) == when


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "2026-13-01T00:00:00Z",
        "2026-02-30T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "2026-W47-7T09:00:00Z",
        "2026-11-22x09:00:00Z",
        "2026-11-22T09:00:00,5xZ",
    ],
)
def test_what_is_no_time_is_said(text: str) -> None:
    with pytest.raises(ValueError, match=r"not a time|out of range|must be in"):
        parse_time(text)


@given(st.datetimes(timezones=st.just(timezone.utc)))
def test_times_survive_the_round(when: datetime) -> None:
    assert parse_time(format_time(when)) == when


@given(
    st.datetimes(timezones=st.just(timezone.utc)),
    st.sampled_from(["seconds", "milliseconds", "microseconds"]),
)
def test_the_usual_way_to_write_a_time_is_read_as_every_other(when: datetime, digits: str) -> None:
    told = when.replace(tzinfo=None).isoformat(timespec=digits)
    assert parse_time(f"{told}Z") == parse_time(f"{told}+0000")
    assert parse_time(f"{told}Z").tzinfo is timezone.utc
