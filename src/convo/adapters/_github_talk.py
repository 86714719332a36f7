"""A whole conversation to messages: who answers whom where the place has no tree, what was closed or resolved."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from msgspec import Raw

from convo.adapters import _github_wire as wire
from convo.adapters._forge import Item, relate, several
from convo.adapters._github_api import Api, Facts
from convo.adapters._github_messages import (
    Notice,
    comment_item,
    kind_of,
    learn,
    message_of,
    person_of,
    request_item,
    subject_item,
)
from convo.model import Message
from convo.text import one_line, parse_time, shorten


@dataclass(slots=True)
class Talk:
    """An issue, a pull request, a discussion or a commit, with what was said below it, oldest first."""

    whole: wire.Whole
    root: Item
    items: list[Item] = field(default_factory=list)
    """Without the root."""
    skipped: list[str] = field(default_factory=list)
    partial: bool = False
    """There is more than was loaded."""

    @property
    def names(self) -> set[str]:
        """Every name after an "@", in lower case."""
        everything = (self.root, *self.items)
        return {name.lower() for item in everything for name in item.marked.names if "/" not in name}

    def messages(self, api: Api, notice: Notice) -> list[Message]:
        """All of it as messages, the root first. The names must be known."""
        many = several([self.root, *(item for item in self.items if not item.branch)], api.facts.uid)
        in_branch: dict[str, list[Item]] = {}
        for item in self.items:
            if item.branch:
                in_branch.setdefault(item.branch, []).append(item)
        crowded = {branch for branch, items in in_branch.items() if several(items, api.facts.uid)}
        made = [message_of(self.root, self.whole, self.root, api, notice, many=many)]
        for item in self.items:
            crowd = item.branch in crowded if item.branch else many
            made.append(message_of(item, self.whole, self.root, api, notice, many=crowd))
        return made


def whole_of(raw: bytes) -> wire.Whole | str | None:
    """A conversation as it was asked for; a sentence where it cannot be read, None where it is not there."""
    if raw in (b"null", b"{}"):
        return None
    good, bad = wire.each([Raw(raw)], wire.Whole, "Conversation")
    return good[0] if good else bad[0]


def talk_of(whole: wire.Whole, api: Api, notice: Notice) -> Talk | str:
    """A conversation in order, with what answers what; a sentence where it cannot be read."""
    facts = api.facts
    try:
        root = subject_item(whole, facts, mine=api.owns(whole.repository))
    except ValueError as error:
        return f"Conversation {shorten(whole.id or whole.oid, 60)} was left out: {error}."
    talk = Talk(whole, root)
    _fill(talk, facts, notice)
    talk.items.sort(key=lambda item: item.at)
    relate(talk.root, talk.items, facts.uid)
    _close(talk, facts)
    if whole.comments is not None and whole.comments.page_info.has_previous_page:
        _cut(talk, facts)
    return talk


def _fill(talk: Talk, facts: Facts, notice: Notice) -> None:
    """Everything below the root, in no order yet."""
    whole = talk.whole
    kind = {"discussion": "remark", "commit": "note"}.get(kind_of(whole.typename), "comment")
    for one in _comments(talk, whole.comments):
        head = _add(talk, one, kind, facts)
        if head is not None and kind == "remark":
            head.branch, head.branch_node, head.top = head.uri, head.node, head.number
            for reply in _comments(talk, one.replies):
                _add(talk, reply, "remark", facts, head)
    for one in _comments(talk, whole.reviews):
        if one.review_state != "PENDING" and not is_empty(one, whole, facts):
            _add(talk, one, "review", facts)
    threads, bad = wire.each(_listed(talk, whole.review_threads), wire.Thread, "Review thread")
    talk.skipped += bad
    for thread in threads:
        _add_thread(talk, thread, facts)
    _add_requests(talk, facts, notice)


def _listed(talk: Talk, listed: wire.Listed | None) -> list[Raw]:
    if listed is None:
        return []
    talk.partial = talk.partial or listed.page_info.has_previous_page
    return listed.items


def _comments(talk: Talk, listed: wire.Listed | None) -> list[wire.Comment]:
    found, bad = wire.each(_listed(talk, listed), wire.Comment, "Comment")
    talk.skipped += bad
    return found


def _add(talk: Talk, comment: wire.Comment, kind: str, facts: Facts, head: Item | None = None) -> Item | None:
    """Add one comment, into the part of the conversation that `head` begins."""
    try:
        item = comment_item(comment, kind, talk.whole, facts)
    except ValueError as error:
        talk.skipped.append(f"Comment {shorten(comment.id, 60)} was left out: {error}.")
        return None
    if head is not None:
        item.branch, item.branch_node, item.top = head.branch, head.branch_node, head.top
    talk.items.append(item)
    return item


def _add_thread(talk: Talk, thread: wire.Thread, facts: Facts) -> None:
    head: Item | None = None
    for comment in _comments(talk, thread.comments):
        if comment.inline_state == "PENDING":
            continue
        item = _add(talk, comment, "inline", facts, head)
        if item is None:
            continue
        if head is None:
            head = item
            item.branch, item.top = item.uri, item.number
        item.branch_node = one_line(thread.id)
        item.resolved = item.resolved or thread.is_resolved
        item.no_reply = not thread.viewer_can_reply


def is_empty(review: wire.Comment, whole: wire.Whole, facts: Facts) -> bool:
    """A review without words that says nothing by itself: the frame of inline comments, or somebody's approval.

    The user's own approval answers a request for a review, and so does a comment when there was one.
    """
    if review.body.strip() or review.review_state == "DISMISSED":
        return not review.body.strip()
    if person_of(review.author, facts.base).uid != facts.uid:
        return True
    return review.review_state == "COMMENTED" and not _requests(whole, facts, Notice())


def _events(whole: wire.Whole) -> list[wire.Event]:
    items = whole.timeline_items.items if whole.timeline_items else []
    return wire.each(items, wire.Event, "Event")[0]


def _requests(whole: wire.Whole, facts: Facts, notice: Notice) -> list[wire.Event]:
    """The times when the user was asked for a review, alone or (as the notification says) with a team."""
    asked = [one for one in _events(whole) if one.typename == "ReviewRequestedEvent"]
    direct = [one for one in asked if _is_for(one.requested_reviewer, facts)]
    if direct or notice.reason != "review_requested":
        return direct
    return [
        one for one in asked if one.requested_reviewer is None or one.requested_reviewer.typename == "Team"
    ]


def _is_for(reviewer: wire.Actor | None, facts: Facts) -> bool:
    return reviewer is not None and reviewer.database_id == facts.id


def _add_requests(talk: Talk, facts: Facts, notice: Notice) -> None:
    """The last request for a review by the user, and whether it stands."""
    asked = _requests(talk.whole, facts, notice)
    if not asked:
        return
    last = max(asked, key=lambda one: one.created_at)
    try:
        talk.items.append(request_item(last, talk.whole, facts, stands=stands(talk.whole, last)))
    except ValueError as error:
        talk.skipped.append(f"A review request was left out: {error}.")


def stands(whole: wire.Whole, event: wire.Event) -> bool:
    """Whether a request for a review was neither met nor withdrawn."""
    listed = whole.review_requests.items if whole.review_requests else []
    open_ = [one.requested_reviewer for one in wire.each(listed, wire.Reviewer, "Request")[0]]
    wanted = event.requested_reviewer
    if wanted is None or wanted.typename == "Team":
        return any(one is None or one.typename == "Team" for one in open_)
    return any(one is not None and one.database_id == wanted.database_id for one in open_)


def closings(whole: wire.Whole, facts: Facts) -> list[datetime]:
    """When the user closed or merged it."""
    found = []
    for event in _events(whole):
        if event.typename in ("ClosedEvent", "MergedEvent") and _is_for(event.actor, facts):
            try:
                found.append(parse_time(event.created_at))
            except ValueError:
                continue
    return found


def _cut(talk: Talk, facts: Facts) -> None:
    """Leave out the first comment of a list that goes on before it: what it answers cannot be told."""
    first = next((one for one in talk.items if one.kind in ("comment", "note")), None)
    if first is not None and first.author.uid != facts.uid and first.parent == talk.root.uri:
        talk.items.remove(first)


def _close(talk: Talk, facts: Facts) -> None:
    """What was said before the user closed or merged it waits no more."""
    last = max(closings(talk.whole, facts), default=None)
    if last is None:
        return
    for item in (talk.root, *talk.items):
        item.resolved = item.resolved or item.at <= last


def learn_all(api: Api, talks: Iterable[Talk]) -> None:
    """Remember who has which login, from what was read anyway."""
    for talk in talks:
        learn(api, talk.root.author, *(item.author for item in talk.items))
