"""Answering: the exact request, sending it, finding out whether it arrived; changing, deleting, deciding, blocking."""

from __future__ import annotations

from collections.abc import Collection

import msgspec
from msgspec import Struct

from convo.adapters import _facebook_wire as wire
from convo.adapters._answering import demand_words
from convo.adapters._facebook_api import PAGE as MOST
from convo.adapters._facebook_api import Api, Params, is_number, uid_of
from convo.adapters._facebook_errors import Duplicate
from convo.adapters._facebook_lists import stamp
from convo.adapters._facebook_messages import (
    CLOSED,
    COMMENT,
    NOT_POSTS,
    ONLY_COMMENTS,
    Place,
    comment_message,
    id_of,
    is_mine,
    place_of,
    uri_of,
)
from convo.adapters._facebook_read import head_now, may_comment, standing
from convo.adapters._facebook_threads import last, top_of
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
    Unknown,
)
from convo.adapters.wire import text_id
from convo.model import Measure, Message, Ref, Reply

LONGEST = 8_000
"""Characters of a comment, as is commonly said; Meta does not state it."""
_MOST_PAGES = 10
_GONE = "Facebook does not show the comment any more that this answers."
_CHANGED = "Facebook may have changed what you answered, in the place of answering it; look there at once: {}"
_TRASHED = "Facebook deletes for good: this comment cannot be brought back."


class Prepared(Struct):
    """An answer as it is sent, and what it takes to find it again."""

    target: str
    """The id of what is answered."""
    message: str
    place: Place
    known: list[str] = []
    """The Page's own comments with the same words that stood there before sending: the answer is another one."""
    since: str = ""
    """The time of the newest comment there before sending, by Facebook's clock."""

    @property
    def parents(self) -> tuple[str, ...]:
        """Below which comment it may stand: what it answers, or the one above it; none where it answers a post."""
        return () if self.place.head else tuple(last(one) for one in (self.target, self.place.top) if one)

    @property
    def where(self) -> tuple[str, Params]:
        """Where it is looked for."""
        if self.place.head:
            return f"{self.target}/comments", [("filter", "toplevel")]
        return f"{self.place.top or self.target}/comments", []


def measure(api: Api, reply: Reply) -> Measure:
    """Characters as they are sent."""
    return Measure(len(reply.text), LONGEST)


async def prepare(api: Api, reply: Reply) -> str:
    """Check what is answered, note what stands there already, build the request. Changes nothing."""
    demand_words(reply, measure(api, reply), "Facebook", "convo sends no files to Facebook.")
    place, target = place_of(reply.parent.ref), id_of(reply.parent.ref)
    if not target:
        raise Refused("Only comments and posts on Facebook can be answered there.")
    place = await _open(api, target, place)
    prepared = Prepared(target, reply.text, place)
    there, _ = await _there(api, prepared)
    mine = [one for one in there if is_mine(one.author, api.facts) and _bare(one) == _words(reply.text)]
    prepared.known = [last(text_id(one.id)) for one in mine]
    prepared.since = max((stamp(one.created) for one in there), default="")
    return written(prepared)


async def _open(api: Api, target: str, place: Place) -> Place:
    """Where an answer would stand. Raises Missing when what is answered is gone, Refused when it is closed."""
    if place.head:
        if await head_now(api, target, urgent=True) is None:
            raise Missing("Facebook does not show the post any more that this answers.")
        if not await may_comment(api, target):
            raise Refused("Comments on this post are turned off.")
        return place
    comment = await standing(api, target, urgent=True)
    if comment is None:
        raise Missing(_GONE)
    if comment.can_comment is False:
        raise Refused(CLOSED)
    return Place(place.post, top_of(comment), place.title, place.kind, place.owner)


async def answer(api: Api, request: str) -> Message:
    """Send a prepared answer, once, and look at what became of it.

    It goes to the comments of what it answers: sent to the comment itself, the same words would take its place.
    """
    prepared = msgspec.json.decode(request, type=Prepared)
    try:
        done = await api.send("POST", f"{prepared.target}/comments", [("message", prepared.message)])
    except Duplicate as error:
        proof = await find(api, request, ())
        if isinstance(proof, Found):
            return proof.message
        api.doubted.add(request)
        raise Ambiguous(f"{error.words} An earlier try may have arrived.") from error
    number = text_id(done.id)
    if last(number) == last(prepared.target):
        raise Refused(_CHANGED.format(uri_of(prepared.target)))
    if not is_number(last(number)):
        await _unchanged(api, prepared)
        raise Ambiguous("Facebook took the answer and did not say where it is.")
    try:
        comment = await standing(api, number, urgent=True)
        message = comment_message(comment, prepared.place, api.facts) if comment is not None else None
    except (AdapterError, ValueError) as error:
        raise Ambiguous("Facebook took the answer, and it could not be read again.") from error
    if comment is None or message is None:
        raise Ambiguous("Facebook took the answer, and does not show it yet.")
    if not _stands(comment, prepared):
        await _take_back(api, number)
    return message


async def _unchanged(api: Api, prepared: Prepared) -> None:
    """Raises Refused where what was answered has the answer's words now, which nobody wants to do twice."""
    if prepared.place.head:
        return
    try:
        comment = await standing(api, prepared.target, urgent=True)
    except AdapterError:
        return
    if comment is not None and _bare(comment) == _words(prepared.message):
        raise Refused(_CHANGED.format(uri_of(prepared.target)))


def _stands(comment: wire.Comment, prepared: Prepared) -> bool:
    """Whether an answer is where it belongs: Facebook hangs one to the second level below the first."""
    above = last(top_of(comment))
    return above in prepared.parents if prepared.parents else not above


