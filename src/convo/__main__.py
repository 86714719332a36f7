"""The command `convo`: parses the line, puts the program together, opens the inbox or runs one command."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from convo.cli.line import opens_inbox

if TYPE_CHECKING:
    from argparse import Namespace

    from convo.engine import Engine
    from convo.tui.app import ConvoApp


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program and give its exit status: 0 done, 1 some account or message failed, 2 wrong usage or config."""
    line = sys.argv[1:] if arguments is None else list(arguments)
    gc.disable()  # what starting makes stays; looking through it for garbage takes a tenth of the time
    try:
        return _run(line)
    finally:
        gc.enable()


def _run(line: Sequence[str]) -> int:
    options = opens_inbox(line)
    if options is None:
        from convo.cli.parser import parse

        options = parse(line)
    from convo.cli.run import run

    return run(options, open_inbox)


def open_inbox(options: Namespace) -> int:
    """Open the inbox on the terminal and stay until the user leaves."""
    from convo.cli.run import UsageError, read_config

    if not options.plain and not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("The inbox needs a terminal; convo --plain and the commands of convo --help do not.")
    if options.demo:
        return _demo(options)
    config = read_config(options)
    if options.plain:
        with _engine(options) as engine:
            return _talk(engine, options.offline)
    if config.accounts or config.broken or options.offline:
        return _inbox(options)
    return _set_up(options)


DEMO = "Made-up people; nothing leaves this computer. r answers Ana, ? shows the keys."
"""The first word of the demo to who has never seen convo."""


def _demo(options: Namespace) -> int:
    from convo.demo import demo_engine

    with demo_engine(options.data_dir) as engine:
        return _talk(engine) if options.plain else _show(engine, words=DEMO).return_code or 0


@contextmanager
def _engine(options: Namespace) -> Iterator[Engine]:
    """The engine over the store and the config as they are now."""
    from convo.cli.run import open_store, read_config
    from convo.clock import SystemClock
    from convo.engine import Engine

    config = read_config(options)
    clock = SystemClock()
    store = open_store(options, clock)
    try:
        yield Engine(config, store, clock)
    finally:
        store.close()


def _inbox(options: Namespace, first: bool = False, words: str = "") -> int:
    """The inbox, opened anew each time an account was added."""
    while True:
        with _engine(options) as engine:
            app = _show(engine, options.offline, first, words)
        if not app.again:
            return app.return_code or 0
        first, words = True, app.came_words


def _set_up(options: Namespace) -> int:
    """The first start: choose, sign in, then the inbox with its first look; or the demo."""
    gc.enable()
    from convo.cli.run import config_path, data_dir, read_config
    from convo.store import FILE
    from convo.tui.first import FirstApp, parts_for

    config, directory = read_config(options), data_dir(options)
    parts = parts_for(config, config_path(options), directory, stored=(directory / FILE).exists())
    with _no_colour_kept():
        app = FirstApp(parts, config.look)
        ended = app.run()
    if ended is None or ended.how == "back":
        return app.return_code or 0
    if ended.how == "demo":
        return _demo(options)
    return _inbox(options, ended.how == "account", ended.words)


def _show(engine: Engine, offline: bool = False, first: bool = False, words: str = "") -> ConvoApp:
    from convo.tui.app import ConvoApp

    with _no_colour_kept():
        app = ConvoApp(engine, offline=offline, first=first, words=words)
        app.run()
    return app


@contextmanager
def _no_colour_kept() -> Iterator[None]:
    """Textual takes NO_COLOR out of the environment; what runs next needs it, too."""
    wanted = os.environ.get("NO_COLOR")
    try:
        yield
    finally:
        if wanted is not None:
            os.environ["NO_COLOR"] = wanted


def _talk(engine: Engine, offline: bool = False) -> int:
    """Line by line, over the same table of commands; `[keys]` holds there, too."""
    gc.enable()
    from convo.cli.plain_run import converse
    from convo.tui.commands import COMMANDS
    from convo.tui.keymap import Keymap

    return converse(engine, COMMANDS, Keymap(engine.config.keys).keys, offline=offline)


if __name__ == "__main__":
    sys.exit(main())
