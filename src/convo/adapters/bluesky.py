"""Bluesky, and any server of the AT Protocol that speaks its lexicons: one account as an adapter."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, ClassVar

from msgspec import Struct
from msgspec import json as msgjson

from convo.adapters import _bluesky_answer as answers
from convo.adapters import _bluesky_read as read
from convo.adapters import _bluesky_sync as sync
from convo.adapters import _bluesky_text as rich
from convo.adapters import _bluesky_thread as threads
from convo.adapters._bluesky_chat import SERVICE, Chat, is_chat
from convo.adapters._bluesky_login import FIELDS, TypedPassword, ask_who, findings
from convo.adapters._bluesky_session import ENTRYWAY, PASSWORDS_PAGE, Session
from convo.adapters._bluesky_wire import Author, answer, decode
from convo.adapters.contract import (
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
    Proof,
    Refused,
    SignInAgain,
    Verb,
)
from convo.adapters.http import Http
from convo.adapters.refusing import Refusing
from convo.model import Conversation, Lookup, Measure, Mention, Message, Page, Person, Ref, Reply, Visibility
from convo.text import one_line

if TYPE_CHECKING:
    from convo.config import AccountConfig

NOTIFICATIONS = Channel("notifications", ChannelKind.INCOMING)
OWN = Channel("own", ChannelKind.OWN)
PEOPLE = Channel("people", ChannelKind.PEOPLE)
DIRECT = Channel("direct", ChannelKind.INCOMING)
_VERBS = frozenset(
    {
        Verb.ANSWER,
        Verb.ATTACH,
        Verb.BLOCK,
        Verb.CONTENT_WARNING,
        Verb.DELETE,
        Verb.LANGUAGE,
        Verb.MARK_READ,
        Verb.MUTE_PERSON,
        Verb.MUTE_THREAD,
    }
)
_REFUSALS = {
    Verb.EDIT: "Bluesky has no edit; delete your answer and write it again.",
    Verb.MODERATE: "Bluesky asks nobody's approval before an answer is shown.",
    Verb.VISIBILITY: "Everything said on Bluesky is public; only direct messages are not.",
}
_NO_DIRECT = (
    f"This app password may not read direct messages. Make one at {PASSWORDS_PAGE} "
    "that may, and sign in again."
)


class Facts(Struct, omit_defaults=True):
    """What is kept of an account: who it is, and whether its password opens the direct messages."""

    did: str = ""
    handle: str = ""
    name: str = ""
    chat: bool = False


def _utc_now() -> datetime:
    return datetime.now(timezone.utc)


class Bluesky(Refusing):
    """One account on a Bluesky server."""

    platform: ClassVar[str] = read.PLATFORM
    user_signs_in: ClassVar[bool] = True
    login_fields: ClassVar[tuple[LoginField, ...]] = FIELDS
    options: ClassVar[tuple[str, ...]] = ("chat_service", "plc")
    """Keys of its own in the config: the DID of the chat service, the directory of `did:plc` accounts."""

    def __init__(
        self,
        account: AccountConfig,
        http: Http,
        credential: Credential,
        facts: str = "{}",
        *,
        now: Callable[[], datetime] = _utc_now,
    ) -> None:
        self._now = now
        self._http = http
        self._session = Session(account, http, credential)
        self._chat = Chat(self._session, account.options.get("chat_service", SERVICE))
        try:
            self._facts = decode(facts.encode() or b"{}", Facts)
        except ValueError:
            self._facts = Facts()
        self.can = Can()
        self.channels: tuple[Channel, ...] = ()
        self._settle_facts()

    @classmethod
    def base_url(cls, account: AccountConfig) -> str:
        """The server of the config, or the one that finds every account's server."""
        return account.url or ENTRYWAY

    @classmethod
    async def login(cls, account: AccountConfig, http_for: Callable[[str], Http], ask: Ask) -> LoginResult:
        """Ask for handle and app password, try them, and say who that is. Raises AdapterError."""
        handle, password = await ask_who(account, ask)
        http = http_for(cls.base_url(account))
        adapter = cls(replace(account, user=handle), http, TypedPassword(password))
        try:
            identity = await adapter.identify()
            await adapter._session.end()
        finally:
            await http.close()
        return LoginResult(
            password, identity, {"user": handle, **({"url": account.url} if account.url else {})}
        )

    def _settle_facts(self) -> None:
        chat = self._facts.chat
        verbs = _VERBS | {Verb.DIRECT} if chat else _VERBS
        refusals = _REFUSALS if chat else {**_REFUSALS, Verb.DIRECT: _NO_DIRECT}
        # Posts need no settle time: their key is chosen here. A direct message may still be on its way.
        settle = timedelta(seconds=5) if chat else timedelta(0)
        self.can = Can(verbs, refusals, settle=settle, block_is_public=True)
        self.channels = (NOTIFICATIONS, OWN, PEOPLE, DIRECT) if chat else (NOTIFICATIONS, OWN, PEOPLE)

    @property
    def _me(self) -> Person:
        facts = self._facts
        return read.person(Author(facts.did, facts.handle, facts.name))

    async def _myself(self) -> Person:
        """The user; from the session where the facts do not say it yet."""
        if not self._facts.did:
            tokens = await self._session.where()
            self._facts = Facts(tokens.did, tokens.handle, chat=self._facts.chat)
        return self._me

    async def identify(self) -> Identity:
        """Sign in or refresh as needed, and ask who this is and whether direct messages are open to it."""
        tokens = await self._session.tokens()
        response = await self._session.get("app.bsky.actor.getProfile", [("actor", tokens.did)])
        profile = answer(response, Author)
        try:
            allowed, _ = await self._chat.allowed()
        except SignInAgain:
            raise
        except AdapterError:
            allowed = None
        chat = self._facts.chat if allowed is None else allowed
        who = read.person(profile)
        self._facts = Facts(who.uid, one_line(profile.handle), who.name, chat)
        self._settle_facts()
        return Identity(who, msgjson.encode(self._facts).decode())

    async def check(self) -> Sequence[Finding]:
        """Reach, session, direct messages, clock and limits."""
        return await findings(self._session, self._chat)

    async def fetch(self, channel: str, cursor: str, since: datetime) -> Page:
        """The next page of notifications, own posts, people out of sight, or direct messages."""
        if channel == NOTIFICATIONS.name:
            return await sync.notifications(self._session, cursor, since, self._now)
        if channel == OWN.name:
            return await sync.own_posts(self._session, await self._myself(), cursor, since, self._now)
        if channel == PEOPLE.name:
            return await sync.people(self._session, self._now)
        if channel == DIRECT.name:
            return await self._chat.fetch(cursor, since)
        raise Refused(f"Bluesky has no channel {channel}.")

    async def lookup(self, refs: Sequence[Ref]) -> Lookup:
        """The present state of posts (25 a request) and direct messages (a request a conversation)."""
        written = [ref for ref in refs if is_chat(ref.uri)]
        public = await threads.lookup(self._session, [ref for ref in refs if read.is_post(ref.uri)])
        if not written:
            return public
        direct = await self._chat.lookup(written)
        return Lookup(public.messages + direct.messages, public.gone + direct.gone)

    async def conversation(self, ref: Ref) -> Conversation:
        """Ancestors of a post, itself and the answers below; or the latest of a direct conversation."""
        if is_chat(ref.uri):
            return await self._chat.conversation(ref.uri)
        return await threads.conversation(self._session, ref.uri)

    def audience(self, message: Message) -> tuple[Mention, ...]:
        """The author; in a direct conversation everybody in it. Bluesky needs no names in the text for that."""
        me = self._facts.did
        people = [Mention(message.author.uid, message.author.handle)]
        people += [Mention(did, handle) for did, handle in read.read_data(message.data).members]
        return tuple({one.uid: one for one in people if one.uid != me}.values())

    def widest(self) -> Visibility:
        """Everything is public here."""
        return Visibility.PUBLIC

    def measure(self, reply: Reply) -> Measure:
        """Graphemes (300 for a post, 1,000 for a direct message), unless the bytes alone are too many."""
        return rich.measure(reply.text, is_chat(reply.parent.uri))

    async def prepare(self, reply: Reply) -> str:
        """The exact request, after a fresh look at the message answered."""
        me = await self._myself()
        if is_chat(reply.parent.uri):
            return await self._chat.prepare(me, reply)
        return await answers.prepare(self._session, me, reply, self._now)

    async def answer(self, request: str) -> Message:
        """Send a prepared request."""
        me = await self._myself()
        sender = self._chat.send if _for_chat(request) else None
        return await (sender(me, request) if sender else answers.send(self._session, me, request))

    async def find(self, request: str, claimed: Collection[str]) -> Proof:
        """Whether a prepared request arrived. Raises RetryAt while the server cannot say."""
        me = await self._myself()
        if _for_chat(request):
            return await self._chat.find(me, request, claimed)
        return await answers.find(self._session, me, request, claimed)

    async def delete(self, ref: Ref) -> None:
        """Delete an own post; fine when it is gone already."""
        me = await self._myself()
        if is_chat(ref.uri):
            raise Refused("Bluesky would take a direct message away from you only; the others keep it.")
        if read.did_of(ref.uri) != me.uid:
            raise Refused("Only your own messages can be deleted.")
        await self._delete_record(ref.uri)

    async def _delete_record(self, uri: str) -> None:
        repo, collection, rkey = uri.removeprefix("at://").split("/", 2)
        body = {"repo": repo, "collection": collection, "rkey": rkey}
        await self._session.post("com.atproto.repo.deleteRecord", body)

    async def mark_read(self, ref: Ref) -> None:
        """Move the one mark of the notifications just past this message, never back."""
        if is_chat(ref.uri):
            await self._chat.mark_read(ref.uri)
            return
        await sync.mark_read(self._session, read.read_data(ref.data).indexed)

    async def mute_thread(self, ref: Ref, on: bool) -> None:
        """Mute or unmute a conversation by its root; nobody is told."""
        if is_chat(ref.uri):
            await self._chat.mute(ref.uri, on)
            return
        method = "app.bsky.graph.muteThread" if on else "app.bsky.graph.unmuteThread"
        await self._session.post(method, {"root": read.read_data(ref.data).root or ref.uri})

    async def mute_person(self, uid: str, on: bool) -> None:
        """Mute or unmute a person; nobody is told."""
        method = "app.bsky.graph.muteActor" if on else "app.bsky.graph.unmuteActor"
        await self._session.post(method, {"actor": uid})

    async def block(self, uid: str, on: bool) -> None:
        """Block or unblock a person; a block is a public record."""
        me = await self._myself()
        standing = await sync.blocks_of(self._session, me, uid)
        if on and not standing:
            when = self._now()
            record = {"$type": sync.BLOCK, "subject": uid, "createdAt": read.stamp(when)}
            body = {
                "repo": me.uid,
                "collection": record["$type"],
                "rkey": rich.tid(when, uid),
                "record": record,
            }
            await self._session.post("com.atproto.repo.putRecord", body)
        elif not on:
            for uri in standing:
                await self._delete_record(uri)

    async def close(self) -> None:
        """Release connections."""
        await self._http.close()


def _for_chat(request: str) -> bool:
    return request.startswith('{"chat":')
