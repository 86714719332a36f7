"""No number about people gets in: every platform's answers are full of counts, and none of them is found anywhere.

Each simulated platform is made to say a number of its own in every count it knows, and to say a dozen more in every
object of every answer. Then the whole program runs over it: model values, database, screen, JSON, export, log.
"""

from __future__ import annotations

import ast
import asyncio
import inspect
import json
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import fields, is_dataclass, replace
from datetime import timedelta, timezone
from functools import partial
from importlib import import_module
from itertools import count
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

import convo
from convo.__main__ import main
from convo.adapters import BUILT_IN
from convo.adapters.contract import Adapter, AdapterError, Credential
from convo.adapters.http import Http
from convo.cli import run
from convo.config import AccountConfig
from convo.engine import Engine
from convo.model import Ref
from convo.testing import Said
from convo.testing.process import NAME, Process, WorldClock
from convo.tui.app import ConvoApp
from tests.adapters.http_world import HttpWorld
from tests.simulators.faults import Fault
from tests.simulators.messages import Answer, json_answer
from tests.tui.play import screen_text

FIRST = 70_700_001
FOUND = re.compile(
    r"(?<![0-9a-zA-Z])70([,.' \u00a0\u202f]?)7\d\d\1\d\d\d(?![0-9a-zA-Z])|\b(?:70[.,]7|71)\s?M\b",
    re.IGNORECASE,
)
"""One of the numbers however it may be written."""
ADDED = (
    "followers_count", "followersCount", "followers", "following_count", "followsCount", "statuses_count",
    "postsCount", "favourites_count", "likeCount", "like_count", "likes", "reblogs_count", "repostCount",
    "quoteCount", "view_count", "viewCount", "views", "plays", "karma", "score", "points", "ups", "upvotes",
    "stargazers_count", "comment_karma", "subscriberCount",
)  # fmt: skip
COUNT = re.compile(
    r"(count|counts|total|likes?|dislikes?|favou?rites?|reblogs?|reposts?|boosts?|views?|reads?|plays|karma|scores?|"
    r"points|ups|downs|votes|upvotes|downvotes|stars|stargazers|followers?|following|follows|subscribers?|members|"
    r"reactions?|descendants|submission_count|trust_level)$",
    re.IGNORECASE,
)
"""Keys that name a count, in the platforms' own answers."""
STRUCTURAL = {
    "discourse": {"posts_count", "like_count", "topics_count", "members"},
    "github": {"total_count", "totalCount"},
    "hackernews": {"descendants"},
}
"""Counts by which pages of answers are found; they stay as the platform has them."""


def worlds() -> Iterator[Any]:
    """A world for every platform of the registry: `tests/adapters/<platform>_world.py`."""
    for platform in BUILT_IN:
        module = import_module(f"tests.adapters.{platform}_world")
        made = [
            one
            for _, one in inspect.getmembers(module, inspect.isclass)
            if issubclass(one, HttpWorld) and one.__module__ == module.__name__
        ]
        assert made, f"{platform} has no world of its own"
        for one in made:
            yield pytest.param(platform, one, id=f"{platform}-{one.__name__}")


class Counting:
    """Makes a platform say numbers: each is another one, so that a find tells where it came from."""

    def __init__(self, platform: str) -> None:
        self._structural = STRUCTURAL.get(platform, set())
        self._numbers = count(FIRST)
        self.said: dict[int, str] = {}

    def change(self, answer: Answer) -> Answer:
        """The answer with numbers in it."""
        if answer.status != 200 or not answer.body:
            return answer
        try:
            told = answer.json()
        except ValueError:
            return answer
        return replace(answer, body=json_answer(self._counted(told)).body)

    def _counted(self, value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            counted = {name: self._counted(inner, name) for name, inner in value.items()}
            return {**{name: self._number(name) for name in ADDED if name not in value}, **counted}
        if isinstance(value, list):
            return [self._counted(inner, key) for inner in value]
        if isinstance(value, (int, float)) and not isinstance(value, bool) and self._is_count(key):
            return self._number(key)
        return value

    def _is_count(self, key: str) -> bool:
        return COUNT.search(key) is not None and key not in self._structural

    def _number(self, key: str) -> int:
        number = next(self._numbers)
        self.said[number] = key
        return number


class Recorder:
    """An adapter whose answers are kept."""

    def __init__(self, adapter: Adapter, kept: list[Any]) -> None:
        self._adapter = adapter
        self._kept = kept

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._adapter, name)
        if not inspect.iscoroutinefunction(found):
            return found

        async def asked(*arguments: Any, **named: Any) -> Any:
            answer = await found(*arguments, **named)
            self._kept.append(answer)
            return answer

        return asked


