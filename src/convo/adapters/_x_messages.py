"""X's posts as messages: whole words, real addresses, who is named, what is answered and quoted."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone

from msgspec import Struct

from convo.adapters import _x_wire as wire
from convo.adapters._keeping import kept, written
from convo.adapters._x_api import PLATFORM, WEB, Facts, Posts, me
from convo.adapters.contract import Verb
from convo.adapters.wire import part, text_id, there, web
from convo.model import Attachment, Link, Mention, Message, Person, Quote, Ref, Visibility
from convo.text import clean, one_line, parse_time

EPOCH = 1_288_834_974_657
"""Unix time, in milliseconds, at which X's ids begin: an id holds its time above 22 bits (known, not documented)."""
STATUS = f"{WEB}/i/status/"
_MEDIA = re.compile(r"/(?:photo|video)/\d+$")
_POSTED = re.compile(r"^https?://(?:www\.|mobile\.)?(?:x|twitter)\.com/(\w+)/status/(\d+)")
_LEADING = re.compile(r"\s*(?:@\w+\s+)*(?:@\w+\s*)?")
_KINDS = {"photo": "picture", "video": "video", "animated_gif": "picture"}
_NOT_NAMED = "X takes answers from programs only where the author named or quoted you; answer in the browser."
CHOSEN = "The author lets only some people answer, and X does not say whom; answer in the browser."
_PROTECTED = "The author's posts are protected, and your answer would be public; answer in the browser."


class Place(Struct):
    """What is needed to read a message again without paying for its author, kept with it."""

    conversation: str = ""
    username: str = ""
    name: str = ""
    uid: str = ""
    parent: str = ""
    protected: bool = False
    quotes: bool = False


def place_of(ref: Ref) -> Place:
    """What was kept with a message."""
    return kept(ref.data, Place)


def mine(facts: Facts) -> Ref:
    """What is known of one's own posts without being told: who wrote them."""
    return Ref("", "", written(Place(uid=facts.id)))


def id_of(ref: Ref) -> str:
    """The id to ask X for, "" for what is no post of X."""
    number = ref.local_id or ref.uri.removeprefix(STATUS)
    return number if wire.is_id(number) else ""


def time_of(number: str) -> datetime:
    """When an id was made."""
    return datetime.fromtimestamp(((int(number) >> 22) + EPOCH) / 1000, timezone.utc)


def id_at(when: datetime) -> str:
    """The least id of a time."""
    return str(max(0, int(when.timestamp() * 1000) - EPOCH) << 22)


def answered_by(post: wire.Post) -> str:
    """The id of what a post answers, "" for none."""
    return _referred(post, "replied_to")


def is_repeat(post: wire.Post) -> bool:
    """Whether it only repeats another post."""
    return bool(_referred(post, "retweeted"))


def _referred(post: wire.Post, kind: str) -> str:
    found = (text_id(one.id) for one in post.references if one.type == kind)
    return next((one for one in found if wire.is_id(one)), "")


def first_id(post: wire.Post) -> str:
    """The id by which a message is known, whatever edits made of it."""
    return (post.versions or [text_id(post.id)])[0]


def messages_of(items: Iterable[wire.Post], posts: Posts, facts: Facts, skipped: list[str]) -> list[Message]:
    """Many posts; a bad time is added to `skipped`."""
    found = []
    for post in items:
        try:
            found.append(message_of(post, posts, facts))
        except (ValueError, OverflowError) as error:
            skipped.append(f"Post {text_id(post.id)} was left out: {one_line(str(error))}.")
    return found


def beside(posts: Posts, facts: Facts, skipped: list[str]) -> list[Message]:
    """The posts that came along because others answer them, where their authors are known."""
    answered = {answered_by(one) for one in posts.items}
    whole = [one for number, one in posts.beside.items() if number in answered and one.author_id is not None]
    known = {facts.id, *posts.users}
    there_too = [one for one in whole if text_id(one.author_id) in known and not is_repeat(one)]
    return messages_of(there_too, posts, facts, skipped)


