"""Posts and comments to messages: URIs, people, words, and what is said to the Page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from msgspec import Raw, Struct

from convo.adapters import _facebook_wire as wire
from convo.adapters._facebook_api import PLATFORM, SITE, Facts, is_number, me, uid_of
from convo.adapters._facebook_threads import Around, author_id, last, tags_of, top_of
from convo.adapters._keeping import kept, written
from convo.adapters.wire import part, text_id, web
from convo.model import Attachment, Link, Mention, Message, Person, Reason, Ref
from convo.text import clean, one_line, parse_time, shorten

PAGE, VISITOR, TAGGED = "page", "visitor", "tagged"
"""Posts of the Page, posts of others on the Page, and posts elsewhere that name it."""
COMMENT = (
    "id,message,created_time,from{id,name},parent{id,from{id,name}},permalink_url,is_hidden,can_comment,can_remove,"
    "can_hide,attachment{type,url,title,description},message_tags"
)
POST = "id,message,created_time,updated_time,permalink_url,from{id,name},attachments{title,url,type},message_tags"
"""What is asked for: nothing is named that is a number about people."""
CLOSED = "Facebook lets nobody answer this comment."
FIXED = "Facebook lets your Page neither hide this comment nor delete it."
ONLY_COMMENTS = "convo changes and deletes comments only, no posts."
NOT_POSTS = "convo decides about comments; look after posts on the Page."
NAMELESS = "Facebook user"
HIDDEN = "hidden on the Page; only its author and their friends see it"
_TITLE = 80
_ADDRESS = re.compile(r"https?://[^\s<>\"`]+", re.IGNORECASE)
_SOUNDLESS = {"photo": "picture", "sticker": "picture", "animated_image": "picture", "video": "video"}
"""Kinds of attachments by how their types begin; what is only linked is a link."""


class Place(Struct, omit_defaults=True):
    """Where something stands; `Message.data` carries it as JSON."""

    post: str = ""
    """The post's id, as Facebook gave it."""
    top: str = ""
    """For an answer to a comment: the id of that comment, one of the first level."""
    title: str = ""
    kind: str = PAGE
    owner: str = ""
    """Who wrote the post; "" where Facebook does not say."""
    head: bool = False
    """It is the post itself."""
    mine: bool = False


def place_of(ref: Ref) -> Place:
    """The place that a reference carries, an empty one when it carries none."""
    return kept(ref.data or "{}", Place)


def uri_of(number: str) -> str:
    """The address of a post or a comment: the last part of its id, which is the same wherever it is told."""
    return f"{SITE}/{last(number)}"


def id_of(ref: Ref) -> str:
    """The id of a post or a comment as Facebook takes it; "" for what is neither."""
    number = ref.local_id or ref.uri.removeprefix(f"{SITE}/")
    return number if all(is_number(one) for one in number.split("_")) else ""


def place_from(post: wire.Post, kind: str) -> Place:
    """What a post says of itself."""
    return Place(text_id(post.id), title=title_of(post), kind=kind, owner=author_id(post.author))


def title_of(post: wire.Post) -> str:
    """The first line of a post."""
    lines = clean(post.message or "").strip().splitlines()
    return shorten(lines[0], _TITLE) if lines else ""


def person_of(raw: Raw, number: str, facts: Facts) -> Person:
    """Who wrote something. Whom Facebook does not name is somebody else each time: nobody is taken for another."""
    author = part(raw, wire.Actor)
    name = one_line(author.name or "") if author is not None else ""
    uid = author_id(raw)
    if uid and uid == facts.id:
        return me(facts)
    if uid:
        return Person(PLATFORM, uid_of(uid), name or NAMELESS, name or NAMELESS)
    return Person(PLATFORM, f"{SITE}/#unnamed-{last(number)}", name or NAMELESS, name or NAMELESS)


def is_mine(raw: Raw, facts: Facts) -> bool:
    """Whether the Page wrote something: Facebook always says so of the Page itself."""
    return author_id(raw) == facts.id


def comment_message(
    comment: wire.Comment, place: Place, facts: Facts, around: Around | None = None
) -> Message:
    """A comment as a message. Raises ValueError for what cannot be one."""
    number, top = text_id(comment.id), top_of(comment)
    if not is_number(last(number)):
        raise ValueError("its id is none")
    if top and not is_number(last(top)):
        raise ValueError("what it answers is nothing")
    mine = is_mine(comment.author, facts)
    text = clean(comment.message or "")
    up = (around or Around()).answered(comment) or place.post
    pinned = comment.can_hide is False and comment.can_remove is False
    return Message(
        uri=uri_of(number),
        author=person_of(comment.author, number, facts),
        created_at=parse_time(comment.created),
        text=text,
        local_id=number,
        parent_uri=uri_of(up) if up else "",
        parent_id=up,
        root_uri=uri_of(place.post) if place.post else "",
        url=web(comment.link) or uri_of(number),
        title=place.title,
        mentions=_mentions(comment, text, facts),
        links=_links(text, part(comment.attachment, wire.Attached)),
        attachments=_attachments([comment.attachment]),
        claim=_claim(comment, place, facts),
        flat=bool(top),
        branch=uri_of(top) if top else "",
        filtered=HIDDEN if comment.hidden and not mine else "",
        filter_told=True,
        refusals=({"answer": CLOSED} if comment.can_comment is False else {})
        | ({"moderate": FIXED} if pinned else {}),
        data=written(Place(place.post, top, place.title, place.kind, place.owner, mine=mine)),
    )


