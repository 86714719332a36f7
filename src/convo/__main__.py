"""The command `convo`: parses the line, puts the program together, opens the inbox or runs one command."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argparse import Namespace

    from convo.engine import Engine


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program and give its exit status: 0 done, 1 some account or message failed, 2 wrong usage or config."""
    from convo.cli.parser import parse

    options = parse(sys.argv[1:] if arguments is None else list(arguments))
    from convo.cli.run import run

    return run(options, open_inbox)


def open_inbox(options: Namespace) -> int:
    """Open the inbox on the terminal and stay until the user leaves."""
    from convo.cli.run import UsageError, data_dir, read_config

    show = _talk if options.plain else _show
    if not options.plain and not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("The inbox needs a terminal; convo --plain and the commands of convo --help do not.")
    if options.demo:
        from convo.demo import demo_engine

        with demo_engine(options.data_dir) as engine:
            return show(engine)
    from convo.clock import SystemClock
    from convo.engine import Engine
    from convo.store import Store

    config = read_config(options)
    clock = SystemClock()
    store = Store.open(data_dir(options), clock)
    try:
        return show(Engine(config, store, clock), offline=options.offline)
    finally:
        store.close()


def _show(engine: Engine, offline: bool = False) -> int:
    from convo.tui.app import ConvoApp

    app = ConvoApp(engine, offline=offline)
    app.run()
    return app.return_code or 0


def _talk(engine: Engine, offline: bool = False) -> int:
    """Line by line, over the same table of commands; `[keys]` holds there, too."""
    from convo.cli.plain_run import converse
    from convo.tui.commands import COMMANDS
    from convo.tui.keymap import Keymap

    return converse(engine, COMMANDS, Keymap(engine.config.keys).keys, offline=offline)


if __name__ == "__main__":
    sys.exit(main())
