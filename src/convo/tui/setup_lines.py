"""What the guided set-up says: choices, the words round the fields of a sign-in, the first look. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from convo.engine.when import MONTHS_LONG
from convo.tui import cells
from convo.tui.lines import EMPTY, Line, Span, emphasised, line, mark
from convo.tui.phrases import Moment
from convo.values import frozen
from convo.views import AccountStatus, Health

if TYPE_CHECKING:
    from convo.engine.login import Offer

COLUMN = 62
"""The widest that text is set."""
AT_FIRST = 5
"""Platforms shown before "more places"."""
WELCOME = "Welcome. convo shows who waits for your answer, and lets you answer. It does not post."
ASKED = "Where do people talk to you?"
ASKED_MORE = "Where else do people talk to you?"
MANY = "You listen in many places already. One more? Enter adds it, Esc thinks it over."
MAY = (
    "convo uses this to read what is said to you, to answer, and to mute or block when you say so. "
    "It has no way to post."
)
_COMMAND = re.compile(r",?( then)? run:?\s+convo login \S+", re.IGNORECASE)
MORE, DEMO, STORED = "more", "demo", "stored"
"""What may be chosen besides platforms, which are chosen as "platform NAME"."""


@frozen
class Option:
    """One line to choose."""

    target: str
    label: str
    about: str = ""
    gap: bool = False
    """A blank line before it, where there is room."""


def options(offers: Sequence[Offer], everything: bool, first: bool, stored: bool) -> list[Option]:
    """What can be chosen, the most common places first."""
    shown = list(offers) if everything or len(offers) <= AT_FIRST + 1 else list(offers[:AT_FIRST])
    found = [Option(f"platform {offer.platform}", offer.label, offer.about) for offer in shown]
    if len(shown) < len(offers):
        found.append(Option(MORE, "more places …"))
    if stored:
        found.append(Option(STORED, "Read what is here already, without an account", gap=True))
    if first:
        found.append(Option(DEMO, "Look around first, with made-up people", gap=not stored))
    return found


@frozen
class Room:
    """The room there is: the width of the column, the blanks before it, and whether blank lines fit."""

    size: int
    indent: int
    airy: bool = True

    @classmethod
    def of(cls, wide: int, airy: bool = True) -> Room:
        """A column in the middle of a window."""
        size = min(COLUMN, wide - 2)
        return cls(size, (wide - size) // 2, airy)


def choosing(found: Sequence[Option], index: int, first: bool, path: str, wide: int, high: int) -> list[Line]:
    """The first step, with as many blank lines as fit."""
    for airy in (True, False):
        rows = _choosing(found, index, first, path, Room.of(wide, airy))
        if len(rows) <= high:
            return rows
    return rows


def _choosing(found: Sequence[Option], index: int, first: bool, path: str, room: Room) -> list[Line]:
    blank = [EMPTY] if room.airy else []
    rows = [EMPTY]
    if first:
        rows += [*_words(WELCOME, room), *blank]
    rows += [*_words(ASKED if first else ASKED_MORE, room, bold=True), *blank]
    labels = max(cells.width(option.label) for option in found if option.target.startswith("platform")) + 2
    for place, option in enumerate(found):
        if option.gap:
            rows += blank
        here = place == index
        text = cells.pad(option.label, labels) if option.about else option.label
        about = cells.cut(option.about, max(room.size - 4 - cells.width(text), 0))
        rows.append(
            line(
                " " * room.indent,
                mark("▌", "focus") if here else " ",
                " ",
                Span(text, "text", here, target=option.target),
                Span(about, "muted", target=option.target),
            )
        )
    return [*rows, *blank, *_where(path, room)]


def _where(path: str, room: Room) -> list[Line]:
    words = "Everything stays on this computer. You can change all of it later in one file:"
    rows = _words(words, room, "muted")
    last = rows[-1].text.strip()
    if cells.width(last) + 1 + cells.width(path) <= room.size:
        rows[-1] = line(" " * room.indent, Span(f"{last} ", "muted"), Span(path))
    else:
        rows.append(line(" " * room.indent, Span(cells.cut(path, room.size))))
    return rows


def _words(text: str, room: Room, role: str = "text", bold: bool = False) -> list[Line]:
    before = " " * room.indent
    return [
        line(before, Span(part, role, bold))
        for paragraph in text.split("\n")
        for part in cells.wrap(paragraph, room.size)
    ]


def question(wide: int) -> list[Line]:
    """Before one more account than a handful."""
    room = Room.of(wide)
    found = emphasised
    return [
        EMPTY,
        *(
            line(" " * room.indent, *found(part, ("Enter", "Esc")).spans)
            for part in cells.wrap(MANY, room.size)
        ),
    ]


def sign_in_head(label: str, again: str, words: str, room: Room) -> list[Line]:
    """Above the fields: where one signs in, and what the platform's step says."""
    title = f"Sign in to {label}" + (f" again, for {again}" if again else "")
    rows = [*([EMPTY] if room.airy else []), *_words(title, room, bold=True)]
    return [*rows, *_words(words, room)] if words else rows


