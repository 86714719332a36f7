"""One round of sync for one account: what was said to the user, what they wrote, and what is looked after."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from convo.adapters.contract import Adapter, Channel, ChannelKind, Missing, Refused
from convo.clock import Clock
from convo.config import Config
from convo.engine.accounts import Accounts
from convo.engine.standing import Standing
from convo.model import Lookup, Page, Ref
from convo.store import Store, ingest, reads, upkeep
from convo.store import accounts as stored
from convo.store.accounts import AccountRecord
from convo.store.conversation import message_of
from convo.store.ingest import IngestContext
from convo.values import frozen

LOOKED_AFTER = 20
"""Messages one bulk look-up asks for: what every platform takes in one request."""
CONVERSATIONS = 20
"""Conversations a round loads around what is new; the others are loaded when they are opened."""
AROUND = "around"
"""Beside the adapters' channels: its cursor is the arrival number up to which conversations were loaded."""
PAST = "past"
"""Beside the adapters' channels: its cursor is not empty once a first sync has read all of the past that it reads."""
_log = logging.getLogger(__name__)


class Stopped(Exception):
    """The program is leaving: no further request is made."""


@frozen
class Scope:
    """How much of an account a round reads."""

    after: bool = True
    """Look after those who wait: own messages, and one bulk look-up."""
    slow: bool = False
    """The slow channels, too."""
    limits: bool = False
    """Ask the server again what its limits are."""


