"""The way to Disqus: its keys, what its codes mean, who the account is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone
from typing import TypeVar
from urllib.parse import urlencode, urlsplit

from msgspec import Raw, Struct

from convo.adapters import _disqus_wire as wire
from convo.adapters._keeping import kept, written
from convo.adapters.contract import Ambiguous, Credential, Identity, Missing, Refused, RetryAt, SignInAgain
from convo.adapters.http import Http, Response, retry_time
from convo.adapters.wire import decode, loads, part, text_id, web
from convo.config import AccountConfig
from convo.model import Person
from convo.text import one_line, shorten

PLATFORM = "disqus"
SITE = "https://disqus.com"
APPLICATIONS = f"{SITE}/api/applications/"
Params = Sequence[tuple[str, str]]
T = TypeVar("T")
_GONE = (8,)
_SIGN_IN = (4, 5, 9, 11, 18)
"""No user, a key or token that is not taken, a key that is not for this."""
_RIGHTS = (12, 17, 22, 23)
"""What this account or application may not do: the others go on, so nobody signs in anew for it."""
_LIMITS = (13, 14)
_BROKEN = (15, 16)
_CAPTCHA = 19
_KEPT = 20
_LOST = 21


class Invalid(Refused):
    """An argument is missing or not taken (code 2); Disqus says this also of words that it has already."""


class Forbidden(Refused):
    """What this account or application may not see or do; also a post that is held or called spam."""


class Accepted(Exception):
    """A post was taken while Disqus is under maintenance, and is shown later (code 20)."""


class Facts(Struct):
    """Who the account is, kept as JSON."""

    id: str = ""
    user: str = ""
    name: str = ""
    url: str = ""

    @property
    def uid(self) -> str:
        """The account's own person."""
        return self.url


def facts_of(text: str) -> Facts:
    """Stored facts; empty ones when there are none yet."""
    return kept(text, Facts)


def profile_of(user: str) -> str:
    """Where a person's comments stand; "" without a user name."""
    return f"{SITE}/by/{user}/" if user else ""


def me(facts: Facts) -> Person:
    """The account as a person."""
    return Person(PLATFORM, facts.url, facts.user, facts.name, facts.url)


