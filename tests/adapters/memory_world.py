"""The conformance suite's world over the reference adapter's memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import regex

from convo.adapters.contract import Adapter, Ambiguous, Refused, RetryAt, Verb
from convo.adapters.http import Http, retry_time
from convo.adapters.memory import MemoryAdapter, Traits, factory
from convo.adapters.memory import World as Memory
from convo.clock import HandClock
from convo.config import AccountConfig
from convo.model import Message, Person, Visibility
from convo.testing import Said, Standing, Trouble, Where
from convo.text import shorten
from tests.adapters.credential import Kept
from tests.adapters.mutants import mutated

START = datetime(2026, 11, 20, 12, tzinfo=timezone.utc)
_VERBS = frozenset(Verb) - {Verb.ATTACH}
"""Memory takes files and shows none."""
_CUTS = (Trouble.STALLED, Trouble.CUT_BEFORE, Trouble.CUT_HEADERS, Trouble.CUT_BODY, Trouble.BROKEN)


class MemoryWorld:
    """One server in memory with the user and people."""

    beside = 0
    page_size = 5
    lookup_size = 40
    warning = "food"
    secrets = ("token",)

    def __init__(self, **traits: Any) -> None:
        self.clock = HandClock(START)
        self.memory = Memory(self.clock)
        settings = {"page_size": self.page_size, "settle": timedelta(seconds=5), "verbs": _VERBS, **traits}
        self.server = self.memory.server("one.example", traits=Traits(**settings))
        self.answers = Verb.ANSWER in self.server.traits.verbs
        self.people: dict[str, Person] = {}
        self.person = self.who("me")
        self.me = self.person.uid
        self.memory.sign_in(self.server, self.person, "token")
        self.credential = Kept("token")
        self._hooks: list[Callable[[], object]] = []
        self.server.after_page = self._served
        self._http = Http("https://one.example")

    def who(self, name: str) -> Person:
        if name not in self.people:
            self.people[name] = self.memory.person(self.server, name)
        return self.people[name]

    def now(self) -> datetime:
        return self.clock.now()

    def pass_time(self, seconds: float) -> None:
        self.clock.step(seconds)

    def adapter(self, facts: str = "{}", *, deadline: float = 20.0) -> Adapter:
        account = AccountConfig("one", "memory", url="https://one.example", user="me")
        made: MemoryAdapter = factory(self.memory)(account, self._http, self.credential, facts)
        adapter: Adapter = mutated(made, self._http, self.credential)
        return adapter

    async def close(self) -> None:
        pass

    def uid(self, name: str) -> str:
        return self.who(name).uid

    def _said(self, message: Message) -> Said:
        self.clock.step(1)
        return Said(message.uri, message.text, message.author.uid)

    def someone_posts(self, text: str, *, by: str = "ana", at: datetime | None = None) -> Said:
        return self._said(self.memory.write(self.server, self.who(by), text, at=at))

    def someone_mentions_me(
        self,
        text: str,
        *,
        by: str = "ana",
        at: datetime | None = None,
        stated: datetime | None = None,
        naming: Sequence[str] = (),
        visibility: Visibility = Visibility.PUBLIC,
        content_warning: str = "",
    ) -> Said:
        names = [self.person, *(self.who(name) for name in naming)]
        how = {"visibility": visibility, "content_warning": content_warning, "at": stated or at}
        return self._said(self.memory.write(self.server, self.who(by), text, names=names, **how))  # type: ignore[arg-type]

    def someone_replies(
        self, to: Said, text: str, *, by: str = "ana", naming_me: bool = True, at: datetime | None = None
    ) -> Said:
        leading = (self.person,) if naming_me else ()
        written = self.memory.write(self.server, self.who(by), text, to=to.uri, at=at, leading=leading)
        return self._said(written)

    def someone_quotes(self, what: Said, text: str, *, by: str = "ana") -> Said | None:
        quoted = self.memory.posts[what.uri].message
        return self._said(self.memory.write(self.server, self.who(by), text, quote=quoted))

    def someone_writes_directly(self, text: str, *, by: str = "ana") -> Said | None:
        return self.someone_mentions_me(text, by=by, visibility=Visibility.DIRECT)

    def i_post(self, text: str, *, at: datetime | None = None) -> Said:
        said = self._said(self.memory.write(self.server, self.person, text, at=at))
        self.clock.step(6)
        return said

    def i_answer_elsewhere(self, to: Said, text: str) -> Said:
        said = self._said(self.memory.write(self.server, self.person, text, to=to.uri))
        self.clock.step(6)
        return said

    def edit(self, said: Said, text: str) -> bool:
        self.memory.edit(said.uri, text)
        return True

    def delete(self, said: Said) -> None:
        self.memory.delete(said.uri)

    def standing(self) -> list[Standing]:
        return [
            Standing(
                m.uri,
                m.parent_uri,
                m.text,
                m.visibility,
                m.content_warning,
                m.language,
                frozenset(mention.uid for mention in m.mentions),
                tuple(attachment.alt for attachment in m.attachments),
            )
            for m in self.memory.by(self.me)
        ]

    def counted(self, to: Said, text: str, content_warning: str) -> tuple[int, int] | None:
        limit = self.server.traits.limit
        return (len(regex.findall(r"\X", text + content_warning)), limit) if limit else None

    def lock(self, said: Said) -> bool:
        return False

    def leave_out(self, way: int) -> bool:
        if way:
            return False
        self.server.malformed.add(self.server.incoming[self.me][-1].uri)
        return True

    def infect(self, text: str, *, ids: bool = False) -> bool:
        if ids:
            return False
        for post in self.memory.posts.values():
            message, author = post.message, post.message.author
            if author.uid != self.me:
                post.message = replace(
                    message,
                    text=message.text + text,
                    title=message.title + text,
                    content_warning=text,
                    author=replace(author, name=author.name + text),
                )
        return True

    def while_reading(self, act: Callable[[], object]) -> None:
        self._hooks.append(act)

    def _served(self, channel: str) -> None:
        if channel == "mentions" and self._hooks:
            self._hooks.pop(0)()

    def trouble(
        self,
        kind: Trouble,
        *,
        where: Where = Where.READ,
        done: bool = False,
        times: int = 1,
        header: tuple[str, str] = ("", ""),
        words: str = "simulated",
    ) -> bool:
        said = f'one.example said: "{shorten(words, 200)}"'
        error: Exception
        if kind is Trouble.UNREACHABLE:
            self.server.down = said
            return True
        if kind is Trouble.RATE_LIMITED:
            error = RetryAt(said, retry_time(dict([header]), self.now()))
        elif kind in (Trouble.REFUSED, Trouble.FORBIDDEN):
            error = Refused(said)
        elif kind is Trouble.DOWN or (kind in _CUTS and where is not Where.ANSWER):
            error = RetryAt(said)
        elif kind in _CUTS:
            error = Ambiguous(said)
        else:
            return False
        verbs = {Where.READ: ["fetch:mentions"], Where.ANSWER: ["answer"], Where.FIND: ["find", "fetch:own"]}
        for verb in verbs[where]:
            self.server.expect(verb, error, moment="done" if done else "before", times=times)
        return True

    def calm(self) -> None:
        self.server.mishaps.clear()
        self.server.down = ""

    def expire(self) -> bool | None:
        return None

    def revoke(self) -> None:
        self.server.tokens.clear()

    def requests(self) -> int:
        return len(self.server.log)

    def logins(self) -> tuple[int, int]:
        return 0, 0

    def leaks(self) -> list[str]:
        return []

    def writes(self) -> list[tuple[bytes, bool]]:
        return []

    def read_mark(self, said: Said) -> bool | None:
        marked = self.memory.posts.get(self.server.read.get(self.me, ""))
        return marked is not None and self.memory.posts[said.uri].number <= marked.number

    def thread_muted(self, said: Said) -> bool | None:
        return said.uri in self.server.muted_threads.get(self.me, set())

    def hidden(self) -> set[str]:
        return set(self.server.hidden.get(self.me, set()))
