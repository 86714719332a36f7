"""Ctrl+S: what is said before an answer leaves, and where it goes; then the next who waits."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from convo.engine import voice
from convo.tui import moving, oneatatime, phrases, triaging
from convo.tui.answering import close, keep_now
from convo.tui.menus import Choice, Question
from convo.tui.replybox import box_of
from convo.views import Caution, CautionKind, Draft

if TYPE_CHECKING:
    from convo.tui.screen import InboxScreen

READ_ALREADY = "Whoever read it has read it as it was. Ctrl+S changes it there."


async def send(screen: InboxScreen) -> None:
    """Say what should be said before sending, then send."""
    box = box_of(screen)
    draft = box.take()
    if draft is None or box.terms is None:
        return
    if draft.empty:
        box.warn(("There is nothing to send yet.",))
        screen.draw_reply()
    elif draft.edits:
        await _change(screen, draft)
    elif box.pasting:
        await _paste(screen, draft)
    else:
        await _warned(screen, draft)


def _said(screen: InboxScreen, words: tuple[str, ...]) -> bool:
    """Say this above the box; whether it stood there already."""
    box = box_of(screen)
    if box.cautions == words:
        return True
    box.warn(words)
    screen.draw_reply()
    screen.draw()
    return False


def in_words(caution: Caution) -> str:
    """A caution with what it is about: Carl wrote to Ana: "The well is on our side." Ctrl+G shows it."""
    if not caution.taste:
        return caution.words
    start = caution.words.removesuffix(caution.keys).rstrip().removesuffix(".")
    return f'{start}: "{caution.taste}" {caution.keys}'.rstrip()


async def _warned(screen: InboxScreen, draft: Draft) -> None:
    """What moved, what would be refused and what more people would read is said first."""
    cautions = screen.desk.engine.answers.cautions(draft)
    blocking = [one for one in cautions if one.blocks]
    asking = [one for one in cautions if one.needs_yes and not one.blocks]
    telling = [one for one in cautions if not one.needs_yes and not one.blocks]
    said = tuple(in_words(one) for one in (*blocking, *telling))
    if said and (not _said(screen, said) or blocking):
        return
    terms = box_of(screen).terms
    assert terms is not None
    if asking:
        _ask_wider(screen, asking[0], draft)
    elif terms.message.held and triaging.able(terms.can, "moderate"):
        _ask_held(screen, draft, yes=bool(telling))
    else:
        await _send(screen, draft, yes=bool(telling))


def _ask_wider(screen: InboxScreen, caution: Caution, draft: Draft) -> None:
    theirs = box_of(screen).terms
    assert theirs is not None
    narrow = theirs.message.visibility

    async def chosen(letter: str) -> None:
        if letter == "w":
            await _send(screen, draft, yes=True)
        else:
            box_of(screen).change(replace(draft, visibility=narrow))
            await _send(screen, replace(draft, visibility=narrow), yes=False)

    choices = (Choice("n", f"keep it to {phrases.readers(narrow, theirs.message.author)}"),
               Choice("w", "send it to more people"))  # fmt: skip
    screen.ask(Question("Who may read it?", choices, chosen, words=caution.words, enter="keep it so"))


def _ask_held(screen: InboxScreen, draft: Draft, yes: bool) -> None:
    """An answer to a comment that is not approved: asked once."""
    terms = box_of(screen).terms
    assert terms is not None
    entry = terms.message
    first = phrases.first_name(entry.author)

    async def chosen(letter: str) -> None:
        if letter == "b":
            return
        if letter == "a":
            await screen.desk.engine.moderation.decide(entry.message_id, "approve")
        await _send(screen, draft, yes)

    choices = (Choice("b", "back to the box"), Choice("a", "approve it and send"), Choice("s", "send only"))
    words = f"{first}'s comment is not approved yet."
    screen.ask(Question(f"Answer {first}?", choices, chosen, words=words, leave="back"))


async def _send(screen: InboxScreen, draft: Draft, yes: bool) -> None:
    desk = screen.desk
    row = await desk.engine.answers.send(draft, yes=yes)
    _away(screen)
    _go_on(screen, row.thread_id)
    desk.say("" if row.leaves_at is not None else voice.sending(row, desk.clock.now()))


def _away(screen: InboxScreen) -> None:
    """The words have left the box."""
    screen.convo.forget_keeping()
    box_of(screen).kept = ""
    close(screen)
    screen.desk.merge()


def _go_on(screen: InboxScreen, thread_id: int) -> None:
    """The next who waits: in the same conversation first, then the next conversation on the same line."""
    opened = screen.thread.opened
    if opened is not None and opened.row.thread_id == thread_id:
        screen.thread.show(screen.desk.engine.inbox.open(thread_id))
        waiting = screen.thread.thread.still_waiting()
        if waiting:
            screen.thread.to_message(waiting[0].message_id)
            if screen.one_pane and screen.one is None:
                moving.open_thread(screen, thread_id)
            return
    if screen.one is not None:
        oneatatime.after(screen)
        return
    moving.to_who_waits(screen)
    if screen.pane == "thread":
        screen.focus_pane("list")
    screen.desk.follow()


async def _change(screen: InboxScreen, draft: Draft) -> None:
    """Change an own message there; said once before, because others may have read it."""
    if not _said(screen, (READ_ALREADY,)):
        return
    terms = box_of(screen).terms
    assert terms is not None
    await screen.desk.engine.answers.edit(terms.message.message_id, draft.text.strip())
    _away(screen)
    opened = screen.thread.opened
    if opened is not None:
        screen.thread.show(screen.desk.engine.inbox.open(opened.row.thread_id))
    screen.desk.say("Your message is changed.")


async def _paste(screen: InboxScreen, draft: Draft) -> None:
    """A place that takes no answers from here: the words on the clipboard, its page in the browser, the draft kept."""
    box, desk = box_of(screen), screen.desk
    terms = box.terms
    assert terms is not None
    moved = tuple(
        in_words(one) for one in desk.engine.answers.cautions(draft) if one.kind is not CautionKind.REFUSED
    )
    if moved and not _said(screen, moved):
        return
    box.draft, box.kept = replace(draft, pasted=True), "keeping …"
    await keep_now(screen)
    address = terms.message.url or (screen.thread.opened.row.url if screen.thread.opened else "")
    _away(screen)
    screen.convo.copy_words(draft.text, "")
    copied = not desk.trouble
    _go_on(screen, 0)
    screen.convo.open_address(address)
    if address and copied:
        desk.say(f"Your words are copied. Paste them there: {address}")
