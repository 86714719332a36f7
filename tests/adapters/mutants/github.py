"""Mutations of the GitHub adapter: each breaks one of its rules, and the test of that rule must notice."""

from __future__ import annotations

from typing import Any

from convo.adapters import _github_single as single
from tests.adapters.mutants import Mutation

_HERE = "convo.adapters._"


def _answers_root(item: Any, earlier: Any, root: Any, *_: Any) -> None:
    item.parent, item.parent_node = root.uri, root.node


def _one_space(base: str, whole: Any, kind: str, number: int) -> str:
    return f"{base}/repositories/{whole.repository.database_id}/comments/{number}"


async def _anybodys(api: Any, ref: Any) -> Any:
    found = await single.lookup(api, [ref])
    return found.messages[0] if found.messages else None


def _of(rule: str, test: str, fault: str, name: str, instead: Any) -> Mutation:
    return Mutation(f"test_github_{rule}.py::{test}", "github", fault, patch=(f"{_HERE}{name}", instead))


MUTATIONS = [
    _of(
        "threads",
        "test_a_comment_right_after_mine_answers_it",
        "everything answers the issue",
        "forge._answer_flat",
        _answers_root,
    ),
    _of(
        "threads",
        "test_an_inline_thread_is_a_branch_and_a_resolved_one_waits_no_more",
        "inline comments answer the pull request",
        "forge._answer_in_branch",
        _answers_root,
    ),
    _of(
        "threads",
        "test_who_quotes_me_speaks_to_me_and_my_quote_answers_its_author",
        "quotes are not seen",
        "forge._quotes",
        lambda *_: (),
    ),
    _of(
        "threads",
        "test_what_was_said_before_i_closed_waits_no_more",
        "closing answers nothing",
        "github_talk._close",
        lambda *_: None,
    ),
    _of(
        "threads",
        "test_a_review_request_waits_until_it_is_met_withdrawn_or_closed",
        "a request for a review stands for ever",
        "github_single.stands",
        lambda *_: True,
    ),
    _of(
        "threads",
        "test_reviews_say_what_they_decide_and_empty_ones_of_others_say_nothing",
        "a review without words is a message",
        "github_talk.is_empty",
        lambda *_: False,
    ),
    _of(
        "threads",
        "test_a_review_and_a_comment_with_one_number_are_two",
        "all ids are of one kind",
        "github_messages.comment_uri",
        _one_space,
    ),
    _of(
        "threads",
        "test_in_a_crowd_an_answer_says_whom_it_is_for",
        "an answer names nobody",
        "github_answer.worded",
        lambda reply: reply.text,
    ),
    _of(
        "threads",
        "test_in_a_crowd_an_answer_says_whom_it_is_for",
        "two are a crowd",
        "github_talk.several",
        lambda *_: True,
    ),
    _of(
        "sync",
        "test_nothing_new_is_asked_for_on_condition_and_wholly_every_quarter_of_an_hour",
        "the list is never asked for wholly",
        "github_lists.WHOLE",
        10**12,
    ),
    _of(
        "sync",
        "test_nothing_new_is_asked_for_on_condition_and_wholly_every_quarter_of_an_hour",
        "the list is always asked for wholly",
        "github_lists.WHOLE",
        0,
    ),
    _of(
        "sync",
        "test_the_interval_that_github_asks_for_is_kept",
        "it asks at any time",
        "github_lists._LONGEST",
        0,
    ),
    _of(
        "sync",
        "test_a_walk_over_three_pages_loses_and_repeats_nothing_when_threads_jump",
        "what was read is read again",
        "github_lists._is_new",
        lambda *_: True,
    ),
    _of(
        "sync",
        "test_of_what_i_only_watch_is_kept_what_speaks_to_me",
        "all that is watched is kept",
        "github_read.concerns",
        lambda *_: True,
    ),
    _of(
        "sync",
        "test_more_comments_than_one_query_gives_are_read",
        "only the newest are read",
        "github_read._MORE",
        0,
    ),
    _of("answers", "test_line_ends_do_not_hide_an_answer", "line ends count", "github_answer.bare", str),
    _of(
        "answers",
        "test_what_github_would_refuse_is_said_before",
        "a lock is not seen",
        "github_answer._demand_open",
        lambda *_: None,
    ),
    _of(
        "answers",
        "test_words_of_others_are_not_changed_where_github_would_allow_it",
        "a maintainer changes what others wrote",
        "github_care._own",
        _anybodys,
    ),
    _of(
        "refusals",
        "test_an_answer_that_is_half_an_error_is_asked_for_again",
        "an error beside null means that it is gone",
        "github_api._PASSED_OVER",
        ("NOT_FOUND", "FORBIDDEN", ""),
    ),
    _of(
        "login",
        "test_a_token_that_can_never_read_is_not_taken",
        "any token will do",
        "github_login._demand",
        lambda *_: None,
    ),
    _of(
        "answers",
        "test_the_same_words_a_moment_before_are_no_proof",
        "older answers count",
        "github_answer._newest",
        lambda *_: 0,
    ),
]
