"""A simulated Blogger: the API v3 for comments, and Google's token endpoint, at one origin."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from convo.clock import Clock
from tests.simulators._blogger_api import READ, Api, GoogleError
from tests.simulators._blogger_state import Blogs, Options
from tests.simulators.messages import Answer, Request, json_answer, text_answer

LIFE = timedelta(seconds=3600)
Route = Callable[..., Answer]
_BLOG = r"/v3/blogs/(\d+)"
_COMMENT = rf"{_BLOG}/posts/(\d+)/comments/(\d+)"


@dataclass(frozen=True)
class Pending:
    """A code that was given out and not yet redeemed."""

    client: str
    redirect: str
    challenge: str


class Blogger:
    """The API for one user who has signed in with one client."""

    def __init__(self, clock: Clock, options: Options | None = None, user: str = "me") -> None:
        self.clock = clock
        self.blogs = Blogs(clock, options or Options())
        self.me = self.blogs.author(user)
        self.api = Api(self.blogs, self.me)
        self.client = ("client-of-me.apps.googleusercontent.com", "client-secret")
        self.refresh_tokens: set[str] = set()
        self.access: dict[str, datetime] = {}
        self.codes: dict[str, Pending] = {}
        self.refreshed = 0
        api = self.api
        self._routes: list[tuple[str, re.Pattern[str], Route]] = [
            ("GET", re.compile(r"/v3/users/self"), api.user),
            ("GET", re.compile(r"/v3/users/self/blogs"), api.own_blogs),
            ("GET", re.compile(r"/v3/blogs/(\d+|byurl)"), api.blog),
            ("GET", re.compile(rf"{_BLOG}/comments"), api.comments),
            ("GET", re.compile(rf"{_BLOG}/posts"), api.posts),
            ("GET", re.compile(rf"{_BLOG}/posts/(\d+)"), api.post),
            ("GET", re.compile(rf"{_BLOG}/posts/(\d+)/comments"), api.comments),
            ("GET", re.compile(_COMMENT), api.comment),
            ("DELETE", re.compile(_COMMENT), api.delete),
            ("POST", re.compile(rf"{_COMMENT}/(approve|spam|removecontent)"), api.moderate),
        ]

    def answer(self, request: Request) -> Answer:
        """Answer one request."""
        if (request.method, request.path) == ("POST", "/token"):
            return self._token(request)
        if (request.method, request.path) == ("POST", "/revoke"):
            return self._revoke(request)
        if request.path == "/o/oauth2/v2/auth":
            return self._authorize(request)
        if not request.path.startswith("/v3/"):
            page = "<!DOCTYPE html><html><title>Error 404 (Not Found)!!1</title></html>"
            return text_answer(page, 404)
        try:
            return self._called(request)
        except GoogleError as error:
            return error.answer()

    def _called(self, request: Request) -> Answer:
        until = self.access.get(request.bearer)
        if until is None or self.clock.now() >= until:
            words = "Request had invalid authentication credentials."
            raise GoogleError(401, "authError", words, "UNAUTHENTICATED")
        if reason := self.blogs.options.quota:
            code = 429 if reason == "userRateLimitExceeded" else 403
            raise GoogleError(code, reason, "Quota exceeded.", "RESOURCE_EXHAUSTED", "usageLimits")
        self.api.scoped(READ)
        for method, pattern, route in self._routes:
            found = pattern.fullmatch(request.path)
            if found and method == request.method:
                return route(request, *found.groups())
        raise GoogleError(404, "notFound", "Method not found.", "NOT_FOUND")

    def _authorize(self, request: Request) -> Answer:
        """The user agrees at once: back to a loopback address with a code."""
        given = dict(request.query)
        redirect = given.get("redirect_uri", "")
        fine = given.get("client_id") == self.client[0] and given.get("response_type") == "code"
        if not fine or not re.match(r"http://(127\.0\.0\.1|\[::1\]|localhost):\d+", redirect):
            return text_answer("<!DOCTYPE html><html>Error 400: redirect_uri_mismatch</html>", 400)
        code = f"4/{secrets.token_urlsafe(20)}"
        self.codes[code] = Pending(self.client[0], redirect, given.get("code_challenge", ""))
        query = urlencode({"state": given.get("state", ""), "code": code, "scope": given.get("scope", "")})
        return Answer(302, b"", {"location": f"{redirect}?{query}"})

    def _token(self, request: Request) -> Answer:
        """POST /token: a code or a refresh token becomes an access token; refresh tokens are kept."""
        form = request.form()
        if (form.get("client_id"), form.get("client_secret")) != self.client:
            return _refused("invalid_client", "The OAuth client was not found.", 401)
        if form.get("grant_type") == "authorization_code":
            pending = self.codes.pop(str(form.get("code")), None)
            verifier = str(form.get("code_verifier") or "").encode()
            challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier).digest()).rstrip(b"=").decode()
            if pending is None or pending.redirect != form.get("redirect_uri"):
                return _refused("invalid_grant", "Bad Request")
            if pending.challenge and pending.challenge != challenge:
                return _refused("invalid_grant", "Invalid code verifier.")
            token = f"1//{secrets.token_urlsafe(30)}"
            self.refresh_tokens.add(token)
            return self._granted(refresh_token=token)
        if form.get("grant_type") != "refresh_token":
            return _refused("unsupported_grant_type", "Invalid grant_type")
        if form.get("refresh_token") not in self.refresh_tokens:
            return _refused("invalid_grant", "Token has been expired or revoked.")
        self.refreshed += 1
        return self._granted()

    def _granted(self, **more: str) -> Answer:
        token = f"ya29.{secrets.token_urlsafe(30)}"
        self.access[token] = self.clock.now() + LIFE
        scope = " ".join(self.blogs.options.scopes)
        view = {"access_token": token, "expires_in": 3599, "scope": scope, "token_type": "Bearer"}
        return json_answer({**view, **more})

    def _revoke(self, request: Request) -> Answer:
        token = str(request.form().get("token") or request.first("token"))
        if token not in self.refresh_tokens and token not in self.access:
            return _refused("invalid_token", "Token expired or revoked")
        self.refresh_tokens.discard(token)
        self.access.clear()
        return json_answer({})


def _refused(word: str, description: str, status: int = 400) -> Answer:
    return json_answer({"error": word, "error_description": description}, status)
