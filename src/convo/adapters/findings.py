"""What the checks of all platforms have in common: the error that ends one, requests that are left, the clock."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from convo.adapters.contract import AdapterError, Finding, SignInAgain
from convo.adapters.http import Http

SKEW = timedelta(minutes=1)
"""So far this machine's clock may be off: answers carry its time on some platforms, tokens end by it on others."""


def reached(host: str) -> Finding:
    """The server answered."""
    return Finding("reach", True, f"{host} answers.")


def ended(error: AdapterError) -> list[Finding]:
    """The finding of a check that could not begin: the credential is not taken, or the way is not free."""
    return [Finding("sign in" if isinstance(error, SignInAgain) else "reach", False, error.words)]


def requests_left(headers: Mapping[str, str], host: str, *, prefix: str = "", until: str = "") -> Finding:
    """How many requests are left, where the headers with this prefix say it; `until` ends the sentence."""
    left, most = (headers.get(f"{prefix}ratelimit-{name}", "") for name in ("remaining", "limit"))
    if not left.isdigit() or not most.isdigit():
        return Finding("limits", True, f"{host} states no limit of requests.")
    return Finding("limits", int(left) > 0, f"{left} of {most} requests are left{until}.")


def clock(http: Http, host: str) -> Finding:
    """Whether this machine's clock agrees with the server's, from the `Date` of its last answer."""
    if not http.dated:
        return Finding("clock", True, f"{host} does not say what time it is.")
    if abs(http.skew) < SKEW:
        return Finding("clock", True, f"The clock is right: it agrees with that of {host}.")
    way = "ahead of" if http.skew > timedelta(0) else "behind"
    seconds = int(abs(http.skew).total_seconds())
    return Finding("clock", False, f"This machine's clock is {seconds} s {way} that of {host}; set it.")
