"""Rows of lists and the lines around them, as styled lines (SCREENS.md sections 4 and 5).

Here and in `entries` is the only place that builds styled text; nothing is ever parsed as markup.
"""

from __future__ import annotations

from collections.abc import Collection

from convo.engine import why
from convo.engine.when import DAYS, shown_time
from convo.model import Reason, Visibility
from convo.people import PersonRow
from convo.tui import cells, phrases
from convo.tui.lines import Line, Span, line, mark, with_keys
from convo.tui.phrases import Age, Moment
from convo.values import frozen
from convo.views import Draft, Entry, Hit, OutboxRow, OutboxState, Row, Someone, State, View

HIT = "\u200b"
"""Stands round each hit in a snippet."""

_TAG_ROLES = {
    "unsure": "trouble",
    "not sent": "trouble",
    "to paste": "waits",
    "to approve": "waits",
    "woke": "focus",
    "reopened": "focus",
    "new": "focus",
    "first time": "focus",
    "draft": "good",
    "sent": "good",
}


_LOOKS = frozenset({"woke", "reopened", "new", "first time"})
"""Tags that only say what the user has not looked at yet."""


@frozen
class Fields:
    """What a row of two lines holds, before it is cut to a width."""

    name: str
    place: str
    age: Age
    words: str
    tag: str = ""
    handle: str = ""
    platform: str = ""
    circle: bool = False
    strong: bool = False
    faded: bool = False
    """The row stays only until the cursor leaves it."""


@frozen
class RowLook:
    """How one row is painted: the width of its list, and whether the cursor is on it."""

    size: int
    cursor: str = ""
    """"focus", "blur", or "" when the cursor is elsewhere."""
    marked: bool = False
    twins: Collection[str] = ()
    """Names that more than one person in the list has."""


@frozen
class Columns:
    """Cells of the fields of a row: name, place, age, the gaps between, and whether ages are long."""

    name: int
    place: int
    age: int
    gap: int


def columns(size: int) -> Columns:
    """The columns of SCREENS.md section 4 for a list this wide."""
    if size >= 76:
        place, age, gap = 30, 15, 2
    elif size >= 60:
        place, age, gap = 22, 7, 2
    elif size >= 48:
        place, age, gap = 18, 6, 1
    else:
        place, age, gap = max(size - 30, 0), 6, 1
    return Columns(max(size - 5 - place - age - 2 * gap, 12), place, age, gap)


def row_lines(fields: Fields, look: RowLook) -> tuple[Line, Line]:
    """The two lines of a row, filled to the whole width."""
    cols = columns(look.size)
    name = fields.name
    if name in look.twins and fields.handle and fields.handle != name:
        name = f"{name} {fields.handle}"
    place_text = fields.place if look.size >= 48 else fields.platform or fields.place
    age = fields.age.long if cols.age >= 15 and cells.width(fields.age.long) <= cols.age else fields.age.short
    bold = (fields.strong or bool(look.cursor)) and not fields.faded
    ground = "cursor" if look.cursor else "base"
    cursor = _cursor(look.cursor)
    first = line(
        cursor,
        mark("x", "focus") if look.marked else " ",
        mark("•", "circle") if fields.circle else " ",
        " ",
        Span(cells.field(name, cols.name), "muted" if fields.faded else "text", bold),
        " " * cols.gap,
        Span(cells.field(place_text, cols.place), "muted"),
        " " * cols.gap,
        Span(cells.right(age, cols.age), "waits" if fields.age.old and not fields.faded else "muted"),
        ground=ground,
    )
    second = line(cursor, "   ", *_words(fields, look.size - 5), ground=ground)
    return first.padded(look.size), second.padded(look.size)


def _cursor(state: str) -> Span:
    if not state:
        return Span(" ")
    return mark("▌" if state == "focus" else "·", "focus" if state == "focus" else "muted")


