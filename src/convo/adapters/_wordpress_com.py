"""WordPress.com: which sites are there, where their API is, and the token that its OAuth server gives.

The routes below a site are those of a self-hosted one. The server that WordPress.com's discovery document names (OAuth
2.1 with PKCE) takes clients with a secret and without; its tokens hold two weeks and come with a refresh token. Those
of the older server, which can be pasted, do not end.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from urllib.parse import quote, urlsplit

from msgspec import Struct

from convo.adapters._keeping import kept, mark_of, written
from convo.adapters.contract import Ambiguous, Credential, RetryAt, SignInAgain
from convo.adapters.http import Http
from convo.adapters.wire import decode, part
from convo.config import AccountConfig
from convo.text import format_time, one_line, parse_time, shorten

API = "https://public-api.wordpress.com"
_HOST = "public-api.wordpress.com"
_EARLY = timedelta(minutes=2)


def hosted(account: AccountConfig) -> bool:
    """Whether the account's site is on WordPress.com: its address says so, or the option `api` does."""
    host = _host(account.url)
    return bool(account.options.get("api")) or host == _HOST or host.endswith(".wordpress.com")


def api_of(account: AccountConfig) -> str:
    """Where the API of WordPress.com is, without the slash at its end."""
    return (account.options.get("api") or API).strip().rstrip("/")


def site_of(account: AccountConfig) -> str:
    """What a site is called in routes: its host, with "::" before each part of its folder."""
    parts = urlsplit(account.url)
    path = [one for one in parts.path.split("/") if one]
    if parts.hostname == _HOST:
        return path[path.index("sites") + 1] if "sites" in path[:-1] else ""
    return "::".join([_host(account.url), *path])


def root_of(account: AccountConfig) -> str:
    """The root of the site's API."""
    return f"{api_of(account)}/wp/v2/sites/{quote(site_of(account), safe='')}"


def home_of(account: AccountConfig) -> str:
    """The site's own address, by which URIs and people are named; without the slash at its end."""
    if _host(account.url) == _HOST:
        return f"https://{site_of(account)}"
    return account.url.strip().rstrip("/")


def _host(url: str) -> str:
    try:
        return (urlsplit(url.strip()).hostname or "").lower()
    except ValueError:
        return ""


class Kept(Struct):
    """A token, what renews it ("" for nothing), when it ends ("" for never), and what it may do.

    Kept as JSON: as the account's secret when signing in gave more than a token, as its session once it was renewed.
    """

    seed: str = ""
    """Which secret the session began with: another one means that the user signed in anew."""
    access: str = ""
    refresh: str = ""
    until: str = ""
    scope: str = ""


class Granted(Struct):
    """The answer of the token address."""

    access_token: str
    refresh_token: str | None = None
    expires_in: float | None = None
    scope: str | None = None


class _Denied(Struct):
    """A refusal of the token address."""

    error: str = ""
    error_description: str = ""


class Bearer:
    """The token of one account, renewed where WordPress.com gave what renews it."""

    def __init__(self, http: Http, account: AccountConfig, credential: Credential) -> None:
        self._http = http
        self._account = account
        self._credential = credential
        self._kept: Kept | None = None
        self._turn = asyncio.Lock()

    async def header(self) -> str:
        """What goes with each request. Raises SignInAgain, RetryAt."""
        state = await self._state()
        if state.refresh and _over(state):
            await self.renew(f"Bearer {state.access}")
        return f"Bearer {(await self._state()).access}"

    async def scope(self) -> str:
        """What the token may do, as far as the sign-in said; "" when it did not."""
        return (await self._state()).scope

    def forget(self) -> None:
        """Read the secret anew next time."""
        self._kept = None

    async def renew(self, refused: str) -> bool:
        """Get another token than the one in this header; whether there is one. Another process may have got it."""
        async with self._turn, self._credential.refreshing():
            state = await self._stored()
            if f"Bearer {state.access}" != refused and not _over(state):
                self._kept = state
                return True
            if not state.refresh:
                return False
            form = {"grant_type": "refresh_token", "refresh_token": state.refresh}
            granted = await token(self._http, self._account, form)
            renewed = taken(granted, state)
            renewed.seed = mark_of((await self._credential.read()).strip())
            await self._credential.save_session(written(renewed))
            self._kept = renewed
            self._hide(renewed)
            return True

    async def _state(self) -> Kept:
        if self._kept is None:
            self._kept = await self._stored()
        return self._kept

    async def _stored(self) -> Kept:
        """The session where it belongs to the secret, else what the secret holds."""
        secret = (await self._credential.read()).strip()
        state = kept(await self._credential.session(), Kept)
        if state.seed != mark_of(secret):
            state = kept(secret, Kept) if secret.startswith("{") else Kept(access=secret)
        if (
            not state.access.isascii()
            or not state.access.isprintable()
            or " " in state.access
            or not state.access
        ):
            raise SignInAgain(f"There is no token. Run  convo login {self._account.name}")
        self._hide(state)
        return state

    def _hide(self, state: Kept) -> None:
        for secret in (state.access, state.refresh):
            if secret:
                self._http.hide(secret)


def taken(granted: Granted, before: Kept) -> Kept:
    """What the token address gave; what it left out stays as it was."""
    until = ""
    if granted.expires_in is not None:
        seconds = min(max(granted.expires_in, 0.0), 31_536_000.0)
        until = format_time(
            (datetime.now(timezone.utc) + timedelta(seconds=seconds) - _EARLY).replace(microsecond=0)
        )
    scope = one_line(granted.scope or "") or before.scope
    return Kept("", granted.access_token, granted.refresh_token or before.refresh, until, scope)


def _over(state: Kept) -> bool:
    try:
        return bool(state.until) and parse_time(state.until) <= datetime.now(timezone.utc)
    except ValueError:
        return True


def signed_out(account: AccountConfig, said: str = "") -> SignInAgain:
    """The error of a sign-in that does not hold any more."""
    quoted = f' ("{said}")' if said else ""
    return SignInAgain(
        f"WordPress.com does not take the sign-in any more{quoted}: it was taken back, or its two weeks are over. Run  "
        f"convo login {account.name}"
    )


async def token(http: Http, account: AccountConfig, form: Mapping[str, str]) -> Granted:
    """Ask the token address. Raises SignInAgain, Refused, RetryAt."""
    client, secret = (account.options.get(name, "").strip() for name in ("client_id", "client_secret"))
    if not client:
        raise SignInAgain(f"The config lacks client_id. Run  convo login {account.name}")
    for hidden in (secret, *(form.get(name, "") for name in ("refresh_token", "code", "code_verifier"))):
        if hidden:
            http.hide(hidden)
    proof = {"client_secret": secret} if secret else {}
    try:
        response = await http.send(
            "POST",
            f"{http.base}/oauth2-1/token",
            data={**form, "client_id": client, **proof},
            headers={"accept": "application/json"},
        )
    except Ambiguous as error:
        raise RetryAt(error.words) from error
    denied = part(response.body, _Denied) if response.status in (400, 401, 403) else None
    if denied is not None and denied.error in ("invalid_grant", "invalid_token", "invalid_request"):
        raise signed_out(account, shorten(denied.error_description or denied.error, 200))
    if denied is not None and denied.error:
        said = shorten(f"{denied.error} {denied.error_description}", 200)
        raise SignInAgain(
            f'WordPress.com does not take the client: "{said}". Check client_id and client_secret.'
        )
    http.raise_for(response)
    return decode(response, Granted)
