"""Reddit: replies to comments and posts, and comments that name the user, with a client that the user brings."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta

from convo.adapters import _reddit_answer as answering
from convo.adapters import _reddit_lists as lists
from convo.adapters import _reddit_login as signing_in
from convo.adapters import _reddit_messages as messages
from convo.adapters import _reddit_read as reading
from convo.adapters._reddit_api import API, Api
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
    frozenset({Verb.ANSWER, Verb.BLOCK, Verb.DELETE, Verb.EDIT, Verb.MARK_READ}),
    {
        Verb.ATTACH: "convo sends no files to Reddit.",
        Verb.CONTENT_WARNING: "Reddit has no warnings for comments; write >!round what should be covered!<.",
        Verb.DIRECT: "Reddit lets programs no more into private messages and chats.",
        Verb.LANGUAGE: "Reddit knows no language of a comment.",
        Verb.MODERATE: "Moderate on the site.",
        Verb.MUTE_PERSON: "Reddit mutes nobody; here convo does.",
        Verb.MUTE_THREAD: "convo mutes a conversation here only.",
        Verb.VISIBILITY: "Comments on Reddit are as public as the subreddit.",
    },
    settle=timedelta(seconds=20),
)


class Reddit(Refusing):
    """One account."""

    platform = messages.PLATFORM
    options = ("client_id", "client_secret", "redirect", "www")
    login_fields: tuple[LoginField, ...] = (
        signing_in.CLIENT,
        signing_in.CLIENT_SECRET,
        signing_in.USER,
        signing_in.TOKEN,
    )
    channels: tuple[Channel, ...] = (
        Channel("inbox", ChannelKind.INCOMING),
        Channel("comments", ChannelKind.OWN),
        Channel("posts", ChannelKind.OWN),
        Channel("people", ChannelKind.PEOPLE),
    )

    def __init__(self, account: AccountConfig, http: Http, credential: Credential, facts: str) -> None:
        self._api = Api(http, account, credential, messages.facts_of(facts))
        self.can = _CAN

    @classmethod
    def base_url(cls, account: AccountConfig) -> str:
        """Where the API is: Reddit's, unless the config names another place."""
        return account.url.strip().rstrip("/") or API

    @classmethod
    async def login(cls, account: AccountConfig, http_for: Callable[[str], Http], ask: Ask) -> LoginResult:
        """Sign in with a client of the user's own. Raises AdapterError."""
        return await signing_in.login(account, http_for, ask, cls.base_url(account))

    async def identify(self) -> Identity:
        """Who signed in: one request. Raises AdapterError."""
        return await self._api.identify()

    async def check(self) -> Sequence[Finding]:
        """Reach, sign-in, scopes, inbox, limits, clock."""
        return await signing_in.check(self._api)

    async def fetch(self, channel: str, cursor: str, since: datetime) -> Page:
        """The next page of a channel. Raises AdapterError."""
        await self._api.known()
        if channel == "people":
            return await lists.people(self._api)
        read = {"comments": lists.comments, "posts": lists.posts}
        return await read.get(channel, lists.inbox)(self._api, cursor, since)

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
        """Characters, as Reddit counts."""
        return answering.measure(reply)

    async def prepare(self, reply: Reply) -> str:
        """The exact request. Raises Refused for what Reddit would refuse, Missing when the comment is gone."""
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
        """Change an own comment."""
        await self._api.known()
        return await answering.edit(self._api, ref, text)

    async def delete(self, ref: Ref) -> None:
        """Delete an own comment; fine when it is already gone."""
        await self._api.known()
        await answering.delete(self._api, ref)

    async def mark_read(self, ref: Ref) -> None:
        """Mark it in the inbox as read, and what came before it."""
        await self._api.known()
        await answering.mark_read(self._api, ref)

    async def block(self, uid: str, on: bool) -> None:
        """Block or unblock a person there."""
        await self._api.known()
        await answering.block(self._api, uid, on)

    async def close(self) -> None:
        """Release connections."""
        await self._api.http.close()
