"""People, the second way into everything: whose turn it is, one person's page, whom to reach, a week looked back on."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final

from convo.clock import Clock
from convo.engine import telling, voice
from convo.engine.voice import local
from convo.model import Visibility
from convo.people import Exchange, Identity, PeoplePage, PersonPage, PersonRow, Turn, Week
from convo.store import Store, company, exchanges, people, places, rows
from convo.store.connection import micros, moment
from convo.store.exchanges import Span
from convo.store.places import Evidence
from convo.views import Row, Someone

GONE_QUIET: Final = timedelta(days=30)
"""After so long without a word from either side it is nobody's turn any more."""
LONG_AGO: Final = timedelta(days=60)
"""After so long somebody of the circle may be reached out to."""
WEEK: Final = timedelta(days=7)
WENT_ON: Final = 2
"""A conversation went on when the word changed sides at least so often."""
_AT_ONCE: Final = 8
"""Years are unfolded from the newest on until about so many conversations are shown."""
_FOUND: Final = 50
"""Persons that are looked at when the list of people is searched."""
_WAITING_NAMED: Final = 20
_YEARS: Final = 100
_FAR: Final = 1 << 60
"""Later than any message, in microseconds."""


class People:
    """Synchronous reads of the store about people, for the screen and the command line."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def page(
        self, turn: Turn | None = None, *, words: str = "", before: str = "", limit: int = 200
    ) -> PeoplePage:
        """The people the user has talked with: your turn, their turn, gone quiet, or one of these lists.

        With `words` those whose name or handle holds them, all at once. Raises BadCursor.
        """
        db, quiet_before = self._store.reader, self._clock.now() - GONE_QUIET
        if words.strip():
            found = company.named(db, words, _FOUND, quiet_before)
            return PeoplePage(tuple(row for row in found if turn in (None, row.turn))[:limit])
        return company.page(db, [turn] if turn else list(Turn), before, max(limit, 1), quiet_before)

    def reach_out(self, limit: int = 20) -> tuple[PersonRow, ...]:
        """People of the circle who had the last word or whom the user talked with long ago, the longest ago first.

        `message_id` is the last thing each of them wrote: there is no other way to begin than to answer it.
        """
        found = company.silent(self._store.reader, self._clock.now() - LONG_AGO, limit)
        return tuple(found)

    def person(
        self, person_id: int, *, unfolded: Collection[int] = (), before: str = "", limit: int = 200
    ) -> PersonPage | None:
        """All there is between the user and the human behind a person; None where there is no such person.

        `unfolded` are years (of the user's calendar) whose conversations are wanted besides those of the newest;
        `before` goes on after the cursor of an earlier page. Raises BadCursor.
        """
        db, now = self._store.reader, self._clock.now()
        members = [number for number, _, _ in people.joined(db, person_id)]
        if not members:
            return None
        known = people.load(db, members)
        person = known[person_id]
        shown, folded = self._years(members, unfolded)
        talks, cursor = exchanges.talks(db, members, [_span(year, now) for year in shown], before, limit)
        turn = company.turn_of(db, members, now - GONE_QUIET)
        persons = self._persons(person_id, members, known)
        profiles = exchanges.identities(db, members)
        return PersonPage(
            person=person,
            persons=persons,
            suggestions=self._suggestions(members),
            note=people.note(db, person_id),
            turn=turn.turn if turn else None,
            since=turn.since if turn else None,
            turn_words=telling.whose_turn(turn, now),
            known_words=self._known_words(person, members),
            profiles=tuple(dict.fromkeys(url for number in members for url in profiles[number][1])),
            exchanges=self._exchanges(talks, known),
            cursor=cursor,
            folded=folded,
            folded_words=telling.years(folded),
        )

    def _years(self, members: Sequence[int], unfolded: Collection[int]) -> tuple[list[int], tuple[int, ...]]:
        """The years to show and those to fold, newest first: enough to see something, and what was asked for."""
        db, now = self._store.reader, self._clock.now()
        shown: list[int] = []
        folded: list[int] = []
        until, seen = _FAR, 0
        for _ in range(_YEARS):
            last = exchanges.last_before(db, members, until)
            if last is None:
                break
            year = local(moment(last), now)[0].year
            span = _span(year, now)
            if year in unfolded or (seen < _AT_ONCE and not folded):
                shown.append(year)
                seen += len(exchanges.talks(db, members, [span], "", _AT_ONCE)[0])
            else:
                folded.append(year)
            until = min(span[0], last)
        return shown, tuple(folded)

    def _persons(
        self, person_id: int, members: Sequence[int], known: dict[int, Someone]
    ) -> tuple[Identity, ...]:
        """The persons of the contact, the one asked for first, each with what speaks for its being the same human."""
        db = self._store.reader
        platforms = exchanges.identities(db, members)
        signs: dict[int, Evidence] = {}
        if len(members) > 1:
            for sign in places.evidence(db, members):
                if sign.other_id in known and (sign.person_id == person_id or sign.other_id not in signs):
                    signs[sign.other_id] = sign
        found = []
        for number in members:
            words = ""
            if number != person_id:
                own = signs.get(number)
                words = telling.joined_by_you(*((own.kind, own.place, own.verified) if own else ()))
            found.append(Identity(known[number], platforms[number][0], words))
        return tuple(found)

    def _suggestions(self, members: Sequence[int]) -> tuple[Identity, ...]:
        """Who else may be this human; nothing is ever joined without the user."""
        db = self._store.reader
        signs = exchanges.suggestions(db, members)
        numbers = [sign.other_id for sign in signs]
        known, platforms = people.load(db, numbers), exchanges.identities(db, numbers)
        return tuple(
            Identity(
                known[sign.other_id],
                platforms[sign.other_id][0],
                telling.evidence(sign.kind, sign.place, sign.verified),
            )
            for sign in signs
        )

    def _known_words(self, person: Someone, members: Sequence[int]) -> str:
        history = exchanges.history(self._store.reader, members)
        if history is None:
            return ""
        theirs, mine = (None if at is None else moment(at) for at in (history.theirs_at, history.mine_at))
        return telling.how_long(
            voice.name_of(person), moment(history.first_at), theirs, mine, self._clock.now()
        )

    def _exchanges(self, talks: Sequence[company.Talk], known: dict[int, Someone]) -> tuple[Exchange, ...]:
        db, now = self._store.reader, self._clock.now()
        threads = {row.thread_id: row for row in rows.fill(db, [talk.thread_id for talk in talks], now)}
        words = company.words_of(db, [talk.last_id for talk in talks])
        authors = exchanges.authors(db, [talk.last_id for talk in talks])
        speakers = people.load(db, authors.values())
        found = []
        for talk in talks:
            row = threads.get(talk.thread_id)
            if row is None or talk.last_id not in words:
                continue
            said, covered = words[talk.last_id]
            found.append(
                Exchange(
                    row=row,
                    title="only to you" if row.visibility is Visibility.DIRECT else row.title,
                    last_at=moment(talk.last_at),
                    who=speakers[authors[talk.last_id]],
                    words=said,
                    covered=covered,
                    state=telling.state_of(
                        row,
                        voice.name_of(known[talk.person_id]),
                        talk.waiting_since is not None,
                        bool(talk.quiet),
                        talk.last_is_me,
                        talk.mine_id is not None and talk.theirs_id is not None,
                        now,
                    ),
                )
            )
        return tuple(found)

    def week(self) -> Week:
        """Seven days looked back on, up to now: whom the user answered, who waits, what went on."""
        db, now = self._store.reader, self._clock.now()
        spoken = exchanges.spoken(db, (micros(now - WEEK), micros(now) + 1))
        known = people.load(db, {number for turns in spoken for number in turns.answered})
        answered = self._humans([number for turns in spoken for number in turns.answered], known)
        waiting = tuple(
            row for row in self.page(Turn.YOURS, limit=_WAITING_NAMED + 1).rows if not row.put_off
        )
        lively = [turns for turns in spoken if turns.changes >= WENT_ON]
        threads = {row.thread_id: row for row in rows.fill(db, [turns.thread_id for turns in lively], now)}
        went_on = tuple(
            (threads[turns.thread_id], tuple(self._humans(turns.answered, known)))
            for turns in lively
            if turns.thread_id in threads
        )
        return Week(
            since=now - WEEK,
            until=now,
            answered=tuple(answered),
            waiting=waiting[:_WAITING_NAMED],
            went_on=went_on,
            sentences=_sentences(answered, waiting, went_on, now),
        )

    def _humans(self, numbers: Sequence[int], known: dict[int, Someone]) -> list[Someone]:
        """Each human once, under the person that comes first."""
        found: dict[int, Someone] = {}
        for number in numbers:
            if number in known and not known[number].is_me:
                lead = min(member for member, _, _ in people.joined(self._store.reader, number))
                found.setdefault(lead, known[number])
        return list(found.values())


def _span(year: int, now: datetime) -> Span:
    """A year of the user's calendar, from its first moment to its last."""
    return _new_year(year, now), _new_year(year + 1, now)


def _new_year(year: int, now: datetime) -> int:
    """The first moment of a year by the user's clocks, which may go otherwise then than they do now."""
    start = now.replace(year=year, month=1, day=1, hour=0, minute=0, second=0, microsecond=0, fold=0)
    if str(now.tzinfo) == "UTC":
        start = start.replace(tzinfo=None).astimezone()
    return micros(start)


def _sentences(
    answered: Sequence[Someone],
    waiting: Sequence[PersonRow],
    went_on: Sequence[tuple[Row, Sequence[Someone]]],
    now: datetime,
) -> tuple[str, ...]:
    """The week in words: no sentence has a number about people."""
    found = [telling.answered(answered)] if answered else []
    among = [row.person for row in waiting]
    found += [telling.waits_since(row, among, now) for row in waiting[:_WAITING_NAMED]]
    if len(waiting) > _WAITING_NAMED:
        found.append("Others wait, too.")
    found += [telling.went_on(row, who) for row, who in went_on]
    return tuple(found) or (telling.QUIET_WEEK,)
