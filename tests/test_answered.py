"""Each sentence about which of the user's messages answers what, from both sides."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from convo.views import State
from convo.waiting import judge
from tests.talk import (
    ANA,
    BEN,
    CHI,
    CROWD,
    ME,
    MENTION,
    OTHER_ME,
    REPLY,
    REVIEW,
    mine,
    minute,
    said,
    state,
    waits,
)


def test_an_addressed_message_waits_until_it_is_answered() -> None:
    assert state(*CROWD, said(3, ANA, 1, MENTION)) is State.WAITING
    assert state(*CROWD, said(3, ANA, 1, MENTION), mine(4, 3)) is State.ANSWERED


def test_an_own_message_answers_what_it_descends_from() -> None:
    asked = said(3, ANA, 1, MENTION)
    assert waits(*CROWD, asked, said(4, BEN, 3), mine(5, 4)) == ()
    assert waits(*CROWD, asked, said(4, BEN, 1), mine(5, 4)) == ("m3",)


def test_descent_goes_through_messages_that_were_deleted() -> None:
    asked = said(3, ANA, 1, MENTION)
    assert waits(*CROWD, asked, said(4, BEN, 3, deleted=True), mine(5, 4)) == ()


def test_an_own_message_answers_earlier_ones_of_the_author_it_replies_to() -> None:
    asked, again, other = said(3, ANA, 1, MENTION), said(4, ANA, 1), said(5, BEN, 1, MENTION)
    assert waits(*CROWD, asked, again, other, mine(6, 4)) == ("m5",)


def test_an_own_message_answers_earlier_ones_of_those_it_names_or_quotes() -> None:
    asked, other = said(3, ANA, 1, MENTION), said(4, BEN, 1, MENTION)
    assert waits(*CROWD, asked, other, mine(5, 2, names=(ANA,))) == ("m4",)
    assert waits(*CROWD, asked, other, mine(5, 2, names=(ANA, BEN))) == ()


def test_an_own_message_answers_nothing_that_came_later() -> None:
    assert waits(*CROWD, mine(3, 1, names=(ANA,)), said(4, ANA, 1, MENTION)) == ("m4",)
    assert waits(*CROWD, said(3, ANA, 1, MENTION), mine(4, 3), said(5, ANA, 4, REPLY)) == ("m5",)


def test_an_own_message_in_a_tree_answers_nobody_it_does_not_speak_to() -> None:
    assert waits(*CROWD, said(3, ANA, 1, MENTION), mine(4, 2)) == ("m3",)
    assert waits(*CROWD, said(3, ANA, 1, MENTION), mine(4)) == ("m3",)


def test_an_answer_to_oneself_speaks_to_nobody_else() -> None:
    root, asked = mine(3), said(4, ANA, 3, REPLY)
    assert waits(*CROWD, root, asked, mine(5, 3)) == ("m4",)


def test_in_a_flat_thread_words_that_name_nobody_answer_everything_before_them() -> None:
    before = (said(1, ANA, 0, MENTION, flat=True), said(2, BEN, 0, MENTION, flat=True))
    after = said(4, CHI, 0, MENTION, flat=True)
    assert waits(*before, mine(3, flat=True), after) == ("m4",)


def test_in_a_flat_thread_words_that_name_somebody_answer_only_them() -> None:
    before = (said(1, ANA, 0, MENTION, flat=True), said(2, BEN, 0, MENTION, flat=True))
    assert waits(*before, mine(3, flat=True, names=(BEN,))) == ("m1",)


def test_naming_oneself_is_naming_nobody() -> None:
    before = (said(1, ANA, 0, MENTION, flat=True), said(2, BEN, 0, MENTION, flat=True))
    assert waits(*before, mine(3, flat=True, names=(ME,))) == ()


def test_a_conversation_of_two_people_is_flat_everywhere() -> None:
    root, first, second = mine(1), said(2, ANA, 1, REPLY), said(3, ANA, 1, REPLY)
    assert waits(root, first, second, mine(4, 1)) == ()
    assert waits(root, first, second, said(4, BEN, 1), mine(5, 1)) == ("m2", "m3")


def test_in_a_conversation_of_two_people_words_to_a_third_are_no_answer() -> None:
    root, first = mine(1), said(2, ANA, 1, REPLY)
    assert waits(root, first, mine(3, 1, names=(BEN,))) == ("m2",)
    assert waits(root, first, mine(3, 1, names=(ANA,))) == ()


def test_two_accounts_of_the_user_are_one_person_in_a_conversation() -> None:
    root, first = mine(1), said(2, ANA, 1, REPLY)
    other_account = replace(mine(3, 1), author=OTHER_ME)
    assert waits(root, first, other_account) == ()


def test_each_inline_review_thread_is_a_branch_of_its_own() -> None:
    crowd = (said(1, BEN, flat=True), said(2, CHI, flat=True))
    one = said(3, ANA, 0, MENTION, flat=True, branch="one")
    two = said(4, ANA, 0, MENTION, flat=True, branch="two")
    assert waits(*crowd, one, two, mine(5, 3, flat=True, branch="one")) == ("m4",)
    assert waits(*crowd, one, two, mine(5, flat=True, branch="one", names=(ANA,))) == ("m4",)
    assert waits(*crowd, one, two, mine(5, flat=True)) == ("m3", "m4")


def test_naming_somebody_in_the_thread_itself_answers_them_in_every_branch() -> None:
    crowd = (said(1, BEN, flat=True), said(2, CHI, flat=True))
    one = said(3, ANA, 0, MENTION, flat=True, branch="one")
    assert waits(*crowd, one, mine(4, flat=True, names=(ANA,))) == ()


def test_an_inline_review_thread_is_flat_inside() -> None:
    branch: dict[str, Any] = {"flat": True, "branch": "one"}
    top, other = said(1, ANA, 0, MENTION, **branch), said(2, BEN, 1, MENTION, **branch)
    assert waits(top, other, said(3, CHI, flat=True), mine(4, 1, **branch)) == ()


def test_a_reply_in_a_branch_answers_earlier_ones_of_its_author_there() -> None:
    crowd = (said(1, BEN, flat=True), said(2, CHI, flat=True))
    one, again = (said(n, ANA, 0, MENTION, branch="one") for n in (3, 4))
    elsewhere = said(5, ANA, 0, MENTION, branch="two")
    assert waits(*crowd, one, again, elsewhere, mine(6, 4, branch="one")) == ("m5",)


def test_a_resolved_branch_waits_no_more() -> None:
    one = said(3, ANA, 0, MENTION, flat=True, branch="one")
    assert state(*CROWD, one) is State.WAITING
    assert state(*CROWD, replace(one, resolved=True)) is State.HISTORY


def test_a_review_request_waits_until_the_user_reviewed() -> None:
    asked = said(1, ANA, 0, REVIEW, flat=True)
    assert waits(asked, mine(2, 1, flat=True)) == ("m1",)
    assert waits(asked, mine(2, flat=True, names=(ANA,))) == ("m1",)
    assert waits(asked, mine(2, flat=True, review=True)) == ()


def test_a_review_does_not_answer_a_later_request() -> None:
    first = said(1, ANA, 0, REVIEW, flat=True)
    again = said(3, ANA, 0, REVIEW, flat=True)
    assert waits(first, mine(2, flat=True, review=True), again) == ("m3",)


def test_a_review_request_that_was_withdrawn_or_closed_waits_no_more() -> None:
    assert waits(said(1, ANA, 0, REVIEW, flat=True, resolved=True)) == ()


def test_if_the_users_answer_is_deleted_its_message_waits_again() -> None:
    asked, answer = said(1, ANA, 0, MENTION), mine(2, 1)
    assert state(asked, answer) is State.ANSWERED
    assert state(asked, replace(answer, deleted=True)) is State.WAITING


def test_a_deleted_message_stops_waiting() -> None:
    asked = said(1, ANA, 0, MENTION)
    assert state(asked) is State.WAITING
    assert state(replace(asked, deleted=True)) is State.HISTORY


# The order of time -------------------------------------------------------------------------------------


def test_time_is_the_stated_time_whatever_arrived_first() -> None:
    asked, answer = said(3, ANA, 1, MENTION), mine(4, 1, names=(ANA,))
    assert waits(*CROWD, replace(asked, arrival=9), replace(answer, arrival=5)) == ()
    late = replace(asked, created_at=minute(6), since=minute(6))
    assert waits(*CROWD, late, replace(answer, arrival=9)) == ("m3",)


def test_at_the_same_time_the_arrival_decides() -> None:
    asked, answer = said(3, ANA, 1, MENTION), mine(4, 1, names=(ANA,))
    same = replace(asked, created_at=answer.created_at, since=answer.since)
    assert waits(*CROWD, same, answer) == ()
    assert waits(*CROWD, replace(same, arrival=5), answer) == ("m3",)


def test_a_time_from_the_future_counts_as_when_it_arrived() -> None:
    asked = replace(said(3, ANA, 1, MENTION), created_at=minute(99_999))
    assert waits(*CROWD, asked, mine(4, 1, names=(ANA,))) == ()
    assert waits(*CROWD, replace(asked, since=minute(5)), mine(4, 1, names=(ANA,))) == ("m3",)


def test_a_time_before_there_were_platforms_counts_as_when_it_arrived() -> None:
    asked = replace(said(5, ANA, 1, MENTION), created_at=0)
    assert waits(*CROWD, mine(4, 1, names=(ANA,)), asked) == ("m5",)
    old = replace(asked, created_at=minute(-9_999))
    assert waits(*CROWD, mine(4, 1, names=(ANA,)), old) == ()


def test_what_replies_to_an_own_message_is_never_answered_by_it() -> None:
    own = mine(5, 1, names=(ANA,))
    answer = replace(said(6, ANA, 5, REPLY), created_at=minute(4), since=minute(4))
    assert waits(*CROWD, own, answer) == ("m6",)
    assert waits(mine(5), answer) == ("m6",)


def test_words_before_an_edit_that_first_named_the_user_do_not_answer_it() -> None:
    edited = said(3, ANA, 1, MENTION, addressed_at=minute(6))
    assert waits(*CROWD, edited, mine(5, 3)) == ("m3",)
    assert waits(*CROWD, edited, mine(7, 3)) == ()


def test_a_circle_of_parents_ends() -> None:
    facts = [replace(said(1, ANA, 2, MENTION)), mine(2, 1), said(3, BEN, 3)]
    assert judge(facts, None, None).state is State.ANSWERED


def test_a_long_thread_is_judged_without_walking_it_again_for_each_message() -> None:
    visits = 0

    class Counted(str):
        """A URI that counts how often it is looked up."""

        def __hash__(self) -> int:
            nonlocal visits
            visits += 1
            return str.__hash__(self)

    length = 1_000
    facts = [mine(1), *(said(n, ANA if n % 3 else BEN, n - 1, REPLY) for n in range(2, length))]
    facts += [mine(length + n, n * 20) for n in range(1, 40)]
    counted = [replace(fact, uri=Counted(fact.uri), parent=Counted(fact.parent)) for fact in facts]
    judge(counted, None, None)
    assert visits < 20 * len(facts)
