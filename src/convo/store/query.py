"""What a person types into search, taken apart: words, "exact words", -without, and filters. Pure."""

from __future__ import annotations

import difflib
import re
from datetime import datetime

from convo.store import words
from convo.values import frozen
from convo.views import Failure

FILTERS = ("from", "to", "in", "account", "is", "has", "before", "after")
STATES = ("waiting", "answered", "snoozed", "done", "muted", "quiet")
THINGS = ("picture", "video", "sound", "file", "poll", "link", "quote")

_PART = re.compile(r'(-?)(?:([A-Za-z]+):)?(?:"([^"]*)"?|(\S+))?')
_DAY = re.compile(r"(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?")
_SHORTEST_PREFIX = 2
"""A single letter is searched as a word of its own, two and more as the beginning of words."""


class SearchError(Failure):
    """A filter that is not known; `words` say which are."""


@frozen
class Term:
    """Words to find, or not to find when `without`; `pieces` of each script, `exact` as a phrase."""

    pieces: tuple[tuple[str, bool], ...]
    exact: bool
    without: bool

    def expression(self, *, whole: bool = False) -> str:
        """The term for the index: nothing a person types can be read as the index's own syntax.

        A `whole` one finds words of scripts with spaces only where they stand whole.
        """
        if self.exact:
            return _phrase(self.pieces)
        return " AND ".join(_phrase((piece,), begins=not whole or piece[1]) for piece in self.pieces)

    def patterns(self) -> list[str]:
        """Regular expressions that find the term in folded text."""
        if self.exact:
            inner = r"[\W_]*".join(re.escape(piece) for piece, _ in self.pieces)
            left = "" if self.pieces[0][1] else words.LEFT
            return [left + inner + ("" if self.pieces[-1][1] else words.RIGHT)]
        return [
            re.escape(piece) if unspaced else words.LEFT + re.escape(piece) + _rest(piece)
            for piece, unspaced in self.pieces
        ]


@frozen
class Filter:
    """One filter with its values, any of which will do; turned round when `without`."""

    name: str
    values: tuple[str, ...]
    without: bool


@frozen
class Query:
    """A search, taken apart."""

    terms: tuple[Term, ...]
    filters: tuple[Filter, ...]


def parse(text: str) -> Query:
    """Take a search apart. Any text is one; raises SearchError only for filters that are not known."""
    terms: list[Term] = []
    filters: list[Filter] = []
    for found in _PART.finditer(text.replace("\0", " ")):
        minus, name, quoted, bare = found.groups()
        value = quoted if quoted is not None else bare or ""
        if name and _is_filter(name.lower(), value, quoted is not None):
            values = (value,) if quoted is not None else tuple(filter(None, value.split(",")))
            if values:
                filters.append(
                    Filter(name.lower(), tuple(_checked(name.lower(), one) for one in values), bool(minus))
                )
            continue
        said = f"{name}:{value}" if name else value
        pieces = tuple(words.split(words.fold(said)))
        if pieces:
            terms.append(Term(pieces, quoted is not None, bool(minus)))
    return Query(tuple(terms), tuple(filters))


def day(text: str) -> datetime | None:
    """The beginning of a day, month or year (2026-11-22, 2026-11, 2026) where the user is; None for other text."""
    found = _DAY.fullmatch(text)
    if not found:
        return None
    year, month, number = found.groups()
    try:
        return datetime(int(year), int(month or 1), int(number or 1)).astimezone()
    except (ValueError, OverflowError, OSError):
        return None


def _is_filter(name: str, value: str, quoted: bool) -> bool:
    """Whether a name before a colon is a filter; one that is nearly one is an error, others are words."""
    if name in FILTERS:
        return True
    near = difflib.get_close_matches(name, FILTERS, 1, 0.7)
    if near and not value.startswith("//"):
        known = " ".join(f"{each}:" for each in FILTERS)
        raise SearchError(f"{name}: is not known, {near[0]}: is. {known}")
    return False


def _checked(name: str, value: str) -> str:
    """A filter's value, where it is one that can be."""
    if name == "is" and value.lower() not in STATES:
        raise SearchError(f"is:{value} is not known. is: {', '.join(STATES)}.")
    if name == "has" and value.lower() not in THINGS:
        raise SearchError(f"has:{value} is not known. has: {', '.join(THINGS)}.")
    if name in ("before", "after") and day(value) is None:
        raise SearchError(
            f"{name}:{value} is not known. {name}: a day, month or year: 2026-11-22, 2026-11, 2026."
        )
    return value.lower() if name in ("is", "has") else value


def _phrase(pieces: tuple[tuple[str, bool], ...], *, begins: bool = False) -> str:
    """Pieces that stand one after another, in the index's syntax; the last may be a beginning."""
    if len(pieces) == 1 and pieces[0][1] and len(pieces[0][0]) == 1:
        return f'"{words.SINGLE}{pieces[0][0]}"'
    tokens: list[str] = []
    star = False
    for place, (piece, unspaced) in enumerate(pieces):
        last = place == len(pieces) - 1
        if not unspaced:
            tokens.append(piece)
            star = begins and last and len(piece) >= _SHORTEST_PREFIX
            continue
        tokens += [piece[i : i + 2] for i in range(len(piece) - 1)]
        if not last or len(piece) == 1:
            tokens.append(piece[-1])
        star = last and len(piece) == 1
    inner = " ".join(tokens).replace('"', '""')
    return f'"{inner}"' + (" *" if star else "")


def _rest(piece: str) -> str:
    """How a word goes on behind what was typed of it."""
    return r"\w*" if len(piece) >= _SHORTEST_PREFIX else words.RIGHT