def _words(fields: Fields, room: int) -> list[Span]:
    """The second line: words, and the tag at the right."""
    tag = cells.cut(fields.tag, 14)
    space = room - (cells.width(tag) + 2 if tag else 0)
    spans = hit_spans(fields.words, max(space, 0))
    if not tag:
        return spans
    role = "muted" if fields.faded else _TAG_ROLES.get(tag, "muted")
    return [*spans, Span("  "), Span(tag, role)]


def hit_spans(text: str, size: int, role: str = "muted") -> list[Span]:
    """A text in a fixed field with the hits of a search bold and underlined."""
    parts = text.split(HIT)
    if len(parts) == 1:
        return [Span(cells.field(text, size), role)]
    spans, left = [], size
    for place, part in enumerate(parts):
        part = cells.plain_emoji(part)
        rest = place < len(parts) - 1
        fits = cells.width(part) <= left - (1 if rest else 0)
        shown = part if fits else cells.cut(part + " ", left)
        spans.append(Span(shown, "text" if place % 2 else role, bool(place % 2), bool(place % 2)))
        left -= cells.width(shown)
        if not fits or left <= 0:
            break
    closing = cells.LEFT_TO_RIGHT if cells.has_right_to_left(text) else ""
    return [*spans, Span(closing + " " * max(left, 0))]


def _said(row: Row) -> str:
    """The words of a row: what was said to the user, or what stands in their place."""
    if row.state is State.QUIET and row.reason:
        return f"{why.quiet_words(row.reason)}: {row.words}" if row.words else why.quiet_words(row.reason)
    if row.covered:
        return f"[{row.covered}] covered, z shows it"
    if row.reason == Reason.REVIEW.value:
        return f"asks for your review: {row.title or row.words}"
    if row.visibility is Visibility.DIRECT:
        return f"only to you: {row.words}"
    return row.words


def _expected(view: View) -> frozenset[State]:
    """The states a thread may have in a view; empty where any will do."""
    try:
        return frozenset({State(view.value)})
    except ValueError:
        return frozenset()


def fields_of_row(row: Row, view: View, moment: Moment, leaving: OutboxRow | None = None) -> Fields:
    """A conversation in a list."""
    expected = _expected(view)
    faded = bool(expected) and row.state not in expected
    name, handle = _named(row.who)
    tag = phrases.tag(row, expected, leaving, moment)
    age = phrases.age(row.waiting_since or row.state_since or row.last_message_at, moment)
    if row.state is State.SNOOZED:
        age = phrases.coming(row.snoozed_until, moment)
        tag = tag if tag and tag not in _LOOKS else _wakes(row, moment)
    elif row.state is State.ANSWERED:
        age = phrases.age(row.last_message_at, moment)
        tag = tag or ("their turn" if row.last_is_me else "")
    elif row.state in (State.DONE, State.MUTED):
        age = phrases.age(row.state_since or row.last_message_at, moment)
    return Fields(
        name=name,
        place=phrases.place(row.platform, row.account, moment),
        age=age,
        words=_said(row),
        tag=tag,
        handle=handle,
        platform=moment.platform_name(row.platform),
        circle=row.who is not None and row.who.circle,
        strong=row.unread,
        faded=faded,
    )


def _wakes(row: Row, moment: Moment) -> str:
    if row.snoozed_until is None:
        return "until reply"
    local = moment.local(row.snoozed_until)
    return f"{DAYS[local.weekday()]} {shown_time(local)}"


def _named(who: Someone | None) -> tuple[str, str]:
    if who is None or who.is_me:
        return "You", ""
    return who.shown, phrases.at_handle(who)


def fields_of_hit(hit: Hit, entry: Entry | None, moment: Moment) -> Fields:
    """A conversation found by a search."""
    plain = fields_of_row(hit.row, View.ALL, moment)
    name, handle = plain.name, plain.handle
    author = entry.author if entry else None
    if author is not None and author.is_me and hit.row.who is not None:
        name = f"You, to {hit.row.who.shown}"
    elif author is not None:
        name, handle = _named(author)
    return Fields(
        name=name,
        place=plain.place,
        age=phrases.age(entry.created_at if entry else hit.row.last_message_at, moment),
        words=hit.snippet,
        handle=handle,
        platform=plain.platform,
        circle=plain.circle,
    )


