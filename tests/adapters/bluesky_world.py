"""The conformance suite's world over the simulated Bluesky."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar, cast

from convo.adapters.bluesky import Bluesky as Adapter
from convo.config import AccountConfig
from convo.model import Visibility
from convo.testing import Said, Standing, Where
from tests.adapters.http_world import AdapterClass, HttpWorld, Route
from tests.simulators import faults
from tests.simulators._atproto import split_uri, stamp
from tests.simulators._bluesky_calls import Quirks
from tests.simulators._bluesky_network import BLOCK, GATE, POST, Record
from tests.simulators.bluesky import Bluesky
from tests.simulators.faults import Fault

_MENTION = "app.bsky.richtext.facet#mention"
KEPT = ["uri", "cid", "did", "$type", "createdAt", "indexedAt", "cursor", "reason", "reasonSubject", "seenAt"]
KEPT += [
    "rev",
    "id",
    "sentAt",
    "blocking",
    "following",
    "followedBy",
    "src",
    "$link",
    "serviceEndpoint",
    "val",
]
_BROKEN: list[dict[str, Any]] = [
    {"record": "nonsense"},
    {"author": None},
    {"indexedAt": 17},
    {"uri": None},
    {"uri": "at://nonsense"},
    {"record": {"$type": POST}},
    {"record": {"$type": POST, "text": 42, "createdAt": "2026-11-20T12:00:00Z"}},
    {"record": {"$type": POST, "text": "x", "createdAt": "yesterday"}},
    {"record": {"$type": POST, "text": "x", "createdAt": "2026-11-20T12:00:00Z", "facets": "x", "reply": 7}},
    {"reason": None},
    {"cid": []},
]


class BlueskyWorld(HttpWorld):
    """A PDS with its AppView; `chat` gives the app password direct messages."""

    page_size = 100
    lookup_size = 25
    routes: ClassVar[dict[Where, Sequence[Route]]] = {
        Where.READ: [("GET", "listNotifications")],
        Where.ANSWER: [("POST", "putRecord"), ("POST", "createRecord"), ("POST", "sendMessage")],
        Where.FIND: [
            ("GET", "getRecord"),
            ("GET", "listRecords"),
            ("GET", "getMessages"),
            ("GET", "getSession"),
        ],
    }
    kept_keys = frozenset(KEPT)
    plain_keys = frozenset(["createdAt", "indexedAt", "$type", "cursor", "seenAt", "sentAt", "reason", "did"])
    warning = "sexual"

    def __init__(self, *, chat: bool = False, **quirks: Any) -> None:
        clock = self.present()
        self.server = Bluesky(clock, Quirks(chat=chat, **quirks))
        self.net = self.server.network
        actor = self.net.actor("me")
        actor.app_passwords["aaaa-bbbb-cccc-dddd"] = chat
        self.me = actor.did
        account = AccountConfig("bsky", "bluesky", user="me.test")
        super().__init__(self.server, clock, account, "aaaa-bbbb-cccc-dddd")
        self.account = AccountConfig("bsky", "bluesky", url=self.site.home.url, user="me.test")

    def adapter_class(self) -> AdapterClass:
        return cast(AdapterClass, Adapter)

    def refusal(self, words: str) -> Fault:
        return faults.refuses(400, json.dumps({"error": "InvalidRequest", "message": words}).encode())

    def uid(self, name: str) -> str:
        return self.net.actor(name).did

    def _write(
        self,
        by: str,
        text: str,
        *,
        to: Said | None = None,
        naming: Sequence[str] = (),
        at: datetime | None = None,
        stated: datetime | None = None,
        **more: Any,
    ) -> Said:
        with self.site.home.lock:
            when = at or self.now()
            value: dict[str, Any] = {
                "$type": POST,
                "createdAt": stamp(stated or when),
                "langs": ["en"],
                **more,
            }
            whole, facets = text, []
            for name in naming:
                start = len(f"{whole} ".encode())
                whole += f" @{self.net.actor(name).handle}"
                index = {"byteStart": start, "byteEnd": len(whole.encode())}
                facets.append({"index": index, "features": [{"$type": _MENTION, "did": self.uid(name)}]})
            value["text"] = whole
            if facets:
                value["facets"] = facets
            if to is not None:
                parent = self.net.records[to.uri]
                root = self.net.records.get(parent.link("root")) or parent
                links = {"root": root, "parent": parent}
                value["reply"] = {name: {"uri": r.uri, "cid": r.cid} for name, r in links.items()}
            record = self.net.put(self.uid(by), POST, self.net.next_rkey(when), value, at=at)
            self._tick()
            return Said(record.uri, text, self.uid(by))

    def someone_posts(self, text: str, *, by: str = "ana", at: datetime | None = None) -> Said:
        return self._write(by, text, at=at)

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
        labels: dict[str, Any] = {}
        if content_warning:
            values = [{"val": content_warning}]
            labels["labels"] = {"$type": "com.atproto.label.defs#selfLabels", "values": values}
        return self._write(by, text, naming=("me", *naming), at=at, stated=stated, **labels)

    def someone_replies(
        self, to: Said, text: str, *, by: str = "ana", naming_me: bool = True, at: datetime | None = None
    ) -> Said:
        return self._write(by, text, to=to, at=at)

    def someone_quotes(self, what: Said, text: str, *, by: str = "ana") -> Said | None:
        record = self.net.records[what.uri]
        embed = {"$type": "app.bsky.embed.record", "record": {"uri": record.uri, "cid": record.cid}}
        return self._write(by, text, embed=embed)

    def someone_writes_directly(self, text: str, *, by: str = "ana") -> Said | None:
        if not self.server.quirks.chat:
            return None
        with self.site.home.lock:
            convo = self.server.chat.between(self.me, self.uid(by))
            message = self.server.chat.say(convo, self.uid(by), text)
            self._tick()
        return Said(f"bsky-chat:{convo.id}/{message['id']}", text, self.uid(by))

    def i_post(self, text: str, *, at: datetime | None = None) -> Said:
        return self._write("me", text, at=at)

    def i_answer_elsewhere(self, to: Said, text: str) -> Said:
        return self._write("me", text, to=to)

    def edit(self, said: Said, text: str) -> bool:
        did, collection, rkey = split_uri(said.uri)
        old = self.net.records[said.uri]
        names = old.value["text"][len(said.text) :]
        moved = len(text.encode()) - len(said.text.encode())
        facets = [
            {**facet, "index": {end: place + moved for end, place in facet["index"].items()}}
            for facet in old.value.get("facets", [])
        ]
        value = {**old.value, "text": text + names, "facets": facets}
        self.net.put(did, collection, rkey, value, at=old.indexed_at)
        return True

    def delete(self, said: Said) -> None:
        with self.site.home.lock:
            self.net.drop(said.uri)

    def _posts(self) -> list[Record]:
        return sorted(self.net.repo(self.me, POST), key=lambda record: record.sort_at)

    def standing(self) -> list[Standing]:
        found = []
        for record in self._posts():
            parent = record.link("parent")
            names = {*self.net.mentioned(record), split_uri(parent)[0] if parent else ""}
            embed = record.value.get("embed") or {}
            alts = tuple(image.get("alt", "") for image in embed.get("images", []))
            language = (record.value.get("langs") or [""])[0]
            words = [label["val"] for label in (record.value.get("labels") or {}).get("values", [])]
            text, public = record.value["text"], Visibility.PUBLIC
            found.append(
                Standing(record.uri, parent, text, public, ", ".join(words), language, frozenset(names), alts)
            )
        for convo in self.server.chat.convos.values():
            for message in convo.messages:
                if message["sender"]["did"] == self.me and "text" in message:
                    uri = f"bsky-chat:{convo.id}/{message['id']}"
                    found.append(
                        Standing(uri, "", message["text"], Visibility.DIRECT, names=frozenset(convo.members))
                    )
        return found

    def counted(self, to: Said, text: str, content_warning: str) -> tuple[int, int] | None:
        import regex

        return len(regex.findall(r"\X", text)), 300

    def lock(self, said: Said) -> bool:
        did, _, rkey = split_uri(said.uri)
        value = {"$type": GATE, "post": said.uri, "allow": [], "createdAt": stamp(self.now())}
        self.net.put(did, GATE, rkey, value)
        return True

    def leave_out(self, way: int) -> bool:
        if way >= len(_BROKEN):
            return False
        self.net.notifications[-1].extra = _BROKEN[way]
        return True

    def expire(self) -> bool | None:
        self.pass_time(7201)
        return True

    def revoke(self) -> None:
        self.server.sessions.revoke(self.me)
        self.pass_time(7201)

    def logins(self) -> tuple[int, int]:
        return self.server.sessions.created, self.server.sessions.refreshed

    def read_mark(self, said: Said) -> bool | None:
        seen = self.net.actors[self.me].seen_at
        return seen is not None and stamp(seen) > stamp(self.net.records[said.uri].sort_at)

    def thread_muted(self, said: Said) -> bool | None:
        root = self.net.records[said.uri].link("root") or said.uri
        return root in self.net.actors[self.me].muted_threads

    def hidden(self) -> set[str]:
        blocked = {str(record.value["subject"]) for record in self.net.repo(self.me, BLOCK)}
        return self.net.actors[self.me].muted | blocked
