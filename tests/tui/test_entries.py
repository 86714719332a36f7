"""An open conversation, line by line: heads, quotes, code, links, folds, and strangers' tricks."""

from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path

import pytest

import convo.tui
from convo.model import Attachment, Link, Quote, Reason, Visibility
from convo.tui import cells, entries
from convo.tui.entries import (
    Fold,
    Frame,
    entry_lines,
    fold_line,
    head_line,
    host_shown,
    link_words,
    text_lines,
)
from convo.tui.outline import outline
from convo.tui.outside import safe_address
from convo.views import Entry
from tests.tui import cast
from tests.tui.play import SMALL, USUAL, WIDE, inbox
from tests.tui.test_rows import HOSTILE, MOMENT

FRAME = Frame(54, MOMENT, authors={entry.uri: entry.author for entry in cast.HOUSE})
ANA = cast.HOUSE[5]


def texts(entry: Entry, size: int = 54) -> list[str]:
    frame = replace(FRAME, size=size)
    return [line.text.rstrip() for line in entry_lines(entry, frame)]


def test_a_message_is_the_drawn_one() -> None:
    assert texts(ANA) == [
        " » Ana Lind, to you                   Tue 9:14, waits",
        "   Did you get the second house? We walked past it on",
        "   Sunday and thought of you. The garden is bigger",
        "   than it looks from the road.",
        "   [picture] A red wooden house behind birches, first",
        "   snow on the roof. f opens it.",
        "   link: huset.example/till-salu",
    ]


def test_own_messages_have_a_rail_on_all_lines() -> None:
    assert texts(cast.HOUSE[2]) == [
        " │ You, to everyone                         Mon 18:02",
        " │ We are looking at two houses near the river. Both",
        " │ need a roof.",
    ]


@pytest.mark.parametrize(
    ("change", "whom"),
    [
        ({"visibility": Visibility.DIRECT}, ", only to you"),
        ({"addressed": Reason.COMMENT}, ", on your text"),
        ({"addressed": None, "parent_uri": "uri:103"}, ", to you"),
        ({"addressed": None, "parent_uri": "uri:101"}, ", to Mia"),
        ({"addressed": None, "parent_uri": "uri:107"}, ""),
        ({"addressed": None, "parent_uri": ""}, ""),
    ],
)
def test_to_whom(change: dict[str, object], whom: str) -> None:
    entry = replace(ANA, **change)  # type: ignore[arg-type]
    assert head_line(entry, FRAME).text.startswith(f" » Ana Lind{whom}  ")


@pytest.mark.parametrize("size", [36, 40, 54, 60, 82])
@pytest.mark.parametrize("words", HOSTILE)
def test_head_lines_never_wrap_nor_leave_their_pane(size: int, words: str) -> None:
    entry = replace(ANA, author=replace(cast.ANA, name=words), new=True, edited_at=cast.NOW)
    assert head_line(entry, replace(FRAME, size=size)).width <= size


@pytest.mark.parametrize("size", [36, 40, 54, 60, 82])
@pytest.mark.parametrize("words", HOSTILE)
def test_no_line_leaves_its_pane(size: int, words: str) -> None:
    entry = replace(
        ANA, text=f"{words}\n\n> {words}\n```\n{words}\n```\n- {words}\n# {words}", content_warning="",
        attachments=(Attachment("image", "https://a.example", words),),
        links=(Link("https://a.example/" + "x" * 90, words),),
        quotes=(Quote("u", "u", words, words),),
    )  # fmt: skip
    for line in entry_lines(entry, replace(FRAME, size=size)):
        assert line.width <= size, line.text


def test_names_only_go_short_before_the_status() -> None:
    narrow = replace(FRAME, size=36)
    assert head_line(replace(ANA, new=True), narrow).text.split()[1:3] == ["Ana", "Lind"]
    assert "waits, new" in head_line(replace(ANA, new=True), narrow).text


