"""People on the command line: lists, a page, joining and separating, whom to reach, the week."""

from __future__ import annotations

import re

import pytest

from convo.text import parse_time
from tests.cli.conftest import Cli

AUTHOR = {"id", "handle", "name", "url", "is_me"}
HUMAN = {
    "person", "circle", "turn", "since", "put_off", "thread", "account", "platform", "words", "content_warning",
    "last_is_me", "message",
}  # fmt: skip
CONVERSATION = {
    "id", "account", "accounts", "platform", "title", "url", "state", "waiting_since", "waiting_for",
    "last_message_at", "snoozed_until", "reason",
}  # fmt: skip
ANA, OTHER_ANA, MIA = "@ana@fosstodon.org", "@ana.lind.example", "@mia@fosstodon.org"


@pytest.fixture
def synced(cli: Cli) -> Cli:
    assert cli("sync").status == 0
    return cli


def test_people_are_an_array(synced: Cli) -> None:
    rows = synced("people", "--json").json
    assert {row["turn"] for row in rows} == {"yours", "theirs"}
    for row in rows:
        assert set(row) == HUMAN
        assert set(row["person"]) == AUTHOR
        assert not row["person"]["is_me"]
        assert re.fullmatch(r"t\d+", row["thread"])
        parse_time(row["since"])
    order = ("yours", "theirs", "quiet")
    turns = [row["turn"] for row in rows]
    assert turns == sorted(turns, key=order.index)
    for turn in order:
        found = synced("people", "--turn", turn, "--json").json
        assert found == [row for row in rows if row["turn"] == turn]


def test_people_page_by_page_and_by_name(synced: Cli) -> None:
    whole = synced("people").out
    assert whole.startswith("your turn\n")
    assert "\ntheir turn\n" in whole
    first = synced("people", "--limit", "3").out
    cursor = re.search(r"--before (\S+)", first)
    assert cursor
    rows = synced("people", "--json").json
    rest = synced("people", "--json", "--before", cursor[1]).json
    assert rest == rows[3:]
    assert synced("people", "--before", "nonsense").status == 1
    assert {row["person"]["name"] for row in synced("people", "Ana", "Lind", "--json").json} == {"Ana Lind"}
    assert synced("people", "nobody-of-that-name").out == 'Nobody found for "nobody-of-that-name".\n'
    assert synced("people", "--limit", "0").status == 2


def test_a_person_s_page(synced: Cli) -> None:
    synced("note", ANA, "-m", "Likes plain answers.")
    synced("circle", ANA)
    found = synced("person", ANA, "--json").json
    assert set(found) == {
        "person", "circle", "note", "turn", "since", "words", "persons", "suggestions", "profiles", "conversations",
        "older", "cursor",
    }  # fmt: skip
    assert (found["person"]["handle"], found["circle"], found["turn"]) == (ANA, True, "yours")
    for one in found["conversations"]:
        assert set(one) == CONVERSATION | {"between_you", "last_at", "last_by", "words", "content_warning"}
        assert set(one["last_by"]) == AUTHOR
    text = synced("person", ANA).out
    assert text.startswith("Ana Lind, in your circle\nyour turn: Ana waits since ")
    assert "your note: Likes plain answers." in text
    assert "Ana waits\n" in text
    assert synced("person", "nobody-of-that-name").status == 2


def test_joining_makes_one_page_and_separating_two(synced: Cli) -> None:
    alone = len(synced("person", ANA, "--json").json["conversations"])
    ran = synced("join", ANA, OTHER_ANA, "--json")
    assert set(ran.json) == {"words", "person"}
    assert "are the same person now." in ran.json["words"]
    found = synced("person", OTHER_ANA, "--json").json
    assert [one["handle"] for one in found["persons"]] == [OTHER_ANA, ANA]
    assert all(set(one) == AUTHOR | {"platform", "evidence"} for one in found["persons"])
    assert found["persons"][1]["evidence"].startswith(
        "joined by you; both link to lind.example, and the platform has verified it"
    )
    assert len(found["conversations"]) > alone
    names = [row["person"]["name"] for row in synced("people", "--json").json]
    assert names.count("Ana Lind") == 1
    assert synced("separate", OTHER_ANA, MIA).status == 2
    assert synced("separate", OTHER_ANA, ANA).status == 0
    assert synced("separate", OTHER_ANA, ANA).status == 2
    assert len(synced("person", ANA, "--json").json["conversations"]) == alone
    assert "joined as before" in synced("undo").out
    assert "two people again" in synced("undo").out
    assert synced("join", ANA, ANA).status == 1
    assert synced("join", "--never", ANA, OTHER_ANA).out.startswith("Ana Lind (")


def test_the_week_is_told_in_sentences(synced: Cli) -> None:
    found = synced("week", "--json").json
    assert set(found) == {"since", "until", "answered", "waiting", "went_on", "words"}
    assert all(set(one) == AUTHOR for one in found["answered"])
    assert all(set(one) == {"person", "since", "thread"} for one in found["waiting"])
    assert all(set(one) == CONVERSATION | {"with"} for one in found["went_on"])
    assert synced("week").out.splitlines() == found["words"]
    assert found["words"][0].startswith("You answered ")
    assert all(sentence.endswith(".") and not sentence.endswith("..") for sentence in found["words"])


def test_whom_to_reach_is_asked_for_and_never_shown_else(synced: Cli) -> None:
    assert synced("people", "--reach-out").out == "You are in touch with everybody in your circle.\n"
    row = next(row for row in synced("people", "--json").json if row["person"]["handle"] == ANA)
    synced("circle", ANA)
    synced("snooze", row["thread"], "--until", "reply")
    assert synced("people", "--reach-out", "--json").json == []


def test_a_commercial_contact_is_ended_with_one_command_that_notes_why(synced: Cli) -> None:
    words = synced("mute-person", "@kim-deals.example").out
    assert "Nothing from Kim Deals will come to you any more" in words
    assert "Your note says why." in words
    assert "automatic greeting" in synced("note", "@kim-deals.example").out
    assert "You hear Kim Deals again." in synced("undo").out
    assert synced("note", "@kim-deals.example").out == "No note about Kim Deals yet.\n"
