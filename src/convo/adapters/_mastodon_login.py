"""Signing in and checking: app registration per server, OAuth with PKCE, a pasted code or token, scopes, clock."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Callable, Mapping, Sequence
from urllib.parse import quote, urlencode, urlsplit

from convo.adapters import _mastodon_wire as wire
from convo.adapters._mastodon_api import Api, Facts
from convo.adapters._pasted import Pasted, asked_address
from convo.adapters.contract import AdapterError, Ask, Finding, LoginField, LoginResult, LoginStep, Refused
from convo.adapters.findings import clock, ended, reached, requests_left
from convo.adapters.http import Http, server_words
from convo.config import AccountConfig
from convo.text import format_time, parse_time

SCOPES = (
    "read:accounts read:notifications read:statuses read:search read:blocks read:mutes"
    " write:statuses write:media write:mutes write:blocks"
)
"""The least that reads the inbox and answers from it. `read:accounts` finds out who the token is for."""
_BROAD = "read write"
"""What is asked for where a server knows no finer ones."""
LOOPBACK = "http://127.0.0.1/callback"
"""Registered without a port: doorkeeper lets a loopback address have any (RFC 8252)."""
OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"
_PROBES: Sequence[tuple[str, str, str]] = (
    ("read:notifications", "GET", "/api/v1/notifications?limit=1"),
    ("read:statuses", "GET", "/api/v1/accounts/{me}/statuses?limit=1"),
    ("read:search", "GET", "/api/v2/search?q=convo&type=accounts&limit=1&resolve=false"),
    ("read:blocks", "GET", "/api/v1/blocks?limit=1"),
    ("read:mutes", "GET", "/api/v1/mutes?limit=1"),
    ("write:statuses", "DELETE", "/api/v1/statuses/0"),
    ("write:media", "PUT", "/api/v1/media/0"),
    ("write:mutes", "POST", "/api/v1/statuses/0/unmute"),
    ("write:blocks", "POST", "/api/v1/accounts/0/unblock"),
)
"""One harmless request for each scope; those that write name a thing that never exists."""
_URL = LoginField("url", "Address of your server", help="https://fosstodon.org")
_NEEDED = ("read:notifications", "read:statuses", "write:statuses")


def base_url(account: AccountConfig) -> str:
    """The server: `url`, else the domain of `user`; "" when the config names neither."""
    return _address(account.url.strip() or account.user.strip().lstrip("@").partition("@")[2])


def _address(text: str) -> str:
    place = text.strip()
    if not place:
        return ""
    parts = urlsplit(place if "://" in place else f"https://{place}")
    return f"{parts.scheme}://{parts.netloc}"


async def login(account: AccountConfig, http_for: Callable[[str], Http], ask: Ask) -> LoginResult:
    """Sign in on a server: a token the user has, the browser, or a code from the page. Raises AdapterError."""
    url = await asked_address(
        base_url(account), ask, "Which server is your account on?", _URL, _address, "server"
    )
    http = http_for(url)
    try:
        answers = await ask(
            LoginStep(
                f"Sign in on {url}: go on with nothing in the field, and its own page asks you to say yes. "
                "A token you already have is taken as it is (Preferences, Development, New application; "
                f"scopes: {SCOPES}).",
                fields=(LoginField("token", "Access token (leave it empty to sign in there)", secret=True),),
            )
        )
        token = answers.get("token", "").strip() or await _authorized(http, url, ask)
        api = Api(http, Pasted(token), Facts())
        identity = await api.identify()
        return LoginResult(token, identity, {"url": url})
    finally:
        await http.close()


async def check(api: Api) -> list[Finding]:
    """Reach, token, scopes, limits and clock. Never raises AdapterError."""
    try:
        await api.identify()
    except AdapterError as error:
        return ended(error)
    facts = api.facts
    moved = f"This account moved to {facts.moved_to}; sign in there." if facts.moved_to else ""
    found = [
        reached(api.host),
        Finding("sign in", not moved, moved or f"{api.host} knows you as {facts.handle} ({facts.version})."),
    ]
    found.append(await _scopes(api))
    found.append(await _limits(api))
    return [*found, clock(api.http, api.host)]


async def _authorized(http: Http, url: str, ask: Ask) -> str:
    """A token through the server's own page: browser and loopback redirect, or a code to paste."""
    scopes = await _scopes_there(http)
    app, scopes = await _registered(http, scopes)
    verifier = secrets.token_urlsafe(64)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    state = secrets.token_urlsafe(24)
    query = urlencode(
        {
            "response_type": "code",
            "client_id": app.client_id,
            "scope": scopes,
            "state": state,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        },
        quote_via=quote,
    )
    answers = await ask(
        LoginStep(
            "Allow convo to read what is said to you and to answer.",
            open_url=f"{url}/oauth/authorize?{query}&redirect_uri={{redirect_uri}}",
            fields=(LoginField("code", "Code the page shows", secret=True),),
            wait_for_redirect=True,
        )
    )
    redirect = answers.get("redirect_uri", "") or OUT_OF_BAND
    if answers.get("error"):
        raise Refused(f'{url} said: "{answers.get("error_description") or answers["error"]}"')
    if redirect != OUT_OF_BAND and not secrets.compare_digest(answers.get("state", ""), state):
        raise Refused("The answer of the sign-in page belongs to another sign-in; start again.")
    code = answers.get("code", "").strip()
    if not code:
        raise Refused("No code came back from the sign-in page; start again.")
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "client_id": app.client_id,
        "client_secret": app.client_secret,
        "redirect_uri": redirect,
        "scope": scopes,
        "code_verifier": verifier,
    }
    response = await http.send("POST", "/oauth/token", data=form)
    if response.status in (400, 401, 403):
        said = server_words(response.body)
        raise Refused(f'The code was not taken: "{said}"' if said else "The code was not taken; start again.")
    http.raise_for(response, write=True)
    return wire.decode(response, wire.Token).access_token


