"""How a platform, or the way to it, says no: the classes the engine tells apart (DESIGN.md section 6)."""

from __future__ import annotations

from datetime import datetime


class AdapterError(Exception):
    """Something a platform or the way to it refused; `words` are cleaned and fit to show."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


class RetryAt(AdapterError):
    """Nothing was done; try again at `at` (UTC), or by the engine's own backoff when it is None."""

    def __init__(self, words: str, at: datetime | None = None) -> None:
        super().__init__(words)
        self.at = at


class Unreachable(RetryAt):
    """No byte of the request was sent: the name, the connection, its TLS or its pool failed."""


class SignInAgain(AdapterError):
    """The platform does not take the credential any more."""


class Refused(AdapterError):
    """The platform said no for good; `words` quote it."""


class Missing(Refused):
    """What was asked for is not there (deleted, or not visible to this account)."""


class Ambiguous(AdapterError):
    """A write may or may not have been done."""
