"""Signing in where there is no browser, on platforms that show no codes; and places that need no secret."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from convo.adapters.contract import Ask, Identity, LoginField, LoginResult, LoginStep
from convo.config import Config
from convo.engine.login import Login, LoginOutcome, Wish
from convo.model import Person

NOWHERE = "http://127.0.0.1:1/callback"


class _Place:
    """A platform that sends its browser to an address, and needs no secret unless it has one."""

    secret = ""
    redirect_elsewhere = ""
    seen: dict[str, Any]

    @classmethod
    async def login(cls, account: Any, http_for: Any, ask: Ask) -> LoginResult:
        step = LoginStep(
            "Say yes there.",
            open_url="https://place.example/yes?to={redirect_uri}",
            fields=(LoginField("code", "Code"),),
            wait_for_redirect=True,
            redirect_elsewhere=cls.redirect_elsewhere,
        )
        cls.seen = dict(await ask(step))
        person = Person("hackernews", "https://place.example/ana", "ana")
        return LoginResult(cls.secret, Identity(person), {"user": "ana"})


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> type[_Place]:
    class Place(_Place):
        pass

    monkeypatch.setattr("convo.adapters.load", lambda platform: Place)
    return Place


def signed_in(tmp_path: Path) -> tuple[LoginOutcome, list[LoginStep]]:
    shown: list[LoginStep] = []

    async def ask(step: LoginStep) -> Mapping[str, str]:
        shown.append(step)
        return {"code": "typed"}

    login = Login(Config(), tmp_path / "config.toml", tmp_path)
    wish = Wish("hn", "hackernews", browser=False, keep_in="file")
    return asyncio.run(login.run(wish, ask)), shown


@pytest.mark.parametrize(
    ("redirect", "there"),
    [("", "urn%3Aietf%3Awg%3Aoauth%3A2.0%3Aoob"), (NOWHERE, "http%3A%2F%2F127.0.0.1%3A1%2Fcallback")],
)
def test_without_a_browser_the_platform_says_where_it_ends(
    place: type[_Place], tmp_path: Path, redirect: str, there: str
) -> None:
    place.redirect_elsewhere = redirect
    _, [step] = signed_in(tmp_path)
    assert step.open_url == f"https://place.example/yes?to={there}"
    assert place.seen == {"code": "typed", "redirect_uri": redirect or "urn:ietf:wg:oauth:2.0:oob"}


def test_a_place_without_a_secret_keeps_none(place: type[_Place], tmp_path: Path) -> None:
    outcome, _ = signed_in(tmp_path)
    assert (outcome.handle, outcome.kept_in) == ("ana", "")
    assert [file.name for file in tmp_path.rglob("*") if file.is_file()] == ["config.toml"]
    place.secret = "a secret"
    outcome, _ = signed_in(tmp_path / "other")
    assert outcome.kept_in
