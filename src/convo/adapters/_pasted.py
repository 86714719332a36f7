"""What signing in has in common: a credential that was just typed, the address it belongs to, a token that is one."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext

from convo.adapters.contract import (
    Ask,
    Credential,
    LoginField,
    LoginStep,
    Refused,
    SignInAgain,
)


class Pasted:
    """The credential of an account that is being signed in."""

    def __init__(self, secret: str) -> None:
        self._secret = secret

    async def read(self) -> str:
        """What was typed."""
        return self._secret

    async def session(self) -> str:
        """Nothing is kept."""
        return ""

    async def save_session(self, value: str) -> None:
        """Nothing rotates while somebody signs in."""
        raise NotImplementedError("this credential does not rotate")

    def refreshing(self) -> AbstractAsyncContextManager[object]:
        """Nothing rotates while somebody signs in."""
        raise NotImplementedError("this credential does not rotate")


class Signing(Pasted):
    """A credential that was just given, with the session it leads to."""

    def __init__(self, secret: str, stored: str = "") -> None:
        super().__init__(secret)
        self.stored = stored

    async def session(self) -> str:
        """What was stored a moment ago."""
        return self.stored

    async def save_session(self, value: str) -> None:
        """Hold it as long as signing in takes."""
        self.stored = value

    def refreshing(self) -> AbstractAsyncContextManager[object]:
        """A guard over nothing: nobody else knows this token yet."""
        return nullcontext()


async def asked_address(
    known: str, ask: Ask, words: str, field: LoginField, address: Callable[[str], str], place: str
) -> str:
    """Where an account is: as it is known, else asked for and read by `address`. Raises Refused without one."""
    found = known or address((await ask(LoginStep(words, fields=(field,)))).get(field.name, ""))
    if not found:
        raise Refused(f"Without the address of the {place} convo cannot sign in.")
    return found


async def stored_token(credential: Credential, name: str = "token") -> str:
    """The token of an account, fit for a header. Raises SignInAgain."""
    token = (await credential.read()).strip()
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise SignInAgain(f"The stored {name} is not one; sign in again.")
    return token
