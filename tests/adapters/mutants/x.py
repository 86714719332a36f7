"""Mutations of the X adapter: each breaks one of its rules, and the test of that rule must notice."""

from __future__ import annotations

import re
from typing import Any

from convo.adapters._x_cost import Ledger
from tests.adapters.mutants import Mutation

_HERE = "convo.adapters._x_"


async def _boundless(self: Any, prices: Any, *, least: int = 1, write: bool = False) -> int:
    return len(prices)


async def _forgetful(self: Any, aside: int, things: Any, fixed: int = 0) -> None:
    await _settle(self, aside, (), fixed)


async def _twice(self: Any, aside: int, things: Any, fixed: int = 0) -> None:
    await _settle(self, aside, (), fixed + sum(price for _, price in things))


async def _kept_aside(self: Any, aside: int, things: Any, fixed: int = 0) -> None:
    await _settle(self, 0, things, fixed)


_settle = Ledger.settle


def _of(file: str, test: str, fault: str, name: str, instead: Any) -> Mutation:
    return Mutation(f"test_x{file}.py::{test}", "x", fault, patch=(f"{_HERE}{name}", instead))


MUTATIONS = [
    _of(
        "_budget",
        "test_without_a_budget_the_account_says_so_and_asks_nothing",
        "an account without a budget has one",
        "cost.budget_of",
        lambda account: 5_000_000,
    ),
    _of(
        "_budget",
        "test_once_it_is_used_up_nothing_is_asked_also_after_a_restart",
        "the budget is no bound",
        "cost.Ledger.set_aside",
        _boundless,
    ),
    _of(
        "_budget",
        "test_what_was_read_is_counted_each_thing_once_a_day",
        "what was read is not counted",
        "cost.Ledger.settle",
        _forgetful,
    ),
    _of(
        "_budget",
        "test_what_was_read_is_counted_each_thing_once_a_day",
        "the same thing counts each time",
        "cost.Ledger.settle",
        _twice,
    ),
    _of(
        "_budget",
        "test_what_failed_is_not_counted",
        "what was set aside is never given back",
        "cost.Ledger.settle",
        _kept_aside,
    ),
    _of(
        "_budget",
        "test_an_address_is_sent_only_where_the_user_allowed_its_price",
        "addresses are not seen",
        "answer.has_address",
        lambda text: False,
    ),
    _of(
        "",
        "test_who_did_not_name_me_is_answered_in_the_browser",
        "anybody may be answered",
        "messages._refusals",
        lambda *_: {},
    ),
    _of(
        "",
        "test_more_than_one_cashtag_is_refused",
        "cashtags are not counted",
        "answer._CASHTAG",
        re.compile("(?!)"),
    ),
    _of(
        "",
        "test_the_other_spelling_is_tried_once_and_remembered",
        "the other spelling is forgotten",
        "api._speak",
        lambda *_: None,
    ),
    _of(
        "",
        "test_a_mention_that_is_listed_late_is_found",
        "nothing is read again",
        "read._begun",
        lambda cursor, now, *, again: cursor.high,
    ),
    _of(
        "_sign_in",
        "test_who_signs_in_anew_is_not_asked_with_the_old_session",
        "all secrets are the same",
        "session.mark_of",
        lambda secret: "0",
    ),
]