def fields_of_outbox(row: OutboxRow, moment: Moment, motion: bool = True) -> Fields:
    """An answer on its way."""
    return Fields(
        name=f"To {row.to.shown}",
        place=phrases.place(row.platform, row.account, moment),
        age=phrases.age(row.created_at, moment),
        words=" ".join(row.text.split()),
        tag=phrases.outbox_tag(row, moment, motion),
        handle=phrases.at_handle(row.to),
        platform=moment.platform_name(row.platform),
        circle=row.to.circle,
        strong=row.state in (OutboxState.UNSURE, OutboxState.FAILED),
    )


def fields_of_draft(draft: Draft, message: Entry | None, platform: str, moment: Moment) -> Fields:
    """Words waiting to be finished."""
    who = message.author if message else None
    return Fields(
        name=f"To {who.shown}" if who and not who.is_me else "You",
        place=phrases.place(platform, draft.account, moment),
        age=phrases.age(draft.touched_at, moment),
        words=" ".join(draft.text.split()),
        tag="draft",
        platform=moment.platform_name(platform),
        circle=who is not None and who.circle,
    )


def fields_of_person(row: PersonRow, moment: Moment) -> Fields:
    """Somebody in the list of people: since when it is this turn, and the last thing said."""
    said = f"[{row.covered}] covered" if row.covered else row.words
    return Fields(
        name=row.person.shown,
        place=phrases.place(row.platform, row.account, moment),
        age=phrases.age(row.since, moment),
        words=f"You: {said}" if row.last_is_me else said,
        tag="put off" if row.put_off else "",
        handle=phrases.at_handle(row.person),
        platform=moment.platform_name(row.platform),
        circle=row.person.circle,
    )


def top_line(left: str, right: str, size: int, brand: bool, waits: bool) -> Line:
    """Left the view or title, right who waits."""
    start = [Span("convo", "focus", bold=True, mark=True), Span("  ")] if brand else []
    used = 1 + sum(cells.width(span.text) for span in start)
    room = size - used - 1
    right_text = cells.cut(cells.plain_emoji(right), max(room - 12, 0))
    free = room - cells.width(right_text) - (2 if right_text else 0)
    left_text = cells.cut(cells.plain_emoji(left), max(free, 0))
    gap = room - cells.width(left_text) - cells.width(right_text)
    role = "waits" if waits else "muted"
    return line(
        " ", *start, Span(left_text, bold=True), " " * max(gap, 0), Span(right_text, role), " ", ground="edge"
    )


def status_line(left: str, right: str, size: int, trouble: bool = False, good: bool = True) -> Line:
    """Left the newest word to the user, right the accounts or the answer about to leave."""
    room = size - 2
    right_text = cells.cut(cells.plain_emoji(right), room)
    free = room - cells.width(left) - cells.width(right_text) - 2
    if free < 0 and left:
        right_text = ""
    left_text = cells.cut(cells.plain_emoji(left), room - (cells.width(right_text) + 2 if right_text else 0))
    gap = room - cells.width(left_text) - cells.width(right_text)
    role = "trouble" if trouble else "text"
    return line(
        " ",
        *with_keys(left_text, role),
        " " * max(gap, 0),
        Span(right_text, "good" if good else "muted"),
        " ",
        ground="field",
    )


def key_line(keys: list[tuple[str, str, str]], size: int) -> Line:
    """The keys that matter here (key, label, command id), dropped from the right but for the last one."""
    shown = list(keys)

    def total() -> int:
        return sum(cells.width(key) + 1 + cells.width(label) for key, label, _ in shown) + 2 * (
            len(shown) - 1
        )

    while len(shown) > 1 and total() > size - 1:
        del shown[-2]
    spans: list[Span] = [Span(" ")]
    for place, (key, label, command) in enumerate(shown):
        spans += [Span("  ", "muted")] if place else []
        spans += [Span(key, "text", True, target=command), Span(f" {label}", "muted", target=command)]
    return line(*spans, ground="edge").padded(size)
