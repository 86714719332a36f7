"""A simulated Disqus: the API 3.0 with its codes, keys, tokens, and the limit of an hour."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from urllib.parse import parse_qsl

from convo.clock import Clock
from tests.simulators._disqus_api import Api, Call, CodeError
from tests.simulators._disqus_state import Options, Site, User
from tests.simulators._disqus_writes import Writes
from tests.simulators.messages import Answer, Request, json_answer, text_answer

Method = Callable[[Call], Answer]
HOUR = 3600


class Disqus:
    """The site, with one application registered."""

    def __init__(self, clock: Clock, options: Options | None = None) -> None:
        self.clock = clock
        self.options = options or Options()
        self.site = Site(clock, self.options)
        self.api = Api(self.site)
        self.writes = Writes(self.site, self.api)
        self.keys: dict[str, str] = {"public-key-of-me": "secret-key-of-me"}
        self.tokens: dict[str, User] = {}
        self.codes: dict[str, User] = {}
        self._hour = self._used = 0
        api, writes = self.api, self.writes
        self._methods: dict[tuple[str, str], Method] = {
            ("GET", "posts/list"): api.forum_posts,
            ("GET", "posts/details"): api.details,
            ("GET", "posts/getContext"): api.context,
            ("GET", "threads/listPosts"): api.thread_posts,
            ("GET", "threads/details"): api.thread,
            ("GET", "users/listPosts"): api.user_posts,
            ("GET", "users/listActivity"): api.activity,
            ("GET", "users/details"): api.person,
            ("POST", "posts/create"): writes.create,
            ("POST", "posts/update"): writes.update,
            ("POST", "posts/remove"): writes.remove,
            ("POST", "posts/approve"): lambda call: writes.state(call, "approve"),
            ("POST", "posts/spam"): lambda call: writes.state(call, "spam"),
            ("POST", "posts/restore"): lambda call: writes.state(call, "restore"),
        }

    def sign_in(self, user: User, token: str) -> None:
        """Let a token speak for somebody."""
        self.tokens[token] = user

    def answer(self, request: Request) -> Answer:
        """Answer one request."""
        if request.path == "/api/oauth/2.0/access_token/":
            return self._token(request)
        if not request.path.startswith("/api/3.0/"):
            return text_answer("<!DOCTYPE html><html><body>Not here</body></html>", 404)
        try:
            answer = self._called(request)
        except CodeError as error:
            answer = error.answer()
        if not self.options.limit:
            return answer
        return answer.with_headers(
            x_ratelimit_limit=str(self.options.limit),
            x_ratelimit_remaining=str(max(0, self.options.limit - self._used)),
            x_ratelimit_reset=str((self._hour + 1) * HOUR),
        )

    def _called(self, request: Request) -> Answer:
        body = parse_qsl(request.body.decode(), keep_blank_values=True) if request.method == "POST" else []
        given = [*request.query, *body]
        named = dict(given)
        key, secret = named.get("api_key", ""), named.get("api_secret", "")
        if not key and not secret:
            raise CodeError(5, "You must provide an API key", 401)
        if key not in self.keys and secret not in self.keys.values():
            raise CodeError(5, "Invalid API key", 401)
        self._count()
        me = None
        if token := named.get("access_token"):
            me = self.tokens.get(token)
            if me is None:
                raise CodeError(18, "Invalid access token", 401)
        name = request.path.removeprefix("/api/3.0/").removesuffix(".json")
        if not request.path.endswith(".json"):
            raise CodeError(1, "Endpoint not valid", 404)
        method = self._methods.get((request.method, name))
        if method is None:
            other = {"GET": "POST", "POST": "GET"}.get(request.method, "")
            if (other, name) in self._methods:
                raise CodeError(6, f"Invalid HTTP method, use {other}")
            raise CodeError(1, "Endpoint not valid", 404)
        return method(Call(request, given, me))

    def _count(self) -> None:
        if not self.options.limit:
            return
        hour = int(self.clock.now().timestamp()) // HOUR
        if hour != self._hour:
            self._hour, self._used = hour, 0
        self._used += 1
        if self._used > self.options.limit:
            raise CodeError(13, "You have exceeded the rate limit for this resource")

    def _token(self, request: Request) -> Answer:
        """A code becomes a token of thirty days; the secret is demanded."""
        form = request.form()
        if self.keys.get(str(form.get("client_id"))) != form.get("client_secret"):
            return json_answer({"error": "invalid_client"}, 401)
        user = self.codes.pop(str(form.get("code")), None)
        if form.get("grant_type") != "authorization_code" or user is None:
            return json_answer({"error": "invalid_grant"}, 400)
        token = secrets.token_hex(16)
        self.sign_in(user, token)
        return json_answer(
            {
                "username": user.username,
                "user_id": user.id,
                "access_token": token,
                "expires_in": 2592000,
                "token_type": "Bearer",
                "state": None,
                "scope": "read,write,email",
                "refresh_token": secrets.token_hex(16),
            }
        )
