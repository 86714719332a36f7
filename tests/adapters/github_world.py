"""The conformance suite's world over a simulated GitHub: being spoken to is an issue that names the user."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar, cast

from convo.adapters.github import GitHub as Adapter
from convo.config import AccountConfig
from convo.model import Visibility
from convo.testing import Said, Standing, Where
from tests.adapters.http_world import AdapterClass, HttpWorld, Route
from tests.simulators import faults
from tests.simulators._github_entities import Comment, Issue, Thread, User
from tests.simulators._github_inbox import named
from tests.simulators._github_quirks import Quirks
from tests.simulators.faults import Fault
from tests.simulators.github import GitHub
from tests.simulators.messages import Answer, Request, json_answer

TOKEN = "ghp_token-of-me"
LONGEST = 60_000
"""The adapter stays under the server's 65,536, whose unit nobody wrote down."""
PLAIN = ["created_at", "updated_at", "last_read_at", "submitted_at", "closed_at", "createdAt", "updatedAt"]
PLAIN += ["lastEditedAt", "submittedAt", "deletedAt", "committedDate", "resetAt", "state", "reason", "type"]
PLAIN += ["__typename", "viewerPermission", "author_association"]
KEPT = ["id", "node_id", "url", "html_url", "latest_comment_url", "subscription_url", "issue_url", "login"]
KEPT += [
    "full_name",
    "nameWithOwner",
    "fullDatabaseId",
    "startCursor",
    "endCursor",
    "oid",
    "sha",
    "repository_url",
]
_NOTES: list[Any] = [
    {"subject": None},
    {"subject": "words"},
    {"subject": {}},
    {"id": None},
    {"id": {}},
    {"repository": None},
    {"repository": {"full_name": "nowhere"}},
    {"updated_at": "yesterday"},
    {"updated_at": None},
    {"reason": None},
    {"unread": None},
    "nonsense",
    None,
]
_TALK: list[Any] = [
    {"author": "nobody", "user": "nobody"},
    {"author": {"login": 7}, "user": {"login": 7}},
    {"createdAt": "yesterday", "created_at": "yesterday"},
    {"createdAt": None, "created_at": None},
    {"body": 42},
    {"body": None},
    {"title": None},
    {"title": ["words"]},
    {"id": None, "node_id": None},
    {"number": "seven"},
    {"comments": None},
    {"comments": {"nodes": [None, 7]}},
    {"timelineItems": None},
    {"repository": None},
]


class Breaking:
    """A server some of whose items are broken in the listed ways."""

    def __init__(self, server: GitHub) -> None:
        self.server = server
        self.notes: dict[str, Any] = {}
        """What becomes of a notification, by its id."""
        self.talk: dict[str, Any] = {}
        """What becomes of an issue, by its page."""

    def answer(self, request: Request) -> Answer:
        """The server's answer, broken."""
        answer = self.server.answer(request)
        if not (self.notes or self.talk) or answer.status != 200 or not answer.body:
            return answer
        broken = json_answer(self._broken(answer.json()))
        return replace(answer, body=broken.body)

    def _broken(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._broken(one) for one in value]
        if not isinstance(value, dict):
            return value
        if "subject" in value and value.get("id") in self.notes:
            change = self.notes[value["id"]]
            return {**value, **change} if isinstance(change, dict) else change
        found = {name: self._broken(inner) for name, inner in value.items()}
        change = self.talk.get(str(value.get("html_url") or value.get("url")), {})
        return {**found, **{name: new for name, new in change.items() if name in found}}


