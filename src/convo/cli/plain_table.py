"""The one table of commands as the line mode reads it: a letter or a word and Enter. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from difflib import get_close_matches
from typing import Protocol

from convo.values import frozen


class Command(Protocol):
    """What the line mode needs of a command of the table."""

    @property
    def name(self) -> str:
        """Its name in the config."""
        ...

    @property
    def label(self) -> str:
        """One or two words for it."""
        ...

    @property
    def help(self) -> str:
        """What it does."""
        ...

    @property
    def section(self) -> str:
        """Where help lists it."""
        ...


@frozen
class Own:
    """A command of the line mode that the table of the screen has no need of, or not yet."""

    name: str
    label: str
    help: str
    section: str
    key: str


LEFT_OUT: Mapping[str, str] = {
    "forward": "there are no panes",
    "backward": "there are no panes",
    "scroll_down": "nothing scrolls",
    "scroll_up": "nothing scrolls",
    "page_on": "a conversation is read out whole; v reads what is folded",
    "copy_selection": "nothing is selected on a line",
    "to_people": "t leads to the people",
    "person_left": "numbers choose people",
    "person_right": "numbers choose people",
    "mark": "one conversation is read at a time; . does the same again",
    "mark_all": "one conversation is read at a time; . does the same again",
    "take_name": "names are written out",
    "next_name": "names are written out",
    "previous_name": "names are written out",
    "close_names": "names are written out",
    "note_done": "Enter keeps the note",
    "to_results": "what was found is listed at once",
    "to_found": "what was found is listed at once",
    "leave_search": "h leads back to Waiting",
}
"""Commands of the table that make no sense without a screen, and why."""

REPLY_LETTERS: Mapping[str, str] = {
    "send": "y",
    "whole_thread": "v",
    "people": "t",
    "drop_person": "x",
    "readers": "w",
    "warning": "z",
    "attach": "f",
    "editor": "R",
    "from_account": "a",
    "keep": "q",
    "discard": "d",
}
"""Letters for what the reply box of the screen does with Ctrl, once the words are written."""

REPLY_OWN = (Own("change", "change", "change the words", "Reply box", "c"),)

MAIN_OWN = (
    Own("list", "list", "this list by numbers", "Look", "L"),
    Own("rest", "rest", "let an account rest till a time", "More", ""),
)
"""Of these, those that the table has not."""


class Table:
    """Commands by letter and by word, for one place: the conversation, or an answer before it leaves."""

    def __init__(self, commands: Sequence[Command], letters: Mapping[str, Sequence[str]]) -> None:
        self.commands = tuple(commands)
        self._letters = letters
        self._by_letter: dict[str, str] = {}
        self._by_word: dict[str, str] = {}
        for command in self.commands:
            for letter in letters.get(command.name, ()):
                self._by_letter.setdefault(letter, command.name)
                self._by_letter.setdefault(letter.replace(" ", ""), command.name)
        for word in (lambda one: one.name.replace("_", " "), lambda one: one.name, lambda one: one.label):
            self._learn(word)

    def _learn(self, word: Callable[[Command], str]) -> None:
        for command in self.commands:
            self._by_word.setdefault(word(command).casefold(), command.name)

    def letter(self, name: str) -> str:
        """The letter of a command, "" when it has none that a line can hold."""
        return next(iter(self._letters.get(name, ())), "")

    def word(self, name: str) -> str:
        """The word that reaches a command."""
        command = next(one for one in self.commands if one.name == name)
        label = command.label.casefold()
        return label if self._by_word.get(label) == name else name.replace("_", " ")

    def find(self, line: str) -> str:
        """The name of the command that a line means, "" for none. Letters are case-sensitive, words are not."""
        words = " ".join(line.split())
        return self._by_letter.get(words) or self._by_word.get(words.casefold(), "")

    def read(self, line: str, taking: Collection[str]) -> tuple[str, str]:
        """Command and rest of a line such as "/ ladder" or "snooze fri 9:00"; only those in `taking` take a rest."""
        name = self.find(line)
        if name:
            return name, ""
        words = line.split()
        for count in (2, 1):
            first, rest = " ".join(words[:count]), " ".join(words[count:])
            name = self.find(first)
            if rest and name in taking:
                return name, rest
        start = line.strip()[:1]
        if start and not start.isalnum() and self._by_letter.get(start) in taking:
            return self._by_letter[start], line.strip()[1:].strip()
        return "", ""

    def chords(self, prefix: str) -> list[tuple[str, str]]:
        """Second letters after a first one, and the words they stand for."""
        found = []
        for letter, name in self._by_letter.items():
            if letter.startswith(f"{prefix} "):
                found.append((letter[len(prefix) + 1 :], self.word(name)))
        return found

    def unknown(self, line: str) -> str:
        """One sentence about a line that means nothing, with the nearest that would."""
        said = " ".join(line.split())[:40]
        near = get_close_matches(said.casefold(), self._by_word, 1, 0.5)
        if not near:
            return f'convo does not know "{said}"; {self.letter("help") or "help"} lists what it knows.'
        name = self._by_word[near[0]]
        letter = self.letter(name)
        return f'convo does not know "{said}"; the nearest is "{self.word(name)}"{f" ({letter})" if letter else ""}.'

    def lines(self, words: str = "") -> list[str]:
        """Every command, a line each under its section, or those that have these words."""
        sections: dict[str, list[str]] = {}
        for command in self.commands:
            letter, word = self.letter(command.name), self.word(command.name)
            text = f"{command.name} {command.label} {command.help}".casefold()
            if all(one in text for one in words.casefold().split()):
                keys = f"{letter} or {word}" if letter else word
                sections.setdefault(command.section, []).append(f"{keys}: {command.help}.")
        return [line for name, lines in sections.items() for line in (f"{name}:", *lines)]


def typed(keys: Sequence[str]) -> list[str]:
    """Those keys that can be typed on a line: single signs, and chords of them."""
    return [
        key
        for key in keys
        if key.strip() and all(len(part) == 1 and part.isascii() for part in key.split(" "))
    ]


def main_table(
    commands: Sequence[Command], keys: Callable[[str], Sequence[str]], handled: Collection[str]
) -> Table:
    """The commands of the conversation: those of the table that are handled, and those it has not."""
    known = [command for command in commands if command.name in handled and command.name not in LEFT_OUT]
    letters: dict[str, list[str]] = {}
    taken: set[str] = set()
    for command in known:
        letters[command.name] = [letter for letter in typed(keys(command.name)) if letter not in taken]
        taken.update(letters[command.name])
    names = {command.name for command in commands}
    own = [one for one in MAIN_OWN if one.name not in names and one.key not in taken]
    letters.update({one.name: typed([one.key]) for one in own})
    return Table([*known, *own], letters)


def reply_table(commands: Sequence[Command]) -> Table:
    """The commands of an answer before it leaves."""
    known = [command for command in commands if command.name in REPLY_LETTERS]
    helps = [command for command in commands if command.name == "help"]
    letters = {name: [letter] for name, letter in REPLY_LETTERS.items()}
    letters.update({one.name: [one.key] for one in REPLY_OWN})
    return Table([*known, *REPLY_OWN, *helps], {**letters, "help": ["?"]})
