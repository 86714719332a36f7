"""Lists of words and phrases, parted by " | ", and how they are looked for in a text. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from functools import cache

_LONGEST = 16
"""Words or letters of the longest entry that `made_of` looks for."""

_BEGINNING = 3
"""Letters of a word by which phrases are looked up: few of a long list have to be looked for in a text."""

_WORD = re.compile(r"\w+")

_Phrase = tuple[int, str, bool, bool]
"""Its place in the list, its letters, whether it stands as whole words, and whether it may be a beginning only."""


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
    index = _index(listed)
    phrases = list(index.get("", ()))
    for beginning in {word[:_BEGINNING] for word in _WORD.findall(text)}.intersection(index):
        phrases += index[beginning]
    for _, phrase, bounded, open_end in sorted(phrases):
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
def _index(listed: str) -> dict[str, list[_Phrase]]:
    """The phrases of a list by the beginning of the word that each begins with.

    Those that may stand inside a word, and beginnings too short to tell, are under "".
    """
    found: dict[str, list[_Phrase]] = {}
    for one in _phrases(listed):
        _, stem, bounded, open_end = one
        first = _WORD.match(stem)
        told = first is not None and (len(first[0]) >= _BEGINNING or first[0] != stem or not open_end)
        found.setdefault(first[0][:_BEGINNING] if bounded and first and told else "", []).append(one)
    return found


@cache
def _phrases(listed: str) -> tuple[_Phrase, ...]:
    """The phrases of a list, the longest first.

    Scripts without spaces have no words to be whole.
    """
    found = []
    ordered = sorted({phrase.strip() for phrase in listed.split("|")}, key=lambda one: (-len(one), one))
    for place, phrase in enumerate(ordered):
        stem = phrase.removesuffix("-")
        found.append((place, stem, stem[0].isalpha() and stem < "\u0e00", stem != phrase))
    return tuple(found)
