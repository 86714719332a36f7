"""Posts of Disqus to messages: URIs, people, plain text, links as they were meant."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from urllib.parse import parse_qs, urlsplit

from msgspec import Raw, Struct, structs

from convo.adapters import _disqus_wire as wire
from convo.adapters._disqus_api import PLATFORM, Api, Facts, me, profile_of
from convo.adapters._keeping import kept, written
from convo.adapters.contract import Refused
from convo.adapters.wire import part, text_id, web
from convo.htmltext import html_to_text
from convo.model import Attachment, Link, Mention, Message, Person, Reason, Ref
from convo.text import clean, one_line, parse_time

CLOSED = "Comments on this page are closed."
_NOT_MY_SITE = "Only who moderates a site decides about its comments; this one is not among your forums."
_ANCHOR = re.compile(r"#comment-(\d+)$")
_MARKUP = re.compile(r"<(?=[a-zA-Z/!?])|&(?=#?\w+;)")
"""What a post takes for a tag or for a named letter: posts are words with a little HTML in them."""
_NAMED = re.compile(r"(?<![\w@])@([\w-]+):disqus\b")
_PICTURES = (".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif")


class Place(Struct):
    """What is known of the page that a post stands on; `Message.data` carries it as JSON."""

    thread: str = ""
    forum: str = ""
    title: str = ""
    link: str = ""
    closed: bool = False
    mine: bool = False
    """The post is the account's own: when Disqus does not show it, it may wait for somebody's approval."""

    @property
    def page(self) -> str:
        """The page's address; one of numbers only where Disqus knows none."""
        return self.link or f"https://{self.forum or 'www'}.disqus.com/thread/{self.thread}"


def place_of(ref: Ref) -> Place:
    """The place that a reference carries, an empty one when it carries none."""
    return kept(ref.data or "{}", Place)


def place_from(thread: wire.Thread, forum: str = "") -> Place:
    """What a thread says of itself."""
    title = one_line(html_to_text(thread.clean_title or thread.title or "").text)
    name = part(thread.forum, str) or forum
    return Place(text_id(thread.id), one_line(name), title, web(thread.link).split("#")[0], thread.closed)


def number_of(ref: Ref) -> str:
    """The number of the post that a reference means, "" when it means none."""
    found = _ANCHOR.search(ref.uri)
    return found[1] if found else ""


def is_number(text: str) -> bool:
    """Whether a text is a number as Disqus gives them."""
    return text.isascii() and text.isdigit()


def uri_of(place: Place, number: str) -> str:
    """A post's address on its page; the widget goes there."""
    return f"{place.page}#comment-{number}"


def is_mine(post: wire.Post, facts: Facts) -> bool:
    """Whether the account wrote it."""
    return text_id(post.author.id) == facts.id and not post.author.guest


def person_of(author: wire.Author, facts: Facts, forum: str) -> Person:
    """Who wrote a post; a guest is known by the name typed on that site, which anybody can type."""
    name, user = one_line(author.name or ""), one_line(author.username or "")
    number = "" if author.guest else text_id(author.id)
    if number and number == facts.id:
        return me(facts)
    uid = web(author.profile) or profile_of(user)
    if number and uid:
        return Person(PLATFORM, uid, user or name or number, name, uid)
    if not author.guest and not name:
        raise ValueError("its author is nobody")
    url = web(author.url)
    digest = hashlib.sha256(f"{forum}\n{name.lower()}\n{url}".encode("utf-8", "replace")).hexdigest()[:32]
    return Person(PLATFORM, f"https://disqus.com/#guest-{digest}", name or "Guest", name, url)


def escaped(text: str) -> str:
    """Plain words as a post holds them: only what would be taken for a tag or a named letter is written out."""
    return _MARKUP.sub(lambda found: "&lt;" if found[0] == "<" else "&amp;", text)


def words_of(post: wire.Post) -> tuple[str, tuple[Link, ...]]:
    """The words of a post as they were typed, and where its links lead."""
    shown = html_to_text(post.message or "")
    if post.raw is None:
        text = shown.text
    elif _MARKUP.search(post.raw):
        text = html_to_text(post.raw.replace("\n", "<br>")).text
    else:
        text = clean(post.raw)
    return text, tuple(Link(unwrapped(one.url), one.text) for one in shown.links)


def unwrapped(address: str) -> str:
    """Where a link leads that Disqus leads through disq.us; others as they are."""
    try:
        parts = urlsplit(address)
        target = parse_qs(parts.query).get("url", [""])[0] if parts.hostname == "disq.us" else ""
    except ValueError:
        return address
    return web(target.rpartition(":")[0]) or web(target) or address


def message_of(post: wire.Post, place: Place, facts: Facts, forums: Sequence[str]) -> Message:
    """A post as a message. Raises ValueError for what cannot be one."""
    number, parent = text_id(post.id), text_id(post.parent)
    if not is_number(number):
        raise ValueError("its number is none")
    if parent and not is_number(parent):
        raise ValueError("what it answers is nothing")
    mine, gone = is_mine(post, facts), post.deleted or post.spam
    text, links = ("", ()) if gone else words_of(post)
    ours = place.forum in forums
    return Message(
        uri=uri_of(place, number),
        author=person_of(post.author, facts, place.forum),
        created_at=parse_time(post.created),
        text=text,
        local_id=number,
        parent_uri=uri_of(place, parent) if parent else "",
        root_uri=place.page,
        url=uri_of(place, number) if place.link else "",
        title="" if parent else place.title,
        mentions=() if gone else _mentions(text, facts),
        links=links,
        attachments=() if gone else _media(post.media),
        claim=Reason.COMMENT if ours and not parent and not mine else None,
        deleted=gone,
        refusals=({"answer": CLOSED} if place.closed else {}) | ({} if ours else {"moderate": _NOT_MY_SITE}),
        data=written(structs.replace(place, mine=mine)),
    )


async def messages_of(api: Api, posts: Sequence[wire.Post], skipped: list[str]) -> list[Message]:
    """Posts as messages; what cannot be one is added to `skipped`. Raises RetryAt when a thread cannot be read."""
    messages = []
    for post in posts:
        try:
            place = await place_now(api, post)
            messages.append(message_of(post, place, api.facts, api.forums))
        except (ValueError, Refused) as error:
            words = error.words if isinstance(error, Refused) else f"{error}."
            skipped.append(f"Post {text_id(post.id)} was left out: {words}")
    return messages


async def place_now(api: Api, post: wire.Post) -> Place:
    """The page of a post: what came with it, else what Disqus says when asked. Raises ValueError, AdapterError."""
    forum = one_line(part(post.forum, str) or "")
    thread = part(post.thread, wire.Thread)
    if thread is None:
        number = text_id(part(post.thread, str) or part(post.thread, int))
        if not is_number(number):
            raise ValueError("its page is nothing")
        thread = await api.thread(number)
    return place_from(thread, forum)


def _mentions(text: str, facts: Facts) -> tuple[Mention, ...]:
    """The people named as Disqus writes them, "@name:disqus"."""
    names = dict.fromkeys(_NAMED.findall(text))
    return tuple(
        Mention(facts.url if name.lower() == facts.user.lower() else profile_of(name), name) for name in names
    )


def _media(raw: Raw) -> tuple[Attachment, ...]:
    found = []
    for item in part(raw, list[Raw]) or []:
        media = part(item, wire.Media)
        address = web(media.url) if media is not None else ""
        if address:
            kind = "picture" if address.split("?")[0].lower().endswith(_PICTURES) else "file"
            found.append(Attachment(kind, address))
    return tuple(found)
