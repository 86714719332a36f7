"""Answering in the line mode: whom, with what terms, and the words that were begun."""

from __future__ import annotations

from typing import TYPE_CHECKING

from convo.cli import plain_words as words
from convo.cli.plain_draft import Reply
from convo.cli.plain_options import OPTIONS
from convo.cli.plain_reading import lead
from convo.engine import voice
from convo.views import Draft, Entry

if TYPE_CHECKING:
    from convo.cli.plain import Plain


async def answer(plain: Plain, rest: str) -> None:
    """Answer who waits here; several people are asked about by number."""
    reply = await _begin(plain)
    if reply is not None:
        await reply.write()


async def answer_editor(plain: Plain, rest: str) -> None:
    """Answer, and write in the editor."""
    reply = await _begin(plain)
    if reply is not None:
        await reply.editor()
        await reply.decide()


async def answer_quoting(plain: Plain, rest: str) -> None:
    """Answer with the message quoted above."""
    reply = await _begin(plain)
    if reply is not None:
        quoted = "\n".join(f"> {row}" for row in reply.terms.message.text.strip().split("\n"))
        await reply.keep(f"{reply.draft.text}\n{quoted}\n".lstrip("\n"))
        await reply.write(f"{voice.name_of(reply.terms.message.author)} is quoted above your words.")


async def back(plain: Plain, draft: Draft) -> None:
    """An answer that was taken back: its words, and what becomes of them now."""
    found = plain.engine.inbox.resolve(draft.uri)
    if found.message_id is not None:
        terms = plain.engine.answers.terms(found.message_id, draft.account)
        await Reply(plain, terms, terms.draft or draft, OPTIONS).decide()


async def _begin(plain: Plain) -> Reply | None:
    entry = await _whom(plain)
    if entry is None:
        return None
    terms = plain.engine.answers.terms(entry.message_id)
    if terms.refusal:
        where = entry.url or (plain.opened.row.url if plain.opened else "")
        plain.talk.say(f"{terms.refusal}{f' Its page: {where}' if where else ''}")
        return None
    seen = plain.opened.row.arrival if plain.opened else 0
    draft = terms.draft or Draft(
        account=terms.account, uri=entry.uri, text="", cursor=0, visibility=None, content_warning=None,
        language=terms.language, dropped=(), attachments=(), edits="",
        touched_at=plain.engine.clock.now(), seen_arrival=seen,
    )  # fmt: skip
    return Reply(plain, terms, draft, OPTIONS)


async def _whom(plain: Plain) -> Entry | None:
    """The message to answer: that of the draft or answer read, else the first of who waits."""
    if plain.target is not None:
        return plain.target
    entries = plain.opened.entries if plain.opened else ()
    first: dict[int, Entry] = {}
    for entry in entries:
        if entry.waiting or entry.held:
            first.setdefault(entry.author.person_id, entry)
    if len(first) < 2:
        found = lead(entries)
        if found is None:
            plain.talk.say(plain.NOBODY)
        return found
    choices = list(first.values())
    names = words.numbered([voice.name_of(one.author) for one in choices])
    line = await plain.talk.ask(f"{names}, Enter {voice.name_of(choices[0].author)}", "Whom do you answer?")
    if line is None:
        return None
    number = int(line) if line.strip().isdigit() else 1 if not line.strip() else 0
    if not 1 <= number <= len(choices):
        plain.talk.say("Nobody is answered now.")
        return None
    return choices[number - 1]
