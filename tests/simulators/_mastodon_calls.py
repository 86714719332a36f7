"""One API call of a simulated fediverse server: who makes it, its fields, and its page of a list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, TypeVar
from urllib.parse import quote

from tests.simulators._mastodon_quirks import Quirks
from tests.simulators._mastodon_state import Account, order, stamp
from tests.simulators.messages import Answer, Request, json_answer, text_answer

T = TypeVar("T")


class ApiError(Exception):
    """An error as the server answers it: a status and JSON, text or HTML."""

    def __init__(self, status: int, body: Any) -> None:
        super().__init__(status, body)
        self.status = status
        self.body = body

    def answer(self) -> Answer:
        """The answer."""
        if isinstance(self.body, str):
            return text_answer(self.body, self.status)
        return json_answer(self.body, self.status)


class NotFound(ApiError):
    """404, as HTML where the server does so."""

    def __init__(self, quirks: Quirks) -> None:
        page = "<!DOCTYPE html><html><head><title>Page not found</title></head></html>"
        super().__init__(404, page if quirks.html_errors else {"error": "Record not found"})


@dataclass
class Call:
    """A request with its account; `base` is the origin that links are written with."""

    request: Request
    quirks: Quirks
    me: Account | None
    base: str

    @property
    def account(self) -> Account:
        """Who asks; a token is demanded."""
        if self.me is None:
            raise ApiError(*self.quirks.missing_token)
        return self.me

    def fields(self) -> dict[str, Any]:
        """The fields of a JSON or form body. Raises ApiError."""
        request = self.request
        if request.is_json:
            try:
                found = request.json()
            except ValueError as error:
                raise ApiError(400, {"error": "Error occurred while parsing request parameters"}) from error
            if not isinstance(found, dict):
                raise ApiError(400, {"error": "Error occurred while parsing request parameters"})
            return found
        return request.form() if self.quirks.form_bodies else {}

    def limit(self, default: int, most: int) -> int:
        """The page size asked for."""
        text = self.request.first("limit")
        if not text and self.quirks.no_limit_is_one:
            return 1
        return min(abs(int(text or default)), most)

    def page(
        self, items: Sequence[T], key: Callable[[T], str], limit: int, at: Callable[[T], datetime]
    ) -> tuple[list[T], dict[str, str]]:
        """One page of `items` (newest first) as the server cuts it, and its Link header."""
        quirks, request = self.quirks, self.request
        found = list(items)
        older_than = request.first("older_than")
        if older_than and quirks.link == "older_than":
            found = [item for item in found if stamp(at(item)) < older_than]
        max_id = request.first("max_id")
        known = max_id and quirks.max_id == "known" and any(key(item) == max_id for item in found)
        if max_id and (quirks.max_id == "older" or known):
            found = [item for item in found if order(key(item)) < order(max_id)]
        since_id, min_id = request.first("since_id"), request.first("min_id")
        if since_id and quirks.since_id == "newest":
            found = [item for item in found if order(key(item)) > order(since_id)]
        if min_id and quirks.min_id == "inclusive":
            found = [item for item in found if order(key(item)) >= order(min_id)]
        elif min_id and quirks.min_id != "ignored":
            found = [item for item in found if order(key(item)) > order(min_id)]
        from_below = bool(min_id) and quirks.min_id in ("next", "inclusive")
        page = found[-limit:] if from_below and limit else found[:limit]
        return page, self._links([(key(page[0]), at(page[0])), (key(page[-1]), at(page[-1]))] if page else [])

    def _links(self, ends: list[tuple[str, datetime]]) -> dict[str, str]:
        """The Link header of a page from its first and last ids."""
        style = self.quirks.link
        if not ends or style == "none":
            return {}
        places = ("max_id", "min_id", "since_id", "older_than")
        drop = (*places, "types[]", "exclude_types[]") if style == "drops_types" else places
        kept = "".join(f"{quote(n)}={quote(v)}&" for n, v in self.request.query if n not in drop)
        at = f"{self.base}{self.request.target.partition('?')[0]}?{kept}"
        (first, _), (last, when) = ends
        if style == "older_than":
            return {"link": f'<{at}older_than={quote(stamp(when.astimezone(timezone.utc)))}>; rel="next"'}
        pair = f'<{at}max_id={quote(last)}>; rel="next", <{at}min_id={quote(first)}>; rel="prev"'
        return {"link": pair}
