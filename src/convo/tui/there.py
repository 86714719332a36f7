"""Deeds that are done on the platform, too: decide about a comment, block, change and delete own words, report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from convo.engine import voice
from convo.tui import answering, looking, phrases, triaging
from convo.tui.menus import Choice, Question, yes_or_no
from convo.views import Entry

if TYPE_CHECKING:
    from convo.tui.screen import InboxScreen


async def moderate(screen: InboxScreen) -> None:
    """The decisions a comment has: approve, spam, trash, or an answer."""
    entry = _comment(screen)
    if entry is None:
        return
    can = screen.desk.engine.accounts.can(_account(screen, entry))
    if not triaging.able(can, "moderate"):
        screen.desk.say(
            triaging.why_not(can, "moderate") or "There is nothing to approve or to throw away here."
        )
        return
    if entry.author.is_me:
        screen.desk.say("These are your own words; D deletes them.")
        return
    away = (Choice("s", "spam", name="spam"), Choice("t", "trash", name="trash"))
    if entry.held:
        first = Choice("a", "approve, everybody sees it", name="approve")
        choices: tuple[Choice, ...] = (
            first,
            *away,
            Choice("r", "answer (asks about approving, too)", name="answer"),
        )
    else:  # what everybody sees already is not thrown away by one Enter too many
        choices = (Choice("r", "answer", name="answer"), *away)

    async def chosen(name: str) -> None:
        if name == "answer":
            await answering.answer_to(screen, entry)
            return
        triaging.after(screen, await screen.desk.engine.moderation.decide(entry.message_id, name))

    leave = "leave it held" if entry.held else "leave it"
    enter = "approve" if entry.held else "choose"
    title = f"{phrases.first_name(entry.author)}'s comment"
    screen.ask(Question(title, choices, chosen, enter=enter, leave=leave))


def _comment(screen: InboxScreen) -> Entry | None:
    """The selected comment; from the list the first that is to be approved, else the one that waits longest."""
    entry = looking.entry_of(screen)
    opened = screen.thread.opened
    if screen.pane == "thread" or opened is None or entry is None:
        return entry
    return next((one for one in opened.entries if one.held and not one.deleted), entry)


def _account(screen: InboxScreen, entry: Entry) -> str:
    return entry.accounts[0] if entry.accounts else ""


async def block(screen: InboxScreen) -> None:
    """Block a person on the platform; asks, and says whether others can see it."""
    who, row = triaging.person(screen), screen.desk.row()
    if screen.pane == "thread" and screen.thread.opened is not None:
        row = screen.thread.opened.row
    if who is None or row is None or who.is_me:
        return
    can = screen.desk.engine.accounts.can(row.account)
    place = screen.desk.engine.accounts.label(row.platform)
    if not triaging.able(can, "block"):
        screen.desk.say(triaging.why_not(can, "block") or f"Nobody can be blocked on {place} from here.")
        return
    first = phrases.first_name(who)
    seen = (
        f"On {place} blocks are public: everybody can see whom you block."
        if can.block_is_public
        else f"{place} does not show it to others."
    )
    words = f"{first} can then not follow you nor answer you on {place}, and nothing from {first} comes to you. {seen}"

    async def chosen(letter: str) -> None:
        if letter == "b":
            triaging.after(screen, await screen.desk.engine.acts.block(who.person_id))

    yes, no = Choice("b", f"block {who.shown} on {place}"), Choice("n", "no, leave it as it is")
    screen.ask(yes_or_no(f"Block {who.shown}?", words, yes, no, chosen))


def _own(screen: InboxScreen) -> Entry | None:
    """The own message a key means: the selected one, from the list the newest in the conversation."""
    if screen.pane == "thread":
        entry = screen.thread.entry
        return entry if entry is not None and entry.author.is_me else None
    row = screen.desk.row()
    opened = screen.desk.engine.inbox.open(row.thread_id) if row is not None else None
    mine = [entry for entry in opened.entries if entry.author.is_me and not entry.deleted] if opened else []
    return mine[-1] if mine else None


async def edit_own(screen: InboxScreen) -> None:
    """Change an own message: its words in the box, Ctrl+S changes them there."""
    entry = _own(screen)
    if entry is None:
        screen.desk.say("Only your own messages can be changed; move to one of them.")
        return
    can = screen.desk.engine.accounts.can(_account(screen, entry))
    if entry.deleted or not triaging.able(can, "edit"):
        screen.desk.say(triaging.why_not(can, "edit") or "This message cannot be changed from here.")
        return
    terms = screen.desk.engine.answers.terms(entry.message_id, _account(screen, entry))
    if terms.draft is not None and not terms.draft.empty and not terms.draft.edits:
        screen.desk.say(voice.ANSWER_BEGUN)
        return
    if screen.pane != "thread" and screen.thread.opened is None:
        screen.thread.show(screen.desk.engine.inbox.open(screen.desk.row().thread_id))  # type: ignore[union-attr]
    await answering.open_box(screen, terms, answering.edit_draft(screen, terms))


async def delete_own(screen: InboxScreen) -> None:
    """Delete an own message there; asks, because it cannot be taken back."""
    entry = _own(screen)
    if entry is None:
        screen.desk.say("Only your own messages can be deleted; move to one of them.")
        return
    can = screen.desk.engine.accounts.can(_account(screen, entry))
    if entry.deleted or not triaging.able(can, "delete"):
        screen.desk.say(triaging.why_not(can, "delete") or "This message cannot be deleted from here.")
        return

    async def chosen(letter: str) -> None:
        if letter != "d":
            return
        await screen.desk.engine.answers.delete(entry.message_id)
        desk = screen.desk
        desk.merge()
        opened = screen.thread.opened
        if opened is not None:
            screen.thread.show(desk.engine.inbox.open(opened.row.thread_id))
        desk.say("Your message is deleted.")

    words = f'"{voice.taste(entry)}" This cannot be taken back.'
    opened = screen.thread.opened
    said = {one.uri: one.author for one in opened.entries} if opened is not None else {}
    if entry.parent_uri in said and not said[entry.parent_uri].is_me:
        words += f" {voice.name_of(said[entry.parent_uri])} waits again."
    yes, no = Choice("d", "delete it there"), Choice("n", "no, keep it")
    screen.ask(yes_or_no("Delete your message?", words, yes, no, chosen))


async def report(screen: InboxScreen) -> None:
    """Open the platform's own page of the message, where it can be reported."""
    address = looking.address(screen)
    screen.convo.open_address(address)
    if address:
        screen.desk.say(f"Report it on its own page: {address}")
