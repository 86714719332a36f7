"""The conformance suite's world over a simulated Lemmy: being named, answered, or written to."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar, cast

from convo.adapters.lemmy import Lemmy as Adapter
from convo.config import AccountConfig
from convo.model import Visibility
from convo.testing import Said, Standing, Where
from tests.adapters.http_world import AdapterClass, HttpWorld, Route
from tests.simulators import faults
from tests.simulators._lemmy_state import LANGUAGES, LONGEST, Comment, Options, Person, Post, names_in, units
from tests.simulators.faults import Fault
from tests.simulators.lemmy import Lemmy
from tests.simulators.messages import Answer, json_answer

TOKEN = "eyJ0eXAiOiJKV1QifQ.token-of-me.signature"
_OLD = timedelta(days=200)
_HOMES = {"ana": "feddit.example", "cleo": "third.example"}
_ROW: list[Any] = [
    {"comment": None},
    {"comment": "nonsense"},
    {"creator": None},
    {"post": 7},
    {"person_mention": None},
    {"community": []},
    "nonsense",
    None,
]
_COMMENT: list[dict[str, Any]] = [
    {"id": None},
    {"id": "x"},
    {"content": 42},
    {"published": "yesterday"},
    {"path": "nonsense"},
    {"path": None},
    {"ap_id": None},
    {"language_id": "x"},
]
_NEW = {"published": "published_at"}
"""Names that 1.0 writes otherwise."""


class LemmyWorld(HttpWorld):
    """One instance; the user, ben and dora live on it, ana and cleo elsewhere."""

    beside = 1
    page_size = 50
    lookup_size = 1
    warning = ""
    routes: ClassVar[dict[Where, Sequence[Route]]] = {
        Where.READ: [("GET", "/api/v3/user/mention"), ("GET", "/api/v3/user/replies")],
        Where.ANSWER: [("POST", "/api/v3/comment"), ("POST", "/api/v3/private_message")],
        Where.FIND: [
            ("GET", "/api/v3/comment"),
            ("GET", "/api/v3/post"),
            ("GET", "/api/v3/user"),
            ("GET", "/api/v3/private_message"),
            ("GET", "/api/v3/site"),
        ],
    }
    plain_keys = frozenset(
        [
            *("published", "updated", "published_at", "updated_at", "last_refreshed_at", "voted_at"),
            *("path", "version", "code", "subscribed", "visibility", "kind", "type_", "next_page"),
        ]
    )
    kept_keys = plain_keys | {"ap_id", "actor_id", "name"}

    def __init__(self, **options: Any) -> None:
        clock = self.present()
        self.server = Lemmy(clock, Options(**options))
        self.instance = self.server.instance
        self.person_me = self.instance.person("me")
        self.server.sign_in(self.person_me, TOKEN)
        self.me = self.person_me.actor
        super().__init__(self.server, clock, AccountConfig("lemmy", "lemmy", user="me"), TOKEN)
        self.account = AccountConfig("lemmy", "lemmy", url=self.site.home.url, user="me")
        self._deleted = 0
        if self.server.options.modern:
            v4 = "/api/v4"
            notes, writes = f"{v4}/account/notification/list", (f"{v4}/comment", f"{v4}/private_message")
            asked = (f"{v4}/comment", f"{v4}/post", f"{v4}/person", f"{v4}/account", f"{v4}/site")
            self.routes = {  # type: ignore[misc]
                Where.READ: [("GET", notes)],
                Where.ANSWER: [("POST", path) for path in writes],
                Where.FIND: [("GET", path) for path in asked],
            }

    def adapter_class(self) -> AdapterClass:
        return cast(AdapterClass, Adapter)

    def refusal(self, words: str) -> Fault:
        return faults.refuses(400, json.dumps({"error": "couldnt_create_comment", "message": words}).encode())

    def _who(self, name: str) -> Person:
        return self.instance.person(name, _HOMES.get(name, ""))

    def uid(self, name: str) -> str:
        return self._who(name).actor

    def _of(self, said: Said) -> Comment | None:
        return next((one for one in self.instance.comments.values() if one.ap_id == said.uri), None)

    def _place(self, said: Said) -> tuple[Post, Comment | None]:
        comment = self._of(said)
        if comment is not None:
            return comment.post, comment
        return next(one for one in self.instance.posts.values() if one.ap_id == said.uri), None

    def _comment(
        self,
        by: str,
        content: str,
        post: Post,
        parent: Comment | None = None,
        *,
        text: str = "",
        at: datetime | None = None,
        arrived: datetime | None = None,
    ) -> Said:
        with self.site.home.lock:
            made = self.instance.add_comment(
                self._who(by), post, content, parent=parent, at=at, arrived=arrived
            )
            self._tick()
            return Said(made.ap_id, text or content, made.creator.actor)

    def _post(self, by: str, text: str, at: datetime | None) -> Post:
        with self.site.home.lock:
            self._tick()
            return self.instance.add_post(self._who(by), text, text, at=at)

    def someone_posts(self, text: str, *, by: str = "ana", at: datetime | None = None) -> Said:
        return Said(self._post(by, text, at).ap_id, text, self.uid(by))

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
        people = [self._who(name) for name in dict.fromkeys(("me", *naming))]
        content = " ".join([*(f"@{one.name}@{one.domain}" for one in people), text])
        when = stated or at
        post = self._post("dora", f"What {by} saw", (when or self.now()) - _OLD)
        return self._comment(by, content, post, text=text, at=when, arrived=at or self.now())

    def someone_replies(
        self, to: Said, text: str, *, by: str = "ana", naming_me: bool = True, at: datetime | None = None
    ) -> Said:
        post, parent = self._place(to)
        # Only the author of what is answered is told; who else shall be, is named.
        named = naming_me and parent is not None and parent.creator is not self.person_me
        content = f"@me@{self.person_me.domain} {text}" if named else text
        return self._comment(by, content, post, parent, text=text, at=at)

    def someone_quotes(self, what: Said, text: str, *, by: str = "ana") -> Said | None:
        return None

    def someone_writes_directly(self, text: str, *, by: str = "ana") -> Said | None:
        with self.site.home.lock:
            made = self.instance.add_message(self._who(by), self.person_me, text)
            self._tick()
            return Said(made.ap_id, text, made.creator.actor)

    def i_post(self, text: str, *, at: datetime | None = None) -> Said:
        return Said(self._post("me", text, at).ap_id, text, self.me)

    def i_answer_elsewhere(self, to: Said, text: str) -> Said:
        return self._comment("me", text, *self._place(to))

    def edit(self, said: Said, text: str) -> bool:
        comment = self._of(said)
        assert comment
        names = " ".join(f"@{name}@{domain}" for name, domain in names_in(comment.content))
        self.instance.change(comment, f"{names} {text}".strip())
        return True

    def delete(self, said: Said) -> None:
        """By the author, by a moderator, or for good by an administrator, in turn."""
        comment = self._of(said)
        assert comment
        with self.site.home.lock:
            self._deleted += 1
            if self._deleted % 3 == 1:
                comment.deleted = True
            elif self._deleted % 3 == 2:
                comment.removed = True
            else:
                self.instance.purge(comment)

    def standing(self) -> list[Standing]:
        found = []
        for comment in self.instance.comments.values():
            if comment.creator is not self.person_me or comment.deleted or comment.removed:
                continue
            parent = self.instance.comments.get(comment.parent)
            above = parent.ap_id if parent else comment.post.ap_id
            author = parent.creator if parent else comment.post.creator
            names = {self.instance.person(*one).actor for one in names_in(comment.content)} | {author.actor}
            language = LANGUAGES[comment.language]
            found.append(
                Standing(
                    comment.ap_id,
                    above,
                    comment.content,
                    language=language if language != "und" else "",
                    names=frozenset(names),
                )
            )
        mine = [one for one in self.instance.messages.values() if one.creator is self.person_me]
        found += [Standing(one.ap_id, "", one.content, Visibility.DIRECT) for one in mine if not one.deleted]
        return found

    def counted(self, to: Said, text: str, content_warning: str) -> tuple[int, int] | None:
        return units(text), LONGEST

    def lock(self, said: Said) -> bool:
        self._place(said)[0].locked = True
        return True

    def leave_out(self, way: int) -> bool:
        if way >= len(_ROW) + len(_COMMENT):
            return False
        modern = self.server.options.modern
        newest = self.instance.notes[-1].id if modern else self.instance.rows[-1].comment.id

        def broken(row: Any) -> Any:
            about = row.get("notification" if modern else "comment") if isinstance(row, dict) else None
            if not isinstance(about, dict) or about["id"] != newest:
                return row
            if modern:
                data = changed(row["data"])
                return {**row, "data": data} if isinstance(data, dict) else data
            return changed(row)

        def changed(view: Any) -> Any:
            if way >= len(_ROW):
                wrong: Any = {
                    _NEW.get(name, name): value for name, value in _COMMENT[way - len(_ROW)].items()
                }
                return {
                    **view,
                    "comment": {**view["comment"], **(wrong if modern else _COMMENT[way - len(_ROW)])},
                }
            wrong = _ROW[way]
            return {**view, **wrong} if isinstance(wrong, dict) else wrong

        def change(answer: Answer) -> Answer:
            if answer.status != 200:
                return answer
            return json_answer(
                {
                    name: [broken(row) for row in rows] if isinstance(rows, list) else rows
                    for name, rows in answer.json().items()
                }
            )

        method, path = self.routes[Where.READ][0]
        self.alter(change, method, path)
        return True

    def expire(self) -> bool | None:
        return None

    def revoke(self) -> None:
        self.server.tokens.clear()

    def logins(self) -> tuple[int, int]:
        return 0, 0

    def read_mark(self, said: Said) -> bool | None:
        mine = [row for row in self.instance.rows if row.recipient is self.person_me]
        marks = [row.read for row in mine if row.comment.ap_id == said.uri]
        notes = [note for note in self.instance.notes if note.recipient is self.person_me]
        marks += [note.read for note in notes if note.thing.ap_id == said.uri]
        return bool(marks) and all(marks)

    def thread_muted(self, said: Said) -> bool | None:
        if not self.server.options.modern:
            return None
        return (self.person_me.id, self._place(said)[0].id) in self.instance.muted

    def hidden(self) -> set[str]:
        blocked = self.instance.blocked.get(self.person_me.id, set())
        return {self.instance.people[one].actor for one in blocked}
