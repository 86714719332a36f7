"""The one way to the network: origins, caps, deadlines, retry times and rate limits, for all adapters.

httpx is imported when the first request is made, never before the first frame of the inbox.
"""

from __future__ import annotations

import asyncio
import json
import ssl
import zlib
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from convo import __version__, points
from convo.adapters._origin import host_of, is_at, joined, origin
from convo.adapters._surrogates import mended
from convo.adapters.contract import Ambiguous, Missing, Refused, RetryAt, SignInAgain, Unreachable
from convo.aside import resolve_aside
from convo.text import parse_time, shorten
from convo.values import frozen

if TYPE_CHECKING:
    import httpx

BODY_CAP = 16 * 1024 * 1024
"""Bytes of an answer, after decompression."""
DEADLINE = 60.0
"""Seconds from the first try to connect until the last byte of the answer."""
LEAST_SECRET = 8
"""Characters of the shortest secret that is looked for in servers' words: shorter ones are words themselves."""
_REDIRECTS = 3
_GZIP = zlib.MAX_WBITS | 16
_PIECE = 1 << 18
"""Bytes that are unpacked at once."""


@frozen
class Response:
    """What a server answered; header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str

    @property
    def ok(self) -> bool:
        """Whether the status is one of success."""
        return 200 <= self.status < 300


def server_words(body: bytes) -> str:
    """What a server said of an error, cleaned and short; "" when it said nothing fit to show."""
    text = body[:8192].decode("utf-8", "replace")
    try:
        said = json.loads(body[:65536])
    except (ValueError, RecursionError):
        return "" if "<" in text[:200] else shorten(text, 300)
    if isinstance(said, dict):
        for name in ("error_description", "message", "error", "detail", "title"):
            value = said.get(name)
            if isinstance(value, str) and value:
                return shorten(value, 300)
            if isinstance(value, dict) and isinstance(value.get("message"), str):
                return shorten(value["message"], 300)
    return shorten(said, 300) if isinstance(said, str) else ""


def retry_time(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """When a server allows the next try: seconds, an HTTP date, an epoch, or ISO 8601; None if it says nothing.

    Never in the past and never more than a day ahead.
    """
    for name in ("retry-after", "x-ratelimit-reset", "ratelimit-reset", "x-rate-limit-reset"):
        value = headers.get(name, "").strip()
        when = _moment(value, now) if value else None
        if when is not None:
            return min(max(when, now + timedelta(seconds=1)), now + timedelta(days=1))
    return None


def _moment(value: str, now: datetime) -> datetime | None:
    try:
        number = float(value)
        if number < 0 or number != number:
            return None
        if number > 1e12:
            number /= 1000
        if number >= 1e9:
            return datetime.fromtimestamp(number, timezone.utc)
        return now + timedelta(seconds=min(number, 86400.0))
    except (ValueError, OverflowError, OSError):
        pass
    try:
        return parse_time(value)
    except ValueError:
        pass
    try:
        when = parsedate_to_datetime(value)
    except (TypeError, ValueError):
        return None
    return when if when.tzinfo else when.replace(tzinfo=timezone.utc)


@lru_cache(maxsize=4)
def _tls(ca_file: str) -> ssl.SSLContext:
    """What certificates are checked against. Raises Unreachable where the user's own authorities cannot be read."""
    context = ssl.create_default_context()
    try:
        if ca_file:
            context.load_verify_locations(ca_file)
    except OSError as error:
        why = shorten(error.strerror or str(error), 120)
        raise Unreachable(f"The authorities that ca_file names cannot be read: {ca_file} ({why}).") from error
    return context


