"""What the user sees of people, as plain values: lists, a person's page, a week. Times are aware, in UTC."""

from __future__ import annotations

from datetime import datetime
from enum import Enum

from convo.values import frozen
from convo.views import Row, Someone


class Turn(str, Enum):
    """Whose turn it is with somebody; gone quiet when nobody has said anything for long, or nothing is expected."""

    YOURS = "your turn"
    THEIRS = "their turn"
    QUIET = "gone quiet"


@frozen
class PersonRow:
    """One human in the list of people; `person` is who of their persons spoke last, or waits."""

    person: Someone
    turn: Turn
    since: datetime
    """Since when it is this turn."""
    thread_id: int
    """The conversation in which they wait longest, else the last one."""
    account: str
    platform: str
    words: str
    """The first of the last words said between them and the user."""
    covered: str
    last_is_me: bool
    message_id: int | None
    """The last message they said to the user, in any conversation."""
    put_off: bool = False
    """They wait in a snoozed conversation only."""


@frozen
class PeoplePage:
    """A stretch of the list of people and the cursor after it ("" at the end)."""

    rows: tuple[PersonRow, ...]
    cursor: str = ""


@frozen
class Identity:
    """A person of a contact, or one that may belong to it, with what speaks for that in words."""

    person: Someone
    platform: str
    evidence: str


@frozen
class Exchange:
    """One conversation on a person's page, with the last words in it between the person and the user."""

    row: Row
    title: str
    last_at: datetime
    who: Someone
    """Who said the last words."""
    words: str
    covered: str
    state: str
    """In words: "Ana waits", "you answered", "snoozed to Monday"."""


@frozen
class PersonPage:
    """All there is between the user and one human; sentences are whole and in the user's time."""

    person: Someone
    persons: tuple[Identity, ...]
    suggestions: tuple[Identity, ...]
    note: str
    turn: Turn | None
    """None where they never talked."""
    since: datetime | None
    turn_words: str
    known_words: str
    profiles: tuple[str, ...]
    exchanges: tuple[Exchange, ...]
    cursor: str
    """Goes on in the conversations that are not folded, "" at the end."""
    folded: tuple[int, ...]
    """Older years, newest first, whose conversations are not among them."""
    folded_words: str
    """ "from 2021 to 2023", "" when none is folded."""


@frozen
class Week:
    """A look back at seven days, in names; `sentences` say all of it."""

    since: datetime
    until: datetime
    answered: tuple[Someone, ...]
    waiting: tuple[PersonRow, ...]
    went_on: tuple[tuple[Row, tuple[Someone, ...]], ...]
    sentences: tuple[str, ...]
