"""The shapes of docs/json.md: every command prints one document, with the keys it promises."""

from __future__ import annotations

import re

import pytest

from convo.adapters.contract import Ambiguous
from convo.demo.stage import Stage
from convo.text import parse_time
from tests.cli.conftest import Cli

CONVERSATION = {
    "id", "account", "accounts", "platform", "title", "url", "state", "waiting_since", "waiting_for",
    "last_message_at", "snoozed_until", "reason",
}  # fmt: skip
MESSAGE = {
    "id", "uri", "parent_uri", "author", "created_at", "edited_at", "text", "content_warning", "visibility",
    "attachments", "addressed", "waiting", "deleted", "url",
}  # fmt: skip
SENT = {"outbox_id", "state", "uri", "url", "error"}


@pytest.fixture
def synced(cli: Cli) -> Cli:
    assert cli("sync").status == 0
    return cli


def test_sync(cli: Cli) -> None:
    document = cli("sync", "--json").json
    assert set(document) == {"fosstodon", "bsky", "work", "bread", "hn"}
    for outcome in document.values():
        assert set(outcome) >= {"fetched", "sent", "requests", "error", "next_poll_at"}
        assert outcome["error"] == ""
        parse_time(outcome["next_poll_at"])
    assert sum(outcome["fetched"] for outcome in document.values()) > 30
    assert {outcome["fetched"] for outcome in cli("sync", "--json").json.values()} == {0}


def test_list(synced: Cli) -> None:
    rows = synced("list", "--json").json
    assert len(rows) >= 15
    for row in rows:
        assert set(row) >= CONVERSATION
        assert re.fullmatch(r"t\d+", row["id"])
        assert row["state"] == "waiting"
        assert row["account"] in row["accounts"]
        parse_time(row["waiting_since"])
    assert any(row["waiting_for"] == ["@ana@fosstodon.org"] for row in rows)


@pytest.mark.parametrize(
    "view",
    ["waiting", "answered", "snoozed", "done", "muted", "quiet", "drafts", "outbox", "history", "all"],
)
def test_every_view_is_an_array(synced: Cli, view: str) -> None:
    ran = synced("list", "--view", view, "--json")
    assert ran.status == 0
    assert all(set(row) >= CONVERSATION for row in ran.json)


def test_quiet_tells_the_reason(synced: Cli) -> None:
    reasons = [row["reason"] for row in synced("list", "--view", "quiet", "--json").json]
    assert len(reasons) >= 3
    assert all(reasons)


def test_show(synced: Cli) -> None:
    rows = synced("list", "--json").json
    ana = next(row for row in rows if "@ana@fosstodon.org" in row["waiting_for"])
    document = synced("show", ana["id"], "--json").json
    assert set(document) >= CONVERSATION | {"messages"}
    for message in document["messages"]:
        assert set(message) >= MESSAGE
        assert set(message["author"]) == {"id", "handle", "name", "url", "is_me"}
        assert all(set(one) == {"kind", "url", "alt"} for one in message["attachments"])
    waiting = [message for message in document["messages"] if message["waiting"]]
    assert len(waiting) == 2
    assert {message["addressed"] for message in waiting} == {"reply"}
    by_uri = synced("show", waiting[0]["uri"], "--json").json
    assert by_uri["id"] == document["id"]


