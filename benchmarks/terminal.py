"""A program behind a pseudo-terminal, watched from outside: what it writes, when, and the CPU time it took."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path


class Terminal:
    """A running program with 120x40 cells; its bytes are read as they come."""

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str], columns: int = 120, lines: int = 40
    ):
        self.began = time.perf_counter()
        self.pid, self._fd = pty.fork()
        if self.pid == 0:  # pragma: no cover
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
            os.execvpe(command[0], list(command), dict(environment))
        self.seen = bytearray()

    def wait_for(self, words: bytes, seconds: float = 60, since: int = 0) -> float:
        """Read until these bytes came, after the first `since`; gives the moment. Raises TimeoutError."""
        end = time.perf_counter() + seconds
        while words not in self.seen[since:]:
            if not self._read(end - time.perf_counter()):
                raise TimeoutError(
                    f"{words!r} did not come; the end of what did: {bytes(self.seen[-2000:])!r}"
                )
        return time.perf_counter()

    def _read(self, seconds: float) -> bool:
        if seconds <= 0 or not select.select([self._fd], [], [], seconds)[0]:
            return False
        try:
            some = os.read(self._fd, 1 << 16)
        except OSError:
            return False
        self.seen += some
        return bool(some)

    def settle(self, quiet: float, seconds: float = 20) -> None:
        """Read until nothing came for `quiet` seconds."""
        end = time.perf_counter() + seconds
        while time.perf_counter() < end and self._read(quiet):
            pass

    def frame(self, began: float, quiet: float = 0.025, seconds: float = 5) -> float:
        """The moment of the last byte of what a key painted: after it nothing came for a while."""
        last = began
        end = began + seconds
        while time.perf_counter() < end:
            waiting = quiet if last > began else end - time.perf_counter()
            if not self._read(waiting):
                break
            last = time.perf_counter()
        return last

    def press(self, keys: bytes) -> float:
        """Type; gives the moment."""
        os.write(self._fd, keys)
        return time.perf_counter()

    def cpu(self) -> float:
        """Seconds of CPU that all threads of it have used."""
        return (
            sum(
                int(path.read_text().split()[0])
                for path in Path(f"/proc/{self.pid}/task").glob("*/schedstat")
            )
            / 1e9
        )

    def resident(self) -> int:
        """Bytes of memory it holds."""
        return int(Path(f"/proc/{self.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def end(self) -> None:
        """Kill it, and take its terminal away."""
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self._fd)
