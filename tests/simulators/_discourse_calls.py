"""A call to a simulated Discourse, and how it says no."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.simulators._discourse_state import User
from tests.simulators.messages import Answer, Request, json_answer, text_answer

_WORDS = {
    "not_found": "The requested URL or resource could not be found.",
    "invalid_access": "You are not permitted to view the requested resource.",
    "not_logged_in": "You need to be logged in to do that.",
    "read_only": "The site is in read only mode. Interactions are disabled.",
    "invalid_parameters": "You supplied invalid parameters to the request",
}


class SiteError(Exception):
    """A refusal: `{"errors", "error_type"}`, or a page of HTML for whoever did not ask for JSON."""

    def __init__(self, status: int, kind: str = "", *words: str, **more: Any) -> None:
        super().__init__(kind)
        self.status = status
        said = list(words) or [_WORDS[kind]]
        self.body: dict[str, Any] = {**more, "errors": said}
        if kind:
            self.body["error_type"] = kind
        self.headers: dict[str, str] = {}

    def answer(self, as_json: bool) -> Answer:
        """The answer."""
        if as_json:
            return json_answer(self.body, self.status).with_headers(**self.headers)
        page = f"<!DOCTYPE html><html><head><title>Oops</title></head><body>{self.body['errors'][0]}</body></html>"
        return text_answer(page, self.status).with_headers(**self.headers)


def not_found() -> SiteError:
    """What is not there, or was deleted."""
    return SiteError(404, "not_found")


def invalid_access() -> SiteError:
    """A dead key, a missing scope, a topic of others, what is not one's own: all the same."""
    return SiteError(403, "invalid_access")


@dataclass(frozen=True)
class Call:
    """A request with who makes it."""

    request: Request
    me: User | None

    @property
    def user(self) -> User:
        """The caller. Raises SiteError for nobody."""
        if self.me is None:
            raise SiteError(403, "not_logged_in")
        return self.me

    def body(self) -> dict[str, Any]:
        """The parameters of a body, JSON or form. Raises SiteError."""
        try:
            found = self.request.json() if self.request.is_json and self.request.body else self.request.form()
        except ValueError:
            raise SiteError(400, "invalid_parameters", "There was an error parsing the JSON") from None
        return found if isinstance(found, dict) else {}

    def number(self, name: str, default: int) -> int:
        """A parameter of the query as Ruby's `to_i` reads it."""
        words = self.request.first(name)
        return int(words) if words.lstrip("-").isdigit() else (default if words == "" else 0)
