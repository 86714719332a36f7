"""`convo sync` runs the user's command when somebody of the circle wrote, and for nobody else."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from convo.adapters.memory import factory
from convo.cli import run
from convo.config import NotifyConfig
from convo.demo.stage import Stage, config
from convo.engine import Engine
from convo.store import Store
from tests.cli.conftest import Cli


@pytest.fixture
def told(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file in which the command of the config writes down whom it was told of; Ana is in the circle."""
    path, program = tmp_path / "told", tmp_path / "notice.py"
    program.write_text(f"import os\nopen({str(path)!r}, 'a').write(os.environ['CONVO_WHO'] + '\\n')\n")
    notify = NotifyConfig(f"{sys.executable} {program}")
    monkeypatch.setattr(run, "read_config", lambda options: replace(config(), notify=notify))
    assert cli("sync").status == 0
    assert cli("circle", "@ana@fosstodon.org").status == 0
    return path


def writes(stage: Stage, handle: str, name: str) -> None:
    who = stage.person("fosstodon", handle, name)
    stage.says("fosstodon", who, f"{name} writes", stage.clock.now(), names=[stage.me["fosstodon"]])


def test_the_circle_is_told_once_and_nobody_else(cli: Cli, stage: Stage, told: Path) -> None:
    assert not told.exists(), "the first sync is no news"
    writes(stage, "@gus@fosstodon.org", "Gus Park")
    assert cli("sync").status == 0
    assert not told.exists()
    writes(stage, "@ana@fosstodon.org", "Ana Lind")
    assert cli("sync").status == 0
    assert cli("sync").status == 0
    assert told.read_text() == "Ana\n"


def test_what_another_process_told_is_not_told_again(
    cli: Cli, stage: Stage, told: Path, tmp_path: Path
) -> None:
    """An inbox that is open sees what a sync beside it brought, too."""
    store = Store.open(tmp_path / "data", stage.clock)
    try:
        beside = partial(Engine, config(), store, stage.clock, adapters=factory(stage.world))
        before = store.reader.execute("SELECT last FROM arrival").fetchone()[0]
        writes(stage, "@ana@fosstodon.org", "Ana Lind")
        assert cli("sync").status == 0
        assert told.read_text() == "Ana\n"
        assert asyncio.run(beside().circle_news(before)) == ()
    finally:
        store.close()


def test_a_command_that_fails_is_said(
    cli: Cli, stage: Stage, told: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    notify = NotifyConfig("/no/such/command")
    monkeypatch.setattr(run, "read_config", lambda options: replace(config(), notify=notify))
    writes(stage, "@ana@fosstodon.org", "Ana Lind")
    ran = cli("sync", "--json")
    assert "could not be started" in ran.err
    assert ran.status == 0
