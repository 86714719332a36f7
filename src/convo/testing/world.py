"""What the conformance suite asks of a platform's simulator: a world in which things are said and go wrong."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Protocol

from convo.adapters.contract import Adapter
from convo.model import Visibility


class Trouble(str, Enum):
    """What can go wrong between an adapter and its server."""

    RATE_LIMITED = "429"
    DOWN = "503"
    BROKEN = "500"
    REFUSED = "422 with the server's words"
    FORBIDDEN = "403"
    HTML_ERROR = "a proxy's page of HTML with status 502"
    HTML = "a page of HTML with status 200"
    NONSENSE = "JSON of another shape with status 200"
    STALLED = "no answer ever"
    CUT_BEFORE = "the connection ends before the answer"
    CUT_HEADERS = "the connection ends within the headers"
    CUT_BODY = "the connection ends within the body"
    KEPT_CLOSED = "a kept-alive connection is closed without a word when it is used again"
    UNREACHABLE = "connections are refused"
    REDIRECTED = "a redirect to another host"
    NEXT_ELSEWHERE = "a next link to another host"
    OVERSIZED = "a body larger than convo takes"
    NESTED = "JSON nested without end"
    TOO_SHORT = "fewer bytes than the server said"


class Where(str, Enum):
    """Which requests a trouble hits."""

    READ = "the list of what was said to me"
    ANSWER = "the request that creates an answer"
    FIND = "the requests that look whether an answer arrived"


@dataclass(frozen=True)
class Said:
    """A message that somebody wrote in the world."""

    uri: str
    text: str
    uid: str
    """Its author."""


@dataclass(frozen=True)
class Standing:
    """A message of the user as the server has it now."""

    uri: str
    parent_uri: str
    text: str
    visibility: Visibility = Visibility.PUBLIC
    content_warning: str = ""
    language: str = ""
    names: frozenset[str] = frozenset()
    """uids whom it names, its parent's author included where naming is how a platform tells them."""
    alts: tuple[str, ...] = ()
    """Descriptions of what is attached."""


class World(Protocol):
    """A server with the user's account, and people who talk. Persons are named by short names: "ana", "ben".

    A method that a world cannot serve returns False, None or an empty value, as it says; the suite then skips.
    """

    answers: bool
    """Whether a program may answer there; where not, people answer on the site, and convo finds it."""
    beside: int
    """Messages that may come along with each thing said to the user: what it stands under."""
    me: str
    """The uid of the user's account."""
    warning: str
    """A content warning as people give it there."""
    lookup_size: int
    """Messages that the server gives with one request by id; 1 where it gives them one by one."""
    page_size: int
    """Items of the incoming list that the adapter takes with one request."""

    def now(self) -> datetime:
        """The server's time, aware, UTC."""
        ...

    def pass_time(self, seconds: float) -> None:
        """Let time pass, and what the server does by itself with it."""
        ...

    def adapter(self, facts: str = "{}", *, deadline: float = 20.0) -> Adapter:
        """A new adapter for the user's account, as after a restart: the credential's session is kept."""
        ...

    async def close(self) -> None:
        """Close every adapter that was made."""
        ...

    def uid(self, name: str) -> str:
        """The uid of a person."""
        ...

    def someone_posts(self, text: str, *, by: str = "ana", at: datetime | None = None) -> Said:
        """Somebody posts something that speaks to nobody."""
        ...

    def someone_mentions_me(
        self,
        text: str,
        *,
        by: str = "ana",
        at: datetime | None = None,
        stated: datetime | None = None,
        naming: Sequence[str] = (),
        visibility: Visibility = Visibility.PUBLIC,
        content_warning: str = "",
    ) -> Said:
        """Somebody names the user. It arrives `at`, and says of itself that it is of `stated`."""
        ...

    def someone_replies(
        self, to: Said, text: str, *, by: str = "ana", naming_me: bool = True, at: datetime | None = None
    ) -> Said:
        """Somebody answers a message; `naming_me` only where that is how answers are made there."""
        ...

    def someone_quotes(self, what: Said, text: str, *, by: str = "ana") -> Said | None:
        """Somebody quotes a message; None where there are no quotes."""
        ...

    def someone_writes_directly(self, text: str, *, by: str = "ana") -> Said | None:
        """Somebody writes to the user alone; None where there are no direct messages."""
        ...

    def i_post(self, text: str, *, at: datetime | None = None) -> Said:
        """The user posts something, with another client."""
        ...

    def i_answer_elsewhere(self, to: Said, text: str) -> Said:
        """The user answers with another client."""
        ...

    def edit(self, said: Said, text: str) -> bool:
        """The author changes a message; False where nobody can."""
        ...

    def delete(self, said: Said) -> None:
        """The author deletes a message."""
        ...

    def standing(self) -> list[Standing]:
        """What stands of the user's messages, oldest first."""
        ...

    def counted(self, to: Said, text: str, content_warning: str) -> tuple[int, int] | None:
        """Length and limit of an answer to `to` as the server counts them, None where it does not."""
        ...

    def lock(self, said: Said) -> bool:
        """The author lets nobody answer any more; False where that does not exist."""
        ...

    def leave_out(self, way: int) -> bool:
        """Break the newest incoming item in one of several ways, counted from 0; False when there are no more."""
        ...

    def infect(self, text: str, *, ids: bool = False) -> bool:
        """Add `text` to every string that strangers choose in what is read from now on; with `ids` to ids too."""
        ...

    def while_reading(self, act: Callable[[], object]) -> None:
        """Do something once, right after the next page of the incoming list was served."""
        ...

    def trouble(
        self,
        kind: Trouble,
        *,
        where: Where = Where.READ,
        done: bool = False,
        times: int = 1,
        header: tuple[str, str] = ("", ""),
        words: str = "simulated",
    ) -> bool:
        """Script a trouble. `done`: the server does what it is asked all the same. False: cannot be scripted."""
        ...

    def calm(self) -> None:
        """End every trouble."""
        ...

    def expire(self) -> bool | None:
        """The session runs out: True when it can be refreshed, False when not, None where none runs out."""
        ...

    def revoke(self) -> None:
        """The credential is taken back."""
        ...

    def requests(self) -> int:
        """How many requests reached the server."""
        ...

    def logins(self) -> tuple[int, int]:
        """How often was signed in with the secret, and how often a session was refreshed."""
        ...

    def leaks(self) -> list[str]:
        """Where a secret went that it must not go: another origin, an address."""
        ...

    def writes(self) -> list[tuple[bytes, bool]]:
        """The bodies of requests that create answers, and whether each came on a kept-alive connection."""
        ...

    def read_mark(self, said: Said) -> bool | None:
        """Whether the server takes this as read; None where it keeps no mark."""
        ...

    def thread_muted(self, said: Said) -> bool | None:
        """Whether the user muted the conversation there; None where that is not known."""
        ...

    def hidden(self) -> set[str]:
        """uids of those the user blocked or muted there."""
        ...
