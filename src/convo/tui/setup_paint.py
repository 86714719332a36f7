"""Paints the steps of the guided set-up: bars, choices, and the words round fields."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from textual.containers import VerticalScroll
from textual.geometry import Region

from convo.tui import cells, render, setup_lines
from convo.tui.fields import Address, FieldBox
from convo.tui.lines import EMPTY, Line, Span, line
from convo.tui.paint import Painted
from convo.tui.setup_lines import Room

if TYPE_CHECKING:
    from convo.tui.setup import SetupScreen

NARROWEST, LOWEST = 40, 12
TOO_SMALL = "convo needs a window of 40 by 12. What you typed is kept."
STEPS = ("1 choose", "2 sign in", "3 who waits")


def paint(screen: SetupScreen) -> None:
    """Everything, for the present size."""
    wide, high = screen.app.size.width, screen.app.size.height
    body = screen.query_one("#setup-body", VerticalScroll)
    choices = screen.query_one("#setup-choices", Painted)
    tiny = wide < NARROWEST or high < LOWEST
    signing = screen.sign_in is not None and screen.step is not None and not screen.asking_many
    choices.display = tiny or not signing
    for widget in body.query("FieldBox, .setup-words, Address"):
        widget.display = not choices.display
    if tiny:
        choices.show([line(part) for part in cells.wrap(TOO_SMALL, max(wide, 1))])
        return
    _bars(screen, wide)
    if signing:
        _fields(screen, wide, high - 3)
    elif screen.asking_many:
        choices.show(setup_lines.question(wide))
    elif not screen.parts.again:
        found = screen.options
        rows = setup_lines.choosing(
            found, screen.index, screen.parts.first, screen.parts.path, wide, high - 3
        )
        choices.show(rows)
        target = found[min(screen.index, len(found) - 1)].target
        at = next((n for n, row in enumerate(rows) if any(one.target == target for one in row.spans)), 0)
        body.scroll_to_region(Region(0, at - 1, 1, 3), animate=False, force=True, immediate=True)


def _bars(screen: SetupScreen, wide: int) -> None:
    screen.query_one("#setup-top", Painted).show([_top(screen, wide)])
    words, trouble = screen.words, screen.trouble
    step = screen.step
    if not words and step is not None and step.wait_for_redirect and not screen.refused:
        words = f"Waiting for your yes at {urlsplit(step.open_url).hostname or screen.label} …"
    screen.query_one("#setup-status", Painted).show([render.status_line(words, "", wide, trouble)])
    screen.query_one("#setup-keys", Painted).show([render.key_line(_keys(screen), wide)])


def _top(screen: SetupScreen, wide: int) -> Line:
    place = 0 if screen.sign_in is None else 1
    spans = [Span("convo", "focus", bold=True, mark=True)]
    if screen.parts.first:
        steps = [Span(text, "text" if n == place else "muted", n == place) for n, text in enumerate(STEPS)]
        right = [span for n, step in enumerate(steps) for span in ([Span("   ")] if n else []) + [step]]
    else:
        right = [Span("Esc back", "muted")]
    used = 2 + 5 + sum(cells.width(span.text) for span in right)
    return line(" ", *spans, " " * max(wide - used, 1), *right, " ", ground="edge")


def _keys(screen: SetupScreen) -> list[tuple[str, str, str]]:
    if screen.asking_many:
        return [("Enter", "adds it", ""), ("Esc", "thinks it over", "")]
    if screen.sign_in is None:
        leave = [("q", "leave", "")] if screen.parts.first else []
        return [("j k", "choose", ""), ("Enter", "go on", ""), ("Esc", "back", ""), *leave, ("?", "help", "")]
    page = (
        [("Ctrl+O", "open the page", "")]
        if screen.step and screen.step.open_url and screen.parts.browser
        else []
    )
    return [("Enter", "go on", ""), ("Tab", "next field", ""), ("Esc", "back", ""), *page,
            ("Ctrl+P", "commands", "")]  # fmt: skip


def _fields(screen: SetupScreen, wide: int, high: int) -> None:
    """The step with boxes and blank lines where they fit; blank lines go first."""
    step = screen.step
    assert step is not None
    boxes = [box for box in screen.query(FieldBox) if box.query(".field-bottom")]  # composed by now
    addresses = list(screen.query(Address))
    for airy, boxed in ((True, True), (False, True), (False, False)):
        room = Room.of(wide, airy)
        head = setup_lines.sign_in_head(screen.label, screen.parts.again, step.words, room)
        before, after = setup_lines.page_words(
            step.wait_for_redirect, screen.parts.browser, bool(step.fields), room
        )
        refused = setup_lines.refusal(screen.refused, room)
        foot = setup_lines.sign_in_foot(screen.kept_in, room)
        needed = len(head) + len(foot) + len(refused) + sum(box.high(room.size, boxed) for box in boxes)
        if addresses:
            needed += len(before) + len(after) + 1
        if needed <= high:
            break
    for name, rows in (
        ("head", head), ("before", before), ("after", after), ("refused", refused or [EMPTY] * (airy and boxed)),
        ("foot", foot),
    ):  # fmt: skip
        for part in screen.query(f".setup-words.{name}"):
            assert isinstance(part, Painted)
            part.show(rows)
    for widget in (*boxes, *addresses):
        widget.styles.margin = (0, 0, 0, room.indent)
        widget.styles.width = room.size
    for box in boxes:
        box.draw(room.size, boxed)
    for address in addresses:
        address.draw(room.size)
