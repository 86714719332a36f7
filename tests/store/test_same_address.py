"""One message under one address, seen through accounts of two platforms that speak one protocol."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from convo.model import Message, Person
from convo.store import conversation, people
from convo.views import State
from tests.store.twins_scene import Sides, named, said
from tests.store.world import NOW

ME = Person("mastodon", "https://one.example/@me", "me@one.example", "Kim Me")
ME_THERE = Person("lemmy", "https://forum.example/u/me", "me@forum.example", "Kim There")
ME_SEEN = Person("lemmy", "https://one.example/users/me", "me@one.example", "Kim Me")
BEN = Person("mastodon", "https://far.example/@ben", "ben@far.example", "Ben")
BEN_SEEN = Person("lemmy", "https://far.example/users/ben", "ben@far.example", "Ben")

POST = said(
    "https://forum.example/post/1", ME_THERE, "Who knows **moss**?", 30, url="https://forum.example/post/1"
)
POST_SEEN = replace(
    POST,
    author=Person("mastodon", ME_THERE.uid, "me@forum.example", "Kim"),
    text="Who knows moss?",
    local_id="1",
)
REPLY = said(
    "https://far.example/users/ben/statuses/5", BEN, "@me@one.example I do.", 20, parent_id="1", local_id="5",
    mentions=named(ME), url="https://far.example/@ben/5",
)  # fmt: skip
REPLY_SEEN = said(
    REPLY.uri, BEN_SEEN, "[@me](https://one.example/@me) I do.", 20, parent_uri=POST.uri, url="https://forum.example/c/9",
    local_id="9",
)  # fmt: skip


@pytest.fixture
def sides(tmp_path: Path) -> Iterator[Sides]:
    made = Sides(tmp_path / "data", masto=ME, forum=ME_THERE)
    yield made
    made.store.close()


@pytest.mark.parametrize(
    "order",
    [
        (POST, POST_SEEN, REPLY, REPLY_SEEN),
        (POST_SEEN, REPLY, POST, REPLY_SEEN),
        (POST, REPLY_SEEN, POST_SEEN, REPLY),
    ],
)
def test_one_message(sides: Sides, order: tuple[Message, ...]) -> None:
    for _ in range(2):
        sides.come(*order)
        row = sides.row()
        assert (row.state, sorted(row.accounts)) == (State.WAITING, ["forum", "masto"])
        mine, theirs = sides.entries()
        assert (mine.author.is_me, theirs.waiting) == (True, True)
        for platform, seen in (("mastodon", REPLY), ("lemmy", REPLY_SEEN)):
            message = conversation.message_of(sides.db, theirs.uri, sides.accounts[platform])
            assert message is not None
            assert (message.uri, message.local_id) == (REPLY.uri, seen.local_id)
    assert len(people.joined(sides.db, theirs.author.person_id)) == 2


def test_my_words_seen_on_the_other_side_are_mine(sides: Sides) -> None:
    sides.come(POST, POST_SEEN, REPLY, REPLY_SEEN)
    mine = said(
        "https://one.example/users/me/statuses/6", ME, "Do tell", 1, parent_uri=REPLY.uri, local_id="6"
    )
    sides.come(mine, kind="own")
    assert sides.row().state is State.ANSWERED
    sides.come(replace(mine, author=ME_SEEN, text="Do *tell*"))
    assert sides.row().state is State.ANSWERED
    assert [entry.author.is_me for entry in sides.entries()] == [True, False, True]


def test_a_look_does_not_change_the_words_to_and_fro(sides: Sides) -> None:
    sides.come(POST, POST_SEEN, REPLY, REPLY_SEEN)
    before = sides.db.execute("SELECT id, uri, text, arrival FROM message ORDER BY id").fetchall()
    sides.come(REPLY_SEEN, REPLY, REPLY_SEEN)
    assert sides.db.execute("SELECT id, uri, text, arrival FROM message ORDER BY id").fetchall() == before


@pytest.mark.parametrize("handle", ["eve@far.example", "ben@evil.example", "ben"])
def test_nobody_elses_words_take_an_address(sides: Sides, handle: str) -> None:
    sides.come(POST, POST_SEEN, REPLY)
    eve = Person("lemmy", "https://far.example/users/eve", handle, "Eve")
    sides.come(replace(REPLY_SEEN, author=eve, text="Buy my moss", edited_at=NOW))
    assert [entry.text for entry in sides.entries()][1:] == [REPLY.text]
    assert [entry.author.name for entry in sides.entries()][1:] == ["Ben"]


def test_a_new_account_of_the_same_name_is_somebody_else(sides: Sides) -> None:
    sides.come(POST, POST_SEEN, REPLY)
    anew = replace(BEN, uid="https://far.example/@ben-anew")
    sides.come(replace(REPLY, author=anew, text="Buy my moss", edited_at=NOW))
    assert sides.waiting() == [REPLY.text]


def test_it_speaks_to_the_user_when_it_does_through_any_account(sides: Sides) -> None:
    """Lemmy tells of no names: there it only answers somebody else."""
    sides.come(POST, POST_SEEN, REPLY)
    elsewhere = replace(REPLY_SEEN, parent_uri="https://forum.example/comment/7")
    sides.come(elsewhere)
    assert sides.waiting() == [REPLY.text]


@pytest.mark.parametrize("order", [(REPLY, REPLY_SEEN), (REPLY_SEEN, REPLY)])
def test_an_edit_and_a_deletion(sides: Sides, order: tuple[Message, ...]) -> None:
    sides.come(POST, POST_SEEN, *order)
    edited = replace(REPLY, text="@me@one.example I do, I do.", edited_at=NOW)
    sides.come(edited, REPLY_SEEN)
    assert sides.waiting() == [edited.text]
    sides.come(replace(REPLY_SEEN, text="[@me](https://one.example/@me) I do, I do.", edited_at=NOW))
    (words,) = sides.waiting()
    assert words.endswith("I do, I do.")
    sides.come(edited)
    assert sides.waiting() == [words]
    sides.gone(REPLY_SEEN)
    assert sides.waiting() == []