class Recorded(Process):
    """The program over a world, with every value of its adapter kept."""

    def __init__(self, world: Any, directory: Path) -> None:
        super().__init__(world, directory)
        self.values: list[Any] = []

    def _adapter(self, account: AccountConfig, http: Http, credential: Credential, facts: str) -> Adapter:
        made = super()._adapter(account, http, credential, facts)
        return Recorder(made, self.values) if account.name == NAME else made


def words(value: Any) -> Iterator[str]:
    """Everything a value holds, as text; field by field, so that nothing hides behind a repr."""
    if is_dataclass(value) and not isinstance(value, type):
        for one in fields(value):
            yield from words(getattr(value, one.name))
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from words(key)
            yield from words(inner)
    elif isinstance(value, (list, tuple, set, frozenset)):
        for inner in value:
            yield from words(inner)
    else:
        yield str(value)


def columns(path: Path) -> Iterator[tuple[str, str]]:
    """Every value of every table of a store: where, and what."""
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        tables = db.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql IS NOT NULL"
        ).fetchall()
        for (table,) in tables:
            if table.startswith("message_fts"):
                continue
            rows = db.execute(f'SELECT * FROM "{table}"')
            names = [column[0] for column in rows.description]
            for row in rows:
                yield from ((f"{table}.{name}", _text(value)) for name, value in zip(names, row, strict=True))
    finally:
        db.close()


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def talk(world: Any) -> list[Said]:
    """All the ways in which people speak to the user there."""
    mine = world.i_post("We are looking at two houses near the river")
    said = [
        world.someone_mentions_me("Did you get the house?"),
        world.someone_replies(mine, "Both need a roof", by="ben"),
        world.someone_quotes(mine, "This, and the bridge", by="carl"),
        world.someone_writes_directly("Are you coming to Lyon?", by="dora"),
    ]
    told = [one for one in said if one is not None]
    if getattr(world, "answers", True):
        told.append(world.i_answer_elsewhere(told[0], "Yes, on Friday"))
    return told


async def _standing(clock: WorldClock, seconds: float) -> None:
    """The world's time stands while the inbox is looked at; else it would run through years."""
    await asyncio.Event().wait()


async def looked_at(process: Recorded, said: list[Said]) -> list[str]:
    """The program runs: two rounds of sync, the verbs that read, then the inbox, screen by screen."""
    for _ in range(2):
        assert (await process.sync()).error == ""
        process.world.pass_time(120)
    shown: list[str] = []
    async with process.opened() as engine:
        adapter = process.world.adapter()
        recorder = Recorder(adapter, process.values)
        await recorder.identify()
        await recorder.check()
        refs = [_ref(process, one) for one in said]
        await recorder.lookup(refs)
        with suppress(AdapterError):
            await recorder.conversation(refs[0])
        for channel in adapter.channels:
            await recorder.fetch(channel.name, "", process.world.now() - timedelta(days=90))
        app = ConvoApp(engine, zone=timezone.utc, offline=True)
        with patch.object(WorldClock, "sleep", _standing):
            async with app.run_test(size=(120, 40)) as pilot:
                for keys in (
                    ["g", "i"],
                    ["enter"],
                    ["p"],
                    ["escape"],
                    ["g", "p"],
                    ["g", "q"],
                    ["A"],
                    ["escape"],
                ):
                    await pilot.press(*keys)
                    await pilot.pause()
                    shown.append(screen_text(app))
    assert any("house" in text for text in shown), shown[0]
    return shown


