"""convo killed twenty times on a real Bluesky network and on a real WordPress: each answer stands there once."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.live.blog import Blog, program
from tests.live.convo import Convo
from tests.live.people import Someone

pytestmark = pytest.mark.live

WHOLE, KILLS = 2, 20


def _reply(convo: Convo, uri: str, words: str, **variables: str) -> int:
    """Answer, with points named or with a kill at one; gives the exit status."""
    command = [sys.executable, "-m", "convo", "reply", uri, "-m", words, "--json"]
    ran = subprocess.run(
        command, env={**convo.env, **variables}, capture_output=True, timeout=120, check=False
    )
    assert b"Traceback" not in ran.stderr, ran.stderr
    return ran.returncode


def _killed_everywhere(convo: Convo, uris: Sequence[str], points: Path) -> None:
    """Answer two whole, to see which points are passed once the place is known; the others with a kill."""
    for number, uri in enumerate(uris[:WHOLE]):
        points.unlink(missing_ok=True)
        assert _reply(convo, uri, f"A whole answer, {number}", CONVO_POINTS=str(points)) == 0
    passed = len(points.read_text(encoding="utf-8").split())
    killed, again = 0, []
    for number, uri in enumerate(uris[WHOLE:]):
        at = 1 + number * passed // KILLS
        words = f"An answer to question {number}"
        status = _reply(convo, uri, words, CONVO_KILL_AT=str(at))
        killed += status == -signal.SIGKILL
        if status:
            again.append((uri, words))
    for uri, words in again:  # what a script does; all in the end, for a place has to settle after each
        _reply(convo, uri, words)
    assert killed >= KILLS - 2
    convo.sync()


def _judge(convo: Convo, standing: Sequence[str]) -> None:
    """Each answer stands there once, and none is on its way."""
    for number in range(KILLS):
        assert standing.count(f"An answer to question {number}") == 1, (number, standing)
    assert not [row for row in convo.ask("outbox") if row["state"] in ("held", "queued", "sending", "unsure")]


def test_twenty_kills_on_bluesky_lose_and_double_nothing(
    convo: Convo, ana: Someone, ben: Someone, tmp_path: Path
) -> None:
    asked = [ben.say(f"@{ana.handle} question {n}?", names=(ana,)) for n in range(WHOLE + KILLS)]
    convo.sync()
    _killed_everywhere(convo, [one.uri for one in asked], tmp_path / "points")
    _judge(convo, [ana.record(post["uri"])["text"] for post in ana.posts()])


def test_twenty_kills_on_wordpress_lose_and_double_nothing(blog: Blog, tmp_path: Path) -> None:
    editor = blog.writer("editor")  # who may moderate may write again at once
    post = editor.post("Ask me anything")
    asked = [blog.guest(post, f"Question {n}?") for n in range(WHOLE + KILLS)]
    convo = program(tmp_path, editor)
    convo.sync()
    _killed_everywhere(convo, [blog.uri(post, one) for one in asked], tmp_path / "points")
    below = blog.below(post)
    mine = [one for one in below if one["author"] == editor.id]
    _judge(convo, [one["content"]["raw"] for one in mine])
    assert sorted(one["parent"] for one in mine) == sorted(asked)
    assert {one["status"] for one in mine} == {"approved"}
