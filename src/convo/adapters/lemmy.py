"""Lemmy: replies, mentions and private messages on one server, of 0.19 or 1.0."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta

from convo.adapters import _lemmy_answer as answering
from convo.adapters import _lemmy_lists as lists
from convo.adapters import _lemmy_login as signing_in
from convo.adapters import _lemmy_messages as messages
from convo.adapters import _lemmy_read as reading
from convo.adapters._lemmy_api import PLATFORM, Api, Facts, facts_of
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
    frozenset({Verb.ANSWER, Verb.BLOCK, Verb.DELETE, Verb.DIRECT, Verb.EDIT, Verb.MARK_READ}),
    {
        Verb.ATTACH: "convo sends no files to Lemmy.",
        Verb.CONTENT_WARNING: "Lemmy has no warnings; write ::: spoiler TITLE … ::: round what should be covered.",
        Verb.LANGUAGE: "Lemmy takes the language that your account is set to.",
        Verb.MODERATE: "Moderate on the site.",
        Verb.MUTE_PERSON: "Lemmy mutes nobody; here convo does.",
        Verb.MUTE_THREAD: "convo mutes a conversation here only.",
        Verb.VISIBILITY: "Comments on Lemmy are public.",
    },
    settle=timedelta(seconds=15),
)
_OLD = (
    Channel("mentions", ChannelKind.INCOMING),
    Channel("replies", ChannelKind.INCOMING),
    Channel("messages", ChannelKind.INCOMING),
)
_NEW = (Channel("notifications", ChannelKind.INCOMING),)
_BOTH = (Channel("own", ChannelKind.OWN), Channel("people", ChannelKind.PEOPLE))


class Lemmy(Refusing):
    """One account on one server."""

    platform = PLATFORM
    login_fields: tuple[LoginField, ...] = (signing_in.URL, signing_in.USER, signing_in.PASSWORD)

    def __init__(self, account: AccountConfig, http: Http, credential: Credential, facts: str) -> None:
        self._api = Api(http, account, credential, facts_of(facts))
        self.can = _CAN
        self.channels = channels_of(self._api.facts)

    @classmethod
    def base_url(cls, account: AccountConfig) -> str:
        """The server: `url`; "" when the config does not name it."""
        return signing_in.address(account.url) if account.url.strip() else ""

    @classmethod
    async def login(cls, account: AccountConfig, http_for: Callable[[str], Http], ask: Ask) -> LoginResult:
        """Swap name and password for a token. Raises AdapterError."""
        return await signing_in.login(account, http_for, ask)

    async def identify(self) -> Identity:
        """Which dialect the server speaks, and who the token is for. Raises AdapterError."""
        identity = await self._api.identify()
        self.channels = channels_of(self._api.facts)
        return identity

    async def check(self) -> Sequence[Finding]:
        """Reach, token, dialect, lists, limits, clock."""
        return await signing_in.check(self._api)

    async def fetch(self, channel: str, cursor: str, since: datetime) -> Page:
        """The next page of a channel. Raises AdapterError."""
        await self._api.known()
        if channel == "own":
            return await lists.own(self._api, cursor, since)
        if channel == "people":
            return await lists.people(self._api)
        read = {"mentions": lists.mentions, "replies": lists.replies, "messages": lists.messages}
        return await read.get(channel, lists.notifications)(self._api, cursor, since)

    async def lookup(self, refs: Sequence[Ref]) -> Lookup:
        """The present state of messages, and which are gone."""
        await self._api.known()
        return await reading.lookup(self._api, refs)

    async def conversation(self, ref: Ref) -> Conversation:
        """What stands around a message. Raises Missing when it is gone."""
        await self._api.known()
        return await reading.conversation(self._api, ref)

    def audience(self, message: Message) -> tuple[Mention, ...]:
        """The author."""
        return messages.audience(message, self._api.facts)

    def widest(self) -> Visibility:
        """Comments are public."""
        return Visibility.PUBLIC

    def measure(self, reply: Reply) -> Measure:
        """UTF-16 units, as the server counts."""
        return answering.measure(reply)

    async def prepare(self, reply: Reply) -> str:
        """The exact request. Raises Refused for what the server would refuse, Missing when the comment is gone."""
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
        """Change an own comment or message."""
        await self._api.known()
        return await answering.edit(self._api, ref, text)

    async def delete(self, ref: Ref) -> None:
        """Delete an own comment or message; fine when it is already gone."""
        await self._api.known()
        await answering.delete(self._api, ref)

    async def mark_read(self, ref: Ref) -> None:
        """Mark its notification as read, and the older ones of its kind."""
        await self._api.known()
        await answering.mark_read(self._api, ref)

    async def block(self, uid: str, on: bool) -> None:
        """Block or unblock a person there."""
        await self._api.known()
        await answering.block(self._api, uid, on)

    async def close(self) -> None:
        """Release connections."""
        await self._api.http.close()


def channels_of(facts: Facts) -> tuple[Channel, ...]:
    """The lists of the server's dialect: 0.19 has three for what 1.0 tells in one."""
    return (*(_NEW if facts.api == "v4" else _OLD), *_BOTH)
