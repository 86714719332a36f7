"""What an adapter can be made of: the client of one account, and parts whose functions take that client first.

A part is a module, or an object, with the functions that a protocol below names; a type checker compares them.
What each function promises stands at the verb of its name in `convo.adapters.contract`.
"""
# ruff: noqa: D102 - the contract says what each verb does

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import datetime
from typing import Generic, NoReturn, Protocol, TypeVar

from convo.adapters.contract import Absent, Ask, Finding, Identity, LoginResult, Proof, Refused
from convo.adapters.http import Http
from convo.config import AccountConfig
from convo.model import Conversation, Lookup, Measure, Message, Page, Ref, Reply
from convo.values import frozen


class Facts(Protocol):
    """What is known of an account before anything is asked."""

    @property
    def uid(self) -> str: ...


class Client(Protocol):
    """One account's way to its platform; `known` asks who the account is where its facts do not say it."""

    @property
    def http(self) -> Http: ...
    @property
    def facts(self) -> Facts: ...
    async def identify(self) -> Identity: ...
    async def known(self) -> Facts: ...


A = TypeVar("A", bound=Client)
_A = TypeVar("_A", bound=Client, contravariant=True)
Listing = Callable[[A, str, datetime], Awaitable[Page]]
"""What reads one channel: the client, a cursor, how far back."""


class SigningIn(Protocol):
    """Where an account is, and how it is signed in to."""

    def base_url(self, account: AccountConfig) -> str: ...
    async def login(
        self, account: AccountConfig, http_for: Callable[[str], Http], ask: Ask
    ) -> LoginResult: ...


class Checking(Protocol[_A]):
    """What is looked at for `convo doctor`."""

    async def check(self, api: _A) -> Sequence[Finding]: ...


class Reading(Protocol[_A]):
    """What is read beside the lists."""

    async def lookup(self, api: _A, refs: Sequence[Ref]) -> Lookup: ...
    async def conversation(self, api: _A, ref: Ref) -> Conversation: ...


class Answering(Protocol[_A]):
    """What an answer takes."""

    def measure(self, api: _A, reply: Reply) -> Measure: ...
    async def prepare(self, api: _A, reply: Reply) -> str: ...
    async def answer(self, api: _A, request: str) -> Message: ...
    async def find(self, api: _A, request: str, claimed: Collection[str]) -> Proof: ...


class ByHand:
    """The answering of a platform that takes answers only on its own page."""

    def __init__(self, words: str) -> None:
        self._words = words

    def measure(self, api: object, reply: Reply) -> Measure:
        """Characters; there is no limit where nothing is sent."""
        return Measure(len(reply.text), None)

    async def prepare(self, api: object, reply: Reply) -> str:
        """Raises Refused."""
        raise Refused(self._words)

    async def answer(self, api: object, request: str) -> Message:
        """Raises Refused."""
        raise Refused(self._words)

    async def find(self, api: object, request: str, claimed: Collection[str]) -> Proof:
        """Nothing was ever sent."""
        return Absent()


async def _absent(*_: object) -> NoReturn:
    raise NotImplementedError("can.verbs holds a verb that acts lacks")


@frozen
class Acts(Generic[A]):
    """What can be done beside answering: a function for each such verb of `can`."""

    edit: Callable[[A, Ref, str], Awaitable[Message]] = _absent
    delete: Callable[[A, Ref], Awaitable[None]] = _absent
    mark_read: Callable[[A, Ref], Awaitable[None]] = _absent
    moderate: Callable[[A, Ref, str], Awaitable[None]] = _absent
    mute_thread: Callable[[A, Ref, bool], Awaitable[None]] = _absent
    mute_person: Callable[[A, str, bool], Awaitable[None]] = _absent
    block: Callable[[A, str, bool], Awaitable[None]] = _absent
