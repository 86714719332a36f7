"""What a simulated fediverse server lets an inbox write."""

from __future__ import annotations

import re
from typing import Any

import regex

from tests.simulators._mastodon_calls import ApiError, Call, NotFound
from tests.simulators._mastodon_reads import Reads
from tests.simulators._mastodon_state import Account, Instance, Status, order, stamp
from tests.simulators.messages import Answer, json_answer

_URL = re.compile(r"https?://[^\s]+")
_REMOTE = re.compile(r"(?<![\w/])@(\w+)@[\w.:-]+\w")


class Writes:
    """The writing half of the API."""

    def __init__(self, instance: Instance, reads: Reads) -> None:
        self.instance = instance
        self.reads = reads
        self.keys: dict[tuple[str, str], int] = {}
        self.media: dict[str, dict[str, Any]] = {}

    def length(self, text: str, spoiler: str) -> int:
        """As the server counts: graphemes, URLs at a fixed price, remote names without their domain."""
        text = _URL.sub("x" * self.instance.quirks.per_url, text)
        return len(regex.findall(r"\X", _REMOTE.sub(r"@\1", text) + spoiler))

    def post(self, call: Call) -> Answer:
        """A new status; a repeated key gives the first one where keys are honoured."""
        me, quirks = call.account, call.quirks
        key = (me.id, call.request.headers.get("idempotency-key", ""))
        if key[1] and quirks.idempotency != "ignored" and key in self.keys:
            if quirks.idempotency == "error":
                raise ApiError(500, {"error": "Internal Server Error"})
            return json_answer(self.reads.views(call).status(self.instance.statuses[self.keys[key]]))
        fields = call.fields()
        text, spoiler = str(fields.get("status") or ""), str(fields.get("spoiler_text") or "")
        media = [self.media[one] for one in fields.get("media_ids") or [] if one in self.media]
        if not text and not media and (call.request.is_json or quirks.form_bodies):
            raise ApiError(422, {"error": "Validation failed: Text can't be blank"})
        self._demand_length(text, spoiler)
        mentions = self.instance.named(text)
        self._demand_mentions(call, fields.get("allowed_mentions"), mentions)
        visibility = str(fields.get("visibility") or me.visibility)
        if quirks.silenced and visibility == "public":
            visibility = "unlisted"
        status = self.instance.write(
            me,
            text,
            to=self._parent(call, str(fields.get("in_reply_to_id") or "")),
            visibility=visibility,
            spoiler=spoiler,
            sensitive=fields.get("sensitive") in (True, "true", "1"),
            language=fields.get("language") or "en",
            mentions=mentions,
            media=media,
            application="convo",
        )
        if key[1]:
            self.keys[key] = status.key
        return json_answer(self.reads.views(call).status(status))

    def _demand_length(self, text: str, spoiler: str) -> None:
        quirks = self.instance.quirks
        if quirks.too_long and self.length(text, spoiler) > quirks.max_characters:
            status, words = quirks.too_long
            raise ApiError(status, {"error": words.format(limit=quirks.max_characters)})

    def _demand_mentions(self, call: Call, allowed: Any, mentions: list[Account]) -> None:
        if allowed is None or not call.quirks.allowed_mentions:
            return
        unexpected = [one for one in mentions if one.id not in allowed and one is not call.me]
        if unexpected:
            accounts = [self.reads.views(call).account(one) for one in unexpected]
            words = "Post would be sent to unexpected accounts"
            raise ApiError(422, {"error": words, "unexpected_accounts": accounts})

    def _parent(self, call: Call, status_id: str) -> Status | None:
        if not status_id:
            return None
        every = self.instance.statuses.values()
        found = next((one for one in every if one.id == status_id), None)
        if found and not found.deleted and self.instance.sees(call.me, found):
            return found
        way = call.quirks.reply_deleted if found else call.quirks.reply_missing
        if way == "orphan":
            return None
        if way == "500":
            raise ApiError(500, "")
        raise ApiError(404, {"error": "The post you are trying to reply to does not appear to exist."})

    def _own(self, call: Call, status_id: str) -> Status:
        found = self.reads.status_of(call, status_id)
        if found.account is not call.account:
            raise NotFound(call.quirks)
        return found

    def edit(self, call: Call, status_id: str) -> Answer:
        """Change an own status; its visibility stays."""
        status, fields = self._own(call, status_id), call.fields()
        text = str(fields.get("status") or "")
        self._demand_length(text, str(fields.get("spoiler_text") or ""))
        self.instance.change(status, text, str(fields.get("spoiler_text") or ""))
        return json_answer(self.reads.views(call).status(status))

    def delete(self, call: Call, status_id: str) -> Answer:
        """Delete an own status; it comes back with its text for a new try."""
        status = self._own(call, status_id)
        shown = {**self.reads.views(call).status(status), "text": status.text}
        self.instance.delete(status)
        return json_answer(shown)

    def mute_thread(self, call: Call, status_id: str, on: bool) -> Answer:
        """Mute or unmute the conversation of a status."""
        status = self.reads.status_of(call, status_id)
        muted = call.account.muted_threads
        (muted.add if on else muted.discard)(self.instance.root(status))
        return json_answer(self.reads.views(call).status(status))

    def relate(self, call: Call, account_id: str, verb: str) -> Answer:
        """Mute, unmute, block or unblock an account."""
        account, me = self.reads.account_of(call, account_id), call.account
        chosen = me.muted if verb.endswith("mute") else me.blocked
        (chosen.discard if verb.startswith("un") else chosen.add)(account.id)
        if verb == "block":
            notes = self.instance.notifications
            self.instance.notifications = [n for n in notes if n.to is not me or n.by is not account]
        return json_answer(self.reads.relationship(call, account))

    def markers(self, call: Call) -> Answer:
        """Read or move the marker of what was read."""
        if not call.quirks.markers:
            raise NotFound(call.quirks)
        me = call.account
        if call.request.method == "GET":
            return json_answer({"notifications": me.markers} if me.markers else {})
        last = str(call.fields().get("notifications", {}).get("last_read_id") or "")
        version = me.markers.get("version", 0) + 1
        now = stamp(self.instance.clock.now())
        me.markers = {"last_read_id": last, "version": version, "updated_at": now}
        return json_answer({"notifications": me.markers})

    def dismiss(self, call: Call, note_id: str) -> Answer:
        """Destroy a notification, which convo must never do."""
        notes = self.instance.notifications
        self.instance.notifications = [n for n in notes if n.id != note_id or n.to is not call.account]
        return json_answer({})

    def upload(self, call: Call) -> Answer:
        """Take a file."""
        parts = call.request.parts()
        if "file" not in parts:
            raise ApiError(422, {"error": "Validation failed: File can't be blank"})
        made = self.instance.new_id("digits")
        self.media[made] = {
            "id": made,
            "type": "image",
            "url": f"{self.instance.base}/media/{made}.png",
            "preview_url": f"{self.instance.base}/media/{made}s.png",
            "remote_url": None,
            "description": parts.get("description", ("", b""))[1].decode() or None,
        }
        return json_answer(self.media[made])


__all__ = ["Writes", "order"]
