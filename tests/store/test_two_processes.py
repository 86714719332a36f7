"""Two processes on one store, and processes that are killed in the middle of an ingest."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

from tests.store.world import ANA, ME, message, named, world

PREPARE = """
import asyncio, sys
from pathlib import Path
from convo import points
from convo.model import Page
from convo.store import accounts, ingest
from tests.store.world import ANA, BEN, ME, World, context, message, named

here = World(Path(sys.argv[1]))
who, start = sys.argv[2], int(sys.argv[3])

def some(first):
    return tuple(
        message(n, ME if n % 3 == 0 else ANA, f"word{n} roof", hours=9 - n / 1000,
                parent_id=str(n - 1) if n % 4 else "", mentions=named(ME))
        for n in range(first, first + 40))
"""

INGEST = (
    PREPARE
    + """
for number in range(start, start + 25):
    page = Page(some(number * 40), cursor=str(number))
    parts = ingest.page_parts(here.one, who, "incoming", page, context())
    asyncio.run(here.store.ingest(parts))
here.store.close()
print("done")
"""
)

KILLED = (
    PREPARE
    + """
begin = int(accounts.cursor(here.db, here.one, who) or "0")
print("begun", begin, flush=True)
for number in range(begin, 40):
    here.page(*some(number * 40), kind=who, cursor=str(number + 1))
print("done", flush=True)
"""
)


def start(code: str, directory: Path, who: str, first: int) -> subprocess.Popen[str]:
    root = Path(__file__).parents[2]
    return subprocess.Popen(
        [sys.executable, "-c", code, str(directory), who, str(first)],
        stdout=subprocess.PIPE, text=True, cwd=root, env={**os.environ, "PYTHONPATH": str(root)},
    )  # fmt: skip


def check(directory: Path) -> None:
    db = sqlite3.connect(directory / "convo.db")
    assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert db.execute("PRAGMA foreign_key_check").fetchall() == []
    db.close()


def test_two_processes_write_and_a_third_notices(tmp_path: Path) -> None:
    with world(tmp_path) as here:
        assert not here.store.changed_elsewhere()
        both = [start(INGEST, tmp_path, "left", 0), start(INGEST, tmp_path, "right", 25)]
        said = message(100_000, ANA, mentions=named(ME))
        here.page(said)
        here.store.write_now(lambda db: db.execute("INSERT INTO done VALUES (?, 1, 1)", (said.uri,)))
        for process in both:
            output, _ = process.communicate()
            assert (process.returncode, output) == (0, "done\n")
        assert here.store.changed_elsewhere()
        assert here.value("SELECT count(*) FROM message") == 2001
        assert here.value("SELECT count(*) FROM done") == 1
        arrivals = here.db.execute("SELECT count(DISTINCT arrival), max(arrival) FROM message").fetchone()
        assert arrivals == (2001, here.value("SELECT last FROM arrival"))
        roots = here.db.execute("SELECT count(*) FROM thread").fetchone()
        assert roots == (501,)
        here.check_index()
    check(tmp_path)


def test_a_process_killed_at_any_moment_loses_nothing_and_repeats_nothing(tmp_path: Path) -> None:
    chance = random.Random(7)
    kills = 0
    while True:
        process = start(KILLED, tmp_path, "incoming", 0)
        assert process.stdout is not None
        assert process.stdout.readline().startswith("begun")
        if kills < 6:
            try:
                process.wait(chance.uniform(0.0, 0.12))
            except subprocess.TimeoutExpired:
                kills += 1
                process.send_signal(signal.SIGKILL)
        output, _ = process.communicate()
        check(tmp_path)
        with world(tmp_path) as here:
            cursor = int(here.value("SELECT cursor FROM channel") or 0)
            assert here.value("SELECT count(*) FROM message") == cursor * 40
            assert here.value("SELECT count(DISTINCT uri) FROM message") == cursor * 40
            here.check_index()
        if output == "done\n":
            break
    with world(tmp_path) as here:
        assert here.value("SELECT count(*) FROM message") == 1600
        assert here.value("SELECT count(*) FROM thread") == 400
