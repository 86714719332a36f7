"""What adapters bring goes into the store: messages, persons, sightings, deletions and the channel's cursor."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Collection, Iterator, Sequence

from convo.model import Conversation, Lookup, Message, Page, Ref
from convo.store import accounts, drafts, gone, judging, persons, quieting, reads, stored, threads, turns
from convo.store.batch import Batch, IngestContext, Saved
from convo.store.concern import MOST, concerning
from convo.store.own import Own
from convo.store.parts import in_parts

__all__ = [
    "IngestContext",
    "Saved",
    "conversation_parts",
    "page_parts",
    "save_conversation",
    "save_lookup",
    "save_own",
    "save_page",
]

INCOMING = "incoming"
"""The kind of channel whose messages came to the user now, and must each be judged."""

Part = Callable[[sqlite3.Connection], Saved]


def save_page(
    db: sqlite3.Connection, account_id: int, channel: str, kind: str, page: Page, ctx: IngestContext
) -> Saved:
    """Store a page of a channel with its cursor: all of it or nothing. `kind` is the channel's kind."""
    saved = _save(db, account_id, page.messages, ctx, insist=kind == INCOMING)
    return saved + _end_page(db, account_id, channel, page, ctx)


def page_parts(account_id: int, channel: str, kind: str, page: Page, ctx: IngestContext) -> Iterator[Part]:
    """A page as parts for `Store.ingest`; the last moves the cursor."""

    def save(db: sqlite3.Connection, some: Sequence[Message], last: bool) -> Saved:
        saved = _save(db, account_id, some, ctx, insist=kind == INCOMING)
        return saved + _end_page(db, account_id, channel, page, ctx) if last else saved

    return in_parts(sorted(page.messages, key=lambda message: message.created_at), save)


def save_conversation(
    db: sqlite3.Connection, account_id: int, conversation: Conversation, ctx: IngestContext
) -> Saved:
    """Store what concerns the user of a conversation, and say in its thread what is missing."""
    return sum((part(db) for part in conversation_parts(account_id, conversation, ctx)), Saved())


AT_ONCE = 200
"""Messages of a conversation that one transaction takes: a crash between parts would leave it half read, and the
look for conversations that are still to be read would pass it by."""


def conversation_parts(account_id: int, conversation: Conversation, ctx: IngestContext) -> Iterator[Part]:
    """A conversation as parts for `Store.ingest`; the last says what is missing.

    The state of its thread follows from all of it, and is derived once, at the end. The user's own messages come
    first: whatever looks at the thread between two parts takes nobody to wait who was answered.
    """
    chosen: list[Message] = []
    changed: set[int] = set()

    def choose(db: sqlite3.Connection) -> Saved:
        own = Own(db)
        kept = set(stored.by_uri(db, [message.uri for message in conversation.messages]))
        found = concerning(conversation.messages, own.uids, kept)
        chosen.extend(sorted(found, key=lambda message: (not own.wrote(message), message.created_at)))
        return Saved()

    def save(db: sqlite3.Connection, some: Sequence[Message], _: bool) -> Saved:
        saved = _save(db, account_id, some, ctx, insist=False, derive=False)
        changed.update(saved.touched)
        return saved

    def finish(db: sqlite3.Connection) -> Saved:
        touched = frozenset(reads.resolve(db, thread_id) for thread_id in changed)
        threads.rederive(db, touched, ctx.now)
        drafts.remove_pasted(db, touched)
        _note_partial(db, conversation, len(chosen))
        return Saved(touched=touched)

    def whole(db: sqlite3.Connection) -> Saved:
        choose(db)
        save(db, chosen, True)
        return finish(db)

    if len(conversation.messages) <= AT_ONCE:
        yield whole
        return
    yield choose
    yield from in_parts(chosen, save)
    yield finish


def _note_partial(db: sqlite3.Connection, conversation: Conversation, kept: int) -> None:
    """Say in the thread what of its conversation is missing."""
    partial = conversation.partial
    if not partial and kept == MOST < len(conversation.messages):
        partial = "Only a part of this long conversation is kept here."
    db.execute(
        "UPDATE thread SET partial = ?1 WHERE partial <> ?1 AND id IN (SELECT m.thread_id FROM json_each(?2) j"
        " CROSS JOIN message m ON m.uri = j.value)",
        (partial, json.dumps([message.uri for message in conversation.messages])),
    )


