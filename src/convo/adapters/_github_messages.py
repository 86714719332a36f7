"""Single things on GitHub as messages: URIs, people, words, what cannot be done with them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

import msgspec
from msgspec import Struct

from convo.adapters import _github_wire as wire
from convo.adapters._forge import Item
from convo.adapters._github_api import PLATFORM, Api, Facts, me, web_address
from convo.adapters._keeping import kept, written
from convo.marktext import Marked, markdown_to_text
from convo.model import Mention, Message, Person, Reason, Ref
from convo.text import clean, one_line, parse_time, shorten
from convo.values import frozen

ROOTS = ("issue", "pull", "discussion", "commit")
LOCKED = "This conversation is locked; only who may write to the repository can comment."
ARCHIVED = "The repository is archived: nothing can be written there any more."
NO_REPLY = "GitHub does not let you reply in this review thread."
ONLY_COMMENTS = "convo changes comments only, no issues, pull requests or reviews."
NOT_MATCHED = "convo could not tell which discussion this is; open it in a browser."
WRITERS = ("ADMIN", "MAINTAIN", "WRITE")
_STATES = {"APPROVED": "[approved]", "CHANGES_REQUESTED": "[asks for changes]", "DISMISSED": "[dismissed]"}
_REQUEST = "[asks you for a review]"
WAYS = {
    "comment": "issues/comments",
    "inline": "pulls/comments",
    "note": "comments",
    "remark": "discussions/comments",
}
"""Where comments of a kind are, below their repository."""
_SHOWN = 4
"""Lines of code shown above an inline comment."""
_KINDS = {
    "Issue": "issue",
    "PullRequest": "pull",
    "Discussion": "discussion",
    "Commit": "commit",
    "IssueComment": "comment",
    "PullRequestReview": "review",
    "PullRequestReviewComment": "inline",
    "ReviewRequestedEvent": "request",
    "DiscussionComment": "remark",
    "CommitComment": "note",
}


class Place(Struct, omit_defaults=True):
    """Where a message stands; `Message.data` carries it as JSON."""

    kind: str = ""
    """issue, pull, discussion or commit; comment, review, inline, request, remark or note."""
    repo: str = ""
    """owner/name"""
    subject: str = ""
    """Node id of the issue, pull request, discussion or commit."""
    about: str = ""
    """Kind of that: issue, pull, discussion, commit."""
    number: int = 0
    sha: str = ""
    id: int = 0
    """Its number among its kind."""
    top: int = 0
    """Number of the first comment of its inline thread."""
    branch: str = ""
    """Node id of its inline thread, or of the comment that heads its part of a discussion."""
    up: str = ""
    """What it answers, as it was judged among the messages beside it."""
    up_id: str = ""
    quotes: list[tuple[str, str, str, str]] = []
    many: bool = False
    """Several people talk there: an answer says whom it is for."""
    thread: str = ""
    """The notification."""
    seen: str = ""
    """When the notification had moved last, as it was read."""
    reason: str = ""


@frozen
class Notice:
    """What a notification says of the messages that are read for it."""

    thread: str = ""
    seen: str = ""
    reason: str = ""


def place_of(data: str) -> Place:
    """The place that a reference carries; an empty one where it carries none."""
    return kept(data, Place)


def packed(place: Place) -> str:
    """A place as `Message.data` carries it."""
    return written(place)


def kind_of(typename: str) -> str:
    """Our word for a GraphQL type, "" for one that is not read."""
    return _KINDS.get(typename, "")


def subject_uri(base: str, whole: wire.Whole) -> str:
    """The API's address of an issue, a pull request, a discussion or a commit, which no rename changes."""
    repository = f"{base}/repositories/{whole.repository.database_id}"
    if whole.oid:
        return f"{repository}/commits/{one_line(whole.oid)}"
    return f"{repository}/{'discussions' if whole.typename == 'Discussion' else 'issues'}/{whole.number}"


def comment_uri(base: str, whole: wire.Whole, kind: str, number: int) -> str:
    """The same for what is said below it."""
    repository = f"{base}/repositories/{whole.repository.database_id}"
    way = f"pulls/{whole.number}/reviews" if kind == "review" else WAYS[kind]
    return f"{repository}/{way}/{number}"


