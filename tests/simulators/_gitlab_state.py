"""A simulated GitLab's memory: projects, issues, merge requests, what is noted in them, and to-dos."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from convo.clock import Clock
from tests.simulators._gitlab_quirks import Quirks

_CODE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`", re.S)
_NAME = re.compile(r"(?<![\w/@.-])@([A-Za-z\d_](?:[\w.-]*[A-Za-z\d_])?)")


def stamp(at: datetime) -> str:
    """A time as GitLab writes it."""
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03}Z"


def named(body: str) -> list[str]:
    """The user names that a text mentions, lower case, code left out."""
    return list(dict.fromkeys(name.lower() for name in _NAME.findall(_CODE.sub(" ", body))))


@dataclass(eq=False)
class User:
    """A person or a bot."""

    id: int
    username: str
    name: str
    bot: bool = False
    state: str = "active"


@dataclass(eq=False)
class Project:
    """A project; `former` are paths it had and still answers to."""

    id: int
    path: str
    private: bool = False
    members: set[int] = field(default_factory=set)
    former: set[str] = field(default_factory=set)
    numbers: Counter[str] = field(default_factory=Counter)

    def sees(self, user: User | None) -> bool:
        """Whether somebody may read it."""
        return not self.private or (user is not None and user.id in self.members)


@dataclass(eq=False)
class Note:
    """One note; `type` is None, DiscussionNote or DiffNote."""

    id: int
    author: User
    body: str
    at: datetime
    updated_at: datetime
    discussion: Discussion
    type: str | None = None
    system: bool = False
    internal: bool = False
    edited_at: datetime | None = None
    visible_at: datetime | None = None
    resolved_by: User | None = None


@dataclass(eq=False)
class Discussion:
    """Notes that belong together; `individual` when it is a note that nobody answered."""

    id: str
    target: Target
    individual: bool
    notes: list[Note] = field(default_factory=list)
    place: tuple[str, int] | None = None
    """The file and line of a diff."""


@dataclass(eq=False)
class Target:
    """An issue, a merge request or a commit."""

    id: int
    iid: int
    project: Project
    kind: str
    """Issue, MergeRequest or Commit."""
    author: User
    title: str
    description: str
    at: datetime
    updated_at: datetime
    state: str = "opened"
    closed_by: User | None = None
    closed_at: datetime | None = None
    locked: bool = False
    confidential: bool = False
    sha: str = ""
    reviewers: list[User] = field(default_factory=list)
    assignees: list[User] = field(default_factory=list)
    discussions: list[Discussion] = field(default_factory=list)
    unsubscribed: set[int] = field(default_factory=set)
    deleted: bool = False

    @property
    def notes(self) -> list[Note]:
        """All notes, the oldest first."""
        found = [note for discussion in self.discussions for note in discussion.notes]
        return sorted(found, key=lambda note: (note.at, note.id))


@dataclass(eq=False)
class Todo:
    """Something a user is asked to look at."""

    id: int
    user: User
    author: User
    action: str
    target: Target
    at: datetime
    note: Note | None = None
    state: str = "pending"
    updated_at: datetime | None = None
    body: str = ""


class Lab:
    """Everything, and what people do. `at` is when it arrives, `stated` the time it shows (an owner may set one)."""

    def __init__(self, clock: Clock, quirks: Quirks) -> None:
        self.clock, self.quirks = clock, quirks
        self.users: dict[int, User] = {}
        self.projects: dict[int, Project] = {}
        self.targets: list[Target] = []
        self.todos: list[Todo] = []
        self._ids: Counter[str] = Counter()

    def _id(self, kind: str, first: int = 1001) -> int:
        self._ids[kind] += 1
        return first - 1 + self._ids[kind]

    def user(self, username: str, *, bot: bool = False) -> User:
        """The user of a name, made when there is none."""
        for user in self.users.values():
            if user.username.lower() == username.lower():
                return user
        made = User(self._id("user", 501), username, username.title(), bot)
        self.users[made.id] = made
        return made

    def project(self, path: str, *, private: bool = False) -> Project:
        """The project at a path, made when there is none."""
        known = self.find_project(path)
        if known is None:
            known = Project(self._id("project"), path, private)
            self.projects[known.id] = known
        return known

    def find_project(self, path: str) -> Project | None:
        """The project that has or had a path."""
        for project in self.projects.values():
            if path.lower() == project.path.lower():
                return project
        return next((one for one in self.projects.values() if path.lower() in one.former), None)

    def target(self, project: Project, kind: str, number: str) -> Target | None:
        """An issue or merge request by its iid, a commit by its hash."""
        for one in self.targets:
            name = one.sha if kind == "Commit" else str(one.iid)
            if one.project is project and one.kind == kind and name == number and not one.deleted:
                return one
        return None

    def _now(self, at: datetime | None) -> datetime:
        found = at or self.clock.now()
        return found.replace(microsecond=found.microsecond // 1000 * 1000)

    def open(
        self,
        by: User,
        project: Project,
        title: str,
        description: str,
        *,
        merge: bool = False,
        at: datetime | None = None,
        stated: datetime | None = None,
    ) -> Target:
        """Open an issue or a merge request."""
        kind, now = ("MergeRequest" if merge else "Issue"), self._now(at)
        project.numbers[kind] += 1
        shown = self._now(stated or at)
        made = Target(
            self._id(kind), project.numbers[kind], project, kind, by, title, description, shown, now
        )
        self.targets.append(made)
        self._mention(made, by, description, None, now)
        return made

    def commit(self, by: User, project: Project, sha: str, title: str = "Mend it") -> Target:
        """Push a commit."""
        now = self._now(None)
        made = Target(self._id("commit"), 0, project, "Commit", by, title, title, now, now, sha=sha)
        self.targets.append(made)
        return made

    def note(
        self,
        by: User,
        target: Target,
        body: str,
        *,
        to: Discussion | None = None,
        thread: bool = False,
        place: tuple[str, int] | None = None,
        internal: bool = False,
        at: datetime | None = None,
        stated: datetime | None = None,
    ) -> Note:
        """Write a note: alone, as a new `thread` (at a `place` of the diff), or in answer `to` a discussion.

        An answer to a note that stood alone makes it a thread.
        """
        now, number = self._now(at), self._id("note")
        kind = "DiffNote" if place else "DiscussionNote" if thread or to else None
        discussion = to
        if discussion is None:
            key = hashlib.sha1(f"note {number}".encode()).hexdigest()
            discussion = Discussion(key, target, individual=not (thread or place), place=place)
            target.discussions.append(discussion)
        elif discussion.individual:
            discussion.individual = False
            discussion.notes[0].type = "DiscussionNote"
        if discussion.place:
            kind = "DiffNote"
        if discussion.notes and discussion.notes[0].internal:
            internal = True
        made = Note(number, by, body, self._now(stated or at), now, discussion, kind, internal=internal)
        discussion.notes.append(made)
        target.updated_at = max(target.updated_at, now)
        if self.quirks.reply_is_done:
            self._done(by, target)
        self._mention(target, by, body, made, now)
        return made

    def system(self, by: User, target: Target, body: str) -> Note:
        """What GitLab itself notes: closed, assigned, changed."""
        made = self.note(by, target, body)
        made.system = True
        return made

    def _done(self, user: User, target: Target) -> None:
        for todo in self.todos:
            if todo.user is user and todo.target is target and todo.state == "pending":
                todo.state, todo.updated_at = "done", self._now(None)

    def _mention(self, target: Target, by: User, body: str, note: Note | None, at: datetime) -> None:
        for name in named(body):
            for user in self.users.values():
                if user.username.lower() == name and user is not by:
                    direct = body.lstrip().lower().startswith(f"@{name}")
                    self.ask(user, by, "directly_addressed" if direct else "mentioned", target, note, at)

    def ask(
        self,
        user: User,
        by: User,
        action: str,
        target: Target,
        note: Note | None = None,
        at: datetime | None = None,
    ) -> Todo | None:
        """Make a to-do, unless one about it is pending or the user cannot see it."""
        if not target.project.sees(user) or (
            note is not None and note.internal and user.id not in target.project.members
        ):
            return None
        pending = [t for t in self.todos if t.user is user and t.target is target and t.state == "pending"]
        if pending and self.quirks.one_todo:
            pending[0].updated_at = self._now(at)
            return None
        body = note.body if note else target.title
        made = Todo(self._id("todo"), user, by, action, target, self._now(at), note, body=body)
        made.updated_at = made.at
        self.todos.append(made)
        return made

    def edit(self, note: Note, body: str) -> None:
        """Change a note: who is named for the first time is asked."""
        before, now = set(named(note.body)), self._now(None)
        note.body, note.updated_at, note.edited_at = body, now, now
        if set(named(body)) - before:
            self._mention(note.discussion.target, note.author, body, note, now)

    def change(self, target: Target, description: str) -> None:
        """Change a description."""
        before, now = set(named(target.description)), self._now(None)
        target.description, target.updated_at = description, now
        if set(named(description)) - before:
            self._mention(target, target.author, description, None, now)

    def delete(self, note: Note) -> None:
        """Take a note away, and to-dos about it."""
        note.discussion.notes.remove(note)
        if not note.discussion.notes:
            note.discussion.target.discussions.remove(note.discussion)
        self.todos[:] = [todo for todo in self.todos if todo.note is not note]

    def remove(self, target: Target) -> None:
        """Take an issue or merge request away, and to-dos about it."""
        target.deleted = True
        self.todos[:] = [todo for todo in self.todos if todo.target is not target]

    def close(self, target: Target, by: User, *, merged: bool = False) -> None:
        """Close or merge: the user's own to-dos about it are done, and a system note tells it."""
        target.state, target.closed_by, target.closed_at = (
            ("merged" if merged else "closed"),
            by,
            self._now(None),
        )
        self.system(by, target, "merged" if merged else "closed")

    def resolve(self, discussion: Discussion, by: User | None) -> None:
        """Resolve a thread, or open it again: its notes' `updated_at` moves."""
        for note in discussion.notes:
            note.resolved_by, note.updated_at = by, self._now(None)

    def rename(self, project: Project, path: str) -> None:
        """Move a project; the old path leads to it."""
        project.former.add(project.path.lower())
        project.path = path

    def notes(self) -> Iterator[Note]:
        """All notes that stand."""
        for target in self.targets:
            if not target.deleted:
                yield from target.notes
