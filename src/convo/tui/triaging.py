"""Deeds of triage: done, snooze, mute, quiet, circle, and taking them back. Each acts on what was painted."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from enum import Enum
from typing import TYPE_CHECKING, Any, Protocol

from convo.engine import when as times
from convo.people import PersonRow
from convo.tui import looking, moving, oneatatime, phrases
from convo.tui.menus import Choice, Question
from convo.views import Act, OutboxRow, OutboxState, Row, Seen, Someone, State, View

if TYPE_CHECKING:
    from convo.tui.screen import InboxScreen

Deed = Callable[[Sequence[Seen]], Awaitable[Act]]


async def act(screen: InboxScreen, deed: Deed, repeat: bool = True) -> None:
    """Do something with the painted conversation, or all that are marked; the next takes the screen line."""
    desk = screen.desk
    seen = desk.targets()
    if not seen:
        return
    if repeat:

        async def again() -> None:
            await act(screen, deed, repeat=False)

        desk.last_deed = again
    result = await deed(seen)
    screen.list.unmark()
    after(screen, result)


def after(screen: InboxScreen, done: Act) -> None:
    """Show what an act did: its words, the list without what left it, the next conversation."""
    desk = screen.desk
    desk.merge()
    opened = screen.thread.opened
    if opened is not None and opened.row.thread_id in done.thread_ids:
        screen.thread.show(desk.engine.inbox.open(opened.row.thread_id))
    if screen.one is not None:
        oneatatime.after(screen)
        desk.say(done.words)
        return
    if desk.view is View.WAITING and not screen.searching and done.thread_ids:
        moving.to_who_waits(screen)
    desk.follow()
    if not screen.list.items and screen.pane == "thread":
        screen.focus_pane("list")
    desk.say(done.words)


async def done(screen: InboxScreen) -> None:
    """In the list the conversation; opened, what the selected person said, then the next who waits."""
    entry = looking.selected(screen) if screen.pane == "thread" else None
    acts = screen.desk.engine.acts
    opened = screen.thread.opened
    if entry is None or entry.author.is_me or (opened is not None and not opened.row.waiting_for):
        await act(screen, acts.done)
        return
    seen = screen.desk.seen()
    if seen is None:
        return
    result = await acts.done_person(seen, entry.author.person_id)
    opened = screen.desk.engine.inbox.open(seen.thread_id)
    if opened is not None and opened.row.state is State.WAITING:
        screen.thread.show(opened)
        lead = screen.thread.thread.lead()
        if lead is not None:
            screen.thread.to_message(lead.message_id)
        screen.desk.merge()
        screen.desk.say(result.words)
        return
    after(screen, result)


async def done_all(screen: InboxScreen) -> None:
    """Everything in this conversation."""
    await act(screen, screen.desk.engine.acts.done)


async def mute(screen: InboxScreen) -> None:
    """Mute the conversation."""
    await act(screen, screen.desk.engine.acts.mute)


async def reopen(screen: InboxScreen) -> None:
    """Take back done, snooze and mute of this conversation."""
    await act(screen, screen.desk.engine.acts.reopen)


async def quiet(screen: InboxScreen) -> None:
    """Into Quiet, or out of it for good."""
    rows = _rows(screen)
    if not rows:
        return
    acts = screen.desk.engine.acts
    await act(screen, acts.unquiet if all(row.state is State.QUIET for row in rows) else acts.quiet)


async def close_finished(screen: InboxScreen) -> None:
    """Close all that are shown and sound finished."""
    subjects = [item.subject for item in screen.list.items]
    seen = [Seen(row.thread_id, row.arrival) for row in subjects if isinstance(row, Row) and row.finished]
    after(screen, await screen.desk.engine.acts.close_finished(seen))


def _rows(screen: InboxScreen) -> list[Row]:
    """The conversations an act is for."""
    if screen.pane == "list" and screen.list.marked:
        subjects = [item.subject for item in screen.list.items if item.key in screen.list.marked]
        return [subject for subject in subjects if isinstance(subject, Row)]
    row = _row(screen)
    return [row] if row is not None else []


async def mark(screen: InboxScreen) -> None:
    """Mark this row, or take its mark away."""
    item = screen.list.current
    if item is None or not isinstance(item.subject, Row):
        return
    screen.list.mark([item.key])


async def mark_all(screen: InboxScreen) -> None:
    """Mark all that are shown; again takes the marks away."""
    screen.list.mark([item.key for item in screen.list.items if isinstance(item.subject, Row)])


def _row(screen: InboxScreen) -> Row | None:
    opened = screen.thread.opened
    if screen.pane == "thread" and opened is not None:
        return opened.row
    return screen.desk.row()


def person(screen: InboxScreen) -> Someone | None:
    """Whom a key about a person means: who wrote the selected message, else who stands in the row."""
    entry = screen.thread.entry if screen.pane == "thread" else None
    if entry is not None and not entry.author.is_me:
        return entry.author
    item = screen.list.current
    if screen.pane == "list" and item is not None and isinstance(item.subject, PersonRow):
        return item.subject.person
    row = _row(screen)
    return row.who if row is not None else None


async def circle(screen: InboxScreen) -> None:
    """Into the circle, out of it."""
    if screen.pane == "list" and screen.list.marked:
        people = [row.who.person_id for row in _rows(screen) if row.who is not None and not row.who.is_me]
        result = await screen.desk.engine.acts.circle_all(people)
        screen.list.unmark()
        keep_place(screen, result)
        return
    who = person(screen)
    if who is None:
        return
    result = await screen.desk.engine.acts.circle(who.person_id)
    keep_place(screen, result)


def keep_place(screen: InboxScreen, result: Act) -> None:
    """Show an act after which the same conversation stays under the cursor."""
    opened = screen.thread.opened
    screen.desk.merge()
    if opened is not None:
        screen.thread.show(screen.desk.engine.inbox.open(opened.row.thread_id))
    screen.desk.say(result.words)


class Able(Protocol):
    """What an account can do."""

    @property
    def verbs(self) -> Collection[Enum]:
        """Its verbs."""
        ...

    @property
    def refusals(self) -> Mapping[Any, str]:
        """Why it cannot do others."""
        ...


def able(can: Able, verb: str) -> bool:
    """Whether an account can do something, by the name of the verb."""
    return any(one.value == verb for one in can.verbs)


def why_not(can: Able, verb: str) -> str:
    """Why an account cannot do something, "" where it says nothing."""
    return next((words for one, words in can.refusals.items() if one.value == verb), "")


async def mute_person(screen: InboxScreen) -> None:
    """Hear nothing from a person any more; asks first."""
    who = person(screen)
    row = _row(screen)
    if who is None or row is None:
        return
    desk = screen.desk
    there = able(desk.engine.accounts.can(row.account), "mute_person")
    choices = [Choice("m", f"hear nothing from {phrases.first_name(who)} any more")]
    if there:
        choices.append(Choice("t", "the same, and mute there, too"))

    async def chosen(letter: str) -> None:
        result = await desk.engine.acts.mute_person(who.person_id, there=letter == "t")
        commercial = desk.view is View.QUIET and screen.pane == "list"
        after(screen, result)
        if commercial:  # the note is where one writes why
            await screen.convo.open_note(who, desk.engine.inbox.note(who.person_id))

    words = f"Here, and everywhere you hear from {phrases.first_name(who)}: {_everywhere(screen, who)}."
    screen.ask(Question(f"Mute {who.shown}?", tuple(choices), chosen, words=words, enter="mute"))


def _everywhere(screen: InboxScreen, who: Someone) -> str:
    """The accounts of one human as they are known here: handle and platform."""
    desk = screen.desk
    page = desk.engine.people.person(who.person_id, limit=1)
    persons = page.persons if page is not None else ()
    label = desk.engine.accounts.label
    return ", ".join(f"{phrases.at_handle(one.person)} on {label(one.platform)}" for one in persons) or (
        phrases.at_handle(who)
    )


async def snooze(screen: InboxScreen) -> None:
    """The snooze menu: a letter chooses and closes."""
    desk, rows = screen.desk, _rows(screen)
    if not rows:
        return
    people = [row.who for row in rows if row.who is not None]
    many = len({who.person_id for who in people}) > 1
    who = "they" if many or not people else phrases.first_name(people[0])
    title = f"{phrases.names(people)} come back" if many else f"{who} comes back"
    now = desk.moment().here
    listed = times.choices(now, desk.config.inbox.day_starts, who)
    by_key = {choice.key: choice for choice in listed}
    choices = [
        Choice(choice.key, choice.label.replace("they writes", "they write"), choice.shown)
        for choice in listed
    ]
    choices.append(Choice("a", "at a time, such as: fri 9:00"))

    async def chosen(letter: str) -> None:
        if letter == "a":
            _ask_time(screen, who, title)
            return
        until = by_key[letter].until
        await act(screen, lambda seen: desk.engine.acts.snooze(seen, until))

    note = f"If {who} {'write' if who == 'they' else 'writes'}, this comes back at once."
    screen.ask(Question(title, tuple(choices), chosen, note=note, enter="snooze"))


def _ask_time(screen: InboxScreen, who: str, title: str) -> None:
    desk = screen.desk

    def understood(text: str) -> str:
        if not text.strip():
            return ""
        now = desk.moment().here
        try:
            until = times.parse_when(text, now, desk.config.inbox.day_starts)
        except ValueError:
            return "not understood"
        return (
            times.shown_when(until, now) if until else f"until {who} {'write' if who == 'they' else 'writes'}"
        )

    async def chosen(text: str) -> None:
        try:
            until = times.parse_when(text, desk.moment().here, desk.config.inbox.day_starts)
        except ValueError as error:
            desk.say(str(error), trouble=True)
            _ask_time(screen, who, title)
            return
        await act(screen, lambda seen: desk.engine.acts.snooze(seen, until))

    screen.ask(Question(title, (), chosen, note="Such as: fri 9:00, tomorrow 18, in 2 weeks, 24 Dec",
                        enter="snooze", field="at: ", typed=understood))  # fmt: skip


async def undo(screen: InboxScreen) -> None:
    """Take back the last act, or what is selected in the outbox."""
    from convo.tui import answering

    item = screen.list.current
    if screen.pane == "list" and item is not None and isinstance(item.subject, OutboxRow):
        row = item.subject
        if row.state in (OutboxState.HELD, OutboxState.QUEUED):
            draft = await screen.desk.engine.answers.recall(row.outbox_id)
            await answering.back_in_box(
                screen, draft, f"Your answer to {phrases.first_name(row.to)} is back in the box."
            )
            return
    result = await screen.desk.engine.acts.undo()
    if result.draft is not None:
        await answering.back_in_box(screen, result.draft, result.words)
        return
    _show_taken(screen, result)


async def redo(screen: InboxScreen) -> None:
    """Do again what was taken back."""
    _show_taken(screen, await screen.desk.engine.acts.redo())


def _show_taken(screen: InboxScreen, result: Act) -> None:
    """The conversation that came back is under the cursor again."""
    after(screen, result)
    for thread_id in result.thread_ids[:1]:
        oneatatime.back_to(screen, thread_id)
        if screen.list.to_key(f"t{thread_id}"):
            screen.desk.follow()
    screen.desk.say(result.words)


async def again(screen: InboxScreen) -> None:
    """The same again, on this one."""
    if screen.desk.last_deed is not None:
        await screen.desk.last_deed()
