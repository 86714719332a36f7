"""One XRPC call of a simulated server, with its parameters checked as the lexicons do, and its quirks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.simulators._atproto import split_uri
from tests.simulators._bluesky_network import Actor
from tests.simulators._bluesky_sessions import XrpcError
from tests.simulators.messages import Request

Json = dict[str, Any]


@dataclass
class Quirks:
    """What differs between servers and times."""

    depth_cap: int = 10
    empty_page_at: int = -1
    """The so-manieth page of notifications is empty but has a cursor."""
    no_cursor: bool = False
    """Full pages come without a cursor, as production once did."""
    chat: bool = False
    """Whether there is a chat service at all."""
    unprivileged_status: int = 400


@dataclass
class Call:
    """One XRPC call: the request and who makes it."""

    request: Request
    actor: Actor
    privileged: bool

    def body(self) -> Json:
        """The JSON body. Raises XrpcError."""
        try:
            found = self.request.json()
        except ValueError as error:
            raise XrpcError(400, "SyntaxError", "Expected property name or '}' in JSON") from error
        if not isinstance(found, dict):
            raise XrpcError(400, "InvalidRequest", "Request body must be an object")
        return found

    def number(self, name: str, default: int, least: int, most: int) -> int:
        """An integer parameter within its bounds. Raises XrpcError."""
        text = self.request.first(name, str(default))
        method = self.request.path.rsplit("/", 1)[-1]
        try:
            value = int(text)
        except ValueError as error:
            raise XrpcError(400, "InvalidRequest", f"Invalid {method} params: expected integer") from error
        if value > most:
            words = f"Invalid {method} params: integer too big (maximum {most}, got {value})"
            raise XrpcError(400, "InvalidRequest", words)
        if value < least:
            words = f"Invalid {method} params: integer too small (minimum {least}, got {value})"
            raise XrpcError(400, "InvalidRequest", words)
        return value

    def uri(self, name: str) -> str:
        """An AT URI parameter. Raises XrpcError."""
        text = self.request.first(name)
        try:
            split_uri(text)
        except ValueError as error:
            method = self.request.path.rsplit("/", 1)[-1]
            words = f'Invalid {method} params: Invalid at-uri (got "{text}")'
            raise XrpcError(400, "InvalidRequest", words) from error
        return text
