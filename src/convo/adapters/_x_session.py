"""The sign-in of an X account: a refresh token that holds once, an access token for two hours, and the ledger.

X takes every refresh token only once; using an old one again ends the sign-in. So one at a time refreshes, over all
processes, and the new pair is stored before it is used. What was spent is kept in the same 0600 file.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone
from typing import TypeVar

from msgspec import Struct, field

from convo.adapters import _x_wire as wire
from convo.adapters._keeping import kept, mark_of, written
from convo.adapters._pasted import stored_token
from convo.adapters.contract import Ambiguous, Credential, RetryAt, SignInAgain
from convo.adapters.http import Http, server_words
from convo.adapters.wire import decode
from convo.config import AccountConfig
from convo.text import format_time, one_line, parse_time

T = TypeVar("T")
Clock = Callable[[], datetime]
PERSON = 10_000
"""The price of a person, in millionths of a dollar; whether X charges for those that come along is not known."""
_EARLY = timedelta(minutes=2)


class Kept(Struct):
    """What is stored of a sign-in, and what was spent with it, in millionths of a dollar."""

    seed: str = ""
    """Which secret the sign-in began with: another one means that the user signed in anew."""
    access: str = ""
    until: str = ""
    refresh: str = ""
    scope: str = ""
    dialect: str = wire.TWEET
    month: str = ""
    spent: int = 0
    day: str = ""
    billed: list[str] = field(default_factory=list)
    """What was counted this day (UTC): X charges for the same thing once a day."""


def turned(state: Kept, now: datetime) -> None:
    """Begin a new month and a new day (UTC) of the ledger where one began."""
    if state.month != f"{now:%Y-%m}":
        state.month, state.spent = f"{now:%Y-%m}", 0
    if state.day != f"{now:%Y-%m-%d}":
        state.day, state.billed = f"{now:%Y-%m-%d}", []


def utc_now() -> datetime:
    """The present."""
    return datetime.now(timezone.utc)


class Session:
    """Tokens and ledger of one account: read anew, changed and stored by one at a time."""

    def __init__(self, http: Http, account: AccountConfig, credential: Credential, now: Clock) -> None:
        self.http = http
        self.account = account
        self.now = now
        self._credential = credential
        self._turn = asyncio.Lock()
        self._kept: Kept | None = None

    async def state(self) -> Kept:
        """What is stored, as this process last saw it."""
        if self._kept is None:
            self._kept = kept(await self._credential.session(), Kept)
        return self._kept

    async def change(self, work: Callable[[Kept], T]) -> T:
        """Change what is stored, alone. What `work` raises leaves it as it was."""
        async with self._turn, self._credential.refreshing():
            state = kept(await self._credential.session(), Kept)
            found = work(state)
            await self._credential.save_session(written(state))
            self._kept = state
            return found

    async def access(self) -> str:
        """An access token that still holds. Raises SignInAgain, RetryAt, Unreachable."""
        state = await self.state()
        if not state.access or self._over(state) or state.seed != mark_of(await self._secret()):
            await self.renew(state.access)
        return (await self.state()).access

    async def renew(self, old: str) -> None:
        """Get a new pair of tokens, unless another task or process got one since `old`."""
        async with self._turn, self._credential.refreshing():
            state = kept(await self._credential.session(), Kept)
            secret = await self._secret()
            anew = state.seed != mark_of(secret)
            if not anew and state.access and state.access != old and not self._over(state):
                self._kept = state
                return
            refresh = secret if anew or not state.refresh else state.refresh
            granted = await token(
                self.http, self.account, {"grant_type": "refresh_token", "refresh_token": refresh}
            )
            take(state, granted, self.now(), refresh)
            if anew:  # signing in asked who the account is, when there was no ledger yet
                turned(state, self.now())
                state.spent += PERSON
            state.seed = mark_of(secret)
            await self._credential.save_session(written(state))
            self.http.hide(state.refresh)
            self._kept = state

    async def _secret(self) -> str:
        return await stored_token(self._credential, "refresh token")

    def _over(self, state: Kept) -> bool:
        try:
            return parse_time(state.until) <= self.now()
        except ValueError:
            return True


def take(state: Kept, granted: wire.Token, now: datetime, before: str = "") -> None:
    """Put what the token address gave into what is stored."""
    seconds = min(max(granted.expires_in, 0.0), 86_400.0)
    state.access = granted.access_token
    state.until = format_time((now + timedelta(seconds=seconds) - _EARLY).replace(microsecond=0))
    state.refresh = granted.refresh_token or before
    state.scope = one_line(granted.scope)


async def token(http: Http, account: AccountConfig, form: Mapping[str, str]) -> wire.Token:
    """Ask the token address. Raises SignInAgain, RetryAt, Unreachable."""
    client, secret = account.options.get("client_id", ""), account.options.get("client_secret", "")
    if not client:
        raise SignInAgain(f"The config lacks client_id. Run  convo login {account.name}")
    headers = {"accept": "application/json"}
    if secret:
        pair = base64.b64encode(f"{client}:{secret}".encode()).decode()
        headers["authorization"] = f"Basic {pair}"
        http.hide(secret)
    for name in ("refresh_token", "code", "code_verifier"):
        if form.get(name):
            http.hide(form[name])
    try:
        response = await http.send(
            "POST", "/2/oauth2/token", data={**form, "client_id": client}, headers=headers
        )
    except Ambiguous as error:
        raise RetryAt(error.words) from error
    if response.status in (400, 401, 403):
        words = server_words(response.body)
        said = f' It said: "{words}"' if words else ""
        raise SignInAgain(f"X does not take the sign-in any more.{said} Run  convo login {account.name}")
    http.raise_for(response)
    return decode(response, wire.Token)
