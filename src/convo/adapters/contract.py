"""The contract between the engine and an adapter: verbs, what an account can do, and how things fail.

An adapter turns HTTP into model values and back. It keeps nothing between calls but what it was given,
touches no database, decides nothing about waiting, and shows nothing.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import field
from datetime import datetime, timedelta
from enum import Enum
from typing import Protocol

from convo.adapters.errors import (
    AdapterError as AdapterError,
)
from convo.adapters.errors import (
    Ambiguous as Ambiguous,
)
from convo.adapters.errors import (
    Missing as Missing,
)
from convo.adapters.errors import (
    Refused as Refused,
)
from convo.adapters.errors import (
    RetryAt as RetryAt,
)
from convo.adapters.errors import (
    SignInAgain as SignInAgain,
)
from convo.adapters.errors import (
    Unreachable as Unreachable,
)
from convo.model import Conversation, Lookup, Measure, Mention, Message, Page, Person, Ref, Reply, Visibility
from convo.values import frozen


class Verb(str, Enum):
    """What can be done on a platform beyond reading it."""

    ANSWER = "answer"
    ATTACH = "attach"
    BLOCK = "block"
    CONTENT_WARNING = "content_warning"
    DELETE = "delete"
    DIRECT = "direct"
    EDIT = "edit"
    LANGUAGE = "language"
    MARK_READ = "mark_read"
    MODERATE = "moderate"
    MUTE_PERSON = "mute_person"
    MUTE_THREAD = "mute_thread"
    VISIBILITY = "visibility"


@frozen
class Can:
    """What an account can do, and one sentence for each thing people would expect but it cannot."""

    verbs: frozenset[Verb] = frozenset()
    refusals: Mapping[Verb, str] = field(default_factory=dict)
    settle: timedelta = timedelta(0)
    """How long after an attempt the absence of an answer may be believed."""
    block_is_public: bool = False
    undo_seconds: int | None = None
    """A shorter undo window than the user's, where the place is a chat; None for the user's own."""


class ChannelKind(str, Enum):
    """What a channel brings: what was said to me, my own messages, contexts, or people I blocked or muted."""

    INCOMING = "incoming"
    OWN = "own"
    SLOW = "slow"
    PEOPLE = "people"


@frozen
class Channel:
    """One list of an account that is read with a cursor of its own."""

    name: str
    kind: ChannelKind


@frozen
class Identity:
    """Who the account is, and what its server says of itself (limits, defaults, versions), as JSON."""

    person: Person
    facts: str = "{}"


@frozen
class Finding:
    """One line of a check: what was looked at, whether it is fine, and else what to do."""

    what: str
    fine: bool
    words: str


@frozen
class LoginField:
    """One thing `convo login` asks for; a `secret` one is not echoed."""

    name: str
    label: str
    secret: bool = False
    help: str = ""


@frozen
class Found:
    """The answer was found on the platform: proof that it arrived."""

    message: Message


@frozen
class Absent:
    """The answer is not there. The engine believes it only after `Can.settle`."""


@frozen
class Unknown:
    """It cannot be told whether the answer arrived; `words` say why."""

    words: str


Proof = Found | Absent | Unknown


class Credential(Protocol):
    """The secret of one account: read when needed, and written back where sessions rotate."""

    async def read(self) -> str:
        """The secret as the user gave it (token, app password). Raises SignInAgain when there is none."""
        ...

    async def session(self) -> str:
        """What the adapter stored by `save_session`, "" when nothing."""
        ...

    async def save_session(self, value: str) -> None:
        """Store rotating tokens atomically in the account's 0600 file."""
        ...

    def refreshing(self) -> AbstractAsyncContextManager[object]:
        """A guard over all processes: hold it to re-read the session, refresh it and save it."""
        ...


