"""Every simulated platform that can be played with makes a config that convo reads, and people who have written."""

from __future__ import annotations

from pathlib import Path

import pytest

from convo.adapters import known_platforms
from convo.config import load
from tests.adapters.play import WORLDS, configured, made, populated


@pytest.mark.parametrize("platform", WORLDS)
def test_a_config_leads_to_it(platform: str, tmp_path: Path) -> None:
    world = made(platform)
    try:
        populated(world)
        path = tmp_path / "config.toml"
        path.write_text(configured(world))
        path.chmod(0o600)
        [account] = load(path, platforms=known_platforms()).accounts.values()
        assert account.platform == platform
        assert account.url.startswith(world.site.home.url)
        assert account.secret == world.secrets[0]
    finally:
        world.stop()
