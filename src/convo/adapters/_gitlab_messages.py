"""Single things on GitLab as messages: URIs, people, words, what cannot be done with them."""

from __future__ import annotations

import re
from datetime import timedelta

from msgspec import Struct

from convo.adapters import _gitlab_wire as wire
from convo.adapters._forge import Item
from convo.adapters._gitlab_api import PLATFORM, Api, Facts, web_address
from convo.adapters._keeping import kept, written
from convo.marktext import Marked, markdown_to_text
from convo.model import Mention, Message, Person, Quote, Reason
from convo.text import one_line, parse_time, shorten

WAYS = {"Issue": "issues", "WorkItem": "issues", "MergeRequest": "merge_requests"}
"""Where the API has what a to-do or a note is about; of all else only the to-do itself is shown."""
LOCKED = "This conversation is locked; only members of the project can comment."
ELSEWHERE = "convo answers issues and merge requests; open this in a browser."
ONLY_NOTES = "convo changes comments only, no issues or merge requests."
REQUESTS = "/review-requests/"
"""In the URI of a request, before the number of its to-do."""
_REQUEST = "[asks you for a review]"
_BOT = re.compile(r"^(?:project|group)_\d+_bot|^(?:ghost|support|alert|migration|security|automation)-bot$")
_URI = re.compile(r"/projects/(\d+)/(issues|merge_requests)/(\d+)(?:/notes/(\d+))?$")
_SOON = timedelta(seconds=2)


class Place(Struct, omit_defaults=True):
    """Where a message stands; `Message.data` carries it as JSON."""

    kind: str = ""
    """target, note, request or todo."""
    discussion: str = ""
    """The discussion a note belongs to."""
    thread: bool = False
    """Whether that is one of several notes."""
    branch: str = ""
    """URI of the first of them."""
    internal: bool = False
    up: str = ""
    """What it answers, as it was judged among the messages beside it."""
    quotes: list[tuple[str, str, str, str]] = []
    many: bool = False
    """Several people talk there: an answer says whom it is for."""
    todo: int = 0
    seen: str = ""
    """When the to-do had changed last, as it was read."""
    by: tuple[str, str, str, str] = ("", "", "", "")
    """Who asked for a review: uid, user name, name, page."""
    at: str = ""
    """When."""


class Spot(Struct):
    """What the URI of a message says."""

    project: int
    way: str
    iid: int
    note: int = 0

    @property
    def path(self) -> str:
        """The issue or merge request, in the API."""
        return f"/projects/{self.project}/{self.way}/{self.iid}"


def spot_of(uri: str) -> Spot | None:
    """Where a message stands; None for what is neither an issue, nor a merge request, nor a note below one."""
    found = _URI.search(uri)
    if not found:
        return None
    return Spot(int(found[1]), found[2], int(found[3]), int(found[4] or 0))


def place_of(data: str) -> Place:
    """The place that a reference carries; an empty one where it carries none."""
    return kept(data, Place)


def packed(place: Place) -> str:
    """A place as `Message.data` carries it."""
    return written(place)


def person_of(user: wire.User | None, base: str) -> Person:
    """Whoever wrote something."""
    if user is None:
        return Person(PLATFORM, f"{base}/users/ghost", "ghost", "", f"{web_address(base)}/ghost")
    name = one_line(user.username)
    bot = user.bot or bool(_BOT.search(name))
    return Person(
        PLATFORM, f"{base}/users/{user.id}", name, one_line(user.name or ""), wire.web(user.web_url), bot
    )


def target_uri(base: str, way: str, target: wire.Target) -> str:
    """The API's address of an issue or a merge request, which no move of its project changes."""
    return f"{base}/projects/{target.project_id}/{way}/{target.iid}"


def target_item(target: wire.Target, way: str, facts: Facts) -> Item:
    """What heads a conversation. Raises ValueError for a time that is none."""
    return Item(
        "target",
        target_uri(facts.base, way, target),
        "",
        person_of(target.author, facts.base),
        parse_time(target.created_at),
        words_of(target.description or "", target),
        wire.web(target.web_url),
    )


def words_of(text: str, target: wire.Target) -> Marked:
    """Markdown as text; what was uploaded lies below the project's page."""
    return markdown_to_text(text, base=wire.web(target.web_url).partition("/-/")[0], dotted=True)


