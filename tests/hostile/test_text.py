"""Hostile text through cleaning, HTML, the screen's lines and the command line, in this process."""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convo.__main__ import main
from convo.cli import output, plain_reading, plain_words
from convo.htmltext import html_to_text
from convo.model import Attachment, Link, Quote
from convo.text import clean, one_line, shorten
from convo.tui import cells, entries, render
from convo.tui.lines import Line
from convo.tui.outside import safe_address
from convo.views import View
from tests.hostile.corpus import MARKUP, hostile
from tests.hostile.stream import OWN_MARK, foreign, harmful
from tests.tui import cast
from tests.tui.test_rows import MOMENT

FEW, ALL = 2_000, 100_000
FRAME = entries.Frame(54, MOMENT, authors={})
ROOM = 54
TARGETS = {"", "uncover", "branch"}


def _lines(words: str, name: str) -> Iterator[Line]:
    """Every kind of line that shows a stranger's words."""
    who = cast.someone("Ana", "ana@one.example")
    who = replace(who, name=name, handle=f"{name[:20]}@one.example")
    entry = replace(
        cast.HOUSE[5], text=words, author=who, content_warning=name, attachments=(Attachment("picture", "", words),),
        links=(Link("https://evil.example/" + name, words),), quotes=(Quote("uri:1", "uid", name, words),),
    )  # fmt: skip
    yield from entries.entry_lines(entry, FRAME)
    yield from entries.entry_lines(replace(entry, content_warning=""), FRAME)
    row = replace(
        cast.ROWS[0], words=one_line(words)[:300], title=name, who=who, waiting_for=(who,), covered=""
    )
    fields = render.fields_of_row(row, View.WAITING, MOMENT)
    yield from render.row_lines(fields, render.RowLook(ROOM))
    yield render.status_line(one_line(words)[:300], name, ROOM)


def _judge(text: str) -> None:
    """One input, all the ways through; raises on what must not pass."""
    words, name = clean(text), one_line(text)
    assert not harmful(words), f"clean({text[:300]!r}) left {harmful(words)[:3]}"
    assert not harmful(name)
    assert "\n" not in name
    assert clean(words) == words
    assert one_line(name) == name
    assert not harmful(shorten(text, 40))
    assert len(shorten(text, 40)) <= 40
    shown = html_to_text(text)
    assert not harmful(shown.text), f"html {text[:300]!r} left {harmful(shown.text)[:3]}"
    for link in shown.links:
        assert not harmful(link.url + link.text)
    for line in _lines(words[:2_000], shorten(text, 100)):
        bare = line.text.replace(OWN_MARK, "")
        assert not harmful(bare), f"{text[:300]!r} left {harmful(bare)[:3]}"
        assert "\n" not in bare
        assert {span.target for span in line.spans} <= TARGETS


def test_nothing_hostile_passes() -> None:
    """Every piece and some mixtures; 100,000 in the long test."""
    for text in hostile(FEW):
        _judge(text)


@pytest.mark.long
def test_nothing_hostile_passes_of_many() -> None:
    for text in hostile(ALL, seed=7):
        _judge(text)


@settings(max_examples=100, deadline=None)
@given(st.text(st.characters(codec=None)))
def test_nothing_hostile_passes_of_anything(text: str) -> None:
    _judge(text)


@pytest.mark.parametrize("text", MARKUP)
def test_markup_is_words(text: str) -> None:
    """What looks like markup stands there as it was written."""
    kept = "".join(one_line(text).split())
    painted = "".join("".join(line.text.split()) for line in entries.text_lines(clean(text), 70))
    assert kept == painted.replace(OWN_MARK, "")


@pytest.mark.parametrize(
    "address",
    ["http://[x", "javascript:alert(1)", "file:///etc/passwd", "mailto:a@b.example", "data:text/html,x", "",
     "JaVaScRiPt:alert(1)", " javascript:x", "ftp://x.example", "https:", "http://", "https:///x", "-https://x.example",
     "https://x.example\n--help", "\x1b]8;;https://x.example"],
)  # fmt: skip
def test_only_the_web_is_opened(address: str) -> None:
    assert not safe_address(address)


