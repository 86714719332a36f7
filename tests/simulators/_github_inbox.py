"""Who is notified of what on a simulated GitHub, and why: threads whose reason sticks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from tests.simulators._github_entities import Commit, Discussion, Issue, Place, Thread, User, Words
from tests.simulators._github_quirks import Quirks

_CODE = re.compile(r"```.*?(?:```|\Z)|~~~.*?(?:~~~|\Z)|`[^`\n]*`", re.S)
_NAME = re.compile(r"(?<![\w/@.-])@([A-Za-z\d](?:[A-Za-z\d-]*[A-Za-z\d])?)(?![\w-])")


def named(body: str) -> list[str]:
    """The logins that a body mentions, lower case, code left out; a mention in a quote counts, as on GitHub."""
    return list(dict.fromkeys(name.lower() for name in _NAME.findall(_CODE.sub(" ", body))))


class Inbox:
    """Everybody's notifications."""

    def __init__(self, quirks: Quirks, users: dict[int, User]) -> None:
        self.quirks = quirks
        self.users = users
        self.threads: list[Thread] = []
        self._last = 7_258_000_000

    def of(self, user: User, place: Place | None = None) -> list[Thread]:
        """A user's threads, or the one about a place, newest first."""
        found = [one for one in self.threads if one.user is user and place in (None, one.subject)]
        return sorted(found, key=lambda one: (one.updated_at, one.id), reverse=True)

    def listed(self, user: User, every: bool) -> list[Thread]:
        """What the list has: unread ones or all; what was deleted, or is out of sight, is not there."""
        found = []
        for thread in self.of(user):
            gone = isinstance(thread.subject, Words) and thread.subject.deleted
            hidden = thread.repo.owner.login in self.quirks.sso_organisations
            if (
                (every or (thread.unread and not thread.done))
                and not gone
                and not hidden
                and thread.repo.sees(user)
            ):
                found.append(thread)
        return found[: self.quirks.retention or None]

    def tell(self, place: Place, actor: User | None, latest: Any, at: datetime, body: str = "") -> None:
        """Something happened: move the threads of everybody whom it concerns."""
        names = named(body)
        for user in list(self.users.values()):
            if user.type == "Organization" or user.gone:
                continue
            reason = self._reason(user, place, names)
            if user is actor:
                self._own(user, place, latest, at)
            elif reason and not (actor and actor.id in user.blocked):
                self.move(user, place, reason, latest, at, again=user.login.lower() in names)

    def _own(self, user: User, place: Place, latest: Any, at: datetime) -> None:
        for thread in self.of(user, place):
            thread.unread = False
            thread.last_read_at = at
            if self.quirks.own_updates:
                thread.updated_at = max(thread.updated_at, at)
                thread.latest = latest

    def _reason(self, user: User, place: Place, names: Iterable[str]) -> str:
        """Why a user hears of it, "" when not."""
        if user.login.lower() in names and place.repo.sees(user):
            return "mention"
        if isinstance(place, (Issue, Discussion, Commit)):
            if place.author is user:
                return "author"
            if user in took_part(place):
                return "comment"
        known = next((one for one in self.threads if one.user is user and one.subject is place), None)
        if known is not None:
            return known.reason
        return "subscribed" if user.id in place.repo.watchers else ""

    def move(
        self, user: User, place: Place, reason: str, latest: Any, at: datetime, *, again: bool = False
    ) -> Thread | None:
        """Make a thread, or move it; an unsubscribed one comes back only with a mention (`again`)."""
        thread = next((one for one in self.threads if one.user is user and one.subject is place), None)
        if thread is None:
            self._last += 1
            thread = Thread(self._last, user, place.repo, place, reason, at)
            self.threads.append(thread)
        elif thread.ignored or not (thread.subscribed or again):
            return None
        if thread.reason != "mention":
            thread.reason = reason
        thread.subscribed = True
        thread.unread, thread.done, thread.latest = True, False, latest
        if self.quirks.moving:
            thread.updated_at = max(thread.updated_at, at)
        return thread


def took_part(place: Issue | Discussion | Commit) -> set[User | None]:
    """Who said something there."""
    return {one.author for one in said_in(place)}


def said_in(place: Issue | Discussion | Commit) -> Iterator[Words]:
    """Everything that is said there, the body first."""
    if not isinstance(place, Commit):
        yield place
    yield from place.comments
    if isinstance(place, Issue):
        yield from place.reviews
        for thread in place.threads:
            yield from thread.comments
