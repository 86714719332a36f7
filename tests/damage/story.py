"""A store with a bit of everything in it, for the tests of damage, backup, export and repair."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from pathlib import Path
from typing import Any

from convo.model import Attachment, Link, Message, Quote
from convo.store import choices, drafts, outbox, threads, triage
from convo.views import Draft
from tests.store.talk import NOW, Talk

PEOPLE = ("ana", "ben", "carl", "dora", "emil")


def told(directory: Path, messages: int = 60) -> Talk:
    """People talk with two accounts of the user, who answers, closes, puts off, mutes and notes."""
    talk = Talk(directory, "one", "two")
    said: list[Message] = []
    for number in range(messages):
        who = PEOPLE[number % len(PEOPLE)]
        account = "two" if number % 7 == 0 else "one"
        text = f"Message {number} from {who}: {'words and more words, ' * (number % 40)}über 日本語 end"
        how: dict[str, Any] = {"ago": timedelta(hours=messages - number + 1)}
        if number % 3 == 1 and said:
            how["to"] = said[-1]
        if number % 5 == 0:
            how["attachments"] = (Attachment("picture", f"https://x.example/{number}.png", "a roof"),)
            how["links"] = (Link("https://x.example/", "here"),)
        if number % 11 == 0:
            how["quotes"] = (Quote("https://example.org/q", "uid:ana", "ana", "quoted"),)
        said.append(talk.ask(who, text, account, **how))
        if number % 4 == 0:
            talk.answer(f"Yes to {number}", said[-1], account, ago=timedelta(hours=messages - number))
    talk.run(triage.done, [talk.seen(said[1])], talk.now)
    talk.run(triage.done, [talk.seen(said[6])], talk.now)
    talk.run(triage.snooze, [talk.seen(said[9])], NOW + timedelta(days=3), talk.now)
    talk.run(triage.snooze, [talk.seen(said[14])], None, talk.now)
    talk.run(triage.mute, [talk.seen(said[18])], talk.now)
    talk.run(choices.circle, talk.person_id("ana"), talk.now)
    talk.run(choices.note, talk.person_id("ana"), "met in Lyon", talk.now)
    talk.run(choices.join, talk.person_id("ben"), talk.person_id("carl"), talk.now)
    talk.run(choices.quiet, [talk.seen(said[23])], talk.now)
    talk.run(choices.mute_person, talk.person_id("emil"), talk.now)
    talk.run(look, said[2].uri)
    draft(talk, said[22], "half a thought")
    return talk


def look(db: sqlite3.Connection, uri: str) -> None:
    db.execute("INSERT INTO looked SELECT uri, arrival FROM message WHERE uri = ?", (uri,))
    threads.rederive(
        db, [id_ for (id_,) in db.execute("SELECT thread_id FROM message WHERE uri = ?", (uri,))], NOW
    )


def draft(talk: Talk, to: Message, text: str, account: str = "one") -> None:
    row = talk.row(to)
    wanted = Draft(
        account=account, uri=to.uri, text=text, cursor=len(text), visibility=None, content_warning=None, language="",
        dropped=(), attachments=(), edits="", touched_at=talk.now, seen_arrival=row.arrival,
    )  # fmt: skip
    talk.run(drafts.save, talk.accounts[account], wanted, talk.now)


def queue(
    talk: Talk, to: Message, text: str, state: str, account: str = "one", request: str | None = None
) -> str:
    """An answer in the outbox, in some state; gives its key."""
    key = f"key {text}"
    number = talk.accounts[account]
    leaves = talk.now + timedelta(seconds=10 if state == "held" else 0)
    id_ = talk.run(outbox.take, number, to.uri, text, {}, key=key, leaves_at=leaves, now=talk.now)
    if state not in ("held", "queued"):
        talk.run(outbox.start, id_, request or '{"exact": "request"}', talk.now)
    if state == "sent":
        talk.run(outbox.sent, id_, f"https://example.org/sent/{id_}", "", talk.now)
    if state == "unsure":
        talk.run(outbox.unsure, id_, "nobody knows", talk.now)
    if state == "failed":
        talk.run(outbox.failed, id_, "the platform said no", talk.now)
    return key


def message(talk: Talk, like: str) -> Message:
    """The stored message whose text begins like this, as far as these tests need it."""
    row = talk.db.execute("SELECT uri FROM message WHERE text LIKE ? ORDER BY id", (like + "%",)).fetchone()
    return talk.make("ana", "", uri=row[0])