def person_of(actor: wire.Actor | None, base: str) -> Person:
    """Whoever wrote something; who deleted the account is "ghost", as GitHub shows them."""
    if actor is None or not actor.login:
        return Person(PLATFORM, f"{base}/users/ghost", "ghost", "", f"{web_address(base)}/ghost")
    login = one_line(actor.login)
    uid = f"{base}/user/{actor.database_id}" if actor.database_id else f"{base}/users/{login.lower()}"
    bot = actor.typename == "Bot" or login.endswith("[bot]")
    return Person(PLATFORM, uid, login, one_line(actor.name or ""), wire.web(actor.url), bot)


def writer_of(writer: wire.Writer | None, base: str) -> Person:
    """Who wrote a commit: the user, else the name that git has."""
    if writer is not None and writer.user is not None:
        return person_of(writer.user, base)
    name = one_line((writer.name if writer else None) or "somebody")
    return Person(PLATFORM, f"{base}/writers/{name}", name, name)


def subject_item(whole: wire.Whole, facts: Facts, *, mine: bool) -> Item:
    """What heads a conversation; `mine` when the repository is the user's own.

    Raises ValueError for a time that is none.
    """
    base = facts.base
    kind = kind_of(whole.typename)
    author = writer_of(whole.writer, base) if whole.oid else person_of(whole.author, base)
    opened = mine and kind != "commit" and author.uid != facts.uid
    return Item(
        kind,
        subject_uri(base, whole),
        one_line(whole.id),
        author,
        parse_time(whole.created_at),
        markdown_to_text(whole.body or ""),
        wire.web(whole.url),
        edited_at=_edited(whole.last_edited_at),
        claim=Reason.OPENED if opened else None,
        resolved=opened and whole.closed,
    )


def comment_item(comment: wire.Comment, kind: str, whole: wire.Whole, facts: Facts) -> Item:
    """A comment or a review. Raises ValueError for a time that is none, or a missing number."""
    number = comment.number
    if number is None:
        raise ValueError("it has no number")
    author = person_of(comment.author, facts.base)
    mine = author.uid == facts.uid
    hidden = one_line(comment.minimized_reason or "hidden") if comment.is_minimized else ""
    marked = markdown_to_text("" if comment.deleted_at else comment.body)
    if kind == "review":
        marked = _with_state(marked, comment.review_state, mine)
    return Item(
        kind,
        comment_uri(facts.base, whole, kind, number),
        one_line(comment.id),
        author,
        parse_time(comment.submitted_at or comment.created_at),
        marked,
        wire.web(comment.url),
        number,
        _edited(comment.last_edited_at),
        claim=Reason.REVIEW if kind == "review" and mine else None,
        resolved=hidden.lower() in ("resolved", "outdated"),
        deleted=bool(comment.deleted_at),
        filtered=f"hidden there as {hidden.lower()}" if hidden else "",
        above=_code(comment) if kind == "inline" else "",
    )


def request_item(event: wire.Event, whole: wire.Whole, facts: Facts, *, stands: bool) -> Item:
    """A request for a review by the user; it waits no more when it was withdrawn or the pull request closed."""
    node = one_line(event.id)
    return Item(
        "request",
        f"{subject_uri(facts.base, whole)}/events/{node}",
        node,
        person_of(event.actor or whole.author, facts.base),
        parse_time(event.created_at),
        Marked(_REQUEST),
        wire.web(whole.url),
        claim=Reason.REVIEW,
        resolved=whole.closed or not stands,
    )


def message_of(
    item: Item, whole: wire.Whole, root: Item, api: Api, notice: Notice, *, many: bool = False
) -> Message:
    """A message of what was said, with what it answers and the people it names."""
    facts = api.facts
    is_root = item is root
    place = Place(
        kind=item.kind,
        repo=one_line(whole.repository.name_with_owner),
        subject=one_line(whole.id),
        about=kind_of(whole.typename),
        number=whole.number,
        sha=one_line(whole.oid),
        id=item.number,
        top=item.top,
        branch=item.branch_node,
        up=item.parent,
        up_id=item.parent_node,
        quotes=[(one.uri, one.uid, one.name, one.text) for one in item.quotes],
        many=many,
        thread=notice.thread,
        seen=notice.seen,
        reason=notice.reason,
    )
    return Message(
        uri=item.uri,
        author=item.author,
        created_at=item.at,
        text="" if item.deleted else item.text,
        local_id=item.node,
        parent_uri="" if is_root else item.parent or root.uri,
        parent_id="" if is_root else item.parent_node or root.node,
        root_uri=root.uri,
        url=item.url,
        title=shorten(whole.title or "", 200) if is_root else "",
        edited_at=item.edited_at,
        mentions=mentions(item.marked, item.author, api, notice),
        quotes=item.quotes,
        attachments=item.marked.pictures,
        links=item.marked.links,
        claim=item.claim,
        flat=True,
        branch=item.branch,
        resolved=item.resolved,
        deleted=item.deleted,
        filtered=item.filtered,
        refusals=_refusals(item, whole, facts),
        data=packed(place),
    )


