"""Who waits for the user: pure functions from facts to the state of a thread (DESIGN.md section 2)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

from convo.model import Message, Reason, Visibility
from convo.values import frozen
from convo.views import State

_FIRST_CLOCK = 788_918_400_000_000
"""1995 in microseconds: a message stated to be older comes from a broken clock, no platform is that old."""

_CLAIMS = (Reason.COMMENT, Reason.OPENED, Reason.REVIEW)


@dataclass(slots=True)
class Fact:
    """What the rules look at in one message. Persons are the store's numbers; times are microseconds, UTC.

    `since` is the stated time within what can be believed: never later than the moment it first arrived.
    Never changed once made; not frozen, as one is made of every message of a thread whenever the thread is judged,
    and a frozen one takes three times as long.
    """

    uri: str
    parent: str
    author: int
    is_me: bool
    created_at: int
    since: int
    arrival: int
    addressed: Reason | None
    names: Collection[int] = ()
    """Persons it names or quotes, the user left out."""
    flat: bool = False
    branch: str = ""
    held: bool = False
    deleted: bool = False
    resolved: bool = False
    """Its branch, review request or issue was resolved, withdrawn or closed: it waits no more."""
    quiet: str = ""
    done_at: int | None = None
    history: bool = False
    hidden: bool = False
    """Its author was blocked or muted, on the platform or here."""
    thanks: bool = False
    """A few thanking words and nothing else (convo.thanks), whatever it answers."""
    review: bool = False
    """A message of the user that is a review (claim REVIEW): only that answers a review request."""
    done_arrival: int | None = None
    """The highest arrival number seen when it was marked done; None where that was not recorded."""
    addressed_at: int = 0
    """When an edit first made it speak to the user, 0 when it did from the start: earlier words are no answer."""


@frozen
class Snooze:
    """A thread put off: `until` a time (None: until they reply), with the highest arrival number then seen."""

    at: int
    until: int | None
    arrival: int
    reminder: bool = False


@frozen
class Verdict:
    """What follows from the facts. `state` holds until `wakes_at`, `woken_state` from then on."""

    state: State
    woken_state: State | None = None
    wakes_at: int | None = None
    waiting: tuple[str, ...] = ()
    """URIs of the messages that wait (snooze and mute aside), longest first."""
    waiting_since: int | None = None
    waiting_for: tuple[int, ...] = ()
    """Authors of those, longest first, each once."""
    finished: bool = False
    reminder: bool = False
    reopened: bool = False
    lead: str = ""
    """The message whose words stand for the thread."""
    quiet: str = ""
    state_since: int | None = None
    held: bool = False
    """Something that waits is held for the user's approval."""


@frozen
class Parent:
    """What is known of a message's parent when it is judged whether the message speaks to the user."""

    author_is_me: bool
    named: Collection[str]
    """uids its mentions name."""
    asks: bool = False
    """It asks something: an answer of a thumb is no mere thanks."""


class Unjudged(Enum):
    """The type of UNJUDGED, so that `is UNJUDGED` narrows."""

    UNJUDGED = "unjudged"


UNJUDGED: Final = Unjudged.UNJUDGED
"""`addressed` cannot tell before the parent is loaded."""


def addressed(message: Message, parent: Parent | None, mine: Collection[str]) -> Reason | Unjudged | None:
    """Why a message speaks to the user, None when it does not, UNJUDGED when its parent must be loaded first.

    `mine` are the uids of every configured account; `parent` is None when there is none or it is not known.
    """
    if message.author.uid in mine or message.deleted:
        return None
    if message.claim in _CLAIMS:
        return message.claim
    if message.visibility is Visibility.DIRECT:
        return Reason.DIRECT
    if parent is not None and parent.author_is_me:
        return Reason.REPLY
    if any(quote.uid in mine for quote in message.quotes):
        return Reason.QUOTE
    named = [mention for mention in message.mentions if mention.uid in mine]
    if any(not mention.leading for mention in named):
        return Reason.MENTION
    if parent is None:
        if message.parent_uri or message.parent_id:
            return UNJUDGED
        return Reason.MENTION if named else None
    if any(mention.uid not in parent.named for mention in named):
        return Reason.MENTION
    return None


def judge(facts: Sequence[Fact], muted: int | None, snooze: Snooze | None) -> Verdict:
    """The state of a thread from all its stored messages; `muted` is when it was muted, None when it is not.

    The order of `facts` does not matter. Linear in their number but for sorting.
    """
    own: list[Fact] = []
    asks: list[Fact] = []
    marks: list[Fact] = []
    for fact in facts:
        if fact.done_at is not None:
            marks.append(fact)
        if fact.is_me:
            if not fact.deleted:
                own.append(fact)
        elif (fact.addressed is not None or fact.held) and not (fact.deleted or fact.hidden or fact.history):
            asks.append(fact)
    if marks or asks:
        verdict = _judge_open(facts, own, asks, marks)
    else:
        verdict = Verdict(_settled(facts, own), lead=_lead(facts))
    if snooze is not None:
        verdict = _put_off(verdict, snooze, own, asks, marks)
    if muted is not None:
        verdict = replace(verdict, state=State.MUTED, woken_state=None, wakes_at=None, state_since=muted)
    return verdict


