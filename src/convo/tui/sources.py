"""What the list shows: views, drafts, outbox and search results, read by key set from the engine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from convo.people import PersonRow, Turn
from convo.tui import render
from convo.tui.phrases import Age, Moment
from convo.tui.reading import Item, Pages
from convo.tui.render import Fields
from convo.values import frozen
from convo.views import Draft, Entry, Failure, Hit, OutboxRow, OutboxState, Row, View

if TYPE_CHECKING:
    from convo.engine import Engine


@frozen
class Look:
    """What the user is looking at: a view, of one account or all, in an order, narrowed or searched."""

    view: View = View.WAITING
    account: str = ""
    newest_first: bool = False
    narrow: str = ""
    search: str | None = None
    """The words of a search, None outside of one."""
    people: bool = False
    """People instead of conversations."""
    reach: bool = False
    """Of the people only those of the circle whom the user could answer again."""


@frozen
class Drafted:
    """A draft with the message it answers."""

    draft: Draft
    message: Entry | None
    platform: str


class Source:
    """Reads one look, and turns what it read into rows."""

    def __init__(self, engine: Engine, moment: Callable[[], Moment], motion: bool = True) -> None:
        self._engine = engine
        self._moment = moment
        self._motion = motion
        self.look = Look()
        self._known: set[int] = set()
        """The conversations that the search has found so far."""

    def load(self, cursor: str, limit: int) -> Pages:
        """Up to so many items after a cursor. Raises the engine's SearchError."""
        look = self.look
        if look.people:
            return self._people(cursor, limit)
        if look.search is not None:
            return self._found(look.search, cursor, limit) if look.search.strip() else Pages(())
        if look.view is View.DRAFTS:
            return self._narrowed([self._drafted(draft) for draft in self._engine.inbox.drafts()])
        if look.view is View.OUTBOX:
            return self._narrowed([outbox_item(row) for row in self._engine.inbox.outbox()])
        page = self._engine.inbox.rows(
            look.view,
            account=look.account or None,
            before=cursor,
            limit=limit,
            newest_first=look.newest_first,
        )
        found = self._narrowed([row_item(row) for row in page.rows])
        return Pages(found.items, page.cursor)

    def _found(self, words: str, cursor: str, limit: int) -> Pages:
        """A part of what a search finds; each conversation once, whatever part it comes in."""
        if not cursor:
            self._known = set()
        page = self._engine.inbox.search_on(
            words,
            limit=limit,
            newest_first=self.look.newest_first,
            after=int(cursor) if cursor else None,
            known=self._known,
        )
        self._known.update(hit.row.thread_id for hit in page.hits)
        items = tuple(Item(f"t{hit.row.thread_id}", hit, hit.row.thread_id) for hit in page.hits)
        return Pages(items, "" if page.after is None else str(page.after))

    def _people(self, cursor: str, limit: int) -> Pages:
        """People with a head before each turn; without heads whom the user could answer again."""
        if self.look.reach:
            return self._narrowed([self._reachable(row) for row in self._engine.people.reach_out()])
        page = self._engine.people.page(words=self.look.narrow, before=cursor, limit=limit)
        if not cursor:
            self._turn = None
        items: list[Item] = []
        for row in page.rows:
            if row.turn is not self._turn:
                self._turn = row.turn
                items.append(Item(f"head {row.turn.value}", row.turn, head=row.turn.value))
            items.append(Item(f"p{row.person.person_id}", row, row.thread_id))
        return Pages(tuple(items), page.cursor)

    _turn: Turn | None = None

    def _reachable(self, row: PersonRow) -> Item:
        """Somebody with the conversation in which they last wrote."""
        thread_id = self._engine.inbox.thread_of(row.message_id) if row.message_id is not None else None
        return Item(f"p{row.person.person_id}", row, thread_id or row.thread_id)

    def _drafted(self, draft: Draft) -> Item:
        inbox = self._engine.inbox
        message, thread_id, platform = None, 0, ""
        target = self._target(draft.uri)
        if target is not None:
            thread_id, message_id = target
            message = inbox.entry(message_id) if message_id else None
            row = inbox.row(thread_id)
            platform = row.platform if row else ""
        return Item(f"d {draft.account} {draft.uri}", Drafted(draft, message, platform), thread_id)

    def _target(self, uri: str) -> tuple[int, int | None] | None:
        try:
            found = self._engine.inbox.resolve(uri)
        except Failure:
            return None
        return found.thread_id, found.message_id

    def _narrowed(self, items: list[Item]) -> Pages:
        words = self.look.narrow.casefold().split()
        if not words:
            return Pages(tuple(items))
        kept = []
        for item in items:
            shown = self.fields(item)
            text = f"{shown.name} {shown.handle} {shown.place} {shown.words} {shown.tag}".casefold()
            if all(word in text for word in words):
                kept.append(item)
        return Pages(tuple(kept))

    def fields(self, item: Item) -> Fields:
        """A row ready to be painted."""
        subject, moment = item.subject, self._moment()
        if isinstance(subject, Hit):
            entry = self._engine.inbox.entry(subject.message_id)
            return render.fields_of_hit(subject, entry, moment)
        if isinstance(subject, OutboxRow):
            return render.fields_of_outbox(subject, moment, self._motion)
        if isinstance(subject, PersonRow):
            return render.fields_of_person(subject, moment)
        if isinstance(subject, Turn):
            return Fields("", "", Age("", ""), subject.value)
        if isinstance(subject, Drafted):
            return render.fields_of_draft(subject.draft, subject.message, subject.platform, moment)
        assert isinstance(subject, Row)
        return render.fields_of_row(subject, self.look.view, moment, self._leaving(subject))

    def _leaving(self, row: Row) -> OutboxRow | None:
        if row.outbox is not OutboxState.HELD or not self._motion:
            return None
        held = (found for found in self._engine.inbox.outbox() if found.thread_id == row.thread_id)
        return next((found for found in held if found.state is OutboxState.HELD), None)

    def again(self, item: Item) -> Item | None:
        """The same item as the store has it now, None when it is gone."""
        subject, inbox = item.subject, self._engine.inbox
        if isinstance(subject, Row):
            row = inbox.row(item.thread_id)
            return row_item(row) if row and row.thread_id == item.thread_id else None
        if isinstance(subject, Hit):
            row = inbox.row(item.thread_id)
            return replace(item, subject=replace(subject, row=row)) if row else None
        return item


def row_item(row: Row) -> Item:
    """A conversation as an item of a list."""
    return Item(f"t{row.thread_id}", row, row.thread_id)


def outbox_item(row: OutboxRow) -> Item:
    """An answer on its way as an item of a list."""
    return Item(f"o{row.outbox_id}", row, row.thread_id)
