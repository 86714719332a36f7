"""How a server in memory takes requests, and what it serves an account: pages, messages, its own list."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from convo import points
from convo.adapters._memory_world import Mishap, Post, Server, World
from convo.adapters.contract import Credential, Missing, RetryAt, SignInAgain, Unreachable
from convo.model import Message, Page, Ref, Visibility
from convo.text import clean, one_line
from convo.values import frozen

if TYPE_CHECKING:
    from convo.adapters.http import Http

T = TypeVar("T")


@frozen
class Listed:
    """An entry of a list that is read in pages."""

    number: int
    uri: str
    at: datetime
    gone: bool = False


@frozen
class Wire:
    """The way from one account to its server: one counted request at a time, with all that can go wrong."""

    world: World
    server: Server
    http: Http
    credential: Credential

    async def ask(self, verb: str, argument: str, work: Callable[[str], T], *, write: bool = False) -> T:
        """One request: reach the server, let it do `work` for the account's uid, bring the answer back."""
        token = await self.credential.read()
        uid = self.server.tokens.get(token, "")
        if write:
            points.passed("http.before_send")
        await self._reach(verb, argument, uid)
        self._count(verb, argument, uid)
        if not uid:
            raise SignInAgain(f'{self.server.name} said: "The access token was revoked."')
        if self.server.limited_until is not None and self.world.clock.now() < self.server.limited_until:
            raise RetryAt(f'{self.server.name} said: "Too many requests."', self.server.limited_until)
        done = work(uid)
        if write:
            points.passed("http.before_read")
        await _suffer(self.server.take(verb, argument, "done", uid))
        if write:
            points.passed("http.after_answer")
        return done

    async def _reach(self, verb: str, argument: str, uid: str) -> None:
        if self.server.traits.latency:
            await self.world.clock.sleep(self.server.traits.latency)
        if self.server.down:
            raise Unreachable(self.server.down)
        try:
            await _suffer(self.server.take(verb, argument, "before", uid))
        except Unreachable:
            raise
        except BaseException:
            self._count(verb, argument, uid)
            raise

    def _count(self, verb: str, argument: str, uid: str) -> None:
        self.http.requests += 1
        self.server.log.append((uid, verb, argument))


async def _suffer(mishap: Mishap | None) -> None:
    if mishap is None:
        return
    if mishap.until is not None:
        await mishap.until.wait()
    if mishap.error is not None:
        raise mishap.error if isinstance(mishap.error, BaseException) else mishap.error()


def page(world: World, server: Server, uid: str, channel: str, cursor: str, since: datetime) -> Page:
    """The next page of a channel as the server has it now."""
    if channel == "people":
        served = Page(hidden=tuple(sorted(server.hidden.get(uid, ()))), cursor=str(len(server.log)))
    elif channel == "contexts":
        served = _contexts(world, server, uid, since)
    else:
        entries, served_cursor, more = _turned(server, _entries(world, server, uid, channel), cursor, since)
        served = _served(world, server, uid, entries, served_cursor, more)
    if server.after_page is not None:
        server.after_page(channel)
    return served


def _entries(world: World, server: Server, uid: str, channel: str) -> list[Listed]:
    """The entries of a channel, oldest first."""
    if channel == "own":
        return [
            Listed(post.number, post.message.uri, post.message.created_at) for post in own(world, server, uid)
        ]
    found = []
    for notice in server.incoming.get(uid, ()):
        message = world.posts[notice.uri].message
        direct = server.traits.direct_apart and message.visibility is Visibility.DIRECT
        if direct == (channel == "direct"):
            found.append(Listed(notice.number, notice.uri, notice.at, notice.gone))
    return found