class Round:
    """Reads one account; each page is fetched and stored under the account's lock."""

    def __init__(
        self,
        name: str,
        config: Config,
        accounts: Accounts,
        standing: Standing,
        store: Store,
        clock: Clock,
        stopping: Callable[[], bool],
    ) -> None:
        self._name = name
        self._stopping = stopping
        self._config = config
        self._accounts = accounts
        self._standing = standing
        self._store = store
        self._clock = clock
        self._is_first = False
        self.fetched = 0
        """Messages that were new to the store."""

    async def run(self, scope: Scope) -> None:
        """Read what the scope asks for.

        Raises AccountError, AdapterError, StoreError, Stopped, or what an adapter stumbles over.
        """
        record = await self._accounts.identified(self._name)
        if scope.limits:
            await self._accounts.refresh(self._name)
        if record.first_synced_at is None:
            await self._first()
        else:
            await self._standing.first_span_read(
                self._name
            )  # what a crash left of it: who waits is asked below
            await self._rest_of_first()
            await self._steady(scope, record)
        await self._load_parents()
        await self._load_around()

    async def _first(self) -> None:
        """Own messages, then what was said to the user: nothing waits before the span of waiting was read.

        Then the rest of the history, the user's own words in it: whom they wrote to long ago is no stranger.
        """
        self._is_first = True
        begun = self._clock.now() - timedelta(days=self._config.inbox.waiting_days)
        older = [
            channel
            for channel in self._channels(ChannelKind.OWN, ChannelKind.INCOMING)
            if not await self._read(channel, until=begun)
        ]
        await self._load_parents()
        await self._standing.first_span_read(self._name)
        for channel in (*self._channels(ChannelKind.PEOPLE), *older, *self._channels(ChannelKind.SLOW)):
            await self._read(channel)
        await self._note_past()

    async def _rest_of_first(self) -> None:
        """What a first sync that died had still to read of the user's own words; the rest any sync reads."""
        if stored.cursor(self._store.reader, self._id, PAST):
            return
        self._is_first = True
        for channel in self._channels(ChannelKind.OWN):
            await self._read(channel)
        self._is_first = False
        await self._note_past()

    async def _note_past(self) -> None:
        await self._store.write(
            stored.set_cursor, self._id, PAST, "read", self._clock.now(), user=False, durable=False
        )

    async def _steady(self, scope: Scope, record: AccountRecord) -> None:
        for channel in self._channels(ChannelKind.INCOMING):
            await self._read(channel)
        waits = scope.after and upkeep.somebody_waits(self._store.reader, record.id)
        if waits or scope.slow:
            for channel in self._channels(ChannelKind.OWN):
                await self._read(channel)
        if scope.slow:
            for channel in self._channels(ChannelKind.PEOPLE, ChannelKind.SLOW):
                await self._read(channel)
        if waits or scope.slow:
            await self._look_after(record.id)

    def _channels(self, *kinds: ChannelKind) -> list[Channel]:
        channels = self._adapter.channels
        return [channel for kind in kinds for channel in channels if channel.kind is kind]

    @property
    def _adapter(self) -> Adapter:
        """For the next request, if there may be one."""
        if self._stopping():
            raise Stopped
        return self._accounts.adapter(self._name)

    @property
    def _id(self) -> int:
        record = self._accounts.record(self._name)
        assert record is not None
        return record.id

    async def _read(self, channel: Channel, until: datetime | None = None) -> bool:
        """Read a channel to its end, or until a page reaches back past `until`; whether its end was reached."""
        while True:
            try:
                page = await self._page(channel)
            except Refused as error:
                if channel.kind not in (ChannelKind.SLOW, ChannelKind.PEOPLE):
                    raise
                _log.warning("%s does not give %s: %s", self._name, channel.name, error.words)
                await self._note_looked(channel)
                return True
            if not page.more or (until and any(message.created_at < until for message in page.messages)):
                return not page.more

    async def _page(self, channel: Channel) -> Page:
        """One page: fetched, stored, and the cursor moved, while nobody else reads the account."""
        async with self._accounts.lock(self._name):
            cursor = stored.cursor(self._store.reader, self._id, channel.name)
            page = await self._adapter.fetch(channel.name, cursor, self._since(channel))
            for words in page.skipped:
                _log.warning("%s: %s", self._name, words)
            parts = ingest.page_parts(self._id, channel.name, channel.kind.value, page, self.context())
            self.fetched += sum(saved.new for saved in await self._store.ingest(parts))
        self._tell(channel, page)
        if page.more and page.cursor == cursor and not page.messages:
            _log.error("%s: reading %s does not get on", self._name, channel.name)
            return Page()
        return page

    def _tell(self, channel: Channel, page: Page) -> None:
        """How far back a first sync has come."""
        if self._is_first and channel.kind is ChannelKind.INCOMING and page.messages:
            self._accounts.looking[self._name] = min(message.created_at for message in page.messages)

    async def _note_looked(self, channel: Channel) -> None:
        cursor = stored.cursor(self._store.reader, self._id, channel.name)
        await self._store.write(
            stored.set_cursor, self._id, channel.name, cursor, self._clock.now(), user=False, durable=False
        )

    def _since(self, channel: Channel) -> datetime:
        """How far back a channel is read at most."""
        inbox = self._config.inbox
        if channel.kind is ChannelKind.INCOMING or (self._is_first and channel.kind is ChannelKind.OWN):
            return self._first_looked() - timedelta(days=inbox.history_days)
        return self._clock.now() - timedelta(days=inbox.waiting_days)

    def _first_looked(self) -> datetime:
        record = self._accounts.record(self._name)
        return record.first_synced_at if record and record.first_synced_at else self._clock.now()

    def context(self) -> IngestContext:
        """What a message that comes now is stored with."""
        record = self._accounts.record(self._name)
        now = self._clock.now()  # a clock that was set back makes nothing history
        begun = min(self._first_looked(), now) - timedelta(days=self._config.inbox.waiting_days)
        return IngestContext(now, begun, record.last_good_at if record else None)

    async def _load_parents(self) -> None:
        """Load what messages answer, where that decides whether they speak to the user."""
        before: tuple[Ref, ...] = ()
        while (waiting := ingest.unjudged(self._store.reader, self._id)) != before:
            before = waiting
            children = [message_of(self._store.reader, ref.uri, self._id) for ref in waiting]
            parents = list(dict.fromkeys(Ref(one.parent_uri, one.parent_id) for one in children if one))
            if not parents:
                return
            await self._save_lookup(await self._adapter.lookup(parents))
            await self._store.write(ingest.give_up, parents, self.context(), user=False, durable=False)

    async def _look_after(self, account_id: int) -> None:
        """One bulk look-up: those who wait (edited, deleted?), then the newest own answers (deleted?)."""
        reader, now = self._store.reader, self._clock.now()
        waiting = upkeep.waiting(reader, account_id, 1000)
        begin = 0
        if len(waiting) > LOOKED_AFTER:  # each in turn, by the clock, so that nothing has to be remembered
            begin = int(now.timestamp()) // 900 * LOOKED_AFTER % len(waiting)
        refs = (waiting + waiting)[begin : begin + min(LOOKED_AFTER, len(waiting))]
        since = now - timedelta(days=self._config.inbox.waiting_days)
        refs += upkeep.answers_since(reader, account_id, since, LOOKED_AFTER - len(refs))
        if refs:
            await self._save_lookup(await self._adapter.lookup(refs))

    async def _save_lookup(self, lookup: Lookup) -> None:
        await self._store.write(
            ingest.save_lookup, self._id, lookup, self.context(), user=False, durable=False
        )

    async def _load_around(self) -> None:
        """Load the conversations around what is new and waits, as far as they are not stored.

        What a crash interrupted is made up for; what a server cannot give is loaded when it is opened.
        """
        before, arrival = self._loaded_around(), reads.highest_arrival(self._store.reader)
        if arrival == before:
            return
        try:
            for ref in upkeep.bare(self._store.reader, self._id, before, CONVERSATIONS):
                await self._load_conversation(ref)
        except Stopped:
            raise
        except Exception:
            await self._note_around(arrival)
            raise
        await self._note_around(arrival)

    async def _load_conversation(self, ref: Ref) -> None:
        try:
            conversation = await self._adapter.conversation(ref)
        except Missing:
            return
        await self._store.ingest(ingest.conversation_parts(self._id, conversation, self.context()))

    def _loaded_around(self) -> int:
        """The arrival number up to which conversations were loaded."""
        return int(stored.cursor(self._store.reader, self._id, AROUND) or 0)

    async def _note_around(self, arrival: int) -> None:
        await self._store.write(
            stored.set_cursor, self._id, AROUND, str(arrival), self._clock.now(), user=False, durable=False
        )
