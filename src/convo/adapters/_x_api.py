"""The way to X: budget first, then the token, the spelling, and what refusals mean."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from msgspec import Raw, Struct

from convo.adapters import _x_wire as wire
from convo.adapters._keeping import kept
from convo.adapters._x_cost import DELETE, PERSON, READ, Ledger, next_month
from convo.adapters._x_session import Clock, Kept, Session
from convo.adapters.contract import Ambiguous, Credential, Identity, Refused, RetryAt, SignInAgain
from convo.adapters.http import Http, Response, server_words
from convo.adapters.wire import decode, each, part, text_id
from convo.config import AccountConfig
from convo.model import Person
from convo.text import one_line, shorten
from convo.values import frozen

PLATFORM = "x"
API = "https://api.x.com"
WEB = "https://x.com"
CREDITS_PAGE = "https://console.x.com"
_NO_CREDITS_PAUSE = timedelta(hours=6)
_BESIDE = {wire.WITH_PEOPLE: 2 * PERSON + 2 * READ, wire.PARENTS: 2 * READ, wire.ALONE: 0}
"""What may come along with one post, and costs: two people (author, and whom it answers), two posts."""
Make = Callable[[int], wire.Params]


class Facts(Struct):
    """What `identify` learned of the account, kept as JSON; the pure verbs work from it."""

    id: str = ""
    username: str = ""
    name: str = ""
    protected: bool = False
    writes: bool = True
    """Whether the sign-in may write."""

    @property
    def uid(self) -> str:
        """The account's own person."""
        return self.id


def facts_of(text: str) -> Facts:
    """Stored facts; empty ones when there are none yet."""
    return kept(text, Facts)


def me(facts: Facts) -> Person:
    """The account as a person."""
    url = f"{WEB}/{facts.username}" if facts.username else ""
    return Person(PLATFORM, facts.id, facts.username, facts.name, url)


@frozen
class Posts:
    """An answer with posts, decoded item by item."""

    items: Sequence[wire.Post]
    skipped: tuple[str, ...]
    users: Mapping[str, wire.User]
    beside: Mapping[str, wire.Post]
    """Posts that came along because others refer to them."""
    media: Mapping[str, wire.Media]
    problems: Sequence[wire.Problem]
    next_token: str
    newest: str
    asked: int
    """How many things were asked for: fewer than wished where the budget is enough for fewer."""


class Api:
    """Requests of one account; each is paid for, so each is counted."""

    def __init__(
        self, http: Http, account: AccountConfig, credential: Credential, facts: Facts, now: Clock
    ) -> None:
        self.http = http
        self.account = account
        self.facts = facts
        self.session = Session(http, account, credential, now)
        self.ledger = Ledger(self.session)
        self.limits: Mapping[str, str] = {}
        """The headers of the last answer."""

    @property
    def host(self) -> str:
        """The server's name, for sentences."""
        return urlsplit(self.http.base).hostname or self.http.base

    def now(self) -> datetime:
        """The present by X's clock."""
        return self.session.now() - self.http.skew

    async def posts(
        self,
        path: str,
        make: Make,
        count: int,
        *,
        price: int,
        least: int = 1,
        expand: str = wire.WITH_PEOPLE,
        sending: bool = False,
    ) -> Posts:
        """Read at most `count` posts. Raises AdapterError.

        Where the budget is not enough for `least` of them that is RetryAt, while an answer is `sending` Refused.
        """
        worst = price + _BESIDE[expand]
        asked = await self.ledger.set_aside([worst] * count, least=least, write=sending)
        aside = asked * worst
        things: list[tuple[str, int]] = []
        odd = 0
        try:
            response = await self._get(path, [*make(asked), *wire.asking(expand)])
            found = _decoded(response, asked)
            things, odd = _billed(response, price)
        finally:
            await self.ledger.settle(aside, things, odd)
        return found

    async def identify(self) -> Identity:
        """Who the sign-in belongs to: one request, one person. Raises AdapterError."""
        aside = (await self.ledger.set_aside([PERSON])) * PERSON
        things: list[tuple[str, int]] = []
        try:
            response = await self._get("/2/users/me", [("user.fields", wire.USER_FIELDS)])
            user = part(decode(response, wire.Envelope).data, wire.User)
            if user is None or not wire.is_id(text_id(user.id)):
                raise RetryAt(f"{self.host} did not say who this account is.")
            things = [(f"u{text_id(user.id)}", PERSON)]
        finally:
            await self.ledger.settle(aside, things)
        scope = (await self.session.state()).scope
        writes = not scope or "tweet.write" in scope.split()
        name, username = one_line(user.name or ""), one_line(user.username)
        self.facts = Facts(text_id(user.id), username, name, user.protected, writes)
        return Identity(me(self.facts), wire.encoded(self.facts))

    async def known(self) -> Facts:
        """The facts, asked for when nothing is stored yet. Raises Refused where there is no budget."""
        _ = self.ledger.budget
        if not self.facts.id:
            await self.identify()
        return self.facts

    async def create(self, body: bytes, price: int) -> Response:
        """Send a new post, once; what may have been done is counted. Raises AdapterError."""
        return await self._write("POST", "/2/tweets", price, body)

    async def remove(self, number: str) -> Response:
        """Delete an own post. Raises AdapterError."""
        return await self._write("DELETE", f"/2/tweets/{number}", DELETE)

    async def _write(self, method: str, path: str, price: int, body: bytes | None = None) -> Response:
        await self.ledger.set_aside([price], write=True)
        cost = 0
        try:
            response = await self._sent(method, path, body)
            self.judge(response, write=True)
            cost = price
        except Ambiguous:
            cost = price
            raise
        finally:
            await self.ledger.settle(price, (), cost)
        return response

    async def _sent(self, method: str, path: str, body: bytes | None) -> Response:
        kind = {"content-type": "application/json"} if body is not None else {}
        for last in (False, True):
            access = await self.session.access()
            headers = {**_headers(access), **kind}
            response = await self.http.send(method, path, content=body, headers=headers)
            if response.status != 401 or last:
                break
            await self.session.renew(access)
        return response

    async def _get(self, path: str, params: wire.Params) -> Response:
        """Read in the spelling that X took last, in the other one where it refuses that."""
        dialect = (await self.session.state()).dialect
        response = await self._got(path, wire.spelled(params, dialect))
        if response.status == 400 and _is_about_spelling(response.body):
            other = wire.POST if dialect == wire.TWEET else wire.TWEET
            response = await self._got(path, wire.spelled(params, other))
            if response.ok:
                await self.session.change(lambda state: _speak(state, other))
        self.judge(response)
        return response

    async def _got(self, path: str, params: wire.Params) -> Response:
        for last in (False, True):
            access = await self.session.access()
            response = await self.http.get(path, params=list(params), headers=_headers(access))
            if response.status != 401 or last:
                break
            await self.session.renew(access)
        self.limits = response.headers
        return response

    def judge(self, response: Response, *, write: bool = False) -> None:
        """Class what is no success, by the kind of problem X names. Raises AdapterError."""
        if response.ok:
            return
        problem = part(response.body, wire.Problem) or wire.Problem()
        words = said(response.body)
        quoted = (
            f'{self.host} said: "{words}"'
            if words
            else f"{self.host} answered with status {response.status}."
        )
        if response.status == 401:
            raise SignInAgain(quoted)
        if response.status == 402 or problem.kind == "credits":
            told = f"Your X account has no credits left; buy some at {CREDITS_PAGE} ({quoted})"
            raise Refused(told) if write else RetryAt(told, self.session.now() + _NO_CREDITS_PAUSE)
        if problem.kind == "usage-capped" or problem.title == "UsageCapExceeded":
            told = f"X gives your app nothing more until its next billing period. {quoted}"
            raise Refused(told) if write else RetryAt(told, next_month(self.session.now()))
        if response.status in (400, 403, 422) and words:
            raise Refused(quoted)
        if words:
            body = wire.encoded({"detail": words}).encode()
            response = Response(response.status, response.headers, body, response.url)
        self.http.raise_for(response, write=write)


