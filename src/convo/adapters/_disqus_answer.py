"""Answering: the exact request, sending it, finding out whether it arrived; changing, deleting, moderating."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timezone

import msgspec
from msgspec import Struct

from convo.adapters import _disqus_wire as wire
from convo.adapters._answering import demand_words
from convo.adapters._disqus_api import Accepted, Api, Invalid, Params, me, result
from convo.adapters._disqus_lists import iso
from convo.adapters._disqus_messages import (
    CLOSED,
    Place,
    escaped,
    is_mine,
    is_number,
    message_of,
    number_of,
    place_now,
    place_of,
    uri_of,
)
from convo.adapters._disqus_read import found_uri, newest, own_since, standing
from convo.adapters._keeping import written
from convo.adapters.contract import (
    Absent,
    AdapterError,
    Ambiguous,
    Found,
    Missing,
    Proof,
    Refused,
    RetryAt,
    SignInAgain,
    Unknown,
)
from convo.adapters.wire import text_id
from convo.htmltext import html_to_text
from convo.model import Measure, Message, Ref, Reply

_DECISIONS = {
    "approve": "approve",
    "spam": "spam",
    "trash": "remove",
    "not spam": "approve",
    "not trash": "restore",
}
_LATER = "#after-"
_GONE = "Disqus does not have the comment any more that this answers."


class Prepared(Struct):
    """An answer as it is sent, without the keys, and what it takes to find it again."""

    message: str
    place: Place
    parent: str
    newest: str
    """The highest number of a post on that page before sending, and when it was written by Disqus's clock."""
    since: str


def measure(_: Api, reply: Reply) -> Measure:
    """Characters as they are sent; Disqus states no limit."""
    return Measure(len(escaped(reply.text)), None)


async def prepare(api: Api, reply: Reply) -> str:
    """Check the comment and its page, note the newest post there, build the request. Changes nothing."""
    demand_words(reply, measure(api, reply), api.host, "convo sends no files to Disqus.")
    parent = number_of(reply.parent.ref)
    post = await standing(api, parent, place_of(reply.parent.ref).thread)
    if post is None:
        raise Missing(_GONE)
    try:
        place = await place_now(api, post)
    except ValueError as error:
        raise Missing("Disqus does not say where this comment stands.") from error
    if place.closed:
        raise Refused(CLOSED)
    last = await newest(api, place.thread)
    top, since = (text_id(last.id), last.created) if last else (parent, iso(reply.parent.created_at))
    return written(Prepared(escaped(reply.text), place, parent, top, since))


async def answer(api: Api, request: str) -> Message:
    """Send a prepared answer, once.

    What Disqus does with an answer to a comment that went is not documented: it is looked for right before, and what
    came back is checked.
    """
    prepared = msgspec.json.decode(request, type=Prepared)
    if await standing(api, prepared.parent, prepared.place.thread) is None:
        raise Missing(_GONE)
    fields = [("message", prepared.message), ("parent", prepared.parent), ("thread", prepared.place.thread)]
    try:
        found = await api.send("posts/create", fields)
    except Accepted:
        return _later(api, request, prepared)
    except Invalid:
        # It takes the same words only once on a page: after a broken try that is the proof.
        proof = await find(api, request, ())
        if isinstance(proof, Found):
            return proof.message
        raise
    try:
        post = result(found.response, wire.Post)
        message = message_of(post, prepared.place, api.facts, api.forums)
    except (RetryAt, ValueError) as error:
        raise Ambiguous("Disqus took the answer and said something that could not be read.") from error
    if text_id(post.parent) != prepared.parent:
        await _take_back(api, message)
    return message


async def find(api: Api, request: str, claimed: Collection[str]) -> Proof:
    """Look for a prepared answer among my newer posts on that page."""
    prepared = msgspec.json.decode(request, type=Prepared)
    posts, whole = await own_since(api, prepared.place.thread, prepared.since)
    for post in posts:
        number = text_id(post.id)
        if text_id(post.parent) != prepared.parent or found_uri(prepared.place, post) in claimed:
            continue
        if not is_number(number) or int(number) <= int(prepared.newest):
            continue
        if _same_words(post, prepared.message):
            try:
                return Found(message_of(post, prepared.place, api.facts, api.forums))
            except ValueError:
                return Unknown("Disqus has an answer of yours there that convo cannot read.")
    if not whole:
        return Unknown("There are too many comments on that page to look for yours among them.")
    if prepared.place.forum not in api.forums:
        return Unknown(
            "Yours may wait there for the site's approval, and then Disqus does not show it to convo."
        )
    return Absent()


