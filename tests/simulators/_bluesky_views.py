"""Views of a simulated AppView: profiles, posts, threads and notifications as JSON of the real shape."""

from __future__ import annotations

from typing import Any

from tests.simulators._atproto import split_uri, stamp
from tests.simulators._bluesky_network import Actor, Network, Notification, Record

_DEFS = "app.bsky.feed.defs"


class Views:
    """What the AppView shows to one viewer."""

    def __init__(self, network: Network, viewer: Actor, depth_cap: int = 10) -> None:
        self.network = network
        self.viewer = viewer
        self.depth_cap = depth_cap

    def profile(self, did: str) -> dict[str, Any]:
        """A basic profile view."""
        actor = self.network.actors[did]
        me = self.viewer.did
        viewer: dict[str, Any] = {
            "muted": did in self.viewer.muted,
            "mutedOnlyReposts": False,
            "mutedOnlyQuoteposts": False,
            "blockedBy": bool(self.network.blocks(did, me)),
        }
        blocking = self.network.blocks(me, did)
        links = {
            "blocking": blocking,
            "following": self.network.follows(me, did),
            "followedBy": self.network.follows(did, me),
        }
        viewer.update({name: uri for name, uri in links.items() if uri})
        view: dict[str, Any] = {
            "did": did,
            "handle": actor.handle,
            "associated": {"activitySubscription": {"allowSubscriptions": "followers"}},
            "viewer": viewer,
            "labels": [self._label(did, value) for value in actor.labels],
        }
        if actor.name:
            view["displayName"] = actor.name
        return {**view, **actor.extra}

    def _label(self, uri: str, value: str) -> dict[str, Any]:
        return {"src": "did:plc:labeler", "uri": uri, "val": value, "cts": self.network.stamp()}

    def detailed(self, did: str) -> dict[str, Any]:
        """A detailed profile view, with the counts that convo must not look at."""
        counts = {"followersCount": 12345, "followsCount": 54321, "postsCount": 999}
        return {**self.profile(did), **counts, "description": "tester", "indexedAt": self.network.stamp()}

    def post(self, record: Record) -> dict[str, Any]:
        """A post view."""
        root = record.link("root") or record.uri
        viewer: dict[str, Any] = {
            "bookmarked": False,
            "threadMuted": root in self.viewer.muted_threads,
            "embeddingDisabled": False,
        }
        if self.network.gated(root, self.viewer.did):
            viewer["replyDisabled"] = True
        view: dict[str, Any] = {
            "uri": record.uri,
            "cid": record.cid,
            "author": self.profile(record.did),
            "record": record.value,
            "bookmarkCount": 0,
            "replyCount": len(self.network.answers(record.uri)),
            "repostCount": 7777,
            "likeCount": 8888,
            "quoteCount": 9999,
            "indexedAt": stamp(record.sort_at),
            "viewer": viewer,
            "labels": [],
        }
        quoted = self.network.quoted(record)
        if quoted:
            view["embed"] = {"$type": "app.bsky.embed.record#view", "record": self._quoted(quoted)}
        gate = self.network.gate(root)
        if gate is not None and root == record.uri:
            view["threadgate"] = self._gate(gate)
        return {**view, **record.extra}

    def _gate(self, gate: Record) -> dict[str, Any]:
        return {"uri": gate.uri, "cid": gate.cid, "record": gate.value, "lists": []}

    def _quoted(self, uri: str) -> dict[str, Any]:
        record = self.network.records.get(uri)
        if record is None:
            return {"$type": "app.bsky.embed.record#viewNotFound", "uri": uri, "notFound": True}
        if self.network.blocked(self.viewer.did, record.did):
            author = {"did": record.did}
            return {
                "$type": "app.bsky.embed.record#viewBlocked",
                "uri": uri,
                "blocked": True,
                "author": author,
            }
        return {
            "$type": "app.bsky.embed.record#viewRecord",
            "uri": uri,
            "cid": record.cid,
            "author": self.profile(record.did),
            "value": record.value,
            "labels": [],
            "likeCount": 8888,
            "replyCount": 0,
            "repostCount": 7777,
            "quoteCount": 9999,
            "indexedAt": stamp(record.sort_at),
        }

    def _absent(self, uri: str) -> dict[str, Any]:
        return {"uri": uri, "notFound": True, "$type": f"{_DEFS}#notFoundPost"}

    def _blocked(self, record: Record) -> dict[str, Any]:
        me = self.viewer.did
        viewer: dict[str, Any] = {"blockedBy": bool(self.network.blocks(record.did, me))}
        blocking = self.network.blocks(me, record.did)
        if blocking:
            viewer["blocking"] = blocking
        author = {"did": record.did, "viewer": viewer}
        return {"uri": record.uri, "blocked": True, "author": author, "$type": f"{_DEFS}#blockedPost"}

    def thread(self, record: Record, depth: int, height: int) -> dict[str, Any]:
        """A thread around a post: a chain of parents, and answers down to the cap."""
        if self.network.blocked(self.viewer.did, record.did):
            return self._blocked(record)
        view = self._below(record, min(depth, self.depth_cap))
        parent = self._above(record, height)
        if parent is not None:
            view["parent"] = parent
        return view

    def _above(self, record: Record, height: int) -> dict[str, Any] | None:
        uri = record.link("parent")
        if not uri or height <= 0:
            return None
        parent = self.network.records.get(uri)
        if parent is None:
            return self._absent(uri)
        if self.network.blocked(self.viewer.did, parent.did):
            return self._blocked(parent)
        kind = f"{_DEFS}#threadViewPost"
        view: dict[str, Any] = {"post": self.post(parent), "threadContext": {}, "$type": kind}
        above = self._above(parent, height - 1)
        if above is not None:
            view["parent"] = above
        return view

    def _below(self, record: Record, depth: int) -> dict[str, Any]:
        view: dict[str, Any] = {"post": self.post(record)}
        if depth > 0:
            view["replies"] = [self._reply(answer, depth) for answer in self._shown(record)]
        return {**view, "threadContext": {}, "$type": f"{_DEFS}#threadViewPost"}

    def _shown(self, record: Record) -> list[Record]:
        """The answers inside the thread's boundary that no gate hides."""
        root = record.link("root") or record.uri
        found = [a for a in self.network.answers(record.uri) if a.link("root") == root]
        return [answer for answer in found if not self.network.gated(root, answer.did)]

    def _reply(self, answer: Record, depth: int) -> dict[str, Any]:
        if self.network.blocked(self.viewer.did, answer.did):
            return self._blocked(answer)
        return self._below(answer, depth - 1)

    def notification(self, note: Notification, record: Record, seen: str) -> dict[str, Any]:
        """One item of the notification list."""
        view: dict[str, Any] = {
            "uri": record.uri,
            "cid": record.cid,
            "author": self.profile(split_uri(record.uri)[0]),
            "reason": note.reason,
            "record": record.value,
            "isRead": seen > stamp(record.sort_at),
            "indexedAt": stamp(record.sort_at),
            "labels": [],
        }
        if note.subject:
            view["reasonSubject"] = note.subject
        return {**view, **note.extra}
