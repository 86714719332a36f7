"""Both sides of a bridge: one thread, one message, one human, whatever comes first."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from convo.clock import HandClock
from convo.engine.inbox import Inbox
from convo.model import Conversation, Message, Person
from convo.store import (
    choices,
    conversation,
    drafts,
    errands,
    ingest,
    outbox,
    people,
    persons,
    search,
    triage,
    upkeep,
)
from convo.store.journal import Told
from convo.views import Draft, Seen, State, View
from tests.store.twins_scene import (
    BEN,
    BEN_COPIED,
    HERE,
    ME,
    ME_COPIED,
    ME_THERE,
    POST,
    POST_COPY,
    REPLY,
    REPLY_COPY,
    THERE,
    Sides,
    named,
    said,
)
from tests.store.twins_scene import sides as sides
from tests.store.world import NOW, context


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


def test_the_page_is_where_it_speaks_to_the_user(sides: Sides) -> None:
    """The other side was read first, and does not name the user there."""
    sides.come(replace(REPLY, parent_uri="", root_uri="", mentions=()), replace(REPLY_COPY, parent_uri=""))
    row, (entry,) = sides.row(), sides.entries()
    assert (row.account, row.url) == ("masto", REPLY_COPY.url)
    assert (entry.accounts[0], entry.url) == ("masto", REPLY_COPY.url)


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


def test_who_was_said_to_be_two_before_they_met_stays_two(sides: Sides) -> None:
    sides.come(
        *(replace(one, copy_of="", author=replace(one.author, original="")) for one in (*HERE, *THERE))
    )
    ben = people.by_uid(sides.db, BEN.platform, BEN.uid)
    copied = people.by_uid(sides.db, BEN_COPIED.platform, BEN_COPIED.uid)
    assert ben is not None
    assert copied is not None
    sides.store.write_now(choices.apart, ben.person_id, copied.person_id, NOW)
    sides.come(*HERE, *THERE)
    assert len(people.joined(sides.db, ben.person_id)) == 1


def test_whoever_the_user_wrote_to_elsewhere_is_no_stranger(sides: Sides) -> None:
    """Not in the conversation in which they are met: they said something else on the other side."""
    sides.come(*HERE)
    mine = said("https://one.example/users/me/statuses/3", ME, "The red", 3, parent_uri=REPLY_COPY.uri)
    sides.come(mine, kind="own")
    sides.come(said("at://did:plc:ben/app.bsky.feed.post/8", BEN, "And this?", 2, mentions=named(ME_THERE)))
    ben = people.by_uid(sides.db, BEN.platform, BEN.uid)
    assert ben is not None
    assert persons.known_among(sides.db, {ben.person_id}) == set()
    another = said("https://bsky.brid.gy/9", BEN_COPIED, "Hello there", 1, mentions=named(ME))
    sides.come(another)
    assert persons.known_among(sides.db, {ben.person_id}) == {ben.person_id}


def test_a_name_that_is_no_hosts(sides: Sides) -> None:
    """A bridge puts "-" for "_", and an address may not say the name."""
    ana = Person("mastodon", "https://far.example/@ana_b", "ana_b@far.example", "Ana")
    copied = Person(
        "bluesky", "did:plc:ana", "ana-b.far.example.ap.brid.gy", "Ana", original="ana-b.far.example"
    )
    sides.come(said("at://did:plc:ana/app.bsky.feed.post/1", copied, "Moss", 5, copy_of="https://far.example/n/1",
               mentions=named(ME_THERE)))  # fmt: skip
    sides.come(
        said("https://far.example/1", ana, "Moss", 5, url="https://far.example/n/1", mentions=named(ME))
    )
    assert sides.waiting() == ["Moss"]


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


def test_each_account_marks_what_it_saw(sides: Sides) -> None:
    sides.come(*HERE, *THERE)
    for platform, message in (("mastodon", REPLY_COPY), ("bluesky", REPLY)):
        found = errands.ref(sides.db, sides.accounts[platform], sides.entries()[1].uri)
        assert found is not None
        assert (found.uri, found.local_id) == (message.uri, message.local_id)


def test_a_search_finds_what_is_shown(sides: Sides) -> None:
    sides.come(*HERE, *THERE)
    inbox = Inbox(sides.store, HandClock(NOW))
    for newest in (True, False):
        (hit,) = inbox.search("mean", newest_first=newest)
        assert hit.message_id == sides.entries()[1].message_id
