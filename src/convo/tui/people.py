"""Deeds about people: a person's page, the list of people, joining, and the keys that mean the person there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from convo.engine import voice
from convo.people import Identity, PersonRow
from convo.tui import answering, moving, person, phrases, triaging
from convo.tui.menus import Choice, Question
from convo.tui.person import Sheet
from convo.tui.sources import Look
from convo.views import Act, Seen, Someone, State, View

if TYPE_CHECKING:
    from convo.tui.screen import InboxScreen

Deed = Callable[["InboxScreen"], Awaitable[None]]
FOUND = 6
"""Names offered while one is typed."""


# the page


async def open_person(screen: InboxScreen) -> None:
    """The page of the person under the cursor."""
    who = triaging.person(screen)
    if who is not None:
        show(screen, who.person_id)


def show(screen: InboxScreen, person_id: int) -> bool:
    """Open somebody's page; whether there is one."""
    page = screen.desk.engine.people.person(person_id)
    if page is None:
        screen.desk.say("Nothing is known about this person here.")
        return False
    screen.sheet = Sheet(page)
    screen.convo.open_page("person")
    return True


def refresh(screen: InboxScreen) -> None:
    """The open page as the store has it now."""
    sheet = screen.sheet
    if sheet is None or screen.page.kind != "person":
        return
    page = screen.desk.engine.people.person(sheet.page.person.person_id, unfolded=sheet.unfolded)
    if page is not None:
        sheet.page = page
        screen.convo.draw_page()


def _two(screen: InboxScreen) -> bool:
    return screen.app.size.width >= person.TWO_FROM


async def open_item(screen: InboxScreen) -> None:
    """What the cursor is on: a conversation, the older years, the note, all about the person."""
    sheet = screen.sheet
    if sheet is None:
        return
    exchange = sheet.exchange()
    if exchange is not None:
        open_exchange(screen)
    elif sheet.at == person.YEARS:
        sheet.unfolded.update(sheet.page.folded[:1])
        last = len(sheet.page.exchanges)
        refresh(screen)
        sheet.at = f"exchange {min(last, len(sheet.page.exchanges) - 1)}"
        screen.convo.draw_page()
    elif sheet.at == person.ABOUT:
        sheet.whole, sheet.at, sheet.top = True, "", 0
        screen.convo.draw_page()
    elif sheet.at == person.NOTE:
        await screen.convo.open_note(sheet.page.person, sheet.page.note)
    elif sheet.suggestion() is not None:
        await join(screen)


def open_exchange(screen: InboxScreen) -> bool:
    """The conversation under the cursor, opened; Esc comes back to the page."""
    exchange = screen.sheet.exchange() if screen.sheet is not None else None
    if exchange is None:
        return False
    screen.page.close()
    screen.from_page = True
    return moving.open_thread(screen, exchange.row.thread_id)


def back(screen: InboxScreen) -> bool:
    """One step back where that leads to a page or stays on it; whether it did."""
    sheet = screen.sheet
    if screen.page.kind == "person" and sheet is not None and sheet.whole and not _two(screen):
        sheet.whole, sheet.at, sheet.top = False, person.ABOUT, 0
        screen.convo.draw_page()
        return True
    if screen.from_page and screen.pane == "thread" and sheet is not None and not screen.page.kind:
        screen.from_page = False
        screen.pane = "list"
        at = sheet.at
        screen.convo.open_page("person")
        sheet.at = at
        refresh(screen)
        return True
    return False


# the list of people


async def view(screen: InboxScreen) -> None:
    """The people the user talks with."""
    list_people(screen)


def list_people(screen: InboxScreen) -> None:
    """Whose turn it is with whom: your turn, their turn, gone quiet."""
    screen.convo.hide_search()
    screen.focus_pane("list")
    screen.desk.look_at(Look(View.ALL, people=True))


async def reach_out(screen: InboxScreen) -> None:
    """Whom of the circle one could answer again: asked for, never shown by itself."""
    screen.convo.hide_search()
    screen.focus_pane("list")
    screen.desk.look_at(Look(View.ALL, people=True, reach=True))


def open_row(screen: InboxScreen, row: PersonRow, thread_id: int) -> None:
    """Somebody's page; whom one could answer again at the last thing they wrote."""
    if not screen.desk.source.look.reach or row.message_id is None:
        show(screen, row.person.person_id)
    elif moving.open_thread(screen, thread_id):
        screen.thread.to_message(row.message_id)


# the same human


def _who(screen: InboxScreen) -> Someone | None:
    if screen.page.kind == "person" and screen.sheet is not None:
        return screen.sheet.page.person
    return triaging.person(screen)


def _did(screen: InboxScreen, act: Act) -> None:
    if screen.page.kind == "person":
        screen.desk.merge()
        refresh(screen)
        screen.desk.say(act.words)
    else:
        triaging.keep_place(screen, act)


async def join(screen: InboxScreen) -> None:
    """Say that another person is the same human: the suggested one, or somebody by name."""
    who = _who(screen)
    if who is None:
        return
    acts = screen.desk.engine.acts
    sheet = screen.sheet if screen.page.kind == "person" else None
    suggested = sheet.suggestion() if sheet is not None else None
    if suggested is not None:
        _did(screen, await acts.join(who.person_id, suggested.person.person_id))
        return
    page = screen.desk.engine.people.person(who.person_id)
    joined = {one.person.person_id for one in page.persons} if page else {who.person_id}
    hints = page.suggestions if page else ()

    def found(text: str) -> tuple[Choice, ...]:
        if not text.strip():
            people = [one.person for one in hints]
        else:
            people = list(screen.desk.engine.inbox.find_people(text, limit=FOUND + len(joined)))
        kept = [one for one in people if one.person_id not in joined and not one.is_me][:FOUND]
        return tuple(Choice("", one.shown, phrases.at_handle(one), str(one.person_id)) for one in kept)

    async def chosen(number: str) -> None:
        _did(screen, await acts.join(who.person_id, int(number)))

    screen.ask(Question(f"Who is {voice.name_of(who)}, too?", (), chosen, field="name: ", enter="join",
                        listing=found))  # fmt: skip


