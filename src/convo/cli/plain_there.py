"""What the line mode does on a platform beside answering: change, delete, decide about comments, block."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from convo.adapters import label
from convo.adapters.contract import Verb
from convo.cli import plain_acts, plain_draft, plain_looks
from convo.cli.plain_reading import spelled_moment
from convo.engine import voice
from convo.text import shorten
from convo.views import Entry, Failure

if TYPE_CHECKING:
    from convo.cli.plain import Plain


async def moderate(plain: Plain, rest: str) -> None:
    """Decide about a comment: approve, spam, trash."""
    held = [one for one in (plain.opened.entries if plain.opened else ()) if one.held]
    entry = plain.target or (held[0] if held else plain_looks.spoken(plain))
    if entry is None:
        plain.talk.say(plain.NOBODY)
        return
    can = plain.engine.accounts.can(entry.accounts[0] if entry.accounts else "")
    if Verb.MODERATE not in can.verbs:
        plain.talk.say(can.refusals.get(Verb.MODERATE, "There is nothing to approve or to throw away here."))
        return
    name = voice.name_of(entry.author)
    words = shorten(entry.text, 80)
    approves = "a approve, everybody sees it, " if entry.held else ""
    line = await plain.talk.ask(f"{approves}s spam, t trash, Enter leave it", f'{name}\'s comment: "{words}"')
    decisions = {"s": "spam", "spam": "spam", "t": "trash", "trash": "trash"}
    if entry.held:
        decisions.update({"a": "approve", "approve": "approve"})
    decision = decisions.get((line or "").strip().casefold())
    if decision is None:
        plain.talk.say(f"{name}'s comment stays as it is.")
        return
    plain_acts.said(plain, await plain.engine.moderation.decide(entry.message_id, decision))


async def block(plain: Plain, rest: str) -> None:
    """Block a person on the platform; asks, and says whether others can see it."""
    who, row = plain_acts.person(plain), plain.opened.row if plain.opened else None
    if who is None or row is None:
        plain.talk.say(plain.NOBODY)
        return
    can, there = plain.engine.accounts.can(row.account), label(row.platform)
    if Verb.BLOCK not in can.verbs:
        plain.talk.say(can.refusals.get(Verb.BLOCK, f"Nobody can be blocked on {there} from here."))
        return
    name = voice.name_of(who)
    public = f"On {there} blocks are public: everybody can see whom you block."
    asked = (
        f"Block {who.shown} on {there}? {name} can then not follow you nor answer you there, and nothing from {name} "
        f"comes to you. {public if can.block_is_public else f'{there} does not show it to others.'}"
    )
    line = await plain.talk.ask("b block, Enter no", asked)
    if (line or "").strip().casefold() not in ("b", "block"):
        plain.talk.say(f"{name} is not blocked.")
        return
    plain_acts.said(plain, await plain.engine.acts.block(who.person_id))


async def report(plain: Plain, rest: str) -> None:
    """The platform's own page of the message, where it can be reported."""
    if plain_looks.address(plain):
        plain.talk.say("It can be reported on its own page.")
    await plain_looks.browser(plain, rest)


async def edit_own(plain: Plain, rest: str) -> None:
    """Change words of the user's that have left, where the platform can."""
    entry = await _own(plain, "changed")
    if entry is None:
        return
    lines: list[str] = []

    async def kept(now: Sequence[str]) -> None:
        lines[:] = now

    plain.talk.say(
        f'It says: "{entry.text}" Write it anew; {plain_draft.WRITE} A dot alone leaves it as it is.'
    )
    await plain.talk.written(kept)
    text = "\n".join(lines).strip()
    while text and not plain.talk.ended:
        try:
            await plain.engine.answers.edit(entry.message_id, text)
        except Failure as error:
            line = await plain.talk.ask(
                "y try again, Enter leaves it as it was", f'{error.words} Your words: "{text}"'
            )
            if (line or "").strip().casefold() == "y":
                continue
            return
        plain.talk.say("Changed there.")
        plain.refresh()
        return
    plain.talk.say("It stays as it is.")


async def delete_own(plain: Plain, rest: str) -> None:
    """Delete words of the user's that have left; asks first."""
    entry = await _own(plain, "deleted")
    if entry is None:
        return
    asked = f'Delete "{shorten(entry.text, 60)}" there? It cannot be taken back.'
    line = await plain.talk.ask("y yes, Enter no", asked)
    if (line or "").strip().casefold() not in ("y", "yes"):
        plain.talk.say("Nothing was deleted.")
        return
    await plain.engine.answers.delete(entry.message_id)
    plain.talk.say("Deleted there.")
    plain.refresh()


async def _own(plain: Plain, what: str) -> Entry | None:
    """The user's own message meant, by number where there are several."""
    entries = plain.opened.entries if plain.opened else ()
    mine = [one for one in reversed(entries) if one.author.is_me and not one.deleted][:9]
    if not mine:
        plain.talk.say("There are no words of yours here.")
        return None
    if len(mine) == 1:
        return mine[0]
    plain.talk.show(
        [
            f'{number} {spelled_moment(one.created_at, plain.now)}: "{shorten(one.text, 80)}"'
            for number, one in enumerate(mine, 1)
        ]
    )
    line = await plain.talk.ask("A number chooses, Enter goes back", f"Which one is to be {what}?")
    if line is None or not line.strip().isdigit() or not 1 <= int(line) <= len(mine):
        plain.talk.say("It stays as it is.")
        return None
    return mine[int(line) - 1]
