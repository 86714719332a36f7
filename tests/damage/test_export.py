"""Export and import: a round trip gives the same again, twice is as once, nothing is sent, nothing newer is lost."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from convo.store import Store, exporting, lines, outbox, transfer, triage
from convo.views import Draft, View
from tests.damage.story import draft, message, queue, told
from tests.store.talk import NOW, Talk


def export(store: Store, path: Path) -> list[dict[str, Any]]:
    path.unlink(missing_ok=True)
    transfer.export(store.path, path, NOW)
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def bring_in(store: Store, path: Path) -> Any:
    return asyncio.run(transfer.bring_in(store, path, NOW))


def without_end(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [line for line in found if line["kind"] not in ("convo", "end")]


def shown(talk: Talk) -> dict[str, list[str]]:
    return {view.value: talk.words(view) for view in View if view.value not in ("drafts", "outbox")}


@pytest.fixture
def empty(tmp_path: Path) -> Any:
    talk = Talk.__new__(Talk)
    from convo.clock import HandClock

    talk.clock, talk.directory, talk.accounts = HandClock(NOW), tmp_path / "other", {}
    talk.store = Store.open(talk.directory, talk.clock)
    yield talk
    talk.close()


@pytest.fixture
def talk(tmp_path: Path) -> Any:
    made = told(tmp_path / "data")
    yield made
    made.close()


def configured(talk: Talk) -> None:
    from convo.store import accounts

    talk.run(accounts.set_configured, ["one", "two"], NOW)


def test_a_round_trip_gives_the_same(talk: Talk, empty: Talk, tmp_path: Path) -> None:
    queue(talk, message(talk, "Message 3 "), "it arrived", "sent")
    queue(talk, message(talk, "Message 7 "), "nobody knows of this", "unsure")
    queue(talk, message(talk, "Message 8 "), "was refused", "failed")
    before = export(talk.store, tmp_path / "a.jsonl")
    merged = bring_in(empty.store, tmp_path / "a.jsonl")
    configured(empty)
    after = export(empty.store, tmp_path / "b.jsonl")
    error = next(line for line in before if line.get("state") == "unsure")
    error["error"] = transfer.FATE
    assert without_end(after) == without_end(before)
    assert merged.unsure == 1
    assert shown(empty) == shown(talk)
    fault = empty.store.check()
    assert fault == ""


def test_twice_is_as_once(talk: Talk, empty: Talk, tmp_path: Path) -> None:
    queue(talk, message(talk, "Message 7 "), "held words", "held")
    export(talk.store, tmp_path / "a.jsonl")
    bring_in(empty.store, tmp_path / "a.jsonl")
    once = export(empty.store, tmp_path / "b.jsonl")
    again = bring_in(empty.store, tmp_path / "a.jsonl")
    assert export(empty.store, tmp_path / "b.jsonl") == once
    assert again.changed == 0


def test_into_the_store_it_came_from_changes_nothing(talk: Talk, tmp_path: Path) -> None:
    queue(talk, message(talk, "Message 7 "), "held words", "held")
    queue(talk, message(talk, "Message 8 "), "on its way", "sending")
    before, derived = talk.state(), talk.derived()
    export(talk.store, tmp_path / "a.jsonl")
    assert bring_in(talk.store, tmp_path / "a.jsonl").changed == 0
    assert talk.state() == before
    assert talk.derived() == derived


@pytest.mark.parametrize(
    ("state", "becomes"),
    [("held", "unsure"), ("queued", "unsure"), ("sending", "unsure"), ("unsure", "unsure"), ("sent", "sent")],
)
def test_nothing_is_ever_sent_from_a_file(
    talk: Talk, empty: Talk, tmp_path: Path, state: str, becomes: str
) -> None:
    to = message(talk, "Message 7 ")
    queue(talk, to, "my answer", state)
    export(talk.store, tmp_path / "a.jsonl")
    bring_in(empty.store, tmp_path / "a.jsonl")
    configured(empty)
    rows = outbox.rows(empty.db, open_only=False)
    kept = [row.text for row in rows] + [
        text for (text,) in empty.db.execute("SELECT text FROM draft WHERE uri = ?", (to.uri,))
    ]
    assert kept == ["my answer"]
    assert [row.state.value for row in rows] == [becomes]
    number = empty.db.execute("SELECT id FROM account WHERE name = 'one'").fetchone()[0]
    assert outbox.due(empty.db, number, NOW + timedelta(days=1)) is None
    assert outbox.stuck(empty.db, number) == []


def test_what_the_user_took_back_since_stays_taken_back(talk: Talk, tmp_path: Path) -> None:
    one = message(talk, "Message 6 ")
    export(talk.store, tmp_path / "a.jsonl")
    talk.clock.step(60)
    talk.run(triage.reopen, [talk.seen(one)], talk.now)
    state = talk.state()
    bring_in(talk.store, tmp_path / "a.jsonl")
    assert talk.state() == state


def test_a_newer_draft_stands_and_an_older_one_keeps_its_words(
    talk: Talk, empty: Talk, tmp_path: Path
) -> None:
    to = message(talk, "Message 22 ")
    export(talk.store, tmp_path / "old.jsonl")
    talk.clock.step(60)
    draft(talk, to, "another thought")
    bring_in(talk.store, tmp_path / "old.jsonl")
    assert [row.text for row in _drafts(talk)] == ["another thought"]
    bring_in(empty.store, tmp_path / "old.jsonl")
    export(talk.store, tmp_path / "new.jsonl")
    bring_in(empty.store, tmp_path / "new.jsonl")
    bring_in(empty.store, tmp_path / "new.jsonl")
    assert [row.text for row in _drafts(empty)] == ["another thought\n\nhalf a thought"]


def test_an_answer_on_its_way_and_a_later_draft_both_stay(talk: Talk, empty: Talk, tmp_path: Path) -> None:
    to = message(talk, "Message 7 ")
    queue(talk, to, "held words", "held")
    talk.clock.step(60)
    draft(talk, to, "and more")
    export(talk.store, tmp_path / "a.jsonl")
    for _ in range(2):
        bring_in(empty.store, tmp_path / "a.jsonl")
        assert [row.text for row in _drafts(empty) if row.uri == to.uri] == ["and more"]
        assert [row.text for row in outbox.rows(empty.db)] == ["held words"]


def _drafts(talk: Talk) -> list[Draft]:
    from convo.store import drafts

    return drafts.every(talk.db)


def test_no_line_knows_of_a_secret_or_a_count(talk: Talk, tmp_path: Path) -> None:
    found = export(talk.store, tmp_path / "a.jsonl")
    assert (tmp_path / "a.jsonl").stat().st_mode & 0o777 == 0o600
    assert not {"facts", "cursor", "secret", "token"} & {key for line in found for key in line}


def test_messages_come_one_by_one(talk: Talk, tmp_path: Path) -> None:
    """Neither the writer nor the reader holds more than a part."""
    import tracemalloc

    for number in range(300):
        talk.say("ana", "x" * 20_000 + str(number))
    tracemalloc.start()
    transfer.export(talk.store.path, tmp_path / "a.jsonl", NOW)
    lines.check(tmp_path / "a.jsonl")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (tmp_path / "a.jsonl").stat().st_size > 6_000_000
    assert peak < 4_000_000


# Files that are not what they should be -----------------------------------------------------------------


@pytest.fixture
def file(talk: Talk, tmp_path: Path) -> Path:
    export(talk.store, tmp_path / "a.jsonl")
    return tmp_path / "a.jsonl"


def refused(empty: Talk, path: Path) -> str:
    with pytest.raises(lines.BadFile) as error:
        bring_in(empty.store, path)
    assert empty.db.execute("SELECT count(*) FROM message").fetchone() == (0,)
    assert not any(empty.state().values())
    assert empty.db.execute("SELECT count(*) FROM account").fetchone() == (0,)
    assert "\n" not in error.value.words
    return error.value.words


@pytest.mark.parametrize(
    "content", [b"", b"hello\n", b"{}\n", b"\x00\xff" * 500, b'{"kind":"done","uri":"x"}\n', b"[1]\n" * 3]
)
def test_a_foreign_file(empty: Talk, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x").write_bytes(content)
    said = refused(empty, tmp_path / "x")
    assert "line 1" in said or "not an export" in said


def test_a_file_that_was_cut(empty: Talk, file: Path, tmp_path: Path) -> None:
    whole = file.read_bytes()
    cut = tmp_path / "cut.jsonl"
    for length in range(0, len(whole) - 1, max(1, len(whole) // 60)):
        cut.write_bytes(whole[:length])
        said = refused(empty, cut)
        assert str(cut) in said


def test_a_file_with_flipped_bits(empty: Talk, file: Path, tmp_path: Path) -> None:
    import random

    dice = random.Random(5)
    whole = bytearray(file.read_bytes())
    start = whole.index(b"\n") + 1
    for _ in range(200):
        place, bit = dice.randrange(start, len(whole) - 1), 1 << dice.randrange(8)
        whole[place] ^= bit
        flipped = tmp_path / "flipped.jsonl"
        flipped.write_bytes(bytes(whole))
        whole[place] ^= bit
        assert ", line " in refused(empty, flipped)


def test_a_bad_line_is_named(empty: Talk, file: Path) -> None:
    rows = file.read_text("utf-8").splitlines()
    number = next(index for index, row in enumerate(rows) if '"kind":"done"' in row)
    rows[number] = rows[number].replace('"at":"2026', '"at":"yesterday 2026')
    file.write_text("\n".join(rows) + "\n", "utf-8")
    said = refused(empty, file)
    assert said.startswith(
        f"{file} is damaged, line {number + 1}: Invalid RFC3339 encoded datetime - at `$.at`. "
    )
    assert said.endswith("Nothing of it was imported.")


def test_a_newer_format(empty: Talk, file: Path) -> None:
    file.write_text(file.read_text("utf-8").replace('"format":1', '"format":2', 1), "utf-8")
    assert "was written by a newer convo" in refused(empty, file)


def test_a_file_edited_by_hand_says_so_by_leaving_the_sum_away(empty: Talk, file: Path) -> None:
    found = [json.loads(row) for row in file.read_text("utf-8").splitlines()]
    next(line for line in found if line["kind"] == "draft")["text"] = "by hand \x1b]8;;x\x07!"
    del found[-1]["sha256"]
    file.write_text("".join(json.dumps(line) + "\n" for line in found), "utf-8")
    bring_in(empty.store, file)
    assert [row.text for row in _drafts(empty)] == ["by hand ]8;;x!"]


def test_an_endless_line(empty: Talk, tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(
        b'{"kind":"convo","format":1,"holds":"history","made_at":"2026-11-22T00:00:00Z"}\n'
        + b"x" * (lines.LONGEST + 9)
    )
    assert "line 2: it is longer than 8 MB" in refused(empty, tmp_path / "x")


def test_holds(talk: Talk, tmp_path: Path) -> None:
    with (tmp_path / "x").open("wb") as file:
        exporting.write(talk.db, file, exporting.STATE, NOW)
    kinds = {json.loads(line)["kind"] for line in (tmp_path / "x").read_text("utf-8").splitlines()}
    assert kinds == {
        "convo",
        "account",
        "contact",
        "choice",
        "done",
        "mute",
        "snooze",
        "looked",
        "draft",
        "end",
    }