def page_words(waiting: bool, browser: bool, fields: bool, room: Room) -> tuple[list[Line], list[Line]]:
    """Round the address of a page: before it, and after it."""
    before = []
    if waiting and browser:
        before += _words("A page opens in your browser. Say yes there, then come back.", room)
        before += _words("No browser here? Open this address on any other device:", room)
    elif waiting:
        before += _words("Open this address on any device that has a browser, and say yes there:", room)
    else:
        before += _words("The page:", room)
    keys = "Tab, then Enter copies it whole" + (", Ctrl+O opens it here" if browser else "")
    after = _words(f"   {keys}", room, "muted")
    if waiting and fields:
        after += _words("and type the code that it shows:", room)
    return before, after


def sign_in_foot(kept_in: str, room: Room) -> list[Line]:
    """Below the fields: what convo may do, and where the key goes."""
    if not kept_in:
        key = ""
    elif kept_in.startswith("the "):
        key = f"The key goes to {kept_in}."
    else:
        key = f"There is no keyring here. The key goes into a file that only you can read, in {kept_in}"
    blank = [EMPTY] if room.airy else []
    return [*blank, *_words(MAY, room, "muted"), *(_words(key, room, "muted") if key else [])]


def refusal(words: str, room: Room) -> list[Line]:
    """What was refused, in the words of whoever refused it; the command that would do what one is doing is left out."""
    said = _COMMAND.sub("", words)
    parts = cells.wrap(said, room.size - 2) if said else []
    signs = [mark("!", "trouble"), *[Span(" ")] * len(parts)]
    return [
        line(" " * room.indent, sign, " ", Span(part, "trouble"))
        for sign, part in zip(signs, parts, strict=False)
    ]


def looking(
    accounts: Sequence[AccountStatus],
    back_to: Mapping[str, datetime | None],
    wide: int,
    moment: Moment,
) -> list[Line]:
    """The first look: one line for each account, how far back it has come."""
    room = Room.of(wide)
    rows = [EMPTY, *_words("Looking for who waits for you", room, bold=True), EMPTY]
    names = max((cells.width(one.name) for one in accounts), default=4)
    for status in accounts:
        text, role = _looked(status, back_to, moment)
        parts = cells.wrap(text, max(room.size - names - 2, 10))
        rows.append(line(" " * room.indent, cells.pad(status.name, names), "  ", Span(parts[0], role)))
        rows += [line(" " * (room.indent + names + 2), Span(part, role)) for part in parts[1:]]
    words = "Esc goes to the inbox; this goes on in the background."
    return [*rows, EMPTY, *(line(" " * room.indent, *emphasised(part, ("Esc",), "muted").spans)
                            for part in cells.wrap(words, room.size))]  # fmt: skip


def _looked(status: AccountStatus, back_to: Mapping[str, datetime | None], moment: Moment) -> tuple[str, str]:
    if status.name in back_to:
        oldest = back_to[status.name]
        if oldest is None:
            return "asking who wrote to you …", "text"
        local = moment.local(oldest)
        year = "" if local.year == moment.here.year else f" {local.year}"
        return f"back to {local.day} {MONTHS_LONG[local.month - 1]}{year} …", "text"
    if status.health is Health.FINE:
        return "done", "good"
    if status.health is Health.LOOKING:
        return "asking who wrote to you …", "muted"
    words = status.words or status.health.value
    return f"{words} {status.advice}".strip(), "trouble" if status.health is Health.SIGN_IN else "waits"
