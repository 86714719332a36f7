"""Archives of places that are gone: which kinds convo reads, and what it finds in one."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from convo.adapters import ARCHIVES
from convo.model import Conversation, Person


class ArchiveError(Exception):
    """The archive cannot be read; `words` say why and what to do."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


class Archive(Protocol):
    """Conversations that somebody saved from a place."""

    platform: str
    owner: Person
    """Whose archive it is: the user, as that place knew them."""
    length: int
    """How many conversations it holds, as far as a first look tells."""
    skipped: list[str]
    """One sentence for each item that was left out; grows while it is read."""

    def conversations(self) -> Iterator[Conversation]:
        """Each conversation once, whole."""
        ...


class Module(Protocol):
    """What a module of ARCHIVES offers."""

    def open_archive(self, path: Path) -> Archive:
        """Look into an archive. Raises ArchiveError."""
        ...


def open_archive(kind: str, path: Path) -> Archive:
    """Look into an archive of one of ARCHIVES. Raises ArchiveError."""
    return cast(Module, import_module(ARCHIVES[kind])).open_archive(path)
