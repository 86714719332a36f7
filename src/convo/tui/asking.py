"""Questions: did this reach them, leave now, what can be done with this row, and the palette of all commands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from convo.engine import voice
from convo.tui import answering, phrases
from convo.tui.commands import BOX, BY_NAME, COMMANDS, shown_key
from convo.tui.menus import Choice, Question
from convo.views import OutboxRow

PALETTE = ("The conversation", "Undo", "Look", "More", "Reply box", "Move")
"""The sections of the table in the order of the palette: what is done first, what every hand knows last."""

if TYPE_CHECKING:
    from convo.tui.screen import InboxScreen


def unsure(screen: InboxScreen, row: OutboxRow) -> None:
    """Ask whether an answer arrived; nothing is sent again until the user says so."""
    desk = screen.desk
    who = phrases.first_name(row.to)
    place = desk.engine.accounts.label(row.platform)

    async def chosen(letter: str) -> None:
        answers = desk.engine.answers
        if letter == "o":
            screen.convo.open_address(_address(screen, row))
        elif letter == "y":
            settled = await answers.settle(row.outbox_id, True)
            desk.say(voice.sending(settled, desk.clock.now()))
        elif letter == "n":
            settled = await answers.settle(row.outbox_id, False)
            desk.say(voice.sending(settled, desk.clock.now()))
        elif letter == "l":
            desk.say(f"Looking for your answer to {who} …")
            screen.convo.look_for_answer(row.outbox_id)
        elif letter == "d":
            draft = await answers.recall(row.outbox_id)
            await answering.back_in_box(screen, draft, voice.answer_back(who))
        desk.merge()
        screen.draw()

    words = voice.unsure(row, place, desk.moment().here)
    choices = (
        Choice("o", "look yourself, in the browser"),
        Choice("y", "yes, it is there: mark it sent"),
        Choice("n", "no, it is not there: send it again"),
        Choice("l", "look again for me"),
        Choice("d", "back into the drafts"),
    )
    screen.ask(Question(f"Did this reach {who}?", choices, chosen, words=words, enter="", leave="decide later",
                        wide=True))  # fmt: skip


def _address(screen: InboxScreen, row: OutboxRow) -> str:
    found = screen.desk.engine.inbox.row(row.thread_id)
    return row.url or (found.url if found else "")


async def leave(screen: InboxScreen) -> None:
    """Leave at once if nothing is held, else ask what becomes of it."""
    desk = screen.desk
    if screen.replying:
        await answering.keep(screen)
    desk.refresh_facts()
    if not desk.held:
        screen.convo.exit()
        return
    people = list({row.to.person_id: row.to for row in desk.held}.values())
    one = len(people) == 1 and len(desk.held) == 1

    async def chosen(letter: str) -> None:
        answers = desk.engine.answers
        if letter == "enter":
            desk.say(f"Sending to {voice.names(people)} …")
            screen.convo.send_and_leave([row.outbox_id for row in desk.held])
            return
        if letter == "d":
            for row in desk.held:
                await answers.recall(row.outbox_id)
        screen.convo.exit()

    it = "it" if one else "them"
    choices = (
        Choice("Enter", f"send {it} now, then leave", name="enter"),
        Choice("l", f"leave; {'it goes' if one else 'they go'} out when convo runs next"),
        Choice("d", f"keep {it} as {'a draft' if one else 'drafts'} and leave"),
    )
    verb = "has" if one else "have"
    noun = "answer" if one else "answers"
    words = f"Your {noun} to {voice.names(people)} {verb} not left yet."
    screen.ask(Question("Leave now?", choices, chosen, words=words, enter="", leave="stay"))


async def commands(screen: InboxScreen) -> None:
    """All commands of this place, narrowed by what is typed."""
    place, keymap = screen.place, screen.desk.keymap
    listed = [one for one in COMMANDS if place in one.where and one.listed and one.name != "commands"]
    first = "Reply box" if place in BOX else ""
    listed.sort(key=lambda one: (one.section != first, PALETTE.index(one.section)))

    def found(text: str) -> tuple[Choice, ...]:
        words = text.casefold().split()
        return tuple(
            Choice("", one.help[:1].upper() + one.help[1:], keymap.shown(one.name), one.name)
            for one in listed
            if all(word in f"{one.label} {one.help} {one.name}".casefold() for word in words)
        )

    async def chosen(name: str) -> None:
        if name in BY_NAME:
            await screen.convo.run_command(name)

    screen.ask(
        Question("All commands", (), chosen, field=": ", enter="do it", listing=found, wide=place == "reply")
    )


async def row_menu(screen: InboxScreen) -> None:
    """Every command of a row, by its key."""
    keymap = screen.desk.keymap
    listed = [one for one in COMMANDS if one.row_menu and screen.pane in one.where]
    choices = tuple(
        Choice(_letter(keymap.keys(one.name)) if keymap.keys(one.name) else "", one.help, "", one.name)
        for one in listed
    )

    async def chosen(name: str) -> None:
        await screen.convo.run_command(name)

    row = screen.desk.row()
    who = row.who.shown if row is not None and row.who is not None else "This conversation"
    screen.ask(Question(who, choices, chosen))


def _letter(keys: tuple[str, ...]) -> str:
    return next((key for key in keys if len(key) == 1), shown_key(keys[0]))