def mentions(marked: Marked, author: Person, api: Api, notice: Notice) -> tuple[Mention, ...]:
    """The people named, the author left out; a team only where GitHub says that the user was meant with it.

    No name counts as carried along: GitHub puts none in front of an answer by itself.
    """
    found: dict[str, Mention] = {}
    for name in marked.names:
        if "/" in name:
            if notice.reason == "team_mention":
                found[api.facts.uid] = Mention(api.facts.uid, api.facts.login)
            continue
        number = api.people.get(name.lower())
        uid = f"{api.base}/user/{number}" if number else ""
        if uid and uid != author.uid:
            found[uid] = Mention(uid, name)
    return tuple(found.values())


def learn(api: Api, *people: Person) -> None:
    """Remember the logins of those who are known anyway."""
    for person in people:
        found = re.fullmatch(r".*/user/(\d+)", person.uid)
        if found:
            api.people[person.handle.lower()] = int(found[1])


def posted_message(
    posted: wire.Posted, place: Place, parent: Ref, root: str, branch: str, api: Api
) -> Message:
    """An own comment as REST gives it back, at its place. Raises ValueError for a time that is none."""
    marked = markdown_to_text(posted.body or "")
    author = me(api.facts)
    base, _, rest = root.rpartition("/repositories/")
    way = WAYS[place.kind]
    here = msgspec.structs.replace(place, id=posted.id, up=parent.uri, up_id=parent.local_id, quotes=[])
    return Message(
        uri=f"{base}/repositories/{rest.split('/')[0]}/{way}/{posted.id}",
        author=author,
        created_at=parse_time(posted.created_at),
        text=marked.text,
        local_id=one_line(posted.node_id),
        parent_uri=parent.uri,
        parent_id=parent.local_id,
        root_uri=root,
        url=wire.web(posted.html_url),
        mentions=mentions(marked, author, api, Notice()),
        attachments=marked.pictures,
        links=marked.links,
        flat=True,
        branch=branch,
        data=packed(here),
    )


def _refusals(item: Item, whole: wire.Whole, facts: Facts) -> Mapping[str, str]:
    found: dict[str, str] = {}
    if whole.repository.is_archived:
        found["answer"] = ARCHIVED
    elif whole.locked and whole.repository.viewer_permission not in WRITERS:
        found["answer"] = LOCKED
    elif item.no_reply:
        found["answer"] = NO_REPLY
    if item.author.uid == facts.uid and item.kind in (*ROOTS, "review"):
        found |= {"edit": ONLY_COMMENTS, "delete": ONLY_COMMENTS}
    return found


def _edited(text: str | None) -> datetime | None:
    return parse_time(text) if text else None


def _with_state(marked: Marked, state: str, mine: bool) -> Marked:
    """A review says what it decides before its words."""
    head = _STATES.get(state, "[reviewed]" if mine and not marked.text else "")
    if not head:
        return marked
    text = f"{head}\n\n{marked.text}".strip("\n")
    return Marked(text, marked.links, marked.names, marked.pictures, marked.quoted)


def _code(comment: wire.Comment) -> str:
    """The place and the last lines of code that an inline comment is about, as a quote."""
    path = one_line(comment.path or "")
    if not path or comment.reply_to is not None:
        return ""
    line = comment.line or comment.original_line
    hunk = [one for one in (comment.diff_hunk or "").splitlines() if not one.startswith("@@")]
    code = [f"> {clean(one).rstrip()}" for one in hunk[-_SHOWN:]]
    return "\n".join([f"> {path}, line {line}" if line else f"> {path}", *code])
