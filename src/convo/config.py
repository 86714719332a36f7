"""The config file: TOML into frozen values, with faults that name key, line, what was expected and found.

A fault inside one `[accounts.X]` disables that account only; any other fault raises ConfigError.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import tomli

from convo.text import shorten
from convo.values import frozen


class ConfigError(Exception):
    """A fault that stops the program; `words` say where, what was expected and what was found."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


@frozen
class InboxConfig:
    """How the inbox reads and orders."""

    history_days: int = 90
    waiting_days: int = 14
    undo_seconds: int = 10
    mark_read: str = "clear"
    order: str = "longest"
    day_starts: str = "09:00"
    poll_seconds: int = 60
    proxy: str = ""
    ca_file: str = ""


@frozen
class NotifyConfig:
    """The command told of what the circle writes."""

    command: str = ""


@frozen
class LookConfig:
    """How the screen looks."""

    theme: str = ""
    glyphs: str = ""
    motion: str = "on"
    wide: bool = False
    copy_command: str = ""
    editor: str = ""


@frozen
class AccountConfig:
    """One login as the config names it; `options` are the keys only its platform knows."""

    name: str
    platform: str
    url: str = ""
    user: str = ""
    secret: str = field(default="", repr=False)
    secret_env: str = ""
    secret_command: str = ""
    options: Mapping[str, str] = field(default_factory=dict)


@frozen
class Config:
    """All of the config; `broken` names the accounts with a fault and says which."""

    inbox: InboxConfig = InboxConfig()
    notify: NotifyConfig = NotifyConfig()
    keys: Mapping[str, str] = field(default_factory=dict)
    look: LookConfig = LookConfig()
    accounts: Mapping[str, AccountConfig] = field(default_factory=dict)
    broken: Mapping[str, str] = field(default_factory=dict)
    path: Path | None = None


_Check = Callable[[Any], str]
"""What is wrong with a value in words, "" when it is fine."""


def _number(least: int, most: int) -> _Check:
    def check(value: Any) -> str:
        fine = isinstance(value, int) and not isinstance(value, bool) and least <= value <= most
        return "" if fine else f"a whole number from {least} to {most}"

    return check


def _choice(*names: str) -> _Check:
    quoted = " or ".join(f'"{name}"' for name in names)

    def check(value: Any) -> str:
        return "" if value in names else quoted

    return check


def _text(value: Any) -> str:
    return "" if isinstance(value, str) else "a text in quotes"


def _truth(value: Any) -> str:
    return "" if isinstance(value, bool) else "true or false"


def _time_of_day(value: Any) -> str:
    fine = isinstance(value, str) and re.fullmatch(r"([01]?\d|2[0-3]):[0-5]\d", value)
    return "" if fine else 'a time such as "9:00"'


def _web_address(value: Any) -> str:
    fine = isinstance(value, str) and (not value or re.match(r"https?://[^/\s]+", value))
    return "" if fine else 'an address that starts with "https://"'


_INBOX: dict[str, _Check] = {
    "history_days": _number(1, 3650),
    "waiting_days": _number(1, 365),
    "undo_seconds": _number(0, 600),
    "mark_read": _choice("off", "clear", "always"),
    "order": _choice("longest", "newest"),
    "day_starts": _time_of_day,
    "poll_seconds": _number(30, 86400),
    "proxy": _web_address,
    "ca_file": _text,
}
_LOOK: dict[str, _Check] = {
    "theme": _text,
    "glyphs": _choice("", "unicode", "ascii"),
    "motion": _choice("on", "off"),
    "wide": _truth,
    "copy_command": _text,
    "editor": _text,
}
_NOTIFY: dict[str, _Check] = {"command": _text}
_ACCOUNT: dict[str, _Check] = {
    "platform": _text,
    "url": _web_address,
    "user": _text,
    "secret": _text,
    "secret_env": _text,
    "secret_command": _text,
}
_SECTIONS = ("inbox", "notify", "keys", "look", "accounts")
_ACCOUNT_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}")


@frozen
class PlatformKeys:
    """What a platform's config may hold: the keys of its own, and whether it needs a secret or a url."""

    options: tuple[str, ...] = ()


@frozen
class _Known:
    """The platforms that an account may be on, and those that are gone."""

    platforms: Mapping[str, PlatformKeys]
    retired: Mapping[str, str]


def load(
    path: Path | None, platforms: Mapping[str, PlatformKeys], retired: Mapping[str, str] | None = None
) -> Config:
    """The config of a file; the defaults when there is none. Raises ConfigError.

    `platforms` are the known ones with the keys of their own, the most common first; `retired` are places of the past,
    with what they were.
    """
    if path is None or not path.exists():
        return Config(path=path)
    source, tables = _read(path)
    place = _Place(path, source)
    for name in tables:
        if name not in _SECTIONS:
            raise ConfigError(place.unknown("", name, _SECTIONS))
        if not isinstance(tables[name], dict):
            raise ConfigError(place.wrong("", name, f"a section [{name}]", tables[name]))
    inbox = _section(tables.get("inbox", {}), "inbox", _INBOX, place)
    look = _section(tables.get("look", {}), "look", _LOOK, place)
    notify = _section(tables.get("notify", {}), "notify", _NOTIFY, place)
    keys = tables.get("keys", {})
    for name, value in keys.items():
        if not isinstance(value, str):
            raise ConfigError(place.wrong("keys", name, "a key in quotes", value))
    accounts, broken = _accounts(tables.get("accounts", {}), _Known(platforms, retired or {}), place)
    return Config(
        InboxConfig(**inbox), NotifyConfig(**notify), dict(keys), LookConfig(**look), accounts, broken, path
    )


