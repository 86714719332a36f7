"""Comments and posts to messages: URIs, people, plain text, what is held and what cannot be done."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping

import msgspec
from msgspec import Struct

from convo.adapters import _wordpress_wire as wire
from convo.adapters._wordpress_api import PLATFORM, Facts, me
from convo.htmltext import html_to_text
from convo.model import Message, Person, Reason, Ref
from convo.text import one_line, parse_time

CLOSED = "Comments on this post are closed."
NO_POSTS = "convo answers comments; below a post it does not begin any."
GONE = ("spam", "trash")
"""States of a comment that nobody sees any more."""
_UP = re.compile(r"/wp/v2/(?:sites/[^/]+/)?([a-z0-9_-]+)/\d+$")
_URI = re.compile(r"/\?p=(\d+)(?:#comment-(\d+))?$")
_NOT_MY_POST = "Your role lets you approve comments on your own posts only."
_NOT_YOURS = "Only who may edit the post can change comments below it, their own as well."


class Place(Struct):
    """What is known of the post that a comment stands under; `Message.data` carries it as JSON."""

    kind: str = "posts"
    """The route of its type: posts, pages, or a type that a plugin made."""
    author: int = 0
    title: str = ""
    closed: bool = False


def place_of(data: str) -> Place | None:
    """The place that a reference carries, None when it carries none."""
    try:
        return msgspec.json.decode(data, type=Place) if data else None
    except msgspec.DecodeError:
        return None


def place_from(post: wire.Post, kind: str) -> Place:
    """What a post says of itself."""
    title = one_line(html_to_text(post.title.rendered).text)
    return Place(kind, post.author, title, post.comment_status == "closed")


def kind_of(comment: wire.Comment) -> str:
    """The route of the type of the post that a comment stands under."""
    for link in comment.links.up:
        found = _UP.search(link.href.replace("%2F", "/"))
        if found:
            return found[1]
    return "posts"


def post_uri(facts: Facts, post: int) -> str:
    """The address of a post that no change of its title or of the permalinks changes."""
    return f"{facts.home}/?p={post}"


def comment_uri(facts: Facts, post: int, comment: int) -> str:
    """The same for a comment."""
    return f"{post_uri(facts, post)}#comment-{comment}"


def numbers(ref: Ref) -> tuple[int, int]:
    """Post and comment of a reference; the comment is 0 where the post itself is meant, both where it is neither."""
    found = _URI.search(ref.uri)
    return (int(found[1]), int(found[2] or 0)) if found else (0, 0)


def person_of(comment: wire.Comment, facts: Facts) -> Person:
    """Who wrote a comment.

    A registered user is known by the number of the login. A guest is known by the e-mail address where the account may
    see it (as a hash: the address itself is not kept), else by name and web address; anybody can type those, so a guest
    is never taken for a registered user, nor for the user of this account.
    """
    name = one_line(comment.author_name or "")
    url = wire.web(comment.author_url)
    if comment.author == facts.id:
        return me(facts)
    if comment.author:
        return Person(
            PLATFORM, f"{facts.home}/?author={comment.author}", name or f"user {comment.author}", name, url
        )
    email = (comment.author_email or "").strip().lower()
    known_by = f"email:{email}" if email else f"name:{name.lower()}\n{url}"
    digest = hashlib.sha256(known_by.encode("utf-8", "replace")).hexdigest()[:32]
    return Person(PLATFORM, f"{facts.home}/#guest-{digest}", name or "Anonymous", name, url)


def may_decide(place: Place, facts: Facts) -> bool:
    """Whether the account may approve and change what stands under a post."""
    return facts.moderates or (facts.edits and place.author == facts.id)


def comment_message(comment: wire.Comment, place: Place, facts: Facts) -> Message:
    """A comment as a message. Raises ValueError for a time that is none."""
    text = html_to_text(comment.content.rendered, base=facts.home)
    author = person_of(comment, facts)
    mine = comment.author == facts.id
    decides = may_decide(place, facts)
    top = post_uri(facts, comment.post)
    refusals = {"answer": CLOSED} if place.closed else {}
    if not decides and facts.edits:
        refusals |= {"edit": _NOT_YOURS, "delete": _NOT_YOURS} if mine else {"moderate": _NOT_MY_POST}
    return Message(
        uri=comment_uri(facts, comment.post, comment.id),
        author=author,
        created_at=parse_time(comment.date_gmt),
        text=text.text,
        local_id=str(comment.id),
        parent_uri=comment_uri(facts, comment.post, comment.parent) if comment.parent else top,
        root_uri=top,
        url=wire.web(comment.link),
        title="" if comment.parent else place.title,
        links=text.links,
        attachments=text.pictures,
        claim=Reason.COMMENT if not comment.parent and place.author == facts.id and not mine else None,
        held=comment.status == "hold" and decides and not mine,
        refusals=refusals,
        data=msgspec.json.encode(place).decode(),
    )


def post_message(post: wire.Post, place: Place, author: Person, facts: Facts) -> Message:
    """A post as the message that its comments answer. Raises ValueError for a time that is none."""
    text = html_to_text(post.excerpt.rendered, base=facts.home)
    return Message(
        uri=post_uri(facts, post.id),
        author=author,
        created_at=parse_time(post.date_gmt or ""),
        text=text.text,
        local_id=f"p{post.id}",
        root_uri=post_uri(facts, post.id),
        url=wire.web(post.link),
        title=place.title,
        links=text.links,
        refusals={"answer": NO_POSTS},
        data=msgspec.json.encode(place).decode(),
    )


def comment_messages(
    comments: Iterable[wire.Comment], places: Mapping[int, Place], facts: Facts, skipped: list[str]
) -> list[Message]:
    """Messages of comments; one with a bad time is added to `skipped`."""
    messages = []
    for comment in comments:
        try:
            messages.append(comment_message(comment, places.get(comment.post, Place()), facts))
        except ValueError as error:
            skipped.append(f"Comment {comment.id} was left out: {error}.")
    return messages
