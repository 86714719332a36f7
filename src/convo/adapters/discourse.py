"""Discourse: answers, mentions, quotes and private messages on one site."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta

from convo.adapters import _discourse_answer as answering
from convo.adapters import _discourse_lists as lists
from convo.adapters import _discourse_login as signing_in
from convo.adapters import _discourse_messages as messages
from convo.adapters import _discourse_read as reading
from convo.adapters._discourse_api import PLATFORM, Api, facts_of
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

_CAN = Can(
    frozenset({Verb.ANSWER, Verb.DELETE, Verb.DIRECT, Verb.EDIT, Verb.MARK_READ, Verb.MUTE_THREAD}),
    {
        Verb.ATTACH: "convo sends no files to Discourse.",
        Verb.MODERATE: "Decide about posts in the review queue of the site.",
        Verb.MUTE_PERSON: "convo does not mute people on Discourse; here it does.",
        Verb.BLOCK: "Discourse has no blocks; ignore people in their profile there, or mute them here.",
        Verb.CONTENT_WARNING: "Discourse has no warnings; write [spoiler]…[/spoiler] round what should be covered.",
        Verb.VISIBILITY: "Who can read an answer is decided by its topic.",
    },
    settle=timedelta(seconds=30),
)
"""Rails may still work on a request whose connection broke: 30 s is what its servers give it."""


class Discourse(Refusing):
    """One account on one site."""

    platform = PLATFORM
    options = ("key",)
    login_fields: tuple[LoginField, ...] = (signing_in.URL, signing_in.KEY, signing_in.PAYLOAD)
    channels: tuple[Channel, ...] = (
        Channel("notifications", ChannelKind.INCOMING),
        Channel("own", ChannelKind.OWN),
        Channel("again", ChannelKind.SLOW),
    )

    def __init__(self, account: AccountConfig, http: Http, credential: Credential, facts: str) -> None:
        self._api = Api(http, account, credential, facts_of(facts))
        self.can = _CAN

    @classmethod
    def base_url(cls, account: AccountConfig) -> str:
        """The site: `url`, with its folder; "" when the config does not name it."""
        return signing_in.address(account.url) if account.url.strip() else ""

    @classmethod
    async def login(cls, account: AccountConfig, http_for: Callable[[str], Http], ask: Ask) -> LoginResult:
        """Sign in with a key that the site makes for convo. Raises AdapterError."""
        return await signing_in.login(account, http_for, ask)

    async def identify(self) -> Identity:
        """Who the key is for, and the site's limits. Raises AdapterError."""
        return await self._api.identify()

    async def check(self) -> Sequence[Finding]:
        """Reach, key, scopes, limits, clock."""
        return await signing_in.check(self._api)

    async def fetch(self, channel: str, cursor: str, since: datetime) -> Page:
        """The next page of a channel. Raises AdapterError."""
        await self._api.known()
        if channel == "own":
            return await lists.own(self._api, cursor, since)
        if channel == "again":
            return await lists.again(self._api, cursor, since)
        return await lists.notifications(self._api, cursor, since)

    async def lookup(self, refs: Sequence[Ref]) -> Lookup:
        """The present state of posts, and which are gone."""
        await self._api.known()
        return await reading.lookup(self._api, refs)

    async def conversation(self, ref: Ref) -> Conversation:
        """A post and what stands around it in its topic. Raises Missing when it is gone."""
        await self._api.known()
        return await reading.conversation(self._api, ref)

    def audience(self, message: Message) -> tuple[Mention, ...]:
        """The author; in a private message everybody who reads it."""
        return messages.audience(message, self._api.facts)

    def widest(self) -> Visibility:
        """Topics are public as far as their category is."""
        return Visibility.PUBLIC

    def measure(self, reply: Reply) -> Measure:
        """Characters, and the site's limit where it told one."""
        return answering.measure(reply, self._api.facts)

    async def prepare(self, reply: Reply) -> str:
        """The exact request. Raises Refused for what the site would refuse, Missing when the post is gone."""
        await self._api.known()
        return await answering.prepare(self._api, reply)

    async def answer(self, request: str) -> Message:
        """Send it, once. Raises RetryAt, SignInAgain, Refused or Ambiguous."""
        await self._api.known()
        return await answering.answer(self._api, request)

    async def find(self, request: str, claimed: Collection[str]) -> Proof:
        """Whether it arrived."""
        await self._api.known()
        return await answering.find(self._api, request, claimed)

    async def edit(self, ref: Ref, text: str) -> Message:
        """Change an own post."""
        await self._api.known()
        return await answering.edit(self._api, ref, text)

    async def delete(self, ref: Ref) -> None:
        """Delete an own post; fine when it is already gone."""
        await self._api.known()
        await answering.delete(self._api, ref)

    async def mark_read(self, ref: Ref) -> None:
        """Mark its notification as read, and older ones."""
        await self._api.known()
        await answering.mark_read(self._api, ref)

    async def mute_thread(self, ref: Ref, on: bool) -> None:
        """Mute or unmute the topic there."""
        await self._api.known()
        await answering.mute_thread(self._api, ref, on)

    async def close(self) -> None:
        """Release connections."""
        await self._api.http.close()
