"""Work beside the work: calls that may hang, in threads that nothing waits for, and several requests at once."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from threading import Thread
from typing import Any, TypeVar

T = TypeVar("T")


async def aside(call: Callable[[], T], name: str) -> T:
    """What `call` gives, from a daemon thread; one that hangs is left behind when the caller is cancelled.

    The event loop's own threads (`asyncio.to_thread`) are waited for when the program ends.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[T] = loop.create_future()

    def tell(value: T | None, error: Exception | None) -> None:
        if answer.done():
            return
        if error is not None:
            answer.set_exception(error)
        else:
            answer.set_result(value)  # type: ignore[arg-type]

    def work() -> None:
        value, error = None, None
        try:
            value = call()
        except Exception as raised:
            error = raised
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(tell, value, error)

    Thread(target=work, daemon=True, name=name).start()
    return await answer


async def together(works: Iterable[Awaitable[T]]) -> list[T]:
    """The results of all, at once; the first error is raised when all have ended, so that none is left running."""
    found = await asyncio.gather(*works, return_exceptions=True)
    results = []
    for one in found:
        if isinstance(one, BaseException):
            raise one
        results.append(one)
    return results


class _Resolver:
    """Finds the addresses of names. A look-up hangs for as long as the system's resolver likes, often 30 s and more."""

    async def __call__(self, host: Any, port: Any, **how: int) -> Any:
        """As `loop.getaddrinfo`."""
        return await aside(lambda: socket.getaddrinfo(host, port, **how), "convo-resolver")


def resolve_aside() -> None:
    """Let the running loop look names up aside; what asks the loop (httpx does) needs not know."""
    loop = asyncio.get_running_loop()
    if not isinstance(loop.getaddrinfo, _Resolver):
        loop.getaddrinfo = _Resolver()  # type: ignore[method-assign]
