"""Comments and posts to messages: URIs of ids, people by name, plain text, whom they name."""

from __future__ import annotations

import math
import re
from datetime import datetime, timezone

from msgspec import Struct

from convo.adapters import _reddit_wire as wire
from convo.adapters._keeping import kept, written
from convo.adapters._lemmy_text import markdown_to_text
from convo.adapters.wire import there, web
from convo.htmltext import Rendered
from convo.model import Attachment, Link, Mention, Message, Person, Ref
from convo.text import one_line
from convo.values import frozen

PLATFORM = "reddit"
SITE = "https://www.reddit.com"
LOCKED = "This post or comment is locked there."
ARCHIVED = "This post is archived there: it is too old to be answered."
MENTION, REPLY = "mention", "reply"
NOBODY = "[deleted]"
_GONE = frozenset({"[deleted]", "[removed]"})
_THING = re.compile(r"t([13])_([0-9a-z]{1,13})")
_ADDRESS = re.compile(r"/comments/([0-9a-z]{1,13})/")
_PERSON = re.compile(r"[A-Za-z0-9_-]{1,30}")
_NAMED = re.compile(r"(?<![\w/])/?u/([A-Za-z0-9_-]{1,30})", re.ASCII)
_LEADING = re.compile(r"\s*(?:/?u/[A-Za-z0-9_-]{1,30}[\s,:]*)*", re.ASCII)
_SPOILER = re.compile(r">!(.+?)!<", re.DOTALL)
_PICTURE = re.compile(r"!\[(gif|img)\]\([^)\s]*\)")
_PICTURES = {"gif": "[GIF]", "img": "[image]"}


class Facts(Struct):
    """What `identify` learned of the account, kept as JSON; the pure verbs work from it."""

    id: str = ""
    """Full name (t2_…)."""
    name: str = ""

    @property
    def uid(self) -> str:
        """The account's own person."""
        return f"{SITE}/user/{self.name}"


class Place(Struct):
    """What is kept with a message: its post, the post's title, how it was told of, and when (an epoch)."""

    link: str = ""
    title: str = ""
    how: str = ""
    at: float = 0.0


def facts_of(text: str) -> Facts:
    """Stored facts; empty ones when there are none yet."""
    return kept(text, Facts)


def place_of(data: str) -> Place:
    """The place that a reference carries, an empty one when it carries none."""
    return kept(data, Place)


def me(facts: Facts) -> Person:
    """The account as a person."""
    return Person(PLATFORM, facts.uid, facts.name, "", facts.uid)


def local(ref: Ref) -> tuple[str, str]:
    """Kind and id of a reference: ("t1", "kx1abcd"); empty ones for what is none."""
    found = _THING.fullmatch(ref.local_id)
    return (f"t{found[1]}", found[2]) if found else ("", "")


def ids(fullname: str, kind: str = "") -> tuple[str, str]:
    """Kind and id of a full name. Raises ValueError for what is none, or of another kind."""
    found = _THING.fullmatch(fullname)
    if found is None or (kind and f"t{found[1]}" != kind):
        raise ValueError("an id in it is none")
    return f"t{found[1]}", found[2]


def number(fullname: str) -> int:
    """A full name as the number it counts with, 0 for what is none: later things have higher ones."""
    found = _THING.fullmatch(fullname)
    return int(found[2], 36) if found else 0


def link_of(comment: wire.Comment) -> str:
    """The id of the post that a comment stands under. Raises ValueError where nothing tells it."""
    if comment.link_id is not None:
        return ids(comment.link_id, wire.POST)[1]
    if comment.parent_id.startswith(f"{wire.POST}_"):
        return ids(comment.parent_id)[1]
    found = _ADDRESS.search(comment.context or "")
    if found is None:
        raise ValueError("it does not say where it stands")
    return found[1]


def uri_of(link: str, comment: str = "") -> str:
    """The URI of a post or of a comment below it, of ids only."""
    return f"{SITE}/comments/{link}/_/{comment}/" if comment else f"{SITE}/comments/{link}/"


def person_of(name: str, facts: Facts) -> Person:
    """A person by name. Raises ValueError for what is none."""
    if name == NOBODY:
        return Person(PLATFORM, f"{SITE}/user/{NOBODY}", NOBODY)
    if not _PERSON.fullmatch(name):
        raise ValueError("its author has no name")
    if name.lower() == facts.name.lower():
        return me(facts)
    return Person(PLATFORM, f"{SITE}/user/{name}", name, "", f"{SITE}/user/{name}")


@frozen
class Words:
    """The text of something, and what is found in it."""

    rendered: Rendered
    covered: bool
    mentions: tuple[Mention, ...]


def read(markdown: str, facts: Facts) -> Words:
    """Markdown to plain text with those it names; `>!` … `!<` covers the whole."""
    source, covers = _SPOILER.subn(r"\1", markdown)
    source = _PICTURE.sub(lambda found: _PICTURES[found[1]], source)
    rendered = markdown_to_text(source, base=SITE)
    start = _LEADING.match(rendered.text)
    end = start.end() if start is not None else 0
    later = {name.lower() for name in _NAMED.findall(rendered.text[end:])}
    mentions: dict[str, Mention] = {}
    for name in _NAMED.findall(rendered.text):
        person = person_of(name, facts)
        leading = name.lower() not in later
        mentions.setdefault(person.uid.lower(), Mention(person.uid, person.handle, leading=leading))
    return Words(rendered, bool(covers), tuple(mentions.values()))


