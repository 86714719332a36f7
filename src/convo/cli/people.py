"""Commands about persons: circle, note, mute-person."""

from __future__ import annotations

from convo.cli.input import given_text
from convo.cli.output import say, say_json, someone_json
from convo.cli.run import DONE, Session, UsageError
from convo.views import Act, Someone


def who(session: Session) -> Someone:
    """The person of the command line: an exact handle, or the only one that fits. Raises UsageError."""
    word = session.options.who
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
