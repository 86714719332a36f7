"""Markdown of strangers becomes plain text that keeps its links, names, quotes and pictures."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convo.marktext import INPUT_CAP, markdown_to_text
from convo.model import Attachment, Link
from convo.text import clean

HOSTILE = "\x1b[31mred\x1b]8;;https://evil.example\x07\u202egpj.exe\u2066\x9b2J\x00\u200b"


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("two\r\n\r\nparagraphs\r\nand a line", "two\n\nparagraphs\nand a line"),
        ("a **bold** _word_ and ~~gone~~", "a bold word and gone"),
        ("# Head\n\nbody", "Head\n\nbody"),
        ("- a\n- b\n  1. c\n  2. d\n\nend", "- a\n- b\n  1. c\n  2. d\n\nend"),
        ("3. c\n4. d", "3. c\n4. d"),
        ("- [ ] open\n- [x] done", "- [ ] open\n- [x] done"),
        ("> quoted\n> words\n\nanswer", "> quoted\n> words\n\nanswer"),
        ("```py\nx = 1\n\ny\n```", "```\nx = 1\n\ny\n```"),
        ("use `a  b` here", "use `a b` here"),
        ("| x | y |\n|--|--|\n| 1 | 2 |", "x | y\n1 | 2"),
        ("<!-- hidden -->\nseen <!-- not --> too", "seen too"),
        ("<details><summary>Log</summary>\n\nline\n</details>", "Log\n\nline"),
        ("one<br>two", "one\ntwo"),
        ("```suggestion\nx = 2\n```", "Suggested change:\n\n```\n+ x = 2\n```"),
        ("```suggestion\n```", "Suggested change:\n\n```\n(take these lines out)\n```"),
        ("Sure.\n\nOn Mon, Nov 2 at 10:00 Zoe <z@x.org> wrote:\n> a\n> b", "Sure."),
        ("On the way I wrote:\n> a", "On the way I wrote:\n\n> a"),
        ("![](https://x.org/a.png)", "[image]"),
        ("", ""),
    ],
)
def test_it_reads_like_text(source: str, text: str) -> None:
    assert markdown_to_text(source).text == text


def test_links_keep_their_target() -> None:
    found = markdown_to_text(
        "[docs](https://x.org/a_b) https://y.org/q(1). (https://z.org/p) <https://w.org/> [x](javascript:alert(1)) "
        '[https://good.example](https://evil.example) [mail](mailto:a@b.org) <a href="https://v.org">v</a>'
    )
    assert set(found.links) == {
        Link("https://x.org/a_b", "docs"),
        Link("https://y.org/q(1)"),
        Link("https://z.org/p"),
        Link("https://w.org/"),
        Link("https://evil.example", "https://good.example"),
        Link("mailto:a@b.org", "mail"),
        Link("https://v.org"),
    }


def test_pictures_are_kept_with_their_description() -> None:
    found = markdown_to_text(
        'see ![a trace](https://x.org/1.png) and <img alt="b" src="https://x.org/2.png">'
    )
    assert found.text == "see [image: a trace] and [image: b]"
    assert found.pictures == (
        Attachment("picture", "https://x.org/1.png", "a trace"),
        Attachment("picture", "https://x.org/2.png", "b"),
    )


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("@ana and (@ben), @c-d.", ("ana", "ben", "c-d")),
        ("@ana/team", ("ana/team",)),
        ("mail me@x.org", ()),
        ("`@ana`", ()),
        ("```\n@ana\n```", ()),
        ("    @ana", ()),
        ("> @ana said\n\n@ben", ("ben",)),
        ("https://x.org/@ana", ()),
        ("[@ana](https://x.org)", ()),
        ("**@ana** _@ben_", ("ana", "ben")),
        ("@ana @ana", ("ana",)),
    ],
)
def test_names(source: str, names: tuple[str, ...]) -> None:
    assert markdown_to_text(source).names == names


def test_outer_quotes_are_kept_as_what_was_quoted() -> None:
    found = markdown_to_text("> one\n> two *three*\n> > inner\n\nhm\n\n> four `x`")
    assert found.quoted == ("one two threeinner", "four `x`") or found.quoted == (
        "one two three inner",
        "four `x`",
    )


def test_nothing_hostile_comes_through() -> None:
    inline = f"{HOSTILE} [{HOSTILE}](https://x.org/{HOSTILE}) ![{HOSTILE}](https://x.org/a) `{HOSTILE}`"
    source = f"{inline}\n\n    {HOSTILE}"
    found = markdown_to_text(source)
    for text in (
        found.text,
        *(one.text + one.url for one in found.links),
        *(one.alt for one in found.pictures),
    ):
        assert clean(text) == text
    assert "red" in found.text


def test_what_is_very_long_is_cut_and_said_to_be() -> None:
    assert markdown_to_text("x " * INPUT_CAP).text.endswith("…")


@pytest.mark.parametrize("piece", ["> ", "- ", "[", "![", "*a ", "<b>", "`", "|a", "\n> - "])
def test_nesting_without_end_ends(piece: str) -> None:
    begun = time.process_time()
    markdown_to_text(piece * 5000)
    assert time.process_time() - begun < 20


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet=st.sampled_from(list("ab @`*_>-#[]()!<|1.\n\\&~/:x")), max_size=120))
def test_whatever_comes_is_text(source: str) -> None:
    found = markdown_to_text(source)
    assert clean(found.text) == found.text
