"""Commands that write: reply, edit, delete, and the outbox they go through."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from convo.adapters import label
from convo.adapters.contract import Verb
from convo.cli.input import confirmed, written_text
from convo.cli.output import entry_json, outbox_json, say, say_error, say_json, sent_json, table
from convo.cli.run import DONE, FAILED, Session, UsageError, data_dir
from convo.engine import voice
from convo.engine.answers import LONGEST_HOLD
from convo.engine.terms import Terms
from convo.model import Visibility
from convo.text import shorten
from convo.views import Draft, Entry, OutboxRow, OutboxState, public_id


async def reply(session: Session) -> int:
    """`convo reply`: exit status 0 when sent, or queued as asked; else 1."""
    options = session.options
    if options.hold is not None and not 0 <= options.hold <= LONGEST_HOLD:
        raise UsageError(f"--hold takes seconds from 0 to {LONGEST_HOLD}; convo schedules nothing.")
    message = _answered(session)
    terms = session.engine.answers.terms(message.message_id, options.account)
    draft = _draft(session, terms)
    text = written_text(options.text, session.config.look.editor, draft.text, data_dir(options))
    if not text and not draft.attachments:
        raise UsageError("There are no words to send.")
    draft = replace(draft, text=text, cursor=len(text))
    before = None if options.yes else session.engine.answers.sent_before(draft)
    if before is not None and not confirmed(
        f"You have sent these words to {before.to.shown} before. Send them again?"
    ):
        return _sent_before(session, before)
    await _spare_earlier(session, terms, text)
    await session.engine.answers.save_draft(draft)
    _heed_held(session, terms)
    refusal = _heed_cautions(session, draft)
    if refusal:
        by_hand = Verb.ANSWER not in terms.can.verbs
        return _refused(session, refusal, message.url if by_hand else "")
    row = await session.engine.answers.send(draft, hold=options.hold or 0, yes=options.yes)
    asked_to_wait = options.offline or bool(options.hold)
    if not asked_to_wait:
        row = await session.engine.delivery.now(row.outbox_id)
    _tell(session, row)
    as_asked = asked_to_wait and row.state in (OutboxState.HELD, OutboxState.QUEUED)
    return DONE if row.state is OutboxState.SENT or as_asked else FAILED


def _sent_before(session: Session, row: OutboxRow) -> int:
    """What a script asks for that repeats a command: the answer stands, and no second one is sent."""
    say_error(
        f"You have sent these words to {row.to.shown} before; nothing was sent. --yes sends them again."
    )
    _tell(session, row)
    return DONE


def _answered(session: Session) -> Entry:
    """The message to answer: the one named, or the newest that waits in the conversation named."""
    inbox = session.engine.inbox
    target = inbox.resolve(session.options.target)
    if target.message_id is not None:
        entry = inbox.entry(target.message_id)
        if entry is not None:
            return entry
    opened = inbox.open(target.thread_id)
    waiting = [entry for entry in opened.entries if entry.waiting] if opened else []
    if not waiting:
        raise UsageError(
            "Nobody waits in this conversation; name the message to answer (convo show has the ids)."
        )
    if len({entry.author.person_id for entry in waiting}) > 1:
        ids = ", ".join(f"{public_id('m', entry.message_id)} ({entry.author.shown})" for entry in waiting)
        raise UsageError(f"Several people wait there; name the message: {ids}.")
    return waiting[-1]


def _draft(session: Session, terms: Terms) -> Draft:
    options = session.options
    if len(options.alt) > len(options.attach):
        raise UsageError("Each --alt belongs to the --attach before it.")
    for file in options.attach:
        if not Path(file).is_file():
            raise UsageError(f"{file} is not a file.")
    descriptions = [*options.alt, *[""] * len(options.attach)]
    earlier = terms.draft
    return Draft(
        account=terms.account,
        uri=terms.message.uri,
        text=earlier.text if earlier else "",
        cursor=0,
        visibility=Visibility(options.visibility) if options.visibility else None,
        content_warning=options.cw,
        language=terms.language,
        dropped=_dropped(terms, options.drop),
        attachments=tuple(
            (str(Path(file).resolve()), alt) for file, alt in zip(options.attach, descriptions, strict=False)
        ),
        edits="",
        touched_at=session.engine.clock.now(),
        seen_arrival=session.engine.inbox.highest_arrival(),
    )


def _dropped(terms: Terms, handles: list[str]) -> tuple[str, ...]:
    """uids of the people to leave out; the author of the message cannot be."""
    dropped = []
    for handle in handles:
        found = [
            one for one in terms.audience if one.handle.lstrip("@").lower() == handle.lstrip("@").lower()
        ]
        if not found:
            known = ", ".join(one.handle for one in terms.audience) or "nobody"
            raise UsageError(f"{handle} is not addressed; this answer addresses {known}.")
        if found[0].uid == terms.message.author.uid:
            raise UsageError(f"{handle} wrote the message and cannot be dropped.")
        dropped.append(found[0].uid)
    return tuple(dropped)


async def _spare_earlier(session: Session, terms: Terms, text: str) -> None:
    """Words already begun to this message are not overwritten without a yes, and then `convo undo` has them."""
    earlier = terms.draft
    if earlier is None or not earlier.text.strip() or text.startswith(earlier.text.strip()):
        return
    if not session.options.yes and not confirmed("There is a draft to this message already. Replace it?"):
        raise UsageError(
            f'There is a draft to this message already: "{shorten(earlier.text, 60)}". --yes replaces it (convo undo '
            "brings it back); without -m the editor goes on with it."
        )
    await session.engine.answers.discard_draft(earlier.account, earlier.uri)


def _heed_held(session: Session, terms: Terms) -> None:
    """A comment that is not approved is not shown, and an answer to it would stand alone: that needs a yes."""
    message = terms.message
    if not message.held or session.options.yes or Verb.MODERATE not in terms.can.verbs:
        return
    words = f"{message.author.shown}'s comment is not approved yet."
    if not confirmed(f"{words} Answer it all the same?"):
        approve = f"convo moderate approve {public_id('m', message.message_id)}"
        raise UsageError(f"{words} First {approve}, or say --yes. Your words are kept as a draft.")


def _heed_cautions(session: Session, draft: Draft) -> str:
    """Say what is worth knowing, ask what needs a yes, and give back why it cannot be sent at all, "" when it can."""
    for caution in session.engine.answers.cautions(draft):
        if caution.blocks:
            return caution.plain
        if caution.needs_yes and not session.options.yes:
            if not confirmed(f"{caution.plain} Send it so?"):
                raise UsageError(f"{caution.plain} Say --yes to send it so. Your words are kept as a draft.")
            session.options.yes = True
        else:
            say_error(caution.plain)
    return ""


def _refused(session: Session, words: str, page: str = "") -> int:
    """Nothing was sent, for a reason that the platform would give; `page` is where it is answered by hand."""
    if session.options.json:
        say_json(
            {
                "outbox_id": None,
                "state": OutboxState.FAILED.value,
                "uri": None,
                "url": page or None,
                "error": words,
            }
        )
    else:
        say_error(f"{words}{f' Its page: {page}' if page else ''} Your words are kept as a draft.")
    return FAILED


def _tell(session: Session, row: OutboxRow) -> None:
    if session.options.json:
        say_json(sent_json(row))
        return
    sentences = {
        OutboxState.SENT: f"To {row.to.shown}: sent. {row.url}".rstrip(),
        OutboxState.HELD: f"To {row.to.shown}: held back for now ({public_id('o', row.outbox_id)}).",
        OutboxState.QUEUED: f"To {row.to.shown}: queued. {row.error}".rstrip(),
        OutboxState.SENDING: f"To {row.to.shown}: on its way.",
        OutboxState.UNSURE: f"Did this reach {row.to.shown}? {_unsure(session, row)} convo outbox shows it.",
        OutboxState.FAILED: f"Not sent: to {row.to.shown}. {row.error} Your words are kept as a draft.",
    }
    if row.state in (OutboxState.UNSURE, OutboxState.FAILED):
        say_error(sentences[row.state])
    else:
        say(sentences[row.state])


def _unsure(session: Session, row: OutboxRow) -> str:
    return voice.unsure(row, label(row.platform), session.engine.clock.now())


async def edit(session: Session) -> int:
    """`convo edit MESSAGE`: changes an own answer where the platform can."""
    entry = _own(session)
    text = written_text(
        session.options.text, session.config.look.editor, entry.text, data_dir(session.options)
    )
    if not text:
        raise UsageError("There are no words left; convo delete takes the message away.")
    return _changed(session, await session.engine.answers.edit(entry.message_id, text))


async def delete(session: Session) -> int:
    """`convo delete MESSAGE`: takes an own answer away on its platform; asks unless --yes."""
    entry = _own(session)
    if not session.options.yes and not confirmed(
        f'Delete "{entry.text[:60]}" there? It cannot be taken back.'
    ):
        raise UsageError("Nothing was deleted. Say --yes to delete without being asked.")
    return _changed(session, await session.engine.answers.delete(entry.message_id))


def _own(session: Session) -> Entry:
    target = session.engine.inbox.resolve(session.options.message)
    entry = session.engine.inbox.entry(target.message_id) if target.message_id is not None else None
    if entry is None:
        raise UsageError(f"{session.options.message} is not one message; convo show has their ids.")
    if not entry.author.is_me:
        raise UsageError(f"That message is {entry.author.shown}'s, not yours.")
    return entry


def _changed(session: Session, entry: Entry) -> int:
    if session.options.json:
        say_json(entry_json(entry))
    else:
        say("Deleted there." if entry.deleted else "Changed there.")
    return DONE


async def outbox(session: Session) -> int:
    """`convo outbox [retry|cancel ID]`."""
    options = session.options
    if options.action:
        return await _outbox_act(session)
    rows = session.engine.inbox.outbox()
    if options.json:
        say_json([outbox_json(row) for row in rows])
    elif rows:
        table(
            (
                public_id("o", row.outbox_id),
                row.state.value,
                f"To {row.to.shown}",
                row.account,
                row.text,
                _unsure(session, row) if row.state is OutboxState.UNSURE else row.error,
            )
            for row in rows
        )
    else:
        say("Everything has left.")
    return DONE


async def _outbox_act(session: Session) -> int:
    options = session.options
    word = (options.id or "").removeprefix("o")
    if not word.isdigit():
        raise UsageError(f"convo outbox {options.action} needs an id such as o3 (convo outbox shows them).")
    number = int(word)
    if options.action == "cancel":
        draft = await session.engine.answers.cancel(number)
        if options.json:
            say_json({"cancelled": public_id("o", number), "draft": draft.text})
        else:
            say("It does not go out; the words are back in the drafts.")
        return DONE
    row = await session.engine.answers.retry(number)
    if not options.offline:
        row = await session.engine.delivery.now(number)
    _tell(session, row)
    return DONE if row.state is OutboxState.SENT else FAILED
