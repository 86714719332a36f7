"""Mutations of the GitLab adapter: each breaks one of its rules, and the test of that rule must notice."""

from __future__ import annotations

from typing import Any

from convo.adapters._gitlab_messages import spot_of
from convo.adapters._gitlab_read import lookup
from tests.adapters.mutants import Mutation

_HERE = "convo.adapters._gitlab_"


async def _nobodys(api: Any, ref: Any) -> Any:
    found = await lookup(api, [ref])
    return (found.messages[0] if found.messages else None), spot_of(ref.uri)


def _of(test: str, fault: str, name: str, instead: Any) -> Mutation:
    return Mutation(f"test_gitlab.py::{test}", "gitlab", fault, patch=(f"{_HERE}{name}", instead))


MUTATIONS = [
    _of(
        "test_words_on_my_own_issue_speak_to_me_without_a_to_do",
        "what moved is read for nothing",
        "read.concerns",
        lambda *_: False,
    ),
    _of(
        "test_words_after_mine_on_issues_of_others_are_found_in_the_slow_round",
        "what was said after own words is not kept",
        "own.concerns",
        lambda *_: False,
    ),
    _of(
        "test_what_was_said_before_i_closed_waits_no_more",
        "closing answers nothing",
        "talk.close",
        lambda *_: None,
    ),
    _of(
        "test_a_review_request_waits_until_it_is_withdrawn_or_closed",
        "words in a merge request are no review",
        "talk._review",
        lambda *_: None,
    ),
    _of(
        "test_what_gitlab_takes_for_something_else_is_refused",
        "commands are sent",
        "answer._demand_no_command",
        lambda *_: None,
    ),
    _of("test_words_of_others_are_left_alone", "anybody's words are changed", "answer._own", _nobodys),
    _of(
        "test_to_dos_of_other_things_are_lines_with_a_link_and_of_builds_nothing",
        "every to-do is speech",
        "read.SPEECH",
        frozenset({"mentioned", "directly_addressed", "build_failed"}),
    ),
    _of(
        "test_after_a_502_it_is_found_by_its_words_or_absent",
        "older answers count",
        "answer._is_newer",
        lambda *_: True,
    ),
]
