"""A simulated GitHub: the REST and GraphQL APIs that an inbox needs, with state, credentials, limits and quirks."""

from __future__ import annotations

import re
from collections.abc import Callable

from convo.clock import Clock
from tests.simulators._github_calls import ApiError, Call, Token, not_found
from tests.simulators._github_entities import Repo, User
from tests.simulators._github_graphql import GraphQL, GraphQLRefusal
from tests.simulators._github_login import Login
from tests.simulators._github_notifications import Notifications
from tests.simulators._github_quirks import Quirks
from tests.simulators._github_reads import Reads
from tests.simulators._github_state import Forge
from tests.simulators._github_writes import Writes
from tests.simulators.messages import Answer, Request, json_answer

Route = Callable[..., Answer]
VERSIONS = ("2022-11-28",)
_BY_NAME = re.compile(r"/repos/([^/]+/[^/]+)(/.*)?")
_BY_ID = re.compile(r"/repositories/(\d+)(/.*)?")
_CREATES = ("POST", "PATCH", "PUT", "DELETE")


class GitHub:
    """The server: routes, credentials, scopes, limits, redirects of renamed repositories."""

    def __init__(self, clock: Clock, quirks: Quirks | None = None) -> None:
        self.clock = clock
        self.quirks = quirks or Quirks()
        self.forge = Forge(clock, self.quirks)
        self.tokens: dict[str, Token] = {}
        self.login = Login(self.forge, self.tokens)
        self.reads = Reads(self.forge)
        self.writes = Writes(self.forge, self.reads)
        self.notifications = Notifications(self.forge)
        self.graphql = GraphQL(self.forge, self.writes)
        self.written: list[float] = []
        """When something was written, for the secondary limit."""
        self._routes = [(method, re.compile(path), route) for method, path, route in self._table()]
        self._inside = [(method, re.compile(path), route) for method, path, route in self._repo_table()]

    def sign_in(
        self, user: User, token: str, scopes: str = "notifications repo user", kind: str = "classic"
    ) -> None:
        """Let a token speak for a user; `kind` is classic, oauth, fine or app."""
        self.tokens[token] = Token(user, set(scopes.replace(",", " ").split()), kind)

    def _table(self) -> list[tuple[str, str, Route]]:
        inbox, reads = self.notifications, self.reads
        thread = r"/notifications/threads/(\d+)"
        return [
            ("GET", "/user", self._own),
            ("GET", r"/user/(\d+)", self._account),
            ("GET", "/users/([^/]+)", self._account),
            ("GET", "/users/([^/]+)/events", reads.events),
            ("GET", "/rate_limit", self._limits),
            ("GET", "/meta", lambda call: json_answer({"verifiable_password_authentication": True})),
            ("GET", "/user/blocks", inbox.blocked),
            ("GET|PUT|DELETE", "/user/blocks/([^/]+)", inbox.block),
            ("GET", "/issues", reads.issues),
            ("GET", "/user/issues", reads.issues),
            ("GET", "/search/issues", reads.search),
            ("GET", "/notifications", inbox.listing),
            ("PUT", "/notifications", inbox.mark_all),
            ("GET", thread, inbox.one),
            ("PATCH", thread, inbox.mark),
            ("DELETE", thread, inbox.done),
            ("GET", f"{thread}/subscription", inbox.subscription),
            ("PUT", f"{thread}/subscription", inbox.subscribe),
            ("DELETE", f"{thread}/subscription", inbox.unsubscribe),
        ]

    def _repo_table(self) -> list[tuple[str, str, Route]]:
        reads, writes, inbox = self.reads, self.writes, self.notifications
        issue, pull = r"/issues/(\d+)", r"/pulls/(\d+)"
        one = r"(?:/(issues|pulls))?/comments/(\d+)"
        return [
            ("GET", "", reads.repository),
            ("GET", "/notifications", lambda call, repo: inbox.listing(call, repo)),
            ("GET", "/issues", lambda call, repo: reads.issues(call, repo)),
            ("GET", issue, reads.issue),
            ("PATCH", issue, writes.change_issue),
            ("GET", "/issues/comments", reads.comments),
            ("GET", f"{issue}/comments", reads.comments),
            ("POST", f"{issue}/comments", writes.comment),
            ("GET", f"{issue}/timeline", reads.timeline),
            ("GET", pull, reads.pull),
            ("GET", "/pulls/comments", reads.line_comments),
            ("GET", f"{pull}/comments", reads.line_comments),
            ("POST", rf"{pull}/comments/(\d+)/replies", writes.answer_line),
            ("GET", f"{pull}/requested_reviewers", reads.reviewers),
            ("GET", f"{pull}/reviews", reads.reviews),
            ("GET", rf"{pull}/reviews/(\d+)", reads.review),
            ("GET", rf"{pull}/reviews/(\d+)/comments", reads.review_comments),
            ("GET", "/comments", reads.commit_comments),
            ("GET", "/commits/([^/]+)/comments", reads.commit_comments),
            ("POST", "/commits/([^/]+)/comments", writes.comment_commit),
            ("GET", one, reads.comment),
            ("PATCH", one, writes.change),
            ("DELETE", one, writes.remove),
        ]

    def answer(self, request: Request) -> Answer:
        """Answer one request."""
        answered = self.login.answer(request)
        if answered is not None:
            return answered
        try:
            call, path = self._call(request)
        except ApiError as error:
            return error.answer()
        try:
            self._within_limits(call, path)
            answer = self._route(call, path)
        except ApiError as error:
            answer = error.answer()
        return answer.with_headers(**self._headers(call, path, answer))

    def _call(self, request: Request) -> tuple[Call, str]:
        if not request.headers.get("user-agent"):
            raise ApiError(403, "Request forbidden by administrative rules. Please add a User-Agent header.")
        base = "/api/v3" if self.quirks.enterprise else ""
        path = request.path
        if self.quirks.enterprise and path == "/api/graphql":
            path = "/graphql"
        elif path.startswith(f"{base}/") and path != f"{base}/graphql" * self.quirks.enterprise:
            path = path[len(base) :]
        else:
            raise not_found()
        web = request.origin if self.quirks.enterprise else self.quirks.html
        call = Call(request, self.forge, self._token(request), f"{request.origin}{base}", web)
        version = request.headers.get("x-github-api-version", VERSIONS[0])
        if version not in VERSIONS:
            raise ApiError(400, f"X-GitHub-Api-Version {version} is not supported.")
        return call, path

    def _token(self, request: Request) -> Token | None:
        scheme, _, text = request.headers.get("authorization", "").partition(" ")
        if not scheme:
            return None
        if scheme.lower() not in ("bearer", "token") or text not in self.tokens:
            raise ApiError(401, "Bad credentials")
        return self.tokens[text]

    def _within_limits(self, call: Call, path: str) -> None:
        """Refuse who asks or writes too much. Raises ApiError."""
        if path == "/rate_limit":
            return
        request = call.request
        if self.forge.budget.left <= 0:
            words = f"API rate limit exceeded for user ID {call.me.id if call.me else 0}."
            if path == "/graphql":
                raise GraphQLRefusal(words)
            raise ApiError(403, words)
        writes = request.method in _CREATES and (path != "/graphql" or b"mutation" in request.body)
        if not writes or not self.quirks.secondary_writes:
            return
        now = self.clock.now().timestamp()
        self.written = [one for one in self.written if one > now - 60]
        if len(self.written) >= self.quirks.secondary_writes:
            words = (
                "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
            )
            after = {"retry-after": self.quirks.secondary_after} if self.quirks.secondary_after else {}
            raise ApiError(self.quirks.secondary_status, words, headers=after)
        self.written.append(now)

    def _headers(self, call: Call, path: str, answer: Answer) -> dict[str, str]:
        """What every answer says: limits (304 is free), scopes, the media type."""
        if answer.status != 304 and path != "/rate_limit":
            self.forge.budget.used += 1
        bucket = {"/graphql": "graphql", "/search/issues": "search"}.get(path, "core")
        budget = self.forge.budget
        found = {
            "x-github-media-type": "github.v3; format=json",
            "x-github-api-version-selected": VERSIONS[0],
            "x-ratelimit-limit": str(self.quirks.hourly),
            "x-ratelimit-remaining": str(budget.left),
            "x-ratelimit-used": str(budget.used),
            "x-ratelimit-reset": str(int(budget.ends.timestamp())),
            "x-ratelimit-resource": bucket,
        }
        if call.token and call.token.kind in ("classic", "oauth"):
            found["x-oauth-scopes"] = ", ".join(sorted(call.token.scopes))
            found["x-accepted-oauth-scopes"] = (
                "notifications, repo" if path.startswith("/notifications") else ""
            )
        return found

    def _route(self, call: Call, path: str) -> Answer:
        method = call.request.method
        if path == "/graphql" and method == "POST":
            return self.graphql.answer(call)
        inside = _BY_NAME.fullmatch(path) or _BY_ID.fullmatch(path)
        if inside is not None:
            repo = self._repo(call, path, inside[1])
            if isinstance(repo, Answer):
                return repo
            return self._inner(call, method, repo, inside[2] or "")
        for verbs, pattern, route in self._routes:
            found = pattern.fullmatch(path)
            if found and method in verbs.split("|"):
                return route(call, *found.groups())
        raise not_found()

    def _inner(self, call: Call, method: str, repo: Repo, rest: str) -> Answer:
        for verbs, pattern, route in self._inside:
            found = pattern.fullmatch(rest)
            if found and method == verbs:
                return route(call, repo, *(part or "" for part in found.groups()))
        raise not_found()

    def _repo(self, call: Call, path: str, name: str) -> Repo | Answer:
        """The repository, or the way to where it went. Raises ApiError when it may not be seen."""
        by_id = self.forge.repos.get(int(name)) if name.isdigit() else None
        repo = by_id or self.forge.find_repo(name)
        if repo is None or not call.sees(repo):
            raise not_found()
        if repo.owner.login in self.quirks.sso_organisations:
            where = f"{call.web}/orgs/{repo.owner.login}/sso?authorization_request=1"
            words = "Resource protected by organization SAML enforcement. You must grant your token access."
            raise ApiError(403, words, headers={"x-github-sso": f"required; url={where}"})
        if by_id is None and repo.full_name.lower() != name.lower():
            query = call.request.target.partition("?")[2]
            rest = path.removeprefix(f"/repos/{name}")
            to = f"{call.api}/repositories/{repo.id}{rest}" + (f"?{query}" if query else "")
            status = 301 if call.request.method in ("GET", "HEAD") else 307
            words = "Moved Permanently" if status == 301 else "Temporary Redirect"
            return json_answer({"message": words, "url": to}, status).with_headers(location=to)
        return repo

    def _own(self, call: Call) -> Answer:
        return json_answer(call.views.own(call.user))

    def _account(self, call: Call, name: str) -> Answer:
        by_id = "/user/" in call.request.path
        for user in self.forge.users.values():
            if not user.gone and (str(user.id) == name if by_id else user.login.lower() == name.lower()):
                return json_answer(call.views.profile(user))
        raise not_found()

    def _limits(self, call: Call) -> Answer:
        budget, reset = self.forge.budget, int(self.forge.budget.ends.timestamp())
        left, limit = budget.left, self.quirks.hourly
        core = {"limit": limit, "remaining": left, "reset": reset, "used": budget.used}
        search = {**core, "limit": 30, "remaining": min(left, 30), "used": 0}
        return json_answer({"resources": {"core": core, "search": search, "graphql": core}, "rate": core})
