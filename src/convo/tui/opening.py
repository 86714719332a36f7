"""Deeds that go deeper and back: a view, a conversation, a person, the answer; one at a time; leaving."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from convo.people import PersonRow
from convo.tui import accounting, answering, asking, finding, looking, moving, oneatatime, people
from convo.tui.entries import Fold
from convo.views import OutboxRow, OutboxState, Row, View

if TYPE_CHECKING:
    from convo.tui.screen import InboxScreen


async def open_it(screen: InboxScreen) -> None:
    """Go deeper: a view, a conversation, a fold, the answer."""
    if screen.place == "found":
        await open_found(screen)
    elif screen.page.kind == "accounts":
        await accounting.help_account(screen)
    elif screen.page.kind == "person":
        await people.open_item(screen)
    elif screen.pane == "views":
        choose(screen, screen.views.target)
    elif screen.pane == "thread":
        if isinstance(screen.thread.thread.current, Fold):
            screen.thread.toggle_fold()
        else:
            await answering.answer(screen)
    else:
        await _open_row(screen)


async def _open_row(screen: InboxScreen) -> None:
    item = screen.list.current
    if item is None:
        return
    if isinstance(item.subject, PersonRow):
        people.open_row(screen, item.subject, item.thread_id)
        return
    subject = item.subject
    if isinstance(subject, OutboxRow) and subject.state is OutboxState.UNSURE:
        asking.unsure(screen, subject)
    elif isinstance(subject, Row) and subject.outbox is OutboxState.UNSURE:
        rows = screen.desk.engine.inbox.outbox()
        found = [
            row for row in rows if row.thread_id == subject.thread_id and row.state is OutboxState.UNSURE
        ]
        moving.open_thread(screen)
        if found:
            asking.unsure(screen, found[0])
    elif screen.desk.view is View.DRAFTS and not screen.searching:
        moving.open_thread(screen)
        await answering.answer(screen)
    else:
        moving.open_thread(screen)


async def back(screen: InboxScreen) -> None:
    """Back, close, clear a filter."""
    desk = screen.desk
    if people.back(screen):
        pass
    elif screen.page.kind and screen.page.kind != "end":
        screen.convo.close_page()
    elif screen.pane == "thread" and finding.look_for(screen, "") and not screen.searching:
        pass
    elif screen.one is not None:
        oneatatime.leave(screen)
    elif screen.pane == "thread":
        screen.focus_pane("list")
    elif screen.list.unmark():
        desk.words = ""
    elif screen.searching:
        screen.convo.close_search()
    elif desk.source.look.narrow:
        desk.look_at(replace(desk.source.look, narrow=""))
        screen.convo.close_search()
    elif screen.pane == "list":
        screen.focus_pane("views")
    screen.draw()


async def leave(screen: InboxScreen) -> None:
    """Back; from the top, leave convo."""
    look = screen.desk.source.look
    if screen.page.kind == "end":
        oneatatime.leave(screen)
        await asking.leave(screen)
    elif screen.list.marked or screen.page.kind or screen.pane == "thread" or screen.searching or look.narrow:
        await back(screen)
    elif look.view is not View.WAITING or look.account or look.people:
        moving.look_at(screen, View.WAITING)
    else:
        await asking.leave(screen)


def choose(screen: InboxScreen, target: str) -> None:
    """A line of the views pane: "view waiting", "account bsky"."""
    kind, _, name = target.partition(" ")
    if target == "people":
        people.list_people(screen)
    elif kind == "account":
        moving.look_at(screen, View.ALL, name)
    elif kind == "view":
        moving.look_at(screen, View(name))


async def open_found(screen: InboxScreen) -> None:
    """The page of the person found that is under the cursor."""
    bar = screen.search
    if bar is None or bar.at is None or bar.at >= len(bar.people):
        return
    who = bar.people[bar.at]
    await looking.to_results(screen)
    people.show(screen, who.person_id)


async def one_at_a_time(screen: InboxScreen) -> None:
    """From anywhere: this conversation if it waits, else the first that does."""
    desk = screen.desk
    if screen.one is not None:
        return
    row = screen.thread.opened.row if screen.pane == "thread" and screen.thread.opened else desk.row()
    look = desk.source.look
    if look.view is not View.WAITING or look.account or look.search is not None or look.narrow:
        moving.look_at(screen, View.WAITING)
    elif desk.pending:
        desk.merge()
    one = oneatatime.OneAtATime(desk.engine.inbox, row.thread_id if row else 0, desk.source.look.newest_first)
    if one.ended:
        desk.say("Nobody waits for you.")
        return
    screen.one = one
    desk.words = ""
    oneatatime.show(screen)
