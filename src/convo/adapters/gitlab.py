"""GitLab, gitlab.com and self-managed: to-dos, and what is said on my own issues and merge requests."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta

from convo.adapters import _gitlab_answer as answering
from convo.adapters import _gitlab_login as signing_in
from convo.adapters import _gitlab_own as owning
from convo.adapters import _gitlab_read as reading
from convo.adapters._gitlab_api import PLATFORM, Api, api_address, facts_of
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
    Refused,
    Verb,
)
from convo.adapters.http import Http
from convo.config import AccountConfig
from convo.model import Conversation, Lookup, Measure, Mention, Message, Page, Ref, Reply, Visibility

_REFUSALS = {
    Verb.ATTACH: "convo sends no files to GitLab.",
    Verb.BLOCK: "On GitLab only administrators block people; here convo mutes them.",
    Verb.MUTE_PERSON: "GitLab cannot mute a person; here convo does.",
    Verb.MODERATE: "convo approves nothing on GitLab.",
}
_CAN = Can(
    frozenset({Verb.ANSWER, Verb.EDIT, Verb.DELETE, Verb.MARK_READ, Verb.MUTE_THREAD}),
    _REFUSALS,
    timedelta(seconds=30),
)


class GitLab:
    """One account on one server."""

    platform = PLATFORM
    can = _CAN
    login_fields: tuple[LoginField, ...] = (signing_in.URL, signing_in.TOKEN)
    channels: tuple[Channel, ...] = (
        Channel("todos", ChannelKind.INCOMING),
        Channel("issues", ChannelKind.INCOMING),
        Channel("merge_requests", ChannelKind.INCOMING),
        Channel("own", ChannelKind.OWN),
        Channel("followed", ChannelKind.SLOW),
    )

    def __init__(self, account: AccountConfig, http: Http, credential: Credential, facts: str) -> None:
        self._api = Api(http, credential, facts_of(facts))

    @classmethod
    def base_url(cls, account: AccountConfig) -> str:
        """The API: gitlab.com's where the config names no `url`."""
        return api_address(account.url)

    @classmethod
    async def login(cls, account: AccountConfig, http_for: Callable[[str], Http], ask: Ask) -> LoginResult:
        """Sign in with a personal access token. Raises AdapterError."""
        return await signing_in.login(account, http_for, ask)

    async def identify(self) -> Identity:
        """Who the token belongs to: one request. Raises AdapterError."""
        return await self._api.identify()

    async def check(self) -> Sequence[Finding]:
        """Reach, sign-in, scopes, to-dos, limits, clock."""
        return await signing_in.check(self._api)

    async def fetch(self, channel: str, cursor: str, since: datetime) -> Page:
        """The next page of a channel. Raises AdapterError."""
        await self._api.known()
        if channel == "todos":
            return await reading.todos(self._api, cursor, since)
        if channel == "own":
            return await owning.own(self._api, cursor, since)
        if channel == "followed":
            return await owning.followed(self._api, cursor, since)
        return await reading.moved(self._api, channel, cursor, since)

    async def lookup(self, refs: Sequence[Ref]) -> Lookup:
        """The present state of messages, and which are gone."""
        await self._api.known()
        return await reading.lookup(self._api, refs)

    async def conversation(self, ref: Ref) -> Conversation:
        """All that was said in an issue or a merge request. Raises Missing when it is gone."""
        await self._api.known()
        return await reading.conversation(self._api, ref)

    def audience(self, message: Message) -> tuple[Mention, ...]:
        """The author of what is answered."""
        return answering.audience(message, self._api.facts.uid)

    def widest(self) -> Visibility:
        """Notes are as public as the project."""
        return Visibility.PUBLIC

    def measure(self, reply: Reply) -> Measure:
        """Characters, with the name that is put before them where several people talk."""
        return answering.measure(reply)

    async def prepare(self, reply: Reply) -> str:
        """The exact request. Raises Refused for what GitLab would refuse, Missing when the message is gone."""
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
        """Change an own note."""
        await self._api.known()
        return await answering.edit(self._api, ref, text)

    async def delete(self, ref: Ref) -> None:
        """Delete an own note; fine when it is already gone."""
        await self._api.known()
        await answering.delete(self._api, ref)

    async def mark_read(self, ref: Ref) -> None:
        """Mark to-dos as done up to this message."""
        await self._api.known()
        await answering.mark_read(self._api, ref)

    async def moderate(self, ref: Ref, decision: str) -> None:
        """Not on GitLab. Raises Refused."""
        raise Refused(_REFUSALS[Verb.MODERATE])

    async def mute_thread(self, ref: Ref, on: bool) -> None:
        """Unsubscribe from a conversation there, or subscribe again."""
        await self._api.known()
        await answering.mute_thread(self._api, ref, on)

    async def mute_person(self, uid: str, on: bool) -> None:
        """Not on GitLab. Raises Refused."""
        raise Refused(_REFUSALS[Verb.MUTE_PERSON])

    async def block(self, uid: str, on: bool) -> None:
        """Not on GitLab. Raises Refused."""
        raise Refused(_REFUSALS[Verb.BLOCK])

    async def close(self) -> None:
        """Release connections."""
        await self._api.http.close()
