"""Comments and posts of Blogger to messages: URIs, people, plain text, what is held."""

from __future__ import annotations

import hashlib
import re

from convo.adapters import _blogger_wire as wire
from convo.adapters._blogger_api import PLATFORM, Facts, me, person_uid
from convo.adapters.wire import part, web
from convo.htmltext import html_to_text
from convo.model import Message, Person, Reason, Ref
from convo.text import one_line, parse_time

GONE = ("EMPTIED", "SPAM")
"""States of a comment that nobody reads any more."""
_SITE = "https://www.blogger.com/blog"
_URI = re.compile(rf"{re.escape(_SITE)}/(\d+)/post/(\d+)(?:#c(\d+))?$")


def uri_of(blog: str, post: str, comment: str = "") -> str:
    """An address made of numbers only: those of posts change with their titles, and lists do not give them."""
    return f"{_SITE}/{blog}/post/{post}" + (f"#c{comment}" if comment else "")


def numbers(ref: Ref) -> tuple[str, str, str]:
    """Blog, post and comment of a reference; "" where it has none."""
    found = _URI.match(ref.uri)
    return (found[1], found[2], found[3] or "") if found else ("", "", "")


def person_of(author: wire.Author, facts: Facts) -> Person:
    """Who wrote something; a stranger without an account is known by name and address, which anybody can type."""
    name, url = one_line(author.name or ""), web(author.url)
    number = one_line(author.id or "")
    if number and (number == facts.id or (url and url == facts.url)):
        return me(facts)
    if number:
        return Person(PLATFORM, person_uid(number), name or number, name, url or person_uid(number))
    digest = hashlib.sha256(f"{name.lower()}\n{url}".encode("utf-8", "replace")).hexdigest()[:32]
    return Person(PLATFORM, f"https://www.blogger.com/#guest-{digest}", name or "Anonymous", name, url)


def is_mine(author: wire.Author, facts: Facts) -> bool:
    """Whether the account wrote something."""
    return person_of(author, facts).uid == person_uid(facts.id)


def comment_message(comment: wire.Comment, post: wire.Post | None, facts: Facts) -> Message:
    """A comment as a message. Raises ValueError for what cannot be one."""
    blog, place, number = comment.blog.id, comment.post.id, comment.id
    if not all(one.isascii() and one.isdigit() for one in (blog, place, number)):
        raise ValueError("its number is none")
    parent = comment.answers.id if comment.answers is not None else ""
    if parent and not (parent.isascii() and parent.isdigit()):
        raise ValueError("what it answers is nothing")
    page = web(post.url) if post is not None else ""
    words = html_to_text(comment.content or "", base=page)
    mine = is_mine(comment.author, facts)
    gone = comment.status in GONE
    title = one_line(html_to_text(post.title or "").text) if post is not None else ""
    return Message(
        uri=uri_of(blog, place, number),
        author=person_of(comment.author, facts),
        created_at=parse_time(comment.published),
        text="" if gone else words.text,
        local_id=number,
        parent_uri=uri_of(blog, place, parent),
        root_uri=uri_of(blog, place),
        url=f"{page}#c{number}" if page else uri_of(blog, place, number),
        title="" if parent else title,
        links=() if gone else words.links,
        attachments=() if gone else words.pictures,
        claim=Reason.COMMENT if not parent and not mine else None,
        held=comment.status == "PENDING" and not mine,
        deleted=gone,
    )


def post_message(blog: str, post: wire.Post, facts: Facts) -> Message:
    """A post as the message that its comments answer. Raises ValueError for a time that is none."""
    title = one_line(html_to_text(post.title or "").text)
    author = part(post.author, wire.Author)
    return Message(
        uri=uri_of(blog, post.id),
        author=person_of(author, facts) if author is not None else me(facts),
        created_at=parse_time(post.published or ""),
        text=title,
        local_id=f"p{post.id}",
        root_uri=uri_of(blog, post.id),
        url=web(post.url) or uri_of(blog, post.id),
        title=title,
    )
