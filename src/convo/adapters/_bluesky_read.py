"""From Bluesky's posts to messages."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timezone

import msgspec
from msgspec import Raw

from convo.adapters import _bluesky_text as rich
from convo.adapters import _bridge as bridge
from convo.adapters._bluesky_wire import (
    POST,
    Author,
    Embed,
    Image,
    Label,
    Post,
    Quoted,
    Record,
    RepoRecord,
    decode,
    self_labels,
    there,
)
from convo.model import Attachment, Link, Message, Person, Quote
from convo.text import clean, one_line, parse_time

PLATFORM = "bluesky"
SITE = "https://bsky.app"
"""Where a person reads a post in a browser; any Bluesky account's posts are shown there."""
COVERS = {
    "sexual": "sexual",
    "nudity": "nudity",
    "porn": "porn",
    "graphic-media": "graphic media",
    "gore": "graphic media",
    "!warn": "warned about by Bluesky's moderation",
}
"""Labels that cover a message, in words."""
LABEL = re.compile(r"[a-z][a-z0-9-]{0,62}")
"""The form of a label that is no order to servers (those begin with "!")."""
_HIDES = {"!hide": "Bluesky's moderation hides it", "spam": "Bluesky's moderation calls it spam"}


class Data(msgspec.Struct, omit_defaults=True):
    """What is kept with a message to answer it: its version, the root of its thread, where it stands in the list."""

    cid: str = ""
    root: str = ""
    indexed: str = ""
    convo: str = ""
    message: str = ""
    rev: str = ""
    members: list[tuple[str, str]] = msgspec.field(default_factory=list)


def read_data(value: str) -> Data:
    """The data of a message; empty when there is none."""
    try:
        return msgspec.json.decode(value.encode() or b"{}", type=Data)
    except ValueError:
        return Data()


def write_data(data: Data) -> str:
    """The data of a message as text."""
    return msgspec.json.encode(data).decode()


