"""Posts to messages: URIs, people, plain text, whom they name, and why a post is said to the user."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from msgspec import Raw, Struct

from convo.adapters import _discourse_wire as wire
from convo.adapters._discourse_api import PLATFORM, Api, Facts, me, person_uid
from convo.adapters._discourse_html import SPOILER, Cooked, cooked_to_text
from convo.adapters._keeping import kept, written
from convo.adapters.wire import each
from convo.model import Attachment, Mention, Message, Person, Quote, Reason, Ref, Visibility
from convo.text import one_line, parse_time

MENTIONED, REPLIED, QUOTED, DIRECT, POSTED, GROUP = 1, 2, 3, 6, 9, 15
"""Types of notifications (`app/models/notification.rb`) that are about what somebody said."""
STRENGTH = {MENTIONED: 6, GROUP: 5, QUOTED: 4, REPLIED: 3, DIRECT: 2, POSTED: 1}
"""Which of two notifications of one post says more."""
CLOSED = "This topic is closed."
_SMALL_ACTION = 3
"""A line such as "closed this topic": nobody's words."""
_URI = re.compile(r"/t/(\d+)/(\d+)(?:#pending-([0-9a-f]+))?$")


class Member(Struct):
    """Somebody who reads a private message."""

    id: int
    name: str


class Place(Struct):
    """What is known of a topic and of a post's notification; `Message.data` carries it as JSON."""

    topic: int = 0
    title: str = ""
    slug: str = ""
    direct: bool = False
    closed: bool = False
    members: list[Member] = []
    """Who reads a private message, in the order the site names them."""
    kind: int = 0
    """The strongest type of notification that came for the post, 0 when none did."""
    note: int = 0
    """The number of that notification."""


def place_of(data: str) -> Place | None:
    """The place that a reference carries, None when it carries none."""
    place = kept(data, Place)
    return place if place.topic else None


def place_from(topic: wire.Topic) -> Place:
    """What a topic says of itself."""
    direct = topic.archetype == "private_message"
    named = wire.users(topic.details.allowed_users) or wire.users(topic.details.participants)
    may = topic.details.can_create_post
    return Place(
        topic=topic.id,
        title=one_line(topic.title or ""),
        slug=one_line(topic.slug or ""),
        direct=direct,
        closed=may is False or (bool(topic.closed or topic.archived) and may is not True),
        members=[Member(one.id, one_line(one.username)) for one in named] if direct else [],
    )


def post_uri(facts: Facts, topic: int, number: int) -> str:
    """The address of a post that no change of the topic's title changes."""
    return f"{facts.base}/t/{topic}/{number}"


def numbers(ref: Ref, facts: Facts) -> tuple[int, int]:
    """Topic and number of a post; both 0 for what is none of this site."""
    found = _URI.search(ref.uri) if ref.uri.startswith(f"{facts.base}/t/") else None
    return (int(found[1]), int(found[2])) if found else (0, 0)


def is_pending(ref: Ref) -> bool:
    """Whether a reference is to an own post that waits for approval there."""
    return "#pending-" in ref.uri


def posts_of(items: Iterable[Raw], skipped: list[str]) -> list[wire.Post]:
    """The posts that can be read and that somebody wrote; a sentence for each that cannot is added to `skipped`."""
    good, bad = each(list(items), wire.Post, "Post")
    skipped += bad
    return [one for one in good if one.post_type != _SMALL_ACTION]


def learn(api: Api, posts: Iterable[wire.Post], place: Place | None = None) -> None:
    """Note which user names belong to which numbers."""
    for post in posts:
        api.names[post.username.lower()] = post.user_id
        for user in wire.users(post.mentioned):
            api.names[user.username.lower()] = user.id
    for member in place.members if place else ():
        api.names[member.name.lower()] = member.id


def strangers(api: Api, cooked: Cooked) -> list[str]:
    """User names in a post whose numbers are not known."""
    named = [*cooked.text.leading, *cooked.text.named, *(one.user for one in cooked.cited)]
    known = {api.facts.user.lower(), *api.names}
    return [name for name in dict.fromkeys(named) if name.lower() not in known]


def is_gone(post: wire.Post) -> bool:
    """Whether its author or the staff took a post away."""
    return bool(post.deleted_at or post.user_deleted)


def by_me(post: wire.Post, facts: Facts) -> bool:
    """Whether the user wrote a post."""
    return post.user_id == facts.id


def person_of(post: wire.Post, facts: Facts) -> Person:
    """Who wrote a post."""
    if by_me(post, facts):
        return me(facts)
    user = one_line(post.username)
    url = f"{facts.base}/u/{user}"
    return Person(PLATFORM, person_uid(facts.base, post.user_id), user, one_line(post.name or ""), url)


