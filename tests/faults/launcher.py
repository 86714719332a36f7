"""Starts `convo` as a process of its own, cheaply: this one has imported everything and forks for each command.

Reads one JSON document a line: `words` (the command line), `books` (print all that is stored instead), `env`,
`later` (seconds by which the program's clock runs ahead), `commits` (a directory that gets a copy of the store after
each commit, or ""), `deadline` (seconds for one exchange, or 0), `resolve` ("fails" or "hangs", what the resolver
of names does, or ""), `in`, `out` and `err` (files). Answers a line with the
process id, then one with the exit status and the most memory it had (MB). The child is an ordinary process; SIGKILL
ends it as it ends any other.
"""

from __future__ import annotations

import asyncio
import gc
import importlib
import json
import os
import pkgutil
import shutil
import socket
import sys
import time
import traceback
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from convo.cli.run import Session

HANGS = 40.0
"""Seconds that a resolver hangs: as long as the usual one does when no server of names answers."""


def warm() -> None:
    """Import what commands import while they run, and read the certificates once."""
    import convo.adapters
    import convo.cli
    import convo.engine
    import convo.store
    from convo.adapters import http

    for package in (convo.adapters, convo.cli, convo.engine, convo.store):
        for module in pkgutil.iter_modules(package.__path__):
            importlib.import_module(f"{package.__name__}.{module.name}")
    importlib.import_module("httpx")
    importlib.import_module("httpcore")
    importlib.import_module("anyio._backends._asyncio")
    http._tls("")


def advance(seconds: float) -> None:
    """Let the program's clock run ahead of the machine's; where the program sleeps, time jumps."""
    from convo.clock import SystemClock

    ahead = timedelta(seconds=seconds)

    def now(self: SystemClock) -> datetime:
        return datetime.now(timezone.utc) + ahead

    async def sleep(self: SystemClock, seconds: float) -> None:
        nonlocal ahead
        await asyncio.sleep(0)
        ahead += timedelta(seconds=seconds)

    SystemClock.now = now  # type: ignore[method-assign]
    SystemClock.sleep = sleep  # type: ignore[method-assign]


def hush_progress() -> None:
    """Nobody tells how a first sync gets on: whoever sleeps beside the work would make its time jump by hours."""
    from convo.cli import progress

    async def silent(*_: Any) -> None:
        await asyncio.Event().wait()

    progress._tell = silent  # type: ignore[assignment]


def record_commits(directory: Path) -> None:
    """Copy the store's files after each commit, before anything else happens, into `<number>-<synchronous>`."""
    from convo import points
    from convo.store.connection import Connection
    from convo.store.writer import Writer

    writers: list[Writer] = []
    make, observe = Writer.__init__, points.observe

    def made(self: Writer, db: Connection, path: Path) -> None:
        writers.append(self)
        make(self, db, path)

    def copying(observer: Callable[[str], None] | None) -> None:
        def note(name: str) -> None:
            if name == "store.committed":
                db = writers[-1]._db
                (synchronous,) = db.execute("PRAGMA synchronous").fetchone()
                copy = directory / f"{len(list(directory.iterdir())):04}-{synchronous}"
                copy.mkdir()
                for ending in ("", "-wal"):
                    shutil.copy(f"{writers[-1]._path}{ending}", copy)
            if observer is not None:
                observer(name)

        observe(note)

    Writer.__init__ = made  # type: ignore[method-assign]
    points.observe = copying


def break_resolver(how: str) -> None:
    """No name is found, or each look-up hangs; addresses and localhost are known without asking."""
    look_up = socket.getaddrinfo

    def broken(host: Any, *rest: Any, **named: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else str(host)
        if name in ("localhost", "127.0.0.1"):
            return look_up(host, *rest, **named)
        if how == "hangs":
            time.sleep(HANGS)
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    socket.getaddrinfo = broken


def be(job: dict[str, Any]) -> int:
    """In the child: run the commands and give the last exit status."""
    for number, name in ((1, "out"), (2, "err")):
        file = os.open(job[name], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(file, number)
    if os.path.exists(job["in"]):
        os.dup2(os.open(job["in"], os.O_RDONLY), 0)
    sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
    sys.stdout, sys.stderr = (os.fdopen(number, "w", encoding="utf-8") for number in (1, 2))
    os.environ.update(job["env"])
    advance(job["later"])
    hush_progress()
    if job["deadline"]:
        from convo.adapters.http import Http

        defaults = Http.__init__.__kwdefaults__ or {}
        defaults["deadline"] = job["deadline"]
    if job["resolve"]:
        break_resolver(job["resolve"])
    if job["commits"]:
        record_commits(Path(job["commits"]))
    from convo.__main__ import main

    try:
        return books(job["words"]) if job["books"] else main(job["words"])
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
    finally:
        sys.stdout.flush()


def books(words: list[str]) -> int:
    """Print every conversation as `convo show --json` does, all drafts, and the whole outbox."""
    from convo.cli import run
    from convo.cli.parser import parse

    if words[-1] == "stock":
        return asyncio.run(run._command(parse([*words[:-1], "list"]), _stock))
    return asyncio.run(run._command(parse([*words, "list"]), _books))


async def _stock(session: Session) -> int:
    from convo.cli.output import say_json

    inbox = session.engine.inbox
    uris = [uri for (uri,) in session.store.reader.execute("SELECT uri FROM message")]
    outbox = [[row.text, row.state.value] for row in inbox.outbox(open_only=False)]
    say_json({"uris": uris, "drafts": [draft.text for draft in inbox.drafts()], "outbox": outbox})
    return 0


async def _books(session: Session) -> int:
    from convo.cli.output import opened_json, outbox_json, say_json
    from convo.views import View

    inbox = session.engine.inbox
    opened = [inbox.open(row.thread_id) for row in inbox.rows(View.ALL, limit=10_000).rows]
    say_json(
        {
            "conversations": [opened_json(one) for one in opened if one],
            "drafts": [{"message": draft.uri, "text": draft.text} for draft in inbox.drafts()],
            "can": sorted(session.engine.accounts.can("here").verbs),
            "outbox": [{**outbox_json(row), "uri": row.uri} for row in inbox.outbox(open_only=False)],
        }
    )
    return 0


def serve() -> None:
    """Fork a child for each line of standard input until it ends."""
    warm()
    gc.freeze()
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            status = 70
            try:
                status = be(json.loads(line))
            except BaseException:
                traceback.print_exc()
            finally:
                sys.stderr.flush()
                os._exit(status)
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()
        _, ended, used = os.wait4(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(ended)} {used.ru_maxrss // 1024}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    serve()
