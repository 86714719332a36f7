"""Faults of servers and networks, scripted: each hits the next requests that it matches."""

from __future__ import annotations

import gzip
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import Enum

from tests.simulators.messages import Answer, Request, text_answer


class Cut(str, Enum):
    """Where the connection ends without a word."""

    BEFORE = "before any byte of the answer"
    HEADERS = "within the headers"
    BODY = "within the body"
    AFTER = "after the whole answer"


@dataclass
class Fault:
    """One fault: which requests it hits, and what happens to them."""

    method: str = ""
    path: str = ""
    """Part of the path; "" matches every path."""
    times: int = 1
    skip: int = 0
    """So many matching requests go through first."""
    kept_only: bool = False
    """Only on a connection that served another request before."""
    before: Callable[[], None] | None = None
    """Called before the platform answers, in the server's thread, with its lock held."""
    done: bool = True
    """The platform does what it is asked before the fault shows."""
    answer: Answer | None = None
    """What is answered in the platform's place."""
    change: Callable[[Answer], Answer] | None = None
    cut: Cut | None = None
    stall: bool = False
    """Nothing is answered, ever; the connection stays open until the client closes it."""
    raw: Callable[[socket.socket, bytes], None] | None = None
    """Called with the connection and the bytes of the answer, in the place of sending them."""
    hits: int = 0

    def takes(self, request: Request) -> bool:
        """Whether this fault hits the request; counts what it lets through."""
        if self.times <= 0 or (self.method and request.method != self.method):
            return False
        if self.path not in request.path or (self.kept_only and not request.kept):
            return False
        if self.skip:
            self.skip -= 1
            return False
        self.times -= 1
        self.hits += 1
        return True


def refuses(status: int, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Fault:
    """The platform does nothing and answers with this status."""
    kind = {"content-type": "application/json"}
    return Fault(
        done=False, answer=Answer(status, body or b'{"error":"simulated"}', {**kind, **(headers or {})})
    )


def rate_limited(header: str, value: str) -> Fault:
    """429 with one header that says when to come back."""
    return refuses(429, b'{"error":"Too many requests"}', {header: value} if header else None)


def html(status: int = 503) -> Fault:
    """A proxy answers with a page of HTML."""
    page = "<!DOCTYPE html><html><head><title>Down</title></head><body><h1>Sorry!</h1></body></html>"
    return Fault(done=False, answer=text_answer(page, status))


def redirected(location: str, status: int = 302) -> Fault:
    """Sends the client to another address."""
    return Fault(done=False, answer=Answer(status, b"", {"location": location}))


def linked(link: str) -> Fault:
    """The answer's Link header is another."""
    return Fault(change=lambda answer: replace(answer, headers={**answer.headers, "link": link}))


def cut(where: Cut, *, done: bool = True) -> Fault:
    """The connection ends without a word."""
    return Fault(cut=where, done=done)


def oversized(size: int) -> Fault:
    """The answer is JSON of this many bytes, compressed on the wire."""
    body = gzip.compress(b'{"padding":"' + b"x" * size + b'"}', 1)
    return Fault(answer=Answer(200, body, {"content-type": "application/json", "content-encoding": "gzip"}))


def nested(depth: int) -> Fault:
    """The answer is JSON nested this deep."""
    return Fault(answer=Answer(200, b"[" * depth + b"]" * depth, {"content-type": "application/json"}))


def wrong_length(by: int) -> Fault:
    """The answer claims to be `by` bytes longer than it is (shorter when negative)."""
    return Fault(change=lambda answer: replace(answer, length=max(0, len(answer.body) + by)))
