"""What the inbox does outside of its own window: editor, browser, clipboard, the command of the circle."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from textual import events
from textual.app import App, SuspendNotSupported

from convo.engine import voice
from convo.text import clean

if TYPE_CHECKING:
    from convo.tui.desk import Desk


def safe_address(address: str) -> bool:
    """Whether an address may be opened: http and https only, with a host."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and not _has_blanks(address)


def _has_blanks(address: str) -> bool:
    """Blanks and controls, which urlsplit passes over in silence and another program may not."""
    return any(sign.isspace() or not sign.isprintable() for sign in address)


def _is_unseen(sign: str) -> bool:
    """Whether what a key types is a sign that the cleaning takes out; controls are keys of their own."""
    return not sign.isascii() and not clean(sign)


def run_editor(command: str, path: Path) -> int:
    """Run the user's editor on a file and wait; gives its exit status."""
    import shlex
    import subprocess

    return subprocess.run([*shlex.split(command), str(path)], check=False).returncode


class OutsideApp(App[None]):
    """The part of the program that starts other programs. Nothing a stranger wrote is ever on a command line."""

    async def on_event(self, event: events.Event) -> None:
        """What is pasted may come from a stranger's page: it is cleaned as what comes over the network is.

        Terminals that do not bracket a paste send it as keys: a key that is an unseen sign is none.
        """
        if isinstance(event, events.Paste):
            event.text = clean(event.text)
        elif isinstance(event, events.Key) and _is_unseen(event.character or ""):
            return
        await super().on_event(event)

    desk: Desk
    run_editor: Callable[[str, Path], int] = staticmethod(run_editor)

    _noticed = 0
    """Up to here the circle's messages were told to the user's command."""
    _notice_fault = ""

    def notice_from_here(self) -> None:
        """What is here already is no news."""
        self._noticed = self.desk.engine.inbox.highest_arrival()

    def notice_circle(self) -> None:
        """Run the user's command when somebody of the circle wrote; nobody else is worth an interruption."""
        command, inbox = self.desk.config.notify.command, self.desk.engine.inbox
        if not command:
            return
        before, self._noticed = self._noticed, inbox.highest_arrival()
        if any(who.circle for who in inbox.arrived_since(before)):
            self.run_worker(self._notice(command, before), group="notice")

    async def _notice(self, command: str, before: int) -> None:
        from convo.engine.notices import run_notice

        came = await self.desk.engine.circle_news(before)
        fault = await run_notice(command, voice.names(came)) if came else ""
        if fault and fault != self._notice_fault:
            self.desk.say(fault, trouble=True)
        self._notice_fault = fault

    def edit(self, text: str) -> str | None:
        """Let the user write on in their editor; None when that was not possible, with the reason said."""
        import tempfile

        look = self.desk.config.look
        command = look.editor or os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
        handle, name = tempfile.mkstemp(prefix="convo-", suffix=".txt")  # mode 0600
        path = Path(name)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
            status = self._edit_file(command, path)
            if status is None:
                return None
            if status != 0:
                self.desk.say(f"The editor ended with {status}; the words are as they were.", trouble=True)
                return None
            return path.read_text(encoding="utf-8", errors="replace").rstrip("\n")
        finally:
            path.unlink(missing_ok=True)

    def _edit_file(self, command: str, path: Path) -> int | None:
        try:
            with self.suspend():
                return self.run_editor(command, path)
        except SuspendNotSupported:
            self.desk.say("There is no editor here; write in the box.")
        except (OSError, ValueError) as error:
            words = f'The editor "{command}" could not be started: {error}. Set editor under [look] in the config.'
            self.desk.say(words, trouble=True)
        return None

    def open_address(self, address: str) -> None:
        """Open an address in the browser, only http and https; the full address is said first."""
        if not address:
            self.desk.say("This has no address on the web.")
        elif not safe_address(address):
            self.desk.say(f"Not opened, it is no web address: {address}", trouble=True)
        else:
            self.desk.say(f"Opening {address}")
            self.open_url(address)

    def copy_words(self, words: str, said: str) -> None:
        """Put words on the clipboard: by the user's command, else through the terminal."""
        import shlex
        import subprocess

        if not words:
            self.desk.say("There is nothing to copy.")
            return
        command = self.desk.config.look.copy_command
        if not command:
            self.copy_to_clipboard(words)
            self.desk.say(said)
            return
        try:
            subprocess.run(
                shlex.split(command), input=words.encode(), check=True, timeout=5, capture_output=True
            )
        except (OSError, ValueError, subprocess.SubprocessError) as error:
            self.desk.say(f'copy_command "{command}" did not work: {error}', trouble=True)
        else:
            self.desk.say(said)
