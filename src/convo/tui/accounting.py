"""Deeds of the accounts page: sign in again, look now, rest, one place more."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from convo.engine import when as times
from convo.tui.menus import Choice, Question
from convo.views import AccountStatus, Health

if TYPE_CHECKING:
    from convo.tui.screen import InboxScreen


def under_cursor(screen: InboxScreen) -> AccountStatus | None:
    """The account under the cursor of the page, None on the line that adds one."""
    accounts = screen.desk.accounts
    return accounts[screen.page.index] if screen.page.index < len(accounts) else None


async def help_account(screen: InboxScreen) -> None:
    """Do what helps the account under the cursor: sign in, or look now; on the last line, one place more."""
    status = under_cursor(screen)
    if status is None:
        screen.convo.sign_in()
    elif status.health is Health.SIGN_IN:
        screen.convo.sign_in(status.name)
    elif status.health is Health.OFF:
        screen.desk.say(status.words or status.advice)
    elif screen.convo.offline:
        screen.desk.say("convo was started with --offline; nothing is looked at.")
    else:
        await screen.desk.engine.standing.wake(status.name)
        screen.desk.engine.look_now((status.name,))
        screen.desk.refresh_facts()
        screen.convo.draw_page()
        screen.desk.say(f"Looking at {status.name} now.")


def over(snooze: Callable[[InboxScreen], Awaitable[None]]) -> Callable[[InboxScreen], Awaitable[None]]:
    """The key that puts off: here it puts an account off, elsewhere a conversation."""

    async def deed(screen: InboxScreen) -> None:
        await (rest if screen.page.kind == "accounts" else snooze)(screen)

    return deed


async def rest(screen: InboxScreen) -> None:
    """Let an account rest till a time: nothing is asked of its platform before."""
    desk, status = screen.desk, under_cursor(screen)
    if status is None:
        return
    if status.health not in (Health.FINE, Health.LOOKING, Health.STALE, Health.RESTING):
        desk.say(f"{status.name} is not looked at as it is.")
        return
    now = desk.moment().here
    listed = [one for one in times.choices(now, desk.config.inbox.day_starts, status.name) if one.until]
    by_key = {one.key: one.until for one in listed}

    async def chosen(letter: str) -> None:
        until = by_key[letter]
        assert until is not None
        await desk.engine.standing.rest(status.name, until)
        desk.engine.look_now((status.name,))
        desk.refresh_facts()
        desk.say(f"{status.name} rests until {times.shown_when(until, now)}. , looks all the same.")
        screen.convo.draw_page()

    choices = tuple(Choice(one.key, one.label, one.shown) for one in listed)
    screen.ask(Question(f"Let {status.name} rest", choices, chosen, enter="rest"))
