"""Conversations of places that are gone come into the store as history: readable, searchable, never waiting."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Collection, Iterator
from pathlib import Path

from convo.adapters import archives
from convo.adapters.archives import Archive, ArchiveError
from convo.clock import Clock
from convo.model import Conversation
from convo.progress import Tell, untold
from convo.store import Store, reads
from convo.store import accounts as stored
from convo.store.ingest import IngestContext, conversation_parts
from convo.values import frozen
from convo.views import Failure

NAME = "archive"
"""The account that such conversations belong to: never in the config, so nothing in it waits or is answered."""


@frozen
class Brought:
    """What an import did: whether anything was new, and one sentence for each item that was left out."""

    changed: bool
    skipped: tuple[str, ...] = ()


async def bring_in(
    store: Store,
    clock: Clock,
    kind: str,
    path: Path,
    configured: Collection[str],
    tell: Tell = untold,
) -> Brought:
    """Read an archive of one of `archives.KINDS` into the store; what stands there already is not doubled.

    Stopped at any place, it goes on from there when it is done again. Raises Failure, StoreError.
    """
    try:
        archive = await asyncio.to_thread(archives.open_archive, kind, path)
        return await _keep(store, clock, archive, configured, tell)
    except ArchiveError as error:
        raise Failure(error.words) from error


async def _keep(
    store: Store, clock: Clock, archive: Archive, configured: Collection[str], tell: Tell
) -> Brought:
    now = clock.now()

    def remember(db: sqlite3.Connection) -> int:
        account_id = stored.remember(db, NAME, archive.platform, archive.owner, "{}", now)
        stored.span_read(db, account_id, now)
        stored.set_configured(db, configured, now)
        return account_id

    account_id = await store.write(remember)
    context = IngestContext(now=now, waiting_from=now, last_good=now)
    before, done, rest = reads.highest_arrival(store.reader), 0, archive.conversations()
    while (conversation := await asyncio.to_thread(_next, rest)) is not None:
        await store.ingest(conversation_parts(account_id, conversation, context))
        done += 1
        tell("conversations read", done, archive.length)
    return Brought(reads.highest_arrival(store.reader) > before, tuple(archive.skipped))


def _next(conversations: Iterator[Conversation]) -> Conversation | None:
    return next(conversations, None)
