"""Look-ups of posts, and the conversation around one."""

from __future__ import annotations

from collections.abc import Sequence

from convo.adapters import _discourse_wire as wire
from convo.adapters._discourse_api import Api
from convo.adapters._discourse_messages import is_gone, is_pending, numbers, parent_number, place_of, read
from convo.adapters._discourse_pending import is_pending_still
from convo.adapters._discourse_topics import (
    CHUNK,
    Topic,
    Why,
    ask_names,
    load,
    load_numbers,
    messages_of,
    topic_at,
)
from convo.adapters.contract import Missing, Refused, RetryAt
from convo.model import Conversation, Lookup, Message, Ref

_NEAR = 40
"""Posts loaded before and after one, beside those that the site gives along with it."""
_ABOVE = 3
"""Requests a conversation may spend on what it answers further up."""


async def lookup(api: Api, refs: Sequence[Ref]) -> Lookup:
    """The present state of posts, topic by topic.

    Where the site said to wait, what was not reached is left out, and from then on only a few topics are asked for at
    a time, each in turn. Of what is asked for by its address alone (to judge what answers it) nothing is left out.
    """
    messages: list[Message] = []
    gone: list[str] = []
    topics: dict[int, list[Ref]] = {}
    for ref in refs:
        topic, _ = numbers(ref, api.facts)
        if topic and is_pending(ref):
            gone += [] if await is_pending_still(api, ref) else [ref.uri]
        elif topic:
            topics.setdefault(topic, []).append(ref)
    whole = not all(ref.data for ref in refs)
    for number, wanted in topics.items() if whole else api.in_turn(topics).items():
        try:
            found, lost = await _look(api, number, wanted)
        except RetryAt:
            if whole or not (messages or gone):
                raise
            break
        messages += found
        gone += lost
    return Lookup(tuple(messages), tuple(gone))


async def _look(api: Api, number: int, refs: Sequence[Ref]) -> tuple[list[Message], list[str]]:
    """Posts of one topic, and the URIs of those that are gone."""
    try:
        topic = await _wanted(api, number, refs)
    except Refused:
        return [], [ref.uri for ref in refs]
    found: list[wire.Post] = []
    gone: list[str] = []
    why: dict[int, Why] = {}
    for ref in refs:
        at = numbers(ref, api.facts)[1]
        post = topic.posts.get(at)
        if post is None or is_gone(post):
            gone.append(ref.uri)
            continue
        found.append(post)
        carried = place_of(ref.data)
        if carried is not None:
            why[at] = Why(carried.kind, carried.note)
    words = {post.post_number: read(post, api.facts) for post in found}
    await ask_names(api, words.values())
    return messages_of(api, topic, found, words, why), gone


async def _wanted(api: Api, number: int, refs: Sequence[Ref]) -> Topic:
    """A topic with these posts: by their ids where they are known and carry what the topic says of itself."""
    places = [place_of(ref.data) for ref in refs]
    place = places[0]
    if place is not None and not place.closed and all(places) and all(ref.local_id.isdigit() for ref in refs):
        topic = Topic(place)
        await load(api, topic, [int(ref.local_id) for ref in refs])
        return topic
    at = [numbers(ref, api.facts)[1] for ref in refs]
    topic = await topic_at(api, number, at[-1])
    await load_numbers(api, topic, at)
    return topic


async def conversation(api: Api, ref: Ref) -> Conversation:
    """A post with what stands around it, what it answers, and the topic's first. Raises Missing when it is gone."""
    number, at = numbers(ref, api.facts)
    if not number:
        raise Missing(f"{api.host} has no such post.")
    topic = await topic_at(api, number, at)
    if at not in topic.posts and not is_pending(ref):
        raise Missing(f"{api.host} does not show this post any more.")
    await _load_near(api, topic, at)
    await _load_above(api, topic, at)
    read_ids = {post.id for post in topic.posts.values()}
    left_out = any(id_ not in read_ids for id_ in topic.stream)
    posts = [post for _, post in sorted(topic.posts.items())]
    words = {post.post_number: read(post, api.facts) for post in posts}
    await ask_names(api, words.values())
    carried = place_of(ref.data)
    why = {at: Why(carried.kind, carried.note)} if carried is not None else {}
    messages = messages_of(api, topic, posts, words, why)
    partial = f"{api.host} has more posts in this topic than these." if left_out or topic.skipped else ""
    return Conversation(tuple(messages), partial)


async def _load_near(api: Api, topic: Topic, at: int) -> None:
    """Load the topic's first post and those nearest to one, as far as they were not given along with it."""
    read_ids = {post.id for post in topic.posts.values()}
    post = topic.posts.get(at)
    middle = topic.stream.index(post.id) if post is not None and post.id in topic.stream else 0
    near = topic.stream[max(middle - _NEAR, 0) : middle + _NEAR]
    wanted = [id_ for id_ in dict.fromkeys([*topic.stream[:1], *near]) if id_ not in read_ids]
    await load(api, topic, wanted[: 4 * CHUNK])


async def _load_above(api: Api, topic: Topic, at: int) -> None:
    """Follow what a post answers, up to the top, as far as a few requests go."""
    asked = 0
    while at and asked <= _ABOVE:
        post = topic.posts.get(at)
        if post is None:
            try:
                await load_numbers(api, topic, [at])
            except Refused:
                return
            asked += 1
            post = topic.posts.get(at)
        at = parent_number(post, read(post, api.facts)) if post is not None else 0
