"""Facebook: comments on a Page of one's own, and what others write on it; profiles let no program in."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta

from convo.adapters import _facebook_answer as answering
from convo.adapters import _facebook_login as signing_in
from convo.adapters import _facebook_messages as messages
from convo.adapters import _facebook_read as reading
from convo.adapters._facebook_api import PLATFORM, Api, facts_of
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
    frozenset({Verb.ANSWER, Verb.BLOCK, Verb.DELETE, Verb.EDIT, Verb.MODERATE}),
    {
        Verb.ATTACH: "convo sends no files to Facebook.",
        Verb.CONTENT_WARNING: "Comments on Facebook have no warnings.",
        Verb.DIRECT: "Messages to a Page are in Messenger, which convo does not read.",
        Verb.LANGUAGE: "Comments on Facebook have no language.",
        Verb.MARK_READ: "Facebook keeps no mark of which comments were read.",
        Verb.MUTE_PERSON: "A Page mutes nobody; here convo does.",
        Verb.MUTE_THREAD: "A Page cannot mute a conversation; here convo does.",
        Verb.VISIBILITY: "A comment on Facebook is as public as the post.",
    },
    settle=timedelta(seconds=30),
)


class Facebook(Refusing):
    """One Page."""

    platform = PLATFORM
    login_fields: tuple[LoginField, ...] = (signing_in.TOKEN, signing_in.APP_ID, signing_in.APP_SECRET)
    channels: tuple[Channel, ...] = (
        Channel("comments", ChannelKind.INCOMING),
        Channel("visitors", ChannelKind.INCOMING),
        Channel("own", ChannelKind.OWN),
        Channel("posts", ChannelKind.OWN),
        Channel("again", ChannelKind.SLOW),
        Channel("tagged", ChannelKind.SLOW),
        Channel("people", ChannelKind.PEOPLE),
    )

    def __init__(self, account: AccountConfig, http: Http, credential: Credential, facts: str) -> None:
        self._api = Api(http, account, credential, facts_of(facts))
        self.can = _CAN

    @classmethod
    def base_url(cls, account: AccountConfig) -> str:
        """Where the Graph API is: Facebook, unless the config names another place."""
        return signing_in.base_url(account)

    @classmethod
    async def login(cls, account: AccountConfig, http_for: Callable[[str], Http], ask: Ask) -> LoginResult:
        """Sign in with a pasted token. Raises AdapterError."""
        return await signing_in.login(account, http_for, ask)

    async def identify(self) -> Identity:
        """Which Page the token acts as. Raises AdapterError; SignInAgain when it is a person's."""
        return await self._api.identify()

    async def check(self) -> Sequence[Finding]:
        """Reach, token, permissions, limits, clock."""
        return await signing_in.check(self._api)

    async def fetch(self, channel: str, cursor: str, since: datetime) -> Page:
        """The next page of a channel. Raises AdapterError."""
        await self._api.known()
        read = {
            "visitors": reading.visitors,
            "own": reading.own,
            "posts": reading.posts,
            "again": reading.again,
            "tagged": reading.tagged,
            "people": reading.people,
        }
        return await read.get(channel, reading.comments)(self._api, cursor, since)

    async def lookup(self, refs: Sequence[Ref]) -> Lookup:
        """The present state of comments and posts, and which are gone."""
        await self._api.known()
        return await reading.lookup(self._api, refs)

    async def conversation(self, ref: Ref) -> Conversation:
        """A post with its comments. Raises Missing when what was asked for is gone."""
        await self._api.known()
        return await reading.conversation(self._api, ref)

    def audience(self, message: Message) -> tuple[Mention, ...]:
        """The author of the comment."""
        return messages.audience(message, self._api.facts)

    def widest(self) -> Visibility:
        """Comments are public."""
        return Visibility.PUBLIC

    def measure(self, reply: Reply) -> Measure:
        """Characters."""
        return answering.measure(self._api, reply)

    async def prepare(self, reply: Reply) -> str:
        """The exact request. Raises Refused for what Facebook would refuse, Missing when the comment is gone."""
        await self._api.known()
        return await answering.prepare(self._api, reply)

    async def answer(self, request: str) -> Message:
        """Send it, once, and read it again. Raises RetryAt, SignInAgain, Refused or Ambiguous."""
        await self._api.known()
        return await answering.answer(self._api, request)

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
        """Hide a comment (spam), delete it for good (trash), or show a hidden one again."""
        await self._api.known()
        await answering.moderate(self._api, ref, decision)

    async def block(self, uid: str, on: bool) -> None:
        """Block a person on the Page, or let them in again."""
        await self._api.known()
        await answering.block(self._api, uid, on)

    async def close(self) -> None:
        """Release connections."""
        await self._api.http.close()
