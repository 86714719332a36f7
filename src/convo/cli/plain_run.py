"""Starts the line mode beside the running engine, and ends both."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import sys
from collections.abc import Sequence

from convo.cli.plain import Keys, Plain
from convo.cli.plain_deeds import DEEDS
from convo.cli.plain_table import Command
from convo.cli.plain_talk import Descriptor, Source, Talk
from convo.engine import Engine


def converse(engine: Engine, commands: Sequence[Command], keys: Keys, *, offline: bool = False) -> int:
    """Talk on standard input and output until the user leaves; gives the exit status. Raises StoreError."""
    logging.getLogger("convo").addHandler(logging.NullHandler())  # nothing is printed while a prompt waits
    try:
        number = sys.stdin.fileno() if sys.stdin is not None else None
        terminal = sys.stdin is not None and sys.stdin.isatty() and sys.stdout.isatty()
    except (OSError, ValueError):
        number, terminal = None, False
    source = Descriptor(number)
    talk = Talk(source, terminal=terminal)
    asyncio.run(play(Plain(engine, talk, commands, keys, DEEDS, offline=offline), source))
    return 0


async def play(plain: Plain, source: Source) -> None:
    """The line mode beside the running engine; a hang-up or the end of the engine ends the input."""
    engine = plain.engine
    loop = asyncio.get_running_loop()
    signals = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    for number in signals:
        with contextlib.suppress(NotImplementedError, RuntimeError):
            loop.add_signal_handler(number, source.close)
    task = loop.create_task(engine.run(network=not plain.offline))
    task.add_done_callback(
        lambda ended: source.close() if not ended.cancelled() and ended.exception() else None
    )
    try:
        await plain.run()
    finally:
        await engine.stop()
        for number in signals:
            with contextlib.suppress(NotImplementedError, RuntimeError):
                loop.remove_signal_handler(number)
        await _ended(task)


async def _ended(task: asyncio.Task[None]) -> None:
    """The engine was stopped: what has not even begun is not waited for. Raises what it ended with."""
    if not task.done():
        task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
