"""What a simulated GitLab lets a client write: notes, their changes and ends, to-dos that are done."""

from __future__ import annotations

import re
from datetime import timedelta

from tests.simulators._gitlab_calls import ApiError, Call, missing
from tests.simulators._gitlab_reads import Reads
from tests.simulators._gitlab_state import Lab, Note, Target
from tests.simulators._gitlab_views import Views
from tests.simulators.messages import Answer, json_answer

_ACTION = re.compile(
    r"^/(close|reopen|assign|unassign|label|todo|done|subscribe|unsubscribe|shrug|lock|title)\b.*$", re.M
)
_EMOJI = re.compile(r":[a-z0-9_+-]+:")


class Writes:
    """The writing half."""

    def __init__(self, lab: Lab, reads: Reads) -> None:
        self.lab, self.reads = lab, reads
        self.written: list[float] = []
        """When notes were written, for the limit of notes a minute."""

    def _may(self, call: Call, target: Target) -> None:
        """Refuse who may not write here. Raises ApiError."""
        if target.locked and call.user.id not in target.project.members:
            raise ApiError(403, "403 Forbidden")
        now = self.lab.clock.now().timestamp()
        self.written = [one for one in self.written if one > now - 60]
        if len(self.written) >= self.lab.quirks.notes_a_minute:
            words = {"error": "This endpoint has been requested too many times. Try again later."}
            raise ApiError(429, {"message": words}, retry_after="60")
        self.written.append(now)

    def _commanded(self, call: Call, target: Target, text: str) -> tuple[str, dict[str, object]]:
        """The text without its quick actions, which are carried out."""
        if not self.lab.quirks.quick_actions:
            return text, {}
        changes: dict[str, object] = {}
        for found in _ACTION.finditer(text):
            changes[{"close": "state_event", "reopen": "state_event"}.get(found[1], found[1])] = found[1]
            if found[1] == "close" and (call.user is target.author or call.user.id in target.project.members):
                self.lab.close(target, call.user)
        return _ACTION.sub("", text).strip() if changes else text, changes

    def _late(self, note: Note) -> None:
        if self.lab.quirks.post_lands_late:
            note.visible_at = self.lab.clock.now() + timedelta(seconds=self.lab.quirks.post_lands_late)

    def note(self, call: Call, name: str, kind: str, number: str) -> Answer:
        """Write a note that stands alone."""
        target = self.reads.place(call, name, kind, number)
        text = call.text()
        self._may(call, target)
        if self.lab.quirks.lone_emoji and _EMOJI.fullmatch(text.strip()):
            award = {"id": 1, "name": text.strip(" :"), "user": Views(call).user(call.user)}
            return json_answer({**award, "awardable_id": target.id, "awardable_type": target.kind}, 201)
        text, changes = self._commanded(call, target, text)
        if not text:
            return json_answer({"commands_changes": changes, "summary": ["Applied the commands."]}, 202)
        fields = call.fields()
        internal = bool(fields.get("internal") or fields.get("confidential"))
        made = self.lab.note(call.user, target, text, internal=internal)
        self._late(made)
        return json_answer({**Views(call).note(made), "commands_changes": changes}, 201)

    def discuss(self, call: Call, name: str, kind: str, number: str) -> Answer:
        """Begin a thread."""
        target = self.reads.place(call, name, kind, number)
        text = call.text()
        self._may(call, target)
        made = self.lab.note(call.user, target, text, thread=True)
        self._late(made)
        return json_answer(Views(call).discussion(made.discussion, made.discussion.notes), 201)

    def answer(self, call: Call, name: str, kind: str, number: str, wanted: str) -> Answer:
        """Answer in a thread; a note that stood alone becomes one (a commit's cannot)."""
        target = self.reads.place(call, name, kind, number)
        discussion = self.reads.discussion_of(call, target, wanted)
        text = call.text()
        if discussion.individual and (target.kind == "Commit" or discussion.notes[0].system):
            raise ApiError(400, "400 Bad request - Discussion can not be replied to.")
        self._may(call, target)
        text, changes = self._commanded(call, target, text)
        if not text:
            return json_answer({"commands_changes": changes, "summary": ["Applied the commands."]}, 202)
        made = self.lab.note(call.user, target, text, to=discussion)
        self._late(made)
        return json_answer({**Views(call).note(made), "commands_changes": changes}, 201)

    def _own(self, call: Call, note: Note) -> None:
        if note.author is not call.user or note.system:
            raise ApiError(403, "403 Forbidden")

    def change(self, call: Call, name: str, kind: str, number: str, note: str) -> Answer:
        """Change a note, or resolve it."""
        target = self.reads.place(call, name, kind, number)
        found = self.reads.note_of(call, target, note)
        resolved = call.fields().get("resolved")
        if resolved is not None:
            self._resolve(call, found, resolved in (True, "true"))
        else:
            self._own(call, found)
            self.lab.edit(found, call.text())
        return json_answer(Views(call).note(found))

    def _resolve(self, call: Call, note: Note, on: bool) -> None:
        target = note.discussion.target
        if target.kind != "MergeRequest" or note.type is None:
            raise ApiError(400, "400 Bad request - Note is not resolvable")
        if call.user is not target.author and call.user.id not in target.project.members:
            raise ApiError(403, "403 Forbidden")
        self.lab.resolve(note.discussion, call.user if on else None)

    def resolve(self, call: Call, name: str, kind: str, number: str, wanted: str) -> Answer:
        """Resolve a thread, or open it again."""
        target = self.reads.place(call, name, kind, number)
        discussion = self.reads.discussion_of(call, target, wanted)
        resolved = call.fields().get("resolved")
        if resolved is None:
            raise ApiError(400, {"error": "resolved is missing"})
        self._resolve(call, discussion.notes[0], resolved in (True, "true"))
        return json_answer(Views(call).discussion(discussion, discussion.notes))

    def remove(self, call: Call, name: str, kind: str, number: str, note: str) -> Answer:
        """Delete a note."""
        target = self.reads.place(call, name, kind, number)
        found = self.reads.note_of(call, target, note)
        self._own(call, found)
        self.lab.delete(found)
        return Answer(204)

    def done(self, call: Call, number: str) -> Answer:
        """A to-do is done."""
        for todo in self.reads.mine(call):
            if str(todo.id) == number:
                if todo.state == "pending":
                    todo.state, todo.updated_at = "done", self.lab.clock.now()
                return json_answer(Views(call).todo(todo), 201)
        raise missing("Todo")

    def all_done(self, call: Call) -> Answer:
        """Every to-do is done."""
        for todo in self.reads.mine(call):
            todo.state = "done"
        return Answer(204)

    def follow(self, call: Call, name: str, kind: str, number: str, verb: str) -> Answer:
        """Subscribe to an issue or merge request, or end that; 304 when it is so already."""
        target = self.reads.place(call, name, kind, number)
        me, off = call.user.id, verb == "unsubscribe"
        if (me in target.unsubscribed) is off:
            return Answer(304)
        (target.unsubscribed.add if off else target.unsubscribed.discard)(me)
        return json_answer(Views(call).target(target), 201)