def moment(epoch: float) -> datetime:
    """A time as Reddit tells it (seconds of UTC). Raises ValueError for what is none."""
    if not math.isfinite(epoch) or not 0 < epoch < 32_503_680_000:
        raise ValueError("its time is none")
    return datetime.fromtimestamp(epoch, timezone.utc)


def _edited(value: float | bool | None) -> datetime | None:
    """`edited` is false, or when."""
    return moment(value) if value is not None and not isinstance(value, bool) and value else None


def is_gone(comment: wire.Comment) -> bool:
    """Whether a comment's words were deleted by its author, or removed by a moderator."""
    return comment.body.strip() in _GONE


def post_is_gone(post: wire.Post) -> bool:
    """Whether a post was deleted or removed."""
    removed = bool(post.removed_by_category) and post.author == NOBODY
    return removed or (post.selftext or "").strip() in _GONE


def _cover(covered: bool, adult: bool | None) -> str:
    return ", ".join(word for word, holds in (("NSFW", adult), ("spoiler", covered)) if holds)


def _closed(locked: bool | None, archived: bool | None) -> dict[str, str]:
    if locked:
        return {"answer": LOCKED}
    return {"answer": ARCHIVED} if archived else {}


def comment_message(
    comment: wire.Comment, facts: Facts, carried: Place | None = None, post: wire.Post | None = None
) -> Message:
    """A comment as a message. Raises ValueError for what cannot be one.

    `carried` is what was kept with it when it was first read, `post` what it stands under, where that is known.
    """
    before = carried or Place()
    _, own = ids(comment.name, wire.COMMENT)
    link = link_of(comment)
    above, parent = ids(comment.parent_id)
    gone = is_gone(comment)
    words = read("" if gone else comment.body, facts)
    mentions = {one.uid: one for one in words.mentions}
    how = _how(comment.subject) or before.how
    if how == MENTION and not gone:
        mentions.setdefault(facts.uid, Mention(facts.uid, facts.name))
    title = one_line((post.title if post is not None else comment.link_title) or "") or before.title
    uri = uri_of(link, own)
    closed = _closed(comment.locked, comment.archived)
    if post is not None:
        closed = closed or _closed(post.locked, post.archived)
    adult = post.over_18 if post is not None else comment.over_18
    return Message(
        uri=uri,
        author=person_of(NOBODY if gone else comment.author, facts),
        created_at=moment(comment.created_utc),
        text=words.rendered.text,
        local_id=comment.name,
        parent_uri=uri_of(link, parent if above == wire.COMMENT else ""),
        parent_id=comment.parent_id,
        root_uri=uri_of(link),
        url=uri,
        title=title,
        edited_at=_edited(comment.edited),
        content_warning="" if gone else _cover(words.covered, adult),
        mentions=tuple(mentions.values()),
        attachments=words.rendered.pictures,
        links=words.rendered.links,
        deleted=gone,
        refusals=closed,
        data=written(Place(link, title, how, comment.created_utc)),
    )


def _how(subject: str | None) -> str:
    """How the inbox told of a comment, "" for one that stands elsewhere."""
    if not subject:
        return ""
    return MENTION if subject == "username mention" else REPLY


def post_message(post: wire.Post, facts: Facts) -> Message:
    """A post as a message. Raises ValueError for what cannot be one."""
    _, link = ids(post.name, wire.POST)
    gone = post_is_gone(post)
    words = read("" if gone else post.selftext or "", facts)
    uri, title = uri_of(link), one_line(post.title)
    linked = web(post.url)
    outside = linked if linked and f"/comments/{link}" not in linked and not gone else ""
    poll = (Attachment("poll", uri),) if there(post.poll_data) and not gone else ()
    return Message(
        uri=uri,
        author=person_of(NOBODY if gone else post.author, facts),
        created_at=moment(post.created_utc),
        text="" if gone else words.rendered.text or outside or title,
        local_id=post.name,
        root_uri=uri,
        url=uri,
        title="" if gone else title,
        edited_at=_edited(post.edited),
        content_warning="" if gone else _cover(words.covered, post.over_18),
        mentions=words.mentions,
        attachments=words.rendered.pictures + poll,
        links=((Link(outside),) if outside else ()) + words.rendered.links,
        deleted=gone,
        refusals=_closed(post.locked, post.archived),
        data=written(Place(link, "" if gone else title, at=post.created_utc)),
    )


def audience(message: Message, facts: Facts) -> tuple[Mention, ...]:
    """Whom an answer reaches: Reddit tells the author of what it answers, and no name is put before it."""
    author = message.author
    return () if author.uid in (facts.uid, f"{SITE}/user/{NOBODY}") else (Mention(author.uid, author.handle),)
