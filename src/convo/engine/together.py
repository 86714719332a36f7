"""Two windows that write on one draft: each changes its own part of the stored words and leaves the other's."""

from __future__ import annotations

GAP = "\n\n"
"""What stands between the words of two windows."""


def kept(stored: str, known: str, text: str) -> str:
    """What the draft says once a window's words have become `text`.

    `stored`: what it says now; `known`: what this window read or wrote there last. Words that are neither are
    another window's, and stay below.
    """
    if not stored.strip() or stored == known:
        return text
    place = _place(stored, known) if known else None
    if place is None:
        return stored if not text or _place(stored, text) is not None else f"{text}{GAP}{stored}"
    return GAP.join(part for part in (stored[: place[0]], text, stored[place[1] :]) if part)


def rest(stored: str, known: str) -> str:
    """What of a draft is another window's, once the words of this one have gone elsewhere."""
    return kept(stored, known, "")


def _place(stored: str, part: str) -> tuple[int, int] | None:
    """Where the words before a part end and those behind it begin; None where it is no part of its own."""
    begin = f"{GAP}{stored}{GAP}".find(f"{GAP}{part}{GAP}")
    if begin < 0:
        return None
    return max(begin - len(GAP), 0), begin + len(part) + len(GAP)
