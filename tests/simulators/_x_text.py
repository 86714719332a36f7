"""How X reads a text: names, links that become t.co, weights of characters."""

from __future__ import annotations

import re
import unicodedata

import regex

NAME = re.compile(r"(?<![\w@/])@(\w{1,15})\b")
_TOP = r"(?:com|net|org|co|io|dev|py|example|test|eu|de|uk)"
LINK = re.compile(rf"https?://[^\s<>\"]+|(?<![\w@./])(?:[\w-]+\.)+{_TOP}\b(?![\w@])(?:/[^\s<>\"]*)?", re.I)
_LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))
_EMOJI = regex.compile(r"\p{Extended_Pictographic}|\p{Regional_Indicator}{2}|[0-9#*]\ufe0f?\u20e3")


def weight(text: str) -> int:
    """The length of a text: a link is 23, an emoji 2, most letters of the West 1, all else 2."""
    text = unicodedata.normalize("NFC", text)
    total, at = 0, 0
    for link in LINK.finditer(text):
        total += _plain(text[at : link.start()]) + 23
        at = link.end()
    return total + _plain(text[at:])


def _plain(text: str) -> int:
    total = 0
    for cluster in regex.findall(r"\X", text):
        if _EMOJI.search(cluster) and not cluster.isascii():
            total += 2
        else:
            total += sum(1 if any(a <= ord(c) <= b for a, b in _LIGHT) else 2 for c in cluster)
    return total
