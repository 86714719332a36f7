"""What became of the answers that were on their way: told once each, in the status line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from convo.engine import voice
from convo.values import frozen
from convo.views import AccountStatus, Health, OutboxRow, OutboxState, Someone

if TYPE_CHECKING:
    from convo.engine.inbox import Inbox

_ON_ITS_WAY = (OutboxState.HELD, OutboxState.QUEUED, OutboxState.SENDING)


@frozen
class Outcome:
    """What to say about one answer. `urgent` words are said whatever stands in the status line."""

    to: Someone
    words: str
    urgent: bool = True

    def may_follow(self, words: str) -> bool:
        """Whether it may take the place of these words: urgent ones, or where the talk was of this answer."""
        name = voice.name_of(self.to)
        return self.urgent or not words or words.startswith((f"To {name}", f"Your answer to {name}"))


class Outcomes:
    """Remembers each answer on its way, and what was said of it last."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox
        self._known: dict[int, tuple[OutboxState, str]] = {}

    def look(
        self, rows: Sequence[OutboxRow], accounts: Sequence[AccountStatus], now: datetime
    ) -> list[Outcome]:
        """What happened since the last look; `rows` are all answers that have not arrived."""
        here = {row.outbox_id: row for row in rows}
        told = [
            outcome
            for outbox_id, before in self._known.items()
            for outcome in self._told(
                here.get(outbox_id) or self._inbox.outbox_row(outbox_id), before, accounts, now
            )
        ]
        self._known = {row.outbox_id: (row.state, row.error) for row in rows if row.state in _ON_ITS_WAY}
        return told

    def _told(
        self,
        row: OutboxRow | None,
        before: tuple[OutboxState, str],
        accounts: Sequence[AccountStatus],
        now: datetime,
    ) -> Iterator[Outcome]:
        if row is None or (row.state, row.error) == before:
            return
        if row.state is OutboxState.SENT:
            yield Outcome(row.to, voice.sending(row, now), urgent=False)
        elif row.state in (OutboxState.FAILED, OutboxState.UNSURE):
            yield Outcome(row.to, voice.sending(row, now))
        elif row.state is OutboxState.QUEUED and row.error and not before[1]:
            yield Outcome(row.to, _kept_back(row, accounts))


def _kept_back(row: OutboxRow, accounts: Sequence[AccountStatus]) -> str:
    """Why an answer did not go out yet, and when it will."""
    health = next((one.health for one in accounts if one.name == row.account), Health.FINE)
    to = voice.name_of(row.to)
    if health is Health.SIGN_IN:
        return f"Your answer to {to} goes out when you have signed in to {row.account} again."
    if health is Health.RESTING:
        return f"Your answer to {to} goes out when {row.account} may be asked again."
    return voice.no_network(row.to)
