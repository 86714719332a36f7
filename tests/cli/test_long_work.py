"""A signal in the middle of long work: one sentence, status 130, and all is as it was or goes on next time."""

from __future__ import annotations

import json
import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from convo.cli.progress import Work
from convo.engine.stopping import Stop
from convo.store import indexing, words
from tests.cli.conftest import Cli

ArmedAt = Callable[[str], None]


@pytest.fixture
def armed(monkeypatch: pytest.MonkeyPatch) -> ArmedAt:
    """Gives a function after which a signal comes when work tells of something for the first time."""

    def arm(what: str, number: int = signal.SIGINT) -> None:
        told: list[str] = []
        heard, stop = threading.Event(), Stop.now

        def now(self: Stop) -> None:
            stop(self)
            heard.set()

        def tell(self: Work, said: str, done: int, of: int) -> None:
            if said.startswith(what) and not told:
                told.append(said)
                os.kill(os.getpid(), number)
                if threading.current_thread() is not threading.main_thread():
                    assert heard.wait(30)

        monkeypatch.setattr(Stop, "now", now)
        monkeypatch.setattr(Work, "__call__", tell)

    return arm


@pytest.fixture
def synced(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    assert cli("sync").status == 0
    return tmp_path


def test_an_export(cli: Cli, synced: Path, armed: ArmedAt, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("convo.store.exporting._CHUNK", 5)
    (synced / "x.jsonl").write_text("before")
    armed("messages written")
    ran = cli("export", "x.jsonl", "--force")
    assert (ran.status, ran.out) == (130, "")
    assert ran.err == "convo: Stopped. Nothing was exported; x.jsonl is as it was.\n"
    assert [(path.name, path.read_text()) for path in synced.iterdir() if path.is_file()] == [
        ("x.jsonl", "before")
    ]
    assert cli("export", "x.jsonl", "--force").status == 0


def told(cli: Cli) -> list[tuple[str, str, bool]]:
    """All conversations, and which of them are done."""
    rows = cli("list", "--view", "all", "--json").json
    return sorted((row["url"], row["title"], row["state"] == "done") for row in rows)


@pytest.mark.parametrize(
    "when", ["MB of the file checked", "MB of the file merged", "conversations looked at"]
)
def test_an_import(
    cli: Cli, synced: Path, armed: ArmedAt, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    monkeypatch.setattr("convo.store.lines._TOLD", 5)
    threads = [row["id"] for row in cli("list", "--json").json][:3]
    assert cli("done", *threads).status == 0
    assert cli("export", "x.jsonl").status == 0
    before = told(cli)
    monkeypatch.setenv("CONVO_DATA_DIR", str(synced / "other"))
    armed(when)
    ran = cli("import", "x.jsonl")
    assert (ran.status, ran.out) == (130, "")
    assert ran.err.startswith("convo: Stopped. What came in is kept")
    said = "Your store has all that" if when.startswith("conversations") else "x.jsonl was merged"
    ran = cli("import", "x.jsonl")
    assert (ran.status, ran.out.startswith(said)) == (0, True)
    assert told(cli) == before
    assert cli("doctor", "--offline").status == 0


def test_an_old_archive(cli: Cli, synced: Path, armed: ArmedAt) -> None:
    posts = synced / "Takeout" / "Google+ Stream" / "Posts"
    posts.mkdir(parents=True)
    for number in range(20):
        post = {
            "resourceName": f"users/1234567/posts/{number}", "creationTime": f"2018-10-08 12:34:{number:02}+0000",
            "author": {"displayName": "Kim", "resourceName": "users/1234567"}, "content": f"Post {number} on Google+",
        }  # fmt: skip
        (posts / f"{number:02}.json").write_text(json.dumps(post))
    armed("conversations read")
    ran = cli("import", "--from", "google-takeout", "Takeout")
    assert (ran.status, ran.err) == (
        130,
        "convo: Stopped. What came in is kept; the same command goes on from there.\n",
    )
    kept = len(cli("search", "Google", "--json").json)
    assert 0 < kept < 20
    assert cli("import", "--from", "google-takeout", "Takeout").status == 0
    assert len(cli("search", "Google", "--json").json) == 20


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize(
    "when", ["the file is looked at", "pages of", "what was read", "conversations looked at", "messages put"]
)
def test_a_repair(
    cli: Cli,
    synced: Path,
    armed: Callable[[str, int], None],
    monkeypatch: pytest.MonkeyPatch,
    when: str,
    number: int,
) -> None:
    monkeypatch.setattr("convo.store.salvage._TOLD", 5)
    before = cli("list", "--view", "all", "--json").json
    file = synced / "data" / "convo.db"
    damaged = bytearray(file.read_bytes())
    damaged[18 * 4096 : 18 * 4096 + 100] = bytes(100)
    file.write_bytes(damaged)
    armed(when, number)
    ran = cli("doctor", "--repair", "--offline")
    assert (ran.status, ran.out) == (130, "")
    assert ran.err == "convo: Stopped. The store is as it was; the same command begins anew.\n"
    assert file.read_bytes() == damaged
    assert not list((synced / "data").glob("*.repaired*"))
    assert cli("doctor", "--repair", "--offline").out.startswith("The store")
    assert len(cli("list", "--view", "all", "--json").json) == len(before)


def test_a_search_while_the_index_is_made_anew(
    cli: Cli, synced: Path, armed: ArmedAt, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = cli("search", "the", "--json").json
    for name, value in {"AT_ONCE": 2, "_LEAST": 2, "_MOST": 2}.items():
        monkeypatch.setattr(indexing, name, value)
    monkeypatch.setattr(words, "VERSION", words.VERSION + 1)
    armed("messages put into the search")
    ran = cli("search", "the", "--json")
    assert (ran.status, ran.out) == (130, "")
    assert ran.err == "convo: Stopped. The search goes on being put in order next time.\n"
    assert cli("search", "the", "--json").json == whole
