"""The way to Reddit: a client that the user brings, a refresh token, an access token for an hour, what refusals mean.

Reddit wants every program to say what it is and whose, and answers others late or not at all.
"""

from __future__ import annotations

import asyncio
import base64
import platform
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from math import ceil
from urllib.parse import urlencode, urlsplit

from msgspec import Raw

from convo import __version__
from convo.adapters import _reddit_wire as wire
from convo.adapters._access import Access, Granted
from convo.adapters._keeping import written
from convo.adapters._reddit_messages import SITE, Facts, me
from convo.adapters.contract import Ambiguous, Credential, Identity, Missing, Refused, RetryAt, SignInAgain
from convo.adapters.http import Http, Response
from convo.adapters.wire import decode, part
from convo.config import AccountConfig
from convo.text import one_line, shorten

API = "https://oauth.reddit.com"
Params = Sequence[tuple[str, str]]
_PATIENCE = 60.0
"""Seconds that an answer may wait by itself for Reddit's own limit; whoever waits longer is asked."""
_NEEDS = {
    "/api/comment": "submit",
    "/api/editusertext": "edit",
    "/api/del": "edit",
    "/api/block_user": "account",
    "/api/unfriend": "account",
    "/api/v1/me": "identity",
    "/message/": "privatemessages",
    "/api/read_message": "privatemessages",
    "/user/": "history",
    "/api/info": "read",
    "/comments/": "read",
    "/prefs/": "read",
}
"""The scope that a request needs, by what its path begins with."""
_GONE = frozenset({"DELETED_COMMENT", "DELETED_LINK", "NO_THING_ID"})
_WORDS = {
    "THREAD_LOCKED": "This post or comment is locked there.",
    "TOO_OLD": "This post is archived there: it is too old to be answered.",
    "USER_BLOCKED": "Reddit lets no answers through between you and this person: one of you blocked the other.",
    "NOT_AUTHOR": "Only its author can change or delete it.",
}


class Api:
    """Requests of one account, with the access token renewed when it ends, and the sense of refusals."""

    def __init__(self, http: Http, account: AccountConfig, credential: Credential, facts: Facts) -> None:
        self.http = http
        self.account = account
        self.facts = facts
        self.unfolding = asyncio.Lock()
        """Held while comments of a tree are loaded: Reddit takes one such request at a time."""
        self._tokens = Access(credential, self._grant)

    @property
    def scopes(self) -> frozenset[str]:
        """What the access token may do; empty before the first request."""
        return frozenset(self._tokens.scope.replace(",", " ").split())

    async def get(self, path: str, params: Params = ()) -> Response:
        """Read. Raises AdapterError for every answer that is no success."""
        for last in (False, True):
            access = await self._access()
            response = await self.http.get(
                f"{self.http.base}{path}",
                params=[*params, ("raw_json", "1")],
                headers=self._headers(access),
            )
            if response.status != 401 or last:
                break
            await self._tokens.renew(access)
        self._lacking(path, response)
        self.judge(response)
        return response

    async def send(self, path: str, form: Params | bytes) -> Response:
        """Write a form, once. Raises AdapterError; Ambiguous when it may have been done."""
        body = form if isinstance(form, bytes) else encoded(form)
        for last in (False, True):
            access = await self._access()
            response = await self.http.send(
                "POST",
                f"{self.http.base}{path}",
                params=[("raw_json", "1")],
                content=body,
                headers={
                    "content-type": "application/x-www-form-urlencoded",
                    **self._headers(access),
                },
            )
            if response.status != 401 or last:
                break
            await self._tokens.renew(access)
        self._lacking(path, response)
        self.judge(response, write=True)
        return response

    async def make(self, path: str, form: Params | bytes) -> list[Raw]:
        """Write what gives things back, with errors in an answer of status 200. Raises AdapterError."""
        response = await self.send(path, form)
        try:
            told = decode(response, wire.Answer).json
        except RetryAt as error:
            raise Ambiguous("Reddit took it and said something that could not be read.") from error
        fail(told)
        things = part(told.data, wire.Things)
        return things.things if things is not None else []

    def _headers(self, access: str) -> dict[str, str]:
        return {
            "authorization": f"Bearer {access}",
            "accept": "application/json",
            "user-agent": agent(self.account, self.facts.name),
        }

    async def _access(self) -> str:
        """An access token that still holds. Raises SignInAgain, before any request, where no client is configured."""
        client_of(self.account)
        return await self._tokens.token()

    async def _grant(self, refresh: str) -> Granted:
        form = {"grant_type": "refresh_token", "refresh_token": refresh}
        return await token(self.http, self.account, form, self.facts.name)

    def _lacking(self, path: str, response: Response) -> None:
        """Name the scope that is missing, where Reddit only says "Forbidden". Raises Refused."""
        if response.status != 403 or not self.scopes or "*" in self.scopes:
            return
        need = next((scope for start, scope in _NEEDS.items() if path.startswith(start)), "")
        if need and need not in self.scopes:
            raise Refused(f"The sign-in lacks the scope {need}. Run  convo login {self.account.name}")

    def judge(self, response: Response, *, write: bool = False) -> None:
        """Class what is no success. Raises AdapterError."""
        if response.ok:
            return
        told = part(response.body, wire.Answer)
        if told is not None and response.status < 500:
            fail(told.json)
        if response.status == 401:
            raise signed_out(self.account)
        if response.status == 403 and response.body.lstrip()[:1] == b"<":
            raise Refused("Reddit answered with a page that blocks programs (status 403).")
        self.http.raise_for(response, write=write)

    async def identify(self) -> Identity:
        """Who signed in: one request, one more when the access token ended."""
        found = decode(await self.get("/api/v1/me"), wire.Me)
        self.facts = Facts(f"t2_{one_line(found.id)}", one_line(found.name))
        return Identity(me(self.facts), written(self.facts))

    async def known(self) -> Facts:
        """The facts, asked for when nothing is stored yet."""
        if not self.facts.name:
            await self.identify()
        return self.facts


