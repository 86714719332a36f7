"""Look-ups of many at once, and the conversation around a comment or a post."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from msgspec import Raw

from convo.adapters import _reddit_wire as wire
from convo.adapters._reddit_api import Api
from convo.adapters._reddit_messages import (
    Place,
    comment_message,
    is_gone,
    local,
    place_of,
    post_is_gone,
    post_message,
)
from convo.adapters.contract import Missing
from convo.adapters.wire import decode, loads, part
from convo.model import Conversation, Lookup, Message, Ref

AT_ONCE = 100
"""Things that Reddit looks up with one request."""
_UNFOLDED = 20
"""Comments of "load more" asked for at once: what the old server takes."""
_LOADS = 6
"""Requests for what a tree leaves out, of each kind."""
_ABOVE = "8"
"""Comments above the one in question that Reddit gives at most."""
_MORE = "Reddit has more comments here than these."
_UNREAD = "Some comments here could not be read."


async def info(api: Api, names: Sequence[str]) -> list[Raw]:
    """Things by full name, those that are there at all."""
    found: list[Raw] = []
    for start in range(0, len(names), AT_ONCE):
        some = names[start : start + AT_ONCE]
        response = await api.get("/api/info", [("id", ",".join(some))])
        found += decode(response, wire.Listing).data.children
    return found


async def lookup(api: Api, refs: Sequence[Ref]) -> Lookup:
    """The present state of messages, and which are gone: deleted, removed, or not given any more."""
    wanted = {ref.local_id: ref for ref in refs if local(ref)[0]}
    messages: list[Message] = []
    there: set[str] = set()
    for raw in await info(api, list(wanted)) if wanted else []:
        name = _name(raw)
        ref = wanted.get(name)
        if ref is None:
            continue
        there.add(name)
        try:
            message = _made(api, raw, place_of(ref.data))
        except ValueError:
            continue
        if message.deleted:
            there.discard(name)
        else:
            messages.append(message)
    return Lookup(tuple(messages), tuple(ref.uri for name, ref in wanted.items() if name not in there))


def _name(raw: Raw) -> str:
    thing = part(raw, wire.Thing)
    letter = part(thing.data, wire.Letter) if thing is not None else None
    return letter.name if letter is not None else ""


def _made(api: Api, raw: Raw, carried: Place) -> Message:
    """A comment or a post. Raises ValueError."""
    if wire.kind_of(raw) == wire.POST:
        return post_message(wire.of_kind(raw, wire.POST, wire.Post), api.facts)
    return comment_message(wire.of_kind(raw, wire.COMMENT, wire.Comment), api.facts, carried)


async def standing(api: Api, ref: Ref) -> tuple[wire.Comment | None, wire.Post]:
    """A comment (None for the post itself) and its post as they are now, with one request. Raises Missing."""
    kind, _ = local(ref)
    names = [ref.local_id]
    link = place_of(ref.data).link
    if kind == wire.COMMENT and link:
        names.append(f"{wire.POST}_{link}")
    comment: wire.Comment | None = None
    post: wire.Post | None = None
    for raw in await info(api, names):
        thing = part(raw, wire.Thing)
        if thing is not None and thing.kind == wire.POST:
            post = part(thing.data, wire.Post)
        elif thing is not None and thing.kind == wire.COMMENT:
            comment = part(thing.data, wire.Comment)
    if kind == wire.COMMENT and (comment is None or is_gone(comment)):
        raise Missing("Reddit does not have this comment any more.")
    if post is None or (kind == wire.POST and post_is_gone(post)):
        raise Missing("Reddit does not show this post any more.")
    return comment, post


@dataclass(slots=True)
class _Tree:
    """What was loaded of a post's comments."""

    post: wire.Post | None = None
    comments: dict[str, wire.Comment] = field(default_factory=dict)
    hidden: dict[str, None] = field(default_factory=dict)
    """Ids of comments that the tree only names."""
    onward: dict[str, None] = field(default_factory=dict)
    """Full names of comments below which it goes on."""
    spoilt: bool = False
    """Something in it could not be read."""
    cut: bool = False
    """Not all that stands above could be loaded."""
    followed: set[str] = field(default_factory=set)

    @property
    def more(self) -> bool:
        """Whether something of it was not loaded."""
        hidden = any(f"{wire.COMMENT}_{one}" not in self.comments for one in self.hidden)
        return self.cut or hidden or any(one not in self.followed for one in self.onward)

    def top(self, name: str) -> str:
        """The comment above one that was not loaded, "" where all up to the post is there."""
        seen: set[str] = set()
        while name in self.comments and name not in seen:
            seen.add(name)
            name = self.comments[name].parent_id
        return name if name.startswith(f"{wire.COMMENT}_") and name not in seen else ""

    def add(self, rows: Iterable[Raw]) -> None:
        """Take what a listing of comments holds, and all below it."""
        waiting = list(rows)
        while waiting:
            raw = waiting.pop()
            try:
                waiting += self._row(raw)
            except ValueError:
                self.spoilt = True

    def _row(self, raw: Raw) -> list[Raw]:
        """Take one thing; gives what hangs below it. Raises ValueError."""
        thing = loads(raw, wire.Thing)
        if thing.kind == wire.MORE:
            self._named(loads(thing.data, wire.More))
            return []
        if thing.kind != wire.COMMENT:
            return []
        comment = loads(thing.data, wire.Comment)
        self.comments[comment.name] = comment
        below = part(comment.replies, wire.Listing)  # "" where there are none
        comment.replies = Raw(b"null")
        return below.data.children if below is not None else []

    def _named(self, more: wire.More) -> None:
        if more.id == "_" or not more.children:
            self.onward.setdefault(more.parent_id)
        else:
            self.hidden.update(dict.fromkeys(more.children))


