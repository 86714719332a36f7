"""`convo` alone and `convo --demo`: opens the inbox on the terminal."""

from __future__ import annotations

import argparse
import sys

from convo.cli.run import DONE, UsageError, data_dir, read_config
from convo.clock import SystemClock
from convo.config import Config
from convo.engine import Engine
from convo.store import Store


def open_inbox(options: argparse.Namespace) -> int:
    """Open the inbox and stay until the user leaves."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("The inbox needs a terminal; convo --help lists the commands that do not.")
    if options.demo:
        from convo.demo import demo_engine

        with demo_engine(options.data_dir) as engine:
            return _show(engine, engine.config)
    config = read_config(options)
    clock = SystemClock()
    store = Store.open(data_dir(options), clock)
    try:
        engine = Engine(config, store, clock)
        return _show(engine, config, offline=options.offline)
    finally:
        store.close()


def _show(engine: Engine, config: Config, offline: bool = False) -> int:
    from convo.tui.app import ConvoApp

    app = ConvoApp(engine, config, offline=offline)
    app.run()
    return app.return_code or DONE
