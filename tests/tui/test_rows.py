"""Rows, cell by cell: columns, cuts, marks, ages, tags, and strangers' text in fixed columns."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from convo.__main__ import DEMO
from convo.model import Visibility
from convo.tui import cells, render
from convo.tui.lines import Line
from convo.tui.phrases import Moment
from convo.tui.render import Fields, RowLook, columns, fields_of_row, row_lines, status_line
from convo.views import OutboxState, Row, State, View
from tests.tui import cast

MOMENT = Moment(cast.NOW, timezone.utc, lambda platform: cast.PLATFORMS.get(platform, platform))
HOSTILE = (
    "[@click=app.exit]now[/]",
    "[/b] [bold red]",
    "👩‍👩‍👧‍👧 family 👍🏽 ❤️ 🇸🇪 1️⃣",
    "שלום עולם, مرحبا بالعالم",
    "は" * 200,
    "e" + "\u0301" * 8 + "क्षि",
    "x" * 500,
    "a\u200db\u200d",
    "한국어 テスト ❤️‍🔥 עברית",
    "   ",
    "",
)


def fields(row: Row, view: View = View.WAITING) -> Fields:
    return fields_of_row(row, view, MOMENT)


def painted(row: Row, size: int, cursor: str = "", view: View = View.WAITING) -> list[str]:
    return [line.text for line in row_lines(fields(row, view), RowLook(size, cursor))]


def bare(text: str) -> str:
    return text.replace(cells.LEFT_TO_RIGHT, "")


DRAWN = {
    48: [
        "▌ • Ana Lind          Mastodon fosstodon    Tue ",
        "▌   Did you get the second house? We walked pa… ",
        "    Dora Weiss        WordPress bread    12 Nov ",
        "    My dough stays wet even after the second r… ",
        "    田中 美咲         Mastodon fosstodon    Wed ",
        "    はじめまして。翻訳のことで一つ質問し…   new ",
        "    Ivo Marek         GitHub work           Thu ",
        "    It still fails here with Python…   reopened ",
        "    Gus Park          Mastodon fosstodon 40 min ",
        "    [food] covered, z shows it              new ",
    ],
    60: [
        "▌ • Ana Lind                Mastodon fosstodon          Tue ",
        "▌   Did you get the second house? We walked past it on Sun… ",
    ],
    80: [
        "▌ • Ana Lind                    Mastodon fosstodon                since Tuesday ",
        "▌   Did you get the second house? We walked past it on Sunday and thought of y… ",
        "    Dora Weiss                  WordPress bread                    since 12 Nov ",
        "    My dough stays wet even after the second rest. What flour do you use?       ",
    ],
}


@pytest.mark.parametrize("size", DRAWN)
def test_rows_are_the_drawn_ones(size: int) -> None:
    wanted = {48: (1, 4, 6, 8, 12), 60: (1,), 80: (1, 4)}[size]
    by_id = {row.thread_id: row for row in cast.ROWS}
    found = [text for n in wanted for text in painted(by_id[n], size, "focus" if n == 1 else "")]
    assert found == DRAWN[size]


@pytest.mark.parametrize("size", [40, 44, 47, 48, 59, 60, 75, 76, 80, 99, 160])
@pytest.mark.parametrize("words", HOSTILE)
def test_every_row_fills_exactly_its_width(size: int, words: str) -> None:
    who = replace(cast.ANA, name=words)
    row = replace(cast.ROWS[0], who=who, words=words, unread=True, title=words)
    for line in row_lines(fields(row), RowLook(size, "focus")):
        assert line.width == size, line.text


@pytest.mark.parametrize("size", [40, 48, 60, 80])
def test_age_and_tag_are_never_cut(size: int) -> None:
    row = replace(
        cast.ROWS[0], words="w" * 300, outbox=OutboxState.UNSURE, who=replace(cast.ANA, name="N" * 90)
    )
    first, second = painted(row, size)
    assert first.rstrip().endswith("Tuesday" if size >= 76 else "Tue")
    assert second.endswith("…  unsure ")
    assert columns(size).name >= 12


def test_a_wide_letter_is_never_split() -> None:
    assert cells.cut("はじめまして", 6) == "はじ…"
    assert cells.fit("はじめまして", 6) == "はじ… "
    assert cells.width(cells.fit("はじめ", 5)) == 5


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("👩‍👩‍👧‍👧 family", "👩 family"),
        ("👍🏽", "👍"),
        ("🇸🇪 and 🇫🇮", "[SE] and [FI]"),
        ("1️⃣ #️⃣", "1 #"),
        ("❤️", "❤"),
        ("نمی‌دانم", "نمی‌دانم"),
        (":smile:", ":smile:"),
        ("क्षि", "क्षि"),
    ],
)
def test_emoji_in_fixed_columns(text: str, shown: str) -> None:
    assert cells.plain_emoji(text) == shown


def test_right_to_left_is_closed_off() -> None:
    line = row_lines(fields(cast.ROWS[6]), RowLook(48))[0]
    assert "נועה לוי" + cells.LEFT_TO_RIGHT in line.text
    assert bare(line.text).index("Mastodon") == 22


@pytest.mark.parametrize(
    ("gone", "short", "long"),
    [
        (timedelta(seconds=20), "now", "just now"),
        (timedelta(minutes=1), "1 min", "for 1 minute"),
        (timedelta(minutes=40), "40 min", "for 40 minutes"),
        (timedelta(hours=3), "3 h", "for 3 hours"),
        (timedelta(hours=11), "Thu", "since Thursday"),
        (timedelta(days=6), "Sat", "since Saturday"),
        (timedelta(days=7), "13 Nov", "since 13 Nov"),
        (timedelta(days=700), "2024", "since 2024"),
    ],
)
def test_ages(gone: timedelta, short: str, long: str) -> None:
    row = replace(cast.ROWS[3], waiting_since=cast.NOW - gone)
    assert painted(row, 48)[0].rstrip().endswith(short)
    assert painted(row, 80)[0].rstrip().endswith(long)


def test_ages_from_three_days_on_stand_out() -> None:
    def role(gone: timedelta) -> str:
        line: Line = row_lines(fields(replace(cast.ROWS[3], waiting_since=cast.NOW - gone)), RowLook(48))[0]
        return line.spans[-2].role if not line.spans[-1].text.strip() else line.spans[-1].role

    assert role(timedelta(days=2, hours=23)) == "muted"
    assert role(timedelta(days=3)) == "waits"


@pytest.mark.parametrize(
    ("change", "tag"),
    [
        ({"outbox": OutboxState.UNSURE, "has_draft": True}, "unsure"),
        ({"outbox": OutboxState.FAILED}, "not sent"),
        ({"outbox": OutboxState.SENDING}, "sending"),
        ({"outbox": OutboxState.QUEUED, "unread": True}, "queued"),
        ({"held": True, "has_draft": True}, "to approve"),
        ({"has_draft": True, "unread": True}, "draft"),
        ({"reminder": True, "reopened": True}, "woke"),
        ({"reopened": True, "unread": True}, "reopened"),
        ({"unread": True, "first_time": True}, "first time"),
        ({"unread": True, "finished": True}, "new"),
        ({"finished": True}, "finished"),
        ({"state": State.ANSWERED, "unread": True}, "answered"),
        ({"state": State.HISTORY}, "gone"),
        ({"outbox": OutboxState.SENT}, ""),
        ({}, ""),
    ],
)
def test_the_first_tag_that_applies(change: dict[str, object], tag: str) -> None:
    assert fields(replace(cast.ROWS[3], **change)).tag == tag  # type: ignore[arg-type]


def test_a_row_that_waits_no_more_is_dim() -> None:
    gone = fields(replace(cast.ROWS[0], state=State.ANSWERED))
    assert gone.faded
    first, second = row_lines(gone, RowLook(48, "focus"))
    assert {span.role for span in (*first.spans, *second.spans) if span.text.strip(" ▌•")} == {"muted"}


def test_snoozed_shows_the_day_it_comes_back() -> None:
    until = datetime(2026, 11, 23, 9, 0, tzinfo=timezone.utc)
    row = replace(cast.ROWS[3], state=State.SNOOZED, snoozed_until=until)
    first, second = painted(row, 80, view=View.SNOOZED)
    assert first.rstrip().endswith("Monday")
    assert second.rstrip().endswith("Mon 9:00")
    assert fields(replace(row, snoozed_until=None), View.SNOOZED).tag == "until reply"


def test_what_was_said_only_to_the_user_says_so() -> None:
    row = replace(cast.ROWS[3], visibility=Visibility.DIRECT, covered="")
    assert fields(row).words.startswith("only to you: My dough")


def test_quiet_shows_the_reason_then_a_taste() -> None:
    row = replace(
        cast.ROWS[3],
        state=State.QUIET,
        reason="only-link: only a link, and you never spoke",
        words="a.example",
    )
    assert fields(row, View.QUIET).words == "only a link, and you never spoke: a.example"


def test_two_people_of_one_name_get_their_handles() -> None:
    shown = row_lines(fields(cast.ROWS[0]), RowLook(80, twins={"Ana Lind"}))[0].text
    assert "Ana Lind @ana@fosstodon.o…" in shown


def test_hits_are_bold_and_underlined() -> None:
    spans = render.hit_spans("the \u200bhouse\u200b on the hill", 30)
    assert [(span.text, span.underline) for span in spans if span.underline] == [("house", True)]
    assert sum(cells.width(span.text) for span in spans) == 30
    for size in range(1, 30):
        assert (
            sum(cells.width(span.text) for span in render.hit_spans("a \u200b家家家\u200b b " * 5, size))
            == size
        )


def test_ascii_marks_have_the_same_width() -> None:
    for text in ("▌·•»│─┌┐└┘═║╔╗╚╝…→",):
        assert len(cells.ascii_marks(text)) == len(text)
        assert cells.ascii_marks(text).isascii()


def test_key_line_keeps_help_when_it_must_drop() -> None:
    keys = [("r", "answer", "answer"), ("e", "done", "done"), ("?", "help", "help")]
    assert render.key_line(keys, 18).text.strip() == "r answer  ? help"
    assert render.key_line(keys, 40).text.strip() == "r answer  e done  ? help"


def test_wrapping() -> None:
    assert cells.wrap("one two three", 7) == ["one two", "three"]
    assert cells.wrap("x" * 10, 4) == ["xxxx", "xxxx", "xx"]
    assert cells.wrap("はじめまして。翻訳", 8) == ["はじめま", "して。翻", "訳"]
    for text in HOSTILE:
        for size in (1, 2, 3, 7, 20):
            rows = cells.wrap(text, size)
            assert all(cells.width(row) <= max(size, 2) for row in rows), (text, size)
            assert "".join(rows).replace(" ", "") == text.replace(" ", "")


@pytest.mark.parametrize(
    ("words", "keys"),
    [
        ("Nils wrote just now. , shows it.", [","]),
        ("Ana is done. u takes it back.", ["u"]),
        ("Ana waits again. U does it again.", ["U"]),
        ("Carl wrote. Ctrl+G shows it, Ctrl+S sends as it is.", ["Ctrl+G", "Ctrl+S"]),
        ("Did this reach Ana? g o shows what convo knows.", ["g o"]),
        ("bread: sign in again (A shows what to do). The others are fine.", ["A"]),
        ('Not sent: to Fatou. Bluesky said: "No". r changes it.', ["r"]),
        (DEMO, ["r", "?"]),
        ("Nothing more to take back.", []),
        ("Ana takes the train, Bo goes on.", []),
    ],
)
def test_keys_in_the_status_line_are_bold(words: str, keys: list[str]) -> None:
    painted = status_line(words, "all accounts fine", 100)
    assert [span.text for span in painted.spans if span.bold] == keys
    assert words in painted.text
    assert len(DEMO) <= 78, "the demo's first word is read whole at 80 columns"
