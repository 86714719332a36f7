"""Answering: the exact request, sending it, finding out whether it arrived; changing, deleting, marking, blocking."""

from __future__ import annotations

import re
from collections.abc import Collection
from difflib import SequenceMatcher

import msgspec
from msgspec import Struct

from convo.adapters import _lemmy_wire as wire
from convo.adapters._answering import demand_words
from convo.adapters._lemmy_api import Api
from convo.adapters._lemmy_lists import PAGE
from convo.adapters._lemmy_messages import (
    DIRECT,
    LOCKED,
    MENTION,
    NO_POSTS,
    comment_message,
    local,
    parent_number,
    place_of,
    private_message,
)
from convo.adapters._lemmy_read import branch, comment, direct_messages, post
from convo.adapters.contract import (
    Absent,
    AdapterError,
    Ambiguous,
    Found,
    Missing,
    Proof,
    Refused,
    RetryAt,
    Unknown,
)
from convo.adapters.wire import NOTHING, decode, each, part
from convo.model import Measure, Message, Ref, Reply

LONGEST = 10_000
"""UTF-16 units of a comment (`max_length_check`)."""
_ALIKE = 0.6
"""From here on words may be the same, changed by the server: slurs, tracking parameters, pictures behind a proxy."""
_GONE = "{} does not have the comment any more that this answers."
_ADDRESS = re.compile(r"https?://\S+")


class Prepared(Struct):
    """An answer as it is sent, and what it takes to find it again."""

    path: str
    """Where it is sent to: /comment or /private_message."""
    body: str
    """The JSON that is sent, byte for byte."""
    content: str
    newest: int
    """The highest number of what I wrote before sending: the answer's is higher."""
    key: str = ""
    post: int = 0
    parent: int = 0
    partner: int = 0


