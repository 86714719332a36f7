"""Takes apart every byte that reaches a terminal: what is text, and which sequences it is told to obey."""

from __future__ import annotations

import re
import unicodedata

_SEQUENCE = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # CSI
    r"|\x1b[\]P_^X][^\x07\x1b]*(?:\x07|\x1b\\)?"  # OSC, DCS, APC, PM, SOS
    r"|\x1b[ -/]*[0-~]?"  # others
    r"|[\x00-\x09\x0b-\x1f\x7f-\x9f]"  # lone controls, CR and tab among them
)
_OWN = re.compile(
    r"\x1b\[[0-9;:]*m"  # colours
    r"|\x1b\[[0-9]+;[0-9]+H|\x1b\[H"  # the cursor's place
    r"|\x1b\[\?(?:7|25|1000|1003|1004|1006|1015|1016|1049|2004|2026|2031|2048)[hl]"  # the modes Textual uses
    r"|\x1b\[\?(?:2026|2048|1016)\$p"  # which of them there are
    r"|\x1b\[\?2031\$p|\x1b\[\?996n"
    r"|\x1b\[[<>=]?[0-9;]*u|\x1b\[\?u"  # keys
    r"|\x1b\[[0-6] q"  # the cursor's shape
    r"|\x1b\]22;(?:default|pointer|text)\x07"  # the pointer's shape
)
"""The sequences of the inbox's own, whole and no others."""
_LEFT = frozenset("\u200c\u200d")
"""Format characters that scripts and emoji need."""
_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_UNSEEN = re.compile(
    "[\u00ad\u115f\u1160\u17b4\u17b5\u180e\u200b\u2028\u2029\u2060-\u2065\u206a-\u206f\u3164\ufeff\uffa0]"
)
OWN_MARK = "\u200e"
"""The inbox puts this mark itself between fields of different directions; it moves nothing by force."""
MARKS = 8
"""Combining marks on one letter that text may have."""


def foreign(data: bytes, *, plain: bool = False) -> list[str]:
    """What in the bytes is neither harmless text nor a sequence of the inbox's own.

    `plain`: no sequence at all is allowed, as in line mode, logs and exports.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        return [f"not UTF-8: {data[max(error.start - 10, 0) : error.end + 10]!r}"]
    if plain:
        text = text.replace("\r\n", "\n")
    found: list[str] = []
    for match in _SEQUENCE.finditer(text):
        sequence = match[0]
        if (plain and sequence == "\t") or (not plain and (_OWN.fullmatch(sequence) or sequence == "\r")):
            continue
        found.append(f"sequence {sequence!r}")
    bare = text if plain else _SEQUENCE.sub("", text).replace(OWN_MARK, "")
    return found + harmful(bare)


def harmful(text: str) -> list[str]:
    """Characters that drive a terminal or hide from the eye."""
    found = [f"bidi {match[0]!r}" for match in _BIDI.finditer(text)]
    found += [f"unseen {match[0]!r}" for match in _UNSEEN.finditer(text)]
    run = 0
    for character in text:
        if character.isascii():
            run = 0
            if character < " " and character not in "\n\t":
                found.append(f"control {character!r}")
            continue
        category = unicodedata.category(character)
        run = run + 1 if category[0] == "M" else 0
        if run == MARKS + 1:
            found.append("a pile of marks")
        if category in ("Cc", "Cs") or (
            category == "Cf" and character not in _LEFT and not _prepended(character)
        ):
            found.append(f"{category} {character!r}")
    return found


def _prepended(character: str) -> bool:
    """Arabic and other number signs are of the category of format characters, and are seen."""
    return unicodedata.name(character, "").startswith(("ARABIC", "SYRIAC", "KAITHI", "EGYPTIAN"))
