"""What places of work have in common: conversations without a tree, and who answers whom in them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from convo.marktext import Marked
from convo.model import Message, Person, Quote, Reason, Reply
from convo.text import shorten
from convo.values import expression

_QUOTED = 8
"""Letters of a quote at least: shorter ones stand in many messages."""
_QUOTES = 5
_BLOCK = expression(r"\s*(?:[>#|`~+*-]|\d+[.)]|    )")
"""Words that begin a block of Markdown: a name before them on their line would change what they are."""


@dataclass(slots=True)
class Item:
    """One thing that was said, decoded: what is needed to make a message of it."""

    kind: str
    uri: str
    node: str
    author: Person
    at: datetime
    marked: Marked
    url: str = ""
    number: int = 0
    edited_at: datetime | None = None
    branch: str = ""
    """URI of the first comment of its inline thread or part of a discussion."""
    branch_node: str = ""
    top: int = 0
    claim: Reason | None = None
    resolved: bool = False
    deleted: bool = False
    filtered: str = ""
    no_reply: bool = False
    parent: str = ""
    parent_node: str = ""
    quotes: tuple[Quote, ...] = ()
    above: str = ""
    """Lines of code above an inline comment."""

    @property
    def text(self) -> str:
        """Its words, with the code they are about before them."""
        return f"{self.above}\n\n{self.marked.text}".strip("\n") if self.above else self.marked.text


def named(reply: Reply) -> str:
    """The words of an answer with the name of whom it is for before them, unless it stands there, or was dropped."""
    author = reply.parent.author
    if author.bot or not any(one.uid == author.uid for one in reply.mentions):
        return reply.text
    name = f"@{author.handle}"
    if re.search(rf"(?<![\w@/`-]){re.escape(name)}(?![\w-])", reply.text, re.IGNORECASE):
        return reply.text
    return f"{name}{chr(10) * 2 if _BLOCK.match(reply.text) else ' '}{reply.text}"


def bare(text: str) -> str:
    """Words as they are compared: line ends and the white space around them do not count."""
    return "\n".join(
        line.rstrip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    ).strip()


def relate(root: Item, items: Sequence[Item], me: str) -> None:
    """What answers what.

    A comment that comes right after one of the user answers it: between the two nobody else spoke, bots aside. Inside
    an inline thread and below a comment of a discussion, whatever comes after words of the user answers them. All
    else answers the issue, or the first comment of its thread. What quotes earlier words quotes them.
    """
    earlier: list[Item] = [root]
    for item in items:
        item.quotes = _quotes(item, earlier)
        if item.author.uid == me:
            _answer_quoted(item, earlier, root)
        elif item.branch:
            _answer_in_branch(item, earlier, root, me)
        else:
            _answer_flat(item, earlier, root, me)
        earlier.append(item)


def _answers(item: Item, parent: Item) -> None:
    item.parent, item.parent_node = parent.uri, parent.node


def _first(item: Item, earlier: Sequence[Item], root: Item) -> Item:
    """The first of its branch, the root where it is that itself."""
    return next((one for one in earlier if item.branch and one.branch == item.branch), root)


def _answer_quoted(item: Item, earlier: Sequence[Item], root: Item) -> None:
    quoted = next((one for quote in item.quotes for one in earlier if one.uri == quote.uri), None)
    _answers(item, quoted or _first(item, earlier, root))


def _answer_in_branch(item: Item, earlier: Sequence[Item], root: Item, me: str) -> None:
    own = [one for one in earlier if one.branch == item.branch and one.author.uid == me]
    _answers(item, own[-1] if own else _first(item, earlier, root))


def _answer_flat(item: Item, earlier: Sequence[Item], root: Item, me: str) -> None:
    for one in reversed(earlier):
        if one.branch or one.kind == "request" or one.author.bot or one.author.uid == item.author.uid:
            continue
        if one.author.uid == me and not item.author.bot:
            _answers(item, one)
            return
        break
    _answers(item, root)


def _quotes(item: Item, earlier: Sequence[Item]) -> tuple[Quote, ...]:
    """The earlier messages whose words are quoted in this one."""
    found: dict[str, Quote] = {}
    for words in item.marked.quoted[:_QUOTES]:
        if len(words) < _QUOTED:
            continue
        for one in reversed(earlier):
            if one.uri != item.uri and words in " ".join(one.marked.text.split()):
                name = one.author.name or one.author.handle
                found[one.uri] = Quote(one.uri, one.author.uid, name, shorten(words, 200))
                break
    return tuple(found.values())


def several(items: Iterable[Item], me: str) -> bool:
    """Whether more than one person talks with the user there."""
    others = {item.author.uid for item in items if not item.author.bot and item.author.uid != me}
    return len(others) > 1


def concerns(messages: Sequence[Message], me: str) -> bool:
    """Whether anything in a conversation speaks to the user, or is the user's."""
    mine = {message.uri for message in messages if message.author.uid == me}
    for message in messages:
        if message.author.uid == me:
            continue
        if message.claim is not None or message.parent_uri in mine:
            return True
        named = chain((one.uid for one in message.mentions), (one.uid for one in message.quotes))
        if me in named:
            return True
    return False
