"""The way to GitHub: its two APIs, the token, what refusals mean, who the account is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from urllib.parse import urlsplit

import msgspec
from msgspec import Raw, Struct

from convo.adapters import _github_wire as wire
from convo.adapters._keeping import kept
from convo.adapters._pasted import stored_token
from convo.adapters.contract import (
    Ambiguous,
    Credential,
    Identity,
    Refused,
    RetryAt,
    SignInAgain,
    Unreachable,
)
from convo.adapters.http import Http, Response, server_words
from convo.model import Person
from convo.text import one_line, shorten

PLATFORM = "github"
CLOUD = "https://api.github.com"
VERSION = "2022-11-28"
_LEAST = timedelta(seconds=60)
"""How long to wait at least where a limit says no time (best practices of the REST API)."""
_PASSED_OVER = ("NOT_FOUND", "FORBIDDEN")
"""GraphQL errors of single things: they come back as null, and the rest of the answer is good."""
Params = Sequence[tuple[str, str]]


class Lacking(Refused):
    """The token lacks a scope for what was asked."""


class Facts(Struct):
    """What `identify` learned of the account, kept as JSON; the pure verbs work from it."""

    id: int = 0
    login: str = ""
    name: str = ""
    base: str = ""
    """Address of the REST API: what URIs and people are named by."""
    scopes: list[str] | None = None
    """What the token may do; None where the server does not say (fine-grained tokens)."""

    @property
    def uid(self) -> str:
        """The account's own person."""
        return f"{self.base}/user/{self.id}"

    def may(self, *scopes: str) -> bool:
        """Whether the token has one of these scopes, or the server does not say."""
        return self.scopes is None or any(scope in self.scopes for scope in scopes)


def facts_of(text: str) -> Facts:
    """Stored facts; empty ones when there are none yet."""
    return kept(text, Facts)


def api_address(url: str) -> str:
    """Where the REST API of a web address is: GitHub's own, one on ghe.com, or an Enterprise server's."""
    parts = urlsplit(url.strip() if "://" in url else f"https://{url.strip()}")
    host = (parts.hostname or "").removeprefix("www.")
    if not host or host in ("github.com", "api.github.com"):
        return CLOUD
    if host.endswith(".ghe.com"):
        return f"https://{host if host.startswith('api.') else f'api.{host}'}"
    return f"{parts.scheme}://{parts.netloc}/api/v3"


def web_address(base: str) -> str:
    """Where people read what an API serves."""
    if base.endswith("/api/v3"):
        return base.removesuffix("/api/v3")
    return base.replace("://api.", "://", 1)


def me(facts: Facts) -> Person:
    """The account as a person."""
    url = f"{web_address(facts.base)}/{facts.login}" if facts.login else ""
    return Person(PLATFORM, facts.uid, facts.login, facts.name, url)


