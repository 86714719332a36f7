"""What the keys of triage do: each act is one transaction with its row in the undo journal, and one sentence."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, Protocol

from convo.adapters.contract import Can, Verb
from convo.clock import Clock
from convo.engine import moderation, telling, voice
from convo.quiet import parts
from convo.store import Store, blocks, choices, conversation, drafts, journal, people, rows, triage
from convo.store import accounts as stored
from convo.store.journal import Record, Taken, Told
from convo.views import Act, Draft, Failure, Seen, Someone, State

STALE: Final = "That has changed since; it stays as it is."
NOTED: Final = "Your note says why."
PARTLY: Final = "Some of it has changed since and stays as it is."


class CannotAct(Failure):
    """An act that makes no sense as it was asked for."""


class Abilities(Protocol):
    """Who knows what an account can do."""

    def can(self, name: str) -> Can:
        """What the account of this name can do."""
        ...


class Acts:
    """The verbs of triage. Acts name what they were asked about by id and by what was on the screen."""

    def __init__(
        self, store: Store, clock: Clock, abilities: Abilities, *, undo_seconds: float, mark_read: str
    ) -> None:
        self._store = store
        self._clock = clock
        self._abilities = abilities
        self._undo = timedelta(seconds=undo_seconds)
        self._mark_read = mark_read
        self.on_outbox: Callable[[], None] | None = None
        """Called after an answer was taken back, or something is to be done on a platform."""

    async def done(self, seen: Seen | Sequence[Seen]) -> Act:
        """Close what waits in these conversations, up to what was on the screen."""
        found = await self._store.write(triage.done, _many(seen), self._now, self._reading(_many(seen)))
        return self._did(found)

    async def done_person(self, seen: Seen, person_id: int) -> Act:
        """Close what one person said in a conversation."""
        told = self._reading([seen])
        return self._did(await self._store.write(triage.done_person, seen, person_id, self._now, told))

    async def close_finished(self, seen: Sequence[Seen]) -> Act:
        """Close those of these conversations in which all that waits sounds finished."""
        return self._did(
            await self._store.write(triage.close_finished, seen, self._now, self._reading(seen)),
            "Nobody here sounds finished.",
        )

    async def snooze(self, seen: Seen | Sequence[Seen], until: datetime | None) -> Act:
        """Put conversations off until a time, or with None until they write again. Raises CannotAct."""
        if until is not None and until <= self._now:
            raise CannotAct("That time has passed.")
        return self._did(await self._store.write(triage.snooze, _many(seen), until, self._now))

    async def mute(self, seen: Seen | Sequence[Seen]) -> Act:
        """Never show these conversations among those that wait again; where it can be, on the platform, too."""
        told = self._told(_many(seen), Verb.MUTE_THREAD)
        return self._did(await self._store.write(triage.mute, _many(seen), self._now, told))

    async def reopen(self, seen: Seen | Sequence[Seen]) -> Act:
        """Take back done, snooze and mute."""
        told = self._told(_many(seen), Verb.MUTE_THREAD)
        return self._did(
            await self._store.write(triage.reopen, _many(seen), self._now, told), "Nothing is closed here."
        )

    async def quiet(self, seen: Seen | Sequence[Seen]) -> Act:
        """Put the person who waits longest in each conversation into Quiet until taken back."""
        return self._did(await self._store.write(choices.quiet, _many(seen), self._now))

    async def unquiet(self, seen: Seen | Sequence[Seen]) -> Act:
        """Bring who is quiet in these conversations out of Quiet for good."""
        return self._did(
            await self._store.write(choices.unquiet, _many(seen), self._now), "Nobody here is in Quiet."
        )

    async def circle(self, person_id: int) -> Act:
        """Into the circle, or out of it; past what anybody can hold together the sentence asks whom to let go."""
        return await self.circle_all([person_id])

    async def circle_all(self, person_ids: Sequence[int]) -> Act:
        """The same for several as one act: into the circle, or out of it where all of them are in it."""
        found = await self._store.write(choices.circle_all, person_ids, self._now)
        act = self._did(found)
        if found.detail and people.circle_is_wide(self._store.reader):
            return replace(act, words=f"{act.words} {telling.WIDE_CIRCLE}")
        return act

    async def note(self, person_id: int, text: str) -> Act:
        """Write the private note about a person; "" takes it away."""
        return self._did(await self._store.write(choices.note, person_id, text.strip(), self._now))

    async def mute_person(self, person_id: int, *, there: bool = False) -> Act:
        """Hear nothing from a person any more, on all their accounts; `there`: mute them on the platforms, too.

        Of somebody who said nothing but what waits in Quiet the note tells why.
        """
        told = None
        if there:
            names = people.accounts_of(self._store.reader, person_id)
            told = self._told_by(names, Verb.MUTE_PERSON)
        saw = parts(people.only_quiet(self._store.reader, person_id))[1]
        why = telling.muted_because(saw, self._now) if saw else ""
        act = self._did(await self._store.write(choices.mute_person, person_id, self._now, told, why))
        return (
            replace(act, words=act.words.replace(f" {voice.BACK}", f" {NOTED} {voice.BACK}")) if why else act
        )

    async def block(self, person_id: int) -> Act:
        """Block a person on their platform, once the undo window has ended. Raises CannotAct where that cannot be."""
        names = people.accounts_of(self._store.reader, person_id)
        told = self._told_by(names, Verb.BLOCK)
        if told is None:
            said = [self._abilities.can(name).refusals.get(Verb.BLOCK, "") for name in names]
            raise CannotAct(next(filter(None, said), "Nobody can be blocked from here."))
        return self._did(await self._store.write(blocks.block, person_id, told, self._now))

    async def join(self, person_id: int, other_id: int) -> Act:
        """Say that two persons are one human. Raises CannotAct for the user, and for nobody else."""
        who = people.load(self._store.reader, (person_id, other_id))
        if len(who) < 2 or any(person.is_me for person in who.values()):
            raise CannotAct("Only two other people can be joined into one.")
        return self._did(
            await self._store.write(choices.join, person_id, other_id, self._now), "They are joined already."
        )

    async def apart(self, person_id: int, other_id: int) -> Act:
        """Say that two persons are not one human, so that it is not asked again."""
        return self._did(
            await self._store.write(choices.apart, person_id, other_id, self._now), "That is known already."
        )

    async def separate(self, person_id: int) -> Act:
        """Say that a person is somebody else than those they were joined with."""
        return self._did(
            await self._store.write(choices.separate, person_id, self._now),
            "Nobody is joined with this person.",
        )

    async def looked(self, seen: Seen) -> None:
        """Note how far a conversation was looked at; this is no act and cannot be taken back."""
        await self._store.write(triage.looked, seen, self._now, durable=False)

    async def undo(self) -> Act:
        """Take the last act back. An answer in its window goes back into its draft, one that left stops this once."""
        taken = await self._store.write(journal.undo, self._now)
        self._wake()
        if taken.outcome == "nothing":
            return Act(voice.NOTHING)
        if taken.outcome == "left":
            return Act(voice.HAS_LEFT, taken.record.thread_ids)
        words = _undone(taken.record, self._people(taken.record), self._anyone_waits(taken.record))
        if taken.outcome == "recalled":
            return Act(words, taken.record.thread_ids, taken.record.journal_id, self._draft(taken.record))
        return _told_of(taken, f"{words} {voice.AGAIN}")

    async def redo(self) -> Act:
        """Do again what was taken back last."""
        taken = await self._store.write(journal.redo, self._now)
        self._wake()
        if taken.outcome == "nothing":
            return Act(voice.NOTHING_AGAIN)
        return _told_of(taken, f"{self._sentence(taken.record)} {voice.BACK}")

    @property
    def _now(self) -> datetime:
        return self._clock.now()

    def _wake(self) -> None:
        if self.on_outbox is not None:
            self.on_outbox()

    def _did(self, record: Record, nothing: str = "") -> Act:
        if record.journal_id is None:
            return Act(nothing or self._sentence(record), record.thread_ids)
        self._wake()
        words = self._sentence(record)
        if record.act == "reopen" and self._anyone_waits(record):
            words = voice.waits_again(self._people(record))
        back = "" if record.act == "discard" else f" {voice.BACK}"
        return Act(f"{words}{back}", record.thread_ids, record.journal_id)

    def _sentence(self, record: Record) -> str:
        return _done_words(record, self._people(record), self._there(record), self._now)

    def _people(self, record: Record) -> list[Someone]:
        known = people.load(self._store.reader, record.who)
        return [known[number] for number in record.who if number in known]

    def _there(self, record: Record) -> list[str]:
        names = conversation.account_names(self._store.reader)
        return [names[number] for number in record.there]

    def _anyone_waits(self, record: Record) -> bool:
        found = rows.fill(self._store.reader, record.thread_ids, self._now)
        return any(row.state is State.WAITING and row.waiting_for for row in found)

    def _draft(self, record: Record) -> Draft | None:
        account, _, uri = record.detail.partition(" ")[2].partition(" ")
        found = stored.by_name(self._store.reader, account)
        return drafts.load(self._store.reader, found.id, uri) if found else None

    def _reading(self, seen: Sequence[Seen]) -> Told | None:
        """The accounts whose read marks move with this, as the config wants it."""
        if self._mark_read == "off":
            return None
        return self._told(seen, Verb.MARK_READ, always=self._mark_read == "always")

    def _told(self, seen: Sequence[Seen], verb: Verb, *, always: bool = False) -> Told | None:
        found = rows.fill(self._store.reader, [one.thread_id for one in seen], self._now)
        return self._told_by([name for row in found for name in row.accounts], verb, always=always)

    def _told_by(self, names: Sequence[str], verb: Verb, *, always: bool = False) -> Told | None:
        able = [name for name in dict.fromkeys(names) if verb in self._abilities.can(name).verbs]
        records = [stored.by_name(self._store.reader, name) for name in able]
        numbers = tuple(record.id for record in records if record is not None)
        return Told(numbers, self._now + self._undo, always) if numbers else None


def _many(seen: Seen | Sequence[Seen]) -> list[Seen]:
    return [seen] if isinstance(seen, Seen) else list(seen)


def _told_of(taken: Taken, words: str) -> Act:
    record = taken.record
    if taken.outcome == "stale":
        return Act(STALE, record.thread_ids)
    return Act(
        f"{words} {PARTLY}" if taken.outcome == "partly" else words, record.thread_ids, record.journal_id
    )


def _done_words(record: Record, who: Sequence[Someone], there: Sequence[str], now: datetime) -> str:
    """What an act did, without the key that takes it back."""
    names = voice.names(who)
    if record.act == "snooze":
        return voice.comes_back(who, datetime.fromisoformat(record.detail) if record.detail else None, now)
    if record.act == "mute":
        return voice.muted(len(record.thread_ids) or 1, there)
    if record.act == "mute_person":
        return voice.muted_person(who[0], record.detail)
    if record.act == "circle":
        return _circle(who, bool(record.detail))
    if record.act == "block":
        return f"{names} is blocked on {voice.listed(there)}."
    if record.act == "note":
        return f"Your note about {names} is {'kept' if record.detail else 'gone'}."
    if record.act == "moderate":
        return moderation.decided(who, record.detail)
    if record.act == "discard":
        return voice.draft_gone(names or "nobody")
    simple: dict[str, Callable[[Sequence[Someone]], str]] = {
        "done": voice.done,
        "reopen": voice.open_again,
        "quiet": voice.in_quiet,
        "unquiet": voice.out_of_quiet,
        "join": telling.one_person,
        "separate": telling.separate,
        "apart": telling.two_people,
    }
    return simple[record.act](who)


def _circle(who: Sequence[Someone], inside: bool) -> str:
    if len(who) == 1:
        return voice.in_circle(who[0], inside)
    return f"{voice.names(who)} are {'in your circle now' if inside else 'no longer in your circle'}."


def _undone(record: Record, who: Sequence[Someone], waits: bool) -> str:
    """What taking an act back did, without the key that does it again."""
    names = voice.names(who)
    if record.act in ("done", "snooze", "mute") and waits and who:
        return voice.waits_again(who)
    if record.act == "moderate":
        return moderation.taken_back(who, record.detail)
    return {
        "done": "This conversation is open again.",
        "snooze": f"{names or 'This conversation'} {'are' if len(who) > 1 else 'is'} not put off any more.",
        "mute": "You will see this conversation again.",
        "reopen": "It is closed again, as it was.",
        "quiet": f"{names} {'are' if len(who) > 1 else 'is'} out of Quiet again.",
        "unquiet": f"{names} {'wait' if len(who) > 1 else 'waits'} in Quiet again.",
        "circle": _circle(who, not record.detail) if who else "",
        "block": f"{names} is not blocked any more.",
        "note": f"Your note about {names} is as it was.",
        "mute_person": f"You hear {who[0].shown if who else 'this person'} again.",
        "join": f"{names} are two people again.",
        "separate": f"{names} is joined as before.",
        "apart": "You may be asked about them again.",
        "discard": f"The draft to {names} is back. r goes on with it.",
        "send": voice.answer_back(names),
    }[record.act]
