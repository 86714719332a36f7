"""HTML of strangers becomes plain text, with links that say where they lead, in bounded time."""

from __future__ import annotations

import html
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convo import htmltext
from convo.htmltext import INPUT_CAP, Rendered, html_to_text
from convo.model import Attachment, Link
from convo.text import clean


def names(href: str, words: str) -> str:
    return {"https://m.example/@me": "me@m.example", "https://x.example/@zoe": "zoe@x.example"}.get(href, "")


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("plain words", "plain words"),
        ("<p>one</p><p>two</p>", "one\n\ntwo"),
        ("<p>one<br>two<br><br>three</p>", "one\ntwo\n\nthree"),
        ("<div>one</div><div>two</div>", "one\ntwo"),
        ("a &amp; b &lt;i&gt; &#x1F600; &nbsp;c", "a & b <i> 😀 c"),
        ("<p>un</p>\n\n  <p>deux</p>\n", "un\n\ndeux"),
        ("<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>after", "- a\n- b\n  - c\n\nafter"),
        ("<ul><li><p>a</p></li><li><p>b</p><p>more</p></li></ul>", "- a\n\n- b\n\n  more"),
        ("<ol start='3'><li>t</li><li>u</li></ol>", "3. t\n4. u"),
        ("<blockquote><p>q</p><p>r</p></blockquote><p>s</p>", "> q\n>\n> r\n\ns"),
        ("<blockquote>a<blockquote>b</blockquote></blockquote>", "> a\n>\n> > b"),
        ("<blockquote>a</blockquote><blockquote>b</blockquote>", "> a\n\n> b"),
        ("<pre><code>if x:\n    y &lt; 1\n</code></pre>done", "```\nif x:\n    y < 1\n```\n\ndone"),
        ("<pre>a<br>b</pre>", "```\na\nb\n```"),
        ("<h2>Head</h2>text", "Head\n\ntext"),
        ("use <code>x</code> <b>now</b>", "use x now"),
        ("a<script>alert(1)</script><style>p{}</style><iframe src=x>i</iframe>b", "ab"),
        ("<p>the <span class='invisible'>hidden</span>rest</p>", "the rest"),
        (
            '<a class="mention hashtag" href="https://m.example/tags/x">#<span>moss</span></a> grows',
            "#moss grows",
        ),
        ("hi <img class='emoji' alt=':cat:' src='https://m.example/c.png'>", "hi :cat:"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        ("a\u2028b\x85c", "a b c"),
        ("<p>esc \x1b[31mred\u202e &#27;]0;x&#7;</p>", "esc [31mred ]0;x"),
    ],
)
def test_text(source: str, text: str) -> None:
    assert html_to_text(source).text == text


def test_links_say_where_they_lead() -> None:
    address = (
        '<a href="https://ex.org/long/path"><span class="invisible">https://</span>'
        '<span class="ellipsis">ex.org/long</span><span class="invisible">/path</span></a>'
    )
    assert html_to_text(f"recipe: {address}!") == Rendered(
        "recipe: https://ex.org/long/path!", (Link("https://ex.org/long/path"),)
    )
    short = html_to_text('<a href="https://ex.org/long/path">ex.org/long…</a>')
    assert short == Rendered("https://ex.org/long/path", (Link("https://ex.org/long/path"),))
    lie = html_to_text('<a href="https://evil.example">bank.example</a>')
    assert lie == Rendered("bank.example", (Link("https://evil.example", "bank.example"),))
    hidden = html_to_text(
        '<a href="https://evil.example"><span class="invisible">https://evil.</span>bank.example</a>'
    )
    assert hidden == Rendered("bank.example", (Link("https://evil.example", "bank.example"),))
    relative = html_to_text('<a href="/a">here</a>', base="https://ex.org/b")
    assert relative.links == (Link("https://ex.org/a", "here"),)
    for target in ("javascript:alert(1)", "data:text/html,x", "/only", "", "http://[bad"):
        assert html_to_text(f'<a href="{target}">here</a>') == Rendered("here")


def test_words_that_only_begin_like_the_address_are_shown_as_words() -> None:
    found = html_to_text('<a href="https://ex.org.evil.example/">ex.org…</a>')
    assert found.links == (Link("https://ex.org.evil.example/", "ex.org…"),)
    assert found.text == "ex.org…"


