"""The state of a simulated AT Protocol network: actors, their repositories, posts and notifications."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from convo.clock import Clock
from tests.simulators._atproto import cid, moment, plc, split_uri, stamp, tid

POST = "app.bsky.feed.post"
BLOCK = "app.bsky.graph.block"
FOLLOW = "app.bsky.graph.follow"
GATE = "app.bsky.feed.threadgate"
_NOTIFIED_LEVELS = 4


@dataclass
class Actor:
    """One account of the network."""

    did: str
    handle: str
    name: str = ""
    password: str = ""
    app_passwords: dict[str, bool] = field(default_factory=dict)
    """App password -> whether it may use chat."""
    active: bool = True
    taken_down: bool = False
    labels: list[str] = field(default_factory=list)
    muted: set[str] = field(default_factory=set)
    muted_threads: set[str] = field(default_factory=set)
    seen_at: datetime | None = None
    priority: bool = True
    """A stored setting that still narrows the list to people one follows, unless `priority=false` is said."""
    extra: dict[str, Any] = field(default_factory=dict)
    """Keys that override those of its profile views, for hostile ones."""


@dataclass
class Record:
    """One record of a repository."""

    uri: str
    cid: str
    value: dict[str, Any]
    indexed_at: datetime
    extra: dict[str, Any] = field(default_factory=dict)
    """Keys that override those of its post view."""

    @property
    def did(self) -> str:
        """Whose it is."""
        return split_uri(self.uri)[0]

    @property
    def sort_at(self) -> datetime:
        """What lists are sorted by: the earlier of stated and indexed time."""
        try:
            return min(moment(self.value["createdAt"]), self.indexed_at)
        except (KeyError, ValueError):
            return self.indexed_at

    def link(self, name: str) -> str:
        """The URI of the `parent` or `root` it replies to, "" when it is none."""
        reply = self.value.get("reply")
        return str(reply[name]["uri"]) if isinstance(reply, dict) else ""


@dataclass
class Notification:
    """That something about a record concerns an actor."""

    to: str
    uri: str
    reason: str
    subject: str = ""
    extra: dict[str, Any] = field(default_factory=dict)


class Network:
    """Everything that the AppView and the PDS know."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.actors: dict[str, Actor] = {}
        self.records: dict[str, Record] = {}
        self.notifications: list[Notification] = []
        self.settled = True
        """Whether the AppView has caught up; while it is False, `getPosts` does not know new posts."""
        self._known: set[str] = set()
        self._last_tid = 0

    def actor(self, name: str) -> Actor:
        """The actor of a name, made at the first time; `name` alone is no handle."""
        for actor in self.actors.values():
            if name in (actor.did, actor.handle, actor.handle.partition(".")[0]):
                return actor
        actor = Actor(plc(name), f"{name}.test", name.title())
        self.actors[actor.did] = actor
        return actor

    def next_rkey(self, when: datetime | None = None) -> str:
        """A fresh TID; two of one moment differ."""
        self._last_tid += 1
        return tid(when or self.clock.now(), self._last_tid % 1024)

    def put(
        self, did: str, collection: str, rkey: str, value: dict[str, Any], *, at: datetime | None = None
    ) -> Record:
        """Write a record, as new or over an old one, and tell who is concerned; `at` is when it arrived."""
        uri = f"at://{did}/{collection}/{rkey}"
        record = Record(uri, cid(value), value, at or self.clock.now())
        self.records[uri] = record
        if self.settled:
            self._known.add(uri)
        if collection == POST:
            self.notifications = [note for note in self.notifications if note.uri != uri]
            self._notify(record)
        return record

    def settle(self) -> None:
        """Let the AppView catch up."""
        self.settled = True
        self._known = set(self.records)

    def knows(self, uri: str) -> bool:
        """Whether the AppView knows the record already."""
        return uri in self.records and (self.settled or uri in self._known)

    def drop(self, uri: str) -> None:
        """Delete a record; its notifications go with it."""
        self.records.pop(uri, None)
        self.notifications = [note for note in self.notifications if note.uri != uri]

    def repo(self, did: str, collection: str) -> list[Record]:
        """The records of a collection, newest key first."""
        prefix = f"at://{did}/{collection}/"
        return [self.records[uri] for uri in sorted(self.records, reverse=True) if uri.startswith(prefix)]

    def answers(self, uri: str) -> list[Record]:
        """The direct answers to a post, newest first."""
        found = [record for record in self.records.values() if record.link("parent") == uri]
        return sorted(found, key=lambda record: record.sort_at, reverse=True)

    def blocks(self, blocker: str, blocked: str) -> str:
        """The URI of the record by which one blocks the other, "" when there is none."""
        found = (r.uri for r in self.repo(blocker, BLOCK) if r.value.get("subject") == blocked)
        return next(found, "")

    def blocked(self, one: str, other: str) -> bool:
        """Whether either blocks the other."""
        return bool(self.blocks(one, other) or self.blocks(other, one))

    def follows(self, follower: str, followed: str) -> str:
        """The URI of the follow record, "" when there is none."""
        found = (r.uri for r in self.repo(follower, FOLLOW) if r.value.get("subject") == followed)
        return next(found, "")

    def gate(self, root: str) -> Record | None:
        """The threadgate of a root post."""
        did, _, rkey = split_uri(root)
        return self.records.get(f"at://{did}/{GATE}/{rkey}")

    def gated(self, root: str, author: str) -> bool:
        """Whether the thread's gate keeps this author out."""
        gate = self.gate(root)
        if gate is None or split_uri(root)[0] == author or "allow" not in gate.value:
            return False
        rules = [rule["$type"] for rule in gate.value["allow"]]
        named = self.mentioned(self.records[root]) if root in self.records else []
        return not (
            (f"{GATE}#mentionRule" in rules and author in named)
            or (f"{GATE}#followingRule" in rules and self.follows(split_uri(root)[0], author))
        )

    def mentioned(self, record: Record) -> list[str]:
        """The dids that a post's facets name, as far as they are well formed."""
        found = []
        for facet in record.value.get("facets") or []:
            for feature in facet.get("features", []) if isinstance(facet, dict) else []:
                if feature.get("$type") == "app.bsky.richtext.facet#mention":
                    found.append(feature.get("did", ""))
        return found

    def quoted(self, record: Record) -> str:
        """The URI of the post that a post quotes."""
        embed: Any = record.value.get("embed")
        inner = embed.get("record", {}) if isinstance(embed, dict) else {}
        inner = inner.get("record", inner) if isinstance(inner, dict) else {}
        return str(inner.get("uri", "")) if isinstance(inner, dict) else ""

    def _notify(self, record: Record) -> None:
        """One notification per recipient; the first that matches of mention, quote, reply."""
        told: set[str] = {record.did}
        root = record.link("root") or record.uri
        for did in self.mentioned(record):
            self._tell(told, did, record, "mention", "", root)
        quoted = self.quoted(record)
        if quoted:
            self._tell(told, split_uri(quoted)[0], record, "quote", quoted, root)
        if not record.link("parent") or self.gated(root, record.did):
            return
        above = record.link("parent")
        for _ in range(_NOTIFIED_LEVELS):
            parent = self.records.get(above)
            if parent is None:
                break
            self._tell(told, parent.did, record, "reply", parent.uri, root)
            above = parent.link("parent")

    def _tell(self, told: set[str], did: str, record: Record, reason: str, subject: str, root: str) -> None:
        recipient = self.actors.get(did)
        if recipient is None or did in told or root in recipient.muted_threads:
            return
        told.add(did)
        self.notifications.append(Notification(did, record.uri, reason, subject))

    def listed(self, actor: Actor) -> list[tuple[Notification, Record]]:
        """What the list shows an actor, newest first; muted and blocked authors are left out at reading."""
        found = []
        for note in self.notifications:
            record = self.records.get(note.uri)
            if note.to != actor.did or record is None:
                continue
            if record.did in actor.muted or self.blocked(actor.did, record.did):
                continue
            found.append((note, record))
        return sorted(found, key=lambda pair: pair[1].sort_at, reverse=True)

    def touch_seen(self, actor: Actor, when: datetime) -> None:
        """Set the single watermark of what was seen."""
        actor.seen_at = when

    def stamp(self) -> str:
        """The present as the AppView writes it."""
        return stamp(self.clock.now())
