"""Mutations of Facebook: each breaks one of its rules, and its test notices."""

from __future__ import annotations

from typing import Any

from convo.adapters import _facebook_api, _facebook_messages, _facebook_threads
from convo.adapters.contract import Absent, Refused
from convo.model import Person
from tests.adapters.mutants import Mutation


def _of(test: str, fault: str, name: str, instead: Any) -> Mutation:
    file, _, rest = test.rpartition("::")
    place = f"test_facebook{file}.py"
    return Mutation(
        f"{place}::{rest}", "facebook", fault, patch=(f"convo.adapters._facebook_{name}", instead)
    )


async def _nothing_found(*_: Any) -> Any:
    return Absent()


async def _left_standing(*_: Any) -> None:
    return None


async def _to_the_comment_itself(self: Any, method: str, path: str, fields: Any = ()) -> Any:
    return await _REAL_SEND(self, method, path.removesuffix("/comments"), fields)


async def _nothing_is_kept_from_reading(*_: Any) -> None:
    return None


def _all_are_one(raw: Any, number: str, facts: Any) -> Any:
    found = _REAL_PERSON(raw, number, facts)
    unnamed = "#unnamed" in found.uid
    return Person(found.platform, "https://www.facebook.com/#unnamed", found.handle) if unnamed else found


def _first_level_only(comment: Any, place: Any, facts: Any) -> Any:
    return None if _facebook_threads.top_of(comment) else _REAL_CLAIM(comment, place, facts)


def _always_below(self: Any, comment: Any) -> str:
    return _facebook_threads.top_of(comment)


def _final(error: Any, response: Any, http: Any, name: str, write: bool) -> None:
    raise Refused(str(error.message))


def _by_its_order(stamps: Any) -> bool:
    return True


def _in_the_address(paging: Any) -> str:
    return str(paging.next or "")


_REAL_PERSON = _facebook_messages.person_of
_REAL_CLAIM = _facebook_messages._claim
_REAL_SEND = _facebook_api.Api.send

MUTATIONS = [
    _of(
        "_answers::test_an_answer_goes_to_the_comments_of_a_comment_and_is_read_again",
        "writes over the comment in the place of answering it",
        "api.Api.send",
        _to_the_comment_itself,
    ),
    _of(
        "_answers::test_an_answer_without_an_id_that_took_the_place_of_the_question",
        "does not look at the question again",
        "answer._unchanged",
        _left_standing,
    ),
    _of(
        "_answers::test_what_was_put_somewhere_else_is_taken_back[True]",
        "leaves an answer without its parent standing",
        "answer._take_back",
        _left_standing,
    ),
    _of(
        "_refusals::test_the_same_words_again_are_perhaps_there_already",
        "does not look after words that are there already",
        "answer.find",
        _nothing_found,
    ),
    _of(
        "_refusals::test_what_signing_in_again_mends[190-463-has expired]",
        "takes every error for a refusal",
        "errors._raise",
        _final,
    ),
    _of(
        "::test_whom_facebook_does_not_name_are_all_different_and_never_me",
        "takes all nameless people for one",
        "messages.person_of",
        _all_are_one,
    ),
    _of(
        "_waiting::test_a_second_question_waits_until_the_page_speaks_again",
        "hears the first level only",
        "messages._claim",
        _first_level_only,
    ),
    _of(
        "_waiting::test_an_answer_that_names_another_closes_theirs_alone",
        "takes what an answer stands under for what it answers",
        "threads.Around.answered",
        _always_below,
    ),
    _of(
        "::test_a_long_post_is_read_whole_and_then_no_further_than_needed[True]",
        "trusts the order that it asked for",
        "lists._falls",
        _by_its_order,
    ),
    _of(
        "::test_a_page_of_which_all_is_withheld_goes_on",
        "takes the next address, token and all, for a place",
        "api._onward",
        _in_the_address,
    ),
    _of(
        "::test_what_does_not_exist_is_gone_only_where_its_post_can_be_read",
        "believes that what may not be seen is gone",
        "read._readable",
        _nothing_is_kept_from_reading,
    ),
]
