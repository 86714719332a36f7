"""A session with a Bluesky server (PDS): signing in once, refreshing, and calling methods with it.

The app password is used when there is no session or the session was ended; the session itself is kept
through `Credential.save_session` and refreshed by one at a time over all processes.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from msgspec import Struct
from msgspec import json as msgjson

from convo.adapters._bluesky_wire import (
    DidDocument,
    Fault,
    Resolved,
    Service,
    SessionAnswer,
    answer,
    decode,
    items,
)
from convo.adapters._origin import origin
from convo.adapters.contract import Ambiguous, Credential, Missing, Refused, RetryAt, SignInAgain
from convo.adapters.http import Http, Response
from convo.text import one_line, shorten

if TYPE_CHECKING:
    from convo.config import AccountConfig

ENTRYWAY = "https://bsky.social"
"""Resolves every handle; asked only where an account lives, never given a password for others."""
PLC = "https://plc.directory"
PASSWORDS_PAGE = "https://bsky.app/settings/app-passwords"
_ENDED = ("ExpiredToken", "InvalidToken", "AuthMissing", "AuthenticationRequired")
_GONE = ("NotFound", "RecordNotFound", "RepoNotFound", "RepoTakendown", "RepoDeactivated", "RepoSuspended")
_CLOSED = ("AccountTakedown", "AccountDeactivated", "AccountSuspended")
Params = Sequence[tuple[str, str]]


class Tokens(Struct, omit_defaults=True):
    """A stored session: who, where, and the two tokens; `refused` marks a password that was not taken."""

    did: str = ""
    handle: str = ""
    pds: str = ""
    access: str = ""
    refresh: str = ""
    refused: str = ""


def _stored(value: str) -> Tokens:
    try:
        return decode(value.encode(), Tokens) if value else Tokens()
    except ValueError:
        return Tokens()


def fault(response: Response) -> Fault:
    """Name and words of an error; empty for what is none or says nothing."""
    if response.ok:
        return Fault()
    try:
        return decode(response.body, Fault)
    except ValueError:
        return Fault()


class Session:
    """Calls methods of the user's own server, which passes those of the AppView and the chat service on."""

    def __init__(self, account: AccountConfig, http: Http, credential: Credential) -> None:
        self.http = http
        self._account = account
        self._credential = credential
        self._tokens = Tokens()
        self._turn = asyncio.Lock()

    @property
    def host(self) -> str:
        """The server's name, for sentences."""
        return urlsplit(self._tokens.pds or self._account.url or self.http.base).hostname or ""

    async def tokens(self) -> Tokens:
        """The session, from the store or by signing in. Raises SignInAgain, RetryAt."""
        if not self._tokens.access:
            await self._renew("")
        return self._tokens

    async def where(self) -> Tokens:
        """Who and where the account is, without a valid session where that is known already."""
        if not self._tokens.did:
            stored = await self._load()
            self._tokens = stored if stored.did and stored.pds else await self.tokens()
        return self._tokens

    async def get(
        self, method: str, params: Params = (), *, proxy: str = "", open_to_all: bool = False
    ) -> Response:
        """Call a query. Raises Missing, Refused, SignInAgain, RetryAt."""
        response = await self.ask("GET", method, params=params, proxy=proxy, open_to_all=open_to_all)
        self.judge(response)
        return response

    async def post(
        self, method: str, body: object | bytes, *, kind: str = "", proxy: str = "", repeatable: bool = True
    ) -> Response:
        """Call a procedure. A failure after the first byte is RetryAt when it is `repeatable`, else Ambiguous.

        Raises Missing, Refused, SignInAgain, RetryAt, Ambiguous.
        """
        content = body if isinstance(body, bytes) else msgjson.encode(body)
        try:
            response = await self.ask("POST", method, content=content, kind=kind, proxy=proxy)
            self.judge(response, write=True)
        except Ambiguous as error:
            if repeatable:
                raise RetryAt(error.words) from error
            raise
        return response

    async def ask(
        self,
        verb: str,
        method: str,
        *,
        params: Params = (),
        content: bytes = b"",
        kind: str = "",
        proxy: str = "",
        open_to_all: bool = False,
    ) -> Response:
        """One call as it is answered, with the session refreshed and the call repeated once when it had expired."""
        for last in (False, True):
            tokens = await (self.where() if open_to_all else self.tokens())
            headers = {} if open_to_all else {"authorization": f"Bearer {tokens.access}"}
            if proxy:
                headers["atproto-proxy"] = proxy
            address = f"{tokens.pds}/xrpc/{method}"
            if verb == "GET":
                response = await self.http.get(
                    address, params=list(params), headers=headers, other_origin=True
                )
            else:
                headers["content-type"] = kind or "application/json"
                response = await self.http.send(
                    verb, address, content=content, headers=headers, other_origin=True
                )
            if open_to_all or last or not _ended(response):
                return response
            await self._renew(tokens.access)
        raise AssertionError("unreachable")

    def judge(self, response: Response, *, write: bool = False) -> None:
        """Class an answer that is no success, by the names the protocol gives to errors."""
        said = fault(response)
        words = shorten(said.message or said.error, 300)
        if said.error in _CLOSED:
            raise SignInAgain(
                f'{self.host} said: "{words}" Sign in at {PASSWORDS_PAGE.split("/settings")[0]} to see why.'
            )
        if _ended(response):
            raise SignInAgain(f'{self.host} said: "{words}" {self._advice()}')
        if response.status == 400 and (
            said.error in _GONE or said.message.startswith("Could not locate record")
        ):
            raise Missing(f'{self.host} said: "{words}"')
        self.http.raise_for(response, write=write)

    def _advice(self) -> str:
        return f"Make a new app password at {PASSWORDS_PAGE} , then run:  convo login {self._account.name}"

    async def _renew(self, used: str) -> None:
        """Get tokens other than `used`: another's, by refreshing, or by signing in. One at a time."""
        async with self._turn:
            if self._tokens.access != used:
                return
            async with self._credential.refreshing():
                stored = await self._load()
                if stored.access and stored.access != used:
                    self._tokens = stored
                    return
                fresh = await self._refreshed(stored) if stored.refresh else None
                if fresh is None:
                    fresh = await self._signed_in(stored)
                await self._keep(fresh)

    async def _load(self) -> Tokens:
        """The stored session; none when the config's `url` moved the account to another server."""
        stored = _stored(await self._credential.session())
        url = self._account.url.rstrip("/")
        return Tokens() if url and stored.pds != url else stored

    async def _keep(self, tokens: Tokens) -> None:
        await self._credential.save_session(msgjson.encode(tokens).decode())
        self._tokens = tokens

    async def _refreshed(self, stored: Tokens) -> Tokens | None:
        """New tokens for the stored ones; None when the server does not take those any more."""
        headers = {"authorization": f"Bearer {stored.refresh}"}
        response = await self._sure(
            "POST", f"{stored.pds}/xrpc/com.atproto.server.refreshSession", headers=headers
        )
        if _ended(response):
            return None
        self.judge(response)
        given = answer(response, SessionAnswer)
        if given.did != stored.did:
            raise SignInAgain(f"{self.host} answered for another account. {self._advice()}")
        return Tokens(given.did, one_line(given.handle), stored.pds, given.access_jwt, given.refresh_jwt)

    async def _signed_in(self, stored: Tokens) -> Tokens:
        """New tokens for the app password. One that was refused is not tried again until it changes."""
        password = await self._credential.read()
        user = self._account.user.strip().lstrip("@") or stored.handle
        pds = self._account.url.rstrip("/") or await find_pds(
            self.http, user, self._account.options.get("plc", PLC)
        )
        mark = _mark(pds, user, password)
        if stored.refused == mark:
            raise SignInAgain(self._refused_words(user))
        given = await self.create(pds, user, password)
        if given is None:
            await self._keep(Tokens(stored.did, stored.handle, pds, refused=mark))
            raise SignInAgain(self._refused_words(user))
        return Tokens(given.did, one_line(given.handle), pds, given.access_jwt, given.refresh_jwt)

    async def create(self, pds: str, user: str, password: str) -> SessionAnswer | None:
        """createSession; None when handle or password is wrong. The server allows 300 a day."""
        body = msgjson.encode({"identifier": user, "password": password})
        address = f"{pds}/xrpc/com.atproto.server.createSession"
        response = await self._sure(
            "POST", address, content=body, headers={"content-type": "application/json"}
        )
        said = fault(response)
        if said.error == "AuthFactorTokenRequired":
            raise SignInAgain(
                "That is the main password, and Bluesky sent a code by mail for it. "
                f"convo wants an app password: make one at {PASSWORDS_PAGE}"
            )
        if response.status == 401 and said.error == "AuthenticationRequired":
            return None
        self.judge(response)
        return answer(response, SessionAnswer)

    def _refused_words(self, user: str) -> str:
        return (
            f"Bluesky does not take the app password of @{one_line(user)}: it is wrong, was changed, or was revoked. "
            f"{self._advice()}"
        )

    async def _sure(
        self, verb: str, address: str, *, content: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Response:
        """A request about the session itself: what is left unclear there may simply be tried again."""
        try:
            return await self.http.send(verb, address, content=content, headers=headers, other_origin=True)
        except Ambiguous as error:
            raise RetryAt(error.words) from error

    async def end(self) -> None:
        """Close the session on the server (after a login that only looked)."""
        tokens = self._tokens
        if tokens.refresh:
            headers = {"authorization": f"Bearer {tokens.refresh}"}
            await self._sure("POST", f"{tokens.pds}/xrpc/com.atproto.server.deleteSession", headers=headers)


def _ended(response: Response) -> bool:
    """Whether the session, not the request, is what the server refused."""
    if response.status not in (400, 401):
        return False
    said = fault(response)
    return said.error in _ENDED and said.message != "Bad token method"


def _mark(pds: str, user: str, password: str) -> str:
    """A fingerprint of a refused password: enough to know it again, slow to guess from."""
    salt = f"{pds} {user}".encode()
    return hashlib.pbkdf2_hmac("sha256", password.encode(), salt, 200_000).hex()[:32]


async def find_pds(http: Http, user: str, plc: str = PLC) -> str:
    """The server an account lives on: handle to DID, DID to document, document to `#atproto_pds`.

    Raises SignInAgain when the handle leads nowhere, RetryAt when nobody answers.
    """
    if not user:
        raise SignInAgain(
            'Say who you are there: user = "you.bsky.social" in the config, or run  convo login'
        )
    if "@" in user:
        raise SignInAgain(
            "Sign in with the handle (you.bsky.social); from a mail address the server cannot be found."
        )
    did = user if user.startswith("did:") else await _resolve(http, user)
    document = await _document(http, did, plc)
    if not user.startswith("did:") and f"at://{user.lower()}" not in [
        name.lower() for name in document.also_known_as
    ]:
        raise SignInAgain(
            f"The handle @{shorten(user, 80)} and the account it names do not agree; check it on bsky.app."
        )
    for service in items(document.service, Service, []):
        if service.id.endswith("#atproto_pds"):
            address = service.service_endpoint.rstrip("/")
            origin(address)
            return address
    raise SignInAgain(f"The account @{shorten(user, 80)} names no server; check it on bsky.app.")


async def _resolve(http: Http, handle: str) -> str:
    address = f"{http.base}/xrpc/com.atproto.identity.resolveHandle"
    response = await http.get(address, params=[("handle", handle)])
    if response.status == 400:
        raise SignInAgain(
            f"There is no Bluesky account @{shorten(handle, 80)}. Is the handle written in full?"
        )
    http.raise_for(response)
    return answer(response, Resolved).did


async def _document(http: Http, did: str, plc: str) -> DidDocument:
    if did.startswith("did:plc:"):
        address = f"{plc.rstrip('/')}/{quote(did)}"
    elif did.startswith("did:web:") and ":" not in did.removeprefix("did:web:"):
        address = f"https://{did.removeprefix('did:web:')}/.well-known/did.json"
    else:
        raise Refused(f"{shorten(did, 80)} is a kind of account that convo cannot find.")
    response = await http.get(address, other_origin=True)
    if response.status in (404, 410):
        raise SignInAgain(f"The account {shorten(did, 80)} does not exist any more.")
    http.raise_for(response)
    return answer(response, DidDocument)