def stamp(when: datetime) -> str:
    """A time as records carry it, in milliseconds."""
    return when.astimezone(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def did_of(uri: str) -> str:
    """The DID of the repository an AT URI points into."""
    return uri.removeprefix("at://").split("/", 1)[0] if uri.startswith("at://") else ""


def rkey_of(uri: str) -> str:
    """The record key: the last segment of an AT URI."""
    return uri.rsplit("/", 1)[-1]


def is_post(uri: str) -> bool:
    """Whether an AT URI names a post."""
    parts = uri.removeprefix("at://").split("/")
    return uri.startswith("at://did:") and len(parts) == 3 and parts[1] == POST


def post_url(uri: str) -> str:
    """The web page of a post."""
    return f"{SITE}/profile/{did_of(uri)}/post/{rkey_of(uri)}"


def person(author: Author) -> Person:
    """A person; who has no working handle is shown by their DID."""
    did, handle = one_line(author.did), one_line(author.handle)
    if not handle or handle == "handle.invalid":
        handle = did
    bot = any(label.val == "bot" and not label.neg for label in author.labels or ())
    return Person(
        PLATFORM,
        did,
        handle,
        one_line(author.display_name),
        f"{SITE}/profile/{did}",
        bot,
        original=bridge.name_of_handle(handle),
    )


def message(post: Post) -> Message:
    """A hydrated post, or a notification about one, as a message. Raises ValueError when it is malformed."""
    record = decode(post.record, Record)
    indexed = parse_time(post.indexed_at)
    labels = post.labels or []
    embed = post.embed if there(post.embed) else record.embed
    made = _message(post.uri, post.cid, record, person(post.author), indexed, embed, post.indexed_at)
    hidden = [words for value, words in _HIDES.items() if value in _values(labels)]
    return replace(
        _traced(made, record),
        content_warning=_cover(labels, self_labels(record.labels)),
        filtered=hidden[0] if hidden else "",
        more_below=bool(post.answers_below),
        refusals=_refusals(post),
    )


def _traced(made: Message, record: Record) -> Message:
    """A post that a bridge made says of what; a stranger's record that names another's message says nothing."""
    if not made.author.original:
        return made
    try:
        told = decode(record.bridgy_original_url, str) if there(record.bridgy_original_url) else ""
    except ValueError:
        told = ""
    address, name = bridge.status_of_record(made.author.handle, one_line(told))
    return replace(made, copy_of=address, author=replace(made.author, original=name))


def own_message(found: RepoRecord, me: Person) -> Message:
    """A record of the user's own repository as a message. Raises ValueError when it is malformed."""
    record = decode(found.value, Record)
    made = _message(found.uri, found.cid, record, me, None, record.embed, "")
    return replace(made, content_warning=_cover((), self_labels(record.labels)))


def _message(
    uri: str,
    cid: str,
    record: Record,
    author: Person,
    indexed: datetime | None,
    embed: Raw,
    stands: str,
) -> Message:
    if not is_post(uri):
        raise ValueError(f"{uri} is no post")
    created = _created(record.created_at, indexed, rkey_of(uri))
    shown = rich.read(record.text, record.facets)
    pictures, quotes, cards = embedded(embed, post_url(uri))
    parent = record.reply.parent.uri if record.reply else ""
    root = record.reply.root.uri if record.reply else uri
    listed = {link.url for link in shown.links}
    return Message(
        uri=one_line(uri),
        author=author,
        created_at=created,
        text=shown.text,
        local_id=one_line(uri),
        parent_uri=one_line(parent),
        root_uri=one_line(root),
        url=post_url(one_line(uri)),
        language=one_line((record.langs or [""])[0]),
        mentions=shown.mentions,
        quotes=quotes,
        attachments=pictures,
        links=shown.links + tuple(card for card in cards if card.url not in listed),
        data=write_data(Data(one_line(cid), one_line(root), one_line(stands))),
    )


def _created(stated: str, indexed: datetime | None, rkey: str) -> datetime:
    """When it was written: the author's word, but never after the server knew it."""
    try:
        created: datetime | None = parse_time(stated)
    except ValueError:
        created = None
    if created is None:
        created = indexed or rich.tid_time(rkey)
    if created is None:
        raise ValueError("it has no time")
    return min(created, indexed) if indexed else created


def _values(labels: Iterable[Label]) -> set[str]:
    given = list(labels)
    return {label.val for label in given if not label.neg} - {label.val for label in given if label.neg}


def _cover(labels: Sequence[Label], own: Sequence[Label]) -> str:
    """The covers that moderation or the author put over a message; authors may use words of their own."""
    values = _values([*labels, *own])
    words = [cover for value, cover in COVERS.items() if value in values]
    known = {*COVERS, *_HIDES, "bot"}
    words += sorted(value for value in _values(own) - known if LABEL.fullmatch(value))
    return ", ".join(dict.fromkeys(words))


def _refusals(post: Post) -> dict[str, str]:
    """Why it cannot be answered: Bluesky would take the answer and show it to nobody."""
    words = refusal(post)
    return {"answer": words} if words else {}


def refusal(post: Post) -> str:
    """Why an answer to this post would be shown to nobody, in one sentence; "" when it would be shown."""
    who = person(post.author)
    name = who.name or who.handle
    if post.author.viewer and post.author.viewer.blocked_by:
        return f"{name} blocks you on Bluesky; an answer would be shown to nobody."
    if post.author.viewer and post.author.viewer.blocking:
        return f"You block {name} on Bluesky; an answer would be shown to nobody."
    if post.viewer and post.viewer.reply_disabled:
        return (
            "Whoever began this conversation does not let you answer in it; Bluesky would show it to nobody."
        )
    return ""


def embedded(raw: Raw, page: str) -> tuple[tuple[Attachment, ...], tuple[Quote, ...], tuple[Link, ...]]:
    """Pictures, quotes and link cards of an embed; what is unknown or malformed gives nothing."""
    if not there(raw):
        return (), (), ()
    try:
        embed = decode(raw, Embed)
    except ValueError:
        return (), (), ()
    pictures = tuple(_picture(image, page) for image in (*(embed.images or ()), *(embed.items or ())))
    if ".video" in embed.type:
        pictures += (Attachment("video", _web(embed.playlist) or page, clean(embed.alt)),)
    cards: tuple[Link, ...] = ()
    if embed.external and _web(embed.external.uri):
        cards = (Link(_web(embed.external.uri), one_line(embed.external.title)),)
    quote = _quote(embed.record)
    quotes = (quote,) if quote else ()
    if there(embed.media):
        more, _, links = embedded(embed.media, page)
        pictures, cards = pictures + more, cards + links
    return pictures, quotes, cards


def _picture(image: Image, page: str) -> Attachment:
    return Attachment("picture", _web(image.fullsize) or page, clean(image.alt))


def _web(url: str) -> str:
    address = one_line(url)
    return address if address.startswith(("http://", "https://")) else ""


def _quote(raw: Raw, depth: int = 2) -> Quote | None:
    """A quoted post; also when it is gone or blocked, as then its author is still named."""
    if depth == 0 or not there(raw):
        return None
    try:
        quoted = decode(raw, Quoted)
    except ValueError:
        return None
    if not quoted.uri:
        return _quote(quoted.record, depth - 1)
    if not is_post(quoted.uri):
        return None
    who = person(quoted.author) if quoted.author else None
    name = (who.name or who.handle) if who and quoted.value else ""
    text = rich.read(quoted.value.text, quoted.value.facets).text if quoted.value else ""
    return Quote(one_line(quoted.uri), one_line(did_of(quoted.uri)), name, text)


def request_json(request: dict[str, object]) -> str:
    """A request as JSON, in one fixed form."""
    return json.dumps(request, ensure_ascii=False, separators=(",", ":"))
