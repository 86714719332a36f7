"""Names while one types: `@` and a letter list people of this conversation and of the circle beneath the word."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from textual.geometry import Offset

from convo.tui import cells, phrases
from convo.tui.lines import Line, Span, line, mark
from convo.tui.replybox import box_of
from convo.values import frozen
from convo.views import Someone

if TYPE_CHECKING:
    from convo.tui.screen import InboxScreen

MOST = 5
"""Names listed at once."""
_BEGUN = re.compile(r"(?:^|[\s(])@([^\s@]{1,40})\Z")


@frozen
class Names:
    """The open list: whom the begun word may mean, and which of them is chosen."""

    people: tuple[Someone, ...]
    begun: str
    index: int = 0


def begun_word(text: str, cursor: int) -> str:
    """The letters after the @ before the cursor, "" where no name is begun."""
    found = _BEGUN.search(text[:cursor])
    return found[1] if found else ""


def look(screen: InboxScreen) -> None:
    """After a keystroke: list the names that the begun word may mean, or close the list."""
    box = box_of(screen)
    begun = begun_word(box.words.text, box.words.cursor_offset)
    if not begun or (box.names_closed and begun.startswith(box.names_closed)):
        if not begun:
            box.names_closed = ""
        _show(screen, None)
        return
    box.names_closed = ""
    people = _fitting(screen, begun)
    _show(screen, Names(people, begun) if people else None)


def _fitting(screen: InboxScreen, begun: str) -> tuple[Someone, ...]:
    terms, opened = box_of(screen).terms, screen.thread.opened
    if terms is None:
        return ()
    here = [entry.author for entry in reversed(opened.entries)] if opened is not None else []
    mentioned = (
        [*terms.audience, *(one for entry in opened.entries for one in entry.mentions)] if opened else []
    )
    here += [Someone(0, one.uid, one.handle, "") for one in mentioned if one.uid != terms.me.uid]
    known = screen.desk.engine.inbox.find_people(begun, limit=20)
    circle = [who for who in known if who.circle and _same_place(who, terms.me)]
    found: dict[str, Someone] = {}
    for who in (*here, *circle):
        if not who.is_me and _begins(who, begun) and who.uid not in found:
            found[who.uid] = who
    return tuple(found.values())[:MOST]


def _same_place(who: Someone, me: Someone) -> bool:
    """Whether a handle of this shape can be reached from the user's own platform."""
    return ("@" in who.handle.lstrip("@")) == ("@" in me.handle.lstrip("@")) and (
        who.uid.partition(":")[0] == me.uid.partition(":")[0]
    )


def _begins(who: Someone, begun: str) -> bool:
    wanted = begun.casefold()
    words = (*who.name.casefold().split(), who.handle.casefold().lstrip("@"))
    return any(word.startswith(wanted) for word in words)


def names_of(screen: InboxScreen) -> Names | None:
    """The open list of names, None when there is none."""
    return screen.reply.names_open if screen.reply is not None and screen.replying else None


def _show(screen: InboxScreen, names: Names | None) -> None:
    box = box_of(screen)
    if names is None and box.names_open is None:
        return
    box.names_open = names
    shown = screen.names
    shown.display = names is not None
    if names is not None:
        lines = names_lines(names)
        at = _place(screen, max(painted.width for painted in lines), len(lines))
        shown.styles.width, shown.styles.height = max(painted.width for painted in lines), len(lines)
        shown.styles.offset = (at.x, at.y)
        shown.show(lines)
        first = names.people[names.index].shown
        screen.desk.say(f"Tab takes {first}, Esc closes the names")
    elif screen.desk.words.startswith("Tab takes "):
        screen.desk.say("")
    screen.draw()


def names_lines(names: Names) -> list[Line]:
    """The box of names."""
    rows = [
        f"{cells.cut(cells.plain_emoji(who.shown), 24)}  {phrases.at_handle(who)}" for who in names.people
    ]
    size = min(max(cells.width(row) for row in rows), 48)
    edge = mark("│", "muted")
    lines = [line(mark("┌" + "─" * (size + 2) + "┐", "muted"))]
    for place, row in enumerate(rows):
        here = place == names.index
        text = Span(cells.fit(row, size), "text", here, target=f"name {place}")
        lines.append(Line((edge, Span("▌" if here else " ", "focus", mark=True), text, Span(" "), edge),
                          "cursor" if here else "base"))  # fmt: skip
    return [*lines, line(mark("└" + "─" * (size + 2) + "┘", "muted"))]


def _place(screen: InboxScreen, wide: int, high: int) -> Offset:
    """Beneath the word; above it where there is no room."""
    cursor = box_of(screen).words.cursor_screen_offset
    size = screen.app.size
    x = max(min(cursor.x - 2, size.width - wide), 0)
    y = cursor.y + 1 if cursor.y + 1 + high <= size.height - 2 else cursor.y - high
    return Offset(x, max(y, 0))


async def take(screen: InboxScreen) -> None:
    """Put the chosen name into the words."""
    names = names_of(screen)
    if names is not None:
        take_at(screen, names.index)


def take_at(screen: InboxScreen, place: int) -> None:
    """Put this name into the words."""
    box, names = box_of(screen), names_of(screen)
    if names is None or not 0 <= place < len(names.people):
        return
    handle = phrases.at_handle(names.people[place])
    handle = handle if handle.startswith("@") else f"@{handle}"
    text, cursor = box.words.text, box.words.cursor_offset
    start = cursor - len(names.begun) - 1
    rest = text[cursor:]
    gap = "" if rest[:1].isspace() else " "
    _show(screen, None)
    box.words.put(f"{text[:start]}{handle}{gap}{rest}", start + len(handle) + 1)
    box.post_message(box.Changed())
    screen.set_focus(box.words)


async def next_name(screen: InboxScreen) -> None:
    """The next name."""
    _move(screen, 1)


async def previous_name(screen: InboxScreen) -> None:
    """The name before."""
    _move(screen, -1)


def _move(screen: InboxScreen, way: int) -> None:
    names = names_of(screen)
    if names is not None:
        place = (names.index + way) % len(names.people)
        _show(screen, Names(names.people, names.begun, place))


async def close(screen: InboxScreen) -> None:
    """Close the list; it stays closed for this word."""
    names = names_of(screen)
    if names is not None:
        box_of(screen).names_closed = names.begun
        _show(screen, None)
