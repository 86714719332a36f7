"""One conversation seen on both sides of a bridge: one thread, one message, one human, whatever comes first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from convo.clock import HandClock
from convo.model import Conversation, Mention, Message, Page, Person
from convo.store import (
    Store,
    accounts,
    choices,
    conversation,
    drafts,
    ingest,
    outbox,
    people,
    persons,
    rows,
    search,
    triage,
    twins,
    upkeep,
)
from convo.store.journal import Told
from convo.views import Draft, Entry, Row, Seen, State, View
from tests.store.world import NOW, context

ME = Person("mastodon", "https://one.example/@me", "me@one.example", "Kim Me")
ME_THERE = Person("bluesky", "did:plc:me", "me.bsky.example", "Kim There")
ME_COPIED = Person(
    "bluesky", "did:plc:bridged", "me.one.example.ap.brid.gy", "Kim Me", original="me.one.example"
)
BEN = Person("bluesky", "did:plc:ben", "ben.bsky.example", "Ben")
BEN_COPIED = Person(
    "mastodon", "https://bsky.brid.gy/r/ben", "ben.bsky.example@bsky.brid.gy", "Ben", original=BEN.uid
)
MALLORY = Person("bluesky", "did:plc:mallory", "mallory.bsky.example", "Mallory")


def said(uri: str, author: Person, text: str, hours: float, **how: Any) -> Message:
    return Message(uri=uri, author=author, created_at=NOW - timedelta(hours=hours), text=text, **how)


def named(*them: Person) -> tuple[Mention, ...]:
    return tuple(Mention(one.uid, one.handle) for one in them)


POST = said(
    "https://one.example/users/me/statuses/1", ME, "Who knows moss?", 30, url="https://one.example/@me/1"
)
POST_COPY = said(
    "at://did:plc:bridged/app.bsky.feed.post/1", ME_COPIED, "Who knows moss?", 30, copy_of=POST.url
)
REPLY = said(
    "at://did:plc:ben/app.bsky.feed.post/2", BEN, "I do. Which one do you mean?", 20,
    parent_uri=POST_COPY.uri, root_uri=POST_COPY.uri, url="https://bsky.app/profile/did:plc:ben/post/2",
    mentions=named(ME_THERE), local_id="",
)  # fmt: skip
REPLY_COPY = said(
    f"https://bsky.brid.gy/convert/ap/{REPLY.uri}", BEN_COPIED, "I do. Which one do you mean?", 20,
    parent_uri=POST.uri, url="https://bsky.brid.gy/r/https://bsky.app/profile/ben/post/2", local_id="902",
    mentions=named(ME), copy_of=REPLY.uri,
)  # fmt: skip
HERE, THERE = (POST, REPLY_COPY), (POST_COPY, REPLY)


class Sides:
    """A store with the user on both sides of a bridge: account `masto` and account `bsky`."""

    def __init__(self, directory: Path, **mine: Person) -> None:
        self.store = Store.open(directory, HandClock(NOW))
        self.now: datetime = NOW
        self.accounts = {
            me.platform: self.store.write_now(accounts.remember, name, me.platform, me, "{}", NOW)
            for name, me in (mine or {"masto": ME, "bsky": ME_THERE}).items()
        }
        for number in self.accounts.values():
            self.store.write_now(accounts.good_sync, number, NOW)

    @property
    def db(self) -> Any:
        return self.store.reader

    def come(self, *messages: Message, kind: str = "incoming", **page: Any) -> None:
        """Messages come, each through the account of its platform, in this order."""
        for message in messages:
            account = self.accounts[message.author.platform]
            self.store.write_now(
                ingest.save_page, account, kind, kind, Page((message,), **page), context(), user=False
            )

    def gone(self, message: Message) -> None:
        account = self.accounts[message.author.platform]
        page = Page(gone=(message.uri,))
        self.store.write_now(ingest.save_page, account, "own", "own", page, context(), user=False)

    def rows(self, view: View = View.ALL) -> tuple[Row, ...]:
        return rows.page(self.db, rows.Wanted(view), "", 50, self.now).rows

    def row(self) -> Row:
        (row,) = self.rows()
        return row

    def entries(self) -> list[Entry]:
        return conversation.entries(self.db, self.row().thread_id)

    def texts(self) -> list[str]:
        return [entry.text for entry in self.entries()]

    def waiting(self) -> list[str]:
        return [entry.text for entry in self.entries() if entry.waiting]


@pytest.fixture
def sides(tmp_path: Path) -> Iterator[Sides]:
    made = Sides(tmp_path / "data")
    yield made
    made.store.close()


@pytest.mark.parametrize("order", list(permutations((POST, POST_COPY, REPLY, REPLY_COPY))))
def test_whatever_comes_first(tmp_path: Path, order: tuple[Message, ...]) -> None:
    sides = Sides(tmp_path / "data")
    sides.come(*order)
    row = sides.row()
    assert (row.state, sorted(row.accounts)) == (State.WAITING, ["bsky", "masto"])
    assert [person.name for person in row.waiting_for] == ["Ben"]
    assert sides.texts() == [POST.text, REPLY.text]
    assert sides.waiting() == [REPLY.text]
    mine, theirs = sides.entries()
    assert mine.author.is_me
    assert not mine.waiting
    assert theirs.parent_uri == mine.uri
    assert sorted(theirs.accounts) == ["bsky", "masto"]
    ben = [number for number, _, _ in people.joined(sides.db, theirs.author.person_id)]
    assert {one.handle for one in people.load(sides.db, ben).values()} == {BEN.handle, BEN_COPIED.handle}
    (turn,) = sides.db.execute("SELECT count(*) FROM turn").fetchone()
    assert turn == 1
    sides.store.close()


@pytest.mark.parametrize("messages", [(*HERE, *THERE), (*THERE, *HERE)])
@pytest.mark.parametrize(
    "mine",
    [
        said("https://one.example/users/me/statuses/3", ME, "The red one", 1, parent_uri=REPLY_COPY.uri),
        said("at://did:plc:me/app.bsky.feed.post/3", ME_THERE, "The red one", 1, parent_uri=REPLY.uri),
        said(  # what the bridge made of an answer that was written on the other side
            "at://did:plc:bridged/app.bsky.feed.post/3", ME_COPIED, "The red one", 1, parent_uri=REPLY.uri,
            copy_of="https://one.example/@me/3",
        ),
    ],
)  # fmt: skip
def test_an_answer_on_either_side_closes_both(
    sides: Sides, messages: tuple[Message, ...], mine: Message
) -> None:
    sides.come(*messages)
    sides.come(mine, kind="own")
    assert sides.row().state is State.ANSWERED
    assert sides.texts() == [POST.text, REPLY.text, "The red one"]
    sides.gone(mine)
    assert sides.waiting() == [REPLY.text]


@pytest.mark.parametrize("messages", [(*HERE, *THERE), (*THERE, *HERE)])
def test_in_one_conversation(sides: Sides, messages: tuple[Message, ...]) -> None:
    """The other side comes as an opened conversation."""
    first, second = messages[:2], messages[2:]
    sides.come(*first)
    account = sides.accounts[second[0].author.platform]
    sides.store.write_now(ingest.save_conversation, account, Conversation(second), context())
    assert sides.waiting() == [REPLY.text]
    assert sides.texts() == [POST.text, REPLY.text]


def test_each_account_answers_in_its_own_place(sides: Sides) -> None:
    sides.come(*HERE, *THERE)
    entry = sides.entries()[1]
    for platform, copy in (("mastodon", REPLY_COPY), ("bluesky", REPLY)):
        message = conversation.message_of(sides.db, entry.uri, sides.accounts[platform])
        assert message is not None
        assert (message.uri, message.local_id, message.author.uid, message.mentions) == (
            copy.uri, copy.local_id, copy.author.uid, copy.mentions,
        )  # fmt: skip
    spoken = conversation.spoken_to(sides.db, entry.message_id)
    assert {ME.uid, ME_THERE.uid} <= set(spoken)
    assert conversation.find_uri(sides.db, REPLY_COPY.uri) == conversation.find_uri(sides.db, REPLY.uri)


def test_the_page_is_that_of_the_account_that_would_answer(sides: Sides) -> None:
    sides.come(*HERE)
    assert sides.entries()[1].url == REPLY_COPY.url
    sides.come(*THERE)
    assert sides.entries()[1].accounts[0] == "masto"
    assert sides.entries()[1].url == REPLY_COPY.url


def test_the_page_is_that_of_the_account_that_would_answer_there(sides: Sides) -> None:
    sides.come(*THERE, *HERE)
    assert (sides.entries()[1].accounts[0], sides.entries()[1].url) == ("bsky", REPLY.url)


@pytest.mark.parametrize("first", ["mastodon", "bluesky"])
def test_done_stays_done_when_the_other_side_comes(sides: Sides, first: str) -> None:
    here, there = (HERE, THERE) if first == "mastodon" else (THERE, HERE)
    sides.come(*here)
    row = sides.row()
    sides.store.write_now(triage.done, [Seen(row.thread_id, row.arrival)], NOW)
    sides.come(*there)
    assert (sides.row().state, sides.waiting()) == (State.DONE, [])
    assert sides.entries()[1].done


def test_a_snooze_is_not_woken_by_the_other_side(sides: Sides) -> None:
    sides.come(*HERE)
    row = sides.row()
    sides.store.write_now(triage.snooze, [Seen(row.thread_id, row.arrival)], None, NOW)
    sides.come(*THERE)
    assert sides.row().state is State.SNOOZED


def test_nothing_is_new_twice(sides: Sides) -> None:
    sides.come(*HERE)
    row = sides.row()
    sides.store.write_now(triage.looked, Seen(row.thread_id, row.arrival), NOW)
    sides.come(*THERE)
    assert not sides.row().unread
    assert not any(entry.new for entry in sides.entries())
    assert conversation.since(sides.db, row.thread_id, row.arrival) == []


def test_an_edit_comes_through_the_original(sides: Sides) -> None:
    sides.come(*HERE, *THERE)
    edited = replace(REPLY, text="I do. The red one?", edited_at=NOW)
    sides.come(edited)
    assert sides.texts() == [POST.text, "I do. The red one?"]
    sides.come(replace(REPLY_COPY, text="I do. The red ...", edited_at=NOW + timedelta(seconds=1)))
    assert sides.texts() == [POST.text, "I do. The red one?"]
    assert sides.waiting() == ["I do. The red one?"]
    before = sides.db.execute("SELECT max(arrival) FROM message").fetchone()
    sides.come(edited)
    assert sides.db.execute("SELECT max(arrival) FROM message").fetchone() == before


@pytest.mark.parametrize("messages", [(*HERE, *THERE), (*THERE, *HERE)])
def test_what_the_author_took_back_is_gone_on_both_sides(sides: Sides, messages: tuple[Message, ...]) -> None:
    sides.come(*messages)
    sides.gone(REPLY)
    assert sides.waiting() == []
    assert sides.entries()[1].deleted
    assert list(search.search(sides.db, "which")) == []
    sides.come(REPLY_COPY)  # the other side has not heard of it
    assert sides.entries()[1].deleted
    assert sides.waiting() == []


@pytest.mark.parametrize("messages", [(*HERE, *THERE), (*THERE, *HERE)])
def test_who_leaves_the_bridge_still_waits(sides: Sides, messages: tuple[Message, ...]) -> None:
    """The bridge takes its copies away; what was said stands where it was said."""
    sides.come(*messages)
    sides.gone(REPLY_COPY)
    assert sides.waiting() == [REPLY.text]
    (row,) = sides.rows(View.WAITING)
    assert row.words == REPLY.text
    sides.store.write_now(triage.done, [Seen(row.thread_id, row.arrival)], NOW)
    assert sides.row().state is State.DONE


def test_what_came_before_the_bridge_was_known(sides: Sides) -> None:
    """An older convo stored both sides as two conversations; they become one when either is looked at again."""
    plain = [replace(one, copy_of="", author=replace(one.author, original="")) for one in (*HERE, *THERE)]
    sides.come(*plain)
    assert len(sides.rows()) == 2
    draft = "A draft of before"
    sides.store.write_now(
        lambda db: db.execute(
            "INSERT INTO draft SELECT ?, uri, ?, '{}', 1, 0 FROM message WHERE uri = ?",
            (sides.accounts["mastodon"], draft, REPLY_COPY.uri),
        )
    )
    sides.come(REPLY_COPY, POST_COPY)
    assert sides.waiting() == [REPLY.text]
    assert sides.texts() == [POST.text, REPLY.text]
    assert sides.db.execute("SELECT text FROM draft").fetchall() == [(draft,)]
    assert sides.row().has_draft


@pytest.mark.parametrize("order", [(HERE, THERE), (THERE, HERE)])
def test_words_about_a_message_stay_with_it(sides: Sides, order: tuple[tuple[Message, ...], ...]) -> None:
    """Begun on either side, also in a box that was open while the other side came."""
    sides.come(*order[0])
    uri, account = order[0][1].uri, sides.accounts[order[0][0].author.platform]
    draft = Draft(
        account="masto", uri=uri, text="The red", cursor=0, visibility=None, content_warning=None, language="",
        dropped=(), attachments=(), edits="", touched_at=NOW, seen_arrival=2,
    )  # fmt: skip
    sides.store.write_now(drafts.save, account, draft, NOW)
    sides.come(*order[1])
    sides.store.write_now(drafts.save, account, replace(draft, text="The red one"), NOW)
    for address in (REPLY.uri, REPLY_COPY.uri, sides.entries()[1].uri):
        found = drafts.load(sides.db, account, address)
        assert found is not None
        assert found.text == "The red one"
    assert len(drafts.every(sides.db)) == 1
    how: dict[str, Any] = {"key": "k", "leaves_at": NOW + timedelta(hours=1), "now": NOW}
    for number, address in enumerate((uri, order[1][1].uri)):
        id_ = sides.store.write_now(
            lambda db, at: outbox.take(db, account, at, "The red one", {}, **how), address
        )
        assert drafts.every(sides.db) == []
        assert outbox.same_on_its_way(sides.db, account, REPLY_COPY.uri, "The red one") == id_
        back = sides.store.write_now(outbox.back_to_draft, id_, NOW)
        assert back is not None, number
        assert (back.uri, back.text) == (sides.entries()[1].uri, "The red one")
    sides.store.write_now(choices.discard_draft, account, order[1][1].uri, NOW)
    assert drafts.every(sides.db) == []


def test_words_follow_when_the_copy_is_shown_no_more(sides: Sides) -> None:
    sides.come(*HERE, *THERE)
    account = sides.accounts["mastodon"]
    draft = Draft(
        account="masto", uri=REPLY_COPY.uri, text="The red", cursor=0, visibility=None, content_warning=None,
        language="", dropped=(), attachments=(), edits="", touched_at=NOW, seen_arrival=2,
    )  # fmt: skip
    sides.store.write_now(drafts.save, account, draft, NOW)
    sides.gone(REPLY_COPY)
    assert sides.entries()[1].uri == REPLY.uri
    assert [one.uri for one in drafts.every(sides.db)] == [REPLY.uri]


def test_whoever_the_user_wrote_to_is_no_stranger_on_the_other_side(sides: Sides) -> None:
    sides.come(*HERE)
    mine = said("https://one.example/users/me/statuses/3", ME, "The red", 1, parent_uri=REPLY_COPY.uri)
    sides.come(mine, kind="own")
    sides.come(*THERE)
    ben = people.by_uid(sides.db, BEN.platform, BEN.uid)
    assert ben is not None
    assert persons.known_among(sides.db, {ben.person_id}) == {ben.person_id}


def test_the_circle_holds_on_both_sides(sides: Sides) -> None:
    sides.come(*HERE)
    sides.store.write_now(choices.circle, sides.entries()[1].author.person_id, NOW)
    alone = said("at://did:plc:ben/app.bsky.feed.post/8", BEN, "And this?", 2, mentions=named(ME_THERE))
    sides.come(alone)
    sides.come(*THERE, *HERE)
    assert [row.who.circle for row in sides.rows(View.WAITING) if row.who] == [True, True]


def test_who_was_said_to_be_two_stays_two(sides: Sides) -> None:
    sides.come(*HERE, *THERE)
    ben = sides.entries()[1].author.person_id
    sides.store.write_now(choices.separate, ben, NOW)
    sides.come(*HERE, *THERE)
    assert len(people.joined(sides.db, ben)) == 1
    assert sides.waiting() == [REPLY.text]


def test_the_same_words_on_both_sides_are_not_the_same_to_many(sides: Sides) -> None:
    text = "Read all about it in the valley paper of tomorrow https://paper.example/"
    sides.come(
        replace(REPLY_COPY, text=text, parent_uri=""), replace(REPLY, text=text, parent_uri="", root_uri="")
    )
    assert sides.db.execute("SELECT count(*) FROM message WHERE print IS NOT NULL").fetchone()[0] <= 1
    assert "same" not in sides.row().reason


def test_a_sync_looks_after_both_sides(sides: Sides) -> None:
    sides.come(*HERE, *THERE)
    for platform, message in (("mastodon", REPLY_COPY), ("bluesky", REPLY)):
        account = sides.accounts[platform]
        assert upkeep.somebody_waits(sides.db, account)
        assert [ref.uri for ref in upkeep.waiting(sides.db, account, 10)] == [message.uri]


def test_closing_marks_read_on_both_sides(sides: Sides) -> None:
    sides.come(*HERE, *THERE)
    row = sides.row()
    told = Told(tuple(sides.accounts.values()), NOW, False)
    sides.store.write_now(triage.done, [Seen(row.thread_id, row.arrival)], NOW, told)
    found = sides.db.execute("SELECT account_id FROM errand WHERE verb = 'mark_read' ORDER BY 1").fetchall()
    assert [number for (number,) in found] == sorted(sides.accounts.values())


# Whom nobody believes -----------------------------------------------------------------------------------


def apart(sides: Sides) -> None:
    """The stranger's words stand for themselves, and nothing happened to what they point at."""
    assert sides.db.execute("SELECT count(*) FROM twin").fetchone()[0] == 0
    assert sides.db.execute("SELECT count(*) FROM copy WHERE original_id IS NOT NULL").fetchone()[0] == 0


