"""Sections of the config file as text: a new account, and more keys for one that stands; what a person wrote stays."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import tomli

from convo.config import AccountConfig
from convo.text import one_line


def section(account: AccountConfig, options: Mapping[str, str]) -> str:
    """The account as a section of the config file."""
    values = {"platform": account.platform, "url": account.url, "user": account.user}
    values.update({key: value for key, value in options.items() if key not in values})
    return lines(account.name, values)


def lines(name: str, values: Mapping[str, str]) -> str:
    """Keys of an account below the head of its section."""
    plain = name.replace("-", "").replace("_", "").isalnum()
    return "\n".join([f"[accounts.{name if plain else json.dumps(name)}]", *_pairs(values), ""])


def lacking(text: str, name: str, values: Mapping[str, str]) -> dict[str, str]:
    """Which of these keys an account's section does not have yet. Raises ValueError for what is no TOML."""
    stands = _account(tomli.loads(text), name)
    return {key: one_line(value) for key, value in values.items() if one_line(value) and key not in stands}


def completed(text: str, name: str, values: Mapping[str, str]) -> str:
    """The config with these keys in an account's section, every other byte as it was.

    Raises ValueError where the section is written in a form that lines cannot be added to.
    """
    wanted = tomli.loads(text)
    _account(wanted, name).update(values)
    for before, prefix, after in _places(text, name):
        end = "\r\n" if before.endswith("\r\n") else "\n"
        gap = "" if before.endswith("\n") else "\n"
        new = "".join(f"{prefix}{line}{end}" for line in _pairs(values))
        if _says(whole := f"{before}{gap}{new}{after}", wanted):
            return whole
    raise ValueError(f"[accounts.{name}] is written in a form that lines cannot be added to")


def _pairs(values: Mapping[str, str]) -> list[str]:
    return [
        f"{key} = {json.dumps(one_line(value), ensure_ascii=False)}" for key, value in values.items() if value
    ]


def _account(tables: dict[str, Any], name: str) -> dict[str, Any]:
    accounts = tables.get("accounts")
    found = accounts.get(name) if isinstance(accounts, dict) else None
    if not isinstance(found, dict):
        raise ValueError(f"there is no section [accounts.{name}]")
    return found


def _places(text: str, name: str) -> Iterator[tuple[str, str, str]]:
    """Where lines may be added, the best place first: the text before, what each line begins with, the text after.

    A value of many lines may look like anything: whoever asks must see whether the outcome says what it should.
    """
    lines = text.splitlines(keepends=True)
    quoted = rf"(?:{re.escape(name)}|\"{re.escape(name)}\"|'{re.escape(name)}')"
    head = re.compile(rf"\s*\[\s*accounts\s*\.\s*{quoted}\s*\]")
    dotted = re.compile(rf"(\s*(?:accounts\s*\.\s*)?{quoted}\s*\.\s*)[\w-]+\s*=")
    for number, line in enumerate(lines):
        if head.match(line):
            for at in range(_end(lines, number), number, -1):
                yield "".join(lines[:at]), "", "".join(lines[at:])
    for number, line in enumerate(lines, 1):
        if found := dotted.match(line):
            yield "".join(lines[:number]), found[1], "".join(lines[number:])


def _end(lines: list[str], head: int) -> int:
    """After the last line of a section that is neither empty nor a comment."""
    last = head
    for number in range(head + 1, len(lines)):
        line = lines[number].strip()
        if line.startswith("["):
            break
        if line and not line.startswith("#"):
            last = number
    return last + 1


def _says(text: str, wanted: dict[str, Any]) -> bool:
    try:
        return tomli.loads(text) == wanted
    except tomli.TOMLDecodeError:
        return False
