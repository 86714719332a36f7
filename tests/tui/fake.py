"""An engine over hand-made rows: the signatures that the screens rely on, nothing behind them but lists."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from convo.adapters.contract import Can, Verb
from convo.clock import HandClock
from convo.config import Config
from convo.engine import voice
from convo.engine.inbox import NotFound
from convo.views import (
    Act,
    Draft,
    Entry,
    Hit,
    HitPage,
    Opened,
    OutboxRow,
    OutboxState,
    Row,
    RowPage,
    Seen,
    Someone,
    State,
    Target,
    View,
)
from tests.tui import cast
from tests.tui.fake_answers import FakeAnswers
from tests.tui.fake_people import FakePeople

CAN = Can(frozenset({Verb.ANSWER, Verb.VISIBILITY, Verb.CONTENT_WARNING, Verb.LANGUAGE, Verb.MUTE_PERSON}))


class FakeInbox:
    def __init__(self, engine: FakeEngine) -> None:
        self._engine = engine

    def rows(self, view: View, *, account: str | None = None, before: str = "", limit: int = 200,
             newest_first: bool = False) -> RowPage:  # fmt: skip
        found = [row for row in self._engine.threads.values() if _in(row, view)]
        found = [row for row in found if account is None or account in row.accounts]
        if newest_first:
            found.sort(key=lambda row: row.waiting_since or row.last_message_at, reverse=True)
        start = int(before or 0)
        more = start + limit < len(found)
        self._engine.reads.append((view, start, limit))
        return RowPage(tuple(found[start : start + limit]), str(start + limit) if more else "")

    def not_searchable_before(self) -> datetime | None:
        return self._engine.not_searchable

    def row(self, thread_id: int) -> Row | None:
        return self._engine.threads.get(thread_id)

    def open(self, thread_id: int) -> Opened | None:
        row = self._engine.threads.get(thread_id)
        if row is None:
            return None
        opened = self._engine.opened.get(thread_id) or cast.conversation(row)
        done = self._engine.done_people.get(thread_id, set())
        entries = [
            replace(
                entry,
                waiting=entry.waiting and row.state is State.WAITING and entry.author.person_id not in done,
            )
            for entry in opened.entries
        ]
        return Opened(row, tuple(entries), opened.partial)

    def entry(self, message_id: int) -> Entry | None:
        for thread_id in self._engine.threads:
            opened = self.open(thread_id)
            for entry in opened.entries if opened else ():
                if entry.message_id == message_id:
                    return entry
        return None

    def resolve(self, text: str) -> Target:
        for thread_id in self._engine.threads:
            opened = self.open(thread_id)
            for entry in opened.entries if opened else ():
                if entry.uri == text:
                    return Target("m", thread_id, entry.message_id)
        raise NotFound(f"{text} is not in the store.")

    def search_on(
        self,
        words: str,
        *,
        limit: int = 50,
        newest_first: bool = True,
        after: int | None = None,
        known: Collection[int] = (),
    ) -> HitPage:
        hits = self.search(words, limit=limit, newest_first=newest_first)
        return HitPage(hits, None)

    def search(self, words: str, *, limit: int = 50, newest_first: bool = True) -> tuple[Hit, ...]:
        if words.startswith("is:wating"):
            raise NotFound("is:wating is not known. is: waiting, answered, snoozed, done, muted, quiet.")
        found = []
        for row in self._engine.threads.values():
            place = row.words.lower().find(words.lower())
            if place >= 0:
                hit = row.words[place : place + len(words)]
                snippet = row.words.replace(hit, f"\u200b{hit}\u200b", 1)
                opened = self.open(row.thread_id)
                assert opened is not None
                found.append(Hit(row, opened.entries[-1].message_id, snippet))
        return tuple(found[:limit])

    def find_people(self, words: str, limit: int = 3) -> tuple[Someone, ...]:
        people = [row.who for row in self._engine.threads.values() if row.who]
        return tuple(who for who in people if words.lower() in who.shown.lower())[:limit]

    def who_waits(self) -> tuple[tuple[Someone, ...], datetime | None]:
        rows = self.rows(View.WAITING).rows
        people = tuple(dict.fromkeys(row.who for row in rows if row.who))[:4]
        return people, rows[0].waiting_since if rows else None

    def note(self, person_id: int) -> str:
        return self._engine.notes.get(person_id, "")

    def drafts(self) -> tuple[Draft, ...]:
        return tuple(self._engine.drafts.values())

    def draft(self, account: str, uri: str) -> Draft | None:
        return self._engine.drafts.get((account, uri))

    def outbox(self, *, open_only: bool = True) -> tuple[OutboxRow, ...]:
        return tuple(
            row for row in self._engine.outbox.values() if row.state is not OutboxState.SENT or not open_only
        )

    def outbox_row(self, outbox_id: int) -> OutboxRow | None:
        return self._engine.outbox.get(outbox_id)

    def accounts(self) -> Any:
        return tuple(self._engine.statuses)

    def arrived_since(self, arrival: int) -> tuple[Someone, ...]:
        rows = sorted(self._engine.threads.values(), key=lambda row: row.arrival)
        return tuple(row.who for row in rows if row.arrival > arrival and row.who)

    def highest_arrival(self) -> int:
        return max((row.arrival for row in self._engine.threads.values()), default=0)


class FakeActs:
    def __init__(self, engine: FakeEngine) -> None:
        self._engine = engine

    def _change(
        self, seen: Seen | Sequence[Seen], words: Callable[[list[Someone]], str], **fields: Any
    ) -> Act:
        many = [seen] if isinstance(seen, Seen) else list(seen)
        engine = self._engine
        engine.undoing.append((dict(engine.threads), many))
        people = []
        for one in many:
            row = engine.threads[one.thread_id]
            assert one.arrival <= row.arrival
            people += [row.who] if row.who else []
            engine.threads[one.thread_id] = replace(row, **fields)
        engine.log.append((*(one.thread_id for one in many), *fields.values()))
        return Act(f"{words(people)} {voice.BACK}", tuple(one.thread_id for one in many), len(engine.undoing))

    async def done(self, seen: Seen | Sequence[Seen]) -> Act:
        return self._change(seen, voice.done, state=State.DONE)

    async def done_person(self, seen: Seen, person_id: int) -> Act:
        self._engine.done_people.setdefault(seen.thread_id, set()).add(person_id)
        opened = self._engine.inbox.open(seen.thread_id)
        assert opened is not None
        if any(entry.waiting for entry in opened.entries):
            return Act("Done. u takes it back.", (seen.thread_id,))
        return await self.done(seen)

    async def close_finished(self, seen: Sequence[Seen]) -> Act:
        return self._change(seen, voice.done, state=State.DONE)

    async def snooze(self, seen: Seen | Sequence[Seen], until: datetime | None) -> Act:
        now = self._engine.clock.now()
        return self._change(
            seen, lambda who: voice.comes_back(who, until, now), state=State.SNOOZED, snoozed_until=until
        )

    async def mute(self, seen: Seen | Sequence[Seen]) -> Act:
        return self._change(seen, lambda who: voice.muted(1), state=State.MUTED)

    async def reopen(self, seen: Seen | Sequence[Seen]) -> Act:
        return self._change(seen, voice.waits_again, state=State.WAITING)

    async def quiet(self, seen: Seen | Sequence[Seen]) -> Act:
        return self._change(
            seen, lambda who: voice.in_quiet(who), state=State.QUIET, reason="by hand: you put it here"
        )

    async def unquiet(self, seen: Seen | Sequence[Seen]) -> Act:
        return self._change(seen, voice.out_of_quiet, state=State.WAITING, reason="reply")

    async def circle(self, person_id: int) -> Act:
        for number, row in self._engine.threads.items():
            if row.who is not None and row.who.person_id == person_id:
                inside = not row.who.circle
                self._engine.threads[number] = replace(row, who=replace(row.who, circle=inside))
                return Act(f"{voice.in_circle(row.who, inside)} {voice.BACK}", (number,), 1)
        raise AssertionError(person_id)

    async def circle_all(self, person_ids: Sequence[int]) -> Act:
        self._engine.log.append(("circle", *person_ids))
        for person_id in person_ids:
            await self.circle(person_id)
        return Act("They are in your circle now. u takes it back.", (), 1)

    async def block(self, person_id: int) -> Act:
        self._engine.log.append(("block", person_id))
        return Act("Blocked. u takes it back.", (), 1)

    async def mute_person(self, person_id: int, *, there: bool = False) -> Act:
        numbers = [n for n, row in self._engine.threads.items() if row.who and row.who.person_id == person_id]
        who = self._engine.threads[numbers[0]].who
        assert who is not None
        return self._change(
            [Seen(n, 10**6 * 0) for n in numbers],
            lambda people: voice.muted_person(who, "here"),
            state=State.MUTED,
        )

    async def looked(self, seen: Seen) -> None:
        row = self._engine.threads[seen.thread_id]
        self._engine.threads[seen.thread_id] = replace(row, unread=False, reopened=False, first_time=False)
        self._engine.tell(seen.thread_id)

    async def undo(self) -> Act:
        engine = self._engine
        held = [row for row in engine.outbox.values() if row.state is OutboxState.HELD]
        if held:
            draft = await engine.answers.recall(held[-1].outbox_id)
            return Act(voice.answer_back(voice.name_of(held[-1].to)), (held[-1].thread_id,), 1, draft)
        if not engine.undoing:
            return Act(voice.NOTHING)
        engine.threads, many = engine.undoing.pop()
        people = [row.who for one in many if (row := engine.threads[one.thread_id]).who]
        return Act(f"{voice.waits_again(people)} {voice.AGAIN}", tuple(one.thread_id for one in many), 1)

    async def redo(self) -> Act:
        return Act(voice.NOTHING_AGAIN)


class FakeEngine:
    """What `ConvoApp` is given in tests of the screens alone."""

    def __init__(self, rows: Sequence[Row] = cast.ROWS, config: Config | None = None) -> None:
        self.clock = HandClock(cast.NOW)
        self.config = config or Config()
        self.threads = {row.thread_id: row for row in rows}
        self.opened: dict[int, Opened] = {}
        self.done_people: dict[int, set[int]] = {}
        self.drafts: dict[tuple[str, str], Draft] = {}
        self.outbox: dict[int, OutboxRow] = {}
        self.statuses = list(cast.STATUSES)
        self.notes = {cast.ANA.person_id: "her sister lives in Umeå; plain answers"}
        self.can = CAN
        self.known_words = "You talk since March 2021. Last week Ana answered you."
        self.undoing: list[Any] = []
        self.log: list[Any] = []
        self.reads: list[Any] = []
        self.inbox = FakeInbox(self)
        self.acts = FakeActs(self)
        self.people = FakePeople(self)
        for verb in ("note", "join", "apart", "separate"):
            setattr(self.acts, verb, getattr(self.people, verb))
        self.standing = SimpleNamespace(rest=self._rest, wake=self._wake)
        self.answers = FakeAnswers(self)
        self.accounts = SimpleNamespace(
            label=lambda platform: cast.PLATFORMS.get(platform, platform),
            can=lambda name: self.can,
            broken={},
        )
        self.moderation = SimpleNamespace(decide=self._decide)
        self.delivery = SimpleNamespace(now=self._now, look=self._look)
        self.on_change: Callable[[frozenset[int]], None] | None = None
        self.on_words: Callable[[str], None] | None = None
        self.stopped = False
        self.not_searchable: datetime | None = None
        self.keys_heard = 0
        self.stays: set[int] = set()
        """Conversations in which somebody else still waits after an answer."""

    def tell(self, *numbers: int) -> None:
        """Say that threads changed, as the store does."""
        if self.on_change is not None:
            self.on_change(frozenset(numbers))

    async def circle_news(self, since: int) -> tuple[Someone, ...]:
        return tuple(who for who in self.inbox.arrived_since(since) if who.circle)

    def give_way(self) -> None:
        self.keys_heard += 1

    def look_now(self, names: Sequence[str] = ()) -> None:
        self.log.append(("look", *names))

    async def _decide(self, message_id: int, decision: str) -> Act:
        self.log.append((decision, message_id))
        return Act(f"{decision}. u takes it back.", (), 1)

    async def _rest(self, name: str, until: datetime) -> None:
        self.log.append(("rest", name, until))

    async def _wake(self, name: str) -> None:
        self.log.append(("wake", name))

    async def _now(self, outbox_id: int) -> OutboxRow:
        self.log.append(("now", outbox_id))
        return self.outbox[outbox_id]

    async def _look(self, outbox_id: int) -> OutboxRow:
        self.log.append(("look", outbox_id))
        return self.outbox[outbox_id]

    async def run(self, *, network: bool = True) -> None:
        await asyncio.Event().wait()

    async def stop(self) -> None:
        self.stopped = True


def _in(row: Row, view: View) -> bool:
    return view is View.ALL or row.state.value == view.value
