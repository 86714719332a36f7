"""The pages of a SQLite file read by hand, so that one bad page costs its own rows and no others.

Source: https://www.sqlite.org/fileformat2.html. Nothing here trusts a byte of the file.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from convo.values import frozen

MAGIC: Final = b"SQLite format 3\x00"
PAGE_SIZE: Final = 4096
"""What convo's files have; used where the header does not say."""
LONGEST: Final = 64 << 20
"""Bytes a row may have: more is a broken length."""
INNER_INDEX, INNER_TABLE, LEAF_INDEX, LEAF_TABLE = 2, 5, 10, 13


class Unreadable(Exception):
    """A page, a cell or a row that cannot be made sense of."""


@frozen
class Cell:
    """One row as it stands in a leaf: the rowid (None in a table without) and its values."""

    rowid: int | None
    values: tuple[Any, ...]


class Pages:
    """The pages of a file, with the committed frames of its write-ahead log over them."""

    def __init__(self, path: Path, wal: Path | None) -> None:
        self._file = path.open("rb")
        self.size = self._file.seek(0, 2)
        first = self._raw(0, 100)
        self.page_size = _page_size(first)
        self.count = (self.size + self.page_size - 1) // self.page_size
        self._usable = self.page_size - (
            first[20] if len(first) > 20 and first[:16] == MAGIC and first[20] < 64 else 0
        )
        self._frames: dict[int, bytes] = {}
        if wal is not None and wal.exists():
            self._frames = _frames(wal, self.page_size)
            self.count = max([self.count, *self._frames])

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _raw(self, offset: int, length: int) -> bytes:
        self._file.seek(offset)
        return self._file.read(length)

    def page(self, number: int) -> bytes:
        """A whole page, numbered from 1. Raises Unreadable."""
        if number in self._frames:
            return self._frames[number]
        if not 1 <= number <= self.count:
            raise Unreadable
        try:
            found = self._raw((number - 1) * self.page_size, self.page_size)
        except OSError as error:  # a bad sector
            raise Unreadable from error
        if not found:
            raise Unreadable
        return found.ljust(self.page_size, b"\0")

    def kind(self, number: int) -> int:
        """The kind of b-tree page this claims to be. Raises Unreadable."""
        return self.page(number)[100 if number == 1 else 0]

    def free(self) -> set[int]:
        """The pages on the list of free ones, as far as it can be followed."""
        found: set[int] = set()
        with suppress(Unreadable, struct.error):
            (trunk,) = struct.unpack_from(">I", self.page(1), 32)
            while trunk and trunk not in found:
                found.add(trunk)
                page = self.page(trunk)
                following, leaves = struct.unpack_from(">II", page, 0)
                if leaves > self.page_size // 4 - 2:
                    break
                found.update(struct.unpack_from(f">{leaves}I", page, 8))
                trunk = following
        return found

    def cells(self, number: int) -> Iterator[Cell | None]:
        """The rows that stand in a page; None for each that cannot be read. Raises Unreadable for the whole page."""
        page, base = self.page(number), 100 if number == 1 else 0
        kind = page[base]
        if kind == INNER_TABLE:
            return
        for offset in self._offsets(page, base):
            try:
                yield self._cell(page, offset, kind)
            except (Unreadable, IndexError, struct.error):
                yield None

    def children(self, number: int) -> list[int]:
        """The pages below an inner page. Raises Unreadable."""
        page, base = self.page(number), 100 if number == 1 else 0
        if page[base] not in (INNER_TABLE, INNER_INDEX):
            return []
        places = [offset for offset in self._offsets(page, base) if offset + 4 <= len(page)]
        return [struct.unpack_from(">I", page, place)[0] for place in (*places, base + 8)]

    def _offsets(self, page: bytes, base: int) -> tuple[int, ...]:
        kind = page[base]
        if kind not in (INNER_INDEX, INNER_TABLE, LEAF_INDEX, LEAF_TABLE):
            raise Unreadable
        begin = base + (12 if kind in (INNER_INDEX, INNER_TABLE) else 8)
        (count,) = struct.unpack_from(">H", page, base + 3)
        if begin + 2 * count > len(page):
            raise Unreadable
        offsets: tuple[int, ...] = struct.unpack_from(f">{count}H", page, begin)
        return offsets

    def _cell(self, page: bytes, offset: int, kind: int) -> Cell:
        if offset == 0:
            raise Unreadable
        if kind == INNER_INDEX:
            offset += 4
        length, offset = _varint(page, offset)
        rowid: int | None = None
        if kind == LEAF_TABLE:
            rowid, offset = _varint(page, offset)
        return Cell(rowid, _record(self._payload(page, offset, length, kind == LEAF_TABLE)))

    def _payload(self, page: bytes, offset: int, length: int, table: bool) -> bytes:
        """A row's bytes, with those that stand on overflow pages."""
        if not 0 < length <= LONGEST:
            raise Unreadable
        usable = self._usable
        most = usable - 35 if table else (usable - 12) * 64 // 255 - 23
        if length <= most:
            found = page[offset : offset + length]
            if len(found) < length:
                raise Unreadable
            return found
        least = (usable - 12) * 32 // 255 - 23
        local = least + (length - least) % (usable - 4)
        if local > most:
            local = least
        pieces = [page[offset : offset + local]]
        (following,) = struct.unpack_from(">I", page, offset + local)
        rest, met = length - local, {0}
        while rest > 0:
            if following in met:
                raise Unreadable
            met.add(following)
            more = self.page(following)
            (following,) = struct.unpack_from(">I", more, 0)
            pieces.append(more[4 : min(usable, 4 + rest)])
            rest -= usable - 4
        whole = b"".join(pieces)
        if len(whole) < length:
            raise Unreadable
        return whole


