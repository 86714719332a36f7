"""Deeds that look: views, search, what is covered or folded, links, accounts, persons, help."""

from __future__ import annotations

import asyncio
import shlex
import subprocess
import webbrowser
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from convo.cli import plain_words as words
from convo.cli.plain_reading import Reader, lead, link_words
from convo.engine import voice
from convo.model import Link
from convo.text import clean, one_line, shorten
from convo.views import Entry, Failure, View

if TYPE_CHECKING:
    from convo.cli.plain import Plain
    from convo.cli.plain_walk import Item

LISTED = 20
"""Lines of a list that are read at once."""
BRANCH = 20
"""Folded messages that are read at once."""


async def view(plain: Plain, name: View) -> None:
    """Go to a view and list it by numbers."""
    plain.walk.look(name)
    list_from(plain, 0)


def list_from(plain: Plain, start: int) -> None:
    """Read a stretch of the list by numbers."""
    walk = plain.walk
    plain.close()
    if not walk.items:
        plain.talk.say(_nothing(plain))
        return
    last = walk.to(start + LISTED - 1)
    walk.index = start - 1
    shown = walk.items[start : start + LISTED]
    plain.talk.show([f"{_heading(plain)}:"] if start == 0 else [f"{_heading(plain)}, further:"])
    for number, item in enumerate(shown, start + 1):
        plain.talk.say(f"{number} {line_of(plain, item)}")
    more = last is not None and walk.to(start + LISTED) is not None
    walk.index = start - 1
    plain.listed_to = start + len(shown)
    if more:
        plain.talk.say(f"More follow; {plain.table.word('page_down')} lists them.")


def _heading(plain: Plain) -> str:
    walk = plain.walk
    if walk.words is not None:
        turned = "" if walk.found_newest_first else ", oldest first"
        return f'Found for "{one_line(walk.words)}"{turned}'
    name = walk.view.value.capitalize()
    if walk.narrowed:
        return f'{name}, with "{one_line(walk.narrowed)}"'
    return (
        f"{name}, {'newest' if walk.newest_first else 'longest'} first" if walk.view is View.WAITING else name
    )


def _nothing(plain: Plain) -> str:
    walk = plain.walk
    if walk.words is not None or walk.narrowed:
        return f'Nothing found for "{one_line(walk.words or walk.narrowed)}".'
    return voice.EMPTY[walk.view]


def line_of(plain: Plain, item: Item) -> str:
    """One line of a list."""
    if item.outbox is not None:
        row = plain.engine.inbox.outbox_row(item.outbox.outbox_id) or item.outbox
        return words.on_its_way(row, plain.now, plain.offline)
    if item.draft is not None:
        entry = plain.message(item.draft.uri)
        return words.draft_words(item.draft, entry.author if entry else None)
    assert item.row is not None
    if item.snippet:
        who = f"{item.row.who.shown}. " if item.row.who else ""
        place = words.place(item.row.platform, item.row.account)
        return f"{who}{place} {shorten(clean(item.snippet), 120)}"
    return words.in_list(item.row, plain.now)


async def page_down(plain: Plain, rest: str) -> None:
    """Read the next stretch of the list."""
    if plain.walk.to(plain.listed_to) is None:
        plain.talk.say("The list ends here.")
        return
    list_from(plain, plain.listed_to)


