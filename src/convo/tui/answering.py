"""Deeds of the reply box: open, keep, send, the people, the readers. The engine keeps every word."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from convo.engine import voice
from convo.tui import looking, moving, naming
from convo.tui.replybox import box_of
from convo.views import Draft, Entry, Failure, OutboxRow

if TYPE_CHECKING:
    from convo.engine.answers import Terms
    from convo.tui.screen import InboxScreen

SAVE_AFTER = 0.8
"""Seconds from the first unkept keystroke to the store; two are promised."""


async def answer(screen: InboxScreen) -> None:
    """Answer the selected message, or the one that waits longest in the conversation."""
    await _answer(screen)


async def answer_editor(screen: InboxScreen) -> None:
    """Answer, and write in the editor at once."""
    if await _answer(screen):
        await editor(screen)


async def answer_quoting(screen: InboxScreen) -> None:
    """Answer with the message, or what is selected of it, quoted."""
    entry = _target(screen)
    if entry is None or not await _answer(screen):
        return
    box = box_of(screen)
    words = screen.get_selected_text() or entry.text
    quoted = "\n".join(f"> {row}" for row in words.strip().split("\n"))
    text = f"{box.words.text}\n{quoted}\n".lstrip("\n")
    box.words.put(text, len(text))


def _target(screen: InboxScreen) -> Entry | None:
    opened = screen.thread.opened
    row = screen.desk.row()
    if screen.pane != "thread":
        if row is None:
            return None
        if opened is None or opened.row.thread_id != row.thread_id:
            screen.thread.show(screen.desk.engine.inbox.open(row.thread_id))
        return _of_draft(screen) or screen.thread.thread.lead()
    return looking.selected(screen)


def _of_draft(screen: InboxScreen) -> Entry | None:
    from convo.tui.sources import Drafted

    item = screen.list.current
    if item is not None and isinstance(item.subject, Drafted):
        return item.subject.message
    if item is not None and isinstance(item.subject, OutboxRow):
        return _message(screen, item.subject.message_uri)
    return None


def _message(screen: InboxScreen, uri: str) -> Entry | None:
    inbox = screen.desk.engine.inbox
    try:
        found = inbox.resolve(uri)
    except Failure:
        return None
    return inbox.entry(found.message_id) if found.message_id else None


async def _answer(screen: InboxScreen) -> bool:
    entry = _target(screen)
    return entry is not None and await answer_to(screen, entry)


async def answer_to(screen: InboxScreen, entry: Entry) -> bool:
    """Open the box to this message; whether it can be answered."""
    terms = screen.desk.engine.answers.terms(entry.message_id, None)
    if terms.refusal and (entry.deleted or takes_answers(terms)):
        screen.desk.say(terms.refusal)
        return False
    draft = terms.draft or new_draft(screen, terms)
    await open_box(screen, terms, draft)
    return True


def takes_answers(terms: Terms) -> bool:
    """Whether the account can answer by program at all; else the words are copied and the page is opened."""
    return any(verb.value == "answer" for verb in terms.can.verbs)


def edit_draft(screen: InboxScreen, terms: Terms) -> Draft:
    """A draft that changes an own message: what was begun, else its words as they are."""
    if terms.draft is not None and terms.draft.edits:
        return terms.draft
    text = terms.message.text
    return replace(new_draft(screen, terms), text=text, cursor=len(text), edits=terms.message.uri)


def new_draft(screen: InboxScreen, terms: Terms) -> Draft:
    """An empty draft on these terms."""
    opened = screen.thread.opened
    return Draft(
        account=terms.account,
        uri=terms.message.uri,
        text="",
        cursor=0,
        visibility=None,
        content_warning=None,
        language=terms.language,
        dropped=(),
        attachments=(),
        edits="",
        touched_at=screen.desk.clock.now(),
        seen_arrival=opened.row.arrival if opened else 0,
    )


async def open_box(screen: InboxScreen, terms: Terms, draft: Draft) -> None:
    """Show the reply box under the message; every key typed from now on belongs to it."""
    box = await screen.convo.reply_box()
    opened = screen.thread.opened
    people = [entry.author for entry in opened.entries] if opened else []
    names = {who.uid: who.shown for who in [*people, terms.message.author]}
    for one in terms.audience:  # named here, but nobody's words are
        found = [] if one.uid in names else screen.desk.engine.inbox.find_people(one.handle.lstrip("@"))
        names.update((who.uid, who.shown) for who in found if who.uid == one.uid)
    box.open(terms, draft, names, screen.desk.engine.accounts.label(terms.platform))
    if box.pasting:
        box.cautions = (f"{terms.refusal} Ctrl+S copies your words and opens that page; you paste them there. "
                        "convo then finds your answer by itself.",)  # fmt: skip
    screen.whole_thread = False
    if opened is not None:
        screen.convo.load_around(opened.row.thread_id)
    screen.thread.answer(terms.message.message_id)
    screen.lay_panes(screen.app.size.width, screen.app.size.height)
    screen.set_focus(box.words)
    measure(screen)
    screen.draw_reply()
    screen.draw()
    screen.call_after_refresh(screen.thread.show_current)


def reckon(screen: InboxScreen) -> None:
    """The rest of the conversation was loaded: what was written before the box was opened did not come meanwhile."""
    box = screen.reply
    draft = box.draft if box is not None else None
    opened = screen.thread.opened
    if box is None or draft is None or opened is None or not draft.seen_arrival:
        return
    later = [entry for entry in opened.entries if entry.arrival > draft.seen_arrival]
    if later and all(entry.created_at <= draft.touched_at for entry in later):
        box.draft = replace(draft, seen_arrival=max(entry.arrival for entry in later))


def measure(screen: InboxScreen) -> None:
    """Count what is written, as the platform does."""
    box = box_of(screen)
    draft = box.take()
    if draft is not None:
        box.measure = screen.desk.engine.answers.measure(draft)


def changed(screen: InboxScreen) -> None:
    """After a keystroke: count, paint, and keep it soon."""
    box = box_of(screen)
    if box.draft is None:
        return
    measure(screen)
    box.kept = "keeping …"
    if not box.pasting:
        box.forget_warning()
    screen.draw_reply()
    screen.convo.keep_soon(SAVE_AFTER)
    naming.look(screen)


async def keep_now(screen: InboxScreen) -> None:
    """Put the draft into the store."""
    box = screen.reply
    draft = box.take() if box is not None else None
    if box is None or draft is None or box.kept in ("", "draft kept"):
        return
    draft = replace(draft, touched_at=screen.desk.clock.now())
    await screen.desk.engine.answers.save_draft(draft)
    now = box.take()
    if now is not None and now.uri == draft.uri and now.text == draft.text:
        box.kept = "draft kept" if draft.text else ""
        if screen.is_attached:
            screen.draw_reply()


async def keep(screen: InboxScreen) -> None:
    """Leave the box; the draft stays."""
    box = box_of(screen)
    draft, terms = box.take(), box.terms
    await keep_now(screen)
    close(screen)
    if draft is not None and terms is not None and draft.text and box.kept:
        screen.desk.say(voice.CHANGE_KEPT if draft.edits else voice.draft_kept(terms.message.author))
    screen.desk.merge()


def close(screen: InboxScreen) -> None:
    """Take the box away and give the focus back to where it was."""
    box = box_of(screen)
    box.close()
    screen.names.display = False
    screen.thread.styles.height = "1fr"
    screen.whole_thread = False
    screen.thread.answer(None)
    screen.lay_panes(screen.app.size.width, screen.app.size.height)
    screen.focus_pane(screen.pane)
    screen.call_after_refresh(screen.thread.show_current)


async def back_in_box(screen: InboxScreen, draft: Draft, words: str) -> None:
    """An answer was taken back: its words stand in the box again, as they were."""
    desk = screen.desk
    desk.merge()
    entry = _message(screen, draft.uri)
    if entry is not None:
        terms = desk.engine.answers.terms(entry.message_id, draft.account)
        target = desk.engine.inbox.resolve(draft.uri)
        screen.list.to_key(f"t{target.thread_id}")
        moving.open_thread(screen, target.thread_id)
        await open_box(screen, terms, terms.draft or draft)
    desk.say(words)


async def whole_thread(screen: InboxScreen) -> None:
    """All lines for the conversation, and back."""
    box = box_of(screen)
    screen.whole_thread = box.small = not screen.whole_thread
    terms = box.terms
    screen.thread.answer(None if screen.whole_thread or terms is None else terms.message.message_id)
    box.cautions = ()
    screen.draw_reply()
    screen.call_after_refresh(screen.thread.show_current)


async def editor(screen: InboxScreen) -> None:
    """Write on in the user's editor, and come back with the words."""
    box = box_of(screen)
    await keep_now(screen)
    text = screen.convo.edit(box.words.text)
    if text is not None and text != box.words.text:
        box.words.put(text, len(text))
        box.post_message(box.Changed())


async def discard(screen: InboxScreen) -> None:
    """Throw this draft away; u brings it back."""
    draft: Draft | None
    if screen.replying:
        await keep_now(screen)
        draft = box_of(screen).draft
        screen.convo.forget_keeping()
        box_of(screen).kept = ""
        close(screen)
    else:
        from convo.tui.sources import Drafted

        item = screen.list.current
        draft = item.subject.draft if item is not None and isinstance(item.subject, Drafted) else None
    if draft is None:
        return
    result = await screen.desk.engine.answers.discard_draft(draft.account, draft.uri)
    screen.desk.merge()
    screen.desk.say(result.words)
