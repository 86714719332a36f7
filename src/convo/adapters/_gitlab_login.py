"""Signing in with a personal access token, and checking an account."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from msgspec import Raw

from convo.adapters import _gitlab_wire as wire
from convo.adapters._gitlab_api import CLOUD, Api, Facts, api_address, web_address
from convo.adapters._pasted import Pasted
from convo.adapters.contract import (
    AdapterError,
    Ask,
    Finding,
    LoginField,
    LoginResult,
    LoginStep,
)
from convo.adapters.findings import clock, ended, reached, requests_left
from convo.adapters.http import Http
from convo.config import AccountConfig
from convo.text import one_line, shorten

URL = LoginField("url", "Address of your GitLab (empty: gitlab.com)", help="https://gitlab.example.org")
TOKEN = LoginField("token", "Personal access token", secret=True, help="glpat- and letters")


def base_url(account: AccountConfig) -> str:
    """The API: gitlab.com's where the config names no `url`."""
    return api_address(account.url)


async def login(account: AccountConfig, http_for: Callable[[str], Http], ask: Ask) -> LoginResult:
    """Ask for a token and try it. Raises AdapterError."""
    url = account.url.strip()
    if not url:
        step = LoginStep("Which GitLab do you use?", fields=(URL,))
        url = (await ask(step)).get("url", "").strip()
    base = api_address(url)
    web = web_address(base)
    page = f"{web}/-/user_settings/personal_access_tokens?{urlencode({'name': 'convo', 'scopes': 'api'})}"
    told = await ask(
        LoginStep(
            f"convo signs in to {web} with a personal access token of the scope api. Make one at the address below and "
            "paste it. With GitLab's own program glab the config can ask that instead:  "
            f'secret_command = "glab config get token --host {web.partition("://")[2]}"',
            open_url=page,
            fields=(TOKEN,),
        )
    )
    token = told.get("token", "").strip()
    http = http_for(base)
    try:
        api = Api(http, Pasted(token), Facts())
        identity = await api.identify()
    finally:
        await http.close()
    return LoginResult(token, identity, {"url": "" if web == CLOUD else web, "user": api.facts.username})


async def check(api: Api) -> list[Finding]:
    """Reach, sign-in, scopes, to-dos, limits and clock. Never raises AdapterError."""
    try:
        identity = await api.identify()
    except AdapterError as error:
        return ended(error)
    found = [
        reached(api.host),
        Finding("sign in", True, f"{api.host} knows you as {identity.person.handle}."),
    ]
    found += [await _scopes(api), *await _todos(api)]
    return [*found, clock(api.http, api.host)]


async def _scopes(api: Api) -> Finding:
    """What the token may do, and when it ends."""
    try:
        response = await api.get("/personal_access_tokens/self")
    except AdapterError as error:
        if "scope" in error.words:
            return Finding("scopes", False, f"The token lacks the scope api. {error.words}")
        return Finding("scopes", True, f"{api.host} does not say what the token may do.")
    token = wire.part(response.body, wire.Token) or wire.Token()
    scopes = [one_line(scope) for scope in token.scopes]
    ends = f" It ends on {shorten(token.expires_at, 10)}." if token.expires_at else ""
    if "api" in scopes:
        return Finding("scopes", True, f"The token has the scope api.{ends}")
    if "read_api" in scopes:
        return Finding("scopes", False, f"The token has read_api only: convo can read, and not answer.{ends}")
    return Finding("scopes", False, f"The token lacks the scope api; make one with it.{ends}")


async def _todos(api: Api) -> list[Finding]:
    """Whether to-dos can be read, and how many requests are left."""
    try:
        response = await api.get("/todos", [("state", "pending"), ("per_page", "1")])
        wire.decode(response, list[Raw])
    except AdapterError as error:
        return [Finding("to-dos", False, error.words)]
    found = [Finding("to-dos", True, "The to-dos can be read.")]
    return [*found, requests_left(response.headers, api.host, until=" for this minute")]
