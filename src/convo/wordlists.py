"""Lists of words and phrases, parted by " | ", and how they are looked for in a text. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cache

_LONGEST = 16
"""Words or letters of the longest entry that `made_of` looks for."""


@cache
def entries(listed: str) -> frozenset[str]:
    """The entries of a list, in small letters."""
    return frozenset(entry.strip().casefold() for entry in listed.split("|"))


def made_of(units: Sequence[str], must: Collection[str], may: Collection[str], glue: str) -> bool:
    """Whether words (or letters) can be parted into entries of two lists, one of `must` among them."""
    had: dict[int, bool] = {0: False}
    for start in range(len(units)):
        if start not in had:
            continue
        for end in range(start + 1, min(start + _LONGEST, len(units)) + 1):
            piece = glue.join(units[start:end])
            if piece in must:
                had[end] = True
            elif piece in may:
                had[end] = had.get(end, False) or had[start]
    return had.get(len(units), False)


def find(listed: str, text: str) -> int:
    """Where the longest phrase of a list that stands in a text of small letters ends, -1 when none does.

    Phrases stand as whole words; one that ends with "-" is the beginning of a word.
    """
    for phrase, bounded, open_end in _phrases(listed):
        start = text.find(phrase)
        while start >= 0:
            end = start + len(phrase)
            before, after = text[start - 1 : start], text[end : end + 1]
            if not bounded or not (_is_letter(before) or (_is_letter(after) and not open_end)):
                return end
            start = text.find(phrase, end)
    return -1


def _is_letter(one: str) -> bool:
    return one.isalnum() or one == "_"


@cache
def _phrases(listed: str) -> tuple[tuple[str, bool, bool], ...]:
    """The phrases of a list, the longest first; whether each stands as whole words, and may be a beginning only.

    Scripts without spaces have no words to be whole.
    """
    found = []
    for phrase in sorted({phrase.strip() for phrase in listed.split("|")}, key=len, reverse=True):
        stem = phrase.removesuffix("-")
        found.append((stem, stem[0].isalpha() and stem < "\u0e00", stem != phrase))
    return tuple(found)
