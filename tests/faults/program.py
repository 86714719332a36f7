"""The program under test: runs `convo` against one data directory, and ends it where a fault asks for it."""

from __future__ import annotations

import json
import os
import select
import shutil
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent
KILLED = -signal.SIGKILL
PATIENCE = 120.0
"""Seconds after which a command that does not end is a failure of its own."""


def account_lines(name: str, place: Any, url: str) -> list[str]:
    """The lines of a config for the account of a conformance world, reached at this address."""
    lines = [f"[accounts.{name}]", f'platform = "{place.account.platform}"', f'url = "{url}"']
    lines.append(f'user = "{place.account.user}"')
    lines += [f'secret = "{secret}"' for secret in place.secrets[:1]]
    for key, value in place.account.options.items():
        lines.append(f'{key} = "{url if value == place.site.home.url else value}"')
    return lines


@dataclass(frozen=True)
class Ran:
    """What one command did; `status` is -9 when it was killed."""

    status: int
    out: str
    err: str

    @property
    def killed(self) -> bool:
        return self.status == KILLED

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class Hung(Exception):
    """A command did not end."""


class Program:
    """Runs commands one at a time, each in a process of its own."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.data = directory / "data"
        self.config = directory / "config.toml"
        self.points = directory / "points"
        self.commits = directory / "commits"
        self.later = 0.0
        """Seconds by which the program's clock runs ahead of the machine's."""
        self.deadline = 0.0
        """Seconds that one exchange with a server may take; 0 for the program's own limit."""
        self.resolve = ""
        """ "fails" or "hangs": what the resolver of names does; "" for the machine's own."""
        self.env: dict[str, str] = {}
        """Variables that the commands get besides."""
        self.terminal = -1
        """The file that is the standard input and output of whole processes, -1 for none."""
        self.memory = 0
        """MB that the last command needed at most."""
        self.whole = False
        """Start a whole `python -m convo` for each command, which takes ten times as long."""
        self._pid = 0
        self._started = threading.Event()
        command = [sys.executable, "-m", "tests.faults.launcher"]
        self._launcher = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT, bufsize=0
        )

    def close(self) -> None:
        """End the launcher."""
        assert self._launcher.stdin
        assert self._launcher.stdout
        self._launcher.stdin.close()
        self._launcher.wait(30)
        self._launcher.stdout.close()

    @property
    def _words(self) -> list[str]:
        return ["--config", str(self.config), "--data-dir", str(self.data)]

    def run(
        self,
        *words: str,
        kill_at: int = 0,
        kill_after: float = 0.0,
        points: bool = False,
        power: bool = False,
        typed: str = "",
    ) -> Ran:
        """Run a command to its end, or to its `kill_at`-th point, or for `kill_after` seconds.

        `points`: write down those it passes; `power`: and copy the store after each commit; `typed`: standard input.
        """
        given = self.directory / "in"
        given.write_text(typed)
        env = {"CONVO_KILL_AT": str(kill_at) if kill_at else "", "CONVO_POINTS": ""}
        if points:
            self.points.unlink(missing_ok=True)
            env["CONVO_POINTS"] = str(self.points)
        if power:
            shutil.rmtree(self.commits, ignore_errors=True)
            self.commits.mkdir()
        return self._run([*self._words, *words], env, kill_after, commits=self.commits if power else "")

    def books(self) -> Any:
        """All conversations, drafts and the outbox as the program shows them."""
        return self._run(self._words, {}, 0.0, books=True).json

    def stock(self) -> Any:
        """URIs of all messages, drafts and outbox, briefly: what a large store is judged by."""
        return self._run([*self._words, "stock"], {}, 0.0, books=True).json

    def kill(self) -> None:
        """Kill the process that runs; called from any thread."""
        self._started.wait(10)
        with suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGKILL)

    def _run(
        self,
        words: list[str],
        env: dict[str, str],
        kill_after: float,
        *,
        books: bool = False,
        commits: Path | str = "",
    ) -> Ran:
        out, err = self.directory / "out", self.directory / "err"
        self._started.clear()
        if self.whole and not books:
            status = self._whole(words, env, out, err)
        else:
            files = {"out": str(out), "err": str(err), "commits": str(commits)}
            job = {
                "words": words,
                "env": {**self.env, **env},
                "later": self.later,
                "books": books,
                "deadline": self.deadline,
                "resolve": self.resolve,
                "in": str(self.directory / "in"),
                **files,
            }
            status = self._forked(job, kill_after)
        ran = Ran(status, out.read_text() if out.exists() else "", err.read_text() if err.exists() else "")
        assert "Traceback" not in ran.err, f"{words}: {ran.err}"
        return ran

    def _forked(self, job: dict[str, Any], kill_after: float) -> int:
        """In a child of the launcher."""
        assert self._launcher.stdin
        self._launcher.stdin.write(f"{json.dumps(job)}\n".encode())
        self._pid = int(self._line(PATIENCE))
        self._started.set()
        try:
            ended = self._line(kill_after or PATIENCE)
        except Hung:
            self.kill()
            ended = self._line(PATIENCE)
            if not kill_after:
                raise Hung(f"{job['words']} did not end") from None
        status, self.memory = (int(word) for word in ended.split())
        return status

    def _whole(self, words: list[str], env: dict[str, str], out: Path, err: Path) -> int:
        """As a user's shell does it; the clock is the machine's."""
        command = [sys.executable, "-m", "convo", *words]
        with out.open("wb") as printed, err.open("wb") as said:
            given = (
                {"stdin": self.terminal, "stdout": self.terminal}
                if self.terminal >= 0
                else {"stdout": printed}
            )
            process = subprocess.Popen(command, env={**os.environ, **self.env, **env}, stderr=said, **given)
            self._pid = process.pid
            self._started.set()
            return process.wait(PATIENCE)

    def _line(self, patience: float) -> str:
        """The launcher's next line. Raises Hung when none comes in time."""
        assert self._launcher.stdout
        if not select.select([self._launcher.stdout], [], [], patience)[0]:
            raise Hung
        return self._launcher.stdout.readline().decode()
