"""One call of a simulated GitLab: who makes it, what it says, and its page of a list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, TypeVar
from urllib.parse import urlencode

from tests.simulators._gitlab_quirks import Quirks
from tests.simulators._gitlab_state import Lab, Project, Target, User
from tests.simulators.messages import Answer, Request, json_answer

T = TypeVar("T")
LONGEST = 1_000_000
"""Characters of a note."""


class ApiError(Exception):
    """An error as GitLab answers it: `message`, or `error` with its description."""

    def __init__(self, status: int, body: Any, **headers: str) -> None:
        super().__init__(status, body)
        self.status, self.headers = status, headers
        self.body = body if isinstance(body, dict) else {"message": body}

    def answer(self) -> Answer:
        """The answer."""
        return json_answer(self.body, self.status).with_headers(**self.headers)


def missing(what: str = "") -> ApiError:
    """What does not exist or may not be seen."""
    return ApiError(404, f"404 {what} Not Found".replace("  ", " ") if what else "404 Not found")


@dataclass
class Token:
    """A credential: a personal access token, or an OAuth token that ends."""

    user: User
    scopes: set[str]
    ends: datetime | None = None
    oauth: bool = False
    revoked: bool = False


@dataclass
class Call:
    """A request and who makes it. `home` is the server's address."""

    request: Request
    lab: Lab
    token: Token | None
    home: str

    @property
    def quirks(self) -> Quirks:
        """The server's behaviour."""
        return self.lab.quirks

    @property
    def user(self) -> User:
        """Who asks; nobody is refused."""
        if self.token is None:
            raise ApiError(401, "401 Unauthorized")
        return self.token.user

    def fields(self) -> dict[str, Any]:
        """The fields of a JSON or form body, and those of the query. Raises ApiError."""
        found: dict[str, Any] = dict(self.request.query)
        if not self.request.body:
            return found
        if not self.request.is_json:
            return {**found, **self.request.form()}
        try:
            sent = self.request.json()
        except ValueError as error:
            raise ApiError(400, {"error": "Problem with parsing JSON"}) from error
        return {**found, **(sent if isinstance(sent, dict) else {})}

    def text(self) -> str:
        """The `body` of a note. Raises ApiError."""
        fields = self.fields()
        if "body" not in fields:
            raise ApiError(400, {"error": "body is missing"})
        text = fields["body"]
        if not isinstance(text, str):
            raise ApiError(400, {"error": "body is invalid"})
        if not text.strip():
            raise ApiError(400, '400 Bad request - Note {:note=>["can\'t be blank"]}')
        if len(text) > LONGEST:
            words = f'400 Bad request - Note {{:note=>["is too long (maximum is {LONGEST} characters)"]}}'
            raise ApiError(400, words)
        return text

    def moment(self, name: str) -> datetime | None:
        """A time in the query. Raises ApiError."""
        value = self.request.first(name)
        if not value:
            return None
        try:
            found = datetime.fromisoformat(value.replace("Z", "+00:00"))
        except ValueError as error:
            raise ApiError(400, {"error": f"{name} is invalid"}) from error
        return found if found.tzinfo else found.replace(tzinfo=timezone.utc)

    def one_of(self, name: str, values: Sequence[str], default: str) -> str:
        """A parameter with fixed values. Raises ApiError."""
        value = self.request.first(name, default)
        if value not in values:
            raise ApiError(400, {"error": f"{name} does not have a valid value"})
        return value

    def project(self, name: str) -> Project:
        """A project by id or path that the caller may see. Raises ApiError."""
        found = self.lab.projects.get(int(name)) if name.isdigit() else self.lab.find_project(name)
        me = self.token.user if self.token else None
        if found is None or not found.sees(me):
            raise missing("Project")
        if not name.isdigit() and found.path.lower() != name.lower():
            if self.request.method != "GET":
                raise ApiError(405, "Non GET methods are not allowed for moved projects")
            raise Moved(found)
        return found

    def target(self, project: Project, kind: str, number: str) -> Target:
        """An issue, merge request or commit. Raises ApiError."""
        found = self.lab.target(project, kind, number)
        me = self.token.user.id if self.token else 0
        if found is None or (found.confidential and me not in project.members and me != found.author.id):
            raise missing({"MergeRequest": "Merge Request"}.get(kind, kind))
        return found

    def page(self, items: Sequence[T]) -> tuple[list[T], dict[str, str]]:
        """The page asked for, and its headers."""
        size = min(max(self._number("per_page", 20), 1), 100)
        number = max(self._number("page", 1), 1)
        last = max(-(-len(items) // size), 1)
        further = str(number + 1) if number < last else ""
        headers = {
            "x-page": str(number),
            "x-per-page": str(size),
            "x-next-page": further,
            "x-prev-page": str(number - 1) if number > 1 else "",
        }
        if self.quirks.totals:
            headers |= {"x-total": str(len(items)), "x-total-pages": str(last)}
        links = [(1, "first")] + ([(number + 1, "next")] if further else [])
        links += [(number - 1, "prev")] if number > 1 else []
        headers["link"] = ", ".join(f'<{self._link(at, size)}>; rel="{rel}"' for at, rel in links)
        return list(items[(number - 1) * size : number * size]), headers

    def _number(self, name: str, default: int) -> int:
        value = self.request.first(name) or str(default)
        if not value.lstrip("-").isdigit():
            raise ApiError(400, {"error": f"{name} is invalid"})
        return int(value)

    def _link(self, page: int, size: int) -> str:
        kept = [(name, value) for name, value in self.request.query if name not in ("page", "per_page")]
        path = self.request.target.partition("?")[0]
        return f"{self.request.origin}{path}?{urlencode([*kept, ('page', page), ('per_page', size)])}"


class Moved(Exception):
    """A project is asked for by a path that it no longer has."""

    def __init__(self, project: Project) -> None:
        super().__init__(project)
        self.project = project
