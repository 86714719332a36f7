"""The way to one Mastodon server: its credential, what its refusals mean, who the account is, what the limits are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from urllib.parse import quote, urlsplit

import msgspec
from msgspec import Struct

from convo.adapters import _bridge as bridge
from convo.adapters import _mastodon_wire as wire
from convo.adapters._keeping import kept
from convo.adapters._pasted import stored_token
from convo.adapters.contract import Credential, Identity, Missing, Refused, SignInAgain
from convo.adapters.http import Http, Response, server_words
from convo.htmltext import html_to_text
from convo.model import Person, ProfileLink, Visibility
from convo.text import clean, one_line, shorten

PLATFORM = "mastodon"
VISIBILITY = {
    "public": Visibility.PUBLIC,
    "unlisted": Visibility.UNLISTED,
    "private": Visibility.FOLLOWERS,
    "direct": Visibility.DIRECT,
}
_NARROWER = {"limited": Visibility.DIRECT, "self": Visibility.DIRECT}
"""Visibilities of forks that fewer people see than followers; every other unknown one counts as followers."""

PROFILE_LINES = 16
"""Lines of a profile that are looked at: Mastodon allows four, forks a few more."""

Params = Sequence[tuple[str, str]]


class Facts(Struct):
    """What `identify` learned of the account and its server, kept as JSON; the pure verbs work from it."""

    id: str = ""
    acct: str = ""
    uid: str = ""
    handle: str = ""
    domain: str = ""
    api: int = 0
    """`api_versions.mastodon`: 2 since 4.3, 7 since 4.5; 0 on compatible servers and older ones."""
    version: str = ""
    limit: int = 500
    per_url: int = 23
    media: int = 4
    description: int = 1500
    visibility: str = "public"
    language: str = ""
    moved_to: str = ""

    @property
    def bare(self) -> bool:
        """Whether this server names its own people without a domain."""
        return "@" not in self.acct


def facts_of(text: str) -> Facts:
    """Stored facts; empty ones when there are none yet."""
    return kept(text, Facts)


def visibility_of(name: str | None) -> Visibility:
    """The visibility a server names; what it does not say is public, what is unknown is for followers."""
    name = name or "public"
    return VISIBILITY.get(name) or _NARROWER.get(name, Visibility.FOLLOWERS)


def handle_of(acct: str, domain: str) -> str:
    """The same handle through every account: `acct` with the domain that a server leaves out for its own people."""
    acct = one_line(acct).lstrip("@")
    return acct if "@" in acct or not domain else f"{acct}@{domain}"


def uid_of(url: str | None, uri: str | None, handle: str) -> str:
    """The identity of a person: the address of the profile, then of the actor, then the handle.

    The profile comes first because mentions name people by it and never by the actor, and whom a message names
    must be told without asking.
    """
    address = one_line(url or "") or one_line(uri or "")
    return address if address.startswith(("http://", "https://")) else f"acct:{handle.lower()}"


def person_of(account: wire.Account, domain: str) -> Person:
    """A person as the model has it."""
    handle = handle_of(account.acct, domain)
    return Person(
        platform=PLATFORM,
        uid=uid_of(account.url, account.uri, handle),
        handle=handle,
        name=one_line(account.display_name or ""),
        url=one_line(account.url or ""),
        bot=bool(account.bot),
        links=links_of(account),
        original=bridge.did_of_actor(one_line(account.uri or "")),
    )


def links_of(account: wire.Account) -> tuple[ProfileLink, ...]:
    """The links of a profile; a field that the server has verified is told as such."""
    found = wire.part(account.fields, list[wire.ProfileField])
    return tuple(
        ProfileLink(url, bool(line.verified_at))
        for line in (found or ())[:PROFILE_LINES]
        for url in _targets(line.value or "")
    )


@lru_cache(maxsize=4096)
def _targets(html: str) -> tuple[str, ...]:
    """Where the links of a profile's line lead; the same line stands under everything its owner writes."""
    if "<" not in html:
        address = one_line(html).strip()
        return (address,) if address.startswith(("http://", "https://")) else ()
    return tuple(link.url for link in html_to_text(html).links)


