"""A client of the simulated GitHub without a network, for the tests of the simulator itself."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from typing import Any
from urllib.parse import urlencode

from convo.clock import HandClock
from tests.simulators._github_entities import Issue, User
from tests.simulators._github_quirks import Quirks
from tests.simulators.github import GitHub
from tests.simulators.github_schema import check_answer, check_request
from tests.simulators.messages import Answer, Request

NOW = datetime(2026, 11, 20, 12, tzinfo=timezone.utc)
HOST = "http://127.0.0.1:1"
NULL_IN_PRACTICE = ("subject.url: 'None' is no string", "subject.latest_comment_url: 'None' is no string")
"""Described as strings, and null for discussions, check suites and invitations."""


class Client:
    """Calls the simulator without a network, as me; zoe is another. Every good answer is checked."""

    def __init__(self, **quirks: Any) -> None:
        self.clock = HandClock(NOW)
        self.server = GitHub(self.clock, Quirks(**quirks))
        self.forge = self.server.forge
        self.me, self.zoe = self.forge.user("me"), self.forge.user("zoe")
        self.server.sign_in(self.me, "t")
        self.server.sign_in(self.zoe, "z")
        self.repo = self.forge.repo("acme/tool")
        self.forge.user("acme").type = "Organization"

    def call(self, method: str, path: str, body: Any = None, *, token: str = "t", **headers: str) -> Answer:
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        more.setdefault("user-agent", "test")
        if token:
            more["authorization"] = f"Bearer {token}"
        content = b"" if body is None else json.dumps(body).encode()
        request = Request(method, path.removeprefix(HOST), more, content, HOST)
        answer = self.server.answer(request)
        if answer.status < 300 and "/graphql" not in path:
            assert check_request(request) == [] or "unknown" in path
            wrong = check_answer(request, answer)
            assert [one for one in wrong if not one.endswith(NULL_IN_PRACTICE)] == []
        return answer

    def get(self, path: str, **params: Any) -> Answer:
        return self.call("GET", f"{path}?{urlencode(params)}")

    def ask(self, query: str, **variables: Any) -> Any:
        return self.call("POST", "/graphql", {"query": query, "variables": variables}).json()

    def open(self, body: str = "@me look", by: User | None = None, **how: Any) -> Issue:
        self.clock.step(60)
        return self.forge.open(by or self.zoe, self.repo, "Crash on start", body, **how)

    def notes(self, **params: Any) -> list[Any]:
        found: list[Any] = self.get("/notifications", **{"all": "true", **params}).json()
        return found
