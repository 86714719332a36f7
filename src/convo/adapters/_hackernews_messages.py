"""Items and hits of the search to messages: URIs, plain text, and the story they stand under."""

from __future__ import annotations

import re
from datetime import datetime, timezone

from msgspec import Struct

from convo.adapters import _hackernews_wire as wire
from convo.adapters._hackernews_api import SITE, person
from convo.adapters._keeping import kept, written
from convo.adapters.wire import web
from convo.htmltext import html_to_text
from convo.model import Link, Message, Ref
from convo.text import one_line

_URI = re.compile(r"/item\?id=(\d{1,15})$")


class Story(Struct):
    """The story that a comment stands under; `Message.data` carries it as JSON."""

    id: int = 0
    title: str = ""


def story_of(data: str) -> Story:
    """The story that a reference carries, an empty one when it carries none."""
    return kept(data, Story)


def item_uri(number: int) -> str:
    """The address of an item."""
    return f"{SITE}/item?id={number}"


def number_of(ref: Ref) -> int:
    """The number of an item, 0 for what is none."""
    found = _URI.search(ref.uri) if ref.uri.startswith(f"{SITE}/") else None
    return int(found[1]) if found else 0


def moment(seconds: int) -> datetime:
    """Seconds since 1970 as a time. Raises ValueError for what no clock shows."""
    try:
        return datetime.fromtimestamp(seconds, timezone.utc)
    except (OverflowError, OSError) as error:
        raise ValueError("its time is none") from error


def hit_message(hit: wire.Hit) -> Message:
    """A comment that the search found. Raises ValueError for a time that is none."""
    text = html_to_text(hit.comment_text or "")
    story = Story(hit.story, one_line(html_to_text(hit.story_title or "").text))
    return Message(
        uri=item_uri(hit.id),
        author=person(hit.author),
        created_at=moment(hit.created),
        text=text.text,
        local_id=str(hit.id),
        parent_uri=item_uri(hit.parent_id) if hit.parent_id else "",
        root_uri=item_uri(story.id),
        url=item_uri(hit.id),
        title=story.title,
        links=text.links,
        data=written(story),
    )


def item_message(item: wire.Item, story: Story) -> Message:
    """An item by somebody. Raises ValueError for a time that is none."""
    text = html_to_text(item.text)
    begins = item.parent is None
    title = one_line(html_to_text(item.title).text) if begins else story.title
    address = web(item.url)
    links = ((Link(address),) if address else ()) + text.links
    own = Story(item.id, title) if begins else story
    return Message(
        uri=item_uri(item.id),
        author=person(item.by),
        created_at=moment(item.time),
        text="" if item.dead else (text.text or (address if begins else "")),
        local_id=str(item.id),
        parent_uri=item_uri(item.parent) if item.parent else "",
        root_uri=item_uri(own.id) if own.id else "",
        url=item_uri(item.id),
        title=title,
        links=() if item.dead else links,
        deleted=item.dead,
        data=written(own) if own.id else "",
    )