class Api:
    """Requests of one account, with its token, and the sense that servers of this kind put into their refusals."""

    def __init__(self, http: Http, credential: Credential, facts: Facts) -> None:
        self.http = http
        self.facts = facts
        self.kinds: tuple[str, ...] = ("mention", "quote")
        """The notifications that carry words said to the user, as far as the server knows them."""
        self._credential = credential
        self._token = ""

    @property
    def host(self) -> str:
        """The server's name, for sentences."""
        return urlsplit(self.http.base).hostname or self.http.base

    async def get(self, path: str, params: Params = ()) -> Response:
        """Read. Raises AdapterError for every answer that is no success."""
        headers = await self._headers()
        response = await self.http.get(path, params=list(params) or None, headers=headers)
        self.judge(response)
        return response

    async def send(
        self, method: str, path: str, body: object = None, *, headers: Mapping[str, str] | None = None
    ) -> Response:
        """Write JSON (forms lose their fields on some servers). Raises AdapterError; Ambiguous for 5xx."""
        content = body if isinstance(body, bytes) else msgspec.json.encode(body) if body is not None else None
        extra = {"content-type": "application/json"} if content is not None else {}
        response = await self.http.send(
            method, path, content=content, headers={**await self._headers(), **extra, **(headers or {})}
        )
        self.judge(response, write=True)
        return response

    async def upload(self, path: str, files: object, data: Mapping[str, str]) -> Response:
        """Send a file as a form: the one place where the API takes no JSON. Every status comes back."""
        return await self.http.send("POST", path, files=files, data=dict(data), headers=await self._headers())

    def judge(self, response: Response, *, write: bool = False) -> None:
        """Class what is no success. Raises AdapterError."""
        if response.ok:
            return
        said = server_words(response.body) or shorten(response.body[:200].decode("utf-8", "replace"), 200)
        if response.status in (400, 401, 422) and "token" in said.lower() and "invalid" in said.lower():
            raise self.signed_out(said)
        if response.status == 401 and "author" in said.lower() and "authori" not in said.lower():
            raise Refused(f'{self.host} said: "{said}"')
        if response.status == 401:
            raise self.signed_out(said)
        if response.status == 403 and "scope" in said.lower():
            raise Refused(
                f'{self.host} said: "{said}". The token lacks a permission; sign in again with convo login to give it.'
            )
        self.http.raise_for(response, write=write)

    def signed_out(self, said: str) -> SignInAgain:
        """The error of a token that is not taken any more; the token is read anew next time."""
        self._token = ""
        return SignInAgain(
            f'{self.host} said: "{said}"'
            if said and "<" not in said
            else f"{self.host} does not take the token."
        )

    async def identify(self) -> Identity:
        """Who the token belongs to and what the server allows: two requests, three on servers without v2."""
        try:
            response = await self.get("/api/v1/accounts/verify_credentials")
        except Missing as error:
            raise Refused(
                f"{self.host} does not speak the Mastodon API; is the url in the config right?"
            ) from error
        except Refused as error:
            if "scope" in error.words:
                raise SignInAgain(error.words) from error
            # Takahe answers 400 and snac 422 where others answer 401.
            raise self.signed_out("") from error
        account = wire.decode(response, wire.Account)
        instance = await self._instance()
        self.facts = _facts(account, instance, self.host)
        return Identity(person_of(account, self.facts.domain), msgspec.json.encode(self.facts).decode())

    async def known(self) -> Facts:
        """The facts, asked for when nothing is stored yet."""
        if not self.facts.id:
            await self.identify()
        return self.facts

    async def _instance(self) -> wire.Instance:
        try:
            return wire.decode(await self.get("/api/v2/instance"), wire.Instance)
        except Refused:
            return wire.decode(await self.get("/api/v1/instance"), wire.Instance)

    async def _headers(self) -> dict[str, str]:
        if not self._token:
            self._token = await stored_token(self._credential)
        return {"authorization": f"Bearer {self._token}", "accept": "application/json"}


def escaped(local_id: str) -> str:
    """An id as a part of a path; some servers' ids hold slashes."""
    return quote(local_id, safe="")


def _facts(account: wire.Account, instance: wire.Instance, host: str) -> Facts:
    domain = one_line(instance.domain or instance.uri or "")
    domain = (urlsplit(domain).netloc if "://" in domain else domain).rstrip("/") or host
    handle = handle_of(account.acct, domain)
    source = wire.part(account.source, wire.Source) or wire.Source()
    configuration = wire.part(instance.configuration, wire.Configuration) or wire.Configuration()
    statuses = configuration.statuses or wire.StatusLimits()
    media = configuration.media_attachments or wire.MediaLimits()
    versions = wire.part(instance.api_versions, wire.ApiVersions) or wire.ApiVersions()
    moved = wire.part(account.moved, wire.Account)
    return Facts(
        id=wire.text_id(account.id),
        acct=one_line(account.acct),
        uid=uid_of(account.url, account.uri, handle),
        handle=handle,
        domain=domain,
        api=versions.mastodon,
        version=shorten(clean(instance.version or ""), 60),
        limit=statuses.max_characters or instance.longest or 500,
        per_url=statuses.characters_reserved_per_url or 23,
        media=statuses.max_media_attachments or 4,
        description=media.description_limit or 1500,
        visibility=one_line(source.privacy or "public"),
        language=one_line(source.language or ""),
        moved_to=handle_of(moved.acct, domain) if moved is not None else "",
    )
