"""Which words the search index holds of a text: one function for text and query. Pure.

A word of a script with spaces is one token, folded: case, diacritics and vowel points do not count.
Scripts without spaces (Han, Kana, Thai, Lao, Khmer, Myanmar) are cut into overlapping pairs of characters,
the last character alone, so that a phrase of two or more is a lookup of rare pairs. U+200B stands round each
of them: strangers' text cannot hold it. For a search of a single character each one follows once, marked,
behind the text: as the beginning of pairs it would have to be put together from all pairs that begin with it.
"""

from __future__ import annotations

import json
import re
import sqlite3
import unicodedata

from convo.values import expression

VERSION = 2
"""Raised when any function here changes what it gives: the index is then built anew."""

BOUND = "\u200b"
"""Stands between tokens of scripts without spaces, and round the hits of a snippet."""

SINGLE = "\ue000"
"""Stands before a character that is indexed by itself; no word of a query can begin with it."""

_UNSPACED = (
    "\u0e00-\u0eff"  # Thai, Lao
    "\u1000-\u109f\uaa60-\uaa7f\ua9e0-\ua9ff"  # Myanmar
    "\u1780-\u17ff"  # Khmer
    "\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\uff66-\uff9f"  # Kana
    "\u2e80-\u2fdf\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U0001b000-\U0001b16f\U00020000-\U0003ffff"  # Han
)
_RUN = expression(f"[{_UNSPACED}]+")

_WORD = expression(r"(?:[^\W_]|[\u0300-\u036f\u0591-\u05c7\u0610-\u065f\u0900-\u0dff])+")

_SINGLE = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ß": "ss"}
)
"""Letters that Unicode does not take apart."""


class _Folds(dict[int, str]):
    """What each character is searched as, found when first met."""

    def __missing__(self, code: int) -> str:
        folded = unicodedata.normalize("NFKD", chr(code)).casefold().translate(_SINGLE)
        kept = "".join(character for character in folded if not _is_light(character))
        self[code] = kept = unicodedata.normalize("NFC", kept)
        return kept


_FOLDS = _Folds()


def _is_light(character: str) -> bool:
    """A mark that people leave out: Latin, Greek and Cyrillic accents, Hebrew and Arabic points."""
    if unicodedata.category(character) != "Mn":
        return False
    return (
        "\u0300" <= character <= "\u036f"
        or "\u0483" <= character <= "\u0487"
        or "\u0591" <= character <= "\u05c7"
        or "\u0610" <= character <= "\u065f"
        or character == "\u0670"
        or "\u1ab0" <= character <= "\u1aff"
        or "\u1dc0" <= character <= "\u1dff"
    )


def fold(text: str) -> str:
    """Text without case, diacritics and compatibility forms; dakuten stay on their kana."""
    if text.isascii():
        return text.lower()
    folded = unicodedata.normalize("NFKC", text).translate(_FOLDS)
    return unicodedata.normalize("NFKC", folded)


def fold_mapped(text: str) -> tuple[str, list[int]]:
    """Text in composed form folded, and for each character of that the place it comes from."""
    pieces = [_FOLDS[ord(character)] for character in text]
    places = [place for place, piece in enumerate(pieces) for _ in piece]
    return "".join(pieces), places


def _pairs(run: re.Match[str]) -> str:
    word = run.group()
    parts = [word[i : i + 2] for i in range(len(word))]
    return BOUND + BOUND.join(parts) + BOUND


def index_words(title: str, content_warning: str, text: str) -> str:
    """What the index is given for a message."""
    whole = f"{title}\n{content_warning}\n{text}" if title or content_warning else text
    if whole.isascii():
        return whole
    folded = fold(whole)
    characters = set("".join(_RUN.findall(folded)))
    if not characters:
        return folded
    singles = [SINGLE + character for character in sorted(characters)]
    return BOUND.join([_RUN.sub(_pairs, folded), *singles])


def person_words(handle: str, name: str) -> str:
    """What a person is found by, as a JSON array: the words of their name, and their handle."""
    folded = fold(name)
    return json.dumps(sorted({fold(handle), *folded.split(), *_WORD.findall(folded)} - {""}))


LEFT = rf"(?<![^\W_{_UNSPACED}])"
"""Matches where no letter of a script with spaces stands before."""

RIGHT = rf"(?![^\W_{_UNSPACED}])"
"""Matches where none stands behind."""


def split(word: str) -> list[tuple[str, bool]]:
    """A folded query word in pieces, each with whether its script has no spaces; what is no letter or digit goes."""
    pieces: list[tuple[str, bool]] = []
    start = 0
    for run in _RUN.finditer(word):
        pieces += [(piece, False) for piece in _WORD.findall(word[start : run.start()])]
        pieces.append((run.group(), True))
        start = run.end()
    return pieces + [(piece, False) for piece in _WORD.findall(word[start:])]


def register(db: sqlite3.Connection) -> None:
    """Give the connection the functions that the index's view and the table of names call."""
    db.create_function("person_words", 2, person_words, deterministic=True)
    db.create_function("index_words", 3, index_words, deterministic=True)
    db.create_function("folded", 1, fold, deterministic=True)


_CODE = expression(r"^```.*?(?:^```[^\n]*$|\Z)", re.MULTILINE | re.DOTALL)
_LEADING = expression(r"\s*(?:@[\w.@-]+(?:\s+|[,:]\s*))+")
"""A run of names. What parts two of them stands in no name, so that there is one way to read any run."""


def first_words(text: str, length: int = 80) -> str:
    """The first words of a message on one line, cut with an ellipsis; quotes, code and leading mentions left out."""
    if not text:
        return ""
    start = text[: length * 16]
    told = _CODE.sub("", start)
    shown = told if told.strip() else start.replace("```", "")
    lines = [line.strip() for line in shown.split("\n") if not line.startswith(">")]
    line = " ".join(filter(None, lines)) + " "
    names = _LEADING.match(line)
    line = " ".join(line[names.end() if names else 0 :].split())
    return line if len(line) <= length else line[: length - 1].rstrip() + "…"
