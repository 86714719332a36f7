"""The way to Blogger: who the account is, and which blogs it looks after."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from msgspec import Struct

from convo.adapters import _blogger_wire as wire
from convo.adapters._google import Google
from convo.adapters._keeping import kept, written
from convo.adapters.contract import Identity, Refused
from convo.adapters.http import Http
from convo.adapters.wire import decode, each, web
from convo.aside import together
from convo.model import Person
from convo.text import one_line

PLATFORM = "blogger"
API = "https://blogger.googleapis.com"
SCOPE = "https://www.googleapis.com/auth/blogger"
_AT_ONCE = 5
_POST = [
    ("fetchBody", "false"),
    ("maxComments", "0"),
    ("fields", "id,title,url,published,readerComments,author"),
]


class Kept(Struct):
    """A blog of the account."""

    id: str
    name: str = ""
    url: str = ""


class Facts(Struct):
    """Who the account is and which blogs it has, kept as JSON."""

    id: str = ""
    name: str = ""
    url: str = ""
    blogs: list[Kept] = []

    @property
    def uid(self) -> str:
        """The account's own person."""
        return person_uid(self.id)


def facts_of(text: str) -> Facts:
    """Stored facts; empty ones when there are none yet."""
    return kept(text, Facts)


def person_uid(number: str) -> str:
    """A person by the number of the profile."""
    return f"https://www.blogger.com/profile/{one_line(number)}"


def me(facts: Facts) -> Person:
    """The account as a person."""
    return Person(PLATFORM, facts.uid, facts.name or facts.id, facts.name, facts.url or facts.uid)


class Api:
    """What is asked of Blogger for one account."""

    def __init__(self, google: Google, facts: Facts) -> None:
        self.google = google
        self.facts = facts
        self._posts: dict[str, wire.Post | None] = {}

    @property
    def http(self) -> Http:
        """The connections."""
        return self.google.http

    async def identify(self) -> Identity:
        """Who signed in and which blogs they write or look after: two requests."""
        who = decode(await self.google.get("/v3/users/self"), wire.User)
        blogs = decode(await self.google.get("/v3/users/self/blogs", [("view", "ADMIN")]), wire.Blogs)
        good, _ = each(blogs.items, wire.Blog, "Blog")
        self.facts = Facts(
            one_line(who.id),
            one_line(who.name or ""),
            web(who.url),
            [Kept(one_line(one.id), one_line(one.name or ""), web(one.url)) for one in good],
        )
        return Identity(me(self.facts), written(self.facts))

    async def known(self) -> Facts:
        """The facts, asked for when nothing is stored yet. Raises Refused for an account without a blog."""
        if not self.facts.id:
            await self.identify()
        if not self.facts.blogs:
            raise Refused("This Google account has no blog on Blogger.")
        return self.facts

    async def post(self, blog: str, number: str) -> wire.Post | None:
        """A post, asked for once as long as convo runs; None when it is gone."""
        if number not in self._posts:
            try:
                response = await self.google.get(f"/v3/blogs/{blog}/posts/{number}", _POST)
                self._posts[number] = decode(response, wire.Post)
            except Refused:
                self._posts[number] = None
        return self._posts[number]

    async def posts(self, wanted: Iterable[tuple[str, str]]) -> dict[str, wire.Post | None]:
        """Posts by number, a few at once."""
        gate = asyncio.Semaphore(_AT_ONCE)

        async def one(blog: str, number: str) -> tuple[str, wire.Post | None]:
            async with gate:
                return number, await self.post(blog, number)

        return dict(await together(one(*pair) for pair in dict.fromkeys(wanted)))
