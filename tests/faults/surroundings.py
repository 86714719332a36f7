"""What stands between the program and a server: TLS that is not right, names that are not found, latency, proxies.

The certificates in `data/` were made for these tests: an authority that nothing trusts, and three that it signed,
for localhost, for localhost in January 2020, and for another host.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True)
class Around:
    """How the program is told to reach its server; `fine`: it must get there all the same."""

    url: str = ""
    proxy: str = ""
    ca_file: str = ""
    resolve: str = ""
    """"fails" or "hangs": what the resolver of names does."""
    fine: bool = False

    @property
    def shared(self) -> bool:
        """Whether every account goes this way."""
        return bool(self.proxy)


class Gate:
    """Listens on loopback and hands each connection to `treat`."""

    def __init__(self, treat: Callable[[socket.socket], None]) -> None:
        self._treat = treat
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            self._treat(connection)

    def close(self) -> None:
        """Take no more connections."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


def _pump(source: socket.socket, target: socket.socket, pause: float) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            time.sleep(pause)
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)


def _through(port: int, pause: float = 0.0) -> Callable[[socket.socket], None]:
    """Hand everything on to a port, each piece after a pause in seconds."""

    def treat(connection: socket.socket) -> None:
        with socket.create_connection(("127.0.0.1", port)) as onward:
            back = threading.Thread(target=_pump, args=(onward, connection, pause), daemon=True)
            back.start()
            _pump(connection, onward, pause)
            back.join(30)

    return treat


def _tls(port: int, certificate: str) -> Callable[[socket.socket], None]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(DATA / f"{certificate}.pem")
    onward = _through(port)

    def treat(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as secured:
            onward(secured)

    return treat


def _silent(connection: socket.socket) -> None:
    while connection.recv(4096):
        pass


def _cut(connection: socket.socket) -> None:
    connection.recv(16)


def _greets(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n")
    _silent(connection)


def _refusing() -> int:
    """A port at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _ca() -> str:
    return str(DATA / "ca.pem")


SURROUNDINGS: dict[
    str, Callable[[int], tuple[Callable[[socket.socket], None] | None, Callable[[int], Around]]]
]
"""By name: given the server's port, what treats connections, and given the gate's port, how to get there."""
SURROUNDINGS = {
    "latency": lambda port: (
        _through(port, 0.1),
        lambda gate: Around(f"http://127.0.0.1:{gate}", fine=True),
    ),
    "connection refused": lambda port: (None, lambda gate: Around(f"http://127.0.0.1:{_refusing()}")),
    "closed at once": lambda port: (lambda connection: None, lambda gate: Around(f"http://127.0.0.1:{gate}")),
    "TLS that is right": lambda port: (
        _tls(port, "good"),
        lambda gate: Around(f"https://localhost:{gate}", ca_file=_ca(), fine=True),
    ),
    "TLS nobody vouches for": lambda port: (
        _tls(port, "good"),
        lambda gate: Around(f"https://localhost:{gate}"),
    ),
    "TLS that has expired": lambda port: (
        _tls(port, "expired"),
        lambda gate: Around(f"https://localhost:{gate}", ca_file=_ca()),
    ),
    "TLS of another host": lambda port: (
        _tls(port, "other"),
        lambda gate: Around(f"https://localhost:{gate}", ca_file=_ca()),
    ),
    "plain HTTP for TLS": lambda port: (_greets, lambda gate: Around(f"https://localhost:{gate}")),
    "TLS that never ends its greeting": lambda port: (
        _silent,
        lambda gate: Around(f"https://localhost:{gate}"),
    ),
    "TLS cut in its greeting": lambda port: (_cut, lambda gate: Around(f"https://localhost:{gate}")),
    "a name that is not found": lambda port: (
        None,
        lambda gate: Around("https://nowhere.invalid", resolve="fails"),
    ),
    "a resolver that hangs": lambda port: (
        None,
        lambda gate: Around("https://nowhere.invalid", resolve="hangs"),
    ),
    "a proxy that is gone": lambda port: (
        None,
        lambda gate: Around(f"http://127.0.0.1:{port}", proxy=f"http://127.0.0.1:{_refusing()}"),
    ),
    "a proxy that says nothing": lambda port: (
        _silent,
        lambda gate: Around(f"http://127.0.0.1:{port}", proxy=f"http://127.0.0.1:{gate}"),
    ),
    "a proxy that wants a password": lambda port: (
        lambda connection: connection.sendall(
            b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n"
        ),
        lambda gate: Around("https://nowhere.invalid", proxy=f"http://127.0.0.1:{gate}"),
    ),
}


MOVING = ("latency", "TLS that is right")
"""Those that lead there by another address, which some platforms' messages are named by: tried on the first alone."""


@contextmanager
def surrounded(name: str, port: int) -> Iterator[Around]:
    """The surroundings of this name round the server at a port."""
    treat, around = SURROUNDINGS[name](port)
    if treat is None:
        yield around(0)
        return
    gate = Gate(treat)
    try:
        yield around(gate.port)
    finally:
        gate.close()
