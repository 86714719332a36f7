"""The documented JSON lines of exports and backups (docs/export.md): one value a line, written and read as a stream."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, BinaryIO, Optional, Union

import msgspec

from convo.progress import Tell, untold
from convo.text import clean, shorten
from convo.views import Failure

FORMAT = 1
LONGEST = 8 << 20
"""Bytes a line may have: far more than any message, and little enough to hold."""
_TOLD = 500
"""How many lines are read between two words on how far it is."""

Time = Annotated[datetime, msgspec.Meta(tz=True)]
Key = tuple[str, str]
"""A person or an account of the user: platform, and the id that never changes there."""
Options = dict[str, Any]


class BadFile(Failure):
    """A file that is no export of convo, or not whole: which line, what is wrong."""


class _Line(msgspec.Struct, tag_field="kind", omit_defaults=True, kw_only=True):
    """A line of the file; `kind` says which, and what is as usual is left out."""


class Header(_Line, tag="convo"):
    """The first line. `holds` is "history" (an export) or "state" (a backup)."""

    format: int
    holds: str
    made_at: Time


class Account(_Line, tag="account"):
    """An account of the user; `number` stands in backups only, for the repair of the same store."""

    account: Key
    name: str
    number: int = 0
    first_synced_at: Optional[Time] = None  # noqa: UP045


class Person(_Line, tag="person"):
    """Somebody who wrote; `known` when the user wrote to them."""

    person: Key
    handle: str
    name: str = ""
    url: str = ""
    bot: bool = False
    known: bool = False


class Hidden(_Line, tag="hidden"):
    """Somebody whom the user blocked or muted on the platform, as an account sees it."""

    account: Key
    uid: str


class Sighting(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A message as an account's own server knows it, and since when as deleted."""

    account: Key
    local_id: str = ""
    parent_local_id: str = ""
    data: str = ""
    gone_at: Optional[Time] = None  # noqa: UP045


class Message(_Line, tag="message"):
    """A message, in the order they arrived; `since` is what its waiting counts from."""

    uri: str
    author: Key
    created_at: Time
    since: Time
    text: str
    seen_by: list[Sighting]
    parent_uri: str = ""
    root_uri: str = ""
    edited_at: Optional[Time] = None  # noqa: UP045
    visibility: str = "public"
    language: str = ""
    claim: Optional[str] = None  # noqa: UP045
    filtered: str = ""
    more_below: bool = False
    flat: bool = False
    branch: str = ""
    resolved: bool = False
    held: bool = False
    deleted: bool = False
    url: str = ""
    title: str = ""
    content_warning: str = ""
    extra: Options = {}
    addressed: Optional[str] = None  # noqa: UP045
    addressed_at: Optional[Time] = None  # noqa: UP045
    unjudged: bool = False
    quiet: str = ""
    thanks: bool = False
    history: bool = False
    copy_of: str = ""
    copied_author: str = ""


class Thread(_Line, tag="thread"):
    """What is missing of the conversation that a message stands in."""

    uri: str
    partial: str


class Contact(_Line, tag="contact"):
    """A human: their persons, the user's note, and whether they are in the circle."""

    persons: list[Key]
    note: str = ""
    circle: bool = False


class Choice(_Line, tag="choice"):
    """What the user decided about a person: into Quiet (true) or out of it (false), muted."""

    person: Key
    at: Time
    quiet: Optional[bool] = None  # noqa: UP045
    muted: bool = False


class Apart(_Line, tag="apart"):
    """Two persons of whom the user said that they are not one human."""

    persons: tuple[Key, Key]
    at: Time


class Done(_Line, tag="done"):
    """A message that is done. `seen`: the last message of its conversation that had arrived then; null: all."""

    uri: str
    at: Time
    seen: Optional[str] = None  # noqa: UP045


class Mute(_Line, tag="mute"):
    """A muted conversation, named by any of its messages."""

    uri: str
    at: Time


class Snooze(_Line, tag="snooze"):
    """A conversation put off, named by any of its messages; no `until`: until they reply."""

    uri: str
    at: Time
    until: Optional[Time] = None  # noqa: UP045
    seen: Optional[str] = None  # noqa: UP045
    reminder: bool = False


class Looked(_Line, tag="looked"):
    """How far the user had looked at a conversation."""

    uri: str
    seen: str


class Draft(_Line, tag="draft"):
    """Words on their way into an answer to the message `uri`."""

    account: Key
    uri: str
    text: str
    touched_at: Time
    options: Options = {}
    seen: Optional[str] = None  # noqa: UP045


class Outbox(_Line, tag="outbox"):
    """An answer that left its draft; `request` is what was sent, without any credential."""

    key: str
    account: Key
    uri: str
    text: str
    state: str
    created_at: Time
    options: Options = {}
    request: Optional[str] = None  # noqa: UP045
    first_sent_at: Optional[Time] = None  # noqa: UP045
    last_sent_at: Optional[Time] = None  # noqa: UP045
    attempts: int = 0
    error: str = ""
    sent_uri: str = ""
    sent_url: str = ""


