"""Asking and saying line by line: where the lines of the line mode come from, and how they are printed."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from convo.cli.output import say
from convo.cli.plain_words import filled
from convo.text import clean

TOGETHER = 112
"""What is said and asked stands on one line up to this many characters."""


class Source(Protocol):
    """Where lines come from."""

    async def line(self) -> str | None:
        """The next line without its end, None when there are no more."""
        ...

    def close(self) -> None:
        """No line comes any more, also for who waits for one now."""
        ...


class Descriptor:
    """Lines of an open file (a terminal, a pipe, a file), awaited without a thread."""

    def __init__(self, number: int | None) -> None:
        self._number = number
        self._read = b""
        self._ended = number is None
        self._arrived: asyncio.Future[None] | None = None

    async def line(self) -> str | None:
        """The next line; text that is not UTF-8 shows the replacement sign, what drives a terminal is left out."""
        while True:
            head, end, rest = self._read.partition(b"\n")
            if end or self._ended:
                self._read = rest
                return clean(head.decode("utf-8", "replace")) if end or head else None
            await self._more()

    def close(self) -> None:
        """No line comes any more, also for who waits for one now."""
        self._ended, self._read = True, b""
        if self._arrived is not None and not self._arrived.done():
            self._arrived.set_result(None)

    async def _more(self) -> None:
        assert self._number is not None
        loop = asyncio.get_running_loop()
        self._arrived = loop.create_future()
        try:
            loop.add_reader(self._number, self._told, self._arrived)
        except OSError:  # files that are always ready cannot be awaited
            self._take()
            return
        try:
            await self._arrived
        finally:
            loop.remove_reader(self._number)
            self._arrived = None
        if not self._ended:
            self._take()

    @staticmethod
    def _told(arrived: asyncio.Future[None]) -> None:
        if not arrived.done():
            arrived.set_result(None)

    def _take(self) -> None:
        assert self._number is not None
        try:
            read = os.read(self._number, 65536)
        except OSError:  # the terminal is gone
            read = b""
        self._read += read
        self._ended = not read


class Talk:
    """Says sentences and asks for lines. `news` is asked before every prompt for what to tell first."""

    def __init__(self, source: Source, *, terminal: bool) -> None:
        self._source = source
        self._asked: set[str] = set()
        self.terminal = terminal
        """Somebody sits before it: prompts are repeated, an editor can be opened."""
        self.ended = False
        """There is no more input."""
        self.news: Callable[[], Sequence[str]] = tuple

    def say(self, *paragraphs: str) -> None:
        """Each paragraph in lines that end where sentences do."""
        for paragraph in paragraphs:
            for line in filled(paragraph):
                say(line)

    def show(self, lines: Sequence[str]) -> None:
        """Lines as they are, after an empty one."""
        say()
        for line in lines:
            say(line)

    def tell(self) -> None:
        """Say what came in meanwhile."""
        self.say(*self.news())

    async def ask(self, choices: str, said: str = "") -> str | None:
        """Say something and ask for one line; None at the end of input. A known prompt is not repeated over a pipe."""
        self.tell()
        whole = f"{said} {choices}" if said else choices
        if said and (not self.terminal or len(whole) > TOGETHER):
            self.say(said)
            whole = choices
        if self.terminal:
            sys.stdout.write(_shown(f"{whole}: "))
        elif choices not in self._asked:
            self._asked.add(choices)
            say(f"{whole}: ")
        return await self._line()

    async def written(self, kept: Callable[[Sequence[str]], Awaitable[None]]) -> list[str]:
        """Lines up to one with only a dot, or to the end of input; two dots mean one. Each is `kept` as it comes."""
        self.tell()
        lines: list[str] = []
        while True:
            if self.terminal:
                sys.stdout.write("> ")
            line = await self._line()
            if line is None or line == ".":
                return lines
            lines.append("." if line == ".." else line)
            await kept(lines)

    async def _line(self) -> str | None:
        sys.stdout.flush()
        line = None if self.ended else await self._source.line()
        if line is None:
            if not self.ended and self.terminal:
                say()
            self.ended = True
        return line


def _shown(text: str) -> str:
    encoding = sys.stdout.encoding or "utf-8"
    return clean(text).encode(encoding, "replace").decode(encoding)
