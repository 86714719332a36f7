"""Bluesky's text: facets by bytes of UTF-8 read and written, lengths in graphemes and bytes, record keys. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from msgspec import Raw

from convo.adapters._bluesky_wire import Facet, Feature, decode
from convo.model import Link, Measure, Mention
from convo.text import clean, one_line
from convo.values import frozen

if TYPE_CHECKING:
    import regex

POST_GRAPHEMES, POST_BYTES = 300, 3000
"""Limits of a post's text (app.bsky.feed.post)."""
CHAT_GRAPHEMES, CHAT_BYTES = 1000, 10000
"""Limits of a direct message's text (chat.bsky.convo.defs#messageInput)."""
_TID = "234567abcdefghijklmnopqrstuvwxyz"
_TID_FORM = re.compile(r"[234567abcdefghij][234567a-z]{12}")
_LINK = re.compile(r"(?:^|(?<=[\s(]))(?:https?://|www\.)\S+", re.IGNORECASE)
_PART = "[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?"
_NAME = re.compile(rf"(?:^|(?<=[\s(]))@({_PART}(?:\.{_PART})+)")
_BETWEEN_NAMES = re.compile(r"[\s,:;&/·.-]*")
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


@frozen
class Rich:
    """A text with what its facets say, cleaned."""

    text: str
    links: tuple[Link, ...] = ()
    mentions: tuple[Mention, ...] = ()


@frozen
class Span:
    """A stretch of the user's own text that becomes a facet; bounds in characters."""

    start: int
    end: int
    kind: str
    value: str


def read(text: str, facets: Sequence[Raw] | None) -> Rich:
    """The text as it is shown. Facets that overlap, lie outside or cut a character are left out.

    A link that the app shortened for show stands in full; other words over a link stay, and the link is listed.
    """
    data = text.encode("utf-8", "replace")
    shown: list[str] = []
    links: list[Link] = []
    names: list[Mention] = []
    done, leading = 0, True
    for start, end, feature in _usable(data, facets or ()):
        before, words = (
            data[done:start].decode("utf-8", "replace"),
            data[start:end].decode("utf-8", "replace"),
        )
        leading = leading and bool(_BETWEEN_NAMES.fullmatch(before))
        if feature.did:
            names.append(Mention(one_line(feature.did), one_line(words).lstrip("@"), leading))
        else:
            leading = False
            target = one_line(feature.uri)
            links.append(Link(target, one_line(words)))
            words = target if _shortens(words, target) else words
        shown += (before, words)
        done = end
    shown.append(data[done:].decode("utf-8", "replace"))
    return Rich(clean("".join(shown)), tuple(links), _joined(names))


def _usable(data: bytes, facets: Sequence[Raw]) -> list[tuple[int, int, Feature]]:
    found: list[tuple[int, int, Feature]] = []
    for raw in facets:
        try:
            facet = decode(raw, Facet)
        except ValueError:
            continue
        start, end = facet.index.byte_start, facet.index.byte_end
        feature = next((one for one in facet.features if _known(one)), None)
        if feature and 0 <= start < end <= len(data) and _boundary(data, start) and _boundary(data, end):
            found.append((start, end, feature))
    found.sort(key=lambda one: one[:2])
    apart: list[tuple[int, int, Feature]] = []
    for one in found:
        if not apart or one[0] >= apart[-1][1]:
            apart.append(one)
    return apart


def _known(feature: Feature) -> bool:
    if feature.type == "app.bsky.richtext.facet#mention":
        feature.uri = ""
        return feature.did.startswith("did:")
    feature.did = ""
    return feature.type == "app.bsky.richtext.facet#link" and feature.uri.startswith(("http://", "https://"))


def _boundary(data: bytes, place: int) -> bool:
    return place == len(data) or data[place] & 0xC0 != 0x80


def _shortens(words: str, target: str) -> bool:
    """Whether the words are the link itself, cut at the end with dots as the app does it."""
    stem = words.strip()
    for dots in ("...", "…"):
        stem = stem[: -len(dots)] if stem.endswith(dots) else stem
    bare = re.sub(r"^https?://(www\.)?", "", target)
    stem = re.sub(r"^(https?://)?(www\.)?", "", stem)
    return len(stem) > 3 and bare.lower().startswith(stem.lower()) and "/" in bare[: len(stem) + 1]


