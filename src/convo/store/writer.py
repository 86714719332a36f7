"""The one thread that writes: jobs run one after another, each in a transaction of its own."""

from __future__ import annotations

import itertools
import os
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from queue import PriorityQueue
from typing import Any

from convo import points
from convo.store.connection import Connection, NewerStore, StoreError, sentence
from convo.store.schema import MIGRATIONS

USER, INGEST, END = 0, 1, 2
"""Priorities: what the user did goes before what a sync brings; the end comes when all is written."""


class _Job:
    def __init__(
        self, priority: int, number: int, run: Callable[[Connection], Any] | None, durable: bool = True
    ) -> None:
        self.rank = (priority, number)
        self.run = run
        self.durable = durable
        self.done: Future[tuple[Any, frozenset[int]]] = Future()

    def __lt__(self, other: _Job) -> bool:
        return self.rank < other.rank


class Writer:
    """The writer thread and its connection. A job's result comes with the ids of the threads it changed."""

    def __init__(self, db: Connection, path: Path) -> None:
        self._db = db
        self._path = path
        self._jobs: PriorityQueue[_Job] = PriorityQueue()
        self._numbers = itertools.count()
        self._lock = threading.Lock()
        self._seen = self._data_version()
        self._file = _file(path)
        self._elsewhere = False
        self._ended = False
        self._thread = threading.Thread(target=self._work, name="convo-store", daemon=True)
        self._thread.start()

    def submit(
        self, run: Callable[[Connection], Any], *, user: bool = True, durable: bool = True
    ) -> Future[tuple[Any, frozenset[int]]]:
        """Queue a job; its future fails with StoreError where SQLite refused, else with what the job raised."""
        job = _Job(USER if user else INGEST, next(self._numbers), run, durable)
        if self._ended:
            raise RuntimeError("the store is closed")
        self._jobs.put(job)
        return job.done

    def changed_elsewhere(self) -> bool:
        """Whether another process committed since this was last asked."""
        if self._lock.acquire(blocking=False):
            try:
                self._look()
            finally:
                self._lock.release()
        changed, self._elsewhere = self._elsewhere, False
        return changed

    def end(self) -> None:
        """Write what is queued, then stop."""
        if not self._ended:
            self._ended = True
            self._jobs.put(_Job(END, next(self._numbers), None))
            self._thread.join()
            self._db.close()

    def _work(self) -> None:
        while True:
            job = self._jobs.get()
            if job.run is None:
                return
            if not job.done.set_running_or_notify_cancel():
                continue
            try:
                with self._lock:
                    result = self._transaction(job.run, job.durable)
            except (sqlite3.Error, UnicodeDecodeError) as error:
                job.done.set_exception(sentence(error, self._path))
            except BaseException as error:
                job.done.set_exception(error)
            else:
                job.done.set_result(result)

    def _transaction(self, run: Callable[[Connection], Any], durable: bool) -> tuple[Any, frozenset[int]]:
        db = self._db
        db.touched.clear()
        self._check_file()
        db.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
        db.execute("BEGIN IMMEDIATE")
        try:
            self._look()
            self._check_version()
            result = run(db)
            points.passed("store.commit")
            db.execute("COMMIT")
        except BaseException:
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise
        points.passed("store.committed")
        return result, frozenset(db.touched)

    def _look(self) -> None:
        """Notice commits of other processes: this connection's data_version moves by nothing else."""
        seen = self._data_version()
        if seen != self._seen:
            self._seen, self._elsewhere = seen, True

    def _check_version(self) -> None:
        if self._db.execute("PRAGMA user_version").fetchone()[0] > len(MIGRATIONS):
            raise NewerStore(
                f"{self._path} was brought to a newer version by another convo: convo was updated, restart it."
            )

    def _check_file(self) -> None:
        """What is written to a file that was taken away would be gone with the program."""
        gone = self.gone()
        if gone:
            raise StoreError(gone)

    def gone(self) -> str:
        """What to say when the file is not there any more, "" while it is."""
        if _file(self._path) == self._file:
            return ""
        return (
            f"{self._path} was moved, deleted or replaced while convo ran: nothing can be kept in it. "
            "Put it back, or leave convo and start it again."
        )

    def _data_version(self) -> int:
        return int(self._db.execute("PRAGMA data_version").fetchone()[0])


def _file(path: Path) -> tuple[int, int] | None:
    """Which file stands there; None when there is none."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino
