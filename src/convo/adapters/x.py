"""X (Twitter): mentions, and answers where X lets programs answer. Off until the user sets a monthly budget."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta

from convo.adapters import _x_answer as answering
from convo.adapters import _x_login as signing_in
from convo.adapters import _x_messages as messages
from convo.adapters import _x_read as reading
from convo.adapters._x_api import API, PLATFORM, Api, facts_of
from convo.adapters._x_session import Clock, utc_now
from convo.adapters.contract import (
    Ask,
    Can,
    Channel,
    ChannelKind,
    Credential,
    Finding,
    Identity,
    LoginField,
    LoginResult,
    Proof,
    Verb,
)
from convo.adapters.http import Http
from convo.adapters.refusing import Refusing
from convo.config import AccountConfig
from convo.model import Conversation, Lookup, Measure, Mention, Message, Page, Ref, Reply, Visibility

_REFUSALS = {
    Verb.ATTACH: "convo sends no files to X.",
    Verb.BLOCK: "X lets no program block people; here convo mutes them.",
    Verb.CONTENT_WARNING: "Posts on X have no content warnings.",
    Verb.DIRECT: "convo reads no direct messages of X.",
    Verb.EDIT: "X lets nobody change an answer.",
    Verb.LANGUAGE: "X finds the language of a post by itself.",
    Verb.MARK_READ: "X keeps no mark of what was read that a program could move.",
    Verb.MODERATE: "convo hides no answers on X.",
    Verb.MUTE_PERSON: "convo mutes people here; X would charge for the list of them.",
    Verb.MUTE_THREAD: "X lets no program mute a conversation; here convo does.",
    Verb.VISIBILITY: "An answer on X is as public as your account.",
}
_ONLY_READS = "This sign-in may only read; sign in again with the scope tweet.write to answer from here."
_SETTLE = timedelta(seconds=60)


class X(Refusing):
    """One account, read through an app of the user's own."""

    platform = PLATFORM
    options = ("monthly_budget", "client_id", "client_secret", "redirect", "links", "own_app")
    login_fields: tuple[LoginField, ...] = (signing_in.BUDGET, signing_in.CLIENT)
    channels: tuple[Channel, ...] = (
        Channel("mentions", ChannelKind.INCOMING),
        Channel("own", ChannelKind.OWN),
        Channel("unnamed", ChannelKind.SLOW),
    )

    def __init__(
        self,
        account: AccountConfig,
        http: Http,
        credential: Credential,
        facts: str,
        *,
        now: Clock = utc_now,
    ) -> None:
        self._api = Api(http, account, credential, facts_of(facts), now)
        self.can = _can(self._api.facts.writes)

    @classmethod
    def base_url(cls, account: AccountConfig) -> str:
        """Where the API is: X, unless the config names another place."""
        return account.url.strip().rstrip("/") or API

    @classmethod
    async def login(cls, account: AccountConfig, http_for: Callable[[str], Http], ask: Ask) -> LoginResult:
        """Sign in with an app of the user's own, after telling the prices. Raises AdapterError."""
        return await signing_in.login(account, http_for, ask)

    async def identify(self) -> Identity:
        """Who signed in: one request. Raises AdapterError; Refused without a budget, asking nothing."""
        identity = await self._api.identify()
        self.can = _can(self._api.facts.writes)
        return identity

    async def check(self) -> Sequence[Finding]:
        """Budget, what was spent, prices, sign-in, scopes, limits, clock."""
        return await signing_in.check(self._api)

    async def fetch(self, channel: str, cursor: str, since: datetime) -> Page:
        """The next page of a channel. Raises AdapterError."""
        await self._api.known()
        if channel == "own":
            return await reading.own(self._api, cursor, since)
        if channel == "unnamed":
            return await reading.unnamed(self._api, cursor, since)
        return await reading.mentions(self._api, cursor, since)

    async def lookup(self, refs: Sequence[Ref]) -> Lookup:
        """The present state of posts, and which are gone."""
        await self._api.known()
        return await reading.lookup(self._api, refs)

    async def conversation(self, ref: Ref) -> Conversation:
        """A post, what it answers, and the answers of the last seven days. Raises Missing when it is gone."""
        await self._api.known()
        return await reading.conversation(self._api, ref)

    def audience(self, message: Message) -> tuple[Mention, ...]:
        """The author, and whom the post names."""
        return messages.audience(message, self._api.facts.id)

    def widest(self) -> Visibility:
        """Public, or the followers of a protected account."""
        return Visibility.FOLLOWERS if self._api.facts.protected else Visibility.PUBLIC

    def measure(self, reply: Reply) -> Measure:
        """Weighted as X does: 280, an address is 23, wide signs and emoji are two."""
        return answering.measure(reply)

    async def prepare(self, reply: Reply) -> str:
        """The exact request. Raises Refused for what X would refuse, Missing when the post is gone."""
        self.demand(Verb.ANSWER)
        await self._api.known()
        return await answering.prepare(self._api, reply)

    async def answer(self, request: str) -> Message:
        """Send it, once. Raises RetryAt, SignInAgain, Refused or Ambiguous."""
        await self._api.known()
        return await answering.answer(self._api, request)

    async def find(self, request: str, claimed: Collection[str]) -> Proof:
        """Whether it arrived. Raises RetryAt while the budget does not allow to look."""
        await self._api.known()
        return await answering.find(self._api, request, claimed)

    async def delete(self, ref: Ref) -> None:
        """Delete an own post; fine when it is already gone."""
        self.demand(Verb.DELETE)
        await self._api.known()
        await answering.delete(self._api, ref)

    async def close(self) -> None:
        """Release connections."""
        await self._api.http.close()


def _can(writes: bool) -> Can:
    if not writes:
        return Can(frozenset(), {**_REFUSALS, Verb.ANSWER: _ONLY_READS, Verb.DELETE: _ONLY_READS}, _SETTLE)
    return Can(frozenset({Verb.ANSWER, Verb.DELETE}), _REFUSALS, _SETTLE)
