"""The inbox screen: which panes there are at which width, who has the focus, and what the bars say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.geometry import Region, Size
from textual.screen import Screen
from textual.widget import Widget

from convo.tui import bars, oneatatime
from convo.tui.commands import Place
from convo.tui.conversation import ConversationView
from convo.tui.desk import Desk
from convo.tui.lines import line, mark
from convo.tui.menus import MenuBox, Question
from convo.tui.page import Page
from convo.tui.paint import Painted, Palette
from convo.tui.rowlist import RowList
from convo.tui.views_pane import ViewsPane

if TYPE_CHECKING:
    from convo.tui.app import ConvoApp
    from convo.tui.notebox import NoteBox
    from convo.tui.oneatatime import OneAtATime
    from convo.tui.person import Sheet
    from convo.tui.replybox import ReplyBox
    from convo.tui.searchbar import SearchBar

THREE_PANES, TWO_PANES, NARROWEST, LOWEST = 110, 100, 40, 12
KEPT = 3
"""Lines of the answered message that stay in sight above the reply box."""
TOO_SMALL = "convo needs a window of 40 by 12. Your words are safe."


class InboxScreen(Palette, Screen[None]):
    """Lays the panes out and keeps the focus; what the keys do stands in the deeds."""

    BINDINGS = []  # noqa: RUF012
    AUTO_FOCUS = ""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.ascii_glyphs = desk.ascii_glyphs
        self.pane: Place = "list"
        """The pane that has the focus: views, list or thread."""
        self.views = ViewsPane()
        self.list = RowList(desk.source.fields, id="rows")
        self.thread = ConversationView(desk.frame, id="thread")
        self.menu = MenuBox()
        self.page = Page()
        self.names = Painted(id="names")
        self.reply: ReplyBox | None = None
        self.search: SearchBar | None = None
        self.whole_thread = False
        self.sheet: Sheet | None = None
        """The person's page that is open, or was."""
        self.from_page = False
        """The open conversation was opened from that page."""
        self.note: NoteBox | None = None
        self.one: OneAtATime | None = None
        """While one conversation at a time is on the screen."""
        self._tiny: Painted | None = None
        self._laid_out = Size(0, 0)
        self._composed = False
        self.parts = {
            "top": Painted(id="top", ground="edge"),
            "rule-left": Painted(id="rule-left", classes="rule"),
            "notice": Painted(id="notice"),
            "detail": Painted(id="detail"),
            "rule-right": Painted(id="rule-right", classes="rule"),
            "title": Painted(id="title"),
            "about": Painted(id="about"),
            "status": Painted(id="status", ground="field"),
            "keys": Painted(id="keys", ground="edge"),
        }
        self.middle, self.right = Vertical(id="middle"), Vertical(id="right")

    @property
    def convo(self) -> ConvoApp:
        """The app with its own type."""
        return self.app  # type: ignore[return-value]

    def compose(self) -> ComposeResult:
        """Bars, panes, and the layers over them; fields come when they are needed."""
        yield self.parts["top"]
        with Horizontal(id="body"):
            yield self.views
            yield self.parts["rule-left"]
            with self.middle:
                yield self.list
            yield self.parts["rule-right"]
            with self.right:
                yield self.parts["title"]
                yield self.thread
        yield self.parts["status"]
        yield self.parts["keys"]

    def on_mount(self) -> None:
        """The first frame paints from the store before anything else starts."""
        self.lay_panes(self.app.size.width, self.app.size.height)
        self.desk.begin(self)
        self._composed = True  # from here on every change is drawn; what stands now is drawn once
        self.focus_pane("list")

    def on_resize(self, event: events.Resize) -> None:
        """Another size: the same conversation, message, draft and menu in other panes."""
        if event.size == self._laid_out:
            return
        self.lay_panes(event.size.width, event.size.height)
        self.call_after_refresh(self.settle)

    # layout

    @property
    def one_pane(self) -> bool:
        """Whether only one pane is shown at a time."""
        return self.app.size.width < TWO_PANES or self.one is not None

    @property
    def has_views(self) -> bool:
        """Whether the views stand beside the list."""
        return self.app.size.width >= THREE_PANES and self.one is None

    @property
    def replying(self) -> bool:
        """Whether the reply box is open."""
        return self.reply is not None and self.reply.draft is not None

    @property
    def searching(self) -> bool:
        """Whether the list shows a search."""
        return self.desk.source.look.search is not None

    def lay_panes(self, wide: int, high: int) -> None:
        """Show the panes that fit, at their widths."""
        if wide <= 0:
            return
        self._laid_out = Size(wide, high)
        tiny = wide < NARROWEST or high < LOWEST
        if tiny and self._tiny is None:
            self._tiny = Painted(id="tiny")
            self.mount(self._tiny)
        if self._tiny is not None:
            self._tiny.display = tiny
            self._tiny.show([line(part) for part in bars.wrap_all(TOO_SMALL, wide)])
        if self.one_pane and self.pane == "views":
            self.pane = "list"
        deep = self.one_pane and (self.pane == "thread" or self.replying)
        self.views.display = self.parts["rule-left"].display = self.has_views
        self.middle.display = not deep
        self.parts["rule-right"].display = not self.one_pane
        self.right.display = deep or not self.one_pane
        list_width = 60 if wide >= 150 else 48
        self.middle.styles.width = wide if self.one_pane else list_width
        self.list.planned = wide if self.one_pane else list_width
        self.thread.planned = right_width(self, wide)
        _lay_column(self, wide)
        self.thread.thread.compact = high < 30
        for name in ("rule-left", "rule-right"):
            self.parts[name].show([line(mark("│", "muted"))] * max(high - 3, 1))
        self.draw()

    def settle(self) -> None:
        """After a resize: what the cursor is on is in sight, menus are at their place, the focus is seen."""
        self.focus_pane(self.pane)
        if self.pane == "list" and not self.replying:
            self.desk.follow()
        if self.menu.question is not None:
            self.place_menu()
        if self.reply is not None and self.replying:
            self.draw_reply()
            self.thread.show_current()
        self.draw()

    # focus

    def focus_pane(self, pane: Place) -> None:
        """Put the focus on a pane, showing it where there is only one."""
        if pane == "views" and not self.has_views:
            pane = "list"
        changed = pane != self.pane
        self.pane = pane
        if self.replying and self.reply is not None:
            self.set_focus(self.reply.words)
            return
        if self.page.kind:
            self.set_focus(self.page)
            return
        target: Widget = {"views": self.views, "list": self.list, "thread": self.thread}[pane]
        if changed and self.one_pane:
            self.lay_panes(self.app.size.width, self.app.size.height)
        self.set_focus(target)
        self.draw()

    @property
    def place(self) -> Place:
        """Where keys go now."""
        if self.note is not None and self.note.who is not None:
            return "note"
        if self.page.kind:
            return self.page.kind
        if self.replying and self.reply is not None:
            if self.reply.names_open is not None:
                return "names"
            return "reply" if self.reply.person is None else "people"
        if self.search is not None and self.search.typing:
            return "search" if self.search.at is None else "found"
        return self.pane

    # bars

    def draw(self) -> None:
        """Paint the bars, the views and the title for the present state."""
        if not self._composed or self.app.size.width < NARROWEST:
            return
        wide = self.app.size.width
        self.parts["top"].show([bars.top(self, wide)])
        self.parts["status"].show([bars.status(self, wide)])
        self.parts["keys"].show([bars.keys(self, wide)])
        self.views.draw(self.desk)
        size = right_width(self, wide)
        self.parts["title"].show(bars.title(self, size))
        bars.fill_about(self, size)
        bars.fill_middle(self, wide if self.one_pane else 60 if wide >= 150 else 48)

    def draw_reply(self) -> None:
        """Paint the reply box for its pane."""
        if self.reply is None or not self.replying:
            return
        pane = self.right.size
        if pane.width == 0:
            self.call_after_refresh(self.draw_reply)
            return
        high = self.app.size.height - 3 - len(self.parts["title"].lines)
        if self.thread.opened is not None:
            self.reply.meet(entry.author for entry in self.thread.opened.entries)
        self.reply.draw(pane.width, 4 if self.whole_thread else high - KEPT, self.app.size.height >= 24)
        lines = len(self.thread.thread.lines) + (0 if self.thread.thread.compact else 1)
        self.thread.styles.height = max(min(lines, high - self.reply.height), KEPT if high > KEPT else 1)

    # menus

    def ask(self, question: Question) -> None:
        """Open a menu or question in the pane it belongs to."""
        self.desk.asked(question)
        self.place_menu()
        self.draw()

    def place_menu(self) -> None:
        """The box inside its pane, not over the row under the cursor."""
        question = self.menu.question or self.desk.question
        if question is None:
            return
        pane, avoid = self.pane_region(), Region()
        if self.pane == "list" and not self.replying and self.list.display:
            top = self.list.region.y + self.list.index * 2 - self.list.scroll_offset.y
            avoid = Region(self.list.region.x, top, self.list.region.width, 2)
        elif self.pane == "thread" and not self.replying and not self.page.kind:
            avoid = self.thread.current_region
        kept = self.menu.index if self.menu.question is question else 0
        if self.menu.question is question:
            self.menu.pane, self.menu.avoid = pane, avoid
            self.menu.index = kept
            self.menu.draw()
        else:
            self.menu.ask(question, pane, avoid)
        self.desk.place_field()

    def pane_region(self) -> Region:
        """The pane that menus and boxes belong to now."""
        deep = self.pane == "thread" or self.replying
        region = (self.right if deep else self.middle).region
        if self.page.kind or region.width == 0:
            return self.query_one("#body").region
        return region


def right_width(screen: InboxScreen, wide: int) -> int:
    """Cells of the pane of the conversation in a window of this width."""
    if screen.one is not None:
        return oneatatime.column(wide, screen.desk.config.look.wide)
    if screen.one_pane:
        return wide
    return wide - (60 if wide >= 150 else 48) - 1 - (17 if screen.has_views else 0)


def _lay_column(screen: InboxScreen, wide: int) -> None:
    """One at a time stands in the middle of the window; else the conversation takes what is left."""
    right = screen.right.styles
    if screen.one is None:
        right.width, right.margin = "1fr", 0
    else:
        size = right_width(screen, wide)
        right.width, right.margin = size, (0, 0, 0, (wide - size) // 2)
