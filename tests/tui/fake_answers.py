"""Answers as hand-made values, for the screens alone: terms, drafts, and what became of what was sent."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from convo.engine import voice
from convo.engine.answers import CannotAnswer, Terms
from convo.model import Measure, Mention, Visibility
from convo.views import (
    Act,
    Caution,
    Draft,
    OutboxRow,
    OutboxState,
    State,
)
from tests.tui import cast

if TYPE_CHECKING:
    from tests.tui.fake import FakeEngine


class FakeAnswers:
    def __init__(self, engine: FakeEngine) -> None:
        self._engine = engine
        self.cautions_next: tuple[Caution, ...] = ()
        self.refusal = ""
        self.saves: list[Draft] = []

    def terms(self, message_id: int, account: str | None = None) -> Terms:
        entry = self._engine.inbox.entry(message_id)
        if entry is None:
            raise CannotAnswer("This message is not in the store any more.")
        name = account or entry.accounts[0]
        people = (
            Mention(entry.author.uid, entry.author.handle),
            *(m for m in entry.mentions if m.uid != cast.ME.uid),
        )
        return Terms(
            entry, name, entry.accounts, cast.ME, cast.ACCOUNTS[name], people, entry.visibility,
            entry.content_warning, "en", self._engine.can, self.refusal,
            self._engine.notes.get(entry.author.person_id, ""), self._engine.drafts.get((name, entry.uri)),
        )  # fmt: skip

    async def save_draft(self, draft: Draft) -> None:
        self.saves.append(draft)
        self._engine.drafts[(draft.account, draft.uri)] = draft
        self._flag(draft.uri, True)

    def _flag(self, uri: str, has: bool) -> None:
        number = self._engine.inbox.resolve(uri).thread_id
        self._engine.threads[number] = replace(self._engine.threads[number], has_draft=has)

    async def discard_draft(self, account: str, uri: str) -> Act:
        self._engine.drafts.pop((account, uri), None)
        self._flag(uri, False)
        return Act(voice.draft_gone("Ana"), (1,), 1)

    def measure(self, draft: Draft) -> Measure:
        return Measure(len(draft.text), 500)

    def cautions(self, draft: Draft) -> tuple[Caution, ...]:
        return self.cautions_next

    async def send(self, draft: Draft, *, hold: float | None = None, yes: bool = False) -> OutboxRow:
        engine = self._engine
        target = engine.inbox.resolve(draft.uri)
        entry = engine.inbox.entry(target.message_id or 0)
        assert entry is not None
        now = engine.clock.now()
        direct = (draft.visibility or entry.visibility) is Visibility.DIRECT
        row = OutboxRow(
            len(engine.outbox) + 1, target.thread_id, draft.account, cast.ACCOUNTS[draft.account], draft.uri,
            entry.author, draft.text, OutboxState.QUEUED if direct else OutboxState.HELD, "", now,
            None if direct else now + timedelta(seconds=10), "", "",
        )  # fmt: skip
        engine.outbox[row.outbox_id] = row
        engine.drafts.pop((draft.account, draft.uri), None)
        thread = engine.threads[target.thread_id]
        stays = target.thread_id in engine.stays
        engine.threads[target.thread_id] = replace(
            thread, state=State.WAITING if stays else State.ANSWERED, outbox=row.state, has_draft=False
        )
        return row

    async def recall(self, outbox_id: int) -> Draft:
        engine = self._engine
        row = engine.outbox.pop(outbox_id)
        thread = engine.threads[row.thread_id]
        engine.threads[row.thread_id] = replace(thread, state=State.WAITING, outbox=None, has_draft=True)
        draft = Draft(row.account, row.message_uri, row.text, len(row.text), None, None, "en", (), (), "",
                      engine.clock.now(), 0)  # fmt: skip
        engine.drafts[(row.account, row.message_uri)] = draft
        return draft

    async def edit(self, message_id: int, text: str) -> None:
        self._engine.log.append(("edit", message_id, text))

    async def delete(self, message_id: int) -> None:
        self._engine.log.append(("delete", message_id))

    async def settle(self, outbox_id: int, arrived: bool) -> OutboxRow:
        row = self._engine.outbox[outbox_id]
        state = OutboxState.SENT if arrived else OutboxState.QUEUED
        self._engine.outbox[outbox_id] = replace(row, state=state)
        self._engine.log.append(("settle", outbox_id, arrived))
        return self._engine.outbox[outbox_id]
