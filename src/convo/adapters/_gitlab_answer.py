"""Answering: the exact request, sending it, finding out whether it arrived; changing, deleting, to-dos, muting."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timezone

import msgspec
from msgspec import Raw, Struct

from convo.adapters import _gitlab_wire as wire
from convo.adapters._answering import demand_words
from convo.adapters._forge import bare, named
from convo.adapters._gitlab_api import Api, escaped, me
from convo.adapters._gitlab_messages import (
    ELSEWHERE,
    LOCKED,
    ONLY_NOTES,
    REQUESTS,
    Place,
    Spot,
    mentions,
    packed,
    place_of,
    spot_of,
    words_of,
)
from convo.adapters._gitlab_read import SPEECH, lookup
from convo.adapters._gitlab_talk import is_member
from convo.adapters.contract import (
    Absent,
    Ambiguous,
    Found,
    Missing,
    Proof,
    Refused,
    RetryAt,
    Unknown,
)
from convo.marktext import markdown_to_text
from convo.model import Measure, Message, Ref, Reply
from convo.text import parse_time

LONGEST = 1_000_000
"""Characters of a note (`Gitlab::Database::MAX_TEXT_SIZE_LIMIT`)."""
_FENCE = re.compile(r"^ {0,3}(```|~~~)")
_COMMAND = re.compile(r"^/[a-z_]+(?:\s|$)")
_AWARD = re.compile(r"\s*:[\w+-]+:\s*\Z")


class Prepared(Struct):
    """An answer as it is sent, and what it takes to find it again."""

    body: str
    """The JSON that is sent, byte for byte."""
    path: str
    text: str
    newest: int
    """The highest number of a note there before sending: the answer's is higher."""
    place: Place
    root: str
    parent: str
    page: str
    """Where people read the conversation."""
    to: tuple[str, str]
    """uid and user name of whom it answers."""


def worded(reply: Reply) -> str:
    """The words as they are sent: where several people talk, with the name of whom they are for before them."""
    return named(reply) if place_of(reply.parent.data).many else reply.text


def measure(_: Api, reply: Reply) -> Measure:
    """Characters of the answer, the name before it included."""
    return Measure(len(worded(reply)), LONGEST)


async def prepare(api: Api, reply: Reply) -> str:
    """See that what is answered is there and open, note the newest note, build the request. Changes nothing."""
    demand_words(reply, measure(api, reply), api.host, "convo sends no files to GitLab.")
    _demand_no_command(reply)
    parent = reply.parent
    spot = spot_of(parent.uri.partition(REQUESTS)[0])
    if spot is None:
        raise Refused(ELSEWHERE)
    target = wire.decode(await api.get(spot.path), wire.Target)
    if spot.note:
        await api.get(f"{spot.path}/notes/{spot.note}")
    if target.discussion_locked and not await is_member(api, spot.project):
        raise Refused(LOCKED)
    place = place_of(parent.data)
    inside = bool(place.discussion) and (place.thread or place.internal)
    path = f"{spot.path}/discussions/{escaped(place.discussion)}/notes" if inside else f"{spot.path}/notes"
    text = worded(reply)
    root = parent.root_uri or parent.uri
    prepared = Prepared(
        msgspec.json.encode({"body": text}).decode(),
        path,
        text,
        await _newest(api, spot),
        Place(
            "note", place.discussion if inside else "", inside, place.branch if inside else "", place.internal
        ),
        root,
        (place.branch or parent.uri) if inside else root,
        wire.web(target.web_url),
        (parent.author.uid, parent.author.handle),
    )
    return msgspec.json.encode(prepared).decode()


def _demand_no_command(reply: Reply) -> None:
    """Raises Refused for what GitLab would take for something else than words."""
    if _AWARD.match(reply.text):
        raise Refused("GitLab would make a reaction of this; add a word.")
    fenced = False
    for line in reply.text.splitlines():
        fenced = fenced != bool(_FENCE.match(line))
        if not fenced and _COMMAND.match(line):
            raise Refused(
                f"GitLab takes a line that begins with {line.split()[0]} for a command; put a word before it."
            )


async def _newest(api: Api, spot: Spot) -> int:
    params = [("sort", "desc"), ("order_by", "created_at"), ("per_page", "1")]
    notes = wire.each(wire.decode(await api.get(f"{spot.path}/notes", params), list[Raw]), wire.Note, "Note")[
        0
    ]
    return max([note.id for note in notes], default=0)


async def answer(api: Api, request: str) -> Message:
    """Send a prepared answer, and see that it stands where it belongs."""
    prepared = msgspec.json.decode(request, type=Prepared)
    _remember(api, prepared)
    response = await api.send("POST", prepared.path, prepared.body.encode())
    if response.status == 202:
        raise Refused(f"{api.host} took the words for commands and made no comment of them.")
    try:
        note = wire.decode(response, wire.Note)
        message = _message(api, prepared, note)
    except (RetryAt, ValueError) as error:
        raise Ambiguous(f"{api.host} took the answer and said something that could not be read.") from error
    spot = spot_of(prepared.root)
    if spot is not None and note.noteable_iid not in (None, spot.iid):
        raise Refused(f"{api.host} put the answer somewhere else; see {message.url}.")
    return message


