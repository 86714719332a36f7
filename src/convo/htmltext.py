"""HTML of strangers to plain text, with its links, mentions and pictures; the tree comes from lexbor."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from convo._htmllines import Lines
from convo.model import Attachment, Link
from convo.text import clean, one_line
from convo.values import frozen

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

INPUT_CAP = 256 * 1024
"""Characters of HTML that are read of one message; the rest becomes "…"."""
_CHUNK = 300
"""Tags parsed at once: a parser's work grows with the square of what is nested, so it gets little at a time."""
_NODES = 200_000
_DEEP = 8
"""Levels of quotes and lists that show; what is nested deeper stays at this level."""

_DROPPED = frozenset(
    {"script", "style", "iframe", "noscript", "template", "object", "embed", "svg", "head", "title"}
    | {"audio", "video", "canvas", "select", "textarea"}
)
_LINE = frozenset(
    {"div", "section", "article", "header", "footer", "main", "aside", "nav", "address", "figure"}
    | {"figcaption", "form", "fieldset", "dl", "dt", "dd", "details", "summary", "tr", "caption", "center"}
)
_PARAGRAPH = frozenset(("p", "h1", "h2", "h3", "h4", "h5", "h6", "table"))
_LISTS = frozenset(("ul", "ol", "menu"))
_EMOJI = frozenset(("emoji", "custom-emoji", "emojione", "wp-smiley"))
_SCHEMES = ("http", "https", "mailto")

Names = Callable[[str, str], str]
"""From a link's target and the words it stands behind to the handle it names (no "@" before it), "" when to none."""


@frozen
class Rendered:
    """Plain text of a message. Handles stand in `leading` when only the leading run names them, else in `named`."""

    text: str
    links: tuple[Link, ...] = ()
    leading: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    pictures: tuple[Attachment, ...] = ()


@dataclass(slots=True)
class _Reader:
    """Walks a tree and fills a writer; closings are kept on a stack of its own, so no nesting can exhaust Python's."""

    base: str
    names: Names | None
    without: Collection[str]
    writer: Lines = field(default_factory=Lines)
    links: dict[Link, None] = field(default_factory=dict)
    leading: dict[str, None] = field(default_factory=dict)
    named: dict[str, None] = field(default_factory=dict)
    pictures: list[Attachment] = field(default_factory=list)
    quotes: int = 0
    lists: list[int] = field(default_factory=list)
    """Of each open list the number of its next item, 0 where items have none."""
    begun: bool = False
    """Words other than names were said."""
    nodes: int = 0

    def read(self, root: LexborNode | None) -> None:
        """Walk everything below `root`."""
        closings: list[str] = []
        node = root.child if root is not None else None
        while node is not None and self.nodes < _NODES:
            self.nodes += 1
            tag = node.tag or ""
            inner = None
            if tag == "-text":
                self.say(node.text_content or "")
            elif tag[0] not in "-!" and self.enter(tag, node):
                inner = node.child
                if inner is None:
                    self.leave(tag)
                else:
                    closings.append(tag)
                    node = inner
                    continue
            following = node.next
            while following is None and closings:
                node = node.parent
                if node is None:
                    break
                self.leave(closings.pop())
                following = node.next
            node = following
        while closings:
            self.leave(closings.pop())

    def say(self, text: str) -> None:
        """Words between tags; what goes from them goes before their white space is collapsed."""
        if not text.isprintable():
            text = clean(text)
        self.writer.words(text)
        if not self.begun and text.strip(" \t\r\n,:\xa0"):
            self.begun = True

    def enter(self, tag: str, node: LexborNode) -> bool:
        """Begin an element; False when it was dealt with whole."""
        if tag in _DROPPED:
            return False
        if tag == "p":
            self.writer.block(2)
        elif tag == "br":
            self.writer.line_break()
        elif tag == "a":
            return self._anchor(node)
        elif tag == "img":
            self._picture(node)
        elif tag == "pre":
            self.begun = True
            self.writer.code(_shown(node, display=False, breaks=True))
            return False
        elif tag in _LISTS or tag == "li" or tag == "blockquote":
            self._open_container(tag, node)
        elif tag == "hr":
            self.writer.block(2)
            self.say("---")
            self.writer.block(2)
        elif tag == "q":
            self.say("“")
        elif tag in ("td", "th"):
            self.writer.space = True
        elif tag in _PARAGRAPH:
            self.writer.block(2)
        elif tag in _LINE:
            self.writer.block(1)
        if tag == "span" or self.without:
            return not self._hidden(node)
        return True

    def leave(self, tag: str) -> None:
        """End an element."""
        writer = self.writer
        if tag in _PARAGRAPH:
            writer.block(2)
        elif tag == "blockquote":
            self.quotes -= 1
            if self.quotes < _DEEP:
                writer.close(2)
        elif tag == "li":
            if len(self.lists) <= _DEEP:
                writer.close(1)
        elif tag in _LISTS:
            self.lists.pop()
            writer.block(1 if self.lists else 2)
        elif tag in _LINE:
            writer.block(1)
        elif tag == "q":
            self.say("”")

    def _open_container(self, tag: str, node: LexborNode) -> None:
        if tag == "blockquote":
            if self.quotes < _DEEP:
                self.writer.open("> ", "> ", 2)
            self.quotes += 1
        elif tag == "li":
            number = self.lists[-1] if self.lists else 0
            if number:
                self.lists[-1] += 1
            if len(self.lists) <= _DEEP:
                self.writer.open(f"{number}. " if number else "- ", "   " if number else "  ", 1)
        else:
            self.writer.block(1 if self.lists else 2)
            self.lists.append(_start(node) if tag == "ol" else 0)

    def _hidden(self, node: LexborNode) -> bool:
        classes = _classes(node)
        if "invisible" in classes or any(name in classes for name in self.without):
            # What was opened for it is closed here: its inside is not walked.
            if node.tag != "span":
                self.leave(node.tag or "")
            return True
        return False

    def _anchor(self, node: LexborNode) -> bool:
        attributes = node.attributes
        classes = (attributes.get("class") or "").split()
        if any(name in classes for name in self.without):
            return False
        href = (attributes.get("href") or "").strip()
        whole = " ".join(_shown(node, display=False).split())
        handle = self.names(href, whole) if self.names and "hashtag" not in classes else ""
        if handle:
            (self.named if self.begun else self.leading)[handle] = None
            self.writer.words(f"@{handle}")
            return False
        if "mention" in classes or "hashtag" in classes or "tag" in (attributes.get("rel") or "").split():
            self.say(_spaced(node, whole))
            return False
        target = self._target(href)
        if not target:
            return True
        self.begun = True
        if _is_address(whole, target):
            self.links[Link(target)] = None
            self.writer.words(_spaced(node, target))
            return False
        shown = one_line(_shown(node, display=True))
        self.links[Link(target, shown)] = None
        return True

    def _target(self, href: str) -> str:
        target = one_line(href)
        if not target:
            return ""
        try:
            target = urljoin(self.base, target) if self.base else target
            parts = urlsplit(target)
        except ValueError:
            return ""
        return target if parts.scheme.lower() in _SCHEMES and (parts.netloc or parts.path) else ""

    def _picture(self, node: LexborNode) -> None:
        attributes = node.attributes
        alt = one_line(attributes.get("alt") or "")
        if not _EMOJI.isdisjoint((attributes.get("class") or "").split()):
            self.say(alt)
            return
        source = self._target((attributes.get("src") or "").strip())
        if source:
            self.pictures.append(Attachment("picture", source, alt))


