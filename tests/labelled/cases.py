"""The labelled messages as plain values: what a rule may see, and what a person said about it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

KINDS = ("mention", "direct", "comment", "answer", "forge")
HISTORIES = ("stranger", "wrote-first", "answered")
HELD = ("", "approval", "request", "filter")
REASONS = ("only-link", "automatic-greeting", "crowd", "same-text", "bot", "platform-filter")
CONTESTED = ("", "quiet", "finished")


@dataclass(frozen=True)
class Case:
    """One message and the facts around it; README.md says what each field means. It holds no label."""

    id: str
    platform: str
    kind: str
    language: str
    text: str
    name: str
    handle: str
    bot: bool
    mentions: int
    carried_mentions: int
    links: tuple[str, ...]
    attachments: tuple[str, ...]
    history: str
    held_by_platform: str
    parent: str | None
    """The user's own words that it answers; None when it answers nobody's or only the page."""
    same_by_author: int = 0
    same_by_others: int = 0

    @property
    def known(self) -> bool:
        """The user wrote to this person first, or has answered them before."""
        return self.history != "stranger"


@dataclass(frozen=True)
class Label:
    """What a person said about a case; `finished` is None where the question does not arise."""

    quiet: bool
    reason: str
    genuine: bool
    finished: bool | None
    contested: str
    note: str


@dataclass(frozen=True)
class Labelled:
    """A case with its label."""

    case: Case
    label: Label


def read(path: Path) -> list[Labelled]:
    """All cases of a file of JSON lines; raises ValueError for a repeated id or a label that contradicts itself."""
    found = [_labelled(json.loads(line)) for line in path.read_text("utf-8").splitlines()]
    if len({one.case.id for one in found}) != len(found):
        raise ValueError(f"{path}: an id stands twice")
    for one in found:
        _check(one)
    return found


def _labelled(row: dict[str, Any]) -> Labelled:
    label = Label(**row.pop("label"))
    author: Mapping[str, Any] = row.pop("author")
    same: Mapping[str, int] = row.pop("same_text_to_many", {})
    parent = row.pop("parent")
    row["links"] = tuple(row["links"])
    row["attachments"] = tuple(row["attachments"])
    case = Case(
        **row,
        **author,
        parent=parent["text"] if parent else None,
        same_by_author=same.get("by_author", 0),
        same_by_others=same.get("by_others", 0),
    )
    return Labelled(case, label)


def _check(one: Labelled) -> None:
    """Raise ValueError where a label contradicts its case or itself."""
    case, label = one.case, one.label
    claims = {
        "an unknown word": case.kind in KINDS
        and case.history in HISTORIES
        and case.held_by_platform in HELD
        and label.contested in CONTESTED,
        "a reason that is none": label.reason in REASONS if label.quiet else not label.reason,
        "a comment to approve is quiet": not (label.quiet and case.held_by_platform == "approval"),
        "somebody known is quiet": not label.quiet or not case.known or case.bot,
        "a bot is not quiet": not case.bot or label.quiet or case.held_by_platform == "approval",
        "only a link where that is allowed": label.reason != "only-link"
        or (case.kind != "forge" and case.parent is None and bool(case.links)),
        "a crowd that is none": label.reason != "crowd" or case.mentions > 5,
        "a filter that is none": (label.reason == "platform-filter") <= (case.held_by_platform != ""),
        "same text that is none": label.reason != "same-text"
        or case.same_by_author + case.same_by_others > 0,
        "finished or not": (label.finished is not None) == (not label.quiet and case.parent is not None),
        "an answer to nothing": case.kind != "answer" or case.parent is not None,
        "more carried than named": case.carried_mentions <= case.mentions,
    }
    for complaint, holds in claims.items():
        if not holds:
            raise ValueError(f"{case.id}: {complaint}")
