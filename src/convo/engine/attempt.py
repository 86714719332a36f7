"""One try to deliver one answer, under its account's lock: prepare, send, and find out what became of it."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Protocol

from convo.adapters.contract import (
    Absent,
    Adapter,
    AdapterError,
    Ambiguous,
    Found,
    Proof,
    Refused,
    RetryAt,
    SignInAgain,
    Unknown,
)
from convo.clock import Clock
from convo.engine.accounts import stumbled
from convo.engine.standing import Standing
from convo.model import Message
from convo.store import Store, outbox
from convo.store.ingest import IngestContext, save_own
from convo.store.outbox import Leaving

SURE_TRIES = 2
"""Attempts that may follow each other at once when an answer is proved absent; later ones wait."""
_log = logging.getLogger(__name__)


class Outcome(Enum):
    """What became of a try."""

    SENT = "sent"
    SETTLED = "settled"
    """It is failed, unsure, queued again at once, or was taken back: go on with the next."""
    LOOKING = "looking"
    """It may have arrived, and is looked for again at `look_at`."""
    LATER = "later"
    """Nothing more can be sent on this account now."""


class Context(Protocol):
    """Gives what a message is stored with."""

    def __call__(self, name: str) -> IngestContext:
        """For a message that came through this account just now."""
        ...


@dataclass(slots=True)
class _Look:
    """When an answer that may have arrived was first looked for, and how often in vain."""

    since: datetime
    tries: int = 0
    again_at: datetime | None = None


class Attempt:
    """Tries answers of one account, one at a time; the caller holds the account's lock."""

    def __init__(self, store: Store, clock: Clock, standing: Standing, context: Context) -> None:
        self._store = store
        self._clock = clock
        self._standing = standing
        self._context = context
        self._looks: dict[int, _Look] = {}
        self._absent: set[int] = set()
        """Answers that were just looked for and are not there."""
        self.on_words: Callable[[str], None] | None = None

    def look_at(self, outbox_id: int) -> datetime | None:
        """When an answer in `sending` is looked for next; None when at once."""
        look = self._looks.get(outbox_id)
        return look.again_at if look else None

    async def send(self, name: str, adapter: Adapter, row: Leaving) -> Outcome:
        """Deliver a queued answer: the request is committed before its first byte leaves."""
        request = row.request
        if request is None:
            if row.reply is None:
                return await self._fail(row, "The message it answers is not stored any more.")
            try:
                request = await adapter.prepare(row.reply)
            except Exception as error:
                return await self._unprepared(name, adapter, row, error)
        elif row.outbox_id not in self._absent:
            outcome = await self._arrived_before(name, adapter, row)
            if outcome is not None:
                return outcome
        self._absent.discard(row.outbox_id)
        now = self._clock.now()
        request = await self._store.write(outbox.start, row.outbox_id, request, now)
        if request is None:
            return Outcome.SETTLED
        try:
            message = await adapter.answer(request)
        except Exception as error:
            return await self._unanswered(name, adapter, row.outbox_id, error)
        return await self._arrived(name, row, message)

    async def _arrived_before(self, name: str, adapter: Adapter, row: Leaving) -> Outcome | None:
        """Look for a request that left before: a proxy's 503 may stand for an answer that arrived all the same."""
        try:
            proof = await self._proof(adapter, row)
        except (RetryAt, SignInAgain) as error:
            return await self._requeue(name, row, error)
        return await self._arrived(name, row, proof.message) if isinstance(proof, Found) else None

    async def _unprepared(self, name: str, adapter: Adapter, row: Leaving, error: Exception) -> Outcome:
        """Preparing makes nothing public: whatever failed, nothing was sent."""
        if isinstance(error, Refused):
            return await self._fail(row, error.words)
        if isinstance(error, AdapterError):
            return await self._requeue(name, row, error)
        _log.error("Preparing an answer for %s failed", name, exc_info=error)
        return await self._fail(row, stumbled(adapter.platform, error))

    async def _unanswered(self, name: str, adapter: Adapter, outbox_id: int, error: Exception) -> Outcome:
        row = outbox.one(self._store.reader, outbox_id)
        assert row is not None
        if isinstance(error, (RetryAt, SignInAgain)):
            return await self._requeue(name, row, error)
        if isinstance(error, Refused):
            return await self._fail(row, error.words)
        if not isinstance(error, Ambiguous):  # what an adapter stumbles over may come after the last byte
            _log.error("Sending an answer for %s failed", name, exc_info=error)
        return await self.find(name, adapter, row)

    async def find(self, name: str, adapter: Adapter, row: Leaving) -> Outcome:
        """Look for an answer in `sending`, of which nobody knows whether it arrived, before anything is sent again."""
        now = self._clock.now()
        look = self._looks.setdefault(row.outbox_id, _Look(min(row.last_sent_at or now, now)))
        look.tries += 1
        try:
            proof = await self._proof(adapter, row)
        except RetryAt as error:
            look.again_at = error.at or now + self._standing.wait(name, look.tries)
            return Outcome.LOOKING
        except SignInAgain as error:
            await self._standing.trouble(name, error)
            look.again_at = now + self._standing.wait(name, look.tries)
            return Outcome.LOOKING
        if isinstance(proof, Found):
            return await self._arrived(name, row, proof.message)
        if isinstance(proof, Unknown):
            return await self._doubt(row, proof.words)
        settled_at = look.since + adapter.can.settle
        if self._clock.now() < settled_at:
            look.again_at = settled_at
            return Outcome.LOOKING
        wait = timedelta(0) if row.attempts < SURE_TRIES else self._standing.wait(name, row.attempts)
        self._looks.pop(row.outbox_id, None)
        self._absent.add(row.outbox_id)
        words = "It had not arrived; it is sent again."
        await self._store.write(outbox.back_to_queue, row.outbox_id, self._clock.now() + wait, words)
        return Outcome.SETTLED

    async def look_again(self, name: str, adapter: Adapter, row: Leaving) -> Outcome:
        """Look once more for an unsure answer: only finding it changes its state. Raises AdapterError."""
        proof = await self._proof(adapter, row)
        if not isinstance(proof, Found):
            await self._store.write(outbox.looked, row.outbox_id, self._clock.now())
            return Outcome.LATER
        outcome = await self._arrived(name, row, proof.message)
        shown = outbox.row(self._store.reader, row.outbox_id)
        if shown is not None and self.on_words is not None:
            self.on_words(f"Your answer had reached {shown.to.shown}.")
        return outcome

    async def _proof(self, adapter: Adapter, row: Leaving) -> Proof:
        """Whether it is there, claimed by no other answer. Raises RetryAt, SignInAgain."""
        claimed = outbox.claimed_uris(self._store.reader, row.account_id)
        try:
            proof = await adapter.find(row.request or "", claimed)
        except (RetryAt, SignInAgain):
            raise
        except AdapterError as error:
            return Unknown(error.words)
        except Exception as error:
            _log.error("Looking for an answer failed", exc_info=error)
            return Unknown(stumbled(adapter.platform, error))
        if isinstance(proof, Found) and proof.message.uri in claimed:
            return Absent()
        return proof

    async def _arrived(self, name: str, row: Leaving, message: Message) -> Outcome:
        """Proof and the user's own message go into the store together."""
        if message.uri in outbox.claimed_uris(self._store.reader, row.account_id):
            return await self._doubt(
                row, "The platform gave back a message that another answer had already become."
            )
        context, now = self._context(name), self._clock.now()
        await self._store.write(_keep, row, message, context, now)
        self._looks.pop(row.outbox_id, None)
        return Outcome.SENT

    async def _requeue(self, name: str, row: Leaving, error: AdapterError) -> Outcome:
        now = self._clock.now()
        at = error.at if isinstance(error, RetryAt) else None
        if at is None or at <= now:
            at = now + self._standing.wait(name, row.attempts + 1)
        await self._store.write(outbox.back_to_queue, row.outbox_id, at, error.words)
        if isinstance(error, SignInAgain):
            await self._standing.trouble(name, error)
        return Outcome.LATER

    async def _fail(self, row: Leaving, words: str) -> Outcome:
        self._looks.pop(row.outbox_id, None)
        await self._store.write(outbox.failed, row.outbox_id, words, self._clock.now())
        return Outcome.SETTLED

    async def _doubt(self, row: Leaving, words: str) -> Outcome:
        self._looks.pop(row.outbox_id, None)
        await self._store.write(outbox.unsure, row.outbox_id, words, self._clock.now())
        return Outcome.SETTLED


def _keep(
    db: sqlite3.Connection, row: Leaving, message: Message, context: IngestContext, now: datetime
) -> None:
    outbox.sent(db, row.outbox_id, message.uri, message.url, now)
    save_own(db, row.account_id, message, context)
