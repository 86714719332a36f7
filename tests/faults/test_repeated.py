"""A script repeats a command after its answer has left: the answer stands once, and the script hears that it does."""

from __future__ import annotations

from tests.faults.bench import LATER, WORDS
from tests.faults.conftest import Benches

TWICE = 2
PLAIN = ("-m", WORDS)


def test_the_same_words_again_are_sent_again_only_with_a_yes(benches: Benches) -> None:
    bench = benches("key ignored")
    bench.begin("asked")
    first = bench.demand("reply", bench.target, *PLAIN, "--json")
    bench.later(LATER)
    again = bench.demand("reply", bench.target, *PLAIN, "--json")
    assert again.json == first.json
    assert "sent these words to Ana before" in again.err
    assert bench.answers(bench.books()) == 1
    assert not bench.books().drafts()
    bench.demand("reply", bench.target, *PLAIN, "--yes")
    assert bench.answers(bench.books()) == TWICE


def test_other_words_and_a_deleted_answer_are_no_repetition(benches: Benches) -> None:
    bench = benches("key ignored")
    bench.begin("asked")
    sent = bench.demand("reply", bench.target, *PLAIN, "--json").json
    bench.demand("reply", bench.target, "-m", "And something else")
    bench.demand("delete", sent["uri"], "--yes")
    bench.demand("reply", bench.target, *PLAIN)
    assert bench.answers(bench.books()) == 1
