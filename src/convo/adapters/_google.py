"""Google's sign-in: a client that the user makes, a refresh token that is kept, an access token for an hour.

Google tells of an app under test that its refresh tokens end after seven days; one "in production" keeps them.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from msgspec import Raw, Struct, field

from convo.adapters._access import Access, Granted
from convo.adapters.contract import (
    Ambiguous,
    Ask,
    Credential,
    LoginField,
    LoginStep,
    Missing,
    Refused,
    RetryAt,
    SignInAgain,
)
from convo.adapters.http import Http, Response
from convo.adapters.wire import NOTHING, decode, part
from convo.config import AccountConfig
from convo.text import one_line, shorten

OAUTH = "https://oauth2.googleapis.com"
_PAGE = "https://accounts.google.com/o/oauth2/v2/auth"
_NOWHERE = "http://127.0.0.1:1/callback"
"""Where a browser on another device ends; its address bar holds the code."""
_WAIT = frozenset({"rateLimitExceeded", "userRateLimitExceeded"})
_DAY = frozenset({"quotaExceeded", "dailyLimitExceeded"})
CLIENT = LoginField("client_id", "Client id", help="it ends in .apps.googleusercontent.com")
CLIENT_SECRET = LoginField("client_secret", "Client secret", secret=True)
TOKEN = LoginField("token", "Refresh token you already have (leave it empty to sign in)", secret=True)
CODE = LoginField(
    "code", "The address that did not open", secret=True, help="from the browser's address bar, whole"
)


class _Denied(Struct):
    """A refusal of the token address."""

    error: str = ""
    error_description: str = ""


class _Detail(Struct):
    """One reason of an error."""

    reason: str = ""


class _Error(Struct):
    """An error of an API."""

    message: str = ""
    details: list[Raw] = field(name="errors", default_factory=list)


class _Failure(Struct):
    """The body of an error."""

    error: Raw = NOTHING


class Google:
    """Requests of one account to one of Google's APIs, with the access token renewed when it ends."""

    def __init__(self, http: Http, account: AccountConfig, credential: Credential) -> None:
        self.http = http
        self.account = account
        self._access = Access(credential, self._grant)

    @property
    def scope(self) -> str:
        """What the access token may do, as Google names it; "" before the first request."""
        return self._access.scope

    async def get(self, path: str, params: Sequence[tuple[str, str]] = ()) -> Response:
        """Read. Raises AdapterError for every answer that is no success."""
        for last in (False, True):
            access = await self._access.token()
            headers = {"authorization": f"Bearer {access}", "accept": "application/json"}
            response = await self.http.get(
                f"{self.http.base}{path}", params=list(params) or None, headers=headers
            )
            if response.status != 401 or last:
                break
            await self._access.renew(access)
        self.judge(response)
        return response

    async def send(self, method: str, path: str, params: Sequence[tuple[str, str]] = ()) -> Response:
        """Write, without a body. Raises AdapterError; Ambiguous when it may have been done."""
        for last in (False, True):
            access = await self._access.token()
            headers = {"authorization": f"Bearer {access}", "accept": "application/json"}
            response = await self.http.send(
                method, f"{self.http.base}{path}", params=list(params) or None, headers=headers
            )
            if response.status != 401 or last:
                break
            await self._access.renew(access)
        self.judge(response, write=True)
        return response

    async def _grant(self, refresh: str) -> Granted:
        form = {"grant_type": "refresh_token", "refresh_token": refresh, **client_of(self.account)}
        return await token(self.http, self.account, form)

    def judge(self, response: Response, *, write: bool = False) -> None:
        """Class what is no success, by the reasons that Google gives. Raises AdapterError."""
        if response.ok:
            return
        failure = part(response.body, _Failure)
        error = part(failure.error, _Error) if failure is not None else None
        details = (part(raw, _Detail) for raw in (error.details if error is not None else []))
        reasons = {one.reason for one in details if one is not None}
        said = shorten(error.message, 300) if error is not None else ""
        host = urlsplit(self.http.base).hostname or "Google"
        quoted = f'{host} said: "{said}"' if said else f"{host} answered with status {response.status}."
        if response.status == 401:
            raise signed_out(self.account)
        if reasons & _DAY:
            raise RetryAt(f"The day's quota of your Google project is used up. {quoted}", _tomorrow())
        if reasons & _WAIT:
            self.http.raise_for(Response(429, response.headers, response.body, response.url))
        if "insufficientPermissions" in reasons:
            raise Refused(f"The sign-in lacks a scope. Run  convo login {self.account.name}  ({quoted})")
        if response.status in (404, 410):
            if not said and not write:  # a hotel's network says so of every address; Google says it in data
                raise RetryAt(f"{host} should have answered with data and sent something else.")
            raise Missing(quoted)
        if 400 <= response.status < 500 and response.status not in (408, 429) and said:
            raise Refused(quoted)
        self.http.raise_for(response, write=write)