class Api:
    """Requests of one account: reads carry the public key, writes the token too, in their body.

    Disqus documents no header for the token, and takes it for reading only as a part of the address, where no secret
    goes: convo reads what everybody reads.
    """

    def __init__(self, http: Http, account: AccountConfig, credential: Credential, facts: Facts) -> None:
        self.http = http
        self.account = account
        self.facts = facts
        self._credential = credential
        self._key = one_line(account.options.get("api_key", ""))
        self.forums = forums_in(account.options.get("forums", ""))
        self._threads: dict[str, wire.Thread] = {}

    @property
    def host(self) -> str:
        """Disqus's name, for sentences."""
        return urlsplit(self.http.base).hostname or "Disqus"

    async def get(self, path: str, params: Params = ()) -> wire.Envelope:
        """Read a method such as "posts/list". Raises AdapterError for every answer that is no success."""
        response = await self.http.get(_address(path), params=[*params, ("api_key", self._demanded())])
        self.judge(response)
        return decode(response, wire.Envelope)

    async def send(self, path: str, fields: Params) -> wire.Envelope:
        """Write. Raises AdapterError; Ambiguous when it may have been done, Accepted when it is shown later."""
        known = [("api_key", self._demanded()), ("access_token", await self._token())]
        response = await self.http.send(
            "POST",
            _address(path),
            content=urlencode([*fields, *known]).encode(),
            headers={"content-type": "application/x-www-form-urlencoded"},
        )
        self.judge(response, write=True)
        try:
            return decode(response, wire.Envelope)
        except RetryAt as error:
            raise Ambiguous(error.words) from error

    def judge(self, response: Response, *, write: bool = False) -> None:
        """Class what is no success, by Disqus's own code first. Raises AdapterError or Accepted."""
        found = part(response.body, wire.Envelope)
        if found is None and response.status in (404, 410):
            foreign = f"{self.host} answered with a page that is not its own."
            raise Ambiguous(foreign) if write else RetryAt(foreign)
        if found is None or (found.code == 0 and not response.ok):
            self.http.raise_for(response, write=write)
            if not response.ok:
                raise Refused(f"{self.host} answered with status {response.status}.")
            return
        if found.code:
            said = shorten(part(found.response, str) or f"code {found.code}", 300)
            self._raise(found.code, f'{self.host} said: "{said}"', response, write)

    def _raise(self, code: int, quoted: str, response: Response, write: bool) -> None:
        """The error of a code, after https://disqus.com/api/docs/errors/."""
        name = self.account.name
        if code in _SIGN_IN:
            raise SignInAgain(
                f"{quoted} Look at {APPLICATIONS} for key and token, and run  convo login {name}"
            )
        if code in _LIMITS:
            when = retry_time(response.headers, datetime.now(timezone.utc) - self.http.skew)
            raise RetryAt(quoted, when + self.http.skew if when else None)
        if code == _KEPT and write:
            raise Accepted(quoted)
        if code in (_LOST, _KEPT):
            raise RetryAt(quoted)
        if code in _BROKEN:
            raise Ambiguous(quoted) if write else RetryAt(quoted)
        if code in _GONE:
            raise Missing(quoted)
        if code in _RIGHTS:
            raise Forbidden(
                f"{quoted} It takes an account that moderates the site, and an application with the scope admin."
            )
        if code == _CAPTCHA:
            raise Refused(f"{quoted} Disqus wants to see a person: answer on the page itself.")
        raise Invalid(quoted) if code == 2 else Refused(quoted)

    async def identify(self) -> Identity:
        """Who the account is: one request. The token itself is tried only by what it writes."""
        user = one_line(self.account.user)
        if not user:
            raise SignInAgain(f'The config must say who signs in to {self.host}:  user = "your user name"')
        await self._token()
        found = result((await self.get("users/details", [("user:username", user)])).response, wire.Author)
        number, user = text_id(found.id), one_line(found.username or "")
        if not number or not user:
            raise RetryAt(f"{self.host} did not say who this account is.")
        address = web(found.profile) or profile_of(user)
        self.facts = Facts(number, user, one_line(found.name or ""), address)
        return Identity(me(self.facts), written(self.facts))

    async def known(self) -> Facts:
        """The facts, asked for when nothing is stored yet."""
        if not self.facts.id:
            await self.identify()
        return self.facts

    async def thread(self, number: str, *, anew: bool = False) -> wire.Thread:
        """A thread; asked for once as long as convo runs, unless `anew`. Raises Missing when it is gone."""
        if anew or number not in self._threads:
            found = await self.get("threads/details", [("thread", number)])
            self._threads[number] = result(found.response, wire.Thread)
        return self._threads[number]

    def _demanded(self) -> str:
        if not self._key:
            raise SignInAgain(
                f"The config lacks the api_key of an application. Run  convo login {self.account.name}"
            )
        return self._key

    async def _token(self) -> str:
        token = (await self._credential.read()).strip()
        if not token:
            raise SignInAgain(f"There is no access token. Copy one from {APPLICATIONS}.")
        self.http.hide(token)
        return token


def forums_in(text: str) -> tuple[str, ...]:
    """Short names of forums as the config has them, between commas or spaces."""
    return tuple(dict.fromkeys(one_line(text).replace(",", " ").split()))


def result(raw: Raw, kind: type[T]) -> T:
    """The answer inside its envelope. Raises RetryAt when it has another shape."""
    try:
        return loads(raw, kind)
    except ValueError as error:
        raise RetryAt(
            f"Disqus sent something else than was asked for ({shorten(str(error), 120)})."
        ) from error


def _address(path: str) -> str:
    return f"/api/3.0/{path}.json"
