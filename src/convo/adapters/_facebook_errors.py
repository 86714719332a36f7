"""What the codes of the Graph API mean, whatever the status is."""

from __future__ import annotations

from convo.adapters import _facebook_wire as wire
from convo.adapters._facebook_limits import back_at
from convo.adapters.contract import Ambiguous, Missing, Refused, RetryAt, SignInAgain
from convo.adapters.http import Http, Response
from convo.adapters.wire import part
from convo.text import shorten

_PASSING = frozenset({1, 2})
_LIMITS = frozenset({4, 17, 32, 613, *range(80000, 80015)})
"""Of the app, the person, the Page, one's own, and those of business use cases (80001 is Pages)."""
_TOKEN = frozenset({102, 190})
_PERMISSION = frozenset({10, *range(200, 300)})
_UNKNOWN = frozenset({803})
_BLOCKED, _DUPLICATE, _NOT_THE_PAGE, _BAD = 368, 506, 1705, 100
_GONE = 33
_WHY = {
    458: "The app was removed from your Facebook account.",
    459: "Facebook wants something of you first: open facebook.com and do what it asks.",
    460: "The password was changed since.",
    463: "The token has expired.",
    464: "Your Facebook account is not confirmed: confirm it on facebook.com.",
    467: "The token is not valid any more.",
}
_NO_ROLE = 492
PERSON = (
    "This is the token of a person, not of a Page: to it Facebook gives empty lists and does not say so. convo needs "
    "the token of the Page."
)


class Lapsed(SignInAgain):
    """A permission was not given, was taken back, or was not used for 90 days."""


class NotAPage(SignInAgain):
    """The token acts as a person: to it Facebook gives empty lists and does not say so."""


class Invalid(Refused):
    """A parameter that is not taken (code 100)."""


class Duplicate(Ambiguous):
    """Facebook has these words already: an earlier try may have arrived."""


class Stopped(Refused):
    """Facebook takes what the Page writes for abuse and blocks it for a while; each further try makes that longer."""


def judge(http: Http, response: Response, name: str, *, write: bool = False) -> None:
    """Class what is no success; `name` is the account's. Raises AdapterError."""
    found = part(response.body, wire.Failed)
    if found is not None:
        _raise(found.error, response, http, name, write)
    if response.ok:
        return
    if response.status in (404, 410):
        foreign = "Facebook's address answered with a page that is not Facebook's."
        raise Ambiguous(foreign) if write else RetryAt(foreign)
    http.raise_for(response, write=write)
    raise Refused(f"Facebook answered with status {response.status}.")


def said(error: wire.Failure) -> str:
    """Facebook's own words."""
    words = shorten(error.message or "", 300)
    return f'Facebook said: "{words}"' if words else f"Facebook answered with the error {error.code}."


def _raise(error: wire.Failure, response: Response, http: Http, name: str, write: bool) -> None:
    code, quoted, again = error.code, said(error), f"Run  convo login {name}"
    if code in _TOKEN or error.subcode == _NO_ROLE or error.subcode in _WHY:
        raise _signed_out(error, quoted, again)
    if code in _PERMISSION:
        raise Lapsed(
            f"{quoted} A permission is missing, or it lapsed because it was not used for 90 days. {again}"
        )
    if code == _NOT_THE_PAGE:
        raise NotAPage(f"{PERSON} {again}  ({quoted})")
    if code in _LIMITS:
        raise RetryAt(quoted, back_at(response.headers, http.skew))
    if code in _PASSING or response.status >= 500:
        raise Ambiguous(quoted) if write else RetryAt(quoted, back_at(response.headers, http.skew))
    if code == _BLOCKED:
        raise Stopped(
            f"Facebook blocks for a while what the Page writes, as it takes it for abuse; each try makes that longer. "
            f"Wait a day, and look at the Page's quality on Facebook. {quoted}"
        )
    if code == _DUPLICATE:
        raise Duplicate(quoted)
    if code in _UNKNOWN or (code == _BAD and error.subcode == _GONE):
        raise Missing(quoted)
    raise Invalid(quoted) if code == _BAD else Refused(quoted)


def _signed_out(error: wire.Failure, quoted: str, again: str) -> SignInAgain:
    if error.subcode == _NO_ROLE:
        return SignInAgain(
            "You have no role on this Page any more that may moderate it. Who manages the Page must give it back; a "
            f"new token alone does not help. {quoted}"
        )
    why = _WHY.get(error.subcode or 0, "Facebook does not take the token any more.")
    return SignInAgain(f"{why} {again}  ({quoted})")
