"""Sentences of the line mode: lines that end where sentences do, times and places in words. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from math import ceil

from convo.adapters import label
from convo.engine import voice
from convo.engine.when import DAYS_LONG, MONTHS, MONTHS_LONG, shown_time
from convo.engine.why import quiet_words
from convo.model import Reason
from convo.text import clean, shorten
from convo.views import (
    AccountStatus,
    Draft,
    Health,
    OutboxRow,
    OutboxState,
    Row,
    SnoozeChoice,
    Someone,
    State,
)

WIDTH = 112
"""Sentences share a line up to this many characters; a longer one has a line of its own."""

_SENTENCE = re.compile(r"\S.*?(?:[.!?…]+[\"')\]”’]*(?=\s|$)|[。！？]+[」』”]*|$)")
_MONTH = re.compile(rf"\b(\d{{1,2}}) ({'|'.join(MONTHS)})\b")


def filled(text: str) -> list[str]:
    """The text in lines, each with as many whole sentences as there is room for."""
    lines: list[str] = []
    for row in clean(text).split("\n"):
        line = ""
        for sentence in _SENTENCE.findall(row):
            blank = " " if line and line[-1] not in "。！？」』" else ""
            joined = f"{line}{blank}{sentence}"
            if line and len(joined) > WIDTH:
                lines.append(line)
                joined = sentence
            line = joined
        if line.strip():
            lines.append(line.rstrip())
    return lines


def spelled(words: str) -> str:
    """The months of our own times in full: "12 November"."""
    return _MONTH.sub(lambda found: f"{found[1]} {MONTHS_LONG[MONTHS.index(found[2])]}", words)


def waits_for(when: datetime, now: datetime) -> str:
    """ "since Tuesday", "for 3 hours", "since just now"."""
    age = spelled(voice.age_long(when, now))
    return f"since {age}" if age == "just now" else age


def place(platform: str, account: str) -> str:
    """Platform and account, once if they are the same word."""
    name = label(platform)
    return f"{name}." if not account or name.lower() == account.lower() else f"{name}, {account}."


def person(who: Someone) -> str:
    """A person's whole name, and whether they are in the circle."""
    return f"{who.shown}, in your circle" if who.circle else who.shown


def standing(row: Row, now: datetime) -> str:
    """The first line of a conversation: who, and how it stands with them."""
    if row.who is None:
        return "Your own words."
    who, since = person(row.who), row.waiting_since or row.last_message_at
    comma = "," if row.who.circle else ""
    if row.state is State.WAITING and row.reminder:
        return f"{who}{comma} is back, as you asked."
    if row.state is State.WAITING:
        others = [one for one in row.waiting_for if one.person_id != row.who.person_id]
        verb = "sounds finished" if row.finished else f"waits {waits_for(since, now)}"
        also = (
            f" {voice.names(others)} {'waits' if len(others) == 1 else 'wait'} here, too." if others else ""
        )
        return f"{who}{comma} {verb}.{also}"
    if row.state is State.SNOOZED:
        return spelled(voice.comes_back([row.who], row.snoozed_until, now))
    if row.state is State.QUIET:
        return f"{who}{comma} waits in Quiet: {quiet_words(row.reason)}."
    if row.state is State.MUTED:
        return f"{who}. You muted this conversation."
    return {
        State.DONE: f"{who}{comma} is done.",
        State.ANSWERED: f"{who}{comma} has your answer.",
    }.get(row.state, f"{who}, {spelled(voice.ago(row.last_message_at, now))}.")


_WHY = {
    Reason.REPLY: "replied to you",
    Reason.MENTION: "mentioned you",
    Reason.QUOTE: "quoted you",
    Reason.COMMENT: "commented on your text",
    Reason.REVIEW: "asks for your review",
    Reason.DIRECT: "wrote only to you",
    Reason.OPENED: "opened this with you",
}


def why(row: Row) -> str:
    """Why a conversation waits, without the full stop: "Ana replied to you"; "" when there is no reason to tell."""
    if row.state is not State.WAITING or row.reminder or row.who is None:
        return ""
    if row.reason not in {reason.value for reason in Reason}:
        return ""
    return f"{voice.name_of(row.who)} {_WHY[Reason(row.reason)]}"


