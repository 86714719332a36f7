"""What signing in has in common: a credential that was just typed."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager, nullcontext


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