def parent_number(post: wire.Post, cooked: Cooked) -> int:
    """The number of the post that a post answers: its link, else what it quotes, else the topic's first; 0 for that."""
    if post.post_number == 1:
        return 0
    linked = post.reply_to_post_number
    if linked and linked != post.post_number:
        return linked
    quoted = [one.number for one in cooked.cited if one.topic == post.topic_id]
    return quoted[0] if quoted and quoted[0] < post.post_number else 1


def read(post: wire.Post, facts: Facts) -> Cooked:
    """The words of a post."""
    return cooked_to_text(post.cooked or "", facts.base)


def message_of(api: Api, post: wire.Post, place: Place, cooked: Cooked | None = None) -> Message:
    """A post as a message. Raises ValueError for a time that is none."""
    facts = api.facts
    if is_gone(post):
        return replace(_shell(post, place, facts), deleted=True)
    words = cooked if cooked is not None else read(post, facts)
    shell = _shell(post, place, facts)
    above = parent_number(post, words)
    edited = (post.version or 1) > 1 and post.updated_at
    polls = (Attachment("poll", shell.url),) if wire.has_polls(post) else ()
    return replace(
        shell,
        text=words.text.text,
        parent_uri=post_uri(facts, post.topic_id, above) if above else "",
        edited_at=parse_time(post.updated_at) if edited and post.updated_at else None,
        content_warning=SPOILER if words.covered else "",
        mentions=_mentions(api, post, place, words),
        quotes=tuple(
            Quote(post_uri(facts, one.topic, one.number), _uid(api, one.user), one.user, one_line(one.text))
            for one in words.cited
        ),
        attachments=words.text.pictures + polls,
        links=words.text.links,
        claim=Reason.COMMENT if place.kind == REPLIED and above == 1 and not _speaks(post) else None,
        filtered="flagged there, and hidden until the staff decides" if post.hidden else "",
    )


def _speaks(post: wire.Post) -> bool:
    """Whether a post says itself what it answers; else only its notification shows that it answers the user."""
    return bool(post.reply_to_post_number)


def _shell(post: wire.Post, place: Place, facts: Facts) -> Message:
    """A post without what its author said."""
    slug = one_line(post.topic_slug or "") or place.slug or "-"
    return Message(
        uri=post_uri(facts, post.topic_id, post.post_number),
        author=person_of(post, facts),
        created_at=parse_time(post.created_at),
        text="",
        local_id=str(post.id),
        parent_uri=post_uri(facts, post.topic_id, 1) if post.post_number > 1 else "",
        root_uri=post_uri(facts, post.topic_id, 1),
        url=f"{facts.base}/t/{slug}/{post.topic_id}/{post.post_number}",
        title=place.title,
        visibility=Visibility.DIRECT if place.direct else Visibility.PUBLIC,
        flat=place.direct,
        refusals={"answer": CLOSED} if place.closed else {},
        data=written(place),
    )


def _mentions(api: Api, post: wire.Post, place: Place, cooked: Cooked) -> tuple[Mention, ...]:
    """Whom a post names; in a private message of others also who reads it."""
    facts = api.facts
    found = {_uid(api, name): Mention(_uid(api, name), name) for name in cooked.text.named}
    for name in cooked.text.leading:
        found.setdefault(_uid(api, name), Mention(_uid(api, name), name))
    mine = me(facts)
    if not by_me(post, facts):
        grouped = not set(cooked.groups).isdisjoint(facts.groups)
        if grouped or place.kind in (MENTIONED, GROUP):
            found.setdefault(mine.uid, Mention(mine.uid, mine.handle))
        for member in place.members:
            uid = person_uid(facts.base, member.id)
            if member.id not in (post.user_id, facts.id):
                found.setdefault(uid, Mention(uid, member.name, leading=True))
    return tuple(found.values())


def _uid(api: Api, name: str) -> str:
    """The person a user name belongs to; one whose number is not known is named by the address of the profile."""
    facts = api.facts
    number = facts.id if name.lower() == facts.user.lower() else api.names.get(name.lower())
    return f"{facts.base}/u/{name.lower()}" if number is None else person_uid(facts.base, number)


def audience(message: Message, facts: Facts) -> tuple[Mention, ...]:
    """Whom an answer reaches: the author, and in a private message everybody who reads it."""
    author = Mention(message.author.uid, message.author.handle)
    others: tuple[Mention, ...] = ()
    if message.visibility is Visibility.DIRECT:
        place = place_of(message.data) or Place()
        others = tuple(Mention(person_uid(facts.base, one.id), one.name) for one in place.members)
    people = {one.uid: one for one in (author, *others) if one.uid != facts.uid}
    return tuple(people.values())
