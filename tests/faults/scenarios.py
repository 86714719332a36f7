"""What a user does when a kill comes, what happens next, and what the books must say in the end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.faults.bench import LATER, WORDS, Bench, Books, Kill, Verdict

TURN = 901.0
"""Seconds after which a sync looks after the next of those who wait."""
DAY = 86_401.0
MOST_RUNS = 8
OPEN = ("held", "queued", "sending")


@dataclass(frozen=True)
class Scenario:
    """A command from a stage, and what must hold after it was killed and what it began was ended."""

    name: str
    stage: str
    words: Callable[[Bench], tuple[str, ...]]
    check: Callable[[Bench, Scenario, Kill], Verdict]
    needs: str = ""
    """What the account must be able to do."""

    def fits(self, bench: Bench) -> bool:
        """Whether it can be done there."""
        if bench.kind == "direct message" and self.needs in ("edit", "delete"):
            return False
        return not self.needs or self.needs in bench.verbs

    def run(self, bench: Bench, kill: Kill) -> Verdict:
        """Begin, kill, go on until all is done, and look into the books."""
        bench.begin(self.stage)
        return self.check(bench, self, kill)


def _synced(bench: Bench, verdict: Verdict) -> None:
    """Run `convo sync` until it brings nothing more and nothing is on its way."""
    for _ in range(MOST_RUNS):
        bench.later(LATER)
        ran = bench.program.run("sync", "--json")
        verdict.runs += 1
        told = ran.json["here"]
        if ran.status == 0 and not told["fetched"] and not told["sent"]:
            return
    verdict.other.append(f"sync does not come to its end: {told}")


def _looked_after(bench: Bench, scenario: Scenario) -> None:
    """Let the program read its slow channels, and look after all who wait where somebody edited or deleted."""
    for pause in (TURN, TURN, DAY) if scenario.stage == "news" else (DAY,):
        bench.later(pause)
        bench.demand("sync")


def settled(bench: Bench, scenario: Scenario, kill: Kill) -> tuple[Verdict, Books]:
    """Kill a sync, run it again until it is done, and let a day pass."""
    ran = bench.killed(kill, *scenario.words(bench))
    verdict = Verdict(ran.killed)
    _synced(bench, verdict)
    _looked_after(bench, scenario)
    return verdict, bench.books()


_REFERENCES: dict[tuple[str, str], dict[str, Any]] = {}


def _sync(bench: Bench, scenario: Scenario, kill: Kill) -> Verdict:
    """The store must hold what it holds when nothing is killed: each message once, in the same state."""
    key = (bench.kind, scenario.stage)
    if key not in _REFERENCES:
        _, books = settled(bench, scenario, Kill())
        _REFERENCES[key] = books.facts()
        assert all(said.uri in _REFERENCES[key] for said in _said(bench, scenario))
        bench.begin(scenario.stage)
    verdict, books = settled(bench, scenario, kill)
    verdict.lost += [said.text for said in _said(bench, scenario) if not books.uris[said.uri]]
    verdict.doubled += [uri for uri, times in books.uris.items() if times > 1]
    facts, whole = books.facts(), _REFERENCES[key]
    for uri in sorted({*facts, *whole}):
        if facts.get(uri) != whole.get(uri):
            verdict.other.append(f"{uri}: {facts.get(uri)}, not {whole.get(uri)}")
    return verdict


def _said(bench: Bench, scenario: Scenario) -> list[Any]:
    return bench.said + (bench.news if scenario.stage == "news" else [])


def _places(books: Books, words: str) -> int:
    """In how many places the words are that have not left."""
    return [*books.drafts(), *(row["text"] for row in books.outbox(*OPEN, "unsure"))].count(words)


def _answer(bench: Bench, scenario: Scenario, kill: Kill) -> Verdict:
    """The answer stands on the server once, or convo asks; its words were in one place all the time."""
    ran = bench.killed(kill, *scenario.words(bench))
    verdict = Verdict(ran.killed)
    books = bench.books()
    _judge_words(bench, books, verdict, begun=scenario.stage == "queued")
    _delivered(bench, scenario, books, verdict)
    _judge_answer(bench, verdict)
    return verdict


def _judge_words(bench: Bench, books: Books, verdict: Verdict, begun: bool) -> None:
    places, sent = _places(books, WORDS), len(books.outbox("sent"))
    if places + sent > 1:
        verdict.doubled.append(f"the words are in {books.drafts()} and {books.outbox()}")
    if not places + sent and (begun or bench.answers(books)):
        verdict.lost.append("the words are nowhere")


def _delivered(bench: Bench, scenario: Scenario, books: Books, verdict: Verdict) -> None:
    """What a user does: what is on its way goes with the next syncs; what never got there is said again."""
    for _ in range(MOST_RUNS):
        if not books.outbox("sent", "unsure", *OPEN):
            bench.program.run(*scenario.words(bench))
        elif not books.outbox(*OPEN):
            return
        verdict.runs += 1
        bench.later(LATER)
        bench.program.run("sync")
        books = bench.books()
    verdict.other.append(f"it never leaves: {books.outbox()}")


def _judge_answer(bench: Bench, verdict: Verdict) -> None:
    bench.later(DAY)
    bench.demand("sync")
    books = bench.books()
    count, unsure = bench.answers(books), books.outbox("unsure")
    verdict.unsure = len(unsure)
    if count > 1:
        verdict.doubled.append(f"the answer stands {count} times on the server")
    if count == 0 and not unsure:
        verdict.lost.append("the answer is not on the server")
    if not unsure and (books.drafts() or len(books.outbox("sent")) != 1 or len(books.outbox()) != 1):
        verdict.other.append(f"left behind: {books.drafts()}, {books.outbox()}")
    mine = [message for message in books.messages if WORDS in message["text"]]
    if len(mine) != 1 and not unsure:
        verdict.doubled.append(f"the answer is shown {len(mine)} times")
    asked = [message for message in books.messages if message["uri"] == bench.target]
    if not unsure and (len(asked) != 1 or asked[0]["waiting"]):
        verdict.other.append(f"the message answered still waits, or is there {len(asked)} times")


def _blindly(bench: Bench, scenario: Scenario, kill: Kill) -> Verdict:
    """A script repeats the same command until it ends with 0, and once more: the answer leaves once."""
    ran = bench.killed(kill, *scenario.words(bench))
    verdict = Verdict(ran.killed)
    for _ in range(MOST_RUNS):
        if ran.status == 0:
            break
        bench.later(LATER)
        ran = bench.program.run(*scenario.words(bench))
        verdict.runs += 1
    bench.program.run(*scenario.words(bench))
    _judge_answer(bench, verdict)
    return verdict


def _own(bench: Bench) -> str:
    """The user's answer in the store."""
    row: dict[str, Any] = bench.books().outbox("sent")[0]
    return str(row["uri"])


