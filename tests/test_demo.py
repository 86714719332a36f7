"""The demo shows what convo does about people: one human on two platforms, a circle, noise with its reason."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timezone

import pytest

from convo.clock import HandClock
from convo.demo import demo_engine
from convo.engine import Engine
from convo.quiet import parts
from convo.views import Row, State, View

NOW = datetime(2026, 11, 20, 10, 30, tzinfo=timezone.utc)


@pytest.fixture(scope="module")
def demo() -> Iterator[Engine]:
    with demo_engine(clock=HandClock(NOW)) as engine:
        yield engine


def named(rows: tuple[Row, ...]) -> dict[str, Row]:
    return {row.who.shown: row for row in reversed(rows) if row.who}


def test_ana_is_one_human_on_two_platforms_and_perhaps_on_a_third(demo: Engine) -> None:
    (ana,) = demo.inbox.find_people("@ana@fosstodon.org")
    page = demo.people.person(ana.person_id)
    assert page is not None
    assert [(one.platform, one.evidence) for one in page.persons] == [
        ("mastodon", ""),
        ("bluesky", "joined by you; both link to lind.example, and the platform has verified it"),
    ]
    (suggested,) = page.suggestions
    assert (suggested.platform, suggested.person.handle) == ("github", "analind")
    assert "lind.example" in suggested.evidence
    assert page.known_words == "You talk since March 2022. On Wednesday Ana answered you."
    assert page.note == "her sister lives in Umeå; plain answers"
    assert [exchange.state for exchange in page.exchanges[:6]] == [
        "Ana waits", "you answered", "Ana answered", "done", "you answered", "muted",
    ]  # fmt: skip
    assert {exchange.row.platform for exchange in page.exchanges} == {"mastodon", "bluesky"}


def test_the_circle_comes_first_and_nobody_of_it_is_new(demo: Engine) -> None:
    rows = demo.inbox.rows(View.WAITING).rows
    circle = [row.who.shown for row in rows if row.who and row.who.circle and not row.finished]
    assert circle == ["Ana Lind", "Ben Okafor", "Hana Ito"]
    assert [row.who.shown for row in rows[:3] if row.who] == circle
    new = {row.who.shown for row in rows if row.first_time and row.who}
    assert {"田中 美咲", "Sam Wolfe", "Emil Sand"} <= new
    assert not new & {
        "Ana Lind",
        "Ben Okafor",
        "Hana Ito",
        "Chi Nguyen",
        "Fatou Diop",
        "Gus Park",
        "Ivo Marek",
    }
    assert rows[-1].finished
    assert rows[-1].who is not None
    assert rows[-1].who.shown == "Noor Haddad", "only thanks"


def test_noise_waits_in_quiet_with_its_reason(demo: Engine) -> None:
    reasons = {name: parts(row.reason)[0] for name, row in named(demo.inbox.rows(View.QUIET).rows).items()}
    assert reasons == {
        "Emma": "only-link",
        "SEO Growth Lab": "only-link",
        "Your friend Amy": "only-link",
        "Kim Deals": "automatic-greeting",
        "Marketing Pia": "same-words",
        "tidy[bot]": "bot",
    }


def test_somebody_of_the_circle_could_be_answered_again(demo: Engine) -> None:
    (row,) = demo.people.reach_out()
    assert row.person.shown == "Edda Holm"
    assert row.message_id is not None
    entry = demo.inbox.entry(row.message_id)
    assert entry is not None
    assert entry.text == "Keep it. The pears are ripe, come by when you can."


def test_everything_else_of_an_evening_is_there(demo: Engine) -> None:
    states = {row.state for row in demo.inbox.rows(View.ALL, limit=500).rows}
    assert states >= {State.WAITING, State.QUIET, State.SNOOZED, State.DONE, State.MUTED, State.ANSWERED}
    week = " ".join(demo.people.week().sentences)
    assert "Ana" in week
    assert not re.search(r"\d+ (people|persons|messages|answers|conversations)", week)
