"""Signing in with name, password and second factor for a token, and checking an account."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urlsplit

import msgspec

from convo.adapters import _lemmy_wire as wire
from convo.adapters._lemmy_api import Api, Facts
from convo.adapters._pasted import Pasted, asked_address
from convo.adapters.contract import (
    AdapterError,
    Ask,
    Finding,
    LoginField,
    LoginResult,
    LoginStep,
    Refused,
    RetryAt,
    SignInAgain,
)
from convo.adapters.findings import clock, ended
from convo.adapters.http import Http, Response
from convo.adapters.wire import decode, part
from convo.config import AccountConfig
from convo.text import one_line, shorten

URL = LoginField("url", "Address of your server", help="https://lemmy.example")
USER = LoginField("user", "Your user name or e-mail address there")
PASSWORD = LoginField("password", "Your password (or a token you already have)", secret=True)
CODE = LoginField("code", "Code of your second factor", secret=True)
_TOKEN_LENGTH = 100
"""Lemmy takes passwords of 60 characters at most, and its tokens are longer."""


def address(text: str) -> str:
    """A server's address without what is not part of it, "" when it is none."""
    place = text.strip().rstrip("/")
    parts = urlsplit(place if "://" in place else f"https://{place}")
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


def base_url(account: AccountConfig) -> str:
    """The server: `url`; "" when the config does not name it."""
    return address(account.url)


async def login(account: AccountConfig, http_for: Callable[[str], Http], ask: Ask) -> LoginResult:
    """Ask for server, name and password, and swap them for a token once. Raises AdapterError."""
    url = await asked_address(base_url(account), ask, "Which server is yours?", URL, address, "server")
    http = http_for(url)
    try:
        told = await ask(
            LoginStep(
                f"convo signs in to {url} once with your password and keeps only the token that it gets for it. Lemmy "
                "has no keys for programs: the token may do all that you may. It ends when you log out everywhere or "
                "change the password.",
                fields=(PASSWORD,) if account.user else (USER, PASSWORD),
            )
        )
        user, secret = one_line(account.user or told.get("user", "")), told.get("password", "")
        if not secret.strip():
            raise SignInAgain("The password is needed, or a token.")
        account = replace(account, url=url, user=user)
        token = secret.strip()
        if len(token) < _TOKEN_LENGTH and token.count(".") != 2:
            if not user:
                raise SignInAgain("User name and password are both needed.")
            token = await _token(http, user, secret, ask)
        identity = await Api(http, account, Pasted(token), Facts()).identify()
        return LoginResult(token, identity, {"url": url, "user": identity.person.handle.partition("@")[0]})
    finally:
        await http.close()


async def _token(http: Http, user: str, password: str, ask: Ask) -> str:
    """A token for name and password; asks for the second factor where there is one, and tries each only once."""
    given: dict[str, str | bool] = {"username_or_email": user, "password": password}
    path = await _path(http)
    if path.endswith("/account/auth/login"):
        given["stay_logged_in"] = True
    response = await _try(http, path, given)
    if _word(response) == "missing_totp_token":
        code = (await ask(LoginStep("The server asks for your second factor.", fields=(CODE,)))).get(
            "code", ""
        )
        response = await _try(http, path, {**given, "totp_2fa_token": "".join(code.split())})
    word = _word(response)
    if word in ("incorrect_login", "incorrect_totp_token", "missing_totp_token"):
        raise SignInAgain(f"{urlsplit(http.base).hostname} does not take this name, password or code.")
    if word:
        raise SignInAgain(f"{urlsplit(http.base).hostname} does not let you sign in: {shorten(word, 100)}.")
    http.raise_for(response)
    found = decode(response, wire.Login)
    if not found.jwt:
        why = "the e-mail address is not verified yet" if found.verify_email_sent else "it gave no token"
        raise SignInAgain(f"{urlsplit(http.base).hostname} does not let you sign in: {why}.")
    return one_line(found.jwt)


async def _path(http: Http) -> str:
    """Where one signs in: 1.0 has a place of its own."""
    response = await http.get(f"{http.base}/api/v4/site")
    found = part(response.body, wire.Site) if response.ok else None
    return "/api/v4/account/auth/login" if found is not None and found.version else "/api/v3/user/login"


async def _try(http: Http, path: str, given: dict[str, str | bool]) -> Response:
    """Sign in once: the server lets nobody try often."""
    return await http.send(
        "POST",
        f"{http.base}{path}",
        content=msgspec.json.encode(given),
        headers={"content-type": "application/json", "accept": "application/json"},
    )


def _word(response: Response) -> str:
    """The word of a refusal, "" for none."""
    found = part(response.body, wire.Refusal) if not response.ok else None
    return one_line(found.error) if found is not None else ""


async def check(api: Api) -> list[Finding]:
    """Reach, token, dialect, lists, limits, clock. Lemmy has no scopes. Never raises AdapterError."""
    try:
        identity = await api.identify()
        await api.validate()
    except AdapterError as error:
        return ended(error)
    facts = api.facts
    spoken = "1.0" if api.modern else "0.19"
    return [
        Finding("reach", True, f"{api.host} answers: Lemmy {facts.version}, spoken to as {spoken}."),
        Finding("sign in", True, f"Signed in as {identity.person.handle}."),
        Finding("scopes", True, "Lemmy's tokens have no scopes: they can do what your login can."),
        await _lists(api),
        await _limits(api),
        clock(api.http, api.host),
    ]


async def _lists(api: Api) -> Finding:
    """Whether what is told to the user can be read."""
    path, params = (
        ("/account/notification/list", [("type_", "all"), ("limit", "1")])
        if api.modern
        else ("/user/replies", [("sort", "New"), ("page", "1"), ("limit", "1")])
    )
    try:
        await api.get(path, params)
    except AdapterError as error:
        return Finding("lists", False, error.words)
    return Finding("lists", True, "Replies, mentions and messages can be read.")


async def _limits(api: Api) -> Finding:
    """How often the server may be asked; it does not say when one may ask again."""
    try:
        site = decode(await api.get("/site"), wire.Site)
    except (RetryAt, Refused) as error:
        return Finding("limits", False, error.words)
    view = part(site.site_view, wire.SiteView)
    limits = part(view.limits, wire.Limits) if view is not None else None
    if limits is None or not limits.message or not limits.comment:
        return Finding("limits", True, "The server does not say how often it may be asked.")
    return Finding(
        "limits",
        True,
        f"{limits.message} requests in {limits.message_per_second or 60} s, {limits.comment} answers in "
        f"{limits.comment_per_second or 600} s, for all of your address; 10,000 characters each.",
    )