NEW_WORDS = "No, on second thoughts"


def _edit(bench: Bench, scenario: Scenario, kill: Kill) -> Verdict:
    """The message says what it said or what it shall say, and after the same command again the new words."""
    words = scenario.words(bench)
    ran = bench.killed(kill, *words)
    verdict = Verdict(ran.killed)
    standing = bench.books().standing
    before = sum(WORDS in text or NEW_WORDS in text for text in standing.elements())
    if before != 1:
        verdict.other.append(f"after the kill: {standing}")
    if ran.status:
        bench.later(LATER)
        bench.demand(*words)
        verdict.runs += 1
    bench.later(DAY)
    bench.demand("sync")
    books = bench.books()
    if sum(NEW_WORDS in text for text in books.standing.elements()) != 1:
        verdict.lost.append(f"the server has {books.standing}")
    shown = [message for message in books.messages if NEW_WORDS in message["text"]]
    if len(shown) != 1 or any(WORDS in message["text"] for message in books.messages):
        verdict.other.append(f"shown {len(shown)} times")
    if books.drafts():
        verdict.other.append(f"left behind: {books.drafts()}")
    return verdict


def _delete(bench: Bench, scenario: Scenario, kill: Kill) -> Verdict:
    """The message is gone in both books after the same command again, and nothing else is."""
    whole = bench.books()
    words, uri = scenario.words(bench), _own(bench)
    ran = bench.killed(kill, *words)
    verdict = Verdict(ran.killed)
    if ran.status:
        bench.later(LATER)
        bench.program.run(*words)
        verdict.runs += 1
    bench.later(DAY)
    bench.demand("sync")
    books = bench.books()
    if bench.answers(books):
        verdict.other.append("it still stands")
    if sum(books.standing.values()) != sum(whole.standing.values()) - 1:
        verdict.lost.append(f"more is gone than was asked: {whole.standing - books.standing}")
    shown = [message for message in books.messages if message["uri"] == uri]
    if len(shown) != 1 or not shown[0]["deleted"]:
        verdict.other.append(f"in the store: {shown}")
    return verdict


def _reply(bench: Bench) -> tuple[str, ...]:
    return "reply", bench.target, "-m", WORDS, "--yes"


def _plainly(bench: Bench) -> tuple[str, ...]:
    return "reply", bench.target, "-m", WORDS


SCENARIOS = (
    Scenario("first sync", "empty", lambda bench: ("sync",), _sync),
    Scenario("sync of what is new", "news", lambda bench: ("sync",), _sync),
    Scenario("reply", "asked", _reply, _answer, "answer"),
    Scenario(
        "reply with undo window", "asked", lambda bench: (*_reply(bench), "--hold", "3"), _answer, "answer"
    ),
    Scenario("reply, said again by a script", "asked", _plainly, _blindly, "answer"),
    Scenario("sync that delivers", "queued", lambda bench: ("sync",), _answer, "answer"),
    Scenario("edit", "answered", lambda bench: ("edit", _own(bench), "-m", NEW_WORDS), _edit, "edit"),
    Scenario("delete", "answered", lambda bench: ("delete", _own(bench), "--yes"), _delete, "delete"),
)
