"""Who answers whom below a comment: Facebook shows two levels, and hangs every answer below the first. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Raw

from convo.adapters import _facebook_wire as wire
from convo.adapters.wire import part, text_id

_NOBODY = frozenset({"event", "group", "hashtag"})
"""Types of tags that name nobody."""


def last(number: str) -> str:
    """The last part of an id: `998877_555` and `555` are the same comment, told in different places."""
    return number.rpartition("_")[2]


def author_id(raw: Raw) -> str:
    """The id of who wrote something, "" where Facebook does not say."""
    author = part(raw, wire.Actor)
    number = text_id(author.id) if author is not None else ""
    return number if number.isascii() and number.isdigit() else ""


def top_of(comment: wire.Comment) -> str:
    """The id of the comment that an answer stands under, "" for a comment of the first level."""
    above = part(comment.above, wire.Above)
    return text_id(above.id) if above is not None else ""


def tags_of(raw: Raw) -> list[wire.Tag]:
    """The people and Pages that a message names."""
    tags = [part(one, wire.Tag) for one in part(raw, list[Raw]) or []]
    return [one for one in tags if one is not None and one.type not in _NOBODY]


def addressee(comment: wire.Comment) -> str:
    """The id of the person whom an answer names first: it is they who are answered; "" when nobody is."""
    tags = sorted(tags_of(comment.tags), key=lambda one: one.offset)
    if not top_of(comment) or not tags or (comment.message or "")[: tags[0].offset].strip():
        return ""
    return text_id(tags[0].id)


class Around:
    """The comments of a post, as far as they were read."""

    def __init__(self, comments: Iterable[wire.Comment] = ()) -> None:
        self._by_top: dict[str, dict[str, wire.Comment]] = {}
        self.add(comments)

    def add(self, comments: Iterable[wire.Comment]) -> None:
        """More of them."""
        for one in comments:
            number = last(text_id(one.id))
            self._by_top.setdefault(last(top_of(one)) or number, {})[number] = one

    def answered(self, comment: wire.Comment) -> str:
        """The id of the comment that one answers: the latest of whom it names first, else the one it stands under."""
        named = self._named(comment)
        return text_id(named.id) if named is not None else top_of(comment)

    def lacks(self, comment: wire.Comment) -> bool:
        """Whether it is not known which comment one answers that names somebody first."""
        return bool(addressee(comment)) and self._named(comment) is None

    def _named(self, comment: wire.Comment) -> wire.Comment | None:
        whom = addressee(comment)
        if not whom:
            return None
        found = [
            one
            for one in self._by_top.get(last(top_of(comment)), {}).values()
            if author_id(one.author) == whom
            and text_id(one.id) != text_id(comment.id)
            and one.created <= comment.created
        ]
        return max(found, key=lambda one: one.created, default=None)