def _judge_open(
    facts: Sequence[Fact], own: Sequence[Fact], asks: Sequence[Fact], marks: Sequence[Fact]
) -> Verdict:
    """The state of a thread with something said to the user or marked done, snooze and mute aside."""
    order = _Order(facts) if own else None
    answers = _Answers(facts, own, order) if order is not None else None
    waiting: list[Fact] = []
    quiet: list[Fact] = []
    for ask in asks:
        if ask.resolved or _marked_done(ask) or (answers is not None and answers.reach(ask)):
            continue
        if ask.quiet and not ask.held:
            quiet.append(ask)
        else:
            waiting.append(ask)
    if waiting:
        return _waiting(waiting, own, order, marks)
    if quiet:
        first = min(quiet, key=_longest)
        return Verdict(State.QUIET, lead=first.uri, quiet=first.quiet)
    closed = [
        mark.done_at
        for mark in marks
        if mark.done_at is not None and not (answers is not None and answers.supersede(mark))
    ]
    if closed:
        return Verdict(State.DONE, lead=_lead(facts), state_since=max(closed))
    return Verdict(_settled(facts, own), lead=_lead(facts))


def _settled(facts: Sequence[Fact], own: Sequence[Fact]) -> State:
    """The state where nothing is open: answered when the user wrote in a conversation with somebody.

    Where only the user speaks, nobody was answered: a post that nobody replied to is history.
    """
    return State.ANSWERED if own and not all(fact.is_me for fact in facts) else State.HISTORY


def _waiting(
    waiting: list[Fact], own: Sequence[Fact], order: _Order | None, marks: Sequence[Fact]
) -> Verdict:
    """The verdict over a thread in which these messages wait."""
    waiting.sort(key=_longest)
    first = waiting[0]
    return Verdict(
        State.WAITING,
        waiting=tuple([fact.uri for fact in waiting]),
        waiting_since=first.since,
        waiting_for=tuple(dict.fromkeys([fact.author for fact in waiting])),
        finished=_sounds_finished(waiting, own, order),
        reopened=bool(marks) and _reopened(waiting, marks),
        lead=first.uri,
        held=any(fact.held for fact in waiting),
    )


def _put_off(
    verdict: Verdict, snooze: Snooze, own: Sequence[Fact], asks: Sequence[Fact], marks: Sequence[Fact]
) -> Verdict:
    """The verdict over a thread that is snoozed, has woken, or was woken by somebody's words."""
    late = {ask.uri for ask in asks if ask.arrival > snooze.arrival and (ask.held or not ask.quiet)}
    if late:
        return verdict if late.isdisjoint(verdict.waiting) else replace(verdict, reopened=True)
    if snooze.until is None:
        return replace(verdict, state=State.SNOOZED, state_since=snooze.at)
    if snooze.reminder and not verdict.waiting:
        if any(_spoken_at(fact) > snooze.at for fact in own):
            snooze = replace(snooze, reminder=False)
        elif any(mark.done_at is not None and mark.done_at > snooze.at for mark in marks):
            return verdict
        else:
            verdict = replace(
                verdict, state=State.WAITING, waiting_since=snooze.until, reminder=True, quiet=""
            )
    return replace(
        verdict,
        state=State.SNOOZED,
        woken_state=verdict.state,
        wakes_at=snooze.until,
        state_since=snooze.at,
    )


class _Order:
    """The order of a thread in time: by stated time, then arrival, and never an answer before its parent."""

    def __init__(self, facts: Iterable[Fact]) -> None:
        self.by_uri = {fact.uri: fact for fact in facts}
        self._places: dict[str, int] = {}

    def place(self, fact: Fact) -> int:
        """Where a message stands; the greater number is the later one."""
        places = self._places
        known = places.get(fact.uri)
        if known is not None:
            return known
        path = []
        above: Fact | None = fact
        while above is not None and above.uri not in places:
            places[above.uri] = (_spoken_at(above) << 60) + (above.arrival << 20)
            path.append(above.uri)
            above = self.by_uri.get(above.parent)
        floor = places[above.uri] if above is not None else 0
        for uri in reversed(path):
            floor = max(places[uri], floor + 1)
            places[uri] = floor
        return floor