def _turned(
    server: Server, entries: list[Listed], cursor: str, since: datetime
) -> tuple[list[Listed], str, bool]:
    """The entries of the next page, the cursor after it, and whether there is more at once."""
    size, overlap = server.traits.page_size, server.traits.overlap
    newest = entries[-1].number if entries else 0
    place: dict[str, Any] = json.loads(cursor) if cursor else {"low": newest + 1, "high": newest}
    low, high = place["low"], int(place["high"])
    if low is not None:  # the way back, newest first
        older = [one for one in reversed(entries) if one.at >= since and one.number < low]
        again = [one for one in entries if low <= one.number <= high][:overlap]
        more = len(older) > size
        place = {"low": older[size - 1].number if more else None, "high": high}
        return [*again, *older[:size]], json.dumps(place), more
    newer = [one for one in entries if one.number > high]
    again = [one for one in reversed(entries) if one.number <= high][:overlap]
    taken = newer[:size]
    place = {"low": None, "high": taken[-1].number if taken else high}
    return [*again, *taken], json.dumps(place), len(newer) > size


def _served(world: World, server: Server, uid: str, entries: list[Listed], cursor: str, more: bool) -> Page:
    messages, gone, skipped = [], [], []
    for entry in entries:
        post = world.posts[entry.uri]
        if entry.gone:
            gone.append(entry.uri)
        elif entry.uri in server.malformed:
            skipped.append(f"Item {entry.number} of {server.name} could not be read: it has no author.")
        elif world.seen(server, uid, post):
            messages.append(shown(world, server, post))
    return Page(tuple(messages), cursor, more, tuple(gone), tuple(skipped))


def _contexts(world: World, server: Server, uid: str, since: datetime) -> Page:
    """The answers right under the account's recent messages, told or not."""
    recent = [post for post in own(world, server, uid) if post.message.created_at >= since]
    uris = {post.message.uri for post in recent[-server.traits.page_size :]}
    found = [post for post in world.posts.values() if post.message.parent_uri in uris]
    messages = [shown(world, server, post) for post in found if world.seen(server, uid, post)]
    return Page(tuple(messages), cursor=str(len(server.log)))


def own(world: World, server: Server, uid: str) -> Iterator[Post]:
    """The account's own messages as its server lists them, oldest first: a fresh one only after it settled."""
    now = world.clock.now()
    for post in list(world.posts.values()):
        message = post.message
        mine = message.author.uid == uid and not message.deleted and post.home.network == server.network
        if mine and (post.written_at is None or post.written_at + server.traits.settle <= now):
            yield post


def shown(world: World, server: Server, post: Post) -> Message:
    """A message as this server serves it: cleaned, with local ids."""
    message = post.message
    parent = world.posts.get(message.parent_uri)
    by_id = server.traits.parents == "id"
    return replace(
        message,
        local_id=server.local_id(post),
        parent_id=server.local_id(parent) if parent and by_id else "",
        parent_uri="" if by_id else message.parent_uri,
        root_uri="" if by_id else message.root_uri,
        text=clean(message.text),
        title=one_line(message.title),
        content_warning=one_line(message.content_warning),
        author=replace(message.author, name=one_line(message.author.name)),
    )


def post_of(world: World, server: Server, ref: Ref) -> Post | None:
    """The message a reference means, None when there never was one."""
    if ref.uri in world.posts:
        return world.posts[ref.uri]
    found = [post for post in world.posts.values() if server.local_id(post) == ref.local_id]
    return found[0] if found else None


def written(world: World, server: Server, uid: str, asked: Mapping[str, Any]) -> Post:
    """Take an answer as a server does: by its key where it honours keys, as an orphan where it does that."""
    key = asked["key"] if server.traits.idempotency == "honoured" else ""
    known = server.keys.get((uid, key))
    if key and known:
        return world.posts[known]
    parent = world.posts.get(asked["parent"])
    standing = parent is not None and not parent.message.deleted
    if not standing and not server.traits.orphans:
        raise Missing(f'{server.name} said: "The message you answer does not exist."')
    message = world.write(
        server,
        world.people[uid],
        asked["text"],
        to=asked["parent"] if standing else "",
        names=[world.people[name] for name in asked["names"] if name in world.people],
        visibility=Visibility(asked["visibility"]),
        content_warning=asked["content_warning"],
        language=asked["language"],
        flat=bool(parent and parent.message.flat),
        branch=parent.message.branch if parent else "",
        key=asked["key"],
    )
    if key:
        server.keys[uid, key] = message.uri
    if world.on_answer is not None:
        world.on_answer(message)
    return world.posts[message.uri]
