"""Mutations of Reddit: each breaks one of its rules, and its test notices."""

from __future__ import annotations

from typing import Any

from convo.adapters.contract import RetryAt
from tests.adapters.mutants import Mutation


def _of(test: str, fault: str, name: str, instead: Any) -> Mutation:
    file, _, rest = test.rpartition("::")
    return Mutation(
        f"test_reddit{file}.py::test_{rest}",
        "reddit",
        fault,
        patch=(f"convo.adapters._reddit_{name}", instead),
    )


async def _nothing(*_: Any) -> list[Any]:
    return []


async def _anybodys(*_: Any) -> None:
    return None


async def _alone(api: Any, tree: Any, link: str) -> None:
    return None


def _waits(seconds: float, quoted: str) -> RetryAt:
    return RetryAt(quoted)


def _no_errors(told: Any) -> None:
    return None


MUTATIONS = [
    _of(
        "without_a_client_there_is_an_explanation_and_no_request",
        "asks without a client",
        "api.client_of",
        lambda account: ("", ""),
    ),
    _of(
        "where_a_walk_goes_on_may_be_gone_without_a_trace",
        "goes on from one name only",
        "lists._ANCHORS",
        1,
    ),
    _of(
        "what_is_deleted_there_is_deleted_here",
        "takes what was removed for words",
        "messages._GONE",
        frozenset({"[deleted]"}),
    ),
    _of(
        "a_deleted_comment_names_nobody",
        "takes what was deleted for words",
        "messages._GONE",
        frozenset({"[removed]"}),
    ),
    _of(
        "a_thread_that_goes_on_elsewhere_is_loaded_from_there",
        "does not go on where a thread goes on",
        "read._go_on",
        _alone,
    ),
    _of(
        "more_is_loaded_twenty_at_once_and_never_two_at_a_time",
        "asks for too many at once",
        "read._UNFOLDED",
        100,
    ),
    _of(
        "_answers::a_long_wait_is_told_and_the_draft_is_kept",
        "sends again by itself however long the wait",
        "api._later",
        _waits,
    ),
    _of(
        "_answers::refusals_with_status_200",
        "takes an error with a good status for success",
        "api.fail",
        _no_errors,
    ),
    _of(
        "_answers::after_a_time_out_the_answer_is_looked_for",
        "looks in the late list only",
        "answer._below",
        _nothing,
    ),
    _of(
        "_answers::what_others_wrote_is_neither_changed_nor_deleted",
        "does not look whose it is",
        "answer._own",
        _anybodys,
    ),
    _of(
        "_answers::many_are_marked_as_read_a_few_at_a_time",
        "marks all at once",
        "answer._MARKED_AT_ONCE",
        100,
    ),
    _of(
        "_answers::convo_says_what_it_is_and_whose",
        "says whose it is only by number",
        "api.agent",
        lambda account, name: "test:convo-inbox:1 (by /u/nobody)",
    ),
    _of(
        "_sign_in::check_names_what_is_missing",
        "demands nothing",
        "login.ANSWERING",
        frozenset(),
    ),
]
