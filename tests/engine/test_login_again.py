"""Signing in to an account of the config: what the login gave goes into its section, nothing else changes."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from convo.adapters.contract import Ask, Identity, LoginResult, LoginStep
from convo.config import PlatformKeys, load
from convo.engine.login import Login, LoginOutcome, Wish
from convo.model import Person
from convo.views import Failure

KNOWN = {"place": PlatformKeys(("client_id", "client_secret"))}


class _Place:
    """A platform whose login gives the client that it was told of."""

    @classmethod
    async def login(cls, account: Any, http_for: Any, ask: Ask) -> LoginResult:
        person = Person("place", "https://place.example/ana", "ana")
        options = {"user": "ana", "client_id": "an-id", "secret_command": "gh auth token"}
        return LoginResult("a-token", Identity(person), options)


@pytest.fixture(autouse=True)
def _place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("convo.adapters.load", lambda platform: _Place)


def sign_in(path: Path, url: str = "") -> LoginOutcome:
    async def ask(step: LoginStep) -> Mapping[str, str]:
        raise AssertionError("this login asks nothing")

    login = Login(load(path, KNOWN), path, path.parent / "data")
    return asyncio.run(login.run(Wish("mine", "place", url, keep_in="file"), ask))


SECTION = """# where I am
[inbox]   # as I like it
order = "newest"

[accounts.mine]   # mine
platform = "place" # the place
# client_id: still to come

# another one
[accounts.other]
platform = "place"
"""


def test_what_the_login_gave_goes_into_the_section(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(SECTION)
    path.chmod(0o640)
    sign_in(path, "https://place.example")
    after = path.read_text()
    new = 'url = "https://place.example"\nuser = "ana"\nclient_id = "an-id"\n'
    assert after == SECTION.replace("# the place\n", f"# the place\n{new}")
    assert path.stat().st_mode & 0o777 == 0o640
    account = load(path, KNOWN).accounts["mine"]
    assert (account.user, account.options) == ("ana", {"client_id": "an-id"})


def test_again_it_writes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(SECTION)
    sign_in(path)
    first = path.read_bytes()
    sign_in(path)
    assert path.read_bytes() == first


def test_what_stands_there_stays(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('[accounts.mine]\nplatform = "place"\nuser = "ana@place"\nclient_id = "of mine"\n')
    before = path.read_bytes()
    sign_in(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "text",
    [
        '[accounts."mine"]\r\nplatform = "place"\r\n\r\n[look]\r\nwide = true\r\n',
        "[ accounts . 'mine' ]\nplatform = \"place\"",
        '[accounts.mine]\nplatform = "place"\nclient_secret = """\n[look]\nwide"""\n',
        '[accounts]\nmine.platform = "place"\n',
    ],
    ids=["carriage returns", "no last line end", "a value of many lines", "dotted keys"],
)
def test_however_the_section_is_written_the_keys_are_in_it(tmp_path: Path, text: str) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(text.encode())
    before = path.read_bytes()
    sign_in(path)
    config = load(path, KNOWN)
    assert not config.broken
    account = config.accounts["mine"]
    assert (account.user, account.options["client_id"]) == ("ana", "an-id")
    after = path.read_bytes()
    assert [line for line in after.splitlines() if line in before.splitlines()] == before.splitlines()
    assert len(after.splitlines()) == len(before.splitlines()) + 2
    assert after.count(b"\r\n") in (0, after.count(b"\n"))


def test_a_form_that_cannot_be_added_to_is_said_with_the_lines(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('accounts = { mine = { platform = "place" } }\n')
    before = path.read_bytes()
    with pytest.raises(Failure, match=r'by hand(?s:.*)client_id = "an-id"'):
        sign_in(path)
    assert path.read_bytes() == before


def test_a_login_as_somebody_else_than_the_config_says_keeps_nothing(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(before := SECTION.replace("# the place", '\nuser = "ben"'))
    with pytest.raises(Failure) as caught:
        sign_in(path, "https://place.example")
    assert caught.value.words == (
        'The config says  user = "ben"  of mine, but its secret is that of ana. Sign in as ben, or change that line. '
        "Nothing was kept."
    )
    assert path.read_text() == before
    assert not list((tmp_path / "data").rglob("*.secret"))
