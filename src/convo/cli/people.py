"""Commands about persons: people, person, week, circle, note, mute-person, join, separate."""

from __future__ import annotations

from convo.adapters import label
from convo.cli.input import given_text
from convo.cli.output import say, say_json, someone_json, table
from convo.cli.people_json import page_json, person_row_json, week_json
from convo.cli.run import DONE, Session, UsageError
from convo.engine import telling, voice
from convo.people import Exchange, PersonPage, PersonRow, Turn
from convo.views import Act, Someone, public_id

TURNS = {"yours": Turn.YOURS, "theirs": Turn.THEIRS, "quiet": Turn.QUIET}


def who(session: Session, word: str | None = None) -> Someone:
    """The person of the command line: an exact handle, or the only one that fits. Raises UsageError."""
    word = session.options.who if word is None else word
    found = session.engine.inbox.find_people(word, limit=20)
    exact = [person for person in found if person.handle.lstrip("@").lower() == word.lstrip("@").lower()]
    if len(exact) == 1:
        return exact[0]
    if len(found) == 1:
        return found[0]
    if not found:
        raise UsageError(f"Nobody called {word} has written to you.")
    handles = ", ".join(person.handle for person in (exact or found)[:5])
    raise UsageError(f"{word} may be several people: {handles}. Name one by the whole handle.")


def _told(session: Session, person: Someone, act: Act) -> int:
    if session.options.json:
        say_json({"words": act.words, "person": someone_json(person)})
    else:
        say(act.words)
    return DONE


async def circle(session: Session) -> int:
    """`convo circle WHO`: into the circle, or out of it."""
    person = who(session)
    return _told(session, person, await session.engine.acts.circle(person.person_id))


async def mute_person(session: Session) -> int:
    """`convo mute-person WHO`."""
    person = who(session)
    return _told(session, person, await session.engine.acts.mute_person(person.person_id))


async def note(session: Session) -> int:
    """`convo note WHO`: shows the note; with -m writes it."""
    person = who(session)
    if session.options.text is None:
        words = session.engine.inbox.note(person.person_id)
        if session.options.json:
            say_json({"note": words, "person": someone_json(person)})
        else:
            say(words or f"No note about {person.shown} yet.")
        return DONE
    text = given_text(session.options.text)
    return _told(session, person, await session.engine.acts.note(person.person_id, text))


async def join(session: Session) -> int:
    """`convo join WHO WHO`: the two are one human from now on; `--never`: they are not, and it is not asked again."""
    person, other = who(session, session.options.one), who(session, session.options.other)
    acts = session.engine.acts
    act = acts.apart if session.options.never else acts.join
    return _told(session, person, await act(person.person_id, other.person_id))


async def separate(session: Session) -> int:
    """`convo separate WHO WHO`: the first is somebody else than the second."""
    person, other = who(session, session.options.one), who(session, session.options.other)
    page = session.engine.people.person(person.person_id, limit=1)
    joined = {identity.person.person_id for identity in page.persons} if page else set()
    if person.person_id == other.person_id or other.person_id not in joined:
        raise UsageError(f"{person.handle} and {other.handle} are not joined.")
    return _told(session, person, await session.engine.acts.separate(person.person_id))


async def people(session: Session) -> int:
    """`convo people`: whom you have talked with, by whose turn it is; `--reach-out`: whom you could answer again."""
    options = session.options
    if options.limit < 1:
        raise UsageError("--limit takes a number from 1 on.")
    if options.reach_out:
        return _say_reach_out(session, session.engine.people.reach_out(options.limit))
    turn = TURNS[options.turn] if options.turn else None
    page = session.engine.people.page(
        turn, words=" ".join(options.words), before=options.before, limit=options.limit
    )
    if options.json:
        say_json([person_row_json(row) for row in page.rows])
        return DONE
    for head in Turn:
        rows = [row for row in page.rows if row.turn is head]
        if rows:
            say(head.value)
            table(_line(session, row) for row in rows)
    if not page.rows:
        say(_nobody(options.words, turn))
    if page.cursor:
        say(f"More:  convo people{f' --turn {options.turn}' if turn else ''} --before {page.cursor}")
    return DONE


