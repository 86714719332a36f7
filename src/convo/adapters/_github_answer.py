"""Answering: the exact request, sending it, finding out whether it arrived."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from urllib.parse import quote

import msgspec
from msgspec import Raw, Struct

from convo.adapters import _github_queries as queries
from convo.adapters import _github_wire as wire
from convo.adapters._answering import demand_words
from convo.adapters._forge import bare, named
from convo.adapters._github_api import Api, request_of
from convo.adapters._github_messages import (
    ARCHIVED,
    LOCKED,
    NO_REPLY,
    NOT_MATCHED,
    WAYS,
    WRITERS,
    Place,
    place_of,
    posted_message,
)
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
from convo.adapters.http import Response
from convo.model import Measure, Message, Ref, Reply
from convo.text import format_time

LONGEST = 60_000
"""GitHub takes 65,536 characters; what it counts as one is not documented, so some are left."""
_MARGIN = timedelta(minutes=1)
_PAGES = 5
_NOTHING = Raw(b"null")


class Prepared(Struct):
    """An answer as it is sent, and what it takes to find it again."""

    body: str
    """The JSON that is sent, byte for byte."""
    path: str
    """Where it goes over REST, "" for a discussion, which goes over GraphQL."""
    text: str
    newest: int
    """The highest number of a comment there before sending: the answer's is higher."""
    after: str
    """The server's time then, less a minute."""
    place: Place
    root: str
    parent: str
    parent_id: str
    branch: str
    to: tuple[str, str]
    """uid and login of whom it answers."""


def worded(reply: Reply) -> str:
    """The words as they are sent: where several people talk, with the name of whom they are for before them."""
    many = place_of(reply.parent.data).many and "/user/" in reply.parent.author.uid
    return named(reply) if many else reply.text


def measure(_: Api, reply: Reply) -> Measure:
    """Characters of the answer, the name before it included."""
    return Measure(len(worded(reply)), LONGEST)


async def prepare(api: Api, reply: Reply) -> str:
    """See that what is answered is there and open, note the newest comment, build the request. Changes nothing."""
    demand_words(
        reply, measure(api, reply), api.host, "GitHub takes no files from programs; convo sends words only."
    )
    parent = reply.parent
    place = place_of(parent.data)
    if place.kind == "unmatched" or not place.subject:
        raise Refused(NOT_MATCHED if place.kind == "unmatched" else "convo does not know where this stands.")
    sort = {"discussion": "discussion", "commit": "sha"}.get(place.about, "number")
    ids = list(dict.fromkeys(filter(None, [place.subject, parent.local_id, place.branch])))
    found = await api.query(queries.target(sort), {"ids": ids})
    nodes = dict(zip(ids, found.nodes(), strict=False))
    whole = wire.part(bytes(nodes.get(place.subject, _NOTHING)), wire.Whole)
    there = wire.part(bytes(nodes.get(parent.local_id, _NOTHING)), wire.Comment)
    if whole is None or nodes.get(parent.local_id, _NOTHING) == _NOTHING or (there and there.deleted_at):
        raise Missing(f"{api.host} does not have the message any more that this answers.")
    _demand_open(whole, wire.part(bytes(nodes.get(place.branch, _NOTHING)), wire.Thread))
    return await _built(api, reply, place, whole, nodes)


def _demand_open(whole: wire.Whole, thread: wire.Thread | None) -> None:
    """Raises Refused where nobody, or not this account, may write."""
    if whole.repository.is_archived:
        raise Refused(ARCHIVED)
    if whole.locked and whole.repository.viewer_permission not in WRITERS:
        raise Refused(LOCKED)
    if thread is not None and not thread.viewer_can_reply:
        raise Refused(NO_REPLY)


async def _built(api: Api, reply: Reply, place: Place, whole: wire.Whole, nodes: dict[str, Raw]) -> str:
    """The request for where the answer belongs."""
    text, parent = worded(reply), reply.parent
    repo = quote(whole.repository.name_with_owner, safe="/")
    root, branch = parent.root_uri or parent.uri, parent.branch
    newest = _newest(whole.comments)
    body, path, kind = msgspec.json.encode({"body": text}), "", "comment"
    if place.about == "discussion":
        kind, to = "remark", place.branch or None
        variables = {"discussion": place.subject, "to": to, "body": text}
        body = request_of(queries.ADD_REMARK, variables)
        newest = max((one.number or 0 for one in await _remarks(api, to or place.subject)), default=0)
    elif place.about == "commit":
        kind, path = "note", f"/repos/{repo}/commits/{quote(place.sha, safe='')}/comments"
    elif place.kind == "inline":
        kind, path = "inline", f"/repos/{repo}/pulls/{place.number}/comments/{place.top}/replies"
        thread = wire.part(bytes(nodes.get(place.branch, _NOTHING)), wire.Thread)
        newest = max(place.id, place.top, _newest(thread.comments if thread else None))
    else:
        path = f"/repos/{repo}/issues/{place.number}/comments"
    place = msgspec.structs.replace(place, kind=kind, repo=whole.repository.name_with_owner, quotes=[])
    above = root
    if kind in ("inline", "remark") and place.top:
        base, _, rest = root.rpartition("/repositories/")
        above = f"{base}/repositories/{rest.split('/')[0]}/{WAYS[kind]}/{place.top}"
    parent_id = parent.local_id if above == parent.uri else place.subject if above == root else ""
    after = format_time((api.now - _MARGIN).replace(microsecond=0))
    to_whom = (parent.author.uid, parent.author.handle)
    prepared = Prepared(
        body.decode(), path, text, newest, after, place, root, above, parent_id, branch, to_whom
    )
    return msgspec.json.encode(prepared).decode()


