"""Signing in with a client of the user's own, with a browser anywhere, and checking an account."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from convo.adapters._pasted import Signing
from convo.adapters._reddit_api import API, Api, host_of, site_of, token
from convo.adapters._reddit_messages import Facts
from convo.adapters.contract import (
    AdapterError,
    Ask,
    Finding,
    LoginField,
    LoginResult,
    LoginStep,
    Refused,
    SignInAgain,
)
from convo.adapters.findings import clock, ended, reached
from convo.adapters.http import Http
from convo.config import AccountConfig
from convo.text import one_line, shorten

REDIRECT = "http://127.0.0.1:65010/convo"
"""The address that is written into the app at Reddit; nothing listens there, and its address bar holds the code."""
READING = frozenset({"identity", "read", "privatemessages"})
ANSWERING = frozenset({"submit", "edit", "history"})
SCOPES = "identity read privatemessages submit edit history account"
CLIENT = LoginField("client_id", "Client id of your app", help="about 20 letters, below the app's name")
CLIENT_SECRET = LoginField(
    "client_secret", "Its secret (empty for an installed app, which has none)", secret=True
)
USER = LoginField("user", "Your name on Reddit", help="without u/")
TOKEN = LoginField("token", "Refresh token you already have (leave it empty to sign in)", secret=True)
CODE = LoginField(
    "code", "The address that did not open", secret=True, help="from the browser's address bar, whole"
)


def _words(redirect: str) -> str:
    return (
        "Reddit lets in only programs that it approved. You need an app of your own: ask for access as Reddit's "
        "Responsible Builder Policy says, then make one at https://www.reddit.com/prefs/apps, of the type "
        f'"installed app", with the redirect uri {redirect} exactly. Without approval convo cannot read Reddit.'
    )


def base_url(account: AccountConfig) -> str:
    """Where the API is: Reddit's, unless the config names another place."""
    return account.url.strip().rstrip("/") or API


async def login(account: AccountConfig, http_for: Callable[[str], Http], ask: Ask) -> LoginResult:
    """Sign in with a client of the user's own. Raises AdapterError."""
    redirect = account.options.get("redirect", "").strip() or REDIRECT
    given = {name: account.options.get(name, "").strip() for name in ("client_id", "client_secret")}
    fields = [] if given["client_id"] else [CLIENT, CLIENT_SECRET]
    fields += [] if account.user else [USER]
    told = await ask(LoginStep(_words(redirect), fields=(*fields, TOKEN)))
    client = {name: given[name] or one_line(told.get(name, "")) for name in given}
    if not client["client_id"]:
        raise Refused("Without a client id Reddit lets no program in.")
    user = one_line(account.user or told.get("user", "")).removeprefix("/").removeprefix("u/")
    account = replace(account, user=user, options={**account.options, **client})
    http = http_for(base_url(account))
    try:
        refresh = told.get("token", "").strip() or await _by_browser(http, account, redirect, ask)
        identity = await Api(http, account, Signing(refresh), Facts()).identify()
        kept = {name: value for name, value in client.items() if value}
        return LoginResult(refresh, identity, {**kept, "user": identity.person.handle})
    finally:
        await http.close()


async def _by_browser(http: Http, account: AccountConfig, redirect: str, ask: Ask) -> str:
    """A refresh token by way of Reddit's page, on this device or another.

    Reddit takes only the address that was registered, port and all, so the browser ends at one where nobody listens.
    """
    state = secrets.token_urlsafe(24)
    query = urlencode(
        {
            "client_id": account.options["client_id"],
            "response_type": "code",
            "state": state,
            "redirect_uri": redirect,
            "duration": "permanent",
            "scope": SCOPES,
        },
        quote_via=quote,
    )
    told = await ask(
        LoginStep(
            "Allow convo on Reddit's page, on any device. The browser ends at an address that does not open, which is "
            "as it should be: copy that address, whole.",
            open_url=f"{site_of(account)}/api/v1/authorize?{query}",
            fields=(CODE,),
        )
    )
    code = _code(told.get("code", ""), state)
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect}
    granted = await token(http, account, form)
    if not granted.refresh_token:
        raise SignInAgain("Reddit gave no refresh token; start again.")
    return granted.refresh_token


def _code(pasted: str, state: str) -> str:
    """The code in the address that a browser ended at. Raises Refused."""
    text = pasted.strip()
    found = {name: values[0] for name, values in parse_qs(urlsplit(text).query).items()}
    if found.get("error"):
        raise Refused(f'Reddit said: "{shorten(found["error"], 200)}"')
    if not secrets.compare_digest(found.get("state", "").encode(), state.encode()):
        raise Refused("That address belongs to another sign-in, or is not whole; start again.")
    if not found.get("code"):
        raise Refused("There is no code in that address; start again.")
    return found["code"]


async def check(api: Api) -> list[Finding]:
    """Reach, sign-in, scopes, inbox, limits, clock. Never raises AdapterError."""
    try:
        identity = await api.identify()
    except AdapterError as error:
        return ended(error)
    return [
        reached(host_of(api.http)),
        Finding("sign in", True, f"Signed in as {identity.person.handle}."),
        _scopes(api),
        *await _inbox(api),
        clock(api.http, host_of(api.http)),
    ]


def _scopes(api: Api) -> Finding:
    """Reddit names the scopes with each access token; "*" stands for all."""
    given = api.scopes
    lacking = sorted((READING | ANSWERING) - given)
    if given and "*" not in given and lacking:
        need = "reading" if READING - given else "answering"
        words = (
            f"The sign-in lacks {', '.join(lacking)}, which {need} needs. Run  convo login {api.account.name}"
        )
        return Finding("scopes", False, words)
    return Finding("scopes", True, "The sign-in may read and answer.")


async def _inbox(api: Api) -> list[Finding]:
    """Whether the inbox can be read, and how many requests are left."""
    try:
        response = await api.get("/message/inbox", [("mark", "false"), ("limit", "1")])
    except AdapterError as error:
        return [Finding("inbox", False, error.words)]
    found = [Finding("inbox", True, "The inbox can be read.")]
    left = response.headers.get("x-ratelimit-remaining", "").partition(".")[0]
    reset = response.headers.get("x-ratelimit-reset", "").partition(".")[0]
    if left.isdigit() and reset.isdigit():
        words = f"{int(left)} requests are left for the next {int(reset)} s, for all who use this client."
        return [*found, Finding("limits", int(left) > 0, words)]
    return [*found, Finding("limits", True, "Reddit allows 100 requests a minute for a client.")]
