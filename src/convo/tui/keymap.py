"""The table of commands with the user's own keys laid over it, and chords such as `g w`. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches

from convo.tui.commands import BY_NAME, COMMANDS, Command, Place, shown_key

NAMED_KEYS = frozenset(
    {"enter", "escape", "tab", "shift+tab", "space", "home", "end", "pageup", "pagedown", "up", "down", "left",
     "right", "delete", "backspace", "insert"}
)  # fmt: skip
TEXT_PLACES: tuple[Place, ...] = ("reply", "names", "note", "search", "palette")
"""Where every printable key is text."""
_CTRL_KEPT = frozenset(["ctrl+p", "ctrl+q", "ctrl+c", "ctrl+enter"])
_CTRL_TAKEN = frozenset("abcdehijkmquvwxyz[")
"""Taken by the terminal, by tmux and screen, or by text fields."""


def unsendable(key: str) -> str:
    """Why a key cannot be used, "" when every common terminal sends it."""
    for part in key.split(" ") if key != " " else [key]:
        if len(part) == 1 or part in NAMED_KEYS or part in _CTRL_KEPT:
            continue
        if part.startswith("ctrl+") and len(part) == 6 and part[5].isalpha() and part[5] not in _CTRL_TAKEN:
            continue
        if part.startswith("ctrl+"):
            return f"{shown_key(part)} is taken by terminals or by text fields"
        return f'"{part}" is no key that every terminal sends'
    return ""


def _alternatives(text: str) -> tuple[str, ...]:
    """The keys of a config value: one, or several parted by " or "; "" takes the key away."""
    return tuple(key.strip() for key in text.split(" or ") if key.strip())


class Keymap:
    """Which command a key means where. `faults` are sentences about `[keys]` that were not followed."""

    def __init__(self, overrides: Mapping[str, str] | None = None) -> None:
        self.faults: list[str] = []
        self._keys: dict[str, tuple[str, ...]] = {command.name: command.keys for command in COMMANDS}
        for name, text in (overrides or {}).items():
            self._override(name, text)
        self._table: dict[tuple[Place, str], Command] = {}
        self._prefixes: set[tuple[Place, str]] = set()
        self._fill(overrides or {})

    def keys(self, name: str) -> tuple[str, ...]:
        """The keys of a command as they are now."""
        return self._keys[name]

    def shown(self, name: str) -> str:
        """The first key of a command as people read it, "" when it has none."""
        keys = self._keys[name]
        return shown_key(keys[0]) if keys else ""

    def find(self, place: Place, key: str) -> Command | None:
        """The command of a key or chord at a place."""
        return self._table.get((place, key))

    def begins_chord(self, place: Place, key: str) -> bool:
        """Whether a key waits for a second one here."""
        return (place, key) in self._prefixes

    def chords(self, place: Place, prefix: str) -> list[tuple[str, Command]]:
        """Second keys and what they do, in the order of the table."""
        start = f"{prefix} "
        found: dict[str, tuple[str, Command]] = {}
        for (where, key), command in self._table.items():
            if where == place and key.startswith(start):
                found.setdefault(command.name, (key[len(start) :], command))
        return list(found.values())

    def _override(self, name: str, text: str) -> None:
        if name not in BY_NAME:
            near = get_close_matches(name, BY_NAME, 1)
            hint = f' Did you mean "{near[0]}"?' if near else " ? lists them."
            self.faults.append(f'[keys] has no command "{name}".{hint}')
            return
        keys = _alternatives(text)
        for key in keys:
            why = unsendable(key)
            if why:
                self.faults.append(f"[keys] {name}: {why}. It keeps {self._said(name)}.")
                return
        self._keys[name] = keys

    def _said(self, name: str) -> str:
        keys = BY_NAME[name].keys
        return " and ".join(shown_key(key) for key in keys) if keys else "no key"

    def _fill(self, overrides: Mapping[str, str]) -> None:
        """The user's keys first, so that a clash leaves the table's own command without the key."""
        chosen = [command for command in COMMANDS if command.name in overrides]
        others = [command for command in COMMANDS if command.name not in overrides]
        said: set[tuple[str, str]] = set()
        for command in (*chosen, *others):
            for key in self._keys[command.name]:
                for place in command.where:
                    if place in TEXT_PLACES and len(key.split(" ")[0]) == 1:
                        continue
                    holder = self._table.setdefault((place, key), command)
                    if holder is not command and (holder.name, command.name) not in said:
                        said.add((holder.name, command.name))
                        self.faults.append(
                            f"[keys] {shown_key(key)} is both {holder.name} and {command.name}; "
                            f"it is {holder.name}. Give {command.name} another key."
                        )
        self._prefixes = {
            (place, key.split(" ")[0]) for place, key in self._table if " " in key and key.strip()
        }
        for place, prefix in sorted(self._prefixes):
            single = self._table.pop((place, prefix), None)
            words = f"[keys] {shown_key(prefix)} begins other keys and cannot be {single.name if single else ''} alone."
            if single is not None and words not in self.faults:
                self.faults.append(words)


class Chord:
    """The keys of a chord typed so far. Waits without a time limit; Escape ends it."""

    def __init__(self, keymap: Keymap) -> None:
        self._keymap = keymap
        self.prefix = ""

    def press(self, place: Place, key: str) -> Command | None:
        """The command that this key completes, None when none does or a second key is awaited."""
        if self.prefix:
            whole, self.prefix = f"{self.prefix} {key}", ""
            return None if key == "escape" else self._keymap.find(place, whole)
        if self._keymap.begins_chord(place, key):
            self.prefix = key
            return None
        return self._keymap.find(place, key)

    def letters(self, place: Place) -> str:
        """What the status line shows while a second key is awaited."""
        return "  ".join(
            f"{shown_key(key)} {command.label.lower()}"
            for key, command in self._keymap.chords(place, self.prefix)
        )
