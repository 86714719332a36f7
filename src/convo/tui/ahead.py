"""Keys that come faster than a field takes them."""

from __future__ import annotations

import asyncio
from typing import Any

from textual import events
from textual.app import App

_PATIENCE = 2.0
"""Seconds after which a field that takes nothing is no longer waited for: a key must never hang the program."""


async def typed_out(app: App[Any], event: events.Key) -> None:
    """Before a key that acts: wait until the field with the focus has taken what was typed before it.

    The program takes its keys one after the other, but hands the letters to a field that takes them in a queue of its
    own: in one burst, as a slow line brings it, Ctrl+S would otherwise come before the last words.
    """
    field = app.focused
    if event.is_printable or field is None or not field.check_consume_key("a", "a"):
        return  # not a field: asking for the class of one would load it before the first frame
    for pump in field.ancestors_with_self:
        if pump is app:
            break
        taken = asyncio.Event()
        if pump.call_later(taken.set):
            try:
                await asyncio.wait_for(taken.wait(), _PATIENCE)
            except asyncio.TimeoutError:
                return
