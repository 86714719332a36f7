"""The secret of one account, as its adapter asks for it: read once, forgotten when refused, sessions in a file."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import os
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

from convo.adapters.contract import SignInAgain
from convo.config import AccountConfig
from convo.paths import write_private
from convo.secrets import SecretError, read_secret, session_file

Guard = Callable[[], AbstractAsyncContextManager[None]]


class AccountCredential:
    """A `contract.Credential` over convo.secrets and the account's 0600 session file.

    Of a `keyless` platform the secret is "", and nobody is asked for one.
    """

    def __init__(
        self,
        account: AccountConfig,
        directory: Path,
        guard: Guard,
        hide: Callable[[str], None] | None = None,
        *,
        keyless: bool = False,
    ) -> None:
        self._account = account
        self._directory = directory
        self._guard = guard
        self._hide = hide
        self._keyless = keyless
        self._secret: str | None = "" if keyless else None
        self._as_before = False
        self._turn = asyncio.Lock()

    async def read(self) -> str:
        """The secret; a password manager is asked once. Raises SignInAgain."""
        if self._secret is None:
            try:
                self._secret = await read_secret(self._account, self._directory)
            except SecretError as error:
                raise SignInAgain(error.words) from error
            if self._hide is not None:
                self._hide(self._secret)
        return self._secret

    async def session(self) -> str:
        """What the adapter stored last, by any process; "" when nothing. Raises SignInAgain."""
        path = session_file(self._account.name, self._directory)
        try:
            return path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return ""
        except (OSError, UnicodeDecodeError) as error:
            raise SignInAgain(f"{path} cannot be read: {error}.") from error

    async def save_session(self, value: str) -> None:
        """Store rotating tokens atomically. Raises SignInAgain where the file cannot be written."""
        path = session_file(self._account.name, self._directory)
        try:
            write_private(path, value)
        except OSError as error:
            raise SignInAgain(f"{path} cannot be written: {error.strerror or error}.") from error

    @asynccontextmanager
    async def refreshing(self) -> AsyncIterator[None]:
        """One refresh at a time, over all tasks and processes."""
        async with self._turn, self._guard():
            yield

    def forget(self) -> None:
        """Read the secret anew next time: it was refused, or the user signed in again."""
        self._secret = "" if self._keyless else None
        self._as_before = False

    async def is_as_before(self) -> bool:
        """Whether the secret is the one with which the account was identified last; without one, the user name."""
        if self._as_before:
            return True
        secret = await self._known_by()
        try:
            salt, _, mark = self._mark_file.read_text(encoding="ascii").partition(" ")
        except (OSError, UnicodeDecodeError):
            return False
        self._as_before = hmac.compare_digest(_marked(salt, secret), mark)
        return self._as_before

    async def remember(self) -> None:
        """Note the secret with which the account was identified, as a salted mark in a 0600 file."""
        salt = os.urandom(16).hex()
        write_private(self._mark_file, f"{salt} {_marked(salt, await self._known_by())}")
        self._as_before = True

    async def _known_by(self) -> str:
        return self._account.user if self._keyless else await self.read()

    @property
    def _mark_file(self) -> Path:
        return session_file(self._account.name, self._directory).with_suffix(".mark")


def _marked(salt: str, secret: str) -> str:
    return hashlib.scrypt(secret.encode(), salt=salt.encode(), n=2**12, r=8, p=1).hex()
