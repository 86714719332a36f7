"""The conformance suite's world over a simulated GitLab: being spoken to is an issue that names the user."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar, cast

from convo.adapters.gitlab import GitLab as Adapter
from convo.config import AccountConfig
from convo.model import Visibility
from convo.testing import Said, Standing, Where
from tests.adapters.http_world import AdapterClass, HttpWorld, Route
from tests.simulators import faults
from tests.simulators._gitlab_calls import LONGEST
from tests.simulators._gitlab_quirks import Quirks
from tests.simulators._gitlab_state import Note, Target, User, named
from tests.simulators.faults import Fault
from tests.simulators.gitlab import GitLab
from tests.simulators.messages import Answer, Request, json_answer

TOKEN = "glpat-token-of-me"
PLAIN = ["created_at", "updated_at", "closed_at", "merged_at", "resolved_at", "expires_at", "state", "type"]
PLAIN += ["action_name", "target_type", "noteable_type", "visibility", "scopes", "version"]
KEPT = ["id", "web_url", "target_url", "username", "path_with_namespace", "path", "sha", "commit_id"]
_TODOS: list[Any] = [
    {"target": None},
    {"target": "words"},
    {"target": {}},
    {"id": None},
    {"id": "x"},
    {"project": None},
    {"project": {"id": "nowhere"}},
    {"author": None},
    {"author": "nobody"},
    {"created_at": "yesterday"},
    {"updated_at": None},
    {"action_name": None},
    {"target_type": {}},
    {"target_url": None},
    {"body": 7},
    "nonsense",
    None,
]
_TARGETS: list[Any] = [
    {"author": None},
    {"author": {"id": "x"}},
    {"created_at": "yesterday"},
    {"created_at": None},
    {"description": 42},
    {"description": None},
    {"title": None},
    {"iid": "seven"},
    {"project_id": None},
    {"web_url": {}},
]


class Breaking:
    """A server some of whose items are broken in the listed ways."""

    def __init__(self, server: GitLab) -> None:
        self.server = server
        self.todos: dict[int, Any] = {}
        """What becomes of a to-do, by its id."""
        self.targets: dict[str, Any] = {}
        """What becomes of an issue, by its page."""

    def answer(self, request: Request) -> Answer:
        """The server's answer, broken."""
        answer = self.server.answer(request)
        if not (self.todos or self.targets) or answer.status != 200 or not answer.body:
            return answer
        return replace(answer, body=json_answer(self._broken(answer.json())).body)

    def _broken(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._broken(one) for one in value]
        if not isinstance(value, dict):
            return value
        if "target_url" in value and value["id"] in self.todos:
            change = self.todos[value["id"]]
            return {**value, **change} if isinstance(change, dict) else change
        found = {name: self._broken(inner) for name, inner in value.items()}
        return {**found, **self.targets.get(str(value.get("web_url")), {})}