def message_of(post: wire.Post, posts: Posts, facts: Facts, before: Ref | None = None) -> Message:
    """A post as a message; `before` gives what X did not send again. Raises ValueError for a time that is none."""
    number, place = text_id(post.id), place_of(before) if before else Place()
    author, protected = _author(post, posts, facts, place)
    entities = _entities(post)
    marked, links = _words(post, entities, posts)
    mentions = _mentions(marked, entities, posts, facts)
    parent = answered_by(post) or place.parent
    quotes = _quotes(post, entities, posts, facts)
    root = text_id(post.conversation_id) or place.conversation
    versions = post.versions
    created = parse_time(post.created_at) if post.created_at else time_of(number)
    edited = len(versions) > 1
    kept_place = Place(root, author.handle, author.name, author.uid, parent, protected, bool(quotes))
    message = Message(
        uri=f"{STATUS}{first_id(post)}",
        author=author,
        created_at=time_of(versions[0]) if edited else created,
        text=marked,
        local_id=number,
        parent_uri=f"{STATUS}{parent}" if parent else "",
        root_uri=f"{STATUS}{root}" if wire.is_id(root) and root else "",
        url=f"{WEB}/{author.handle if author.handle != author.uid else 'i'}/status/{number}",
        edited_at=time_of(versions[-1]) if edited else None,
        visibility=Visibility.FOLLOWERS if protected else Visibility.PUBLIC,
        language=one_line(post.lang or "") if post.lang not in ("und", "qme", "zxx") else "",
        mentions=mentions,
        quotes=quotes,
        attachments=_attachments(post, posts),
        links=links,
        data=written(kept_place),
    )
    return replace(message, refusals=_refusals(message, post, protected, facts))


def _author(post: wire.Post, posts: Posts, facts: Facts, place: Place) -> tuple[Person, bool]:
    uid = text_id(post.author_id) or place.uid
    if not wire.is_id(uid) or not uid:
        raise ValueError("nobody wrote it")
    if uid == facts.id:
        return me(facts), facts.protected
    user = posts.users.get(uid)
    if user is not None:
        return person(user), user.protected
    handle = place.username if place.uid == uid else uid
    name = place.name if place.uid == uid else ""
    return Person(PLATFORM, uid, handle, name, f"{WEB}/{handle}" if handle != uid else ""), place.protected


def person(user: wire.User) -> Person:
    """Somebody of X."""
    handle, uid = one_line(user.username), text_id(user.id)
    return Person(PLATFORM, uid, handle or uid, one_line(user.name or ""), web(f"{WEB}/{handle}"))


def _entities(post: wire.Post) -> wire.Entities:
    note = post.note
    raw = note.entities if note is not None and there(note.entities) else post.entities
    return part(raw, wire.Entities) or wire.Entities()


def _words(post: wire.Post, entities: wire.Entities, posts: Posts) -> tuple[str, tuple[Link, ...]]:
    """The whole text with real addresses; those of its own pictures and of what it quotes at its end are taken out."""
    if there(post.withheld):
        return "[X does not show this where you are]", ()
    note = post.note
    text = note.text if note is not None and note.text else post.text or ""
    text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    quoted = _referred(post, "quoted")
    links: dict[str, Link] = {}
    for raw in entities.urls:
        url = part(raw, wire.Url)
        if url is None or not url.url:
            continue
        whole = web(url.expanded_url) or web(url.unwound_url)
        posted = _POSTED.match(whole)
        own = url.media_key is not None or bool(_MEDIA.search(whole) and posted)
        shown = re.escape(url.url) + r"(?![A-Za-z0-9])"
        if own or (posted and quoted and posted[2] == quoted):
            text = re.sub(rf"\s*{shown}\s*$" if not own else rf"\s*{shown}", "", text)
        elif whole:
            text = re.sub(shown, lambda _, whole=whole: whole, text)  # type: ignore[misc]
            links.setdefault(whole, Link(whole, whole))
    return clean(text).strip(), tuple(links.values())


