"""Whatever is wrong with the store, every command says one sentence, changes nothing, and a repair helps."""

from __future__ import annotations

import os
import random
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from convo.__main__ import main
from convo.store import backup, connection
from tests.cli.conftest import Cli

PAGE = 4096
ONE = OTHER = ""
"""Conversations in which one person waits."""


def commands() -> list[tuple[str, ...]]:
    reply = ("reply", ONE, "-m", "hello", "--offline", "--yes")
    return [
        ("list",), ("sync",), ("show", ONE), reply, ("done", OTHER), ("search", "the"), ("outbox",), ("undo",),
        ("export", "x.jsonl", "--force"), ("doctor", "--offline"),
    ]  # fmt: skip


@pytest.fixture
def data(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store with the demo's messages and an answer on its way."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(connection, "BUSY_SECONDS", 0.1)
    assert cli("sync").status == 0
    single = [row["id"] for row in cli("list", "--json").json if len(row["waiting_for"]) == 1]
    monkeypatch.setattr(sys.modules[__name__], "ONE", single[1])
    monkeypatch.setattr(sys.modules[__name__], "OTHER", single[2])
    assert cli("reply", single[0], "-m", "an answer", "--offline").status == 0
    return tmp_path / "data"


def cut(data: Path) -> None:
    os.truncate(data / "convo.db", (data / "convo.db").stat().st_size // 2 // PAGE * PAGE)


def header(data: Path) -> None:
    overwrite(data, 0, b"SQLite formed 3\0")


def first_page(data: Path) -> None:
    overwrite(data, 0, random.Random(1).randbytes(PAGE))


def every_tenth_page(data: Path) -> None:
    for number in range(4, (data / "convo.db").stat().st_size // PAGE, 10):
        overwrite(data, number * PAGE, random.Random(number).randbytes(PAGE))


def no_store_at_all(data: Path) -> None:
    (data / "convo.db").write_bytes(b"something else\n" * 1000)


def zeros(data: Path) -> None:
    size = (data / "convo.db").stat().st_size
    overwrite(data, PAGE, bytes(size - PAGE))


def overwrite(data: Path, place: int, content: bytes) -> None:
    with (data / "convo.db").open("r+b") as file:
        file.seek(place)
        file.write(content)


@pytest.mark.parametrize("damage", [cut, header, first_page, every_tenth_page, no_store_at_all, zeros])
def test_a_damaged_store(cli: Cli, data: Path, damage: Callable[[Path], None]) -> None:
    backup.make(data / "convo.db", connection.moment(0))
    damage(data)
    broken = (data / "convo.db").read_bytes()
    for command in commands():
        ran = cli(*command)
        assert ran.status in (0, 1)
        if ran.status:
            said = (ran.err or ran.out).strip()
            assert "doctor --repair" in said, (command, ran)
            assert command[0] == "doctor" or said.count("\n") == 0, (command, ran)
    if damage is not every_tenth_page:  # there parts of it can be used, and are
        assert (data / "convo.db").read_bytes() == broken
    repaired = cli("doctor", "--repair", "--offline")
    assert "was made anew from what could be read" in repaired.out
    assert (data / "convo.db.damaged-1").exists()
    for command in commands():
        ran = cli(*command)
        assert "doctor" not in ran.err, (command, ran)
        assert ran.status == 0 or "in the store" in ran.err or command == ("undo",), (command, ran)
    rows = cli("outbox", "--json").json
    assert [row["state"] for row in rows if row["text"] == "an answer"] == ["unsure"]


def test_after_a_repair_a_sync_brings_the_messages_back(cli: Cli, data: Path) -> None:
    before = {
        row["url"]: (row["state"], row["waiting_since"])
        for row in cli("list", "--view", "all", "--json").json
    }
    first_page(data)
    every_tenth_page(data)
    cli("doctor", "--repair", "--offline")
    assert cli("sync").status == 0
    after = {
        row["url"]: (row["state"], row["waiting_since"])
        for row in cli("list", "--view", "all", "--json").json
    }
    assert after == before


def test_a_newer_store(cli: Cli, data: Path) -> None:
    with closing(sqlite3.connect(data / "convo.db")) as db:
        db.execute("PRAGMA user_version=99")
    for command in (*commands(), ("doctor", "--repair")):
        ran = cli(*command)
        assert (ran.status, ran.out) == (1, "")
        assert "newer convo" in ran.err
        assert ran.err.count("\n") == 1


def test_a_missing_store(cli: Cli, data: Path) -> None:
    backup.make(data / "convo.db", connection.moment(0))
    (data / "convo.db").unlink()
    for command in commands():
        ran = cli(*command)
        assert ran.status == 1
        assert "is missing or empty, but there are backups" in ran.err
    assert cli("doctor", "--repair", "--offline").status == 0
    assert [row["text"] for row in cli("outbox", "--json").json] == ["an answer"]


def test_a_locked_store(cli: Cli, data: Path) -> None:
    """Another process holds the write lock for longer than anybody waits: reading goes on, writing says why not."""
    with closing(sqlite3.connect(data / "convo.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert cli("list").status == 0
        for command in (("done", OTHER), ("reply", ONE, "-m", "hello", "--offline", "--yes")):
            ran = cli(*command)
            assert ran.status == 1
            assert "was busy for" in ran.err
            assert ran.err.count("\n") == 1
        other.execute("ROLLBACK")
    assert cli("done", OTHER).status == 0


def test_a_store_that_is_a_directory(cli: Cli, data: Path) -> None:
    shutil.rmtree(data)
    (data / "convo.db").mkdir(parents=True)
    for command in commands():
        ran = cli(*command)
        assert ran.status == 1
        assert str(data / "convo.db") in ran.err
        assert ran.err.count("\n") == 1


# Faults that only a process of its own can have ---------------------------------------------------------


@pytest.fixture
def open_place() -> Iterator[Path]:
    """A directory that everybody may enter."""
    place = Path(tempfile.mkdtemp(prefix="convo-damage-"))
    place.chmod(0o755)
    yield place
    shutil.rmtree(place)


def in_child(prepare: Callable[[], object], *words: str) -> tuple[int, str]:
    """A command in a forked child, with what it said."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        status = 99
        try:
            os.dup2(write, 1)
            os.dup2(write, 2)
            sys.stdout, sys.stderr = os.fdopen(1, "w"), os.fdopen(2, "w")
            prepare()
            status = main(list(words))
            sys.stdout.flush()
            sys.stderr.flush()
        finally:
            os._exit(status)
    os.close(write)
    with os.fdopen(read) as pipe:
        said = pipe.read()
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status), said


def become_nobody() -> None:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)


@pytest.mark.skipif(os.geteuid() != 0, reason="only the superuser can become nobody")
@pytest.mark.parametrize(("owner", "mode"), [(65534, 0o500), (0, 0o755)])
def test_a_place_that_cannot_be_written(
    cli: Cli, data: Path, open_place: Path, owner: int, mode: int
) -> None:
    shutil.copytree(data, open_place / "data")
    for path in (open_place / "data").rglob("*"):
        os.chown(path, owner, owner)
        path.chmod(0o500 if path.is_dir() else 0o400)
    os.chown(open_place / "data", owner, owner)
    (open_place / "data").chmod(mode)
    before = (open_place / "data" / "convo.db").read_bytes()
    for command in (
        ("list",),
        ("reply", OTHER, "-m", "hello", "--offline"),
        ("sync",),
        ("doctor", "--offline"),
    ):
        status, said = in_child(become_nobody, "--data-dir", str(open_place / "data"), *command)
        assert status == 1, said
        assert said.count("\n") == 1, said
        assert "--data-dir" in said
    assert (open_place / "data" / "convo.db").read_bytes() == before


def test_a_disk_that_is_full_while_an_answer_is_kept(cli: Cli, data: Path) -> None:
    """No file may grow: the answer is refused in a sentence, and what was there is there."""
    before = cli("outbox", "--json").json

    def no_growth() -> None:
        log = data / "convo.db-wal"
        size = max(PAGE, log.stat().st_size if log.exists() else 0)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    for command in (("reply", ONE, "-m", "long words " * 600, "--offline", "--yes"), ("done", ONE)):
        status, said = in_child(no_growth, "--data-dir", str(data), *command)
        assert status == 1, said
        assert said.count("\n") == 1, said
        assert "Traceback" not in said
        assert "full" in said
    assert cli("outbox", "--json").json == before
    assert cli("doctor", "--offline").status == 0


@pytest.fixture
def small_disk() -> Iterator[Path]:
    place = Path(tempfile.mkdtemp(prefix="convo-disk-"))
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(place)], capture_output=True, check=False
    )
    if mounted.returncode:
        place.rmdir()
        pytest.skip("no disk can be mounted here")
    yield place
    subprocess.run(["umount", str(place)], check=True)
    place.rmdir()


def fill(path: Path) -> None:
    """Until nothing goes on the disk any more."""
    with path.open("wb", buffering=0) as file, suppress(OSError):
        while file.write(bytes(PAGE)):
            pass


@pytest.mark.skipif(os.geteuid() != 0, reason="only the superuser can mount")
def test_a_disk_that_is_really_full(cli: Cli, data: Path, small_disk: Path) -> None:
    shutil.copytree(data, small_disk / "data")
    where = ("--data-dir", str(small_disk / "data"))
    before = cli(*where, "list", "--view", "all", "--json").json
    fill(small_disk / "filler")
    for command in (
        ("list",),
        ("sync",),
        ("reply", ONE, "-m", "words " * 900, "--offline", "--yes"),
        ("export", str(small_disk / "x")),
    ):
        ran = cli(*where, *command)
        assert ran.err.count("\n") <= 1, ran
        assert ran.status == 0 or "full" in ran.err or "No space" in ran.err, ran
    (small_disk / "filler").unlink()
    assert not (small_disk / "x").exists()
    assert cli(*where, "doctor", "--offline").status == 0
    assert len(cli(*where, "list", "--view", "all", "--json").json) >= len(before)
