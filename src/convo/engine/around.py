"""What stands around an opened conversation: its platform is asked for what is missing, a little and never twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from convo.adapters.contract import AdapterError, Missing
from convo.clock import Clock
from convo.config import Config
from convo.engine.accounts import AccountError, Accounts, stumbled
from convo.model import Conversation, Ref
from convo.store import Store, StoreError, ingest, reads, upkeep
from convo.store.ingest import IngestContext

MOST: Final = 4
"""Requests of one opening: one for each branch in which somebody waits, the newest first."""
AGAIN: Final = timedelta(minutes=15)
"""Nothing is asked again before this."""
LOOKED_THROUGH: Final = 200
"""Messages that wait in one conversation, of which an opening takes account."""
NOT_ALL: Final = "Not every branch of it was looked at yet."


class Around:
    """Loads what is missing of conversations, and remembers for a while what it asked and what it was told."""

    def __init__(
        self,
        config: Config,
        accounts: Accounts,
        store: Store,
        clock: Clock,
        context: Callable[[str], IngestContext],
    ) -> None:
        self._config = config
        self._accounts = accounts
        self._store = store
        self._clock = clock
        self._context = context
        self._asked: dict[tuple[str, str], tuple[datetime, str]] = {}
        """When an account was asked for a message, or brought it, and what it said is missing."""

    async def load(self, thread_id: int) -> str:
        """Load a conversation from its platform into the store; gives what is missing of it, in words.

        Raises StoreError.
        """
        thread_id = reads.resolve(self._store.reader, thread_id)
        words = ""
        for name in upkeep.accounts_of(self._store.reader, thread_id):
            if name not in self._accounts.working():
                continue
            try:
                words = await self._load(name, thread_id)
            except Missing as error:
                words = error.words
            except (AccountError, AdapterError) as error:
                words = f"Not all of it may be here: {error.words}"
            except StoreError:
                raise
            except Exception as error:  # whatever an adapter does, what is stored can be read
                words = stumbled(self._config.accounts[name].platform, error)
            else:
                return words
        return words

    async def _load(self, name: str, thread_id: int) -> str:
        """Through one account: the branches in which somebody waits, else the one of the newest message."""
        record = await self._accounts.identified(name)
        refs = upkeep.ends(self._store.reader, record.id, thread_id, LOOKED_THROUGH)
        self._forget()
        said, requests = "", 0
        for ref in refs:
            known = self._asked.get((name, ref.uri))
            if known is not None:
                said = said or known[1]
                continue
            if requests == MOST:
                return said or NOT_ALL
            requests += 1
            conversation = await self._ask(name, ref)
            await self._store.ingest(ingest.conversation_parts(record.id, conversation, self._context(name)))
            said = said or conversation.partial
        return said

    async def _ask(self, name: str, ref: Ref) -> Conversation:
        """What stands around one message; what it brings needs no asking."""
        conversation = await self._accounts.adapter(name).conversation(ref)
        at = self._clock.now()
        for uri in (ref.uri, *(message.uri for message in conversation.messages)):
            self._asked[name, uri] = at, conversation.partial
        return conversation

    def _forget(self) -> None:
        now = self._clock.now()
        self._asked = {key: told for key, told in self._asked.items() if now - told[0] < AGAIN}
