"""A person's page as lines: who this is and how you know each other, and everything between you. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from convo.engine import telling, voice
from convo.people import Exchange, Identity, PersonPage, Turn
from convo.tui import cells, phrases
from convo.tui.lines import EMPTY, Line, Span, line, mark
from convo.tui.phrases import Moment

LEFT = 48
"""Cells of the left side, where there are two."""
TWO_FROM = 100
ABOUT, NOTE, YEARS = "about", "note", "years"
"""What the cursor may be on besides "suggestion N" and "exchange N"."""
Placed = tuple[Line, str]
"""A line, and what of the page it belongs to, "" for nothing."""


@dataclass
class Sheet:
    """The page of one person in use: what it shows, and where the cursor is."""

    page: PersonPage
    unfolded: set[int] = field(default_factory=set)
    at: str = ""
    whole: bool = False
    """In one pane: all about the person in place of the four lines."""
    top: int = 0
    """The first line of what scrolls."""

    def items(self, two: bool) -> list[str]:
        """What the cursor can be on, from top to bottom; the left side comes before the timeline."""
        side = [f"suggestion {n}" for n in range(len(self.page.suggestions))]
        side.append(NOTE)
        timeline = [f"exchange {n}" for n in range(len(self.page.exchanges))]
        if self.page.folded:
            timeline.append(YEARS)
        if two:
            return [*side, *timeline]
        return side if self.whole else [ABOUT, *timeline]

    def settle(self, two: bool) -> None:
        """The cursor is on something that is there: the newest conversation at first."""
        items = self.items(two)
        if self.at not in items:
            self.at = next((one for one in items if one.startswith("exchange")), items[0])

    def step(self, by: int, two: bool) -> None:
        """Another item."""
        items = self.items(two)
        place = items.index(self.at) + by if self.at in items else 0
        self.at = items[max(0, min(place, len(items) - 1))]

    def exchange(self) -> Exchange | None:
        """The conversation under the cursor."""
        kind, _, number = self.at.partition(" ")
        return self.page.exchanges[int(number)] if kind == "exchange" else None

    def suggestion(self) -> Identity | None:
        """The suggestion under the cursor."""
        kind, _, number = self.at.partition(" ")
        return self.page.suggestions[int(number)] if kind == "suggestion" else None


def sheet_lines(sheet: Sheet, wide: int, high: int, moment: Moment, keys: dict[str, str]) -> list[Line]:
    """The page for a window; `keys` are the keys of `note`, `links`, `join` and `separate` as people read them."""
    sheet.settle(wide >= TWO_FROM)
    if wide < TWO_FROM:
        return _one_pane(sheet, wide, high, moment, keys)
    left = [row for row, _ in about_lines(sheet, LEFT, moment, keys)]
    right = _scrolled(sheet, timeline_lines(sheet, wide - LEFT - 1, moment), high)
    rows = []
    for number in range(high):
        first = left[number] if number < len(left) else EMPTY
        second = right[number] if number < len(right) else EMPTY
        rows.append(_beside(first, second, wide))
    return rows


def _beside(first: Line, second: Line, wide: int) -> Line:
    ground = [
        span if span.ground else span._replace(ground=first.ground) for span in first.padded(LEFT).spans
    ]
    other = second.padded(wide - LEFT - 1)
    return line(*ground, mark("│", "muted"), *(span._replace(ground=second.ground) for span in other.spans))


def _one_pane(sheet: Sheet, wide: int, high: int, moment: Moment, keys: dict[str, str]) -> list[Line]:
    if sheet.whole:
        return _scrolled(sheet, about_lines(sheet, wide, moment, keys), high)
    rows: list[Placed] = [(row, ABOUT) for row in _four_lines(sheet, wide, moment)]
    return _scrolled(sheet, [*rows, (EMPTY, ""), *timeline_lines(sheet, wide, moment)[1:]], high)


def _scrolled(sheet: Sheet, rows: Sequence[Placed], high: int) -> list[Line]:
    """The stretch of lines in which the cursor is seen."""
    places = [number for number, (_, target) in enumerate(rows) if target and target == sheet.at]
    if places:
        if places[-1] >= sheet.top + high:
            sheet.top = places[-1] - high + 1
        sheet.top = min(sheet.top, places[0] if places[0] > 1 else 0)
    sheet.top = max(0, min(sheet.top, len(rows) - high))
    return [row for row, _ in rows[sheet.top : sheet.top + high]]


def _turn_role(page: PersonPage) -> str:
    return "waits" if page.turn is Turn.YOURS else "text"


def _four_lines(sheet: Sheet, wide: int, moment: Moment) -> list[Line]:
    page, room = sheet.page, wide - 2
    places = ", ".join(
        f"{phrases.at_handle(one.person)} {moment.platform_name(one.platform)}" for one in page.persons
    )
    note = f"your note: {' '.join(page.note.split())}" if page.note else ""
    texts = [
        (page.turn_words, _turn_role(page)),
        (places, "text"),
        (page.known_words, "text"),
        (note, "muted"),
    ]
    here = sheet.at == ABOUT
    found = []
    for text, role in texts:
        if text:
            sign = mark("▌", "focus") if here else Span(" ")
            words = Span(cells.cut(cells.plain_emoji(text), room), role)
            found.append(line(sign, words, ground="cursor" if here else "base").padded(wide))
    return found


def about_lines(sheet: Sheet, size: int, moment: Moment, keys: dict[str, str]) -> list[Placed]:
    """Everything about the person: name and turn, where they are, how you know each other, note, profiles."""
    page, who = sheet.page, voice.name_of(sheet.page.person)
    circle = "in your circle" if page.person.circle else ""
    rows = [_head(cells.plain_emoji(page.person.shown), circle, size, "circle")]
    rows += _plain(page.turn_words, size, _turn_role(page))
    rows += [(EMPTY, ""), _head(f"WHERE {who.upper()} IS", "", size)]
    for one in page.persons:
        rows += _identity(one, size, moment)
        rows += _plain(one.evidence, size, "muted", 2)
    for number, one in enumerate(page.suggestions):
        rows += _suggested(one, f"suggestion {number}", sheet.at, size, moment, keys)
    if page.known_words:
        rows += [(EMPTY, ""), _head("HOW YOU KNOW EACH OTHER", "", size), *_plain(page.known_words, size)]
    rows += [(EMPTY, ""), _cursor_line("YOUR NOTE", f"{keys['note']} write", NOTE, sheet.at, size)]
    rows += _plain(page.note, size)
    if page.profiles:
        rows += [(EMPTY, ""), _head("PROFILES", f"{keys['links']} opens", size)]
        rows += [
            (line(" ", Span(cells.cut(address_words(url), size - 2), "focus", underline=True)), "")
            for url in page.profiles
        ]
    return rows


def address_words(url: str) -> str:
    """A web address as people read it."""
    return url.partition("://")[2].rstrip("/") or url


def _head(left: str, right: str, size: int, role: str = "muted") -> Placed:
    text = cells.cut(left, size - 3 - cells.width(right))
    gap = size - 2 - cells.width(text) - cells.width(right)
    return line(" ", Span(text, bold=True), " " * max(gap, 1), Span(right, role), " "), ""


def _plain(text: str, size: int, role: str = "text", indent: int = 0) -> list[Placed]:
    before = " " * (1 + indent)
    return [
        (line(before, Span(part, role)), "")
        for paragraph in text.split("\n")
        for part in cells.wrap(paragraph, size - 2 - indent)
        if part
    ]


def _identity(one: Identity, size: int, moment: Moment) -> list[Placed]:
    platform = moment.platform_name(one.platform)
    handle = cells.cut(cells.plain_emoji(phrases.at_handle(one.person)), size - 4 - cells.width(platform))
    gap = size - 2 - cells.width(handle) - cells.width(platform)
    return [(line(" ", handle, " " * max(gap, 1), Span(platform, "muted"), " "), "")]


def _cursor_line(left: str, right: str, target: str, at: str, size: int) -> Placed:
    here = target == at
    gap = size - 2 - cells.width(left) - cells.width(right)
    sign = mark("▌", "focus") if here else Span(" ")
    row = line(
        sign, Span(left, bold=True), " " * max(gap, 1), Span(right, "muted"), " ", ground=_ground(here)
    )
    return row, target


def _ground(here: bool) -> str:
    return "cursor" if here else "base"


def _suggested(
    one: Identity, target: str, at: str, size: int, moment: Moment, keys: dict[str, str]
) -> list[Placed]:
    here = target == at
    sign = mark("▌", "focus") if here else Span(" ")
    texts = [
        f"the same person? {one.evidence}",
        f"{keys['join']} yes, join     {keys['separate']} no, do not ask again",
    ]
    rows = [line(sign, *row.spans[1:], ground=_ground(here)) for row, _ in _identity(one, size, moment)]
    for text in texts:
        rows += [
            line(sign, "  ", Span(part, "text" if here else "muted"), ground=_ground(here))
            for part in cells.wrap(text, size - 4)
        ]
    return [(row.padded(size), target) for row in rows]


def timeline_lines(sheet: Sheet, size: int, moment: Moment) -> list[Placed]:
    """Everything between the two, newest first; older years fold."""
    head = line(" ", Span("EVERYTHING BETWEEN YOU", bold=True), Span(", newest first", "muted"))
    rows: list[Placed] = [(head, "")]
    for number, exchange in enumerate(sheet.page.exchanges):
        target = f"exchange {number}"
        rows += [(row, target) for row in _exchange(exchange, target == sheet.at, size, moment)]
    if sheet.page.folded:
        here = sheet.at == YEARS
        sign = mark("▌", "focus") if here else Span(" ")
        hint = "Enter opens" if here else ""
        words = f"+ {sheet.page.folded_words}"
        gap = size - 2 - cells.width(words) - cells.width(hint)
        row = line(
            sign, Span(words, "muted"), " " * max(gap, 1), Span(hint, "muted"), " ", ground=_ground(here)
        )
        rows.append((row, YEARS))
    if not sheet.page.exchanges and not sheet.page.folded:
        rows.append((line(" ", Span("Nothing has been said between you yet.", "muted")), ""))
    return rows


def _exchange(exchange: Exchange, here: bool, size: int, moment: Moment) -> list[Line]:
    """Two lines: place, title, date and state; who said the last words."""
    row = exchange.row
    narrow = size < 66
    platform = moment.platform_name(row.platform)
    state = f"{telling.day_short(exchange.last_at, moment.here)}, {exchange.state}"
    title = cells.plain_emoji(exchange.title or phrases.title(row))
    place = "" if narrow else f"{phrases.place(row.platform, row.account, moment)}, "
    room = size - 4 - cells.width(state) - 2
    if cells.width(place) > room - 8:
        place = ""
    text = cells.cut(title, max(room - cells.width(place), 0))
    gap = size - 4 - cells.width(place) - cells.width(text) - cells.width(state)
    sign = mark("▌", "focus") if here else Span(" ")
    waits = exchange.state.endswith(" waits")
    said = f"[{exchange.covered}] covered" if exchange.covered else exchange.words
    name = "You" if exchange.who.is_me else voice.name_of(exchange.who)
    second = f"{platform}. {name}: {said}" if narrow else f"{name}: {said}"
    return [
        line(sign, "  ", Span(place, "muted"), Span(text, "text", here), " " * max(gap, 1),
             Span(state, "waits" if waits else "muted"), " ", ground=_ground(here)).padded(size),
        line(sign, "  ", Span(cells.field(second, size - 4), "muted"), " ", ground=_ground(here)).padded(size),
    ]  # fmt: skip
