"""Mutations of Disqus: each breaks one of its rules, and its test notices."""

from __future__ import annotations

from typing import Any

from convo.adapters import _disqus_api, _disqus_messages
from convo.adapters.contract import Absent
from tests.adapters.mutants import Mutation


def _of(test: str, fault: str, name: str, instead: Any) -> Mutation:
    file, _, rest = test.rpartition("::")
    place = f"test_disqus{file}.py"
    return Mutation(f"{place}::{rest}", "disqus", fault, patch=(f"convo.adapters._disqus_{name}", instead))


async def _nothing_found(*_: Any) -> Any:
    return Absent()


async def _left_standing(*_: Any) -> None:
    return None


def _typed_is_me(author: Any, facts: Any, forum: str) -> Any:
    same = (author.name or "").lower() == facts.name.lower()
    return _disqus_api.me(facts) if same else _REAL_PERSON(author, facts, forum)


def _judged_by_status(self: Any, response: Any, *, write: bool = False) -> None:
    self.http.raise_for(response, write=write)


def _on_by_its_cursor(walk: Any, found: Any, stamps: Any) -> bool:
    walk.onward = found.onward
    return bool(walk.onward)


async def _with_token(self: Any, path: str, params: Any = ()) -> Any:
    return await _REAL_GET(self, path, [*params, ("access_token", await self._token())])


_REAL_PERSON = _disqus_messages.person_of
_REAL_GET = _disqus_api.Api.get

MUTATIONS = [
    _of(
        "test_guests_are_told_apart_by_what_they_typed_and_are_never_me",
        "takes whoever types my name for me",
        "messages.person_of",
        _typed_is_me,
    ),
    _of(
        "test_what_goes_while_a_backlog_is_read_hides_nothing",
        "goes on by a cursor that counts",
        "lists._step_up",
        _on_by_its_cursor,
    ),
    _of(
        "test_a_comment_with_its_page_its_time_and_its_links",
        "shows the counter in the place of the link",
        "messages.unwrapped",
        lambda address: address,
    ),
    _of(
        "_answers::test_what_waits_for_approval_is_not_read_and_no_token_is_in_any_address",
        "puts the token into addresses",
        "api.Api.get",
        _with_token,
    ),
    _of(
        "_answers::test_a_limit_is_known_by_its_code_whatever_the_status[13-200]",
        "judges by status",
        "api.Api.judge",
        _judged_by_status,
    ),
    _of(
        "_answers::test_already_said_after_a_broken_try_is_the_proof",
        "does not look after a refusal",
        "answer.find",
        _nothing_found,
    ),
    _of(
        "_answers::test_what_looks_like_a_tag_arrives_as_words",
        "sends words as they are",
        "answer.escaped",
        lambda text: text,
    ),
    _of(
        "_answers::test_an_own_answer_that_waits_elsewhere_is_not_gone",
        "does not know what is mine",
        "read.place_of",
        lambda _: _disqus_messages.Place(),
    ),
    _of(
        "_answers::test_what_was_put_somewhere_else_is_taken_back",
        "leaves an answer without its parent standing",
        "answer._take_back",
        _left_standing,
    ),
]
