"""Text measured, cut, padded and wrapped by terminal cells and grapheme clusters. Pure."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

from rich.cells import cell_len

from convo.values import expression

if TYPE_CHECKING:
    import regex

ELLIPSIS = "…"
LEFT_TO_RIGHT = "\u200e"
"""After a right-to-left field of a row, so that what follows keeps its column in terminals that reorder."""

_ASCII = str.maketrans(
    {
        "▌": ">", "·": ".", "•": "*", "»": "@", "│": "|", "─": "-", "┌": "+", "┐": "+", "└": "+", "┘": "+",
        "═": "=", "║": "|", "╔": "#", "╗": "#", "╚": "#", "╝": "#", "…": "~", "→": ">",
    }
)  # fmt: skip
_ZWJ = "\u200d"
_KEYCAP = "\u20e3"
_DROPPED = ("\ufe0e", "\ufe0f", _ZWJ)
"""Variation selectors, and joiners between letters: how wide they make a text differs between terminals."""
_SKIN = range(0x1F3FB, 0x1F400)
_FLAG = range(0x1F1E6, 0x1F200)
_NO_LINE_START = frozenset("、。，．！？）」』】〕》〉…ー々ゝ・：；ぁぃぅぇぉっゃゅょァィゥェォッャュョ")
"""East Asian marks that never begin a line."""


_USUAL = expression(
    r"[ -~\xa0-\xac\xae-\u02ff\u0370-\u0482\u048a-\u058f\u05d0-\u05ea\u0620-\u064a\u2010-\u2027\u2030-\u205e"
    r"\u20a0-\u20bf\u2500-\u259f\u2e80-\u3029\u3030-\u3098\u309b-\u9fff\uac00-\ud7a3\uff01-\uff9d"
    r"\u0e01-\u0e30\u0e32\u0e3f-\u0e46\u0e4f-\u0e5b][\u0300-\u036f\u064b-\u0652\u0e31\u0e33-\u0e3a\u0e47-\u0e4e]*"
)
"""A letter of the usual scripts with the marks over it: a cluster, so that `regex` is needed for few texts."""
_EMOJI_PARTS = expression("[\u20e3\ufe0e\ufe0f\u200d\U0001f3fb-\U0001f3ff\U0001f1e6-\U0001f1ff]")


@lru_cache(maxsize=1)
def _cluster() -> regex.Pattern[str]:
    """Grapheme clusters by the rules of Unicode; `regex` is imported only for text that needs them."""
    import regex

    return regex.compile(r"\X")


def clusters(text: str) -> list[str]:
    """The grapheme clusters of a text, in order."""
    if text.isascii():
        return list(text)
    found: list[str] = _USUAL.findall(text)
    return found if sum(map(len, found)) == len(text) else _cluster().findall(text)


@lru_cache(maxsize=8192)
def width(text: str) -> int:
    """How many terminal cells a text takes on one line."""
    return len(text) if text.isascii() else cell_len(text)


def head(text: str, cells: int) -> str:
    """As much of the beginning of a text as fits these cells, no cluster split."""
    if text.isascii():
        return text[: max(cells, 0)]
    used, kept = 0, []
    for cluster in clusters(text):
        used += width(cluster)
        if used > cells:
            break
        kept.append(cluster)
    return "".join(kept)


def cut(text: str, cells: int) -> str:
    """A text of at most these cells, its end replaced by an ellipsis where it is longer."""
    if width(text) <= cells:
        return text
    if cells <= 0:
        return ""
    return head(text, cells - 1).rstrip() + ELLIPSIS


def cut_middle(text: str, cells: int, keep: int = 0) -> str:
    """Like `cut`, with the ellipsis in the middle; the first `keep` cells are never cut away if they fit."""
    if width(text) <= cells:
        return text
    left = min(max(keep, (cells - 1) * 2 // 3), cells - 1)
    tail: list[str] = []
    used = 0
    for cluster in reversed(clusters(text)):
        if used + width(cluster) > cells - 1 - left:
            break
        used += width(cluster)
        tail.insert(0, cluster)
    start = head(text, left)
    return start + ELLIPSIS + "".join(tail)


def pad(text: str, cells: int) -> str:
    """A text filled with blanks on the right."""
    return text + " " * (cells - width(text))


def fit(text: str, cells: int) -> str:
    """A text cut and padded to exactly these cells."""
    return pad(cut(text, cells), max(cells, 0))


def right(text: str, cells: int) -> str:
    """A text at the right edge of these cells."""
    return " " * (cells - width(text)) + text


def plain_emoji(text: str) -> str:
    """For fixed columns: each emoji sequence by its first emoji, flags as [SE], keycaps as the digit."""
    if text.isascii() or not _EMOJI_PARTS.search(text):
        return text
    return "".join(_shorter(cluster) if len(cluster) > 1 else cluster for cluster in clusters(text))


def _shorter(cluster: str) -> str:
    first = ord(cluster[0])
    if len(cluster) == 2 and all(ord(sign) in _FLAG for sign in cluster):
        letters = "".join(chr(ord(sign) - _FLAG.start + ord("A")) for sign in cluster)
        return f"[{letters}]"
    if _KEYCAP in cluster:
        return cluster[0]
    if _ZWJ in cluster and (first >= 0x1F000 or 0x2190 <= first <= 0x2BFF):
        return cluster[0]
    return "".join(sign for sign in cluster if sign not in _DROPPED and ord(sign) not in _SKIN)


@lru_cache(maxsize=4096)
def right_to_left(text: str) -> bool:
    """Whether the first strong letter is written from right to left."""
    if text.isascii():
        return False
    for sign in text:
        kind = unicodedata.bidirectional(sign)
        if kind in ("R", "AL"):
            return True
        if kind == "L":
            return False
    return False


def has_right_to_left(text: str) -> bool:
    """Whether any letter is written from right to left."""
    return not text.isascii() and any(unicodedata.bidirectional(sign) in ("R", "AL") for sign in text)


def field(text: str, cells: int) -> str:
    """A stranger's text in a fixed column of a row: shortened, cut, closed off and padded."""
    short = cut(plain_emoji(text), cells)
    mark = LEFT_TO_RIGHT if has_right_to_left(short) else ""
    return short + mark + " " * (cells - width(short))


