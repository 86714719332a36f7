"""A simulated GitHub's search: words and qualifiers, over issues, pull requests and discussions."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from tests.simulators._github_entities import Discussion, Issue, User, stamp
from tests.simulators._github_inbox import named, took_part
from tests.simulators._github_state import Forge

_PART = re.compile(r'(-?)(?:([a-z-]+):)?("[^"]*"|\S+)')
Test = Callable[[Any], bool]


def _range(value: str, at: datetime) -> bool:
    """Whether a time is in a range such as `>=2026-11-20`, `a..b` or a day."""
    text = stamp(at)
    first, _, last = value.partition("..")
    if last:
        return (first == "*" or text >= first) and (last == "*" or text[: len(last)] <= last)
    found = re.match(r"(>=|<=|>|<)?(.*)", value)
    assert found
    sign, wanted = found[1] or "", found[2].replace("+00:00", "Z")
    cut = text[: len(wanted)]
    signs = {
        ">=": cut >= wanted,
        "<=": cut <= wanted,
        ">": cut > wanted,
        "<": cut < wanted,
        "": cut == wanted,
    }
    return signs[sign]


def _not(test: Test) -> Test:
    return lambda one: not test(one)


class Query:
    """One query's words and qualifiers."""

    def __init__(self, query: str, me: User | None) -> None:
        self.me = me
        self.words: list[str] = []
        self.tests: list[Test] = []
        self.title_only = "in:title" in query
        self.newest = "created_at" if "sort:created" in query else "updated_at"
        self.ascending = bool(re.search(r"sort:\w+-asc", query))
        for minus, name, value in _PART.findall(query):
            self._add(minus, name, value.strip('"'))

    def _add(self, minus: str, name: str, value: str) -> None:
        if not name:
            self.words += re.findall(r"\w+", value.lower())
            return
        if name in ("in", "sort"):
            return
        made = self._qualifier(name, self._login(value), value)
        if made is not None:
            self.tests.append(_not(made) if minus else made)

    def _login(self, value: str) -> str:
        login = self.me.login if value == "@me" and self.me else value
        return login.lower().lstrip("@")

    def _qualifier(self, name: str, login: str, value: str) -> Test | None:
        def by(one: Any) -> bool:
            return one.author is not None and one.author.login.lower() == login

        def commented(one: Any) -> bool:
            return any(c.author is not None and c.author.login.lower() == login for c in one.comments)

        def mentions(one: Any) -> bool:
            return any(login in named(words.body) for words in (one, *one.comments))

        def took(one: Any) -> bool:
            return any(user is not None and user.login.lower() == login for user in took_part(one))

        known: dict[str, Test] = {
            "repo": lambda one: one.repo.full_name.lower() == login or login in one.repo.former,
            "user": lambda one: one.repo.owner.login.lower() == login,
            "org": lambda one: one.repo.owner.login.lower() == login,
            "author": by,
            "commenter": commented,
            "mentions": mentions,
            "involves": lambda one: took(one) or mentions(one),
            "updated": lambda one: _range(value, one.updated_at),
            "created": lambda one: _range(value, one.created_at),
            "is": lambda one: self._is(one, login),
            "type": lambda one: self._is(one, login),
            "state": lambda one: self._is(one, login),
        }
        return known.get(name)

    def _is(self, one: Any, value: str) -> bool:
        if value in ("issue", "pr"):
            return isinstance(one, Issue) and one.pull is (value == "pr")
        if value in ("open", "closed"):
            return getattr(one, "state", "open") == value
        return value != "private" or bool(one.repo.private)

    def takes(self, one: Issue | Discussion) -> bool:
        """Whether something is found."""
        said = [one.title] if self.title_only else [one.title, one.body, *(c.body for c in one.comments)]
        text = set(re.findall(r"\w+", " ".join(said).lower()))
        return all(word in text for word in self.words) and all(test(one) for test in self.tests)


def _found(forge: Forge, query: Query, every: list[Any]) -> list[Any]:
    lag = forge.clock.now() - timedelta(seconds=forge.quirks.search_lag)
    there = [
        one
        for one in every
        if not one.deleted and one.created_at <= lag and one.repo.sees(query.me) and query.takes(one)
    ]
    return sorted(there, key=lambda one: (getattr(one, query.newest), one.id), reverse=not query.ascending)


def search_issues(forge: Forge, me: User | None, query: str) -> list[Issue]:
    """Issues and pull requests, the newest first."""
    return _found(forge, Query(query, me), list(forge.issues.values()))


def search_discussions(forge: Forge, me: User | None, query: str) -> list[Discussion]:
    """Discussions, the newest first."""
    return _found(forge, Query(query, me), list(forge.discussions.values()))
