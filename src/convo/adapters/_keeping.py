"""What an adapter gives away to be kept as JSON of its own (cursors, facts, data), and takes back."""

from __future__ import annotations

import hashlib
from typing import TypeVar

import msgspec

from convo.adapters.wire import part

T = TypeVar("T")


def kept(text: str, kind: type[T]) -> T:
    """A value as it was stored; an empty one when there is none, or one of another shape."""
    found = part(text.encode(), kind, strict=True)
    return found if found is not None else kind()


def written(value: object) -> str:
    """A value as JSON to store."""
    return msgspec.json.encode(value).decode()


def mark_of(secret: str) -> str:
    """What a secret is told apart by, without keeping it."""
    return hashlib.sha256(secret.encode()).hexdigest()[:16]
