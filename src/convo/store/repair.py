"""The repair of a damaged store: what can be read goes into a new file first, and the old one is kept."""

from __future__ import annotations

import os
import shutil
import sqlite3
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from convo.progress import Tell, untold
from convo.store import backup, checkup, guard, importing, indexing, lines, mending
from convo.store.connection import Connection, NewerStore, StoreError, connect, sentence
from convo.store.migrate import migrate
from convo.store.pages import MAGIC, Pages
from convo.store.salvage import Salvage, Salvaged
from convo.store.schema import MIGRATIONS
from convo.values import frozen

NAMES = {
    "message": "messages", "sighting": "messages", "person": "people", "contact": "people", "contact_person": "people",
    "person_choice": "people", "apart": "people", "done": "what was done", "mute": "what was muted",
    "snooze": "what was put off", "draft": "drafts", "outbox": "the outbox", "account": "accounts",
    "journal": "what can be undone",
}  # fmt: skip
"""What the user calls what stands in a table."""


CHECKED = "the file is looked at"
_STEPS = 1_000_000
"""Steps of SQLite between two words on that."""


@frozen
class Repaired:
    """What a repair did; `kept` is where the damaged file is now, None where there was none."""

    kept: Path | None = None
    hurt: tuple[str, ...] = ()
    restored: Path | None = None
    unsure: int = 0
    needed: bool = True

    def words(self, store: Path) -> str:
        """All of it in a few sentences."""
        if not self.needed:
            return f"The store {store} is whole: nothing was changed."
        said = [f"The store {store} was made anew from what could be read."]
        said.append(
            f"Not all could be read of: {', '.join(self.hurt)}." if self.hurt else "Every row could be read."
        )
        if self.restored:
            said.append(f"What the backup {self.restored} has of it was put back.")
        if self.kept:
            said.append(f"The old file is kept as {self.kept}.")
        if self.unsure:
            said.append(
                "Answers on their way may have left: convo outbox asks about them, none is sent again."
            )
        said.append("The next sync asks the platforms for what is missing.")
        return " ".join(said)


def repair(
    directory: Path, file: str, now: datetime, *, whatever: bool = False, tell: Tell = untold
) -> Repaired:
    """Make the store anew where it is damaged or missing (`whatever`: also where it is whole).

    Raises StoreError, and what `tell` raises; the store is as it was then.
    """
    path = directory / file
    if not directory.is_dir():
        raise StoreError(f"There is no store in {directory}, and no backup of one: nothing to repair.")
    held = guard.alone(directory)
    try:
        if not path.exists() and not backup.found(path):
            raise StoreError(f"There is no store in {directory}, and no backup of one: nothing to repair.")
        _check_version(path)
        if path.exists() and not whatever and not _fault(path, tell):
            return Repaired(needed=False)
        return _repair(path, now, tell)
    except OSError as error:
        raise StoreError(
            f"The store {path} could not be repaired: {error.strerror or error}. It is as it was."
        ) from error
    except sqlite3.Error as error:
        raise sentence(error, path) from error
    finally:
        guard.release(held)


def _version(path: Path) -> int:
    """The version in the header, 0 where it makes no sense."""
    with suppress(OSError), path.open("rb") as file:
        head = file.read(100)
        if len(head) == 100 and head[:16] == MAGIC:
            return int(struct.unpack_from(">I", head, 60)[0])
    return 0


def _check_version(path: Path) -> None:
    """A newer store is whole as far as this program can tell: it must not be rewritten by an older one."""
    found = _version(path)
    if len(MIGRATIONS) < found <= 10_000:
        raise NewerStore(
            f"{path} was written by a newer convo: update convo before a repair. Nothing was changed."
        )


def _fault(path: Path, tell: Tell) -> str:
    """What is wrong with the file, which is left as it is, and so is what stands beside it."""
    absent = [file for file in _trio(path) if not file.exists()]
    try:
        return _look(path, tell)
    finally:
        for file in absent:
            file.unlink(missing_ok=True)


def _look(path: Path, tell: Tell) -> str:
    try:
        db = connect(path, untouched=True)
    except (sqlite3.Error, UnicodeDecodeError) as error:
        return str(error)
    try:
        if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'message'").fetchone():
            return "it has no tables"
        return _check(db, tell)
    except (sqlite3.Error, UnicodeDecodeError) as error:
        return str(error)
    finally:
        db.close()


def _check(db: Connection, tell: Tell) -> str:
    """The full check, which may be stopped: what SQLite then says of it is not believed."""

    def is_to_stop() -> int:
        try:
            tell(CHECKED, 0, 0)
        except Exception:
            return 1
        return 0

    db.set_progress_handler(is_to_stop, _STEPS)
    try:
        found = checkup.fault(db)
    finally:
        db.set_progress_handler(None, 0)
    tell(CHECKED, 0, 0)
    return found


