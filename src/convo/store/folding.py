"""The facts of a thread in which several messages are one to the user, with each of these made one fact. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from convo.store.twins import Twin
from convo.waiting import Fact


def fold(facts: Mapping[int, Fact], twins: Sequence[Twin]) -> list[Fact]:
    """The facts of a thread, by number, with those that are one made into one.

    Under the shown one's URI stands what the original says; it speaks to the user, is done, or is hidden when any
    of them is. Who wrote a copy is, all over the thread, who wrote its original.
    """
    groups: dict[int, list[int]] = {}
    for twin in twins:
        if {*twin} <= facts.keys():
            groups.setdefault(twin.shown_id, [twin.original_id, twin.shown_id]).append(twin.message_id)
    there = {fact.uri for fact in facts.values()}
    uris: dict[str, str] = {}
    persons: dict[int, int] = {}
    rest = dict(facts)
    for shown_id, ids in groups.items():
        same = [facts[id_] for id_ in dict.fromkeys(ids)]
        uri, author = facts[shown_id].uri, same[0].author
        uris.update(dict.fromkeys((one.uri for one in same), uri))
        persons.update({one.author: author for one in same if one.author != author})
        for id_ in ids:
            rest.pop(id_, None)
        rest[shown_id] = _one(uri, same, there)
    return [
        replace(
            fact,
            parent=uris.get(fact.parent, fact.parent),
            author=persons.get(fact.author, fact.author),
            names=tuple(persons.get(name, name) for name in fact.names),
        )
        for fact in rest.values()
    ]


def _one(uri: str, same: Sequence[Fact], there: Collection[str]) -> Fact:
    """One fact of several, the original first; `there` are the URIs of the thread."""
    original = same[0]
    speaking = [one for one in same if one.addressed is not None]
    said = speaking[0] if speaking else original
    marks = [one for one in same if one.done_at is not None]
    arrivals = [one.done_arrival for one in marks if one.done_arrival is not None]
    return replace(
        original,
        uri=uri,
        parent=next((one.parent for one in same if one.parent in there), original.parent),
        since=min(one.since for one in same),
        arrival=min(one.arrival for one in speaking or same),
        addressed=said.addressed,
        addressed_at=said.addressed_at,
        thanks=said.thanks,
        quiet=said.quiet if all(one.quiet for one in speaking) else "",
        names=tuple(dict.fromkeys(name for one in same for name in one.names)),
        held=any(one.held for one in same),
        history=all(one.history for one in same),
        hidden=any(one.hidden for one in same),
        review=any(one.review for one in same),
        done_at=max((one.done_at for one in marks if one.done_at is not None), default=None),
        done_arrival=max(arrivals) if arrivals and len(arrivals) == len(marks) else None,
    )