def measure(_: Api, reply: Reply) -> Measure:
    """UTF-16 units, as the server counts."""
    return Measure(len(reply.text.encode("utf-16-le", "replace")) // 2, LONGEST)


async def prepare(api: Api, reply: Reply) -> str:
    """Check what is answered, note the newest own message, build the request. Changes nothing."""
    demand_words(reply, measure(api, reply), api.host, "convo sends no files to Lemmy.")
    key = reply.key.replace("-", "")[:32]
    kind, number = local(reply.parent.ref)
    carried = place_of(reply.parent.data)
    if kind == "m":
        body = msgspec.json.encode({"content": reply.text, "recipient_id": carried.partner}).decode()
        newest = await _newest_direct(api)
        prepared = Prepared("/private_message", body, reply.text, newest, key, partner=carried.partner)
        return msgspec.json.encode(prepared).decode()
    if kind != "c":
        raise Refused(NO_POSTS)
    view = await standing(api, number)
    content = {"content": reply.text, "post_id": view.comment.post_id, "parent_id": number}
    body = msgspec.json.encode(content).decode()
    newest = max((one.comment.id for one in await _mine(api)), default=0)
    prepared = Prepared("/comment", body, reply.text, newest, key, view.comment.post_id, number)
    return msgspec.json.encode(prepared).decode()


async def standing(api: Api, number: int) -> wire.CommentView:
    """A comment that can be answered. Raises Missing when it is gone, Refused when its post is locked.

    0.19 takes an answer to a comment that it does not know, and shows it on its own below the post.
    """
    view = await comment(api, number)
    if view is None or view.comment.deleted or view.comment.removed:
        raise Missing(_GONE.format(api.host))
    above = view.post
    if above is None:
        seen = await post(api, view.comment.post_id)
        above = seen.post if seen is not None else None
    if above is None or above.deleted or above.removed:
        raise Missing(f"{api.host} does not show the post any more that this stands under.")
    if above.locked or view.comment.locked:
        raise Refused(LOCKED)
    return view


async def answer(api: Api, request: str) -> Message:
    """Send a prepared answer; the comment it answers is looked for right before."""
    prepared = msgspec.json.decode(request, type=Prepared)
    if prepared.parent:
        await standing(api, prepared.parent)
    response = await api.send("POST", prepared.path, prepared.body.encode(), prepared.key)
    try:
        if not prepared.parent:
            return private_message(api, decode(response, wire.OneMessage).private_message_view)
        view = decode(response, wire.OneComment).comment_view
        message = comment_message(api, view)
        stands = parent_number(view.comment.path) == prepared.parent
    except (RetryAt, ValueError) as error:
        raise Ambiguous(f"{api.host} took the answer and said something that could not be read.") from error
    if not stands:
        await _take_back(api, view.comment.id, message)
    return message


async def _take_back(api: Api, number: int, message: Message) -> None:
    """Delete what was put somewhere else. Always raises Refused."""
    try:
        await _remove(api, number)
    except AdapterError as error:
        raise Refused(
            f"{api.host} put the answer somewhere else and did not let convo delete it; delete it at {message.url}."
        ) from error
    raise Refused(f"{api.host} put the answer somewhere else. convo deleted it again.")


async def find(api: Api, request: str, claimed: Collection[str]) -> Proof:
    """Look for a prepared answer among what I wrote and below what it answers."""
    await api.validate()
    prepared = msgspec.json.decode(request, type=Prepared)
    if not prepared.parent:
        return await _find_direct(api, prepared, claimed)
    below = await branch(api, prepared.post, prepared.parent)
    views = {one.comment.id: one for one in (*await _mine(api), *below)}
    doubt = ""
    for number in sorted(views):
        one = views[number].comment
        ours = one.creator_id == api.facts.id and number > prepared.newest
        if not ours or one.deleted or one.removed or one.ap_id in claimed:
            continue
        try:
            if parent_number(one.path) != prepared.parent:
                continue
            if one.content.strip() == prepared.content.strip():
                return Found(comment_message(api, views[number]))
        except ValueError:
            continue
        if _alike(one.content, prepared.content):
            doubt = (
                f"{api.host} has an answer of yours to this comment with nearly these words; "
                "convo cannot tell whether it is this one."
            )
    return Unknown(doubt) if doubt else Absent()


async def _find_direct(api: Api, prepared: Prepared, claimed: Collection[str]) -> Proof:
    rows, _ = await direct_messages(api, prepared.newest)
    for view, note in sorted(rows, key=lambda row: row[0].message.id):
        one = view.message
        ours = one.creator_id == api.facts.id and one.recipient_id == prepared.partner
        if not ours or one.id <= prepared.newest or one.deleted or one.ap_id in claimed:
            continue
        if one.content.strip() == prepared.content.strip():
            return Found(private_message(api, view, note))
    return Absent()


def _alike(one: str, other: str) -> bool:
    """Whether words may be the same but for what servers change."""
    first, second = (_ADDRESS.sub("", text) for text in (one, other))
    return (
        SequenceMatcher(None, first, second, autojunk=False).ratio() >= _ALIKE if len(first) < 2_000 else True
    )


async def _mine(api: Api) -> list[wire.CommentView]:
    """My newest comments."""
    if api.modern:
        params = [("type_", "comments"), ("person_id", str(api.facts.id)), ("limit", str(PAGE))]
        items = decode(await api.get("/person/content", params), wire.Items).items
    else:
        params = [("username", api.facts.user), ("sort", "New"), ("page", "1"), ("limit", str(PAGE))]
        items = decode(await api.get("/user", params), wire.Content).comments
    return each(items, wire.CommentView, "Comment")[0]


async def _newest_direct(api: Api) -> int:
    rows, _ = await direct_messages(api, 1 << 60)
    return max((view.message.id for view, _ in rows), default=0)


async def edit(api: Api, ref: Ref, text: str) -> Message:
    """Change an own comment or private message."""
    kind, number = local(ref)
    if len(text.encode("utf-16-le", "replace")) // 2 > LONGEST:
        raise Refused(f"Too long for {api.host}.")
    if kind == "m":
        body = msgspec.json.encode({"private_message_id": number, "content": text})
        response = await api.send("PUT", "/private_message", body)
    else:
        await _own(api, ref)
        response = await api.send(
            "PUT", "/comment", msgspec.json.encode({"comment_id": number, "content": text})
        )
    try:
        if kind == "m":
            return private_message(api, decode(response, wire.OneMessage).private_message_view)
        return comment_message(api, decode(response, wire.OneComment).comment_view)
    except (RetryAt, ValueError) as error:
        raise Ambiguous(f"{api.host} took the change and said something that could not be read.") from error


async def delete(api: Api, ref: Ref) -> None:
    """Delete an own comment or private message; fine when it is already gone."""
    kind, number = local(ref)
    if kind == "m":
        body = msgspec.json.encode({"private_message_id": number, "deleted": True})
        await api.send(*_deleting(api, "/private_message"), body)
        return
    if await _own(api, ref, missing=True):
        await _remove(api, number)


async def _remove(api: Api, number: int) -> None:
    """Delete a comment; a server that says it could not is asked whether it is gone all the same."""
    try:
        body = msgspec.json.encode({"comment_id": number, "deleted": True})
        await api.send(*_deleting(api, "/comment"), body)
    except Missing:
        return
    except Refused:
        view = await comment(api, number)
        if view is not None and not view.comment.deleted:
            raise


def _deleting(api: Api, path: str) -> tuple[str, str]:
    return ("DELETE", path) if api.modern else ("POST", f"{path}/delete")


async def _own(api: Api, ref: Ref, *, missing: bool = False) -> bool:
    """Whether an own comment stands. Raises Refused when it is somebody else's, Missing when it is gone."""
    kind, number = local(ref)
    if kind != "c":
        raise Refused("convo changes comments only, no posts.")
    view = await comment(api, number)
    if view is None or view.comment.deleted or view.comment.removed:
        if missing:
            return False
        raise Missing(f"{api.host} does not have this comment any more.")
    if view.comment.creator_id != api.facts.id:
        raise Refused("Only its author can change or delete a comment.")
    return True


async def mark_read(api: Api, ref: Ref) -> None:
    """Mark the notification of a message as read, and the older unread ones of its kind."""
    place = place_of(ref.data)
    if not place.note:
        return
    if api.modern:
        await _mark_modern(api, place.note)
        return
    path, name, asked = {
        MENTION: ("/user/mention/mark_as_read", "person_mention_id", "/user/mention"),
        DIRECT: ("/private_message/mark_as_read", "private_message_id", "/private_message/list"),
    }.get(place.how, ("/comment/mark_as_read", "comment_reply_id", "/user/replies"))
    params = [("unread_only", "true"), ("page", "1"), ("limit", str(PAGE))]
    if place.how != DIRECT:
        params.append(("sort", "New"))
    response = await api.get(asked, params)
    for number in sorted({*_unread(response.body, api.facts.id), place.note}):
        if number <= place.note:
            await api.send("POST", path, msgspec.json.encode({name: number, "read": True}))


def _unread(body: bytes, me: int) -> list[int]:
    """The numbers of the notifications on a page of 0.19."""
    found = part(body, dict[str, list[msgspec.Raw]]) or {}
    numbers: list[int] = []
    for raw in (one for rows in found.values() for one in rows):
        told = part(raw, wire.Told)
        row = (told.mention or told.reply) if told is not None else None
        direct = part(raw, wire.MessageView) if row is None else None
        if row is not None:
            numbers.append(row.id)
        elif direct is not None and direct.message.recipient_id == me:
            numbers.append(direct.message.id)
    return numbers


async def _mark_modern(api: Api, note: int) -> None:
    params = [("type_", "all"), ("unread_only", "true"), ("limit", str(PAGE))]
    items = decode(await api.get("/account/notification/list", params), wire.Items).items
    notes = (part(raw, wire.Notified) for raw in items)
    unread = {one.notification.id for one in notes if one is not None and not one.notification.read}
    for number in sorted({*unread, note}):
        if number <= note:
            body = msgspec.json.encode({"notification_id": number, "read": True})
            await api.send("POST", "/account/notification/mark_as_read", body)


async def block(api: Api, uid: str, on: bool) -> None:
    """Block or unblock a person; the server must know the person by the address."""
    number = await _number_of(api, uid)
    path = "/account/block/person" if api.modern else "/user/block"
    await api.send("POST", path, msgspec.json.encode({"person_id": number, "block": on}))


async def _number_of(api: Api, uid: str) -> int:
    """The number of a person on this server."""
    response = await api.get("/resolve_object", [("q", uid)])
    found = part(response.body, wire.Resolved)
    raw = found.person if found is not None else NOTHING
    view = part(raw, wire.PersonView)
    person = view.person if view is not None else part(raw, wire.Person)
    if person is None:
        raise Missing(f"{api.host} does not know this person.")
    return person.id
