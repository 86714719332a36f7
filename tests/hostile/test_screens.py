"""Hostile text on every screen of the real program; every byte that reaches the terminal is looked at."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hostile.screen import Screen
from tests.hostile.square import Square
from tests.hostile.stream import foreign

TOUR = (
    *("j" * 6), "]", " ", "\r", "J", "J", "z", "v", "f", "\x1b", "p", "\x1b", "\x1b", "gi", "j", "G", "gs", "j",
    "gp", "j", "\r", "j", "\x1b", "\x1b", "gw", "/", "mention", "\r", "j", "\x1b", "\x1b", "F", "j", "\x1b", "A",
    "j", "\x1b", ":", "a", "\x1b", "?", "\x1b", "s", "\x1b", "M", "\x1b", "gt", "go", "ga", "gd", "gm", "gz", "gw",
)  # fmt: skip
"""Keys that open every screen and every question."""
SMALL, MANY = (60, 120), (1_000, 2_000)
"""Messages and inputs."""


@pytest.fixture(params=[SMALL, pytest.param(MANY, marks=pytest.mark.long)], ids=["some", "many"])
def square(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Square]:
    messages, inputs = request.param
    made = Square(tmp_path, messages, inputs)
    yield made
    made.close()


def _filled(square: Square) -> list[bytes]:
    """The store filled by syncs; gives all that was logged and said by the way."""
    said = []
    for _ in range(2):
        ran = square.program.run("sync", "--verbose")
        said += [ran.out.encode(), ran.err.encode()]
    square.refuse()
    shown = square.program.run("show", square.program.run("list", "--json").json[0]["id"], "--json").json
    waiting = next(message["id"] for message in shown["messages"] if message["waiting"])
    ran = square.program.run("reply", waiting, "-m", "An answer that is refused", "--yes", "--verbose")
    assert ran.status == 1
    return [*said, ran.out.encode(), ran.err.encode()]


def _tour(square: Square, *extra: str) -> Iterator[tuple[str, bytes]]:
    """Each key of the tour with what it painted, then the reply box with hostile text pasted."""
    screen = Screen(*square.words, "--offline", size=(120, 40))
    screen.until("Waiting")
    yield "first", screen.data
    many = len(square.inputs) > SMALL[1]
    for key in (*("j" * 200 if many else ""), *TOUR, *extra):
        yield key, screen.type(key)
    yield "r", screen.type("r")
    for text in square.inputs[:: 50 if many else 12]:
        pasted = text[:400].replace("\x1b[201~", "").encode("utf-8", "replace").decode()
        yield "paste", screen.type(f"\x1b[200~{pasted}\x1b[201~")
    yield "keep", screen.type("\x1b")
    before = len(screen.data)
    status = screen.close()
    yield "close", screen.data[before:]
    assert status == 0


def test_nothing_but_the_inboxs_own_sequences_reaches_the_terminal(square: Square) -> None:
    said = _filled(square)
    wrong = [f"log: {found}" for one in said for found in foreign(one, plain=True)]
    painted = 0
    for key, data in _tour(square):
        painted += len(data)
        wrong += [f"after {key!r}: {found}" for found in foreign(data)]
    assert not wrong, "\n".join(wrong[:30])
    assert painted > 50_000, "the screens were painted"
    assert len(square.used) > len(square.inputs) * 0.6


def test_the_command_line_and_the_line_mode_print_no_sequence(square: Square) -> None:
    """Of the same store: lists, conversations, people, the export; and the line mode over a pipe."""
    _filled(square)
    wrong = []
    run = square.program.run
    rows = run("list", "--view", "all", "--limit", "2000", "--json")
    wrong += [f"list: {found}" for found in foreign(rows.out.encode(), plain=True)]
    handles = {row["waiting_for"][0] for row in rows.json if row["waiting_for"]}
    commands = [["list", "--view", "all", "--limit", "2000"], ["people"], ["week"], ["outbox"], ["accounts"],
                ["search", "mention"], ["search", "mention", "--json"], ["people", "--json"]]  # fmt: skip
    commands += [["show", row["id"], *extra] for row in rows.json[:20] for extra in ([], ["--json"])]
    commands += [["person", handle] for handle in sorted(handles)[:3]]
    for words in commands:
        ran = run("--offline", *words)
        wrong += [f"{words}: {found}" for found in foreign((ran.out + ran.err).encode(), plain=True)]
    export = square.program.directory / "export.jsonl"
    run("export", str(export))
    wrong += [f"export: {found}" for found in foreign(export.read_bytes(), plain=True)]
    keys = (
        "\n".join([*("j" * 5), "", "v", "?", "l", "A", "g p", "g i", "j", "", "g w", "/ mention", "q"]) + "\n"
    )
    plain = run("--plain", "--offline", typed=keys)
    assert len(plain.out) > 1_000
    wrong += [f"plain: {found}" for found in foreign((plain.out + plain.err).encode(), plain=True)]
    assert not wrong, "\n".join(wrong[:30])