class GitHubWorld(HttpWorld):
    """github.com, or an Enterprise server; the user is a stranger to the organisation whose tool it is."""

    page_size = 50
    lookup_size = 100
    warning = ""
    routes: ClassVar[dict[Where, Sequence[Route]]] = {
        Where.READ: [("GET", "/notifications")],
        Where.ANSWER: [("POST", "/comments")],
        Where.FIND: [("GET", "/comments"), ("POST", "/graphql")],
    }
    reads: ClassVar[Sequence[Route]] = [("GET", ""), ("POST", "/graphql")]
    plain_keys = frozenset(PLAIN)
    kept_keys = plain_keys | frozenset(KEPT)

    def __init__(self, enterprise: bool = False, **quirks: Any) -> None:
        clock = self.present()
        self.server = GitHub(clock, Quirks(enterprise=enterprise, poll_interval=None, **quirks))
        self.forge = self.server.forge
        self.repo = self.forge.repo("acme/tool")
        self.user_me = self.forge.user("me")
        self.server.sign_in(self.user_me, TOKEN, "notifications repo user")
        super().__init__(self.server, clock, AccountConfig("gh", "github", user="me"), TOKEN)
        self.breaking = Breaking(self.server)
        self.site.home.platform = self.breaking
        if enterprise:
            self.account = AccountConfig("gh", "github", url=self.site.home.url, user="me")
        self.me = self._uid(self.user_me)

    def _tick(self) -> None:
        self.clock.step(3)  # what moved in the seconds of a look is looked at twice

    def base(self) -> str:
        return f"{self.site.home.url}/api/v3" if self.server.quirks.enterprise else self.site.home.url

    def adapter_class(self) -> AdapterClass:
        return cast(AdapterClass, Adapter)

    def refusal(self, words: str) -> Fault:
        error = {"resource": "IssueComment", "code": "unprocessable", "field": "data", "message": words}
        body = {"message": "Validation Failed", "errors": [error], "status": "422"}
        return faults.refuses(422, json.dumps(body).encode())

    def next_elsewhere(self) -> Fault | None:
        return faults.linked(f'<{self.site.elsewhere.url}/notifications?all=true&page=2>; rel="next"')

    def _uid(self, user: User) -> str:
        return f"{self.base()}/user/{user.id}"

    def uid(self, name: str) -> str:
        return self._uid(self.forge.user(name))

    def _uri(self, words: Issue | Comment) -> str:
        if isinstance(words, Issue):
            return f"{self.base()}/repositories/{words.repo.id}/issues/{words.number}"
        return f"{self.base()}/repositories/{words.issue.repo.id}/issues/comments/{words.id}"

    def _of(self, said: Said) -> Issue | Comment:
        every = (one for one in self.forge.everything() if isinstance(one, (Issue, Comment)))
        return next(one for one in every if self._uri(one) == said.uri)

    def _issue(self, said: Said) -> Issue:
        words = self._of(said)
        return words if isinstance(words, Issue) else words.issue

    def _open(
        self, by: str, text: str, body: str, at: datetime | None, stated: datetime | None = None
    ) -> Said:
        with self.site.home.lock:
            issue = self.forge.open(
                self.forge.user(by), self.repo, f"About {text[:20]}", body, at=at, stated=stated
            )
            self._tick()
            return Said(self._uri(issue), text, self.uid(by))

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
        names = [self.forge.user(name).login for name in ("me", *dict.fromkeys(naming))]
        body = " ".join([*(f"@{name}" for name in names), text])
        return self._open(by, text, body, at, stated)

    def someone_replies(
        self, to: Said, text: str, *, by: str = "ana", naming_me: bool = True, at: datetime | None = None
    ) -> Said:
        with self.site.home.lock:
            made = self.forge.comment(self.forge.user(by), self._issue(to), text, at=at)
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
        words = self._of(said)
        names = " ".join(f"@{name}" for name in named(words.body))
        self.forge.edit(words, f"{names} {text}".strip())
        return True

    def delete(self, said: Said) -> None:
        with self.site.home.lock:
            self.forge.delete(self._of(said))

    def standing(self) -> list[Standing]:
        found: list[tuple[datetime, Standing]] = []
        for one in self.forge.everything():
            if one.author is not self.user_me or not isinstance(one, Comment):
                continue
            names = {self.uid(name) for name in named(one.body) if self._known(name)}
            if one.issue.author is not None:
                names.add(self._uid(one.issue.author))
            above = self._uri(one.issue)
            found.append((one.created_at, Standing(self._uri(one), above, one.body, names=frozenset(names))))
        return [standing for _, standing in sorted(found, key=lambda one: one[0])]

    def _known(self, login: str) -> bool:
        return any(one.login.lower() == login for one in self.forge.users.values())

    def counted(self, to: Said, text: str, content_warning: str) -> tuple[int, int] | None:
        return len(text), LONGEST

    def lock(self, said: Said) -> bool:
        issue = self._issue(said)
        issue.locked, issue.lock_reason = True, "resolved"
        return True

    def leave_out(self, way: int) -> bool:
        issue = max(self.forge.issues.values(), key=lambda one: one.id)
        if way < len(_NOTES):
            self.breaking.notes[str(self._thread(issue).id)] = _NOTES[way]
            return True
        if way < len(_NOTES) + len(_TALK):
            web = self.site.home.url if self.server.quirks.enterprise else self.server.quirks.html
            self.breaking.talk[f"{web}/{issue.repo.full_name}/issues/{issue.number}"] = _TALK[
                way - len(_NOTES)
            ]
            return True
        return False

    def _thread(self, issue: Issue) -> Thread:
        [thread] = self.forge.inbox.of(self.user_me, issue)
        return thread

    def expire(self) -> bool | None:
        return None

    def revoke(self) -> None:
        self.server.tokens.clear()

    def logins(self) -> tuple[int, int]:
        return 0, 0

    def read_mark(self, said: Said) -> bool | None:
        return not self._thread(self._issue(said)).unread

    def thread_muted(self, said: Said) -> bool | None:
        thread = self._thread(self._issue(said))
        return thread.ignored or not thread.subscribed

    def hidden(self) -> set[str]:
        return {self._uid(self.forge.users[one]) for one in self.user_me.blocked}


class EnterpriseWorld(GitHubWorld):
    """An Enterprise server, which a config can lead to."""

    def __init__(self, **quirks: Any) -> None:
        super().__init__(enterprise=True, **quirks)
