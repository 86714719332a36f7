"""Real servers for the live tests: given by CONVO_LIVE, or started here."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live.convo import Convo
from tests.live.people import Network, Someone

LAUNCHER = Path(__file__).parents[1] / "servers" / "bluesky" / "run"
WHY = "CONVO_LIVE is not set: 1 starts tests/servers/bluesky/run, a path names the file with its line of JSON"


@pytest.fixture(scope="session")
def network() -> Iterator[Network]:
    """The Bluesky network of this run."""
    given = os.environ.get("CONVO_LIVE", "")
    if not given:
        pytest.skip(WHY)
    if given != "1":
        found = Network.read(given)
        yield found
        found.close()
        return
    with subprocess.Popen([LAUNCHER], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        line = server.stdout.readline()
        if not line:
            pytest.fail(f"{LAUNCHER} ended with status {server.wait()} and said nothing")
        found = Network(json.loads(line))
        yield found
        found.close()
        server.terminate()


@pytest.fixture
def ana(network: Network) -> Someone:
    """The user."""
    return network.person("ana")


@pytest.fixture
def ben(network: Network) -> Someone:
    """Somebody who talks with the user."""
    return network.person("ben")


@pytest.fixture
def carl(network: Network) -> Someone:
    """Somebody else."""
    return network.person("carl")


@pytest.fixture
def convo(network: Network, ana: Someone, tmp_path: Path) -> Convo:
    """The program with Ana's account, an app password, and a store of its own."""
    made = Convo(tmp_path)
    made.account("ana", url=network.pds, user=ana.handle, secret=ana.app_password())
    return made
