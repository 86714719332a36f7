"""One simulated server and the program beside it: stages to begin from, ways to be killed, and the books after it."""

from __future__ import annotations

import shutil
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from convo.testing import Said
from tests.faults.kinds import ANSWERED, KINDS
from tests.faults.places import Snapshot, news, talk
from tests.faults.program import Program, Ran, account_lines
from tests.simulators.faults import Cut, Fault

LATER = 35.0
"""Seconds that pass between two runs: more than any settle time."""
FULL = 2
"""`PRAGMA synchronous` of a commit that is on the disk when it is over."""
WORDS = "Yes, and I wonder what you make of it yourself"
"""What the user answers."""


@dataclass(frozen=True)
class Kill:
    """One way to be killed; without any the command runs to its end."""

    point: int = 0
    """At the so-manieth point, from 1."""
    request: int = 0
    """While the so-manieth request is at the server, from 1."""
    done: bool = True
    """The server does what that request asks."""
    after: float = 0.0
    """After so many seconds."""
    power: bool = False
    """The power goes, too: commits after the last one that was synced are not on the disk."""

    def __str__(self) -> str:
        if self.point:
            return f"at point {self.point}{', with the power' * self.power}"
        if self.request:
            return f"at request {self.request}, {'done' if self.done else 'lost'}"
        return f"after {self.after * 1000:.0f} ms"


@dataclass
class Stage:
    """A state to begin from: the data directory, the server, and the clock."""

    data: Path
    server: Snapshot
    later: float


@dataclass
class Books:
    """What is stored and what stands on the server, side by side."""

    stored: Any
    standing: Counter[str]
    """Texts of the user's messages on the server that are not deleted."""
    messages: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.messages = [
            {**message, "state": one["state"], "since": one["waiting_since"], "thread": number}
            for number, one in enumerate(self.stored["conversations"])
            for message in one["messages"]
        ]

    @property
    def uris(self) -> Counter[str]:
        """How often each message is shown."""
        return Counter(message["uri"] for message in self.messages)

    def drafts(self) -> list[str]:
        """The words in drafts."""
        return [draft["text"] for draft in self.stored["drafts"]]

    def outbox(self, *states: str) -> list[dict[str, Any]]:
        """The rows of the outbox, in these states or in all."""
        return [row for row in self.stored["outbox"] if not states or row["state"] in states]

    def facts(self) -> dict[str, tuple[Any, ...]]:
        """What is known of each message, in a form that two runs can be compared by."""
        firsts: dict[int, str] = {}
        for message in sorted(self.messages, key=lambda one: str(one["uri"])):
            firsts.setdefault(message["thread"], message["uri"])
        names = ("text", "parent_uri", "addressed", "waiting", "deleted", "edited_at", "state", "since")
        return {
            message["uri"]: (firsts[message["thread"]], *(message[name] for name in names))
            for message in self.messages
        }


