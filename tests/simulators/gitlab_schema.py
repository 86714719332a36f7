"""What is wrong with GitLab's answers by a community client's types, and with requests by GitLab's documentation."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from tests.simulators.messages import Request

DATA = Path(__file__).parent.parent / "adapters" / "data" / "gitlab" / "types.json"
_PLAIN = {"string": (str,), "number": (int, float), "boolean": (bool,), "object": (dict,)}
_PAGED = "page per_page pagination"
_DATES = "created_after created_before updated_after updated_before"
_LISTED = (
    f"{_PAGED} {_DATES} scope state order_by sort iids author_id author_username assignee_id search labels"
)
_PROJECT = r"/projects/[^/]+"
_PLACE = rf"{_PROJECT}/(?:issues|merge_requests)/\d+"
_WIDE = rf"{_PROJECT}/(?:(?:issues|merge_requests)/\d+|repository/commits/[0-9a-f]+)"
_THREAD = rf"{_WIDE}/discussions/[0-9a-f]{{40}}"
_REQUESTS: list[tuple[str, str, str, str]] = [
    ("GET", "/todos", f"{_PAGED} state action type author_id project_id group_id", ""),
    ("POST", r"/todos/\d+/mark_as_done", "", ""),
    ("POST", "/todos/mark_as_done", "", ""),
    ("GET", "/user", "", ""),
    ("GET", "/users", f"{_PAGED} username search", ""),
    ("GET", r"/users/\d+", "", ""),
    ("GET", r"(?:/users/\d+)?/events", f"{_PAGED} action target_type before after scope sort", ""),
    ("GET", "/(?:version|metadata)", "", ""),
    ("GET", "/personal_access_tokens/self", "", ""),
    ("GET", f"(?:{_PROJECT})?/(?:issues|merge_requests)", _LISTED, ""),
    ("GET", _PROJECT, "", ""),
    ("GET", _WIDE, "", ""),
    ("POST", f"{_PLACE}/(?:un)?subscribe", "", ""),
    ("GET", f"{_PLACE}/notes", f"{_PAGED} sort order_by activity_filter", ""),
    ("POST", f"{_PLACE}/notes", "", "body internal confidential created_at merge_request_diff_head_sha"),
    ("GET", rf"{_PLACE}/notes/\d+", "", ""),
    ("PUT", rf"{_PLACE}/notes/\d+", "", "body confidential"),
    ("DELETE", rf"{_PLACE}/notes/\d+", "", ""),
    ("GET", f"{_WIDE}/discussions", _PAGED, ""),
    ("POST", f"{_WIDE}/discussions", "", "body created_at position"),
    ("GET", _THREAD, "", ""),
    ("PUT", _THREAD, "resolved", "resolved"),
    ("GET", f"{_THREAD}/notes", "", ""),
    ("POST", f"{_THREAD}/notes", "", "body created_at"),
    ("GET", rf"{_THREAD}/notes/\d+", "", ""),
    ("PUT", rf"{_THREAD}/notes/\d+", "resolved", "body resolved"),
    ("DELETE", rf"{_THREAD}/notes/\d+", "", ""),
]
"""Method, path, query parameters, fields of the body."""


@lru_cache(maxsize=1)
def types() -> dict[str, Any]:
    """The types by name."""
    found: dict[str, Any] = json.loads(DATA.read_text())["types"]
    return found


def fields(name: str) -> dict[str, str]:
    """A type's fields, with those it inherits; a "?" after a name says that it may be missing."""
    described = types()[name]
    inherited = fields(described["extends"]) if described["extends"] else {}
    return {**inherited, **described["fields"]}


def wrong(value: Any, name: str, at: str = "") -> Iterator[str]:
    """Where a JSON object is not what a type describes: keys that are missing, and plain types that differ."""
    for field, kind in fields(name).items():
        key = field.rstrip("?")
        if key not in value:
            if not field.endswith("?"):
                yield f"{at}.{key} is missing"
            continue
        choices = {one.strip() for one in kind.split("|")}
        inner = value[key]
        if inner is None and "null" not in choices and kind in _PLAIN and not field.endswith("?"):
            yield f"{at}.{key} is null"
        known = [python for choice, python in _PLAIN.items() if choice in choices]
        plain = inner is not None and known and choices <= {*_PLAIN, "null"}
        if plain and not any(isinstance(inner, python) for python in known):
            yield f"{at}.{key}: {inner!r} is no {kind}"
        nested = re.match(r"MappedOmit<(\w+), '(\w+)'>", kind)
        if nested and isinstance(inner, dict):
            left_out = f"{at}.{key}.{nested[2]} is missing"
            yield from (one for one in wrong(inner, nested[1], f"{at}.{key}") if one != left_out)


def complaints(requests: Iterable[Request], folder: str = "") -> list[str]:
    """What is wrong with these requests by GitLab's documentation; sign-ins are left out."""
    found = []
    for request in requests:
        path = request.target.partition("?")[0].removeprefix(folder)
        if not path.startswith("/oauth/"):
            found += [f"{request.method} {request.target}: {words}" for words in _check(request, path)]
    return found


def _check(request: Request, path: str) -> Iterator[str]:
    path = path.removeprefix("/api/v4")
    for verb, pattern, query, body in _REQUESTS:
        if verb == request.method and re.fullmatch(pattern, path):
            asked = {name.removesuffix("[]") for name, _ in request.query}
            yield from (f"no parameter {name}" for name in sorted(asked - set(query.split())))
            if request.body:
                sent = request.json() if request.is_json else request.form()
                yield from (f"no field {name}" for name in sorted(set(sent) - set(body.split())))
                if "body" in body.split() and not isinstance(sent.get("body", ""), str):
                    yield "the body is no text"
            return
    yield "is not documented"
