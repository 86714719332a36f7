"""People in the line mode: who there is to talk with, one person's page, the same human or somebody else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from convo.adapters import label
from convo.cli import plain_acts
from convo.cli import plain_words as words
from convo.cli.plain_walk import Item
from convo.engine import telling, voice
from convo.engine.when import choices, parse_when
from convo.people import PersonPage
from convo.text import one_line, shorten
from convo.views import Health, Someone, View

if TYPE_CHECKING:
    from convo.cli.plain import Plain

LISTED = 20


async def people(plain: Plain, rest: str) -> None:
    """The people you talk with, by numbers; a number reads the conversation with that person."""
    page = plain.engine.people.page(words=rest, limit=LISTED)
    plain.close()
    plain.walk.look(View.ALL)
    found = [(one, plain.engine.inbox.row(one.thread_id)) for one in page.rows]
    plain.walk.items = [
        Item(f"t{one.thread_id}", one.thread_id, row) for one, row in found if row is not None
    ]
    if not plain.walk.items:
        plain.talk.say("Here will be the people you talk with.")
        return
    plain.talk.show(["People:"])
    for number, one in enumerate((one for one, row in found if row is not None), 1):
        said = f"Covered: {one.covered}." if one.covered else shorten(one.words, 90)
        turn = f"{one.turn.value}, {words.waits_for(one.since, plain.now)}"
        plain.talk.say(f"{number} {words.person(one.person)}: {turn}. {label(one.platform)}: {said}")


async def reach_out(plain: Plain, rest: str) -> None:
    """Whom of the circle you could answer again, by numbers; a number reads the last thing they wrote."""
    inbox = plain.engine.inbox
    last = [(one, inbox.entry(one.message_id)) for one in plain.engine.people.reach_out() if one.message_id]
    plain.close()
    plain.walk.look(View.ALL)
    told: list[str] = []
    plain.walk.items = []
    for one, entry in last:
        thread_id = inbox.thread_of(entry.message_id) if entry is not None else None
        row = inbox.row(thread_id) if thread_id is not None else None
        if row is None or entry is None:
            continue
        plain.walk.items.append(Item(f"t{row.thread_id}", row.thread_id, row))
        said = words.spelled(telling.reach_out(one, plain.now))
        told.append(f"{len(plain.walk.items)} {said} {shorten(voice.taste(entry, 200), 120)}")
    if not told:
        plain.talk.say(telling.NOBODY_TO_REACH)
        return
    plain.talk.show(["Whom you could answer again:"])
    plain.talk.say(*told)


async def about(plain: Plain, rest: str) -> None:
    """A person: names, whose turn it is, your note, and what stands between you."""
    found = plain.engine.inbox.find_people(rest) if rest else ()
    who = found[0] if found else None if rest else plain_acts.person(plain)
    page = plain.engine.people.person(who.person_id) if who is not None else None
    if page is None:
        plain.talk.say(f"Nobody called {one_line(rest)} has written to you." if rest else plain.NOBODY)
        return
    plain.talk.show([f"{words.person(page.person)}."])
    plain.talk.say(
        words.spelled(page.turn_words),
        *(f"{_named(one.person)}, {label(one.platform)}." for one in page.persons),
    )
    for one in page.suggestions:
        plain.talk.say(f"The same person? {_named(one.person)}, {label(one.platform)}. {one.evidence}")
    plain.talk.say(
        words.spelled(page.known_words), f"Your note: {one_line(page.note)}" if page.note else "No note yet."
    )
    plain.talk.say(*(f"Profile: {one_line(url)}" for url in page.profiles))
    for exchange in page.exchanges:
        said = f"Covered: {exchange.covered}." if exchange.covered else shorten(exchange.words, 90)
        when = words.spelled(voice.ago(exchange.last_at, plain.now))
        name = "You" if exchange.who.is_me else voice.name_of(exchange.who)
        title = shorten(exchange.title, 60)
        plain.talk.say(
            f"{label(exchange.row.platform)}, {title}, {when}, {exchange.state}. {name} wrote: {said}"
        )


def _named(who: Someone) -> str:
    return f"{who.shown} ({who.handle})" if who.name else who.handle


def _page(plain: Plain) -> PersonPage | None:
    who = plain_acts.person(plain)
    page = plain.engine.people.person(who.person_id) if who is not None else None
    if page is None:
        plain.talk.say(plain.NOBODY)
    return page


async def join(plain: Plain, rest: str) -> None:
    """Say that somebody else is the same human: one of those suggested, or by name."""
    page = _page(plain)
    if page is None:
        return
    joined = {one.person.person_id for one in page.persons}
    name = rest
    if not name:
        asked = f"Who is {voice.name_of(page.person)}, too?"
        line = await plain.talk.ask("A name or a handle, Enter nobody", asked)
        name = (line or "").strip()
    hints = [one.person for one in page.suggestions]
    found = list(plain.engine.inbox.find_people(name, limit=20)) if name else hints
    kept = [one for one in found if one.person_id not in joined and not one.is_me][:9]
    other = await _chosen(plain, kept, "joins them")
    if other is not None:
        plain_acts.said(plain, await plain.engine.acts.join(page.person.person_id, other.person_id))


async def separate(plain: Plain, rest: str) -> None:
    """Say that one of those who were joined is somebody else."""
    page = _page(plain)
    if page is None:
        return
    if len(page.persons) < 2:
        plain.talk.say(f"Nobody is joined with {voice.name_of(page.person)}.")
        return
    other = await _chosen(plain, [one.person for one in page.persons[:9]], "separates them")
    if other is not None:
        plain_acts.said(plain, await plain.engine.acts.separate(other.person_id))


async def _chosen(plain: Plain, people: list[Someone], does: str) -> Someone | None:
    if not people:
        plain.talk.say("Nobody is joined.")
        return None
    plain.talk.show([f"{number} {_named(one)}" for number, one in enumerate(people, 1)])
    line = await plain.talk.ask(f"A number {does}, Enter goes back")
    if line is None or not line.strip().isdigit() or not 1 <= int(line) <= len(people):
        plain.talk.say("It stays as it is.")
        return None
    return people[int(line) - 1]


async def rest_account(plain: Plain, rest: str) -> None:
    """Let an account rest till a time: nothing is asked of its platform before."""
    fit = (Health.FINE, Health.LOOKING, Health.STALE, Health.RESTING)
    names = [one.name for one in plain.engine.inbox.accounts() if one.health in fit]
    line = await plain.talk.ask(f"{words.numbered(names)}, Enter none", "Which account rests?")
    if line is None or not line.strip().isdigit() or not 1 <= int(line) <= len(names):
        plain.talk.say("No account rests.")
        return
    name, day_starts = names[int(line) - 1], plain.engine.config.inbox.day_starts
    listed = [one for one in choices(plain.now, day_starts, name) if one.until is not None]
    line = await plain.talk.ask(f"{words.numbered([words.snooze(one) for one in listed])}, or a time")
    chosen = (line or "").strip()
    try:
        by_number = chosen.isdigit() and 1 <= int(chosen) <= len(listed)
        until = listed[int(chosen) - 1].until if by_number else parse_when(chosen, plain.now, day_starts)
    except ValueError as error:
        plain.talk.say(str(error))
        return
    if until is None:
        plain.talk.say("An account rests until a time.")
        return
    await plain.engine.standing.rest(name, until)
    plain.talk.say(
        f"{name} rests until {words.spelled(voice.on(until, plain.now)).removeprefix('on ')}. , looks all the same."
    )
