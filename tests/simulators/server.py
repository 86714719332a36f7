"""A real HTTP/1.1 server on loopback for a simulated platform, with scripted faults and a log of requests."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from email.utils import format_datetime
from http import HTTPStatus
from typing import Protocol

from convo.clock import Clock
from tests.simulators.faults import Cut, Fault
from tests.simulators.messages import Answer, Request, json_answer


class Platform(Protocol):
    """What stands behind a server."""

    def answer(self, request: Request) -> Answer:
        """Do what is asked and answer."""
        ...


class Elsewhere:
    """Another origin, which no credential may reach: it takes everything and answers an empty list."""

    def answer(self, request: Request) -> Answer:
        """An empty list."""
        return json_answer([])


class Server:
    """One origin: listens on a free port, answers from its platform, applies faults, keeps a log.

    `silent` closes every connection after its answer without saying so, as some servers do.
    """

    def __init__(self, platform: Platform, clock: Clock, *, log: list[Request] | None = None) -> None:
        self.platform = platform
        self.clock = clock
        self.faults: list[Fault] = []
        self.log: list[Request] = log if log is not None else []
        self.connections = 0
        self.silent = False
        self.refusing = False
        self.lock = threading.RLock()
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._listener = self._listen(0)
        self.port: int = self._listener.getsockname()[1]

    @property
    def url(self) -> str:
        """Its origin."""
        return f"http://127.0.0.1:{self.port}"

    def _listen(self, port: int) -> socket.socket:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen(64)
        thread = threading.Thread(target=self._accept, args=(listener,), daemon=True)
        self._threads.append(thread)
        thread.start()
        return listener

    def refuse(self) -> None:
        """Refuse connections from now on, and close those that are open."""
        self.refusing = True
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in list(self._open):
            _close(connection)

    def accept(self) -> None:
        """Take connections again, on the same port."""
        self.refusing = False
        self._listener = self._listen(self.port)

    def stop(self) -> None:
        """Close everything and wait for the threads."""
        self.refuse()
        for thread in self._threads:
            thread.join(5)

    def add(self, fault: Fault, *, method: str = "", path: str = "", times: int = 1, skip: int = 0) -> Fault:
        """Script a fault for the next `times` matching requests, after `skip` of them."""
        fault.method, fault.path, fault.times, fault.skip = method, path, times, skip
        with self.lock:
            self.faults.append(fault)
        return fault

    def asked(self, method: str = "", path: str = "") -> list[Request]:
        """The logged requests to this origin that match."""
        return [
            request
            for request in list(self.log)
            if request.origin == self.url and method in request.method and path in request.path
        ]

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open.add(connection)
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            with connection.makefile("rb") as stream:
                kept = False
                while (request := _read(stream, self.url, kept)) is not None:
                    if not self._exchange(connection, request):
                        return
                    kept = True
        except OSError:
            return
        finally:
            self._open.discard(connection)
            _close(connection)

    def _exchange(self, connection: socket.socket, request: Request) -> bool:
        """Answer one request; False ends the connection."""
        with self.lock:
            self.log.append(request)
            fault = next((fault for fault in self.faults if fault.takes(request)), None) or Fault()
            if fault.before is not None:
                fault.before()
            answer = self.platform.answer(request) if fault.done else json_answer({"simulated": True})
            answer = fault.answer or answer
            if fault.change is not None:
                answer = fault.change(answer)
        if fault.stall:
            while connection.recv(4096):
                pass
            return False
        sent = self._bytes(answer, head_only=request.method == "HEAD")
        if fault.raw is not None:
            fault.raw(connection, sent)
            return False
        head = sent.index(b"\r\n\r\n") + 4
        if fault.cut is not None:
            end = {Cut.BEFORE: 0, Cut.HEADERS: head // 2, Cut.BODY: head + (len(sent) - head) // 2}
            connection.sendall(sent[: end.get(fault.cut, len(sent))])
            return False
        connection.sendall(sent)
        short = answer.length is not None and answer.length > len(answer.body)
        return not (self.silent or short or request.headers.get("connection", "").lower() == "close")

    def _bytes(self, answer: Answer, head_only: bool) -> bytes:
        length = len(answer.body) if answer.length is None else answer.length
        headers = {
            "date": format_datetime(self.clock.now(), usegmt=True),
            **answer.headers,
            "content-length": str(length),
        }
        try:
            words = HTTPStatus(answer.status).phrase
        except ValueError:
            words = "Unknown"
        lines = [
            f"HTTP/1.1 {answer.status} {words}",
            *(f"{name}: {value}" for name, value in headers.items()),
        ]
        head = ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8", "surrogatepass")
        return head if head_only else head + answer.body


class _Stream(Protocol):
    def readline(self) -> bytes: ...
    def read(self, size: int, /) -> bytes: ...


def _read(stream: _Stream, origin: str, kept: bool) -> Request | None:
    """The next request of a connection, None at its end."""
    words = stream.readline().decode("latin-1").split()
    if len(words) != 3:
        return None
    headers: dict[str, str] = {}
    while (line := stream.readline().decode("utf-8", "replace").rstrip("\r\n")) != "":
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    if headers.get("transfer-encoding", "").lower() == "chunked":
        body = b"".join(_chunks(stream))
    else:
        body = stream.read(int(headers.get("content-length") or 0))
    return Request(words[0], words[1], headers, body, origin, kept)


def _chunks(stream: _Stream) -> Iterator[bytes]:
    while size := int(stream.readline().split(b";")[0] or b"0", 16):
        yield stream.read(size)
        stream.readline()
    stream.readline()


def _close(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()


class Site:
    """A platform's own server and another origin beside it, with one log for both."""

    def __init__(self, platform: Platform, clock: Clock) -> None:
        self.log: list[Request] = []
        self.home = Server(platform, clock, log=self.log)
        self.elsewhere = Server(Elsewhere(), clock, log=self.log)

    def leaked(self, *secrets: str) -> list[Request]:
        """Requests to another origin, or addresses and bodies of any, that carry one of these secrets."""
        found = []
        for request in self.log:
            away = request.origin != self.home.url
            where = request.target + (" ".join(request.headers.values()) + str(request.body) if away else "")
            if any(secret and secret in where for secret in secrets) or (away and request.bearer):
                found.append(request)
        return found

    def stop(self) -> None:
        """Stop both."""
        self.home.stop()
        self.elsewhere.stop()