class Adapter(Protocol):
    """One account on one platform."""

    platform: str
    can: Can
    channels: tuple[Channel, ...]

    async def identify(self) -> Identity:
        """Sign in or refresh as needed and say who this is. One or two requests. Raises AdapterError."""
        ...

    async def check(self) -> Sequence[Finding]:
        """What CHECKED names, and more, for `convo doctor`. Never raises AdapterError."""
        ...

    async def fetch(self, channel: str, cursor: str, since: datetime) -> Page:
        """The next page of a channel after `cursor` ("" for the first time), not reaching back past `since`."""
        ...

    async def lookup(self, refs: Sequence[Ref]) -> Lookup:
        """Many messages by id, with as few requests as the platform allows."""
        ...

    async def conversation(self, ref: Ref) -> Conversation:
        """The messages around one message: its ancestors, itself, and the answers below."""
        ...

    def audience(self, message: Message) -> tuple[Mention, ...]:
        """The people an answer to it addresses unless dropped, author first, the user left out. Pure."""
        ...

    def widest(self) -> Visibility:
        """The account's default visibility; an answer is never wider. Pure, from the stored facts."""
        ...

    def measure(self, reply: Reply) -> Measure:
        """The length of an answer as the platform counts it, names it adds included. Pure."""
        ...

    async def prepare(self, reply: Reply) -> str:
        """The exact request of an answer as JSON, ready to be repeated byte for byte.

        May use the network (uploads, names to ids, the newest own id), makes nothing public, may be
        called again. Raises Refused for what the platform would refuse, Missing when the parent is gone.
        """
        ...

    async def answer(self, request: str) -> Message:
        """Send a prepared request and give the user's message back as the platform has it.

        The parent of what came back is checked. Raises RetryAt, SignInAgain, Refused or Ambiguous.
        """
        ...

    async def find(self, request: str, claimed: Collection[str]) -> Proof:
        """Whether a prepared request arrived; `claimed` are URIs that belong to other outbox rows."""
        ...

    async def edit(self, ref: Ref, text: str) -> Message:
        """Change an own message (Verb.EDIT)."""
        ...

    async def delete(self, ref: Ref) -> None:
        """Delete an own message (Verb.DELETE); fine when it is already gone."""
        ...

    async def mark_read(self, ref: Ref) -> None:
        """Move the platform's read mark up to this message, never back (Verb.MARK_READ)."""
        ...

    async def moderate(self, ref: Ref, decision: str) -> None:
        """Approve, spam or trash a comment (Verb.MODERATE)."""
        ...

    async def mute_thread(self, ref: Ref, on: bool) -> None:
        """Mute or unmute the conversation there (Verb.MUTE_THREAD)."""
        ...

    async def mute_person(self, uid: str, on: bool) -> None:
        """Mute or unmute a person there (Verb.MUTE_PERSON)."""
        ...

    async def block(self, uid: str, on: bool) -> None:
        """Block or unblock a person there (Verb.BLOCK)."""
        ...

    async def close(self) -> None:
        """Release connections."""
        ...


@frozen
class LoginStep:
    """One step of signing in: text to show, an address to open, and fields to fill in.

    With `wait_for_redirect` the address holds `{redirect_uri}` where the engine puts the loopback address it
    listens on, percent-encoded. The answer then holds `redirect_uri` (as it was used) and the redirect's
    query. Where there is no browser on this machine, `redirect_uri` is "urn:ietf:wg:oauth:2.0:oob" and the
    fields are asked for instead (such as the code shown on the page). `elsewhere` is set by the engine: the same
    page for another device, whose code can be typed while the browser here is awaited.
    """

    words: str
    open_url: str = ""
    fields: tuple[LoginField, ...] = ()
    wait_for_redirect: bool = False
    elsewhere: str = ""
    redirect_elsewhere: str = ""
    """What `redirect_uri` is where there is no browser on this machine, for a platform that shows no codes: a browser
    on another device ends at an address that does not open, and its user copies that address into the field."""


@frozen
class LoginResult:
    """What signing in gave: the secret to keep, config keys to write, and who it is.

    With `secret_command` among the keys a new account is asked for by that command, and the secret is not kept.
    """

    secret: str
    identity: Identity
    options: Mapping[str, str] = field(default_factory=dict)


CHECKED = ("reach", "sign in", "scopes", "limits", "clock")
"""What every check of an account that is well looked at (`Finding.what`); where a platform tells nothing of one, its
finding says so. A check may look at more, and one that cannot begin says why in a finding of reach or sign in."""

Ask = Callable[[LoginStep], Awaitable[Mapping[str, str]]]
"""How a login asks: shows a step, and gives the answers by field name (a redirect's query under its own names)."""
