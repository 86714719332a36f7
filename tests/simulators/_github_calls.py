"""One REST call of a simulated GitHub: who makes it, what its body says, and its page of a list."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any, TypeVar
from urllib.parse import urlencode

from tests.simulators._github_entities import Repo, User, Words
from tests.simulators._github_quirks import Quirks
from tests.simulators._github_state import Forge
from tests.simulators._github_views import Views
from tests.simulators.messages import Answer, Request, json_answer

T = TypeVar("T")
DOCS = "https://docs.github.com/rest"
LONGEST = 65_536
"""Characters of a body."""


class ApiError(Exception):
    """An error as GitHub answers it."""

    def __init__(
        self, status: int, message: str, *, errors: Sequence[Any] = (), headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(status, message)
        self.status, self.message, self.errors, self.headers = status, message, errors, headers or {}

    def answer(self) -> Answer:
        """The answer."""
        body: dict[str, Any] = {"message": self.message}
        if self.errors:
            body["errors"] = list(self.errors)
        body |= {"documentation_url": DOCS, "status": str(self.status)}
        return json_answer(body, self.status).with_headers(**self.headers)


def not_found() -> ApiError:
    """What does not exist or may not be seen."""
    return ApiError(404, "Not Found")


def invalid(resource: str, code: str, name: str, message: str = "") -> ApiError:
    """422 for one field."""
    one = {"resource": resource, "code": code, "field": name}
    return ApiError(422, "Validation Failed", errors=[{**one, "message": message} if message else one])


def too_long(resource: str) -> ApiError:
    """422 for a body of more than 65,536 characters."""
    return invalid(resource, "unprocessable", "data", f"Body is too long (maximum is {LONGEST} characters)")


@dataclass
class Token:
    """A credential: classic, oauth, fine or app; the scopes count for the first two."""

    user: User
    scopes: set[str] = field(default_factory=set)
    kind: str = "classic"

    @property
    def wide(self) -> set[str]:
        """Its scopes and what they include."""
        more = set(self.scopes)
        if "repo" in more:
            more |= {"public_repo", "notifications"}
        if "user" in more:
            more |= {"read:user", "user:email", "user:follow"}
        return more


@dataclass
class Call:
    """A request and who makes it. `api` and `web` are what addresses begin with."""

    request: Request
    forge: Forge
    token: Token | None
    api: str
    web: str

    @property
    def quirks(self) -> Quirks:
        """The forge's behaviour."""
        return self.forge.quirks

    @property
    def me(self) -> User | None:
        """Who asks."""
        return self.token.user if self.token else None

    @property
    def user(self) -> User:
        """Who asks; nobody is refused."""
        if self.token is None:
            raise ApiError(401, "Requires authentication")
        return self.token.user

    @property
    def views(self) -> Views:
        """How things are shown to who asks."""
        return Views(self.forge, self.api, self.web, self.me, self.request.headers.get("accept", ""))

    def need(self, scope: str, *, fine: bool = True) -> None:
        """Demand a scope; `fine` when fine-grained tokens may do it, too."""
        self.user  # noqa: B018
        assert self.token is not None
        if self.token.kind in ("fine", "app"):
            if not fine:
                what = "personal access token" if self.token.kind == "fine" else "integration"
                raise ApiError(403, f"Resource not accessible by {what}")
            return
        if scope not in self.token.wide:
            raise ApiError(403 if scope == "notifications" else 404, self._missing(scope))

    def _missing(self, scope: str) -> str:
        return f"Missing the '{scope}' scope." if scope == "notifications" else "Not Found"

    def sees(self, repo: Repo) -> bool:
        """Whether this token may read a repository."""
        if not repo.sees(self.me):
            return False
        classic = self.token is not None and self.token.kind in ("classic", "oauth")
        return not (repo.private and classic and self.token and "repo" not in self.token.scopes)

    def fields(self) -> dict[str, Any]:
        """The JSON object of the body. Raises ApiError."""
        if not self.request.body:
            return {}
        try:
            found = self.request.json()
        except ValueError as error:
            raise ApiError(400, "Problems parsing JSON") from error
        if not isinstance(found, dict):
            raise ApiError(400, "Body should be a JSON object")
        return found

    def text(self, resource: str) -> str:
        """The `body` that a comment needs. Raises ApiError."""
        fields = self.fields()
        if "body" not in fields:
            raise ApiError(422, 'Invalid request.\n\n"body" wasn\'t supplied.')
        text = fields["body"]
        if not isinstance(text, str):
            raise ApiError(422, f"Invalid request.\n\nFor 'properties/body', {text!r} is not a string.")
        if not text.strip():
            raise invalid(resource, "unprocessable", "data", "Body cannot be blank")
        if len(text) > LONGEST:
            raise too_long(resource)
        return text

    def moment(self, name: str) -> datetime | None:
        """A time in the query. Raises ApiError."""
        value = self.request.first(name)
        if not value:
            return None
        try:
            found = datetime.fromisoformat(value.replace("Z", "+00:00"))
        except ValueError as error:
            raise ApiError(422, f"Invalid value for {name}: {value}") from error
        return found if found.tzinfo else found.replace(tzinfo=timezone.utc)

    def shown(self, words: Words) -> bool:
        """Whether it can be listed yet."""
        return words.visible_at is None or words.visible_at <= self.forge.clock.now()

    def page(
        self, items: Sequence[T], *, default: int = 30, most: int = 100
    ) -> tuple[list[T], dict[str, str]]:
        """The page that is asked for, and its Link header."""
        size = min(max(self._number("per_page", default), 1), most)
        number = max(self._number("page", 1), 1)
        last = max(-(-len(items) // size), 1)
        links = []
        if number > 1:
            links += [(min(number - 1, last), "prev")]
        if number < last:
            links += [(number + 1, "next"), (last, "last")]
        if number > 1:
            links += [(1, "first")]
        found = list(items[(number - 1) * size : number * size])
        if not links:
            return found, {}
        return found, {"link": ", ".join(f'<{self._link(at)}>; rel="{rel}"' for at, rel in links)}

    def _number(self, name: str, default: int) -> int:
        value = self.request.first(name)
        return int(value) if value.isdigit() else default

    def _link(self, page: int) -> str:
        kept = [(name, value) for name, value in self.request.query if name != "page"]
        path = self.request.target.partition("?")[0]
        return f"{self.request.origin}{path}?{urlencode([*kept, ('page', str(page))])}"

    def tagged(self, answer: Answer) -> Answer:
        """With its ETag, or 304 to who has it already."""
        tag = f'W/"{hashlib.sha256(answer.body).hexdigest()}"'
        if self.quirks.conditional and self.request.headers.get("if-none-match") == tag:
            return Answer(304, b"", {"etag": tag})
        return answer.with_headers(etag=tag)

    def not_modified(self, newest: datetime | None) -> dict[str, str] | None:
        """The Last-Modified header of a list; None when who asks has it. Raises ApiError for a bad date."""
        since = self.request.headers.get("if-modified-since", "")
        headers = {"last-modified": format_datetime(newest, usegmt=True)} if newest else {}
        if not since or not self.quirks.conditional:
            return headers
        try:
            known = parsedate_to_datetime(since)
        except (TypeError, ValueError) as error:
            raise ApiError(400, "Invalid If-Modified-Since") from error
        return None if newest is None or newest <= known else headers
