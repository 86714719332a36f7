"""Private files that a kill interrupts: the old or the new is there, whole, and nothing of a try stays for long."""

from __future__ import annotations

import os
import signal
import stat
from pathlib import Path

import pytest

from convo import points
from convo.paths import write_private


def _killed(path: Path, at: str) -> None:
    """Write in a child that dies at a point."""
    child = os.fork()
    if child == 0:
        points.observe(lambda name: os.kill(os.getpid(), signal.SIGKILL) if name == at else None)
        write_private(path, "the new secret")
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status)


@pytest.mark.parametrize(
    ("at", "content"), [("file.replace", "the old one"), ("file.replaced", "the new secret")]
)
def test_a_killed_write_leaves_one_whole_file(tmp_path: Path, at: str, content: str) -> None:
    path = tmp_path / "secrets" / "here.session"
    write_private(path, "the old one")
    _killed(path, at)
    assert path.read_text() == content
    assert all(stat.S_IMODE(one.stat().st_mode) == 0o600 for one in path.parent.iterdir())
    write_private(path, "the newest")
    assert [one.name for one in path.parent.iterdir()] == ["here.session"]


def test_what_another_process_is_writing_stays(tmp_path: Path) -> None:
    path = tmp_path / "here.session"
    other = tmp_path / f".here.session.{os.getppid()}"
    other.write_text("half")
    write_private(path, "whole")
    assert other.exists()


def test_the_new_name_is_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The directory is synced after the file was put in its place."""
    done: list[str] = []
    sync, replace = os.fsync, os.replace

    def noted(descriptor: int) -> None:
        done.append("directory" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file")
        sync(descriptor)

    def moved(one: Path, other: Path) -> None:
        done.append("replaced")
        replace(one, other)

    monkeypatch.setattr(os, "fsync", noted)
    monkeypatch.setattr(os, "replace", moved)
    write_private(tmp_path / "x", "whole")
    assert done == ["file", "replaced", "directory"]
