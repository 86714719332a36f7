"""A year of talk through two processes and bad weather: memory stays flat, nothing is lost, the books balance.

    python tests/faults/soak.py [--days 365] [--messages 274] [--answers 14] [--hours 8] [--minutes 0] [--seed 1]

`--hours` pass between two looks of the inbox; after so many `--minutes`, if given, it ends with the day it has reached.
The inbox (the app over its engine and the real adapter) and `convo` commands work on one store, against a server
that honours no idempotency key; every so-manieth request meets a fault. Exit status 1 when the books are wrong.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent.parent))

from tests.faults.network import TOLD, UNTOLD
from tests.faults.places import Fediverse
from tests.faults.program import ROOT, Program

DEADLINE = 1.0
PEOPLE = 120
STORMS = {name: fault for name, fault in {**UNTOLD, **TOLD}.items() if name not in ("404", "404 page")}
"""All faults but a server that says that what stands there is gone."""
_NUMBER = re.compile(r"Answer (\d+) of mine")


@dataclass
class Year:
    """What became of it."""

    said: dict[str, str] = field(default_factory=dict)
    """Text by URI of all that was said to the user."""
    asked: set[int] = field(default_factory=set)
    """Numbers of the answers that convo took."""
    memory: list[float] = field(default_factory=list)
    """MB of the inbox after each day."""
    faults: int = 0
    unsure: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    other: list[str] = field(default_factory=list)

    @property
    def growth(self) -> float:
        """The inbox's memory in the last quarter as a part of that in the second."""
        part = max(len(self.memory) // 4, 1)
        return max(self.memory[-part:]) / max(self.memory[part : 2 * part])


class Soak:
    """The server, the inbox and the commands."""

    def __init__(self, directory: Path, seed: int, hours: int) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._hours = hours
        self.random = Random(seed)
        self.place = Fediverse(idempotency="ignored")
        self.program = Program(directory)
        self.program.deadline = DEADLINE
        self.program.config.write_text(
            f'[inbox]\nundo_seconds = 0\n[accounts.here]\nplatform = "mastodon"\nurl = "{self.place.site.home.url}"\n'
            f'user = "me"\nsecret = "{self.place.secrets[0]}"\n'
        )
        self.program.config.chmod(0o600)
        self.year = Year()
        self._number = 0
        self._unanswered: list[str] = []
        assert self.program.run("sync").status == 0
        words = [
            str(self.program.config),
            str(self.program.data),
            self.place.now().isoformat(),
            str(DEADLINE),
        ]
        self._inbox = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.inbox", *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            cwd=ROOT, text=True,
        )  # fmt: skip

    def close(self) -> None:
        """End both processes and the server."""
        assert self._inbox.stdin
        assert self._inbox.stdout
        self._inbox.stdin.close()
        status = self._inbox.wait(60)
        self._inbox.stdout.close()
        self.program.close()
        self.place.stop()
        if status:
            self.year.other.append(f"the inbox ended with {status}")

    def _ask(self, **told: Any) -> dict[str, Any]:
        assert self._inbox.stdin
        assert self._inbox.stdout
        whole = {"step": 0.0, "answers": [], "keyed": "", "done": 0, **told}
        self._inbox.stdin.write(json.dumps(whole) + "\n")
        self._inbox.stdin.flush()
        line = self._inbox.stdout.readline()
        assert line, "the inbox ended"
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _words(self) -> str:
        self._number += 1
        self.year.asked.add(self._number)
        return f"Answer {self._number} of mine"

    def _talk(self, count: int) -> None:
        for _ in range(count):
            by = f"p{self.random.randrange(PEOPLE)}"
            said = self.place.someone_mentions_me(f"Word {len(self.year.said)} for you", by=by)
            self.year.said[said.uri] = said.text
            self._unanswered.append(said.uri)
        self._unanswered = self._unanswered[-200:]

    def _storm(self) -> None:
        """A fault that hits some of the next requests, and perhaps the next answer."""
        fault = STORMS[self.random.choice(list(STORMS))]()
        fault.done = fault.done and self.random.random() < 0.5
        method = self.random.choice(["", "", "POST"])
        self.place.site.home.add(
            fault, method=method, times=self.random.randint(1, 3), skip=self.random.randrange(8)
        )
        self.year.faults += 1

    def day(self, messages: int, answers: int) -> None:
        """People talk, the user answers in the inbox, by keys and from scripts, and the weather is bad."""
        parts, step = 24 // self._hours, self._hours * 3600.0
        for part in range(parts):
            chosen = [self._unanswered.pop(self.random.randrange(len(self._unanswered)))
                      for _ in range(min(answers // parts + 1, len(self._unanswered)))]  # fmt: skip
            self._talk(messages // parts + (part == 0) * (messages % parts))
            if self.random.random() < 0.7:
                self._storm()
            pairs = [[uri, self._words()] for uri in chosen[1:]]
            keyed = self._words() if part == parts // 2 else ""
            found = self._ask(
                step=step, answers=pairs, keyed=keyed, done=messages if part == parts - 1 else 0
            )
            self.place.pass_time(step)
            self.program.later += step
            for words, _ in found["refused"]:
                self._forget(words)
            if not found["looked"]:
                self.year.other.append("a look did not end")
            if chosen[:1]:
                self._by_script(chosen[0])
        with self.place.site.home.lock:
            self.place.site.home.faults.clear()
            self.place.site.log.clear()
        self.year.memory.append(found["rss"])

    def _forget(self, words: str) -> None:
        """convo said at once that it does not take these words."""
        number = _NUMBER.search(words)
        assert number
        self.year.asked.discard(int(number[1]))

    def _by_script(self, uri: str) -> None:
        words = self._words()
        self.program.run("sync")
        ran = self.program.run("reply", uri, "-m", words, "--yes", "--json")
        if ran.status == 2 or not ran.out or ran.json.get("outbox_id") is None:
            self._forget(words)

    def end(self) -> Year:
        """Calm; then the books are compared."""
        for _ in range(5):
            self._ask(step=7200.0)
            self.place.pass_time(7200.0)
            self.program.later += 7200.0
            ran = self.program.run("sync")
        if ran.status:
            self.year.other.append(f"the last sync said: {ran.err}")
        books = self.program.stock()
        self._judge(books)
        return self.year

    def _judge(self, books: Any) -> None:
        year = self.year
        stored = Counter(books["uris"])
        year.lost += [f"not stored: {text}" for uri, text in year.said.items() if not stored[uri]]
        year.doubled += [f"stored {times} times: {uri}" for uri, times in stored.items() if times > 1]
        with self.place.site.home.lock:
            found = Counter(
                int(match[1]) for one in self.place.standing() if (match := _NUMBER.search(one.text))
            )
        states: dict[int, list[str]] = {}
        for text, state in books["outbox"]:
            if (match := _NUMBER.search(text)) is not None:
                states.setdefault(int(match[1]), []).append(state)
        drafts = {int(match[1]) for text in books["drafts"] if (match := _NUMBER.search(text))}
        for number in sorted(year.asked):
            state = [one for one in states.get(number, []) if one != "failed"]
            if found[number] > 1:
                year.doubled.append(f"answer {number} stands {found[number]} times, {state}")
            elif state == ["unsure"]:
                year.unsure += 1
            elif state != ["sent"] * found[number] or (not found[number] and number not in drafts):
                year.lost.append(
                    f"answer {number} stands {found[number]} times, {state}, draft {number in drafts}"
                )
        open_ = [row for row in books["outbox"] if row[1] in ("held", "queued", "sending")]
        year.other += [f"does not leave: {row}" for row in open_]


def soak(
    directory: Path, days: int, messages: int, answers: int, *,
    seed: int = 1, hours: int = 8, minutes: float = 0.0, told: bool = False,
) -> Year:  # fmt: skip
    """So many days, or what is reached of them in so many minutes; gives what became of them."""
    made = Soak(directory, seed, hours)
    end = time.monotonic() + minutes * 60
    try:
        for day in range(days):
            if minutes and time.monotonic() > end:
                break
            made.day(messages, answers)
            if told and day % 10 == 9:
                print(f"day {day + 1}: {made.year.memory[-1]:.0f} MB, {made.year.faults} faults", flush=True)
        return made.end()
    finally:
        made.close()


def main() -> int:
    """Print what became of the year and give the exit status."""
    parser = argparse.ArgumentParser(description="A year of talk in bad weather.")
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--messages", type=int, default=274, help="a day")
    parser.add_argument("--answers", type=int, default=14, help="a day")
    parser.add_argument("--hours", type=int, default=8, help="between two looks of the inbox")
    parser.add_argument("--minutes", type=float, default=0.0, help="after which it ends")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    shared = Path("/dev/shm")
    directory = Path(tempfile.mkdtemp(prefix="soak-", dir=shared if shared.is_dir() else None))
    began = time.monotonic()
    try:
        year = soak(
            directory, options.days, options.messages, options.answers,
            seed=options.seed, hours=options.hours, minutes=options.minutes, told=True,
        )  # fmt: skip
    finally:
        shutil.rmtree(directory)
    for name in ("lost", "doubled", "other"):
        for words in getattr(year, name)[:20]:
            print(f"  {name}: {words}")
    print(
        f"{len(year.memory)} days, {len(year.said)} messages, {len(year.asked)} answers, {year.faults} faults in "
        f"{time.monotonic() - began:.0f} s: lost {len(year.lost)}, doubled {len(year.doubled)}, "
        f"other {len(year.other)}, asked about {year.unsure}; memory {min(year.memory):.0f} to "
        f"{max(year.memory):.0f} MB, last quarter to second {year.growth:.2f}"
    )
    return 1 if year.lost or year.doubled or year.other or year.growth > 1.15 else 0


if __name__ == "__main__":
    sys.exit(main())