def note_item(note: wire.Note, target: wire.Target, root: Item, facts: Facts) -> Item:
    """A note. Raises ValueError for a time that is none."""
    created = parse_time(note.created_at)
    marked = words_of(note.body, target)
    if note.internal or note.confidential:
        text = f"[internal] {marked.text}"
        marked = Marked(text, marked.links, marked.names, marked.pictures, marked.quoted)
    edited = parse_time(note.last_edited_at) if note.last_edited_at else None
    if edited is None and note.updated_at and not note.resolvable:
        changed = parse_time(note.updated_at)
        edited = changed if changed - created >= _SOON else None
    return Item(
        "note",
        f"{root.uri}/notes/{note.id}",
        "",
        person_of(note.author, facts.base),
        created,
        marked,
        f"{root.url}#note_{note.id}" if root.url else "",
        note.id,
        edited,
        resolved=note.resolvable and note.resolved,
        above=_code(note.position),
    )


def request_item(todo: int, by: Person, at: str, target: wire.Target, root: Item, facts: Facts) -> Item:
    """A request for a review by the user; it waits no more when it was withdrawn or the merge request closed."""
    asked = any(one.id == facts.id for one in target.reviewers or ())
    return Item(
        "request",
        f"{root.uri}{REQUESTS}{todo}",
        "",
        by,
        parse_time(at),
        Marked(_REQUEST),
        root.url,
        claim=Reason.REVIEW,
        resolved=target.state != "opened" or not asked,
    )


def message_of(
    item: Item, target: wire.Target, root: Item, api: Api, place: Place, *, member: bool = False
) -> Message:
    """A message of what was said, with what it answers and the people it names."""
    facts = api.facts
    is_root = item is root
    place.up = item.parent
    place.quotes = [(one.uri, one.uid, one.name, one.text) for one in item.quotes]
    refusals = {"answer": LOCKED} if target.discussion_locked and not member else {}
    if is_root and item.author.uid == facts.uid:
        refusals |= {"edit": ONLY_NOTES, "delete": ONLY_NOTES}
    return Message(
        uri=item.uri,
        author=item.author,
        created_at=item.at,
        text=item.text,
        parent_uri="" if is_root else item.parent or root.uri,
        root_uri=root.uri,
        url=item.url,
        title=shorten(target.title or "", 200) if is_root else "",
        edited_at=item.edited_at,
        mentions=mentions(item.marked, item.author, api),
        quotes=item.quotes,
        attachments=item.marked.pictures,
        links=item.marked.links,
        claim=item.claim,
        flat=True,
        branch=item.branch,
        resolved=item.resolved,
        refusals=refusals,
        data=packed(place),
    )


def todo_message(todo: wire.Todo, api: Api) -> Message:
    """A to-do about something that convo cannot open: its own words, with a link. Raises ValueError."""
    marked = markdown_to_text(todo.body or "", dotted=True)
    uri = f"{api.base}/todos/{todo.id}"
    author = person_of(todo.author, api.base)
    return Message(
        uri=uri,
        author=author,
        created_at=parse_time(todo.created_at),
        text=marked.text or f"[{one_line(todo.action_name).replace('_', ' ')}]",
        root_uri=uri,
        url=wire.web(todo.target_url),
        title=one_line(todo.project.path_with_namespace) if todo.project else "",
        mentions=(Mention(api.facts.uid, api.facts.username),),
        links=marked.links,
        flat=True,
        refusals={"answer": ELSEWHERE},
        data=packed(Place("todo", todo=todo.id, seen=one_line(todo.updated_at))),
    )


def mentions(marked: Marked, author: Person, api: Api) -> tuple[Mention, ...]:
    """The people named, the author left out; groups are not people."""
    found: dict[str, Mention] = {}
    for name in marked.names:
        number = api.people.get(name.lower())
        uid = f"{api.base}/users/{number}" if number else ""
        if uid and uid != author.uid:
            found[uid] = Mention(uid, name)
    return tuple(found.values())


def learn(api: Api, *people: Person) -> None:
    """Remember the names of those who are known anyway."""
    for person in people:
        number = person.uid.rpartition("/users/")[2]
        if number.isdigit():
            api.people[person.handle.lower()] = int(number)


def quotes_of(place: Place) -> tuple[Quote, ...]:
    """What a message quotes, as its place says."""
    return tuple(Quote(*parts) for parts in place.quotes)


def _code(position: wire.Position | None) -> str:
    """The place in the code that a note is about, as a quote."""
    if position is None:
        return ""
    path, line = (
        one_line(position.new_path or position.old_path or ""),
        position.new_line or position.old_line,
    )
    if not path:
        return ""
    return f"> {path}, line {line}" if line else f"> {path}"
