"""`convo doctor`: what it says of each account, the way to it included."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from convo.__main__ import main
from convo.adapters.contract import CHECKED
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


def doctor(
    server: Server,
    directory: Path,
    capsys: pytest.CaptureFixture[str],
    inbox: str = "",
    secret: str = "a-token",
) -> dict[str, Any]:
    """The findings about an account there, by what was looked at; those of convo are under "convo"."""
    config = directory / "config.toml"
    config.write_text(
        f'[inbox]\n{inbox}\n[accounts.here]\nplatform = "mastodon"\nurl = "{server.url}"\nsecret = "{secret}"\n'
    )
    config.chmod(0o600)
    status = main(["--config", str(config), "--data-dir", str(directory / "data"), "doctor", "--json"])
    taken = capsys.readouterr()
    found = Ran(status, taken.out, taken.err).json["findings"]
    return {one["what"]: one for one in found["here"]} | {"convo": found["convo"]}


def test_all_that_there_is_to_say_of_an_account(
    server: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = doctor(server, tmp_path, capsys)
    assert list(found)[:2] == ["network", "secret"]
    assert [what for what in CHECKED if not found[what]["fine"]] == []
    assert found["network"]["words"].startswith(
        f"Asked at {server.url}, directly, without a proxy; certificates"
    )


def test_the_proxy_in_force_is_named_without_its_password(
    server: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = doctor(server, tmp_path, capsys, 'proxy = "http://ana:pa55word@127.0.0.1:1"')
    assert "through the proxy http://127.0.0.1:1;" in found["network"]["words"]
    assert not found["reach"]["fine"]
    assert "pa55word" not in str(found)


def test_authorities_that_cannot_be_read_are_a_fault_in_words(
    server: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = doctor(server, tmp_path, capsys, f'ca_file = "{tmp_path}/none.pem"')
    assert f"the authorities of {tmp_path}/none.pem" in found["network"]["words"]
    assert not found["reach"]["fine"]
    assert "none.pem" in found["reach"]["words"]
    assert "adapter" not in found


def test_a_secret_that_is_not_taken(
    server: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = doctor(server, tmp_path, capsys, secret="another")
    assert found["network"]["fine"]
    assert not found["sign in"]["fine"]
