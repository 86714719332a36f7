"""One platform's account behind a bad network, and another account beside it where all is well."""

from __future__ import annotations

import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from convo.testing import Where
from tests.faults.bench import LATER, Books, Verdict
from tests.faults.network import TOLD, UNTOLD
from tests.faults.places import Atmosphere, Fediverse
from tests.faults.program import Program, account_lines
from tests.faults.surroundings import Around, surrounded
from tests.faults.worlds import conversation
from tests.simulators.faults import Fault

ALL = {**UNTOLD, **TOLD}
DEADLINE = 1.5
"""Seconds that one exchange may take here."""
MOST_SECONDS = 30.0
"""A sync with every request in trouble ends in this time; with the program's own limit a request has 60 s."""
MOST_MEMORY = 300
"""MB: the inbox has 64, a command with an answer of 16 MB some more; a fault must not add hundreds."""
MOST_REQUESTS = 60
BELIEVED = ("404",)
"""A server that says in the platform's own words that something is not there is believed: it counts as deleted."""
FOR_EVER = 100_000
HOUR = 3700.0
Case = tuple[str, int]
"""A fault and the requests that go through before it, or surroundings and -1."""


class Weather:
    """The program with two accounts, `here` in trouble and `there` in peace; every case begins at the same store."""

    def __init__(self, world: Any, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self.world = world
        self.home = world.site.home
        self.beside: Any = Fediverse() if world.account.platform == "bluesky" else Atmosphere()
        self.program = Program(directory)
        self.program.deadline = DEADLINE
        self._number = 0
        self._config(Around())
        said = conversation(world)
        conversation(self.beside)
        assert self.program.run("sync").status == 0
        self._stage = directory / "stage"
        shutil.copytree(self.program.data, self._stage)
        self._later = self.program.later
        self.said = said + [
            world.someone_mentions_me(f"Something new, {n}: are you there?", by="ana") for n in range(3)
        ]
        self.beside.someone_mentions_me("Are you still there?")
        self._recover()
        self.whole = _facts(self.books())

    def demand_whole(self) -> None:
        """Without any fault everything is read."""
        assert all(one.uri in self.whole for one in self.said), "the world says what is never read"

    def close(self) -> None:
        """End the servers and the launcher."""
        self.program.close()
        self.world.stop()
        self.beside.stop()

    def _config(self, around: Around) -> None:
        """The config with `here` reached through these surroundings."""
        url = self.world.account.url or self.home.url
        if around.url:
            url = around.url + urlsplit(url).path
        lines = ["[inbox]", f'proxy = "{around.proxy}"', f'ca_file = "{around.ca_file}"']
        for name, place, where in (
            ("here", self.world, url),
            ("there", self.beside, self.beside.site.home.url),
        ):
            lines += account_lines(name, place, where)
        self.program.config.write_text("\n".join(lines) + "\n")
        self.program.config.chmod(0o600)
        self.program.resolve = around.resolve

    def _begin(self) -> None:
        """Back to the store before the trouble; time goes on, as the servers' messages are of then."""
        shutil.rmtree(self.program.data)
        shutil.copytree(self._stage, self.program.data)

    def calm(self) -> None:
        """End the trouble."""
        with self.home.lock:
            self.home.faults.clear()

    def pass_time(self, seconds: float) -> None:
        """For the program and the servers."""
        self.program.later += seconds
        for place in (self.world, self.beside):
            place.pass_time(self.program.later - place.clock.ahead.total_seconds())

    def books(self) -> Books:
        """What is stored; the servers' side is looked at where it matters."""
        return Books(self.program.books(), _standing(self.world))

    def _recover(self) -> list[str]:
        """Three syncs, an hour apart; what the last ones still say."""
        said = []
        for _ in range(3):
            self.pass_time(HOUR)
            ran = self.program.run("sync", "--json")
            if ran.status:
                said.append(ran.out)
        return said[-1:] if ran.status else []

    def sync(self, case: Case) -> Verdict:
        """A sync through the case, then three in peace: what the store holds is what it would hold without."""
        name, skip = case
        self._begin()
        self.program.later = self._later
        self.pass_time(0)
        if skip < 0:
            with surrounded(name, self.home.port) as around:
                self._config(around)
                verdict = self._tried(around.fine, shared=around.shared)
            self._config(Around())
        else:
            fault = self.home.add(ALL[name](), times=FOR_EVER, skip=skip)
            verdict = self._tried(None, believed=name in BELIEVED)
            verdict.hit = fault.hits > 0
            self.calm()
        verdict.other += [f"does not recover: {words}" for words in self._recover()]
        self._judge(self.books(), verdict, believed=name in BELIEVED)
        return verdict

    def _tried(self, fine: bool | None, *, shared: bool = False, believed: bool = False) -> Verdict:
        """One sync in trouble; `fine`: whether it must go well, None where a fault may not hit at all."""
        verdict = Verdict(True)
        requests = len(self.home.log)
        began = time.monotonic()
        ran = self.program.run("sync", "--json")
        took = time.monotonic() - began
        here, there = ran.json["here"], ran.json["there"]
        if took > MOST_SECONDS:
            verdict.other.append(f"took {took:.0f} s")
        if self.program.memory > MOST_MEMORY:
            verdict.other.append(f"took {self.program.memory} MB")
        if not shared and (there["error"] or not there["fetched"]):
            verdict.other.append(f"harmed the other account: {there}")
        if here["requests"] > MOST_REQUESTS or len(self.home.log) - requests > MOST_REQUESTS:
            verdict.other.append(f"asked {here['requests']} times")
        if fine is None:
            fine = not self.home.faults[0].hits
        if not believed and (bool(here["error"]) == fine or ran.status != (0 if fine else 1)):
            verdict.other.append(f"status {ran.status}, said {here['error']!r}")
        return verdict

    def _judge(self, books: Books, verdict: Verdict, *, believed: bool) -> None:
        facts = _facts(books)
        verdict.lost += [f"{one.uri} {one.text}" for one in self.said if one.uri not in facts]
        verdict.doubled += [uri for uri, times in books.uris.items() if times > 1]
        for uri in [] if believed else sorted({*facts, *self.whole}):
            if facts.get(uri) != self.whole.get(uri):
                verdict.other.append(f"{uri}: {facts.get(uri)}, not {self.whole.get(uri)}")

    def answer(self, name: str, done: bool, *, direct: bool = False) -> Verdict:
        """An answer whose request meets a fault, done there or not: it stands once, or convo asks."""
        self._begin()
        self._number += 1
        words = f"Yes, and I wonder what you make of it, number {self._number}"
        ask = self.world.someone_writes_directly if direct else self.world.someone_mentions_me
        said = ask(f"Question {self._number}?", by="ana")
        self.pass_time(LATER)
        self.program.run("sync", "here")
        faults: list[Fault] = []
        for method, path in self.world.routes[Where.ANSWER]:
            fault = ALL[name]()
            fault.done = done
            faults.append(self.home.add(fault, method=method, path=path))
        self.program.run("reply", said.uri, "-m", words, "--yes")
        hit = any(fault.hits for fault in faults)
        self.calm()
        for _ in range(4):
            self.pass_time(LATER * 10)
            self.program.run("sync", "here")
        verdict = Verdict(hit)
        _judge_answer(self.books(), words, verdict)
        return verdict


def _standing(world: Any) -> Any:
    from collections import Counter

    with world.site.home.lock:
        return Counter(one.text for one in world.standing())


def _facts(books: Books) -> dict[str, tuple[Any, ...]]:
    names = ("text", "parent_uri", "addressed", "waiting", "deleted", "state")
    return {message["uri"]: tuple(message[name] for name in names) for message in books.messages}


def _judge_answer(books: Books, words: str, verdict: Verdict) -> None:
    """Sent means there once, a draft means not there, unsure is asked about; the words are in one place."""
    count = sum(times for text, times in books.standing.items() if words in text)
    drafts = books.drafts().count(words)
    rows = [row for row in books.outbox() if row["text"] == words]
    states: Sequence[str] = [row["state"] for row in rows]
    places = drafts + sum(state != "failed" for state in states)
    verdict.unsure = states.count("unsure")
    if count > 1:
        verdict.doubled.append(f"stands {count} times, {states}")
    if places > 1:
        verdict.doubled.append(f"the words are in {places} places: {drafts} drafts, {states}")
    if places == 0 or (states == ["sent"] and count != 1):
        verdict.lost.append(f"stands {count} times, {drafts} drafts, {states}")
    if drafts and count:
        verdict.other.append(f"stands {count} times, but there are {drafts} drafts and {states}")
    if any(state in ("queued", "sending", "held") for state in states):
        verdict.other.append(f"does not leave: {rows}")
