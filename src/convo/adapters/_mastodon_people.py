"""What is done there beside answering: read mark, muted conversations, muted and blocked people."""

from __future__ import annotations

import json
from urllib.parse import urlsplit

from msgspec import Raw

from convo.adapters import _mastodon_wire as wire
from convo.adapters._mastodon_api import Api, escaped, person_of
from convo.adapters._mastodon_lists import order
from convo.adapters.contract import AdapterError, Missing, Refused
from convo.model import Ref
from convo.text import one_line, shorten

_TRIES = 3


async def mark_read(api: Api, ref: Ref) -> None:
    """Move the read mark of notifications up to that of this message, never back.

    Servers without read marks, and messages that no notification told of, change nothing.
    """
    await api.known()
    notification = _notification(ref.data) or await _notification_of(api, ref)
    if not notification:
        return
    for attempt in range(_TRIES):
        try:
            response = await api.get("/api/v1/markers", [("timeline[]", "notifications")])
            marker = wire.decode(response, wire.Markers).notifications
            if marker is not None and order(wire.text_id(marker.last_read_id)) >= order(notification):
                return
            await api.send("POST", "/api/v1/markers", {"notifications": {"last_read_id": notification}})
            return
        except Missing:
            return
        except Refused:
            # Another client moved it in the same moment (409): read it again.
            if attempt == _TRIES - 1:
                raise


async def mute_thread(api: Api, ref: Ref, on: bool) -> None:
    """Mute or unmute the conversation of a message."""
    await api.send("POST", f"/api/v1/statuses/{escaped(ref.local_id)}/{'mute' if on else 'unmute'}")


async def mute_person(api: Api, uid: str, on: bool) -> None:
    """Mute or unmute a person, with their notifications, until it is taken back."""
    await api.send("POST", f"/api/v1/accounts/{escaped(await _id_of(api, uid))}/{'mute' if on else 'unmute'}")


async def block(api: Api, uid: str, on: bool) -> None:
    """Block or unblock a person."""
    await api.send(
        "POST", f"/api/v1/accounts/{escaped(await _id_of(api, uid))}/{'block' if on else 'unblock'}"
    )


def _notification(data: str) -> str:
    try:
        kept = json.loads(data or "{}")
    except ValueError:
        return ""
    return str(kept.get("notification", "")) if isinstance(kept, dict) else ""


async def _notification_of(api: Api, ref: Ref) -> str:
    """The notification of a message among the newest, "" when it is not there."""
    response = await api.get(
        "/api/v1/notifications", [("types[]", "mention"), ("types[]", "quote"), ("limit", "80")]
    )
    items, _ = wire.each(wire.decode(response, list[Raw]), wire.Notification, "Item")
    for item in items:
        status = wire.part(item.status, wire.Status)
        if status is not None and one_line(status.uri or status.url or "") == ref.uri:
            return wire.text_id(item.id)
    return ""


async def _id_of(api: Api, uid: str) -> str:
    """The id of a person on this server: by the handle their address shows, then by a search for the address."""
    facts = await api.known()
    for account in [*await _looked_up(api, uid), *await _searched(api, uid)]:
        if person_of(account, facts.domain).uid == uid:
            return wire.text_id(account.id)
    raise Refused(f"{api.host} does not find {shorten(uid, 80)}.")


async def _looked_up(api: Api, uid: str) -> list[wire.Account]:
    if uid.startswith("acct:"):
        handle = uid[5:]
    else:
        parts = urlsplit(uid)
        handle = f"{parts.path.rstrip('/').rsplit('/', 1)[-1].lstrip('@')}@{parts.netloc}"
    try:
        return [wire.decode(await api.get("/api/v1/accounts/lookup", [("acct", handle)]), wire.Account)]
    except Refused:
        return []


async def _searched(api: Api, uid: str) -> list[wire.Account]:
    if uid.startswith("acct:"):
        return []
    params = [("q", uid), ("type", "accounts"), ("resolve", "true"), ("limit", "1")]
    try:
        found = wire.decode(await api.get("/api/v2/search", params), wire.Search)
    except AdapterError:
        return []
    accounts, _ = wire.each(found.accounts or [], wire.Account, "Person")
    return accounts