class _Answers:
    """What the user's own messages in a thread answer. Each table holds the place of the latest that does."""

    def __init__(self, facts: Iterable[Fact], own: Iterable[Fact], order: _Order) -> None:
        self._order = order
        self._above: dict[str, int] = {}
        self._to_person: dict[int, int] = {}
        self._to_person_in: dict[tuple[str, int], int] = {}
        self._to_all_in: dict[str, int] = {}
        self._reviewed = -1
        me = {fact.author for fact in facts if fact.is_me}
        two_people = len({fact.author for fact in facts if not fact.is_me}) == 1
        latest_first = sorted([(order.place(fact), fact) for fact in own], key=_place_first, reverse=True)
        self._latest = latest_first[0][0]
        for place, fact in latest_first:
            self._speak(place, fact, me, two_people)

    def _speak(self, place: int, fact: Fact, me: Collection[int], two_people: bool) -> None:
        """Note what one own message answers; called for the latest first."""
        by_uri, above = self._order.by_uri, self._above
        parent = answered = by_uri.get(fact.parent)
        while answered is not None and answered.uri not in above:
            above[answered.uri] = place
            answered = by_uri.get(answered.parent)
        branch = fact.branch
        named = [person for person in fact.names if person not in me] if fact.names else ()
        for person in named:
            if branch:
                self._to_person_in.setdefault((branch, person), place)
            else:
                self._to_person.setdefault(person, place)
        if parent is not None:
            self._to_person_in.setdefault((branch, parent.author), place)
        if not named and (fact.flat or two_people):
            self._to_all_in.setdefault(branch, place)
        if fact.review and self._reviewed < 0:
            self._reviewed = place

    def reach(self, ask: Fact) -> bool:
        """Whether something said to the user was answered."""
        place = self._order.place(ask)
        if ask.addressed_at:
            place = max(place, (ask.addressed_at << 60) + (ask.arrival << 20))
        if ask.addressed is Reason.REVIEW:
            return self._reviewed > place
        if self._above.get(ask.uri, -1) > place:
            return True
        if ask.held:  # Words to its author elsewhere decide nothing about a comment that asks for approval.
            return False
        return (
            self._to_person.get(ask.author, -1) > place
            or self._to_person_in.get((ask.branch, ask.author), -1) > place
            or self._to_all_in.get(ask.branch, -1) > place
        )

    def supersede(self, mark: Fact) -> bool:
        """Whether the user wrote after a done mark in a way that makes the thread answered instead."""
        if mark.is_me or (mark.addressed is None and not mark.held):
            return self._latest > self._order.place(mark)
        return self.reach(mark)


def _place_first(placed: tuple[int, Fact]) -> int:
    return placed[0]


def _longest(fact: Fact) -> tuple[int, int]:
    """Sorts who has waited longest to the front."""
    return fact.since, fact.arrival


def _spoken_at(fact: Fact) -> int:
    """The stated time, but for clocks that cannot be right: the future, and before there were platforms."""
    return fact.created_at if _FIRST_CLOCK <= fact.created_at <= fact.since else fact.since


def _marked_done(ask: Fact) -> bool:
    """Whether its done mark holds: it was made for what was on the screen, and ends with a later arrival."""
    if ask.done_at is None:
        return False
    return ask.done_arrival is None or ask.arrival <= ask.done_arrival


def _reopened(waiting: Sequence[Fact], marks: Sequence[Fact]) -> bool:
    """Whether something that waits came to the user after a done mark in this thread."""
    seen = [mark.done_arrival for mark in marks if mark.done_arrival is not None]
    if seen and max(fact.arrival for fact in waiting) > min(seen):
        return True
    unseen = [mark.done_at for mark in marks if mark.done_at is not None and mark.done_arrival is None]
    return bool(unseen) and max(fact.since for fact in waiting) > min(unseen)


def _sounds_finished(waiting: Sequence[Fact], own: Sequence[Fact], order: _Order | None) -> bool:
    """Whether all that waits is thanks in answer to words of the user."""
    for fact in waiting:
        if not fact.thanks or fact.held:
            return False
    talk = [fact for fact in waiting if fact.addressed not in (Reason.REPLY, Reason.COMMENT)]
    if not talk:
        return True
    if order is None or not all(fact.flat or fact.addressed is Reason.DIRECT for fact in talk):
        return False
    return min(map(order.place, own)) < min(map(order.place, talk))


def _lead(facts: Sequence[Fact]) -> str:
    """The message that stands for a thread in which nobody waits: the newest said to the user, else by others."""
    best, lead = (-1, -1, -1), ""
    for fact in facts:
        rank = 0 if fact.deleted else 1 if fact.is_me else 2 if fact.addressed is None else 3
        if (rank, fact.created_at, fact.arrival) > best:
            best, lead = (rank, fact.created_at, fact.arrival), fact.uri
    return lead
