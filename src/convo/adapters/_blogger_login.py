"""Signing in with a Google client of the user's own, and checking an account."""

from __future__ import annotations

from collections.abc import Callable

from convo.adapters._blogger_api import API, SCOPE, Api, facts_of
from convo.adapters._google import Google, client_of, sign_in
from convo.adapters._pasted import Signing
from convo.adapters.contract import AdapterError, Ask, Finding, LoginResult
from convo.adapters.findings import clock, ended
from convo.adapters.http import Http
from convo.config import AccountConfig

_WORDS = (
    "Google lets programs in only through a client that you make yourself: at https://console.cloud.google.com make a "
    'project, enable the "Blogger API", set the consent screen to "In production", and make an OAuth client of the '
    f'type "Desktop app". The scope is {SCOPE} (to read and moderate).'
)


def base_url(account: AccountConfig) -> str:
    """Where the API is: Google, unless the config names another place."""
    return account.url.strip().rstrip("/") or API


async def login(account: AccountConfig, http_for: Callable[[str], Http], ask: Ask) -> LoginResult:
    """Sign in with a client of the user's own. Raises AdapterError."""
    http = http_for(base_url(account))
    try:
        refresh, account = await sign_in(http, account, SCOPE, _WORDS, ask)
        api = Api(Google(http, account, Signing(refresh)), facts_of(""))
        identity = await api.identify()
        return LoginResult(refresh, identity, client_of(account))
    finally:
        await http.close()


async def check(api: Api) -> list[Finding]:
    """Reach, sign-in, scope, blogs, limits, clock. Never raises AdapterError."""
    try:
        identity = await api.identify()
    except AdapterError as error:
        return ended(error)
    names = ", ".join(one.name or one.id for one in api.facts.blogs)
    limits = "The quota stands in the Google Cloud console; a look takes one request a blog."
    return [
        Finding("reach", True, "Blogger answers."),
        Finding("sign in", True, f"Signed in as {identity.person.handle}."),
        _scope(api.google),
        Finding("blogs", bool(names), f"Looks after {names}." if names else "This account has no blog."),
        Finding("limits", True, limits),
        clock(api.http, "Google"),
    ]


def _scope(google: Google) -> Finding:
    """Google names the scopes with each access token."""
    given = google.scope.split()
    if given and SCOPE not in given:
        words = f"The scope {SCOPE} is missing: deciding about comments needs it. Run  convo login"
        return Finding("scopes", False, f"{words} {google.account.name}")
    return Finding("scopes", True, "The sign-in may read and moderate.")