def html_to_text(
    html: str, names: Names | None = None, *, base: str = "", without: Collection[str] = ()
) -> Rendered:
    """Plain text of HTML: "> " before quotes, "- " before list items, code between lines of three backticks.

    `names` tells which links are mentions, `base` completes relative addresses, and elements with a class in
    `without` are left out. Links keep their true target; the words they stand behind are kept with them when they
    are not the address itself. Everything in the result is cleaned.
    """
    if "<" not in html and "&" not in html:
        return Rendered(" ".join(clean(html[:INPUT_CAP]).split()))
    from selectolax.lexbor import LexborHTMLParser

    reader = _Reader(base, names, without)
    for chunk in _chunks(html[:INPUT_CAP]):
        reader.read(LexborHTMLParser(chunk).body)
    if len(html) > INPUT_CAP or reader.nodes >= _NODES:
        reader.say("…")
    return Rendered(
        clean(reader.writer.text()).strip("\n"),
        tuple(reader.links),
        tuple(handle for handle in reader.leading if handle not in reader.named),
        tuple(reader.named),
        tuple(reader.pictures),
    )


def _chunks(html: str) -> Iterator[str]:
    """Pieces of at most some hundred tags, cut where a paragraph begins if one does in time.

    Whole messages are one piece. Longer ones lose nothing, but a quote or list that spans a cut ends there.
    """
    if html.count("<") <= _CHUNK:
        yield html
        return
    start, position, tags = 0, -1, 0
    while (position := html.find("<", position + 1)) >= 0:
        tags += 1
        if tags > _CHUNK or (tags > _CHUNK // 2 and html[position : position + 2].lower() == "<p"):
            yield html[start:position]
            start, tags = position, 0
    yield html[start:]


def _shown(node: LexborNode, *, display: bool, breaks: bool = False) -> str:
    """The words inside an element; for display without what is marked invisible, and with "…" where it is cut."""
    found: list[str] = []
    inner = node.child
    below: list[LexborNode] = []
    while inner is not None:
        tag = inner.tag or ""
        if tag == "-text":
            found.append(inner.text_content or "")
        elif tag == "br" and breaks:
            found.append("\n")
        elif tag[0] not in "-!" and tag not in _DROPPED:
            classes = _classes(inner) if display and tag == "span" else ()
            if "invisible" not in classes and inner.child is not None:
                below.append(inner)
                inner = inner.child
                continue
        following = inner.next
        while following is None and below:
            inner = below.pop()
            if display and inner.tag == "span" and "ellipsis" in _classes(inner):
                found.append("…")
            following = inner.next
        inner = following
    return "".join(found)


def _classes(node: LexborNode) -> list[str]:
    return (node.attributes.get("class") or "").split()


def _spaced(node: LexborNode, text: str) -> str:
    """`text` with the space that stands inside the element before and after its words."""
    whole = _shown(node, display=False)
    return f"{' ' if whole[:1].isspace() else ''}{text}{' ' if whole[-1:].isspace() else ''}"


def _start(node: LexborNode) -> int:
    number = node.attributes.get("start") or "1"
    return int(number) if number.isascii() and number.isdigit() and 0 < len(number) < 7 else 1


def _is_address(words: str, target: str) -> bool:
    """Whether words are the address itself, as written or as sites shorten it (no scheme, cut with an ellipsis)."""
    said, true = _bare(words), _bare(target)
    if said == true:
        return True
    cut = said.removesuffix("…").removesuffix("...")
    host = true.split("/", 1)[0]
    return cut != said and cut.startswith(f"{host}/") and true.startswith(cut)


def _bare(address: str) -> str:
    text = address.strip().removeprefix("mailto:")
    for scheme in ("https://", "http://"):
        if text.lower().startswith(scheme):
            text = text[len(scheme) :]
    return text.removeprefix("www.").rstrip("/")
