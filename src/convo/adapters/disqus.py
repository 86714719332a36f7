"""Disqus: comments on one's own sites, and answers to one's comments on other people's."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from convo.adapters import _disqus_answer as answering
from convo.adapters import _disqus_login as signing_in
from convo.adapters import _disqus_messages as messages
from convo.adapters import _disqus_read as reading
from convo.adapters._disqus_api import PLATFORM, Api, facts_of
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
    frozenset({Verb.ANSWER, Verb.EDIT, Verb.DELETE, Verb.MODERATE}),
    {
        Verb.ATTACH: "convo sends no files to Disqus.",
        Verb.BLOCK: "Disqus bans people for a whole site, in its moderation panel; here convo blocks.",
        Verb.CONTENT_WARNING: "Comments on Disqus have no warnings.",
        Verb.DIRECT: "Disqus has no direct messages.",
        Verb.LANGUAGE: "Comments on Disqus have no language.",
        Verb.MARK_READ: "Disqus keeps no mark of what was read.",
        Verb.MUTE_PERSON: "Disqus mutes nobody through its API; here convo does.",
        Verb.MUTE_THREAD: "Disqus cannot mute a conversation; here convo does.",
        Verb.VISIBILITY: "Comments on Disqus are as public as the page.",
    },
    settle=timedelta(seconds=60),
)


class Disqus(Refusing):
    """One account at Disqus, with the sites it looks after."""

    platform = PLATFORM
    options = ("api_key", "forums")
    login_fields: tuple[LoginField, ...] = (
        signing_in.USER,
        signing_in.KEY,
        signing_in.TOKEN,
        signing_in.FORUMS,
    )
    channels: tuple[Channel, ...] = (
        Channel("comments", ChannelKind.INCOMING),
        Channel("own", ChannelKind.OWN),
        Channel("again", ChannelKind.SLOW),
        Channel("elsewhere", ChannelKind.SLOW),
    )

    def __init__(self, account: AccountConfig, http: Http, credential: Credential, facts: str) -> None:
        self._api = Api(http, account, credential, facts_of(facts))
        self.can = _CAN

    @classmethod
    def base_url(cls, account: AccountConfig) -> str:
        """Where the API is: Disqus, unless the config names another place."""
        return signing_in.base_url(account)

    @classmethod
    async def login(cls, account: AccountConfig, http_for: Callable[[str], Http], ask: Ask) -> LoginResult:
        """Sign in with an application of the user's own. Raises AdapterError."""
        return await signing_in.login(account, http_for, ask)

    async def identify(self) -> Identity:
        """Who the account is. Raises AdapterError."""
        return await self._api.identify()

    async def check(self) -> Sequence[Finding]:
        """Reach, key, sites, token, limits, clock."""
        return await signing_in.check(self._api)

    async def fetch(self, channel: str, cursor: str, since: datetime) -> Page:
        """The next page of a channel. Raises AdapterError."""
        await self._api.known()
        if channel == "own":
            return await reading.own(self._api, cursor, since)
        if channel == "again":
            return await reading.late(self._api, cursor, since)
        if channel == "elsewhere":
            return await reading.elsewhere(self._api, cursor, since)
        return await reading.comments(self._api, cursor, since)

    async def lookup(self, refs: Sequence[Ref]) -> Lookup:
        """The present state of comments, and which are gone."""
        await self._api.known()
        found = await reading.lookup(self._api, refs)
        return replace(found, gone=found.gone + await answering.arrived(self._api, refs))

    async def conversation(self, ref: Ref) -> Conversation:
        """What stands on the page of a comment. Raises Missing when the comment is gone."""
        await self._api.known()
        return await reading.conversation(self._api, ref)

    def audience(self, message: Message) -> tuple[Mention, ...]:
        """The author of the comment."""
        return messages.audience(message, self._api.facts)

    def widest(self) -> Visibility:
        """Comments are public."""
        return Visibility.PUBLIC

    def measure(self, reply: Reply) -> Measure:
        """Characters; Disqus states no limit."""
        return answering.measure(reply)

    async def prepare(self, reply: Reply) -> str:
        """The exact request. Raises Refused for what Disqus would refuse, Missing when the comment is gone."""
        await self._api.known()
        return await answering.prepare(self._api, reply)

    async def answer(self, request: str) -> Message:
        """Send it, once. Raises RetryAt, SignInAgain, Refused or Ambiguous."""
        await self._api.known()
        return await answering.send(self._api, request)

    async def find(self, request: str, claimed: Collection[str]) -> Proof:
        """Whether it arrived."""
        await self._api.known()
        return await answering.find(self._api, request, claimed)

    async def edit(self, ref: Ref, text: str) -> Message:
        """Change an own comment."""
        await self._api.known()
        return await answering.edit(self._api, ref, text)

    async def delete(self, ref: Ref) -> None:
        """Delete an own comment; fine when it is already gone."""
        await self._api.known()
        await answering.delete(self._api, ref)

    async def moderate(self, ref: Ref, decision: str) -> None:
        """Approve, spam or trash a comment; "not spam" and "not trash" take that back."""
        await self._api.known()
        await answering.moderate(self._api, ref, decision)

    async def close(self) -> None:
        """Release connections."""
        await self._api.http.close()