def encoded(form: Params) -> bytes:
    """A form as it is sent."""
    return urlencode(list(form)).encode()


def fail(told: wire.Told) -> None:
    """Class the errors that Reddit puts into an answer of status 200. Raises AdapterError where there are any."""
    for error in told.errors:
        name = one_line(error[0] or "") if error else ""
        words = shorten(" ".join(one_line(one or "") for one in error[1:2]), 300)
        quoted = f'Reddit said: "{words or name}"'
        if name == "RATELIMIT":
            raise _later(told.ratelimit or 0.0, quoted)
        if name == "USER_REQUIRED":
            raise SignInAgain(quoted)
        if name in _GONE:
            raise Missing(quoted)
        raise Refused(f"{_WORDS[name]} {quoted}" if name in _WORDS else quoted)


def _later(seconds: float, quoted: str) -> RetryAt | Refused:
    """Reddit's limit on what one person says: short waits pass by themselves, long ones are the user's to decide."""
    if not 0 < seconds <= 86_400:
        return Refused(f"Reddit lets you say nothing more for now; send it again later. {quoted}")
    if seconds > _PATIENCE:
        return Refused(
            f"Reddit lets you answer again in {ceil(seconds / 60)} min; send it again then. {quoted}"
        )
    return RetryAt(
        f"Reddit lets you answer again in {ceil(seconds)} s. {quoted}",
        datetime.now(timezone.utc) + timedelta(seconds=seconds + 1),
    )


def agent(account: AccountConfig, name: str) -> str:
    """What convo calls itself, in the form that Reddit asks for: system, program, version, and whose."""
    user = name or account.user.strip() or "unknown"
    safe = "".join(letter for letter in user if letter.isascii() and (letter.isalnum() or letter in "_-"))
    return f"{platform.system().lower() or 'unknown'}:convo-inbox:{__version__} (by /u/{safe})"


def client_of(account: AccountConfig) -> tuple[str, str]:
    """Id and secret ("" for an installed app) of the client that the user brings. Raises SignInAgain without one."""
    client = account.options.get("client_id", "").strip()
    if not client:
        raise SignInAgain(
            "Reddit lets in only programs that it approved, and convo brings no approval of its own. It takes the "
            f"client_id of an app of yours: write it into [accounts.{account.name}] and run  convo login {account.name}"
        )
    return client, account.options.get("client_secret", "").strip()


def site_of(account: AccountConfig) -> str:
    """Where one signs in: Reddit, or where the config says that the API is."""
    return (account.options.get("www") or account.url or SITE).strip().rstrip("/")


def signed_out(account: AccountConfig) -> SignInAgain:
    """The error of a sign-in that does not hold any more."""
    return SignInAgain(
        "Reddit does not take the sign-in any more (taken back, or not used for a year). "
        f"Run  convo login {account.name}"
    )


async def token(http: Http, account: AccountConfig, form: Mapping[str, str], name: str = "") -> Granted:
    """Ask the token address. Raises SignInAgain, Refused, RetryAt; asking twice does no harm."""
    client = ":".join(client_of(account))
    pair = base64.b64encode(client.encode()).decode()
    http.hide(form.get("refresh_token", "") or pair)
    headers = {"authorization": f"Basic {pair}", "user-agent": agent(account, name)}
    address = f"{site_of(account)}/api/v1/access_token"
    try:
        response = await http.send("POST", address, data=dict(form), headers=headers, other_origin=True)
    except Ambiguous as error:
        raise RetryAt(error.words) from error
    denied = part(response.body, wire.Denied)
    word = one_line(str(denied.error)) if denied is not None else ""
    if word in ("invalid_grant", "unauthorized_client"):
        raise signed_out(account)
    if response.status == 401 or word in ("invalid_client", "unsupported_grant_type"):
        raise SignInAgain("Reddit does not take the client. Check client_id and client_secret in the config.")
    if response.status == 400:
        raise signed_out(account)
    http.raise_for(response)
    return decode(response, Granted)


def host_of(http: Http) -> str:
    """The API's host, for sentences."""
    return urlsplit(http.base).hostname or http.base