def test_the_line_mode_and_the_command_line_print_words_alone(capsys: pytest.CaptureFixture[str]) -> None:
    """What the command line prints of strangers' words is cleaned once more, as errors and arguments come uncleaned."""
    for text in hostile(FEW, seed=3):
        output.say(text)
        output.say_error(text)
        for part in plain_reading.paragraphs(clean(text)[:2000]):
            output.say(part)
        for part in plain_words.filled(clean(text)[:2000]):
            output.say(part)
    captured = capsys.readouterr()
    assert not foreign(captured.out.encode(), plain=True)[:3]
    assert not foreign(captured.err.encode(), plain=True)[:3]


COMMANDS = (
    ["show", "{}"],
    ["search", "{}"],
    ["search", "from:{}", "in:{}"],
    ["reply", "{}", "-m", "{}"],
    ["snooze", "{}", "--until", "{}"],
    ["circle", "{}"],
    ["note", "{}", "-m", "{}"],
    ["list", "--account", "{}"],
    ["list", "--before", "{}"],
    ["people", "{}"],
    ["login", "{}", "--platform", "{}"],
    ["outbox", "retry", "{}"],
    ["join", "{}", "{}"],
    ["import", "{}"],
    ["{}"],
)
"""Commands with a hostile argument for each {}."""


def _said(words: list[str], monkeypatch: pytest.MonkeyPatch) -> tuple[bytes, bytes]:
    """What a command prints and says, as bytes."""
    streams = [io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2)]
    monkeypatch.setattr(sys, "stdout", streams[0])
    monkeypatch.setattr(sys, "stderr", streams[1])
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"\n\n\n"), encoding="utf-8"))
    try:
        status = main(words)
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 1
    finally:
        monkeypatch.undo()
    assert status in (0, 1, 2)
    found = tuple(stream.buffer.getvalue() for stream in streams)
    assert b"Traceback" not in found[1], found[1]
    return found[0], found[1]


@pytest.mark.parametrize("count", [60, pytest.param(2_000, marks=pytest.mark.long)])
def test_hostile_arguments(count: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An argument comes from a script that read it somewhere; bytes that are no UTF-8 come as lone surrogates."""
    (tmp_path / "config.toml").touch(mode=0o600)
    common = ["--config", str(tmp_path / "config.toml"), "--data-dir", str(tmp_path / "data"), "--offline"]
    wrong = []
    for number, text in enumerate(hostile(count, seed=11)):
        argument = os.fsdecode(text.replace("\0", "")[:5_000].encode("utf-8", "surrogatepass"))
        words = [part.replace("{}", argument) for part in COMMANDS[number % len(COMMANDS)]]
        for extra in ([], ["--json"]):
            out, err = _said([*common, *words, *extra], monkeypatch)
            found = [*foreign(out, plain=True), *foreign(err, plain=True)]
            if found:
                wrong.append(f"{words} {extra}: {found[:2]}")
            if extra and out:
                json.loads(out)
    assert not wrong, "\n".join(wrong[:20])


def test_cells_are_as_wide_as_they_say() -> None:
    """A field is never wider than its room, whatever stands in it."""
    for text in hostile(300, seed=5):
        name = one_line(text)[:500]
        assert cells.width(cells.field(name, 20)) <= 20 + 0
        for part in cells.wrap(name, 20):
            assert cells.width(part) <= 20


def test_half_a_flag_with_a_mark_is_drawn() -> None:
    """A mark after one half of a flag makes one cluster of both; a name of it once ended the program."""
    assert cells.plain_emoji("🇸\u0301") == "🇸\u0301"
    assert cells.plain_emoji("🇸🇪") == "[SE]"


@pytest.mark.parametrize(
    "words", [["show", "\udcff\udcfe"], ["search", "a \udcff"], ["reply", "m1", "-m", "\ud83d"]]
)
def test_bytes_that_are_no_utf_8_are_wrong_usage(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config.toml").touch(mode=0o600)
    common = ["--config", str(tmp_path / "config.toml"), "--data-dir", str(tmp_path / "data"), "--offline"]
    out, err = _said([*common, *words], monkeypatch)
    assert not out
    assert b"is not UTF-8" in err
