"""The kept half: it is the file that was bound before the rules, and nobody in it is accused."""

from __future__ import annotations

import hashlib
import re

import pytest

from tests.labelled.cases import read
from tests.labelled.judge import judge
from tests.labelled.score import HERE, Score, report, score
from tests.labelled.test_open import PAGE


@pytest.fixture(scope="module")
def result() -> Score:
    return score(read(HERE / "kept.jsonl"), judge)


def test_it_is_the_file_that_was_bound() -> None:
    bound = (HERE / "kept.sha256").read_text("utf-8").split()[0]
    assert hashlib.sha256((HERE / "kept.jsonl").read_bytes()).hexdigest() == bound


def test_nobody_is_accused_and_nothing_falsely_finished(result: Score) -> None:
    assert (result.false_accusations, result.false_finished) == ([], []), report(result)


def test_it_misses_no_more_than_it_did_at_first(result: Score) -> None:
    missed = {one.case.id for one, _ in (*result.missed_quiet, *result.missed_finished)}
    told = set(re.findall(r"^\| kept (p\d{3}) \|", PAGE.read_text("utf-8"), re.MULTILINE))
    assert missed <= told, report(result)
