"""What can be changed about an answer before it leaves: its words, its people, who may read it, its cover."""

from __future__ import annotations

import mimetypes
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from convo.adapters import label
from convo.adapters.contract import Verb
from convo.cli.plain_draft import Reply, able
from convo.cli.plain_reading import Reader
from convo.engine import voice
from convo.model import Visibility

Option = Callable[[Reply], Awaitable[None]]


async def change(reply: Reply) -> None:
    """Change one line, add some, or write all anew."""
    talk, lines = reply.talk, reply.draft.text.split("\n")
    talk.show([f"{number} {line}" for number, line in enumerate(lines, 1)])
    line = await talk.ask("A number changes that line, a adds lines, n writes all anew, Enter leaves them")
    chosen = (line or "").strip().casefold()
    if chosen in ("a", "add"):
        talk.say("Write on; a line with only a dot ends.")
        await reply.add()
    elif chosen in ("n", "new", "anew"):
        await reply.anew()
    elif chosen.isdigit() and 1 <= int(chosen) <= len(lines):
        new = await talk.ask(f"Line {int(chosen)} anew, - takes it away, Enter leaves it")
        if new is not None and new.strip():
            place = int(chosen) - 1
            lines[place : place + 1] = [] if new.strip() == "-" else [new]
            await reply.keep("\n".join(lines))
    elif chosen:
        talk.say("The words are as they were.")


async def people(reply: Reply) -> None:
    """Leave people out or take them back by number; the author always stays."""
    talk, author = reply.talk, reply.terms.message.author.uid
    others = [one for one in reply.terms.audience if one.uid != author]
    if not others:
        talk.say(f"It goes to {voice.name_of(reply.terms.message.author)} only.")
        return
    while True:
        talk.show(
            [f"To {voice.name_of(reply.terms.message.author)}, always."]
            + [
                f"{number} {reply.name(one)}{', left out' if one.uid in reply.draft.dropped else ''}."
                for number, one in enumerate(others, 1)
            ]
        )
        line = await talk.ask("A number leaves out or takes back, Enter goes on")
        if line is None or not line.strip():
            return
        if not line.strip().isdigit() or not 1 <= int(line) <= len(others):
            talk.say("There is nobody with that number.")
            continue
        uid = others[int(line) - 1].uid
        dropped = [one for one in reply.draft.dropped if one != uid]
        if len(dropped) == len(reply.draft.dropped):
            dropped.append(uid)
        await reply.change_terms(dropped=tuple(dropped))


async def readers(reply: Reply) -> None:
    """Who may read it, and the language, by number."""
    talk, terms = reply.talk, reply.terms
    name = voice.name_of(terms.message.author)
    choices: list[tuple[str, Visibility | None]] = []
    if able(terms, Verb.VISIBILITY):
        choices = [(voice.readers(one, (name,)), one) for one in Visibility]
    if able(terms, Verb.LANGUAGE):
        choices.append((f"the language, now {reply.draft.language or 'not said'}", None))
    now = voice.readers(reply.visibility, (name,))
    if not choices:
        talk.say(f"On {label(terms.platform)} this cannot be changed: {now} may read it.")
        return
    talk.show([f"{number} {words}." for number, (words, _) in enumerate(choices, 1)])
    line = await talk.ask("A number chooses, Enter leaves it", f"Now: {now}.")
    if line is None or not line.strip():
        return
    if not line.strip().isdigit() or not 1 <= int(line) <= len(choices):
        talk.say(f"It stays: {now}.")
        return
    chosen = choices[int(line) - 1][1]
    if chosen is not None:
        await reply.change_terms(visibility=chosen)
        talk.say(f"Now: {choices[int(line) - 1][0]}.")
        return
    language = await talk.ask("The language, such as en or sv, Enter leaves it")
    if language is not None and language.strip():
        await reply.change_terms(language=language.strip()[:12])


async def warning(reply: Reply) -> None:
    """A cover over the answer."""
    if not able(reply.terms, Verb.CONTENT_WARNING):
        reply.talk.say(f"On {label(reply.terms.platform)} nothing can be covered.")
        return
    now = f"Covered: {reply.warning}." if reply.warning else "Nothing covers it."
    line = await reply.talk.ask("The words of the cover, - takes it away, Enter leaves it", now)
    if line is not None and line.strip():
        await reply.change_terms(content_warning="" if line.strip() == "-" else line.strip())


async def from_account(reply: Reply) -> None:
    """From another account that the message spoke to."""
    names = reply.terms.accounts
    if len(names) < 2:
        reply.talk.say("The message spoke to this account only.")
        return
    reply.talk.show([f"{number} {name}." for number, name in enumerate(names, 1)])
    line = await reply.talk.ask("A number chooses, Enter leaves it", f"Now from {reply.draft.account}.")
    if line is not None and line.strip().isdigit() and 1 <= int(line) <= len(names):
        await reply.from_account(names[int(line) - 1])


async def attach(reply: Reply) -> None:
    """Attach a picture with its description; where some are attached, leave one out."""
    talk, now = reply.talk, reply.draft.attachments
    if not able(reply.terms, Verb.ATTACH):
        no = f"On {label(reply.terms.platform)} nothing can be attached from here."
        talk.say(reply.terms.can.refusals.get(Verb.ATTACH, no))
        return
    if now:
        talk.show(
            [
                f"{number} {Path(path).name}: {alt or 'no description'}"
                for number, (path, alt) in enumerate(now, 1)
            ]
        )
    out = ", a number leaves one out" if now else ""
    line = await talk.ask(f"The path of a picture{out}, Enter goes back")
    if line is None or not line.strip():
        return
    if line.strip().isdigit() and 1 <= int(line) <= len(now):
        kept = tuple(pair for place, pair in enumerate(now, 1) if place != int(line))
        await reply.change_terms(attachments=kept)
        return
    path = Path(line.strip().strip("'\"").removeprefix("file://").replace("\\ ", " ")).expanduser()
    kind = mimetypes.guess_type(path.name)[0] or ""
    if not path.is_file() or not kind.startswith("image/"):
        talk.say(
            f"{path.name} is no picture; only pictures can be attached."
            if path.is_file()
            else f"There is no file {path}."
        )
        return
    alt = await talk.ask("What does it show, for those who do not see it")
    if alt is not None:
        await reply.change_terms(attachments=(*now, (str(path.resolve()), alt.strip())))
        talk.say(f"{path.name} goes with it.")


async def whole_thread(reply: Reply) -> None:
    """Read the whole conversation."""
    opened = reply.plain.opened
    if opened is not None:
        reader = Reader(opened, reply.plain.now)
        reply.talk.show([line for entry in opened.entries for line in reader.message(entry, whom=True)])


OPTIONS: Mapping[str, Option] = {
    "send": Reply.send,
    "change": change,
    "people": people,
    "drop_person": people,
    "readers": readers,
    "warning": warning,
    "from_account": from_account,
    "attach": attach,
    "whole_thread": whole_thread,
    "editor": Reply.editor,
    "keep": Reply.rest,
    "discard": Reply.discard,
}
"""What a command of the reply box does here."""
