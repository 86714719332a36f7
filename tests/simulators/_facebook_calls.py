"""A request to a simulated Graph API, with its parameters wherever they stand and with whose token it comes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.simulators._facebook_errors import numbered
from tests.simulators._facebook_fields import Field, named, parsed
from tests.simulators._facebook_state import Person
from tests.simulators.messages import Request

READ = ("pages_show_list", "pages_read_engagement", "pages_read_user_content")
WRITE = (*READ, "pages_manage_engagement")
TASKS = ("MODERATE", "MESSAGING", "ANALYZE", "ADVERTISE", "CREATE_CONTENT", "MANAGE")


@dataclass
class Token:
    """An access token of a person, of a Page through a person, or of an app."""

    value: str
    kind: str
    """USER, PAGE or APP."""
    owner: Person | None
    scopes: set[str] = field(default_factory=lambda: set(WRITE))
    tasks: set[str] = field(default_factory=lambda: set(TASKS))
    expires: datetime | None = None
    dead: int = 0
    """The subcode that says why it is invalid."""

    @property
    def is_page(self) -> bool:
        return self.kind == "PAGE"


@dataclass(frozen=True)
class Call:
    """One call."""

    method: str
    request: Request
    given: Mapping[str, Any]
    token: Token
    version: str = "v26.0"

    def one(self, name: str, default: str = "") -> str:
        """A parameter as text."""
        value = self.given.get(name, default)
        return value if isinstance(value, str) else json.dumps(value)

    def many(self, name: str) -> list[str]:
        """A parameter that is a list: JSON, `name[0]=…`, or one alone."""
        value = self.given.get(name, [])
        if isinstance(value, str):
            try:
                value = json.loads(value) if value.startswith("[") else [value]
            except ValueError:
                raise numbered(100, f"Param {name} must be an array.") from None
        if isinstance(value, dict):
            value = list(value.values())
        return [str(one) for one in (value if isinstance(value, list) else [value]) if str(one)]

    def flag(self, name: str) -> bool:
        """A parameter that is true or false. Raises GraphError."""
        word = self.one(name).lower()
        if word not in ("true", "false", "1", "0"):
            raise numbered(100, f"Param {name} must be a boolean")
        return word in ("true", "1")

    def fields(self, *default: str) -> tuple[Field, ...]:
        """What is asked for."""
        words = self.one("fields")
        return parsed(words) if words else named(default)

    def need(self, *scopes: str, write: bool = False) -> None:
        """Demand permissions: lapsed ones are code 10 when something is read, 200 when it is written."""
        lacking = [one for one in scopes if one not in self.token.scopes]
        if not lacking:
            return
        if write:
            raise numbered(200, f"This action requires the {' and '.join(lacking)} permission to be granted.")
        raise numbered(
            10,
            f"This endpoint requires the '{lacking[0]}' permission or the 'Page Public Content Access' feature. "
            "Refer to https://developers.facebook.com/docs/apps/review/login-permissions#manage-pages.",
        )

    def need_page(self) -> None:
        """Demand a Page token for what is read."""
        if not self.token.is_page:
            raise numbered(210, "A page access token is required to request this resource.")

    def need_task(self, *tasks: str) -> None:
        """Demand one of these tasks on the Page, and that the Page itself writes."""
        if not self.token.is_page:
            raise numbered(1705, "There was an error posting: this is done as the Page, with its own token.")
        if not self.token.tasks & set(tasks):
            raise numbered(
                200, "The user does not have a sufficient role on the Page to perform this action."
            )


def parameters(request: Request) -> dict[str, Any]:
    """Query and body together; a body may be a form or JSON."""
    found: dict[str, Any] = dict(request.query)
    if not request.body:
        return found
    if request.is_json:
        try:
            body = request.json()
        except ValueError:
            body = None
        if not isinstance(body, dict):
            raise numbered(100, "The request body is not a JSON object.")
        return {**found, **{name: _plain(value) for name, value in body.items()}}
    return {**found, **request.form()}


def _plain(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, (str, list, dict)) else str(value)