def wrap(text: str, cells: int) -> list[str]:
    """One paragraph as lines of at most these cells, broken at words, wide scripts between letters."""
    cells = max(cells, 1)
    if width(text) <= cells:
        return [text]
    lines: list[str] = []
    line, used = "", 0
    for piece in _pieces(text):
        size = width(piece)
        if used + width(piece.rstrip()) <= cells:
            line, used = line + piece, used + size
            continue
        if line.strip():
            lines.append(line.rstrip())
        line, used = piece.lstrip() if lines else piece, 0
        used = width(line)
        while used > cells:
            start = head(line, cells) or clusters(line)[0]
            if len(start) == len(line):
                break
            lines.append(start)
            line = line[len(start) :]
            used = width(line)
    if line.strip():
        lines.append(line.rstrip())
    return lines or [""]


def _pieces(text: str) -> list[str]:
    """What may not be broken: words with the blanks after them, single wide letters."""
    pieces: list[str] = []
    current = ""
    for cluster in clusters(text):
        wide = not cluster.isascii() and width(cluster) == 2
        if current and (
            (current[-1].isspace() and not cluster.isspace())
            or (wide and cluster not in _NO_LINE_START)
            or (not wide and not cluster.isspace() and cluster not in _NO_LINE_START and _ends_wide(current))
        ):
            pieces.append(current)
            current = ""
        current += cluster
    if current:
        pieces.append(current)
    return pieces


def _ends_wide(text: str) -> bool:
    return not text[-1].isascii() and width(text[-1]) == 2


def ascii_marks(text: str) -> str:
    """The program's own marks by their ascii forms, same width."""
    return text.translate(_ASCII)
