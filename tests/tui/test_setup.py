"""The first start: choosing a place, signing in, going back."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from textual.events import Paste

from convo.config import Config, LookConfig
from convo.engine.login import Offer
from convo.tui.first import has_browser, parts_for, shown_path
from convo.tui.setup import Ended
from tests.tui.play import SIZES, WIDE, same_as_kept
from tests.tui.setup_play import OFFERS, PAGE, first

MORE = tuple(Offer(name, name.capitalize()) for name in ("discourse", "lemmy", "gitea", "matrix", "zulip"))


async def _no_keyring() -> str:
    return "/home/ana/.local/share/convo/secrets"


@pytest.mark.parametrize("size", SIZES)
async def test_choosing(size: str) -> None:
    async with first(SIZES[size]) as play:
        same_as_kept(f"setup-choose-{size}", play.text)


@pytest.mark.parametrize("size", SIZES)
async def test_signing_in(size: str) -> None:
    async with first(SIZES[size], keeps_in=_no_keyring) as play:
        await play.press("j", "enter")
        await play.type("ana.bsky.social")
        same_as_kept(f"setup-fields-{size}", play.text)
        await play.press("enter")
        await play.type("right")
        assert "right" not in play.text
        assert "•••••" in play.text
        await play.press("enter")
    assert play.app.return_value == Ended(
        "account", "bluesky", "bluesky is ana.bsky.social. Its key is in the system keyring."
    )


async def test_several_lines_that_are_pasted_come_in_whole() -> None:
    async with first(WIDE) as play:
        await play.press("down", "enter")
        play.app.post_message(Paste("one\ntwo\r\nthree"))
        await play.settle()
        assert "one two three" in play.text


@pytest.mark.parametrize("size", SIZES)
async def test_a_refusal_stands_below_the_field_and_what_was_typed_stays(size: str) -> None:
    async with first(SIZES[size]) as play:
        await play.press("j", "enter")
        await play.type("ana.bsky.social")
        await play.press("enter")
        await play.type("wrong")
        await play.press("enter")
        same_as_kept(f"setup-refused-{size}", play.text)
        assert "ana.bsky.social" in play.text
        assert 'said: "Invalid identifier or password"' in " ".join(play.text.split())
        assert "convo login" not in play.text, "one is doing it here"
        await play.press(*["backspace"] * 5)
        await play.type("right")
        await play.press("enter")
    assert [told["password"] for told in play.login.log] == ["wrong", "right"]
    assert play.app.return_value is not None


@pytest.mark.parametrize("size", SIZES)
async def test_a_page_to_say_yes_on(size: str) -> None:
    async with first(SIZES[size]) as play:
        await play.press("enter")
        await play.type("fosstodon.example")
        await play.press("enter")
        same_as_kept(f"setup-page-{size}", play.text)
        assert play.opened == [PAGE.open_url]
        await play.press("enter")
        assert "or type the code" in play.text, "an empty code is none"
        assert play.login.came is not None
        play.login.came.set_result({"code": "from the browser"})
        await play.settle()
    assert play.login.log == [{"url": "fosstodon.example", "code": "from the browser"}]
    assert play.app.return_value is not None


async def test_a_code_from_another_device() -> None:
    async with first(browser=False) as play:
        await play.press("enter")
        await play.type("fosstodon.example")
        await play.press("enter")
        assert play.opened == [], "there is no browser here"
        assert "Open this address on any device" in play.text
        await play.type("k7")
        await play.press("enter")
    assert play.login.log == [{"url": "fosstodon.example", "code": "k7"}]


async def test_after_a_wrong_code_the_page_is_asked_for_a_new_one_and_that_is_taken() -> None:
    async with first() as play:
        await play.press("enter")
        await play.type("m.example")
        await play.press("enter")
        await play.type("wrong")
        await play.press("enter")
        assert 'The code was not taken: "The grant is invalid"' in play.text
        assert "Open the page once more for another code." in " ".join(play.text.split())
        assert "•" not in play.text
        assert len(play.opened) == 1
        await play.type("k7")
        await play.press("enter")
    assert [told["code"] for told in play.login.log] == ["wrong", "k7"]
    assert play.app.return_value is not None


async def test_the_address_is_copied_whole() -> None:
    copied: list[str] = []
    async with first() as play:
        play.app.setup.parts = replace(play.app.setup.parts, copy=copied.append)
        await play.press("enter")
        await play.type("fosstodon.example")
        await play.press("enter", "shift+tab", "enter")
        assert copied == [PAGE.elsewhere], "the one that shows a code"
        assert "The address is copied." in play.text


async def test_esc_goes_back_one_step_and_keeps_what_was_typed() -> None:
    async with first() as play:
        await play.press("enter")
        await play.type("fosstodon.example")
        await play.press("enter")
        assert "say yes" in play.text.lower()
        await play.press("escape")
        assert "Address of your server" in play.text
        assert "fosstodon.example" in play.text
        await play.press("escape")
        assert "Where do people talk to you?" in play.text
        await play.press("escape")
    assert play.app.return_value == Ended("back")


async def test_a_server_that_is_none_is_said_where_it_was_typed() -> None:
    async with first() as play:
        await play.press("enter")
        await play.type("nowhere")
        await play.press("enter")
        assert 'There is no server "nowhere".' in play.text
        await play.type(".example")
        await play.press("enter")
        assert "Waiting for your yes at fosstodon.example" in play.text


async def test_esc_gives_up_what_the_platform_is_being_asked() -> None:
    async with first() as play:
        play.login.hold = asyncio.Event()
        await play.press("j", "enter")
        await play.type("ana")
        await play.press("enter")
        await play.type("right")
        await play.press("enter")
        assert "Asking Bluesky …" in play.text
        await play.press("enter")
        assert len(play.login.log) == 1, "asked once"
        await play.press("escape")
        assert "Asking" not in play.text
        assert "Your handle" in play.text
        play.login.hold.set()
        await play.settle()
        assert play.app.return_value is None


async def test_the_demo_is_the_last_choice_and_nothing_is_written() -> None:
    async with first() as play:
        await play.press(*["j"] * 9)
        assert "▌ Look around first, with made-up people" in play.text
        await play.press("enter")
    assert play.app.return_value == Ended("demo")


async def test_what_is_here_already_can_be_read_without_an_account() -> None:
    async with first(stored=True) as play:
        await play.press(*["j"] * 3, "enter")
    assert play.app.return_value == Ended("stored")


async def test_more_places_unfold() -> None:
    async with first(offers=(*OFFERS, *MORE)) as play:
        assert "Zulip" not in play.text
        await play.press(*["j"] * 5, "enter")
        assert "Zulip" in play.text


async def test_one_friendly_question_from_the_sixth_account_on() -> None:
    async with first(many=True, first=False) as play:
        assert "You listen in many places already. One more?" in play.text
        await play.press("enter")
        assert "Where else do people talk to you?" in play.text
        assert "made-up" not in play.text
    async with first(many=True, first=False) as play:
        await play.press("escape")
    assert play.app.return_value == Ended("back")


@pytest.mark.parametrize("size", [(39, 24), (80, 11)])
async def test_a_window_too_small_says_so_and_keeps_what_was_typed(size: tuple[int, int]) -> None:
    async with first() as play:
        await play.press("j", "enter")
        await play.type("ana.bsky")
        await play.pilot.resize_terminal(*size)
        await play.settle()
        assert "What you typed is kept." in " ".join(play.text.split())
        await play.pilot.resize_terminal(80, 24)
        await play.settle()
        assert "ana.bsky" in play.text


async def test_ascii_all_over() -> None:
    async with first(ascii_glyphs=True) as play:
        await play.press("j", "enter")
        await play.type("ana")
        await play.press("enter")
        await play.type("right")
        assert "*****" in play.text
        assert play.text.replace("…", "").isascii()


async def test_a_theme_by_name_and_one_that_is_not_there() -> None:
    async with first(look=LookConfig(theme="nord")) as play:
        assert play.app.theme == "nord"
    async with first(look=LookConfig(theme="none")) as play:
        assert play.app.theme == "convo-dark"


def test_whether_a_browser_here_would_be_seen() -> None:
    assert has_browser({}, "darwin")
    assert not has_browser({"SSH_CONNECTION": "x"}, "darwin")
    assert not has_browser({}, "linux")
    assert has_browser({"WAYLAND_DISPLAY": "wayland-0"}, "linux")


def test_parts_of_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    parts = parts_for(Config(), tmp_path / "convo" / "config.toml", tmp_path / "data")
    assert parts.path == shown_path(tmp_path / "convo" / "config.toml") == "~/convo/config.toml"
    assert parts.first
    assert not parts.many
    assert "mastodon" in {offer.platform for offer in parts.offers}
