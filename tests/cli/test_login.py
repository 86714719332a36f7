"""`convo login`: makes the config that was named, and asks once from the sixth account on."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from convo.__main__ import main
from convo.clock import SystemClock
from tests.cli.conftest import Ran
from tests.simulators.mastodon import Mastodon
from tests.simulators.server import Server


@pytest.fixture
def server() -> Iterator[Server]:
    platform = Mastodon(SystemClock(), domain="here.example")
    platform.sign_in(platform.instance.account("me"), "a-token")
    server = Server(platform, SystemClock())
    yield server
    server.stop()


class Typed(io.StringIO):
    """Standard input of a terminal, or of a pipe."""

    def __init__(self, text: str, tty: bool) -> None:
        super().__init__(text)
        self.tty = tty

    def isatty(self) -> bool:
        return self.tty


class Terminal(io.StringIO):
    """A terminal's standard error."""

    def isatty(self) -> bool:
        return True


def login(
    directory: Path, url: str, typed: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Ran:
    """`convo login new` with a config file that is named, typing on a terminal."""
    capsys.readouterr()
    shown = Terminal()
    monkeypatch.setattr(sys, "stdin", Typed(typed, tty=True))
    monkeypatch.setattr(sys, "stderr", shown)
    monkeypatch.setattr("getpass.getpass", lambda prompt, stream: sys.stdin.readline())
    place = ["--config", str(directory / "new.toml"), "--data-dir", str(directory / "data")]
    words = ["login", "new", "--platform", "mastodon", "--url", url, "--no-browser", "--keep-in", "file"]
    return Ran(main([*place, *words]), capsys.readouterr().out, shown.getvalue())


def test_a_config_that_was_named_is_made(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ran = login(tmp_path, server.url, "a-token\n", monkeypatch, capsys)
    assert ran.status == 0, ran.err
    assert "many places" not in ran.err
    assert "[accounts.new]" in (tmp_path / "new.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(("first", "added"), [("\n", True), ("n\n", False)])
def test_the_sixth_account_is_asked_about_once(
    server: Server,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    first: str,
    added: bool,
) -> None:
    five = "".join(
        f'[accounts.a{n}]\nplatform = "mastodon"\nurl = "https://a{n}.example"\nsecret_env = "X"\n'
        for n in range(5)
    )
    config = tmp_path / "new.toml"
    config.write_text(five, encoding="utf-8")
    config.chmod(0o600)
    ran = login(tmp_path, server.url, first + "a-token\n", monkeypatch, capsys)
    assert ran.status == 0, ran.err
    assert ran.err.count("You listen in many places already. One more?") == 1
    assert ("[accounts.new]" in config.read_text(encoding="utf-8")) is added
