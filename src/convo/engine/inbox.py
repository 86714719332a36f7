"""What the inbox shows: synchronous reads of the store for the screen and the command line."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Final

from convo.clock import Clock
from convo.store import Store, conversation, drafts, outbox, people, reads, rows, twins
from convo.store import accounts as stored
from convo.text import shorten
from convo.values import expression
from convo.views import (
    AccountStatus,
    Draft,
    Entry,
    Failure,
    Hit,
    HitPage,
    Opened,
    OutboxRow,
    Row,
    RowPage,
    Someone,
    Target,
    View,
)

_ID: Final = expression(r"([tm])([0-9]{1,18})")
_NAMED: Final = 4
"""How many of those who wait are named at most: three and the knowledge that there are others."""
_LOOKED_THROUGH: Final = (8, 40)
"""Rows of Waiting that are looked through for them: so many, and so many more where those do not name enough."""


class NotFound(Failure):
    """An id, URI or web address that means nothing in the store."""


class Inbox:
    """Rows, conversations, drafts, the outbox, people: as the store has them now."""

    def __init__(
        self, store: Store, clock: Clock, statuses: Callable[[], tuple[AccountStatus, ...]] = tuple
    ) -> None:
        self._store = store
        self._clock = clock
        self._statuses = statuses

    def rows(
        self,
        view: View,
        *,
        account: str | None = None,
        before: str = "",
        limit: int = 200,
        newest_first: bool = False,
    ) -> RowPage:
        """A page of a list, from the cursor `before` on; an account never looked at has none. Raises BadCursor."""
        record = stored.by_name(self._store.reader, account) if account is not None else None
        if account is not None and record is None:
            return RowPage(())
        wanted = rows.Wanted(view, record.id if record else None, newest_first)
        return rows.page(self._store.reader, wanted, before, max(limit, 1), self._clock.now())

    def row(self, thread_id: int) -> Row | None:
        """The row of a conversation, also by an id that has joined another; None when there is none."""
        return rows.one(self._store.reader, thread_id, self._clock.now())

    def open(self, thread_id: int) -> Opened | None:
        """A conversation with its messages, oldest first."""
        db = self._store.reader
        row = self.row(thread_id)
        if row is None:
            return None
        return Opened(row, tuple(conversation.entries(db, row.thread_id)), reads.partial(db, row.thread_id))

    def entry(self, message_id: int) -> Entry | None:
        """One message."""
        return conversation.entry(self._store.reader, message_id)

    def thread_of(self, message_id: int) -> int | None:
        """The conversation a message is in."""
        return conversation.thread_of(self._store.reader, message_id)

    def resolve(self, text: str) -> Target:
        """What an id (t12, m345), a canonical URI or a web address means. Raises NotFound."""
        db, word = self._store.reader, text.strip()
        found = _ID.fullmatch(word)
        if not found:
            target = conversation.find_uri(db, word)
            if target is None:
                raise NotFound(f"{shorten(word, 60) or 'Nothing'} is not in the store.")
            return target
        kind, number = found[1], int(found[2])
        thread_id = reads.resolve(db, number) if kind == "t" else conversation.thread_of(db, number)
        if thread_id is None or not reads.has_thread(db, thread_id):
            what = "conversation" if kind == "t" else "message"
            raise NotFound(f"There is no {what} {word} in the store.")
        return Target(kind, thread_id, number if kind == "m" else None)

    def search(self, words: str, *, limit: int = 50, newest_first: bool = True) -> tuple[Hit, ...]:
        """Conversations in which the words stand, each once. Raises SearchError."""
        from convo.store import search

        db = self._store.reader
        found: dict[int, tuple[int, str]] = {}
        for message_id, thread_id, snippet in search.search(
            db, words, limit=limit, newest_first=newest_first
        ):
            found.setdefault(thread_id, (twins.shown(db, message_id), snippet))
            if len(found) >= limit:
                break
        return tuple(Hit(row, *found[row.thread_id]) for row in rows.fill(db, list(found), self._clock.now()))

    def not_searchable_before(self) -> datetime | None:
        """Up to when messages are missing in the search, as its index is being made anew; None where none are."""
        from convo.store import indexing

        return indexing.missing_before(self._store.reader)

    def search_on(
        self,
        words: str,
        *,
        limit: int = 50,
        newest_first: bool = True,
        after: int | None = None,
        known: Collection[int] = (),
    ) -> HitPage:
        """A part of a search that is quick to look through, perhaps with no hit; `known` threads are left out.

        Raises SearchError.
        """
        from convo.store import search

        part = search.stretch(
            self._store.reader, words, limit=limit, newest_first=newest_first, after=after, known=known
        )
        found = {thread_id: (message_id, snippet) for message_id, thread_id, snippet in part.hits}
        shown = rows.fill(self._store.reader, list(found), self._clock.now())
        return HitPage(tuple(Hit(row, *found[row.thread_id]) for row in shown), part.after)

    def find_people(self, words: str, limit: int = 3) -> tuple[Someone, ...]:
        """Whom a name or handle, or a part of one, may mean, the best first."""
        return tuple(people.find(self._store.reader, words, limit))

    def note(self, person_id: int) -> str:
        """The private note about the human behind a person."""
        return people.note(self._store.reader, person_id)

    def who_waits(self) -> tuple[tuple[Someone, ...], datetime | None]:
        """Who waits, in the order of the list and at most four, and since when the first of them does."""
        found: dict[int, Someone] = {}
        first: datetime | None = None
        cursor = ""
        for limit in _LOOKED_THROUGH:
            page = self.rows(View.WAITING, before=cursor, limit=limit)
            for row in page.rows:
                if row.waiting_for and first is None:
                    first = row.waiting_since
                for person in row.waiting_for:
                    found.setdefault(person.person_id, person)
            cursor = page.cursor
            if len(found) >= _NAMED or not cursor:
                break
        return tuple(found.values())[:_NAMED], first

    def drafts(self) -> tuple[Draft, ...]:
        """All drafts, the last touched first."""
        return tuple(drafts.every(self._store.reader))

    def draft(self, account: str, uri: str) -> Draft | None:
        """The draft of an account about a message."""
        record = stored.by_name(self._store.reader, account)
        return drafts.load(self._store.reader, record.id, uri) if record else None

    def outbox(self, *, open_only: bool = True) -> tuple[OutboxRow, ...]:
        """Answers on their way, newest last; with `open_only=False` those that arrived, too."""
        return tuple(outbox.rows(self._store.reader, open_only=open_only))

    def outbox_row(self, outbox_id: int) -> OutboxRow | None:
        """One answer on its way."""
        return outbox.row(self._store.reader, outbox_id)

    def asked_about(self) -> tuple[OutboxRow, ...]:
        """Held answers so old that the user is asked before they go."""
        return tuple(outbox.asked(self._store.reader, self._clock.now()))

    def accounts(self) -> tuple[AccountStatus, ...]:
        """How every account of the config is."""
        return self._statuses()

    def arrived_since(self, arrival: int) -> tuple[Someone, ...]:
        """Who said something that waits for the user after this arrival number, each once: the circle first."""
        db = self._store.reader
        authors = reads.waiting_since_arrival(db, arrival)
        known = people.load(db, authors)
        return tuple(sorted((known[number] for number in authors), key=lambda person: not person.circle))

    def highest_arrival(self) -> int:
        """The arrival number of what came last."""
        return reads.highest_arrival(self._store.reader)
