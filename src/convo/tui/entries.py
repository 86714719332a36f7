"""An open conversation as styled lines: head lines, texts, folds, quotes, code, links (SCREENS.md 5 and 7.1)."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import field
from urllib.parse import urlsplit

from convo.model import Link, Reason, Visibility
from convo.text import one_line
from convo.tui import cells, phrases
from convo.tui.lines import Line, Span, line, mark
from convo.tui.phrases import Moment
from convo.values import expression, frozen
from convo.views import Entry, Someone

TEXT_WIDTH = 72
"""In a pane wider than 80 text is never wider than this."""


@frozen
class Fold:
    """Messages that stand folded under one line. `where` is "earlier", "between", "later" or "new"."""

    key: str
    entries: tuple[Entry, ...]
    where: str


@frozen
class Frame:
    """What an entry is drawn with: width of the pane, the people, what is uncovered, and the present."""

    size: int
    moment: Moment
    authors: dict[str, Someone] = field(default_factory=dict)
    """Author by URI of their message, to say to whom an answer goes."""
    uncovered: Collection[int] = ()
    leaving: dict[str, str] = field(default_factory=dict)
    """What stands at the right of an own message on its way, by URI."""
    answering: bool = False
    """The reply box is open: keys of the conversation are not named."""


def whom(entry: Entry, frame: Frame) -> str:
    """To whom a message speaks, in words."""
    if entry.visibility is Visibility.DIRECT and not entry.author.is_me:
        return "only to you"
    if entry.addressed is Reason.COMMENT:
        return "on your text"
    if entry.addressed is not None:
        return "to you"
    parent = frame.authors.get(entry.parent_uri)
    if parent is not None:
        if parent.is_me and not entry.author.is_me:
            return "to you"
        if parent.uid != entry.author.uid:
            return f"to {phrases.first_name(parent)}"
        return ""
    if entry.parent_uri or not entry.author.is_me:
        return ""
    return {
        Visibility.PUBLIC: "to everyone",
        Visibility.UNLISTED: "to everyone, unlisted",
        Visibility.FOLLOWERS: "to followers",
    }.get(entry.visibility, "")


def _status(entry: Entry, frame: Frame) -> list[tuple[str, str]]:
    leaving = frame.leaving.get(entry.uri)
    if leaving:
        return [(leaving, "focus")]
    words = []
    if entry.held:
        words.append(("to approve", "waits"))
    elif entry.waiting:
        words.append(("waits", "waits"))
    if entry.new and not entry.author.is_me:
        words.append(("new", "focus"))
    if entry.edited_at is not None:
        words.append(("edited", "muted"))
    return words


def head_line(entry: Entry, frame: Frame) -> Line:
    """Mark, who, to whom; right the time and what there is to say. Never wraps."""
    mine, room = entry.author.is_me, frame.size - 4
    sign = "│" if mine else "»" if entry.waiting or entry.held else "+" if entry.new else " "
    sign_role = "focus" if mine else "waits" if sign == "»" else "focus"
    who = "You" if mine else cells.plain_emoji(entry.author.shown)
    to = whom(entry, frame)
    words = _status(entry, frame)
    leaving = bool(frame.leaving.get(entry.uri))
    long, short = phrases.stamp(entry.created_at, frame.moment)
    tail = ", ".join(word for word, _ in words)

    def total(time: str, target: str) -> int:
        right = tail if leaving else ", ".join(part for part in (time, tail) if part)
        return cells.width(who) + (2 + cells.width(target) if target else 0) + 2 + cells.width(right)

    time = long
    if total(time, to) > room:
        spare = room - total(time, "") - 2
        to = cells.cut(to, spare) if spare >= 4 else ""
    if total(time, to) > room:
        time = short
    if leaving:
        time = ""
    right: list[Span] = [Span(time, "muted")] if time else []
    for word, role in words:
        right += [Span(", ", "muted")] if right else []
        right.append(Span(word, role))
    taken = sum(cells.width(span.text) for span in right)
    who = cells.cut(who, max(room - taken - 2 - (2 + cells.width(to) if to else 0), 4))
    left = [Span(who, "focus" if mine else "text", bold=entry.new or entry.waiting)]
    if to:
        left.append(Span(f", {to}", "muted"))
    gap = room - taken - sum(cells.width(span.text) for span in left)
    closing = cells.LEFT_TO_RIGHT if cells.has_right_to_left(who) else ""
    return line(" ", mark(sign, sign_role), " ", *left, closing + " " * max(gap, 0), *right)


def entry_lines(entry: Entry, frame: Frame) -> list[Line]:
    """A message: head line and text, the rail before the user's own."""
    rail = mark("│", "focus") if entry.author.is_me else Span(" ")
    width = frame.size - 4 if frame.size <= 80 else TEXT_WIDTH
    body = body_lines(entry, frame, width)
    return [
        head_line(entry, frame),
        *(line(" ", rail, " ", *part.spans, ground=part.ground) for part in body),
    ]