class GitLabWorld(HttpWorld):
    """A server where the user is a stranger to the group whose tool it is."""

    page_size = 50
    lookup_size = 1
    warning = ""
    routes: ClassVar[dict[Where, Sequence[Route]]] = {
        Where.READ: [("GET", "/todos")],
        Where.ANSWER: [("POST", "/notes")],
        Where.FIND: [("GET", "/notes"), ("GET", "/discussions"), ("GET", "/events")],
    }
    plain_keys = frozenset(PLAIN)
    kept_keys = plain_keys | frozenset(KEPT)

    def __init__(self, **quirks: Any) -> None:
        clock = self.present()
        self.server = GitLab(clock, Quirks(**quirks))
        self.lab = self.server.lab
        self.project = self.lab.project("acme/tool")
        self.user_me = self.lab.user("me")
        self.server.sign_in(self.user_me, TOKEN)
        super().__init__(self.server, clock, AccountConfig("gl", "gitlab", user="me"), TOKEN)
        self.home = f"{self.site.home.url}{self.server.quirks.folder}"
        self.account = AccountConfig("gl", "gitlab", url=self.home, user="me")
        self.breaking = Breaking(self.server)
        self.site.home.platform = self.breaking
        self.me = self._uid(self.user_me)

    def base(self) -> str:
        return f"{self.site.home.url}{self.server.quirks.folder}/api/v4"

    def adapter_class(self) -> AdapterClass:
        return cast(AdapterClass, Adapter)

    def refusal(self, words: str) -> Fault:
        return faults.refuses(400, json.dumps({"message": {"note": [words]}}).encode())

    def next_elsewhere(self) -> Fault | None:
        return faults.linked(f'<{self.site.elsewhere.url}/api/v4/todos?page=2>; rel="next"')

    def _uid(self, user: User) -> str:
        return f"{self.base()}/users/{user.id}"

    def uid(self, name: str) -> str:
        return self._uid(self.lab.user(name))

    def _uri(self, what: Target | Note) -> str:
        target = what if isinstance(what, Target) else what.discussion.target
        at = f"{self.base()}/projects/{target.project.id}/issues/{target.iid}"
        return at if isinstance(what, Target) else f"{at}/notes/{what.id}"

    def _of(self, said: Said) -> Target | Note:
        every: list[Target | Note] = [*self.lab.targets, *self.lab.notes()]
        return next(one for one in every if self._uri(one) == said.uri)

    def _target(self, said: Said) -> Target:
        what = self._of(said)
        return what if isinstance(what, Target) else what.discussion.target

    def _open(
        self, by: str, text: str, body: str, at: datetime | None, stated: datetime | None = None
    ) -> Said:
        with self.site.home.lock:
            title = f"About {text[:20]}"
            made = self.lab.open(self.lab.user(by), self.project, title, body, at=at, stated=stated)
            self._tick()
            return Said(self._uri(made), text, self.uid(by))

    def someone_posts(self, text: str, *, by: str = "ana", at: datetime | None = None) -> Said:
        return self._open(by, text, text, at)

    def someone_mentions_me(
        self,
        text: str,
        *,
        by: str = "ana",
        at: datetime | None = None,
        stated: datetime | None = None,
        naming: Sequence[str] = (),
        visibility: Visibility = Visibility.PUBLIC,
        content_warning: str = "",
    ) -> Said:
        names = [self.lab.user(name).username for name in ("me", *dict.fromkeys(naming))]
        body = " ".join([*(f"@{name}" for name in names), text])
        return self._open(by, text, body, at, stated)

    def someone_replies(
        self, to: Said, text: str, *, by: str = "ana", naming_me: bool = True, at: datetime | None = None
    ) -> Said:
        above = self._of(to)
        body = f"@me {text}" if naming_me and by != "me" else text
        discussion = above.discussion if isinstance(above, Note) else None
        with self.site.home.lock:
            made = self.lab.note(self.lab.user(by), self._target(to), body, to=discussion, at=at)
            self._tick()
            return Said(self._uri(made), text, self.uid(by))

    def someone_quotes(self, what: Said, text: str, *, by: str = "ana") -> Said | None:
        return None

    def someone_writes_directly(self, text: str, *, by: str = "ana") -> Said | None:
        return None

    def i_post(self, text: str, *, at: datetime | None = None) -> Said:
        return self._open("me", text, text, at)

    def i_answer_elsewhere(self, to: Said, text: str) -> Said:
        return self.someone_replies(to, text, by="me")

    def edit(self, said: Said, text: str) -> bool:
        what = self._of(said)
        before = what.description if isinstance(what, Target) else what.body
        body = " ".join([*(f"@{name}" for name in named(before)), text])
        if isinstance(what, Target):
            self.lab.change(what, body)
        else:
            self.lab.edit(what, body)
        return True

    def delete(self, said: Said) -> None:
        what = self._of(said)
        with self.site.home.lock:
            if isinstance(what, Target):
                self.lab.remove(what)
            else:
                self.lab.delete(what)

    def standing(self) -> list[Standing]:
        found = []
        for note in sorted(self.lab.notes(), key=lambda one: one.id):
            if note.author is not self.user_me or note.system:
                continue
            target, first = note.discussion.target, note.discussion.notes[0]
            names = {self.uid(name) for name in named(note.body) if self._known(name)}
            above = target if first is note else first
            names.add(self._uid(above.author))
            found.append(Standing(self._uri(note), self._uri(above), note.body, names=frozenset(names)))
        return found

    def _known(self, name: str) -> bool:
        return any(one.username.lower() == name for one in self.lab.users.values())

    def counted(self, to: Said, text: str, content_warning: str) -> tuple[int, int] | None:
        return len(text), LONGEST

    def lock(self, said: Said) -> bool:
        self._target(said).locked = True
        return True

    def leave_out(self, way: int) -> bool:
        target = max(self.lab.targets, key=lambda one: one.id)
        todo = next(one for one in self.lab.todos if one.target is target)
        if way < len(_TODOS):
            self.breaking.todos[todo.id] = _TODOS[way]
            return True
        if way < len(_TODOS) + len(_TARGETS):
            page = f"{self.home}/{target.project.path}/-/issues/{target.iid}"
            self.breaking.targets[page] = _TARGETS[way - len(_TODOS)]
            return True
        return False

    def expire(self) -> bool | None:
        return None

    def revoke(self) -> None:
        self.server.tokens.clear()

    def logins(self) -> tuple[int, int]:
        return 0, 0

    def read_mark(self, said: Said) -> bool | None:
        about = self._target(said)
        return all(todo.state == "done" for todo in self.lab.todos if todo.target is about)

    def thread_muted(self, said: Said) -> bool | None:
        return self.user_me.id in self._target(said).unsubscribed

    def hidden(self) -> set[str]:
        return set()