def said(body: bytes) -> str:
    """What X says of an error: a problem in words, or a list of them."""
    problem = part(body, wire.Problem)
    listed = wire.problems((part(body, wire.Envelope) or wire.Envelope()).errors)
    if problem is not None and problem.detail and not (listed and "One or more" in problem.detail):
        return shorten(problem.detail, 300)
    words = [one.message or one.detail or one.title for one in listed]
    return shorten("; ".join(one for one in words if one), 300) or server_words(body)


def _headers(access: str) -> dict[str, str]:
    return {"authorization": f"Bearer {access}", "accept": "application/json"}


def _is_about_spelling(body: bytes) -> bool:
    return b"tweet.fields" in body or b"post.fields" in body or b"[expansions]" in body


def _speak(state: Kept, dialect: str) -> None:
    state.dialect = dialect


def _decoded(response: Response, asked: int) -> Posts:
    """The posts of an answer. Raises RetryAt when it is something else."""
    envelope = decode(response, wire.Envelope)
    raws = _raws(envelope)
    meta = part(envelope.meta, wire.Meta) or wire.Meta()
    if raws is None:
        raise RetryAt(f"{urlsplit(response.url).hostname} should have answered with posts and did not.")
    items, skipped = each(raws, wire.Post, "Post")
    good = [one for one in items if wire.is_id(text_id(one.id))]
    skipped += ["A post could not be read: its id is none."] * (len(items) - len(good))
    includes = part(envelope.includes, wire.Includes) or wire.Includes()
    users = each(includes.users, wire.User, "Person")[0]
    beside = each([*includes.tweets, *includes.posts], wire.Post, "Post")[0]
    media = each(includes.media, wire.Media, "Media")[0]
    return Posts(
        good,
        tuple(skipped),
        {text_id(one.id): one for one in users if wire.is_id(text_id(one.id))},
        {text_id(one.id): one for one in beside if wire.is_id(text_id(one.id))},
        {one.media_key: one for one in media},
        wire.problems(envelope.errors),
        meta.next_token or "",
        text_id(meta.newest_id) if wire.is_id(text_id(meta.newest_id)) else "",
        asked,
    )


def _raws(envelope: wire.Envelope) -> list[Raw] | None:
    """The items: none where X says that there are none, None where it is no list of posts at all."""
    raws = part(envelope.data, list[Raw])
    if raws is not None:
        return raws
    told = part(envelope.meta, wire.Meta) is not None or bool(wire.problems(envelope.errors))
    return [] if told else None


def _billed(response: Response, price: int) -> tuple[list[tuple[str, int]], int]:
    """Everything an answer brought, with its price; and the price of what has no id."""
    envelope = part(response.body, wire.Envelope) or wire.Envelope()
    includes = part(envelope.includes, wire.Includes) or wire.Includes()
    found: list[tuple[str, int]] = []
    odd = 0
    for kind, raws, each_price in (
        ("p", part(envelope.data, list[Raw]) or [], price),
        ("p", [*includes.tweets, *includes.posts], READ),
        ("u", includes.users, PERSON),
    ):
        for raw in raws:
            number = text_id((part(raw, _Numbered) or _Numbered()).id)
            if number:
                found.append((f"{kind}{shorten(number, 20)}", each_price))
            else:
                odd += each_price
    return found, odd


class _Numbered(Struct):
    """Whatever has an id."""

    id: str | int | None = None
