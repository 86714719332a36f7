"""WordPress, on a site of one's own or on WordPress.com: comments on my posts, answers to mine, what to approve."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta

from convo.adapters import _wordpress_answer as answering
from convo.adapters import _wordpress_login as signing_in
from convo.adapters import _wordpress_messages as messages
from convo.adapters import _wordpress_read as reading
from convo.adapters._wordpress_api import PLATFORM, Api, Facts, facts_of
from convo.adapters._wordpress_com import api_of, hosted
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

_SETTLE = timedelta(seconds=30)
"""PHP may still work on a request whose connection broke: 30 s is its usual limit."""
_NOTHING = {
    Verb.ATTACH: "A comment on WordPress carries no files.",
    Verb.MARK_READ: "WordPress keeps no mark of what was read.",
    Verb.MUTE_THREAD: "WordPress cannot mute a conversation; here convo does.",
    Verb.MUTE_PERSON: "WordPress cannot mute a person; here convo does.",
    Verb.BLOCK: "WordPress blocks words and addresses for the whole site, in its settings.",
}
_ROLE = {
    Verb.EDIT: "Your role on this site may not change comments, your own as well.",
    Verb.DELETE: "Your role on this site may not delete comments, your own as well.",
    Verb.MODERATE: "Your role on this site may not approve comments.",
}


class WordPress(Refusing):
    """One account on one site."""

    platform = PLATFORM
    login_fields: tuple[LoginField, ...] = (signing_in.URL, signing_in.USER, signing_in.PASSWORD)
    channels: tuple[Channel, ...] = (
        Channel("comments", ChannelKind.INCOMING),
        Channel("own", ChannelKind.OWN),
        Channel("again", ChannelKind.SLOW),
    )

    def __init__(self, account: AccountConfig, http: Http, credential: Credential, facts: str) -> None:
        self._api = Api(http, account, credential, facts_of(facts))
        self.can = _can(self._api.facts)

    @classmethod
    def base_url(cls, account: AccountConfig) -> str:
        """The site: `url`, or the one API of all sites on WordPress.com; "" when the config does not name it."""
        if hosted(account):
            return api_of(account)
        return signing_in.address(account.url) if account.url.strip() else ""

    @classmethod
    async def login(cls, account: AccountConfig, http_for: Callable[[str], Http], ask: Ask) -> LoginResult:
        """Sign in with an application password, on WordPress.com by its own sign-in. Raises AdapterError."""
        return await signing_in.login(account, http_for, ask)

    async def identify(self) -> Identity:
        """Who the credential is for, where the API is and what the role may do. Raises AdapterError."""
        return await self._api.identify()

    async def check(self) -> Sequence[Finding]:
        """Reach, sign-in, role, comments, clock."""
        return await signing_in.check(self._api)

    async def fetch(self, channel: str, cursor: str, since: datetime) -> Page:
        """The next page of a channel. Raises AdapterError."""
        await self._api.known()
        if channel == "comments":
            return await reading.comments(self._api, cursor, since)
        if channel == "own":
            return await reading.own(self._api, cursor, since)
        return await reading.again(self._api, cursor, since)

    async def lookup(self, refs: Sequence[Ref]) -> Lookup:
        """The present state of comments, and which are gone."""
        await self._api.known()
        return await reading.lookup(self._api, refs)

    async def conversation(self, ref: Ref) -> Conversation:
        """The post and all comments below it. Raises Missing when the comment is gone."""
        await self._api.known()
        return await reading.conversation(self._api, ref)

    def audience(self, message: Message) -> tuple[Mention, ...]:
        """The author of the comment."""
        return messages.audience(message, self._api.facts)

    def widest(self) -> Visibility:
        """Comments are public."""
        return Visibility.PUBLIC

    def measure(self, reply: Reply) -> Measure:
        """The bytes that the site stores."""
        return answering.measure(reply)

    async def prepare(self, reply: Reply) -> str:
        """The exact request. Raises Refused for what the site would refuse, Missing when the comment is gone."""
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
        self.demand(Verb.EDIT)
        return await answering.edit(self._api, ref, text)

    async def delete(self, ref: Ref) -> None:
        """Throw an own comment away; fine when it is already gone."""
        await self._api.known()
        self.demand(Verb.DELETE)
        await answering.delete(self._api, ref)

    async def moderate(self, ref: Ref, decision: str) -> None:
        """Approve, spam or trash a comment; "not approve", "not spam" and "not trash" take that back."""
        await self._api.known()
        self.demand(Verb.MODERATE)
        await answering.moderate(self._api, ref, decision)

    async def close(self) -> None:
        """Release connections."""
        await self._api.http.close()


def _can(facts: Facts) -> Can:
    """What the account's role may do; before the first sign-in, what most can."""
    if facts.edits or facts.moderates or not facts.id:
        able = {Verb.ANSWER, Verb.EDIT, Verb.DELETE, Verb.MODERATE}
        return Can(frozenset(able), _NOTHING, _SETTLE)
    return Can(frozenset({Verb.ANSWER}), {**_NOTHING, **_ROLE}, _SETTLE)