def test_texts() -> None:
    found = text_lines(
        "One.\n\n\n\nTwo\n> quoted words\n- item one\n# Head\n```\ncode [b]x[/b] " + "y" * 60 + "\n```\n", 30
    )
    assert [line.text for line in found] == [
        "One.",
        "",
        "Two",
        "> quoted words",
        "- item one",
        "Head",
        "│ code [b]x[/b] " + "y" * 13 + "…",
    ]
    assert found[-1].ground == "field"
    assert found[-1].width == 30
    assert found[5].spans[0].bold


def test_right_to_left_paragraphs_are_right_aligned() -> None:
    [line] = text_lines("שלום עולם", 30)
    assert line.text == " " * 21 + "שלום עולם"


@pytest.mark.parametrize(
    ("link", "words"),
    [
        (Link("https://huset.example/till-salu"), "link: huset.example/till-salu"),
        (Link("https://www.huset.example/"), "link: huset.example"),
        (Link("https://evil.example/x", "bank.example"), "link: evil.example/x (the text says: bank.example)"),
        (Link("https://evil.example/x", "https://bank.example/login"),
         "link: evil.example/x (the text says: bank.example)"),
        (Link("https://bank.example/a", "bank.example/a"), "link: bank.example/a"),
        (Link("https://olu.example/wet", "my notes"), "link: olu.example/wet   (the text says: my notes)"),
        (Link("https://user:pw@evil.example/bank.example", "bank.example"),
         "link: evil.example/bank.example (the text says: bank.example)"),
    ],
)  # fmt: skip
def test_a_link_shows_its_true_host(link: Link, words: str) -> None:
    assert link_words(link) == words


def test_hosts_of_mixed_scripts_stand_in_their_ascii_form() -> None:
    assert host_shown("b\u0430nk.example") == "! xn--bnk-6cd.example"
    assert host_shown("bücher.example") == "bücher.example"
    assert host_shown("пример.example") == "пример.example"


@pytest.mark.parametrize("size", [36, 40, 60])
def test_the_host_of_a_long_link_is_never_cut(size: int) -> None:
    entry = replace(ANA, links=(Link("https://huset.example/" + "a" * 200),))
    assert any("huset.example/" in text and "…" in text for text in texts(entry, size))


@pytest.mark.parametrize(
    ("address", "safe"),
    [("https://a.example/x", True), ("http://a.example", True), ("file:///etc/passwd", False),
     ("javascript:alert(1)", False), ("https://", False), ("ftp://a.example", False), ("", False)],
)  # fmt: skip
def test_only_the_web_is_opened(address: str, safe: bool) -> None:
    assert safe_address(address) is safe


def test_covered_deleted_held() -> None:
    assert texts(replace(ANA, content_warning="food"))[1:] == ["   covered: food. z shows it"]
    gone = replace(ANA, deleted=True, text="", attachments=(), links=())
    assert texts(gone)[1:] == ["   Ana took this message back."]
    assert "You took this message back." in texts(replace(gone, author=cast.ME))[1]
    assert texts(replace(ANA, held=True))[0].endswith("Tue 9:14, to approve")
    assert entries.HELD in texts(replace(ANA, held=True), 70)[-1]


def test_the_branch_to_the_waiting_message_first_all_else_folded() -> None:
    items = outline(cast.HOUSE, ANA, ())
    shape = [item.message_id if isinstance(item, Entry) else item.where for item in items]
    assert shape == ["earlier", 103, "between", 106, 107, 108]
    folds = [fold_line(item, FRAME, False).text.rstrip() for item in items if isinstance(item, Fold)]
    assert folds == [" + earlier: Mia Berg, Carl Berg", " + Carl and Mia went on from here"]