def save_lookup(db: sqlite3.Connection, account_id: int, lookup: Lookup, ctx: IngestContext) -> Saved:
    """Store the present state of messages that were asked for by id.

    What waited for a parent that is gone is judged without it.
    """
    saved = _save(db, account_id, lookup.messages, ctx, insist=False)
    saved += Saved(touched=gone.report(db, account_id, lookup.gone, ctx.now))
    return saved + give_up(db, [Ref(uri) for uri in lookup.gone], ctx)


def save_own(db: sqlite3.Connection, account_id: int, message: Message, ctx: IngestContext) -> int:
    """Store the user's own answer after its delivery and give its number."""
    _save(db, account_id, (message,), ctx, insist=False)
    return stored.by_uri(db, (message.uri,))[message.uri].id


def give_up(db: sqlite3.Connection, parents: Sequence[Ref], ctx: IngestContext) -> Saved:
    """Judge what waits for these parents, which cannot be had, without them."""
    rows = db.execute(
        "SELECT m.uri FROM json_each(?1) j CROSS JOIN message m INDEXED BY message_orphan"
        " ON m.parent_uri = j.value AND m.orphan WHERE m.unjudged",
        (json.dumps([parent.uri for parent in parents if parent.uri]),),
    ).fetchall()
    rows += db.execute(
        "SELECT m.uri FROM account a CROSS JOIN json_each(?1) j CROSS JOIN sighting s INDEXED BY sighting_orphan"
        " ON s.account_id = a.id AND s.parent_local_id = j.value AND s.parent_local_id <> ''"
        " JOIN message m ON m.id = s.message_id WHERE m.unjudged",
        (json.dumps([parent.local_id for parent in parents if parent.local_id and not parent.uri]),),
    ).fetchall()
    own, news = Own(db), quieting.News()
    touched = set()
    for kept, judged in judging.judge_alone(db, own, [uri for (uri,) in rows]):
        touched.add(kept.thread_id)
        news.note(kept.id, judged.quiet, judged.print)
    touched |= quieting.settle(db, own, news)
    threads.rederive(db, touched, ctx.now)
    return Saved(touched=frozenset(touched))


def unjudged(db: sqlite3.Connection, account_id: int, limit: int = 200) -> tuple[Ref, ...]:
    """Messages of an account that still wait for their parents to be loaded: the newest first."""
    rows = db.execute(
        "SELECT m.uri, s.local_id, s.data FROM message m INDEXED BY message_unjudged"
        " JOIN sighting s ON s.message_id = m.id AND s.account_id = ? WHERE m.unjudged ORDER BY m.id DESC LIMIT ?",
        (account_id, limit),
    ).fetchall()
    return tuple(Ref(*row) for row in rows)


def refs(db: sqlite3.Connection, account_id: int, message_ids: Collection[int]) -> tuple[Ref, ...]:
    """Messages as this account's server knows them; those it never saw are left out."""
    rows = db.execute(
        "SELECT m.uri, s.local_id, s.data FROM json_each(?2) j CROSS JOIN sighting s ON s.message_id = j.value"
        " AND s.account_id = ?1 JOIN message m ON m.id = s.message_id",
        (account_id, json.dumps(list(message_ids))),
    ).fetchall()
    return tuple(Ref(*row) for row in rows)


def _save(
    db: sqlite3.Connection, account_id: int, messages: Sequence[Message], ctx: IngestContext, *, insist: bool,
    derive: bool = True,
) -> Saved:  # fmt: skip
    if not messages:
        return Saved()
    saved = Batch(db, account_id, ctx, insist=insist, derive=derive).save(messages)
    if derive:
        drafts.remove_pasted(db, saved.touched)
    return saved


def _end_page(db: sqlite3.Connection, account_id: int, channel: str, page: Page, ctx: IngestContext) -> Saved:
    """What goes with the last part of a page: deletions, whom the user hides, the cursor."""
    saved = Saved(touched=gone.report(db, account_id, page.gone, ctx.now))
    if page.hidden is not None:
        hidden = persons.hide(db, account_id, page.hidden)
        touched = {thread_id for person_id in hidden for thread_id in threads.of_person(db, person_id)}
        threads.rederive(db, touched, ctx.now)
        turns.settle(db, hidden)
        saved += Saved(touched=frozenset(touched))
    accounts.set_cursor(db, account_id, channel, page.cursor, ctx.now)
    return saved
