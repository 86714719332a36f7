"""Five accounts, one of them wrong in some way: the four others work, and the broken one says what to do."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from convo.__main__ import main
from convo.clock import SystemClock
from tests.cli.conftest import Ran
from tests.simulators.mastodon import Mastodon
from tests.simulators.server import Server

CERTIFICATE = Path(__file__).parent.parent / "data" / "self-signed.pem"
FINE = ("one", "two", "three", "four")


class Town:
    """Four servers where somebody waits, and a config of four fine accounts and one broken."""

    def __init__(self, tmp_path: Path) -> None:
        self.config = tmp_path / "config.toml"
        self.data = tmp_path / "data"
        self.sections: list[str] = []
        self.servers: list[Server] = []
        for name in FINE:
            url, _ = self.server(name)
            self.sections.append(
                f'[accounts.{name}]\nplatform = "mastodon"\nurl = "{url}"\nsecret = "t-{name}"\n'
            )

    def server(self, name: str) -> tuple[str, Mastodon]:
        platform = Mastodon(SystemClock(), domain=f"{name}.example")
        me, ana = platform.instance.account("me"), platform.instance.account("ana")
        platform.sign_in(me, f"t-{name}")
        platform.instance.write(ana, f"@me hello on {name}")
        server = Server(platform, SystemClock())
        self.servers.append(server)
        return server.url, platform

    def write(self, broken: str) -> None:
        self.config.write_text("\n".join([*self.sections[:2], broken, *self.sections[2:]]))
        self.config.chmod(0o600)

    def run(self, capsys: pytest.CaptureFixture[str], *words: str) -> Ran:
        capsys.readouterr()
        status = main(["--config", str(self.config), "--data-dir", str(self.data), *words])
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        return Ran(status, captured.out, captured.err)

    def others_work(self, capsys: pytest.CaptureFixture[str]) -> Ran:
        """Sync: exit status 1, four fetched, one error in one sentence."""
        ran = self.run(capsys, "sync", "--json")
        assert ran.status == 1
        outcomes = ran.json
        for name in FINE:
            assert outcomes[name]["error"] == "", name
            assert outcomes[name]["fetched"] == 1, name
        rows = self.run(capsys, "list", "--json").json
        assert sorted(row["account"] for row in rows) == sorted(FINE)
        row = rows[0]
        sent = self.run(capsys, "reply", row["id"], "-m", "hello back", "--json")
        assert (sent.status, sent.json["state"]) == (0, "sent")
        return ran


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    town = Town(tmp_path)
    yield town
    for server in town.servers:
        server.stop()


def said_of(town: Town, capsys: pytest.CaptureFixture[str], name: str) -> str:
    """What `convo accounts` and `convo doctor` say of the broken account; both must say it."""
    doctor = town.run(capsys, "doctor", "--json")
    assert doctor.status == 1
    faults = [one["words"] for one in doctor.json["findings"][name] if not one["fine"]]
    assert faults, doctor.json["findings"][name]
    for fine in FINE:
        assert all(one["fine"] for one in doctor.json["findings"][fine]), doctor.json["findings"][fine]
    (status,) = [one for one in town.run(capsys, "accounts", "--json").json if one["name"] == name]
    assert status["health"] != "fine"
    assert status["words"]
    assert "\n" not in status["words"] + faults[0]
    return json.dumps([faults, status["words"], status["advice"]], ensure_ascii=False)


def test_unknown_platform(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    town.write('[accounts.bad]\nplatform = "mastodom"\nurl = "https://x.example"\n')
    town.others_work(capsys)
    said = said_of(town, capsys, "bad")
    assert "line " in said
    assert 'Did you mean \\"mastodon\\"?' in said


def test_missing_secret(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    url, _ = town.server("bad")
    town.write(f'[accounts.bad]\nplatform = "mastodon"\nurl = "{url}"\n')
    town.others_work(capsys)
    assert "convo login bad" in said_of(town, capsys, "bad")


def test_unreachable_host(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    url, _ = town.server("bad")
    town.servers[-1].stop()
    town.write(f'[accounts.bad]\nplatform = "mastodon"\nurl = "{url}"\nsecret = "t-bad"\n')
    town.others_work(capsys)
    assert "could not be reached" in said_of(town, capsys, "bad")


def test_revoked_token(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    url, _ = town.server("bad")
    town.write(f'[accounts.bad]\nplatform = "mastodon"\nurl = "{url}"\nsecret = "revoked"\n')
    town.others_work(capsys)
    said = said_of(town, capsys, "bad")
    assert "secret" in said or "convo login bad" in said
    (told,) = town.run(capsys, "sync", "bad").err.splitlines()
    assert told.endswith("Sign in again:  convo login bad")


def test_certificate_error(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        port = server.server_address[1]
        town.write(f'[accounts.bad]\nplatform = "mastodon"\nurl = "https://127.0.0.1:{port}"\nsecret = "t"\n')
        town.others_work(capsys)
        assert "certificate of 127.0.0.1 was not accepted" in said_of(town, capsys, "bad")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