def also_why(row: Row) -> str:
    """What else there is to know about a conversation that waits."""
    if row.state is not State.WAITING or row.who is None:
        return ""
    name = voice.name_of(row.who)
    said = [
        (row.reopened, f"Reopened: {name} wrote again."),
        (row.woke and not row.reminder, f"{name} is back, as you asked."),
        (row.first_time, f"This is the first time {name} writes to you."),
        (row.held, "It is to approve; only you can see it until then."),
    ]
    return " ".join(words for true, words in said if true)


def in_list(row: Row, now: datetime) -> str:
    """A conversation in a list that is read by numbers."""
    words = f"Covered: {row.covered}." if row.covered else shorten(row.words or row.title, 90)
    who = standing(row, now).rstrip(".")
    return f"{who}. {label(row.platform)}: {words}"


def leaving(row: OutboxRow, now: datetime, offline: bool = False) -> str:
    """Where an answer is on its way: "To Ana in 10 seconds. u takes it back."."""
    to = voice.name_of(row.to)
    if row.state is OutboxState.HELD and offline:
        return f"Your answer to {to} goes out when convo runs with the network next. {voice.BACK}"
    if row.state is OutboxState.HELD and row.leaves_at is not None:
        seconds = ceil((row.leaves_at - now).total_seconds())
        if seconds <= 0:
            return f"To {to}: it leaves now."
        return f"To {to} in {seconds} second{'s' * (seconds > 1)}. {voice.BACK}"
    if row.state is OutboxState.UNSURE:
        return f"Did this reach {to}? The outbox shows what convo knows: g o."
    return voice.sending(row, now)


def on_its_way(row: OutboxRow, now: datetime, offline: bool) -> str:
    """An answer in the outbox, with its words."""
    place_words = place(row.platform, row.account)
    return f'To {row.to.shown}, {place_words} "{row.text}" {leaving(row, now, offline)}'


def draft_words(draft: Draft, to: Someone | None) -> str:
    """A draft in a list."""
    name = to.shown if to else "nobody any more"
    kind = "Your change" if draft.edits else "Draft"
    return f'{kind} to {name}, from {draft.account}: "{shorten(draft.text, 90)}"'


def accounts(statuses: Sequence[AccountStatus], now: datetime) -> list[str]:
    """How the accounts are, the ones in trouble by name."""
    if not statuses:
        return ["There is no account yet. Add one with: convo login NAME"]
    bad = [one for one in statuses if one.health not in (Health.FINE, Health.LOOKING)]
    if not bad:
        return ["All accounts are fine." if len(statuses) > 1 else f"{statuses[0].name} is fine."]
    troubles = [f"{one.name}: {trouble(one)}" for one in bad]
    if len(bad) == 1 and len(statuses) > 1:
        return [f"All accounts are fine, except {troubles[0]}"]
    return troubles if len(bad) == len(statuses) else [*troubles, "The other accounts are fine."]


def trouble(status: AccountStatus) -> str:
    """What is wrong with an account and what to do."""
    if status.health is Health.SIGN_IN:
        return f"sign in again with: convo login {status.name}"
    return " ".join(part for part in (status.words, status.advice) if part) or str(status.health.value)


def account(status: AccountStatus, now: datetime) -> str:
    """One account, in the list of all."""
    looked = (
        f" convo looked {spelled(voice.ago(status.looked_at, now))}." if status.looked_at is not None else ""
    )
    known = f", {status.handle}" if status.handle else ""
    if status.health is Health.FINE:
        return f"{status.name}, {label(status.platform)}{known}: fine.{looked}"
    if status.health is Health.LOOKING:
        return (
            f"{status.name}, {label(status.platform)}{known}: convo looks there now. {status.words}".rstrip()
        )
    words = f"{status.words} " if status.health is Health.SIGN_IN and status.words else ""
    return f"{status.name}, {label(status.platform)}{known}: {words}{trouble(status)}"


def snooze(choice: SnoozeChoice) -> str:
    """A line of the snooze menu in words: "later today 17:00", "Monday 9:00", "in a week"."""
    if choice.until is None:
        return choice.label
    at = shown_time(choice.until)
    return {"d": f"{DAYS_LONG[choice.until.weekday()]} {at}", "w": "in a week"}.get(
        choice.key, f"{choice.label} {at}"
    )


def numbered(words: Sequence[str], first: int = 1) -> str:
    """Choices in one sentence: "1 this, 2 that"."""
    return ", ".join(f"{number} {one}" for number, one in enumerate(words, first))