def test_mentions_are_resolved_and_the_leading_run_is_told_apart() -> None:
    me = '<span class="h-card"><a href="https://m.example/@me" class="u-url mention">@<span>me</span></a></span>'
    zoe = '<a href="https://x.example/@zoe" class="mention">@zoe</a>'
    found = html_to_text(f"<p>{me} {zoe}, hello {zoe}</p>", names)
    assert found.text == "@me@m.example @zoe@x.example, hello @zoe@x.example"
    assert found.leading == ("me@m.example",)
    assert found.named == ("zoe@x.example",)
    unknown = html_to_text('<a class="mention" href="https://y.example/@q">@q</a>', names)
    assert unknown == Rendered("@q")


def test_pictures() -> None:
    found = html_to_text(
        '<p>look</p><img src="https://ex.org/a.png" alt="a red house"><img src="javascript:x">'
    )
    assert found == Rendered("look", pictures=(Attachment("picture", "https://ex.org/a.png", "a red house"),))


def test_classes_can_be_left_out() -> None:
    source = '<p class="quote-inline">RE: <a href="https://ex.org/1">https://ex.org/1</a></p><p>yes</p>'
    assert html_to_text(source, without=("quote-inline",)) == Rendered("yes")
    assert html_to_text('a <b class="drop">x</b> c', without=("drop",)).text == "a c"


@pytest.mark.parametrize(
    "source",
    [
        "<div>" * 10_000 + "deep",
        "<blockquote>" * 10_000 + "deep",
        "<ul><li>" * 10_000 + "deep",
        "<span>" * 10_000 + "deep",
        "<pre>" * 10_000 + "deep",
        "<table>" * 10_000 + "deep",
        "<a href=https://ex.org/>" * 10_000 + "deep",
        "".join(f"<b id={number}><p>" for number in range(5_000)) + "deep",
        "<p>word</p>" * 10_000 + "deep",
    ],
)
def test_nesting_is_survived_and_nothing_is_lost(source: str) -> None:
    assert html_to_text(source).text.endswith(("deep", "deep\n```"))


def test_quotes_and_lists_show_eight_levels() -> None:
    assert html_to_text("<blockquote>" * 50 + "x").text == "> " * 8 + "x"
    assert html_to_text("<ul><li>" * 50 + "x").text == "- " * 8 + "x"


@given(st.lists(st.sampled_from(["<p>", "<b id=1>", "x<", "words ", "<P class='a'>"]), max_size=3000))
@settings(max_examples=50, deadline=None)
def test_a_parser_gets_little_at_a_time_and_all_of_it(pieces: list[str]) -> None:
    source = "".join(pieces)
    chunks = list(htmltext._chunks(source))
    assert "".join(chunks) == source
    assert max(chunk.count("<") for chunk in chunks) <= htmltext._CHUNK + 1


def test_what_is_too_long_is_cut_with_a_sign() -> None:
    found = html_to_text("<p>" + "word " * INPUT_CAP)
    assert found.text.endswith("…")
    assert len(found.text) <= INPUT_CAP + 2


_TAGS = (
    "<p> </p> <br> </a> <blockquote> </blockquote> <ul> <ol> <li> </li> </ul> <pre> </pre> </span> <script>"
)
_PIECES = st.sampled_from(
    [
        *_TAGS.split(),
        *(
            "<a href='https://ex.org/x'>",
            "<span class=invisible>",
            "<img src=https://ex.org/a alt='\x1b'>",
            "<!--",
            "-->",
        ),
        *("&#x1b;", "&#8238;", "&lt;", "\x07", "\x9b", "\u202e", "<", ">", "&", "```", "> "),
    ]
)


@given(st.lists(st.one_of(_PIECES, st.text(max_size=12)), max_size=40))
@settings(max_examples=300, deadline=None)
def test_nothing_that_drives_a_terminal_comes_through(pieces: list[str]) -> None:
    found = html_to_text("".join(pieces), names)
    assert clean(found.text) == found.text
    for value in (found.text, *(link.url for link in found.links), *(link.text for link in found.links)):
        assert all(char in "\n\t" or unicodedata.category(char) not in ("Cc", "Cs") for char in value)
    assert not found.text.startswith("\n")
    assert not found.text.endswith("\n")


@given(st.text(max_size=80))
@settings(max_examples=300, deadline=None)
def test_plain_text_stays_what_it_is(text: str) -> None:
    once = html_to_text(html.escape(text)).text
    assert "\n" not in once
    assert html_to_text(html.escape(once)).text == once
    if text.isprintable() and "  " not in text:
        assert once == " ".join(clean(text).split())
