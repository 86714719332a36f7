"""What happened while a prompt waited: the engine's sentences, what became of answers, who wrote."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from convo.cli import plain_words as words
from convo.engine import Engine, voice
from convo.views import OutboxState


class News:
    """Gathered, and told before the next prompt."""

    def __init__(self, engine: Engine, now: Callable[[], datetime]) -> None:
        self._inbox = engine.inbox
        self._now = now
        self._told_to = engine.inbox.highest_arrival()
        self.words: list[str] = []
        """Sentences of the engine."""
        self.sent: dict[int, OutboxState] = {}
        """Answers that left from here, as their state was told last."""

    def take(self) -> list[str]:
        """What was not told yet, each sentence once."""
        said = [*self._outcomes(), *self.words]
        self.words.clear()
        came = self._inbox.arrived_since(self._told_to)
        self._told_to = self._inbox.highest_arrival()
        if came:
            said.append(voice.arrivals(came))
        return list(dict.fromkeys(said))

    def _outcomes(self) -> Iterator[str]:
        for outbox_id, before in list(self.sent.items()):
            row = self._inbox.outbox_row(outbox_id)
            if row is None:
                del self.sent[outbox_id]
                continue
            if row.state is before or row.state in (OutboxState.SENDING, OutboxState.HELD):
                continue
            self.sent[outbox_id] = row.state
            if row.state is OutboxState.QUEUED:
                if row.error:
                    yield voice.no_network(row.to)
                continue
            yield words.leaving(row, self._now())
            if row.state in (OutboxState.SENT, OutboxState.FAILED):
                del self.sent[outbox_id]
