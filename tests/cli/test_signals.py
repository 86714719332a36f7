"""A signal ends a command in order: a request in flight is awaited, nothing is lost, one sentence is said."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from convo.clock import SystemClock
from tests.simulators.faults import Fault
from tests.simulators.mastodon import Mastodon
from tests.simulators.server import Server


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_while_a_request_is_in_flight(number: int, tmp_path: Path) -> None:
    platform = Mastodon(SystemClock())
    me, ana = platform.instance.account("me"), platform.instance.account("ana")
    platform.sign_in(me, "token")
    platform.instance.write(ana, "@me hello")
    server = Server(platform, SystemClock())
    reached, released = threading.Event(), threading.Event()

    def wait() -> None:
        reached.set()
        released.wait(30)

    server.add(Fault(before=wait), path="notifications")
    config = tmp_path / "config.toml"
    config.write_text(f'[accounts.a]\nplatform = "mastodon"\nurl = "{server.url}"\nsecret = "token"\n')
    config.chmod(0o600)
    command = [sys.executable, "-m", "convo", "--config", str(config), "--data-dir", str(tmp_path / "data")]
    try:
        process = subprocess.Popen(
            [*command, "sync"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        assert reached.wait(30)
        os.kill(process.pid, number)
        released.set()
        _, err = process.communicate(timeout=30)
        assert process.returncode == 130
        assert err.strip() == "convo: Stopped. What was done is kept."
        again = subprocess.run([*command, "sync"], capture_output=True, text=True, timeout=30, check=False)
        assert again.returncode == 0
        listed = subprocess.run([*command, "list"], capture_output=True, text=True, timeout=30, check=True)
        assert "hello" in listed.stdout
    finally:
        released.set()
        server.stop()