def _ref(process: Recorded, said: Said) -> Ref:
    for value in process.values:
        for message in getattr(value, "messages", ()):
            if message.uri == said.uri:
                found: Ref = message.ref
                return found
    raise AssertionError(f"{said} was never read")


COMMANDS = (
    ("list", "--view", "all"),
    ("people",),
    ("week",),
    ("accounts",),
    ("outbox",),
    ("search", "house"),
)


def told(process: Recorded, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """What the command line says of it, as JSON and as text, and the export."""
    found: list[str] = []

    def call(*arguments: str) -> str:
        capsys.readouterr()
        with suppress(SystemExit):
            main(["--offline", *arguments])
        out, err = capsys.readouterr()
        found.extend((out, err))
        return str(out)

    for command in COMMANDS:
        call(*command)
        call(*command, "--json")
    for row in json.loads(call("list", "--view", "all", "--json")):
        call("show", row["id"], "--json")
        for handle in row["waiting_for"]:
            call("person", handle, "--json")
    call("export", str(tmp_path / "all.jsonl"))
    return [*found, (tmp_path / "all.jsonl").read_text("utf-8")]


@pytest.mark.parametrize(("platform", "make"), list(worlds()))
def test_no_count_of_a_platform_gets_anywhere(
    platform: str,
    make: Callable[[], Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    world = make()
    try:
        counting = Counting(platform)
        world.site.home.add(Fault(change=counting.change), times=100_000)
        process = Recorded(world, tmp_path / "data")
        shown = asyncio.run(_all(process, world))
        assert len(counting.said) > 100, "the platform says numbers"
        monkeypatch.setattr(run, "Engine", partial(Engine, adapters=process._adapter))
        monkeypatch.setattr(run, "read_config", lambda options: process.config)
        monkeypatch.setenv("CONVO_DATA_DIR", str(tmp_path / "data"))
        places = {
            "model": list(words(process.values)),
            "screen": shown,
            "command line": told(process, tmp_path, capsys),
            "log": [caplog.text],
        }
    finally:
        world.stop()
    for place, texts in places.items():
        assert texts, place
        for text in texts:
            _clean(place, text, counting)
    stored = list(columns(tmp_path / "data" / "convo.db"))
    assert any("house" in text for _, text in stored)
    for column, text in stored:
        assert not NUMBERS.search(column)
        _clean(column, text, counting)


async def _all(process: Recorded, world: Any) -> list[str]:
    shown = await looked_at(process, talk(world))
    await world.close()
    return shown


def _clean(place: str, text: str, counting: Counting) -> None:
    found = FOUND.search(text)
    digits = re.sub(r"\D", "", found.group()) if found else ""
    assert found is None, f"{counting.said.get(int(digits or 0))} reached {place}: {text[:200]}"


def test_the_search_finds_a_number_however_it_is_written() -> None:
    for text in (
        "70700001",
        "x 70,700,001 y",
        "70.700.123",
        "70 799 999",
        "70.7M",
        "71 M likes",
        '{"a": 70700001}',
    ):
        assert FOUND.search(text), text
    for text in ("1707000012", "a70700001b", "7070001", "the 71st", "2026-11-20"):
        assert not FOUND.search(text), text


NUMBERS = re.compile(
    r"(follow(er|ing)|like|favou?rite|reblog|repost|view|vote|upvote|downvote|subscriber|star|karma)s?_?counts?$|"
    r"followers$|followings$|likes$|favou?rites$|reblogs$|reposts$|karma|^score$|upvotes|popularity|^rank$|streak|badge",
    re.IGNORECASE,
)


def test_no_field_of_a_value_is_a_number_about_people() -> None:
    """Fields of classes, keys of typed payloads and columns of the store: none is named like a count."""
    source = Path(convo.__file__).parent
    names = set()
    for path in source.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef):
                for line in node.body:
                    if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name):
                        names.add((path.relative_to(source).as_posix(), node.name, line.target.id))
    assert len(names) > 300
    assert not [one for one in names if NUMBERS.search(one[2])]
