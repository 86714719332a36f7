"""The secrets of every account are looked for wherever a day's work leaves traces, and stand where they must, alone.

A run syncs, answers, meets every class of error from a server that quotes the credential it was sent, checks,
exports and backs up, all with --verbose; then what was printed, every file, every command line and what a child
process inherits are searched.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from convo.testing import Where
from tests.faults.program import Program
from tests.faults.worlds import ANSWERING, PLATFORMS, conversation, world
from tests.simulators.faults import Fault
from tests.simulators.messages import Answer, Request, json_answer

WORDS = "Yes, I will be there"
QUOTED = (400, 401, 403, 404, 422, 429, 500, 503)


class Watch:
    """One platform's account whose secret stands in a variable; all that could carry it away is kept."""

    def __init__(self, place: Any, directory: Path) -> None:
        self.place = place
        self.home = place.site.home
        self.program = Program(directory)
        self.inherited = directory / "inherited"
        self.printed: list[str] = []
        self.lines: set[str] = set()
        account = place.account
        editor = directory / "editor"
        editor.write_text(f'#!/bin/sh\nenv > {self.inherited}\necho "{WORDS}, too" > "$1"\n')
        editor.chmod(0o700)
        self.program.env = {"CANARY": place.secrets[0], "EDITOR": str(editor), "VISUAL": ""}
        lines = [
            "[accounts.here]",
            f'platform = "{account.platform}"',
            f'url = "{account.url or self.home.url}"',
            f'user = "{account.user}"',
            'secret_env = "CANARY"',
            *(f'{key} = "{value}"' for key, value in account.options.items()),
        ]
        self.program.config.write_text("\n".join(lines) + "\n")
        self.program.config.chmod(0o600)

    def run(self, *words: str) -> str:
        """Run a command with --verbose; while it asks the server, the command lines of all processes are read."""
        self.home.add(Fault(before=self._read_lines), times=1)
        ran = self.program.run(*words, "--verbose")
        with self.home.lock:
            self.home.faults.clear()
        self.printed += [ran.out, ran.err]
        return ran.out

    def _read_lines(self) -> None:
        for process in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                self.lines.add(process.read_bytes().decode("utf-8", "replace"))
            except OSError:
                continue

    def quote(self, status: int, method: str, path: str) -> None:
        """The server answers with an error that quotes the credential it was sent."""

        def change(answer: Answer) -> Answer:
            request: Request = self.home.log[-1]
            said = " ".join([*request.headers.values(), request.body.decode("utf-8", "replace")[:2000]])
            return json_answer({"error": f"No: {said}", "message": f"No: {said}"}, status)

        self.home.add(Fault(change=change, done=False), method=method, path=path, times=1000)

    def canaries(self) -> set[str]:
        """The secret in every form in which it went to the server, and the tokens it was exchanged for."""
        tokens = {request.bearer for request in self.home.log}
        return {one for one in (*self.place.secrets, *tokens) if len(one) >= 8}


@pytest.fixture(params=[platform for platform in PLATFORMS if platform in ANSWERING])
def watch(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Watch]:
    place = world(request.param)
    before = os.umask(0)
    made = Watch(place, tmp_path)
    yield made
    os.umask(before)
    made.program.close()
    place.stop()


def _work(watch: Watch) -> None:
    """A day's work in which every class of error is met, on the first platform; on the others some are."""
    quoted = QUOTED if watch.place.account.platform == PLATFORMS[0] else QUOTED[::3]
    said = conversation(watch.place)
    watch.run("sync")
    watch.run("list")
    watch.run("reply", said[0].uri, "-m", WORDS, "--yes")
    for status in quoted:
        method, path = watch.place.routes[Where.READ][0]
        watch.quote(status, method, path)
        watch.run("sync")
    for status, to in zip(quoted, (said * 3)[1:], strict=False):
        for method, path in watch.place.routes[Where.ANSWER]:
            watch.quote(status, method, path)
        watch.run("reply", to.uri, "-m", f"{WORDS}, number {status}", "--yes", "--json")
    watch.quote(403, "", "")
    watch.run("doctor")
    watch.run("accounts", "--json")
    watch.run("outbox", "--json")
    watch.run("export", str(watch.program.directory / "export.jsonl"))
    watch.run("doctor", "--repair")


def test_a_secret_stands_where_it_must_alone(watch: Watch) -> None:
    _work(watch)
    canaries = watch.canaries()
    assert canaries, "there is something to look for"
    printed = "\n".join(watch.printed)
    found = [f"printed: {one}" for one in canaries if one in printed or json.dumps(one)[1:-1] in printed]
    directory = watch.program.directory
    for path in directory.rglob("*"):
        if path.is_file() and path.parent.name != "secrets" and path not in (watch.inherited,):
            content = path.read_bytes()
            found += [f"{path.relative_to(directory)}: {one}" for one in canaries if one.encode() in content]
    found += [f"command line: {line}" for line in watch.lines if any(one in line for one in canaries)]
    found += [f"elsewhere: {request.target}" for request in watch.place.site.leaked(*canaries)]
    assert not found, "\n".join(found)
    assert not _open_to_others(watch.program.data)
    assert stat.S_IMODE((directory / "export.jsonl").stat().st_mode) == 0o600


def _open_to_others(directory: Path) -> list[str]:
    """What others may read or write of the data directory."""
    return [
        f"{path}: {stat.S_IMODE(path.stat().st_mode):o}"
        for path in (directory, *directory.rglob("*"))
        if path.stat().st_mode & 0o077
    ]


@pytest.mark.parametrize("watch", PLATFORMS[:1], indirect=True)
def test_what_convo_starts_inherits_no_secret(watch: Watch) -> None:
    """The editor has the environment less the variables that hold secrets."""
    said = conversation(watch.place)
    watch.run("sync")
    reader, writer = os.openpty()
    watch.program.whole, watch.program.terminal = True, writer
    watch.run("reply", said[0].uri, "--yes")
    os.close(reader)
    os.close(writer)
    assert watch.inherited.exists(), watch.printed[-2:]
    inherited = watch.inherited.read_text()
    assert "EDITOR=" in inherited
    assert not [one for one in watch.canaries() if one in inherited]
