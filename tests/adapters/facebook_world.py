"""The conformance suite's world over a simulated Facebook: being spoken to is a comment on a post of the Page."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any, ClassVar, cast

from convo.config import AccountConfig
from convo.model import Visibility
from convo.testing import Said, Standing, Trouble, Where
from tests.adapters.http_world import AdapterClass, HttpWorld, Route
from tests.simulators import faults
from tests.simulators._facebook_errors import GraphError
from tests.simulators._facebook_state import Comment, Options, Person, Post
from tests.simulators.facebook import Facebook
from tests.simulators.faults import Fault
from tests.simulators.messages import Answer, json_answer

TOKEN = "EAAP-page-token-of-me-0123456789"
TIMES = ["created_time", "updated_time", "type", "status_type", "before", "after", "next", "previous"]
TOKENS = ["access_token", "tasks", "scopes", "permission", "status"]
_COMMENTS: list[Any] = [
    {"id": None},
    {"id": {}},
    {"from": []},
    {"from": {"id": 7, "name": None}},
    {"created_time": "yesterday"},
    {"created_time": None},
    {"message": 42},
    {"parent": "nonsense"},
    {"permalink_url": {}},
    {"attachment": "nonsense"},
    {"message_tags": [7]},
    {"can_comment": "x"},
    {"is_hidden": []},
    "nonsense",
    None,
]
_POSTS: list[Any] = [
    {"id": None},
    {"created_time": "yesterday"},
    {"message": 42},
    {"comments": "nonsense"},
    None,
]
Change = Callable[[Any], Any]


def walked(value: Any, change: Change) -> Any:
    """Every item of every list called `data`, inner ones first, put through a change."""
    if isinstance(value, list):
        return [walked(one, change) for one in value]
    if not isinstance(value, dict):
        return value
    found = {name: walked(inner, change) for name, inner in value.items()}
    if isinstance(found.get("data"), list):
        found["data"] = [change(one) for one in found["data"]]
    return found


def is_of(item: Any, number: str) -> bool:
    """Whether an item has this id, whole or only its last part."""
    return isinstance(item, dict) and str(item.get("id")).rpartition("_")[2] == number


def erring(code: int, subcode: int = 0, *, words: str = "", status: int = 0) -> Fault:
    """An answer with one of Facebook's codes, in the place of doing what was asked."""
    error = GraphError(code, words or f"(#{code}) its own words", subcode=subcode, status=status)
    return faults.refuses(error.status, json.dumps(error.body()).encode())