def _repair(path: Path, now: datetime, tell: Tell) -> Repaired:
    _check_room(path)
    kept = _keep(path) if path.exists() else None
    fresh = path.with_name(f"{path.name}.repaired")
    for old in _trio(fresh):
        old.unlink(missing_ok=True)
    os.close(os.open(fresh, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    saved = backup.newest_whole(path)
    db = connect(fresh)
    try:
        hurt, unsure = _fill(db, fresh, kept, saved, now, tell)
        fault = _check(db, tell)
        if fault:
            raise StoreError(
                f"The repair of {path} failed: {fault}. The store is as it was; please report it."
            )
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except BaseException:
        db.close()
        for file in _trio(fresh):
            file.unlink(missing_ok=True)
        raise
    db.close()
    _swap(path, fresh)
    names = tuple(dict.fromkeys(NAMES[table] for table in NAMES if table in hurt))
    return Repaired(kept, names, saved if hurt else None, unsure)


def _fill(
    db: Connection, fresh: Path, kept: Path | None, saved: Path | None, now: datetime, tell: Tell
) -> tuple[set[str], int]:
    """Old rows, then what the backup has of what was lost; gives the tables that lost rows, and how many are unsure."""
    version = _version(kept) if kept else 0
    migrate(db, fresh, MIGRATIONS[:version] if 0 < version < len(MIGRATIONS) else MIGRATIONS)
    db.execute("PRAGMA foreign_keys=OFF")
    db.execute("PRAGMA synchronous=NORMAL")
    with _transaction(db):
        db.execute("DELETE FROM arrival")
        salvaged = _salvage(db, kept, tell)
    migrate(db, fresh)
    known = {}
    if saved:
        known = {
            line.number: line for line in lines.read(saved) if isinstance(line, lines.Account) and line.number
        }
    with _transaction(db):
        mending.mend(db, known, now, tell)
    unsure = db.execute("SELECT count(*) FROM outbox WHERE state = 'unsure'").fetchone()[0]
    db.execute("PRAGMA foreign_keys=ON")
    with _transaction(db):
        mending.derive(db, now, tell)
        if saved and salvaged.hurt:
            merged = importing.state(db, _lost(saved, salvaged.hurt), now, mending.UNKNOWN_FATE)
            unsure += merged.unsure
            mending.derive(db, now, tell)
    migrate(db, fresh)
    with _transaction(db):
        indexing.begin(db)
        for part in indexing.parts(db, tell):
            part(db)
    return salvaged.hurt, unsure


def _salvage(db: Connection, kept: Path | None, tell: Tell) -> Salvaged:
    if kept is None:
        return Salvaged(hurt=set(NAMES))
    pages = Pages(kept, kept.with_name(kept.name + "-wal"))
    try:
        return Salvage(pages, db, tell).run()
    finally:
        pages.close()


_TABLES = {
    lines.Contact: ("contact", "contact_person"), lines.Choice: ("person_choice",), lines.Apart: ("apart",),
    lines.Done: ("done",), lines.Mute: ("mute",), lines.Snooze: ("snooze",), lines.Looked: ("looked",),
    lines.Draft: ("draft",), lines.Outbox: ("outbox",), lines.Account: ("account",),
}  # fmt: skip


def _lost(saved: Path, hurt: set[str]) -> Iterator[lines.Line]:
    """The lines of a backup for the tables that lost rows: what is gone elsewhere was taken away by the user."""
    for line in lines.read(saved):
        if hurt.intersection(_TABLES.get(type(line), ())):
            yield line


@contextmanager
def _transaction(db: sqlite3.Connection) -> Iterator[None]:
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


def _trio(path: Path) -> tuple[Path, Path, Path]:
    return path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")


def _check_room(path: Path) -> None:
    size = sum(file.stat().st_size for file in _trio(path) if file.exists())
    free = shutil.disk_usage(path.parent).free
    needed = size + size // 4 + (16 << 20)
    if free < needed:
        raise StoreError(
            f"The repair of {path} makes a new file first, and its disk has too little room: {free >> 20} MB free, "
            f"{needed >> 20} MB needed. Nothing was changed."
        )


def _keep(path: Path) -> Path:
    """A second name for the damaged file, and its log with it; that of a repair that was interrupted is taken up."""
    number = 1
    while True:
        kept = path.with_name(f"{path.name}.damaged-{number}")
        if not kept.exists():
            break
        if kept.samefile(path):
            break
        number += 1
    wal = path.with_name(path.name + "-wal")
    if wal.exists():  # before the file: whoever takes this up finds both
        log = kept.with_name(kept.name + "-wal")
        log.unlink(missing_ok=True)
        _link(wal, log)
    if not kept.exists():
        _link(path, kept)
    return kept


def _link(path: Path, name: Path) -> None:
    try:
        os.link(path, name)
    except OSError:  # file systems without links
        shutil.copy2(path, name)
    name.chmod(0o600)


def _swap(path: Path, fresh: Path) -> None:
    """The new file in the place of the old; its log goes first, or it would be taken for the new file's."""
    descriptor = os.open(fresh, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    for file in (*_trio(fresh)[1:], *_trio(path)[1:]):
        file.unlink(missing_ok=True)
    os.replace(fresh, path)
    descriptor = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
