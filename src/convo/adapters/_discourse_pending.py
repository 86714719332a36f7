"""Own posts that wait for approval there: they have no number yet, so they are named after what they answer."""

from __future__ import annotations

import hashlib
from datetime import datetime

from msgspec import Raw

from convo.adapters import _discourse_wire as wire
from convo.adapters._discourse_api import Api, me
from convo.adapters._discourse_messages import Place, numbers, post_uri
from convo.adapters._keeping import written
from convo.adapters.contract import Refused
from convo.adapters.wire import each, part
from convo.model import Message, Ref, Visibility
from convo.text import clean


def pending_uri(api: Api, topic: int, number: int, raw: str) -> str:
    """The address of what is answered, with a mark made of the words."""
    mark = hashlib.sha256(" ".join(raw.split()).encode("utf-8", "replace")).hexdigest()[:16]
    return f"{post_uri(api.facts, topic, number)}#pending-{mark}"


def pending_message(api: Api, place: Place, number: int, raw: str, at: datetime) -> Message:
    """An own post that waits for approval, as a message."""
    above = post_uri(api.facts, place.topic, number)
    return Message(
        uri=pending_uri(api, place.topic, number, raw),
        author=me(api.facts),
        created_at=at,
        text=clean(raw),
        parent_uri=above,
        root_uri=post_uri(api.facts, place.topic, 1),
        url=above,
        title=place.title,
        visibility=Visibility.DIRECT if place.direct else Visibility.PUBLIC,
        flat=place.direct,
        refusals=dict.fromkeys(
            ("answer", "edit", "delete"), f"{api.host} holds it until the staff approves it."
        ),
        data=written(place),
    )


async def pending(api: Api) -> list[wire.Pending] | None:
    """Own posts that wait for approval; None where the site does not list them."""
    try:
        response = await api.get(f"/posts/{api.facts.user}/pending.json")
    except Refused:
        return None
    found = part(response.body, wire.PendingPosts)
    items = found.pending_posts if found is not None else part(response.body, list[Raw])
    return None if items is None else each(items, wire.Pending, "Held post")[0]


async def is_pending_still(api: Api, ref: Ref) -> bool:
    """Whether an own post still waits; where the site does not say, it does."""
    topic, number = numbers(ref, api.facts)
    held = await pending(api)
    if held is None:
        return True
    return any(pending_uri(api, topic, number, words(one)) == ref.uri for one in held)


def words(one: wire.Pending) -> str:
    """What a post that waits says, as it was written."""
    return one.raw_text or one.raw or ""
