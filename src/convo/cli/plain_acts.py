"""Deeds of triage in the line mode; each acts on what was read."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from convo.adapters.contract import Verb
from convo.cli import plain_reply
from convo.cli import plain_words as words
from convo.cli.plain_reading import lead
from convo.engine import voice
from convo.engine.when import choices, parse_when
from convo.text import one_line
from convo.views import Act, OutboxState, Row, Seen, Someone, State

if TYPE_CHECKING:
    from convo.cli.plain import Plain

Verbal = Callable[[Seen], Awaitable[Act]]


async def act(plain: Plain, verb: Verbal, *, again: bool = True) -> None:
    """Do something with the conversation that was read, as it was read."""
    if plain.seen is None:
        plain.talk.say(plain.NOBODY)
        return
    if again:
        plain.last_verb = verb
    said(plain, await verb(plain.seen))


def said(plain: Plain, done: Act) -> None:
    """Say what an act did; the conversation read stays under the hand, with its new state."""
    plain.talk.say(words.spelled(done.words))
    if plain.opened is not None and plain.opened.row.thread_id in done.thread_ids:
        plain.refresh()


async def done(plain: Plain, rest: str) -> None:
    """What the first of those who wait here said; the next in the same conversation is read then."""
    waiting = {one.author.person_id: one.author for one in plain.waiting()}
    if plain.seen is None or len(waiting) < 2:
        await act(plain, plain.engine.acts.done)
        return
    first = next(iter(waiting.values()))
    said(plain, await plain.engine.acts.done_person(plain.seen, first.person_id))
    left = plain.waiting()
    if left:
        name = voice.name_of(left[0].author)
        plain.talk.say(f"{name} waits here, too; {plain.table.letter('done')} again is {name}'s.")


async def done_all(plain: Plain, rest: str) -> None:
    """Everything in this conversation."""
    await act(plain, plain.engine.acts.done)


async def mute(plain: Plain, rest: str) -> None:
    """Mute the conversation."""
    await act(plain, plain.engine.acts.mute)


async def reopen(plain: Plain, rest: str) -> None:
    """Take back done, snooze and mute."""
    await act(plain, plain.engine.acts.reopen)


async def quiet(plain: Plain, rest: str) -> None:
    """Into Quiet, or out of it for good."""
    row = plain.opened.row if plain.opened else None
    acts = plain.engine.acts
    await act(plain, acts.unquiet if row is not None and row.state is State.QUIET else acts.quiet)


async def close_finished(plain: Plain, rest: str) -> None:
    """Close all in this list that sound finished."""
    rows = [row for item in plain.walk.items if (row := item.row) is not None and row.finished]
    said(plain, await plain.engine.acts.close_finished([Seen(row.thread_id, row.arrival) for row in rows]))


async def again(plain: Plain, rest: str) -> None:
    """The same again, on this one."""
    if plain.last_verb is None:
        plain.talk.say("There is nothing to do again yet.")
        return
    await act(plain, plain.last_verb, again=False)


async def snooze(plain: Plain, rest: str) -> None:
    """Put off: by number, or to a time as people write it."""
    row: Row | None = plain.opened.row if plain.opened else None
    if row is None:
        plain.talk.say(plain.NOBODY)
        return
    who = voice.name_of(row.who) if row.who else "they"
    day_starts = plain.engine.config.inbox.day_starts
    listed = choices(plain.now, day_starts, who)
    line: str | None = rest
    if not rest:
        line = await plain.talk.ask(f"{words.numbered([words.snooze(one) for one in listed])}, or a time")
    if line is None or not line.strip():
        plain.talk.say("Nobody is put off.")
        return
    number = int(line) if line.strip().isdigit() else 0
    if 1 <= number <= len(listed):
        until = listed[number - 1].until
    else:
        try:
            until = parse_when(line, plain.now, day_starts)
        except ValueError as error:
            plain.talk.say(str(error))
            return
    await act(plain, lambda seen: plain.engine.acts.snooze(seen, until))


def person(plain: Plain) -> Someone | None:
    """Whom a command about a person means: whose message waits first, else who stands in the row."""
    found = lead(plain.opened.entries) if plain.opened else None
    if found is not None and not found.author.is_me:
        return found.author
    return plain.opened.row.who if plain.opened else None


async def circle(plain: Plain, rest: str) -> None:
    """Into the circle, out of it."""
    who = person(plain)
    if who is None:
        plain.talk.say(plain.NOBODY)
        return
    said(plain, await plain.engine.acts.circle(who.person_id))


async def mute_person(plain: Plain, rest: str) -> None:
    """Hear nothing from a person any more; asks first."""
    who, row = person(plain), plain.opened.row if plain.opened else None
    if who is None or row is None:
        plain.talk.say(plain.NOBODY)
        return
    there = Verb.MUTE_PERSON in plain.engine.accounts.can(row.account).verbs
    more = ", t yes, and mute there, too" if there else ""
    line = await plain.talk.ask(f"y yes{more}, Enter no", f"Hear nothing from {who.shown} any more?")
    answer = (line or "").strip().casefold()
    if answer in ("y", "yes") or (there and answer == "t"):
        said(plain, await plain.engine.acts.mute_person(who.person_id, there=answer == "t"))
    else:
        plain.talk.say(f"You hear {voice.name_of(who)} as before.")


async def note(plain: Plain, rest: str) -> None:
    """Read and write the private note about this person."""
    who = person(plain)
    if who is None:
        plain.talk.say(plain.NOBODY)
        return
    known = one_line(plain.engine.inbox.note(who.person_id))
    text: str | None = rest
    if not rest:
        now = (
            f"Your note about {voice.name_of(who)}: {known}."
            if known
            else f"No note about {voice.name_of(who)} yet."
        )
        takes = ", - takes it away" if known else ""
        text = await plain.talk.ask(f"New words{takes}, Enter leaves it", now.replace("..", "."))
    if text is not None and text.strip():
        said(plain, await plain.engine.acts.note(who.person_id, "" if text.strip() == "-" else text))


async def undo(plain: Plain, rest: str) -> None:
    """Take back the last act; in the outbox the answer that was read."""
    row = plain.item.outbox if plain.item else None
    if row is not None and row.state in (OutboxState.HELD, OutboxState.QUEUED):
        draft = await plain.engine.answers.recall(row.outbox_id)
        plain.talk.say(voice.answer_back(voice.name_of(row.to)))
        await plain_reply.back(plain, draft)
        return
    taken = await plain.engine.acts.undo()
    _taken(plain, taken)
    if taken.draft is not None:
        await plain_reply.back(plain, taken.draft)


async def redo(plain: Plain, rest: str) -> None:
    """Do again what was taken back."""
    _taken(plain, await plain.engine.acts.redo())


def _taken(plain: Plain, taken: Act) -> None:
    """Say it; a conversation that is not the one read last is read, so that letters mean what was heard."""
    said(plain, taken)
    read = plain.opened.row.thread_id if plain.opened else 0
    if taken.thread_ids and read not in taken.thread_ids and taken.journal_id is not None:
        item = plain.walk.to_thread(taken.thread_ids[0])
        if item is not None:
            plain.read(item)
