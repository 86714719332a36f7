"""What a simulated GitLab lets a client read: to-dos, issues, merge requests, notes, discussions, events, people."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

from tests.simulators._gitlab_calls import ApiError, Call, missing
from tests.simulators._gitlab_state import Discussion, Lab, Note, Target, Todo, stamp
from tests.simulators._gitlab_views import Json, Views
from tests.simulators.messages import Answer, json_answer

KINDS = {"issues": "Issue", "merge_requests": "MergeRequest", "repository/commits": "Commit"}
TODO_KINDS = (
    "Issue",
    "MergeRequest",
    "Commit",
    "Epic",
    "DesignManagement::Design",
    "AlertManagement::Alert",
    "WorkItem",
)


class Reads:
    """The reading half."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab

    def listed(self, call: Call, items: Sequence[Any], view: Callable[[Any], Json]) -> Answer:
        """A page of a list."""
        page, headers = call.page(items)
        return json_answer([view(one) for one in page]).with_headers(**headers)

    def todos(self, call: Call) -> Answer:
        """The caller's to-dos, the newest first: pending ones unless `state` says else."""
        first = call.request.first
        state = call.one_of("state", ("pending", "done"), "pending")
        kind = call.one_of("type", TODO_KINDS, TODO_KINDS[0]) if first("type") else ""
        found = [todo for todo in self.mine(call) if todo.state == state]
        if kind:
            found = [todo for todo in found if todo.target.kind == kind]
        if first("action"):
            found = [todo for todo in found if todo.action == first("action")]
        if first("author_id"):
            found = [todo for todo in found if str(todo.author.id) == first("author_id")]
        if first("project_id"):
            found = [todo for todo in found if str(todo.target.project.id) == first("project_id")]
        return self.listed(call, found, Views(call).todo)

    def mine(self, call: Call) -> list[Todo]:
        """All of the caller's to-dos that can be seen, the newest first."""
        me = call.user
        found = [todo for todo in self.lab.todos if todo.user is me and todo.target.project.sees(me)]
        return sorted(found, key=lambda todo: todo.id, reverse=True)

    def me(self, call: Call) -> Answer:
        """Who the caller is."""
        return json_answer(Views(call).own(call.user))

    def person(self, call: Call, number: str) -> Answer:
        """Somebody by id."""
        call.user  # noqa: B018
        found = self.lab.users.get(int(number))
        if found is None:
            raise missing("User")
        return json_answer(Views(call).profile(found))

    def people(self, call: Call) -> Answer:
        """Somebody by user name: a list of one or none."""
        call.user  # noqa: B018
        wanted = call.request.first("username").lower()
        found = [one for one in self.lab.users.values() if wanted in ("", one.username.lower())]
        return self.listed(call, found, Views(call).user)

    def project(self, call: Call, name: str) -> Answer:
        """A project."""
        return json_answer(Views(call).project(call.project(name)))

    def targets(self, call: Call, kind: str, name: str = "") -> Answer:
        """Issues or merge requests: a project's, or the caller's own by `scope`."""
        project = call.project(name) if name else None
        scope = call.one_of(
            "scope", ("created_by_me", "assigned_to_me", "all"), "all" if name else "created_by_me"
        )
        state = call.one_of("state", ("all", "opened", "closed", "locked", "merged"), "all")
        since, iids = call.moment("updated_after"), call.request.every("iids")
        me = call.token.user if call.token else None
        found = []
        for one in self.lab.targets:
            mine = scope == "all" or me in ([one.author] if scope == "created_by_me" else one.assignees)
            here = one.kind == KINDS[kind] and project in (None, one.project) and one.project.sees(me)
            asked = state in ("all", one.state) and (not iids or str(one.iid) in iids)
            if here and mine and asked and not one.deleted and (since is None or one.updated_at >= since):
                found.append(one)
        by = call.one_of("order_by", ("created_at", "updated_at"), "created_at")
        down = call.one_of("sort", ("asc", "desc"), "desc") == "desc"
        found.sort(key=lambda one: (one.updated_at if by == "updated_at" else one.at, one.id), reverse=down)
        return self.listed(call, found, Views(call).target)

    def target(self, call: Call, name: str, kind: str, number: str) -> Answer:
        """An issue, a merge request or a commit."""
        return json_answer(Views(call).target(self.place(call, name, kind, number)))

    def place(self, call: Call, name: str, kind: str, number: str) -> Target:
        """Where notes are. Raises ApiError."""
        return call.target(call.project(name), KINDS[kind], number)

    def shown(self, call: Call, notes: Sequence[Note]) -> list[Note]:
        """Those notes that the caller may see, and that can be listed yet."""
        me = call.token.user.id if call.token else 0
        now = self.lab.clock.now()
        return [
            note
            for note in notes
            if (not note.internal or me in note.discussion.target.project.members)
            and (note.visible_at is None or note.visible_at <= now)
        ]

    def notes(self, call: Call, name: str, kind: str, number: str) -> Answer:
        """The notes of an issue or merge request, the newest first unless asked else, the system's among them."""
        call.user  # noqa: B018
        target = self.place(call, name, kind, number)
        only = call.request.first("activity_filter") == "only_comments" and self.lab.quirks.activity_filter
        by = call.one_of("order_by", ("created_at", "updated_at"), "created_at")
        down = call.one_of("sort", ("asc", "desc"), "desc") == "desc"
        found = [note for note in target.notes if not (only and note.system)]
        found.sort(
            key=lambda note: (note.updated_at if by == "updated_at" else note.at, note.id), reverse=down
        )
        page, headers = call.page(found)
        seen = self.shown(call, page)  # a page has fewer when some may not be seen
        return json_answer([Views(call).note(note) for note in seen]).with_headers(**headers)

    def note_of(self, call: Call, target: Target, number: str) -> Note:
        """A note by its id. Raises ApiError."""
        for note in target.notes:
            if str(note.id) == number and self.shown(call, [note]):
                return note
        raise missing("Note")

    def note(self, call: Call, name: str, kind: str, number: str, note: str) -> Answer:
        """One note."""
        call.user  # noqa: B018
        return json_answer(Views(call).note(self.note_of(call, self.place(call, name, kind, number), note)))

    def discussions(self, call: Call, name: str, kind: str, number: str) -> Answer:
        """The discussions of an issue, merge request or commit, in the order of their first notes."""
        call.user  # noqa: B018
        target = self.place(call, name, kind, number)
        page, headers = call.page([one for one in target.discussions if self.shown(call, one.notes)])
        views = Views(call)
        found = [views.discussion(one, self.shown(call, one.notes)) for one in page]
        return json_answer(found).with_headers(**headers)

    def discussion_of(self, call: Call, target: Target, wanted: str) -> Discussion:
        """A discussion by its id. Raises ApiError."""
        for one in target.discussions:
            if one.id == wanted and self.shown(call, one.notes):
                return one
        raise missing("Discussion")

    def discussion(self, call: Call, name: str, kind: str, number: str, wanted: str) -> Answer:
        """One discussion."""
        found = self.discussion_of(call, self.place(call, name, kind, number), wanted)
        return json_answer(Views(call).discussion(found, self.shown(call, found.notes)))

    def discussion_notes(self, call: Call, name: str, kind: str, number: str, wanted: str) -> Answer:
        """The notes of one discussion."""
        found = self.discussion_of(call, self.place(call, name, kind, number), wanted)
        return json_answer([Views(call).note(note) for note in self.shown(call, found.notes)])

    def events(self, call: Call, number: str = "") -> Answer:
        """What somebody did, the newest first. `after` and `before` are days that are left out themselves."""
        actor = self.lab.users.get(int(number)) if number else call.user
        if actor is None:
            raise missing("User")
        action, kind = call.request.first("action"), call.request.first("target_type").lower()
        found: list[tuple[datetime, str, Any]] = []
        for note in self.lab.notes():
            if note.author is actor and not note.system:
                found.append((note.at, "commented on", note))
        for one in self.lab.targets:
            if one.author is actor and one.kind != "Commit":
                found.append((one.at, "opened", one))
        days = {name: self._day(call, name) for name in ("after", "before")}
        kept = []
        for at, name, what in sorted(found, key=lambda one: (one[0], one[2].id), reverse=True):
            target = what.discussion.target if isinstance(what, Note) else what
            wrong = (action == "commented" and name == "opened") or (action == "created" and name != "opened")
            type_name = (
                "note" if isinstance(what, Note) else {"Issue": "issue"}.get(what.kind, "merge_request")
            )
            if wrong or (kind and kind != type_name) or target.deleted or not target.project.sees(call.user):
                continue
            if (days["after"] and at.date() <= days["after"]) or (
                days["before"] and at.date() >= days["before"]
            ):
                continue
            kept.append((at, name, what, target))
        if call.request.first("sort") == "asc":
            kept.reverse()
        return self.listed(call, kept, lambda one: self._event(call, *one))

    def _day(self, call: Call, name: str) -> date | None:
        value = call.request.first(name)
        try:
            return date.fromisoformat(value[:10]) if value else None
        except ValueError as error:
            raise ApiError(400, {"error": f"{name} is invalid"}) from error

    def _event(self, call: Call, at: Any, name: str, what: Any, target: Target) -> Json:
        views = Views(call)
        author = what.author
        found = {
            "id": what.id + (0 if isinstance(what, Note) else 500_000),
            "project_id": target.project.id,
            "action_name": name,
            "target_id": what.id,
            "target_iid": what.id if isinstance(what, Note) else target.iid,
            "target_type": (what.type or "Note") if isinstance(what, Note) else target.kind,
            "author_id": author.id,
            "target_title": target.title,
            "created_at": stamp(at),
            "author": views.user(author),
            "imported": False,
            "imported_from": "none",
            "author_username": author.username,
        }
        return {**found, "note": views.note(what)} if isinstance(what, Note) else found