async def page_up(plain: Plain, rest: str) -> None:
    """Read the stretch before."""
    list_from(plain, max((plain.listed_to - 1) // LISTED * LISTED - LISTED, 0))


async def search(plain: Plain, rest: str) -> None:
    """Search, and list what is found by numbers."""
    line = rest or await plain.talk.ask("Words to search for")
    if line is None or not line.strip():
        return
    plain.walk.search(line.strip())
    found = plain.engine.inbox.find_people(line.strip())
    list_from(plain, 0)
    missing = plain.engine.inbox.not_searchable_before()
    if missing is not None:
        plain.talk.say(voice.not_found_yet(missing, plain.engine.clock.now()))
    if found:
        plain.talk.say("People: " + ", ".join(f"{who.shown} ({who.handle})" for who in found) + ".")


async def narrow(plain: Plain, rest: str) -> None:
    """Narrow this list to some words."""
    line = rest or await plain.talk.ask("Words to narrow this list to, Enter shows all of it")
    if line is None:
        return
    if plain.walk.words is None:
        plain.walk.look(plain.walk.view)
    if line.strip():
        plain.walk.narrow(line.strip(), [line_of(plain, item) for item in plain.walk.items])
    list_from(plain, 0)


async def order(plain: Plain, rest: str) -> None:
    """Longest first, newest first."""
    plain.walk.turn()
    list_from(plain, 0)


async def show_new(plain: Plain, rest: str) -> None:
    """Read what came in; where nothing did, look now."""
    since, plain.shown_to = plain.shown_to, plain.engine.inbox.highest_arrival()
    places = plain.walk.came_since(since) if plain.walk.home else []
    if not places:
        if plain.offline:
            plain.talk.say("Nothing came in, and no network is used.")
        else:
            plain.engine.look_now()
            plain.talk.say("convo looks at all accounts now.")
    elif len(places) == 1:
        plain.go(plain.walk.to(places[0]))
    else:
        plain.talk.show([f"{place + 1} {line_of(plain, plain.walk.items[place])}" for place in places])
        plain.close()


def spoken(plain: Plain) -> Entry | None:
    """The message that is spoken of: whose answer is awaited."""
    return plain.target or (lead(plain.opened.entries) if plain.opened else None)


async def uncover(plain: Plain, rest: str) -> None:
    """Read what is covered."""
    if plain.opened is None or plain.reading is None:
        plain.talk.say(plain.NOBODY)
        return
    covered = plain.reading.covered or tuple(
        one for one in plain.opened.entries if one.content_warning and not one.deleted
    )
    if not covered:
        plain.talk.say("Nothing is covered here.")
        return
    plain.uncovered |= {one.message_id for one in covered}
    reader = Reader(plain.opened, plain.now, plain.uncovered)
    plain.talk.show([line for one in covered for line in reader.message(one)])


async def branch(plain: Plain, rest: str) -> None:
    """Read who else wrote, some messages at a time."""
    if plain.opened is None or plain.reading is None:
        plain.talk.say(plain.NOBODY)
        return
    folded = plain.reading.folded
    start = plain.unfolded if plain.unfolded < len(folded) else 0
    if not folded:
        plain.talk.say("All of it was read.")
        return
    reader = Reader(plain.opened, plain.now, plain.uncovered)
    stretch = folded[start : start + BRANCH]
    plain.talk.show([line for one in stretch for line in reader.message(one, whom=True)])
    plain.unfolded = start + len(stretch)
    if plain.unfolded < len(folded):
        plain.talk.say(f"More follow; {plain.table.letter('branch')} reads on.")


async def read_again(plain: Plain, rest: str) -> None:
    """Read this conversation again."""
    item = plain.item or plain.walk.current
    if item is None:
        item = plain.walk.step(1)
    plain.go(item)


async def links(plain: Plain, rest: str) -> None:
    """Links and attachments of what was read, by number; each is told whole before it is opened."""
    if plain.opened is None or plain.reading is None:
        plain.talk.say(plain.NOBODY)
        return
    found: list[tuple[str, str]] = []
    for entry in reversed(plain.reading.shown):
        if entry.content_warning and entry.message_id not in plain.uncovered:
            continue
        found += [(link_words(one), one.url) for one in entry.links]
        found += [
            (f"{one.kind}, {one_line(one.alt) or 'no description'}", one.url) for one in entry.attachments
        ]
    found = [(said, url) for said, url in dict.fromkeys(found) if url]
    if not found:
        plain.talk.say("There is no link in what was read.")
        return
    plain.talk.show([f"{number} {said}" for number, (said, _) in enumerate(found, 1)])
    line = await plain.talk.ask("A number tells the whole address, Enter goes back")
    if line is not None and line.strip().isdigit() and 1 <= int(line) <= len(found):
        await _offer(plain, found[int(line) - 1][1])


async def browser(plain: Plain, rest: str) -> None:
    """The address of this message, and the browser where it is asked for."""
    await _offer(plain, address(plain))


def address(plain: Plain) -> str:
    """The web address of what was read."""
    entry = spoken(plain)
    return (entry.url if entry else "") or (plain.opened.row.url if plain.opened else "")


async def _offer(plain: Plain, url: str) -> None:
    if not url:
        plain.talk.say("This has no address on the web.")
        return
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        plain.talk.say(f"It is no web address and is not opened: {one_line(url)}")
        return
    plain.talk.show([one_line(url)])
    if not parts.hostname.isascii():
        plain.talk.say(f"Its host is {link_words(Link(f'https://{parts.hostname}'))}.")
    line = await plain.talk.ask("o opens it in the browser, Enter goes back")
    if (line or "").strip().casefold() == "o":
        opened = await asyncio.to_thread(webbrowser.open, url)
        plain.talk.say("The browser has it." if opened else "There is no browser here.")


async def copy(plain: Plain, rest: str) -> None:
    """Copy the words by the user's own command; without one there is no clipboard on a line."""
    entry = spoken(plain)
    row = plain.item.outbox if plain.item else None
    await _copy(plain, row.text if row else entry.text if entry else "", "The words are copied.")


async def copy_address(plain: Plain, rest: str) -> None:
    """Copy the address, or say it where nothing can copy."""
    url = address(plain)
    if url and not plain.engine.config.look.copy_command:
        plain.talk.show([one_line(url)])
    await _copy(plain, url, "The address is copied.")


async def _copy(plain: Plain, text: str, said: str) -> None:
    command = plain.engine.config.look.copy_command
    if not text:
        plain.talk.say("There is nothing to copy.")
    elif not command:
        plain.talk.say("Copying needs copy_command under [look] in the config.")
    else:
        try:
            await asyncio.to_thread(
                subprocess.run,
                shlex.split(command),
                input=text.encode(),
                check=True,
                timeout=5,
                capture_output=True,
            )
        except (OSError, ValueError, subprocess.SubprocessError) as error:
            raise Failure(f'copy_command "{command}" did not work: {error}.') from error
        plain.talk.say(said)


async def accounts(plain: Plain, rest: str) -> None:
    """How every account is."""
    statuses = plain.engine.inbox.accounts()
    plain.talk.show([])
    for status in statuses:
        plain.talk.say(words.account(status, plain.now))
    if not statuses:
        plain.talk.say(*words.accounts(statuses, plain.now))


async def help_page(plain: Plain, rest: str) -> None:
    """Every command by letter and word, from the table, or those with some words."""
    if not rest:
        plain.talk.show([])
        plain.talk.say(
            "A letter or a word, then Enter. A number reads that line of the last list; Enter alone reads the next."
        )
    lines = plain.table.lines(rest)
    plain.talk.show(lines or [plain.table.unknown(rest)])
    if not rest:
        plain.talk.say("There is no key to post. convo answers people.")


async def no_post(plain: Plain, rest: str) -> None:
    """What convo does not do."""
    letter = plain.table.letter("answer") or "answer"
    plain.talk.say(f"convo answers people; it does not post. {letter} answers this message.")
