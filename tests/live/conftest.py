"""Real servers for the live tests: given by CONVO_LIVE, or started here."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live.blog import Blog
from tests.live.convo import Convo
from tests.live.people import Network, Someone

SERVERS = Path(__file__).parents[1] / "servers"
LAUNCHER = SERVERS / "bluesky" / "run"
WORDPRESS = SERVERS / "wordpress" / "launch.sh"
WHY = "CONVO_LIVE is not set: 1 starts tests/servers/bluesky/run, a path names the file with its line of JSON"
NO_BLOG = "CONVO_LIVE=1 starts a real WordPress; CONVO_LIVE_WORDPRESS names the file with its line of JSON"


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


@pytest.fixture(scope="session")
def blog() -> Iterator[Blog]:
    """The WordPress site of this run."""
    given = os.environ.get("CONVO_LIVE_WORDPRESS", "")
    if given:
        found = Blog.read(given)
        yield found
        found.close()
        return
    if os.environ.get("CONVO_LIVE") != "1":
        pytest.skip(NO_BLOG)
    install = [] if Path("/usr/share/wordpress/wp-settings.php").exists() else ["--install"]
    with subprocess.Popen(["nice", WORDPRESS, *install], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        line = server.stdout.readline()
        if not line:
            pytest.fail(f"{WORDPRESS} ended with status {server.wait()} and said nothing")
        found = Blog(json.loads(line))
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
