"""An adapter made of parts: it forwards the contract's verbs, so that a platform's class states only what is its own.

    class Guestbook(Parted[Api]):
        platform = "guestbook"
        can = Can(...)
        channels = (Channel("entries", ChannelKind.INCOMING), Channel("own", ChannelKind.OWN))
        signing_in = checking = _guestbook_login
        lists = {"entries": _guestbook_lists.entries, "own": _guestbook_lists.own}
        reading = _guestbook_read
        answering = _guestbook_answer
        acts = Acts(edit=_guestbook_answer.edit, delete=_guestbook_answer.delete)

        def __init__(self, account, http, credential, facts):
            super().__init__(Api(http, credential, facts))

Where a platform differs, its class overrides the verb.
"""
# ruff: noqa: D102 - the contract says what each verb does

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Generic

from convo.adapters.contract import Ask, Finding, Identity, LoginResult, Proof, Refused, Verb
from convo.adapters.http import Http
from convo.adapters.parts import A, Acts, Answering, Checking, Listing, Reading, SigningIn
from convo.adapters.refusing import Refusing
from convo.config import AccountConfig
from convo.model import Conversation, Lookup, Measure, Mention, Message, Page, Ref, Reply, Visibility


class Parted(Refusing, Generic[A]):
    """Forwards each verb to its part, once it is known who the account is, and only where `can` allows it."""

    platform: str
    signing_in: SigningIn
    checking: Checking[A]
    lists: Mapping[str, Listing[A]]
    """What reads each channel, by its name."""
    reading: Reading[A]
    answering: Answering[A]
    acts: Acts[A] = Acts()

    def __init__(self, api: A) -> None:
        self._api = api
        self.learned()

    def learned(self) -> None:
        """Set what depends on the account, such as `can`; runs at the start and whenever its facts may be new."""

    async def ready(self) -> None:
        """What runs before every verb that asks the platform. Raises AdapterError."""
        await self._api.known()
        self.learned()

    async def _allowed(self, verb: Verb) -> None:
        """Ready for a verb. Raises Refused where the account cannot do it, without a request where that is known."""
        self.demand(verb)
        await self.ready()
        self.demand(verb)

    @classmethod
    def base_url(cls, account: AccountConfig) -> str:
        """The address all requests go to, "" when it must be found first."""
        return cls.signing_in.base_url(account)

    @classmethod
    async def login(cls, account: AccountConfig, http_for: Callable[[str], Http], ask: Ask) -> LoginResult:
        """Sign in, asking what the platform needs. Raises AdapterError."""
        return await cls.signing_in.login(account, http_for, ask)

    async def identify(self) -> Identity:
        identity = await self._api.identify()
        self.learned()
        return identity

    async def check(self) -> Sequence[Finding]:
        return await self.checking.check(self._api)

    async def fetch(self, channel: str, cursor: str, since: datetime) -> Page:
        if channel not in self.lists:
            raise Refused(f"There is no channel {channel} on {self.platform}.")
        await self.ready()
        return await self.lists[channel](self._api, cursor, since)

    async def lookup(self, refs: Sequence[Ref]) -> Lookup:
        await self.ready()
        return await self.reading.lookup(self._api, refs)

    async def conversation(self, ref: Ref) -> Conversation:
        await self.ready()
        return await self.reading.conversation(self._api, ref)

    def audience(self, message: Message) -> tuple[Mention, ...]:
        """The author; a platform that tells more people overrides this."""
        author = message.author
        return () if author.uid == self._api.facts.uid else (Mention(author.uid, author.handle),)

    def widest(self) -> Visibility:
        """Public; a platform that knows less overrides this."""
        return Visibility.PUBLIC

    def measure(self, reply: Reply) -> Measure:
        return self.answering.measure(self._api, reply)

    async def prepare(self, reply: Reply) -> str:
        await self._allowed(Verb.ANSWER)
        return await self.answering.prepare(self._api, reply)

    async def answer(self, request: str) -> Message:
        await self.ready()
        return await self.answering.answer(self._api, request)

    async def find(self, request: str, claimed: Collection[str]) -> Proof:
        await self.ready()
        return await self.answering.find(self._api, request, claimed)

    async def edit(self, ref: Ref, text: str) -> Message:
        await self._allowed(Verb.EDIT)
        return await self.acts.edit(self._api, ref, text)

    async def delete(self, ref: Ref) -> None:
        await self._allowed(Verb.DELETE)
        await self.acts.delete(self._api, ref)

    async def mark_read(self, ref: Ref) -> None:
        await self._allowed(Verb.MARK_READ)
        await self.acts.mark_read(self._api, ref)

    async def moderate(self, ref: Ref, decision: str) -> None:
        await self._allowed(Verb.MODERATE)
        await self.acts.moderate(self._api, ref, decision)

    async def mute_thread(self, ref: Ref, on: bool) -> None:
        await self._allowed(Verb.MUTE_THREAD)
        await self.acts.mute_thread(self._api, ref, on)

    async def mute_person(self, uid: str, on: bool) -> None:
        await self._allowed(Verb.MUTE_PERSON)
        await self.acts.mute_person(self._api, uid, on)

    async def block(self, uid: str, on: bool) -> None:
        await self._allowed(Verb.BLOCK)
        await self.acts.block(self._api, uid, on)

    async def close(self) -> None:
        await self._api.http.close()
