"""The first start by keys: choosing, signing in by the platform's own flow, refusals, and the first look."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from textual.events import Paste
from textual.pilot import Pilot

from convo.config import Config, LookConfig
from convo.engine.login import Ask, LoginField, LoginOutcome, LoginStep, Offer, Wish
from convo.tui.first import FirstApp, has_browser, parts_for, shown_path
from convo.tui.setup import Ended, Parts
from convo.views import AccountStatus, Failure, Health
from tests.tui import cast
from tests.tui.play import SMALL, USUAL, WIDE, inbox, key_event, same_as_kept, screen_text, settled

SIZES = {"120x40": WIDE, "80x24": USUAL, "60x20": SMALL}
OFFERS = (
    Offer("mastodon", "Mastodon", "and GoToSocial, Akkoma, Pixelfed, Friendica"),
    Offer("bluesky", "Bluesky", "with an app password"),
    Offer("wordpress", "WordPress", "comments on your blog"),
)
MORE = tuple(Offer(name, name.capitalize()) for name in ("discourse", "lemmy", "gitea", "matrix", "zulip"))
ASKED = LoginStep(
    "convo signs in with an app password, never with your main one. Make one at the address below.",
    open_url="https://bsky.example/settings/app-passwords",
    fields=(
        LoginField("handle", "Your handle", help="in full, such as you.bsky.social"),
        LoginField("password", "App password", secret=True),
    ),
)
SERVER = LoginStep("Which server is your account on?", fields=(LoginField("url", "Address of your server"),))
PAGE = LoginStep(
    "Allow convo to read what is said to you and to answer.",
    open_url="https://fosstodon.example/oauth/authorize?client_id=k3x9&redirect_uri=loopback",
    fields=(LoginField("code", "Code the page shows", secret=True),),
    wait_for_redirect=True,
    elsewhere="https://fosstodon.example/oauth/authorize?client_id=k3x9&redirect_uri=oob",
)


class FakeLogin:
    """A platform that takes one password, and a server that takes one code."""

    def __init__(self) -> None:
        self.log: list[dict[str, str]] = []
        self.hold: asyncio.Event | None = None
        self.came: asyncio.Future[dict[str, str]] | None = None

    async def run(self, wish: Wish, ask: Ask) -> LoginOutcome:
        if wish.platform == "mastodon":
            return await self._server(ask)
        told = dict(await ask(ASKED))
        self.log.append(told)
        if self.hold is not None:
            await self.hold.wait()
        if told["password"] != "right":
            raise Failure(
                'Bluesky said: "Invalid identifier or password". Make a new one, then run:  convo login x'
            )
        return LoginOutcome("ana.bsky.social", "the system keyring", "bluesky")

    async def _server(self, ask: Ask) -> LoginOutcome:
        where = (await ask(SERVER))["url"]
        if "." not in where:
            raise Failure(f'There is no server "{where}".')
        self.came = asyncio.get_running_loop().create_future()
        typed = asyncio.ensure_future(_awaited(ask(PAGE)))
        await asyncio.wait({typed, self.came}, return_when=asyncio.FIRST_COMPLETED)
        told = self.came.result() if self.came.done() else dict(typed.result())
        typed.cancel()
        self.log.append({"url": where, **told})
        if told["code"] == "wrong":
            raise Failure('The code was not taken: "The grant is invalid"')
        return LoginOutcome("@ana@fosstodon.example", "the system keyring", "fosstodon")


async def _awaited(asking: Awaitable[Any]) -> Any:
    return await asking


@dataclass
class FirstPlay:
    """The set-up in use."""

    app: FirstApp
    pilot: Pilot[Ended]
    login: FakeLogin
    opened: list[str]

    @property
    def text(self) -> str:
        return screen_text(self.app)  # type: ignore[arg-type]

    async def press(self, *keys: str) -> None:
        for key in keys:
            self.app.post_message(key_event(key))
            await self.settle()

    async def type(self, text: str) -> None:
        await self.press(*({" ": "space", ".": "full_stop"}.get(sign, sign) for sign in text))

    async def settle(self) -> None:
        await settled(self.app, self.pilot)


async def _keyring() -> str:
    return "the system keyring"


async def _no_keyring() -> str:
    return "/home/ana/.local/share/convo/secrets"


@asynccontextmanager
async def first(
    size: tuple[int, int] = USUAL, *, keeps_in: Callable[[], Awaitable[str]] = _keyring, look: LookConfig | None = None,
    **more: Any,
) -> AsyncIterator[FirstPlay]:  # fmt: skip
    login = FakeLogin()
    parts = Parts(OFFERS, login.run, keeps_in, lambda words: None, "~/.config/convo/config.toml")
    app = FirstApp(replace(parts, **more), look)
    opened: list[str] = []
    app.open_url = lambda url, new_tab=True: opened.append(url)  # type: ignore[method-assign, misc]
    async with app.run_test(size=size) as pilot:
        play = FirstPlay(app, pilot, login, opened)
        await play.settle()
        yield play


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
        return Parts(OFFERS, login.run, _keyring, copy, str(path), again, "bluesky", first=False)

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
