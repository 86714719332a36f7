"""Simulated servers that can be put back to an earlier state, each with its way to treat a repeated answer."""

from __future__ import annotations

import copy
import dataclasses
import re
from collections.abc import Iterable
from datetime import datetime, timedelta, timezone
from typing import Any

from convo.clock import HandClock
from convo.testing import Said
from tests.adapters.bluesky_world import BlueskyWorld
from tests.adapters.discourse_world import DiscourseWorld
from tests.adapters.github_world import EnterpriseWorld
from tests.adapters.lemmy_world import LemmyWorld
from tests.adapters.mastodon_world import MastodonWorld
from tests.simulators._lemmy_state import Post
from tests.simulators.messages import Answer, Request
from tests.simulators.server import Platform

PEOPLE = ("ana", "ben", "cleo", "dora")


class Running(HandClock):
    """The machine's clock, put ahead by what it was stepped."""

    def __init__(self) -> None:
        super().__init__(datetime.now(timezone.utc))
        self.ahead = timedelta(0)

    def now(self) -> datetime:
        return datetime.now(timezone.utc) + self.ahead

    def step(self, seconds: float) -> None:
        self.ahead += timedelta(seconds=seconds)


class ShortPages:
    """A platform whose lists have at most so many items a page, as many servers' have."""

    def __init__(self, platform: Platform, most: int) -> None:
        self.platform = platform
        self.most = most

    def answer(self, request: Request) -> Answer:
        """The platform's answer to the request with a smaller limit."""
        target = re.sub(
            r"(?<=[?&]limit=)\d+", lambda found: str(min(int(found[0]), self.most)), request.target
        )
        return self.platform.answer(dataclasses.replace(request, target=target))