def test_reply_and_outbox(synced: Cli, stage: Stage) -> None:
    rows = synced("list", "--account", "bsky", "--json").json
    ben = next(row for row in rows if "@ben.okafor.example" in row["waiting_for"])
    held = synced("reply", ben["id"], "-m", "I read it tonight.", "--hold", "600", "--json")
    assert held.status == 0
    assert set(held.json) >= SENT
    assert held.json["state"] == "held"
    (row,) = synced("outbox", "--json").json
    assert set(row) >= {"id", "state", "account", "message", "to", "text", "error", "created_at"}
    assert (row["sent_at"], row["looked_at"]) == (None, None)
    assert (row["state"], row["to"], row["text"]) == ("held", "@ben.okafor.example", "I read it tonight.")
    cancelled = synced("outbox", "cancel", row["id"], "--json").json
    assert cancelled == {"cancelled": row["id"], "draft": "I read it tonight."}
    sent = synced("reply", ben["id"], "-m", "I read it tonight.", "--json")
    assert (sent.status, sent.json["state"], sent.json["error"]) == (0, "sent", "")
    assert sent.json["uri"]
    assert sent.json["url"]
    mine = stage.world.by(stage.me["bsky"].uid, text="I read it tonight.")
    assert [message.uri for message in mine] == [sent.json["uri"]]
    states = {one["id"]: one["state"] for one in synced("list", "--view", "all", "--json").json}
    assert states[ben["id"]] == "answered"


def test_an_unsure_answer_says_when_it_left_and_when_it_was_looked_for(synced: Cli, stage: Stage) -> None:
    server = stage.servers["bsky"]
    server.untellable = "The list of own messages is off."
    server.expect("answer", Ambiguous("the line broke"))
    rows = synced("list", "--account", "bsky", "--json").json
    ben = next(row for row in rows if "@ben.okafor.example" in row["waiting_for"])
    told = synced("reply", ben["id"], "-m", "I read it tonight.")
    assert told.status == 1
    assert re.search(r"Your answer left at \d+:\d\d, and the line broke before Bluesky said yes\.", told.err)
    (row,) = synced("outbox", "--json").json
    assert row["state"] == "unsure"
    assert row["sent_at"] <= row["looked_at"]
    assert re.search(r'last at \d+:\d\d, and could not tell: "The list of own', synced("outbox").out)


def test_triage_says_its_sentence(synced: Cli) -> None:
    row = synced("list", "--json").json[0]
    for words in (
        ("done",),
        ("undo",),
        ("redo",),
        ("undo",),
        ("mute",),
        ("reopen",),
        ("quiet",),
        ("unquiet",),
    ):
        takes_thread = words[0] not in ("undo", "redo")
        ran = synced(*words, *([row["id"]] if takes_thread else []), "--json")
        assert ran.status == 0, words
        assert set(ran.json) == {"words", "threads"}
        assert ran.json["words"].endswith(".")
    ran = synced("snooze", row["id"], "--until", "3h", "--json")
    assert ran.status == 0
    (snoozed,) = [one for one in synced("list", "--view", "snoozed", "--json").json if one["id"] == row["id"]]
    parse_time(snoozed["snoozed_until"])


def test_accounts_and_doctor(synced: Cli) -> None:
    for account in synced("accounts", "--json").json:
        assert set(account) >= {
            "name",
            "platform",
            "handle",
            "health",
            "words",
            "advice",
            "looked_at",
            "next_at",
        }
    ran = synced("doctor", "--json")
    assert ran.status == 0
    assert ran.json["fine"] is True
    assert set(ran.json["findings"]) == {"convo", "fosstodon", "bsky", "work", "bread", "hn"}


def test_search(synced: Cli) -> None:
    hits = synced("search", "ladder", "--json").json
    assert hits
    assert all(set(hit) >= CONVERSATION | {"message", "snippet"} for hit in hits)
    assert "ladder" in hits[0]["snippet"]
    assert synced("search", "翻訳", "--json").json
    assert synced("search", "nowhere-to-be-found", "--json").json == []


def test_people(synced: Cli) -> None:
    ran = synced("circle", "@ana@fosstodon.org", "--json")
    assert ran.json["words"].startswith("Ana Lind is in your circle now.") or "Ana" in ran.json["words"]
    synced("note", "@ana@fosstodon.org", "-m", "plain answers")
    assert synced("note", "@ana@fosstodon.org", "--json").json["note"] == "plain answers"
    assert synced("mute-person", "@walt@argue.example", "--json").status == 0
