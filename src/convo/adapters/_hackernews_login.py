"""Saying who one is, without a secret, and checking an account."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from convo.adapters._hackernews_api import FIREBASE, Api, facts_of
from convo.adapters.contract import AdapterError, Ask, Finding, LoginField, LoginResult, LoginStep, Refused
from convo.adapters.findings import clock, ended
from convo.adapters.http import Http
from convo.config import AccountConfig
from convo.text import one_line

USER = LoginField("user", "Your user name there", help="as it is written, capital letters count")


def base_url(account: AccountConfig) -> str:
    """Where items are read: Firebase, unless the config names another place."""
    return account.url.strip().rstrip("/") or FIREBASE


async def login(account: AccountConfig, http_for: Callable[[str], Http], ask: Ask) -> LoginResult:
    """Ask for the user name and whether it is there; there is no secret. Raises AdapterError."""
    user = account.user.strip()
    if not user:
        words = "Hacker News is read without signing in; convo needs your user name, never the password."
        user = one_line((await ask(LoginStep(words, fields=(USER,)))).get("user", ""))
    http = http_for(base_url(account))
    try:
        identity = await Api(http, replace(account, user=user), facts_of("")).identify()
        return LoginResult("", identity, {"user": user})
    finally:
        await http.close()


async def check(api: Api) -> list[Finding]:
    """Items, name, search, clock; there are no credentials and no scopes. Never raises AdapterError."""
    try:
        identity = await api.identify()
    except Refused as error:
        return [Finding("sign in", False, error.words)]
    except AdapterError as error:
        return ended(error)
    return [
        Finding("reach", True, "Hacker News answers: items can be read."),
        Finding("sign in", True, f"{identity.person.handle} is there; no sign-in is needed."),
        Finding("scopes", True, "There are none: convo reads what everybody reads."),
        Finding("limits", True, "Hacker News sets no limit of requests."),
        await _search(api),
        clock(api.http, "Hacker News"),
    ]


async def _search(api: Api) -> Finding:
    try:
        await api.search([f"author_{api.facts.user}"], 0, 0, 1)
    except AdapterError as error:
        return Finding("search", False, error.words)
    words = f"{api.search_host} answers; it takes 10,000 requests an hour, convo makes a few."
    return Finding("search", True, words)
