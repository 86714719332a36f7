"""A simulated X: the v2 API that an inbox needs, with prices, refusals, windows and both spellings."""

from __future__ import annotations

import re
from collections.abc import Callable

from convo.clock import Clock
from tests.simulators._x_calls import ApiError, Call, Token, invalid
from tests.simulators._x_oauth import OAuth
from tests.simulators._x_posts import Posts
from tests.simulators._x_quirks import Quirks
from tests.simulators._x_state import Network, User
from tests.simulators.messages import Answer, Request, json_answer
from tests.simulators.x_schema import older, parameters, values

Route = Callable[..., Answer]
_QUARTER = 900


class X:
    """The server: routes, credentials, limits, prices."""

    def __init__(self, clock: Clock, quirks: Quirks | None = None) -> None:
        self.clock = clock
        self.quirks = quirks or Quirks()
        self.network = Network(clock, self.quirks)
        self.tokens: dict[str, Token] = {}
        self.oauth = OAuth(self.network, self.tokens)
        self.posts = Posts(self.network)
        self.asked: dict[str, list[float]] = {}
        """When each kind of request came in this quarter of an hour."""
        self._routes = [(verb, re.compile(path), route) for verb, path, route in self._table()]

    def sign_in(
        self, user: User | None, token: str, scopes: str = "tweet.read tweet.write users.read"
    ) -> None:
        """Let a token speak for a user, or for the app alone."""
        self.tokens[token] = Token(user, set(scopes.split()))

    def _table(self) -> list[tuple[str, str, Route]]:
        posts = self.posts
        return [
            ("GET", "/2/users/(me)", posts.one_user),
            ("GET", r"/2/users/(\d+)", posts.one_user),
            ("GET", "/2/users", posts.users),
            ("GET", "/2/users/by", lambda call: posts.users(call, "usernames")),
            ("GET", "/2/users/by/username/([^/]+)", posts.named_user),
            ("GET", r"/2/users/(\d+)/mentions", posts.mentions),
            ("GET", r"/2/users/(\d+)/tweets", posts.timeline),
            ("GET", r"/2/users/(\d+)/(muting|blocking)", posts.people),
            ("POST", r"/2/users/(\d+)/muting", posts.mute),
            ("DELETE", r"/2/users/(\d+)/muting/(\d+)", posts.mute),
            ("GET", "/2/tweets", posts.by_ids),
            ("GET", r"/2/tweets/(\d+)", posts.one),
            ("GET", "/2/tweets/search/recent", posts.search),
            ("GET", r"/2/tweets/(\d+)/quote_tweets", posts.quotes),
            ("POST", "/2/tweets", posts.create),
            ("DELETE", r"/2/tweets/(\d+)", posts.delete),
            ("PUT", r"/2/tweets/(\d+)/hidden", posts.hide),
        ]

    def answer(self, request: Request) -> Answer:
        """Answer one request."""
        signed = self.oauth.answer(request)
        if signed is not None:
            return signed
        headers: dict[str, str] = {}
        try:
            call = Call(request, self.network, self._token(request))
            for verb, pattern, route in self._routes:
                found = pattern.fullmatch(request.path)
                if found and verb == request.method:
                    headers = self._limits(call, pattern.pattern)
                    self._afford()
                    self._known(request)
                    return route(call, *found.groups()).with_headers(**headers)
        except ApiError as error:
            return self._refused(error, headers)
        return json_answer(
            {"title": "Not Found", "type": "about:blank", "status": 404, "detail": "Not Found"}, 404
        )

    def _refused(self, error: ApiError, headers: dict[str, str]) -> Answer:
        if self.quirks.old_errors and error.status == 429 and "limit" in error.body["title"].lower():
            old = {"errors": [{"code": 88, "message": "Rate limit exceeded"}]}
            return json_answer(old, 429).with_headers(**headers)
        if error.status == 429:
            headers = {**headers, **error.body.pop("headers", {})}
        return error.answer(**headers)

    def _token(self, request: Request) -> Token:
        token = self.tokens.get(request.bearer)
        ended = token is not None and token.ends is not None and token.ends <= self.clock.now()
        if token is None or token.revoked or ended:
            raise ApiError(401, "Unauthorized", "Unauthorized")
        return token

    def _limits(self, call: Call, pattern: str) -> dict[str, str]:
        """Count a request, and refuse one too many. Raises ApiError."""
        key = f"{call.request.method} {pattern} {call.token.user.id if call.token.user else 'app'}"
        now = self.clock.now().timestamp()
        most = {"mentions": self.quirks.mentions_a_quarter}.get(pattern.rpartition("/")[2], 900)
        if call.request.method == "POST" and pattern == "/2/tweets":
            most = self.quirks.posts_a_quarter
        times = [one for one in self.asked.get(key, []) if one > now - _QUARTER]
        reset = str(int((times[0] if times else now) + _QUARTER))
        left = max(most - len(times) - 1, 0)
        headers = {
            "x_rate_limit_limit": str(most),
            "x_rate_limit_remaining": str(left),
            "x_rate_limit_reset": reset,
        }
        if self.quirks.usage_capped:
            words = "Usage cap exceeded: Monthly product cap"
            raise ApiError(429, "UsageCapExceeded", words, "usage-capped", period="Monthly", scope="Product")
        if len(times) >= most:
            raise ApiError(
                429, "Rate limit exceeded", "Too Many Requests", "rate-limit-exceeded", headers=headers
            )
        self.asked[key] = [*times, now]
        return headers

    def _afford(self) -> None:
        if self.quirks.credits is not None and self.quirks.credits <= 0:
            words = "Your enrolled account [1] does not have any credits to fulfill this request."
            raise ApiError(402, "CreditsDepleted", words, "credits")

    def _known(self, request: Request) -> None:
        """Refuse parameters that this server does not know, in its own spelling. Raises ApiError."""
        known = parameters(request.method, request.path)
        new = self.quirks.spelling == "post"
        for name, value in request.query:
            spelled = older(name) if new else name
            if spelled not in known or (new and "tweet" in name):
                words = f"The query parameter [{name}] is not one of [{', '.join(sorted(known))}]"
                raise invalid(name, value, words)
            self._values(request, name, spelled, value)

    def _values(self, request: Request, name: str, spelled: str, value: str) -> None:
        allowed = values(request.method, request.path, spelled)
        for one in value.split(",") if allowed else ():
            new = self.quirks.spelling == "post"
            if (older(one) if new else one) not in allowed | {"referenced_tweets.id", "referenced_tweets"}:
                raise invalid(
                    name, value, f"The `{name}` query parameter value [{one}] is not one of the known ones"
                )