def _page_size(first: bytes) -> int:
    if len(first) >= 18 and first[:16] == MAGIC:
        (size,) = struct.unpack_from(">H", first, 16)
        size = 65536 if size == 1 else size
        if 512 <= size <= 65536 and size & (size - 1) == 0:
            return int(size)
    return PAGE_SIZE


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for index in range(9):
        byte = data[at + index]
        if index == 8:
            value = value << 8 | byte
            return (value - (1 << 64) if value >> 63 else value), at + 9
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at + index + 1
    raise Unreadable


_WIDTHS: Final = (0, 1, 2, 3, 4, 6, 8)


def _record(data: bytes) -> tuple[Any, ...]:
    """The values of a row. Raises Unreadable, IndexError."""
    end, at = _varint(data, 0)
    if not 0 < end <= len(data):
        raise Unreadable
    kinds = []
    while at < end:
        kind, at = _varint(data, at)
        kinds.append(kind)
    values: list[Any] = []
    at = end
    for kind in kinds:
        value, width = _value(data, at, kind)
        values.append(value)
        at += width
    if at > len(data):
        raise Unreadable
    return tuple(values)


def _value(data: bytes, at: int, kind: int) -> tuple[Any, int]:
    if kind == 0:
        return None, 0
    if kind < 7:
        width = _WIDTHS[kind]
        return int.from_bytes(data[at : at + width], "big", signed=True), width
    if kind == 7:
        return struct.unpack_from(">d", data, at)[0], 8
    if kind in (8, 9):
        return kind - 8, 0
    if kind < 12:
        raise Unreadable
    width = (kind - 12) // 2
    raw = data[at : at + width]
    if len(raw) < width:
        raise Unreadable
    if kind % 2 == 0:
        return raw, width
    try:
        return raw.decode("utf-8"), width
    except UnicodeDecodeError as error:
        raise Unreadable from error


def _frames(wal: Path, page_size: int) -> dict[int, bytes]:
    """The pages of the log up to its last whole commit: what stands behind a broken frame never happened."""
    kept: dict[int, bytes] = {}
    with wal.open("rb") as file:
        head = file.read(32)
        if len(head) < 32:
            return kept
        magic, _, size, _, *salts, one, two = struct.unpack(">8I", head)
        order = {0x377F0682: "<", 0x377F0683: ">"}.get(magic)
        if order is None or size != page_size or _sum(head[:24], 0, 0, order) != (one, two):
            return kept
        pending: dict[int, bytes] = {}
        while len(frame := file.read(24 + page_size)) == 24 + page_size:
            number, commit, *own_salts, first, second = struct.unpack_from(">6I", frame)
            one, two = _sum(frame[:8], one, two, order)
            one, two = _sum(frame[24:], one, two, order)
            if own_salts != salts or (one, two) != (first, second):
                break
            pending[number] = frame[24:]
            if commit:
                kept.update(pending)
                pending.clear()
    return kept


def _sum(data: bytes, one: int, two: int, order: str) -> tuple[int, int]:
    """The log's running checksum over 8 bytes at a time."""
    words = iter(struct.unpack(f"{order}{len(data) // 4}I", data))
    for word in words:
        one = one + word + two & 0xFFFFFFFF
        two = two + next(words) + one & 0xFFFFFFFF
    return one, two
