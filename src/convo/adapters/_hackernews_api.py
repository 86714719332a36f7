"""The two ways to read Hacker News: Firebase item by item, and Algolia's search. Nobody signs in."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from urllib.parse import quote, urlsplit

from msgspec import Raw, Struct

from convo.adapters import _hackernews_wire as wire
from convo.adapters._keeping import kept, written
from convo.adapters.contract import Identity, Refused, RetryAt
from convo.adapters.http import Http
from convo.adapters.wire import decode
from convo.config import AccountConfig
from convo.model import Person
from convo.text import one_line

PLATFORM = "hackernews"
FIREBASE = "https://hacker-news.firebaseio.com"
SEARCH = "https://hn.algolia.com"
SITE = "https://news.ycombinator.com"
"""What people and items are named by, wherever they are read."""
_AT_ONCE = 5


class Facts(Struct):
    """Who the account is, kept as JSON."""

    user: str = ""

    @property
    def uid(self) -> str:
        """The account's own person."""
        return person(self.user).uid


def facts_of(text: str) -> Facts:
    """Stored facts; empty ones when there are none yet."""
    return kept(text, Facts)


def person(name: str) -> Person:
    """Somebody by the name, which never changes and in which the case of letters counts."""
    handle = one_line(name)
    address = f"{SITE}/user?id={quote(handle)}"
    return Person(PLATFORM, address, handle, "", address)


class Api:
    """Requests of one account. There is no credential: everybody reads the same."""

    def __init__(self, http: Http, account: AccountConfig, facts: Facts) -> None:
        self.http = http
        self.facts = facts
        self.search_base = (account.options.get("search") or SEARCH).rstrip("/")
        self._user = account.user.strip()
        self._gate = asyncio.Semaphore(_AT_ONCE)

    async def identify(self) -> Identity:
        """Whether there is a user of this name: one request. Raises Refused when there is none."""
        if not self._user:
            raise Refused('The config must say who you are there:  user = "your user name"')
        if await self.user() is None:
            raise Refused(
                f'Hacker News shows no user "{one_line(self._user)}". The case of letters counts, and who never wrote '
                "anything is not shown."
            )
        self.facts = Facts(one_line(self._user))
        return Identity(person(self._user), written(self.facts))

    async def user(self) -> wire.User | None:
        """The account's user; None when there is none."""
        response = await self.http.get(f"{self.http.base}/v0/user/{quote(self._user, safe='')}.json")
        self.http.raise_for(response)
        return decode(response, wire.User | None)  # type: ignore[arg-type]

    async def known(self) -> Facts:
        """The facts, asked for when nothing is stored yet."""
        if not self.facts.user:
            await self.identify()
        return self.facts

    async def item(self, number: int) -> wire.Item | None:
        """An item; None where it has not arrived everywhere yet, or never was."""
        async with self._gate:
            response = await self.http.get(f"{self.http.base}/v0/item/{number}.json")
        self.http.raise_for(response)
        return decode(response, wire.Item | None)  # type: ignore[arg-type]

    async def items(self, numbers: Iterable[int]) -> tuple[dict[int, wire.Item], list[int]]:
        """Items by number, and the numbers of those that could not be had now. Raises RetryAt when none could."""
        wanted = list(dict.fromkeys(numbers))
        answers = await asyncio.gather(*(self.item(one) for one in wanted), return_exceptions=True)
        found: dict[int, wire.Item] = {}
        failed: list[int] = []
        for number, answer in zip(wanted, answers, strict=True):
            if isinstance(answer, RetryAt) or answer is None:
                failed.append(number)
            elif isinstance(answer, BaseException):
                raise answer
            elif answer.id == number:
                found[number] = answer
        errors = [answer for answer in answers if isinstance(answer, RetryAt)]
        if errors and not found:
            raise errors[0]
        return found, failed

    async def search(self, tags: Sequence[str], after: int, before: int, size: int) -> list[Raw]:
        """What the search has under any of these tags in a span of time (seconds, both ends left out), newest first.

        The search gives a thousand of one query at most, whatever page is asked for: whoever wants more asks for an
        earlier span.
        """
        span = f"created_at_i>{after}" + (f",created_at_i<{before}" if before else "")
        params = [("tags", f"({','.join(tags)})"), ("numericFilters", span), ("hitsPerPage", str(size))]
        address = f"{self.search_base}/api/v1/search_by_date"
        response = await self.http.get(address, params=params, other_origin=True)
        self.http.raise_for(response)
        return decode(response, wire.Hits).hits

    @property
    def search_host(self) -> str:
        """The search's name, for sentences."""
        return urlsplit(self.search_base).hostname or self.search_base
