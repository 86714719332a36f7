"""A simulated Reddit: OAuth, the inbox, trees, answers, with scopes, quotas and two kinds of rate limit."""

from __future__ import annotations

import base64
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape
from typing import Any
from urllib.parse import urlencode

from convo.clock import Clock
from tests.simulators._reddit_reads import Call, Reads, RedditError
from tests.simulators._reddit_state import Options, Redditor, Site
from tests.simulators._reddit_writes import Writes
from tests.simulators.messages import Answer, Request, json_answer, text_answer

LIFE = timedelta(hours=1)
WINDOW = 600
ALL_SCOPES = "identity read privatemessages submit edit history account"
_AGENT = re.compile(r"[\w.-]+:[\w.-]+:v?[\w.-]+ \(by /u/[\w-]+\)")
Route = Callable[..., Answer]


@dataclass(frozen=True)
class Grant:
    """What a refresh token may."""

    person: Redditor
    scopes: frozenset[str]


class Reddit:
    """The site, with one client registered."""

    def __init__(self, clock: Clock, options: Options | None = None) -> None:
        self.clock = clock
        self.options = options or Options()
        self.site = Site(clock, self.options)
        self.reads = Reads(self.site)
        self.writes = Writes(self.site)
        self.client = ("client-of-me", "")
        self.redirect = "http://127.0.0.1:65010/convo"
        self.browser: Redditor | None = None
        self.refresh_tokens: dict[str, Grant] = {}
        self.access: dict[str, tuple[Grant, datetime]] = {}
        self.codes: dict[str, Grant] = {}
        self.refreshed = 0
        self._window = self._used = 0
        reads, writes = self.reads, self.writes
        self._routes: list[tuple[str, re.Pattern[str], str, Route]] = [
            ("GET", re.compile(r"/api/v1/me"), "identity", reads.me),
            ("GET", re.compile(r"/message/(\w+)"), "privatemessages", reads.inbox),
            ("GET", re.compile(r"/user/([\w-]+)/(comments|submitted|overview)"), "history", reads.own),
            ("GET", re.compile(r"/api/info"), "read", reads.info),
            ("GET", re.compile(r"(?:/r/\w+)?/comments/(\w+)(?:/.*)?"), "read", reads.tree),
            ("GET", re.compile(r"/api/morechildren"), "read", reads.more),
            ("GET", re.compile(r"/prefs/blocked"), "read", reads.blocked),
            ("POST", re.compile(r"/api/comment"), "submit", writes.comment),
            ("POST", re.compile(r"/api/editusertext"), "edit", writes.edit),
            ("POST", re.compile(r"/api/del"), "edit", writes.delete),
            ("POST", re.compile(r"/api/(read|unread)_message"), "privatemessages", writes.mark),
            ("POST", re.compile(r"/api/read_all_messages"), "privatemessages", writes.mark_all),
            ("POST", re.compile(r"/api/block_user"), "account", writes.block),
            ("POST", re.compile(r"/api/unfriend"), "account", writes.unblock),
        ]

    def sign_in(self, person: Redditor, token: str, scopes: str = ALL_SCOPES) -> None:
        """Let a refresh token speak for somebody."""
        self.refresh_tokens[token] = Grant(person, frozenset(scopes.split()))

    def answer(self, request: Request) -> Answer:
        """Answer one request."""
        agent = request.headers.get("user-agent", "")
        if not (self.options.any_agent or _AGENT.fullmatch(agent)):
            return json_answer({"message": "Too Many Requests", "error": 429}, 429)
        if (request.method, request.path) == ("POST", "/api/v1/access_token"):
            return self._token(request)
        if request.path in ("/api/v1/authorize", "/api/v1/authorize.compact"):
            return self._authorize(request)
        if (request.method, request.path) == ("POST", "/api/v1/revoke_token"):
            self.refresh_tokens.pop(str(request.form().get("token")), None)
            return Answer(204)
        try:
            answer = self._called(request)
        except RedditError as error:
            answer = error.answer()
        return self._counted(answer)

    def _called(self, request: Request) -> Answer:
        grant, until = self.access.get(request.bearer, (None, None))
        if grant is None or until is None or self.clock.now() >= until:
            raise RedditError(401, "Unauthorized")
        path = request.path.removesuffix(".json")
        for method, pattern, scope, route in self._routes:
            found = pattern.fullmatch(path)
            if found and method == request.method:
                if scope not in grant.scopes:
                    raise RedditError(403, "Forbidden")
                answer = route(Call(request, grant.person), *found.groups())
                raw = request.first("raw_json") == "1" or request.form().get("raw_json") == "1"
                return (
                    answer if raw or not answer.body else json_answer(_escaped(answer.json()), answer.status)
                )
        raise RedditError(404, "Not Found")

    def _counted(self, answer: Answer) -> Answer:
        """The headers of the quota: what is left, and seconds until it starts anew."""
        quota, now = self.options.quota, int(self.clock.now().timestamp())
        if not quota:
            return answer
        if now // WINDOW != self._window:
            self._window, self._used = now // WINDOW, 0
        self._used += 1
        if self._used > quota:
            answer = json_answer({"message": "Too Many Requests", "error": 429}, 429)
        return answer.with_headers(
            x_ratelimit_used=str(self._used),
            x_ratelimit_remaining=f"{max(0, quota - self._used)}.0",
            x_ratelimit_reset=str(WINDOW - now % WINDOW),
        )

    def _authorize(self, request: Request) -> Answer:
        """Whoever is signed in in the browser agrees at once."""
        given = dict(request.query)
        if given.get("client_id") != self.client[0] or given.get("redirect_uri") != self.redirect:
            return text_answer(
                "<!DOCTYPE html><html>bad request (reddit.com): invalid redirect_uri</html>", 400
            )
        if self.browser is None:
            return Answer(302, b"", {"location": "/login"})
        code = secrets.token_urlsafe(20)
        self.codes[code] = Grant(self.browser, frozenset(given.get("scope", "").split()))
        query = urlencode({"state": given.get("state", ""), "code": code})
        return Answer(302, b"", {"location": f"{self.redirect}?{query}#_"})

    def _token(self, request: Request) -> Answer:
        scheme, _, coded = request.headers.get("authorization", "").partition(" ")
        try:
            client, _, secret = base64.b64decode(coded).decode().partition(":")
        except ValueError:
            client, secret = "", ""
        if scheme.lower() != "basic" or (client, secret) != self.client:
            return json_answer({"message": "Unauthorized", "error": 401}, 401)
        form = request.form()
        if form.get("grant_type") == "authorization_code":
            grant = self.codes.pop(str(form.get("code")), None)
            if grant is None or form.get("redirect_uri") != self.redirect:
                return json_answer({"error": "invalid_grant"})
            token = f"{secrets.token_hex(8)}-{secrets.token_urlsafe(20)}"
            self.refresh_tokens[token] = grant
            return self._granted(grant, refresh_token=token)
        if form.get("grant_type") != "refresh_token":
            return json_answer({"error": "unsupported_grant_type"})
        grant = self.refresh_tokens.get(str(form.get("refresh_token")))
        if grant is None:
            return json_answer({"error": "invalid_grant"}, 400)
        self.refreshed += 1
        return self._granted(grant)

    def _granted(self, grant: Grant, **more: str) -> Answer:
        token = f"eyJ{secrets.token_urlsafe(40)}"
        self.access[token] = (grant, self.clock.now() + LIFE)
        view = {"access_token": token, "token_type": "bearer", "expires_in": 3600}
        return json_answer({**view, "scope": " ".join(sorted(grant.scopes)), **more})


def _escaped(value: Any) -> Any:
    """What comes without `raw_json`: three characters are written as HTML does."""
    if isinstance(value, dict):
        return {name: _escaped(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_escaped(inner) for inner in value]
    return escape(value, quote=False) if isinstance(value, str) else value
