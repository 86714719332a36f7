"""What the inbox knows beside its widgets: the engine, what is looked at, what is being said."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING

from convo.clock import Clock
from convo.config import Config
from convo.engine import voice
from convo.engine.when import shown_time
from convo.tui import pending, phrases
from convo.tui.entries import Frame
from convo.tui.keymap import Chord, Keymap
from convo.tui.menus import Question
from convo.tui.outcomes import Outcomes
from convo.tui.phrases import Moment
from convo.tui.sources import Look, Source
from convo.views import AccountStatus, Health, OutboxRow, OutboxState, Row, Seen, Someone, View

if TYPE_CHECKING:
    from convo.engine import Engine
    from convo.tui.screen import InboxScreen

IN_TROUBLE = (Health.SIGN_IN, Health.STALE, Health.RESTING, Health.OFF)


class Desk:
    """State of the inbox that is not in the store: the look, the newest word to the user, arrivals."""

    def __init__(self, engine: Engine, config: Config, clock: Clock, zone: tzinfo | None = None,
                 ascii_glyphs: bool = False) -> None:  # fmt: skip
        self.engine = engine
        self.config = config
        self.clock = clock
        self.zone = zone
        self.ascii_glyphs = ascii_glyphs
        self.motion = config.look.motion != "off"
        self.keymap = Keymap(config.keys)
        self.chord = Chord(self.keymap)
        self.source = Source(engine, self.moment, self.motion)
        if config.inbox.order == "newest":
            self.source.look = Look(newest_first=True)
        self.words = ""
        self.trouble = False
        self.question: Question | None = None
        self.held: tuple[OutboxRow, ...] = ()
        self.unsent: tuple[OutboxRow, ...] = ()
        """Every answer that has not arrived."""
        self.on_way: frozenset[str] = frozenset()
        """The messages to which an answer is on its way, by URI."""
        self.waiting: tuple[tuple[Someone, ...], datetime | None] = ((), None)
        self.accounts: tuple[AccountStatus, ...] = ()
        self._outcomes = Outcomes(engine.inbox)
        self.told: dict[str, Health] = {}
        """The trouble of each account that was already told."""
        self.pending = False
        """Something came in that the list does not show yet."""
        self.arrival = 0
        """The highest arrival number the list shows."""
        self.last_deed: Callable[[], Awaitable[None]] | None = None
        self.idle_key_at: datetime | None = None
        self._screen: InboxScreen | None = None

    @property
    def screen(self) -> InboxScreen:
        """The screen it belongs to."""
        assert self._screen is not None
        return self._screen

    def moment(self) -> Moment:
        """The present, as the screen tells time."""
        return Moment(self.clock.now(), self.zone, self.engine.accounts.label)

    def frame(self, size: int) -> Frame:
        """What an open conversation of this width is drawn with."""
        moment = self.moment()
        return Frame(size, moment, leaving=pending.labels(self.unsent, moment, self.motion))

    def begin(self, screen: InboxScreen) -> None:
        """Read the first page from the store and show it."""
        self._screen = screen
        self.refresh_facts()
        self.arrival = self.engine.inbox.highest_arrival()
        screen.list.watch_source(self.source.load)
        self.follow()
        faults = [*self.keymap.faults, *self.engine.accounts.broken.values()]
        if faults:
            self.say(faults[0], trouble=True)

    # facts beside the list

    def refresh_facts(self) -> None:
        """Who waits, how the accounts are, what is about to leave."""
        inbox = self.engine.inbox
        self.waiting = inbox.who_waits()
        self.accounts = inbox.accounts()
        outbox = inbox.outbox()
        self.held = tuple(row for row in outbox if row.state is OutboxState.HELD)
        self.on_way = frozenset(row.message_uri for row in outbox if row.state in pending.LEAVING)
        changed, self.unsent = outbox != self.unsent, outbox
        if self._screen is not None:
            thread = self._screen.thread
            thread.thread.on_way, thread.thread.leaving = self.on_way, pending.entries(outbox)
            if changed and thread.opened is not None:
                thread.lay_out()
        self._tell_accounts()
        for outcome in self._outcomes.look(outbox, self.accounts, self.clock.now()):
            if outcome.may_follow(self.words):
                self.say(outcome.words, trouble=outcome.urgent)

    def _tell_accounts(self) -> None:
        """A trouble is told once when it begins and once when it ends."""
        for status in self.accounts:
            before = self.told.get(status.name, Health.FINE)
            now = status.health if status.health in (Health.SIGN_IN, Health.STALE) else Health.FINE
            if now is before:
                continue
            self.told[status.name] = now
            if now is Health.FINE:
                self.say(f"{status.name} is fine again.")
            elif self._screen is not None:
                self.say(self.account_words(), trouble=True)

    def account_words(self) -> str:
        """The first account in trouble by name, "" when all are fine."""
        for wanted in (Health.SIGN_IN, Health.STALE):
            for status in self.accounts:
                if status.health is wanted:
                    return _told_account(self, status)
        return ""

    # words

    def say(self, words: str, trouble: bool = False) -> None:
        """The newest word to the user, in the status line."""
        self.words, self.trouble = words, trouble
        if self._screen is not None:
            self._screen.draw()

    def status_words(self) -> tuple[str, bool]:
        """What the left of the status line shows, and whether it is a trouble."""
        if self.chord.prefix:
            return self.chord.letters(self.screen.place), False
        if self.words:
            return self.words, self.trouble
        leaving = self.leaving_words()
        if leaving:
            return f"{leaving} {self.keymap.shown('undo')} takes it back.", False
        return self.account_words(), True

    def leaving_words(self) -> str:
        """The answer that is about to leave, "" when none is."""
        if not self.held:
            return ""
        row = min(self.held, key=lambda one: one.leaves_at or one.created_at)
        if not self.motion:
            return f"To {phrases.first_name(row.to)} in a moment."
        return f"To {phrases.first_name(row.to)} in {phrases.seconds_left(row, self.moment())} s."

    # the conversation beside the list

    def row(self) -> Row | None:
        """The conversation under the cursor of the list, or the one that fills the screen."""
        if self.screen.one is not None:
            return self.engine.inbox.row(self.screen.one.current) if self.screen.one.current else None
        item = self.screen.list.current
        if item is None or not item.thread_id:
            return None
        subject = item.subject
        return subject if isinstance(subject, Row) else self.engine.inbox.row(item.thread_id)

    def seen(self) -> Seen | None:
        """What a key acts on: the painted conversation, by id, up to what was painted of it."""

        screen = self.screen
        opened = screen.thread.opened
        if screen.page.kind:
            return None
        if screen.pane == "thread" and opened is not None:
            return Seen(opened.row.thread_id, opened.row.arrival)
        row = self.row()
        return Seen(row.thread_id, row.arrival) if row else None

    def targets(self) -> list[Seen]:
        """The same for acts that take several: the marked rows of the list, else the one under the cursor."""
        rows = self.screen.list
        if self.screen.pane == "list" and rows.marked:
            subjects = [item.subject for item in rows.items if item.key in rows.marked]
            return [Seen(row.thread_id, row.arrival) for row in subjects if isinstance(row, Row)]
        seen = self.seen()
        return [seen] if seen is not None else []

    def follow(self) -> None:
        """Show the conversation under the cursor beside the list; only the store is asked."""
        screen = self.screen
        screen.list.unfollowed = False
        if screen.one is not None:
            screen.draw()
            return
        item = screen.list.current
        thread_id = item.thread_id if item else 0
        if screen.one_pane and screen.pane == "list":
            return
        shown = screen.thread.opened
        if shown is None or shown.row.thread_id != thread_id:
            screen.thread.show(self.engine.inbox.open(thread_id) if thread_id else None)
            if screen.pane == "thread":
                screen.convo.look_soon()
        screen.draw()

    # changes

    def changed(self, thread_ids: frozenset[int], anything: bool = False) -> None:
        """The store says what changed: rows are renewed where they stand, nothing moves."""
        screen = self.screen
        self.refresh_facts()
        first = screen.list.scroll_offset.y // 2
        in_sight = range(first, first + screen.list.rows_in_sight + 2)
        for place, item in enumerate(list(screen.list.items)):
            if item.thread_id in thread_ids or (anything and place in in_sight):
                again = self.source.again(item)
                if again is not None and again != item:
                    screen.list.renew(again)
        opened = screen.thread.opened
        if opened is not None and (anything or opened.row.thread_id in thread_ids):
            again_opened = self.engine.inbox.open(opened.row.thread_id)
            if again_opened != opened:
                screen.thread.show(again_opened)
                screen.draw_reply()
        self.pending = self.pending or bool(thread_ids) or anything
        people = self.engine.inbox.arrived_since(self.arrival)
        if self.pending and self._resting():
            self.merge()
            if people:
                self.say(voice.arrivals(people).partition(" , ")[0])
        elif people:
            self.say(voice.arrivals(people))
        screen.draw()

    def _resting(self) -> bool:
        """Whether the list is empty, so that nothing can move under the cursor."""
        look = self.source.look
        return not self.screen.list.items and look.search is None and not look.narrow

    def merge(self) -> None:
        """Bring in what came, the cursor on its conversation and that on its screen line."""
        self.pending = False
        self.arrival = self.engine.inbox.highest_arrival()
        self.screen.list.reload()
        self.refresh_facts()
        self.follow()

    def look_at(self, look: Look) -> None:
        """Another view, from its top."""
        self.source.look = look
        self.words = ""
        self.pending = False
        self.arrival = self.engine.inbox.highest_arrival()
        self.screen.list.watch_source(self.source.load)
        self.follow()
        self.screen.draw()

    # menus

    def asked(self, question: Question | None) -> None:
        """A question is open, or none."""
        self.question = question

    def place_field(self) -> None:
        """Put the text field of a menu where its box has room for it."""
        self.screen.convo.place_menu_field()

    @property
    def view(self) -> View:
        """The view that is looked at."""
        return self.source.look.view


def _told_account(desk: Desk, status: AccountStatus) -> str:
    """The trouble of one account, and that the others are fine."""
    others = [one for one in desk.accounts if one.name != status.name]
    fine = all(one.health not in (Health.SIGN_IN, Health.STALE) for one in others)
    rest = " The others are fine." if others and fine else ""
    if status.health is Health.SIGN_IN:
        return f"{status.name}: sign in again ({desk.keymap.shown('accounts')} shows what to do).{rest}"
    moment = desk.moment()
    since = f" since {shown_time(moment.local(status.looked_at))}" if status.looked_at else ""
    if status.looked_at and moment.day(status.looked_at) > 0:
        since = f" {phrases.age(status.looked_at, moment).long}"
    again = f" Next try at {shown_time(moment.local(status.next_at))}." if status.next_at else rest
    return f"{status.name}: no answer{since}.{again}"
