"""A world of servers in memory: persons, what they write, and how each server behaves and fails.

The demo's cast and the tests live in it. Nothing here happens by chance or by the machine's clock.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

from convo.adapters.contract import Can, Channel, ChannelKind, Verb
from convo.clock import Clock
from convo.model import Attachment, Link, Mention, Message, Person, Quote, Reason, Visibility

ALL_VERBS = frozenset(Verb)


@dataclass(slots=True)
class Traits:
    """How a server behaves: every quirk the engine must live with, each off or harmless by default."""

    page_size: int = 40
    overlap: int = 0
    """Items of the page before that each page repeats."""
    lookup_size: int = 40
    """Messages one look-up request takes."""
    limit: int | None = 500
    """Length of an answer in graphemes."""
    idempotency: Literal["none", "honoured", "ignored"] = "none"
    """What a key does on a repeated write: no key is sent, the first message comes back, or it is doubled."""
    settle: timedelta = timedelta(0)
    """How long a new own message stays out of the own list, and what `Can.settle` says."""
    verbs: frozenset[Verb] = ALL_VERBS
    refusals: dict[Verb, str] = field(default_factory=dict)
    undo_seconds: int | None = None
    block_is_public: bool = False
    widest: Visibility = Visibility.PUBLIC
    direct_apart: bool = False
    """Direct messages come on a channel of their own."""
    parents: Literal["uri", "id"] = "uri"
    """Whether a message names its parent by URI or by local id only."""
    edits_notify: bool = True
    """An edit that first names somebody is told to them."""
    tells_deletions: bool = False
    """Deletions come on the incoming channel; else only a look-up finds them."""
    notifies_below: int = 1
    """Levels above a reply whose authors are told of it (1: only the one it answers)."""
    orphans: bool = False
    """An answer to what is gone is posted without a parent instead of being refused."""
    context_limit: int = 1000
    """Messages a conversation gives at most."""
    latency: float = 0.0
    """Seconds each request takes, by the world's clock."""


@dataclass(slots=True)
class Mishap:
    """One thing that goes wrong, at a named moment of a request.

    `verb` is the adapter's verb, `fetch:<channel>` for one channel, or `*`. `before`: nothing was done;
    `done`: the server did it and the answer is lost. With `error` None the request only waits for `until`.
    """

    verb: str
    error: Callable[[], BaseException] | BaseException | None = None
    moment: Literal["before", "done"] = "before"
    times: int = 1
    uid: str = ""
    """Only for this account's requests; "" for everybody's."""
    until: asyncio.Event | None = None
    reached: int = 0
    """How often it happened."""


@dataclass(slots=True)
class Notice:
    """An entry in somebody's incoming list: a message that concerns them, or one that is gone."""

    number: int
    uri: str
    at: datetime
    gone: bool = False


@dataclass(slots=True)
class Post:
    """A message and what only the world knows of it."""

    message: Message
    home: Server
    number: int
    key: str = ""
    written_at: datetime | None = None
    """When the server took it, which is what settling counts from."""
    silent: bool = False