def test_folds_name_three_and_then_say_and_others() -> None:
    people = [cast.someone(f"P{n} X", f"p{n}") for n in range(5)]
    fold = Fold("x", tuple(cast.entry(300 + n, who, cast.NOW, "x") for n, who in enumerate(people)), "later")
    assert "P0 X, P1 X, P2 X and others" in fold_line(fold, FRAME, False).text
    assert not any(sign.isdigit() and int(sign) > 3 for sign in fold_line(fold, FRAME, False).text)


def test_a_flat_place_opens_with_the_own_words_before() -> None:
    flat = [
        cast.entry(n, cast.ME if n in (1, 4) else cast.BEN, cast.at(10 + n), f"words {n}")
        for n in range(1, 7)
    ]
    flat[5] = replace(flat[5], waiting=True, addressed=Reason.REPLY)
    items = outline(flat, flat[5], ())
    assert [item.message_id if isinstance(item, Entry) else item.where for item in items] == [
        "earlier",
        4,
        5,
        6,
    ]


def test_a_loop_of_parents_ends() -> None:
    one, two = cast.entry(1, cast.BEN, cast.NOW, "a", 2), cast.entry(2, cast.ANA, cast.NOW, "b", 1)
    assert outline([one, two], two, ())


# strangers' text on every screen

TRICK = "[@click=app.exit]x[/] [/b] [bold red]👩‍👩‍👧‍👧🇸🇪 שלום " + "は" * 30 + "z" * 300


@pytest.mark.parametrize("size", [WIDE, USUAL, SMALL, (40, 12)])
async def test_hostile_strings_on_every_screen(size: tuple[int, int]) -> None:
    who = replace(cast.ANA, name=TRICK, handle=TRICK[:80])
    rows = [replace(row, who=who, waiting_for=(who,), words=TRICK, title=TRICK) for row in cast.ROWS]
    async with inbox(size, rows=rows) as play:
        play.engine.opened[2] = replace(
            cast.conversation(rows[1]),
            entries=(replace(ANA, message_id=202, uri="uri:202", author=who, text=f"{TRICK}\n```\n{TRICK}\n```",
                             url=TRICK,
                             links=(Link("https://a.example/" + TRICK, TRICK),), accounts=("bsky",)),),
        )  # fmt: skip
        play.engine.notes[who.person_id] = TRICK
        await play.press("j", "enter", "f", "escape", "s", "escape", "M", "escape")
        await play.press("r")
        await play.type("x")
        await play.press("ctrl+l", "escape", "ctrl+t", "escape")
        await play.press("g", "a", "g", "w", "slash")
        await play.type("x")
        await play.press("escape", "escape", "A", "escape", "question_mark", "escape", "e")
        assert play.app.is_running
        for line in play.app.screen._compositor.render_strips():
            assert sum(segment.cell_length for segment in line) <= size[0]


UNSAFE = {
    "Static",
    "Label",
    "Button",
    "OptionList",
    "DataTable",
    "Markdown",
    "Tree",
    "Select",
    "Collapsible",
    "Toast",
}


def test_nothing_in_the_screens_reads_markup() -> None:
    """No widget that parses plain strings, no markup constructor, no notify, no border title."""
    for path in Path(convo.tui.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
                assert name not in UNSAFE, f"{path.name}:{node.lineno} {name}"
                assert name not in {"notify", "from_markup", "from_text", "escape", "render_str"}, (
                    f"{path.name}:{node.lineno}"
                )
            if isinstance(node, ast.Attribute):
                assert node.attr not in {"border_title", "border_subtitle", "tooltip", "placeholder"}, (
                    path.name
                )
            if isinstance(node, ast.ImportFrom):
                assert not {alias.name for alias in node.names} & UNSAFE, path.name
                assert node.module not in {"textual.content", "rich.text", "rich.markup", "textual.markup"}, (
                    path.name
                )


def test_cells_are_the_terminals() -> None:
    for hostile in HOSTILE:
        text = cells.plain_emoji(hostile)
        assert cells.width(text) == sum(cells.width(cluster) for cluster in cells.clusters(text))
