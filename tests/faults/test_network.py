"""Whatever a network does: a sync ends in bounded time and memory, other accounts go on, nothing is lost or doubled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import pytest

from tests.faults.bench import LATER, WORDS, Bench
from tests.faults.conftest import Benches
from tests.faults.network import TOLD, UNTOLD
from tests.faults.places import KINDS, Atmosphere, Fediverse, Place, talk

ALL = {**UNTOLD, **TOLD}
DEADLINE = 1.0
MOST_MEMORY = 300
"""MB: the inbox has 64, a command with an answer of 16 MB some more; a fault must not add hundreds."""
ANSWERS = ("POST", "statuses"), ("POST", "putRecord"), ("POST", "sendMessage")


def _beside(bench: Bench) -> Place:
    """A second account, on another platform where all is well."""
    place: Place = Fediverse() if bench.place.account.platform == "bluesky" else Atmosphere()
    talk(place, 10, 3)
    with bench.program.config.open("a") as file:
        file.write(
            f'[accounts.there]\nplatform = "{place.account.platform}"\nurl = "{place.site.home.url}"\n'
            f'user = "{place.account.user}"\nsecret = "{place.secrets[0]}"\n'
        )
    return place


def _calm(bench: Bench) -> None:
    with bench.place.site.home.lock:
        bench.place.site.home.faults.clear()


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["key ignored", "chosen record key"])
def test_a_sync_ends_and_the_other_account_goes_on(benches: Benches, kind: str) -> None:
    """Each fault hits every request from the first, and then from the third on."""
    bench = benches(kind)
    beside = _beside(bench)
    program, home = bench.program, bench.place.site.home
    program.deadline = DEADLINE
    bench.begin("news")
    bench.demand("sync")
    bench.demand("sync")
    whole = Counter(bench.books().uris)
    bench.begin("news")
    bench.demand("sync", "there")
    beside.someone_mentions_me("Are you still there?")
    calm = beside.snapshot()
    bench.keep("beside")
    wrong = []
    for name, fault in ALL.items():
        for skip in (0, 2) if name in UNTOLD else (2,):
            bench.begin("beside")
            calm.restore()
            home.add(fault(), times=100_000, skip=skip)
            ran = program.run("sync", "--json")
            if program.memory > MOST_MEMORY:
                wrong.append(f"{name} from request {skip + 1}: {program.memory} MB")
            told = ran.json
            if told["there"]["error"] or not told["there"]["fetched"] or ran.status != 1:
                wrong.append(f"{name} from request {skip + 1}: {ran.status} {told}")
            if not told["here"]["error"] or told["here"]["requests"] > 60:
                wrong.append(f"{name} from request {skip + 1}: {told['here']}")
            _calm(bench)
            for _ in range(3):
                bench.later(3700)
                ran = program.run("sync", "--json", "here")
            books = bench.books()
            lost = {uri for uri in whole if not books.uris[uri]}
            if ran.status or lost or max(books.uris.values()) > 1:
                wrong.append(f"{name} from request {skip + 1}, after it: {ran.err} lost {lost}")
            gone = [message["uri"] for message in books.messages if message["deleted"]]
            if len(gone) > 1:
                wrong.append(f"{name} from request {skip + 1} deleted {len(gone)} messages")
    beside.stop()
    assert not wrong, "\n".join(wrong)


def _demand_once(bench: Bench, names: Iterable[str]) -> None:
    """Each fault hits the request that creates the answer, which the server fulfilled or never saw."""
    bench.program.deadline = DEADLINE
    wrong = []
    for name in names:
        for done in (True, False) if name in UNTOLD else (False,):
            bench.begin("asked")
            for method, path in ANSWERS:
                fault = ALL[name]()
                fault.done = done
                bench.place.site.home.add(fault, method=method, path=path)
            bench.program.run("reply", bench.target, "-m", WORDS, "--yes")
            _calm(bench)
            for _ in range(4):
                bench.later(LATER * 10)
                bench.program.run("sync")
            what = f"{name}, {'done' if done else 'not done'}"
            wrong += [f"{what}: {words}" for words in _misjudged(bench)]
    assert not wrong, "\n".join(wrong)


def test_an_answer_is_there_once_whatever_came_back(benches: Benches) -> None:
    """On the server that honours no key; all faults and servers in the slow test."""
    _demand_once(
        benches("key ignored"), ["cut within the body", "reset", "page with status 503", "captive portal"]
    )


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_an_answer_through_a_bad_network_is_there_once(benches: Benches, kind: str) -> None:
    _demand_once(benches(kind), ALL)


def _misjudged(bench: Bench) -> list[str]:
    """What is wrong with the books: sent means once there, draft means not there, unsure is asked about."""
    books = bench.books()
    count, drafts = bench.answers(books), books.drafts().count(WORDS)
    states = [row["state"] for row in books.outbox()]
    places = drafts + sum(state != "failed" for state in states)
    found = [f"stands {count} times, {states}"] if count > 1 else []
    if places != 1:
        found.append(f"the words are in {places} places: {drafts} drafts, {states}")
    if (states == ["sent"] and count != 1) or (drafts and count):
        found.append(f"stands {count} times, but {states}, {drafts} drafts")
    if any(state in ("queued", "sending", "held") for state in states):
        found.append(f"does not leave: {books.outbox()}")
    return found
