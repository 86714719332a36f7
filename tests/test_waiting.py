"""Each sentence about the state of a thread, done, snooze and who waits, from both sides."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest

from convo.views import State
from convo.waiting import Fact, Snooze
from tests.talk import (
    ANA,
    BEN,
    CHI,
    COMMENT,
    CROWD,
    DIRECT,
    MENTION,
    REPLY,
    mine,
    minute,
    said,
    state,
    verdict,
    waits,
)


def test_muted_comes_before_all_else_and_keeps_who_waits() -> None:
    asked = said(1, ANA, 0, MENTION)
    put_off = Snooze(minute(2), minute(60), 1)
    seen = verdict(asked, muted=minute(5), snooze=put_off)
    assert (seen.state, seen.state_since, seen.waiting) == (State.MUTED, minute(5), ("m1",))
    assert (seen.woken_state, seen.wakes_at) == (None, None)
    assert state(asked, said(2, ANA, 0, MENTION), muted=minute(1)) is State.MUTED


def test_held_for_approval_waits_without_being_addressed() -> None:
    comment = said(1, ANA, held=True)
    seen = verdict(comment)
    assert (seen.state, seen.held, seen.waiting) == (State.WAITING, True, ("m1",))
    assert state(replace(comment, held=False)) is State.HISTORY


def test_a_held_comment_is_never_quiet() -> None:
    assert state(said(1, ANA, 0, COMMENT, held=True, quiet="only a link")) is State.WAITING
    assert state(said(1, ANA, 0, COMMENT, quiet="only a link")) is State.QUIET


def test_a_held_comment_waits_for_a_decision_not_for_words_to_its_author() -> None:
    root, one, held = mine(1), said(2, ANA, 1, COMMENT), said(3, ANA, 1, COMMENT, held=True)
    assert waits(root, one, held, mine(4, 2)) == ("m3",)
    assert waits(root, one, held, mine(4, 3)) == ()
    assert waits(root, one, replace(held, done_at=minute(5)), mine(4, 2)) == ()


def test_waiting_comes_before_quiet() -> None:
    noise = said(1, BEN, 0, MENTION, quiet="only a link: x.example")
    assert state(noise, said(2, ANA, 0, MENTION)) is State.WAITING
    assert waits(noise, said(2, ANA, 0, MENTION)) == ("m2",)


def test_quiet_when_all_that_is_open_is_quiet() -> None:
    noise = said(1, BEN, 0, MENTION, quiet="only a link: x.example")
    seen = verdict(noise, said(2, ANA, 0, MENTION, done_at=minute(3)))
    assert (seen.state, seen.quiet, seen.lead) == (State.QUIET, "only a link: x.example", "m1")
    assert (seen.waiting, seen.waiting_for, seen.waiting_since) == ((), (), None)


def test_answering_what_is_quiet_answers_it() -> None:
    assert state(said(1, BEN, 0, MENTION, quiet="only a link: x.example"), mine(2, 1)) is State.ANSWERED


def test_answered_when_the_user_wrote_in_it_else_history() -> None:
    assert state(said(1, ANA), mine(2, 1)) is State.ANSWERED
    assert state(said(1, ANA), mine(2, 1, deleted=True)) is State.HISTORY
    assert state(said(1, ANA), said(2, BEN, 1)) is State.HISTORY
    assert state() is State.HISTORY


def test_whom_the_user_blocked_or_muted_waits_no_more() -> None:
    assert state(said(1, ANA, 0, MENTION, hidden=True)) is State.HISTORY
    assert state(said(1, ANA, 0, COMMENT, hidden=True, held=True)) is State.HISTORY
    assert state(said(1, ANA, 0, MENTION, hidden=True, quiet="bot")) is State.HISTORY
    assert waits(said(1, ANA, 0, MENTION, hidden=True), said(2, BEN, 0, MENTION)) == ("m2",)


def test_what_came_before_the_time_in_which_anything_can_wait_is_history() -> None:
    assert state(said(1, ANA, 0, MENTION, history=True)) is State.HISTORY
    assert state(said(1, ANA, 0, MENTION, history=True), said(2, ANA, 0, MENTION)) is State.WAITING


def test_an_own_message_never_waits_even_where_it_is_marked_addressed() -> None:
    assert state(said(2, ANA), replace(mine(1), addressed=MENTION, held=True)) is State.ANSWERED


def test_where_only_the_user_speaks_nobody_was_answered() -> None:
    assert state(mine(1), mine(2, 1)) is State.HISTORY
    assert state(mine(1), said(2, ANA, 1, deleted=True)) is State.ANSWERED
    assert state(replace(mine(1), done_at=minute(5)), mine(3)) is State.HISTORY


# Done ---------------------------------------------------------------------------------------------------


def test_done_is_kept_per_message() -> None:
    ana, ben = said(1, ANA, 0, MENTION), said(2, BEN, 0, MENTION)
    assert waits(replace(ana, done_at=minute(5)), ben) == ("m2",)
    seen = verdict(replace(ana, done_at=minute(5)), replace(ben, done_at=minute(6)))
    assert (seen.state, seen.state_since, seen.waiting) == (State.DONE, minute(6), ())


def test_an_addressed_message_after_done_reopens_the_thread_whatever_its_date() -> None:
    ana = said(1, ANA, 0, MENTION, done_at=minute(5), done_arrival=1)
    late = replace(said(2, ANA, 0, MENTION), created_at=minute(-500), since=minute(-500))
    seen = verdict(ana, late)
    assert (seen.state, seen.waiting, seen.reopened) == (State.WAITING, ("m2",), True)


def test_a_message_that_is_not_addressed_leaves_a_done_thread_done() -> None:
    ana = said(1, ANA, 0, MENTION, done_at=minute(5), done_arrival=1)
    assert state(ana, said(6, BEN, 1)) is State.DONE


def test_what_was_on_the_screen_and_stayed_open_did_not_reopen_anything() -> None:
    ana = said(1, ANA, 0, MENTION, done_at=minute(5), done_arrival=2)
    assert verdict(ana, said(2, BEN, 0, MENTION)).reopened is False
    assert verdict(ana, said(3, BEN, 0, MENTION)).reopened is True


def test_an_earlier_done_mark_is_enough_to_reopen() -> None:
    one = said(1, ANA, 0, MENTION, done_at=minute(5), done_arrival=1)
    two = said(3, BEN, 0, MENTION, done_at=minute(8), done_arrival=9)
    assert verdict(one, two, said(4, CHI, 0, MENTION)).reopened is True
    timed = [replace(fact, done_arrival=None) for fact in (one, two)]
    assert verdict(*timed, said(6, CHI, 0, MENTION)).reopened is True


def test_without_a_recorded_arrival_the_time_tells_what_reopened() -> None:
    ana = said(1, ANA, 0, MENTION, done_at=minute(5))
    assert verdict(ana, said(2, BEN, 0, MENTION)).reopened is False
    assert verdict(ana, said(6, BEN, 0, MENTION)).reopened is True


def test_a_done_message_that_an_edit_made_speak_to_the_user_later_waits_again() -> None:
    marked = said(1, ANA, 0, MENTION, done_at=minute(5), done_arrival=1)
    assert state(marked) is State.DONE
    seen = verdict(replace(marked, arrival=9, addressed_at=minute(6)))
    assert (seen.state, seen.reopened) == (State.WAITING, True)


def test_a_later_answer_turns_done_into_answered() -> None:
    asked = said(3, ANA, 1, MENTION, done_at=minute(4))
    assert state(*CROWD, asked) is State.DONE
    assert state(*CROWD, asked, mine(5, 3)) is State.ANSWERED


def test_done_while_one_of_the_done_is_unanswered() -> None:
    ana, ben = said(3, ANA, 1, MENTION, done_at=minute(5)), said(4, BEN, 1, MENTION)
    assert state(*CROWD, ana, ben, mine(6, 4)) is State.DONE


@pytest.mark.parametrize("newest", [mine(4, 3), said(4, BEN, 3)])
def test_a_thread_where_nothing_waits_can_be_done_by_its_newest_message(newest: Fact) -> None:
    facts = (*CROWD, said(3, ANA, 1), replace(newest, done_at=minute(9)))
    assert state(*facts) is State.DONE
    assert state(*facts, said(10, BEN, 4)) is State.DONE
    assert state(*facts, mine(10)) is State.ANSWERED


def test_words_before_the_newest_message_do_not_undo_its_mark() -> None:
    assert state(said(1, ANA), mine(2, 1), said(3, BEN, 1, done_at=minute(5))) is State.DONE


# Snooze -------------------------------------------------------------------------------------------------


def test_snoozed_until_the_time_then_waiting_as_before() -> None:
    seen = verdict(said(1, ANA, 0, MENTION), snooze=Snooze(minute(5), minute(60), 1))
    assert (seen.state, seen.wakes_at, seen.woken_state) == (State.SNOOZED, minute(60), State.WAITING)
    assert (seen.state_since, seen.waiting) == (minute(5), ("m1",))
    assert seen.reopened is False


def test_snooze_does_not_reset_waiting_since() -> None:
    seen = verdict(said(1, ANA, 0, MENTION), snooze=Snooze(minute(5), minute(60), 1))
    assert seen.waiting_since == minute(1)


def test_the_next_addressed_message_ends_the_snooze() -> None:
    put_off = Snooze(minute(5), minute(60), 1)
    seen = verdict(said(1, ANA, 0, MENTION), said(2, BEN, 1, MENTION), snooze=put_off)
    assert (seen.state, seen.wakes_at, seen.woken_state) == (State.WAITING, None, None)
    assert (seen.waiting, seen.reopened) == (("m1", "m2"), True)


@pytest.mark.parametrize(
    "late",
    [
        said(2, BEN, 1),
        mine(2, 1),
        said(2, BEN, 1, MENTION, hidden=True),
        said(2, BEN, 1, MENTION, deleted=True),
        said(2, BEN, 1, MENTION, quiet="bot"),
        said(2, BEN, 1, MENTION, history=True),
    ],
    ids=["not addressed", "own", "hidden", "deleted", "quiet", "history"],
)
def test_no_other_message_ends_the_snooze(late: Fact) -> None:
    assert state(said(1, ANA, 0, MENTION), late, snooze=Snooze(minute(5), minute(60), 1)) is State.SNOOZED


def test_the_arrival_ends_a_snooze_whatever_the_date() -> None:
    late = replace(said(2, BEN, 1, MENTION), created_at=minute(-500), since=minute(-500))
    assert state(said(1, ANA, 0, MENTION), late, snooze=Snooze(minute(5), minute(60), 1)) is State.WAITING
    assert state(said(1, ANA, 0, MENTION), late, snooze=Snooze(minute(5), minute(60), 2)) is State.SNOOZED


def test_a_snooze_until_they_reply_has_no_time() -> None:
    put_off = Snooze(minute(5), None, 1)
    seen = verdict(said(1, ANA, 0, MENTION), snooze=put_off)
    assert (seen.state, seen.wakes_at, seen.woken_state) == (State.SNOOZED, None, None)
    assert state(said(1, ANA, 0, MENTION), said(2, ANA, 1, MENTION), snooze=put_off) is State.WAITING


def test_a_snooze_that_ended_and_was_answered_is_answered() -> None:
    put_off = Snooze(minute(5), minute(60), 1)
    seen = verdict(said(1, ANA, 0, MENTION), said(2, ANA, 1, MENTION), mine(6, 2), snooze=put_off)
    assert (seen.state, seen.reopened) == (State.ANSWERED, False)


def test_at_its_time_a_thread_where_nothing_waits_any_more_stays_answered() -> None:
    seen = verdict(said(1, ANA, 0, MENTION), mine(6, 1), snooze=Snooze(minute(5), minute(60), 1))
    assert (seen.state, seen.woken_state, seen.reminder) == (State.SNOOZED, State.ANSWERED, False)


REMIND = Snooze(minute(5), minute(60), 2, reminder=True)
SETTLED = (said(1, ANA, 0, MENTION), mine(2, 1))


def test_a_thread_snoozed_while_nothing_waited_returns_as_a_reminder() -> None:
    seen = verdict(*SETTLED, snooze=REMIND)
    assert (seen.state, seen.woken_state, seen.wakes_at) == (State.SNOOZED, State.WAITING, minute(60))
    assert (seen.reminder, seen.waiting, seen.waiting_for) == (True, (), ())
    assert (seen.waiting_since, seen.finished) == (minute(60), False)


def test_done_ends_a_reminder() -> None:
    ana, own = SETTLED
    assert state(ana, replace(own, done_at=minute(61)), snooze=REMIND) is State.DONE
    earlier = verdict(ana, replace(own, done_at=minute(4)), snooze=REMIND)
    assert (earlier.state, earlier.woken_state) == (State.SNOOZED, State.WAITING)


def test_writing_in_the_meantime_leaves_nothing_to_be_reminded_of() -> None:
    seen = verdict(*SETTLED, mine(30, 1), snooze=REMIND)
    assert (seen.woken_state, seen.reminder) == (State.ANSWERED, False)


def test_somebodys_words_end_a_reminder() -> None:
    seen = verdict(*SETTLED, said(6, ANA, 2, REPLY), snooze=REMIND)
    assert (seen.state, seen.waiting, seen.reminder, seen.reopened) == (State.WAITING, ("m6",), False, True)


def test_a_reminder_gives_way_to_what_waits_again() -> None:
    ana, own = SETTLED
    seen = verdict(ana, replace(own, deleted=True), snooze=REMIND)
    assert (seen.woken_state, seen.reminder, seen.waiting_since) == (State.WAITING, False, minute(1))


# What is said of those who wait -----------------------------------------------------------------------------


def test_waiting_since_is_the_earliest_that_still_waits() -> None:
    facts = (*CROWD, said(3, ANA, 1, MENTION), said(4, BEN, 1, MENTION), said(5, ANA, 1, MENTION))
    assert verdict(*facts).waiting_since == minute(3)
    assert verdict(*facts, mine(6, 3)).waiting_since == minute(4)


def test_waiting_since_takes_what_may_be_said_of_the_time() -> None:
    asked = replace(said(3, ANA, 1, MENTION), created_at=minute(-99_999), since=minute(1))
    assert verdict(*CROWD, asked).waiting_since == minute(1)


def test_an_edit_does_not_reset_waiting_since() -> None:
    asked = said(3, ANA, 1, MENTION)
    assert verdict(replace(asked, arrival=9, addressed_at=minute(8))).waiting_since == minute(3)


def test_waiting_for_names_each_author_once_longest_first() -> None:
    seen = verdict(
        said(1, BEN, 0, MENTION),
        said(2, ANA, 0, MENTION),
        replace(said(3, BEN, 0, MENTION), since=minute(0)),
    )
    assert (seen.waiting, seen.waiting_for) == (("m3", "m1", "m2"), (BEN, ANA))
    assert seen.lead == "m3"


def test_thanks_in_answer_to_the_users_own_sounds_finished() -> None:
    assert verdict(mine(1), said(2, ANA, 1, REPLY, thanks=True)).finished is True
    assert verdict(mine(1), said(2, ANA, 1, REPLY)).finished is False
    assert verdict(said(2, ANA, 1, REPLY, thanks=True)).finished is True
    assert verdict(said(2, ANA, 1, COMMENT, thanks=True)).finished is True


def test_thanks_out_of_nowhere_do_not_sound_finished() -> None:
    assert verdict(said(1, ANA, 0, MENTION, thanks=True)).finished is False
    assert verdict(said(1, BEN), said(2, ANA, 1, MENTION, thanks=True), mine(3, 1)).finished is False
    assert verdict(mine(1), said(2, BEN, 1), said(3, ANA, 2, MENTION, thanks=True)).finished is False


def test_thanks_in_a_flat_thread_follow_the_users_words() -> None:
    thanks = said(3, ANA, 0, DIRECT, thanks=True)
    assert verdict(said(1, ANA, 0, DIRECT), mine(2), thanks).finished is True
    assert verdict(thanks).finished is False
    assert verdict(thanks, said(4, BEN), mine(5, 4, flat=True, names=(BEN,))).finished is False


def test_all_that_waits_must_sound_finished() -> None:
    thanks = said(2, ANA, 1, REPLY, thanks=True)
    assert verdict(mine(1), thanks, said(3, BEN, 1, REPLY)).finished is False
    assert verdict(mine(1), thanks, said(3, BEN, 1, REPLY, thanks=True)).finished is True


def test_a_held_comment_never_sounds_finished() -> None:
    assert verdict(mine(1), said(2, ANA, 1, COMMENT, thanks=True, held=True)).finished is False


def test_the_newest_words_to_the_user_stand_for_a_thread_where_nobody_waits() -> None:
    answered = (said(1, ANA, 0, MENTION), said(2, CHI, 1, MENTION), mine(3, 1), mine(4, 2), said(5, BEN, 1))
    assert verdict(*answered).lead == "m2"
    assert verdict(said(1, ANA), mine(2, 1)).lead == "m1"
    assert verdict(mine(1), mine(2, 1)).lead == "m2"
    assert verdict(said(1, ANA, deleted=True)).lead == "m1"
    assert verdict(said(1, ANA), said(2, BEN, 1, deleted=True)).lead == "m1"


def test_the_rules_import_nothing_heavy() -> None:
    code = (
        "import sys, convo.waiting, convo.quiet, convo.thanks\n"
        "heavy = {'msgspec', 'httpx', 'textual', 'regex', 'sqlite3', 'asyncio', 'selectolax'} & set(sys.modules)\n"
        "sys.exit(repr(heavy) if heavy else 0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
