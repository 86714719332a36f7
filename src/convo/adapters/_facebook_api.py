"""The way to the Graph API: the Page's token, what errors mean, lists, who the account is."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from typing import Generic, TypeVar
from urllib.parse import parse_qs, urlencode, urlsplit

from msgspec import Struct

from convo.adapters import _facebook_wire as wire
from convo.adapters._facebook_errors import PERSON, Invalid, NotAPage, Stopped, judge
from convo.adapters._facebook_limits import Pace
from convo.adapters._keeping import kept, written
from convo.adapters.contract import Ambiguous, Credential, Identity, RetryAt, SignInAgain
from convo.adapters.http import Http, Response
from convo.adapters.wire import decode, each, part, text_id, web
from convo.config import AccountConfig
from convo.model import Person
from convo.text import one_line
from convo.values import frozen

PLATFORM = "facebook"
SITE = "https://www.facebook.com"
GRAPH = "https://graph.facebook.com"
VERSION = "v26.0"
PAGE = 100
"""Items asked for at once: the most that is taken."""
_ME = "id,name,username,link,category"
_STOP = timedelta(hours=1)
"""For how long nothing is sent after Facebook took the Page's words for abuse."""
Params = Sequence[tuple[str, str]]
T = TypeVar("T")


class Facts(Struct):
    """Which Page the account is, kept as JSON."""

    id: str = ""
    name: str = ""
    user: str = ""
    url: str = ""

    @property
    def uid(self) -> str:
        """The account's own person."""
        return uid_of(self.id)


def facts_of(text: str) -> Facts:
    """Stored facts; empty ones when there are none yet."""
    return kept(text, Facts)


def me(facts: Facts) -> Person:
    """The Page as a person."""
    return Person(PLATFORM, facts.uid, facts.user or facts.name, facts.name, facts.url)


def uid_of(number: str) -> str:
    """The person of an id; people's ids lead nowhere, as each Page is told others."""
    return f"{SITE}/{number}"


@frozen
class Batch(Generic[T]):
    """One page of a list, the place where it goes on ("" at its end), and what could not be read."""

    items: list[T]
    after: str
    skipped: list[str]


class Api:
    """Requests of one Page. Its token travels in a header, never in an address."""

    def __init__(self, http: Http, account: AccountConfig, credential: Credential, facts: Facts) -> None:
        self.http = http
        self.account = account
        self.facts = facts
        self.pace = Pace()
        self.run = secrets.token_hex(4)
        """What tells the places in lists apart that were given now from those of an earlier run."""
        self.doubted: set[str] = set()
        """Prepared answers of which Facebook said that it has these words already."""
        self._credential = credential
        self._stopped_until = datetime.min.replace(tzinfo=timezone.utc)

    async def get(self, path: str, params: Params = (), *, urgent: bool = False) -> Response:
        """Read; what is not `urgent` is put off when most of the limits is used. Raises AdapterError."""
        if not urgent:
            self.pace.demand()
        response = await self.http.get(_address(path), params=list(params), headers=await self._headers())
        self.pace.note(response.headers)
        judge(self.http, response, self.account.name)
        return response

    async def listed(
        self, path: str, kind: type[T], what: str, params: Params, after: str = "", *, urgent: bool = False
    ) -> Batch[T]:
        """One page of a list, from the place `after` on. Raises AdapterError."""
        place = [("after", after)] if after else []
        response = await self.get(path, [*params, *place], urgent=urgent)
        found = decode(response, wire.Listed)
        items, skipped = each(found.data, kind, what)
        onward = _onward(part(found.paging, wire.Paging) or wire.Paging())
        return Batch(items, onward if onward != after else "", skipped)

    async def send(self, method: str, path: str, fields: Params = ()) -> wire.Written:
        """Write, once. Raises AdapterError; Ambiguous when it may have been done."""
        if datetime.now(timezone.utc) < self._stopped_until:
            raise Stopped(
                "Facebook took what the Page wrote for abuse a while ago; convo sends nothing for an hour, as each "
                "try makes the block longer."
            )
        sent = urlencode(list(fields)).encode()
        form = {"content-type": "application/x-www-form-urlencoded"}
        if method == "DELETE":
            response = await self.http.send(
                method, _address(path), params=list(fields), headers=await self._headers()
            )
        else:
            response = await self.http.send(
                method, _address(path), content=sent, headers={**await self._headers(), **form}
            )
        self.pace.note(response.headers)
        try:
            judge(self.http, response, self.account.name, write=True)
        except Stopped:
            self._stopped_until = datetime.now(timezone.utc) + _STOP
            raise
        try:
            return decode(response, wire.Written)
        except RetryAt as error:
            raise Ambiguous(error.words) from error

    async def identify(self) -> Identity:
        """Which Page the token acts as. Raises AdapterError; SignInAgain when it is a person's."""
        try:
            response = await self.get("me", [("fields", _ME)], urgent=True)
        except Invalid as error:  # "nonexisting field (category) on node type (User)"
            raise NotAPage(f"{PERSON} Run  convo login {self.account.name}  ({error.words})") from error
        found = decode(response, wire.Me)
        number = text_id(found.id)
        if not is_number(number):
            raise RetryAt("Facebook did not say which Page this is.")
        if found.category is None:
            raise NotAPage(f"{PERSON} Run  convo login {self.account.name}")
        name = one_line(found.name or "")
        self.facts = Facts(
            number, name or number, one_line(found.username or ""), web(found.link) or uid_of(number)
        )
        return Identity(me(self.facts), written(self.facts))

    async def known(self) -> Facts:
        """The facts, asked for when nothing is stored yet."""
        if not self.facts.id:
            await self.identify()
        return self.facts

    async def token(self) -> str:
        """The Page's token. Raises SignInAgain."""
        token = (await self._credential.read()).strip()
        if not token or not token.isascii() or not token.isprintable() or " " in token:
            raise SignInAgain(f"The stored token is none. Run  convo login {self.account.name}")
        self.http.hide(token)
        return token

    async def _headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {await self.token()}", "accept": "application/json"}


def is_number(text: str) -> bool:
    """Whether a text is a number as Facebook gives them."""
    return text.isascii() and text.isdigit()


def _onward(paging: wire.Paging) -> str:
    """The place where a list goes on, "" at its end; a page of which all is withheld names it in `next` alone."""
    if not paging.next:
        return ""
    cursors = part(paging.cursors, wire.Cursors) or wire.Cursors()
    if cursors.after:
        return one_line(cursors.after)
    try:
        return one_line(parse_qs(urlsplit(paging.next).query).get("after", [""])[0])
    except ValueError:
        return ""


def _address(path: str) -> str:
    return f"/{VERSION}/{path}"
