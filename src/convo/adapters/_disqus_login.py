"""Signing in with an application of the user's own and the token of its page, and checking an account."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from convo.adapters._disqus_api import APPLICATIONS, SITE, Api, Facts, forums_in
from convo.adapters._pasted import Pasted
from convo.adapters.contract import (
    AdapterError,
    Ask,
    Finding,
    LoginField,
    LoginResult,
    LoginStep,
    SignInAgain,
)
from convo.adapters.findings import clock, ended, reached
from convo.adapters.http import Http
from convo.config import AccountConfig
from convo.text import one_line

USER = LoginField("user", "Your user name there", help="as in disqus.com/by/NAME")
KEY = LoginField("api_key", "API key of your application", help="the public one")
TOKEN = LoginField("token", "Access token of your application", secret=True)
FORUMS = LoginField(
    "forums", "Short names of your sites", help="as in NAME.disqus.com, with commas; may be empty"
)
_WORDS = (
    f"Disqus lets programs in through an application of your own: register one at {APPLICATIONS} with the default "
    'access "Read, Write, and Manage Forums" (without sites of your own "Read and Write" is enough), and copy its API '
    "key and its access token from there. The API secret is not needed; give it to nobody."
)
_TOKEN_WORDS = (
    "The token is tried when you answer. Disqus takes it for reading only as a part of the address, where convo puts "
    "no secret: comments that wait for approval are not shown."
)


def base_url(account: AccountConfig) -> str:
    """Where the API is."""
    return account.url.strip().rstrip("/") or SITE


async def login(account: AccountConfig, http_for: Callable[[str], Http], ask: Ask) -> LoginResult:
    """Ask for the keys and try what can be tried. Raises AdapterError."""
    http = http_for(base_url(account))
    try:
        fields = (KEY, TOKEN, FORUMS) if account.user else (USER, KEY, TOKEN, FORUMS)
        told = await ask(LoginStep(_WORDS, open_url=APPLICATIONS, fields=fields))
        user = one_line(account.user or told.get("user", ""))
        key, token = one_line(told.get("api_key", "")), told.get("token", "").strip()
        if not user or not key or not token:
            raise SignInAgain("User name, API key and access token are all needed.")
        given = {"api_key": key, "forums": ",".join(forums_in(told.get("forums", "")))}
        options = {**account.options, **given}
        api = Api(http, replace(account, user=user, options=options), Pasted(token), Facts())
        identity = await api.identify()
        if api.forums:
            await _look(api)
        return LoginResult(token, identity, {"user": api.facts.user, **given})
    finally:
        await http.close()


async def check(api: Api) -> list[Finding]:
    """Reach, key, sites, the token as far as it can be told, limits, clock. Never raises AdapterError."""
    try:
        identity = await api.identify()
    except AdapterError as error:
        return ended(error)
    found = [
        reached(api.host),
        Finding("sign in", True, f"The key is taken; {identity.person.handle} is known there."),
        await _sites(api),
        Finding("scopes", True, _TOKEN_WORDS),
        Finding("limits", True, "1,000 requests an hour; a look takes one for all your sites."),
    ]
    return [*found, clock(api.http, api.host)]


async def _sites(api: Api) -> Finding:
    if not api.forums:
        return Finding(
            "sites", True, "No sites of your own are named; answers to you elsewhere are looked for."
        )
    try:
        await _look(api)
    except (SignInAgain, AdapterError) as error:
        return Finding("sites", False, error.words)
    return Finding("sites", True, f"Comments on {', '.join(api.forums)} can be read.")


async def _look(api: Api) -> None:
    """Ask for one comment of every site: one that is not there is refused."""
    await api.get("posts/list", [*(("forum", one) for one in api.forums), ("limit", "1")])
