"""What the tests of a simulated Facebook share: a Page with a post, and requests to it."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any
from urllib.parse import urlencode

from convo.clock import HandClock
from tests.simulators._facebook_state import Comment, Options, Person, Post
from tests.simulators.facebook import Facebook
from tests.simulators.messages import Answer, Request

PAGE, USER = "page-token", "user-token"
FORM = {"content-type": "application/x-www-form-urlencoded"}


class Scene:
    """A Page with one post, a comment by ana, and tokens of the Page and of its admin."""

    def __init__(self, **options: Any) -> None:
        self.clock = HandClock(datetime(2026, 11, 20, 9, 15, 2, tzinfo=timezone.utc))
        self.server = Facebook(self.clock, Options(**options))
        self.state = self.server.state
        self.tokens = self.server.tokens
        self.tokens.give(PAGE)
        self.tokens.give(USER, "USER", seconds=5_183_944)
        self.page, self.ana = self.state.page, self.state.person("ana")
        self.post = self.state.add_post(self.page, "convo 2.0 is out")
        self.asked = self.say(self.post, "Does it run on Windows?")

    def say(self, to: Post | Comment, words: str, by: Person | None = None) -> Comment:
        self.clock.step(1)
        return self.state.add_comment(to, by or self.ana, words)

    def call(self, method: str, path: str, *, token: str = PAGE, body: bytes = b"", **given: Any) -> Answer:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        query = f"?{urlencode(given)}" if given else ""
        kind = FORM if body else {}
        return self.server.answer(Request(method, f"/v26.0/{path}{query}", {**headers, **kind}, body))

    def get(self, path: str, *, token: str = PAGE, **given: Any) -> Any:
        return self.call("GET", path, token=token, **given).json()

    def write(self, path: str, *, token: str = PAGE, **given: Any) -> Any:
        return self.call("POST", path, token=token, body=urlencode(given).encode()).json()

    def words(self, path: str, **given: Any) -> list[str]:
        return [one["message"] for one in self.get(path, **{"fields": "message", **given})["data"]]


def code(answer: Answer | Any) -> tuple[int, int]:
    """Code and subcode of an answer that is an error."""
    found = answer.json() if isinstance(answer, Answer) else answer
    error = found["error"]
    assert error["message"]
    assert error["fbtrace_id"]
    return error["code"], error.get("error_subcode", 0)
