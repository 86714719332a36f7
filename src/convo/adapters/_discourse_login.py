"""Signing in with a key of one's own, made on the site's page, and checking an account."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import replace
from urllib.parse import quote, urlencode, urlsplit

import msgspec
from msgspec import Struct

from convo.adapters import _discourse_keys as keys
from convo.adapters import _discourse_wire as wire
from convo.adapters._discourse_api import Api, Facts
from convo.adapters._pasted import Pasted, asked_address
from convo.adapters.contract import (
    AdapterError,
    Ask,
    Finding,
    LoginField,
    LoginResult,
    LoginStep,
    Missing,
    Refused,
    RetryAt,
    SignInAgain,
)
from convo.adapters.findings import clock, ended, reached
from convo.adapters.http import Http
from convo.adapters.wire import decode, loads
from convo.config import AccountConfig
from convo.text import one_line

URL = LoginField(
    "url", "Address of the site", help="https://forum.example.org, with its folder if it has one"
)
KEY = LoginField("key", "A key you already have (leave it empty to sign in there)", secret=True)
PAYLOAD = LoginField("payload", "What the page shows", help="all of its lines; nobody else can read it")
REST = LoginField("payload", "The next of its lines")
USER = LoginField("user", "The user name that the key made by an administrator is for")
SCOPES = "notifications,session_info,read,write"
"""`read` is every GET, `write` everything else: Discourse has nothing between that lets one answer."""


class Payload(Struct):
    """What the site encrypts for the key pair."""

    key: str
    nonce: str = ""


def address(text: str) -> str:
    """A site's address with its folder, without what is not part of it; "" when it is none."""
    place = text.strip().rstrip("/")
    parts = urlsplit(place if "://" in place else f"https://{place}")
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}" if parts.netloc else ""


def base_url(account: AccountConfig) -> str:
    """The site: `url`, with its folder; "" when the config does not name it."""
    return address(account.url)


async def login(account: AccountConfig, http_for: Callable[[str], Http], ask: Ask) -> LoginResult:
    """Ask for the site, open its page for keys, and take what it shows. Raises AdapterError."""
    url = await asked_address(base_url(account), ask, "Which site is it?", URL, address, "site")
    http = http_for(url)
    try:
        words = f"Sign in on {url}. A key that you have, or that an administrator made for you, is taken as it is."
        key = one_line((await ask(LoginStep(words, fields=(KEY,)))).get("key", ""))
        return await _with(http, replace(account, url=url), key or await _made_there(http, url, ask), ask)
    finally:
        await http.close()


async def _made_there(http: Http, url: str, ask: Ask) -> str:
    """A key that the site makes on its own page."""
    await _offered(http, url)
    pair, nonce = keys.make(), secrets.token_hex(16)
    step = LoginStep(
        f"{url} makes a key for convo. Open the address below, on any device where you are signed in there, say yes, "
        "and copy what the page then shows. It may read and answer in your name, nothing narrower exists; take it back "
        "at any time in your preferences there, under Security or Apps.",
        open_url=f"{url}/user-api-key/new?{_query(pair, nonce)}",
        fields=(PAYLOAD,),
    )
    pasted = ""
    while True:
        more = "".join((await ask(step)).get("payload", "").split())
        pasted += more
        # A terminal gives a paste of several lines one by one.
        if not more or len(pasted) >= pair.sealed_length:
            return _key(pasted, pair, nonce)
        step = LoginStep("", fields=(REST,))


def _query(pair: keys.KeyPair, nonce: str) -> str:
    return urlencode(
        {
            "application_name": "convo",
            "client_id": secrets.token_hex(16),
            "scopes": SCOPES,
            "public_key": pair.public_pem(),
            "nonce": nonce,
        },
        quote_via=quote,
    )


async def _offered(http: Http, url: str) -> None:
    """Raises Refused where a site lets nobody make keys. A site that does not answer so is tried all the same."""
    try:
        response = await http.send("HEAD", f"{url}/user-api-key/new")
    except RetryAt:
        raise
    except AdapterError:
        return
    if response.status == 404 and "auth-api-version" not in response.headers:
        raise Refused(f"{url} makes no keys for programs: it is no Discourse site, or it is too old.")


def _key(text: str, pair: keys.KeyPair, nonce: str) -> str:
    """The key in the site's encrypted lines. Raises SignInAgain."""
    if not text:
        raise SignInAgain("Nothing was pasted; the page shows the key for convo as a block of text.")
    try:
        found = loads(pair.decrypt(text), Payload)
    except ValueError as error:
        raise SignInAgain(
            "What was pasted is not the answer to this sign-in, or not all of it. Open the address once more."
        ) from error
    if found.nonce != nonce:
        raise SignInAgain("What was pasted is the answer to another sign-in. Open the address once more.")
    return one_line(found.key)


async def _with(http: Http, account: AccountConfig, key: str, ask: Ask) -> LoginResult:
    """Try a key as the user's own, then as one that an administrator made."""
    api = Api(http, account, Pasted(key), Facts())
    try:
        identity = await api.identify()
    except SignInAgain as error:
        user = account.user or one_line((await ask(LoginStep(_MADE, fields=(USER,)))).get("user", ""))
        if not user:
            raise SignInAgain(f"{api.host} does not take this key.") from error
        account = replace(account, user=user, options={**account.options, "key": "api"})
        api = Api(http, account, Pasted(key), Facts())
        identity = await api.identify()
        return LoginResult(key, identity, {"url": account.url, "user": user, "key": "api"})
    return LoginResult(key, identity, {"url": account.url, "user": identity.person.handle})


_MADE = (
    "The site does not know this as a key of yours. If an administrator made it (Admin, API), say whom it is for; "
    "leave it empty otherwise."
)


async def check(api: Api) -> list[Finding]:
    """Reach, key, scopes, limits, clock. Never raises AdapterError."""
    try:
        identity = await api.identify()
    except AdapterError as error:
        return ended(error)
    found = [reached(api.host)]
    found.append(Finding("sign in", True, f"Signed in as {identity.person.handle} on {api.host}."))
    found.append(await _scope(api, "read", _reads))
    found.append(await _scope(api, "write", _writes))
    found.append(_limits(api))
    found.append(clock(api.http, api.host))
    return found


async def _reads(api: Api) -> None:
    response = await api.get("/notifications.json", [("limit", "1")])
    decode(response, wire.Notes)


async def _writes(api: Api) -> None:
    """Ask to change a post that never exists: a key without the scope is told so, any other that it is not there."""
    try:
        await api.send("PUT", "/posts/0.json", msgspec.json.encode({"post": {"raw": "-"}}))
    except Missing:
        return


async def _scope(api: Api, name: str, probe: Callable[[Api], Awaitable[None]]) -> Finding:
    what = {"read": "reading", "write": "answering"}[name]
    try:
        await probe(api)
    except (RetryAt, SignInAgain) as error:
        return Finding("scopes", False, error.words)
    except AdapterError as error:
        again = f"The scope {name} is missing: {what} needs it ({error.words}) Run  convo login {api.account.name}"
        return Finding("scopes", False, again)
    return Finding("scopes", True, f"The key has the scope for {what} ({name}).")


def _limits(api: Api) -> Finding:
    """What the site says of lengths; requests are limited where nobody can ask."""
    facts = api.facts
    told = (
        f"Posts have {facts.shortest} to {facts.longest} characters."
        if facts.longest
        else "It does not say how long posts may be; it will when one is too long."
    )
    return Finding(
        "limits",
        True,
        f"{told} A key usually has 20 requests a minute and 2,880 a day; convo asks for little.",
    )
