"""What GitLab sends, as far as convo reads it: a field that has no name here is never decoded."""

from __future__ import annotations

from typing import TypeVar

from msgspec import Raw, Struct, field

from convo.adapters.http import Response
from convo.adapters.wire import decode as decode
from convo.adapters.wire import each as each
from convo.adapters.wire import part as part
from convo.adapters.wire import web as web

T = TypeVar("T")
_NONE = Raw(b"null")


class User(Struct):
    """Somebody."""

    id: int
    username: str
    name: str | None = None
    web_url: str | None = None
    bot: bool = False


class Project(Struct):
    """A project, as a to-do names it."""

    id: int
    path_with_namespace: str = ""
    web_url: str | None = None


class About(Struct):
    """What a to-do is about."""

    iid: int = 0
    project_id: int = 0


class Todo(Struct):
    """Something that waits for the user there."""

    id: int
    action_name: str
    created_at: str
    updated_at: str
    target_type: str = ""
    target: Raw = _NONE
    target_url: str | None = None
    body: str | None = None
    project: Project | None = None
    author: User | None = None


class Stamp(Struct):
    """What is needed to walk over a list, also over items that cannot be read otherwise."""

    id: int
    updated_at: str
    created_at: str = ""


class Target(Struct):
    """An issue or a merge request."""

    id: int
    iid: int
    project_id: int
    created_at: str
    updated_at: str = ""
    title: str | None = None
    description: str | None = None
    state: str = "opened"
    web_url: str | None = None
    author: User | None = None
    discussion_locked: bool | None = None
    closed_at: str | None = None
    closed_by: User | None = None
    merged_at: str | None = None
    merge_user: User | None = None
    merged_by: User | None = None
    reviewers: list[User] | None = None


class Position(Struct):
    """The line of code that a note is about."""

    new_path: str | None = None
    old_path: str | None = None
    new_line: int | None = None
    old_line: int | None = None


class Note(Struct):
    """Something that was said below an issue or a merge request."""

    id: int
    body: str
    created_at: str
    updated_at: str = ""
    last_edited_at: str | None = None
    author: User | None = None
    type: str | None = None
    system: bool = False
    internal: bool = False
    confidential: bool | None = None
    """What `internal` was called before 15.5."""
    resolvable: bool = False
    resolved: bool = False
    position: Position | None = None
    noteable_type: str = ""
    noteable_iid: int | None = None
    project_id: int | None = None


class Discussion(Struct):
    """Notes that belong together; an individual one may still become a thread."""

    id: str
    individual_note: bool = True
    notes: list[Raw] = []


class Event(Struct):
    """Something that the user did."""

    created_at: str
    project_id: int = 0
    note: Raw = _NONE


class EventNote(Struct):
    """Where a note of an event stands."""

    id: int
    noteable_type: str = ""
    noteable_iid: int | None = None
    system: bool = False


class Token(Struct):
    """What the token may do."""

    scopes: list[str] = []
    expires_at: str | None = None


class Access(Struct):
    """What the user may do in a project."""

    access_level: int = 0


class Permissions(Struct):
    """The same, by where it comes from."""

    project_access: Access | None = None
    group_access: Access | None = None


class Member(Struct):
    """A project as its members see it."""

    permissions: Permissions = field(default_factory=Permissions)


def sound(response: Response, kind: type[T]) -> T | None:
    """The body of a good answer; None when it is the thing that was asked for, in a shape that cannot be read.

    Raises RetryAt when it is something else altogether (a proxy's page).
    """
    found = part(response.body, kind)
    if found is None and "id" not in (part(response.body, dict[str, Raw]) or {}):
        return decode(response, kind)
    return found
