"""Every row that can still be read, out of a damaged store into a new one, whatever its tables and indexes are like."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from convo.progress import Tell, untold
from convo.store.pages import INNER_INDEX, INNER_TABLE, LEAF_INDEX, LEAF_TABLE, Cell, Pages, Unreadable
from convo.values import frozen

DERIVED: Final = frozenset({"talk", "turn", "twin", "person_word", "setting"})
"""Tables that are made anew; so is the search index."""

_SMALL: Final = 10**14
"""A time in microseconds is larger (1973 on), a number of a row smaller."""
_CHUNK: Final = 500
_TOLD: Final = 100
"""How many pages are read between two words on how far it is."""


@frozen
class Table:
    """A table of the new store, with its columns in the order in which they stand in a row of the file."""

    name: str
    columns: tuple[str, ...]
    types: tuple[str, ...]
    needed: tuple[bool, ...]
    rowid_column: int | None
    """Which column is the rowid under another name; None in a table without one."""
    has_rowid: bool

    def row(self, cell: Cell) -> dict[str, Any] | None:
        """The values of a cell by column; None when it is no row of this table."""
        if (cell.rowid is not None) != self.has_rowid or not 0 < len(cell.values) <= len(self.columns):
            return None
        values = list(cell.values)
        if self.rowid_column is not None:
            values[self.rowid_column] = cell.rowid
        fits = all(
            (value is None and not needed) or isinstance(value, int if kind == "INTEGER" else str)
            for value, kind, needed in zip(values, self.types, self.needed, strict=False)
        )
        return dict(zip(self.columns, values, strict=False)) if fits else None


@dataclass(slots=True)
class Salvaged:
    """What came of it: rows by table, and the tables of which something could not be read."""

    rows: dict[str, int] = field(default_factory=dict)
    hurt: set[str] = field(default_factory=set)


def tables(db: sqlite3.Connection) -> dict[str, Table]:
    """The tables of a store that hold facts and state."""
    found = {}
    for (name,) in db.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY rowid"
    ).fetchall():
        if name.startswith(("sqlite_", "message_fts")) or name in DERIVED:
            continue
        info = db.execute(f"PRAGMA table_info({name})").fetchall()
        listed = db.execute("SELECT wr FROM pragma_table_list WHERE name = ?", (name,)).fetchone()
        keys = sorted((column for column in info if column[5]), key=lambda column: column[5])
        has_rowid = not listed[0]
        if not has_rowid:  # the key stands first in the file
            info = [*keys, *(column for column in info if not column[5])]
        alias = has_rowid and len(keys) == 1 and keys[0][2] == "INTEGER"
        found[name] = Table(
            name,
            tuple(column[1] for column in info),
            tuple(column[2] for column in info),
            tuple(bool(column[3]) or bool(column[5]) for column in info),
            info.index(keys[0]) if alias else None,
            has_rowid,
        )
    return found


class Salvage:
    """Reads the pages of the old file into the tables of the new one, whose references are not checked meanwhile."""

    def __init__(self, pages: Pages, db: sqlite3.Connection, tell: Tell = untold) -> None:
        self._pages = pages
        self._db = db
        self._tell = tell
        self._tables = tables(db)
        self._visited: set[int] = set()
        self.salvaged = Salvaged()

    def run(self) -> Salvaged:
        """Everything. Tables are followed from their roots; then come pages that nothing leads to any more."""
        roots = self._roots()
        for name, table in self._tables.items():
            if name in roots:
                self._fill(table, self._walk(table, roots[name]))
            else:
                self.salvaged.hurt.add(name)
        self._adopt({name for name in self.salvaged.hurt if name in self._tables})
        return self.salvaged

    def _roots(self) -> dict[str, int]:
        """Where each table begins, as far as the list of tables can be read."""
        master = Table("sqlite_master", (), (), (), None, True)
        roots: dict[str, int] = {}
        for cell in self._walk(master, 1):
            if cell is not None and len(cell.values) >= 4 and cell.values[0] == "table":
                name, root = cell.values[1], cell.values[3]
                if isinstance(name, str) and isinstance(root, int):
                    roots[name] = root
        return {**self._usual_roots(set(roots.values())), **roots}

    def _usual_roots(self, taken: set[int]) -> dict[str, int]:
        """Where each table begins in a store that this program makes: the steps that make it are the same."""
        usual = self._db.execute("SELECT name, rootpage FROM sqlite_master WHERE type = 'table'").fetchall()
        return {name: root for name, root in usual if name in self._tables and root not in taken}

    def _walk(self, table: Table, root: int) -> Iterator[Cell | None]:
        """The rows of a tree; None where something of it cannot be read."""
        kinds = (INNER_TABLE, LEAF_TABLE) if table.has_rowid else (INNER_INDEX, LEAF_INDEX)
        todo = [root]
        while todo:
            number = todo.pop()
            if number in self._visited:
                yield None
                continue
            try:
                if self._pages.kind(number) not in kinds:
                    raise Unreadable
                self._visited.add(number)
                if len(self._visited) % _TOLD == 0:
                    self._tell("pages of the old file read", len(self._visited), self._pages.count)
                todo += reversed(self._pages.children(number))
                yield from self._pages.cells(number)
            except (Unreadable, IndexError):
                yield None

    def _fill(self, table: Table, cells: Iterable[Cell | None]) -> None:
        """Put rows into the new table; one that is there already, by any key, stays."""
        rows: list[dict[str, Any]] = []
        for cell in cells:
            row = table.row(cell) if cell is not None else None
            if row is None:
                self.salvaged.hurt.add(table.name)
                continue
            rows.append(row)
            if len(rows) == _CHUNK:
                self._insert(table, rows)
                rows = []
        self._insert(table, rows)

    def _insert(self, table: Table, rows: Sequence[dict[str, Any]]) -> None:
        put = 0
        for row in rows:
            sql = (
                f"INSERT OR IGNORE INTO {table.name} ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})"
            )
            try:
                put += self._db.execute(sql, tuple(row.values())).rowcount
            except (sqlite3.Error, OverflowError, UnicodeEncodeError):
                continue
        if put < len(rows):
            self.salvaged.hurt.add(table.name)
        self.salvaged.rows[table.name] = self.salvaged.rows.get(table.name, 0) + put

    def _adopt(self, hurt: set[str]) -> None:
        """Pages that no tree leads to any more: their rows, by their shape, go to the tables that lost some."""
        if not hurt:
            return
        free = self._pages.free()
        candidates = [self._tables[name] for name in hurt if _has_shape(self._tables[name])]
        for number in range(1, self._pages.count + 1):
            if number in self._visited or number in free:
                continue
            try:
                if self._pages.kind(number) not in (LEAF_TABLE, LEAF_INDEX, INNER_INDEX):
                    continue
                cells = list(self._pages.cells(number))
            except (Unreadable, IndexError):
                continue
            self._adopt_rows(candidates, [cell for cell in cells if cell is not None])

    def _adopt_rows(self, candidates: Sequence[Table], cells: Sequence[Cell]) -> None:
        for cell in cells:
            for table in candidates:
                row = table.row(cell) if len(cell.values) == len(table.columns) else None
                if row is not None and _looks_like(row):
                    self._insert(table, [row])
                    break


def _has_shape(table: Table) -> bool:
    """Whether a row of the table can be told from rows of others and of indexes: it is wide, or has a time."""
    return len(table.columns) >= 5 or any(_is_time(column) for column in table.columns)


def _is_time(column: str) -> bool:
    return column in ("at", "until") or column.endswith(("_at", "since"))


def _looks_like(row: dict[str, Any]) -> bool:
    """Times are as large as times, numbers are not, URIs look like some."""
    for column, value in row.items():
        if isinstance(value, int) and column != "print":
            if _is_time(column) and column != "addressed_at":
                if value < _SMALL:
                    return False
            elif not _is_time(column) and abs(value) >= _SMALL:
                return False
        if column == "uri" and ":" not in str(value):
            return False
    return True
