"""A call to a simulated Lemmy 0.19, and how it says no: nearly always with status 400 and one word."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.simulators._lemmy_state import Person
from tests.simulators.messages import Answer, Request, json_answer

MOST = 50


class LemmyError(Exception):
    """`{"error": word}`."""

    def __init__(self, word: str, status: int = 400) -> None:
        super().__init__(word)
        self.status = status

    def answer(self) -> Answer:
        """The answer."""
        return json_answer({"error": str(self)}, self.status)


@dataclass(frozen=True)
class Call:
    """A request with who makes it: nobody, where the token is unknown."""

    request: Request
    me: Person | None

    @property
    def person(self) -> Person:
        """The caller. Raises LemmyError for nobody."""
        if self.me is None:
            raise LemmyError("not_logged_in")
        return self.me

    def body(self) -> dict[str, Any]:
        """The body. Raises LemmyError where it is no JSON object."""
        try:
            found = self.request.json() if self.request.is_json else None
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise LemmyError("Json deserialize error")
        return found

    def number(self, name: str) -> int | None:
        """A number of the query, None where it is not given. Raises LemmyError."""
        words = self.request.first(name)
        if words and not words.lstrip("-").isdigit():
            raise LemmyError(f"Query deserialize error: invalid digit found in string: {name}")
        return int(words) if words else None

    def part(self) -> slice:
        """The page that is asked for. Raises LemmyError when it is out of range: nothing is clamped."""
        limit, page = self.number("limit"), self.number("page")
        limit = 10 if limit is None else limit
        page = 1 if page is None else page
        if not 1 <= limit <= MOST or page < 1:
            raise LemmyError("couldnt_get_comments")
        return slice((page - 1) * limit, page * limit)

    def flag(self, name: str) -> bool:
        """A switch of the query."""
        return self.request.first(name) == "true"
