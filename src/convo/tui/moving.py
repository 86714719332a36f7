"""Deeds that move: rows, messages, panes, views. The user moves rows; the network does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from convo.tui import finding, oneatatime, person
from convo.tui.entries import Fold
from convo.tui.sources import Look
from convo.views import Hit, Row, View

if TYPE_CHECKING:
    from convo.tui.commands import Place
    from convo.tui.screen import InboxScreen


def step(screen: InboxScreen, rows: int) -> None:
    """The cursor of the pane with the focus, by so many rows."""
    if screen.place == "found":
        at = screen.search.at if screen.search is not None else None
        at_found(screen, at - 1 if at else None)
    elif screen.page.kind:
        page_step(screen, rows)
    elif screen.pane == "views":
        screen.views.move(rows)
        screen.draw()
    elif screen.pane == "thread":
        screen.thread.move(rows)
    else:
        list_to(screen, screen.list.index + rows)


def at_found(screen: InboxScreen, place: int | None) -> None:
    """The cursor on a person found, or with None in the field."""
    bar = screen.search
    if bar is not None:
        bar.at = place
        bar.draw(screen.middle.size.width)
        screen.draw()


def page_step(screen: InboxScreen, rows: int) -> None:
    """On a page: the account below or above, or a line of help."""
    page = screen.page
    if page.kind == "accounts":
        most = len(screen.desk.accounts)  # the last line adds one
        page.index = max(0, min(page.index + rows, most))
        screen.convo.draw_page()
    elif page.kind == "person" and screen.sheet is not None:
        screen.sheet.step(rows, screen.app.size.width >= person.TWO_FROM)
        screen.convo.draw_page()
    else:
        page.scroll_lines(rows)


def list_to(screen: InboxScreen, index: int) -> None:
    """The cursor of the list to a row; what came in meanwhile is merged now."""
    screen.list.move_to(index)
    settle(screen)


def settle(screen: InboxScreen) -> None:
    """After a move: merge what came in, and show the conversation beside the list once nothing else is typed."""
    desk = screen.desk
    if desk.pending:
        desk.merge()
    screen.call_after_refresh(desk.follow)


async def next_row(screen: InboxScreen) -> None:
    """Next row or message."""
    step(screen, 1)


async def previous_row(screen: InboxScreen) -> None:
    """Previous row or message."""
    step(screen, -1)


async def top(screen: InboxScreen) -> None:
    """To the top."""
    if screen.pane == "thread" and not screen.page.kind:
        screen.thread.move_to(0)
        screen.thread.scroll_lines(-(10**6))
    else:
        step(screen, -(10**6))


async def bottom(screen: InboxScreen) -> None:
    """To the bottom."""
    if screen.pane == "list" and not screen.page.kind:
        screen.list.to_bottom()
        settle(screen)
    elif screen.pane == "thread" and not screen.page.kind:
        screen.thread.move_to(10**6)
    else:
        step(screen, 10**6)


async def page_down(screen: InboxScreen) -> None:
    """A page down."""
    page(screen, 1)


async def page_up(screen: InboxScreen) -> None:
    """A page up."""
    page(screen, -1)


def page(screen: InboxScreen, way: int) -> None:
    """A page of what has the focus."""
    if screen.page.kind == "person":
        step(screen, way * max(screen.page.size.height // 3, 1))
    elif screen.page.kind:
        screen.page.scroll_lines(way * max(screen.page.size.height - 2, 1))
    elif screen.pane == "thread":
        screen.thread.page(way)
    else:
        step(screen, way * max(screen.list.rows_in_sight - 1, 1))


async def scroll_down(screen: InboxScreen) -> None:
    """Scroll the conversation beside the list."""
    _read_on(screen, 3)


async def scroll_up(screen: InboxScreen) -> None:
    """Scroll it back."""
    _read_on(screen, -3)


def _read_on(screen: InboxScreen, lines: int) -> None:
    """Whoever scrolls a conversation reads it: it counts as opened, beside the list, too."""
    screen.thread.scroll_lines(lines)
    screen.convo.look_soon()


async def page_on(screen: InboxScreen) -> None:
    """Page the conversation on; in one pane the list, where there is none beside it."""
    if screen.one_pane and screen.pane == "list":
        page(screen, 1)
    else:
        screen.thread.page(1)
        screen.convo.look_soon()


def open_thread(screen: InboxScreen, thread_id: int | None = None) -> bool:
    """Give the conversation the focus; whether there is one."""
    desk = screen.desk
    item = screen.list.current
    wanted = thread_id or (item.thread_id if item else 0)
    if not wanted:
        return False
    if screen.thread.opened is None or screen.thread.opened.row.thread_id != wanted:
        screen.thread.show(desk.engine.inbox.open(wanted))
    if screen.thread.opened is None:
        return False
    _mark_hit(screen)
    screen.focus_pane("thread")
    screen.thread.lay_out()
    screen.thread.show_current(first=True)
    screen.convo.look_soon()
    return True


def _mark_hit(screen: InboxScreen) -> None:
    """A conversation opened from what was found: at the message with the words, and they are marked."""
    item, words = screen.list.current, screen.desk.source.look.search
    if item is not None and isinstance(item.subject, Hit) and words:
        plain = [word for word in words.replace('"', " ").split() if ":" not in word and word[0] != "-"]
        finding.look_for(screen, " ".join(plain))
        screen.thread.to_message(item.subject.message_id)


async def forward(screen: InboxScreen) -> None:
    """To the next pane; on the help page to the help of another one."""
    if screen.page.kind == "help":
        screen.convo.next_help()
    elif screen.pane == "views":
        screen.focus_pane("list")
    elif screen.pane == "list":
        open_thread(screen)


async def backward(screen: InboxScreen) -> None:
    """To the pane before."""
    order: dict[Place, Place] = {"thread": "list", "list": "views"}
    if screen.one is not None:
        oneatatime.leave(screen)
    elif screen.pane in order:
        screen.focus_pane(order[screen.pane])


async def next_waiting(screen: InboxScreen) -> None:
    """The next conversation that waits."""
    _to_waiting(screen, 1)


async def previous_waiting(screen: InboxScreen) -> None:
    """The conversation before that waits."""
    _to_waiting(screen, -1)


def _to_waiting(screen: InboxScreen, way: int) -> None:
    if screen.one is not None:
        oneatatime.step(screen, way)
        return
    if screen.pane == "thread" and _to_waiting_here(screen, way):
        return
    rows = screen.list
    place = rows.index + way
    while True:
        while way > 0 and place >= len(rows.items) - 1 and rows.load_more():
            pass
        if not 0 <= place < len(rows.items):
            screen.desk.say("Nobody else waits here.")
            return
        if waits_at(screen, place):
            break
        place += way
    rows.move_to(place)
    if screen.desk.pending:
        screen.desk.merge()
    screen.desk.follow()


def _to_waiting_here(screen: InboxScreen, way: int) -> bool:
    """In an open conversation who waits in it comes first; whether there was one more on this way."""
    thread = screen.thread.thread
    waiting = {entry.message_id for entry in thread.still_waiting()}
    place = thread.index + way
    while 0 <= place < len(thread.items):
        item = thread.items[place]
        if not isinstance(item, Fold) and item.message_id in waiting:
            return screen.thread.move_to(place)
        place += way
    return False


def waits_at(screen: InboxScreen, place: int) -> bool:
    """Whether the conversation of a row of the list waits, and no answer to it is on its way."""
    subject = screen.list.items[place].subject
    return isinstance(subject, Row) and oneatatime.waits(subject)


def to_who_waits(screen: InboxScreen) -> None:
    """Something left: the next who waits takes its screen line; from the end the nearest before."""
    rows = screen.list
    if not rows.items or waits_at(screen, rows.index):
        return
    places = (*range(rows.index + 1, len(rows.items)), *range(rows.index - 1, -1, -1))
    found = next((place for place in places if waits_at(screen, place)), None)
    if found is not None:
        rows.take_line(found)


async def next_hit(screen: InboxScreen) -> None:
    """In a conversation the next new message, in results the next one."""
    _to_new(screen, 1)


async def previous_hit(screen: InboxScreen) -> None:
    """The same, backwards."""
    _to_new(screen, -1)


def _to_new(screen: InboxScreen, way: int) -> None:
    if screen.pane != "thread":
        step(screen, way)
        return
    if screen.thread.thread.wanted.strip():
        finding.go(screen, way)
        return
    items = screen.thread.thread.items
    place = screen.thread.thread.index + way
    while 0 <= place < len(items):
        item = items[place]
        if item.where == "new" if isinstance(item, Fold) else item.new:
            screen.thread.move_to(place)
            return
        place += way
    screen.desk.say("Nothing newer is here." if way > 0 else "Nothing new stands above.")


def look_at(screen: InboxScreen, view: View, account: str = "") -> None:
    """Another view, its list with the focus."""
    oneatatime.leave(screen)
    look = screen.desk.source.look
    newest = look.newest_first if look.view is view else screen.desk.config.inbox.order == "newest"
    screen.convo.hide_search()
    screen.focus_pane("list")
    screen.desk.look_at(Look(view, account, newest_first=newest))
