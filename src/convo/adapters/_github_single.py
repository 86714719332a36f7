"""Messages one by one: look-ups by id, and what the account wrote itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field, replace
from datetime import datetime, timedelta

import msgspec
from msgspec import Raw, Struct

from convo.adapters import _github_queries as queries
from convo.adapters import _github_wire as wire
from convo.adapters._forge import Item
from convo.adapters._github_api import Api, Found, Lacking
from convo.adapters._github_messages import (
    ROOTS,
    Notice,
    Place,
    comment_item,
    comment_uri,
    kind_of,
    learn,
    message_of,
    place_of,
    request_item,
    subject_item,
)
from convo.adapters._github_read import around, learn_names, wholes
from convo.adapters._github_talk import closings, is_empty, stands, talk_of
from convo.adapters.contract import Missing
from convo.model import Conversation, Lookup, Message, Page, Quote, Ref
from convo.text import format_time, parse_time, shorten
from convo.values import frozen

_BULK = 100
"""Node ids that one query takes."""
_OVERLAP = timedelta(minutes=10)
_QUOTING = 10
"""Conversations that are read to see whom own messages quote."""


class OwnCursor(Struct):
    """How far own messages were read: the newest change seen, and the page under way with its newest."""

    top: str = ""
    after: str = ""
    high: str = ""


@frozen
class _One:
    """One message, decoded, with what heads its conversation."""

    item: Item
    root: Item
    whole: wire.Whole
    place: Place = field(default_factory=Place)

    def message(self, api: Api) -> Message:
        """It as a message; its names must be known."""
        notice = Notice(self.place.thread, self.place.seen, self.place.reason)
        return message_of(self.item, self.whole, self.root, api, notice, many=self.place.many)


async def lookup(api: Api, refs: Sequence[Ref]) -> Lookup:
    """The present state of messages; what GitHub does not have any more is gone."""
    found: list[_One] = []
    gone: list[str] = []
    asked = [ref for ref in refs if ref.local_id]
    for start in range(0, len(asked), _BULK // 2):
        part = asked[start : start + _BULK // 2]
        threads = [place.branch for place in (place_of(ref.data) for ref in part) if place.kind == "inline"]
        ids = list(dict.fromkeys([*(ref.local_id for ref in part), *filter(None, threads)]))
        answer = await api.query(queries.SINGLE, {"ids": ids})
        nodes = dict(zip(ids, answer.nodes(), strict=False))
        for ref in part:
            one = _looked_up(ref, nodes, api)
            if one is not None:
                found.append(one)
            elif not answer.forbidden and _is_gone(nodes.get(ref.local_id)):
                gone.append(ref.uri)
    await _learn(api, found)
    return Lookup(tuple(one.message(api) for one in found), tuple(gone))


def _is_gone(node: Raw | None) -> bool:
    """Whether a node is not there; a comment of a discussion stays as an empty place."""
    if node is None:
        return False
    comment = wire.part(bytes(node), wire.Comment)
    return bytes(node) == b"null" or bool(comment is not None and comment.deleted_at)


async def conversation(api: Api, ref: Ref) -> Conversation:
    """All that was said in an issue, a pull request, a discussion. Raises Missing when it is gone."""
    subject = place_of(ref.data).subject
    looked = Lookup()
    if not subject:
        looked = await _looked_at(api, ref)
        subject = place_of(looked.messages[0].data).subject
    talk, there = await around(api, ref, subject)
    if there or not talk.messages:
        return talk
    looked = looked if looked.messages else await _looked_at(api, ref)
    return replace(talk, messages=(*talk.messages, *looked.messages))


async def _looked_at(api: Api, ref: Ref) -> Lookup:
    looked = await lookup(api, [ref])
    if not looked.messages:
        raise Missing(f"{api.host} does not show this any more.")
    return looked


def _looked_up(ref: Ref, nodes: Mapping[str, Raw], api: Api) -> _One | None:
    """A message as it is now; None where it is gone or cannot be read."""
    node = nodes.get(ref.local_id)
    if node is None or _is_gone(node):
        return None
    place = place_of(ref.data)
    one = _one(node, api, place)
    if one is None or one.item is one.root:
        return one
    item = one.item
    item.parent, item.parent_node = place.up or item.parent, place.up_id or item.parent_node
    item.quotes = item.quotes or tuple(Quote(*parts) for parts in place.quotes)
    thread = wire.part(bytes(nodes.get(place.branch, Raw(b"null"))), wire.Thread)
    if thread is not None and item.kind == "inline":
        item.resolved = item.resolved or thread.is_resolved
        item.no_reply = not thread.viewer_can_reply
    return one


def _one(node: Raw, api: Api, place: Place) -> _One | None:
    """A single thing of any kind; None where it cannot be read."""
    facts = api.facts
    above = wire.part(bytes(node), wire.Above)
    kind = kind_of(above.typename) if above else ""
    if above is None or not kind:
        return None
    whole = wire.part(bytes(node if kind in ROOTS else above.subject), wire.Whole)
    if whole is None:
        return None
    try:
        root = subject_item(whole, facts, mine=api.owns(whole.repository))
        item = root if kind in ROOTS else _item(node, kind, whole, api, place)
    except ValueError:
        return None
    if item is None:
        return None
    last = max(closings(whole, facts), default=None)
    if last is not None:
        item.resolved = item.resolved or item.at <= last
    return _One(item, root, whole, place)


def _item(node: Raw, kind: str, whole: wire.Whole, api: Api, place: Place) -> Item | None:
    facts = api.facts
    if kind == "request":
        event = wire.part(bytes(node), wire.Event)
        return request_item(event, whole, facts, stands=stands(whole, event)) if event else None
    comment = wire.part(bytes(node), wire.Comment)
    if comment is None:
        return None
    item = comment_item(comment, kind, whole, facts)
    if kind in ("inline", "remark"):
        _put_in_branch(item, comment, whole, facts.base, place)
    return item


def _put_in_branch(item: Item, comment: wire.Comment, whole: wire.Whole, base: str, place: Place) -> None:
    """The inline thread, or the part of a discussion, that a comment belongs to: told by what it answers."""
    head = comment.reply_to
    number = (head.number if head else None) or (item.number if head is None else place.top)
    if not number:
        return
    item.top = number
    item.branch = comment_uri(base, whole, item.kind, number)
    item.branch_node = place.branch or (head.id if head else item.node if item.kind == "remark" else "")
    if head is not None:
        item.parent, item.parent_node = item.branch, head.id


async def own(api: Api, text: str, since: datetime) -> Page:
    """What the account wrote: comments, issues, reviews, in discussions; newest change first."""
    cursor = _cursor(text)
    answer = await _ask_own(api, cursor, since)
    ones, skipped = _own_items(answer, api)
    listed = answer.listed("viewer", "issueComments")
    changes = sorted(filter(None, (_changed(raw) for raw in listed.items)))
    high = max([cursor.high, *changes[-1:]])
    floor = max(since, parse_time(cursor.top) - _OVERLAP) if cursor.top else since
    info = listed.page_info
    further = (
        bool(changes) and parse_time(changes[0]) >= floor and info.has_next_page and bool(info.end_cursor)
    )
    after = (
        OwnCursor(cursor.top, info.end_cursor or "", high) if further else OwnCursor(max(cursor.top, high))
    )
    await _learn(api, ones)
    mine = {one.item.uri: one.message(api) for one in ones if one.item.author.uid == api.facts.uid}
    await _see_quotes(api, [one for one in ones if one.item.marked.quoted], mine)
    kept = sorted((one for one in mine.values() if one.created_at >= since), key=lambda one: one.created_at)
    return Page(tuple(kept), msgspec.json.encode(after).decode(), further, skipped=tuple(skipped))


async def _ask_own(api: Api, cursor: OwnCursor, since: datetime) -> Found:
    variables = {"after": cursor.after or None, "from": format_time(since), "more": not cursor.after}
    try:
        return await api.query(queries.OWN, variables)
    except Lacking:
        return await api.query(queries.OWN_BARE, {"after": cursor.after or None})


def _own_items(answer: Found, api: Api) -> tuple[list[_One], list[str]]:
    """Everything in an answer, and one sentence for each thing that could not be read."""
    found: list[_One] = []
    skipped: list[str] = []

    def take(listed: wire.Listed, typename: str) -> None:
        for raw in listed.items:
            one = _one(_typed(raw, typename), api, Place())
            if one is not None:
                found.append(one)
            else:
                skipped.append(f"{typename} {_id(raw)} of your own could not be read.")

    take(answer.listed("viewer", "issueComments"), "IssueComment")
    take(answer.listed("viewer", "issues"), "Issue")
    take(answer.listed("viewer", "pullRequests"), "PullRequest")
    take(answer.listed("viewer", "repositoryDiscussions"), "Discussion")
    take(answer.listed("viewer", "repositoryDiscussionComments"), "DiscussionComment")
    reviews = answer.listed("viewer", "contributionsCollection", "pullRequestReviewContributions")
    for raw in reviews.items:
        found += _review(raw, api)
    return found, skipped


def _review(raw: Raw, api: Api) -> list[_One]:
    """An own review, with the inline comments that came with it."""
    inner = wire.part(bytes(raw), dict[str, Raw]) or {}
    node = inner.get("pullRequestReview", Raw(b"null"))
    review = wire.part(bytes(node), wire.Comment)
    one = _one(_typed(node, "PullRequestReview"), api, Place())
    if review is None or one is None or review.review_state == "PENDING":
        return []
    found = [] if is_empty(review, one.whole, api.facts) else [one]
    for comment in review.comments.items if review.comments else []:
        try:
            item = _item(comment, "inline", one.whole, api, Place())
        except ValueError:
            continue
        if item is not None:
            found.append(_One(item, one.root, one.whole))
    return found


async def _see_quotes(api: Api, quoting: Sequence[_One], mine: dict[str, Message]) -> None:
    """Put those messages in that tell whom they quote, which only the words around them show."""
    subjects = list(dict.fromkeys(one.whole.id for one in quoting if one.item.uri in mine))[:_QUOTING]
    if not subjects:
        return
    for whole in await wholes(api, subjects, 50, 20):
        talk = talk_of(whole, api, Notice()) if isinstance(whole, wire.Whole) else whole
        if not isinstance(talk, str):
            mine.update((one.uri, one) for one in talk.messages(api, Notice()) if one.uri in mine)


async def _learn(api: Api, ones: Iterable[_One]) -> None:
    """Find out who is named in messages."""
    all_ = list(ones)
    learn(api, *(one.item.author for one in all_), *(one.root.author for one in all_))
    await learn_names(api, (name for one in all_ for name in one.item.marked.names if "/" not in name))


def _typed(raw: Raw, typename: str) -> Raw:
    """A node with its type, where the list it came in makes that plain and it was not asked for."""
    fields = wire.part(bytes(raw), dict[str, Raw])
    return raw if fields is None else Raw(msgspec.json.encode({**fields, "__typename": typename}))


def _changed(raw: Raw) -> str:
    comment = wire.part(bytes(raw), wire.Comment)
    try:
        return format_time(parse_time(comment.updated_at or "")) if comment else ""
    except ValueError:
        return ""


def _id(raw: Raw) -> str:
    found = wire.part(bytes(raw), wire.Named)
    return shorten(found.id, 60) if found and found.id else "without an id"


def _cursor(text: str) -> OwnCursor:
    try:
        return msgspec.json.decode(text or "{}", type=OwnCursor)
    except msgspec.DecodeError:
        return OwnCursor()
