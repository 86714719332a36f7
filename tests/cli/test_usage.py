"""Wrong usage and bad input get one sentence and exit status 2; nothing prints a traceback."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Cli


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("lisst",), "invalid choice"),
        (("list", "--view", "wating"), "invalid choice"),
        (("list", "--limit", "0"), "--limit"),
        (("list", "--limit", "x"), "invalid int"),
        (("list", "--account", "nobody"), "no account nobody"),
        (("list", "--before", "garbage"), "cursor"),
        (("sync", "nobody"), "no account nobody"),
        (("show", "t999999"), "t999999"),
        (("show", "https://nowhere.example/1"), "nowhere.example"),
        (("done", "t999999"), "t999999"),
        (("reply", "m999999", "-m", "x"), "m999999"),
        (("snooze", "t1", "--until", "sometime"), "sometime"),
        (("outbox", "retry"), "needs an id"),
        (("outbox", "cancel", "o999"), "not in the outbox"),
        (("circle", "nobody-at-all"), "Nobody called nobody-at-all"),
        (("--demo", "list"), "list works on your own"),
        (("login", "new"), "--platform"),
        (("logout", "new"), "no account new"),
    ],
)
def test_wrong_words(cli: Cli, words: tuple[str, ...], sentence: str) -> None:
    cli("sync")
    ran = cli(*words)
    assert ran.status in (1, 2)
    assert ran.out == ""
    assert sentence in ran.err
    assert len(ran.err.strip().splitlines()) == 1


def test_nothing_to_undo(cli: Cli) -> None:
    ran = cli("undo")
    assert ran.status == 1
    assert "Nothing more to take back." in ran.out


def test_several_people_wait_there(cli: Cli) -> None:
    cli("sync")
    rows = cli("list", "--json").json
    several = next(row for row in rows if len(row["waiting_for"]) > 1)
    ran = cli("reply", several["id"], "-m", "x")
    assert ran.status == 2
    assert "m" in ran.err
    assert "Several people wait there" in ran.err


def test_wider_needs_a_yes(cli: Cli) -> None:
    cli("sync")
    rows = cli("list", "--account", "bsky", "--json").json
    fatou = next(row for row in rows if "@fatou.example" in row["waiting_for"])
    ran = cli("reply", fatou["id"], "-m", "Yes, with pleasure.", "--visibility", "public")
    assert ran.status == 2
    assert "--yes" in ran.err
    (draft,) = cli("list", "--view", "drafts", "--json").json
    assert draft["id"] == fatou["id"]
    assert cli("outbox", "--json").json == []


def test_a_place_that_takes_no_answer_says_why(cli: Cli) -> None:
    cli("sync")
    (emil,) = [
        row for row in cli("list", "--account", "hn", "--json").json if "emilsand" in row["waiting_for"]
    ]
    ran = cli("reply", emil["id"], "-m", "Because of the readers.")
    assert ran.status in (1, 2)
    assert "This place takes answers only on its own page. Its page: https://" in ran.err


def test_dropping(cli: Cli) -> None:
    cli("sync")
    rows = cli("list", "--json").json
    ana = next(row for row in rows if row["waiting_for"] == ["@ana@fosstodon.org"])
    messages = cli("show", ana["id"], "--json").json["messages"]
    waiting = next(message for message in messages if message["waiting"])
    assert "cannot be dropped" in cli("reply", waiting["id"], "-m", "x", "--drop", "@ana@fosstodon.org").err
    assert "is not addressed" in cli("reply", waiting["id"], "-m", "x", "--drop", "@zed@x.example").err


def test_version_and_help(cli: Cli) -> None:
    assert cli("--version").out.startswith("convo ")
    assert "usage: convo" in cli("--help").out
    assert "--until" in cli("snooze", "--help").out
