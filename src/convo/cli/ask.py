"""How a login asks on a terminal: addresses to open, fields to fill in, and a redirect to wait for."""

from __future__ import annotations

import asyncio
import getpass
import sys
import webbrowser
from collections.abc import Mapping

from convo.adapters.contract import Ask, LoginField, LoginStep
from convo.text import clean


def terminal_ask(open_browser: bool) -> Ask:
    """Asks on standard error and the terminal, so that standard output stays the document."""

    async def ask(step: LoginStep) -> Mapping[str, str]:
        if step.words:
            sys.stderr.write(clean(step.words) + "\n")
        if step.open_url:
            sys.stderr.write(f"  {clean(step.open_url)}\n")
            if open_browser:
                await asyncio.to_thread(webbrowser.open, step.open_url)
        answers = {}
        for field in step.fields:
            answers[field.name] = await asyncio.to_thread(_field, field)
        return answers

    return ask


async def go_on(question: str) -> bool:
    """Ask once on a terminal: Enter goes on, any word does not. Without a terminal nobody is asked."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return True
    sys.stderr.write(f"{question} Enter adds it, n thinks it over: ")
    sys.stderr.flush()
    return not (await asyncio.to_thread(sys.stdin.readline)).strip()


def _field(field: LoginField) -> str:
    if field.help:
        sys.stderr.write(clean(field.help) + "\n")
    prompt = f"{clean(field.label)}: "
    if field.secret and sys.stdin.isatty():
        return getpass.getpass(prompt, stream=sys.stderr).strip()
    sys.stderr.write(prompt)
    sys.stderr.flush()
    return sys.stdin.readline().strip()
