"""Answers on their way in the line mode: one that may have arrived is asked about, and so are held ones at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from convo.adapters import label
from convo.cli import plain_looks, plain_reply
from convo.engine import AccountError, voice
from convo.views import Failure, OutboxRow, OutboxState

if TYPE_CHECKING:
    from convo.cli.plain import Plain


def explain(plain: Plain, row: OutboxRow) -> None:
    """What can be done with an answer that did not simply leave."""
    word = plain.table.letter("open") or plain.table.word("open")
    if row.state is OutboxState.UNSURE:
        plain.talk.say(
            voice.unsure(row, label(row.platform), plain.now),
            f"{word} says what you know of it.",
        )


async def open_it(plain: Plain, rest: str) -> None:
    """Read this again; an answer that may have arrived is asked about."""
    row = _unsure(plain)
    if row is None:
        await plain_looks.read_again(plain, rest)
        return
    choices = (
        "1 the address to look yourself, 2 yes it is there, 3 no, send it again, 4 look again for me, "
        "5 back into the drafts, Enter decides later"
    )
    line = await plain.talk.ask(choices, f"Did this reach {voice.name_of(row.to)}?")
    answers, chosen = plain.engine.answers, (line or "").strip()
    if chosen == "1":
        await plain_looks.browser(plain, "")
    elif chosen in ("2", "3"):
        await plain.settled(await answers.settle(row.outbox_id, chosen == "2"))
    elif chosen == "4":
        await _look(plain, row)
    elif chosen == "5":
        draft = await answers.recall(row.outbox_id)
        plain.talk.say(voice.answer_back(voice.name_of(row.to)))
        await plain_reply.back(plain, draft)


def _unsure(plain: Plain) -> OutboxRow | None:
    """The answer read, or in the conversation read, of which it is not known whether it arrived."""
    if plain.item is None:
        return None
    for row in plain.engine.inbox.outbox():
        here = (
            plain.item.outbox.outbox_id == row.outbox_id
            if plain.item.outbox
            else row.thread_id == plain.item.thread_id
        )
        if here and row.state is OutboxState.UNSURE:
            return row
    return None


async def _look(plain: Plain, row: OutboxRow) -> None:
    from convo.adapters.contract import AdapterError

    try:
        found = await plain.engine.delivery.look(row.outbox_id)
    except (AccountError, AdapterError) as error:
        raise Failure(error.words) from error
    if found is not None and found.state is OutboxState.UNSURE:
        plain.talk.say("It still cannot be told.")


async def discard(plain: Plain, rest: str) -> None:
    """Throw away the draft that was read, or that stands in the conversation read."""
    draft = plain.item.draft if plain.item else None
    if draft is None and plain.opened is not None:
        uris = {entry.uri for entry in plain.opened.entries}
        draft = next((one for one in plain.engine.inbox.drafts() if one.uri in uris), None)
    if draft is None:
        plain.talk.say("There is no draft here.")
        return
    act = await plain.engine.answers.discard_draft(draft.account, draft.uri)
    plain.talk.say(act.words)


async def leave(plain: Plain) -> None:
    """The last words; held answers are asked about where somebody can still answer."""
    held = [row for row in plain.engine.inbox.outbox() if row.state is OutboxState.HELD]
    people = list({row.to.person_id: row.to for row in held}.values())
    if held and not plain.talk.ended and not await _decided(plain, held):
        return
    left = [row for row in plain.engine.inbox.outbox() if row.state is OutboxState.HELD]
    if left:
        said, goes = ("answer", "goes") if len(left) == 1 else ("answers", "go")
        plain.talk.say(f"Your {said} to {voice.names(people)} {goes} out when convo runs next.")
    plain.farewell()


async def _decided(plain: Plain, held: list[OutboxRow]) -> bool:
    """What becomes of held answers; False to stay."""
    people = list({row.to.person_id: row.to for row in held}.values())
    one = len(held) == 1
    it, goes = ("it", "it goes") if one else ("them", "they go")
    words = f"Your {'answer' if one else 'answers'} to {voice.names(people)} {'has' if one else 'have'} not left yet."
    send = "" if plain.offline else f"Enter send {it} now and leave, "
    drafts = "a draft" if one else "drafts"
    choices = f"{send}l leave and {goes} out when convo runs next, d keep {it} as {drafts} and leave, s stay"
    line = await plain.talk.ask(choices, words)
    chosen = "l" if line is None else line.strip().casefold()
    if chosen == "" and not plain.offline:
        for row in held:
            await plain.deliver(row)
    elif chosen == "d":
        for row in held:
            await plain.engine.answers.recall(row.outbox_id)
    elif chosen != "l":
        plain.talk.say("You stay.")
        return False
    return True
