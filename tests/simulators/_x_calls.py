"""One call of a simulated X: its errors, its parameters, its page of a list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from tests.simulators._x_quirks import Quirks
from tests.simulators._x_state import EPOCH, Network, Post, User
from tests.simulators.messages import Answer, Request, json_answer

T = TypeVar("T")
PROBLEMS = "https://api.twitter.com/2/problems/"


class ApiError(Exception):
    """A problem as X answers it."""

    def __init__(
        self, status: int, title: str, detail: str, problem: str = "about:blank", **more: Any
    ) -> None:
        super().__init__(status, detail)
        self.status = status
        kind = problem if ":" in problem else f"{PROBLEMS}{problem}"
        self.body: dict[str, Any] = {"title": title, "detail": detail, "type": kind, **more}

    def answer(self, **headers: str) -> Answer:
        """The answer."""
        return json_answer({**self.body, "status": self.status}, self.status).with_headers(**headers)


def invalid(name: str, value: str, words: str) -> ApiError:
    """400 for one parameter."""
    errors = [{"parameters": {name: [value]}, "message": words}]
    detail = "One or more parameters to your request was invalid."
    return ApiError(400, "Invalid Request", detail, "invalid-request", errors=errors)


def lost(kind: str, name: str, value: str, problem: str = "resource-not-found") -> dict[str, Any]:
    """What is said of one thing that cannot be had, beside those that can."""
    words = {
        "resource-not-found": "Could not find",
        "not-authorized-for-resource": "Sorry, you are not authorized to see the",
    }
    title = "Not Found Error" if problem == "resource-not-found" else "Authorization Error"
    return {
        "value": value,
        "detail": f"{words[problem]} {kind} with {name}: [{value}].",
        "title": title,
        "resource_type": kind,
        "parameter": name,
        "resource_id": value,
        "type": f"{PROBLEMS}{problem}",
    }


@dataclass
class Token:
    """A credential of a user, or of the app alone (`user` is None)."""

    user: User | None
    scopes: set[str]
    ends: datetime | None = None
    revoked: bool = False


@dataclass
class Call:
    """A request and who makes it."""

    request: Request
    network: Network
    token: Token

    @property
    def quirks(self) -> Quirks:
        """What X does."""
        return self.network.quirks

    @property
    def me(self) -> User:
        """Who asks; the app alone is refused."""
        if self.token.user is None:
            detail = "Authenticating with Unknown is forbidden for this endpoint. Supported: OAuth 2.0 User Context."
            raise ApiError(403, "Unsupported Authentication", detail, "unsupported-authentication")
        return self.token.user

    def need(self, *scopes: str) -> None:
        """Demand scopes. Raises ApiError."""
        if self.token.user is not None and not set(scopes) <= self.token.scopes:
            raise ApiError(403, "Forbidden", "Forbidden")

    def listed(self, name: str) -> set[str]:
        """The values of a list parameter."""
        return set(filter(None, self.request.first(name).split(",")))

    def number(self, name: str, low: int, high: int, default: int) -> int:
        """A number in its range. Raises ApiError."""
        value = self.request.first(name, str(default))
        if not value.isdigit() or not low <= int(value) <= high:
            raise invalid(
                name, value, f"The `{name}` query parameter value [{value}] is not between {low} and {high}"
            )
        return int(value)

    def within(self, posts: Sequence[Post]) -> list[Post]:
        """Those between `since_id` and `until_id` (or the times), the newest first. Raises ApiError."""
        since, until = (self._bound(name) for name in ("since_id", "until_id"))
        if since and until and since >= until:
            raise invalid("since_id", str(since), "'since_id' must be less than 'until_id'")
        start, end = (self._moment(name) for name in ("start_time", "end_time"))
        since = since or (start - 1 if start else 0)
        found = [
            post
            for post in posts
            if int(post.id) > since
            and (not until or int(post.id) < until)
            and (not end or int(post.id) < end)
        ]
        return sorted(found, key=lambda post: int(post.id), reverse=True)

    def _bound(self, name: str) -> int:
        value = self.request.first(name)
        if value and not (value.isdigit() and len(value) <= 19):
            raise invalid(
                name, value, f"The `{name}` query parameter value [{value}] does not match ^[0-9]{{1,19}}$"
            )
        return int(value or 0)

    def _moment(self, name: str) -> int:
        value = self.request.first(name)
        if not value:
            return 0
        try:
            at = datetime.fromisoformat(value.replace("Z", "+00:00"))
        except ValueError as error:
            raise invalid(name, value, f"The `{name}` query parameter value [{value}] is no time") from error
        return (int(at.timestamp() * 1000) - EPOCH) << 22

    def page(
        self, items: Sequence[T], size: int, name: str = "pagination_token"
    ) -> tuple[list[T], dict[str, str]]:
        """A page, and the tokens of its neighbours. Raises ApiError."""
        token = self.request.first(name)
        if token and not (token.startswith("7140dib") and token[7:].isdigit()):
            raise invalid(name, token, f"The `{name}` query parameter value [{token}] is not valid")
        at = int(token[7:]) if token else 0
        found = list(items[at : at + size])
        tokens = {"next_token": f"7140dib{at + size}"} if at + size < len(items) else {}
        if at:
            tokens["previous_token"] = f"7140dib{max(at - size, 0)}"
        return found, tokens
