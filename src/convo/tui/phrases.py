"""Short words of the screen: places, ages, tags, titles. Sentences come from the engine's voice. Pure.

Times come in UTC and are told in the zone of the `Moment`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta, tzinfo
from math import ceil

from convo.engine import voice
from convo.engine.when import DAYS, DAYS_LONG, MONTHS, shown_time
from convo.model import Visibility
from convo.values import frozen
from convo.views import OutboxRow, OutboxState, Row, Someone, State

OLD = timedelta(days=3)
"""From here on an age is shown in the colour of waiting."""


@frozen
class Moment:
    """The present as the screen tells time: `now` in UTC, the user's zone, and how platforms are called."""

    now: datetime
    zone: tzinfo | None = None
    platform_name: Callable[[str], str] = str.capitalize

    @property
    def here(self) -> datetime:
        """The present in the user's zone."""
        return self.now.astimezone(self.zone)

    def local(self, when: datetime) -> datetime:
        """A time in the user's zone."""
        return when.astimezone(self.zone)

    def day(self, when: datetime) -> int:
        """Days between then and today, by the calendar; negative in the future."""
        return (self.here.date() - self.local(when).date()).days


@frozen
class Age:
    """How long ago, in few cells and in more."""

    short: str
    long: str
    old: bool = False


def age(when: datetime | None, moment: Moment) -> Age:
    """How long something waits: minutes and hours today, then the weekday, the date, the year."""
    if when is None:
        return Age("", "")
    old = moment.now - when >= OLD
    return Age(voice.age_short(when, moment.here), voice.age_long(when, moment.here), old)


def coming(when: datetime | None, moment: Moment) -> Age:
    """When something comes back, as an age: the day."""
    if when is None:
        return Age("", "")
    local, days = moment.local(when), -moment.day(when)
    if days <= 0:
        return Age("today", "today")
    if days <= 6:
        return Age(DAYS[local.weekday()], "tomorrow" if days == 1 else DAYS_LONG[local.weekday()])
    day = f"{local.day} {MONTHS[local.month - 1]}"
    return Age(day, day)


def stamp(when: datetime, moment: Moment) -> tuple[str, str]:
    """When a message was written, in the long and in the short form of a head line."""
    local, days = moment.local(when), moment.day(when)
    if days <= 0:
        return shown_time(local), shown_time(local)
    if days <= 6:
        return f"{DAYS[local.weekday()]} {shown_time(local)}", DAYS[local.weekday()]
    day = f"{local.day} {MONTHS[local.month - 1]}"
    return (day, day) if local.year == moment.here.year else (f"{day} {local.year}", str(local.year))


first_name = voice.short_name
names = voice.names
arrivals = voice.arrivals
three_names = voice.listed


def who_waits(people: Sequence[Someone], since: datetime | None, moment: Moment, short: bool = False) -> str:
    """The top line's right side; the short form leaves the time out."""
    long = voice.who_waits(people, since, moment.here)
    if not short or not people:
        return long
    one = len({person.shown for person in people}) == 1
    return f"{names(people)} {'waits' if one else 'wait'}"


def place(platform: str, account: str, moment: Moment) -> str:
    """Platform and account, once if they are the same word."""
    name = moment.platform_name(platform)
    return name if name.lower() == account.lower() or not account else f"{name} {account}"


def at_handle(who: Someone) -> str:
    """A handle with one @ before it where it looks like an address of a network."""
    if who.handle.startswith("@") or ("." not in who.handle and "@" not in who.handle):
        return who.handle
    return f"@{who.handle}"


def readers(visibility: Visibility, who: Someone | None = None) -> str:
    """Who may read a message, in words."""
    return voice.readers(visibility, (first_name(who),) if who else ())


def outbox_tag(row: OutboxRow, moment: Moment, motion: bool = True) -> str:
    """Where an answer is on its way, in a word or two."""
    if row.state is OutboxState.HELD:
        if row.leaves_at is None or not motion:
            return "in a moment"
        return f"in {seconds_left(row, moment)} s"
    return "not sent" if row.state is OutboxState.FAILED else str(row.state.value)


def seconds_left(row: OutboxRow, moment: Moment) -> int:
    """Whole seconds until a held answer leaves, never below 0."""
    if row.leaves_at is None:
        return 0
    return max(ceil((row.leaves_at - moment.now).total_seconds()), 0)


def tag(row: Row, expected: Collection[State], leaving: OutboxRow | None, moment: Moment) -> str:
    """The first tag that applies to a row in a list that shows threads in the `expected` states."""
    if row.outbox is not None and row.outbox is not OutboxState.SENT:
        if leaving is not None:
            return outbox_tag(leaving, moment)
        words = {OutboxState.FAILED: "not sent", OutboxState.HELD: "in a moment"}
        return words.get(row.outbox, str(row.outbox.value))
    if expected and row.state not in expected:
        return "gone" if row.state is State.HISTORY else str(row.state.value)
    for shown, word in (
        (row.to_paste, "to paste"),
        (row.held, "to approve"),
        (row.has_draft, "draft"),
        (row.reminder, "woke"),
        (row.reopened, "reopened"),
        (row.first_time, "first time"),
        (row.unread, "new"),
        (row.finished, "finished"),
    ):
        if shown:
            return word
    return ""


def title(row: Row) -> str:
    """What a conversation is called: subject or first words, else whom it is with."""
    if row.visibility is Visibility.DIRECT and row.who is not None:
        return f"Only {first_name(row.who)} and you"
    if row.title and row.covered and row.words[:16] == row.title[:16]:
        return f"Covered: {row.covered}"
    if row.title:
        return row.title
    people = row.waiting_for or ((row.who,) if row.who else ())
    return f"With {voice.names(people)}" if people else "Your words"
