"""Deciding about comments on the user's own site: approve, spam, trash, and each of them taken back."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from typing import Final, Protocol

from convo.adapters.contract import Adapter, AdapterError, Missing, RetryAt, Verb
from convo.clock import Clock
from convo.engine import voice
from convo.engine.accounts import AccountError
from convo.model import Lookup, Ref
from convo.store import Store, conversation, errands, moderation, people
from convo.store import accounts as stored
from convo.store.accounts import AccountRecord
from convo.store.errands import Due
from convo.store.ingest import IngestContext, save_lookup
from convo.store.journal import Record
from convo.views import Act, Entry, Failure, Someone

DECISIONS: Final = ("approve", "spam", "trash")
_log = logging.getLogger(__name__)


class CannotModerate(Failure):
    """A decision that cannot be made here, or that the platform refused."""


class Places(Protocol):
    """Who knows the accounts' adapters and locks."""

    def adapter(self, name: str) -> Adapter:
        """The adapter of an account."""
        ...

    def lock(self, name: str) -> AbstractAsyncContextManager[None]:
        """The lock of an account over all processes."""
        ...


class Moderation:
    """What the user decides about a comment, here and there."""

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
        self._undo = timedelta(seconds=undo_seconds)
        self._context = context
        self.on_decided: Callable[[], None] | None = None
        """Called when something is to be done on a platform."""
        self.on_words: Callable[[str], None] | None = None
        """Told what the user should know of a decision that failed later."""

    async def decide(self, message_id: int, decision: str) -> Act:
        """Decide now and tell the platform after the undo window. Raises CannotModerate."""
        entry, record, _ = self._target(message_id, decision)
        now = self._clock.now()
        due_at = now + self._undo
        done = await self._store.write(moderation.decide, record.id, entry.uri, decision, now, due_at)
        if self.on_decided is not None:
            self.on_decided()
        return self._act(done)

    async def decide_now(self, message_id: int, decision: str) -> Act:
        """Decide and tell the platform at once; undo takes it back there. Raises CannotModerate with its words."""
        entry, record, adapter = self._target(message_id, decision)
        ref = errands.ref(self._store.reader, record.id, entry.uri)
        if ref is None:
            raise CannotModerate("The account that saw this comment is not in the config any more.")
        try:
            async with self._places.lock(record.name):
                lookup = await told(adapter, ref, decision)
        except AdapterError as error:
            raise CannotModerate(error.words) from error
        now = self._clock.now()
        await self._store.write(save_lookup, record.id, lookup, self._context(record.name))
        return self._act(
            await self._store.write(moderation.decide, record.id, entry.uri, decision, now, None)
        )

    async def carry_out(self, adapter: Adapter, account: str, due: Due) -> None:
        """Tell the platform what was decided before, or that it is taken back. Raises AdapterError but Refused."""
        ref = errands.ref(self._store.reader, due.account_id, str(due.argument.get("uri", "")))
        if ref is None:
            return
        decision = str(due.argument.get("decision", ""))
        lookup = await told(adapter, ref, decision if due.argument.get("on") else f"not {decision}")
        await self._store.write(save_lookup, due.account_id, lookup, self._context(account))

    async def refused(self, due: Due, words: str) -> None:
        """The platform said no later: it is as it was, and the user is told."""
        await self._store.write(moderation.refused, due, self._clock.now())
        if self.on_words is not None:
            self.on_words(f"That was not done there: {words}")

    def _act(self, record: Record) -> Act:
        known = people.load(self._store.reader, record.who)
        who = [known[number] for number in record.who if number in known]
        return Act(f"{decided(who, record.detail)} {voice.BACK}", record.thread_ids, record.journal_id)

    def _target(self, message_id: int, decision: str) -> tuple[Entry, AccountRecord, Adapter]:
        """The comment and the account that may decide about it. Raises CannotModerate."""
        if decision not in DECISIONS:
            raise CannotModerate(f"{decision} is none of {', '.join(DECISIONS)}.")
        db = self._store.reader
        entry = conversation.entry(db, message_id)
        if entry is None or entry.deleted:
            raise CannotModerate("That comment is gone already.")
        if entry.author.is_me:
            raise CannotModerate("That comment is your own; convo delete takes it away.")
        if decision == "approve" and not entry.held:
            raise CannotModerate("Nobody has to approve that: it is public already.")
        words = ""
        for record in stored.all_accounts(db):
            if not record.configured or record.name not in entry.accounts:
                continue
            try:
                adapter = self._places.adapter(record.name)
            except AccountError as error:
                words = error.words
                continue
            said = conversation.refusals(db, message_id).get(Verb.MODERATE.value)
            if Verb.MODERATE in adapter.can.verbs and not said:
                return entry, record, adapter
            words = said or adapter.can.refusals.get(Verb.MODERATE, "There is nothing to approve there.")
        raise CannotModerate(words or "Its account is not in the config any more.")


async def told(adapter: Adapter, ref: Ref, decision: str) -> Lookup:
    """Tell the platform, and read what became of the comment. Raises AdapterError."""
    await adapter.moderate(ref, decision)
    try:
        return await adapter.lookup([ref])
    except (Missing, RetryAt) as error:  # the next sync reads it
        _log.info("A moderated comment could not be read again: %s", error.words)
        return Lookup()


def decided(who: Sequence[Someone], decision: str) -> str:
    """What a decision did, without the key that takes it back."""
    name = voice.names(who)
    return {
        "approve": f"{name}'s comment is approved.",
        "spam": f"{name}'s comment is spam.",
        "trash": f"{name}'s comment is in the trash.",
    }[decision]


def taken_back(who: Sequence[Someone], decision: str) -> str:
    """What taking a decision back did."""
    name = voice.names(who)
    return (
        f"{name}'s comment waits for approval again."
        if decision == "approve"
        else f"{name}'s comment is back."
    )
