"""One at a time: one waiting conversation fills the screen, answer or let go, the next comes (SCREENS.md 7.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from convo.engine import voice, why
from convo.model import Reason
from convo.tui import cells, phrases
from convo.tui.lines import EMPTY, Line, Span, emphasised, line
from convo.tui.phrases import Moment
from convo.views import Opened, OutboxState, Row, State, View

if TYPE_CHECKING:
    from convo.engine.inbox import Inbox
    from convo.tui.screen import InboxScreen

NARROW, WIDE = 60, 72
"""Cells of the column, the second where the config says `wide`."""
_LEAVING = (OutboxState.HELD, OutboxState.QUEUED, OutboxState.SENDING, OutboxState.SENT)
_VERBS = {
    Reason.REPLY: "replied to you",
    Reason.MENTION: "mentioned you",
    Reason.QUOTE: "quoted you",
    Reason.COMMENT: "commented on your text",
    Reason.REVIEW: "asks for your review",
    Reason.DIRECT: "wrote only to you",
    Reason.OPENED: "opened this with you",
}


def column(wide: int, widest: bool) -> int:
    """How wide the one conversation is in a window of this width."""
    most = WIDE if widest and wide >= 110 else NARROW
    return min(most, wide - 4)


def waits(row: Row | None) -> bool:
    """Whether a conversation still waits and no answer to it is on its way."""
    return row is not None and row.state is State.WAITING and row.outbox not in _LEAVING and not row.to_paste


class OneAtATime:
    """Those who waited when it began, in the order of the list, and which of them is on the screen.

    Who writes meanwhile is told in the status line and not pushed in.
    """

    def __init__(self, inbox: Inbox, first: int, newest_first: bool) -> None:
        self._inbox = inbox
        self._newest_first = newest_first
        self._until = inbox.highest_arrival()
        self._cursor = ""
        self.queue: list[int] = []
        self._more()
        self.place = self.queue.index(first) if first in self.queue else 0
        self.ended = not self.queue

    def _more(self) -> bool:
        page = self._inbox.rows(View.WAITING, before=self._cursor, newest_first=self._newest_first)
        self._cursor = page.cursor
        self.queue += [row.thread_id for row in page.rows if waits(row) and row.arrival <= self._until]
        return bool(page.rows)

    @property
    def current(self) -> int:
        """The conversation on the screen, 0 at the end."""
        return 0 if self.ended else self.queue[self.place]

    def step(self, way: int = 1) -> bool:
        """To the next who still waits, or back to the one before; at the end it is over. Whether it moved."""
        place = self.place + way
        while True:
            while place >= len(self.queue) and self._cursor and self._more():
                pass
            if place >= len(self.queue):
                self.ended = True
                return True
            if place < 0:
                return False
            if waits(self._inbox.row(self.queue[place])):
                self.place, self.ended = place, False
                return True
            place += way

    def to(self, thread_id: int) -> bool:
        """To a conversation that came back."""
        if thread_id not in self.queue:
            return False
        self.place, self.ended = self.queue.index(thread_id), False
        return True

    def rows(self) -> list[Row]:
        """Everyone who was shown, as they are now."""
        shown = self.queue if self.ended else self.queue[: self.place + 1]
        return [row for row in map(self._inbox.row, shown) if row is not None]


def show(screen: InboxScreen) -> None:
    """Paint the conversation whose turn it is, or the end."""
    one = screen.one
    if one is None:
        return
    if one.ended:
        screen.lay_panes(screen.app.size.width, screen.app.size.height)
        screen.convo.open_page("end")
        return
    if screen.page.kind == "end":
        screen.page.close()
    opened = screen.thread.opened
    fresh = opened is None or opened.row.thread_id != one.current
    if fresh:
        screen.thread.show(screen.desk.engine.inbox.open(one.current))
    screen.pane = "thread"
    screen.lay_panes(screen.app.size.width, screen.app.size.height)
    screen.focus_pane("thread")
    screen.thread.lay_out()
    if fresh:
        screen.call_after_refresh(screen.thread.show_current, True)
        screen.convo.look_soon()
    screen.draw()


def step(screen: InboxScreen, way: int) -> None:
    """Leave this one waiting and go on, or back."""
    one = screen.one
    if one is not None:
        if one.step(way):
            show(screen)
        else:
            screen.desk.say("This is where it began.")


def after(screen: InboxScreen) -> None:
    """After an act: what does not wait any more makes room for the next."""
    one = screen.one
    if one is None:
        return
    if not one.ended and not waits(screen.desk.engine.inbox.row(one.current)):
        one.step()
    show(screen)


def back_to(screen: InboxScreen, thread_id: int) -> None:
    """A conversation was taken back: it is on the screen again."""
    if screen.one is not None:
        screen.one.to(thread_id)
        show(screen)


def leave(screen: InboxScreen) -> None:
    """Back to the list, on this conversation."""
    one, screen.one = screen.one, None
    if one is None:
        return
    if screen.page.kind == "end":
        screen.page.close()
    screen.pane = "list"
    screen.lay_panes(screen.app.size.width, screen.app.size.height)
    if one.current:
        screen.list.to_key(f"t{one.current}")
    screen.focus_pane("list")
    screen.desk.follow()


# what it says


def top_words(screen: InboxScreen) -> str:
    """The right of the top line: as whom the user answers here."""
    opened = screen.thread.opened
    if opened is None:
        return ""
    row = opened.row
    handle = next((one.handle for one in screen.desk.accounts if one.name == row.account), "")
    return f"as {handle or row.account}, {screen.desk.moment().platform_name(row.platform)}"


def title_lines(opened: Opened, moment: Moment, size: int, roomy: bool) -> list[Line]:
    """Who said it, where and when; and what the conversation is called."""
    row = opened.row
    words = phrases.title(row)
    if row.who is not None and row.waiting_since is not None and not row.reminder:
        when = voice.moment_long(row.waiting_since, moment.here)
        where = moment.platform_name(row.platform)
        verb = _VERBS.get(Reason(row.reason), "wrote to you") if row.reason else "wrote to you"
        words = f"{row.who.shown} {verb} on {where}, {when}"
    elif row.reminder:
        words = why.why_here(row, moment.here)
    rows = [line(" ", Span(part)) for part in cells.wrap(cells.plain_emoji(words), size - 2)]
    above = [EMPTY] if roomy else []
    return [*above, *rows, line(" ", Span(cells.field(phrases.title(row), size - 2), bold=True)), EMPTY]


def about_lines(screen: InboxScreen, size: int) -> list[Line]:
    """Who this person is to the user, and the user's note."""
    opened = screen.thread.opened
    who = opened.row.who if opened else None
    if who is None or size < 8:
        return []
    engine = screen.desk.engine
    page = engine.people.person(who.person_id, limit=1)
    known = page.known_words if page is not None else ""
    note = engine.inbox.note(who.person_id)
    rows = [line(" ", Span(part, "muted")) for part in cells.wrap(known, size - 2)] if known else []
    if note:
        text = cells.cut(cells.plain_emoji(f"your note: {' '.join(note.split())}"), size - 2)
        rows.append(line(" ", Span(text, "muted")))
    return [EMPTY, *rows] if rows else []


