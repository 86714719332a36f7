"""Pages over the panes: help, made from the table of commands, and the accounts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Literal

from textual.geometry import Size
from textual.strip import Strip

from convo.engine import voice
from convo.engine.standing import RESTS
from convo.engine.when import shown_time, shown_when
from convo.tui import cells
from convo.tui.commands import BOX, COMMANDS, HELP_ROWS, SECTIONS, Command, Place, shown_key
from convo.tui.keymap import Keymap
from convo.tui.lines import EMPTY, Line, Span, emphasised, line, mark
from convo.tui.paint import Scrolled
from convo.tui.phrases import Moment
from convo.views import AccountStatus, Health, Someone

HELP_NAMES: dict[Place, str] = {
    "list": "the list", "thread": "the conversation", "views": "the views", "reply": "the reply box",
    "search": "search", "accounts": "the accounts",
}  # fmt: skip
HELP_ORDER: tuple[Place, ...] = ("list", "thread", "views", "reply", "search", "accounts")


_KEYS = 9
"""Cells of the keys on a row of help."""

PageKind = Literal["help", "accounts", "end", "first", "person"]


class Page(Scrolled, can_focus=True):
    """A page of lines over the body; `marks` are lines with a cursor."""

    BINDINGS = []  # noqa: RUF012

    def __init__(self) -> None:
        super().__init__(id="page")
        self.kind: PageKind | Literal[""] = ""
        self.title = ""
        self.lines: list[Line] = []
        self.index = 0
        self.topic: Place = "list"
        self.filter = ""

    def open(self, kind: PageKind, title: str) -> None:
        """Cover the body."""
        self.kind, self.title, self.index, self.filter = kind, title, 0, ""
        self.display = True
        self.scroll_to(y=0, animate=False, immediate=True)

    @property
    def next_topic(self) -> Place:
        """The place whose keys the help shows next."""
        return HELP_ORDER[(HELP_ORDER.index(self.topic) + 1) % len(HELP_ORDER)]

    def close(self) -> None:
        """Show the body again."""
        self.kind, self.display = "", False

    def show(self, lines: list[Line]) -> None:
        """Paint these lines."""
        self.lines = lines
        self.virtual_size = Size(self.size.width, len(lines))
        self.refresh()

    @property
    def below(self) -> bool:
        """Whether there is more than what is seen, further down."""
        return self.scroll_offset.y + self.app.size.height - 3 < len(self.lines)

    def scroll_lines(self, lines: int) -> None:
        """Scroll by so many lines."""
        most = max(len(self.lines) - self.size.height, 0)
        self.scroll_to(y=max(0, min(self.scroll_offset.y + lines, most)), animate=False, immediate=True)

    def render_line(self, y: int) -> Strip:
        """One line of the screen."""
        place = y + self.scroll_offset.y
        painted = self.lines[place] if place < len(self.lines) else EMPTY
        return self.strip_of(painted, self.size.width)


def help_lines(keymap: Keymap, place: Place, wide: int, words: str = "") -> list[Line]:
    """The keys of a place by section, in as many columns as fit."""
    places = set(BOX) if place == "reply" else {place}
    commands = [command for command in COMMANDS if places & set(command.where) and command.listed]
    blocks = []
    for section in SECTIONS:
        rows = _help_rows([one for one in commands if one.section == section], keymap, words)
        if rows:
            blocks.append([line(Span(section.upper(), bold=True)), *rows])
    count = 3 if wide >= 110 else 2 if wide >= 76 else 1
    size = (wide - 2) // count
    body = _columns(blocks, count, size) if blocks else [line(f' Nothing is called "{words}".')]
    foot = [line(" There is no key to post. convo answers people."),
            emphasised(" Every key can be changed:  [keys] in config.toml", ("[keys]",))]  # fmt: skip
    return [EMPTY, *body, EMPTY, *_keyless(commands, keymap, wide, words), *foot]


def _keyless(commands: list[Command], keymap: Keymap, wide: int, words: str) -> list[Line]:
    """What has no key stands in the palette and in the menu of a row."""
    found = [one.help for one in commands if not keymap.keys(one.name) and words.casefold() in one.help]
    palette = keymap.shown("commands") or "the right mouse button"
    told = f"Without a key, under {palette}: {'; '.join(found)}."
    return [line(" ", part) for part in cells.wrap(told, wide - 2)] if found else []


def _help_rows(commands: list[Command], keymap: Keymap, words: str) -> list[Line]:
    """One row for each command with a key, or for two that belong together."""
    here = {one.name for one in commands}
    second = {pair for name, (pair, _) in HELP_ROWS.items() if name in here and pair in here}
    rows, views = [], list[str]()
    for command in commands:
        keys = list(keymap.keys(command.name)[: 1 if command.name in HELP_ROWS else 2])
        text = command.help
        if command.name in second or not keys:
            continue
        if command.name.startswith("view_"):
            views.append(keys[0].rpartition(" ")[2])
            continue
        pair, both = HELP_ROWS.get(command.name, ("", ""))
        if pair in here and keymap.keys(pair):
            keys, text = [*keys, keymap.keys(pair)[0]], both
        shown = " ".join(shown_key(key) for key in keys)
        if cells.width(shown) > _KEYS:
            shown = shown_key(keys[0])
        if words.casefold() in f"{text} {command.label} {shown}".casefold():
            rows.append(line("  ", Span(cells.pad(shown, _KEYS), "text", True), "  ", text))
    if views and words.casefold() in "go to a view g":
        rows.append(line("  ", Span(cells.pad("g …", _KEYS), "text", True), f"  view {' '.join(views)}"))
    return rows


def _columns(blocks: list[list[Line]], count: int, size: int) -> list[Line]:
    """Blocks one under the other in columns of about the same height."""
    total = sum(len(block) for block in blocks)
    columns: list[list[Line]] = [[] for _ in range(count)]
    place = 0
    for block in blocks:
        if columns[place] and len(columns[place]) + len(block) / 2 > total / count and place < count - 1:
            place += 1
        columns[place] += block
    high = max(len(column) for column in columns)
    rows = []
    for number in range(high):
        spans: list[Span] = [Span(" ")]
        for column in columns:
            part = column[number] if number < len(column) else EMPTY
            spans += _clipped(part, size - 1).padded(size).spans
        rows.append(line(*spans))
    return rows


def _clipped(painted: Line, size: int) -> Line:
    if painted.width <= size:
        return painted
    *first, last = painted.spans
    room = size - sum(cells.width(span.text) for span in first)
    return Line((*first, last._replace(text=cells.cut(last.text, room))), painted.ground)


_HEALTH_ROLES = {Health.FINE: "good", Health.STALE: "waits", Health.SIGN_IN: "trouble"}


def health_words(status: AccountStatus, moment: Moment) -> str:
    """How an account is, on one line."""
    looked = ""
    if status.looked_at is not None:
        local, days = moment.local(status.looked_at), moment.day(status.looked_at)
        looked = (
            shown_time(local)
            if days <= 0
            else f"{voice.ago(status.looked_at, moment.here)}, {shown_time(local)}"
        )
    if status.health is Health.FINE:
        return f"fine, looked at {looked}" if looked else "fine"
    if status.health is Health.RESTING and status.next_at is not None:
        who = "you" if status.words == RESTS else moment.platform_name(status.platform)
        return f"resting until {shown_when(moment.local(status.next_at), moment.here)}, as {who} asked"
    names = {
        Health.SIGN_IN: "sign in again",
        Health.STALE: "no answer",
        Health.OFF: "off",
        Health.LOOKING: "looking",
    }
    word = names.get(status.health, status.health.value)
    return f"{word}; last looked {'at ' if looked[:1].isdigit() else ''}{looked}" if looked else word


def _until_then(status: AccountStatus, kept: Sequence[Someone], moment: Moment) -> str:
    """What an account that must be signed in to still shows, and whose answers wait for it."""
    words = ""
    if status.looked_at is not None:
        words = f"you see what came before {voice.moment_long(status.looked_at, moment.here)}."
    if kept:
        noun = "answer" if len(kept) == 1 else "answers"
        verb, they = ("is", "goes") if len(kept) == 1 else ("are", "go")
        words += f" Your {noun} to {voice.names(kept)} {verb} kept and {they} out when you have signed in."
    return words.strip()


def accounts_lines(
    accounts: tuple[AccountStatus, ...], index: int, wide: int, moment: Moment, kept: Sequence[Someone] = (),
    by_hand: Collection[str] = (),
) -> list[Line]:  # fmt: skip
    """The accounts, and below them what to do about the one under the cursor.

    `kept` are people whose answers wait for it; with accounts `by_hand` one answers in the browser.
    """
    rows: list[Line] = [EMPTY]
    names = max((cells.width(one.name) for one in accounts), default=4)
    kinds = max((cells.width(moment.platform_name(one.platform)) for one in accounts), default=4)
    for place, status in enumerate(accounts):
        words = health_words(status, moment)
        if status.name in by_hand and status.health is Health.FINE:
            words += "; you answer in the browser"
        rows += _account_rows(status, place == index, min(names, 20), min(kinds, 14), wide, moment, words)
    here = index >= len(accounts)
    sign = mark("▌", "focus") if here else Span(" ")
    adding = line(sign, "  ", Span("one more place …", "text", here), ground="cursor" if here else "base")
    rows.append(adding.padded(wide))
    if here:
        return rows
    chosen = accounts[index]
    rows.append(EMPTY)
    label = 15
    advice, until = chosen.advice, ""
    if chosen.health is Health.SIGN_IN:
        advice = f"Enter signs in again here; or run  convo login {chosen.name}"
        until = _until_then(chosen, kept, moment)
    about = [
        ("It said", chosen.words),
        ("What to do", advice),
        ("Until then", until),
        ("You are", chosen.handle),
    ]
    for head, text in about:
        if not text:
            continue
        parts = cells.wrap(text, max(wide - label - 2, 20))[:3]
        rows.append(line(" ", Span(cells.pad(head, label), "muted"), parts[0]))
        rows += [line(" " * (label + 1), part) for part in parts[1:]]
    return rows


def _account_rows(
    status: AccountStatus, here: bool, names: int, kinds: int, wide: int, moment: Moment, words: str
) -> list[Line]:
    role = _HEALTH_ROLES.get(status.health, "muted")
    trouble = status.health in (Health.SIGN_IN, Health.STALE, Health.RESTING)
    ground = "cursor" if here else "base"
    first = [
        mark("▌", "focus") if here else Span(" "),
        mark("!", "trouble") if trouble and status.health is not Health.RESTING else Span(" "),
        Span(" "),
        Span(cells.fit(status.name, names), "text", here),
        Span("  "),
        Span(cells.fit(moment.platform_name(status.platform), kinds), "muted"),
    ]
    if wide >= 76:
        room = wide - 4 - names - kinds - 4
        return [line(*first, "  ", Span(cells.cut(words, room), role), ground=ground).padded(wide)]
    second = line(
        mark("▌", "focus") if here else " ", "  ", Span(cells.cut(words, wide - 4), role), ground=ground
    )
    return [line(*first, ground=ground).padded(wide), second.padded(wide)]