async def arrived(api: Api, refs: Sequence[Ref]) -> tuple[str, ...]:
    """Of answers that Disqus said it would show later those that stand now: they have a number, and this is no more."""
    found = []
    for ref in refs:
        if _LATER not in ref.uri:
            continue
        proof = await find(api, ref.data, ())
        if isinstance(proof, Found):
            found.append(ref.uri)
    return tuple(found)


async def edit(api: Api, ref: Ref, text: str) -> Message:
    """Change an own post."""
    post = await _own(api, ref)
    if post is None:
        raise Missing("Disqus does not have this comment any more.")
    fields = [("post", text_id(post.id)), ("message", escaped(text))]
    found = await _twice(api, "posts/update", fields)
    try:
        changed = result(found.response, wire.Post)
        return message_of(changed, await place_now(api, post), api.facts, api.forums)
    except (RetryAt, ValueError) as error:
        raise Ambiguous("Disqus took the change and said something that could not be read.") from error


async def delete(api: Api, ref: Ref) -> None:
    """Delete an own post; fine when it is already gone."""
    post = await _own(api, ref)
    if post is None:
        return
    try:
        await _twice(api, "posts/remove", [("post", text_id(post.id))])
    except Missing:
        return


async def moderate(api: Api, ref: Ref, decision: str) -> None:
    """Approve a post, call it spam or throw it away; "not spam" and "not trash" take that back."""
    number, method = number_of(ref), _DECISIONS.get(decision)
    if not number:
        raise Refused("Only comments can be approved, called spam or thrown away.")
    if method is None:
        raise Refused("Disqus cannot take an approval back; call it spam or throw it away.")
    try:
        await _twice(api, f"posts/{method}", [("post", number)])
    except Missing:
        if decision not in ("spam", "trash"):
            raise


async def _twice(api: Api, path: str, fields: Params) -> wire.Envelope:
    """Write what may be done twice without harm: once more where it is not known whether it was done."""
    try:
        try:
            return await api.send(path, fields)
        except Ambiguous:
            return await api.send(path, fields)
    except Accepted as error:
        raise RetryAt(str(error)) from error


async def _own(api: Api, ref: Ref) -> wire.Post | None:
    """A post of the account; None when it is gone. Raises Refused when it is somebody else's."""
    post = await standing(api, number_of(ref), place_of(ref).thread)
    if post is not None and not is_mine(post, api.facts):
        raise Refused("Only its author can change or delete a comment.")
    return post


async def _take_back(api: Api, message: Message) -> None:
    """Delete what was put somewhere else. Always raises Refused."""
    try:
        await _twice(api, "posts/remove", [("post", message.local_id)])
    except (SignInAgain, AdapterError) as error:
        raise Refused(
            f"Disqus put the answer somewhere else and did not let convo delete it; delete it at {message.url}."
        ) from error
    raise Refused("Disqus put the answer somewhere else. convo deleted it again.")


def _later(api: Api, request: str, prepared: Prepared) -> Message:
    """The answer that Disqus has taken and shows when its maintenance is over; it has no number yet."""
    place = prepared.place
    return Message(
        uri=f"{place.page}{_LATER}{prepared.parent}-{prepared.newest}",
        author=me(api.facts),
        created_at=datetime.now(timezone.utc).replace(microsecond=0) - api.http.skew,
        text=html_to_text(prepared.message.replace("\n", "<br>")).text,
        parent_uri=uri_of(place, prepared.parent),
        root_uri=place.page,
        data=request,
    )


def _same_words(post: wire.Post, message: str) -> bool:
    """Whether a post says what was sent: as it was typed, else as it is shown, white space aside."""
    if post.raw is not None:
        return _bare(post.raw) == _bare(message) or _bare(post.raw) == _bare(html_to_text(message).text)
    return _bare(html_to_text(post.message or "").text) == _bare(html_to_text(message).text)


def _bare(text: str) -> str:
    return "".join(text.split())
