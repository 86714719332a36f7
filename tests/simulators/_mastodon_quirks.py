"""What Mastodon and its compatible servers do differently, each difference a switch (measured on real ones)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any


@dataclass
class Quirks:
    """One server's behaviour; the defaults are those of Mastodon 4.6."""

    ids: str = "digits"
    """Of statuses and accounts: digits, ulid or uuid."""
    notification_ids: str = "digits"
    """digits, ulid, or escaped: `2026-...Z/mention/<uuid>`, which must be escaped in paths."""
    form_bodies: bool = True
    """A form body on /statuses is read; else it makes an empty status."""
    idempotency: str = "honoured"
    """honoured, ignored, or error: a repeated key answers 500."""
    bare_reply_notifies: bool = False
    """A reply that names nobody still notifies the author of its parent."""
    no_limit_is_one: bool = False
    """Without `limit` a list has one item."""
    min_id: str = "next"
    """next: the page right above it; newest: what is above it, cut from the top; ignored; inclusive."""
    since_id: str = "newest"
    """newest or ignored."""
    max_id: str = "older"
    """older, known (only while the item exists), or ignored."""
    link: str = "full"
    """full, none, drops_types, or older_than."""
    bad_token: tuple[int, Any] = (401, {"error": "The access token is invalid"})
    verify_bad_token: tuple[int, Any] | None = None
    missing_token: tuple[int, Any] = (401, {"error": "The access token is invalid"})
    scopes: bool = True
    rate_limit: bool = True
    conversations: str = "list"
    """list, empty, or 404."""
    account_uri: bool = True
    """Account entities have their actor's `uri`."""
    markers: bool = True
    grouped: bool = True
    bulk: bool = True
    """GET /api/v1/statuses?id[]= exists."""
    bulk_most: int = 20
    """More ids than this are refused (mastodon/mastodon#27871)."""
    source: bool = True
    preferences: bool = True
    quotes: bool = True
    html_errors: bool = False
    """404 is a page of HTML."""
    reply_missing: str = "404"
    """404, orphan (200, a top-level status), or 500."""
    reply_deleted: str = "404"
    edit_changes_id: bool = False
    edited_at: bool = True
    delete_lingers: bool = False
    """A deleted status can still be read for a minute."""
    direct_leaks: bool = False
    own_acct: str = "local"
    """How local accounts are written: local, or full (with the domain)."""
    too_long: tuple[int, str] | None = (422, "Validation failed: Text character limit of {limit} exceeded")
    max_characters: int = 500
    per_url: int = 23
    silent_close: bool = False
    """Connections are closed after each answer without saying so."""
    allowed_mentions: bool = True
    filtered_flag: bool = True
    silenced: bool = False
    """The account is limited: public silently becomes unlisted."""
    version: str = "4.6.0"


MASTODON = Quirks()
SNAC = Quirks(
    idempotency="ignored",
    bare_reply_notifies=True,
    no_limit_is_one=True,
    since_id="ignored",
    min_id="newest",
    max_id="known",
    link="none",
    bad_token=(401, ""),
    verify_bad_token=(422, ""),
    missing_token=(401, ""),
    scopes=False,
    rate_limit=False,
    conversations="empty",
    grouped=False,
    bulk=False,
    quotes=False,
    reply_missing="orphan",
    reply_deleted="orphan",
    edit_changes_id=True,
    delete_lingers=True,
    direct_leaks=True,
    own_acct="full",
    too_long=None,
    silent_close=True,
    allowed_mentions=False,
    preferences=False,
    version="2.72.0 (compatible; snac/2.94)",
)
GOTOSOCIAL = Quirks(
    ids="ulid",
    notification_ids="ulid",
    idempotency="ignored",
    bad_token=(401, {"error": "Unauthorized: token not supplied"}),
    missing_token=(401, {"error": "Unauthorized: token not supplied"}),
    grouped=False,
    bulk=False,
    quotes=False,
    too_long=(400, "Bad Request: status too long"),
    allowed_mentions=False,
    version="0.20.0",
)
TAKAHE = Quirks(
    notification_ids="small",
    idempotency="ignored",
    bare_reply_notifies=True,
    link="drops_types",
    bad_token=(400, "Invalid Bearer token"),
    missing_token=(401, {"error": "identity_token_required"}),
    rate_limit=False,
    conversations="empty",
    account_uri=False,
    markers=False,
    grouped=False,
    bulk=False,
    quotes=False,
    html_errors=True,
    reply_missing="orphan",
    reply_deleted="orphan",
    own_acct="full",
    too_long=(400, "Status is too long"),
    allowed_mentions=False,
    version="takahe/0.11.0",
)
HOLLO = Quirks(
    ids="uuid",
    notification_ids="escaped",
    form_bodies=False,
    bare_reply_notifies=True,
    min_id="ignored",
    since_id="ignored",
    max_id="ignored",
    link="older_than",
    bad_token=(401, {"error": "invalid_token"}),
    missing_token=(401, {"error": "unauthorized"}),
    rate_limit=False,
    conversations="404",
    account_uri=False,
    grouped=False,
    bulk=False,
    reply_missing="500",
    reply_deleted="500",
    edited_at=False,
    too_long=None,
    max_characters=10000,
    per_url=256,
    allowed_mentions=False,
    version="0.6.20",
)
SERVERS = {"mastodon": MASTODON, "snac": SNAC, "gotosocial": GOTOSOCIAL, "takahe": TAKAHE, "hollo": HOLLO}


def like(name: str, **changes: Any) -> Quirks:
    """The quirks of a known server, with changes."""
    return replace(SERVERS[name], **changes)