def _nobody(words: list[str], turn: Turn | None) -> str:
    if words:
        return f'Nobody found for "{" ".join(words)}".'
    return telling.EMPTY_PEOPLE[turn] if turn else telling.NOBODY_YET


def _line(session: Session, row: PersonRow) -> tuple[str, ...]:
    now = session.engine.clock.now()
    words = f"[{row.covered}] covered" if row.covered else row.words
    return (
        f"  {'* ' if row.person.circle else ''}{row.person.shown}",
        row.person.handle,
        f"{label(row.platform)} {row.account}",
        voice.age_long(row.since, now) if row.turn is Turn.YOURS else telling.day_short(row.since, now),
        f"{'You: ' if row.last_is_me else ''}{words}",
    )


def _say_reach_out(session: Session, rows: tuple[PersonRow, ...]) -> int:
    """Whom of the circle one could answer again, with the last thing each of them wrote."""
    inbox, now = session.engine.inbox, session.engine.clock.now()
    last = [(row, inbox.entry(row.message_id)) for row in rows if row.message_id is not None]
    if session.options.json:
        say_json(
            [
                {
                    **person_row_json(row),
                    "said": entry.text if entry else "",
                    "why": telling.reach_out(row, now),
                }
                for row, entry in last
            ]
        )
        return DONE
    for row, entry in last:
        say(telling.reach_out(row, now))
        if entry is not None:
            said = voice.moment(entry.created_at, now)
            say(f'  {public_id("m", entry.message_id)}  {said}: "{voice.taste(entry, 200)}"')
    if last:
        say("Answer one:  convo reply MESSAGE")
    else:
        say(telling.NOBODY_TO_REACH)
    return DONE


async def person(session: Session) -> int:
    """`convo person WHO`: everything between you and one human."""
    years = tuple(session.options.year)
    page = session.engine.people.person(
        who(session).person_id, unfolded=years, before=session.options.before, limit=session.options.limit
    )
    if page is None:
        raise UsageError(f"{session.options.who} is not in the store.")
    if session.options.json:
        say_json(page_json(page))
    else:
        _say_person(session, page)
    return DONE


def _say_person(session: Session, page: PersonPage) -> None:
    say(f"{page.person.shown}{', in your circle' if page.person.circle else ''}")
    for words in (page.turn_words, page.known_words):
        if words:
            say(words)
    for identity in page.persons:
        evidence = f", {identity.evidence}" if identity.evidence else ""
        say(f"{identity.person.handle} {label(identity.platform)}{evidence}")
    for identity in page.suggestions:
        handle = identity.person.handle
        say(f"{handle} {label(identity.platform)}, the same person? {identity.evidence}")
        say(f"  yes:  convo join {page.person.handle} {handle}")
        say(f"  no:   convo join --never {page.person.handle} {handle}")
    if page.note:
        say(f"your note: {page.note}")
    for url in page.profiles:
        say(url)
    for exchange in page.exchanges:
        say()
        _say_exchange(session, exchange)
    if page.cursor:
        say(f"More:  convo person {page.person.handle} --before {page.cursor}")
    if page.folded:
        say(f"+ {page.folded_words}; --year {page.folded[0]} shows that year.")


def _say_exchange(session: Session, exchange: Exchange) -> None:
    row = exchange.row
    when = telling.day_short(exchange.last_at, session.engine.clock.now())
    place = f"{label(row.platform)} {row.account}".rstrip()
    say(f"{public_id('t', row.thread_id)}  {place}, {exchange.title}, {when}, {exchange.state}")
    who_said = "You" if exchange.who.is_me else voice.name_of(exchange.who)
    words = f"[{exchange.covered}] covered" if exchange.covered else exchange.words
    say(f"  {who_said}: {words}")


async def week(session: Session) -> int:
    """`convo week`: a look back in names and sentences."""
    found = session.engine.people.week()
    if session.options.json:
        say_json(week_json(found))
    else:
        for sentence in found.sentences:
            say(sentence)
    return DONE