class Snapshot:
    """The state of some objects that refer to each other, apart from what stays (`fixed`)."""

    def __init__(self, objects: Iterable[Any], fixed: Iterable[Any]) -> None:
        self._objects = list(objects)
        self._fixed = [*self._objects, *fixed]
        self._states = self._copies([vars(one) for one in self._objects])

    def restore(self) -> None:
        """Put the objects back to that state."""
        for one, state in zip(self._objects, self._copies(self._states), strict=True):
            vars(one).clear()
            vars(one).update(state)

    def _copies(self, states: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return copy.deepcopy(states, {id(one): one for one in self._fixed})


class Fediverse(MastodonWorld):
    """A Mastodon-compatible server; `idempotency` is what it makes of a repeated key."""

    def __init__(self, kind: str = "mastodon", **changes: Any) -> None:
        super().__init__(kind, **changes)
        self.site.home.platform = ShortPages(self.server, 20)

    clock: Running

    @staticmethod
    def present() -> HandClock:
        return Running()

    def _tick(self) -> None:
        pass

    def snapshot(self) -> Snapshot:
        server = self.server
        return Snapshot(
            [self, server, server.instance, server.reads, server.writes, server.oauth],
            [self.clock, self.site, self.account, self.credential, server.quirks],
        )

    def i_answered(self, to: Said, text: str, at: datetime) -> Said:
        """The user answered with another client."""
        parent = self._of(to)
        return self._write("me", f"@{parent.account.acct} {text}", to=parent, at=at)

    def names_me(self, to: Said, text: str, by: str, at: datetime) -> Said:
        """Somebody names the user in an answer to somebody else."""
        return self.someone_replies(to, text, by=by, naming_me=True, at=at)


class Atmosphere(BlueskyWorld):
    """A Bluesky server."""

    def __init__(self, **changes: Any) -> None:
        super().__init__(**changes)
        self.site.home.platform = ShortPages(self.server, 20)

    clock: Running

    @staticmethod
    def present() -> HandClock:
        return Running()

    def _tick(self) -> None:
        pass

    def snapshot(self) -> Snapshot:
        server = self.server
        return Snapshot(
            [self, server, server.network, server.sessions, server.chat, server.appview, server.pds],
            [self.clock, self.site, self.account, self.credential, server.quirks],
        )

    def i_answered(self, to: Said, text: str, at: datetime) -> Said:
        """The user answered with another client."""
        return self._write("me", text, to=to, at=at)

    def names_me(self, to: Said, text: str, by: str, at: datetime) -> Said:
        """Somebody names the user in an answer to somebody else."""
        return self._write(by, text, to=to, naming=("me",), at=at)


class Workshop(EnterpriseWorld):
    """A GitHub Enterprise server: issues without a reply tree, answers without a key, absence after 30 seconds."""

    clock: Running

    @staticmethod
    def present() -> HandClock:
        return Running()

    def _tick(self) -> None:
        pass

    def snapshot(self) -> Snapshot:
        server = self.server
        parts = [
            server.forge,
            server.forge.inbox,
            server.forge.budget,
            server.login,
            server.reads,
            server.writes,
        ]
        return Snapshot(
            [self, server, self.breaking, server.notifications, server.graphql, *parts],
            [self.clock, self.site, self.account, self.credential, server.quirks],
        )

    def i_answered(self, to: Said, text: str, at: datetime) -> Said:
        """The user answered with another client."""
        return self.someone_replies(to, text, by="me", at=at)

    def names_me(self, to: Said, text: str, by: str, at: datetime) -> Said:
        """Somebody names the user in an answer to somebody else."""
        said = self.someone_replies(to, f"@me {text}", by=by, at=at)
        return Said(said.uri, text, said.uid)


class Forum(DiscourseWorld):
    """A Discourse: the same words are refused for five minutes, rows about one topic are folded."""

    clock: Running

    @staticmethod
    def present() -> HandClock:
        return Running()

    def _tick(self) -> None:
        pass

    def snapshot(self) -> Snapshot:
        server = self.server
        return Snapshot(
            [self, server, server.state, server.alerts, server.keys, server.reads, server.writes],
            [self.clock, self.site, self.account, self.credential, server.options, server.state.cook],
        )

    def i_answered(self, to: Said, text: str, at: datetime) -> Said:
        """The user answered with another client."""
        return self.someone_replies(to, text, by="me", at=at)

    def names_me(self, to: Said, text: str, by: str, at: datetime) -> Said:
        """Somebody names the user in an answer to somebody else."""
        said = self.someone_replies(to, f"@me {text}", by=by, at=at)
        return Said(said.uri, text, said.uid)


class Town(LemmyWorld):
    """A Lemmy: answers without a key, and one to an unknown comment stands at the top."""

    clock: Running

    def __init__(self, **options: Any) -> None:
        self._standing: dict[str, Post] = {}
        super().__init__(**options)

    def _post(self, by: str, text: str, at: datetime | None) -> Post:
        """One post of a title: what stands above a message is loaded for a few in each round only."""
        if text not in self._standing:
            self._standing[text] = super()._post(by, text, at)
        return self._standing[text]

    @staticmethod
    def present() -> HandClock:
        return Running()

    def _tick(self) -> None:
        pass

    def snapshot(self) -> Snapshot:
        server = self.server
        return Snapshot(
            [self, server, server.instance],
            [self.clock, self.site, self.account, self.credential, server.options, server._routes],
        )

    def i_answered(self, to: Said, text: str, at: datetime) -> Said:
        """The user answered with another client."""
        return self.someone_replies(to, text, by="me", naming_me=False, at=at)

    def names_me(self, to: Said, text: str, by: str, at: datetime) -> Said:
        """Somebody names the user in an answer to somebody else."""
        content = f"@me@{self.person_me.domain} {text}"
        return self._comment(by, content, *self._place(to), text=text, at=at)


def talk(place: Any, mentions: int = 36, own: int = 22) -> list[Said]:
    """Two months of talk; gives what was said to the user, oldest first."""
    now = place.now()
    said: list[Said] = []
    mine = [
        place.i_post(f"What I think of {n}", at=now - timedelta(days=13) + timedelta(hours=5 * n))
        for n in range(own)
    ]
    answered: list[Said] = []
    for n in range(mentions):
        at = now - timedelta(days=60) * (1 - n / mentions) ** 2 - timedelta(hours=1)
        by = PEOPLE[n % 4]
        if n % 8 == 5:
            post = place.someone_posts(f"I wonder, {n}", by=PEOPLE[(n + 1) % 4], at=at - timedelta(hours=1))
            said.append(place.names_me(post, f"Who knows {n}?", by, at))
        elif n % 3 == 0 and at > now - timedelta(days=7):
            said.append(place.someone_replies(mine[n % own], f"To your thought, number {n}?", by=by, at=at))
        elif n % 5 == 4 and answered:
            said.append(place.someone_replies(answered[-1], f"And one thing more, {n}", by=by, at=at))
        else:
            said.append(place.someone_mentions_me(f"What about number {n}?", by=by, at=at))
        if n % 7 == 6:
            answered.append(place.i_answered(said[-1], f"Good question, {n}", at + timedelta(minutes=30)))
    return said


def news(place: Any, said: list[Said]) -> list[Said]:
    """What happens after the first sync: people write, change and delete; the user answers on a phone."""
    now, count = place.now(), getattr(place, "most_new", 22)
    new = [
        place.someone_mentions_me(
            f"Something new, {n}: are you there?", by=PEOPLE[n % 4], at=now - timedelta(seconds=40 - n)
        )
        for n in range(count)
    ]
    for n in range(3):
        post = place.someone_posts(f"I wonder anew, {n}", by=PEOPLE[n], at=now - timedelta(seconds=12))
        new.append(
            place.names_me(post, f"Who knows now, {n}?", PEOPLE[n + 1], now - timedelta(seconds=9 - n))
        )
    place.edit(said[-1], "What I meant to say")
    place.delete(said[-3])
    place.i_answer_elsewhere(said[-2], "Answered from my phone")
    return new
