"""A Bluesky conversation around one post: up to its root and down through the answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from msgspec import Raw

from convo.adapters import _bluesky_read as read
from convo.adapters._bluesky_session import Session
from convo.adapters._bluesky_sync import posts
from convo.adapters._bluesky_wire import Node, Post, Record, RepoRecord, Thread, answer, decode, items, there
from convo.adapters.contract import Missing, Refused, RetryAt
from convo.model import Conversation, Lookup, Message, Ref

DEPTH = 10
"""Levels of answers in one call: the public network gives no more, whatever is asked."""
MOST = 1000
"""Messages of one conversation."""
_DEEPER_CALLS = 10
GONE = "Bluesky does not have this message any more."
_DELETED = "An earlier message in it was deleted."
_BLOCKED = "A message in it is hidden by a block."
_LARGE = f"It is long; the first {MOST} messages near this one are here."
_DEEPER = "It goes on below; open it on Bluesky to read all of it."


@dataclass(slots=True)
class _Gathered:
    messages: dict[str, Message] = field(default_factory=dict)
    lacks: dict[str, None] = field(default_factory=dict)
    edges: list[str] = field(default_factory=list)
    """Posts at the edge of a call that have answers below."""

    def add(self, raw: Raw) -> Message | None:
        """Keep a post; None when it is malformed or there is no room."""
        if len(self.messages) >= MOST:
            self.lacks[_LARGE] = None
            return None
        try:
            made = read.message(decode(raw, Post))
        except ValueError:
            return None
        self.messages[made.uri] = made
        return made


async def node(session: Session, uri: str, depth: int, up: int) -> Node:
    """A post in its thread. Raises Missing when it is gone."""
    params = [("uri", uri), ("depth", str(depth)), ("parentHeight", str(up))]
    try:
        response = await session.get("app.bsky.feed.getPostThread", params)
    except Missing as error:
        raise Missing(GONE) from error
    found = decode(answer(response, Thread).thread, Node)
    if found.not_found:
        raise Missing(GONE)
    return found


async def conversation(session: Session, uri: str) -> Conversation:
    """The ancestors of a post, itself, and the answers below. Raises Missing when the post is gone."""
    gathered = _Gathered()
    top = await node(session, uri, DEPTH, 80)
    if not there(top.post):
        return Conversation((), _BLOCKED if top.blocked else _DELETED)
    gathered.add(top.post)
    await _climb(session, top, gathered)
    _descend(top, gathered)
    calls = 0
    while gathered.edges and calls < _DEEPER_CALLS and len(gathered.messages) < MOST:
        calls += 1
        edge = gathered.edges.pop(0)
        try:
            _descend(await node(session, edge, DEPTH, 0), gathered)
        except Missing:
            continue
        gathered.messages[edge] = replace(gathered.messages[edge], more_below=False)
    if gathered.edges:
        gathered.lacks[_DEEPER] = None
    ordered = sorted(gathered.messages.values(), key=lambda one: (one.created_at, one.uri))
    return Conversation(tuple(ordered), " ".join(gathered.lacks))


async def _climb(session: Session, top: Node, gathered: _Gathered) -> None:
    """The chain of parents; where it is cut, the root is fetched by itself."""
    raw, reached, root = top.parent, top.post, ""
    while there(raw):
        above = next(items([raw], Node, []), Node())
        if not there(above.post):
            gathered.lacks[_BLOCKED if above.blocked else _DELETED] = None
            break
        made = gathered.add(above.post)
        if made:
            gathered.messages[made.uri] = replace(made, more_below=False)
        raw, reached = above.parent, above.post
    if there(reached):
        record = decode(decode(reached, Post).record, Record)
        root = record.reply.root.uri if record.reply else ""
    if root and root not in gathered.messages:
        for post in await posts(session, [root], []):
            made = read.message(post)
            gathered.messages[made.uri] = replace(made, more_below=False)


def _descend(top: Node, gathered: _Gathered) -> None:
    """The answers below a post. Only at the depth edge do missing ones mean that there is more.

    Above the edge a post that has answers and shows none has them behind a block.
    """
    level: list[Node] = [top]
    for depth in range(DEPTH + 1):
        below: list[Node] = []
        for place in level:
            replies = list(items(place.replies or (), Node, []))
            _mark_edge(place, bool(replies), depth == DEPTH, gathered)
            for reply in replies:
                if reply.blocked:
                    gathered.lacks[_BLOCKED] = None
                if there(reply.post) and gathered.add(reply.post):
                    below.append(reply)
        level = below


def _mark_edge(place: Node, shown: bool, edge: bool, gathered: _Gathered) -> None:
    uri = decode(place.post, Post).uri if there(place.post) else ""
    made = gathered.messages.get(uri)
    if made is None or not made.more_below:
        return
    if edge and not shown:
        gathered.edges.append(uri)
    else:
        gathered.messages[uri] = replace(made, more_below=False)


async def lookup(session: Session, refs: Sequence[Ref]) -> Lookup:
    """The present state of posts. One that the AppView does not show is gone only when its repository says so."""
    skipped: list[str] = []
    uris = [ref.uri for ref in refs]
    found = {post.uri: post for post in await posts(session, uris, skipped)}
    messages: list[Message] = []
    gone: list[str] = []
    for uri in uris:
        if uri not in found:
            if not await exists(session, uri):
                gone.append(uri)
            continue
        try:
            messages.append(read.message(found[uri]))
        except ValueError:
            continue
    return Lookup(tuple(messages), tuple(gone))


async def exists(session: Session, uri: str) -> bool:
    """Whether a repository may still hold a record: only its own word counts that it does not."""
    try:
        return await record(session, uri) is not None
    except (RetryAt, Refused):
        return True


async def record(session: Session, uri: str) -> RepoRecord | None:
    """A record of a repository, None when it is not there."""
    repo, collection, rkey = uri.removeprefix("at://").split("/", 2)
    params = [("repo", repo), ("collection", collection), ("rkey", rkey)]
    own = repo == (await session.where()).did
    try:
        response = await session.get("com.atproto.repo.getRecord", params, open_to_all=own)
    except Missing:
        return None
    return answer(response, RepoRecord)
