"""The state of a simulated fediverse server: accounts, statuses, notifications, who blocks and mutes whom."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

from convo.clock import Clock
from tests.simulators._mastodon_quirks import Quirks

_MENTION = re.compile(r"(?<![\w/])@(\w+)(?:@([\w.:-]+\w))?")
_WORDS = re.compile(r"(https?://[^\s<]+)|(?<![\w/])@(\w+)(?:@([\w.:-]+\w))?")
_ULID = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def stamp(when: datetime) -> str:
    """A time as Mastodon writes it."""
    return when.astimezone(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def order(some_id: str) -> tuple[int, str]:
    """Ids sort by length, then as text."""
    return len(some_id), some_id


@dataclass
class Account:
    """One actor."""

    id: str
    username: str
    domain: str
    """"" for a local one."""
    uri: str
    url: str
    name: str = ""
    bot: bool = False
    visibility: str = "public"
    """Its default visibility."""
    filter_strangers: bool = False
    """Its notification policy filters people it does not follow."""
    muted: set[str] = field(default_factory=set)
    blocked: set[str] = field(default_factory=set)
    following: set[str] = field(default_factory=set)
    muted_threads: set[str] = field(default_factory=set)
    markers: dict[str, Any] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def acct(self) -> str:
        """`user`, or `user@domain` for a remote one."""
        return f"{self.username}@{self.domain}" if self.domain else self.username


@dataclass
class Status:
    """One status; `key` never changes, `id` may."""

    id: str
    key: int
    uri: str
    url: str
    account: Account
    created_at: datetime
    text: str
    parent: int | None = None
    """The key of what it answers; the link stays when that is deleted."""
    visibility: str = "public"
    spoiler: str = ""
    sensitive: bool = False
    language: str | None = None
    edited_at: datetime | None = None
    mentions: list[Account] = field(default_factory=list)
    media: list[dict[str, Any]] = field(default_factory=list)
    quote: int | None = None
    content: str = ""
    """HTML in the place of what would be made from `text`."""
    application: str = ""
    deleted: bool = False
    deleted_at: datetime | None = None
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass
class Notification:
    """That a status concerns an account."""

    id: str
    type: str
    created_at: datetime
    to: Account
    by: Account
    status: int | None
    filtered: bool = False
    extra: dict[str, Any] = field(default_factory=dict)


class Instance:
    """One server with all it knows."""

    def __init__(self, clock: Clock, domain: str, quirks: Quirks) -> None:
        self.clock = clock
        self.domain = domain
        self.quirks = quirks
        self.accounts: dict[str, Account] = {}
        self.statuses: dict[int, Status] = {}
        self.notifications: list[Notification] = []
        self._made = 0
        self.base = f"https://{domain}"

    def new_id(self, style: str, when: datetime | None = None, kind: str = "") -> str:
        """A fresh id that sorts after all before it."""
        self._made += 1
        if style == "ulid":
            number, letters = self._made, ""
            for _ in range(10):
                letters, number = _ULID[number % 32] + letters, number // 32
            return f"01KAM{letters}XYZAB0GHJKM"
        if style == "uuid":
            return f"01a20259-{self._made:04x}-7dd4-902d-1a2c588dbc3f"
        if style == "escaped":
            return (
                f"{stamp(when or self.clock.now())}/{kind}/01a20259-{self._made:04x}-7dd4-902d-1a2c588dbc3f"
            )
        if style == "small":
            return str(self._made)
        return str(115_000_000_000_000_000 + self._made * 7919)

    def account(self, username: str, domain: str = "", name: str = "") -> Account:
        """The account of a name, made at the first time."""
        for account in self.accounts.values():
            if (account.username, account.domain) == (username, domain):
                return account
        host = f"https://{domain}" if domain else self.base
        made = Account(
            self.new_id(self.quirks.ids),
            username,
            domain,
            f"{host}/users/{username}",
            f"{host}/@{username}",
            name or username.title(),
        )
        self.accounts[made.id] = made
        return made

    def by_id(self, status_id: str) -> Status | None:
        """The status of an id that can still be read."""
        found = next((s for s in self.statuses.values() if s.id == status_id), None)
        return found if found and (not found.deleted or self._lingers(found)) else None

    def _lingers(self, status: Status) -> bool:
        """Whether a deleted status can still be read: on some servers for a while."""
        since = self.clock.now() - (status.deleted_at or self.clock.now())
        return self.quirks.delete_lingers and since < timedelta(seconds=60)

    def write(self, author: Account, text: str, *, at: datetime | None = None, **how: Any) -> Status:
        """A new status; whom it concerns is told. `at` is the stated time, `arrived` the time it came."""
        when = at or self.clock.now()
        arrived = how.pop("arrived", when)
        told = how.pop("tell", True)
        parent = how.pop("to", None)
        quoted = how.pop("quoting", None)
        status_id = self.new_id(self.quirks.ids)
        host = f"https://{author.domain}" if author.domain else self.base
        status = Status(
            status_id,
            self._made,
            f"{host}/users/{author.username}/statuses/{self._made}",
            f"{host}/@{author.username}/{self._made}",
            author,
            when,
            text,
            parent.key if parent else None,
            quote=quoted.key if quoted else None,
            **how,
        )
        if not status.mentions:
            status.mentions = self.named(text)
        self.statuses[status.key] = status
        if told:
            self.tell(status, arrived)
        return status

    def named(self, text: str) -> list[Account]:
        """The accounts that a text names, each once."""
        found: list[Account] = []
        for user, domain in _MENTION.findall(text):
            domain = "" if domain == self.domain else domain
            for account in self.accounts.values():
                if (account.username, account.domain) == (user, domain) and account not in found:
                    found.append(account)
        return found

    def html(self, status: Status) -> str:
        """The content: given as it is, or made of the text as Mastodon makes it."""
        if status.content:
            return status.content

        def replaced(match: re.Match[str]) -> str:
            link, user, domain = match.groups()
            if link:
                bare = link.split("://", 1)[1]
                head = f'<span class="invisible">{link.split("://", 1)[0]}://</span>'
                if len(bare) > 30:
                    body = (
                        f'<span class="ellipsis">{bare[:30]}</span><span class="invisible">{bare[30:]}</span>'
                    )
                else:
                    body = f'<span class="">{bare}</span>'
                return f'<a href="{link}" target="_blank" rel="nofollow noopener">{head}{body}</a>'
            named = self.named(f"@{user}@{domain}" if domain else f"@{user}")
            if not named:
                return match.group(0)
            shown = f'<a href="{named[0].url}" class="u-url mention">@<span>{user}</span></a>'
            return f'<span class="h-card" translate="no">{shown}</span>'

        escaped = html.escape(status.text, quote=False)
        paragraphs = _WORDS.sub(replaced, escaped).split("\n\n")
        return "".join(f"<p>{part}</p>".replace("\n", "<br />") for part in paragraphs)

    def sees(self, viewer: Account | None, status: Status) -> bool:
        """Whether an account may read a status."""
        if status.deleted and not self._lingers(status):
            return False
        if status.visibility in ("public", "unlisted") or viewer is status.account:
            return True
        if viewer is None:
            return False
        if viewer in status.mentions or (status.visibility == "direct" and self.quirks.direct_leaks):
            return True
        return status.visibility == "private" and status.account.id in viewer.following

    def tell(self, status: Status, when: datetime) -> None:
        """Tell whom a status concerns."""
        concerned = {account.id: "mention" for account in status.mentions}
        parent = self.statuses.get(status.parent or 0)
        if parent and self.quirks.bare_reply_notifies:
            concerned.setdefault(parent.account.id, "mention")
        quoted = self.statuses.get(status.quote or 0)
        if quoted and self.quirks.quotes:
            concerned.setdefault(quoted.account.id, "quote")
        for account_id, kind in concerned.items():
            self.notify(self.accounts[account_id], kind, status, when)

    def notify(self, to: Account, kind: str, status: Status, when: datetime) -> None:
        """Tell a local account, unless it mutes or blocks the author or the thread."""
        by = status.account
        hushed = self.root(status) in to.muted_threads
        if to.domain or to is by or by.id in to.muted | to.blocked or hushed:
            return
        new = self.new_id(self.quirks.notification_ids, when, kind)
        filtered = to.filter_strangers and by.id not in to.following
        self.notifications.append(Notification(new, kind, when, to, by, status.key, filtered))

    def root(self, status: Status) -> str:
        """The conversation of a status: the key of its root."""
        while status.parent is not None and status.parent in self.statuses:
            status = self.statuses[status.parent]
        return str(status.key)

    def above(self, status: Status) -> list[Status]:
        """The ancestors, root first, up to the first hole."""
        found: list[Status] = []
        parent = self.statuses.get(status.parent or 0)
        while parent is not None and not parent.deleted:
            found.insert(0, parent)
            parent = self.statuses.get(parent.parent or 0)
        return found

    def below(self, status: Status) -> list[Status]:
        """All answers below, depth first."""
        found: list[Status] = []
        for answer in self.statuses.values():
            if answer.parent == status.key and not answer.deleted:
                found += [answer, *self.below(answer)]
        return found

    def change(self, status: Status, text: str, spoiler: str | None = None) -> None:
        """Edit a status; nobody is told."""
        status.text, status.content = text, ""
        status.mentions = self.named(text)
        if spoiler is not None:
            status.spoiler = spoiler
        if self.quirks.edited_at:
            status.edited_at = self.clock.now()
        if self.quirks.edit_changes_id:
            status.id = self.new_id(self.quirks.ids)

    def delete(self, status: Status) -> None:
        """Delete a status; its notifications go."""
        status.deleted, status.deleted_at = True, self.clock.now()
        self.notifications = [note for note in self.notifications if note.status != status.key]
