"""A client of the simulated GitLab without a network, for the tests of the simulator itself."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from typing import Any
from urllib.parse import urlencode

from convo.clock import HandClock
from tests.simulators._gitlab_quirks import Quirks
from tests.simulators._gitlab_state import Target, User
from tests.simulators.gitlab import GitLab
from tests.simulators.gitlab_schema import complaints
from tests.simulators.messages import Answer, Request

NOW = datetime(2026, 11, 20, 12, tzinfo=timezone.utc)
HOST = "http://127.0.0.1:1"
AT = "/projects/1001/issues/1"


class Client:
    """Calls the simulator as me; ana is another. The project is public, and neither is its member."""

    def __init__(self, **quirks: Any) -> None:
        self.clock = HandClock(NOW)
        self.server = GitLab(self.clock, Quirks(**quirks))
        self.lab = self.server.lab
        self.me, self.ana = self.lab.user("me"), self.lab.user("ana")
        self.server.sign_in(self.me, "glpat-me")
        self.server.sign_in(self.ana, "glpat-ana")
        self.project = self.lab.project("acme/tool")

    def call(
        self, method: str, path: str, body: Any = None, *, token: str = "glpat-me", **headers: str
    ) -> Answer:
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        if token:
            more["private-token"] = token
        content = b"" if body is None else json.dumps(body).encode()
        more.setdefault("content-type", "application/json")
        target = (
            f"{self.server.quirks.folder}/api/v4{path}" if path.startswith("/") else path.removeprefix(HOST)
        )
        request = Request(method, target, more, content, HOST)
        answer = self.server.answer(request)
        if answer.status < 300 and "unknown" not in target:
            assert complaints([request], self.server.quirks.folder) == []
        return answer

    def get(self, path: str, **params: Any) -> Any:
        answer = self.call("GET", f"{path}?{urlencode(params)}")
        assert answer.status == 200, answer
        return answer.json()

    def form(self, path: str, **fields: str) -> Any:
        kind = {"content-type": "application/x-www-form-urlencoded"}
        request = Request(
            "POST", f"{self.server.quirks.folder}{path}", kind, urlencode(fields).encode(), HOST
        )
        return self.server.answer(request).json()

    def open(self, text: str = "@me does it work?", by: User | None = None, **how: Any) -> Target:
        self.clock.step(60)
        return self.lab.open(by or self.ana, self.project, "Threading mail", text, **how)

    def todos(self, **params: Any) -> list[Any]:
        found: list[Any] = self.get("/todos", **params)
        return found
