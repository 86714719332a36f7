"""Mutations that the whole program over an adapter must notice."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from convo.adapters.contract import Refused, RetryAt, SignInAgain
from convo.model import Page
from convo.store import accounts as stored
from tests.adapters.mutants import Mutation, around
from tests.adapters.mutants.answers import never_found, no_look, orphans
from tests.adapters.mutants.reading import each, none_gone
from tests.adapters.mutants.weather import turned

_copies = count(1)


async def _no_own(_: Any, real: Any, channel: str, cursor: str, since: datetime) -> Page:
    page: Page = await real(channel, cursor, since)
    return replace(page, messages=()) if channel == "own" else page


async def _other_uri(_: Any, real: Any, request: str) -> Any:
    message = await real(request)
    return replace(message, uri=f"{message.uri}?copy=1")


def _never_signs_in(adapter: Any) -> None:
    for name in ("fetch", "answer", "prepare", "identify"):
        turned(name, SignInAgain, lambda error: Refused(error.words))(adapter)


def _any_account(db: Any, entry: Any, fitting: Any, account: str | None) -> Any:
    return stored.by_name(db, account or "") or fitting[0]


async def _prepares_all_the_same(_: Any, real: Any, reply: Any) -> str:
    return "{}"


def _refuses_nothing(entry: Any, message: Any, can: Any) -> str:
    return ""


MUTATIONS = [
    Mutation(
        "test_only_what_came_lately_waits_after_the_first_sync",
        "memory",
        "everything is dated a month later",
        each(lambda one: replace(one, created_at=one.created_at + timedelta(days=30))),
    ),
    Mutation(
        "test_nothing_waits_that_was_answered_before_the_first_sync",
        "memory",
        "no own messages",
        around("fetch", _no_own),
    ),
    Mutation(
        "test_each_message_is_stored_once_however_often_it_is_read",
        "overlapping",
        "a message has another URI each time",
        each(lambda one: replace(one, uri=f"{one.uri}#{next(_copies)}")),
    ),
    Mutation(
        "test_a_first_sync_that_breaks_off_goes_on[503]",
        "memory",
        "an error is the end of the list",
        turned("fetch", RetryAt, lambda error: Page(cursor='{"low": null, "high": 999}')),
    ),
    Mutation(
        "test_an_answer_given_elsewhere_counts_until_it_is_deleted",
        "memory",
        "nothing is ever gone",
        around("lookup", none_gone),
    ),
    Mutation(
        "test_a_deleted_message_waits_no_more", "memory", "nothing is ever gone", around("lookup", none_gone)
    ),
    Mutation(
        "test_an_answer_is_delivered_and_nothing_waits", "memory", "another URI", around("answer", _other_uri)
    ),
    Mutation(
        "test_the_outbox_delivers_once_in_any_weather[the connection ends before the answer-done]",
        "memory",
        "sends again unseen",
        around("find", never_found),
    ),
    Mutation(
        "test_the_same_words_again_are_a_second_answer[done]",
        "memory",
        "sends again unseen",
        around("find", never_found),
    ),
    Mutation(
        "test_what_cannot_be_looked_for_is_never_sent_again", "memory", "who cannot look says absent", no_look
    ),
    Mutation(
        "test_a_refused_answer_keeps_its_words",
        "memory",
        "a refusal is tried for ever",
        turned("answer", Refused, lambda error: RetryAt(error.words)),
    ),
    Mutation("test_an_answer_waits_for_a_new_sign_in", "memory", "revoked is refused", _never_signs_in),
    Mutation(
        "test_no_answer_leaves_from_another_account",
        "memory",
        "the engine takes any account",
        patch=("convo.engine.terms._chosen", _any_account),
    ),
    Mutation("test_an_answer_to_what_went_is_not_left_standing", "memory", "leaves an orphan", orphans),
    Mutation(
        "test_one_sentence_says_why_nothing_is_answered_from_here",
        "by hand",
        "prepares what cannot be sent",
        around("prepare", _prepares_all_the_same),
    ),
    Mutation(
        "test_words_for_another_place_stay_a_draft",
        "by hand",
        "the engine takes what the account cannot do",
        patch=("convo.engine.terms._refusal", _refuses_nothing),
    ),
    Mutation(
        "test_what_was_written_there_by_hand_closes_the_thread",
        "by hand",
        "no own messages",
        around("fetch", _no_own),
    ),
]
