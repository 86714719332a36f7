"""Entities of a simulated fediverse server as JSON of the real shape."""

from __future__ import annotations

from typing import Any

from tests.simulators._mastodon_state import Account, Instance, Notification, Status, stamp

Json = dict[str, Any]
_COUNTS = {"replies_count": 31, "reblogs_count": 7777, "favourites_count": 8888}


class Views:
    """What one viewer is shown."""

    def __init__(self, instance: Instance, viewer: Account | None) -> None:
        self.instance = instance
        self.viewer = viewer

    def account(self, account: Account) -> Json:
        """An Account entity."""
        picture = f"{self.instance.base}/avatars/missing.png"
        acct = account.acct
        if self.instance.quirks.own_acct == "full" and not account.domain and account is not self.viewer:
            acct = f"{account.username}@{self.instance.domain}"
        view: Json = {
            "id": account.id,
            "username": account.username,
            "acct": acct,
            "display_name": account.name,
            "locked": False,
            "bot": account.bot,
            "discoverable": True,
            "group": False,
            "created_at": "2025-01-01T00:00:00.000Z",
            "note": "",
            "url": account.url,
            "uri": account.uri,
            "avatar": picture,
            "avatar_static": picture,
            "header": picture,
            "header_static": picture,
            "followers_count": 12345,
            "following_count": 54321,
            "statuses_count": 999,
            "last_status_at": None,
            "emojis": [],
            "fields": [],
        }
        if not self.instance.quirks.account_uri:
            del view["uri"]
        return {**view, **account.extra}

    def credential(self, account: Account) -> Json:
        """A CredentialAccount entity."""
        source = {
            "note": "",
            "fields": [],
            "privacy": account.visibility,
            "sensitive": False,
            "language": "en",
            "follow_requests_count": 0,
        }
        return {**self.account(account), "source": source}

    def mention(self, account: Account) -> Json:
        """A mention inside a status."""
        names = ("id", "username", "url", "acct")
        shown = self.account(account)
        return {name: shown[name] for name in names}

    def status(self, status: Status, *, quoted: bool = False) -> Json:
        """A Status entity."""
        instance = self.instance
        parent = instance.statuses.get(status.parent or 0)
        muted = self.viewer is not None and instance.root(status) in self.viewer.muted_threads
        view: Json = {
            "id": status.id,
            "created_at": stamp(status.created_at),
            "in_reply_to_id": parent.id if parent else None,
            "in_reply_to_account_id": parent.account.id if parent else None,
            "sensitive": status.sensitive or bool(status.spoiler),
            "spoiler_text": status.spoiler,
            "visibility": status.visibility,
            "language": status.language,
            "uri": status.uri,
            "url": status.url,
            **_COUNTS,
            "edited_at": stamp(status.edited_at) if status.edited_at else None,
            "favourited": False,
            "reblogged": False,
            "muted": muted,
            "bookmarked": False,
            "pinned": False,
            "content": instance.html(status),
            "filtered": [],
            "reblog": None,
            "application": {"name": status.application or "Web", "website": None},
            "account": self.account(status.account),
            "media_attachments": status.media,
            "mentions": [self.mention(account) for account in status.mentions],
            "tags": [],
            "emojis": [],
            "card": None,
            "poll": None,
        }
        if instance.quirks.quotes:
            view["quote"] = None if quoted else self._quote(status)
            view["quotes_count"] = 9999
        return {**view, **status.extra}

    def _quote(self, status: Status) -> Json | None:
        if status.quote is None:
            return None
        found = self.instance.statuses.get(status.quote)
        if found is None or found.deleted:
            return {"state": "deleted", "quoted_status": None}
        return {"state": "accepted", "quoted_status": self.status(found, quoted=True)}

    def notification(self, note: Notification) -> Json:
        """A Notification entity."""
        view: Json = {
            "id": note.id,
            "type": note.type,
            "created_at": stamp(note.created_at),
            "account": self.account(note.by),
        }
        if self.instance.quirks.grouped:
            view["group_key"] = f"ungrouped-{note.id}"
        status = self.instance.statuses.get(note.status or 0)
        if status is not None:
            view["status"] = self.status(status)
        if note.filtered and self.instance.quirks.filtered_flag:
            view["filtered"] = True
        return {**view, **note.extra}

    def server(self) -> Json:
        """The v2 Instance entity."""
        quirks = self.instance.quirks
        view: Json = {
            "domain": self.instance.domain,
            "title": "Simulated",
            "version": quirks.version,
            "source_url": "https://example.org/source",
            "description": "",
            "usage": {"users": {"active_month": 3}},
            "thumbnail": {"url": f"{self.instance.base}/t.png"},
            "languages": ["en"],
            "configuration": {
                "urls": {},
                "accounts": {"max_featured_tags": 10},
                "statuses": {
                    "max_characters": quirks.max_characters,
                    "max_media_attachments": 4,
                    "characters_reserved_per_url": quirks.per_url,
                },
                "media_attachments": {
                    "supported_mime_types": ["image/jpeg", "image/png"],
                    "image_size_limit": 16777216,
                    "video_size_limit": 103809024,
                    "description_limit": 1500,
                },
                "polls": {"max_options": 4, "max_characters_per_option": 50},
                "translation": {"enabled": False},
            },
            "registrations": {"enabled": False, "approval_required": False, "message": None},
            "contact": {"email": "", "account": None},
            "rules": [],
        }
        if quirks.bulk:
            view["api_versions"] = {"mastodon": 10}
        return view