class Api:
    """Requests of one account, with its token, and the sense of refusals."""

    def __init__(self, http: Http, credential: Credential, facts: Facts, opened: str = "own") -> None:
        self.http = http
        self._opened = tuple(word.strip().lower() for word in opened.split(",") if word.strip()) or ("own",)
        self.facts = facts
        self.people: dict[str, int | None] = {}
        """Logins (lower case) to ids, None for those that nobody has."""
        self._credential = credential
        self._token = ""

    @property
    def host(self) -> str:
        """The server's name, for sentences."""
        return urlsplit(web_address(self.http.base)).hostname or self.http.base

    @property
    def base(self) -> str:
        """What URIs begin with."""
        return self.http.base

    @property
    def web(self) -> str:
        """Where people read."""
        return web_address(self.base)

    @property
    def now(self) -> datetime:
        """The server's time, as far as it is known."""
        return datetime.now(timezone.utc) - self.http.skew

    def owns(self, repository: wire.Repository) -> bool:
        """Whether what is opened there is opened for the user, as the config's `opened` says.

        It is "own", "off", or more names of owners or of repositories, with commas between.
        """
        if "off" in self._opened:
            return False
        if repository.owner.database_id == self.facts.id:
            return True
        full = repository.name_with_owner.lower()
        return full in self._opened or full.split("/")[0] in self._opened

    async def get(self, path: str, params: Params = (), headers: Mapping[str, str] | None = None) -> Response:
        """Read over REST; 304 is a success. Raises AdapterError for every answer that is none."""
        response = await self.http.get(
            path, params=list(params) or None, headers={**await self._headers(), **(headers or {})}
        )
        if response.status != 304:
            self.judge(response)
        return response

    async def send(self, method: str, path: str, body: bytes | None = None) -> Response:
        """Write over REST, once. Raises AdapterError; Ambiguous when it may have been done."""
        kind = {"content-type": "application/json"} if body is not None else {}
        response = await self.http.send(method, path, content=body, headers={**await self._headers(), **kind})
        self.judge(response, write=True)
        return response

    async def query(self, document: str, variables: Mapping[str, object]) -> Found:
        """Read over GraphQL. Raises AdapterError."""
        try:
            response = await self._graphql(request_of(document, variables))
        except Unreachable:
            raise
        except Ambiguous as error:  # a question, though it is posted: asking again changes nothing
            raise RetryAt(error.words) from error
        self.judge(response)
        return self._found(response)

    async def mutate(self, body: bytes) -> Found:
        """Write over GraphQL, once. Raises AdapterError; Ambiguous when it may have been done."""
        response = await self._graphql(body)
        self.judge(response, write=True)
        try:
            return self._found(response, write=True)
        except RetryAt as error:
            if error.at is not None:
                raise
            raise Ambiguous(error.words) from error

    async def _graphql(self, body: bytes) -> Response:
        base = self.base
        place = f"{base.removesuffix('/v3')}/graphql" if base.endswith("/api/v3") else f"{base}/graphql"
        headers = {**await self._headers(), "content-type": "application/json"}
        return await self.http.send("POST", place, content=body, headers=headers)

    def _found(self, response: Response, *, write: bool = False) -> Found:
        reply = wire.decode(response, wire.Reply)
        graver = [one for one in reply.errors if one.type not in _PASSED_OVER]
        forbidden = any(one.type == "FORBIDDEN" for one in reply.errors)
        if not graver and reply.data is not None and not (write and reply.errors):
            return Found(reply.data, forbidden)
        first = (graver or reply.errors or [wire.Fault()])[0]
        said = f'{self.host} said: "{shorten(first.message, 300)}"' if first.message else self._odd(response)
        if first.type == "RATE_LIMITED":
            self._limited(response, said)
        if first.type == "INSUFFICIENT_SCOPES":
            raise Lacking(said)
        if first.type in ("FORBIDDEN", "UNPROCESSABLE", "NOT_FOUND", "MAX_NODE_LIMIT_EXCEEDED"):
            raise Refused(said)
        raise RetryAt(said)

    def _odd(self, response: Response) -> str:
        return f"{self.host} answered with status {response.status} and no data."

    async def _headers(self) -> dict[str, str]:
        if not self._token:
            self._token = await stored_token(self._credential)
        return {
            "authorization": f"Bearer {self._token}",
            "accept": "application/vnd.github+json",
            "x-github-api-version": VERSION,
            "x-github-next-global-id": "1",
        }

    @property
    def fine_grained(self) -> bool:
        """Whether the token is of the kind that GitHub gives no notifications to."""
        return self._token.startswith("github_pat_")

    def judge(self, response: Response, *, write: bool = False) -> None:
        """Class what is no success. Raises AdapterError."""
        if response.ok:
            return
        words = server_words(response.body)
        said = f'{self.host} said: "{words}"' if words else self._odd(response)
        if response.status == 401:
            self._token = ""
            raise SignInAgain(said)
        if response.status in (403, 429):
            self._forbidden(response, said)
        if response.status == 422:
            raise Refused(f'{self.host} said: "{_details(response.body) or words}"')
        self.http.raise_for(response, write=write)

    def _forbidden(self, response: Response, said: str) -> None:
        """Limits, single sign-on, scopes and all else share one status. Always raises."""
        headers, low = response.headers, said.lower()
        sso = headers.get("x-github-sso", "")
        if sso.startswith("required"):
            page = wire.web(sso.partition("url=")[2].split(";")[0])
            raise Refused(f"{said} Allow the token for this organization (single sign-on): {page}")
        limited = response.status == 429 or "retry-after" in headers
        if limited or headers.get("x-ratelimit-remaining") == "0" or "rate limit" in low or "abuse" in low:
            self._limited(response, said)
        if "scope" in low or "personal access token" in low:
            raise Lacking(
                f"{said} convo needs a classic token, or one of gh, with the scopes notifications and repo."
            )
        raise Refused(said)

    def _limited(self, response: Response, said: str) -> None:
        """Raises RetryAt, with a time: the one that is said, else a minute from now."""
        headers = dict(response.headers)
        if "retry-after" not in headers and headers.get("x-ratelimit-remaining", "0") != "0":
            headers.pop("x-ratelimit-reset", None)  # the end of the primary limit, which was not the reason
        try:
            self.http.raise_for(replace(response, status=429, headers=headers))
        except RetryAt as error:
            raise RetryAt(said, error.at or datetime.now(timezone.utc) + _LEAST) from None

    async def identify(self) -> Identity:
        """Who the token belongs to, and what it may do: one request."""
        response = await self.get("/user")
        user = wire.decode(response, wire.User)
        listed = response.headers.get("x-oauth-scopes")
        scopes = [one_line(one) for one in listed.split(",") if one.strip()] if listed is not None else None
        self.facts = Facts(user.id, one_line(user.login), one_line(user.name or ""), self.base, scopes)
        return Identity(me(self.facts), msgspec.json.encode(self.facts).decode())

    async def known(self) -> Facts:
        """The facts, asked for when nothing is stored yet."""
        if not self.facts.id or self.facts.base != self.base:
            await self.identify()
        return self.facts


class Found:
    """The data of a GraphQL answer by name; what could not be seen is null."""

    def __init__(self, data: Mapping[str, Raw], forbidden: bool) -> None:
        self._data = data
        self.forbidden = forbidden
        """Something is null only because this token may not see it now (single sign-on)."""

    def raw(self, *path: str) -> bytes:
        """What lies at a path; "null" where something on the way is missing."""
        at = bytes(self._data.get(path[0], b"null"))
        for name in path[1:]:
            inner = wire.part(at, dict[str, Raw])
            at = bytes(inner.get(name, b"null")) if inner else b"null"
        return at

    def listed(self, *path: str) -> wire.Listed:
        """The list at a path; an empty one where there is none."""
        return wire.part(self.raw(*path), wire.Listed) or wire.Listed()

    def nodes(self) -> list[Raw]:
        """What was asked for by node id, in that order, null where it is not there."""
        return wire.part(self.raw("nodes"), list[Raw]) or []


def request_of(document: str, variables: Mapping[str, object]) -> bytes:
    """A GraphQL request as it is sent."""
    return msgspec.json.encode({"query": document, "variables": variables})


def _details(body: bytes) -> str:
    """What a 422 says is wrong: its errors where they have words, else its message."""
    refusal = wire.part(body, wire.Refusal)
    if refusal is None:
        return ""
    details = wire.part(bytes(refusal.errors), list[Raw]) or []
    found = [wire.part(bytes(one), wire.Detail) for one in details]
    words = [one.message for one in found if one is not None and one.message]
    return shorten("; ".join(words) or refusal.message, 300)
