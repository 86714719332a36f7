"""Answering: the exact request, what it costs, sending it once, finding out whether it arrived, deleting it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

import msgspec
from msgspec import Struct

from convo.adapters import _x_wire as wire
from convo.adapters._x_api import Api
from convo.adapters._x_cost import ANSWER, LINK, WRITE, money
from convo.adapters._x_length import LONGEST, has_address, length
from convo.adapters._x_messages import (
    CHOSEN,
    answered_by,
    audience,
    id_of,
    is_closed,
    message_of,
    mine,
    own_message,
    place_of,
)
from convo.adapters._x_read import current, mine_since
from convo.adapters.contract import Absent, Ambiguous, Found, Missing, Proof, Refused, Verb
from convo.adapters.wire import part, text_id
from convo.model import Measure, Mention, Message, Ref, Reply

_CASHTAG = re.compile(r"(?<!\w)\$[A-Za-z]{1,6}(?:[._][A-Za-z]{1,2})?(?!\w)")
_NAMES = re.compile(r"^\s*(?:@\w+\s+)+")
_SCHEME = re.compile(r"https?://(?:www\.)?", re.IGNORECASE)
_MOST = 400


class Prepared(Struct):
    """An answer as it is sent, and what it takes to find it again."""

    body: str
    """The JSON that is sent, byte for byte."""
    text: str
    parent: str
    parent_id: str
    root: str
    newest: str
    """The newest own id before sending: the answer is newer."""
    price: int
    people: list[tuple[str, str]]


def measure(_: Api, reply: Reply) -> Measure:
    """The weighted length of an answer; the names that X adds do not count."""
    return Measure(length(reply.text.strip()), LONGEST)


async def prepare(api: Api, reply: Reply) -> str:
    """Check what X would refuse, note the newest own post, build the request. Makes nothing public."""
    text = unicodedata.normalize("NFC", reply.text.strip())
    price = _demand_words(api, reply, text)
    number = id_of(reply.parent.ref)
    said = reply.parent.refusals.get(Verb.ANSWER.value, "")
    if said or not number:
        raise Refused(said or "This is no post of X.")
    there = await current(api, number)
    if there is None:
        raise Missing(f"{api.host} does not have the post any more that this answers.")
    named = api.facts.id in {one.uid for one in reply.parent.mentions}
    is_mine = reply.parent.author.uid == api.facts.id
    if not is_mine and is_closed(there, named):
        raise Refused(CHOSEN)
    newer = await mine_since(api, number, 5, sending=True)
    whole = audience(reply.parent, api.facts)
    kept = {one.uid for one in reply.mentions}
    dropped = [one.uid for one in whole[1:] if one.uid not in kept]
    answered: dict[str, object] = {"in_reply_to_tweet_id": number}
    if dropped:
        answered["exclude_reply_user_ids"] = dropped
    prepared = Prepared(
        wire.encoded({"text": text, "reply": answered}),
        text,
        reply.parent.uri,
        number,
        reply.parent.root_uri or reply.parent.uri,
        max([number, *(text_id(one.id) for one, _ in newer)], key=int),
        LINK if price == LINK else WRITE if is_mine else ANSWER,
        [(one.uid, one.handle) for one in whole if one.uid not in dropped],
    )
    return wire.encoded(prepared)


def _demand_words(api: Api, reply: Reply, text: str) -> int:
    """What sending costs. Raises Refused for what X would refuse, and for an address that the user did not allow."""
    if not text:
        raise Refused("There is nothing in the answer yet.")
    if reply.attachments:
        raise Refused("convo sends no files to X.")
    room = measure(api, reply).room
    if room is not None and room < 0:
        raise Refused(f"Too long for X by {-room}.")
    if len(_CASHTAG.findall(text)) > 1:
        raise Refused("X takes at most one cashtag (such as $ABC) from a program; take the others out.")
    if not has_address(text):
        return ANSWER
    allowed = api.account.options.get("links", "").strip().lower()
    if allowed not in ("yes", "true"):
        raise Refused(
            f"X charges {money(LINK)} for a post with an address in it, {money(ANSWER)} without; to send such answers "
            f'put  links = "yes"  under [accounts.{api.account.name}] of the config.'
        )
    return LINK


async def answer(api: Api, request: str) -> Message:
    """Send a prepared answer, once. X puts no answer anywhere else: it refuses one to what is gone."""
    prepared = msgspec.json.decode(request, type=Prepared)
    try:
        response = await api.create(prepared.body.encode(), prepared.price)
    except Refused as error:
        if "duplicate content" not in error.words.lower():
            raise
        found = await _found(api, prepared, ())
        if found is None:
            raise Refused(
                f"X has a post of yours with these words and takes no second one. {error.words}"
            ) from error
        return found
    envelope = part(response.body, wire.Envelope)
    sent = part(envelope.data, wire.Sent) if envelope is not None else None
    if sent is None or not wire.is_id(text_id(sent.id)):
        raise Ambiguous(f"{api.host} took the answer and said something that could not be read.")
    people = [Mention(uid, handle) for uid, handle in prepared.people]
    return own_message(api.facts, text_id(sent.id), prepared.text, prepared.parent, prepared.root, people)


async def find(api: Api, request: str, claimed: Collection[str]) -> Proof:
    """Look for a prepared answer among my posts newer than the newest one before it was sent."""
    found = await _found(api, msgspec.json.decode(request, type=Prepared), claimed)
    return Found(found) if found is not None else Absent()


async def _found(api: Api, prepared: Prepared, claimed: Collection[str]) -> Message | None:
    for post, posts in await mine_since(api, prepared.newest, _MOST):
        if answered_by(post) != prepared.parent_id:
            continue
        message = message_of(post, posts, api.facts, mine(api.facts))
        if message.uri not in claimed and _bare(message.text) == _bare(prepared.text):
            return message
    return None


def _bare(text: str) -> str:
    """Words as they are compared: without leading names, the beginnings of addresses and white space."""
    bare = _SCHEME.sub("", _NAMES.sub("", unicodedata.normalize("NFC", text)))
    return "".join(bare.split()).replace("/", "")


async def delete(api: Api, ref: Ref) -> None:
    """Delete an own post; fine when it is already gone."""
    number = id_of(ref)
    if not number or place_of(ref).uid not in ("", api.facts.id):
        raise Refused("Only its author can delete a post.")
    try:
        await api.remove(number)
    except Missing:
        return
