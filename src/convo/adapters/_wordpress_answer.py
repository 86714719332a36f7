"""Answering: the exact request, sending it, finding out whether it arrived; changing, deleting, moderating."""

from __future__ import annotations

from collections.abc import Collection
from html import unescape

import msgspec
from msgspec import Struct

from convo.adapters import _wordpress_wire as wire
from convo.adapters._answering import demand_words
from convo.adapters._wordpress_api import Api, Duplicate
from convo.adapters._wordpress_messages import CLOSED, NO_POSTS, Place, comment_uri, numbers
from convo.adapters._wordpress_read import current, message_now, newest, own_answers, place_now
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
from convo.htmltext import html_to_text
from convo.model import Measure, Message, Ref, Reply

LONGEST = 65_525
"""Bytes of a comment: the column of the database less ten (`wp_get_comment_fields_max_lengths`)."""
DECISIONS = {
    "approve": "approve",
    "spam": "spam",
    "trash": "trash",
    "not approve": "hold",
    "not spam": "unspam",
    "not trash": "untrash",
}
"""Decisions to the words that WordPress takes. "approve" is never the stored word ("approved"), which would fail."""
_STANDING = {"approve": "approved", "not approve": "hold", "spam": "spam", "trash": "trash"}
_GONE = "{} does not have the comment any more that this answers."
_DRESS = str.maketrans(
    {"“": '"', "”": '"', "„": '"', "″": '"', "‘": "'", "’": "'", "′": "'", "‚": "'", "×": "x"}
)


class Prepared(Struct):
    """An answer as it is sent, and what it takes to find it again."""

    body: str
    """The JSON that is sent, byte for byte."""
    post: int
    parent: int
    content: str
    newest: int
    """The highest number of a comment there before sending: the answer's is higher."""
    place: Place


