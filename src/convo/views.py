"""What the user sees of the store, as plain values: rows, conversations, drafts, the outbox, accounts.

Times are aware, in UTC. `thread_id`, `message_id` and `outbox_id` are the numbers of the store; `public_id`
makes them the ids of the JSON and the command line (t12, m345, o6), stable for the life of the store.
"""

from __future__ import annotations

from datetime import datetime
from enum import Enum

from convo.model import Attachment, Link, Mention, Quote, Reason, Visibility
from convo.values import frozen


class Failure(Exception):
    """Something the user asked for cannot be done; `words` are one sentence fit to show."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


class State(str, Enum):
    """The state of a thread; the first that holds, in this order."""

    MUTED = "muted"
    SNOOZED = "snoozed"
    WAITING = "waiting"
    QUIET = "quiet"
    DONE = "done"
    ANSWERED = "answered"
    HISTORY = "history"


class View(str, Enum):
    """A list the user can look at."""

    WAITING = "waiting"
    ANSWERED = "answered"
    SNOOZED = "snoozed"
    DONE = "done"
    MUTED = "muted"
    QUIET = "quiet"
    DRAFTS = "drafts"
    OUTBOX = "outbox"
    HISTORY = "history"
    ALL = "all"


class OutboxState(str, Enum):
    """Where an answer is on its way."""

    HELD = "held"
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    UNSURE = "unsure"
    FAILED = "failed"


class Health(str, Enum):
    """How an account is."""

    FINE = "fine"
    LOOKING = "looking"
    RESTING = "resting"
    STALE = "stale"
    SIGN_IN = "sign in"
    OFF = "off"


def public_id(kind: str, number: int) -> str:
    """The id of the JSON for a thread ("t"), message ("m") or outbox row ("o")."""
    return f"{kind}{number}"


@frozen
class Someone:
    """A person as the screen names them."""

    person_id: int
    uid: str
    handle: str
    name: str
    url: str = ""
    is_me: bool = False
    circle: bool = False
    bot: bool = False

    @property
    def shown(self) -> str:
        """The display name, or the handle where there is none."""
        return self.name or self.handle


@frozen
class Row:
    """One conversation in a list."""

    thread_id: int
    account: str
    """The account a reply would use."""
    accounts: tuple[str, ...]
    platform: str
    title: str
    url: str
    state: State
    reason: str
    """Why it is here: a `Reason` value while it waits; the rule and what it saw while it is quiet; else ""."""
    who: Someone | None
    """Who waits longest; where nobody waits, who said `words`; None where those are the user's own."""
    waiting_for: tuple[Someone, ...]
    waiting_since: datetime | None
    last_message_at: datetime
    last_is_me: bool
    snoozed_until: datetime | None
    state_since: datetime | None
    """When it was done, muted or snoozed, else None."""
    words: str
    """The first words said to the user, on one line, quotes and leading mentions left out."""
    covered: str
    """The content warning over those words, "" when there is none."""
    visibility: Visibility
    finished: bool
    """All that waits is a few thanking words ("sounds finished")."""
    reminder: bool
    reopened: bool
    unread: bool
    first_time: bool
    """The first thing this person ever said to the user."""
    held: bool
    has_draft: bool
    outbox: OutboxState | None
    arrival: int
    """The highest arrival number in the thread: what a key acting on this row has seen."""
    woke: bool = False
    """It was snoozed, its time has come, and it was not looked at since."""
    to_paste: bool = False
    """The words of an answer were copied; they are to be pasted on the platform's own page."""


@frozen
class RowPage:
    """A stretch of a list and the cursor after it ("" at the end)."""

    rows: tuple[Row, ...]
    cursor: str = ""


@frozen
class Entry:
    """One message in an open conversation."""

    message_id: int
    uri: str
    parent_uri: str
    author: Someone
    created_at: datetime
    edited_at: datetime | None
    text: str
    content_warning: str
    visibility: Visibility
    language: str
    url: str
    attachments: tuple[Attachment, ...]
    links: tuple[Link, ...]
    quotes: tuple[Quote, ...]
    mentions: tuple[Mention, ...]
    addressed: Reason | None
    waiting: bool
    waiting_since: datetime | None
    done: bool
    quiet: str
    held: bool
    deleted: bool
    more_below: bool
    new: bool
    """Came after the user last looked at this conversation."""
    arrival: int
    accounts: tuple[str, ...]
    """The accounts that saw it, the one a reply would use first."""


