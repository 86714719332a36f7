"""Every simulated platform that can be played with makes a config from which convo reads who waits."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from convo.__main__ import main
from convo.adapters import known_platforms
from convo.config import load
from tests.adapters.play import PEOPLE, WORLDS, configured, made, populated


@pytest.mark.parametrize("platform", WORLDS)
def test_a_config_leads_to_it(platform: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    world = made(platform)
    try:
        populated(world)
        path = tmp_path / "config.toml"
        path.write_text(configured(world))
        path.chmod(0o600)
        [account] = load(path, platforms=known_platforms()).accounts.values()
        assert account.platform == platform
        assert account.url.startswith(world.site.home.url)
        assert account.secret == (world.secrets[0] if world.secrets else "")
        where = ["--config", str(path), "--data-dir", str(tmp_path / "data")]
        assert main([*where, "sync"]) == 0
        capsys.readouterr()
        assert main([*where, "list", "--json"]) == 0
        assert len(json.loads(capsys.readouterr().out)) == len(PEOPLE)
    finally:
        world.stop()
