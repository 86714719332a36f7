"""Where on the web a person is: by their handle, their profile page and the links in their profile.

Two persons who share such a place may be one human. That is said, with the place, and nothing follows from it.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final
from urllib.parse import urlsplit

from convo.model import ProfileLink
from convo.store.words import fold
from convo.values import frozen

HANDLE, SERVER, PAGE, LINK, VERIFIED = "handle", "server", "page", "link", "verified"
LINKS: Final = frozenset((LINK, VERIFIED))
AT: Final = frozenset((HANDLE, PAGE))

SHARED_BY_MANY: Final = 6
"""A place that as many persons have says nothing about any two of them."""

_DOMAIN: Final = re.compile(r"(?:[\w-]+\.)+[^\W\d_]{2,}")


def of(handle: str, url: str) -> list[tuple[str, str]]:
    """The places that a handle and the address of a profile page stand for: (kind, place)."""
    word = handle.strip().lstrip("@").lower()
    name, _, host = word.partition("@")
    found = []
    if host and _DOMAIN.fullmatch(host):
        # @ana@lind.example is called like ana.lind.example, which some platforms take for a handle.
        found = [(HANDLE, f"{name}.{host}"), (SERVER, host)]
    elif _DOMAIN.fullmatch(word):
        found = [(HANDLE, word)]
    page = normal(url)
    return [*found, (PAGE, page)] if page else found


def of_links(links: Iterable[ProfileLink]) -> list[tuple[str, str]]:
    """The places that the links of a profile lead to; a page about a domain stands for the domain, too."""
    found = []
    for link in links:
        place = normal(link.url)
        kind = VERIFIED if link.verified else LINK
        about = place.rpartition("/")[2].lstrip("@")
        if place:
            found.append((kind, place))
        if about != place and _DOMAIN.fullmatch(about):
            found.append((kind, about))
    return found


def normal(url: str) -> str:
    """Host and path of a web address, "" for anything else."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return ""
    return parts.hostname.removeprefix("www.") + parts.path.rstrip("/")


def save(db: sqlite3.Connection, person_id: int, handle: str, url: str) -> None:
    """Write down the places of a person's handle and page in the stead of those before."""
    db.execute(
        "DELETE FROM place WHERE person_id = ? AND kind IN (?, ?, ?)", (person_id, HANDLE, SERVER, PAGE)
    )
    _insert(db, person_id, of(handle, url))


def save_new(db: sqlite3.Connection, persons: Iterable[tuple[int, str, str]]) -> None:
    """Write down the places of persons that are new: number, handle and page of each."""
    db.executemany(
        "INSERT INTO place VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        [(id_, kind, place) for id_, handle, url in persons for kind, place in of(handle, url)],
    )


def save_links(db: sqlite3.Connection, links: Mapping[int, Iterable[ProfileLink]]) -> None:
    """Write down the links of profiles, by person, where they changed; a profile without links says nothing."""
    told = {person_id: set(of_links(given)) for person_id, given in links.items()}
    told = {person_id: found for person_id, found in told.items() if found}
    if not told:
        return
    known: dict[int, set[tuple[str, str]]] = {}
    for person_id, kind, place in db.execute(
        "SELECT person_id, kind, place FROM place WHERE person_id IN (SELECT value FROM json_each(?))"
        " AND kind IN ('link', 'verified')",
        (json.dumps(sorted(told)),),
    ).fetchall():
        known.setdefault(person_id, set()).add((kind, place))
    for person_id, found in told.items():
        if found != known.get(person_id):
            db.execute("DELETE FROM place WHERE person_id = ? AND kind IN ('link', 'verified')", (person_id,))
            _insert(db, person_id, found)


def _insert(db: sqlite3.Connection, person_id: int, found: Iterable[tuple[str, str]]) -> None:
    db.executemany(
        "INSERT INTO place VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        [(person_id, kind, place) for kind, place in found],
    )


@frozen
class Evidence:
    """Why two persons may be one human. `kind`: each other, links, linked, handle, server, same link."""

    person_id: int
    other_id: int
    kind: str
    place: str
    verified: bool = False


KINDS: Final = ("each other", "links", "linked", "same link", "handle", "server")
"""The strongest first: one links to the other, both link to a third place, one name at one domain, one domain."""


def evidence(db: sqlite3.Connection, person_ids: Collection[int]) -> list[Evidence]:
    """For each of these persons, everybody else who shares a place with them, with the strongest sign of it."""
    best: dict[tuple[int, int], list[Evidence]] = {}
    rows = db.execute(
        "SELECT a.person_id, a.kind, a.place, b.person_id, b.kind, p.name, q.name, p.handle, q.handle"
        " FROM json_each(?) j CROSS JOIN place a ON a.person_id = j.value"
        " JOIN place b ON b.place = a.place AND b.person_id <> a.person_id"
        " JOIN person p ON p.id = a.person_id JOIN person q ON q.id = b.person_id AND NOT q.is_me"
        " WHERE (SELECT count(*) FROM (SELECT DISTINCT person_id FROM place WHERE place = a.place LIMIT ?)) < ?",
        (json.dumps(sorted(person_ids)), SHARED_BY_MANY, SHARED_BY_MANY),
    ).fetchall()
    for person_id, kind, place, other_id, other_kind, *called in rows:
        sign = _sign(kind, other_kind)
        if sign and _is_own(place, (kind, other_kind), called):
            verified = VERIFIED in (kind, other_kind)
            best.setdefault((person_id, other_id), []).append(
                Evidence(person_id, other_id, sign, place, verified)
            )
    return [_strongest(signs) for signs in best.values()]


def _is_own(place: str, kinds: tuple[str, str], called: Sequence[str]) -> bool:
    """Whether a place can be one human's own: a server, or what both link to, must have their name in it."""
    name, other_name, handle, other_handle = called
    if SERVER in kinds:
        return _speaks_of(place, name if kinds[0] == SERVER else other_name)
    if LINKS.issuperset(kinds) and VERIFIED not in kinds:
        return _speaks_of(place, f"{name} {handle}") and _speaks_of(place, f"{other_name} {other_handle}")
    return True


def _sign(kind: str, other: str) -> str:
    """What it means that a place of one is a place of the other, "" for nothing."""
    if kind in LINKS:
        return "same link" if other in LINKS else "links"
    if other in LINKS:
        return "linked"
    if kind == other == HANDLE:
        return "handle"
    return "server" if {kind, other} == {HANDLE, SERVER} else ""


def _speaks_of(place: str, names: str) -> bool:
    """Whether a place has a word of somebody's name in it."""
    folded = fold(place)
    return any(len(word) > 2 and word in folded for word in re.findall(r"\w+", fold(names)))


def _strongest(signs: list[Evidence]) -> Evidence:
    kinds = {sign.kind for sign in signs}
    first = min(signs, key=lambda sign: (KINDS.index(sign.kind), not sign.verified, sign.place))
    if {"links", "linked"} <= kinds:
        verified = all(any(s.verified for s in signs if s.kind == kind) for kind in ("links", "linked"))
        return Evidence(first.person_id, first.other_id, "each other", first.place, verified)
    return first
