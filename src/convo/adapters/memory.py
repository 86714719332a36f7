"""The reference adapter: the whole contract over a world in memory, for the demo, the tests and adapter authors.

It does what an adapter over HTTP does, one counted request at a time, and passes the same named points.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from convo.adapters._memory_serving import Wire, own, page, post_of, shown, written
from convo.adapters._memory_world import Mishap, Post, Server, Traits, World
from convo.adapters.contract import (
    Absent,
    AdapterError,
    Credential,
    Finding,
    Found,
    Identity,
    LoginField,
    LoginResult,
    LoginStep,
    Missing,
    Proof,
    Refused,
    Unknown,
    Verb,
)
from convo.adapters.findings import ended, reached
from convo.model import Conversation, Lookup, Measure, Mention, Message, Page, Person, Ref, Reply, Visibility
from convo.text import one_line

if TYPE_CHECKING:
    from convo.adapters.contract import Ask
    from convo.adapters.http import Http
    from convo.config import AccountConfig

__all__ = ["MemoryAdapter", "Mishap", "Server", "Traits", "World", "factory"]

T = TypeVar("T")
Factory = Callable[["AccountConfig", "Http", Credential, str], "MemoryAdapter"]


def factory(world: World) -> Factory:
    """What the engine makes adapters with, so that they all live in one world."""

    def make(account: AccountConfig, http: Http, credential: Credential, facts: str) -> MemoryAdapter:
        return MemoryAdapter(account, http, credential, facts, world=world)

    return make


class MemoryAdapter:
    """One account on one server of a world; `account.url` is `https://` and the server's name."""

    platform = "memory"
    login_fields = (LoginField("token", "Token", secret=True),)

    def __init__(
        self, account: AccountConfig, http: Http, credential: Credential, facts: str, *, world: World
    ) -> None:
        self.world = world
        self.server = world.servers[account.url.removeprefix("https://")]
        self.platform = self.server.platform
        self.can = self.server.can()
        self.channels = self.server.channels()
        self._wire = Wire(world, self.server, http, credential)
        self._facts: Mapping[str, Any] = json.loads(facts or "{}")

    @classmethod
    def base_url(cls, account: AccountConfig) -> str:
        """The server's address."""
        return account.url

    @classmethod
    async def login(cls, account: AccountConfig, http_for: Callable[[str], Http], ask: Ask) -> LoginResult:
        """Ask for a token; in memory there is nobody to check it before the first sync."""
        given = await ask(LoginStep("Paste a token of this server.", fields=cls.login_fields))
        person = Person(account.platform, f"{account.url}/users/{account.user}", account.user)
        return LoginResult(given["token"], Identity(person))

    async def identify(self) -> Identity:
        """Who the token belongs to, and the server's limits."""
        uid = await self._wire.ask("identify", "", lambda uid: uid)
        facts = {"uid": uid, "limit": self.server.traits.limit, "widest": self.server.traits.widest.value}
        person = self.world.people[uid]
        return Identity(replace(person, name=one_line(person.name)), json.dumps(facts))

    async def check(self) -> Sequence[Finding]:
        """What one request tells, and what there is to say of a place without a network."""
        try:
            return _well(self.server, (await self.identify()).person.handle)
        except AdapterError as error:
            return ended(error)

    async def fetch(self, channel: str, cursor: str, since: datetime) -> Page:
        """The next page of a channel: newest first down to `since` at first, then oldest first from there on."""

        def turn(uid: str) -> Page:
            return page(self.world, self.server, uid, channel, cursor, since)

        return await self._wire.ask("fetch", channel, turn)

    async def lookup(self, refs: Sequence[Ref]) -> Lookup:
        """The present state of messages, as many at once as the server takes."""
        messages: list[Message] = []
        gone: list[str] = []
        for start in range(0, len(refs), self.server.traits.lookup_size):
            batch = refs[start : start + self.server.traits.lookup_size]
            for ref, post in await self._looked_up(batch):
                if post is None:
                    gone.append(ref.uri)
                elif post.message.uri not in self.server.malformed:
                    messages.append(self._shown(post))
        return Lookup(tuple(messages), tuple(uri for uri in gone if uri))

    async def _looked_up(self, refs: Sequence[Ref]) -> list[tuple[Ref, Post | None]]:
        def find(uid: str) -> list[tuple[Ref, Post | None]]:
            found = [(ref, self._posted(ref)) for ref in refs]
            return [
                (ref, post if post and self.world.seen(self.server, uid, post) else None)
                for ref, post in found
            ]

        return await self._wire.ask("lookup", str(len(refs)), find)

    async def conversation(self, ref: Ref) -> Conversation:
        """Ancestors, the message and the answers below, as far as the server gives them. Raises Missing."""

        def gather(uid: str) -> Conversation:
            post = self._posted(ref)
            if post is None or not self.world.seen(self.server, uid, post):
                raise Missing(f"{self.server.name} does not have this message any more.")
            around = [*reversed(list(self.world.above(post))), post, *self.world.below(post)]
            seen = [self._shown(one) for one in around if self.world.seen(self.server, uid, one)]
            limit = self.server.traits.context_limit
            partial = f"{self.server.name} shows a part of this conversation." if len(seen) > limit else ""
            return Conversation(tuple(seen[:limit]), partial)

        return await self._wire.ask("conversation", ref.uri, gather)

    def audience(self, message: Message) -> tuple[Mention, ...]:
        """The author and whom the message names, the user left out."""
        me = str(self._facts.get("uid", ""))
        named = {message.author.uid: Mention(message.author.uid, message.author.handle)}
        for mention in message.mentions:
            named.setdefault(mention.uid, Mention(mention.uid, mention.handle))
        return tuple(mention for uid, mention in named.items() if uid != me)

    def widest(self) -> Visibility:
        """The account's default visibility."""
        return Visibility(self._facts.get("widest", Visibility.PUBLIC.value))

    def measure(self, reply: Reply) -> Measure:
        """Graphemes of text and content warning."""
        import regex

        used = len(regex.findall(r"\X", reply.text + reply.content_warning))
        return Measure(used, self._facts.get("limit", self.server.traits.limit))

    async def prepare(self, reply: Reply) -> str:
        """Note the newest own id, upload what is attached, and build the request."""
        _demand(self.server, Verb.ANSWER)
        room = self.measure(reply).room
        if room is not None and room < 0:
            raise Refused(
                f'{self.server.name} said: "The text is longer than {self.server.traits.limit} characters."'
            )
        uploads = [one.path for one in reply.attachments]
        for path in uploads:
            await self._wire.ask("upload", path, lambda uid: uid)
        parent = reply.parent.ref

        def note(uid: str) -> int:
            post = self._posted(parent)
            if not self.server.traits.orphans and (post is None or post.message.deleted):
                raise Missing(f"{self.server.name} does not have the message you answer any more.")
            return max((own.number for own in own(self.world, self.server, uid)), default=0)

        request = {
            "key": reply.key,
            "parent": parent.uri,
            "text": reply.text,
            "visibility": reply.visibility.value,
            "content_warning": reply.content_warning,
            "language": reply.language,
            "names": [mention.uid for mention in reply.mentions],
            "uploads": uploads,
            "newest_own": await self._wire.ask("prepare", parent.uri, note),
        }
        return json.dumps(request, sort_keys=True)

    async def answer(self, request: str) -> Message:
        """Send a prepared request; an orphan is taken back."""
        _demand(self.server, Verb.ANSWER)
        asked = json.loads(request)
        take = partial(written, self.world, self.server, asked=asked)
        post = await self._wire.ask("answer", request, take, write=True)
        if post.message.parent_uri != asked["parent"]:
            await self._wire.ask(
                "delete", post.message.uri, lambda _: self.world.delete(post.message.uri), write=True
            )
            raise Missing(f"{self.server.name} does not have the message you answer any more.")
        return self._shown(post)

    async def find(self, request: str, claimed: Collection[str]) -> Proof:
        """An own message with the same parent and text, newer than the one noted before, and not claimed."""
        asked = json.loads(request)
        if self.server.untellable:
            return Unknown(self.server.untellable)

        def look(uid: str) -> list[Post]:
            return list(own(self.world, self.server, uid))

        for post in await self._wire.ask("find", asked["parent"], look):
            same = (post.message.parent_uri, post.message.text) == (asked["parent"], asked["text"])
            if same and post.number > asked["newest_own"] and post.message.uri not in claimed:
                return Found(self._shown(post))
        return Absent()

    async def edit(self, ref: Ref, text: str) -> Message:
        """Change an own message."""

        def change(uid: str) -> Post:
            post = self._mine(uid, ref)
            self.world.edit(post.message.uri, text)
            return post

        return self._shown(await self._do(Verb.EDIT, ref.uri, change))

    async def delete(self, ref: Ref) -> None:
        """Delete an own message; fine when it is gone."""

        def remove(uid: str) -> None:
            post = self._posted(ref)
            if post is not None and not post.message.deleted:
                self.world.delete(self._mine(uid, ref).message.uri)

        await self._do(Verb.DELETE, ref.uri, remove)

    def _mine(self, uid: str, ref: Ref) -> Post:
        post = self._posted(ref)
        if post is None or post.message.deleted:
            raise Missing(f"{self.server.name} does not have this message any more.")
        if post.message.author.uid != uid:
            raise Refused(f'{self.server.name} said: "This is not your message."')
        return post

    async def mark_read(self, ref: Ref) -> None:
        """Move the read mark up to a message, never back."""

        def mark(uid: str) -> None:
            post, before = self._posted(ref), self.world.posts.get(self.server.read.get(uid, ""))
            if post is not None and (before is None or before.number < post.number):
                self.server.read[uid] = post.message.uri

        await self._do(Verb.MARK_READ, ref.uri, mark)

    async def moderate(self, ref: Ref, decision: str) -> None:
        """Approve a held comment, or take it away."""

        def decide(uid: str) -> None:
            post = self._posted(ref)
            if post is None or post.message.deleted:
                raise Missing(f"{self.server.name} does not have this comment any more.")
            if decision == "approve":
                self.world.change(post.message.uri, held=False)
            else:
                self.world.delete(post.message.uri)

        await self._do(Verb.MODERATE, f"{ref.uri} {decision}", decide)

    async def mute_thread(self, ref: Ref, on: bool) -> None:
        """Mute or unmute a conversation there."""
        muted = self.server.muted_threads
        await self._do(Verb.MUTE_THREAD, _switched(ref.uri, on), lambda uid: _toggle(muted, uid, ref.uri, on))

    async def mute_person(self, uid: str, on: bool) -> None:
        """Mute or unmute a person there."""
        await self._do(
            Verb.MUTE_PERSON, _switched(uid, on), lambda me: _toggle(self.server.hidden, me, uid, on)
        )

    async def block(self, uid: str, on: bool) -> None:
        """Block or unblock a person there."""
        await self._do(Verb.BLOCK, _switched(uid, on), lambda me: _toggle(self.server.hidden, me, uid, on))

    async def close(self) -> None:
        """Nothing to release."""

    def _posted(self, ref: Ref) -> Post | None:
        return post_of(self.world, self.server, ref)

    def _shown(self, post: Post) -> Message:
        return shown(self.world, self.server, post)

    async def _do(self, verb: Verb, argument: str, work: Callable[[str], T]) -> T:
        _demand(self.server, verb)
        return await self._wire.ask(verb.value, argument, work, write=True)


def _well(server: Server, handle: str) -> list[Finding]:
    return [
        reached(server.name),
        Finding("sign in", True, f"Signed in as {handle}."),
        Finding("scopes", True, "It can do all that this place can."),
        Finding("limits", True, f"{server.name} states no limit of requests."),
        Finding("clock", True, "It is told by this machine's own clock."),
    ]


def _demand(server: Server, verb: Verb) -> None:
    if verb not in server.traits.verbs:
        raise Refused(server.traits.refusals.get(verb, f"{server.name} cannot do that."))


def _switched(what: str, on: bool) -> str:
    return f"{what} {'on' if on else 'off'}"


def _toggle(lists: dict[str, set[str]], uid: str, value: str, on: bool) -> None:
    chosen = lists.setdefault(uid, set())
    if on:
        chosen.add(value)
    else:
        chosen.discard(value)
