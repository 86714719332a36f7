"""Facts of one message on two sides of a bridge become one fact; pure."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from convo import waiting
from convo.model import Reason
from convo.store.folding import fold
from convo.store.twins import Twin
from convo.views import State
from convo.waiting import Fact

AT = 1_790_000_000_000_000
ME, BEN, BEN_COPIED, CARL = 1, 2, 3, 4


def fact(number: int, author: int, **how: Any) -> Fact:
    made = Fact(f"u{number}", "", author, author == ME, AT + number, AT + number, number, None)
    return replace(made, **how)


ORIGINAL = fact(10, BEN, addressed=Reason.MENTION, parent="u1")
COPY = fact(11, BEN_COPIED, addressed=Reason.REPLY, parent="u2")
PAIR = Twin(11, 10, 10)


def one(original: dict[str, Any], copy: dict[str, Any], twin: Twin = PAIR) -> Fact:
    made = {10: replace(ORIGINAL, **original), 11: replace(COPY, **copy)}
    (found,) = fold(made, [twin])
    return found


def test_under_the_shown_one_stands_what_the_original_says() -> None:
    assert one({}, {}) == ORIGINAL
    found = one({"flat": True, "branch": "b"}, {}, Twin(10, 11, 10))
    assert (found.uri, found.author, found.created_at, found.flat, found.branch) == (
        "u11",
        BEN,
        AT + 10,
        True,
        "b",
    )
    assert one({"deleted": True}, {}).deleted
    assert not one({}, {"deleted": True}).deleted


@pytest.mark.parametrize("first", [10, 11])
def test_what_came_first_counts(first: int) -> None:
    came = {"since": AT, "arrival": 3}
    found = one(came if first == 10 else {}, came if first == 11 else {})
    assert (found.since, found.arrival) == (AT, 3)


def test_an_arrival_that_did_not_speak_to_the_user_is_none() -> None:
    assert one({"arrival": 3, "addressed": None}, {"arrival": 9}).arrival == 9


@pytest.mark.parametrize("side", [0, 1])
def test_what_one_side_is_enough_for(side: int) -> None:
    def on(this: dict[str, Any], other: dict[str, Any]) -> Fact:
        return one(other, this) if side else one(this, other)

    for name in ("hidden", "held", "review"):
        assert getattr(on({name: True}, {}), name)
    assert not on({"history": True}, {}).history
    assert on({"quiet": "a link"}, {}).quiet == ""
    found = on({"addressed": None}, {"thanks": True, "addressed_at": 7})
    assert (found.thanks, found.addressed_at) == (True, 7)


def test_what_both_sides_are_needed_for() -> None:
    assert one({"history": True}, {"history": True}).history
    assert one({"quiet": "a link"}, {"quiet": "bot"}).quiet == "a link"
    assert one({"addressed": None, "quiet": ""}, {"quiet": "bot"}).quiet == "bot"


def test_the_last_done_mark_holds() -> None:
    first, last = {"done_at": 5, "done_arrival": 3}, {"done_at": 9, "done_arrival": 12}
    for pair in ((first, last), (last, first)):
        assert (one(*pair).done_at, one(*pair).done_arrival) == (9, 12)
    assert one(first, {"done_at": 9}).done_arrival is None
    assert (one({}, first).done_at, one({}, first).done_arrival) == (5, 3)


def thread(*more: Fact) -> waiting.Verdict:
    """Ben, on both sides, and Carl wait; then what else was said."""
    others = [fact(12, CARL, addressed=Reason.MENTION)]
    facts = dict(enumerate([ORIGINAL, COPY, *others, *more], 10))
    return waiting.judge(fold(facts, [PAIR]), None, None)


def test_who_waits_waits_once() -> None:
    assert thread().waiting == ("u10", "u12")
    assert thread(fact(13, BEN_COPIED, addressed=Reason.MENTION)).waiting_for == (BEN, CARL)


@pytest.mark.parametrize(
    "mine", [{"parent": "u10"}, {"parent": "u11"}, {"names": (BEN,)}, {"names": (BEN_COPIED,)}], ids=str
)
def test_an_answer_on_either_side_is_one(mine: dict[str, Any]) -> None:
    assert thread(fact(20, ME, **mine)).waiting == ("u12",)
    assert thread(fact(20, ME, parent="u12")).waiting == ("u10",)


def test_an_answer_below_the_copy() -> None:
    below = fact(14, CARL, parent="u11")
    assert thread(below, fact(20, ME, parent="u14")).waiting == ()


def test_the_parent_is_one_that_is_there() -> None:
    facts = {10: ORIGINAL, 11: COPY, 2: fact(2, ME)}
    assert {each.uri: each.parent for each in fold(facts, [PAIR])} == {"u10": "u2", "u2": ""}


def test_without_all_of_them_nothing_is_folded() -> None:
    assert fold({11: COPY}, [PAIR]) == [COPY]
    assert waiting.judge(fold({11: COPY}, [PAIR]), None, None).state is State.WAITING