def test_a_copy_of_somebody_elses_words(sides: Sides) -> None:
    """Whoever the bridge shows is believed about their own words only."""
    sides.come(*HERE, *THERE)
    forged = said(
        "at://did:plc:eve/app.bsky.feed.post/9", Person("bluesky", "did:plc:eve", "eve.evil.example.ap.brid.gy",
        original="eve.evil.example"), "Buy my moss", 10, copy_of=POST.url, mentions=named(ME_THERE),
    )  # fmt: skip
    before = sides.db.execute("SELECT * FROM twin").fetchall()
    sides.come(forged)
    assert sides.db.execute("SELECT * FROM twin").fetchall() == before
    assert {row.words for row in sides.rows()} == {REPLY.text, "Buy my moss"}
    assert sides.db.execute("SELECT is_me FROM person WHERE uid = 'did:plc:eve'").fetchone() == (0,)


def test_a_copy_that_only_says_so(sides: Sides) -> None:
    """Without an identity that a bridge made, no message is a copy."""
    sides.come(*HERE)
    sides.come(said("at://did:plc:mallory/app.bsky.feed.post/9", MALLORY, "Buy", 20, copy_of=POST.url))
    apart(sides)
    sides.come(POST)
    apart(sides)


def test_an_original_by_somebody_else(sides: Sides) -> None:
    """Whoever states another's page as their own is not taken for its author."""
    sides.come(POST_COPY)
    eve = Person("mastodon", "https://evil.example/@eve", "eve@evil.example")
    sides.come(said("https://evil.example/9", eve, "Buy my moss", 30, url=POST.url))
    apart(sides)
    sides.come(POST)
    assert {row.words for row in sides.rows()} == {POST.text, "Buy my moss"}


def test_the_same_name_on_the_same_platform_is_nobody_elsewhere(sides: Sides) -> None:
    """A handle of one's own domain is not the fediverse account that is called like it."""
    lookalike = Person("bluesky", "did:plc:like", "me.one.example")
    sides.come(said("at://did:plc:like/app.bsky.feed.post/1", lookalike, "Not you", 20), POST_COPY)
    apart(sides)
    assert sides.db.execute("SELECT is_me FROM person WHERE uid = 'did:plc:like'").fetchone() == (0,)


def test_no_bridge_costs_one_look(sides: Sides) -> None:
    assert twins.of(sides.db, [1, 2]) == []
