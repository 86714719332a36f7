"""The rules against a slow, obviously right reading of the same sentences, and what holds for every thread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from hypothesis import given, settings
from hypothesis import strategies as st

from convo.model import Reason
from convo.views import State
from convo.waiting import Fact, Snooze, Verdict, judge
from tests.talk import ANA, BEN, CHI, ME, MINUTE, OTHER_ME, minute

OTHERS = (ANA, BEN, CHI)


@dataclass
class Reference:
    """One sentence of the design a method, looking at every pair of messages."""

    facts: Sequence[Fact]

    def parent(self, fact: Fact) -> Fact | None:
        return next((other for other in self.facts if other.uri == fact.parent), None)

    def ancestors(self, fact: Fact) -> list[Fact]:
        parent = self.parent(fact)
        return [] if parent is None else [parent, *self.ancestors(parent)]

    def moment(self, fact: Fact) -> tuple[int, int, int]:
        """Stated time, arrival where that is equal, and after every ancestor by at least one step."""
        line = [fact, *self.ancestors(fact)]
        return max((min(one.created_at, one.since), one.arrival, steps) for steps, one in enumerate(line))

    def own(self) -> list[Fact]:
        return [fact for fact in self.facts if fact.is_me and not fact.deleted]

    def two_people(self) -> bool:
        return len({fact.author for fact in self.facts if not fact.is_me}) == 1

    def answers(self, own: Fact, ask: Fact) -> bool:
        if self.moment(own) <= max(self.moment(ask), (ask.addressed_at, ask.arrival, 0)):
            return False
        if ask.addressed is Reason.REVIEW:
            return own.review
        if ask in self.ancestors(own):
            return True
        if ask.held:
            return False
        parent = self.parent(own)
        if parent is not None and parent.author == ask.author and own.branch == ask.branch:
            return True
        if ask.author in own.names:
            return own.branch in ("", ask.branch)
        return not own.names and (own.flat or self.two_people()) and own.branch == ask.branch

    def answered(self, ask: Fact) -> bool:
        return any(self.answers(own, ask) for own in self.own())

    def speaks(self, fact: Fact) -> bool:
        """Addressed or held, and by somebody who can still be heard."""
        if fact.is_me or fact.deleted or fact.hidden or fact.history:
            return False
        return fact.addressed is not None or fact.held

    def done(self, fact: Fact) -> bool:
        seen = fact.arrival if fact.done_arrival is None else fact.done_arrival
        return fact.done_at is not None and fact.arrival <= seen

    def open(self) -> list[Fact]:
        return [
            fact
            for fact in sorted(self.facts, key=lambda fact: (fact.since, fact.arrival))
            if self.speaks(fact) and not (fact.resolved or self.done(fact) or self.answered(fact))
        ]

    def waiting(self) -> list[Fact]:
        return [fact for fact in self.open() if fact.held or not fact.quiet]

    def mark_holds(self, mark: Fact) -> bool:
        if not mark.is_me and (mark.addressed is not None or mark.held):
            return not self.answered(mark)
        return not any(self.moment(own) > self.moment(mark) for own in self.own())

    def plain_state(self) -> State:
        if self.waiting():
            return State.WAITING
        if self.open():
            return State.QUIET
        if any(fact.done_at is not None and self.mark_holds(fact) for fact in self.facts):
            return State.DONE
        talk = self.own() and any(not fact.is_me for fact in self.facts)
        return State.ANSWERED if talk else State.HISTORY

    def ends(self, snooze: Snooze, fact: Fact) -> bool:
        return self.speaks(fact) and fact.arrival > snooze.arrival and (fact.held or not fact.quiet)

    def reminder(self, snooze: Snooze) -> bool:
        if not snooze.reminder or snooze.until is None or self.waiting():
            return False
        wrote = any(min(own.created_at, own.since) > snooze.at for own in self.own())
        return not wrote and all((fact.done_at or 0) <= snooze.at for fact in self.facts)

    def states(self, muted: int | None, snooze: Snooze | None) -> tuple[State, State | None, int | None]:
        """The state, the state after waking, and when it wakes."""
        if muted is not None:
            return State.MUTED, None, None
        if snooze is None or any(self.ends(snooze, fact) for fact in self.facts):
            return self.plain_state(), None, None
        if snooze.until is None:
            return State.SNOOZED, None, None
        if self.reminder(snooze):
            return State.SNOOZED, State.WAITING, snooze.until
        done_since = any((fact.done_at or 0) > snooze.at for fact in self.facts)
        wrote = any(min(own.created_at, own.since) > snooze.at for own in self.own())
        if snooze.reminder and done_since and not wrote and not self.waiting():
            return self.plain_state(), None, None
        return State.SNOOZED, self.plain_state(), snooze.until


@st.composite
def threads(draw: st.DrawFn, most: int = 8) -> list[Fact]:
    """Threads as platforms make them: trees and flat ones, with holes, equal times and wrong clocks."""
    count = draw(st.integers(1, most))
    arrivals = draw(st.permutations(range(1, count + 1)))
    flat = draw(st.booleans())
    facts: list[Fact] = []
    for number in range(count):
        author = draw(st.sampled_from((ME, OTHER_ME, *OTHERS, ANA, ME)))
        is_me = author in (ME, OTHER_ME)
        created = minute(draw(st.integers(0, 9)))
        above = draw(st.sampled_from(["", "gone", *(fact.uri for fact in facts)]))
        facts.append(
            Fact(
                uri=f"m{number}",
                parent=above,
                author=author,
                is_me=is_me,
                created_at=created,
                since=created + draw(st.sampled_from((0, 0, 0, -2 * MINUTE, 3 * MINUTE))),
                arrival=arrivals[number],
                addressed=None if is_me else draw(st.sampled_from((None, *list(Reason), Reason.REPLY))),
                names=draw(st.sets(st.sampled_from(OTHERS), max_size=2)),
                flat=flat,
                branch=draw(st.sampled_from(("", "", "one", "two"))) if flat else "",
                held=draw(seldom) and not is_me,
                deleted=draw(seldom),
                resolved=draw(seldom),
                quiet=draw(st.sampled_from(("", "", "", "bot"))),
                done_at=draw(st.sampled_from((None, None, None, minute(5), minute(12)))),
                done_arrival=draw(st.none() | st.integers(0, 9)),
                history=draw(seldom),
                hidden=draw(seldom),
                thanks=draw(st.booleans()),
                review=is_me and draw(st.booleans()),
                addressed_at=0 if is_me else draw(st.sampled_from((0, 0, 0, minute(6)))),
            )
        )
    return facts


seldom = st.sampled_from((False, False, False, False, True))
mutes = st.sampled_from((None, None, minute(7)))
snoozes = st.none() | st.builds(
    Snooze,
    at=st.sampled_from((minute(0), minute(6))),
    until=st.sampled_from((None, minute(20))),
    arrival=st.integers(0, 9),
    reminder=st.booleans(),
)


def open_again(facts: Sequence[Fact]) -> list[Fact]:
    """The same thread without done marks."""
    return [replace(fact, done_at=None) for fact in facts]


def but_lead(verdict: Verdict) -> Verdict:
    """What was decided, the words that stand for the thread aside."""
    return replace(verdict, lead="")


@settings(deadline=None)
@given(threads(), mutes, snoozes)
def test_the_state_is_what_the_sentences_say(
    facts: list[Fact], muted: int | None, snooze: Snooze | None
) -> None:
    reference, seen = Reference(facts), judge(facts, muted, snooze)
    assert (seen.state, seen.woken_state, seen.wakes_at) == reference.states(muted, snooze)


@settings(deadline=None)
@given(threads(), mutes, snoozes)
def test_who_waits_is_what_the_sentences_say(
    facts: list[Fact], muted: int | None, snooze: Snooze | None
) -> None:
    waiting, seen = Reference(facts).waiting(), judge(facts, muted, snooze)
    assert seen.waiting == tuple(fact.uri for fact in waiting)
    assert seen.waiting_for == tuple(dict.fromkeys(fact.author for fact in waiting))
    assert seen.held == any(fact.held for fact in waiting)
    if not seen.reminder:
        assert seen.waiting_since == (waiting[0].since if waiting else None)


@settings(deadline=None)
@given(threads(), snoozes)
def test_reopened_is_what_the_sentences_say(facts: list[Fact], snooze: Snooze | None) -> None:
    reference = Reference(facts)
    after_done = any(
        ask.arrival > mark.done_arrival if mark.done_arrival is not None else ask.since > mark.done_at
        for ask in reference.waiting()
        for mark in facts
        if mark.done_at is not None
    )
    after_snooze = snooze is not None and any(reference.ends(snooze, ask) for ask in reference.waiting())
    assert judge(facts, None, snooze).reopened == (after_done or after_snooze)


@settings(deadline=None)
@given(threads(), mutes, snoozes, st.randoms(use_true_random=False))
def test_the_order_of_the_facts_does_not_matter(facts: list[Fact], muted, snooze, random) -> None:  # type: ignore[no-untyped-def]
    seen = judge(facts, muted, snooze)
    random.shuffle(facts)
    assert judge(facts, muted, snooze) == seen


@settings(deadline=None)
@given(threads(), st.data())
def test_the_order_of_arrival_does_not_matter_where_the_times_differ(
    facts: list[Fact], data: st.DataObject
) -> None:
    apart = [
        replace(fact, created_at=minute(n), since=minute(n), done_at=None, addressed_at=0)
        for n, fact in zip(data.draw(st.permutations(range(len(facts)))), facts, strict=True)
    ]
    arrivals = data.draw(st.permutations(range(1, len(facts) + 1)))
    shuffled = [replace(fact, arrival=number) for fact, number in zip(apart, arrivals, strict=True)]
    assert judge(shuffled, None, None) == judge(apart, None, None)


@settings(deadline=None)
@given(threads(), st.data())
def test_two_partial_threads_that_join_are_judged_as_their_union(
    facts: list[Fact], data: st.DataObject
) -> None:
    one = [fact for fact in facts if data.draw(st.booleans())]
    two = [fact for fact in facts if fact not in one]
    assert judge(two + one, None, None) == judge(one + two, None, None) == judge(facts, None, None)


def an_answer(facts: Sequence[Fact], data: st.DataObject) -> Fact:
    """The newest message of the thread, by the user, anywhere in it."""
    above = data.draw(st.sampled_from(["", *(fact.uri for fact in facts)]))
    at = minute(15)
    return Fact(
        "answer",
        above,
        ME,
        True,
        at,
        at,
        99,
        None,
        data.draw(st.sets(st.sampled_from(OTHERS))),
        facts[0].flat,
    )


@settings(deadline=None)
@given(threads(), st.data())
def test_answering_never_makes_something_wait(facts: list[Fact], data: st.DataObject) -> None:
    before = judge(facts, None, None)
    after = judge([*facts, an_answer(facts, data)], None, None)
    assert set(after.waiting) <= set(before.waiting)


@settings(deadline=None)
@given(threads(), st.data())
def test_deleting_an_answer_makes_what_it_answered_wait_again(facts: list[Fact], data: st.DataObject) -> None:
    answer = replace(an_answer(facts, data), deleted=True)
    assert but_lead(judge([*facts, answer], None, None)) == but_lead(judge(facts, None, None))


@settings(deadline=None)
@given(threads(), st.data())
def test_answering_what_waits_answers_it(facts: list[Fact], data: st.DataObject) -> None:
    for uri in judge(facts, None, None).waiting:
        asked = next(fact for fact in facts if fact.uri == uri)
        answer = replace(an_answer(facts, data), parent=uri, review=True)
        assert asked.addressed_at < answer.created_at
        assert uri not in judge([*facts, answer], None, None).waiting


@settings(deadline=None)
@given(threads(), st.data())
def test_deleting_what_somebody_said_takes_only_that_out_of_waiting(
    facts: list[Fact], data: st.DataObject
) -> None:
    before = judge(facts, None, None)
    others = [fact for fact in facts if not fact.is_me]
    if others:
        gone = data.draw(st.sampled_from(others))
        after = judge([replace(fact, deleted=True) if fact is gone else fact for fact in facts], None, None)
        assert after.waiting == tuple(uri for uri in before.waiting if uri != gone.uri)


@settings(deadline=None)
@given(threads())
def test_done_closes_what_waits_and_taking_it_back_opens_it(facts: list[Fact]) -> None:
    opened = open_again(facts)
    before = judge(opened, None, None)
    closed = [
        replace(fact, done_at=minute(30), done_arrival=99) if fact.uri in before.waiting else fact
        for fact in opened
    ]
    after = judge(closed, None, None)
    assert after.waiting == ()
    assert after.state is not State.WAITING
    assert after.state is State.DONE or not before.waiting or after.state is State.QUIET
    assert judge(open_again(closed), None, None) == before


@settings(deadline=None)
@given(threads(), mutes, snoozes)
def test_mute_and_snooze_hide_who_waits_but_change_nothing_in_it(
    facts: list[Fact], muted: int | None, snooze: Snooze | None
) -> None:
    assert judge(facts, muted, snooze).waiting == judge(facts, None, None).waiting


@settings(deadline=None)
@given(threads())
def test_the_words_that_stand_for_a_thread_are_in_it(facts: list[Fact]) -> None:
    seen = judge(facts, None, None)
    assert seen.lead in {fact.uri for fact in facts}
    if seen.waiting:
        assert seen.lead == seen.waiting[0]
