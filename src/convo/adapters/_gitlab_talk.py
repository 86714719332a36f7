"""An issue or a merge request with its notes to messages: who answers whom, what was closed or resolved."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from convo.adapters import _gitlab_wire as wire
from convo.adapters._forge import Item, relate, several
from convo.adapters._gitlab_api import Api, Facts
from convo.adapters._gitlab_messages import (
    Place,
    Spot,
    learn,
    message_of,
    note_item,
    person_of,
    request_item,
    target_item,
)
from convo.adapters.contract import Missing
from convo.model import Message, Reason
from convo.text import one_line, parse_time

MOST = 1_000
"""Notes of one conversation that are read: the store keeps no more."""


@dataclass(slots=True)
class Talk:
    """What was said, oldest first, and in which discussion."""

    target: wire.Target
    root: Item
    items: list[Item] = field(default_factory=list)
    places: dict[str, Place] = field(default_factory=dict)
    skipped: list[str] = field(default_factory=list)
    partial: bool = False
    member: bool = False

    @property
    def names(self) -> set[str]:
        """Every name after an "@", in lower case; groups of groups are left out."""
        everything = (self.root, *self.items)
        return {name.lower() for item in everything for name in item.marked.names if "/" not in name}

    def messages(self, api: Api, todo: tuple[int, str] = (0, "")) -> list[Message]:
        """All of it as messages, the root first, with id and time of their to-do. The names must be known."""
        many = several([self.root, *(item for item in self.items if not item.branch)], api.facts.uid)
        made = []
        for item in (self.root, *self.items):
            place = self.places.get(item.uri, Place("target" if item is self.root else item.kind))
            inside = [one for one in self.items if item.branch and one.branch == item.branch]
            place.many = several(inside, api.facts.uid) if item.branch else many
            place.todo, place.seen = todo
            made.append(message_of(item, self.target, self.root, api, place, member=self.member))
        return made


async def read_talk(
    api: Api, spot: Spot, target: wire.Target | None = None, asks: Sequence[wire.Todo] = ()
) -> Talk | str:
    """Read an issue or merge request and its notes. A sentence where it cannot be read. Raises Missing."""
    if target is None:
        target = wire.sound(await api.get(spot.path), wire.Target)
    if target is None:
        return f"{spot.path} could not be read."
    try:
        root = target_item(target, spot.way, api.facts)
    except ValueError as error:
        return f"{spot.path} was left out: {error}."
    talk = Talk(target, root)
    raws, talk.partial = await api.listed(f"{spot.path}/discussions", most=MOST)
    discussions, talk.skipped = wire.each(raws, wire.Discussion, "Discussion")
    for discussion in discussions:
        _add(talk, discussion, api.facts)
    for todo in asks:
        try:
            by = person_of(todo.author, api.base)
            item = request_item(todo.id, by, todo.created_at, target, root, api.facts)
            asked = (by.uid, by.handle, by.name, by.url)
            talk.places[item.uri] = Place("request", by=asked, at=one_line(todo.created_at))
            talk.items.append(item)
        except ValueError as error:
            talk.skipped.append(f"To-do {todo.id} was left out: {error}.")
    talk.items.sort(key=lambda item: item.at)
    relate(root, talk.items, api.facts.uid)
    close(target, [root, *talk.items], api.facts)
    _review(talk, api.facts)
    learn(api, root.author, *(item.author for item in talk.items))
    if target.discussion_locked:
        talk.member = await is_member(api, spot.project)
    return talk


def _add(talk: Talk, discussion: wire.Discussion, facts: Facts) -> None:
    """Add the notes of one discussion; several of them are a branch."""
    notes, bad = wire.each(discussion.notes, wire.Note, "Note")
    talk.skipped += bad
    head: Item | None = None
    said = [note for note in notes if not note.system]
    for note in said:
        try:
            item = note_item(note, talk.target, talk.root, facts)
        except ValueError as error:
            talk.skipped.append(f"Note {note.id} was left out: {error}.")
            continue
        if head is None:
            head = item
        else:
            item.above = ""
        thread = not discussion.individual_note
        item.branch = head.uri if thread else ""
        talk.places[item.uri] = Place(
            "note", one_line(discussion.id), thread, item.branch, note.internal or bool(note.confidential)
        )
        talk.items.append(item)


def close(target: wire.Target, items: Iterable[Item], facts: Facts) -> None:
    """What was said before the user closed or merged it waits no more."""
    ends = [(target.closed_by, target.closed_at), (target.merge_user or target.merged_by, target.merged_at)]
    for by, at in ends:
        if by is None or by.id != facts.id or not at:
            continue
        try:
            when = parse_time(at)
        except ValueError:
            continue
        for item in items:
            item.resolved = item.resolved or item.at <= when


def _review(talk: Talk, facts: Facts) -> None:
    """Words of the user in a merge request that they were asked to review are the review."""
    if not any(one.id == facts.id for one in talk.target.reviewers or ()):
        return
    for item in talk.items:
        if item.author.uid == facts.uid:
            item.claim = Reason.REVIEW


async def is_member(api: Api, project: int) -> bool:
    """Whether the user may write where a conversation is locked."""
    try:
        found = wire.decode(await api.get(f"/projects/{project}"), wire.Member).permissions
    except Missing:
        return False
    return any(
        one is not None and one.access_level >= 10 for one in (found.project_access, found.group_access)
    )