class Http:
    """The requests of one account: its credential goes to its own origin and to no other.

    Reads share kept-alive connections. Writes use a fresh one each, so that a failure to connect proves
    that nothing was sent.
    """

    def __init__(self, base: str, *, proxy: str = "", ca_file: str = "", deadline: float = DEADLINE) -> None:
        self.base = base.rstrip("/")
        self.origin = origin(self.base)
        self.proxy = proxy
        self.ca_file = ca_file
        self.requests = 0
        self.skew = timedelta(0)
        """How far this machine's clock is ahead of the server's, from the last answer."""
        self.dated = False
        """Whether an answer said what time it is."""
        self._deadline = deadline
        self._hidden: set[str] = set()
        self._reader: httpx.AsyncClient | None = None

    def hide(self, secret: str) -> None:
        """Take this secret out of whatever servers say of errors."""
        self._hidden.add(secret)

    async def close(self) -> None:
        """Close kept-alive connections."""
        if self._reader is not None:
            await self._reader.aclose()
            self._reader = None

    async def get(
        self,
        url: str,
        *,
        params: Any = None,
        headers: Mapping[str, str] | None = None,
        other_origin: bool = False,
    ) -> Response:
        """Read. Redirects are followed on the same origin; a kept-alive connection that died is tried anew.

        Raises Unreachable or RetryAt, also where a redirect leads elsewhere: a hotel's network does that to everything,
        and what is asked for may be there all the same. Every status the server gives comes back as it is.
        """
        address = self._address(url, other_origin)
        home = origin(address)
        for _ in range(_REDIRECTS + 1):
            response = await self._read(address, params, headers or {})
            target = response.headers.get("location", "")
            if response.status not in (301, 302, 303, 307, 308) or not target:
                return response
            address, params = joined(address, target), None
            if not is_at(address, home):
                raise RetryAt(
                    f"{urlsplit(home).hostname} sent convo on to {host_of(address)}, which was not followed."
                )
        raise RetryAt(f"{urlsplit(home).hostname} sends convo round in circles.")

    async def send(
        self,
        method: str,
        url: str,
        *,
        json_body: Any = None,
        content: bytes | None = None,
        files: Any = None,
        data: Any = None,
        params: Any = None,
        headers: Mapping[str, str] | None = None,
        other_origin: bool = False,
    ) -> Response:
        """Write, once, on a fresh connection. Raises Unreachable when nothing was sent, Ambiguous after that.

        Redirects are not followed. Every status the server gives comes back as it is.
        """
        address = self._address(url, other_origin)
        httpx = _httpx()
        extra: dict[str, Any] = {"json": json_body} if json_body is not None else {}
        points.passed("http.before_send")
        try:
            async with self._client(keep=False) as client:
                request = client.build_request(
                    method,
                    address,
                    params=params,
                    content=content,
                    files=files,
                    data=data,
                    headers=dict(headers or {}),
                    **extra,
                )
                response = await asyncio.wait_for(self._exchange(client, request), self._deadline)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError) as error:
            raise Unreachable(self._words(address, error)) from error
        except (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL, asyncio.TimeoutError) as error:
            raise Ambiguous(self._words(address, error)) from error
        points.passed("http.after_answer")
        return response

    def raise_for(self, response: Response, *, write: bool = False) -> None:
        """Class an answer that is no success, the same way for every platform. Returns when it is one.

        An adapter first judges what its platform means differently.
        """
        if response.ok:
            return
        words = server_words(response.body)
        host = urlsplit(response.url).hostname or ""
        said = f'{host} said: "{words}"' if words else f"{host} answered with status {response.status}."
        status = response.status
        if status == 401:
            raise SignInAgain(said)
        if status in (404, 410):
            raise Missing(said)
        if status in (429, 503):
            raise RetryAt(said, self._retry_time(response))
        if status >= 500 or status == 408:
            if write:
                raise Ambiguous(said)
            raise RetryAt(said, self._retry_time(response))
        raise Refused(said)

    def _retry_time(self, response: Response) -> datetime | None:
        """The server's retry time on this machine's clock."""
        when = retry_time(response.headers, datetime.now(timezone.utc) - self.skew)
        return when + self.skew if when else None

    def _address(self, url: str, other_origin: bool) -> str:
        address = url if "://" in url else f"{self.base}/{url.lstrip('/')}"
        if not other_origin and origin(address) != self.origin:
            raise Refused(
                f"{urlsplit(self.base).hostname} pointed to {urlsplit(address).hostname}; convo does not go there."
            )
        if other_origin:
            origin(address)
        return address

    def _client(self, keep: bool) -> httpx.AsyncClient:
        httpx_module = _httpx()
        client: httpx.AsyncClient = httpx_module.AsyncClient(
            verify=_tls(self.ca_file),
            proxy=self.proxy or None,
            trust_env=False,
            follow_redirects=False,
            timeout=httpx_module.Timeout(30.0, connect=10.0, pool=5.0),
            limits=httpx_module.Limits(max_connections=8, max_keepalive_connections=4 if keep else 0),
            headers={"user-agent": f"convo-inbox/{__version__}", "accept-encoding": "gzip"},
        )
        return client

    async def _read(self, address: str, params: Any, headers: Mapping[str, str]) -> Response:
        httpx = _httpx()
        if self._reader is None:
            self._reader = self._client(keep=True)
        try:
            return await self._once(self._reader, address, params, headers)
        except (httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError):
            # A kept-alive connection died. Others may be in use by reads under way: they stay, this one goes anew.
            pass
        async with self._client(keep=False) as fresh:
            try:
                return await self._once(fresh, address, params, headers)
            except (httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError) as error:
                raise RetryAt(self._words(address, error)) from error

    async def _once(
        self, client: httpx.AsyncClient, address: str, params: Any, headers: Mapping[str, str]
    ) -> Response:
        """One try of a read. Raises Unreachable, RetryAt, or httpx's own error when the connection broke."""
        httpx = _httpx()
        request = client.build_request("GET", address, params=params, headers=dict(headers))
        try:
            return await asyncio.wait_for(self._exchange(client, request), self._deadline)
        except (httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError):
            raise
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError) as error:
            raise Unreachable(self._words(address, error)) from error
        except (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL, asyncio.TimeoutError) as error:
            raise RetryAt(self._words(address, error)) from error

    async def _exchange(self, client: httpx.AsyncClient, request: httpx.Request) -> Response:
        self.requests += 1
        resolve_aside()
        answer = await client.send(request, stream=True)
        points.passed("http.before_read")
        try:
            body = await self._body(answer)
        finally:
            await answer.aclose()
        if answer.status_code >= 400:
            body = self._without_secrets(body, request)
        headers = {name.lower(): value for name, value in answer.headers.items()}
        self._note_skew(headers.get("date", ""))
        return Response(answer.status_code, headers, mended(body), str(request.url))

    def _without_secrets(self, body: bytes, request: httpx.Request) -> bytes:
        """An error's body without the credential: some servers quote what they were sent, and their words are shown."""
        sent = request.headers.get("authorization", "").rpartition(" ")[2]
        for secret in (sent, *self._hidden):
            if len(secret) >= LEAST_SECRET:
                body = body.replace(secret.encode(), b"***")
        return body

    async def _body(self, answer: httpx.Response) -> bytes:
        """The body, unpacked as far as convo takes it (httpx unpacks whole chunks: packed twice, 2 KB fill 3 GB)."""
        httpx = _httpx()
        packed = answer.headers.get("content-encoding", "").strip().lower() or "identity"
        if packed not in ("identity", "gzip", "x-gzip"):
            raise httpx.DecodingError(
                f"the answer is packed as {shorten(packed, 40)}, which was not asked for"
            )
        unpack = None if packed == "identity" else zlib.decompressobj(_GZIP)
        body = bytearray()
        try:
            async for chunk in answer.aiter_raw(65536):
                for part in [chunk] if unpack is None else _unpacked(unpack, chunk):
                    body += part
                    if len(body) > BODY_CAP:
                        raise httpx.StreamError("the answer is larger than convo takes")
            return bytes(body)
        except zlib.error as error:
            raise httpx.DecodingError("the answer is not packed as it says") from error
        finally:
            body.clear()  # an error keeps its frames alive, and they would keep 16 MB

    def _note_skew(self, date: str) -> None:
        try:
            there = parsedate_to_datetime(date)
        except (TypeError, ValueError):
            return
        if there.tzinfo is not None:
            self.skew, self.dated = datetime.now(timezone.utc) - there, True

    def _words(self, address: str, error: BaseException) -> str:
        host = urlsplit(address).hostname or address
        detail = shorten(str(error), 160)
        text = detail.lower()
        if "certificate" in text or "ssl" in text:
            return f"The certificate of {host} was not accepted: {detail}"
        if isinstance(error, asyncio.TimeoutError) or "timeout" in type(error).__name__.lower():
            return f"{host} did not answer in time."
        if "name" in text and ("resol" in text or "known" in text):
            return f"{host} was not found; is the network there?"
        if type(error).__name__.startswith("Connect"):
            return f"{host} could not be reached."
        return f"The connection to {host} broke: {detail}" if detail else f"The connection to {host} broke."


def _unpacked(unpack: Any, chunk: bytes) -> Iterator[bytes]:
    """What a chunk holds, in pieces: a packed bomb is noticed before it is unpacked."""
    part = b""
    while chunk or len(part) == _PIECE:
        part = unpack.decompress(chunk, _PIECE)
        yield part
        chunk = unpack.unconsumed_tail


def _httpx() -> Any:
    import httpx

    return httpx