def _remember(api: Api, prepared: Prepared) -> None:
    uid, name = prepared.to
    number = uid.rpartition("/users/")[2]
    if number.isdigit():
        api.people[name.lower()] = int(number)


def _message(api: Api, prepared: Prepared, note: wire.Note) -> Message:
    """An own note as GitLab gives it back. Raises ValueError for a time that is none."""
    marked = markdown_to_text(note.body, base=prepared.page.partition("/-/")[0], dotted=True)
    author = me(api.facts)
    place = msgspec.structs.replace(prepared.place, up=prepared.parent)
    return Message(
        uri=f"{prepared.root}/notes/{note.id}",
        author=author,
        created_at=parse_time(note.created_at),
        text=f"[internal] {marked.text}" if note.internal else marked.text,
        parent_uri=prepared.parent,
        root_uri=prepared.root,
        url=f"{prepared.page}#note_{note.id}" if prepared.page else "",
        mentions=mentions(marked, author, api),
        attachments=marked.pictures,
        links=marked.links,
        flat=True,
        branch=place.branch,
        data=packed(place),
    )


async def find(api: Api, request: str, claimed: Collection[str]) -> Proof:
    """Look for a prepared answer among the newest notes at its place."""
    prepared = msgspec.json.decode(request, type=Prepared)
    _remember(api, prepared)
    try:
        notes = await _beside(api, prepared)
    except Missing:
        return Unknown(
            f"{api.host} does not show the conversation any more; convo cannot tell whether it arrived."
        )
    for note in notes:
        mine = note.author is not None and note.author.id == api.facts.id and not note.system
        if not mine or not _is_newer(note, prepared) or bare(note.body) != bare(prepared.text):
            continue
        message = _message(api, prepared, note)
        if message.uri not in claimed:
            return Found(message)
    return Absent()


async def _beside(api: Api, prepared: Prepared) -> list[wire.Note]:
    """The notes of the discussion, else the newest ones."""
    if prepared.place.thread:
        response = await api.get(prepared.path.removesuffix("/notes"))
        raws = wire.decode(response, wire.Discussion).notes
    else:
        params = [("sort", "desc"), ("order_by", "created_at"), ("per_page", "100")]
        raws = wire.decode(await api.get(prepared.path, params), list[Raw])
    return wire.each(raws, wire.Note, "Note")[0]


def _is_newer(note: wire.Note, prepared: Prepared) -> bool:
    return note.id > prepared.newest


async def edit(api: Api, ref: Ref, text: str) -> Message:
    """Change an own note."""
    before, spot = await _own(api, ref)
    if before is None:
        raise Missing(f"{api.host} does not have this comment any more.")
    if len(text) > LONGEST:
        raise Refused(f"Too long for {api.host} by {len(text) - LONGEST} characters.")
    if not text.strip():
        raise Refused("There is nothing in it any more; delete it instead.")
    body = msgspec.json.encode({"body": text})
    response = await api.send("PUT", f"{spot.path}/notes/{spot.note}", body)
    note = wire.part(response.body, wire.Note)
    if note is None:
        raise Ambiguous(f"{api.host} took the change and said something that could not be read.")
    marked = words_of(note.body, wire.Target(0, 0, 0, "", web_url=before.url))
    await api.learn_names(name for name in marked.names if "/" not in name)
    return replace(
        before,
        text=marked.text,
        edited_at=datetime.now(timezone.utc) - api.http.skew,
        mentions=mentions(marked, before.author, api),
        links=marked.links,
        attachments=marked.pictures,
    )


async def delete(api: Api, ref: Ref) -> None:
    """Delete an own note; fine when it is already gone."""
    before, spot = await _own(api, ref)
    if before is None:
        return
    try:
        await api.send("DELETE", f"{spot.path}/notes/{spot.note}")
    except Missing:
        return


async def _own(api: Api, ref: Ref) -> tuple[Message | None, Spot]:
    """An own note as it is now, None when it is gone. GitLab lets maintainers change what others wrote; convo not."""
    spot = spot_of(ref.uri)
    if spot is None or not spot.note:
        raise Refused(ONLY_NOTES)
    found = await lookup(api, [ref])
    if not found.messages:
        return None, spot
    if found.messages[0].author.uid != api.facts.uid:
        raise Refused("Only its author can change or delete a comment.")
    return found.messages[0], spot


async def mark_read(api: Api, ref: Ref) -> None:
    """Mark the to-do of a message as done, and those before it that convo shows; one that moved since stays."""
    place = place_of(ref.data)
    if not place.todo:
        return
    raws, _ = await api.listed("/todos", [("state", "pending")])
    for todo in wire.each(raws, wire.Todo, "To-do")[0]:
        moved = todo.id == place.todo and todo.updated_at != place.seen
        if todo.id <= place.todo and not moved and todo.action_name in SPEECH:
            try:
                await api.send("POST", f"/todos/{todo.id}/mark_as_done")
            except Missing:
                continue


async def mute_thread(api: Api, ref: Ref, on: bool) -> None:
    """Unsubscribe from an issue or merge request, or subscribe again."""
    spot = spot_of(ref.uri.partition(REQUESTS)[0])
    if spot is None:
        raise Refused(ELSEWHERE)
    await api.send("POST", f"{spot.path}/{'unsubscribe' if on else 'subscribe'}")
