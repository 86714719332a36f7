"""Reading topics: the posts around one, chosen ones, and what of them is said to the user."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import msgspec

from convo.adapters import _discourse_wire as wire
from convo.adapters._discourse_api import Api
from convo.adapters._discourse_html import Cooked
from convo.adapters._discourse_messages import (
    DIRECT,
    POSTED,
    REPLIED,
    Place,
    by_me,
    is_gone,
    learn,
    message_of,
    parent_number,
    place_from,
    posts_of,
    read,
    strangers,
)
from convo.adapters.contract import Refused
from convo.adapters.wire import decode, part
from convo.model import Message

CHUNK = 20
"""Posts of a topic that the site gives with one request (`chunk_size`)."""
_AFTER = 2
"""Chunks read on after the one around the first new post; what is left is read with the next page."""
_ASKED = 3
"""Requests a page may spend on user names whose numbers are not known."""
COLLAPSED = (REPLIED, DIRECT, POSTED)
"""Types whose notifications of one topic the site folds into one: it says only where the unread ones begin."""


class Why(msgspec.Struct):
    """The notification of a post: its type and number."""

    kind: int
    note: int


@dataclass(slots=True)
class Topic:
    """A topic as far as it was read."""

    place: Place
    posts: dict[int, wire.Post] = field(default_factory=dict)
    """By number."""
    stream: list[int] = field(default_factory=list)
    """Ids of all posts, in the order of their numbers."""
    creator: int | None = None
    skipped: list[str] = field(default_factory=list)

    def author(self, number: int) -> int | None:
        """Who wrote a post, None where that was not read."""
        post = self.posts.get(number)
        if post is not None:
            return post.user_id
        return self.creator if number == 1 else None

    def after(self) -> list[int]:
        """Ids of the posts that come after all that were read."""
        read_ids = {post.id for post in self.posts.values()}
        last = max((at for at, id_ in enumerate(self.stream) if id_ in read_ids), default=-1)
        return self.stream[last + 1 :]


async def topic_at(api: Api, topic: int, number: int) -> Topic:
    """A topic with the posts around one. Raises Missing and Refused where the account does not see it."""
    response = await api.get(f"/t/{topic}/{number}.json")
    found = decode(response, wire.Topic)
    made = Topic(place_from(found), stream=found.post_stream.stream, creator=wire.creator(found))
    _add(api, made, found.post_stream.posts)
    learn(api, [], made.place)
    return made


async def load(api: Api, topic: Topic, ids: Sequence[int]) -> None:
    """Read chosen posts of a topic."""
    for start in range(0, len(ids), CHUNK):
        chosen = [("post_ids[]", str(one)) for one in ids[start : start + CHUNK]]
        response = await api.get(f"/t/{topic.place.topic}/posts.json", chosen)
        _add(api, topic, decode(response, wire.Posts).post_stream.posts)


def _add(api: Api, topic: Topic, items: Iterable[msgspec.Raw]) -> None:
    good = posts_of(items, topic.skipped)
    learn(api, good)
    topic.posts |= {one.post_number: one for one in good if one.topic_id == topic.place.topic}


async def load_numbers(api: Api, topic: Topic, numbers: Iterable[int]) -> None:
    """Read posts by their numbers, each with those around it."""
    for number in sorted(numbers, reverse=True):
        if number not in topic.posts:
            around = await topic_at(api, topic.place.topic, number)
            topic.posts = {**around.posts, **topic.posts}
            topic.skipped += around.skipped


async def said_to_me(
    api: Api, topic: int, why: Mapping[int, Why], start: int
) -> tuple[list[Message], list[str], int, int]:
    """What a topic holds for the user: messages, sentences for what could not be read, the highest number read
    (0 where only single posts were), and the number where reading must go on (0 when it need not).

    `start` is the first post that may be new, `why` the posts that notifications name.
    """
    try:
        found = await topic_at(api, topic, start)
    except Refused:  # gone, or not for this account any more
        return [], [], 0, 0
    folded = found.place.direct or any(one.kind in COLLAPSED for one in why.values())
    rest: list[int] = []
    if folded:
        rest = found.after()
        await load(api, found, rest[: _AFTER * CHUNK])
        rest = rest[_AFTER * CHUNK :]
    high = max(found.posts, default=0)
    ahead = [number for number in why if not rest or number <= high]
    with suppress(Refused):
        await load_numbers(api, found, ahead)
    posts = [
        post
        for number, post in sorted(found.posts.items())
        if (number in why or (folded and number >= start)) and not by_me(post, api.facts)
    ]
    words = {post.post_number: read(post, api.facts) for post in posts}
    chosen = [post for post in posts if _concerns(api, found, post, words[post.post_number], why)]
    await ask_names(api, [words[post.post_number] for post in chosen])
    messages = messages_of(api, found, chosen, words, why)
    return messages, found.skipped, high if folded else 0, high + 1 if rest else 0


async def named_posts(api: Api, topic: int, why: Mapping[int, Why]) -> tuple[list[Message], list[str]]:
    """The posts of a topic that are named, and no others."""
    try:
        found = await topic_at(api, topic, max(why))
        await load_numbers(api, found, why)
    except Refused:  # gone, or not for this account any more
        return [], []
    posts = [
        post for number, post in sorted(found.posts.items()) if number in why and not by_me(post, api.facts)
    ]
    words = {post.post_number: read(post, api.facts) for post in posts}
    chosen = [post for post in posts if _concerns(api, found, post, words[post.post_number], why)]
    await ask_names(api, [words[post.post_number] for post in chosen])
    return messages_of(api, found, chosen, words, why), found.skipped


def _concerns(api: Api, topic: Topic, post: wire.Post, words: Cooked, why: Mapping[int, Why]) -> bool:
    """Whether a post is said to the user; of what stands in a topic that is only watched, most is not."""
    facts = api.facts
    if post.user_id < 0 or is_gone(post):  # the site itself speaks as -1 and -2
        return False
    if topic.creator == facts.id or topic.author(1) == facts.id:
        return True
    named = why.get(post.post_number)
    if topic.place.direct or (named is not None and named.kind != POSTED):
        return True
    mine = facts.user.lower()
    if any(name.lower() == mine for name in (*words.text.leading, *words.text.named)):
        return True
    if any(one.user.lower() == mine for one in words.cited) or not set(words.groups).isdisjoint(facts.groups):
        return True
    return topic.author(parent_number(post, words)) == facts.id


async def ask_names(api: Api, words: Iterable[Cooked]) -> None:
    """Ask for the numbers of user names, as far as a few requests go."""
    names = list(dict.fromkeys(name for one in words for name in strangers(api, one)))
    for name in names[:_ASKED]:
        try:
            response = await api.get(f"/u/{name}.json")
        except Refused:  # renamed, or a profile that is hidden
            continue
        found = part(response.body, wire.Profile)
        if found is not None:
            api.names[name.lower()] = found.user.id


def messages_of(
    api: Api,
    topic: Topic,
    posts: Iterable[wire.Post],
    words: Mapping[int, Cooked] | None = None,
    why: Mapping[int, Why] | None = None,
) -> list[Message]:
    """Posts as messages; one with a bad time is noted in the topic's `skipped`."""
    messages = []
    for post in posts:
        place, number = topic.place, post.post_number
        named = (why or {}).get(number)
        if named is not None:
            place = msgspec.structs.replace(place, kind=named.kind, note=named.note)
        try:
            messages.append(message_of(api, post, place, (words or {}).get(number)))
        except ValueError as error:
            topic.skipped.append(f"Post {post.id} was left out: {error}.")
    return messages


def with_kind(place: Place, carried: Place | None) -> Place:
    """A topic as it is now, with what a message carried of its notification."""
    if carried is None:
        return place
    return msgspec.structs.replace(place, kind=carried.kind, note=carried.note)