def _newest(listed: wire.Listed | None) -> int:
    found = [wire.part(bytes(item), wire.Named) for item in (listed.items if listed else [])]
    return max((one.number or 0 for one in found if one is not None), default=0)


async def answer(api: Api, request: str) -> Message:
    """Send a prepared answer, and see that it stands where it belongs."""
    prepared = msgspec.json.decode(request, type=Prepared)
    _remember(api, prepared)
    body = prepared.body.encode()
    raw = b""
    response: Response | None = None
    if prepared.path:
        response = await api.send("POST", prepared.path, body)
    else:
        raw = (await api.mutate(body)).raw("addDiscussionComment", "comment")
    try:
        posted = wire.decode(response, wire.Posted) if response else _posted(wire.part(raw, wire.Comment))
        message = _message(api, prepared, posted)
    except (RetryAt, ValueError) as error:
        raise Ambiguous(f"{api.host} took the answer and said something that could not be read.") from error
    if _is_elsewhere(prepared, posted):
        raise Refused(f"{api.host} put the answer somewhere else; see {message.url}.")
    return message


def _is_elsewhere(prepared: Prepared, posted: wire.Posted) -> bool:
    place = prepared.place
    if place.kind == "inline":
        return posted.in_reply_to_id not in (None, place.top)
    if place.kind == "comment" and posted.issue_url:
        return not posted.issue_url.endswith(f"/{place.number}")
    return False


def _posted(comment: wire.Comment | None) -> wire.Posted:
    """A comment of a discussion as REST would give one. Raises ValueError."""
    if comment is None or comment.number is None:
        raise ValueError("there is no comment")
    return wire.Posted(comment.number, comment.body, comment.created_at, comment.id, comment.url)


def _remember(api: Api, prepared: Prepared) -> None:
    uid, login = prepared.to
    number = uid.rpartition("/user/")[2]
    if number.isdigit():
        api.people[login.lower()] = int(number)


def _message(api: Api, prepared: Prepared, posted: wire.Posted) -> Message:
    branch = prepared.branch
    if prepared.place.kind == "remark" and not branch:
        branch = f"{prepared.root.partition('/discussions/')[0]}/{WAYS['remark']}/{posted.id}"
    parent = Ref(prepared.parent, prepared.parent_id)
    return posted_message(posted, prepared.place, parent, prepared.root, branch, api)


async def find(api: Api, request: str, claimed: Collection[str]) -> Proof:
    """Look for a prepared answer among the newer comments at its place."""
    prepared = msgspec.json.decode(request, type=Prepared)
    _remember(api, prepared)
    try:
        comments = await _beside(api, prepared)
    except Missing:
        return Unknown(
            f"{api.host} does not show the conversation any more; convo cannot tell whether it arrived."
        )
    for posted in comments:
        if posted.id <= prepared.newest or bare(posted.body or "") != bare(prepared.text):
            continue
        if prepared.place.kind == "inline" and posted.in_reply_to_id != prepared.place.top:
            continue
        message = _message(api, prepared, posted)
        if message.uri not in claimed:
            return Found(message)
    return Absent()


async def _beside(api: Api, prepared: Prepared) -> list[wire.Posted]:
    """Own comments that came after the request was made."""
    if not prepared.path:
        remarks = await _remarks(api, prepared.place.branch or prepared.place.subject)
        return [_posted(one) for one in remarks if one.author and one.author.database_id == api.facts.id]
    place = prepared.place
    params = {
        "comment": [("since", prepared.after)],
        "inline": [("since", prepared.after), ("sort", "created"), ("direction", "desc")],
        "note": [],
    }[place.kind]
    path = prepared.path
    if place.kind == "inline":
        path = f"{path.rpartition('/comments/')[0]}/comments"
    found: list[wire.Posted] = []
    for page in range(1, _PAGES + 1):
        listed = [("per_page", "100"), *([("page", str(page))] if page > 1 else [])]
        response = await api.get(path, [*params, *listed])
        items = wire.decode(response, list[Raw])
        found += wire.each(items, wire.Posted, "Comment")[0]
        if 'rel="next"' not in response.headers.get("link", ""):
            break
    return [one for one in found if one.user is not None and one.user.id == api.facts.id]


async def _remarks(api: Api, node: str) -> list[wire.Comment]:
    """The newest comments of a discussion, or answers to one of them."""
    found = await api.query(queries.OWN_REMARKS, {"id": node})
    listed = found.listed("node", "replies").items or found.listed("node", "comments").items
    return wire.each(listed, wire.Comment, "Comment")[0]
