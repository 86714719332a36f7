"""The command lines that only open the inbox, read without argparse: building its parsers takes 10 ms."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from argparse import Namespace

_SWITCHES = ("offline", "verbose", "demo", "plain")
_VALUES = ("--config", "--data-dir")


def opens_inbox(arguments: Sequence[str]) -> Namespace | None:
    """The options of a line without a command; None for any line that the whole parser must read."""
    options: dict[str, Any] = dict.fromkeys(_SWITCHES, False)
    options |= {"config": None, "data_dir": None, "json": False, "command": None}
    left = iter(arguments)
    for word in left:
        name, equals, value = word.partition("=")
        if name in _VALUES:
            value = value if equals else next(left, "")
            if not value or value.startswith("-"):
                return None
            options[name[2:].replace("-", "_")] = value
        elif word.startswith("--") and word[2:] in _SWITCHES:
            options[word[2:]] = True
        else:
            return None
    return cast("Namespace", SimpleNamespace(**options))