def _claim(comment: wire.Comment, place: Place, facts: Facts) -> Reason | None:
    """Whether a comment is said to the Page, as far as the comment itself tells.

    One of the first level is, below the Page's post; so is one that names the Page, and one below its author's own
    comment: Facebook hangs an answer to the Page's answer there. One below somebody else's comment speaks to them.
    Where Facebook does not say who wrote what, nobody is taken for somebody else.
    """
    author = author_id(comment.author)
    if author == facts.id or place.kind == TAGGED:
        return None
    named = {text_id(one.id) for one in tags_of(comment.tags)} - {""}
    if facts.id in named:
        return Reason.COMMENT
    if place.kind == VISITOR and author and place.owner and author != place.owner:
        return None
    above = part(comment.above, wire.Above)
    if above is None:
        return Reason.COMMENT
    upper = author_id(above.author)
    elsewhere = bool(named) or (author and upper and author != upper)
    return None if elsewhere else Reason.COMMENT


def post_message(post: wire.Post, kind: str, facts: Facts) -> Message:
    """A post as the message that its comments answer. Raises ValueError for what cannot be one."""
    number = text_id(post.id)
    if not is_number(last(number)):
        raise ValueError("its id is none")
    place = place_from(post, kind)
    place.head, place.mine = True, is_mine(post.author, facts)
    text = clean(post.message or "")
    found = part(post.attachments, wire.Attachments)
    attached = found.data if found is not None else []
    shared = [one for one in (part(raw, wire.Attached) for raw in attached) if one is not None]
    tags = {one.uid: one for one in _mentions(post, text, facts)}
    if kind == TAGGED and not place.mine:
        tags.setdefault(facts.uid, Mention(facts.uid, me(facts).handle))
    return Message(
        uri=uri_of(number),
        author=person_of(post.author, number, facts),
        created_at=parse_time(post.created),
        text=text,
        local_id=number,
        root_uri=uri_of(number),
        url=web(post.link) or uri_of(number),
        title=place.title,
        mentions=tuple(tags.values()),
        links=_links(text, *shared),
        attachments=_attachments(attached),
        claim=Reason.COMMENT if kind == VISITOR and not place.mine else None,
        refusals={"edit": ONLY_COMMENTS, "delete": ONLY_COMMENTS, "moderate": NOT_POSTS},
        data=written(place),
    )


def messages_of(
    comments: Iterable[wire.Comment], place: Place, facts: Facts, around: Around, skipped: list[str]
) -> list[Message]:
    """Comments of a post as messages; a sentence for each that cannot be one is added to `skipped`."""
    messages = []
    for comment in comments:
        try:
            messages.append(comment_message(comment, place, facts, around))
        except ValueError as error:
            skipped.append(f"Comment {text_id(comment.id)} was left out: {error}.")
    return messages


def newest_first(messages: Iterable[Message]) -> tuple[Message, ...]:
    """Messages in the order in which pages give them."""
    return tuple(sorted(messages, key=lambda one: one.created_at, reverse=True))


def _mentions(said: wire.Comment | wire.Post, text: str, facts: Facts) -> tuple[Mention, ...]:
    """The people and Pages named; those of the leading run of names apart."""
    found: dict[str, Mention] = {}
    at = 0
    for tag in sorted(tags_of(said.tags), key=lambda one: one.offset):
        number = text_id(tag.id)
        leading = at >= 0 and not text[at : tag.offset].strip()
        at = tag.offset + tag.length if leading else -1
        if not is_number(number):
            continue
        mine = number == facts.id
        handle = me(facts).handle if mine else one_line(tag.name or "") or NAMELESS
        uid = uid_of(number)
        if uid not in found or (found[uid].leading and not leading):
            found[uid] = Mention(uid, handle, leading)
    return tuple(found.values())


def _links(text: str, *attached: wire.Attached | None) -> tuple[Link, ...]:
    """The addresses in plain words, and what is shared beside them."""
    written_ones = [found[0].rstrip(".,;:!?)]}'") for found in _ADDRESS.finditer(text)]
    links = {address: Link(address) for address in written_ones}
    for one in attached:
        address = web(one.url) if one is not None and not _kind(one) else ""
        if one is not None and address and address not in links:
            links[address] = Link(address, one_line(one.title or ""))
    return tuple(links.values())


def _attachments(raws: Sequence[Raw]) -> tuple[Attachment, ...]:
    found = []
    for one in (part(raw, wire.Attached) for raw in raws):
        kind, address = (_kind(one), web(one.url)) if one is not None else ("", "")
        if one is not None and kind and address:
            found.append(Attachment(kind, address, one_line(one.description or one.title or "")))
    return tuple(found)


def _kind(attached: wire.Attached) -> str:
    """What an attachment is, "" for one that only leads somewhere."""
    name = attached.type or ""
    return next((kind for begin, kind in _SOUNDLESS.items() if name.startswith(begin)), "")
