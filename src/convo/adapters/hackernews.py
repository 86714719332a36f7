"""Hacker News: answers to one's stories and comments. It is read by programs and answered by hand."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime

from convo.adapters import _hackernews_messages as messages
from convo.adapters import _hackernews_read as reading
from convo.adapters import _hackernews_replies as searching
from convo.adapters._hackernews_api import FIREBASE, PLATFORM, Api, facts_of
from convo.adapters._pasted import clock
from convo.adapters.contract import (
    Absent,
    AdapterError,
    Ask,
    Can,
    Channel,
    ChannelKind,
    Credential,
    Finding,
    Identity,
    LoginField,
    LoginResult,
    LoginStep,
    Proof,
    Refused,
    Verb,
)
from convo.adapters.http import Http
from convo.adapters.refusing import Refusing
from convo.config import AccountConfig
from convo.model import Conversation, Lookup, Measure, Mention, Message, Page, Ref, Reply, Visibility
from convo.text import one_line

USER = LoginField("user", "Your user name there", help="as it is written, capital letters count")
_BY_HAND = "Hacker News takes answers only on its own page."
_CAN = Can(
    frozenset(),
    {
        Verb.ANSWER: _BY_HAND,
        Verb.ATTACH: "Hacker News carries no files.",
        Verb.BLOCK: "Hacker News blocks nobody; here convo does.",
        Verb.CONTENT_WARNING: "Hacker News has no warnings.",
        Verb.DELETE: "Delete it on its page, within two hours and as long as nobody answered.",
        Verb.DIRECT: "Hacker News has no direct messages.",
        Verb.EDIT: "Change it on its page, within two hours.",
        Verb.MARK_READ: "Hacker News keeps no mark of what was read.",
        Verb.MODERATE: "Hacker News leaves that to its moderators.",
        Verb.MUTE_PERSON: "Hacker News mutes nobody; here convo does.",
        Verb.MUTE_THREAD: "Hacker News cannot mute a conversation; here convo does.",
        Verb.VISIBILITY: "Everything on Hacker News is public.",
    },
)


class HackerNews(Refusing):
    """One user name."""

    platform = PLATFORM
    options = ("search",)
    keyless = True
    login_fields: tuple[LoginField, ...] = (USER,)
    channels: tuple[Channel, ...] = (
        Channel("replies", ChannelKind.INCOMING),
        Channel("own", ChannelKind.OWN),
        Channel("watched", ChannelKind.SLOW),
    )

    def __init__(self, account: AccountConfig, http: Http, credential: Credential, facts: str) -> None:
        self._api = Api(http, account, facts_of(facts))
        self.can = _CAN

    @classmethod
    def base_url(cls, account: AccountConfig) -> str:
        """Where items are read: Firebase, unless the config names another place."""
        return account.url.strip().rstrip("/") or FIREBASE

    @classmethod
    async def login(cls, account: AccountConfig, http_for: Callable[[str], Http], ask: Ask) -> LoginResult:
        """Ask for the user name and whether it is there; there is no secret. Raises AdapterError."""
        user = account.user.strip()
        if not user:
            words = "Hacker News is read without signing in; convo needs your user name, never the password."
            user = one_line((await ask(LoginStep(words, fields=(USER,)))).get("user", ""))
        http = http_for(cls.base_url(account))
        try:
            identity = await Api(http, replace(account, user=user), facts_of("")).identify()
            return LoginResult("", identity, {"user": user})
        finally:
            await http.close()

    async def identify(self) -> Identity:
        """Whether there is a user of this name. Raises AdapterError."""
        return await self._api.identify()

    async def check(self) -> Sequence[Finding]:
        """Name, items, search, clock; there are no credentials and no scopes."""
        try:
            identity = await self._api.identify()
        except Refused as error:
            return [Finding("name", False, error.words)]
        except AdapterError as error:
            return [Finding("reach", False, error.words)]
        return [
            Finding("reach", True, "Items can be read; Hacker News sets no limit."),
            Finding("name", True, f"{identity.person.handle} is there; no sign-in is needed."),
            await self._search(),
            clock(self._api.http, "Hacker News"),
        ]

    async def _search(self) -> Finding:
        host = self._api.search_host
        try:
            await self._api.search([f"author_{self._api.facts.user}"], 0, 0, 1)
        except AdapterError as error:
            return Finding("search", False, error.words)
        return Finding(
            "search", True, f"{host} answers; it takes 10,000 requests an hour, convo makes a few."
        )

    async def fetch(self, channel: str, cursor: str, since: datetime) -> Page:
        """The next page of a channel. Raises AdapterError."""
        await self._api.known()
        if channel == "own":
            return await reading.own(self._api, cursor, since)
        if channel == "watched":
            return await reading.watched(self._api, cursor, since)
        return await searching.replies(self._api, cursor, since)

    async def lookup(self, refs: Sequence[Ref]) -> Lookup:
        """The present state of items, and which are gone."""
        await self._api.known()
        return await reading.lookup(self._api, refs)

    async def conversation(self, ref: Ref) -> Conversation:
        """An item with what is above and below it. Raises Missing when it is gone."""
        await self._api.known()
        return await reading.conversation(self._api, ref)

    def audience(self, message: Message) -> tuple[Mention, ...]:
        """The author."""
        return messages.audience(message, self._api.facts.user)

    def widest(self) -> Visibility:
        """Everything is public."""
        return Visibility.PUBLIC

    def measure(self, reply: Reply) -> Measure:
        """Characters; Hacker News states no limit."""
        return Measure(len(reply.text), None)

    async def prepare(self, reply: Reply) -> str:
        """Not here. Raises Refused."""
        raise Refused(_BY_HAND)

    async def answer(self, request: str) -> Message:
        """Not here. Raises Refused."""
        raise Refused(_BY_HAND)

    async def find(self, request: str, claimed: Collection[str]) -> Proof:
        """Nothing was ever sent from here."""
        return Absent()

    async def close(self) -> None:
        """Release connections."""
        await self._api.http.close()
