"""The `fields` of a request: names, with arguments, and with fields of their own in braces."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.simulators._facebook_errors import GraphError

_NAME = re.compile(r"[a-z_0-9]+")
_ARGUMENT = re.compile(r"\.([a-z_]+)\(([^()]*)\)")


@dataclass(frozen=True)
class Field:
    """One field that is asked for."""

    name: str
    given: dict[str, str] = field(default_factory=dict)
    """Arguments: `comments.limit(50).filter(stream)`."""
    inner: tuple[Field, ...] = ()


def named(names: Sequence[str]) -> tuple[Field, ...]:
    """Plain fields."""
    return tuple(Field(name) for name in names)


def parsed(text: str) -> tuple[Field, ...]:
    """The fields of a request. Raises GraphError."""
    found, end = _many(text.replace(" ", ""), 0)
    if end != len(text.replace(" ", "")):
        raise _wrong(text, end)
    return found


def _wrong(text: str, at: int) -> GraphError:
    near = text[at : at + 20] or "end of string"
    return GraphError(2500, f"Syntax error at character {at} near: {near}")


def _many(text: str, at: int) -> tuple[tuple[Field, ...], int]:
    found = []
    while True:
        one, at = _one(text, at)
        found.append(one)
        if text[at : at + 1] != ",":
            return tuple(found), at
        at += 1


def _one(text: str, at: int) -> tuple[Field, int]:
    name = _NAME.match(text, at)
    if name is None:
        raise _wrong(text, at)
    at, given = name.end(), {}
    while argument := _ARGUMENT.match(text, at):
        given[argument[1]], at = argument[2], argument.end()
    if text[at : at + 1] != "{":
        return Field(name[0], given), at
    inner, at = _many(text, at + 1)
    if text[at : at + 1] != "}":
        raise _wrong(text, at)
    return Field(name[0], given, inner), at + 1


def written(fields: Sequence[Field]) -> str:
    """Fields as a request writes them."""
    found = []
    for one in fields:
        given = "".join(f".{name}({value})" for name, value in one.given.items())
        found.append(one.name + given + (f"{{{written(one.inner)}}}" if one.inner else ""))
    return ",".join(found)
