"""The program before there is an account: the guided set-up alone, and what it works with."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from textual import events
from textual.app import App

from convo.config import Config, LookConfig
from convo.tui import theme
from convo.tui.ahead import typed_out
from convo.tui.setup import Ended, Parts, SetupScreen


class FirstApp(App[Ended]):
    """Shows the set-up; it ends with how that ended, None when the user left."""

    CSS_PATH = [Path(__file__).with_name(name) for name in ("convo.tcss", "later.tcss")]  # noqa: RUF012
    BINDINGS = []  # noqa: RUF012
    ENABLE_COMMAND_PALETTE = False
    TITLE = "convo"

    def __init__(self, parts: Parts, look: LookConfig | None = None) -> None:
        self._look = look or LookConfig()
        super().__init__(ansi_color=True if "NO_COLOR" in os.environ else None)
        theme.install(self, self._look.theme)
        self.setup = SetupScreen(replace(parts, copy=self.copy_to_clipboard))

    def on_mount(self) -> None:
        """The set-up is all there is."""
        self.push_screen(self.setup, self.exit)

    async def on_event(self, event: events.Event) -> None:
        """Keys pass the set-up first, then the field with the focus."""
        if isinstance(event, events.Key) and not event.is_forwarded and self.screen is self.setup:
            await typed_out(self, event)
            if await self.setup.press(event):
                return
        await super().on_event(event)


def parts_for(
    config: Config,
    path: Path,
    data_dir: Path,
    *,
    stored: bool = False,
    again: str = "",
    copy: Callable[[str], None] | None = None,
) -> Parts:
    """What the set-up works with on this machine; `again` is the account to sign in to."""
    from convo.engine.login import MANY, Login, offers

    login = Login(config, path, data_dir)
    account = config.accounts.get(again)
    accounts = [*config.accounts, *config.broken]
    encoding = getattr(sys.__stdout__, "encoding", None) or "utf-8"
    return Parts(
        offers=offers(),
        run=login.run,
        keeps_in=login.keeps_in,
        copy=copy or (lambda words: None),
        path=shown_path(path),
        again=again,
        platform=account.platform if account else "",
        first=not accounts,
        stored=stored,
        many=not again and len(accounts) >= MANY,
        browser=has_browser(os.environ, sys.platform),
        ascii_glyphs=theme.ascii_glyphs(config.look.glyphs, encoding=encoding),
    )


def shown_path(path: Path) -> str:
    """A path as people write it, with ~ for their home."""
    try:
        return f"~/{path.relative_to(Path.home())}"
    except ValueError:
        return str(path)


def has_browser(environment: Mapping[str, str], platform: str) -> bool:
    """Whether a page opened here would be seen by the user: not over ssh, not without a desktop."""
    if environment.get("BROWSER"):
        return True
    if "SSH_CONNECTION" in environment or "SSH_TTY" in environment:
        return False
    if platform in ("darwin", "win32", "cygwin"):
        return True
    return bool(environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"))
