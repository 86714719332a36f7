"""What ingest is measured against: bare SQLite with FTS5, and `notmuch new`, on the same messages."""

from __future__ import annotations

import os
import resource
import shutil
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Sequence
from email.utils import format_datetime
from pathlib import Path
from typing import NamedTuple

from make_store import Cast, pages

from convo.model import Message

BARE_ROWS = 5_000
"""Rows that the bare store takes in one transaction."""

_CONFIG = """[database]
path={mail}
[user]
name=Me
primary_email=me@bench.example
[new]
tags=inbox
"""


def bare_seconds(messages: Sequence[Message]) -> float:
    """CPU seconds of one plain table and its FTS5 index, nothing else."""
    with tempfile.TemporaryDirectory() as directory:
        db = sqlite3.connect(Path(directory) / "bare.db", isolation_level=None)
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("PRAGMA synchronous=NORMAL")
        db.execute(
            "CREATE TABLE message (id INTEGER PRIMARY KEY, uri TEXT UNIQUE, parent TEXT, author TEXT, url TEXT,"
            " text TEXT)"
        )
        db.execute("CREATE VIRTUAL TABLE words USING fts5(text, content='message', content_rowid='id')")
        began = time.process_time()
        for start in range(0, len(messages), BARE_ROWS):
            some = list(enumerate(messages[start : start + BARE_ROWS], start + 1))
            db.execute("BEGIN")
            db.executemany(
                "INSERT INTO message VALUES (?, ?, ?, ?, ?, ?)",
                [(n, m.uri, m.parent_uri, m.author.uid, m.url, m.text) for n, m in some],
            )
            db.executemany("INSERT INTO words (rowid, text) VALUES (?, ?)", [(n, m.text) for n, m in some])
            db.execute("COMMIT")
        spent = time.process_time() - began
        db.close()
    return spent


class Mail(NamedTuple):
    """The messages as a folder of mail; `seconds` of CPU that `notmuch new` took for each, None without it."""

    directory: Path
    seconds: float | None


def write_mail(work: Path, messages: int) -> None:
    """The messages of a store of that size as a folder of mail in this directory."""
    told = [message for _, page in pages(Cast(messages, 1), messages) for message in page]
    _write_files(work / "mail", told)


def index_mail(work: Path, messages: int) -> Mail:
    """Let notmuch read the folder, with a config and a home of its own: for the mail programs, and as a yardstick."""
    mail, home = work / "mail", work / "home"
    home.mkdir(exist_ok=True)
    config = home / "notmuch-config"
    config.write_text(_CONFIG.format(mail=mail), encoding="utf-8")
    program = shutil.which("notmuch")
    if program is None:
        return Mail(mail, None)
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "NOTMUCH_CONFIG": str(config)}
    before = _children()
    subprocess.run([program, "new", "--no-hooks", "--quiet"], env=environment, check=True)
    return Mail(mail, (_children() - before) / messages)


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _write_files(mail: Path, messages: Sequence[Message]) -> None:
    """One file a message, threaded by In-Reply-To as the platforms thread them."""
    for name in ("cur", "new", "tmp"):
        (mail / name).mkdir(parents=True)
    numbers = {key: n for n, m in enumerate(messages) for key in (m.uri, m.local_id) if key}
    for number, message in enumerate(messages):
        parent = numbers.get(message.parent_uri or message.parent_id)
        lines = [
            f"From: {message.author.name} <p{abs(hash(message.author.uid))}@bench.example>",
            "To: me@bench.example",
            f"Date: {format_datetime(message.created_at)}",
            f"Message-ID: <{number}@bench.example>",
            *([f"In-Reply-To: <{parent}@bench.example>"] if parent is not None else []),
            "MIME-Version: 1.0",
            "Content-Type: text/plain; charset=utf-8",
            "Content-Transfer-Encoding: 8bit",
        ]
        text = "\n".join([*lines, "", message.text, ""])
        (mail / "cur" / f"{number}:2,S").write_text(text, encoding="utf-8")
