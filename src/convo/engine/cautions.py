"""What is said before an answer leaves: what moved meanwhile, who could read it, and what the platform would refuse."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator

from convo.adapters import label
from convo.engine import voice
from convo.engine.terms import Terms
from convo.model import Measure, Visibility
from convo.store import conversation, outbox, people
from convo.views import Caution, CautionKind, Draft, Entry

_LINKS = re.compile(r"(?:\s*@[\w.@-]+[,:]?)*(?:\s*<?https?://[^\s>]+>?[.,]?)+\s*", re.IGNORECASE)
_NAMES = re.compile(r"(?:\s*@[\w.@-]+[,:]?)+\s")

SHORT = 16
"""Words shorter than this ("Thank you, Ana.") may well be said to several people."""


def of(
    db: sqlite3.Connection, draft: Draft, about: Terms, measure: Measure, *, changed: bool
) -> tuple[Caution, ...]:
    """All cautions about a draft, the gravest first."""
    found: list[Caution] = []
    room = measure.room
    if room is not None and room < 0:
        found.append(Caution(CautionKind.TOO_LONG, voice.too_long(label(about.platform), -room), blocks=True))
    if about.refusal:
        kind = CautionKind.GONE if about.message.deleted else CautionKind.REFUSED
        found.append(Caution(kind, about.refusal, blocks=True))
    found += _meanwhile(db, draft, about.message, changed)
    wanted = draft.visibility or about.visibility
    if wanted.strictness < about.visibility.strictness:
        words = _wider(wanted, about)
        keys = words[words.index("Enter ") :]
        found.append(Caution(CautionKind.WIDER, words, needs_yes=True, keys=keys))
    if draft.text.strip() and not draft.attachments and _LINKS.fullmatch(draft.text):
        name = voice.name_of(about.message.author)
        words = f"This is only a link. A word to {name} with it? {voice.SENDS}"
        found.append(Caution(CautionKind.ONLY_A_LINK, words, keys=voice.SENDS))
    found += _said_before(db, draft)
    return tuple(found)


def _wider(wanted: Visibility, about: Terms) -> str:
    theirs = about.message.visibility
    if wanted.strictness < theirs.strictness:
        return voice.wider(wanted, voice.name_of(about.message.author), theirs)
    return voice.wider_than_own(wanted, about.visibility)


def _meanwhile(db: sqlite3.Connection, draft: Draft, message: Entry, changed: bool) -> Iterator[Caution]:
    """What happened in the conversation since the box was opened."""
    author = voice.name_of(message.author)
    if changed and not message.deleted:
        words = f"{author} changed this message while you were writing. {voice.SHOWS}"
        yield Caution(CautionKind.CHANGED, words, taste=voice.taste(message), keys=voice.SHOWS)
    thread_id = conversation.thread_of(db, message.message_id)
    if not draft.seen_arrival or thread_id is None:
        return
    came = [
        entry for entry in conversation.since(db, thread_id, draft.seen_arrival) if entry.uri != message.uri
    ]
    mine = [entry for entry in came if entry.author.is_me and entry.parent_uri == message.uri]
    if mine:
        words = f"You have answered {author} meanwhile. {voice.SHOWS}"
        yield Caution(CautionKind.MOVED, words, taste=voice.taste(mine[-1]), keys=voice.SHOWS)
    others = [entry for entry in came if not entry.author.is_me]
    if others:
        words = f"{_wrote(db, others)} {voice.SHOWS}"
        yield Caution(CautionKind.MOVED, words, taste=voice.taste(others[0]), keys=voice.SHOWS)


def _wrote(db: sqlite3.Connection, others: list[Entry]) -> str:
    writers = list({entry.author.person_id: entry.author for entry in others}.values())
    to = {entry.parent_uri: conversation.author_of(db, entry.parent_uri) for entry in others}
    answered = {(person.person_id, person.is_me) for person in to.values() if person}
    if len(writers) > 1 or len(answered) != 1:
        return voice.wrote_meanwhile(voice.names(writers))
    person = next(person for person in to.values() if person)
    if person.person_id == writers[0].person_id:
        return voice.wrote_meanwhile(voice.name_of(writers[0]))
    shown = "you" if person.is_me else voice.name_of(person, writers)
    return voice.wrote_meanwhile(voice.name_of(writers[0], [person]), shown)


def _plain(text: str) -> str:
    """Words without names in front, case and spaces: what makes two texts the same."""
    return " ".join(_NAMES.sub(" ", f" {text} ", count=1).casefold().split())


def _said_before(db: sqlite3.Connection, draft: Draft) -> Iterator[Caution]:
    """The same words were sent before: people notice."""
    wanted = _plain(draft.text)
    if len(wanted) < SHORT:
        return
    for text, person_id in outbox.said_before(db):
        if _plain(text) == wanted:
            person = people.load(db, [person_id]).get(person_id)
            to = f", to {voice.name_of(person)}" if person and not person.is_me else ""
            words = f"You have sent these words before{to}. {voice.SENDS}"
            yield Caution(CautionKind.SAID_BEFORE, words, keys=voice.SENDS)
            return
