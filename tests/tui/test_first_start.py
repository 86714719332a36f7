"""The whole first start on real parts: a simulated server, the platform's own flow, the config, the first look."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from convo.adapters import known_platforms
from convo.clock import SystemClock
from convo.config import load
from convo.engine import Engine
from convo.engine.login import Ask, Login, LoginOutcome, LoginStep, Wish, name_for
from convo.store import Store
from convo.tui.app import ConvoApp
from convo.tui.first import FirstApp, parts_for
from tests.adapters.bluesky_world import BlueskyWorld
from tests.tui.play import Play, screen_text

pytestmark = pytest.mark.slow
PASSWORD = "aaaa-bbbb-cccc-dddd"


async def until(play: Play, reached: Callable[[], bool]) -> None:
    """Wait for the other side, up to half a minute of its time."""
    for _ in range(600):
        await play.settle()
        if reached():
            return
        await asyncio.sleep(0.05)
    raise AssertionError(screen_text(play.app))


async def test_from_nothing_to_who_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world = BlueskyWorld()
    url = world.site.home.url
    now = world.now()
    mine = world.i_post("We are looking at two houses.", at=now - timedelta(days=3))
    world.someone_replies(mine, "Did you get the second house?", by="ana", at=now - timedelta(days=2))
    path, directory = tmp_path / "config" / "config.toml", tmp_path / "data"
    real = Login.run

    async def run(login: Login, wish: Wish, ask: Ask) -> LoginOutcome:
        return await real(login, replace(wish, url=url, keep_in="file"), ask)

    monkeypatch.setattr(Login, "run", run)
    config = load(path, known_platforms())
    setup = FirstApp(parts_for(config, path, directory))
    try:
        async with setup.run_test(size=(80, 24)) as pilot:
            play = Play(setup, pilot, None)  # type: ignore[arg-type]
            await until(play, lambda: "Bluesky" in screen_text(setup))  # type: ignore[arg-type]
            await play.press("j", "enter")
            await until(play, lambda: "Your handle" in screen_text(setup))  # type: ignore[arg-type]
            await play.type("me.test")
            await play.press("enter")
            await play.type("aaaa-bbbb-cccc-wron")
            await play.press("enter")
            await until(play, lambda: "does not take the app password" in screen_text(setup))  # type: ignore[arg-type]
            assert not path.exists()
            assert not directory.exists(), "nothing is written before it worked"
            await play.press(*["backspace"] * 4)
            await play.type("dddd")
            await play.press("enter")
            await until(play, lambda: setup.return_value is not None)
        assert setup.return_value is not None
        assert setup.return_value.how == "account"
        assert (
            path.read_text() == f'[accounts.bluesky]\nplatform = "bluesky"\nurl = "{url}"\nuser = "me.test"\n'
        )
        assert path.stat().st_mode & 0o077 == 0
        assert PASSWORD not in path.read_text()
        await _looks(path, directory)
    finally:
        await world.close()


async def _looks(path: Path, directory: Path) -> None:
    store = Store.open(directory, SystemClock())
    try:
        engine = Engine(load(path, known_platforms()), store, SystemClock())
        app = ConvoApp(engine, first=True, words="bluesky is me.test.")
        async with app.run_test(size=(80, 24)) as pilot:
            play = Play(app, pilot, engine)  # type: ignore[arg-type]
            await until(play, lambda: "Did you get the second house?" in play.text)
            assert not app.inbox.page.kind
            assert "waits" in play.top
    finally:
        store.close()


def test_an_account_is_named_by_its_server_then_its_platform_then_by_who_it_is() -> None:
    assert name_for("mastodon", "https://fosstodon.org", "@ana@fosstodon.org") == "fosstodon"
    assert name_for("mastodon", "https://www.example.org:8080", "@ana") == "example"
    assert name_for("bluesky", "", "ana.bsky.social") == "bluesky"
    assert name_for("bluesky", "http://127.0.0.1:2583", "ana") == "bluesky"
    assert name_for("bluesky", "", "ana.bsky.social", ["bluesky"]) == "bluesky-ana"
    assert name_for("bluesky", "", "ana.bsky.social", ["bluesky", "bluesky-ana"]) == "bluesky-2"


async def test_the_same_login_is_signed_in_to_again_and_not_written_twice(tmp_path: Path) -> None:
    world = BlueskyWorld()
    url, path = world.site.home.url, tmp_path / "config.toml"

    async def ask(step: LoginStep) -> dict[str, str]:
        return {"handle": "me.test", "password": PASSWORD}

    try:
        for _ in range(2):
            login = Login(load(path, known_platforms()), path, tmp_path / "data")
            outcome = await login.run(Wish("", "bluesky", url=url, keep_in="file"), ask)
            assert outcome.name == "bluesky"
        assert path.read_text().count("[accounts.") == 1
    finally:
        await world.close()