def _joined(names: Sequence[Mention]) -> tuple[Mention, ...]:
    """Each person once; leading only when all their names stand in the leading run."""
    once: dict[str, Mention] = {}
    for name in names:
        first = once.get(name.uid, name)
        once[name.uid] = Mention(name.uid, first.handle, first.leading and name.leading)
    return tuple(once.values())


def spans(text: str) -> list[Span]:
    """Links, names and tags in the user's own text, in order, apart from each other."""
    found = [_link_span(match) for match in _LINK.finditer(text)]
    found += [Span(match.start(), match.end(), "mention", match[1].lower()) for match in _NAME.finditer(text)]
    for match in _tags().finditer(text):
        tag = _tail().sub("", match[2])
        if tag and graphemes(tag) <= 64:
            found.append(Span(match.start(1), match.start(2) + len(tag), "tag", tag))
    found.sort(key=lambda span: span.start)
    apart: list[Span] = []
    for span in found:
        if not apart or span.start >= apart[-1].end:
            apart.append(span)
    return apart


def _link_span(match: re.Match[str]) -> Span:
    shown = match[0]
    if shown[-1] in ".,;:!?":
        shown = shown[:-1]
    if shown[-1] == ")" and "(" not in shown:
        shown = shown[:-1]
    target = shown if "://" in shown else f"https://{shown}"
    return Span(match.start(), match.start() + len(shown), "link", target)


@lru_cache(maxsize=1)
def _tags() -> regex.Pattern[str]:
    import regex

    return regex.compile(r"(?:^|(?<=\s))([#＃])(?!\ufe0f)([^\s\u200b]*[^\d\s\p{P}\u200b]+[^\s\u200b]*)")


@lru_cache(maxsize=1)
def _tail() -> regex.Pattern[str]:
    import regex

    return regex.compile(r"\p{P}+$")


def facets(text: str, found: Sequence[Span], dids: dict[str, str]) -> list[dict[str, Any]]:
    """The facets of a text; a name without a DID in `dids` stays plain text."""
    made: list[dict[str, Any]] = []
    for span in found:
        feature: dict[str, str]
        if span.kind == "mention":
            if span.value not in dids:
                continue
            feature = {"$type": "app.bsky.richtext.facet#mention", "did": dids[span.value]}
        elif span.kind == "link":
            feature = {"$type": "app.bsky.richtext.facet#link", "uri": span.value}
        else:
            feature = {"$type": "app.bsky.richtext.facet#tag", "tag": span.value}
        start = len(text[: span.start].encode())
        end = start + len(text[span.start : span.end].encode())
        made.append({"index": {"byteStart": start, "byteEnd": end}, "features": [feature]})
    return made


def graphemes(text: str) -> int:
    """The number of extended grapheme clusters."""
    if text.isascii():
        return len(text) - text.count("\r\n")
    import regex

    return sum(1 for _ in regex.finditer(r"\X", text))


def measure(text: str, chat: bool = False) -> Measure:
    """Graphemes, unless the bytes alone are too many."""
    most, most_bytes = (CHAT_GRAPHEMES, CHAT_BYTES) if chat else (POST_GRAPHEMES, POST_BYTES)
    used, size = graphemes(text), len(text.encode("utf-8", "replace"))
    return Measure(size, most_bytes) if size > most_bytes and used <= most else Measure(used, most)


def tid(when: datetime, key: str) -> str:
    """The record key of a moment; `key` chooses among those of the same microsecond."""
    clock = int.from_bytes(hashlib.sha256(key.encode()).digest()[:2], "big") & 0x3FF
    number = ((when - _EPOCH) // timedelta(microseconds=1)) << 10 | clock
    return "".join(_TID[number >> shift & 31] for shift in range(60, -1, -5))


def tid_time(key: str) -> datetime | None:
    """The moment of a record key, None when it is none of time."""
    if not _TID_FORM.fullmatch(key):
        return None
    number = 0
    for letter in key:
        number = number << 5 | _TID.index(letter)
    try:
        return _EPOCH + timedelta(microseconds=number >> 10)
    except OverflowError:
        return None
