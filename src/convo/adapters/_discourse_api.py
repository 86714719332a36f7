"""The way to one Discourse site: its key, what its refusals mean, who the account is."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from typing import TypeVar
from urllib.parse import urlsplit

from msgspec import Struct

from convo.adapters import _discourse_wire as wire
from convo.adapters._keeping import kept, written
from convo.adapters.contract import Credential, Identity, Missing, Refused, RetryAt, SignInAgain
from convo.adapters.http import Http, Response, retry_time
from convo.adapters.wire import decode, part
from convo.config import AccountConfig
from convo.model import Person
from convo.text import one_line, shorten

PLATFORM = "discourse"
T = TypeVar("T")
Params = Sequence[tuple[str, str]]
_ALIVE = 30.0
"""Seconds for which a key that was just found to be alive counts as alive."""
_DAY = "user_api_key_limiter_1_day"
_FEW = 5
"""Topics that one look-up asks for once the site said that convo asks too much."""


class Invalid(Refused):
    """The site did not take a post as it is (422): its length, its likeness to another, a rule of the site."""


class Facts(Struct):
    """What `identify` learned of the account and its site, kept as JSON; the pure verbs work from it."""

    base: str = ""
    """The site's address with its folder, without the slash at its end: what URIs and people are named by."""
    id: int = 0
    user: str = ""
    name: str = ""
    shortest: int = 0
    longest: int = 0
    """Characters of a post; 0 where the site does not say."""
    shortest_direct: int = 0
    groups: list[str] = []
    """In lower case: naming one of them names the user."""

    @property
    def uid(self) -> str:
        """The account's own person."""
        return person_uid(self.base, self.id)


def person_uid(base: str, number: int) -> str:
    """A person: user names can be changed, numbers not."""
    return f"{base}/#user-{number}"


def me(facts: Facts) -> Person:
    """The account as a person."""
    return Person(PLATFORM, facts.uid, facts.user, facts.name, f"{facts.base}/u/{facts.user}")