@dataclass
class Server:
    """One server: its persons' lists, its tokens, and its state of mind."""

    name: str
    platform: str
    network: str
    traits: Traits
    offset: int
    tokens: dict[str, str] = field(default_factory=dict)
    """Token -> uid of the account it belongs to."""
    incoming: dict[str, list[Notice]] = field(default_factory=dict)
    keys: dict[tuple[str, str], str] = field(default_factory=dict)
    """(uid, idempotency key) -> URI of the message that was made with it."""
    mishaps: list[Mishap] = field(default_factory=list)
    down: str = ""
    """Why it cannot be reached, "" when it can."""
    limited_until: datetime | None = None
    untellable: str = ""
    """Why it cannot be told whether an answer arrived, "" when it can."""
    malformed: set[str] = field(default_factory=set)
    """URIs of items it serves in a broken shape."""
    after_page: Callable[[str], None] | None = None
    """Called with the channel after each page it served: the list moves while it is read."""
    log: list[tuple[str, str, str]] = field(default_factory=list)
    """Every request it took: uid, verb, argument."""
    read: dict[str, str] = field(default_factory=dict)
    """uid -> URI up to which it was marked read."""
    muted_threads: dict[str, set[str]] = field(default_factory=dict)
    hidden: dict[str, set[str]] = field(default_factory=dict)
    """uid -> uids they blocked or muted."""

    def requests(self, verb: str = "", uid: str = "") -> int:
        """How many requests it took, of one verb or account when given."""
        return sum(1 for who, what, _ in self.log if verb in ("", what) and uid in ("", who))

    def expect(
        self, verb: str, error: Callable[[], BaseException] | BaseException | None, **how: object
    ) -> Mishap:
        """Script a mishap; see `Mishap` for `moment`, `times`, `uid` and `until`."""
        mishap = Mishap(verb, error, **how)  # type: ignore[arg-type]
        self.mishaps.append(mishap)
        return mishap

    def take(self, verb: str, channel: str, moment: str, uid: str) -> Mishap | None:
        """The next scripted mishap for this request, counted down."""
        for mishap in self.mishaps:
            fits = mishap.verb in ("*", verb, f"{verb}:{channel}") and mishap.uid in ("", uid)
            if fits and mishap.moment == moment and mishap.times > 0:
                mishap.times -= 1
                mishap.reached += 1
                return mishap
        return None

    def can(self) -> Can:
        """What an account here can do."""
        traits = self.traits
        return Can(traits.verbs, traits.refusals, traits.settle, traits.block_is_public, traits.undo_seconds)

    def channels(self) -> tuple[Channel, ...]:
        """Mentions, direct messages where they are apart, own messages, contexts, people."""
        direct = (Channel("direct", ChannelKind.INCOMING),) if self.traits.direct_apart else ()
        return (
            Channel("mentions", ChannelKind.INCOMING),
            *direct,
            Channel("own", ChannelKind.OWN),
            Channel("contexts", ChannelKind.SLOW),
            Channel("people", ChannelKind.PEOPLE),
        )

    def local_id(self, post: Post) -> str:
        """The id under which this server knows a message."""
        return str(self.offset + post.number)


