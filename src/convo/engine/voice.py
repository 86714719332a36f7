"""The sentences of the program: who waits, what was done, what to say before sending. Times are the user's clocks.

A sentence names people, never counts them. All functions are pure; times are aware.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from convo.engine.when import DAYS, DAYS_LONG, MONTHS, shown_time
from convo.model import Visibility
from convo.views import Entry, OutboxRow, Someone, View

BACK: Final = "u takes it back."
AGAIN: Final = "U does it again."
SENDS: Final = "Ctrl+S sends as it is."
SHOWS: Final = f"Ctrl+G shows it, {SENDS}"
NOTHING: Final = "Nothing more to take back."
NOTHING_AGAIN: Final = "Nothing to do again."
HAS_LEFT: Final = "That answer has left. D on it deletes it."

EMPTY: Final = {
    View.WAITING: "Nobody waits for you.",
    View.ANSWERED: "Here will be whom you have answered.",
    View.SNOOZED: "Nobody is put off.",
    View.DRAFTS: "No words are waiting to be finished.",
    View.OUTBOX: "Everything has left.",
    View.QUIET: "Nobody is kept out.",
    View.DONE: "Nothing closed yet.",
    View.MUTED: "You hear everybody.",
    View.HISTORY: "Nothing older is here.",
    View.ALL: "Nothing is here yet.",
}
"""What an empty view says."""


def short_name(person: Someone) -> str:
    """What a sentence calls a person: the first name, the handle where there is no name."""
    name = person.name.strip()
    if not name:
        return person.handle.lstrip("@").split("@")[0] or person.uid
    first, _, rest = name.partition(" ")
    return f"{first} {rest.partition(' ')[0]}" if first.endswith(".") and rest else first


def name_of(person: Someone, among: Sequence[Someone] = ()) -> str:
    """A person's first name, the whole one where another of `among` has the same first name and another whole one."""
    short = short_name(person)
    same = any(other.shown != person.shown and short_name(other) == short for other in among)
    return person.shown if same else short


def names(people: Sequence[Someone]) -> str:
    """ "Ana", "Ana and Ben", "Ana, Ben and Chi", "Ana, Ben and others"."""
    return listed(list(dict.fromkeys(name_of(person, people) for person in people)))


def listed(words: Sequence[str]) -> str:
    """Words as a sentence lists them, with "and others" from the fourth on."""
    if len(words) > 3:
        return f"{words[0]}, {words[1]} and others"
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]])) if words else ""


def local(when: datetime, now: datetime) -> tuple[datetime, datetime]:
    """Both by the user's clocks: in the zone of `now` where it has one of its own, else in the system's."""
    if now.tzinfo is not None and now.utcoffset() is not None and str(now.tzinfo) != "UTC":
        return when.astimezone(now.tzinfo), now
    return when.astimezone(), now.astimezone()


def days_ago(when: datetime, now: datetime) -> int:
    """Midnights between two times of the same zone."""
    return (now.date() - when.date()).days


