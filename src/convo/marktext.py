"""Markdown of strangers to plain text, with its links, names, quotes and pictures (the flavour of code forges)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from convo._htmllines import Lines
from convo.htmltext import html_to_text
from convo.model import Attachment, Link
from convo.text import clean, one_line

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

INPUT_CAP = 70_000
"""Characters of Markdown that are read of one message; the rest becomes "…"."""
_DEEP = 8
"""Levels of quotes and lists that show; what is nested deeper stays at this level."""
_ADDRESS = re.compile(r"https?://[^\s<>\"`]+", re.IGNORECASE)
_NAME = re.compile(r"(?<![\w@/`.+-])@([A-Za-z0-9][A-Za-z0-9-]{0,38}(?:/[A-Za-z0-9][\w.-]{0,99})?)(?![\w@-])")
_DOTTED = re.compile(r"(?<![\w@/`.+-])@([A-Za-z0-9_][\w.-]{0,99}(?:/[A-Za-z0-9_][\w.-]{0,99})*)")
_WROTE = re.compile(r"^On .{4,200}wrote:$")
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Marked:
    """Plain text of a message. `names` are those after an "@", as written; in code and in quotes they name nobody.

    `quoted` are the outer quotes as plain text on one line.
    """

    text: str
    links: tuple[Link, ...] = ()
    names: tuple[str, ...] = ()
    pictures: tuple[Attachment, ...] = ()
    quoted: tuple[str, ...] = ()


def markdown_to_text(source: str, *, base: str = "", dotted: bool = False) -> Marked:
    """Plain text of Markdown: "> " before quotes, "- " before list items, code between lines of three backticks.

    Links keep their true target, with the words they stand behind where those are not the address itself. HTML
    comments go, a picture becomes "[image: description]". Everything in the result is cleaned. `base` is put before
    addresses that begin with a slash; `dotted` names have dots and underscores in them.
    """
    cleaned = clean(source[:INPUT_CAP]) + ("…" if len(source) > INPUT_CAP else "")
    reader = _Reader(base, _DOTTED if dotted else _NAME)
    reader.blocks(_parser().parse(cleaned))
    return Marked(
        _folded(clean(reader.writer.text()).strip("\n")),
        tuple(reader.links),
        tuple(reader.names),
        tuple(reader.pictures),
        tuple(text for text in (" ".join(part.split()) for part in reader.quoted) if text),
    )


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": True, "linkify": False}).enable(["table", "strikethrough"])


def _folded(text: str) -> str:
    """The text without the message that a mail program put below an answer."""
    lines = text.split("\n")
    for number, line in enumerate(lines):
        below = [one for one in lines[number + 1 :] if one.strip()]
        if number and _WROTE.match(line) and below and all(one.startswith(">") for one in below):
            return "\n".join(lines[:number]).rstrip("\n")
    return text


@dataclass(slots=True)
class _Reader:
    """Walks tokens and fills a writer."""

    base: str = ""
    named: re.Pattern[str] = _NAME
    writer: Lines = field(default_factory=Lines)
    links: dict[Link, None] = field(default_factory=dict)
    names: dict[str, None] = field(default_factory=dict)
    pictures: list[Attachment] = field(default_factory=list)
    quoted: list[str] = field(default_factory=list)
    quotes: int = 0
    lists: list[int] = field(default_factory=list)
    """Of each open list the number of its next item, 0 where items have none."""
    cells: int = 0
    target: str = ""
    """Where the link that is open leads."""
    behind: list[str] = field(default_factory=list)
    """The words it stands behind."""

    def blocks(self, tokens: Sequence[Token]) -> None:
        """Everything in a document."""
        for token in tokens:
            kind = token.type
            if kind == "inline":
                self.inline(token.children or ())
            elif kind in ("fence", "code_block"):
                self.code(token)
            elif kind == "html_block":
                self.html(token.content)
            elif kind == "hr":
                self.writer.block(2)
                self.writer.words("---")
                self.writer.block(2)
            elif token.nesting > 0:
                self.enter(kind, token)
            elif token.nesting < 0:
                self.leave(kind)

    def enter(self, kind: str, token: Token) -> None:
        """Begin a block."""
        writer = self.writer
        if kind == "blockquote_open":
            if self.quotes < _DEEP:
                writer.open("> ", "> ", 2)
            if not self.quotes:
                self.quoted.append("")
            self.quotes += 1
        elif kind in ("bullet_list_open", "ordered_list_open"):
            writer.block(1 if self.lists else 2)
            start = token.attrGet("start")
            self.lists.append(int(start or 1) if kind[0] == "o" else 0)
        elif kind == "list_item_open":
            self._item()
        elif kind == "tr_open":
            writer.block(1)
            self.cells = 0
        elif kind in ("td_open", "th_open"):
            if self.cells:
                writer.words(" | ")
            self.cells += 1
        elif kind in ("paragraph_open", "heading_open", "table_open"):
            writer.block(1 if token.hidden else 2)

    def leave(self, kind: str) -> None:
        """End a block."""
        writer = self.writer
        if kind == "blockquote_close":
            self.quotes -= 1
            if self.quotes < _DEEP:
                writer.close(2)
        elif kind in ("bullet_list_close", "ordered_list_close"):
            self.lists.pop()
            writer.block(1 if self.lists else 2)
        elif kind == "list_item_close":
            if len(self.lists) <= _DEEP:
                writer.close(1)
        elif kind in ("paragraph_close", "heading_close", "table_close"):
            self._noted(" ")
            writer.block(1 if self.lists else 2)

    def _item(self) -> None:
        number = self.lists[-1]
        if number:
            self.lists[-1] += 1
        if len(self.lists) <= _DEEP:
            self.writer.open(f"{number}. " if number else "- ", "   " if number else "  ", 1)

    def code(self, token: Token) -> None:
        """A block of code; a suggested change of lines is told as one."""
        text = token.content
        if token.info.split()[:1] == ["suggestion"]:
            self.writer.block(2)
            self.writer.words("Suggested change:")
            text = "\n".join(f"+ {line}" for line in text.splitlines()) or "(take these lines out)"
        self.writer.code(text)
        self._noted(text)

    def html(self, content: str) -> None:
        """A block of HTML: its words, links and pictures."""
        found = html_to_text(content)
        self.links.update(dict.fromkeys(found.links))
        self.writer.block(2)
        for line in found.text.splitlines():
            self.say(line)
            self.writer.block(1)
        for picture in found.pictures:
            self._picture(picture.url, picture.alt)
        self.writer.block(2)

    def inline(self, tokens: Sequence[Token]) -> None:
        """Running text; forges show each line of a comment as a line."""
        for token in tokens:
            kind = token.type
            if kind == "text":
                self.say(token.content)
            elif kind in ("softbreak", "hardbreak"):
                self._noted(" ")
                self.writer.block(1)
            elif kind == "code_inline":
                self._words(f"`{token.content}`")
            elif kind == "link_open":
                self.target, self.behind = self._address(str(token.attrGet("href") or "")), []
            elif kind == "link_close":
                self._linked()
            elif kind == "image":
                self._picture(str(token.attrGet("src") or ""), token.content)
            elif kind == "html_inline":
                self._tag(token.content)

    def say(self, text: str) -> None:
        """Words, with the names and bare addresses among them."""
        if not self.target:
            if not self.quotes:
                self.names.update((found[1].rstrip("-."), None) for found in self.named.finditer(text))
            for found in _ADDRESS.finditer(text):
                address = found[0].rstrip(".,:;!?'*_~")
                if address.endswith(")") and address.count("(") < address.count(")"):
                    address = address[:-1]
                if _web(address):
                    self.links[Link(one_line(address))] = None
        self._words(text)

    def _words(self, text: str) -> None:
        self.behind.append(text)
        self._noted(text)
        self.writer.words(text)

    def _noted(self, text: str) -> None:
        if self.quotes and self.quoted:
            self.quoted[-1] += text

    def _linked(self) -> None:
        shown = one_line("".join(self.behind))
        if self.target:
            bare = self.target.removeprefix("mailto:")
            self.links[Link(self.target, "" if shown in (self.target, bare) else shown)] = None
        self.target = ""

    def _address(self, address: str) -> str:
        here = self.base and address.startswith("/") and not address.startswith("//")
        return _web(f"{self.base}{address}" if here else address)

    def _picture(self, source: str, alt: str) -> None:
        description, address = one_line(alt), self._address(source)
        if address and not address.startswith("mailto:"):
            self.pictures.append(Attachment("picture", address, description))
        self._words(f"[image: {description}]" if description else "[image]")

    def _tag(self, tag: str) -> None:
        """A tag in running text: what stands between tags is kept, a comment goes."""
        if _BREAK.fullmatch(tag.strip()):
            self.writer.block(1)
        elif tag[:4].lower() == "<img":
            for picture in html_to_text(tag).pictures:
                self._picture(picture.url, picture.alt)
        elif tag[:3].lower() == "<a ":
            for link in html_to_text(f"{tag}x</a>").links:
                self.links[Link(link.url)] = None


def _web(address: str) -> str:
    """An address that may be opened or written to, "" for any other."""
    target = one_line(address)
    try:
        parts = urlsplit(target)
    except ValueError:
        return ""
    good = parts.scheme.lower() in ("http", "https", "mailto") and (parts.netloc or parts.path)
    return target if good else ""
