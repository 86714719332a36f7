"""The sentences: names and never counts, ages, and every word of the screens' section on voice."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from convo.engine import voice, why
from convo.model import Visibility
from convo.views import OutboxRow, OutboxState, Row, Someone, State, View

NOW = datetime(2026, 11, 20, 10, 30, tzinfo=timezone(timedelta(hours=1)))
"""A Friday."""


def person(number: int, name: str, handle: str = "") -> Someone:
    return Someone(number, f"uid:{number}", handle or name.lower().replace(" ", ""), name)


ANA, BEN, CHI, DORA = (
    person(n, name) for n, name in enumerate(["Ana Lind", "Ben Okafor", "Chi", "Dora Weiss"])
)
TUESDAY = datetime(2026, 11, 17, 9, 14, tzinfo=NOW.tzinfo)


def test_names_are_first_names_and_end_with_others_from_the_fourth() -> None:
    assert voice.names([]) == ""
    assert voice.names([ANA]) == "Ana"
    assert voice.names([ANA, BEN]) == "Ana and Ben"
    assert voice.names([ANA, BEN, CHI]) == "Ana, Ben and Chi"
    assert voice.names([ANA, BEN, CHI, DORA]) == "Ana, Ben and others"


def test_one_name_on_two_accounts_is_said_once() -> None:
    other = replace(ANA, person_id=99, handle="ana.lind.example")
    assert voice.names([ANA, other]) == "Ana"
    assert voice.names([ANA, other, BEN]) == "Ana and Ben"
    assert voice.who_waits([ANA, other], NOW - timedelta(minutes=5), NOW).startswith("Ana waits since")


def test_two_of_the_same_first_name_are_told_apart() -> None:
    assert voice.names([ANA, person(7, "Ana Berg")]) == "Ana Lind and Ana Berg"


@pytest.mark.parametrize(
    ("name", "handle", "short"),
    [
        ("Ana Lind", "ana@fosstodon.org", "Ana"),
        ("", "@ana@fosstodon.org", "ana"),
        ("", "ana.lind.example", "ana.lind.example"),
        ("Dr. Mia Berg", "mia", "Dr. Mia"),
        ("田中 美咲", "misaki", "田中"),
    ],
)
def test_what_a_sentence_calls_somebody(name: str, handle: str, short: str) -> None:
    assert voice.short_name(person(1, name, handle)) == short


@pytest.mark.parametrize(
    ("ago", "short", "long", "since"),
    [
        (timedelta(seconds=20), "now", "just now", "since 10:29"),
        (timedelta(minutes=1), "1 min", "for 1 minute", "since 10:29"),
        (timedelta(minutes=40), "40 min", "for 40 minutes", "since 9:50"),
        (timedelta(hours=1), "1 h", "for 1 hour", "since 9:30"),
        (timedelta(hours=3), "3 h", "for 3 hours", "since 7:30"),
        (timedelta(hours=12), "Thu", "since Thursday", "since Thursday"),
        (timedelta(days=3), "Tue", "since Tuesday", "since Tuesday"),
        (timedelta(days=6), "Sat", "since Saturday", "since Saturday"),
        (timedelta(days=7), "13 Nov", "since 13 Nov", "since 13 Nov"),
        (timedelta(days=400), "2025", "since 2025", "since 2025"),
        (-timedelta(minutes=5), "now", "just now", "since 10:35"),
    ],
)
def test_ages(ago: timedelta, short: str, long: str, since: str) -> None:
    when = (NOW - ago).astimezone(timezone.utc)
    assert voice.age_short(when, NOW) == short
    assert voice.age_long(when, NOW) == long
    assert voice.since(when, NOW) == since


def test_moments_and_days() -> None:
    assert voice.moment(NOW - timedelta(hours=1), NOW) == "9:30"
    assert voice.moment(TUESDAY, NOW) == "Tue 9:14"
    assert voice.moment(NOW - timedelta(days=30), NOW) == "21 Oct 10:30"
    assert voice.moment(NOW - timedelta(days=500), NOW) == "8 Jul 2025"
    assert voice.moment_long(TUESDAY, NOW) == "Tuesday 9:14"
    assert voice.moment_long(NOW, NOW) == "today 10:30"
    assert voice.ago(TUESDAY, NOW) == "on Tuesday"
    assert voice.ago(NOW - timedelta(hours=2), NOW) == "2 hours ago"
    assert voice.ago(NOW - timedelta(days=500), NOW) == "in 2025"


def test_who_waits() -> None:
    assert voice.who_waits([ANA], TUESDAY, NOW) == "Ana waits since Tuesday"
    assert voice.who_waits([ANA, BEN], TUESDAY, NOW) == "Ana and Ben wait; Ana since Tuesday"
    assert (
        voice.who_waits([ANA, BEN, CHI, DORA], TUESDAY, NOW) == "Ana, Ben and others wait; Ana since Tuesday"
    )
    assert voice.who_waits([], None, NOW) == "Nobody waits"


def test_arrivals() -> None:
    assert voice.arrivals([ANA]) == "Ana wrote just now. , shows it."
    assert voice.arrivals([ANA, BEN]) == "Ana and Ben wrote just now. , shows them."
    assert voice.arrivals([ANA, BEN, CHI, DORA]) == "Ana, Ben and others wrote just now. , shows them."
    assert voice.arrivals([]) == ""


ROW = Row(
    1, "one", ("one",), "mastodon", "Title", "", State.WAITING, "reply", ANA, (ANA,), TUESDAY, TUESDAY, False, None,
    None, "Words", "", Visibility.PUBLIC, False, False, False, False, False, False, False, None, 1,
)  # fmt: skip


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("reply", "Ana replied to you on Tuesday."),
        ("mention", "Ana mentioned you on Tuesday."),
        ("quote", "Ana quoted you on Tuesday."),
        ("comment", "Ana commented on your text on Tuesday."),
        ("review", "Ana asks for your review since Tuesday."),
        ("direct", "Ana wrote only to you on Tuesday."),
    ],
)
def test_why_here(reason: str, words: str) -> None:
    assert why.why_here(replace(ROW, reason=reason), NOW) == words


def test_why_here_tells_what_is_special() -> None:
    assert (
        why.why_here(ROW, NOW, "@ana@fosstodon.org") == "Ana (@ana@fosstodon.org) replied to you on Tuesday."
    )
    assert why.why_here(ROW, NOW, "Ana") == "Ana replied to you on Tuesday.", (
        "a guest whose name is the handle"
    )
    assert why.why_here(replace(ROW, reopened=True), NOW) == "Reopened: Ana wrote again."
    assert why.why_here(replace(ROW, reminder=True, reason=""), NOW) == "Ana is back, as you asked."
    assert why.why_here(replace(ROW, woke=True), NOW) == "Ana is back, as you asked."
    assert why.why_here(replace(ROW, finished=True), NOW).endswith(" This sounds finished.")
    assert (
        why.why_here(replace(ROW, first_time=True), NOW)
        == "Ana replied to you on Tuesday. This is the first time Ana writes to you."
    )
    quiet = replace(ROW, state=State.QUIET, reason="only-link: only a link, and you never spoke")
    assert why.why_here(quiet, NOW) == "Ana waits in Quiet: only a link, and you never spoke."
    assert why.why_here(replace(ROW, state=State.HISTORY, reason=""), NOW) == ""


def test_triage() -> None:
    monday = datetime(2026, 11, 23, 9, 0, tzinfo=NOW.tzinfo)
    assert voice.done([ANA]) == "Ana is done."
    assert voice.done([ANA, BEN, CHI, DORA]) == "Ana, Ben and others are done."
    assert voice.comes_back([ANA], monday, NOW) == "Ana comes back on Monday at 9:00."
    assert voice.comes_back([ANA, BEN, CHI], monday, NOW) == "Ana, Ben and Chi come back on Monday at 9:00."
    assert voice.comes_back([ANA], monday + timedelta(days=31), NOW) == "Ana comes back on 24 Dec at 9:00."
    assert voice.comes_back([ANA], NOW + timedelta(hours=6.5), NOW) == "Ana comes back today at 17:00."
    assert voice.comes_back([ANA], None, NOW) == "Ana comes back when Ana writes again."
    assert voice.muted(1) == "You will not see this conversation again."
    assert (
        voice.muted(1, ["fosstodon"]) == "You will not see this conversation again. fosstodon mutes it, too."
    )
    assert voice.muted_person(ANA, "bsky") == "Nothing from Ana Lind will come to you any more, on bsky."
    assert voice.in_quiet([ANA], "only a link") == "Ana waits in Quiet: only a link."
    assert voice.out_of_quiet([ANA]) == "Ana is out of Quiet for good."
    assert voice.in_circle(ANA, True) == "Ana is in your circle now."
    assert voice.in_circle(ANA, False) == "Ana is no longer in your circle."
    assert voice.waits_again([ANA]) == "Ana waits again."
    assert voice.NOTHING == "Nothing more to take back."


def outbox(state: OutboxState, leaves_at: datetime | None = None, error: str = "") -> OutboxRow:
    return OutboxRow(1, 1, "one", "mastodon", "u", ANA, "Words", state, error, NOW, leaves_at, "", "")


def test_sending() -> None:
    held = outbox(OutboxState.HELD, NOW + timedelta(seconds=8))
    assert voice.sending(held, NOW) == "To Ana in 8 s. u takes it back."
    assert voice.sending(held, NOW + timedelta(seconds=0.1)) == "To Ana in 8 s. u takes it back."
    assert voice.sending(outbox(OutboxState.SENT), NOW) == "To Ana: sent."
    assert voice.sending(outbox(OutboxState.UNSURE), NOW) == "Did this reach Ana? g o shows what convo knows."
    failed = outbox(OutboxState.FAILED, error='Bluesky said: "No".')
    assert voice.sending(failed, NOW) == 'Not sent: to Ana. Bluesky said: "No". r changes it.'
    assert voice.no_network(ANA) == "No network. Your answer to Ana goes out when it is back."
    assert voice.draft_kept(ANA) == "Draft to Ana kept. r goes on with it."
    assert voice.HAS_LEFT == "That answer has left. D on it deletes it."


def test_unsure_names_when_it_left_and_when_it_was_looked_for() -> None:
    row = outbox(OutboxState.UNSURE, error="The list is off.")
    left, looked = NOW - timedelta(minutes=40), NOW - timedelta(minutes=1)
    assert voice.unsure(replace(row, sent_at=left, looked_at=looked), "Mastodon", NOW) == (
        "Your answer left at 9:50, and the line broke before Mastodon said yes. convo has looked there since, "
        'last at 10:29, and could not tell: "The list is off." Nothing is sent again until you say so.'
    )
    days = replace(row, sent_at=left - timedelta(days=3), looked_at=left - timedelta(days=20), error="")
    assert voice.unsure(days, "Mastodon", NOW) == (
        "Your answer left on Tuesday at 9:50, and the line broke before Mastodon said yes. convo has looked there "
        "since, last on 31 Oct at 9:50, and could not tell. Nothing is sent again until you say so."
    )
    unknown = outbox(OutboxState.UNSURE, error="The store was damaged: look there.")
    assert voice.unsure(unknown, "Mastodon", NOW) == (
        "The store was damaged: look there. Nothing is sent again until you say so."
    )


def test_who_may_read_it() -> None:
    assert (
        voice.wider(Visibility.PUBLIC, "Ana", Visibility.FOLLOWERS)
        == "This would be public; Ana wrote to followers only. Enter keeps it to followers, w sends it to everyone."
    )
    assert voice.readers(Visibility.DIRECT, ["Ana"]) == "only Ana"
    assert voice.readers(Visibility.UNLISTED) == "everyone, unlisted"
    assert voice.too_long("Mastodon", 14) == "Too long for Mastodon by 14."


def test_no_sentence_counts_people_or_shouts() -> None:
    people = [person(n, f"P{chr(97 + n)}") for n in range(9)]
    sentences = [
        voice.done(people),
        voice.arrivals(people),
        voice.who_waits(people, TUESDAY, NOW),
        *voice.EMPTY.values(),
    ]
    for sentence in sentences:
        assert not re.search(r"\d|!|please|oops|successfully", sentence)
    assert set(voice.EMPTY) == set(View)
