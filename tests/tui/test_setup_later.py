"""After the first sign-in: the first look, signing in again, one more place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from convo.config import Config
from convo.tui.setup import Parts
from convo.views import AccountStatus, Health
from tests.tui import cast
from tests.tui.play import SIZES, inbox, same_as_kept, screen_text
from tests.tui.setup_play import OFFERS, FakeLogin, keyring

LOOKING = (
    AccountStatus("fosstodon", "mastodon", "@me", Health.LOOKING, "", "", None, None),
    AccountStatus("bsky", "bluesky", "me", Health.LOOKING, "", "", None, None),
    AccountStatus("bread", "wordpress", "me", Health.SIGN_IN, "It does not take the password any more.",
                  "Sign in again:  convo login bread", None, None),
)  # fmt: skip


@pytest.mark.parametrize("size", SIZES)
async def test_the_first_look(size: str) -> None:
    async with inbox(SIZES[size]) as play:
        play.engine.statuses = list(LOOKING)
        play.engine.accounts.looking = {"fosstodon": cast.at(12), "bsky": None}
        play.app.desk.refresh_facts()
        await play.app.first_look()
        await play.settle()
        same_as_kept(f"setup-look-{size}", play.text)
        assert "back to 12 November …" in play.text
        play.engine.statuses = [replace(one, health=Health.FINE) for one in LOOKING]
        play.engine.accounts.looking = {}
        await play.tell()
        assert not play.app.inbox.page.kind, "the inbox is there by itself"
        assert play.cursor == "Ana Lind"


async def test_esc_leaves_the_first_look_and_it_goes_on() -> None:
    async with inbox() as play:
        play.engine.statuses = list(LOOKING)
        play.engine.accounts.looking = {}
        play.app.desk.refresh_facts()
        await play.app.first_look()
        await play.settle()
        await play.press("escape")
        assert not play.app.inbox.page.kind
        assert not play.engine.stopped


async def test_signing_in_again_from_the_accounts_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    login = FakeLogin()
    async with inbox() as play:
        play.engine.statuses[3] = replace(
            play.engine.statuses[3], health=Health.SIGN_IN, advice="Sign in again"
        )
        play.app.offline = False
        play.app.desk.config = replace(play.app.desk.config, path=tmp_path / "config.toml")
        monkeypatch.setattr(type(play.app), "data_dir", tmp_path)
        monkeypatch.setattr("convo.tui.first.parts_for", _parts_of(login))
        play.app.desk.refresh_facts()
        await play.press("A", "enter")
        await play.settle()
        await play.settle()
        assert "Sign in to Bluesky again, for bread" in screen_text(play.app)
        await play.press("e")
        assert play.engine.log == [], "letters are text, and none reaches the list"
        await play.press("escape")
        assert play.app.inbox.page.kind == "accounts"
        await play.press("enter")
        await play.type("ana")
        await play.press("enter")
        await play.type("right")
        await play.press("enter")
        await play.settle()
        assert play.app.setup is None
        assert ("look", "bread") in play.engine.log
        assert "Its key is in the system keyring." in play.status


def _parts_of(login: FakeLogin) -> Callable[..., Parts]:
    def parts_for(config: Config, path: Path, data_dir: Path, *, again: str = "", copy: Any = None) -> Parts:
        return Parts(OFFERS, login.run, keyring, copy, str(path), again, "bluesky", first=False)

    return parts_for


async def test_one_more_place_ends_the_inbox_to_come_back_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    login = FakeLogin()
    async with inbox() as play:
        play.app.offline = False
        play.app.desk.config = replace(play.app.desk.config, path=tmp_path / "config.toml")
        monkeypatch.setattr(type(play.app), "data_dir", tmp_path)
        monkeypatch.setattr("convo.tui.first.parts_for", _parts_of(login))
        await play.press("A", *["j"] * 9)
        assert "▌  one more place …" in play.text
        await play.press("enter", "j", "enter")
        await play.type("ana")
        await play.press("enter")
        await play.type("right")
        await play.press("enter")
        await play.settle()
    assert play.app.again
    assert play.app.came_words.startswith("bluesky is ana.bsky.social.")


async def test_the_demo_signs_in_nowhere() -> None:
    async with inbox() as play:
        play.engine.statuses[0] = replace(
            play.engine.statuses[0], health=Health.SIGN_IN, advice="Sign in again"
        )
        play.app.desk.refresh_facts()
        await play.press("A", "enter")
        assert play.status.startswith("The demo has no accounts to sign in to.")


async def test_an_account_rests_and_is_looked_at_all_the_same() -> None:
    async with inbox() as play:
        play.app.offline = False
        await play.press("A", "j", "s")
        assert "Let bsky rest" in play.text
        await play.press("t")
        assert play.engine.log == [("rest", "bsky", cast.at(21, 9, 0)), ("look", "bsky")]
        assert play.status.startswith("bsky rests until Sat 9:00.")
        await play.press("enter")
        assert play.engine.log[2:] == [("wake", "bsky"), ("look", "bsky")]
