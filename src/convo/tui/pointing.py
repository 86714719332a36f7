"""The part of the program that the mouse works: rows, messages, views, the key line, menus."""

from __future__ import annotations

import asyncio

from textual import events

from convo.tui import router
from convo.tui.accounted import AccountedApp
from convo.tui.conversation import ConversationView
from convo.tui.paint import Painted
from convo.tui.rowlist import RowList
from convo.tui.views_pane import ViewsPane

_TOLD = 3
"""Turns of the loop until every pane has told the screen what it paints: a frame in between would show half of it."""


class PointedApp(AccountedApp):
    """What a click does; every one of these has a key, too."""

    async def on_row_list_moved(self, event: RowList.Moved) -> None:
        """The conversation beside the list follows its cursor, after the cursor where more keys come than frames."""
        if self.inbox.is_mounted:
            self.call_after_refresh(self.follow)

    def follow(self) -> None:
        """Show the conversation under the cursor, unless that was done since it moved."""
        if self.inbox.list.unfollowed:
            self.desk.follow()

    async def follow_at_once(self) -> None:
        """The same in one frame with the cursor, unless more keys are there already: the list must not lag behind."""
        if not self.inbox.list.unfollowed or self.message_queue_size:
            return
        with self.batch_update():
            self.desk.follow()
            for _ in range(_TOLD):
                await asyncio.sleep(0)
        self.inbox.check_idle()

    def on_row_list_grew(self, event: RowList.Grew) -> None:
        """More of the list is there; where it was empty, the conversation beside it, too."""
        if not self.inbox.is_mounted:
            return
        if self.inbox.list.items and self.inbox.thread.opened is None:
            self.desk.follow()
        else:
            self.inbox.draw()

    async def on_row_list_opened(self, event: RowList.Opened) -> None:
        """A click on the row under the cursor opens it."""
        from convo.tui import opening

        self.inbox.focus_pane("list")
        await router.guarded(self.inbox, opening.open_it(self.inbox))

    async def on_row_list_menu_asked(self, event: RowList.MenuAsked) -> None:
        """The right button opens the menu of a row."""
        from convo.tui import asking

        self.inbox.focus_pane("list")
        await router.guarded(self.inbox, asking.row_menu(self.inbox))

    async def on_click(self, event: events.Click) -> None:
        """The right button elsewhere: the menu of the message, or all commands."""
        if event.button != 3 or self.setup is not None or self.inbox.menu.question is not None:
            return
        if isinstance(event.widget, ConversationView) and not self.inbox.replying:
            from convo.tui import asking

            self.inbox.focus_pane("thread")
            await router.guarded(self.inbox, asking.row_menu(self.inbox))
        elif not isinstance(event.widget, RowList):
            await router.run_command(self.inbox, "commands")

    async def on_conversation_view_activated(self, event: ConversationView.Activated) -> None:
        """A click on what is under the cursor opens it."""
        from convo.tui import opening

        self.inbox.focus_pane("thread")
        await router.guarded(self.inbox, opening.open_it(self.inbox))

    def on_conversation_view_rewrapped(self) -> None:
        """What stands below the conversation moves with its last line."""
        if self.inbox.is_mounted:
            self.inbox.draw()

    def on_views_pane_chosen(self, event: ViewsPane.Chosen) -> None:
        """A click on a view opens it."""
        from convo.tui import opening

        opening.choose(self.inbox, event.target)

    async def on_painted_clicked(self, event: Painted.Clicked) -> None:
        """A click on a key of the key line or on a choice of the menu."""
        if not event.target:
            return
        if event.source is self.inbox.menu and self.inbox.menu.question is not None:
            question = self.inbox.menu.question
            self.close_menu()
            await router.guarded(self.inbox, question.chosen(event.target))
        elif event.source.id == "names":
            from convo.tui import naming

            naming.take_at(self.inbox, int(event.target.rpartition(" ")[2]))
        elif event.source.id == "search-words" and self.inbox.search is not None:
            self.inbox.search.at = int(event.target.rpartition(" ")[2])
            await router.run_command(self.inbox, "open")
        elif event.source.id == "keys":
            await router.run_command(self.inbox, event.target)
