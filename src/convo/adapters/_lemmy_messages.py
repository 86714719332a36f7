"""Comments, posts and private messages to messages: URIs, people, plain text, whom they name."""

from __future__ import annotations

import re
from datetime import datetime
from urllib.parse import urlsplit

from msgspec import Struct

from convo.adapters import _lemmy_wire as wire
from convo.adapters._keeping import kept, written
from convo.adapters._lemmy_api import PLATFORM, Api, Facts, handle_of, me
from convo.adapters._lemmy_text import markdown_to_text, uncovered
from convo.adapters.wire import web
from convo.htmltext import Rendered
from convo.model import Attachment, Link, Mention, Message, Person, Ref, Visibility
from convo.text import one_line, parse_time
from convo.values import frozen

LOCKED = "This post is locked there."
NO_POSTS = "convo answers comments; below a post it does not begin any."
MENTION, REPLY, DIRECT = "mention", "reply", "direct"
_NAMED = re.compile(r"(?<![\w/@.])@([\w.]+)@([A-Za-z0-9._:-]*[A-Za-z0-9])")
_LEADING = re.compile(r"\s*(?:@[\w.]+@[A-Za-z0-9._:-]*[A-Za-z0-9][\s,:]*)*")


class Place(Struct):
    """What is known of where a message stands and of its notification; `Message.data` carries it as JSON."""

    kind: str = ""
    """"c" a comment, "p" a post, "m" a private message."""
    post: int = 0
    path: str = ""
    how: str = ""
    note: int = 0
    """How it was told of (as a mention, reply or direct message), and the number of that notification."""
    partner: int = 0
    """The number of the other person of a private message."""


def place_of(data: str) -> Place:
    """The place that a reference carries, an empty one when it carries none."""
    return kept(data, Place)


def local(ref: Ref) -> tuple[str, int]:
    """The kind and number of a reference: "c", "p" or "m"; "" and 0 for what is none."""
    text = ref.local_id
    return (text[0], int(text[1:])) if text[:1] in ("c", "p", "m") and text[1:].isdigit() else ("", 0)


def person_of(person: wire.Person, facts: Facts) -> Person:
    """A person. Raises ValueError for one without an address."""
    uid = one_line(person.address)
    if not web(uid):
        raise ValueError("its author has no address")
    if uid == facts.uid:
        return me(facts)
    return Person(
        PLATFORM,
        uid,
        handle_of(person.name, uid),
        one_line(person.display_name or ""),
        uid,
        bot=bool(person.bot_account),
    )


def parent_number(path: str) -> int:
    """The comment that a comment answers, 0 for the post. Raises ValueError for a path that is none."""
    steps = path.split(".")
    if len(steps) < 2 or steps[0] != "0" or not all(step.isdigit() for step in steps):
        raise ValueError("its path is none")
    return int(steps[-2])


def above(path: str) -> list[int]:
    """The comments above one, the outermost first."""
    return [int(step) for step in path.split(".")[1:-1] if step.isdigit()]


@frozen
class Words:
    """The text of something, and what is found in it."""

    rendered: Rendered
    cover: str
    mentions: tuple[Mention, ...]


def read(markdown: str, facts: Facts, base: str) -> Words:
    """Markdown to plain text with those it names."""
    found: dict[str, str] = {}

    def name(href: str, words: str) -> str:
        said = _NAMED.fullmatch(words)
        if said is None:
            return ""
        handle = words[1:]
        found[handle] = one_line(href)
        return handle

    source, cover = uncovered(markdown)
    rendered = markdown_to_text(source, name, base=base)
    start = _LEADING.match(rendered.text)
    end = start.end() if start is not None else 0
    leading, later = set(_NAMED.findall(rendered.text[:end])), set(_NAMED.findall(rendered.text[end:]))
    mentions = {}
    for who in _NAMED.findall(rendered.text):
        handle = f"{who[0]}@{who[1]}"
        uid = _uid(who[0], who[1], found.get(handle, ""), facts)
        mentions[uid] = Mention(uid, handle, leading=who in leading and who not in later)
    return Words(rendered, cover, tuple(mentions.values()))


def _uid(name: str, domain: str, href: str, facts: Facts) -> str:
    """The address of somebody who is named: my own, the one that is linked, else the one a Lemmy server gives."""
    if domain.lower() == facts.host and name.lower() == facts.user.lower():
        return facts.uid
    linked = web(href)
    if linked and urlsplit(linked).netloc.lower() == domain.lower():
        return linked
    return f"https://{domain.lower()}/u/{name}"