def _tomorrow() -> datetime:
    """When the day's quota begins anew: midnight in California, at the latest eight hours after that of UTC."""
    now = datetime.now(timezone.utc)
    return (now + timedelta(days=1)).replace(hour=8, minute=0, second=0, microsecond=0)


def client_of(account: AccountConfig) -> dict[str, str]:
    """The client that the user made."""
    return {name: account.options.get(name, "") for name in ("client_id", "client_secret")}


def signed_out(account: AccountConfig) -> SignInAgain:
    """The error of a sign-in that does not hold any more."""
    return SignInAgain(
        "Google does not take the sign-in any more (revoked, or seven days old in a project that is still under test). "
        f"Run  convo login {account.name}"
    )


async def token(http: Http, account: AccountConfig, form: Mapping[str, str]) -> Granted:
    """Ask the token address. Raises SignInAgain, Refused, RetryAt; asking twice does no harm."""
    if not form.get("client_id"):
        raise SignInAgain(f"The config lacks client_id and client_secret. Run  convo login {account.name}")
    address = (account.options.get("oauth") or OAUTH).rstrip("/")
    try:
        response = await http.send("POST", f"{address}/token", data=dict(form), other_origin=True)
    except Ambiguous as error:
        raise RetryAt(error.words) from error
    denied = part(response.body, _Denied) if not response.ok else None
    if denied is not None and denied.error in ("invalid_grant", "unauthorized_client"):
        raise signed_out(account)
    if denied is not None and denied.error and response.status in (400, 401, 403):
        said = shorten(f"{denied.error} {denied.error_description}", 200)
        raise SignInAgain(f'Google does not take the client: "{said}". Check client_id and client_secret.')
    http.raise_for(response)
    return decode(response, Granted)


async def sign_in(
    http: Http, account: AccountConfig, scopes: str, words: str, ask: Ask
) -> tuple[str, AccountConfig]:
    """A refresh token, and the account with its client. Raises AdapterError."""
    client = client_of(account)
    fields = tuple(one for one in (CLIENT, CLIENT_SECRET) if not client[one.name])
    told = await ask(LoginStep(words, fields=(*fields, TOKEN)))
    client = {name: client[name] or one_line(told.get(name, "")) for name in client}
    if not client["client_id"]:
        raise Refused("Without a client of your own Google lets no program sign in.")
    account = _with(account, client)
    refresh = told.get("token", "").strip()
    return refresh or await _by_browser(http, account, scopes, ask), account


def _with(account: AccountConfig, client: Mapping[str, str]) -> AccountConfig:
    from dataclasses import replace

    return replace(account, options={**account.options, **client})


async def _by_browser(http: Http, account: AccountConfig, scopes: str, ask: Ask) -> str:
    """A refresh token by way of Google's page: a browser here, or the address that a browser elsewhere ended at."""
    verifier, state = secrets.token_urlsafe(64), secrets.token_urlsafe(24)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    query = urlencode(
        {
            "client_id": client_of(account)["client_id"],
            "response_type": "code",
            "scope": scopes,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
            "state": state,
            "access_type": "offline",
            "prompt": "consent",
        },
        quote_via=quote,
    )
    answers = await ask(
        LoginStep(
            "Allow convo on Google's page. On another device the browser ends at an address that does not open: copy "
            "that address.",
            open_url=f"{_PAGE}?{query}&redirect_uri={{redirect_uri}}",
            fields=(CODE,),
            wait_for_redirect=True,
            redirect_elsewhere=_NOWHERE,
        )
    )
    found = dict(answers)
    if "://" in found.get("code", ""):
        found |= {name: values[0] for name, values in parse_qs(urlsplit(found["code"]).query).items()}
    if found.get("error"):
        raise Refused(f'Google said: "{shorten(found["error"], 200)}"')
    if not secrets.compare_digest(found.get("state", ""), state):
        raise Refused("The answer of Google's page belongs to another sign-in; start again.")
    form = {
        "grant_type": "authorization_code",
        "code": found.get("code", "").strip(),
        "code_verifier": verifier,
        "redirect_uri": found.get("redirect_uri", "") or _NOWHERE,
        **client_of(account),
    }
    granted = await token(http, account, form)
    if not granted.refresh_token:
        raise SignInAgain(
            "Google gave no refresh token; take convo out of your Google account and start again."
        )
    return granted.refresh_token
