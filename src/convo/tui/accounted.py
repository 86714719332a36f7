"""The part of the program about accounts and people: signing in, the first look, and the pages of both."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from textual.geometry import Region
from textual.timer import Timer

from convo.tui.fielded import FieldedApp
from convo.tui.lines import Line
from convo.tui.router import guarded
from convo.views import Act, Health, Someone

if TYPE_CHECKING:
    from convo.engine import Engine
    from convo.tui.setup import Ended, SetupScreen


ASKED_AGAIN_AFTER = timedelta(minutes=15)
"""A conversation that is opened again within this time is not loaded again."""
NOTE_AFTER = 0.8
"""Seconds from the first unkept keystroke of a note to the store."""


class AccountedApp(FieldedApp):
    """Signs in inside the inbox and shows how the first look goes on."""

    engine: Engine
    offline: bool
    first = False
    """This is the first start: the first look is shown before the inbox."""
    again = False
    """The user left only to come back with an account more."""
    came_words = ""
    """What to say when the inbox is back."""
    setup: SetupScreen | None = None
    """The set-up, while it covers the inbox."""
    _asked_around: dict[tuple[int, int], datetime]
    """When the rest of a conversation was asked for."""

    # signing in

    def sign_in(self, name: str = "") -> None:
        """Sign in to an account again, or with "" to one more."""
        from convo.tui.first import parts_for
        from convo.tui.setup import SetupScreen

        path = self.desk.config.path
        if path is None:
            self.desk.say("The demo has no accounts to sign in to. convo without --demo does.")
            return
        if self.offline:
            self.desk.say("Signing in needs the network; convo was started with --offline.")
            return
        parts = parts_for(
            self.desk.config, path, self.data_dir, again=name, copy=lambda words: self.copy_words(words, "")
        )
        self.setup = SetupScreen(parts)
        self.push_screen(self.setup, self._signed_in)

    @property
    def data_dir(self) -> Path:
        """Where the store and its secrets live."""
        return Path(self.engine.store.path).parent

    def _signed_in(self, ended: Ended | None) -> None:
        again = self.setup.parts.again if self.setup is not None else ""
        self.setup = None
        if ended is None or ended.how != "account":
            return
        if again:
            self.engine.look_now((again,))
            self.desk.say(ended.words)
            return
        self.again, self.came_words = True, ended.words
        self.exit()

    # the rest of a conversation

    def load_around(self, thread_id: int) -> None:
        """Ask the platform for what is missing of an opened conversation; nothing waits for it."""
        now = self.engine.clock.now()
        opened = self.inbox.thread.opened
        key = (thread_id, opened.row.arrival if opened is not None else 0)
        before = self._asked_around.get(key)
        if self.offline or (before is not None and now - before < ASKED_AGAIN_AFTER):
            return
        self._asked_around[key] = now
        self.run_worker(self._load_around(thread_id), group="around")

    async def _load_around(self, thread_id: int) -> None:
        from convo.tui import answering

        words = await self.engine.sync.load(thread_id)
        thread = self.inbox.thread
        if thread.opened is None or thread.opened.row.thread_id != thread_id:
            return
        self.desk.changed(frozenset((thread_id,)))
        if words:
            thread.thread.missing = words
            thread.lay_out()
        answering.reckon(self.inbox)

    # pages

    def other_page(self, kind: str, wide: int) -> list[Line]:
        """The first look, or a person's page."""
        if kind == "first":
            from convo.tui import setup_lines

            back_to = self.engine.accounts.looking
            return setup_lines.looking(self.desk.accounts, back_to, wide, self.desk.moment())
        sheet = self.inbox.sheet
        if kind == "person" and sheet is not None:
            from convo.tui import person

            page = sheet.page.person
            self.inbox.page.title = page.shown + (
                ", in your circle" if page.circle and wide < person.TWO_FROM else ""
            )
            names = ("note", "links", "join", "separate")
            keys = {name: self.desk.keymap.shown(name) for name in names}
            return person.sheet_lines(sheet, wide, self.size.height - 3, self.desk.moment(), keys)
        return super().other_page(kind, wide)

    def page_changed(self) -> None:
        """The store changed: an open page shows it."""
        page = self.inbox.page
        if page.kind in ("accounts", "first"):
            self.draw_page()
        elif page.kind == "person":
            from convo.tui import people

            people.refresh(self.inbox)
        if page.kind == "first" and self._looked_through():
            self.close_page()
            self.desk.merge()

    async def first_look(self) -> None:
        """Show how far back each account has come, until all that can wait is here."""
        await self.ready()
        self.open_page("first")
        self.inbox.page.title = "convo"
        self.inbox.draw()

    def _looked_through(self) -> bool:
        """Whether no account is being looked at for the first time any more."""
        return bool(self.desk.accounts) and not any(
            one.health is Health.LOOKING for one in self.desk.accounts
        )

    # the note about a person

    async def open_note(self, who: Someone, text: str) -> None:
        """Write the note about a person, where it stands."""
        from convo.tui.notebox import NoteBox

        if self.inbox.note is None:
            self.inbox.note = NoteBox()
            await self.inbox.mount(self.inbox.note)
        self.inbox.note.open(who, text)
        self.place_note()
        self.inbox.set_focus(self.inbox.note.words)
        self.inbox.draw()

    def place_note(self) -> None:
        """Put the note where it belongs: on a person's page below its head, else at the foot of the pane."""
        note, page = self.inbox.note, self.inbox.page
        if note is None or note.who is None or not note.is_attached:
            return
        pane = self.inbox.pane_region()
        at = pane.bottom
        if page.kind == "person":
            from convo.tui import person

            heads = [n for n, row in enumerate(page.lines) if "YOUR NOTE" in row.text]
            if heads:
                at = 2 + heads[0]
            if self.size.width >= person.TWO_FROM:
                pane = Region(0, 1, person.LEFT, self.size.height - 3)
        note.place(pane, at)

    def on_note_box_changed(self) -> None:
        """A keystroke: keep it soon."""
        self.place_note()
        if self._note_timer is None:
            self._note_timer = self.set_timer(NOTE_AFTER, self._note_soon)

    async def _note_soon(self) -> None:
        self._note_timer = None
        await guarded(self.inbox, self.keep_note())

    async def keep_note(self) -> Act | None:
        """Put the note into the store; None where it is there already."""
        note = self.inbox.note
        if note is None or note.who is None or note.text == note.kept:
            return None
        text = note.text
        act = await self.engine.acts.note(note.who.person_id, text)
        note.kept = text
        self._note_act = act
        self.place_note()
        return act

    async def close_note(self) -> Act | None:
        """Keep the note and take the box away; what was done to it, None for nothing."""
        if self._note_timer is not None:
            self._note_timer.stop()
            self._note_timer = None
        await self.keep_note()
        if self.inbox.note is not None:
            self.inbox.note.close()
        act, self._note_act = self._note_act, None
        if self.inbox.page.kind:
            self.inbox.set_focus(self.inbox.page)
        else:
            self.inbox.focus_pane(self.inbox.pane)
        return act

    _note_timer: Timer | None = None
    _note_act: Act | None = None

    async def ready(self) -> None:
        """What keys need, mounted and imported."""
        raise NotImplementedError