def _mentions(text: str, entities: wire.Entities, posts: Posts, facts: Facts) -> tuple[Mention, ...]:
    by_name = {one.username.lower(): number for number, one in posts.users.items()}
    by_name[facts.username.lower()] = facts.id
    lead = _LEADING.match(text)
    rest = text[lead.end() :].lower() if lead else text.lower()
    found: dict[str, Mention] = {}
    for raw in entities.mentions:
        named = part(raw, wire.Named)
        handle = one_line(named.username) if named is not None else ""
        uid = text_id(named.id) if named is not None else ""
        uid = uid if wire.is_id(uid) and uid else by_name.get(handle.lower(), "")
        if uid and handle:
            found.setdefault(uid, Mention(uid, handle, leading=f"@{handle.lower()}" not in rest))
    return tuple(found.values())


def _quotes(post: wire.Post, entities: wire.Entities, posts: Posts, facts: Facts) -> tuple[Quote, ...]:
    number = _referred(post, "quoted")
    if not number:
        return ()
    quoted = posts.beside.get(number)
    if quoted is None:
        return (Quote(f"{STATUS}{number}", *_quoted_author(number, entities, facts)),)
    words, _ = _words(quoted, _entities(quoted), posts)
    uid = text_id(quoted.author_id)
    user = posts.users.get(uid)
    if uid:
        name = facts.name if uid == facts.id else one_line(user.name or user.username) if user else ""
    else:
        uid, name = _quoted_author(number, entities, facts)
    return (Quote(f"{STATUS}{first_id(quoted)}", uid, name, words),)


def _quoted_author(number: str, entities: wire.Entities, facts: Facts) -> tuple[str, str]:
    """Whose a quoted post is, by the address in the text: the user's own, or not known."""
    for raw in entities.urls:
        url = part(raw, wire.Url)
        posted = _POSTED.match(web(url.expanded_url)) if url is not None else None
        if posted and posted[2] == number and posted[1].lower() == facts.username.lower():
            return facts.id, facts.name
    return "", ""


def _attachments(post: wire.Post, posts: Posts) -> tuple[Attachment, ...]:
    found = []
    for key in (part(post.attachments, wire.Attached) or wire.Attached()).media_keys:
        media = posts.media.get(key)
        if media is not None:
            url = web(media.url) or web(media.preview_image_url)
            found.append(Attachment(_KINDS.get(media.type, "file"), url, clean(media.alt_text or "")))
    return tuple(found)


def _refusals(message: Message, post: wire.Post, protected: bool, facts: Facts) -> dict[str, str]:
    """Why X would take no answer to this one message from a program."""
    if message.author.uid == facts.id:
        return {}
    named = facts.id in {one.uid for one in message.mentions}
    quoted = facts.id in {one.uid for one in message.quotes}
    if not (named or quoted):
        return {Verb.ANSWER.value: _NOT_NAMED}
    if is_closed(post, named):
        return {Verb.ANSWER.value: CHOSEN}
    if protected and not facts.protected:
        return {Verb.ANSWER.value: _PROTECTED}
    return {}


def is_closed(post: wire.Post, named: bool) -> bool:
    """Whether the author lets only some people answer: whom the post names may in any case."""
    return post.reply_settings not in (None, "", "everyone") and not named


def audience(message: Message, facts: Facts) -> tuple[Mention, ...]:
    """The author and whom the message names: X adds these names to an answer by itself."""
    found: dict[str, Mention] = {}
    for one in (Mention(message.author.uid, message.author.handle), *message.mentions):
        if one.uid != facts.uid:
            found.setdefault(one.uid, Mention(one.uid, one.handle))
    return tuple(found.values())


def own_message(
    facts: Facts, number: str, text: str, parent: str, root: str, people: Sequence[Mention]
) -> Message:
    """An answer that was just sent: X gives back its id, and the id holds its time."""
    return Message(
        uri=f"{STATUS}{number}",
        author=me(facts),
        created_at=time_of(number),
        text=clean(text),
        local_id=number,
        parent_uri=parent,
        root_uri=root,
        url=f"{WEB}/{facts.username}/status/{number}",
        mentions=tuple(replace(one, leading=True) for one in people),
        visibility=Visibility.FOLLOWERS if facts.protected else Visibility.PUBLIC,
        data=written(
            Place(
                root.removeprefix(STATUS), facts.username, facts.name, facts.id, parent.removeprefix(STATUS)
            )
        ),
    )


def later(number: str, by: timedelta) -> str:
    """An id as it would be so much later, or earlier."""
    return id_at(time_of(number) + by)
