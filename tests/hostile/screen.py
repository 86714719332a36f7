"""The real program on a pseudo terminal: keys in, every byte out."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Mapping


class Screen:
    """`convo` with a terminal of its own."""

    def __init__(
        self, *words: str, size: tuple[int, int] = (120, 40), env: Mapping[str, str] | None = None
    ) -> None:
        self._mine, theirs = pty.openpty()
        columns, lines = size
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        kept = {name: value for name, value in os.environ.items() if not name.startswith("CONVO_")}
        environment = {**kept, "PYTHONUTF8": "1", "TZ": "UTC", "TERM": "xterm-256color", **(env or {})}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "convo", *words], stdin=theirs, stdout=theirs, stderr=theirs, env=environment,
            start_new_session=True,
        )  # fmt: skip
        os.close(theirs)
        self.data = b""

    def read(self, quiet: float = 0.1, most: float = 20.0, first: float = 20.0) -> bytes:
        """What comes until nothing comes for `quiet` seconds: `first` for the first byte, `most` in all."""
        since, end = len(self.data), time.monotonic() + most
        while time.monotonic() < end:
            patience = quiet if len(self.data) > since else first
            if not select.select([self._mine], [], [], patience)[0]:
                break
            try:
                piece = os.read(self._mine, 1 << 16)
            except OSError:
                break
            if not piece:
                break
            self.data += piece
        return self.data[since:]

    def until(self, words: str, most: float = 60.0) -> None:
        """Read until these words were painted. Fails when they are not."""
        end = time.monotonic() + most
        while words.encode() not in self.data:
            assert time.monotonic() < end, f"{words} was not painted: {self.data[-3000:]!r}"
            self.read(most=5)

    def type(self, keys: str) -> bytes:
        """Type, and give what is painted then."""
        os.write(self._mine, keys.encode())
        return self.read(most=3.0, first=0.3)

    def close(self) -> int:
        """Leave as a user whose terminal goes, and give the exit status."""
        with contextlib.suppress(OSError):
            os.write(self._mine, b"\x11")
        self.read(quiet=1.0, most=15)
        try:
            return self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise
        finally:
            os.close(self._mine)
