"""An open conversation, single messages, and what adapters get back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from convo.model import Attachment, Link, Message, Quote, Reason, Visibility
from convo.store import choices, conversation, people, triage
from convo.views import Target
from tests.store.talk import Talk


@pytest.fixture
def talk(tmp_path: Path) -> Iterator[Talk]:
    talk = Talk(tmp_path, "one", "two")
    yield talk
    talk.close()


def test_entries_come_oldest_first_with_all_they_hold(talk: Talk) -> None:
    root = talk.ask("ana", "First", ago=timedelta(hours=3), content_warning="food", language="sv")
    mine = talk.answer("Mine", root, ago=timedelta(hours=2))
    rich = talk.ask(
        "ben",
        "Look",
        to=mine,
        names=("one", "ana"),
        attachments=(Attachment("picture", "https://example.org/p", "A house"),),
        links=(Link("https://example.org/h", "here"),),
        quotes=(Quote("https://example.org/q", "uid:ana", "Ana", "Words"),),
        visibility=Visibility.FOLLOWERS,
        more_below=True,
    )
    entries = conversation.entries(talk.db, talk.thread(root))
    assert [entry.text for entry in entries] == ["First", "Mine", "Look"]
    first, second, third = entries
    assert (first.content_warning, first.language, first.addressed) == ("food", "sv", Reason.MENTION)
    assert first.parent_uri == ""
    assert second.author.is_me
    assert not second.waiting
    assert third.uri == rich.uri
    assert third.parent_uri == mine.uri
    assert third.attachments == rich.attachments
    assert third.links == rich.links
    assert third.quotes == rich.quotes
    assert [mention.handle for mention in third.mentions] == ["me@one", "ana"]
    assert (third.waiting, third.addressed, third.more_below) == (True, Reason.REPLY, True)
    assert third.waiting_since == talk.now - timedelta(hours=1)
    assert third.visibility is Visibility.FOLLOWERS
    assert third.accounts == ("one",)


def test_done_quiet_and_new_are_said_of_each_message(talk: Talk) -> None:
    root = talk.ask("ana", "First", ago=timedelta(hours=3))
    talk.run(triage.done, [talk.seen(root)], talk.now)
    talk.run(triage.looked, talk.seen(root), talk.now)
    talk.ask("ben", "Second", to=root, ago=timedelta(hours=1))
    talk.run(choices.quiet, [talk.seen(root)], talk.now)
    first, second = conversation.entries(talk.db, talk.thread(root))
    assert (first.done, first.quiet, first.new) == (True, "", False)
    assert (second.done, second.waiting, second.new) == (False, False, True)
    assert second.quiet != ""


def test_what_nobody_looked_at_yet_is_new_only_where_it_waits(talk: Talk) -> None:
    root = talk.say("ana", "To all", ago=timedelta(hours=3))
    talk.ask("ben", "To you", to=root)
    assert [entry.new for entry in conversation.entries(talk.db, talk.thread(root))] == [False, True]


def test_what_is_loaded_afterwards_from_before_the_last_look_is_not_new(talk: Talk) -> None:
    root = talk.ask("ana", "First", ago=timedelta(hours=3))
    talk.run(triage.looked, talk.seen(root), talk.now)
    talk.say("carl", "Long before", to=root, ago=timedelta(hours=4))
    talk.ask("ben", "Held up on its way, but to you", to=root, ago=timedelta(hours=5))
    talk.say("mia", "After", to=root, ago=timedelta(hours=2))
    found = conversation.entries(talk.db, talk.thread(root))
    assert {entry.text: entry.new for entry in found} == {
        "First": False, "Long before": False, "Held up on its way, but to you": True, "After": True
    }  # fmt: skip


def test_the_same_person_is_one_value_and_the_circle_is_known(talk: Talk) -> None:
    root = talk.ask("ana", "One")
    talk.ask("ana", "Two", to=root, ago=timedelta(0))
    talk.run(choices.circle, talk.person_id("ana"), talk.now)
    first, second = conversation.entries(talk.db, talk.thread(root))
    assert first.author is second.author
    assert first.author.circle


def test_an_address_finds_its_message(talk: Talk) -> None:
    ana = talk.ask("ana", "One")
    target = Target("m", talk.thread(ana), talk.message_id(ana))
    assert conversation.find_uri(talk.db, ana.uri) == target
    assert conversation.find_uri(talk.db, ana.url) == target
    assert conversation.find_uri(talk.db, f"{ana.url}/") == target
    assert conversation.find_uri(talk.db, "https://example.org/nothing") is None
    assert conversation.find_uri(talk.db, "") is None


def test_an_adapter_gets_back_what_it_gave(talk: Talk) -> None:
    message = talk.make(
        "ana",
        "One",
        names=("one", "ben"),
        title="A title",
        content_warning="food",
        visibility=Visibility.UNLISTED,
        refusals={"answer": "Only friends can answer."},
        data='{"cid": "x"}',
        links=(Link("https://example.org/h", "here"),),
    )
    talk.save(message)
    assert conversation.message_of(talk.db, message.uri, talk.accounts["one"]) == message
    other = conversation.message_of(talk.db, message.uri, talk.accounts["two"])
    assert other is not None
    assert (other.local_id, other.data) == ("", "")
    assert conversation.message_of(talk.db, "nothing", talk.accounts["one"]) is None


def test_a_thousand_messages_take_five_queries(talk: Talk) -> None:
    root = talk.ask("ana", "Root", ago=timedelta(days=3))
    some: list[Message] = [
        talk.make(f"p{number % 40}", f"Word {number}", to=root, ago=timedelta(minutes=2000 - number))
        for number in range(999)
    ]
    talk.save(*some)
    thread_id = talk.thread(root)
    asked: list[str] = []
    talk.db.set_trace_callback(asked.append)
    entries = conversation.entries(talk.db, thread_id)
    talk.db.set_trace_callback(None)
    assert len(entries) == 1000
    assert len(asked) == 5
    assert [entry.created_at for entry in entries] == sorted(entry.created_at for entry in entries)


def test_who_waits_in_a_thread_with_their_newest_message(talk: Talk) -> None:
    root = talk.ask("ana", "One", ago=timedelta(hours=3))
    ben = talk.ask("ben", "Two", to=root, ago=timedelta(hours=2))
    newest = talk.ask("ana", "Three", to=root, ago=timedelta(hours=1))
    assert conversation.newest_waiting(talk.db, talk.thread(root)) == [
        (talk.person_id("ana"), talk.message_id(newest)),
        (talk.person_id("ben"), talk.message_id(ben)),
    ]


def test_people_are_found_by_any_part_of_name_or_handle(talk: Talk) -> None:
    for handle, name in (
        ("ana@fosstodon.org", "Ana Lind"),
        ("banana@example.org", "Fruit"),
        ("jose@example.org", "José Núñez"),
        ("lind", "Karin Lindström"),
        ("percent", "100% Ann_a"),
        ("misaki@example.org", "田中 美咲"),
    ):
        talk.ask("x", "hello", ago=timedelta(0))
        talk.say(talk.person(handle, name), "Hi", names=("one",))

    def found(words: str, limit: int = 5) -> list[str]:
        return [person.name for person in people.find(talk.db, words, limit)]

    assert found("ana") == ["Ana Lind", "Fruit"]
    assert found("@ana@fosstodon.org") == ["Ana Lind"]
    assert found("jose nun") == ["José Núñez"]
    assert found("NÚÑEZ") == ["José Núñez"]
    assert found("lind", limit=2) == ["Karin Lindström", "Ana Lind"]
    assert found("100%") == ["100% Ann_a"]
    assert found("%") == ["100% Ann_a"]
    assert found("田中") == ["田中 美咲"]
    assert found("me@one") == []
    assert found("  ") == []
    talk.run(choices.circle, talk.person_id("banana@example.org"), talk.now)
    talk.run(choices.circle, talk.person_id("banana@example.org"), talk.now)
    assert found("nobody at all") == []
