"""The rules against the open half: nobody accused, nothing called finished that is not, misses only those told."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.labelled.cases import read
from tests.labelled.judge import judge
from tests.labelled.score import HERE, Score, report, score

PAGE = Path(__file__).parents[2] / "docs" / "quiet.md"


@pytest.fixture(scope="module")
def result() -> Score:
    return score(read(HERE / "open.jsonl"), judge)


def test_nobody_who_means_the_user_is_accused(result: Score) -> None:
    assert result.false_accusations == [], report(result)


def test_nothing_that_wants_something_is_called_finished(result: Score) -> None:
    assert result.false_finished == [], report(result)


def test_every_reason_is_the_one_a_person_would_write(result: Score) -> None:
    assert result.other_reason == [], report(result)


def test_what_is_missed_is_told_and_nothing_else(result: Score) -> None:
    missed = {one.case.id for one, _ in (*result.missed_quiet, *result.missed_finished, *result.let_through)}
    told = set(re.findall(r"^\| (p\d{3}) \|", PAGE.read_text("utf-8"), re.MULTILINE))
    assert missed == told, report(result)


def test_the_page_tells_the_score(result: Score) -> None:
    row = f"| open | {result.cases} | {len(result.false_accusations)} | {len(result.false_finished)} |"
    found = f"{result.agreed_quiet} of {result.agreed_quiet + len(result.missed_quiet)}"
    finished = f"{result.agreed_finished} of {result.agreed_finished + len(result.missed_finished)}"
    assert f"{row} {found} | {finished} |" in PAGE.read_text("utf-8"), report(result)