async def _load(api: Api, tree: _Tree, link: str, comment: str = "") -> None:
    """Load the comments of a post, or those around one of them. Raises Missing when there is no such post."""
    params = [("sort", "old"), ("limit", "500")]
    if comment:
        params += [("comment", comment), ("context", _ABOVE)]
    pair = decode(await api.get(f"/comments/{link}", params), list[wire.Listing])
    for listing in pair:
        for raw in listing.data.children:
            if wire.kind_of(raw) == wire.POST:
                thing = part(raw, wire.Thing)
                tree.post = (part(thing.data, wire.Post) if thing is not None else None) or tree.post
    if len(pair) > 1:
        tree.add(pair[1].data.children)


async def _unfold(api: Api, tree: _Tree, link: str) -> None:
    """Load what the tree only names, one request at a time: Reddit refuses two at once."""
    asked: set[str] = set()
    async with api.unfolding:
        for _ in range(_LOADS):
            wanted = [one for one in tree.hidden if one not in asked][:_UNFOLDED]
            if not wanted:
                return
            asked.update(wanted)
            params = [
                ("link_id", f"{wire.POST}_{link}"),
                ("children", ",".join(wanted)),
                ("sort", "old"),
                ("api_type", "json"),
            ]
            told = decode(await api.get("/api/morechildren", params), wire.Answer).json
            things = part(told.data, wire.Things)
            tree.add(things.things if things is not None else [])


async def _go_on(api: Api, tree: _Tree, link: str) -> None:
    """Load what goes on below a comment ("continue this thread"), from there."""
    for _ in range(_LOADS):
        name = next((one for one in tree.onward if one not in tree.followed), "")
        if not name:
            return
        tree.followed.add(name)
        if name.startswith(f"{wire.COMMENT}_"):
            await _load(api, tree, link, name.partition("_")[2])


async def _climb(api: Api, tree: _Tree, link: str, name: str) -> None:
    """Load the comments above one, eight at a time, up to the post."""
    for _ in range(_LOADS):
        top = tree.top(name)
        if not top:
            return
        await _load(api, tree, link, top.partition("_")[2])
        if top not in tree.comments:
            break
    tree.cut = bool(tree.top(name))


async def conversation(api: Api, ref: Ref) -> Conversation:
    """What stands around a message. Raises Missing when it is gone."""
    kind, own = local(ref)
    if not kind:
        raise Missing("This is no comment of Reddit's.")
    link = own if kind == wire.POST else await _link(api, ref)
    tree = _Tree()
    await _load(api, tree, link, own if kind == wire.COMMENT else "")
    if kind == wire.COMMENT:
        if ref.local_id not in tree.comments:
            raise Missing("Reddit does not show this comment any more.")
        await _climb(api, tree, link, ref.local_id)
    await _go_on(api, tree, link)
    await _unfold(api, tree, link)
    await _go_on(api, tree, link)
    return _told(api, tree, ref)


async def _link(api: Api, ref: Ref) -> str:
    """The id of the post that a comment stands under."""
    known = place_of(ref.data).link
    if known:
        return known
    for raw in await info(api, [ref.local_id]):
        thing = part(raw, wire.Thing)
        comment = part(thing.data, wire.Comment) if thing is not None else None
        if comment is not None and comment.link_id:
            return comment.link_id.partition("_")[2]
    raise Missing("Reddit does not show this comment any more.")


def _told(api: Api, tree: _Tree, ref: Ref) -> Conversation:
    messages: list[Message] = []
    spoilt = tree.spoilt
    if tree.post is not None:
        try:
            messages.append(post_message(tree.post, api.facts))
        except ValueError:
            spoilt = True
    for name, comment in tree.comments.items():
        carried = place_of(ref.data) if name == ref.local_id else None
        try:
            messages.append(comment_message(comment, api.facts, carried, tree.post))
        except ValueError:
            spoilt = True
    messages.sort(key=lambda one: one.created_at)
    words = [sentence for sentence, holds in ((_MORE, tree.more), (_UNREAD, spoilt)) if holds]
    return Conversation(tuple(messages), " ".join(words))
