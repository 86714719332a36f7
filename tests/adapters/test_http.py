"""The one way to the network: what it sends where, what it takes, and how each failure is classed."""

from __future__ import annotations

import asyncio
import gzip
import traceback
import tracemalloc
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta, timezone

import pytest

from convo.adapters._origin import origin
from convo.adapters.contract import Ambiguous, Missing, Refused, RetryAt, SignInAgain, Unreachable
from convo.adapters.http import BODY_CAP, Http, Response, retry_time, server_words

NOW = datetime(2026, 11, 20, 10, 30, tzinfo=timezone.utc)
Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Server:
    """A loopback server that answers each connection by a script and keeps what was asked."""

    def __init__(self, *scripts: bytes | Handler) -> None:
        self.scripts = list(scripts)
        self.heads: list[str] = []
        self.url = ""

    async def __aenter__(self) -> Server:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *exc: object) -> None:
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while self.scripts:
                head = await reader.readuntil(b"\r\n\r\n")
                self.heads.append(head.decode())
                script = self.scripts.pop(0)
                if not isinstance(script, bytes):
                    await script(reader, writer)
                    break
                writer.write(script)
                await writer.drain()
                if b"connection: close" in script.lower():
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


def answer(body: bytes = b"{}", status: str = "200 OK", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"content-length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


async def cut(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Close without a word."""


async def half(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{")
    await writer.drain()


async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()


def test_a_read_and_a_write() -> None:
    async def play() -> None:
        async with Server(answer(b'{"a":1}'), answer(b"ok")) as server:
            http = Http(server.url)
            response = await http.get("/x", params={"q": "a b"}, headers={"authorization": "Bearer t"})
            assert (response.status, response.body, response.ok) == (200, b'{"a":1}', True)
            assert (await http.send("POST", "/y", json_body={"t": "é"})).body == b"ok"
            assert http.requests == 2
            await http.close()
            assert server.heads[0].startswith("GET /x?q=a+b ") or server.heads[0].startswith(
                "GET /x?q=a%20b "
            )
            assert "authorization: Bearer t" in server.heads[0]

    asyncio.run(play())


def test_a_kept_alive_socket_that_was_closed_without_a_word_is_tried_anew() -> None:
    async def play() -> None:
        async with Server(answer(), cut, answer(b"again")) as server:
            http = Http(server.url)
            await http.get("/1")
            assert (await http.get("/2")).body == b"again"
            await http.close()

    asyncio.run(play())


def test_a_write_is_never_repeated_and_its_lost_answer_is_ambiguous() -> None:
    async def play(script: Handler) -> None:
        async with Server(script, answer()) as server:
            http = Http(server.url, deadline=0.5)
            with pytest.raises(Ambiguous):
                await http.send("POST", "/x", json_body={})
            assert len(server.heads) == 1

    for script in (cut, half, silent):
        asyncio.run(play(script))


def test_writes_use_a_fresh_connection_each() -> None:
    async def play() -> None:
        ports = set()

        async def note(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            ports.add(writer.get_extra_info("peername")[1])
            writer.write(answer())
            await writer.drain()

        async with Server(note, note) as server:
            http = Http(server.url)
            await http.send("POST", "/1", json_body={})
            await http.send("POST", "/2", json_body={})
        assert len(ports) == 2

    asyncio.run(play())


def test_nothing_was_sent_when_there_was_no_connection() -> None:
    async def play() -> None:
        async with Server() as server:
            url = server.url
        with pytest.raises(Unreachable, match=r"127\.0\.0\.1 could not be reached"):
            await Http(url).send("POST", "/x", json_body={})
        with pytest.raises(Unreachable):
            await Http(url).get("/x")
        with pytest.raises(Unreachable):
            await Http("https://name.invalid").get("/x")

    asyncio.run(play())


@pytest.mark.parametrize("script", [cut, half, silent])
def test_a_read_that_breaks_is_to_be_tried_later(script: Handler) -> None:
    async def play() -> None:
        async with Server(script, script, script) as server:
            http = Http(server.url, deadline=0.5)
            with pytest.raises(RetryAt):
                await http.get("/x")
            await http.close()

    asyncio.run(play())


@pytest.mark.parametrize("packed", [False, True])
def test_a_body_has_a_cap(packed: bool) -> None:
    body = b" " * (BODY_CAP + 1)
    script = answer(gzip.compress(body), "200 OK", "content-encoding: gzip") if packed else answer(body)

    async def play() -> None:
        async with Server(script) as server:
            http = Http(server.url)
            with pytest.raises(RetryAt, match="larger"):
                await http.get("/x")
            await http.close()

    asyncio.run(play())


@pytest.mark.parametrize("size", [0, 1, (1 << 18) - 1, 1 << 18, (1 << 18) + 1, 1 << 20, BODY_CAP])
def test_a_packed_body_of_any_size_is_whole(size: int) -> None:
    body = (b"0123456789abcdef" * (size // 16 + 1))[:size]

    async def play() -> None:
        async with Server(answer(gzip.compress(body), "200 OK", "content-encoding: gzip")) as server:
            http = Http(server.url)
            assert (await http.get("/x")).body == body
            await http.close()

    asyncio.run(play())


@pytest.mark.parametrize("packed", [False, True])
def test_the_error_of_a_large_body_does_not_keep_it(packed: bool) -> None:
    body = b" " * (2 * BODY_CAP)

    async def play() -> None:
        headers = ("content-encoding: gzip",) if packed else ()
        async with Server(answer(gzip.compress(body) if packed else body, "200 OK", *headers)) as server:
            http = Http(server.url)
            with pytest.raises(RetryAt) as caught:
                await http.get("/x")
            await http.close()
        error: BaseException | None = caught.value
        kept = 0
        while error is not None:
            for frame, _ in traceback.walk_tb(error.__traceback__):
                local = frame.f_locals.values()
                kept += sum(
                    len(one) for one in local if isinstance(one, (bytes, bytearray)) and one is not body
                )
            error = error.__cause__
        assert kept < 1 << 20

    asyncio.run(play())


def test_a_body_packed_twice_or_otherwise_is_not_unpacked() -> None:
    bomb = gzip.compress(gzip.compress(b" " * (8 * BODY_CAP)))

    async def play(packing: str) -> None:
        async with Server(answer(bomb, "200 OK", f"content-encoding: {packing}")) as server:
            http = Http(server.url)
            tracemalloc.start()
            with pytest.raises(RetryAt):
                await http.get("/x")
            _, most = tracemalloc.get_traced_memory()
            tracemalloc.stop()
            assert most < 3 * BODY_CAP
            await http.close()

    for packing in ("gzip, gzip", "br"):
        asyncio.run(play(packing))


def test_a_connection_that_broke_is_not_called_unreachable() -> None:
    async def play() -> None:
        async with Server(half, half) as server:
            http = Http(server.url)
            with pytest.raises(RetryAt, match="broke"):
                await http.get("/x")
            await http.close()

    asyncio.run(play())


def test_redirects_stay_on_the_origin() -> None:
    async def play() -> None:
        async with Server(answer()) as other:
            scripts = (
                answer(b"", "302 Found", "location: /there"),
                answer(b"there"),
                answer(b"", "302 Found", f"location: {other.url}/steal"),
                answer(b"", "302 Found", "location: http://name.invalid/"),
            )
            async with Server(*scripts) as server:
                http = Http(server.url)
                assert (await http.get("/x")).body == b"there"
                for _ in range(2):
                    with pytest.raises(RetryAt, match=r"sent convo on to"):
                        await http.get("/x", headers={"authorization": "t"})
                await http.close()
            assert other.heads == []

    asyncio.run(play())


def test_a_write_follows_no_redirect() -> None:
    async def play() -> None:
        async with Server(answer(b"", "307 Temporary Redirect", "location: /there"), answer()) as server:
            assert (await Http(server.url).send("POST", "/x", json_body={})).status == 307
            assert len(server.heads) == 1

    asyncio.run(play())


def test_another_origin_is_refused_unless_it_is_meant() -> None:
    async def play() -> None:
        async with Server(answer(b"other")) as other, Server() as server:
            http = Http(server.url)
            for refused in (f"{other.url}/next", "https://evil.example/next"):
                with pytest.raises(Refused, match="pointed to"):
                    await http.get(refused)
                with pytest.raises(Refused, match="pointed to"):
                    await http.send("POST", refused, json_body={})
            assert (await http.get(f"{other.url}/meant", other_origin=True)).body == b"other"
            await http.close()

    asyncio.run(play())


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org",
        "ftp://example.org",
        "example.org",
        "https://",
        "http://127.0.0.1:99999",
        "http://127.evil.example",
    ],
)
def test_what_is_no_safe_address(url: str) -> None:
    with pytest.raises(Refused):
        origin(url)


def test_loopback_needs_no_tls() -> None:
    assert origin("http://127.0.0.1:8080/x") == "http://127.0.0.1:8080"
    assert origin("http://[::1]/") == "http://[::1]:80"
    assert origin("https://Example.ORG") == "https://example.org:443"


@pytest.mark.parametrize(
    ("status", "write", "error"),
    [
        (401, False, SignInAgain),
        (403, True, Refused),
        (404, False, Missing),
        (410, False, Missing),
        (422, True, Refused),
        (429, True, RetryAt),
        (503, True, RetryAt),
        (500, False, RetryAt),
        (500, True, Ambiguous),
        (502, True, Ambiguous),
        (504, True, Ambiguous),
        (408, True, Ambiguous),
        (302, True, Refused),
    ],
)
def test_an_answer_is_classed(status: int, write: bool, error: type[Exception]) -> None:
    response = Response(status, {}, b'{"error":"no\\u001b[31m"}', "https://example.org/x")
    with pytest.raises(error) as caught:
        Http("https://example.org").raise_for(response, write=write)
    assert type(caught.value) is error
    assert str(caught.value) == 'example.org said: "no[31m"'


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "30"}, 30),
        ({"retry-after": "Fri, 20 Nov 2026 10:31:00 GMT"}, 60),
        ({"x-ratelimit-reset": "2026-11-20T10:35:00.000000Z"}, 300),
        ({"x-ratelimit-reset": str(int(NOW.timestamp()) + 90)}, 90),
        ({"ratelimit-reset": "45"}, 45),
        ({"ratelimit-reset": str(int(NOW.timestamp() + 10) * 1000)}, 10),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "0"}, 1),
        ({"retry-after": "999999999"}, 86400),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "nan"}, None),
        ({"x-ratelimit-reset": "2020-01-01T00:00:00Z"}, 1),
        ({}, None),
    ],
)
def test_when_to_try_again(headers: dict[str, str], seconds: int | None) -> None:
    expected = None if seconds is None else NOW + timedelta(seconds=seconds)
    assert retry_time(headers, NOW) == expected


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"error":"InvalidToken","message":"Bad token"}', "Bad token"),
        (b'{"error":{"message":"deep"}}', "deep"),
        (b"<html><h1>502</h1>", ""),
        (b"plain words", "plain words"),
        (b"\xff\xfe", "\ufffd\ufffd"),
        (b"[" * 100_000, "[" * 299 + "…"),
        (b"[1]", ""),
        (b"", ""),
    ],
)
def test_what_a_server_said(body: bytes, words: str) -> None:
    assert server_words(body) == words