class End(_Line, tag="end"):
    """The last line: how many lines stand before it, and the SHA-256 of those after the first ("": not looked at)."""

    lines: int
    sha256: str = ""


Line = Union[  # noqa: UP007
    Header, Account, Person, Hidden, Message, Thread, Contact, Choice, Apart, Done, Mute, Snooze, Looked, Draft,
    Outbox, End,
]  # fmt: skip
State = (Contact, Choice, Apart, Done, Mute, Snooze, Looked, Draft, Outbox)
"""The user's own state."""

_STATES = ("held", "queued", "sending", "sent", "failed", "unsure")
_VISIBILITIES = ("public", "unlisted", "followers", "direct")


class LineWriter:
    """Writes lines to an open file, and counts and sums them for the last one."""

    def __init__(self, file: BinaryIO, header: Header) -> None:
        self._file = file
        self._encoder = msgspec.json.Encoder()
        self._sum = hashlib.sha256()
        self._count = 1
        file.write(self._encoder.encode(header) + b"\n")

    def write(self, line: Line) -> None:
        """Add a line."""
        raw = self._encoder.encode(line) + b"\n"
        self._file.write(raw)
        self._sum.update(raw)
        self._count += 1

    def end(self) -> str:
        """Add the last line and give the sum that tells whether two files hold the same."""
        self._file.write(self._encoder.encode(End(lines=self._count, sha256=self._sum.hexdigest())) + b"\n")
        return self._sum.hexdigest()


def read(path: Path, tell: Tell = untold, what: str = "") -> Iterator[Line]:
    """The lines of a file, cleaned, from the header on, without the end. Raises BadFile, at whichever line is bad."""
    decoder = msgspec.json.Decoder(Line)
    summed, number, line = hashlib.sha256(), 0, None
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            while raw := file.readline(LONGEST + 1):
                number += 1
                if isinstance(line, End):
                    raise _bad(path, number, "something stands behind the end")
                line = _decoded(decoder, raw, path, number)
                if isinstance(line, End):
                    _check_end(line, number, summed.hexdigest(), path)
                    continue
                if number > 1:
                    summed.update(raw)
                if number % _TOLD == 0:
                    tell(what, file.tell() >> 20, size >> 20)
                yield line
    except OSError as error:
        raise BadFile(f"{path} cannot be read: {error.strerror or error}.") from error
    if not isinstance(line, End):
        raise _bad(path, number + 1, "the file ends too early")


def check(path: Path, tell: Tell = untold) -> Header:
    """Read a whole file and give its header. Raises BadFile."""
    header = None
    for line in read(path, tell, "MB of the file checked"):
        header = header or line
    assert isinstance(header, Header)
    return header


def _decoded(decoder: msgspec.json.Decoder[Line], raw: bytes, path: Path, number: int) -> Line:
    if len(raw) > LONGEST:
        raise _bad(path, number, f"it is longer than {LONGEST >> 20} MB")
    try:
        line: Line = _cleaned(decoder.decode(raw))
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError, RecursionError) as error:
        if number == 1:
            raise BadFile(
                f"{path} is not an export or a backup of convo (line 1: {_said(error)})."
            ) from error
        raise _bad(path, number, _said(error)) from error
    if (number == 1) != isinstance(line, Header):
        if number == 1:
            raise BadFile(f"{path} is not an export or a backup of convo: its first line is another.")
        raise _bad(path, number, "a second header")
    if isinstance(line, Header) and line.format > FORMAT:
        raise BadFile(f"{path} was written by a newer convo (format {line.format}): update convo first.")
    if isinstance(line, Outbox) and line.state not in _STATES:
        raise _bad(path, number, f"there is no state {shorten(line.state, 20)!r}")
    if isinstance(line, Message) and (line.visibility not in _VISIBILITIES or not line.seen_by):
        raise _bad(path, number, "a message that nobody saw, or with an unknown visibility")
    return line


def _check_end(end: End, number: int, found: str, path: Path) -> None:
    if end.lines != number - 1:
        raise _bad(path, number, f"it says that {end.lines} lines stand before it, but {number - 1} do")
    if end.sha256 and end.sha256 != found:
        raise _bad(path, number, "the lines are not those that were written (their sum differs)")


def _bad(path: Path, number: int, words: str) -> BadFile:
    return BadFile(f"{path} is damaged, line {number}: {words}. Nothing of it was imported.")


def _said(error: Exception) -> str:
    return shorten(str(error) or type(error).__name__, 120).rstrip(".")


def _cleaned(value: Any) -> Any:
    """Every string once through the one cleaning function: a file may come from anywhere."""
    if isinstance(value, str):
        return value if value.isascii() and value.isprintable() else clean(value)
    if isinstance(value, (list, tuple)):
        return type(value)(_cleaned(one) for one in value)
    if isinstance(value, dict):
        return {_cleaned(key): _cleaned(one) for key, one in value.items()}
    if isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            before = getattr(value, name)
            if name != "request" and isinstance(before, (str, list, tuple, dict)):
                setattr(value, name, _cleaned(before))
    return value