@frozen
class Opened:
    """A conversation with its messages, oldest first."""

    row: Row
    entries: tuple[Entry, ...]
    partial: str = ""
    """What is missing, in one sentence, "" when nothing is."""


@frozen
class Draft:
    """Words on their way into an answer, keyed by account and the message they answer."""

    account: str
    uri: str
    text: str
    cursor: int
    visibility: Visibility | None
    content_warning: str | None
    language: str
    dropped: tuple[str, ...]
    """uids of the people the user took out."""
    attachments: tuple[tuple[str, str], ...]
    """(path, description) of each."""
    edits: str
    """The own message these words would change, "" for a new answer."""
    touched_at: datetime
    seen_arrival: int
    """The highest arrival number of the thread when the box was opened: what came later is news."""
    pasted: bool = False
    """The words were copied to be pasted on the platform's own page; the answer is looked for there."""

    @property
    def empty(self) -> bool:
        """Whether nothing is in it that could be lost."""
        return not self.text.strip() and not self.attachments


@frozen
class OutboxRow:
    """An answer on its way."""

    outbox_id: int
    thread_id: int
    account: str
    platform: str
    message_uri: str
    to: Someone
    text: str
    state: OutboxState
    error: str
    created_at: datetime
    leaves_at: datetime | None
    """When a held one goes, or the next try of a queued one."""
    uri: str
    url: str
    sent_at: datetime | None = None
    """When its last attempt left, None before the first."""
    looked_at: datetime | None = None
    """When an unsure one was last looked for."""


@frozen
class AccountStatus:
    """How one account is, in words fit to show."""

    name: str
    platform: str
    handle: str
    health: Health
    words: str
    """What happened, "" when all is fine."""
    advice: str
    """What to do about it, "" when nothing."""
    looked_at: datetime | None
    next_at: datetime | None


@frozen
class Hit:
    """A thread found by a search, with the words around the hit; hits stand between U+200B."""

    row: Row
    message_id: int
    snippet: str


@frozen
class HitPage:
    """A part of what a search finds, and the number after which the next part begins, None at the end."""

    hits: tuple[Hit, ...]
    after: int | None


@frozen
class Target:
    """What an id or an address means: kind "t" a thread, "m" a message in it."""

    kind: str
    thread_id: int
    message_id: int | None = None
    """The message meant; None for a thread as a whole."""


@frozen
class Seen:
    """What a key acted on: the thread that was painted, and the highest arrival number that was on the screen."""

    thread_id: int
    arrival: int


@frozen
class Act:
    """What an act did, in one or two sentences; `journal_id` is None where there was nothing to do."""

    words: str
    thread_ids: tuple[int, ...] = ()
    journal_id: int | None = None
    draft: Draft | None = None
    """The draft that holds the words of an answer again, where undo took one back."""


class CautionKind(str, Enum):
    """What should be said before an answer leaves."""

    MOVED = "moved"
    CHANGED = "changed"
    GONE = "gone"
    WIDER = "wider"
    ONLY_A_LINK = "only a link"
    SAID_BEFORE = "said before"
    TOO_LONG = "too long"
    REFUSED = "refused"


@frozen
class Caution:
    """One sentence to say before an answer leaves; one that `blocks` cannot be gone past."""

    kind: CautionKind
    words: str
    blocks: bool = False
    needs_yes: bool = False
    """It leaves only with a yes."""
    taste: str = ""
    """What was said meanwhile, on one line."""
    keys: str = ""
    """The end of `words`, which names keys."""

    @property
    def plain(self) -> str:
        """The words without the keys, for where there are none."""
        return self.words.removesuffix(self.keys).strip()


@frozen
class SnoozeChoice:
    """One line of the snooze menu; `until` None is "not before they write again"."""

    key: str
    label: str
    until: datetime | None
    shown: str
