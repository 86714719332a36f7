"""The reply box without a screen: an answer's way from draft to outbox and back, and changes to own messages."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import uuid4

from convo.adapters.contract import AdapterError, Verb
from convo.clock import Clock
from convo.engine import cautions, together, voice
from convo.engine import terms as _terms
from convo.engine.terms import CannotAnswer, NeedsYes, Places, Terms
from convo.model import Lookup, Measure, Message, Reason, Visibility
from convo.store import Store, choices, conversation, drafts, journal, outbox
from convo.store.accounts import AccountRecord
from convo.store.ingest import IngestContext, save_lookup, save_own
from convo.views import Act, Caution, CautionKind, Draft, Entry, OutboxRow, OutboxState

__all__ = ["Answers", "CannotAnswer", "NeedsYes", "Places", "Terms"]

AGAIN: Final = timedelta(days=1)
"""So long the same words to the same message are taken for a repetition."""
LEAVING: Final = "That answer is leaving right now."
NOT_THERE: Final = "That answer is not in the outbox."

Known = dict[tuple[str, str], str]
"""By account and message: what of a draft this process read or wrote last; the rest of it is another window's."""
LONGEST_HOLD: Final = 600
"""Seconds that an answer can be kept back: time to think better of it. convo schedules nothing."""


class Answers:
    """Answers to messages. Nothing here creates text but in answer to one message."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        places: Places,
        *,
        undo_seconds: float,
        context: Callable[[str], IngestContext],
    ) -> None:
        self._store = store
        self._clock = clock
        self._places = places
        self._undo_seconds = undo_seconds
        self._context = context
        self._known: Known = {}
        self.on_outbox: Callable[[], None] | None = None
        """Called when something in the outbox may be due."""

    def terms(self, message_id: int, account: str | None = None) -> Terms:
        """On which terms a message can be answered. Raises CannotAnswer, also for an account it did not speak to."""
        found = _terms.load(self._store.reader, self._places, message_id, account)
        self._known[found.account, found.message.uri] = found.draft.text if found.draft else ""
        return found

    async def save_draft(self, draft: Draft) -> None:
        """Keep the words as they stand; what was never begun makes no draft. Raises CannotAnswer."""
        await self._store.write(_save, self._record(draft.account).id, draft, self._known, self._clock.now())

    async def discard_draft(self, account: str, uri: str) -> Act:
        """Throw a draft away; undo brings it back."""
        record = self._record(account)
        author = conversation.author_of(self._store.reader, uri)
        gone = await self._store.write(choices.discard_draft, record.id, uri, self._clock.now())
        if gone.journal_id is None:
            return Act("There is no draft here.")
        name = voice.name_of(author) if author else "nobody"
        return Act(voice.draft_gone(name), gone.thread_ids, gone.journal_id)

    def measure(self, draft: Draft) -> Measure:
        """The length of the words as the platform counts them. Raises CannotAnswer."""
        record = self._record(draft.account)
        adapter = _terms.adapter_of(self._places, record.name)
        message = _terms.message_of(self._store.reader, draft.uri, record)
        return adapter.measure(_terms.reply_of(draft, message, adapter.audience(message)))

    def cautions(self, draft: Draft) -> tuple[Caution, ...]:
        """What should be said before these words leave, the gravest first. Raises CannotAnswer."""
        terms = _terms.of_draft(self._store.reader, self._places, draft)
        return self._cautions(draft, terms)

    def _cautions(self, draft: Draft, terms: Terms) -> tuple[Caution, ...]:
        db = self._store.reader
        changed = drafts.has_changed(db, self._record(terms.account).id, draft.uri)
        return cautions.of(db, draft, terms, self.measure(draft), changed=changed)

    async def send(self, draft: Draft, *, hold: float | None = None, yes: bool = False) -> OutboxRow:
        """Move the words into the outbox, in one durable step. Raises CannotAnswer, NeedsYes for more readers.

        `hold` are seconds of undo window, None for the user's own; a direct message leaves at once.
        """
        terms = _terms.of_draft(self._store.reader, self._places, draft)
        self._refuse(draft, terms, yes)
        visibility = draft.visibility or terms.visibility
        now = self._clock.now()
        window = self._window(terms, visibility) if hold is None else hold
        outbox_id = await self._store.write(
            _send,
            self._record(terms.account),
            draft,
            self._known,
            _terms.settled(draft, terms, visibility),
            terms.message.author.person_id,
            now + timedelta(seconds=min(max(window, 0.0), LONGEST_HOLD)),
            now,
        )
        return self._woken(outbox_id)

    def sent_before(self, draft: Draft) -> OutboxRow | None:
        """The answer that these very words to the same message became within the last day, and that still stands."""
        record, since = self._record(draft.account), self._clock.now() - AGAIN
        found = outbox.sent_before(self._store.reader, record.id, draft.uri, draft.text, since)
        return self._row(found) if found is not None else None

    def _refuse(self, draft: Draft, terms: Terms, yes: bool) -> None:
        """Say why these words do not leave. Raises CannotAnswer."""
        if draft.edits:
            raise CannotAnswer("These words change a message of yours; they are not a new answer.")
        if draft.empty:
            raise CannotAnswer("There are no words in it yet.")
        if draft.attachments and Verb.ATTACH not in terms.can.verbs:
            raise CannotAnswer(terms.can.refusals.get(Verb.ATTACH, "Nothing can be attached here."))
        for caution in self._cautions(draft, terms):
            if caution.blocks:
                raise CannotAnswer(caution.words)
            if caution.kind is CautionKind.WIDER and not yes:
                raise NeedsYes(caution.words)

    def _window(self, terms: Terms, visibility: Visibility) -> float:
        if visibility is Visibility.DIRECT or terms.message.addressed is Reason.DIRECT:
            return 0.0
        own = terms.can.undo_seconds
        return self._undo_seconds if own is None else min(own, self._undo_seconds)

    async def recall(self, outbox_id: int) -> Draft:
        """Bring the words of an answer back into its draft, unless it has left. Raises CannotAnswer."""
        draft = await self._store.write(outbox.back_to_draft, outbox_id, self._clock.now())
        if draft is None:
            state = outbox.state_of(self._store.reader, outbox_id)
            raise CannotAnswer({"sending": LEAVING, "sent": voice.HAS_LEFT}.get(state, NOT_THERE))
        return draft

    async def cancel(self, outbox_id: int) -> Draft:
        """The same: an answer that does not go out is a draft again."""
        return await self.recall(outbox_id)

    async def retry(self, outbox_id: int) -> OutboxRow:
        """Send now what is held, queued, refused, or unsure (the user says it is not there). Raises CannotAnswer."""
        row = self._row(outbox_id)
        if row.state is OutboxState.FAILED:
            draft = drafts.load(self._store.reader, self._record(row.account).id, row.message_uri)
            if draft is None:
                raise CannotAnswer("Its words are not in the drafts any more.")
            return await self.send(draft, hold=0, yes=True)
        if row.state is OutboxState.UNSURE:
            return await self.settle(outbox_id, False)
        if not await self._store.write(outbox.queue_now, outbox_id, self._clock.now()):
            raise CannotAnswer(voice.HAS_LEFT if row.state is OutboxState.SENT else LEAVING)
        return self._woken(outbox_id)

    async def settle(self, outbox_id: int, arrived: bool) -> OutboxRow:
        """The user says whether an unsure answer is there; if not, the same request goes again. Raises CannotAnswer."""
        if not await self._store.write(outbox.settle, outbox_id, arrived, self._clock.now()):
            raise CannotAnswer("Nobody is unsure about that answer any more.")
        return self._woken(outbox_id)

    async def edit(self, message_id: int, text: str) -> Entry:
        """Change an own message on its platform. Raises CannotAnswer with the platform's words."""
        db = self._store.reader
        entry, record, adapter = _terms.own(db, self._places, message_id, Verb.EDIT)
        ref = _terms.message_of(db, entry.uri, record).ref
        try:
            async with self._places.lock(record.name):
                message = await adapter.edit(ref, text)
        except AdapterError as error:
            raise CannotAnswer(error.words) from error
        await self._store.write(_keep_edit, record.id, message, entry.uri, self._context(record.name))
        return _terms.entry_of(db, message_id)

    async def delete(self, message_id: int) -> Entry:
        """Delete an own message on its platform. Raises CannotAnswer with the platform's words."""
        db = self._store.reader
        entry, record, adapter = _terms.own(db, self._places, message_id, Verb.DELETE)
        ref = _terms.message_of(db, entry.uri, record).ref
        try:
            async with self._places.lock(record.name):
                await adapter.delete(ref)
        except AdapterError as error:
            raise CannotAnswer(error.words) from error
        gone = Lookup(gone=(ref.uri,))
        await self._store.write(save_lookup, record.id, gone, self._context(record.name))
        return _terms.entry_of(db, message_id)

    def _record(self, account: str) -> AccountRecord:
        return _terms.record_of(self._store.reader, account)

    def _row(self, outbox_id: int) -> OutboxRow:
        row = outbox.row(self._store.reader, outbox_id)
        if row is None:
            raise CannotAnswer(NOT_THERE)
        return row

    def _woken(self, outbox_id: int) -> OutboxRow:
        if self.on_outbox is not None:
            self.on_outbox()
        return self._row(outbox_id)


