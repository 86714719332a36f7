"""What commands print: JSON documents, plain lines, and sentences on standard error. No escape sequences, ever."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from convo.model import Attachment
from convo.text import clean, format_time, one_line
from convo.views import AccountStatus, Entry, Hit, Opened, OutboxRow, Row, Someone, public_id


def say(text: str = "") -> None:
    """One line or paragraph on standard output; cleaned once more, as a last line of defence."""
    sys.stdout.write(
        f"{clean(text)}\n".encode(sys.stdout.encoding or "utf-8", "replace").decode(
            sys.stdout.encoding or "utf-8"
        )
    )


def say_error(words: str) -> None:
    """One sentence on standard error."""
    sys.stderr.write(f"convo: {clean(words)}\n")


def say_json(document: Any) -> None:
    """One JSON document on standard output."""
    json.dump(document, sys.stdout, ensure_ascii=False, indent=2)
    sys.stdout.write("\n")


def _time(when: datetime | None) -> str | None:
    return format_time(when) if when else None


def row_json(row: Row) -> dict[str, Any]:
    """A conversation as `convo list --json` shows it (docs/json.md)."""
    return {
        "id": public_id("t", row.thread_id),
        "account": row.account,
        "accounts": list(row.accounts),
        "platform": row.platform,
        "title": row.title,
        "url": row.url,
        "state": row.state.value,
        "waiting_since": _time(row.waiting_since),
        "waiting_for": [person.handle for person in row.waiting_for],
        "last_message_at": _time(row.last_message_at),
        "snoozed_until": _time(row.snoozed_until),
        "reason": row.reason,
    }


def someone_json(person: Someone) -> dict[str, Any]:
    """A person inside a message."""
    return {
        "id": person.uid,
        "handle": person.handle,
        "name": person.name,
        "url": person.url,
        "is_me": person.is_me,
    }


def entry_json(entry: Entry) -> dict[str, Any]:
    """A message as `convo show --json` shows it."""
    return {
        "id": public_id("m", entry.message_id),
        "uri": entry.uri,
        "parent_uri": entry.parent_uri or None,
        "author": someone_json(entry.author),
        "created_at": _time(entry.created_at),
        "edited_at": _time(entry.edited_at),
        "text": entry.text,
        "content_warning": entry.content_warning,
        "visibility": entry.visibility.value,
        "attachments": [_attachment(attachment) for attachment in entry.attachments],
        "addressed": entry.addressed.value if entry.addressed else None,
        "waiting": entry.waiting,
        "deleted": entry.deleted,
        "url": entry.url,
    }


def _attachment(attachment: Attachment) -> dict[str, str]:
    return {"kind": attachment.kind, "url": attachment.url, "alt": attachment.alt}


def opened_json(opened: Opened) -> dict[str, Any]:
    """A conversation with its messages."""
    return {**row_json(opened.row), "messages": [entry_json(entry) for entry in opened.entries]}


def hit_json(hit: Hit) -> dict[str, Any]:
    """A search result: the conversation, the message and the words around the hit."""
    return {
        **row_json(hit.row),
        "message": public_id("m", hit.message_id),
        "snippet": hit.snippet.replace("\u200b", ""),
    }


def outbox_json(row: OutboxRow) -> dict[str, Any]:
    """An answer on its way, as `convo outbox --json` shows it."""
    return {
        "id": public_id("o", row.outbox_id),
        "state": row.state.value,
        "account": row.account,
        "message": row.message_uri,
        "to": row.to.handle,
        "text": row.text,
        "error": row.error,
        "created_at": _time(row.created_at),
        "sent_at": _time(row.sent_at),
        "looked_at": _time(row.looked_at),
    }


def sent_json(row: OutboxRow) -> dict[str, Any]:
    """What became of an answer, as `convo reply --json` shows it."""
    return {
        "outbox_id": public_id("o", row.outbox_id),
        "state": row.state.value,
        "uri": row.uri or None,
        "url": row.url or None,
        "error": row.error,
    }


def status_json(status: AccountStatus) -> dict[str, Any]:
    """How an account is, as `convo accounts --json` shows it."""
    return {
        "name": status.name,
        "platform": status.platform,
        "handle": status.handle,
        "health": status.health.value,
        "words": status.words,
        "advice": status.advice,
        "looked_at": _time(status.looked_at),
        "next_at": _time(status.next_at),
    }


def table(rows: Iterable[tuple[str, ...]]) -> None:
    """Plain columns, two blanks apart, the last one as long as it is."""
    lines = [tuple(one_line(cell) for cell in row) for row in rows]
    if not lines:
        return
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]) - 1)]
    for line in lines:
        cells = [cell.ljust(width) for cell, width in zip(line, widths, strict=False)]
        say("  ".join([*cells, line[-1]]).rstrip())
