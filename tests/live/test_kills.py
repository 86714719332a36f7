"""convo killed twenty times while it answers on a real Bluesky network: each answer stands there once."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.live.convo import Convo
from tests.live.people import Someone

pytestmark = pytest.mark.live

KILLS = 20


def _reply(convo: Convo, uri: str, words: str, **variables: str) -> int:
    """Answer, with points named or with a kill at one; gives the exit status."""
    command = [sys.executable, "-m", "convo", "reply", uri, "-m", words, "--json"]
    ran = subprocess.run(
        command, env={**convo.env, **variables}, capture_output=True, timeout=120, check=False
    )
    assert b"Traceback" not in ran.stderr, ran.stderr
    return ran.returncode


def test_twenty_kills_lose_and_double_nothing(
    convo: Convo, ana: Someone, ben: Someone, tmp_path: Path
) -> None:
    asked = [ben.say(f"@{ana.handle} question {n}?", names=(ana,)) for n in range(KILLS + 1)]
    convo.sync()
    points = tmp_path / "points"
    assert _reply(convo, asked[0].uri, "An answer to the first", CONVO_POINTS=str(points)) == 0
    passed = len(points.read_text(encoding="utf-8").split())
    killed = 0
    for number, one in enumerate(asked[1:]):
        at = 1 + number * passed // KILLS
        words = f"An answer to question {number}"
        status = _reply(convo, one.uri, words, CONVO_KILL_AT=str(at))
        killed += status == -signal.SIGKILL
        if status:  # what a script does
            _reply(convo, one.uri, words)
    assert killed >= KILLS - 2
    convo.sync()
    standing = [ana.record(post["uri"])["text"] for post in ana.posts()]
    for number in range(KILLS):
        assert standing.count(f"An answer to question {number}") == 1, (number, standing)
    assert not [row for row in convo.ask("outbox") if row["state"] in ("held", "queued", "sending", "unsure")]