def _save(db: sqlite3.Connection, account_id: int, draft: Draft, known: Known, now: datetime) -> None:
    stored = drafts.load(db, account_id, draft.uri)
    if draft.empty and stored is None:
        return
    if stored is not None and not stored.empty and bool(stored.edits) != bool(draft.edits):
        raise CannotAnswer(voice.CHANGE_BEGUN if stored.edits else voice.ANSWER_BEGUN)
    if not draft.empty and outbox.same_on_its_way(db, account_id, draft.uri, draft.text) is not None:
        return  # a late save of words that have left the box meanwhile: they are in one place
    mine = known.get((draft.account, draft.uri))
    whole = draft.text if stored is None or mine is None else together.kept(stored.text, mine, draft.text)
    drafts.save(db, account_id, replace(draft, text=whole), now)
    known[draft.account, draft.uri] = draft.text


def _send(
    db: sqlite3.Connection,
    record: AccountRecord,
    draft: Draft,
    known: Known,
    options: dict[str, Any],
    author: int,
    leaves_at: datetime,
    now: datetime,
) -> int:
    """Draft to outbox in one transaction; the same words to the same message do not leave twice.

    What another window wrote to the same message stays a draft, and so does a change of it that was begun.
    """
    stored, mine = drafts.load(db, record.id, draft.uri), known.get((draft.account, draft.uri))
    outbox_id = _taken(db, record, draft, options, author, leaves_at, now)
    if stored is not None and stored.edits:
        drafts.save(db, record.id, stored, now)
    elif stored is not None and mine is not None and stored.text != draft.text:
        others = together.rest(stored.text, mine)
        if others.strip():
            drafts.save(db, record.id, replace(stored, text=others, cursor=len(others)), now)
    known[draft.account, draft.uri] = ""
    return outbox_id


def _taken(
    db: sqlite3.Connection,
    record: AccountRecord,
    draft: Draft,
    options: dict[str, Any],
    author: int,
    leaves_at: datetime,
    now: datetime,
) -> int:
    same = outbox.same_on_its_way(db, record.id, draft.uri, draft.text)
    if same is not None:
        drafts.remove(db, record.id, draft.uri)
        return same
    outbox_id = outbox.take(
        db, record.id, draft.uri, draft.text, options, key=uuid4().hex, leaves_at=leaves_at, now=now
    )
    detail = f"{outbox_id} {record.name} {draft.uri}"
    journal.record(db, journal.Record(journal.SEND, (author,), detail), journal.Changes(db), now)
    return outbox_id


def _keep_edit(
    db: sqlite3.Connection, account_id: int, message: Message, uri: str, context: IngestContext
) -> None:
    save_own(db, account_id, message, context)
    begun = drafts.load(db, account_id, uri)
    if begun is not None and begun.edits:
        drafts.remove(db, account_id, uri)
