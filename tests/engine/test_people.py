"""A person's page, the lists of people, whom to reach, the week: through the engine, on a world in memory."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from convo.config import AccountConfig, Config
from convo.engine import Engine
from convo.engine.acts import CannotAct
from convo.model import Message, ProfileLink
from convo.people import PersonPage, Turn
from convo.store import people as stored_people
from convo.views import Act
from tests.store.talk import Talk

DAY = timedelta(days=1)


@pytest.fixture
def talk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Talk]:
    monkeypatch.setenv("TZ", "UTC")
    made = Talk(tmp_path, "one", "two")
    yield made
    made.close()


@pytest.fixture
def engine(talk: Talk) -> Engine:
    accounts = {name: AccountConfig(name, "mastodon", url="https://one.example") for name in talk.accounts}
    return Engine(Config(accounts=accounts), talk.store, talk.clock)


def page(engine: Engine, talk: Talk, handle: str, **how: Any) -> PersonPage:
    found = engine.people.person(talk.person_id(handle), **how)
    assert found is not None
    return found


def did(act: Any) -> Act:
    found = asyncio.run(act)
    assert isinstance(found, Act)
    return found


def stated(found: PersonPage) -> list[tuple[str, str]]:
    return [(exchange.title, exchange.state) for exchange in found.exchanges]


def exchange_of(talk: Talk, who: str, days: float, text: str = "A question", **how: Any) -> Message:
    """Somebody asked and was answered, so long ago."""
    ask = talk.ask(who, text, ago=days * DAY + timedelta(hours=2), **how)
    talk.answer("An answer", ask, ago=days * DAY)
    return ask


def test_a_page_has_everything_between_the_user_and_one_human(engine: Engine, talk: Talk) -> None:
    talk.ask("ana", "Did you get the house?", ago=3 * DAY)
    exchange_of(talk, "ana2", 8, "Choir on Thursday?", account="two", names=("two",))
    did(engine.acts.join(talk.person_id("ana"), talk.person_id("ana2")))
    did(engine.acts.circle(talk.person_id("ana2")))
    did(engine.acts.note(talk.person_id("ana"), "Likes plain answers."))
    for handle in ("ana", "ana2"):
        found = page(engine, talk, handle)
        assert found.person.handle == handle
        assert found.person.circle
        assert found.note == "Likes plain answers."
        assert {identity.person.handle for identity in found.persons} == {"ana", "ana2"}
        assert stated(found) == [
            ("Did you get the house?", "Ana waits"),
            ("Choir on Thursday?", "you answered"),
        ]
        assert [exchange.row.account for exchange in found.exchanges] == ["one", "two"]
        assert [exchange.who.is_me for exchange in found.exchanges] == [False, True]
        assert found.turn is Turn.YOURS
        assert found.turn_words == "your turn: Ana waits since Tuesday"
        assert found.known_words.startswith("You talk since 12 Nov. On Tuesday ")
    assert page(engine, talk, "ana").persons[1].evidence == "joined by you"
    assert engine.people.person(999) is None


def test_evidence_is_told_from_the_side_of_the_page(engine: Engine, talk: Talk) -> None:
    sky = "https://sky.example/profile/ana.lind.example"
    links = (ProfileLink(sky, True), ProfileLink("https://lind.example"))
    talk.ask(replace(talk.person("ana"), links=links), "One")
    talk.ask(talk.person("ana.lind.example", ""), "Two")
    (found,) = page(engine, talk, "ana").suggestions
    assert found.person.handle == "ana.lind.example"
    assert found.evidence == "This profile links to it, and the platform has verified it."
    (found,) = page(engine, talk, "ana.lind.example").suggestions
    assert found.evidence == "It links to this profile, and the platform has verified it."
    did(engine.acts.join(talk.person_id("ana"), talk.person_id("ana.lind.example")))
    joined = page(engine, talk, "ana")
    assert joined.suggestions == ()
    assert joined.persons[1].evidence == (
        "joined by you; this profile links to it, and the platform has verified it"
    )
    assert joined.profiles == (sky, "https://lind.example")


def test_every_state_of_a_conversation_in_words(engine: Engine, talk: Talk) -> None:
    def seen(message: Message) -> Any:
        return talk.seen(message)

    talk.ask("ana", "waits", ago=DAY)
    did(engine.acts.mute(seen(talk.ask("ana", "muted", ago=2 * DAY))))
    did(engine.acts.done(seen(talk.ask("ana", "closed", ago=3 * DAY))))
    did(engine.acts.snooze(seen(talk.ask("ana", "later", ago=4 * DAY)), talk.now + 3 * DAY))
    did(engine.acts.snooze(seen(talk.ask("ana", "their word", ago=5 * DAY)), None))
    exchange_of(talk, "ana", 6, "mine last")
    answered = exchange_of(talk, "ana", 8, "hers last")
    talk.answer(
        "And one more", talk.say("ana", "Ah", to=answered, ago=7 * DAY), ago=7 * DAY - timedelta(hours=1)
    )
    talk.save(talk.make(talk.me(), "I began", names=("ana",), ago=9 * DAY), kind="own")
    talk.direct("ana", "secret", ago=10 * DAY)
    assert stated(page(engine, talk, "ana")) == [
        ("waits", "Ana waits"),
        ("muted", "muted"),
        ("closed", "done"),
        ("later", "snoozed to Monday"),
        ("their word", "until Ana writes"),
        ("mine last", "you answered"),
        ("hers last", "you answered"),
        ("I began", "you wrote"),
        ("only to you", "Ana waits"),
    ]
    quiet = talk.ask("pia", "https://shop.example/")
    assert talk.row(quiet).state.value == "quiet"
    assert stated(page(engine, talk, "pia"))[0][1] == "in Quiet"
    assert page(engine, talk, "pia").turn is None


def test_older_years_fold_and_unfold(engine: Engine, talk: Talk) -> None:
    for year in (2026, 2025, 2023, 2021):
        for number in range(5):
            when = datetime(year, 3, 1 + number, 12, tzinfo=timezone.utc)
            exchange_of(talk, "ana", (talk.now - when) / DAY, f"{year} {number}")
    found = page(engine, talk, "ana")
    assert {exchange.title[:4] for exchange in found.exchanges} == {"2026", "2025"}
    assert (found.folded, found.folded_words) == ((2023, 2021), "from 2021 to 2023")
    assert found.known_words.startswith("You talk since March 2021. In March you answered Ana.")
    found = page(engine, talk, "ana", unfolded=(2021,))
    assert [exchange.title[:4] for exchange in found.exchanges] == ["2026"] * 5 + ["2025"] * 5 + ["2021"] * 5
    assert (found.folded, found.folded_words) == ((2023,), "from 2023")


def test_a_long_page_goes_on_where_it_ended(engine: Engine, talk: Talk) -> None:
    for number in range(7):
        exchange_of(talk, "ana", number + 1, f"number {number}")
    titles, cursor = [], ""
    for _ in range(9):
        found = page(engine, talk, "ana", before=cursor, limit=3)
        titles += [exchange.title for exchange in found.exchanges]
        cursor = found.cursor
        if not cursor:
            break
    assert titles == [f"number {number}" for number in range(7)]


def test_somebody_in_a_conversation_twice_is_there_once(engine: Engine, talk: Talk) -> None:
    root = talk.ask("ana", "As one", ago=2 * DAY)
    talk.ask("ana2", "As the other", to=root, ago=DAY)
    did(engine.acts.join(talk.person_id("ana"), talk.person_id("ana2")))
    (exchange,) = page(engine, talk, "ana").exchanges
    assert exchange.words == "As the other"


def test_a_person_who_only_stood_by_has_an_empty_page(engine: Engine, talk: Talk) -> None:
    root = talk.ask("ana", "To you")
    talk.say("ben", "To ana", to=root)
    found = page(engine, talk, "ben")
    assert (found.exchanges, found.turn, found.turn_words, found.known_words) == ((), None, "", "")


def test_pages_of_people_and_a_search(engine: Engine, talk: Talk) -> None:
    talk.ask("ana", "One")
    exchange_of(talk, "ben", 2)
    exchange_of(talk, "anton", 50)
    found = engine.people.page()
    assert [(row.person.handle, row.turn) for row in found.rows] == [
        ("ana", Turn.YOURS),
        ("ben", Turn.THEIRS),
        ("anton", Turn.QUIET),
    ]
    assert [row.person.handle for row in engine.people.page(words="an").rows] == ["ana", "anton"]
    assert [row.person.handle for row in engine.people.page(Turn.QUIET, words="an").rows] == ["anton"]
    assert engine.people.page(words="nobody").rows == ()


def test_reaching_out_opens_the_last_thing_they_wrote(engine: Engine, talk: Talk) -> None:
    exchange_of(talk, "ana", 100, "A word from long ago")
    assert engine.people.reach_out() == (), "only the circle"
    did(engine.acts.circle(talk.person_id("ana")))
    (row,) = engine.people.reach_out()
    entry = engine.inbox.entry(row.message_id or 0)
    assert entry is not None
    assert entry.text == "A word from long ago"


def test_a_week_in_names(engine: Engine, talk: Talk) -> None:
    assert engine.people.week().sentences == ("It was a quiet week.",)
    root = exchange_of(talk, "ana", 2, "Roof tiles")
    talk.ask("ana", "So green ones?", to=root, ago=DAY)
    exchange_of(talk, "ben", 3)
    exchange_of(talk, "chi", 9)
    found = engine.people.week()
    assert [person.handle for person in found.answered] == ["ana", "ben"]
    assert [row.person.handle for row in found.waiting] == ["ana"]
    assert [row.title for row, _ in found.went_on] == ["Roof tiles"]
    assert found.sentences == (
        "You answered Ana and Ben.",
        "Ana waits since Thursday.",
        '"Roof tiles" went on with Ana.',
    )


def test_no_sentence_counts_people(engine: Engine, talk: Talk) -> None:
    for number in range(30):
        handle = "abcdefghijklmnopqrstuvwxyzäöüß"[number]
        exchange_of(talk, f"{handle}o", 2)
        talk.ask(f"{handle}a", "Hm", ago=3 * DAY)
    words = engine.people.week().sentences
    assert words[0].endswith(" and others.")
    assert "Others wait, too." in words
    assert not re.search(r"\d", " ".join(words))


def test_a_wide_circle_asks_whom_to_let_go(
    engine: Engine, talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stored_people, "WIDE_CIRCLE", 1)
    talk.ask("ana", "One")
    talk.ask("ben", "Two")
    assert (
        did(engine.acts.circle(talk.person_id("ana"))).words == "Ana is in your circle now. u takes it back."
    )
    assert did(engine.acts.circle(talk.person_id("ben"))).words == (
        "Ben is in your circle now. u takes it back. Your circle is wide by now. Whom would you let go?"
    )
    assert did(engine.acts.circle(talk.person_id("ben"))).words == (
        "Ben is no longer in your circle. u takes it back."
    )


def test_a_hundred_and_fifty_is_not_wide(talk: Talk) -> None:
    def fill(db: Any, number: int) -> None:
        db.executemany("INSERT INTO contact (circle) VALUES (?)", [(1,)] * number)

    talk.run(fill, 150)
    assert not stored_people.circle_is_wide(talk.db)
    talk.run(fill, 1)
    assert stored_people.circle_is_wide(talk.db)


def _apart(engine: Engine, one: int, other: int) -> Any:
    return engine.acts.apart(one, other)


def _join(engine: Engine, one: int, other: int) -> Any:
    return engine.acts.join(one, other)


@pytest.mark.parametrize(
    ("verb", "done", "undone"),
    [
        (
            _join,
            "Ana A. (ana) and Ben B. (ben) are the same person now. u takes it back.",
            "Ana and Ben are two people again. U does it again.",
        ),
        (
            _apart,
            "Ana A. (ana) and Ben B. (ben) are two people; you will not be asked again. u takes it back.",
            "You may be asked about them again. U does it again.",
        ),
    ],
)
def test_joining_and_refusing_say_so_and_can_be_taken_back(
    engine: Engine, talk: Talk, verb: Callable[..., Any], done: str, undone: str
) -> None:
    talk.ask("ana", "One")
    talk.ask("ben", "Two")
    one, other = talk.person_id("ana"), talk.person_id("ben")
    before = talk.state(), talk.derived()
    assert did(verb(engine, one, other)).words == done
    assert did(engine.acts.undo()).words == undone
    assert (talk.state(), talk.derived()) == before
    assert did(engine.acts.redo()).words == done


def test_joining_twice_oneself_or_nobody(engine: Engine, talk: Talk) -> None:
    talk.ask("ana", "One")
    talk.ask("ben", "Two")
    ana, ben = talk.person_id("ana"), talk.person_id("ben")
    me = talk.db.execute("SELECT id FROM person WHERE is_me").fetchone()[0]
    for one, other in ((ana, ana), (ana, me), (me, ana), (ana, 999)):
        with pytest.raises(CannotAct):
            did(engine.acts.join(one, other))
    did(engine.acts.join(ana, ben))
    again = did(engine.acts.join(ben, ana))
    assert (again.words, again.journal_id) == ("They are joined already.", None)
    assert did(engine.acts.apart(ana, ben)).journal_id is None
    assert did(engine.acts.separate(ben)).words == "Ben is joined with nobody now. u takes it back."
    assert did(engine.acts.separate(ben)).words == "Nobody is joined with this person."


def test_note_and_circle_are_those_of_the_human_and_stay_with_both_after_a_parting(
    engine: Engine, talk: Talk
) -> None:
    talk.ask("ana", "One")
    talk.ask("ben", "Two")
    talk.ask("chi", "Three")
    ana, ben, chi = (talk.person_id(who) for who in ("ana", "ben", "chi"))
    did(engine.acts.note(ana, "First."))
    did(engine.acts.note(ben, "Second."))
    did(engine.acts.circle(ben))
    did(engine.acts.join(ana, ben))
    did(engine.acts.join(chi, ana))
    for number in (ana, ben, chi):
        assert engine.inbox.note(number) == "First.\nSecond."
        found = engine.people.person(number)
        assert found is not None
        assert found.person.circle
    rows = engine.people.page().rows
    assert [row.person.circle for row in rows] == [True]
    did(engine.acts.separate(ana))
    for number in (ana, ben, chi):
        assert engine.inbox.note(number) == "First.\nSecond."
    did(engine.acts.circle(ana))
    assert [row.person.circle for row in engine.people.page().rows] == [True, False]


def test_whoever_is_joined_with_somebody_known_is_no_stranger(engine: Engine, talk: Talk) -> None:
    exchange_of(talk, "ana", 2)
    quiet = talk.ask("ana2", "https://lind.example/new")
    assert talk.row(quiet).state.value == "quiet"
    did(engine.acts.join(talk.person_id("ana"), talk.person_id("ana2")))
    assert talk.row(quiet).state.value == "waiting"
