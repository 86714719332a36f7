"""GitHub, github.com and Enterprise: mentions, comments on my issues and pull requests, reviews, discussions."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import ClassVar

from convo.adapters import _github_answer as answering
from convo.adapters import _github_care as caring
from convo.adapters import _github_login as signing_in
from convo.adapters import _github_read as reading
from convo.adapters import _github_single as single
from convo.adapters._github_api import PLATFORM, Api, Facts, api_address, facts_of
from convo.adapters._github_messages import place_of
from convo.adapters._github_talk import Owned
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
    Missing,
    Proof,
    Refused,
    Verb,
)
from convo.adapters.http import Http
from convo.config import AccountConfig
from convo.model import Conversation, Lookup, Measure, Mention, Message, Page, Ref, Reply, Visibility

_SETTLE = timedelta(seconds=30)
"""GitHub ends requests after ten seconds with an error, and what they do may still be done."""
_VERBS = frozenset({Verb.ANSWER, Verb.EDIT, Verb.DELETE, Verb.MARK_READ, Verb.MUTE_THREAD})
_REFUSALS = {
    Verb.ATTACH: "GitHub takes no files from programs; convo sends words only.",
    Verb.MUTE_PERSON: "GitHub cannot mute a person; here convo does.",
    Verb.MODERATE: "convo approves nothing on GitHub.",
}
_NO_SCOPE = "The token lacks the scope user; without it nobody can be blocked there."


class GitHub:
    """One account on one server."""

    platform = PLATFORM
    login_fields: tuple[LoginField, ...] = (signing_in.TOKEN,)
    options: ClassVar[tuple[str, ...]] = ("client_id", "opened")
    channels: tuple[Channel, ...] = (
        Channel("notifications", ChannelKind.INCOMING),
        Channel("own", ChannelKind.OWN),
        Channel("people", ChannelKind.PEOPLE),
    )

    def __init__(self, account: AccountConfig, http: Http, credential: Credential, facts: str) -> None:
        self._api = Api(http, credential, facts_of(facts))
        self._owned = Owned.of(account.options.get("opened", "own"))
        self.can = _can(self._api.facts)

    @classmethod
    def base_url(cls, account: AccountConfig) -> str:
        """The REST API: GitHub's own where the config names no `url`."""
        return api_address(account.url)

    @classmethod
    async def login(cls, account: AccountConfig, http_for: Callable[[str], Http], ask: Ask) -> LoginResult:
        """Sign in with the token of gh, a classic token, or by a code. Raises AdapterError."""
        return await signing_in.login(account, http_for, ask)

    async def identify(self) -> Identity:
        """Who the token belongs to and what it may do: one request. Raises AdapterError."""
        identity = await self._api.identify()
        self.can = _can(self._api.facts)
        return identity

    async def check(self) -> Sequence[Finding]:
        """Reach, sign-in, scopes, notifications, limits, clock."""
        return await signing_in.check(self._api)

    async def fetch(self, channel: str, cursor: str, since: datetime) -> Page:
        """The next page of a channel. Raises AdapterError."""
        await self._api.known()
        if channel == "notifications":
            return await reading.notifications(self._api, cursor, since, self._owned)
        if channel == "own":
            return await single.own(self._api, cursor, since, self._owned)
        return await caring.people(self._api, cursor)

    async def lookup(self, refs: Sequence[Ref]) -> Lookup:
        """The present state of messages, and which are gone."""
        await self._api.known()
        return await single.lookup(self._api, refs, self._owned)

    async def conversation(self, ref: Ref) -> Conversation:
        """All that was said in an issue, a pull request, a discussion. Raises Missing when it is gone."""
        await self._api.known()
        subject = place_of(ref.data).subject
        looked = Lookup()
        if not subject:
            looked = await self._looked_at(ref)
            subject = place_of(looked.messages[0].data).subject
        talk, there = await reading.conversation(self._api, ref, self._owned, subject)
        if there or not talk.messages:
            return talk
        looked = looked if looked.messages else await self._looked_at(ref)
        return replace(talk, messages=(*talk.messages, *looked.messages))

    async def _looked_at(self, ref: Ref) -> Lookup:
        looked = await single.lookup(self._api, [ref], self._owned)
        if not looked.messages:
            raise Missing(f"{self._api.host} does not show this any more.")
        return looked

    def audience(self, message: Message) -> tuple[Mention, ...]:
        """The author of what is answered."""
        return answering.audience(message, self._api.facts.uid)

    def widest(self) -> Visibility:
        """Comments are as public as the repository."""
        return Visibility.PUBLIC

    def measure(self, reply: Reply) -> Measure:
        """Characters, with the name that is put before them where several people talk."""
        return answering.measure(reply)

    async def prepare(self, reply: Reply) -> str:
        """The exact request. Raises Refused for what GitHub would refuse, Missing when the message is gone."""
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
        return await caring.edit(self._api, ref, text, self._owned)

    async def delete(self, ref: Ref) -> None:
        """Delete an own comment; fine when it is already gone."""
        await self._api.known()
        await caring.delete(self._api, ref, self._owned)

    async def mark_read(self, ref: Ref) -> None:
        """Mark notifications as read up to this message; never as done, which GitHub cannot take back."""
        await self._api.known()
        await caring.mark_read(self._api, ref)

    async def moderate(self, ref: Ref, decision: str) -> None:
        """Not on GitHub. Raises Refused."""
        self._demand(Verb.MODERATE)

    async def mute_thread(self, ref: Ref, on: bool) -> None:
        """Ignore a conversation there, or follow it again."""
        await self._api.known()
        await caring.mute_thread(self._api, ref, on)

    async def mute_person(self, uid: str, on: bool) -> None:
        """Not on GitHub. Raises Refused."""
        self._demand(Verb.MUTE_PERSON)

    async def block(self, uid: str, on: bool) -> None:
        """Block a person there, or take that back."""
        await self._api.known()
        self._demand(Verb.BLOCK)
        await caring.block(self._api, uid, on)

    async def close(self) -> None:
        """Release connections."""
        await self._api.http.close()

    def _demand(self, verb: Verb) -> None:
        """Raises Refused with the sentence of what the account cannot do."""
        words = _can(self._api.facts).refusals.get(verb)
        if words:
            raise Refused(words)


def _can(facts: Facts) -> Can:
    """What the token opens; before the first sign-in, what most do."""
    if facts.id and not facts.may("user"):
        return Can(_VERBS, {**_REFUSALS, Verb.BLOCK: _NO_SCOPE}, _SETTLE)
    return Can(_VERBS | {Verb.BLOCK}, _REFUSALS, _SETTLE)