class World:
    """Servers and all that was ever written on them; its time is the clock's."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.servers: dict[str, Server] = {}
        self.posts: dict[str, Post] = {}
        self.people: dict[str, Person] = {}
        self.followers: dict[str, set[str]] = {}
        self.on_answer: Callable[[Message], None] | None = None
        """Called with each answer that arrives through an adapter: the demo's people answer back."""
        self._numbers = 0

    def server(
        self, name: str, platform: str = "memory", *, network: str = "", traits: Traits | None = None
    ) -> Server:
        """A new server; those of one network see each other's messages, under their own ids."""
        server = Server(name, platform, network or name, traits or Traits(), 1000 * (len(self.servers) + 1))
        self.servers[name] = server
        return server

    def person(self, server: Server, handle: str, name: str = "", *, bot: bool = False) -> Person:
        """A new person on a server."""
        uid = f"https://{server.name}/users/{handle}"
        person = Person(server.platform, uid, f"@{handle}@{server.name}", name or handle.title(), uid, bot)
        self.people[uid] = person
        return person

    def sign_in(self, server: Server, person: Person, token: str) -> None:
        """Let a token speak for a person."""
        server.tokens[token] = person.uid

    def write(
        self,
        server: Server,
        author: Person,
        text: str,
        *,
        to: Message | str = "",
        names: Sequence[Person] = (),
        leading: Sequence[Person] = (),
        quote: Message | None = None,
        visibility: Visibility = Visibility.PUBLIC,
        at: datetime | None = None,
        title: str = "",
        content_warning: str = "",
        language: str = "",
        attachments: Sequence[Attachment] = (),
        links: Sequence[Link] = (),
        claim: Reason | None = None,
        notify: Sequence[Person] = (),
        flat: bool = False,
        branch: str = "",
        held: bool = False,
        filtered: str = "",
        silent: bool = False,
        key: str = "",
    ) -> Message:
        """Somebody writes something; whoever it concerns is told, unless it is `silent`.

        `names` stand in the text, `leading` only in the leading run of names; `notify` are told besides
        (owners of a place). `at` is the stated time, the clock's when left out.
        """
        parent = self.posts.get(to if isinstance(to, str) else to.uri)
        self._numbers += 1
        uri = f"https://{server.name}/m/{self._numbers}"
        mentions = [Mention(person.uid, person.handle, leading=True) for person in leading]
        mentions += [Mention(person.uid, person.handle) for person in names]
        message = Message(
            uri=uri, author=author, created_at=at or self.clock.now(), text=text, url=uri, title=title,
            parent_uri=parent.message.uri if parent else "",
            root_uri=(parent.message.root_uri or parent.message.uri) if parent else uri,
            visibility=visibility, content_warning=content_warning, language=language,
            mentions=tuple(mentions), attachments=tuple(attachments), links=tuple(links),
            quotes=(_quote(quote),) if quote else (), claim=claim, flat=flat, branch=branch,
            held=held, filtered=filtered,
        )  # fmt: skip
        post = Post(message, server, self._numbers, key, self.clock.now(), silent)
        self.posts[uri] = post
        if not silent:
            self._tell(post, self._concerned(post) | {person.uid for person in notify})
        return message

    def edit(self, uri: str, text: str, *, names: Sequence[Person] | None = None) -> Message:
        """Change a message; whom it names for the first time is told where the server does so."""
        post = self.posts[uri]
        before = {mention.uid for mention in post.message.mentions}
        mentions = post.message.mentions
        if names is not None:
            mentions = tuple(Mention(person.uid, person.handle) for person in names)
        post.message = replace(post.message, text=text, mentions=mentions, edited_at=self.clock.now())
        if post.home.traits.edits_notify:
            self._tell(post, {mention.uid for mention in mentions} - before)
        return post.message

    def change(self, uri: str, **fields: object) -> Message:
        """Change other facts of a message: resolved, held, filtered."""
        post = self.posts[uri]
        post.message = replace(post.message, **fields)  # type: ignore[arg-type]
        return post.message

    def delete(self, uri: str) -> None:
        """A message goes; who was told of it hears so where the server does that."""
        post = self.posts[uri]
        post.message = replace(post.message, deleted=True, text="", attachments=(), links=(), quotes=())
        for server in self._network(post.home):
            for notices in server.incoming.values():
                told = [notice for notice in notices if notice.uri == uri and not notice.gone]
                for notice in told:
                    notices.remove(notice)
                if told and server.traits.tells_deletions:
                    self._numbers += 1
                    notices.append(Notice(self._numbers, uri, self.clock.now(), gone=True))

    def by(self, uid: str, *, text: str | None = None) -> list[Message]:
        """What stands of a person's messages, oldest first: what tests count."""
        found = [post.message for post in self.posts.values() if post.message.author.uid == uid]
        return [one for one in found if not one.deleted and (text is None or one.text == text)]

    def seen(self, server: Server, uid: str, post: Post) -> bool:
        """Whether an account on a server can see a message."""
        message = post.message
        if message.deleted or post.home.network != server.network:
            return False
        if message.author.uid == uid or uid in {mention.uid for mention in message.mentions}:
            return True
        if message.visibility is Visibility.DIRECT:
            return False
        if message.visibility is Visibility.FOLLOWERS:
            return uid in self.followers.get(message.author.uid, set())
        return True

    def above(self, post: Post) -> Iterator[Post]:
        """The ancestors of a message, nearest first, as far as they stand."""
        parent = self.posts.get(post.message.parent_uri)
        while parent is not None:
            yield parent
            parent = self.posts.get(parent.message.parent_uri)

    def below(self, post: Post) -> list[Post]:
        """All answers under a message, oldest first."""
        inside = {post.message.uri}
        found = []
        for other in self.posts.values():
            if other.message.parent_uri in inside:
                inside.add(other.message.uri)
                found.append(other)
        return found

    def _concerned(self, post: Post) -> set[str]:
        message = post.message
        uids = {mention.uid for mention in message.mentions} | {quote.uid for quote in message.quotes}
        for level, ancestor in enumerate(self.above(post)):
            if level < post.home.traits.notifies_below:
                uids.add(ancestor.message.author.uid)
        return uids

    def _tell(self, post: Post, uids: Collection[str]) -> None:
        for server in self._network(post.home):
            for uid in sorted(set(uids) - {post.message.author.uid}):
                if uid in server.tokens.values():
                    self._numbers += 1
                    notice = Notice(self._numbers, post.message.uri, post.message.created_at)
                    server.incoming.setdefault(uid, []).append(notice)

    def _network(self, home: Server) -> list[Server]:
        return [server for server in self.servers.values() if server.network == home.network]


def _quote(message: Message) -> Quote:
    return Quote(message.uri, message.author.uid, message.author.name, message.text)
