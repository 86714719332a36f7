"""Sentences about people: whose turn it is, since when they talk, why two may be one, and how a week was.

They name people and say when; they never count anything. All functions are pure; times are aware.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from convo.engine.voice import day_of, days_ago, listed, local, name_of, names, since
from convo.engine.when import DAYS, MONTHS, MONTHS_LONG, shown_time
from convo.people import PersonRow, Turn
from convo.views import Row, Someone, State

WIDE_CIRCLE: Final = "Your circle is wide by now. Whom would you let go?"
"""Follows when more people are in it than anybody can know well."""

EMPTY_PEOPLE: Final = {
    Turn.YOURS: "Nobody waits for you.",
    Turn.THEIRS: "It is nobody else's turn.",
    Turn.QUIET: "Nobody has gone quiet.",
}
"""What an empty list of people says."""
QUIET_WEEK: Final = "It was a quiet week."
NOBODY_YET: Final = "You have talked with nobody yet."
NOBODY_TO_REACH: Final = "You are in touch with everybody in your circle."

_NAMED: Final = 12


def one_person(people: Sequence[Someone]) -> str:
    """Two persons were joined."""
    return f"{listed([called(person) for person in people])} are the same person now."


def two_people(people: Sequence[Someone]) -> str:
    """It was said that two persons are not one."""
    return f"{listed([called(person) for person in people])} are two people; you will not be asked again."


def separate(people: Sequence[Someone]) -> str:
    """A person was separated from the others."""
    return f"{names(people)} is joined with nobody now."


def muted_because(saw: str, now: datetime) -> str:
    """What the note about a purely commercial contact says: "Muted on 27 Nov 2026: only a link: x.example."."""
    here, _ = local(now, now)
    return f"Muted on {here.day} {MONTHS[here.month - 1]} {here.year}: {saw}."


def called(person: Someone) -> str:
    """ "Ana Lind (@ana@fosstodon.org)", the handle alone where there is no name."""
    return f"{person.name} ({person.handle})" if person.name else person.handle


def whose_turn(row: PersonRow | None, now: datetime) -> str:
    """ "your turn: Ana waits since Tuesday", "their turn: you wrote to Ana on Tuesday", "gone quiet since May"."""
    if row is None:
        return ""
    who = name_of(row.person)
    if row.turn is Turn.YOURS:
        late = ", put off" if row.put_off else ""
        return f"{row.turn.value}: {who} waits {since(row.since, now)}{late}"
    if row.turn is Turn.THEIRS:
        said = f"you wrote to {who}" if row.last_is_me else f"{who} wrote"
        return f"{row.turn.value}: {said} {roughly(row.since, now)}"
    return f"{row.turn.value} {since_about(row.since, now)}"


def since_about(when: datetime, now: datetime) -> str:
    """ "since today", "since Tuesday", "since 3 Nov", "since March", "since March 2021"."""
    when, now = local(when, now)
    if days_ago(when, now) <= 0:
        return "since today"
    if days_ago(when, now) < 7:
        return f"since {day_of(when, now)}"
    if (when.year, when.month) == (now.year, now.month):
        return f"since {when.day} {MONTHS[when.month - 1]}"
    return f"since {_month(when, now)}"


def roughly(when: datetime, now: datetime) -> str:
    """ "today", "yesterday", "on Tuesday", "last week", "on 3 Nov", "in March", "in March 2021"."""
    when, now = local(when, now)
    days = days_ago(when, now)
    if days <= 1:
        return "yesterday" if days == 1 else "today"
    if days < 7:
        return f"on {day_of(when, now)}"
    if days < 14:
        return "last week"
    if (when.year, when.month) == (now.year, now.month):
        return f"on {when.day} {MONTHS[when.month - 1]}"
    return f"in {_month(when, now)}"


def _month(when: datetime, now: datetime) -> str:
    month = MONTHS_LONG[when.month - 1]
    return month if when.year == now.year else f"{month} {when.year}"


def how_long(who: str, first: datetime, theirs: datetime | None, mine: datetime | None, now: datetime) -> str:
    """ "You talk since March 2021. Last week Ana answered you."; one side alone is told as that."""
    if theirs is not None and mine is not None:
        did = f"{who} answered you" if theirs > mine else f"you answered {who}"
        return f"You talk {since_about(first, now)}. {_first_word(roughly(max(theirs, mine), now))} {did}."
    if theirs is not None:
        if theirs == first:
            return f"{who} wrote to you for the first time {roughly(first, now)}."
        return f"{who} writes to you {since_about(first, now)}."
    return f"You wrote to {who} {roughly(mine or first, now)}."


def _first_word(words: str) -> str:
    return words[:1].upper() + words[1:]


def state_of(
    row: Row, who: str, waits: bool, quiet: bool, last_is_me: bool, both: bool, now: datetime
) -> str:
    """How a conversation stands: "Ana waits", "you answered", "done", "snoozed to Monday", "muted", "in Quiet".

    `both`: the user and the person have both spoken in it.
    """
    if row.state is State.MUTED:
        return "muted"
    if row.state is State.SNOOZED:
        return f"snoozed to {until(row.snoozed_until, now)}" if row.snoozed_until else f"until {who} writes"
    if waits:
        return f"{who} waits"
    if quiet or row.state is State.QUIET:
        return "in Quiet"
    if row.state is State.DONE:
        return "done"
    verb = "answered" if both or row.state is State.ANSWERED else "wrote"
    return f"you {verb}" if last_is_me else f"{who} {verb}"


def until(when: datetime, now: datetime) -> str:
    """A time to come, as a day: "17:00", "tomorrow", "Monday", "24 Dec", "3 Jan 2028"."""
    when, now = local(when, now)
    away = -days_ago(when, now)
    if away <= 1:
        return "tomorrow" if away == 1 else shown_time(when)
    if away < 7:
        return day_of(when, now)
    day = f"{when.day} {MONTHS[when.month - 1]}"
    return day if away < 300 else f"{day} {when.year}"


def day_short(when: datetime, now: datetime) -> str:
    """When a conversation was last gone on with: "9:14", "Tue", "12 Nov", "October", "2024"."""
    when, now = local(when, now)
    days = days_ago(when, now)
    if days <= 0:
        return shown_time(when)
    if days < 7:
        return DAYS[when.weekday()]
    if days < 31:
        return f"{when.day} {MONTHS[when.month - 1]}"
    return MONTHS_LONG[when.month - 1] if when.year == now.year else str(when.year)


def years(folded: Sequence[int]) -> str:
    """ "from 2021 to 2023", "from 2023", "" for none."""
    if not folded:
        return ""
    return f"from {min(folded)} to {max(folded)}" if len(folded) > 1 else f"from {folded[0]}"


def evidence(kind: str, place: str, verified: bool) -> str:
    """Why another person may be the same human, as a sentence about that person."""
    words = {
        "each other": "The two profiles link to each other",
        "links": "This profile links to it",
        "linked": "It links to this profile",
        "same link": f"Both link to {place}",
        "handle": f"The same name at the same domain, {place}",
        "server": f"Both are at {place}",
    }[kind]
    return f"{words}, and the platform has verified it." if verified else f"{words}."


def joined_by_you(kind: str = "", place: str = "", verified: bool = False) -> str:
    """ "joined by you; both link to lind.example"."""
    if not kind:
        return "joined by you"
    words = evidence(kind, place, verified).rstrip(".")
    return f"joined by you; {words[:1].lower()}{words[1:]}"


def reach_out(row: PersonRow, now: datetime) -> str:
    """Why somebody is in the list of whom to reach: "Ana wrote last, in March."."""
    who = name_of(row.person)
    if row.last_is_me:
        return f"You wrote to {who} last, {roughly(row.since, now)}."
    return f"{who} wrote last, {roughly(row.since, now)}."


def answered(people: Sequence[Someone]) -> str:
    """ "You answered Ana, Ben and Chi."; a look back names more people than other sentences do."""
    shown = [name_of(person, people) for person in people]
    if len(shown) > _NAMED:
        return f"You answered {', '.join(shown[:_NAMED])} and others."
    return f"You answered {' and '.join(filter(None, [', '.join(shown[:-1]), shown[-1]]))}."


def waits_since(row: PersonRow, among: Sequence[Someone], now: datetime) -> str:
    """Ana waits since Tuesday."""
    return f"{name_of(row.person, among)} waits {since(row.since, now)}."


def went_on(row: Row, people: Sequence[Someone]) -> str:
    """ "Roof tiles" went on with Ana and Ben."""
    return f'"{row.title}" went on with {names(people)}.'