class Api:
    """Requests of one account, with its key, and the sense of the site's refusals."""

    def __init__(self, http: Http, account: AccountConfig, credential: Credential, facts: Facts) -> None:
        self.http = http
        self.facts = facts
        self.account = account
        self.names: dict[str, int] = {}
        """User names in lower case to numbers, as far as they were met."""
        self._credential = credential
        self._alive_at = float("-inf")
        self._pressed = False
        """The site said once that convo asks too much."""
        self._turn = 0

    @property
    def host(self) -> str:
        """The site's name, for sentences."""
        return urlsplit(self.http.base).hostname or self.http.base

    async def get(self, path: str, params: Params = ()) -> Response:
        """Read a path such as "/notifications.json". Raises AdapterError for every answer that is no success."""
        response = await self.http.get(
            f"{self.http.base}{path}", params=params or None, headers=await self._headers()
        )
        await self.judge(response)
        return response

    async def send(
        self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> Response:
        """Write. Raises AdapterError; Ambiguous when it may have been done."""
        kind = {"content-type": "application/json"} if body is not None else {}
        response = await self.http.send(
            method,
            f"{self.http.base}{path}",
            content=body,
            headers={**await self._headers(), **kind, **(headers or {})},
        )
        await self.judge(response, write=True)
        return response

    async def _headers(self) -> dict[str, str]:
        key = (await self._credential.read()).strip()
        if not key or not key.isascii() or not key.isprintable():
            raise SignInAgain(f"There is no key for {self.host}. Run  convo login {self.account.name}")
        accept = {"accept": "application/json"}
        if dict(self.account.options).get("key") == "api":
            return {"api-key": key, "api-username": self.account.user, **accept}
        return {"user-api-key": key, **accept}

    def in_turn(self, wanted: dict[int, T]) -> dict[int, T]:
        """All of it, or a few in turn once the site said that convo asks too much."""
        if not self._pressed or len(wanted) <= _FEW:
            return wanted
        keys = list(wanted)
        begin = self._turn % len(keys)
        self._turn += _FEW
        return {key: wanted[key] for key in (keys + keys)[begin : begin + _FEW]}

    async def judge(self, response: Response, *, write: bool = False) -> None:
        """Class what is no success. Raises AdapterError.

        A dead key, a scope that is missing and a closed topic are all told by 403 in the same words: only asking who
        the key is for tells them apart.
        """
        if response.ok:
            return
        refusal = part(response.body, wire.Refusal)
        said = shorten(" ".join(refusal.errors), 300) if refusal else ""
        quoted = (
            f'{self.host} said: "{said}"' if said else f"{self.host} answered with status {response.status}."
        )
        status = response.status
        if status == 429:
            raise self._limited(response, refusal)
        if status == 403:
            if not response.body.lstrip().startswith(b"{"):
                raise Refused(
                    f"{self.host} answered with status 403 and no data: a firewall in front of it keeps convo out."
                )
            if not response.url.partition("?")[0].endswith("/session/current.json"):
                await self._demand_alive()
            else:
                raise self.signed_out()
            raise Refused(quoted)
        if said and status in (404, 410):
            raise Missing(quoted)
        if (
            status in (404, 410) and response.body.strip()
        ):  # not Discourse's words: something stands before it
            raise RetryAt(quoted)
        if status == 422:
            raise Invalid(quoted)
        if said and 400 <= status < 500 and status not in (401, 408):
            raise Refused(quoted)
        self.http.raise_for(response, write=write)

    def _limited(self, response: Response, refusal: wire.Refusal | None) -> RetryAt:
        """The error of too many requests; the limiter in front of the site answers in plain text."""
        self._pressed = True
        now = datetime.now(timezone.utc)
        when = retry_time(response.headers, now - self.http.skew)
        at = when + self.http.skew if when else None
        if at is None and refusal is not None and refusal.extras is not None:
            seconds = refusal.extras.wait_seconds or 0
            at = now + timedelta(seconds=min(max(seconds, 1), 86_400))
        if response.headers.get("discourse-rate-limit-error-code") == _DAY:
            return RetryAt(f"{self.host} takes no more requests of this key today.", at)
        return RetryAt(f"{self.host} asks convo to wait: too many requests.", at)

    async def _demand_alive(self) -> None:
        """Raises SignInAgain when the key is not taken any more."""
        if time.monotonic() - self._alive_at < _ALIVE:
            return
        await self.current()
        self._alive_at = time.monotonic()

    async def current(self) -> wire.Current:
        """Whom the key is for. Raises SignInAgain when it is not taken."""
        try:
            response = await self.get("/session/current.json")
        except Missing as error:  # what a site answers to somebody who is not signed in
            raise self.signed_out() from error
        return decode(response, wire.Session).current_user

    def signed_out(self) -> SignInAgain:
        """The error of a key that is not taken."""
        return SignInAgain(
            f"{self.host} does not take the key any more (revoked, or the account is suspended). "
            f"Run  convo login {self.account.name}"
        )

    async def identify(self) -> Identity:
        """Who the key is for, and the site's limits: two requests."""
        who = await self.current()
        settings = await self._settings()
        self.facts = Facts(
            base=self.http.base,
            id=who.id,
            user=one_line(who.username),
            name=one_line(who.name or ""),
            shortest=settings.min_post_length,
            longest=settings.max_post_length,
            shortest_direct=settings.min_personal_message_post_length,
            groups=[one_line(name) for name in wire.groups(who.groups)],
        )
        return Identity(me(self.facts), written(self.facts))

    async def _settings(self) -> wire.Settings:
        """The site's own limits; nothing where it does not tell them to this key."""
        try:
            response = await self.get("/site/settings.json")
        except Refused:
            return wire.Settings()
        return part(response.body, wire.Settings) or wire.Settings()

    async def known(self) -> Facts:
        """The facts, asked for when nothing is stored yet."""
        if not self.facts.id or self.facts.base != self.http.base:
            await self.identify()
        return self.facts


def facts_of(text: str) -> Facts:
    """Stored facts; empty ones when there are none yet."""
    return kept(text, Facts)
