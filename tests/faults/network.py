"""Faults of networks and of what stands in them, each as a fault of the simulated server."""

from __future__ import annotations

import gzip
import json
import socket
import struct
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace

from tests.simulators import faults
from tests.simulators.faults import Cut, Fault
from tests.simulators.messages import Answer

_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
_PAGE = b"<!DOCTYPE html><html><body>Please accept our terms to use this network.</body></html>"
ZEROS = b"\0" * (1 << 20)


def _packed(megabytes: int, times: int = 1) -> bytes:
    pack = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    body = b"".join(pack.compress(ZEROS) for _ in range(megabytes)) + pack.flush()
    for _ in range(times - 1):
        body = gzip.compress(body, 9)
    return body


def _all(connection: socket.socket, pieces: Iterator[bytes]) -> None:
    """Send as long as the client takes it."""
    with suppress(OSError):
        for piece in pieces:
            connection.sendall(piece)


def _reset(connection: socket.socket, answer: bytes) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def _half_closed(connection: socket.socket, answer: bytes) -> None:
    connection.sendall(answer[: len(answer) // 2])
    connection.shutdown(socket.SHUT_WR)
    with suppress(OSError):
        while connection.recv(4096):
            pass


def _endless(connection: socket.socket, answer: bytes) -> None:
    def pieces() -> Iterator[bytes]:
        yield _HEAD + b"transfer-encoding: chunked\r\n\r\n"
        while True:
            yield b"%x\r\n%s\r\n" % (len(ZEROS), ZEROS)

    _all(connection, pieces())


def _dripping(connection: socket.socket, answer: bytes) -> None:
    def pieces() -> Iterator[bytes]:
        yield _HEAD + b"transfer-encoding: chunked\r\n\r\n"
        while True:
            yield b"1\r\n \r\n"
            time.sleep(0.02)

    _all(connection, pieces())


def _headers_dripping(connection: socket.socket, answer: bytes) -> None:
    def pieces() -> Iterator[bytes]:
        yield _HEAD
        while True:
            yield b"x-more: and more\r\n"
            time.sleep(0.02)

    _all(connection, pieces())


def _headers_endless(connection: socket.socket, answer: bytes) -> None:
    def pieces() -> Iterator[bytes]:
        yield _HEAD
        while True:
            yield b"x-more: %s\r\n" % (b"x" * 60_000)

    _all(connection, pieces())


def _go_on_for_ever(connection: socket.socket, answer: bytes) -> None:
    def pieces() -> Iterator[bytes]:
        while True:
            yield b"HTTP/1.1 100 Continue\r\n\r\n" * 100

    _all(connection, pieces())


def _raw(call: Callable[[socket.socket, bytes], None]) -> Callable[[], Fault]:
    return lambda: Fault(raw=call)


def _said(body: bytes, **headers: str) -> Callable[[], Fault]:
    kept = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda: Fault(answer=Answer(200, body, {"content-type": "application/json", **kept}))


UNTOLD: dict[str, Callable[[], Fault]] = {
    "cut before the answer": lambda: faults.cut(Cut.BEFORE),
    "cut within the headers": lambda: faults.cut(Cut.HEADERS),
    "cut within the body": lambda: faults.cut(Cut.BODY),
    "reset": _raw(_reset),
    "half closed": _raw(_half_closed),
    "no answer ever": lambda: Fault(stall=True),
    "endless body": _raw(_endless),
    "dripping body": _raw(_dripping),
    "dripping headers": _raw(_headers_dripping),
    "endless headers": _raw(_headers_endless),
    "100 for ever": _raw(_go_on_for_ever),
    "no HTTP": _raw(lambda connection, answer: connection.sendall(b"220 mail.example ESMTP\r\n")),
    "packed bomb": _said(_packed(300), content_encoding="gzip"),
    "bomb packed twice": _said(_packed(2000, 2), content_encoding="gzip, gzip"),
    "not packed as it says": _said(b"[]", content_encoding="gzip"),
    "packed in an unknown way": _said(b"[]", content_encoding="br"),
    "nested without end": lambda: faults.nested(200_000),
    "JSON of another shape": _said(json.dumps({"unexpected": [1, {"a": None}]}).encode()),
    "a number of 10,000 digits": _said(b"9" * 10_000),
    "empty body": _said(b""),
    "longer than it says": lambda: faults.wrong_length(-5),
    "shorter than it says": lambda: faults.wrong_length(40),
    "captive portal": lambda: Fault(answer=Answer(200, _PAGE, {"content-type": "text/html"})),
    "page with status 502": lambda: _done(faults.html(502)),
    "page with status 503": lambda: _done(faults.html(503)),
    "500": lambda: _done(faults.refuses(500)),
    "504": lambda: _done(faults.refuses(504)),
}
"""What leaves open whether the server did what it was asked."""

TOLD: dict[str, Callable[[], Fault]] = {
    "429 that says nothing more": lambda: faults.rate_limited("", ""),
    "429 with a time": lambda: faults.rate_limited("retry-after", "30"),
    "429 with nonsense": lambda: faults.rate_limited("retry-after", "soon, dear"),
    "403": lambda: faults.refuses(403),
    "404": lambda: faults.refuses(404),
    "404 page": lambda: faults.html(404),
    "redirect to itself": lambda: faults.redirected("/api/v1/accounts/verify_credentials"),
    "redirect elsewhere": lambda: faults.redirected("http://127.0.0.1:9/login"),
    "redirect to nowhere": lambda: faults.redirected("//"),
    "redirect to no address": lambda: faults.redirected("http://[nowhere"),
    "redirect to a port that is none": lambda: faults.redirected("http://localhost:99999/"),
}
"""What says that the server did nothing."""


def _done(fault: Fault) -> Fault:
    """The same after the platform did what it was asked."""
    return replace(fault, done=True)