def body_lines(entry: Entry, frame: Frame, width: int) -> list[Line]:
    """What a message says, without its head line."""
    if entry.deleted:
        who = "You" if entry.author.is_me else phrases.first_name(entry.author)
        return [line(Span(f"{who} took this message back.", "muted"))]
    if entry.content_warning and entry.message_id not in frame.uncovered:
        cover = f"covered: {entry.content_warning}. z shows it"
        return [line(Span(part, "muted")) for part in cells.wrap(cover, width)]
    lines: list[Line] = []
    if entry.content_warning:
        lines += [line(Span(part, "muted")) for part in cells.wrap(entry.content_warning, width)]
    for quote in entry.quotes:
        lines += _quoted(quote.text or quote.uri, width)
    lines += text_lines(entry.text, width)
    lines += _attachments(entry, frame, width)
    lines += [line(Span(part, "focus", underline=True)) if first else line(Span(part, "muted"))
              for shown in entry.links for part, first in _link(shown, width)]  # fmt: skip
    if entry.held:
        lines += [line(Span(part, "muted")) for part in cells.wrap(HELD, width)]
    return lines or [line(Span("no words", "muted"))]


HELD = "Only you can see this until you approve it."


def text_lines(text: str, width: int) -> list[Line]:
    """A stranger's text as written: paragraphs wrapped, quotes dim, code on its rail, one blank at most."""
    lines: list[Line] = []
    code = blank = False
    for row in text.split("\n"):
        row = row.expandtabs(4)
        if row.startswith("```"):
            code = not code
            continue
        if code:
            lines.append(_code(row, width))
        elif row.startswith(">"):
            lines += _quoted(row.lstrip("> "), width)
        elif not row.strip():
            blank = bool(lines)
            continue
        else:
            if blank:
                lines.append(line())
            lines += _paragraph(row, width)
        blank = False
    return lines


def _paragraph(row: str, width: int) -> list[Line]:
    bold = bool(re.match(r"#{1,6} ", row))
    text = row.lstrip("#").strip() if bold else row.rstrip()
    indent = "  " if text.startswith("- ") else ""
    first, *rest = cells.wrap(text, width)
    parts = (
        [first, *(indent + part for part in cells.wrap(" ".join(rest), width - len(indent)))]
        if rest
        else [first]
    )
    if cells.right_to_left(text):
        return [line(" " * (width - cells.width(part)), Span(part, bold=bold)) for part in parts]
    return [line(Span(part, bold=bold)) for part in parts]


def _quoted(text: str, width: int) -> list[Line]:
    """Somebody else's words inside a message."""
    parts = [part for row in text.split("\n") for part in cells.wrap(row, width - 2)]
    return [line(Span("> ", "muted", mark=True), Span(part, "muted")) for part in parts[:12]]


def _code(row: str, width: int) -> Line:
    return line(mark("│", "muted"), Span(" " + cells.fit(row, width - 2)), ground="field")


