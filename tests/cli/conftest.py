"""The command line in this process, over the demo's cast in memory."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from convo.__main__ import main
from convo.adapters.memory import factory
from convo.cli import run
from convo.clock import SystemClock
from convo.demo import elsewhere, square
from convo.demo.stage import Stage, config
from convo.engine import Engine


@dataclass
class Ran:
    """What one command did."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Cli = Callable[..., Ran]


@pytest.fixture
def stage() -> Stage:
    stage = Stage(SystemClock())
    square.play(stage)
    elsewhere.play(stage)
    return stage


@pytest.fixture
def cli(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Cli:
    """Runs `convo ...` and gives status, standard output and standard error."""
    monkeypatch.setattr(run, "Engine", partial(Engine, adapters=factory(stage.world)))
    monkeypatch.setattr(run, "read_config", lambda options: config())
    monkeypatch.setenv("CONVO_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("CONVO_CONFIG", str(tmp_path / "config.toml"))

    def call(*words: str) -> Ran:
        capsys.readouterr()
        try:
            status = main(list(words))
        except SystemExit as end:
            status = end.code if isinstance(end.code, int) else 1
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        return Ran(status, captured.out, captured.err)

    return call
