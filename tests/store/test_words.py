"""The first words of a message: quotes and leading names left out, and nothing else."""

from __future__ import annotations

import pytest

from convo.store.words import first_words


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("@me @ben@far.example, Did you\nget it?", "Did you get it?"),
        ("@ana,@ben hello", "hello"),
        ("@ana: hello", "hello"),
        ("čau @ana, could you look?", "čau @ana, could you look?"),
        ("Ask @ana @ben about it", "Ask @ana @ben about it"),
        ("> quoted\n@me yes", "yes"),
        ("@me", ""),
        ("See the log below:\n```\nTraceback\n```\n- on Debian", "See the log below: - on Debian"),
        ("```\nonly code\n```", "only code"),
        ("```python\nnever closed", "python never closed"),
        ("mail me@far.example please", "mail me@far.example please"),
    ],
)
def test_only_names_at_the_very_start_are_left_out(text: str, shown: str) -> None:
    assert first_words(text) == shown


def test_a_run_of_names_glued_together_costs_no_more_than_its_length() -> None:
    assert first_words("@a" * 500 + "! hello") == "@a" * 39 + "@…"