async def _take_back(api: Api, number: str) -> None:
    """Delete what was put somewhere else. Always raises Refused."""
    try:
        await _twice(api, "DELETE", number)
    except AdapterError as error:
        raise Refused(
            f"Facebook put the answer somewhere else and did not let convo delete it; delete it at {uri_of(number)}."
        ) from error
    raise Refused("Facebook put the answer somewhere else. convo deleted it again.")


async def find(api: Api, request: str, claimed: Collection[str]) -> Proof:
    """Look for a prepared answer among the Page's comments there."""
    prepared = msgspec.json.decode(request, type=Prepared)
    try:
        there, whole = await _there(api, prepared)
    except Missing:
        return Unknown(_GONE)
    for comment in sorted(there, key=lambda one: one.created):
        number = text_id(comment.id)
        if not is_mine(comment.author, api.facts) or last(number) in prepared.known:
            continue
        if uri_of(number) in claimed or stamp(comment.created) < prepared.since:
            continue
        if _bare(comment) == _words(prepared.message) and _stands(comment, prepared):
            try:
                return Found(comment_message(comment, prepared.place, api.facts))
            except ValueError:
                return Unknown("Facebook has an answer of yours there that convo cannot read.")
    if request in api.doubted:
        return Unknown("Facebook says that it has these words already, and does not show where; look there.")
    if not whole:
        return Unknown("There are too many comments there to look for yours among them.")
    return Absent()


async def _there(api: Api, prepared: Prepared) -> tuple[list[wire.Comment], bool]:
    """The comments among which an answer stands, from the newest down as far as needed, and whether that was all."""
    path, params = prepared.where
    query = [*params, ("order", "reverse_chronological"), ("limit", str(MOST)), ("fields", COMMENT)]
    found: list[wire.Comment] = []
    after = ""
    for _ in range(_MOST_PAGES):
        batch = await api.listed(path, wire.Comment, "Comment", query, after, urgent=True)
        found += batch.items
        after = batch.after
        stamps = [stamp(one.created) for one in batch.items]
        falling = len(stamps) > 1 and stamps[0] > stamps[-1]
        if not after or (prepared.since and falling and max(stamps) < prepared.since):
            return found, True
    return found, False


async def edit(api: Api, ref: Ref, text: str) -> Message:
    """Change an own comment."""
    if len(text) > LONGEST:
        raise Refused(f"Too long for Facebook by {len(text) - LONGEST} characters.")
    comment = await _own(api, ref)
    if comment is None:
        raise Missing("Facebook does not show this comment any more.")
    number = text_id(comment.id)
    await _twice(api, "POST", number, [("message", text)])
    try:
        changed = await standing(api, number, urgent=True)
        if changed is not None:
            return comment_message(changed, place_of(ref), api.facts)
    except (RetryAt, ValueError) as error:
        raise Ambiguous("Facebook took the change, and it could not be read again.") from error
    raise Ambiguous("Facebook took the change, and does not show the comment.")


async def delete(api: Api, ref: Ref) -> None:
    """Delete an own comment; fine when it is already gone."""
    comment = await _own(api, ref)
    if comment is None:
        return
    try:
        await _twice(api, "DELETE", text_id(comment.id))
    except Missing:
        return


async def moderate(api: Api, ref: Ref, decision: str) -> None:
    """Hide a comment (spam), delete it for good (trash), or show a hidden one again (approve, "not spam")."""
    number = id_of(ref)
    if not number or place_of(ref).head:
        raise Refused(NOT_POSTS)
    if decision == "not trash":
        raise Refused(_TRASHED)
    if decision == "not approve":
        decision = "spam"
    comment = await standing(api, number, urgent=True)
    if comment is None:
        if decision in ("spam", "trash"):
            return
        raise Missing("Facebook does not show this comment any more.")
    if decision == "trash":
        if comment.can_remove is False:
            raise Refused("Facebook does not let your Page delete this comment.")
        await _twice(api, "DELETE", number)
        return
    hide = decision == "spam"
    if comment.hidden is hide:
        return
    if comment.can_hide is False:
        raise Refused("Facebook does not let your Page hide this comment; throw it away to be rid of it.")
    await _twice(api, "POST", number, [("is_hidden", "true" if hide else "false")])


async def block(api: Api, uid: str, on: bool) -> None:
    """Block a person on the Page, or let them in again."""
    number = uid.removeprefix(uid_of(""))
    if not is_number(number):
        raise Refused("Facebook does not say who that is, so your Page cannot block them.")
    path = f"{api.facts.id}/blocked"
    if on:
        await _twice(api, "POST", path, [("user", f'["{number}"]')])
    else:
        await _twice(api, "DELETE", path, [("user", number)])


async def _twice(api: Api, method: str, path: str, fields: Params = ()) -> None:
    """Write what may be done twice without harm: once more where it is not known whether it was done."""
    try:
        await api.send(method, path, fields)
    except Ambiguous:
        await api.send(method, path, fields)


async def _own(api: Api, ref: Ref) -> wire.Comment | None:
    """A comment of the Page; None when it is gone. Raises Refused when it is somebody else's, or a post."""
    if place_of(ref).head:
        raise Refused(ONLY_COMMENTS)
    number = id_of(ref)
    comment = await standing(api, number, urgent=True) if number else None
    if comment is not None and not is_mine(comment.author, api.facts):
        raise Refused("Only its author can change or delete a comment.")
    return comment


def _bare(comment: wire.Comment) -> str:
    return _words(comment.message or "")


def _words(text: str) -> str:
    """Words without white space, which Facebook may change."""
    return "".join(text.split())
