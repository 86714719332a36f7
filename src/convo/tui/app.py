"""The inbox as a program: theme, keys, timers, and the engine running behind the screen."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual import events
from textual.message import Message
from textual.screen import Screen
from textual.timer import Timer
from textual.widget import MountError

from convo.config import Config
from convo.tui import router, theme
from convo.tui.ahead import typed_out
from convo.tui.desk import Desk
from convo.tui.pointing import PointedApp
from convo.tui.screen import InboxScreen

if TYPE_CHECKING:
    from convo.engine import Engine

LATER = Path(__file__).with_name("later.tcss")
"""Styles of what the first frame does without."""


class ConvoApp(PointedApp):
    """Shows the store at once; the engine starts after the first frame."""

    CSS_PATH = Path(__file__).with_name("convo.tcss")
    BINDINGS = []  # noqa: RUF012
    ENABLE_COMMAND_PALETTE = False
    TITLE = "convo"

    class StoreChanged(Message):
        """The engine says which threads changed."""

        def __init__(self, thread_ids: frozenset[int]) -> None:
            super().__init__()
            self.thread_ids = thread_ids

    def __init__(self, engine: Engine, config: Config | None = None, *, offline: bool = False,
                 zone: tzinfo | None = None, first: bool = False, words: str = "") -> None:  # fmt: skip
        no_colour = "NO_COLOR" in os.environ
        super().__init__(ansi_color=True if no_colour else None)  # so that no grey is sent instead of colours
        config = config or engine.config
        encoding = getattr(sys.__stdout__, "encoding", None) or "utf-8"
        glyphs = theme.ascii_glyphs(config.look.glyphs, encoding=encoding)
        self.offline, self.engine = offline, engine
        self.desk = Desk(engine, config, engine.clock, zone, glyphs)
        self.inbox = InboxScreen(self.desk)
        self.router = router.Router(self.inbox)
        fault = theme.install(self, config.look.theme)
        self.desk.words, self.desk.trouble = fault or words, bool(fault)
        self._keep_timer: Timer | None = None
        self.making = asyncio.Lock()
        self.first, self._leaving = first, False
        self._asked_around = {}
        self._changes: set[int] = set()
        self._any_change = False

    def get_default_screen(self) -> Screen[Any]:
        """The inbox is the first and only screen."""
        return self.inbox

    def on_mount(self) -> None:
        """The engine tells what changes; it starts once the first frame stands."""
        self.engine.on_change = self._engine_changed
        self.engine.on_words = self.desk.say
        self.notice_from_here()
        self.call_after_refresh(self._begin)
        self.set_interval(60, self._minute)
        self.set_interval(1, self._second)

    def _begin(self) -> None:
        _settle_python()
        _on_signals(self.exit)
        self.run_worker(self._run_engine(), group="engine", exit_on_error=True)
        self.run_worker(self._warm(), group="warm")
        if self.first:
            self.run_worker(self.first_look(), group="first")

    async def ready(self) -> None:
        """What keys need, mounted and imported after the first frame."""
        async with self.making:
            if not self.inbox.menu.is_attached:
                from convo.tui import deeds  # noqa: F401

                self.stylesheet.add_source(LATER.read_text(encoding="utf-8"), read_from=(str(LATER), ""))
                await self.inbox.mount(self.inbox.page, self.inbox.menu, self.inbox.names)

    async def _warm(self) -> None:
        """Mount the text fields before they are asked for; who leaves at once needs none."""
        await asyncio.sleep(0)
        for make in (self.ready, self.reply_box, self.ready_menu_field):
            try:
                await make()
            except MountError:
                if not self._leaving:
                    raise
                return

    async def _run_engine(self) -> None:
        try:
            await self.engine.run(network=not self.offline)
        except Exception as error:
            words = router.refusal(error)
            if not words:
                raise
            self.desk.say(words, trouble=True)

    # keys

    async def on_event(self, event: events.Event) -> None:
        """Every key passes the table of commands first, one after the other."""
        if isinstance(event, events.Key) and not event.is_forwarded:
            if self._leaving:
                return
            self.engine.give_way()
            if await self._acted(event):
                await self.follow_at_once()
                return
        await super().on_event(event)

    async def _acted(self, event: events.Key) -> bool:
        await typed_out(self, event)
        if self.setup is not None:
            return await self.setup.press(event)
        if not self.inbox.is_mounted:
            return False
        await self.ready()
        self.catch_up()
        leaves = self.focused is not None and event.key in ("ctrl+c", "ctrl+q")
        return await self.router.press(event) or leaves

    async def run_command(self, name: str) -> None:
        """Do a command of the table."""
        await router.run_command(self.inbox, name)

    # time

    def _minute(self) -> None:
        """Ages are renewed outside of the row with the cursor."""
        self.inbox.list.forget_others()
        self.inbox.draw()

    def _second(self) -> None:
        """The countdown of a held answer."""
        if self.desk.held and self.desk.motion:
            self.desk.refresh_facts()
            self.inbox.list.forget()
            self.inbox.thread.lay_out()
            self.inbox.draw()

    def keep_soon(self, seconds: float) -> None:
        """Keep the draft this long after its first unkept keystroke."""
        if self._keep_timer is None:
            self._keep_timer = self.set_timer(seconds, self._keep)

    def forget_keeping(self) -> None:
        """Nothing is to be kept any more."""
        if self._keep_timer is not None:
            self._keep_timer.stop()
            self._keep_timer = None

    async def _keep(self) -> None:
        from convo.tui import answering

        self._keep_timer = None
        await router.guarded(self.inbox, answering.keep_now(self.inbox))

    # the engine

    def _engine_changed(self, thread_ids: frozenset[int]) -> None:
        """Changes are gathered until the screen has time for them."""
        first = not self._changes and not self._any_change
        self._changes |= thread_ids
        self._any_change = self._any_change or not thread_ids
        if first:
            self.post_message(self.StoreChanged(thread_ids))

    def on_convo_app_store_changed(self) -> None:
        """Rows are renewed where they stand; nothing moves."""
        changed, anything = frozenset(self._changes), self._any_change
        self._changes, self._any_change = set(), False
        if self.inbox.is_mounted and not self._leaving:
            self.notice_circle()
            self.desk.changed(changed, anything)
            self.page_changed()

    def look_for_answer(self, outbox_id: int) -> None:
        """Look once more for an unsure answer, behind the screen."""
        self.run_worker(self._look_for(outbox_id), group=f"look {outbox_id}")

    async def _look_for(self, outbox_id: int) -> None:
        await router.guarded(self.inbox, self.engine.delivery.look(outbox_id))
        self.desk.merge()

    def send_and_leave(self, outbox_ids: Sequence[int]) -> None:
        """Send what is held now, then leave."""
        self.run_worker(self._send_and_leave(list(outbox_ids)), group="leaving")

    async def _send_and_leave(self, outbox_ids: list[int]) -> None:
        for outbox_id in outbox_ids:
            await self.engine.delivery.now(outbox_id)
        self.exit()

    def exit(self, *result: Any, **more: Any) -> None:
        """Leave: no key acts any more."""
        self._leaving = True
        super().exit(*result, **more)

    async def on_unmount(self) -> None:
        """What is being written is kept, nothing new starts, and what is in flight is awaited for a while.

        Raises StoreError, once all that can be done is done.
        """
        from convo.tui import answering

        self._leaving = True
        try:
            try:
                await answering.keep_now(self.inbox)
            finally:
                await self.keep_note()
        finally:
            await self.engine.stop()

    def on_reply_box_changed(self) -> None:
        """A keystroke in the reply box."""
        from convo.tui import answering

        answering.changed(self.inbox)


SWITCH_SECONDS = 0.0005
"""How long the thread that stores may keep the screen waiting, each time it asks: Python's own 5 ms add up."""


def _settle_python() -> None:
    """After the first frame: garbage is collected again, but what starting made is never looked through."""
    sys.setswitchinterval(SWITCH_SECONDS)
    if not gc.isenabled():
        gc.freeze()
        gc.enable()


def _on_signals(leave: Callable[[], None]) -> None:
    """Leave when the terminal or the machine goes."""
    for name in ("SIGTERM", "SIGHUP"):
        with suppress(AttributeError, NotImplementedError, RuntimeError, ValueError):
            asyncio.get_running_loop().add_signal_handler(getattr(signal, name), leave)
