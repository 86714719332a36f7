"""The user's own command for the circle: run with names, never with anything a stranger wrote on its command line."""

from __future__ import annotations

import asyncio
import os
import shlex
from asyncio.subprocess import DEVNULL
from typing import Final

NOTIFIES_FOR: Final = 10.0
"""Seconds that the user's command for the circle may take."""


async def run_notice(command: str, who: str) -> str:
    """Run the user's command with the names in CONVO_WHO; what went wrong, in words, "" for nothing."""
    environment = {**os.environ, "CONVO_WHO": who}
    try:
        process = await asyncio.create_subprocess_exec(
            *shlex.split(command), env=environment, stdin=DEVNULL, stdout=DEVNULL, stderr=DEVNULL
        )
    except (OSError, ValueError) as error:
        return f'The command "{command}" of [notify] could not be started: {error}'
    try:
        status = await asyncio.wait_for(process.wait(), NOTIFIES_FOR)
    except asyncio.TimeoutError:
        process.kill()
        await process.wait()
        return f'The command "{command}" of [notify] did not end and was stopped.'
    return f'The command "{command}" of [notify] ended with {status}.' if status else ""