def age_short(when: datetime, now: datetime) -> str:
    """ "now", "40 min", "3 h", "Tue", "12 Nov", "2024"."""
    when, now = local(when, now)
    minutes = int((now - when).total_seconds() // 60)
    if minutes < 1:
        return "now"
    if minutes < 60:
        return f"{minutes} min"
    if days_ago(when, now) <= 0:
        return f"{minutes // 60} h"
    return _day_short(when, now)


def _day_short(when: datetime, now: datetime) -> str:
    if days_ago(when, now) < 7:
        return DAYS[when.weekday()]
    return f"{when.day} {MONTHS[when.month - 1]}" if when.year == now.year else str(when.year)


def age_long(when: datetime, now: datetime) -> str:
    """ "just now", "for 40 minutes", "for 3 hours", "since Tuesday", "since 12 Nov", "since 2024"."""
    when, now = local(when, now)
    length = _length(when, now)
    if length == "just now":
        return length
    return f"for {length}" if length else f"since {day_of(when, now)}"


def _length(when: datetime, now: datetime) -> str:
    """How long ago it was, in words; "" where the day is told instead."""
    minutes = int((now - when).total_seconds() // 60)
    if minutes < 1:
        return "just now"
    if minutes < 60:
        return f"{minutes} minute{'s' * (minutes > 1)}"
    if days_ago(when, now) <= 0:
        return f"{minutes // 60} hour{'s' * (minutes >= 120)}"
    return ""


def day_of(when: datetime, now: datetime) -> str:
    """ "Tuesday", "12 Nov", "2024", of a time near or past, in the user's zone."""
    if abs(days_ago(when, now)) < 7:
        return DAYS_LONG[when.weekday()]
    return f"{when.day} {MONTHS[when.month - 1]}" if when.year == now.year else str(when.year)


def since(when: datetime, now: datetime) -> str:
    """ "since 9:14" today, else "since Tuesday", "since 12 Nov", "since 2024"."""
    when, now = local(when, now)
    return f"since {shown_time(when)}" if days_ago(when, now) <= 0 else f"since {day_of(when, now)}"


def ago(when: datetime, now: datetime) -> str:
    """ "just now", "2 hours ago", "on Tuesday", "on 12 Nov", "in 2024"."""
    when, now = local(when, now)
    length = _length(when, now)
    if length == "just now":
        return length
    if length:
        return f"{length} ago"
    return (
        f"in {when.year}" if days_ago(when, now) >= 7 and when.year != now.year else f"on {day_of(when, now)}"
    )


def moment(when: datetime, now: datetime) -> str:
    """When something was said: "9:14" today, "Tue 9:14", "12 Nov 9:14", "12 Nov 2024"."""
    when, now = local(when, now)
    if days_ago(when, now) <= 0:
        return shown_time(when)
    if days_ago(when, now) < 7:
        return f"{DAYS[when.weekday()]} {shown_time(when)}"
    day = f"{when.day} {MONTHS[when.month - 1]}"
    return f"{day} {shown_time(when)}" if when.year == now.year else f"{day} {when.year}"


def moment_long(when: datetime, now: datetime) -> str:
    """The same with whole words: "today 9:14", "Tuesday 9:14", "12 Nov 9:14", "12 Nov 2024"."""
    near_when, near_now = local(when, now)
    days = days_ago(near_when, near_now)
    if days <= 0:
        return f"today {shown_time(near_when)}"
    return f"{DAYS_LONG[near_when.weekday()]} {shown_time(near_when)}" if days < 7 else moment(when, now)


def not_found_yet(before: datetime, now: datetime) -> str:
    """What a search leaves out while its index is being made anew, newest first."""
    return (
        f"Words from before {moment_long(before, now)} are not found yet: the search is being put in order."
    )


def on(when: datetime, now: datetime) -> str:
    """A time to come, in a sentence: "today at 17:00", "on Monday at 9:00", "on 24 Dec at 9:00"."""
    when, now = local(when, now)
    away = (when.date() - now.date()).days
    if away == 0:
        return f"today at {shown_time(when)}"
    if away < 7:
        return f"on {DAYS_LONG[when.weekday()]} at {shown_time(when)}"
    day = f"{when.day} {MONTHS[when.month - 1]}"
    return f"on {day if when.year == now.year else f'{day} {when.year}'} at {shown_time(when)}"


def at(when: datetime, now: datetime) -> str:
    """A time past, in a sentence: "at 9:51" today, "on Tuesday at 9:51", "on 12 Nov at 9:51"."""
    when, now = local(when, now)
    if days_ago(when, now) <= 0:
        return f"at {shown_time(when)}"
    day = day_of(when, now)
    return f"{'in' if day.isdigit() else 'on'} {day} at {shown_time(when)}"


def who_waits(people: Sequence[Someone], first_since: datetime | None, now: datetime) -> str:
    """The top line: "Ana, Ben and others wait; Ana since Tuesday"."""
    if not people or first_since is None:
        return "Nobody waits"
    if len({person.shown for person in people}) == 1:
        return f"{names(people)} waits {since(first_since, now)}"
    return f"{names(people)} wait; {name_of(people[0], people)} {since(first_since, now)}"


def arrivals(people: Sequence[Someone]) -> str:
    """Who wrote since the list was painted, "" for nobody."""
    if not people:
        return ""
    return f"{names(people)} wrote just now. , shows {'it' if len(people) == 1 else 'them'}."


def _verb(people: Sequence[Someone], one: str, more: str) -> str:
    return one if len(people) == 1 else more


def done(people: Sequence[Someone]) -> str:
    """Ana is done."""
    return f"{names(people)} {_verb(people, 'is', 'are')} done." if people else "This conversation is done."


def comes_back(people: Sequence[Someone], until: datetime | None, now: datetime) -> str:
    """Ana comes back on Monday at 9:00."""
    who = names(people) or "This conversation"
    verb = "come" if len(people) > 1 else "comes"
    if until is not None:
        return f"{who} {verb} back {on(until, now)}."
    if len(people) == 1:
        return f"{who} comes back when {who} writes again."
    return (
        f"{who} {verb} back when they write again." if people else f"{who} comes back with the next answer."
    )


def muted(threads: int, there: Sequence[str] = ()) -> str:
    """You will not see this conversation again."""
    words = f"You will not see {'this conversation' if threads == 1 else 'these conversations'} again."
    if not there:
        return words
    return f"{words} {listed(there)} {'mutes' if len(there) == 1 else 'mute'} it, too."


def muted_person(person: Someone, accounts: str) -> str:
    """Nothing from Kim Deals will come to you any more, on bsky."""
    where = f", on {accounts}" if accounts else ""
    return f"Nothing from {person.shown} will come to you any more{where}."


def waits_again(people: Sequence[Someone]) -> str:
    """Ana waits again."""
    return f"{names(people)} {_verb(people, 'waits', 'wait')} again."


def open_again(people: Sequence[Someone]) -> str:
    """What was done, put off or muted is open again."""
    return (
        f"The conversation with {names(people)} is open again."
        if people
        else "This conversation is open again."
    )


def in_quiet(people: Sequence[Someone], reason: str = "") -> str:
    """Pia waits in Quiet: only a link."""
    words = f"{names(people)} {_verb(people, 'waits', 'wait')} in Quiet"
    return f"{words}: {reason}." if reason else f"{words}."


def out_of_quiet(people: Sequence[Someone]) -> str:
    """Olu is out of Quiet for good."""
    return f"{names(people)} {_verb(people, 'is', 'are')} out of Quiet for good."


def in_circle(person: Someone, inside: bool) -> str:
    """Ana is in your circle now."""
    return f"{name_of(person)} is {'in your circle now' if inside else 'no longer in your circle'}."


def draft_kept(to: Someone) -> str:
    """Draft to Ana kept. r goes on with it."""
    return f"Draft to {name_of(to)} kept. r goes on with it."


CHANGE_KEPT = "Your change is kept. i goes on with it."
CHANGE_BEGUN = "You began to change this message: i goes on with that. First finish it, or throw it away."
ANSWER_BEGUN = "You began an answer to this message: r goes on with it. First send it, or throw it away."


def draft_gone(to: str) -> str:
    """The draft to Ana is gone. u brings it back."""
    return f"The draft to {to} is gone. u brings it back."


def answer_back(to: str) -> str:
    """Your answer to Ana is back in the box."""
    return f"Your answer to {to} is back in the box."


def sending(row: OutboxRow, now: datetime) -> str:
    """What the status line says of an answer on its way."""
    to = name_of(row.to)
    if row.state.value == "held" and row.leaves_at is not None:
        seconds = max(int((row.leaves_at - now).total_seconds() + 0.999), 0)
        return f"To {to} in {seconds} s. {BACK}"
    return {
        "held": f"To {to} in a moment. {BACK}",
        "queued": f"Your answer to {to} goes out next. {BACK}",
        "sending": f"To {to}: on its way.",
        "sent": f"To {to}: sent.",
        "unsure": f"Did this reach {to}? g o shows what convo knows.",
        "failed": f"Not sent: to {to}. {row.error} r changes it.",
    }[row.state.value]


def unsure(row: OutboxRow, place: str, now: datetime) -> str:
    """What is known of an answer that may have arrived: when it left, and when it was last looked for at `place`."""
    if row.sent_at is None:
        told = row.error or "Nobody can tell whether this answer left."
    else:
        looked = f" since, last {at(row.looked_at, now)}," if row.looked_at is not None else " since"
        found = f': "{row.error}"' if row.error else "."
        told = (
            f"Your answer left {at(row.sent_at, now)}, and the line broke before {place} said yes. "
            f"convo has looked there{looked} and could not tell{found}"
        )
    return f"{told} Nothing is sent again until you say so."


def no_network(to: Someone) -> str:
    """What an answer without a network says."""
    return f"No network. Your answer to {name_of(to)} goes out when it is back."


def wrote_meanwhile(who: str, to: str = "") -> str:
    """Carl wrote to Ana while you were writing."""
    return f"{who} wrote{f' to {to}' if to else ''} while you were writing."


def taste(entry: Entry, length: int = 80) -> str:
    """The first words of a message, on one line."""
    from convo.text import shorten

    if entry.content_warning:
        return f"[{shorten(entry.content_warning, length)}] covered"
    lines = [line for line in entry.text.split("\n") if not line.startswith("> ")]
    return shorten(" ".join(lines), length)


READERS: Final = {
    Visibility.PUBLIC: "everyone",
    Visibility.UNLISTED: "everyone, unlisted",
    Visibility.FOLLOWERS: "followers only",
    Visibility.DIRECT: "only the people named",
}


def readers(visibility: Visibility, to: Sequence[str] = ()) -> str:
    """Who may read it: "everyone", "everyone, unlisted", "followers only", "only Ana"."""
    if visibility is Visibility.DIRECT and to:
        return f"only {listed(to)}"
    return READERS[visibility]


def wider(visibility: Visibility, author: str, theirs: Visibility) -> str:
    """This would be public; Ana wrote to followers only."""
    would = {
        Visibility.PUBLIC: "This would be public",
        Visibility.UNLISTED: "This would be for everyone, unlisted",
        Visibility.FOLLOWERS: "This would go to all your followers",
        Visibility.DIRECT: "This would go to the people named",
    }[visibility]
    wrote = "to you only" if theirs is Visibility.DIRECT else f"to {READERS[theirs]}"
    keeps = "keeps it so" if theirs is Visibility.DIRECT else f"keeps it to {_group(theirs)}"
    return f"{would}; {author} wrote {wrote}. Enter {keeps}, w sends it to {_group(visibility)}."


def wider_than_own(visibility: Visibility, default: Visibility) -> str:
    """This would be public; your own default is followers only."""
    would = "public" if visibility is Visibility.PUBLIC else f"for {READERS[visibility]}"
    keeps = f"Enter keeps it to {_group(default)}, w sends it to {_group(visibility)}."
    return f"This would be {would}; your own default there is {READERS[default]}. {keeps}"


def _group(visibility: Visibility) -> str:
    return {
        Visibility.PUBLIC: "everyone",
        Visibility.UNLISTED: "everyone, unlisted",
        Visibility.FOLLOWERS: "followers",
        Visibility.DIRECT: "the people named",
    }[visibility]


def too_long(platform: str, by: int) -> str:
    """How much too long an answer is for a platform."""
    return f"Too long for {platform} by {by}."