async def _scopes_there(http: Http) -> str:
    """The finer scopes, or the broad ones where the server lists what it has and lacks one of them."""
    response = await http.get("/.well-known/oauth-authorization-server")
    if not response.ok or "json" not in response.headers.get("content-type", ""):
        return SCOPES
    listed = wire.decode(response, wire.AuthorizationServer).scopes_supported
    return SCOPES if not listed or set(SCOPES.split()) <= set(listed) else _BROAD


async def _registered(http: Http, scopes: str) -> tuple[wire.App, str]:
    """Register convo on the server: each server has apps of its own, so none can be shipped."""
    for wanted in dict.fromkeys((scopes, _BROAD)):
        form: Mapping[str, str] = {
            "client_name": "convo",
            "redirect_uris": f"{LOOPBACK}\n{OUT_OF_BAND}",
            "scopes": wanted,
        }
        response = await http.send("POST", "/api/v1/apps", data=dict(form))
        if response.ok:
            return wire.decode(response, wire.App), wanted
        if response.status not in (400, 422):
            break
    http.raise_for(response)
    raise AssertionError("unreachable")


async def _scopes(api: Api) -> Finding:
    missing = []
    for scope, method, place in _PROBES:
        path = place.replace("{me}", api.facts.id)
        try:
            if method == "GET":
                await api.get(path)
            else:
                await api.send(method, path)
        except Refused as error:
            if "permission" in error.words or "scope" in error.words.lower():
                missing.append(scope)
        except AdapterError:
            continue
    if not missing:
        return Finding("scopes", True, "The token may do all that convo does.")
    words = f"The token lacks {', '.join(missing)}; sign in again with convo login to give it."
    return Finding("scopes", not set(missing) & set(_NEEDED), words)


async def _limits(api: Api) -> Finding:
    try:
        headers = (await api.get("/api/v1/notifications", [("limit", "1")])).headers
    except AdapterError as error:
        return Finding("limits", False, error.words)
    try:
        until = f" until {format_time(parse_time(headers.get('x-ratelimit-reset', '')))}"
    except ValueError:
        until = ""
    return requests_left(headers, api.host, prefix="x-", until=until)
