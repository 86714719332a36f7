"""Mutations of Discourse, Hacker News, Lemmy and Blogger: each breaks one of their rules, and its test notices."""

from __future__ import annotations

from typing import Any

from convo.adapters import (
    _blogger_api,
    _blogger_messages,
    _discourse_messages,
    _hackernews_wire,
    _lemmy_read,
)
from convo.adapters.blogger import Blogger
from convo.adapters.contract import Absent
from tests.adapters.mutants import Mutation


def _of(platform: str, test: str, fault: str, name: str, instead: Any) -> Mutation:
    file, _, rest = test.rpartition("::")
    place = f"test_{platform}{file}.py"
    return Mutation(
        f"{place}::{rest}", platform, fault, patch=(f"convo.adapters._{platform}_{name}", instead)
    )


async def _nothing_found(*_: Any) -> Any:
    return Absent()


async def _nobody_asks(*_: Any) -> None:
    return None


async def _is_gone(*_: Any) -> bool:
    return False


async def _somebody(self: Any) -> Any:
    return _hackernews_wire.User("somebody")


async def _signed_out(self: Any) -> None:
    raise self.signed_out()


def _judged_by_status(self: Any, response: Any, *, write: bool = False) -> None:
    self.http.raise_for(response, write=write)


async def _anybodys(api: Any, ref: Any, **_: Any) -> Any:
    return await _lemmy_read.comment(api, int(ref.local_id[1:])) is not None


def _typed_is_me(author: Any, facts: Any) -> Any:
    same = (author.name or "").lower() == facts.name.lower()
    return _blogger_api.me(facts) if same else _REAL_PERSON(author, facts)


_REAL_PERSON = _blogger_messages.person_of

MUTATIONS = [
    _of(
        "discourse",
        "_reading::test_a_folded_row_that_was_replaced_hides_nothing",
        "takes a notification for one message",
        "topics.COLLAPSED",
        (),
    ),
    _of(
        "discourse",
        "_answers::test_a_lost_answer_that_is_too_similar_is_found",
        "does not look after a refusal",
        "answer.find",
        _nothing_found,
    ),
    _of(
        "discourse",
        "_answers::test_nothing_is_marked_read_without_a_number",
        "takes the number of whatever there is",
        "answer.place_of",
        lambda data: _discourse_messages.Place(1, note=7),
    ),
    _of(
        "discourse",
        "_limits::test_a_closed_door_is_no_dead_key",
        "every 403 ends the key",
        "api.Api._demand_alive",
        _signed_out,
    ),
    _of(
        "discourse",
        "_answers::test_what_waits_for_approval_is_sent_and_then_replaced",
        "what was held is gone at once",
        "read.is_pending_still",
        _is_gone,
    ),
    _of(
        "discourse",
        "_text::test_a_quote_with_a_mention_and_a_spoiler",
        "quoted names name",
        "html._quote",
        lambda node: None,
    ),
    _of("hackernews", "test_another_case_of_the_name_is_nobody", "takes any name", "api.Api.user", _somebody),
    _of(
        "discourse",
        "_answers::test_what_was_read_on_the_site_is_found_though_its_row_was_replaced",
        "trusts the notifications alone",
        "lists._TO_ME",
        {7: 1},
    ),
    _of(
        "hackernews",
        "test_more_than_a_thousand_comments_are_read_in_slices",
        "asks for more than the search gives",
        "replies._MANY",
        5_000,
    ),
    _of(
        "hackernews",
        "test_what_the_search_learns_of_late_is_found",
        "trusts the index to be up to date",
        "replies._LAG",
        0,
    ),
    _of(
        "hackernews",
        "test_a_kid_that_has_not_arrived_everywhere_is_asked_for_again",
        "never looks at the kids",
        "read._note_kids",
        _nobody_asks,
    ),
    _of(
        "lemmy",
        "_answers::test_a_token_that_is_nobodys_is_noticed_and_no_empty_inbox_is_shown",
        "trusts a token because nothing is said",
        "api.Api.validate",
        _nobody_asks,
    ),
    _of(
        "lemmy",
        "_answers::test_a_rate_limit_with_status_400_is_waited_for",
        "judges by status",
        "api.Api.judge",
        _judged_by_status,
    ),
    _of(
        "lemmy",
        "_reading::test_pages_overlap_a_little_and_each_is_read_once",
        "pages do not overlap",
        "lists._window",
        lambda at: (at // 50 + 1, 50),
    ),
    _of(
        "lemmy",
        "_answers::test_deleting_twice_and_deleting_what_is_not_mine",
        "deletes what others wrote",
        "answer._own",
        _anybodys,
    ),
    _of(
        "lemmy",
        "_answers::test_words_that_the_server_changed_are_not_sent_again_behind_the_users_back",
        "other words are never the same",
        "answer._alike",
        lambda *_: False,
    ),
    _of(
        "blogger",
        "test_strangers_without_a_profile_are_told_apart_by_what_they_typed",
        "takes whoever types my name for me",
        "messages.person_of",
        _typed_is_me,
    ),
    _of(
        "blogger",
        "test_what_nobody_reads_any_more_is_gone",
        "spam still stands",
        "read.GONE",
        (),
    ),
    Mutation(
        "test_blogger.py::test_what_was_approved_late_is_found_by_the_slow_round",
        "blogger",
        "the slow round goes on from where it was",
        patch=("convo.adapters.blogger.Blogger.lists", {**Blogger.lists, "again": Blogger.lists["comments"]}),
    ),
]
