"""Decoding what a platform sends: whole answers, parts of them, and lists item by item.

Only what a `msgspec` struct names is decoded, so what has no name (every count) goes nowhere. A malformed part or
item never costs its neighbours.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypeVar

import msgspec
from msgspec import Raw, Struct

from convo.adapters.contract import RetryAt
from convo.adapters.http import Response
from convo.text import one_line, shorten

T = TypeVar("T")
NOTHING = Raw(b"null")
"""A part that is not there."""
_ESCAPE = re.compile(
    rb"\\(u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[dD][89a-fA-F][0-9a-fA-F]{2}|.)"
)


class _Named(Struct):
    """What an item that cannot be read may be called by."""

    id: str | int | None = None
    uri: str | None = None


def loads(body: bytes | Raw, kind: type[T], *, strict: bool = False) -> T:
    """JSON as a value of this shape. Raises ValueError when it is malformed, of another shape or too deep.

    Lone surrogates, which JSON can spell and text cannot hold, become U+FFFD. Unless `strict`, numbers may come as
    strings.
    """
    try:
        return msgspec.json.decode(body, type=kind, strict=strict)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    except ValueError:
        mended = mend(bytes(body))
        if mended == bytes(body):
            raise
    try:
        return msgspec.json.decode(mended, type=kind, strict=strict)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def mend(body: bytes) -> bytes:
    """JSON whose lone surrogate escapes, which no text can hold, are replaced by U+FFFD."""

    def keep(found: re.Match[bytes]) -> bytes:
        escape = found[1]
        return rb"\ufffd" if len(escape) == 5 and escape[:2].lower() == b"ud" else found[0]

    return _ESCAPE.sub(keep, body)


def there(raw: Raw | bytes) -> bool:
    """Whether a part was sent, and is not null."""
    return bytes(raw) not in (b"", b"null")


def part(raw: Raw | bytes, kind: type[T], *, strict: bool = False) -> T | None:
    """A part of an answer, None when it is null, missing or has another shape."""
    if not there(raw):
        return None
    try:
        return loads(raw, kind, strict=strict)
    except ValueError:
        return None


def decode(response: Response, kind: type[T], *, strict: bool = False) -> T:
    """The body of a good answer. Raises RetryAt when it is no JSON of this shape (a proxy's page, a broken server)."""
    try:
        return loads(response.body, kind, strict=strict)
    except ValueError as error:
        host = response.url.split("/")[2] if "://" in response.url else "the server"
        page = "text/html" in response.headers.get("content-type", "")
        what = "a web page" if page else f"something else ({shorten(str(error), 120)})"
        raise RetryAt(f"{host} should have answered with data and sent {what}.") from error


def each(
    items: Sequence[Raw], kind: type[T], what: str, *, strict: bool = False
) -> tuple[list[T], list[str]]:
    """The items that can be read, and one sentence for each that cannot: "Comment 7 could not be read: …"."""
    good: list[T] = []
    skipped: list[str] = []
    for raw in items:
        try:
            good.append(loads(raw, kind, strict=strict))
        except ValueError as error:
            skipped.append(f"{what} {_name(raw)} could not be read: {shorten(str(error), 120)}.")
    return good, skipped


def _name(raw: Raw) -> str:
    named = part(raw, _Named)
    name = text_id(named.id) or one_line(named.uri or "") if named is not None else ""
    return shorten(name, 200) or "without an id"


def text_id(value: str | int | None) -> str:
    """An id as cleaned text, "" for none."""
    return "" if value is None else one_line(str(value))


def web(address: str | None) -> str:
    """A web address, "" for anything else."""
    text = one_line(address or "")
    return text if text.startswith(("http://", "https://")) else ""