def end_lines(screen: InboxScreen, wide: int, high: int) -> list[Line]:
    """The end: a sentence, not a number; who has an answer, who comes back, who still waits."""
    one = screen.one
    size = min(44, wide - 4)
    moment = screen.desk.moment()
    said: list[str] = []
    rows = one.rows() if one is not None else []
    answered = [row for row in rows if row.outbox in _LEAVING or row.state is State.ANSWERED]
    if answered:
        names = list(dict.fromkeys(phrases.first_name(row.who) for row in answered if row.who))
        said.append(f"{phrases.three_names(names)} {'has' if len(names) == 1 else 'have'} your answer.")
    coming = [row for row in rows if row.state is State.SNOOZED and row.snoozed_until and row.who]
    if coming:
        first = min(coming, key=lambda row: row.snoozed_until or row.last_message_at)
        assert first.who is not None
        assert first.snoozed_until is not None
        said.append(
            f"{phrases.first_name(first.who)} comes back {voice.on(first.snoozed_until, moment.here)}."
        )
    left = list(dict.fromkeys(phrases.first_name(row.who) for row in rows if waits(row) and row.who))
    if left:
        said.append(f"{phrases.three_names(left)} still {'waits' if len(left) == 1 else 'wait'}.")
    else:
        said.append("Enjoy the quiet.")
    indent = " " * max((wide - size) // 2, 1)
    lines = [line(Span("That was everyone who waited.", bold=True)), EMPTY]
    lines += [line(part) for words in said for part in cells.wrap(words, size)]
    lines.append(EMPTY)
    keymap = screen.desk.keymap
    for command, words in (
        ("view_waiting", "who waits"),
        ("view_answered", "answered"),
        ("undo", "take back"),
    ):
        key = keymap.shown(command)
        if key:
            lines.append(emphasised(f"{cells.pad(key, 3)}  {words}", (key,)))
    above = [EMPTY] * (max((high - 3 - len(lines)) // 3, 1))
    return above + [Line((Span(indent), *one_line.spans)) for one_line in lines]