def escaped(text: str) -> str:
    """Plain words as a comment holds them: it is HTML, and what looks like a tag must not become one."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def measure(_: Api, reply: Reply) -> Measure:
    """The bytes that the site stores."""
    return Measure(len(escaped(reply.text).encode("utf-8", "replace")), LONGEST)


async def prepare(api: Api, reply: Reply) -> str:
    """Check the comment and its post, note the newest comment, build the request. Changes nothing."""
    demand_words(reply, measure(api, reply), api.host, "A comment on WordPress carries no files.", "bytes")
    post, parent, place = await _target(api, reply.parent.ref)
    if place.closed:
        raise Refused(CLOSED)
    content = escaped(reply.text)
    body = msgspec.json.encode({"post": post, "parent": parent, "content": content}).decode()
    prepared = Prepared(body, post, parent, content, await newest(api, post), place)
    return msgspec.json.encode(prepared).decode()


async def answer(api: Api, request: str) -> Message:
    """Send a prepared answer.

    WordPress takes an answer to a comment that is gone and shows it on its own, so the comment is looked for right
    before. "Already said" is a proof only together with a comment that is newer than the request.
    """
    prepared = msgspec.json.decode(request, type=Prepared)
    if prepared.parent and await current(api, prepared.parent) is None:
        raise Missing(_GONE.format(api.host))
    try:
        response = await api.send("POST", "/wp/v2/comments", prepared.body.encode())
    except Duplicate as error:
        return await _said_before(api, request, error)
    try:
        comment = wire.decode(response, wire.Comment)
        message = message_now(api, comment, prepared.place)
    except (RetryAt, ValueError) as error:
        raise Ambiguous(f"{api.host} took the answer and said something that could not be read.") from error
    if comment.parent != prepared.parent:
        await _take_back(api, message, comment.id)
    return message


async def find(api: Api, request: str, claimed: Collection[str]) -> Proof:
    """Look for a prepared answer among my newer answers to the same comment."""
    prepared = msgspec.json.decode(request, type=Prepared)
    doubt = ""
    for comment in await own_answers(api, prepared.post, prepared.parent):
        uri = comment_uri(api.facts, comment.post, comment.id)
        if comment.id <= prepared.newest or uri in claimed:
            continue
        if _same_words(comment, prepared.content):
            return Found(message_now(api, comment, prepared.place))
        if comment.content.raw is None:
            doubt = f"{api.host} has an answer of yours to this comment; convo cannot tell whether it is this one."
    if not doubt and not api.facts.edits:
        doubt = f"{api.host} does not show you comments that wait for approval; yours may be one of them."
    return Unknown(doubt) if doubt else Absent()


async def edit(api: Api, ref: Ref, text: str) -> Message:
    """Change an own comment."""
    comment = await _own(api, ref)
    if comment is None:
        raise Missing(f"{api.host} does not have this comment any more.")
    if len(escaped(text).encode("utf-8", "replace")) > LONGEST:
        raise Refused(f"Too long for {api.host}.")
    place = await place_now(api, comment) or Place()
    body = msgspec.json.encode({"content": escaped(text)})
    changed = wire.decode(await api.send("POST", f"/wp/v2/comments/{comment.id}", body), wire.Comment)
    try:
        return message_now(api, changed, place)
    except ValueError as error:
        raise Ambiguous(f"{api.host} took the change and said something that could not be read.") from error


async def delete(api: Api, ref: Ref) -> None:
    """Throw an own comment away; for good where the site has no trash. Fine when it is already gone."""
    comment = await _own(api, ref)
    if comment is None:
        return
    path = f"/wp/v2/comments/{comment.id}"
    try:
        await api.send("DELETE", path)
    except Missing:
        return
    except Ambiguous:
        if await current(api, comment.id) is not None:
            await api.send("DELETE", path, params=[("force", "true")])


async def moderate(api: Api, ref: Ref, decision: str) -> None:
    """Approve a comment, call it spam or throw it away; with "not " before it, take that back."""
    word = DECISIONS.get(decision)
    _, number = numbers(ref)
    if word is None or not number:
        raise Refused("Only comments can be approved, called spam or thrown away.")
    try:
        await api.send("POST", f"/wp/v2/comments/{number}", msgspec.json.encode({"status": word}))
    except Missing:
        if decision in ("spam", "trash"):
            return
        raise
    except Ambiguous:
        # Core answers 500 when nothing changed, as for what is spam already.
        response = await api.get(f"/wp/v2/comments/{number}", [("_fields", wire.COMMENT_FIELDS)])
        status = wire.decode(response, wire.Comment).status or ""
        reached = status == _STANDING[decision] if decision in _STANDING else status not in ("spam", "trash")
        if not reached:
            raise


async def _target(api: Api, ref: Ref) -> tuple[int, int, Place]:
    """Post, comment (0 for the post itself) and place of what is answered. Raises Missing."""
    _, number = numbers(ref)
    if not number:
        raise Refused(NO_POSTS)
    parent = await current(api, number)
    if parent is None:
        raise Missing(_GONE.format(api.host))
    place = await place_now(api, parent)
    if place is None:
        raise Missing(f"{api.host} does not show the post any more that this stands under.")
    return parent.post, parent.id, place


async def _said_before(api: Api, request: str, error: Duplicate) -> Message:
    """The answer that made the site say that it was given already. Raises Refused when it is an older one."""
    proof = await find(api, request, ())
    if isinstance(proof, Found):
        return proof.message
    hint = "" if api.facts.edits else " It may wait there for approval."
    raise Refused(f"{error.words} It takes the same words to the same comment only once.{hint}") from error


async def _own(api: Api, ref: Ref) -> wire.Comment | None:
    """A comment of the account; None when it is gone. Raises Refused when it is somebody else's."""
    _, number = numbers(ref)
    if not number:
        raise Refused("convo changes comments only, no posts.")
    comment = await current(api, number)
    if comment is not None and comment.author != api.facts.id:
        raise Refused("Only its author can change or delete a comment.")
    return comment


async def _take_back(api: Api, message: Message, number: int) -> None:
    """Delete what a plugin put somewhere else. Always raises Refused."""
    try:
        await api.send("DELETE", f"/wp/v2/comments/{number}")
    except (SignInAgain, AdapterError) as error:
        raise Refused(
            f"{api.host} put the answer somewhere else and did not let convo delete it; delete it at {message.url}."
        ) from error
    raise Refused(f"{api.host} put the answer somewhere else. convo deleted it again.")


def _same_words(comment: wire.Comment, content: str) -> bool:
    """Whether a comment says what was sent: as it was written, else as the site shows it, less its typography."""
    raw = comment.content.raw
    if raw is not None and raw.strip() == content.strip():
        return True
    shown = html_to_text(comment.content.rendered).text
    return _bare(shown) == _bare(unescape(content)) or _bare(shown) == _bare(html_to_text(content).text)


def _bare(text: str) -> str:
    """Words without white space and without what WordPress makes prettier: quotes, dashes, dots."""
    plain = "".join(text.translate(_DRESS).replace("…", "...").split())
    return plain.translate(dict.fromkeys(map(ord, "-–—>")))
