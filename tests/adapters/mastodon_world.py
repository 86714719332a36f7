"""The conformance suite's world over a simulated Mastodon or compatible server."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar, cast

from convo.adapters.mastodon import Mastodon as Adapter
from convo.config import AccountConfig
from convo.model import Visibility
from convo.testing import Said, Standing, Where
from tests.adapters.http_world import AdapterClass, HttpWorld, Route
from tests.simulators import faults
from tests.simulators._mastodon_quirks import like
from tests.simulators._mastodon_state import Account, Status, order
from tests.simulators.faults import Fault
from tests.simulators.mastodon import Mastodon

KEPT = ["id", "uri", "url", "in_reply_to_id", "in_reply_to_account_id", "created_at", "edited_at", "type"]
KEPT += ["visibility", "state"]
_HOMES = {"ana": "other.example", "cleo": "third.example"}
_VISIBILITY = {
    "public": Visibility.PUBLIC,
    "unlisted": Visibility.UNLISTED,
    "private": Visibility.FOLLOWERS,
    "direct": Visibility.DIRECT,
}
_NAMES = {value: name for name, value in _VISIBILITY.items()}
_BROKEN: list[tuple[str, dict[str, Any]]] = [
    ("note", {"status": None}),
    ("note", {"status": "nonsense"}),
    ("note", {"account": None}),
    ("note", {"id": None}),
    ("note", {"status": {"id": "1"}}),
    ("status", {"content": 42}),
    ("status", {"created_at": "yesterday"}),
    ("status", {"account": None}),
    ("status", {"mentions": "nonsense"}),
    ("status", {"media_attachments": [None, 7]}),
    ("status", {"visibility": "circle"}),
    ("status", {"uri": None}),
]


class MastodonWorld(HttpWorld):
    """A server of one kind; the user and ben live on it, ana and cleo elsewhere."""

    page_size = 80
    warning = "food"
    routes: ClassVar[dict[Where, Sequence[Route]]] = {
        Where.READ: [("GET", "/api/v1/notifications")],
        Where.ANSWER: [("POST", "/api/v1/statuses")],
        Where.FIND: [("GET", "/api/v1/accounts"), ("GET", "/api/v1/statuses")],
    }
    kept_keys = frozenset(KEPT)
    plain_keys = frozenset(["created_at", "edited_at", "type", "visibility", "state"])

    def __init__(self, kind: str = "mastodon", **changes: Any) -> None:
        clock = self.present()
        self.server = Mastodon(clock, like(kind, **changes))
        self.instance = self.server.instance
        self.account_me = self.instance.account("me")
        self.server.sign_in(self.account_me, "token-of-me")
        self.me = self._uid(self.account_me)
        self.lookup_size = self.server.quirks.bulk_most if self.server.quirks.bulk else 1
        account = AccountConfig("masto", "mastodon", user="me")
        super().__init__(self.server, clock, account, "token-of-me")
        self.site.home.silent = self.server.quirks.silent_close
        self.account = AccountConfig("masto", "mastodon", url=self.site.home.url, user="me")

    def adapter_class(self) -> AdapterClass:
        return cast(AdapterClass, Adapter)

    def refusal(self, words: str) -> Fault:
        return faults.refuses(422, json.dumps({"error": words}).encode())

    def next_elsewhere(self) -> Fault | None:
        at = f"{self.site.elsewhere.url}/api/v1/notifications?max_id=1"
        return faults.linked(f'<{at}>; rel="next", <{at}>; rel="prev"')

    def _uid(self, account: Account) -> str:
        return account.url

    def _who(self, name: str) -> Account:
        return self.instance.account(name, _HOMES.get(name, ""))

    def uid(self, name: str) -> str:
        return self._uid(self._who(name))

    def _named(self, name: str) -> str:
        account = self._who(name)
        return f"@{account.username}@{account.domain or self.instance.domain}"

    def _write(self, by: str, text: str, names: Sequence[str] = (), **how: Any) -> Said:
        with self.site.home.lock:
            whole = " ".join([*(self._named(name) for name in dict.fromkeys(names)), text])
            status = self.instance.write(self._who(by), whole, **how)
            self._tick()
            return Said(status.uri, text, self.uid(by))

    def _of(self, said: Said) -> Status:
        return next(one for one in self.instance.statuses.values() if one.uri == said.uri)

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
        how = {"visibility": _NAMES[visibility], "spoiler": content_warning}
        when = {"at": stated or at, "arrived": at or self.now()}
        return self._write(by, text, ("me", *naming), **how, **when)

    def someone_replies(
        self, to: Said, text: str, *, by: str = "ana", naming_me: bool = True, at: datetime | None = None
    ) -> Said:
        return self._write(by, text, ("me",) if naming_me else (), to=self._of(to), at=at)

    def someone_quotes(self, what: Said, text: str, *, by: str = "ana") -> Said | None:
        if not self.server.quirks.quotes:
            return None
        return self._write(by, text, quoting=self._of(what))

    def someone_writes_directly(self, text: str, *, by: str = "ana") -> Said | None:
        return self._write(by, text, ("me",), visibility="direct")

    def i_post(self, text: str, *, at: datetime | None = None) -> Said:
        return self._write("me", text, at=at)

    def i_answer_elsewhere(self, to: Said, text: str) -> Said:
        parent = self._of(to)
        return self._write("me", f"@{parent.account.acct} {text}", to=parent)

    def edit(self, said: Said, text: str) -> bool:
        status = self._of(said)
        names = [
            f"@{account.username}@{account.domain or self.instance.domain}" for account in status.mentions
        ]
        self.instance.change(status, " ".join([*names, text]))
        return True

    def delete(self, said: Said) -> None:
        with self.site.home.lock:
            self.instance.delete(self._of(said))

    def standing(self) -> list[Standing]:
        mine = [s for s in self.instance.statuses.values() if s.account is self.account_me and not s.deleted]
        found = []
        for status in mine:
            parent = self.instance.statuses.get(status.parent or 0)
            found.append(
                Standing(
                    status.uri,
                    parent.uri if parent else "",
                    status.text,
                    _VISIBILITY[status.visibility],
                    status.spoiler,
                    status.language or "",
                    frozenset(self._uid(account) for account in status.mentions),
                    tuple(str(media["description"] or "") for media in status.media),
                )
            )
        return found

    def counted(self, to: Said, text: str, content_warning: str) -> tuple[int, int] | None:
        if not self.server.quirks.too_long:
            return None
        return self.server.writes.length(text, content_warning), self.server.quirks.max_characters

    def lock(self, said: Said) -> bool:
        return False

    def leave_out(self, way: int) -> bool:
        if way >= len(_BROKEN):
            return False
        what, broken = _BROKEN[way]
        note = self.instance.notifications[-1]
        if what == "note":
            note.extra = broken
        else:
            self.instance.statuses[note.status or 0].extra = broken
        return True

    def expire(self) -> bool | None:
        return None

    def revoke(self) -> None:
        self.server.tokens.clear()

    def logins(self) -> tuple[int, int]:
        return 0, 0

    def read_mark(self, said: Said) -> bool | None:
        if not self.server.quirks.markers:
            return None
        last = self.account_me.markers.get("last_read_id", "")
        notes = [n for n in self.instance.notifications if n.status == self._of(said).key]
        return bool(last) and all(order(note.id) <= order(last) for note in notes)

    def thread_muted(self, said: Said) -> bool | None:
        return self.instance.root(self._of(said)) in self.account_me.muted_threads

    def hidden(self) -> set[str]:
        ids = self.account_me.muted | self.account_me.blocked
        return {self._uid(self.instance.accounts[one]) for one in ids}
