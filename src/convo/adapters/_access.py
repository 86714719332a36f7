"""Access tokens that last an hour, got with a refresh token that is kept: one renewal for all who want one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta, timezone

from msgspec import Struct

from convo.adapters._keeping import kept, written
from convo.adapters.contract import Credential
from convo.text import format_time, one_line, parse_time

_EARLY = timedelta(minutes=2)
_LONGEST = 86_400.0
"""Seconds: a server that gives a token for longer is not believed."""


class Granted(Struct):
    """The answer of a token address."""

    access_token: str
    expires_in: float = 3600
    refresh_token: str | None = None
    scope: str = ""


class Tokens(Struct):
    """An access token, when it ends, and what it may do; kept as the account's session."""

    access: str = ""
    until: str = ""
    scope: str = ""


class Access:
    """The access token of one account; `grant` swaps the refresh token for a new one."""

    def __init__(self, credential: Credential, grant: Callable[[str], Awaitable[Granted]]) -> None:
        self._credential = credential
        self._grant = grant
        self._tokens = Tokens()
        self._turn = asyncio.Lock()

    @property
    def scope(self) -> str:
        """What the token may do, as its server names it; "" before the first request."""
        return self._tokens.scope

    async def token(self) -> str:
        """An access token that still holds. Raises AdapterError."""
        if not self._tokens.access:
            self._tokens = kept(await self._credential.session(), Tokens)
        if not self._tokens.access or _over(self._tokens):
            await self.renew(self._tokens.access)
        return self._tokens.access

    async def renew(self, old: str) -> None:
        """Get another token than this: another process may have got it meanwhile. Raises AdapterError."""
        async with self._turn, self._credential.refreshing():
            stored = kept(await self._credential.session(), Tokens)
            if stored.access and stored.access != old and not _over(stored):
                self._tokens = stored
                return
            granted = await self._grant((await self._credential.read()).strip())
            self._tokens = Tokens(granted.access_token, _until(granted), one_line(granted.scope))
            await self._credential.save_session(written(self._tokens))


def _over(tokens: Tokens) -> bool:
    try:
        return parse_time(tokens.until) <= datetime.now(timezone.utc)
    except ValueError:
        return True


def _until(granted: Granted) -> str:
    seconds = min(max(granted.expires_in, 0.0), _LONGEST)
    return format_time(datetime.now(timezone.utc) + timedelta(seconds=seconds) - _EARLY)