_KINDS = {"image": "picture", "gifv": "video", "audio": "sound", "unknown": "file"}


def _attachments(entry: Entry, frame: Frame, width: int) -> list[Line]:
    lines: list[Line] = []
    for item in entry.attachments:
        kind = _KINDS.get(item.kind, item.kind)
        words = one_line(item.alt) or "no description"
        if words[-1].isalnum():
            words += "."
        help_words = "" if frame.answering or kind == "poll" else " f opens it."
        for place, part in enumerate(cells.wrap(f"[{kind}] {words}{help_words}", width)):
            tag = f"[{kind}]"
            spans = (
                (Span(tag, "muted"), Span(part[len(tag) :]))
                if place == 0 and part.startswith(tag)
                else (Span(part),)
            )
            lines.append(line(*spans))
    return lines


def host_shown(host: str) -> str:
    """A host as it is safe to show: one of mixed scripts in its xn-- form, with a mark before it."""
    if host.isascii():
        return host
    for label in host.split("."):
        scripts = {_script(sign) for sign in label if sign.isalpha()}
        if len(scripts) > 1:
            try:
                return "! " + host.encode("idna").decode()
            except UnicodeError:
                return "! " + host.encode("ascii", "backslashreplace").decode()
    return host


def _script(letter: str) -> str:
    import unicodedata

    return unicodedata.name(letter, "?").split(" ")[0]


_HOST = expression(r"\s*(?:https?://)?((?:[\w-]+\.)+[a-z]{2,})(?:[/:?#]\S*)?\s*", re.IGNORECASE)


def link_words(link: Link) -> str:
    """A link by its true host, with what its text claims where that names another."""
    parts = urlsplit(link.url)
    host = (parts.hostname or "").removeprefix("www.")
    path = parts.path.rstrip("/") + (f"?{parts.query}" if parts.query else "")
    shown = f"link: {host_shown(host)}{path}"
    text = one_line(link.text)
    claimed = _HOST.fullmatch(text)
    if claimed is None or claimed.group(1).lower().removeprefix("www.") == host.lower():
        return (
            shown
            if claimed is not None or not text or "://" in text
            else f"{shown}   (the text says: {text})"
        )
    return f"{shown} (the text says: {claimed.group(1)})"


def _link(link: Link, width: int) -> list[tuple[str, bool]]:
    words = link_words(link)
    start, bracket, claim = words.partition("(the text says:")
    host_end = len("link: ") + len(host_shown((urlsplit(link.url).hostname or "").removeprefix("www.")))
    address = cells.cut_middle(start.rstrip(), width, keep=host_end)
    whole = f"{address} {'  ' if start.endswith('   ') else ''}{bracket}{claim}" if bracket else address
    if cells.width(whole) <= width:
        return [(whole, True)]
    return [(address, True), *((part, False) for part in cells.wrap(bracket + claim, width))]


def fold_line(fold: Fold, frame: Frame, under_cursor: bool, hint: str = "") -> Line:
    """Folded messages by the names of who wrote them."""
    people: dict[str, Someone] = {}
    for entry in fold.entries:
        people.setdefault(entry.author.uid, entry.author)
    others = list(people.values())
    if fold.where == "between":
        shown = [("You" if who.is_me else phrases.first_name(who)) for who in others]
        words = f"{phrases.three_names(shown)} went on from here"
    else:
        shown = ["You" if who.is_me else who.shown for who in others]
        listed = ", ".join(shown[:3]) + (" and others" if len(shown) > 3 else "")
        words = f"{fold.where}: {listed}"
    right = hint or ("Enter opens" if under_cursor else "")
    room = frame.size - 4
    space = room - (cells.width(right) + 2 if right else 0)
    text = cells.field(words, space).rstrip(" ")
    gap = room - cells.width(text) - cells.width(right)
    return line(" ", mark("+", "muted"), " ", Span(text, "muted"), " " * max(gap, 0), Span(right, "muted"))