def _read(path: Path) -> tuple[str, dict[str, Any]]:
    try:
        source = path.read_bytes().decode("utf-8")
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror or error}.") from error
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise ConfigError(f"{path}, line {line}: this is not UTF-8; save the file as UTF-8.") from error
    try:
        return source, tomli.loads(source)
    except tomli.TOMLDecodeError as error:
        raise ConfigError(f"{path}: {shorten(str(error), 200)}.") from error
    except RecursionError as error:
        raise ConfigError(f"{path}: the values are nested too deeply.") from error


class _Place:
    """Finds the line of a key, which tomli tells only for errors of syntax."""

    def __init__(self, path: Path, source: str) -> None:
        self.path = path
        self._lines = source.splitlines()

    def line(self, section: str, key: str) -> int | None:
        """The line, from 1, on which `key` stands in `section` ("" for a section head), else that of the section."""
        inside = not section
        section_line = None
        quoted = rf"(?:{re.escape(key)}|\"{re.escape(key)}\"|'{re.escape(key)}')"
        for number, line in enumerate(self._lines, 1):
            head = re.match(r"\s*\[+\s*([^\]]+?)\s*\]+", line)
            if head:
                name = re.sub(r"[\"'\s]", "", head[1])
                if not section and name.split(".")[0] == key:
                    return number
                inside = name == section
                section_line = number if inside else section_line
                continue
            dotted = rf"\s*{re.escape(section)}\.{quoted}\s*=" if section else r"$."
            if (inside and re.match(rf"\s*{quoted}\s*[=.]", line)) or re.match(dotted, line):
                return number
        return section_line

    def at(self, section: str, key: str) -> str:
        """The file, and the line where it is known."""
        line = self.line(section, key)
        return f"{self.path}, line {line}" if line else str(self.path)

    def unknown(self, section: str, key: str, known: Any) -> str:
        """The sentence for a key nobody knows, with the nearest known name."""
        near = get_close_matches(key, list(known), 1, 0.5)
        hint = f'Did you mean "{near[0]}"?' if near else "Known here: " + ", ".join(sorted(known)) + "."
        where = f" in [{section}]" if section else ""
        return f'{self.at(section, key)}: "{shorten(key, 40)}"{where} is not known. {hint}'

    def wrong(self, section: str, key: str, expected: str, found: Any) -> str:
        """The sentence for a value of the wrong kind."""
        shown = shorten(repr(found), 60)
        return f'{self.at(section, key)}: "{key}" should be {expected}, and is {shown}.'


def _section(table: dict[str, Any], name: str, checks: dict[str, _Check], place: _Place) -> dict[str, Any]:
    for key, value in table.items():
        if key not in checks:
            raise ConfigError(place.unknown(name, key, checks))
        expected = checks[key](value)
        if expected:
            raise ConfigError(place.wrong(name, key, expected, value))
    return table


def _accounts(
    table: dict[str, Any], known: _Known, place: _Place
) -> tuple[dict[str, AccountConfig], dict[str, str]]:
    accounts: dict[str, AccountConfig] = {}
    broken: dict[str, str] = {}
    for name, value in table.items():
        fault = _account_fault(name, value, known, place)
        if fault:
            broken[shorten(name, 40)] = fault
            continue
        common = {key: value[key] for key in _ACCOUNT if key in value}
        options = {key: str(value[key]) for key in value if key not in _ACCOUNT}
        accounts[name] = AccountConfig(name=name, options=options, **common)
    return accounts, broken


def _account_fault(name: str, value: Any, known: _Known, place: _Place) -> str:
    """The first fault of one account in words, "" when it has none."""
    section = f"accounts.{name}"
    if not _ACCOUNT_NAME.fullmatch(name):
        where = place.at(section, "platform")
        return f'{where}: "{shorten(name, 40)}" cannot name an account; use letters, digits, - and _.'
    if not isinstance(value, dict):
        return place.wrong("accounts", name, f"a section [{section}]", value)
    platform = value.get("platform")
    if not isinstance(platform, str):
        example = next(iter(known.platforms), "")
        return f'{place.at(section, "platform")}: [{section}] needs a line such as platform = "{example}".'
    if platform in known.retired:
        return (
            f"{place.at(section, 'platform')}: {known.retired[platform]}. Take [{section}] out of the file."
        )
    if platform not in known.platforms:
        near = get_close_matches(platform, list(known.platforms), 1, 0.5)
        hint = f'Did you mean "{near[0]}"?' if near else "Known: " + ", ".join(sorted(known.platforms)) + "."
        return f'{place.at(section, "platform")}: the platform "{shorten(platform, 40)}" is not known. {hint}'
    options = known.platforms[platform].options
    for key, given in value.items():
        if key in _ACCOUNT:
            expected = _ACCOUNT[key](given)
            if expected:
                return place.wrong(section, key, expected, given if "secret" not in key else "…")
        elif key not in options:
            return place.unknown(section, key, (*_ACCOUNT, *options))
        elif not isinstance(given, (str, int, bool, float)):
            return place.wrong(section, key, "a text, a number, true or false", given)
    if sum(key in value for key in ("secret", "secret_env", "secret_command")) > 1:
        return f"{place.at(section, 'platform')}: [{section}] names its secret twice; keep one of the lines."
    return _mode_fault(section, value, place)


def _mode_fault(section: str, value: dict[str, Any], place: _Place) -> str:
    """A secret in a file that others can read is a fault."""
    if "secret" not in value:
        return ""
    path = place.path
    mode = path.stat().st_mode & 0o777
    if mode & 0o077:
        return f"{place.at(section, 'secret')}: others can read this secret; run  chmod 600 {path}"
    return ""
