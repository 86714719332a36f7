"""Where keys go: the open menu, a text field, or the command that the table has for this place.

Keys are taken one after the other: what was typed while a command ran is handed out when it is done, by
the state the command left. So keys typed after `r` are text, also before the reply box is drawn.
"""

from __future__ import annotations

from collections.abc import Awaitable
from datetime import timedelta
from typing import TYPE_CHECKING

from textual import events

from convo.tui.keymap import TEXT_PLACES

if TYPE_CHECKING:
    from convo.tui.screen import InboxScreen

_TWICE = timedelta(seconds=5)


def key_name(event: events.Key) -> str:
    """A key as the table of commands writes it."""
    if event.key == "space" or event.character == " ":
        return "space"
    if event.character and event.is_printable:
        return event.character
    return {"ctrl+i": "tab", "ctrl+m": "enter", "ctrl+left_square_bracket": "escape"}.get(
        event.key, event.key
    )


class Router:
    """Hands each key to what it belongs to."""

    def __init__(self, screen: InboxScreen) -> None:
        self._screen = screen

    async def press(self, event: events.Key) -> bool:
        """Take a key; False leaves it to the text field with the focus."""
        screen, key = self._screen, key_name(event)
        if screen.app.size.width < 40 or screen.app.size.height < 12:
            return key != "ctrl+q" or await self._run("quit")
        if screen.menu.question is not None:
            return await self._menu(key)
        place = screen.place
        chord = screen.desk.chord
        was_chord = bool(chord.prefix)
        command = chord.press(place, key)
        if chord.prefix and not screen.has_views:
            self._views_menu()
            return True
        if chord.prefix or was_chord:
            screen.draw()
        if command is not None:
            return await self._run(command.name)
        if chord.prefix or was_chord:
            return True
        if place in TEXT_PLACES:
            return False
        self._nothing()
        return True

    async def _run(self, name: str) -> bool:
        await run_command(self._screen, name)
        return True

    def _nothing(self) -> None:
        """A key that does nothing here: silence, the second time a hint."""
        desk = self._screen.desk
        now = desk.clock.now()
        if desk.idle_key_at is not None and now - desk.idle_key_at <= _TWICE:
            desk.say(f"{desk.keymap.shown('help') or '?'} shows the keys.")
        desk.idle_key_at = now

    def _views_menu(self) -> None:
        """Where the views are hidden, their letters stand in a menu."""
        from convo.tui.menus import Choice, Question

        screen = self._screen
        chord = screen.desk.chord
        prefix, chord.prefix = chord.prefix, ""
        listed = screen.desk.keymap.chords(screen.place, prefix)
        choices = tuple(Choice(key, command.label, "", command.name) for key, command in listed)

        async def chosen(name: str) -> None:
            await run_command(screen, name)

        screen.ask(Question("Go to", choices, chosen, enter="go"))

    async def _menu(self, key: str) -> bool:
        menu = self._screen.menu
        question = menu.question
        assert question is not None
        field = bool(question.field)
        if key == "escape":
            self._screen.convo.close_menu()
            if question.left is not None:
                await self._guarded(question.left())
        elif key in ("down", "up") or (not field and key in ("j", "k")):
            menu.move(1 if key in ("down", "j") else -1)
        elif key == "enter" and field and question.listing is None:
            text = self._screen.convo.menu_text()
            self._screen.convo.close_menu()
            await self._guarded(question.chosen(text))
        elif key == "ctrl+q":
            self._screen.convo.close_menu()
            await self._run("quit")
        elif field and key != "enter":
            return False
        elif key == "?":
            self._screen.desk.say("A letter chooses; j and k move, Enter takes it, Esc leaves.")
        else:
            choice = menu.pick(key)
            if choice is not None:
                self._screen.convo.close_menu()
                await self._guarded(question.chosen(choice.value))
        return True

    async def _guarded(self, work: Awaitable[object]) -> None:
        await guarded(self._screen, work)


async def run_command(screen: InboxScreen, name: str) -> None:
    """Do a command of the table; what cannot be done is said in the engine's own words."""
    from convo.tui.deeds import DEEDS

    if screen.desk.words and name not in ("copy_selection",):
        screen.desk.words = ""
    await guarded(screen, DEEDS[name](screen))
    screen.draw()


async def guarded(screen: InboxScreen, work: Awaitable[object]) -> None:
    """Await a deed; what the engine, the store or a platform refuses in words becomes the newest word."""
    try:
        await work
    except Exception as error:
        words = refusal(error)
        if not words:
            raise
        screen.desk.say(words, trouble=True)


def refusal(error: Exception) -> str:
    """The sentence of an error that carries one, "" for a fault of the program."""
    words = getattr(error, "words", "")
    return words if isinstance(words, str) else ""
