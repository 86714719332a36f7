"""What the user types or pipes in: words of an answer, an editor's text, a yes."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

from convo.cli.run import UsageError
from convo.text import clean


def given_text(text: str) -> str:
    """The text of -m, or of standard input where it is "-"."""
    if text != "-":
        return text.strip()
    return _standard_input()


def written_text(text: str | None, editor: str, first: str, directory: Path) -> str:
    """The text of -m; else $EDITOR on a terminal, opened on `first`; else standard input."""
    if text is not None:
        return given_text(text)
    if sys.stdin.isatty() and sys.stdout.isatty():
        return edited(first, editor, directory)
    return _standard_input()


def _standard_input() -> str:
    try:
        return sys.stdin.buffer.read().decode("utf-8").strip()
    except UnicodeDecodeError as error:
        raise UsageError("Standard input is not UTF-8.") from error


def edited(first: str, editor: str, directory: Path) -> str:
    """What the user makes of `first` in their editor, in a file of mode 0600 that is kept if the editor fails."""
    command = editor or os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
    descriptor, name = tempfile.mkstemp(prefix="answer-", suffix=".txt", dir=directory, text=True)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(first)
    try:
        status = subprocess.run([*shlex.split(command), name], check=False).returncode
    except (OSError, ValueError) as error:
        raise UsageError(f"The editor {command} did not start; your words are in {name}.") from error
    if status:
        raise UsageError(f"The editor ended with status {status}; your words are in {name}.")
    text = Path(name).read_text(encoding="utf-8", errors="replace").strip()
    Path(name).unlink()
    return text


def confirmed(question: str) -> bool:
    """Whether the user says yes to a question on the terminal; False where there is no terminal."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return False
    sys.stderr.write(f"{clean(question)} [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")