class FacebookWorld(HttpWorld):
    """One Page of the user's, whose token is the credential; people comment on its posts.

    `spoken` is how people speak to the user: "comment", each on a post of its own that is `post_age` older, or
    "visitor", a post on the Page. A subclass says with `uri_of` and `uid_of` what the adapter makes of ids, and with
    `configured` which account leads here.
    """

    page_size = 10
    lookup_size = 1
    warning = ""
    beside = 1
    post_age = timedelta(hours=1)
    routes: ClassVar[dict[Where, Sequence[Route]]] = {
        Where.READ: [
            ("GET", "/published_posts"),
            ("GET", "/visitor_posts"),
            ("GET", "/tagged"),
            ("GET", "/comments"),
        ],
        Where.ANSWER: [("POST", "/comments")],
        Where.FIND: [("GET", "/")],
    }
    plain_keys = frozenset(TIMES + TOKENS)
    kept_keys = plain_keys | {"id", "permalink_url", "link", "url", "src", "username"}

    def __init__(self, spoken: str = "comment", **options: Any) -> None:
        clock = self.present()
        self.server = Facebook(clock, Options(**options))
        self.state = self.server.state
        self.spoken = spoken
        self._watched = False
        self.server.tokens.give(TOKEN)
        self.me = self.uid_of(self.state.page)
        super().__init__(self.server, clock, AccountConfig("page", "facebook"), TOKEN)
        self.account = self.configured()

    def configured(self) -> AccountConfig:
        """The account in the config."""
        return AccountConfig("page", "facebook", url=self.site.home.url, user=self.state.page.id)

    def adapter_class(self) -> AdapterClass:
        return cast(AdapterClass, import_module("convo.adapters.facebook").Facebook)

    def base(self) -> str:
        return str(cast(Any, self.adapter_class()).base_url(self.account))

    def uri_of(self, what: Post | Comment) -> str:
        """The canonical URI that the adapter gives something: the last part of its id, which is told everywhere."""
        return f"https://www.facebook.com/{what.number}"

    def uid_of(self, who: Person) -> str:
        """The uid that the adapter gives somebody."""
        return f"https://www.facebook.com/{who.id}"

    def uid(self, name: str) -> str:
        return self.uid_of(self.state.person(name))

    def refusal(self, words: str) -> Fault:
        return erring(100, words=words)

    def limited(self, code: int = 80001, minutes: int = 1) -> Fault:
        """A limit of Facebook's own: no status and no header that others know."""
        error = GraphError(code, f"(#{code}) There have been too many calls")
        use = {"type": "pages", "call_count": 100, "estimated_time_to_regain_access": minutes}
        headers = {"x-business-use-case-usage": json.dumps({self.state.page.id: [use]})}
        return faults.refuses(error.status, json.dumps(error.body()).encode(), headers)

    def _fault(self, kind: Trouble, done: bool, header: tuple[str, str], words: str) -> Fault | None:
        if kind is Trouble.RATE_LIMITED and not header[0]:
            return self.limited()
        return super()._fault(kind, done, header, words)

    def next_elsewhere(self) -> Fault | None:
        home, elsewhere = self.site.home.url, self.site.elsewhere.url

        def change(answer: Answer) -> Answer:
            return Answer(
                answer.status, answer.body.replace(home.encode(), elsewhere.encode()), answer.headers
            )

        return Fault(change=change)

    def while_reading(self, act: Callable[[], object]) -> None:
        """The first time after a list of posts, then after comments: each post's are a page of what was said."""

        def change(answer: Answer) -> Answer:
            act()
            return answer

        path = "/comments" if self._watched else "/published_posts"
        self._watched = True
        self.site.home.add(Fault(change=change), method="GET", path=path)

    def _of(self, said: Said) -> Post | Comment:
        every: list[Post | Comment] = [*self.state.posts.values(), *self.state.comments.values()]
        return next(one for one in every if self.uri_of(one) == said.uri)

    def _said(self, what: Post | Comment, text: str) -> Said:
        self._tick()
        return Said(self.uri_of(what), text, self.uid_of(what.author))

    def _posted(self, by: str, text: str, at: datetime | None, kind: str = "published") -> Post:
        with self.site.home.lock:
            return self.state.add_post(self.state.person(by), text, kind=kind, at=at)

    def someone_posts(self, text: str, *, by: str = "ana", at: datetime | None = None) -> Said:
        """A visitor's post on the Page."""
        with self.site.home.lock:
            return self._said(self._posted(by, text, at, "visitor"), text)

    def someone_tags(self, text: str, *, by: str = "ana", at: datetime | None = None) -> Said:
        """Somebody's own post elsewhere that tags the Page."""
        with self.site.home.lock:
            return self._said(self._posted(by, text, at, "tagged"), text)

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
        if self.spoken == "visitor":
            return self.someone_posts(text, by=by, at=at)
        with self.site.home.lock:
            post = self._posted("me", f"For {by}", (at or self.now()) - self.post_age)
            return self._said(self.state.add_comment(post, self.state.person(by), text, at=at), text)

    def someone_replies(
        self, to: Said, text: str, *, by: str = "ana", naming_me: bool = True, at: datetime | None = None
    ) -> Said:
        target = self._of(to)
        with self.site.home.lock:
            comment = self.state.add_comment(target, self.state.person(by), text, at=at)
            flattened = isinstance(target, Comment) and target.parent is not None
            if flattened and naming_me and by != "me":
                self.state.naming(comment, target.author)
            return self._said(comment, text)

    def someone_quotes(self, what: Said, text: str, *, by: str = "ana") -> Said | None:
        return None

    def someone_writes_directly(self, text: str, *, by: str = "ana") -> Said | None:
        return None

    def i_post(self, text: str, *, at: datetime | None = None) -> Said:
        with self.site.home.lock:
            return self._said(self._posted("me", text, at), text)

    def i_answer_elsewhere(self, to: Said, text: str) -> Said:
        """In Business Suite, or by another admin: it is the Page that speaks."""
        return self.someone_replies(to, text, by="me")

    def edit(self, said: Said, text: str) -> bool:
        with self.site.home.lock:
            self._of(said).message = text
        return True

    def delete(self, said: Said) -> None:
        with self.site.home.lock:
            self.state.remove(self._of(said))

    def hide(self, said: Said, on: bool = True) -> None:
        """Somebody hides a comment on the site."""
        comment = self._of(said)
        assert isinstance(comment, Comment)
        comment.hidden = on

    def standing(self) -> list[Standing]:
        found = []
        for one in self.state.comments.values():
            if one.author is self.state.page:
                above = one.parent or one.post
                names = frozenset({self.uid_of(above.author)})
                found.append(Standing(self.uri_of(one), self.uri_of(above), one.message, names=names))
        return found

    def counted(self, to: Said, text: str, content_warning: str) -> tuple[int, int] | None:
        return len(text), self.state.options.longest

    def lock(self, said: Said) -> bool:
        self._of(said).open = False
        return True

    def leave_out(self, way: int) -> bool:
        comments = _COMMENTS if self.spoken == "comment" else []
        if way >= len(comments) + len(_POSTS):
            return False
        newest = max(self.state.posts.values(), key=lambda one: int(one.number))
        on_it = [one.number for one in self.state.comments.values() if one.post is newest]
        number = on_it[-1] if way < len(comments) else newest.number
        wrong = [*comments, *_POSTS][way]

        def broken(item: Any) -> Any:
            if not is_of(item, number):
                return item
            return {**item, **wrong} if isinstance(wrong, dict) else wrong

        def change(answer: Answer) -> Answer:
            if answer.status != 200:
                return answer
            return json_answer(walked(answer.json(), broken))

        self.alter(change, "GET", "/")
        return True

    def expire(self) -> bool | None:
        self.server.tokens.end(463)
        return False

    def revoke(self) -> None:
        self.server.tokens.end(458)

    def lapse(self, *scopes: str) -> None:
        """Permissions that were not used for ninety days are lost, all when none is named."""
        for token in self.server.tokens.tokens.values():
            token.scopes -= set(scopes) or set(token.scopes)

    def called_abusive(self, seconds: float) -> None:
        """The Page is kept from writing for a while, and longer with each try."""
        self.state.abusive_until = self.now() + timedelta(seconds=seconds)

    def logins(self) -> tuple[int, int]:
        return 0, self.server.tokens.exchanged

    def read_mark(self, said: Said) -> bool | None:
        return None

    def thread_muted(self, said: Said) -> bool | None:
        return None

    def hidden(self) -> set[str]:
        return {self.uid_of(one) for one in self.state.blocked.values()}
