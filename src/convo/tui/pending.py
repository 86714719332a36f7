"""Answers on their way as they stand in the conversation, below the message they answer."""

from __future__ import annotations

from collections.abc import Iterable

from convo.model import Visibility
from convo.tui import phrases
from convo.tui.phrases import Moment
from convo.views import Entry, OutboxRow, OutboxState, Someone

LEAVING = (OutboxState.HELD, OutboxState.QUEUED, OutboxState.SENDING)
SHOWN = (*LEAVING, OutboxState.UNSURE)
_WORDS = {
    OutboxState.QUEUED: "goes out next",
    OutboxState.SENDING: "on its way",
    OutboxState.UNSURE: "unsure",
}
_ME = Someone(0, "", "", "", is_me=True)


def entries(rows: Iterable[OutboxRow]) -> tuple[Entry, ...]:
    """The words that have not arrived, each as a message of the user; what failed stands in the drafts again."""
    return tuple(_entry(row) for row in rows if row.state in SHOWN)


def labels(rows: Iterable[OutboxRow], moment: Moment, motion: bool) -> dict[str, str]:
    """What stands at the right of each, by its made-up address."""
    return {_address(row): _label(row, moment, motion) for row in rows if row.state in SHOWN}


def _address(row: OutboxRow) -> str:
    return f"outbox {row.outbox_id}"


def _label(row: OutboxRow, moment: Moment, motion: bool) -> str:
    if row.state is not OutboxState.HELD:
        return _WORDS[row.state]
    if row.leaves_at is None or not motion:
        return "leaves in a moment"
    return f"leaves in {phrases.seconds_left(row, moment)} s"


def _entry(row: OutboxRow) -> Entry:
    return Entry(
        message_id=-row.outbox_id,
        uri=_address(row),
        parent_uri=row.message_uri,
        author=_ME,
        created_at=row.created_at,
        edited_at=None,
        text=row.text,
        content_warning="",
        visibility=Visibility.PUBLIC,
        language="",
        url="",
        attachments=(),
        links=(),
        quotes=(),
        mentions=(),
        addressed=None,
        waiting=False,
        waiting_since=None,
        done=False,
        quiet="",
        held=False,
        deleted=False,
        more_below=False,
        new=False,
        arrival=0,
        accounts=(row.account,),
    )
