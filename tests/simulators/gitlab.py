"""A simulated GitLab: the REST API that an inbox needs, with state, tokens, scopes, limits and quirks."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import quote, unquote

from convo.clock import Clock
from tests.simulators._gitlab_calls import ApiError, Call, Moved, Token, missing
from tests.simulators._gitlab_oauth import OAuth
from tests.simulators._gitlab_quirks import Quirks
from tests.simulators._gitlab_reads import Reads
from tests.simulators._gitlab_state import Lab, User
from tests.simulators._gitlab_writes import Writes
from tests.simulators.messages import Answer, Request, json_answer, text_answer

Route = Callable[..., Answer]


class GitLab:
    """The server: routes, credentials, scopes, limits."""

    def __init__(self, clock: Clock, quirks: Quirks | None = None) -> None:
        self.clock = clock
        self.quirks = quirks or Quirks()
        self.lab = Lab(clock, self.quirks)
        self.tokens: dict[str, Token] = {}
        self.oauth = OAuth(self.lab, self.tokens)
        self.reads = Reads(self.lab)
        self.writes = Writes(self.lab, self.reads)
        self.asked: list[float] = []
        """When requests came in the last minute."""
        self._routes = [(verb, re.compile(path), route) for verb, path, route in self._table()]

    def sign_in(self, user: User, token: str, scopes: str = "api") -> None:
        """Let a personal access token speak for a user."""
        self.tokens[token] = Token(user, set(scopes.split()))

    def _table(self) -> list[tuple[str, str, Route]]:
        reads, writes = self.reads, self.writes
        project = "/projects/([^/]+)"
        place = f"{project}/(issues|merge_requests)/([^/]+)"
        wide = f"{project}/(issues|merge_requests|repository/commits)/([^/]+)"
        thread = f"{wide}/discussions/([0-9a-f]+)"

        def inside(route: Route) -> Route:
            """A note by way of its discussion, whose id only leads to it."""
            return lambda call, name, kind, number, _, note: route(call, name, kind, number, note)

        return [
            ("GET", "/todos", reads.todos),
            ("POST", r"/todos/(\d+)/mark_as_done", writes.done),
            ("POST", "/todos/mark_as_done", writes.all_done),
            ("GET", "/user", reads.me),
            ("GET", r"/users/(\d+)", reads.person),
            ("GET", r"/users/(\d+)/events", reads.events),
            ("GET", "/users", reads.people),
            ("GET", "/events", reads.events),
            ("GET", "/(?:version|metadata)", self._version),
            ("GET", "/personal_access_tokens/self", self._token_itself),
            ("GET", "/(issues|merge_requests)", reads.targets),
            ("GET", project, reads.project),
            (
                "GET",
                f"{project}/(issues|merge_requests)",
                lambda call, name, kind: reads.targets(call, kind, name),
            ),
            ("GET", wide, reads.target),
            ("POST", f"{place}/(subscribe|unsubscribe)", writes.follow),
            ("GET", f"{place}/notes", reads.notes),
            ("POST", f"{place}/notes", writes.note),
            ("GET", rf"{place}/notes/(\d+)", reads.note),
            ("PUT", rf"{place}/notes/(\d+)", writes.change),
            ("DELETE", rf"{place}/notes/(\d+)", writes.remove),
            ("GET", f"{wide}/discussions", reads.discussions),
            ("POST", f"{wide}/discussions", writes.discuss),
            ("GET", thread, reads.discussion),
            ("PUT", thread, writes.resolve),
            ("GET", f"{thread}/notes", reads.discussion_notes),
            ("POST", f"{thread}/notes", writes.answer),
            ("GET", rf"{thread}/notes/(\d+)", inside(reads.note)),
            ("PUT", rf"{thread}/notes/(\d+)", inside(writes.change)),
            ("DELETE", rf"{thread}/notes/(\d+)", inside(writes.remove)),
        ]

    def answer(self, request: Request) -> Answer:
        """Answer one request."""
        folder = self.quirks.folder
        path = request.target.partition("?")[0]
        if not path.startswith(f"{folder}/"):
            return text_answer("<!DOCTYPE html><html><body>Nothing here</body></html>", 404)
        path = path[len(folder) :]
        try:
            signed = self.oauth.answer(request, path)
            answer = signed or self._api(request, path)
        except ApiError as error:
            answer = error.answer()
        return answer.with_headers(**self._limits())

    def _limits(self) -> dict[str, str]:
        if not self.quirks.rate_headers:
            return {}
        left = max(self.quirks.requests_a_minute - len(self.asked), 0)
        return {
            "ratelimit-limit": str(self.quirks.requests_a_minute),
            "ratelimit-observed": str(len(self.asked)),
            "ratelimit-remaining": str(left),
            "ratelimit-reset": str(int((self.clock.now() + timedelta(seconds=60)).timestamp())),
        }

    def _api(self, request: Request, path: str) -> Answer:
        now = self.clock.now().timestamp()
        self.asked = [one for one in self.asked if one > now - 60]
        if len(self.asked) >= self.quirks.requests_a_minute:
            return text_answer("Retry later\n", 429, "text/plain").with_headers(retry_after="60")
        self.asked.append(now)
        home = f"{request.origin}{self.quirks.folder}"
        if path == "/oauth/token/info":
            return self._token_info(Call(request, self.lab, self._token(request), home))
        if not path.startswith("/api/v4/"):
            page = "<!DOCTYPE html><html><body>You need to sign in</body></html>"
            return text_answer(page, 404)
        call = Call(request, self.lab, self._token(request), home)
        self._scoped(call)
        return self._route(call, path.removeprefix("/api/v4"))

    def _token(self, request: Request) -> Token | None:
        given = request.headers.get("private-token", "") or request.bearer
        if not given:
            return None
        token = self.tokens.get(given)
        expired = token is not None and token.ends is not None and token.ends <= self.clock.now()
        if token is not None and not token.revoked and not expired:
            return token
        if token is not None and token.oauth:
            words = "Token is expired. You can either do re-authorization or token refresh."
            if token.revoked:
                words = "Token was revoked. You have to re-authorize from the user."
            raise ApiError(401, {"error": "invalid_token", "error_description": words})
        raise ApiError(401, "401 Unauthorized")

    def _scoped(self, call: Call) -> None:
        """Demand the scope that the method needs. Raises ApiError."""
        if call.token is None:
            return
        needed = {"api", "read_api"} if call.request.method == "GET" else {"api"}
        if call.request.path.endswith("/api/v4/user"):
            needed |= {"read_user"}
        if not needed & call.token.scopes:
            words = "The request requires higher privileges than provided by the access token."
            raise ApiError(
                403,
                {
                    "error": "insufficient_scope",
                    "error_description": words,
                    "scope": " ".join(sorted(needed)),
                },
            )

    def _route(self, call: Call, path: str) -> Answer:
        for verb, pattern, route in self._routes:
            found = pattern.fullmatch(path)
            if not found or call.request.method != verb:
                continue
            try:
                return route(call, *(unquote(part) for part in found.groups()))
            except Moved as moved:
                old = found[1]
                there = call.request.target.replace(old, quote(moved.project.path, safe=""), 1)
                return Answer(301, b"", {"location": f"{call.request.origin}{there}"})
        if any(pattern.fullmatch(path) for _, pattern, _ in self._routes):
            raise ApiError(405, "405 Not Allowed")
        raise missing() if call.token else ApiError(404, {"error": "404 Not Found"})

    def _version(self, call: Call) -> Answer:
        call.user  # noqa: B018
        return json_answer({"version": self.quirks.version, "revision": "abcdef01234", "enterprise": True})

    def _token_itself(self, call: Call) -> Answer:
        user = call.user
        assert call.token is not None
        if call.token.oauth:
            raise missing("PersonalAccessToken")
        ends = (self.clock.now() + timedelta(days=300)).date().isoformat()
        found = {"id": 1, "name": "convo", "revoked": False, "created_at": "2026-01-01T00:00:00.000Z"}
        more = {"scopes": sorted(call.token.scopes), "user_id": user.id, "last_used_at": None, "active": True}
        return json_answer({**found, **more, "expires_at": ends})

    def _token_info(self, call: Call) -> Answer:
        user = call.user
        assert call.token is not None
        ends = call.token.ends
        seconds = int((ends - self.clock.now()).total_seconds()) if ends else None
        scopes = sorted(call.token.scopes)
        return json_answer({"resource_owner_id": user.id, "scope": scopes, "expires_in": seconds})
