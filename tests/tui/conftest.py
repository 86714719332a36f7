"""Coroutine tests run in an event loop of their own."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable

import pytest

from convo.tui import accounted, answering, fielded


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run `async def` tests."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    names = inspect.signature(pyfuncitem.obj).parameters
    asyncio.run(pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in names}))
    return True


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pictures do not depend on the terminal the tests run in."""
    for name in ("NO_COLOR", "COLORFGBG", "VISUAL", "EDITOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")


@pytest.fixture(autouse=True)
def timers(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """No timer of the inbox runs out by itself, however slow the machine; gives what sets them to so many seconds."""

    def run_out_after(seconds: float) -> None:
        for module, name in ((fielded, "LOOKED_AFTER"), (answering, "SAVE_AFTER"), (accounted, "NOTE_AFTER")):
            monkeypatch.setattr(module, name, seconds)

    run_out_after(3600.0)
    return run_out_after
