"""Of a conversation only what concerns the user is kept: their words, what is said to them, what led to it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from datetime import datetime

from convo.model import Message, Visibility

MOST = 1_000
"""Messages kept of one conversation."""


def concerning(
    messages: Iterable[Message], mine: Callable[[Message], Collection[str]], kept: Collection[str]
) -> tuple[Message, ...]:
    """What the store keeps of a conversation: ancestors of, and answers to, messages that concern the user.

    `mine` gives the user's uids on the platform of a message, `kept` the URIs that are stored already and are
    brought up to date. A message whose answers are left out says that there is more below it. Flat places are kept
    whole; of more than `MOST` the newest, with what led to them.
    """
    talk = _Talk(messages)
    core = [message for message in talk.all if talk.concerns(message, mine(message))]
    chosen: dict[str, Message] = {}
    for message in (*core, *talk.answers(core), *(one for one in talk.all if one.uri in kept)):
        branch = [message, *talk.above(message, chosen)]
        if len(chosen) + len(branch) <= MOST:
            chosen.update((one.uri, one) for one in branch)
    cut = {talk.parent_uri(message) for message in talk.all if message.uri not in chosen}
    return tuple(
        replace(message, more_below=True) if uri in cut and not message.more_below else message
        for uri, message in chosen.items()
    )


class _Talk:
    """A conversation, with the newest message first and its parents found by URI or local id."""

    def __init__(self, messages: Iterable[Message]) -> None:
        self.all = sorted(messages, key=_created_at, reverse=True)
        self._by_uri = {message.uri: message for message in self.all}
        self._locals = {message.local_id: message.uri for message in self.all if message.local_id}

    def parent_uri(self, message: Message) -> str:
        """The URI of its parent, "" where it has none here."""
        return message.parent_uri or self._locals.get(message.parent_id, "")

    def concerns(self, message: Message, mine: Collection[str]) -> bool:
        """Whether it is the user's, speaks to them, or stands where every word does."""
        if message.author.uid in mine or message.claim or message.held or message.flat:
            return True
        if message.visibility is Visibility.DIRECT or any(
            mention.uid in mine for mention in message.mentions
        ):
            return True
        if any(quote.uid in mine for quote in message.quotes):
            return True
        parent = self._by_uri.get(self.parent_uri(message))
        return parent is not None and parent.author.uid in mine

    def above(self, message: Message, known: Collection[str]) -> list[Message]:
        """What stands above a message, up to what is known."""
        found: dict[str, Message] = {}
        parent = self._by_uri.get(self.parent_uri(message))
        while parent is not None and parent.uri not in known and parent.uri not in found:
            found[parent.uri] = parent
            parent = self._by_uri.get(self.parent_uri(parent))
        return list(found.values())

    def answers(self, messages: Iterable[Message]) -> list[Message]:
        """What directly answers these messages."""
        above = {message.uri for message in messages}
        return [message for message in self.all if self.parent_uri(message) in above]


def _created_at(message: Message) -> datetime:
    return message.created_at
