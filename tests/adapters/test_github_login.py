"""GitHub: signing in with the token of gh, a pasted one, or a code typed on another device."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from convo.adapters import _github_login as signing_in
from convo.adapters import known_platforms
from convo.adapters._github_api import api_address, web_address
from convo.adapters.contract import LoginStep
from convo.config import Config, load
from convo.engine.login import Login, LoginOutcome, Wish
from convo.views import Failure
from tests.adapters.github_scene import TOKEN, Scene, scene

CLIENT = "Iv1.convo"


@pytest.fixture
def s() -> Iterator[Scene]:
    with scene(enterprise=True) as made:
        yield made


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long the device flow would have waited, time after time."""
    waited: list[float] = []

    async def pause(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr(signing_in, "pause", pause)
    return waited


def sign_in(
    s: Scene,
    place: Path,
    answers: Callable[[LoginStep], Mapping[str, str]],
    *,
    config: str = "",
    keep_in: str = "file",
) -> LoginOutcome:
    """Run `convo login gh`."""
    path = place / "config.toml"
    path.write_text(config)
    known = load(path, known_platforms()) if config else Config()

    async def ask(step: LoginStep) -> Mapping[str, str]:
        return answers(step)

    wish = Wish("gh", "github", s.base, keep_in=keep_in, browser=False)
    return asyncio.run(Login(known, path, place / "data").run(wish, ask))


def gh(place: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Put a program gh where it is found first."""
    program = place / "bin" / "gh"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")


def nothing(_: LoginStep) -> Mapping[str, str]:
    return {"token": ""}


def pasted(token: str) -> Callable[[LoginStep], Mapping[str, str]]:
    return lambda _: {"token": f" {token}\n"}


def test_the_token_of_gh_is_the_first_offer(
    s: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gh(tmp_path, monkeypatch, f'[ "$*" = "auth token --hostname {s.base[7:]}" ] && echo {TOKEN}')
    steps: list[LoginStep] = []

    def answers(step: LoginStep) -> Mapping[str, str]:
        steps.append(step)
        return {}

    outcome = sign_in(s, tmp_path, answers, keep_in="")
    written = (tmp_path / "config.toml").read_text()
    assert f'secret_command = "gh auth token --hostname {s.base[7:]}"' in written
    assert outcome.handle == "me"
    assert "gh auth token" in outcome.kept_in
    assert TOKEN not in written
    assert not list((tmp_path / "data").rglob("*.secret")) if (tmp_path / "data").exists() else True
    [step] = steps
    assert "gh auth token" in step.words
    assert step.open_url.startswith(f"{s.base}/settings/tokens/new?scopes=notifications")


def test_where_the_secret_shall_be_kept_here_it_is(
    s: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gh(tmp_path, monkeypatch, f"echo {TOKEN}")
    outcome = sign_in(s, tmp_path, nothing, keep_in="file")
    assert "secret_command" not in (tmp_path / "config.toml").read_text()
    assert "gh auth token" not in outcome.kept_in


@pytest.mark.parametrize(
    ("script", "words"),
    [("exit 1", "has no token"), ("true", "has no token"), (None, "is not here")],
)
def test_where_gh_has_no_token_it_says_what_to_do(
    s: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str | None, words: str
) -> None:
    if script is None:
        monkeypatch.setenv("PATH", str(tmp_path))
    else:
        gh(tmp_path, monkeypatch, script)
    with pytest.raises(Failure, match=words) as caught:
        sign_in(s, tmp_path, nothing)
    assert "gh auth login -s notifications" in caught.value.words
    assert (tmp_path / "config.toml").read_text() == ""


def test_a_pasted_token_is_kept(s: Scene, tmp_path: Path) -> None:
    sign_in(s, tmp_path, pasted(TOKEN))
    account = load(tmp_path / "config.toml", known_platforms()).accounts["gh"]
    assert (account.url, account.user, account.secret_command) == (s.base, "me", "")


def test_a_token_that_can_never_read_is_not_taken(s: Scene, tmp_path: Path) -> None:
    s.server.sign_in(s.me, "github_pat_abc", "", "fine")
    s.server.sign_in(s.me, "ghp_little", "public_repo")
    with pytest.raises(Failure, match="fine-grained"):
        sign_in(s, tmp_path, pasted("github_pat_abc"))
    with pytest.raises(Failure, match="lacks the scope notifications"):
        sign_in(s, tmp_path, pasted("ghp_little"))
    with pytest.raises(Failure, match="Bad credentials"):
        sign_in(s, tmp_path, pasted("ghp_wrong"))


def device(s: Scene) -> str:
    return f'[accounts.gh]\nplatform = "github"\nurl = "{s.base}"\nclient_id = "{CLIENT}"\n'


def test_a_code_is_typed_on_another_device(s: Scene, tmp_path: Path, waits: list[float]) -> None:
    shown: list[LoginStep] = []

    def answers(step: LoginStep) -> Mapping[str, str]:
        shown.append(step)
        s.server.login.approve(step.words.split()[-1], s.me)
        return {}

    outcome = sign_in(s, tmp_path, answers, config=device(s))
    assert (outcome.handle, waits) == ("me", [5])
    assert shown[0].open_url == f"{s.base}/login/device"
    forms = [dict(request.form()) for request in s.asked("POST", "/login/")]
    assert forms[0] == {"client_id": CLIENT, "scope": "notifications repo user"}
    assert set(forms[1]) == {"client_id", "device_code", "grant_type"}


def test_it_waits_longer_when_it_is_told_to(tmp_path: Path, waits: list[float]) -> None:
    with scene(enterprise=True, device_flow="slow") as s:

        def answers(step: LoginStep) -> Mapping[str, str]:
            s.server.login.approve(step.words.split()[-1], s.me)
            return {}

        sign_in(s, tmp_path, answers, config=device(s))
        assert waits == [5, 10]


@pytest.mark.parametrize(
    ("act", "words"),
    [("deny", "You said no"), ("expire", "ran out"), ("off", "no device flow"), ("client", "client_id|Not")],
)
def test_why_no_token_came_is_said(
    s: Scene, tmp_path: Path, waits: list[float], act: str, words: str
) -> None:
    config = device(s)
    if act == "off":
        s.server.quirks.device_flow = "off"
    if act == "client":
        config = config.replace(CLIENT, "Iv1.other")

    def answers(step: LoginStep) -> Mapping[str, str]:
        if act == "deny":
            s.server.login.deny(step.words.split()[-1])
        if act == "expire":
            s.tick(901)
        return {}

    with pytest.raises(Failure, match=words):
        sign_in(s, tmp_path, answers, config=config)


@pytest.mark.parametrize(
    ("url", "api", "web"),
    [
        ("", "https://api.github.com", "https://github.com"),
        ("github.com", "https://api.github.com", "https://github.com"),
        ("https://www.github.com/", "https://api.github.com", "https://github.com"),
        ("https://acme.ghe.com", "https://api.acme.ghe.com", "https://acme.ghe.com"),
        ("https://git.example.org/", "https://git.example.org/api/v3", "https://git.example.org"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080/api/v3", "http://127.0.0.1:8080"),
    ],
)
def test_addresses(url: str, api: str, web: str) -> None:
    assert (api_address(url), web_address(api)) == (api, web)


def test_the_secret_goes_nowhere_else(s: Scene, tmp_path: Path) -> None:
    sign_in(s, tmp_path, pasted(TOKEN))
    leaked: list[Any] = s.site.leaked(TOKEN)
    assert leaked == []
