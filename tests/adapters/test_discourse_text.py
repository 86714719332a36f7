"""Cooked posts of Discourse become plain text: quotes, previews, spoilers, pictures, emoji, attachments."""

from __future__ import annotations

import pytest

from convo.adapters._discourse_html import Cited, cooked_to_text

BASE = "https://forum.example/talk"
_QUOTE = (
    '<aside class="quote no-group" data-username="zoe" data-post="3" data-topic="640">\n'
    '<div class="title">\n<div class="quote-controls"></div>\n'
    '<img alt="" width="24" height="24" src="/user_avatar/f/zoe/48/9_2.png" class="avatar"> zoe:</div>\n'
    '<blockquote>\n<p>does <a class="mention" href="/talk/u/me">@me</a> know?</p>\n</blockquote>\n</aside>\n'
)


def text(html: str) -> str:
    return cooked_to_text(html, BASE).text.text


def test_a_quote_with_a_mention_and_a_spoiler() -> None:
    named = '<a class="mention" href="/talk/u/ida">@ida</a>'
    html = f'{_QUOTE}<p>{named} knows: <span class="spoiler">it was me</span></p>'
    found = cooked_to_text(html, BASE)
    assert found.text.text == "zoe wrote:\n\n> does @me know?\n\n@ida knows: it was me"
    assert found.cited == [Cited("zoe", 640, 3, "does @me know?")]
    assert (found.text.named, found.text.leading) == (("ida",), ())
    assert found.covered
    assert found.text.pictures == ()


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        (
            '<p>ok <img src="/images/emoji/twitter/smile.png?v=12" title=":smile:" class="emoji" alt=":smile:"></p>',
            "ok 😄",
        ),
        (
            '<p><img src="/e/party_blob.png" title=":party_blob:" class="emoji" alt=":party_blob:"> yes</p>',
            ":party_blob: yes",
        ),
        ('<pre><code class="lang-python">a = 1\n  b = 2\n</code></pre>', "```\na = 1\n  b = 2\n```"),
        (
            '<details class="elided"><summary>More</summary><p>hidden words</p></details>',
            "More\n\nhidden words",
        ),
        (
            '<p>See <a href="/t/show/640/3">this</a> <span class="badge badge-notification clicks">4</span></p>',
            "See this",
        ),
        (
            '<p><a class="hashtag" href="/c/meta/3">#<span>meta</span></a> is the place</p>',
            "#meta is the place",
        ),
    ],
)
def test_text(html: str, expected: str) -> None:
    assert text(html) == expected


def test_a_preview_is_its_title_and_its_link() -> None:
    html = (
        '<p>look:</p><aside class="onebox allowlistedgeneric" data-onebox-src="https://example.org/a/long/page">'
        '<header class="source"><img src="https://example.org/icon.png" class="site-icon">'
        '<a href="https://example.org/a/long/page" target="_blank">Example</a></header>'
        '<article class="onebox-body"><div class="aspect-image"><img src="https://cdn.example/x.png"></div>'
        '<h3><a href="https://example.org/other">A page</a></h3><p>Many words about it.</p></article>'
        '<div class="onebox-metadata"></div></aside>'
    )
    found = cooked_to_text(html, BASE).text
    assert found.text == "look:\n\nA page"
    assert [(link.url, link.text) for link in found.links] == [("https://example.org/a/long/page", "A page")]
    assert found.pictures == ()


@pytest.mark.parametrize(
    ("alt", "kept"), [("a bowl of soup", "a bowl of soup"), ("soup", ""), ("IMG_1.jpeg", "")]
)
def test_a_picture_in_a_lightbox(alt: str, kept: str) -> None:
    html = (
        '<p><div class="lightbox-wrapper"><a class="lightbox" href="/talk/uploads/default/original/1X/soup.png" '
        f'title="soup"><img src="/talk/uploads/optimized/soup_690.png" alt="{alt}" width="690">'
        '<div class="meta"><span class="filename">soup</span><span class="informations">1920×1080 88 KB</span></div>'
        "</a></div></p>"
    )
    found = cooked_to_text(html, BASE).text
    [picture] = found.pictures
    assert (picture.url, picture.alt) == (
        "https://forum.example/talk/uploads/default/original/1X/soup.png",
        kept,
    )
    assert found.text == ""


def test_addresses_are_made_whole() -> None:
    html = (
        '<p><a class="attachment" href="/talk/uploads/a.pdf">a.pdf</a> <a href="//cdn.example/x">cdn</a></p>'
    )
    urls = [link.url for link in cooked_to_text(html, BASE).text.links]
    assert urls == ["https://forum.example/talk/uploads/a.pdf", "https://cdn.example/x"]


def test_a_link_to_a_profile_names_nobody_and_a_group_is_noted() -> None:
    html = '<p><a href="/talk/u/zoe">her page</a> and <a class="mention-group" href="/talk/groups/team">@team</a></p>'
    found = cooked_to_text(html, BASE)
    assert (found.text.named, found.groups) == ((), ["team"])


def test_a_flood_of_tags_costs_little() -> None:
    html = '<aside class="quote">' * 50_000
    assert cooked_to_text(html, BASE).cited == []
