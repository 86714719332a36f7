"""Runs one command: config and store are opened, faults become one sentence, and the exit status is given."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import importlib
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

from convo import paths, points
from convo.cli import logs
from convo.cli.stopping import SIGNALS, Stopped, watched
from convo.config import Config, ConfigError, load
from convo.engine import Engine
from convo.store import Store, StoreError
from convo.values import frozen
from convo.views import Failure

if TYPE_CHECKING:
    import argparse

    from convo.clock import Clock
    from convo.progress import Tell

DONE, FAILED, WRONG, STOPPED = 0, 1, 2, 130
"""Exit statuses: done; some account or message failed; wrong usage or config; ended by a signal."""


_UPGRADE = "Stopped. The store is whole, and as it was before this step; the next start goes on."


class UsageError(Exception):
    """The command cannot mean anything; `words` say why. Exit status 2."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


@frozen
class Session:
    """What a command works with."""

    options: argparse.Namespace
    config: Config
    store: Store
    engine: Engine


Handler = Callable[[Session], Awaitable[int]]


def config_path(options: argparse.Namespace) -> Path:
    """The config file of a command line."""
    return Path(options.config).expanduser() if options.config else paths.config_file()


def data_dir(options: argparse.Namespace) -> Path:
    """The data directory of a command line."""
    return Path(options.data_dir).expanduser() if options.data_dir else paths.data_dir()


def read_config(options: argparse.Namespace) -> Config:
    """The config of a command line. Raises ConfigError, also when a file that was named is not there.

    `convo login` makes the file that was named.
    """
    from convo.adapters import RETIRED, known_platforms

    path = config_path(options)
    if options.config and options.command != "login" and not path.exists():
        raise ConfigError(f"{path} is not there. convo login NAME makes a config.")
    config = load(path, known_platforms(), RETIRED)
    named = [account.secret_env for account in config.accounts.values() if account.secret_env]
    if named:
        from convo.secrets import take_from_environment

        take_from_environment(named)
    return config


def open_store(options: argparse.Namespace, clock: Clock) -> Store:
    """The store of a command line. Raises StoreError; Stopped where a signal ends what a new version does with it."""
    with contextlib.ExitStack() as stack:
        watching: list[Tell] = []

        def tell(what: str, done: int, of: int) -> None:
            if not watching:  # of a thousand starts one has something to tell
                say_error("A new version of convo brings its store up to date, this once.")
                watching.append(stack.enter_context(watched(clock, _UPGRADE)))
            watching[0](what, done, of)

        return Store.open(data_dir(options), clock, tell)


def _repair(options: argparse.Namespace, clock: Clock) -> None:
    """`convo doctor --repair`, before the store is opened. Raises StoreError."""
    from convo.cli import output
    from convo.engine.care import repair

    with watched(clock, "Stopped. The store is as it was; the same command begins anew.") as tell:
        words = repair(data_dir(options), clock, tell)
    (output.say_error if options.json else output.say)(words)


def run(options: argparse.Namespace, open_inbox: Callable[[argparse.Namespace], int]) -> int:
    """Run the command of parsed options, or the inbox where there is none, and give the exit status."""
    points.observe_as_asked()
    if options.command is None:
        beside = data_dir(options) / "convo.log" if options.verbose and not options.demo else None
        logs.start(options.verbose and beside is not None, beside)
        return _guarded(lambda: open_inbox(options))
    logs.start(options.verbose)
    module, function = options.handler.split(":")
    handler: Handler = getattr(importlib.import_module(f"convo.cli.{module}"), function)
    gc.enable()
    return _guarded(lambda: asyncio.run(_command(options, handler)))


def say_error(words: str) -> None:
    """One sentence on standard error."""
    from convo.cli import output

    output.say_error(words)


def _guarded(call: Callable[[], int]) -> int:
    try:
        return call()
    except (ConfigError, UsageError) as error:
        say_error(error.words)
        return WRONG
    except (StoreError, Failure) as error:
        say_error(error.words)
        return FAILED
    except (KeyboardInterrupt, asyncio.CancelledError):
        say_error("Stopped. What was done is kept.")
        return STOPPED
    except Stopped as error:
        say_error(error.words)
        return STOPPED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE


async def _command(options: argparse.Namespace, handler: Handler) -> int:
    config = read_config(options)
    from convo.clock import SystemClock

    clock = SystemClock()
    if getattr(options, "repair", False):  # before anybody opens the store
        _repair(options, clock)
    with contextlib.closing(open_store(options, clock)) as store:
        engine = Engine(config, store, clock)
        try:
            _leave_on_signals()
            return await handler(Session(options, config, store, engine))
        except (ValueError, LookupError, TypeError, OverflowError) as error:
            fault = store.check()  # a value that makes no sense may be a damaged one
            if fault:
                raise StoreError(fault) from error
            raise
        finally:
            await engine.stop()


def _leave_on_signals() -> None:
    """SIGTERM, SIGHUP and Ctrl+C end the command; what is in flight is awaited up to 5 s by the engine's stop."""
    task = asyncio.current_task()
    assert task is not None
    loop = asyncio.get_running_loop()
    for number in SIGNALS:
        with contextlib.suppress(NotImplementedError, RuntimeError):  # not in the main thread: tests
            loop.add_signal_handler(number, task.cancel)
