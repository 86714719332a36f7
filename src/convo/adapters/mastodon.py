"""Mastodon, and the servers that speak its API: GoToSocial, Takahe, Hollo, snac, Akkoma, Pixelfed, Friendica."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from convo.adapters import _mastodon_answer as answering
from convo.adapters import _mastodon_login as signing_in
from convo.adapters import _mastodon_messages as messages
from convo.adapters import _mastodon_people as people
from convo.adapters import _mastodon_read as reading
from convo.adapters._mastodon_api import PLATFORM, Api, facts_of, visibility_of
from convo.adapters._mastodon_length import measure
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
    LoginStep,
    Proof,
    Refused,
    Verb,
)
from convo.adapters.http import Http
from convo.adapters.refusing import Refusing
from convo.config import AccountConfig
from convo.model import Conversation, Lookup, Measure, Mention, Message, Page, Ref, Reply, Visibility

_CAN = Can(
    verbs=frozenset(
        {
            Verb.ANSWER,
            Verb.ATTACH,
            Verb.BLOCK,
            Verb.CONTENT_WARNING,
            Verb.DELETE,
            Verb.DIRECT,
            Verb.EDIT,
            Verb.LANGUAGE,
            Verb.MARK_READ,
            Verb.MUTE_PERSON,
            Verb.MUTE_THREAD,
            Verb.VISIBILITY,
        }
    ),
    refusals={Verb.MODERATE: "There is nothing to approve on Mastodon."},
    settle=timedelta(seconds=5),
)
_CHANNELS = (
    Channel("mentions", ChannelKind.INCOMING),
    Channel("own", ChannelKind.OWN),
    Channel("answers", ChannelKind.SLOW),
    Channel("people", ChannelKind.PEOPLE),
)


class Mastodon(Refusing):
    """One account on one server."""

    platform = PLATFORM
    login_fields: tuple[LoginField, ...] = ()
    can = _CAN
    channels = _CHANNELS

    def __init__(self, account: AccountConfig, http: Http, credential: Credential, facts: str) -> None:
        self._api = Api(http, credential, facts_of(facts))

    @classmethod
    def base_url(cls, account: AccountConfig) -> str:
        """The server: `url`, else the domain of `user`; "" when the config names neither."""
        place = account.url.strip() or account.user.strip().lstrip("@").partition("@")[2]
        if not place:
            return ""
        parts = urlsplit(place if "://" in place else f"https://{place}")
        return f"{parts.scheme}://{parts.netloc}"

    @classmethod
    async def login(cls, account: AccountConfig, http_for: Callable[[str], Http], ask: Ask) -> LoginResult:
        """Sign in: a token the user has, the browser, or a code from the page. Raises AdapterError."""
        url = cls.base_url(account)
        if not url:
            field = LoginField("url", "Address of your server", help="https://fosstodon.org")
            answers = await ask(LoginStep("Which server is your account on?", fields=(field,)))
            url = cls.base_url(AccountConfig(account.name, cls.platform, url=answers.get("url", "")))
        if not url:
            raise Refused("Without the address of the server convo cannot sign in.")
        return await signing_in.login(url, http_for, ask)

    async def identify(self) -> Identity:
        """Who the token is for and what the server allows. Raises AdapterError."""
        return await self._api.identify()

    async def check(self) -> Sequence[Finding]:
        """Reach, token, scopes, limits and clock."""
        return await signing_in.check(self._api)

    async def fetch(self, channel: str, cursor: str, since: datetime) -> Page:
        """The next page of a channel. Raises AdapterError."""
        await self._api.known()
        if channel == "mentions":
            return await reading.mentions(self._api, cursor, since)
        if channel == "own":
            return await reading.own(self._api, cursor, since)
        if channel == "answers":
            return await reading.answers(self._api, cursor, since)
        return await reading.hidden(self._api, cursor)

    async def lookup(self, refs: Sequence[Ref]) -> Lookup:
        """The present state of messages, and which are gone."""
        await self._api.known()
        return await reading.lookup(self._api, refs)

    async def conversation(self, ref: Ref) -> Conversation:
        """What the server knows above and below a message. Raises Missing when it is gone."""
        await self._api.known()
        return await reading.conversation(self._api, ref)

    def audience(self, message: Message) -> tuple[Mention, ...]:
        """The author first, then everybody the message names, the user left out."""
        return messages.audience(message, self._api.facts)

    def widest(self) -> Visibility:
        """The account's own default."""
        return visibility_of(self._api.facts.visibility)

    def measure(self, reply: Reply) -> Measure:
        """The length as the server counts it, names and content warning included."""
        return measure(reply, self._api.facts)

    async def prepare(self, reply: Reply) -> str:
        """The exact request. Raises Refused for what the server would refuse, Missing when the parent is gone."""
        return await answering.prepare(self._api, reply)

    async def answer(self, request: str) -> Message:
        """Send it, once. Raises RetryAt, SignInAgain, Refused or Ambiguous."""
        return await answering.answer(self._api, request)

    async def find(self, request: str, claimed: Collection[str]) -> Proof:
        """Whether it arrived."""
        return await answering.find(self._api, request, claimed)

    async def edit(self, ref: Ref, text: str) -> Message:
        """Change an own message; its warning, language and files stay."""
        return await answering.edit(self._api, ref, text)

    async def delete(self, ref: Ref) -> None:
        """Delete an own message; fine when it is already gone."""
        await answering.delete(self._api, ref)

    async def mark_read(self, ref: Ref) -> None:
        """Move the read mark up to this message, never back."""
        await people.mark_read(self._api, ref)

    async def mute_thread(self, ref: Ref, on: bool) -> None:
        """Mute or unmute the conversation."""
        await people.mute_thread(self._api, ref, on)

    async def mute_person(self, uid: str, on: bool) -> None:
        """Mute or unmute a person."""
        await people.mute_person(self._api, uid, on)

    async def block(self, uid: str, on: bool) -> None:
        """Block or unblock a person."""
        await people.block(self._api, uid, on)

    async def close(self) -> None:
        """Release connections."""
        await self._api.http.close()
