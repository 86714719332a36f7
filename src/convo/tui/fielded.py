"""Parts of the window that come when they are needed: text fields, the reply box, search, pages."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from convo.tui import oneatatime
from convo.tui import page as pages
from convo.tui.commands import Place
from convo.tui.lines import Line
from convo.tui.outside import OutsideApp
from convo.tui.sources import Look
from convo.views import Failure, Seen, Someone, View

if TYPE_CHECKING:
    from textual.timer import Timer
    from textual.widgets import Input

    from convo.engine import Engine
    from convo.tui.replybox import ReplyBox
    from convo.tui.screen import InboxScreen
    from convo.tui.searchbar import Field


LOOKED_AFTER = 2.0
"""Seconds an open conversation is looked at before it counts as looked at."""


class FieldedApp(OutsideApp):
    """Mounts what holds text, gives it the focus, and takes both back."""

    inbox: InboxScreen
    engine: Engine
    menu_field: Field | None = None
    making: asyncio.Lock
    """What is being mounted is waited for, by whoever asks for it."""
    _look_timer: Timer | None = None

    # looking

    def look_soon(self) -> None:
        """Two seconds after a conversation was opened, or scrolled beside the list, it counts as looked at.

        One that only stands beside the list does not: nobody may have been there.
        """
        if self._look_timer is not None:
            self._look_timer.stop()
        opened = self.inbox.thread.opened
        if opened is not None:
            self._look_timer = self.set_timer(LOOKED_AFTER, partial(self._looked, opened.row.thread_id))
            self.load_around(opened.row.thread_id)

    async def _looked(self, thread_id: int = 0) -> None:
        opened = self.inbox.thread.opened
        if opened is None or thread_id not in (0, opened.row.thread_id) or self.desk.view is View.QUIET:
            return
        await self.engine.acts.looked(Seen(opened.row.thread_id, opened.row.arrival))

    def load_around(self, thread_id: int) -> None:
        """Ask the platform for what is missing of an opened conversation."""
        raise NotImplementedError

    # the reply box

    async def reply_box(self) -> ReplyBox:
        """The reply box, mounted the first time it is asked for."""
        from convo.tui.replybox import ReplyBox

        async with self.making:
            if self.inbox.reply is None:
                box = ReplyBox()
                await self.inbox.right.mount(box)
                self.inbox.reply = box
        return self.inbox.reply

    # the field of a menu

    async def ready_menu_field(self) -> Field:
        """The one field that menus share."""
        from convo.tui.searchbar import Field

        async with self.making:
            if self.menu_field is None:
                field = Field(id="menu-field")
                await self.inbox.mount(field)
                self.menu_field = field
        return self.menu_field

    def place_menu_field(self) -> None:
        """Show the field where the open menu has room for it, with the focus."""
        menu = self.inbox.menu
        if menu.question is None or not menu.question.field:
            return
        if self.menu_field is None:
            self.run_worker(self._mount_then_place(), group="field")
            return
        field, at = self.menu_field, menu.field_at
        if not field.display:
            field.value = ""
        field.styles.offset = (at.x, at.y)
        field.styles.width = at.width
        field.display = True
        self.inbox.set_focus(field)

    async def _mount_then_place(self) -> None:
        field = await self.ready_menu_field()
        field.display = False
        self.place_menu_field()

    def menu_text(self) -> str:
        """What stands in the field of the menu."""
        return self.menu_field.value if self.menu_field is not None else ""

    def close_menu(self) -> None:
        """Take the menu away and give the focus back."""
        self.inbox.menu.close()
        self.desk.asked(None)
        if self.menu_field is not None:
            self.menu_field.display = False
        if self.inbox.page.kind:
            self.inbox.set_focus(self.inbox.page)
        elif self.inbox.search is not None and self.inbox.search.typing:
            self.inbox.set_focus(self.inbox.search.field)
        else:
            self.inbox.focus_pane(self.inbox.pane)
        self.inbox.draw()

    def on_input_changed(self, event: Input.Changed) -> None:
        """A keystroke in the field of a menu."""
        if event.input is self.menu_field and self.inbox.menu.question is not None:
            self.inbox.menu.type(event.value)

    def catch_up(self) -> None:
        """What stands in a field counts, also where the word of its last letters has not come yet."""
        if self.inbox.menu.question is not None:
            self.inbox.menu.type(self.menu_text())
        self.on_search_bar_typed()

    def field_selection(self) -> str:
        """What is selected in the text field with the focus."""
        return str(getattr(self.focused, "selected_text", "") or "")

    # search

    async def open_search(self, narrow: bool) -> None:
        """The search field above the list, with the focus."""
        from convo.tui.searchbar import SearchBar

        screen = self.inbox
        if screen.search is not None and screen.search.narrow != narrow:
            await self._remove_search()
        if screen.search is None:
            screen.search = SearchBar(narrow)
            screen.search.typing = True
            await screen.middle.mount(screen.search, before=0)
        bar = screen.search
        bar.display, bar.typing = True, True
        screen.pane = "list"
        screen.lay_panes(self.size.width, self.size.height)
        if not narrow and self.desk.source.look.search is None:
            look = Look(self.desk.view, self.desk.source.look.account, newest_first=True, search="")
            self._before_search = self.desk.source.look
            self.desk.look_at(look)
        bar.draw(screen.middle.size.width or self.size.width)
        screen.set_focus(bar.field)
        screen.draw()

    async def _remove_search(self) -> None:
        bar, self.inbox.search = self.inbox.search, None
        if bar is not None:
            await bar.remove()

    def on_search_bar_typed(self) -> None:
        """The words of the search changed: results follow the typing."""
        bar = self.inbox.search
        if bar is None or not bar.display or bar.field.value == bar.words:
            return
        words = bar.words = bar.field.value
        bar.fault, bar.at = "", None
        look = self.desk.source.look
        try:
            if bar.narrow:
                self.desk.look_at(replace(look, narrow=words))
            else:
                bar.people = self._people(words)
                self.desk.look_at(replace(look, search=words))
        except Failure as error:
            bar.fault = error.words
            self.desk.source.look = replace(look, search="")
        bar.draw(self.inbox.middle.size.width)

    def _people(self, words: str) -> tuple[Someone, ...]:
        """Whom the words of a search may name; filters name nobody but by from: and to:."""
        plain = [word for word in words.split() if ":" not in word and word[0] not in '-"']
        named = [word.partition(":")[2] for word in words.split() if word.startswith(("from:", "to:"))]
        wanted = " ".join(plain) or " ".join(named[:1]).split(",")[0]
        return self.desk.engine.inbox.find_people(wanted) if wanted else ()

    def hide_search(self) -> None:
        """Take the search field away; what the list shows is up to the caller."""
        bar = self.inbox.search
        if bar is not None:
            bar.display = bar.typing = False
            with bar.prevent(type(bar.field).Changed):
                bar.field.value = bar.words = ""

    def close_search(self) -> None:
        """Leave the search; the list is as it was before."""
        searched = self.desk.source.look.search is not None
        self.hide_search()
        if searched:
            self.desk.look_at(self._before_search)
        elif self.desk.source.look.narrow:
            self.desk.look_at(replace(self.desk.source.look, narrow=""))
        self.inbox.focus_pane("list")

    _before_search = Look()

    # pages

    def open_page(self, kind: pages.PageKind) -> None:
        """A page over the panes."""
        screen = self.inbox
        topic: Place = screen.place if screen.place in pages.HELP_ORDER else "list"
        screen.page.open(kind, "Accounts")
        screen.page.topic = topic
        if kind == "accounts":
            troubled = [place for place, one in enumerate(self.desk.accounts) if one.advice]
            screen.page.index = troubled[0] if troubled else 0
        self.draw_page()
        screen.set_focus(screen.page)
        screen.draw()

    def draw_page(self) -> None:
        """Paint the open page."""
        page, wide = self.inbox.page, self.size.width
        page.styles.height, page.styles.offset = self.size.height - 3, (0, 1)
        lines: list[Line]
        if page.kind == "help":
            page.title = f"Help: {pages.HELP_NAMES[page.topic]}"
            lines = pages.help_lines(self.desk.keymap, page.topic, wide, page.filter)
        elif page.kind == "accounts":
            accounts = self.desk.accounts
            name = accounts[page.index].name if page.index < len(accounts) else ""
            rows = self.desk.engine.inbox.outbox()
            people = {row.to.person_id: row.to for row in rows if row.account == name}
            kept = list(people.values())
            can = self.desk.engine.accounts.can
            by_hand = {
                one.name
                for one in accounts
                if not any(verb.value == "answer" for verb in can(one.name).verbs)
            }
            lines = pages.accounts_lines(accounts, page.index, wide, self.desk.moment(), kept, by_hand)
        elif page.kind == "end":
            page.title = "One at a time"
            lines = oneatatime.end_lines(self.inbox, wide, self.size.height)
        else:
            lines = self.other_page(page.kind, wide)
        page.show(lines)

    def other_page(self, kind: str, wide: int) -> list[Line]:
        """The lines of a page that is drawn elsewhere."""
        raise NotImplementedError(kind)

    def next_help(self) -> None:
        """The help of the next place."""
        page = self.inbox.page
        page.topic = page.next_topic
        page.filter = ""
        self.draw_page()
        self.inbox.draw()

    def close_page(self) -> None:
        """Show the panes again."""
        self.inbox.page.close()
        self.inbox.focus_pane(self.inbox.pane)
        self.inbox.draw()