async def separate(screen: InboxScreen) -> None:
    """Say that a person is somebody else: the suggested one, or one of those that were joined."""
    who = _who(screen)
    if who is None:
        return
    acts = screen.desk.engine.acts
    sheet = screen.sheet if screen.page.kind == "person" else None
    suggested = sheet.suggestion() if sheet is not None else None
    if suggested is not None:
        _did(screen, await acts.apart(who.person_id, suggested.person.person_id))
        return
    page = screen.desk.engine.people.person(who.person_id)
    persons: tuple[Identity, ...] = page.persons if page else ()
    if len(persons) < 2:
        screen.desk.say(f"Nobody is joined with {voice.name_of(who)}.")
        return
    moment = screen.desk.moment()
    choices = tuple(
        Choice(str(place + 1), phrases.at_handle(one.person), moment.platform_name(one.platform),
               str(one.person.person_id))
        for place, one in enumerate(persons[:9])
    )  # fmt: skip

    async def chosen(number: str) -> None:
        _did(screen, await acts.separate(int(number)))

    screen.ask(Question("Who is somebody else?", choices, chosen, enter="separate"))


async def note(screen: InboxScreen) -> None:
    """The private note, opened where it stands."""
    who = _who(screen)
    if who is not None:
        await screen.convo.open_note(who, screen.desk.engine.inbox.note(who.person_id))


async def note_done(screen: InboxScreen) -> None:
    """Keep the note and go back to where one was."""
    act = await screen.convo.close_note()
    if act is not None:
        _did(screen, act)
    else:
        refresh(screen)


# keys that mean the person or the conversation under the cursor of the page


async def _circle(screen: InboxScreen) -> None:
    who = _who(screen)
    if who is not None:
        _did(screen, await screen.desk.engine.acts.circle(who.person_id))


async def _mute(screen: InboxScreen) -> None:
    who = _who(screen)
    if who is None:
        return

    async def chosen(letter: str) -> None:
        there = letter == "t"
        _did(screen, await screen.desk.engine.acts.mute_person(who.person_id, there=there))

    choices = (Choice("m", f"hear nothing from {voice.name_of(who)} any more"),
               Choice("t", "the same, and mute there, too"))  # fmt: skip
    screen.ask(Question(f"Mute {who.shown}?", choices, chosen, enter="mute"))


async def _quiet(screen: InboxScreen) -> None:
    exchange = screen.sheet.exchange() if screen.sheet is not None else None
    if exchange is None:
        return
    acts, row = screen.desk.engine.acts, exchange.row
    deed = acts.unquiet if row.state is State.QUIET else acts.quiet
    _did(screen, await deed(Seen(row.thread_id, row.arrival)))


async def _answer(screen: InboxScreen) -> None:
    sheet = screen.sheet
    if sheet is not None and sheet.exchange() is None and sheet.page.exchanges:
        sheet.at = "exchange 0"
    if open_exchange(screen):
        await answering.answer(screen)


async def _profiles(screen: InboxScreen) -> None:
    urls = screen.sheet.page.profiles if screen.sheet is not None else ()
    if not urls:
        screen.desk.say("No profile of this person is known here.")
        return

    async def chosen(address: str) -> None:
        screen.convo.open_address(address)

    letters = "abcdefghilmnoprstuvwxyz"
    choices = tuple(
        Choice(letter, person.address_words(url), "", url) for letter, url in zip(letters, urls, strict=False)
    )
    screen.ask(Question("Profiles", choices, chosen, enter="open"))


def _turn_page(way: int) -> Deed:
    async def turn(screen: InboxScreen) -> None:
        """The page of the next person in the list behind."""
        rows, sheet = screen.list, screen.sheet
        here = sheet.page.person.person_id if sheet is not None else 0
        place = rows.index + way
        while 0 <= place < len(rows.items):
            subject = rows.items[place].subject
            who = subject.person if isinstance(subject, PersonRow) else getattr(subject, "who", None)
            if isinstance(who, Someone) and not who.is_me and who.person_id != here:
                rows.move_to(place)
                show(screen, who.person_id)
                return
            place += way
        screen.desk.say("Nobody else is in this list.")

    return turn


def _then_refresh(deed: Deed) -> Deed:
    async def both(screen: InboxScreen) -> None:
        await deed(screen)
        refresh(screen)

    return both


HERE: dict[str, Deed] = {
    "circle": _circle,
    "mute_person": _mute,
    "quiet": _quiet,
    "answer": _answer,
    "links": _profiles,
    "next_waiting": _turn_page(1),
    "previous_waiting": _turn_page(-1),
}


def over(deeds: dict[str, Deed]) -> dict[str, Deed]:
    """The deeds that mean something else on a person's page, each with what it does elsewhere."""

    def either(here: Deed, elsewhere: Deed) -> Deed:
        async def deed(screen: InboxScreen) -> None:
            await (here if screen.page.kind == "person" else elsewhere)(screen)

        return deed

    found = {name: either(here, deeds[name]) for name, here in HERE.items()}
    return {**found, "undo": _then_refresh(deeds["undo"]), "redo": _then_refresh(deeds["redo"])}
