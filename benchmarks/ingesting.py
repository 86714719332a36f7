"""Ingest, from the JSON of a platform to stored, threaded and searchable, beside bare SQLite and notmuch."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from make_store import NOW, Cast, fill, pages
from payloads import PLATFORMS
from report import Figure
from yardsticks import bare_seconds

from convo.clock import HandClock
from convo.model import Message
from convo.store import Store

AT_ONCE = 80
"""Items of one answer of a platform."""


def figures(messages: int, rounds: int, mail: float | None) -> list[Figure]:
    """CPU time of all of it, in turn with bare SQLite on the same messages; `mail`: seconds that one took notmuch."""
    told = [message for _, page in pages(Cast(messages, 1), messages) for message in page]
    decoding = {name: _decoding(name, told) for name in PLATFORMS}
    stored, bare = [], []
    for _ in range(rounds):
        bare.append(bare_seconds(told) / messages * 1e6)
        stored.append(_storing(messages) / messages * 1e6)
    found = [Figure("ingest, a message stored", stored, "µs CPU")]
    for name, each in decoding.items():
        whole = [one + each for one in stored]
        found.append(
            Figure(f"ingest, {name} JSON to searchable", whole, "µs CPU", "bare SQLite with FTS5", bare, 5)
        )
        if mail is not None:
            notmuch = [mail * 1e6]
            found.append(
                Figure(
                    f"ingest, {name} JSON to searchable",
                    whole,
                    "µs CPU",
                    "notmuch new",
                    notmuch,
                    6,
                    at_least=True,
                )
            )
    return found


def _decoding(platform: str, told: Sequence[Message]) -> float:
    """Microseconds of CPU time that an adapter takes to read a message of its JSON, cleaning included."""
    make, read = PLATFORMS[platform]
    mine = [message for message in told if message.author.platform == platform][:8_000]
    answers = [make(mine[start : start + AT_ONCE]) for start in range(0, len(mine), AT_ONCE)]
    began = time.process_time()
    for answer in answers:
        read(answer)
    return (time.process_time() - began) / len(mine) * 1e6


def _storing(messages: int) -> float:
    with tempfile.TemporaryDirectory() as directory:
        store = Store.open(Path(directory), HandClock(NOW))
        try:
            return fill(store, Cast(messages, 1), messages)[1]
        finally:
            store.close()
