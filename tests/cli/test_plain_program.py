"""The line mode as a program of its own: over a pipe, on a terminal, killed in the middle, ended by a signal."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cli.plain_play import PROMPT, UNSAID


def convo(*words: str, typed: str = "", **variables: str) -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, "PYTHONUTF8": "1", "TZ": "UTC", **variables}
    command = [sys.executable, "-m", "convo", *words]
    return subprocess.run(
        command, input=typed.encode(), capture_output=True, env=environment, check=False, timeout=120
    )


def test_over_a_pipe(tmp_path: Path) -> None:
    ran = convo("--demo", "--plain", "--data-dir", str(tmp_path / "data"),
                typed="r\nYes, we signed.\n.\ny\n\ne\nu\n? undo\nq\n\n")  # fmt: skip
    out = ran.stdout.decode()
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert not UNSAID.search(out)
    assert out.startswith("convo. Ana, Ben and others wait; Ana since ")
    assert out.count(PROMPT) == 1, "a prompt is not repeated over a pipe"
    assert "> " not in out
    assert "To Ana in 10 seconds. u takes it back." in out
    assert "Hana is done. u takes it back.\nHana waits again. U does it again.\n" in out
    assert "To Ana: sent. Ben, Hana and others still wait.\n" in out


@pytest.mark.parametrize("typed", ["", "r\nhalf a word", "s\n", "/\n", "g\n", "r\n.\nM\n", "\xff\x00\n"])
def test_a_pipe_that_ends_anywhere_ends_in_peace(tmp_path: Path, typed: str) -> None:
    ran = convo("--demo", "--plain", typed=typed)
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert ran.stdout.decode().endswith("Ana, Ben and others still wait.\n")


def test_the_plain_mode_loads_no_textual() -> None:
    program = (
        "import sys, io\nsys.argv = ['convo', '--demo', '--plain']\nsys.stdin = None\n"
        "from convo.__main__ import main\nassert main() == 0\n"
        "assert not {name.split('.')[0] for name in sys.modules} & {'textual', 'rich', 'readline'}, 'loaded'"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False, timeout=120)
    assert (ran.returncode, ran.stderr) == (0, b"")


class Terminal:
    """The program on a pseudo terminal, as a person has it."""

    def __init__(self, *words: str) -> None:
        self._mine, theirs = pty.openpty()
        environment = {**os.environ, "PYTHONUTF8": "1", "TZ": "UTC", "TERM": "xterm-256color"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "convo", *words], stdin=theirs, stdout=theirs, stderr=theirs, env=environment,
            start_new_session=True,
        )  # fmt: skip
        os.close(theirs)
        self.shown = ""
        self._at = 0

    def until(self, words: str) -> str:
        """Read on until these words stand there; gives what came since the words before."""
        since = self._at
        while words not in self.shown[since:]:
            self.shown += os.read(self._mine, 65536).decode("utf-8", "replace")
        self._at = self.shown.index(words, since) + len(words)
        return self.shown[since : self._at]

    def type(self, line: str) -> None:
        os.write(self._mine, line.encode())

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self._mine)


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Callable[[], Terminal]]:
    opened: list[Terminal] = []

    def begin() -> Terminal:
        opened.append(Terminal("--demo", "--plain", "--data-dir", str(tmp_path / "data")))
        return opened[-1]

    yield begin
    for one in opened:
        one.close()


def test_on_a_terminal_no_escape_sequence_and_the_prompt_each_time(terminal: Callable[[], Terminal]) -> None:
    one = terminal()
    one.until(PROMPT)
    one.type("r\n")
    one.until("> ")
    one.type("Ja.\n.\n")
    one.until("Enter keep as draft: ")
    one.type("\n")
    one.until(PROMPT)
    one.type("\x04")
    one.until("still wait.")
    assert one.process.wait(60) == 0
    assert not UNSAID.search(one.shown.replace("\r\n", "\n").replace("^D\b\b", ""))


def test_killed_in_the_middle_of_an_answer_the_draft_is_there(
    terminal: Callable[[], Terminal], tmp_path: Path
) -> None:
    one = terminal()
    one.until(PROMPT)
    one.type("r\n")
    one.until("> ")
    one.type("The first line.\n")
    one.until("\n> ")
    one.type("half of the sec")
    one.process.send_signal(signal.SIGKILL)
    one.process.wait()
    two = terminal()
    assert 'Your draft to Ana: "The first line." r goes on with it.' in two.until(PROMPT)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_keeps_what_is_held_and_ends_in_peace(
    terminal: Callable[[], Terminal], number: signal.Signals
) -> None:
    one = terminal()
    one.until(PROMPT)
    one.type("r\nHello.\n.\ny\n")
    one.until("To Ana in 10 seconds.")
    one.until(PROMPT)
    one.process.send_signal(number)
    assert "Your answer to Ana goes out when convo runs next." in one.until("still wait.")
    assert one.process.wait(60) == 0
    two = terminal()
    assert 'You wrote: "Hello."' in two.until(PROMPT) + two.shown or "Ana Lind" not in two.shown


def test_interrupted_by_the_user(terminal: Callable[[], Terminal]) -> None:
    one = terminal()
    one.until(PROMPT)
    one.process.send_signal(signal.SIGINT)
    one.until("Stopped. What was done is kept.")
    assert one.process.wait(60) == 130
