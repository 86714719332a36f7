"""A cooked post to plain text: quotes, previews of links, spoilers, pictures and emoji in Discourse's own dress."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from convo.htmltext import Rendered, html_to_text
from convo.text import one_line
from convo.values import frozen

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

SPOILER = "spoiler"
_DRESSED = ("quote", "onebox", "lightbox", "spoile", "emoji")
_MOST_TAGS = 2_000
"""A post with more is read without its dress: looking for it would cost too much."""
_DROPPED = (
    "quote-controls",
    "badge",
    "meta",
    "onebox-metadata",
    "poll-info",
    "poll-buttons",
    "anchor",
    "cooked-selection-barrier",
)
_EMOJI = {
    "+1": "👍", "thumbsup": "👍", "-1": "👎", "heart": "❤️", "smile": "😄", "slight_smile": "🙂", "smiley": "😃",
    "grinning": "😀", "blush": "😊", "wink": "😉", "joy": "😂", "rofl": "🤣", "laughing": "😆", "thinking": "🤔",
    "tada": "🎉", "pray": "🙏", "clap": "👏", "ok_hand": "👌", "wave": "👋", "rocket": "🚀", "fire": "🔥",
    "cry": "😢", "sob": "😭", "sweat_smile": "😅", "eyes": "👀", "100": "💯", "white_check_mark": "✅",
    "heart_eyes": "😍", "raised_hands": "🙌", "sunglasses": "😎", "star": "⭐", "warning": "⚠️",
}  # fmt: skip
"""The names people use most; any other stays as it is written, between colons."""


@frozen
class Cited:
    """A quote of a post: who is quoted, which topic and post, and the words."""

    user: str
    topic: int
    number: int
    text: str


@dataclass(slots=True)
class Cooked:
    """A post as text."""

    text: Rendered
    cited: list[Cited] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    """Groups it names, in lower case."""
    covered: bool = False
    """It holds a spoiler."""


def cooked_to_text(html: str, base: str) -> Cooked:
    """Plain text of a post, its quotes, and whom it names outside of them."""
    cited: list[Cited] = []
    groups: list[str] = []
    covered = False
    if any(word in html for word in _DRESSED) and html.count("<") <= _MOST_TAGS:
        from selectolax.lexbor import LexborHTMLParser

        tree = LexborHTMLParser(html)
        covered = bool(tree.css("span.spoiler, div.spoiler, .spoiled"))
        cited = _undress(tree)
        html = tree.body.inner_html or "" if tree.body is not None else html
    rendered = html_to_text(html, _names(base, groups), base=f"{base}/", without=_DROPPED)
    return Cooked(rendered, cited, groups, covered)


def _names(base: str, groups: list[str]) -> Callable[[str, str], str]:
    """Tells which links name a user, and notes those that name a group."""
    folder = urlsplit(base).path.rstrip("/")

    def name(href: str, words: str) -> str:
        if not words.startswith("@"):
            return ""
        path = urlsplit(href).path.removeprefix(folder)
        if path.startswith(("/groups/", "/g/")):
            groups.append(one_line(unquote(path.split("/")[2])).lower())
            return ""
        found = path.removeprefix("/u/") if path.startswith("/u/") else path.removeprefix("/users/")
        user = one_line(unquote(found))
        return user if user and "/" not in user else ""

    return name


def _undress(tree: LexborHTMLParser) -> list[Cited]:
    """Make what Discourse builds out of quotes, links and pictures plain HTML; gives the quotes of posts."""
    for node in tree.css("aside.onebox"):
        _preview(node)
    cited = [one for one in map(_quote, tree.css("aside.quote")) if one is not None]
    for node in tree.css("a.lightbox"):
        picture = node.css_first("img")
        href = node.attributes.get("href")
        if picture is not None and href:
            alt = picture.attributes.get("alt") or ""
            picture.attrs["src"] = href
            picture.attrs["alt"] = "" if _is_file_name(alt, href, node.attributes.get("title")) else alt
            del node.attrs["href"]
    for node in tree.css("img.emoji"):
        name = (node.attributes.get("title") or node.attributes.get("alt") or "").strip(":")
        node.attrs["alt"] = _EMOJI.get(name, f":{name}:" if name else "")
    return cited


def _is_file_name(alt: str, href: str, title: str | None) -> bool:
    """Whether a description is only what the picture's file was called."""
    bare = alt.rsplit(".", 1)[0].lower()
    file = urlsplit(href).path.rsplit("/", 1)[-1].rsplit(".", 1)[0].lower()
    return not bare or bare == file or alt.lower().endswith((".png", ".jpg", ".jpeg", ".gif", ".webp"))


def _quote(node: LexborNode) -> Cited | None:
    """Put "zoe wrote:" before a quote; whom the quoted words name is not named by who quotes them."""
    user = one_line(node.attributes.get("data-username") or "")
    words = node.css_first("blockquote")
    for inner in node.css("a.mention, a.mention-group"):
        if "href" in inner.attributes:
            del inner.attrs["href"]
    text = " ".join((words.text() if words is not None else "").split())
    title = node.css_first(".title")
    if title is not None:
        title.replace_with(f"{user} wrote:" if user else "")
    topic, number = (node.attributes.get(name) or "" for name in ("data-topic", "data-post"))
    if not user or not (topic.isdigit() and number.isdigit()) or len(topic + number) > 30:
        return None
    return Cited(user, int(topic), int(number), text)


def _preview(node: LexborNode) -> None:
    """Leave of the preview of a link its title, as a link."""
    link = node.css_first("h3 a") or node.css_first("h4 a")
    source = node.attributes.get("data-onebox-src") or ""
    if link is None:
        return
    if source:
        link.attrs["href"] = source
    for inner in node.css("header, p, pre, img, .aspect-image, .onebox-metadata, .github-row"):
        inner.decompose()