def comment_message(api: Api, view: wire.CommentView, how: str = "", note: int = 0) -> Message:
    """A comment as a message. Raises ValueError for what cannot be one."""
    comment, post, facts = view.comment, view.post, api.facts
    number = parent_number(comment.path)
    words = read(comment.content, facts, api.http.base)
    author = person_of(view.creator, facts)
    gone = comment.deleted or comment.removed
    uri = _address(comment.ap_id)
    mentions = {one.uid: one for one in words.mentions}
    if how == MENTION:
        mentions.setdefault(facts.uid, Mention(facts.uid, me(facts).handle))
    locked = comment.locked or (post is not None and (post.locked or post.deleted or post.removed))
    return Message(
        uri=uri,
        author=author,
        created_at=parse_time(comment.when),
        text="" if gone else words.rendered.text,
        local_id=f"c{comment.id}",
        parent_uri=_address(post.ap_id) if post is not None and not number else "",
        parent_id=f"c{number}" if number else f"p{comment.post_id}",
        root_uri=_address(post.ap_id) if post is not None else "",
        url=f"{api.http.base}/comment/{comment.id}",
        title=one_line(post.name) if post is not None else "",
        edited_at=_edited(comment),
        content_warning="" if gone else _cover(words.cover, post),
        mentions=tuple(mentions.values()),
        attachments=() if gone else words.rendered.pictures,
        links=() if gone else words.rendered.links,
        deleted=gone,
        refusals={"answer": LOCKED} if locked else {},
        data=written(Place("c", comment.post_id, comment.path, how, note)),
    )


def post_message(api: Api, view: wire.PostView) -> Message:
    """A post as the message that its comments answer. Raises ValueError for what cannot be one."""
    post, facts = view.post, api.facts
    words = read(post.body or "", facts, api.http.base)
    gone = post.deleted or post.removed
    linked = web(post.url)
    text = words.rendered.text or linked or one_line(post.name)
    return Message(
        uri=_address(post.ap_id),
        author=person_of(view.creator, facts),
        created_at=parse_time(post.when),
        text="" if gone else text,
        local_id=f"p{post.id}",
        root_uri=_address(post.ap_id),
        url=f"{api.http.base}/post/{post.id}",
        title="" if gone else one_line(post.name),
        edited_at=_edited(post),
        content_warning="" if gone else _cover(words.cover, post),
        mentions=words.mentions,
        attachments=() if gone else _pictures(post) + words.rendered.pictures,
        links=() if gone else ((Link(linked),) if linked else ()) + words.rendered.links,
        deleted=gone,
        refusals={"answer": NO_POSTS},
        data=written(Place("p", post.id)),
    )


def private_message(api: Api, view: wire.MessageView, note: int = 0) -> Message:
    """A private message: all between two people are one flat conversation. Raises ValueError."""
    message, facts = view.message, api.facts
    mine = message.creator_id == facts.id
    partner = view.recipient if mine else view.creator
    other = person_of(partner, facts)
    words = read(message.content, facts, api.http.base)
    gone = message.deleted or message.removed
    return Message(
        uri=_address(message.ap_id),
        author=person_of(view.creator, facts),
        created_at=parse_time(message.when),
        text="" if gone else words.rendered.text,
        local_id=f"m{message.id}",
        root_uri=root_of(facts, other.uid),
        url=f"{api.http.base}/inbox",
        edited_at=_edited(message),
        content_warning="" if gone else words.cover,
        visibility=Visibility.DIRECT,
        attachments=() if gone else words.rendered.pictures,
        links=() if gone else words.rendered.links,
        flat=True,
        deleted=gone,
        data=written(Place("m", how=DIRECT, note=note or message.id, partner=partner.id)),
    )


def root_of(facts: Facts, partner: str) -> str:
    """What the messages with one person hang on; no message stands there."""
    return f"{facts.uid}#with-{partner}"


def _address(text: str) -> str:
    """The address that is the same on every server. Raises ValueError for what is none."""
    found = web(text)
    if not found:
        raise ValueError("it has no address")
    return found


def _cover(cover: str, post: wire.Post | None) -> str:
    return cover or ("NSFW" if post is not None and post.nsfw else "")


def _edited(what: wire.Dated) -> datetime | None:
    return parse_time(what.changed) if what.changed else None


def _pictures(post: wire.Post) -> tuple[Attachment, ...]:
    """What a post shows, where it is described."""
    url = web(post.url)
    return (Attachment("picture", url, one_line(post.alt_text)),) if url and post.alt_text else ()