class Bench:
    """A server of one kind, the program's directory, and its stages."""

    def __init__(self, kind: str, directory: Path) -> None:
        self.kind = kind
        self.place: Any = KINDS[kind]()
        directory.mkdir(parents=True, exist_ok=True)
        self.program = Program(directory)
        self._write_config()
        self.said: list[Said] = talk(self.place)
        self.news: list[Said] = []
        self.stages: dict[str, Stage] = {}
        self.verbs: frozenset[str] = frozenset()
        """What the account can do there."""
        self._make_stages()

    def close(self) -> None:
        """End the server and the launcher."""
        self.program.close()
        self.place.stop()

    def _write_config(self) -> None:
        place, path = self.place, self.program.config
        lines = account_lines("here", place, place.account.url or place.site.home.url)
        path.write_text("\n".join([*lines, ""]))
        path.chmod(0o600)

    def _make_stages(self) -> None:
        self.program.data.mkdir(exist_ok=True)
        self.keep("empty")
        self.demand("sync")
        self.keep("synced")
        self.news = news(self.place, self.said)
        self.keep("news")
        if self.kind not in ANSWERED:
            return
        self.begin("synced")
        self.target = self._somebody()
        self.keep("asked")
        self.demand("reply", self.target, "-m", WORDS, "--offline", "--yes")
        self.keep("queued")
        self.demand("sync")
        self.keep("answered")
        self.verbs = frozenset(self.program.books()["can"])

    def _somebody(self) -> str:
        """Somebody asks something and it is fetched; gives the message to answer."""
        if self.kind == "direct message":
            said = self.place.someone_writes_directly("Between us: will you come?")
            assert said is not None
        else:
            said = self.place.someone_mentions_me("Will you come?", by="ana")
        self.later(LATER)
        self.demand("sync")
        uri: str = said.uri
        return uri

    def keep(self, name: str) -> None:
        """Keep the present state as a stage."""
        data = self.program.directory / f"stage-{name}"
        shutil.copytree(self.program.data, data)
        self.stages[name] = Stage(data, self.place.snapshot(), self.program.later)

    def begin(self, name: str) -> None:
        """Go back to a stage."""
        stage = self._stage = self.stages[name]
        shutil.rmtree(self.program.data)
        shutil.copytree(stage.data, self.program.data)
        with self.place.site.home.lock:
            self.place.site.home.faults.clear()
            self.place.site.log.clear()
            stage.server.restore()
        self.program.later = stage.later
        self.later(0)

    def later(self, seconds: float) -> None:
        """Let time pass, for the program and for the server."""
        self.program.later += seconds
        self.place.pass_time(self.program.later - self.place.clock.ahead.total_seconds())

    def demand(self, *words: str) -> Ran:
        """Run a command that must go well."""
        ran = self.program.run(*words)
        assert ran.status == 0, f"{words}: {ran.out} {ran.err}"
        return ran

    def killed(self, kill: Kill, *words: str) -> Ran:
        """Run a command and kill it so."""
        home = self.place.site.home
        if kill.request:
            home.add(Fault(before=self.program.kill, done=kill.done, cut=Cut.BEFORE), skip=kill.request - 1)
        ran = self.program.run(*words, kill_at=kill.point, kill_after=kill.after, power=kill.power)
        with home.lock:
            home.faults.clear()
        if kill.power and ran.killed:
            self._lose_power()
        return ran

    def _lose_power(self) -> None:
        """Put the store back to its last commit that was synced, or to the state in which it was closed last."""
        copies = sorted(self.program.commits.iterdir())
        synced = [copy for copy in copies if copy.name.endswith(f"-{FULL}")]
        source = synced[-1] if synced else self._stage.data
        for ending in ("", "-wal", "-shm"):
            (self.program.data / f"convo.db{ending}").unlink(missing_ok=True)
            if (file := source / f"convo.db{ending}").exists() and ending != "-shm":
                shutil.copy(file, self.program.data)

    def books(self) -> Books:
        """Both books now."""
        with self.place.site.home.lock:
            standing = Counter(one.text for one in self.place.standing())
        return Books(self.program.books(), standing)

    def answers(self, books: Books, words: str = WORDS) -> int:
        """How often the user's answer stands on the server."""
        return sum(count for text, count in books.standing.items() if words in text)

    def measure(self, stage: str, *words: str) -> Course:
        """What a command passes from a stage to its end."""
        self.begin(stage)
        ran = self.program.run(*words, points=True, power=True)
        assert ran.status == 0, f"{words}: {ran.out} {ran.err}"
        points = self.program.points.read_text().split()
        synced = [copy.name.endswith(f"-{FULL}") for copy in sorted(self.program.commits.iterdir())]
        return Course(points, len(self.place.site.log), synced)


@dataclass
class Course:
    """What a command passes when nobody kills it."""

    points: list[str]
    requests: int
    synced: list[bool]
    """Whether each commit was synced."""

    def at_points(self) -> list[Kill]:
        """Kills at every point."""
        return [Kill(point=number) for number in range(1, len(self.points) + 1)]

    def at_requests(self) -> list[Kill]:
        """Kills at every request, which the server fulfils, or of which it never hears."""
        numbers = range(1, self.requests + 1)
        return [Kill(request=number, done=done) for number in numbers for done in (True, False)]

    def at_power(self) -> list[Kill]:
        """Losses of power at every point where they undo what was committed."""
        found, commits = [], iter(self.synced)
        synced = True
        for number, name in enumerate(self.points, 1):
            if name == "store.committed":
                synced = next(commits)
            if not synced:
                found.append(Kill(point=number, power=True))
        return found


@dataclass
class Verdict:
    """What one kill did to the books; all empty when it did nothing."""

    hit: bool
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    other: list[str] = field(default_factory=list)
    unsure: int = 0
    runs: int = 0
    """How often the command had to be run after the kill."""

    @property
    def fine(self) -> bool:
        return not (self.lost or self.doubled or self.other)
