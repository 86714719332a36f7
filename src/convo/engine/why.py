"""Why a conversation stands where it stands, in sentences. Pure; times are told in the zone of `now`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from convo.engine.voice import ago, comes_back, name_of, since
from convo.model import Reason
from convo.views import Entry, Row, State

_WHY: Final = {
    Reason.REPLY: "{} replied to you {}.",
    Reason.MENTION: "{} mentioned you {}.",
    Reason.QUOTE: "{} quoted you {}.",
    Reason.COMMENT: "{} commented on your text {}.",
    Reason.REVIEW: "{} asks for your review {}.",
    Reason.DIRECT: "{} wrote only to you {}.",
    Reason.OPENED: "{} opened this with you {}.",
}

_RULES: Final[Mapping[str, str]] = {
    "bot": "The platform marks this account as a bot",
    "only-link": "The first words to you are only a link",
    "same-words": "The same words went to many",
    "automatic-greeting": "It reads like an automatic greeting",
    "many-named": "It names many people at once",
    "platform-filter": "The platform itself kept it back",
}
"""What a rule of Quiet found, by its name."""


def why_here(row: Row, now: datetime, handle: str = "") -> str:
    """Why a conversation is where it is; `handle` is put behind the name where there is room. "" for no reason."""
    who = name_of(row.who) if row.who else ""
    if row.reminder:
        return f"{who} is back, as you asked." if who else "This is back, as you asked."
    if row.state is State.QUIET:
        return f"{who} waits in Quiet: {quiet_words(row.reason)}."
    if row.state in (State.ANSWERED, State.DONE, State.MUTED):
        return _closed(row, now)
    words = _said(row, now, handle)
    if row.state is State.SNOOZED:
        return f"{words} {comes_back((row.who,) if row.who else (), row.snoozed_until, now)}".strip()
    return words


def _said(row: Row, now: datetime, handle: str) -> str:
    """What somebody said to the user, and how."""
    who = name_of(row.who) if row.who else ""
    if not row.reason or row.reason not in {reason.value for reason in Reason} or not who:
        return ""
    called = f"{who} ({handle})" if handle and handle != who else who
    reason, at = Reason(row.reason), row.waiting_since or row.last_message_at
    words = _WHY[reason].format(called, since(at, now) if reason is Reason.REVIEW else ago(at, now))
    if row.reopened:
        words = f"Reopened: {who} wrote again."
    elif row.woke:
        words = f"{who} is back, as you asked."
    if row.finished:
        return f"{words} This sounds finished."
    return f"{words} This is the first time {who} writes to you." if row.first_time else words


def _closed(row: Row, now: datetime) -> str:
    """Whose turn it is, or what the user did with it, and since when."""
    who = name_of(row.who) if row.who else ""
    if row.state is State.ANSWERED:
        at = ago(row.last_message_at, now)
        if not row.last_is_me:
            return f"You have answered; the last word came {at}."
        turn = f" It is {who}'s turn." if who else ""
        return f"You answered{f' {who}' if who else ''} {at}.{turn}"
    at = f" {ago(row.state_since, now)}" if row.state_since is not None else ""
    verb = "muted" if row.state is State.MUTED else "closed"
    return f"You {verb} this{at}."


def quiet_words(reason: str) -> str:
    """A reason of Quiet as a sentence tells it: without the name of the rule."""
    return reason.partition(": ")[2] or reason


def quiet_detail(row: Row, entry: Entry | None, place: str) -> list[str]:
    """The rule by its name and what it saw, a sentence each; `place` is the text under which it stands."""
    from convo.quiet import FOR_KNOWN, parts  # needed in Quiet alone

    who = name_of(row.who) if row.who else "this"
    rule, saw = parts(row.reason)
    found = _RULES.get(rule)
    if found is None:
        told = [f"Why is {who} here? {saw[:1].upper()}{saw[1:]}."]
    else:
        told = [f'Why is {who} here? {found} (rule "{rule}").']
        if rule not in FOR_KNOWN and who:
            told.append(f"You have never written to {who}.")
    if entry is not None and entry.text.strip():
        told.append(f'  "{" ".join(entry.text.split())}"')
        if entry.addressed is Reason.COMMENT and place:
            told.append(f"  under your text {place}")
    return told
