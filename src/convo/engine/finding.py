"""Where searched words stand in a text: folded as the search index folds them. Pure."""

from __future__ import annotations

import unicodedata
from itertools import groupby

from convo.store.words import fold_mapped


def wanted(words: str) -> list[str]:
    """The words of a search within a conversation, folded, each once."""
    return list(dict.fromkeys(fold_mapped(unicodedata.normalize("NFC", words))[0].split()))


def has_all(text: str, words: str) -> bool:
    """Whether all the words stand in a text, whatever their case and accents."""
    folded = fold_mapped(unicodedata.normalize("NFC", text))[0]
    looked_for = wanted(words)
    return bool(looked_for) and all(word in folded for word in looked_for)


def pieces(text: str, words: str) -> list[tuple[str, bool]]:
    """The text cut where the words begin and end, each piece with whether it is one of them."""
    looked_for = wanted(words)
    if not text or not looked_for:
        return [(text, False)]
    folded, places = fold_mapped(text)
    hit = [False] * len(text)
    for word in looked_for:
        at = folded.find(word)
        while at >= 0:
            for place in places[at : at + len(word)]:
                hit[place] = True
            at = folded.find(word, at + 1)
    runs = groupby(zip(text, hit, strict=True), key=lambda pair: pair[1])
    return [("".join(sign for sign, _ in run), found) for found, run in runs]
