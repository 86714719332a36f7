"""The reply box: whom it answers, who may read it, the words, and whether they are kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import PurePath
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import TextArea

from convo.model import Measure, Mention, Visibility
from convo.tui import cells, phrases
from convo.tui.lines import Line, Span, ends, line, mark
from convo.tui.paint import Painted
from convo.values import frozen
from convo.views import Draft, Someone

if TYPE_CHECKING:
    from convo.engine.answers import Terms
    from convo.tui.naming import Names
    from convo.tui.screen import InboxScreen

SMALL, TALL = 7, 12
"""Lines of the box: at least and at most."""


class Words(TextArea):
    """The text field of an answer; every printable key is text."""

    def __init__(self) -> None:
        super().__init__(
            id="words", soft_wrap=True, show_line_numbers=False, tab_behavior="focus", compact=True,
            highlight_cursor_line=False,
        )  # fmt: skip
        self.cursor_blink = False

    @property
    def cursor_offset(self) -> int:
        """The cursor as a number of characters from the start."""
        row, column = self.cursor_location
        return sum(len(text) + 1 for text in self.text.split("\n")[:row]) + column

    def put(self, text: str, cursor: int) -> None:
        """Load a draft with its cursor."""
        self.load_text(text)
        before = text[:cursor].split("\n")
        self.move_cursor((len(before) - 1, len(before[-1])))


@frozen
class Looks:
    """What the frame round the words says."""

    readers: str
    public: bool
    kept: str
    measure: Measure | None
    platform: str
    trouble: bool = False


def reader_words(terms: Terms, visibility: Visibility, first: str) -> str:
    """The title of the box: who may read it, and how that compares with the message."""
    words = phrases.readers(visibility, terms.message.author)
    theirs = terms.message.visibility
    if theirs is Visibility.PUBLIC and visibility is Visibility.PUBLIC:
        return words
    if visibility is theirs:
        return f"{words}, as {first} wrote it"
    if visibility.strictness > theirs.strictness:
        return f"{words}, narrower than {first}'s"
    return f"{words}, wider than {first}'s"


def top_edge(looks: Looks, size: int) -> Line:
    """The upper edge with who may read it: single for public, double for not."""
    left, fill, end = ("┌─", "─", "┐") if looks.public else ("╔═", "═", "╗")
    role = "focus" if looks.public else "circle"
    title = cells.cut(cells.plain_emoji(looks.readers), size - 6)
    rest = fill * max(size - cells.width(title) - 5, 0) + end
    return line(mark(left, role), Span(f" {title} ", "text"), mark(rest, role), ground="field")


def side_edge(looks: Looks) -> Line:
    """One cell of the frame."""
    return line(mark("│" if looks.public else "║", "focus" if looks.public else "circle"), ground="field")


def bottom_edge(looks: Looks, size: int) -> Line:
    """The lower edge with "draft kept" and the room that is left."""
    left, fill, end = ("└", "─", "─┘") if looks.public else ("╚", "═", "═╝")
    role = "focus" if looks.public else "circle"
    parts = [Span(looks.kept, "good" if looks.kept == "draft kept" else "muted")] if looks.kept else []
    room = room_words(looks)
    if room is not None:
        parts += [Span(", ", "muted")] if parts else []
        parts.append(room)
    taken = sum(cells.width(span.text) for span in parts)
    inner = [Span(" "), *parts, Span(" ")] if parts else []
    rest = fill * max(size - taken - (2 if parts else 0) - 3, 0)
    return line(mark(left + rest, role), *inner, mark(end, role), ground="field")


def room_words(looks: Looks) -> Span | None:
    """The room left as the platform counts, None where it states no limit."""
    measure = looks.measure
    if measure is None or measure.room is None or measure.limit is None:
        return None
    if measure.room < 0:
        return Span(f"too long by {-measure.room}", "trouble", True)
    tight = measure.room * 10 < measure.limit
    return Span(f"room for {measure.room}", "waits" if tight else "muted")


def answer_line(terms: Terms, size: int, platform: str, own: str = "Go on after your own words") -> Line:
    """Whom, with the handle where it fits, and from which identity."""
    who = terms.message.author
    me = phrases.at_handle(terms.me)
    source = f"from {me}" + (f", {platform}" if size >= 76 else "")
    name = f"Answer {cells.plain_emoji(who.shown)}" if not who.is_me else own
    handle = f" ({phrases.at_handle(who)})" if who.name not in ("", who.handle) and not who.is_me else ""
    room = size - 2 - cells.width(source) - 2
    text = name + handle if cells.width(name + handle) <= room else name
    body = ends(Span(text, bold=True), Span(cells.cut(source, size - 12), "muted"), size - 2)
    return line(" ", *body.spans, " ")


def chips_line(audience: tuple[Mention, ...], dropped: frozenset[str], names: dict[str, str], size: int,
               at: int | None) -> Line:  # fmt: skip
    """The people it goes to; the author first, the others with an x, the dropped ones dim."""
    spans: list[Span] = [Span(" "), Span("to", "muted")]
    used = 3
    hint = "Ctrl+T" if at is None else "x drops"
    for place, person in enumerate(audience):
        gone = person.uid in dropped
        name = cells.plain_emoji(names.get(person.uid) or person.handle)
        text = f"[{name}]" if place == 0 or gone else f"[{name} x]"
        if used + cells.width(text) + 1 > size - 2 - cells.width(hint) - 2:
            spans += [Span(" "), Span("…", "muted")]
            used += 2
            break
        role = "muted" if gone else "circle"
        here = at == place
        spans += [Span(" "), Span(text, role, bold=here, underline=here, target=f"person {place}")]
        used += 1 + cells.width(text)
    gap = size - 1 - used - cells.width(hint)
    return line(*spans, " " * max(gap, 1), Span(hint, "muted"), " ")


class ReplyBox(Vertical):
    """The box under the message. Knows its draft; the engine keeps it."""

    class Changed(Message):
        """A keystroke changed the draft."""

    def __init__(self) -> None:
        super().__init__(id="reply")
        self.terms: Terms | None = None
        self.draft: Draft | None = None
        self.kept = ""
        self.measure: Measure | None = None
        self.cautions: tuple[str, ...] = ()
        self._warned: Draft | None = None
        """The draft that the cautions are about."""
        self.person: int | None = None
        """The chip under the cursor, None while the words have the focus."""
        self.platform = ""
        self.small = False
        """While the whole conversation is shown only three lines are left for the box."""
        self.pasting = False
        """The place takes no answers from here: the words are copied, and its page opened."""
        self.names_open: Names | None = None
        """The names listed for the word that was begun."""
        self.names_closed = ""
        """The begun word whose names were closed."""
        self.names: dict[str, str] = {}
        self.height = 0
        """The lines it takes as it was painted last."""
        self._loading = False
        self.words = Words()
        """The text field; it has its words also when the screen is taken away."""

    def compose(self) -> ComposeResult:
        """Lines above, the frame with the words, lines below."""
        yield Painted(id="reply-head")
        yield Painted(id="reply-top", ground="field")
        with Horizontal(id="reply-middle"):
            yield Painted(id="reply-left", ground="field")
            yield self.words
            yield Painted(id="reply-right", ground="field")
        yield Painted(id="reply-bottom", ground="field")

    def open(self, terms: Terms, draft: Draft, names: dict[str, str], platform: str) -> None:
        """Show a draft to a message."""
        self.terms, self.draft, self.names, self.platform = terms, draft, names, platform
        self.cautions, self.person, self.small = (), None, False
        self.pasting = not draft.edits and "answer" not in {verb.value for verb in terms.can.verbs}
        self.names_open, self.names_closed = None, ""
        begun = terms.draft is not None or not draft.edits  # else they are the words that stand there
        self.kept = "draft kept" if draft.text and begun else ""
        self._loading = True
        self.words.put(draft.text, draft.cursor)
        self.display = True

    def meet(self, people: Iterable[Someone]) -> None:
        """Whoever turns up in the conversation while one writes is called by name, as its author is."""
        uids = {one.uid for one in self.terms.audience} if self.terms else set()
        self.names.update((who.uid, who.shown) for who in people if who.uid in uids)

    def close(self) -> None:
        """Take it away; the draft stays with the engine."""
        self.display = False
        self.terms = self.draft = None

    def take(self) -> Draft | None:
        """The draft as it stands in the box now."""
        if self.draft is None:
            return None
        if self.words.text != self.draft.text:  # the word of the last keystrokes may be on its way yet
            self.kept = "keeping …"
        self.draft = replace(self.draft, text=self.words.text, cursor=self.words.cursor_offset)
        return self.draft

    def warn(self, words: tuple[str, ...]) -> None:
        """Say this above the box; the next change of the draft takes it away."""
        self.cautions, self._warned = words, self._content()

    def forget_warning(self) -> None:
        """The draft changed; the word of a change from before the warning is none."""
        if self._warned != self._content():
            self.cautions, self._warned = (), None

    def _content(self) -> Draft | None:
        draft = self.take()
        return replace(draft, cursor=0) if draft is not None else None

    def change(self, draft: Draft) -> None:
        """Something but the words changed: readers, people, warning."""
        self.draft = draft
        self.post_message(self.Changed())

    @property
    def edits(self) -> bool:
        """Whether the words change an own message, and are no new answer."""
        return self.draft is not None and bool(self.draft.edits)

    @property
    def visibility(self) -> Visibility:
        """Who may read it as it stands."""
        if self.draft is not None and self.draft.visibility is not None:
            return self.draft.visibility
        return self.terms.visibility if self.terms else Visibility.PUBLIC

    @property
    def leaves_at_once(self) -> bool:
        """Whether there is no time to take it back: only-to-you messages, and chats."""
        return self.visibility is Visibility.DIRECT or (
            self.terms is not None and self.terms.can.undo_seconds == 0
        )

    @property
    def warning(self) -> str:
        """The content warning as it stands."""
        if self.draft is not None and self.draft.content_warning is not None:
            return self.draft.content_warning
        return self.terms.content_warning if self.terms else ""

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        """A keystroke; loading a draft is none."""
        event.stop()
        if self._loading:
            self._loading = False
            if self.draft is not None and self.words.text == self.draft.text:
                return
        self.post_message(self.Changed())

    def draw(self, size: int, high: int, note_fits: bool) -> None:
        """Paint everything round the words for a pane of this width with this much room."""
        terms, draft = self.terms, self.draft
        if terms is None or draft is None or size < 12 or not self.query(Words):
            return
        public = self.visibility.strictness < Visibility.FOLLOWERS.strictness
        first = phrases.first_name(terms.message.author)
        looks = Looks(
            reader_words(terms, self.visibility, first), public, self.kept, self.measure, self.platform
        )
        head = self._head(terms, draft, size, note_fits)
        self.query_one("#reply-head", Painted).show(head)
        self.query_one("#reply-top", Painted).show([top_edge(looks, size)])
        self.query_one("#reply-bottom", Painted).show([bottom_edge(looks, size)])
        room = max(high - len(head) - 2, 1)
        inner = 1 if self.small else max(min(room, max(self._text_lines(size - 4), SMALL), TALL), 1)
        for name in ("#reply-left", "#reply-right"):
            self.query_one(name, Painted).show([side_edge(looks)] * inner)
        self.query_one("#reply-middle").styles.height = inner
        self.height = len(head) + inner + 2
        self.styles.height = self.height

    def _text_lines(self, size: int) -> int:
        return sum(len(cells.wrap(row, size)) for row in self.words.text.split("\n"))

    def _head(self, terms: Terms, draft: Draft, size: int, note_fits: bool) -> list[Line]:
        rows = [
            line(" ", Span(part, "waits")) for words in self.cautions for part in cells.wrap(words, size - 2)
        ]
        if self.small:
            return rows
        own = ("Change your own words",) if draft.edits else ()
        rows.append(answer_line(terms, size, self.platform, *own))
        if terms.audience and not self.pasting and not draft.edits:
            dropped = frozenset(draft.dropped)
            rows.append(chips_line(terms.audience, dropped, self.names, size, self.person))
        if terms.note and note_fits:
            note = cells.cut(cells.plain_emoji(f"your note: {' '.join(terms.note.split())}"), size - 2)
            rows.append(line(" ", Span(note, "muted")))
        if self.warning:
            rows.append(line(" ", Span("covered: ", "muted"), Span(cells.cut(self.warning, size - 12))))
        for path, alt in draft.attachments:
            words = cells.cut(f"{PurePath(path).name}: {alt or 'no description'}", size - 14)
            rows.append(line(" ", Span("[picture] ", "muted"), Span(words)))
        return rows

    def on_painted_clicked(self, event: Painted.Clicked) -> None:
        """A click on a chip drops the person or brings them back."""
        kind, _, place = event.target.partition(" ")
        if kind == "person":
            event.stop()
            self.drop(int(place))

    def drop(self, place: int) -> bool:
        """Leave a person out, or bring them back; the author stays."""
        terms, draft = self.terms, self.take()
        if terms is None or draft is None or not 0 < place < len(terms.audience):
            return False
        uid = terms.audience[place].uid
        left = tuple(one for one in draft.dropped if one != uid)
        self.change(replace(draft, dropped=left if uid in draft.dropped else (*draft.dropped, uid)))
        return True


def people_names(authors: list[Someone]) -> dict[str, str]:
    """Display names by uid, for the chips."""
    return {who.uid: who.shown for who in authors}


def box_of(screen: InboxScreen) -> ReplyBox:
    """The reply box; only asked for while it is open."""
    assert screen.reply is not None
    return screen.reply
