"""Plays the first start: a login that asks what a test says, and the screens before the inbox."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

from textual.pilot import Pilot

from convo.config import LookConfig
from convo.engine.login import Ask, LoginField, LoginOutcome, LoginStep, Offer, Wish
from convo.tui.first import FirstApp
from convo.tui.setup import Ended, Parts
from convo.views import Failure
from tests.tui.play import USUAL, key_event, screen_text, settled

OFFERS = (
    Offer("mastodon", "Mastodon", "and GoToSocial, Akkoma, Pixelfed, Friendica"),
    Offer("bluesky", "Bluesky", "with an app password"),
    Offer("wordpress", "WordPress", "comments on your blog"),
)
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
        typed = asyncio.ensure_future(awaited(ask(PAGE)))
        await asyncio.wait({typed, self.came}, return_when=asyncio.FIRST_COMPLETED)
        told = self.came.result() if self.came.done() else dict(typed.result())
        typed.cancel()
        self.log.append({"url": where, **told})
        if told["code"] == "wrong":
            raise Failure('The code was not taken: "The grant is invalid"')
        return LoginOutcome("@ana@fosstodon.example", "the system keyring", "fosstodon")


async def awaited(asking: Awaitable[Any]) -> Any:
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


async def keyring() -> str:
    return "the system keyring"


@asynccontextmanager
async def first(
    size: tuple[int, int] = USUAL, *, keeps_in: Callable[[], Awaitable[str]] = keyring, look: LookConfig | None = None,
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
