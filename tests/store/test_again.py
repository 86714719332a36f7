"""A message seen again, by whom and on which way: what another look may change, and what it may not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from convo.model import Conversation, Lookup
from convo.store import ingest
from tests.store.world import ANA, BEN, ME, NOW, World, context, message, named, world

COPIED = "Come and see our wonderful new growth course for people like you"


@pytest.fixture
def here(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path / "data", two=True) as made:
        yield made


# What only one way of asking tells ----------------------------------------------------------------------


def test_what_an_adapter_keeps_with_a_message_outlives_a_look_that_brings_none(here: World) -> None:
    said = message(1, ANA, mentions=named(ME), data='{"tray":true}')
    here.page(said)
    here.store.write_now(
        ingest.save_conversation, here.one, Conversation((replace(said, data=""),)), context()
    )
    assert ingest.refs(here.db, here.one, [1])[0].data == '{"tray":true}'
    here.page(replace(said, data='{"tray":false}'))
    assert ingest.refs(here.db, here.one, [1])[0].data == '{"tray":false}'


@pytest.mark.parametrize("kind", ["own", "slow"])
def test_what_the_tray_holds_stays_there_when_it_is_only_found(here: World, kind: str) -> None:
    held = message(1, ANA, mentions=named(ME), filtered="filtered notifications")
    here.page(held)
    assert here.state(held) == "quiet"
    found = replace(held, filtered="", text="edited words", edited_at=NOW - timedelta(hours=1))
    here.store.write_now(ingest.save_conversation, here.one, Conversation((found,)), context())
    here.store.write_now(ingest.save_lookup, here.one, Lookup((found,)), context())
    here.page(found, kind=kind)
    assert here.row(held, "text, filtered") == ("edited words", "filtered notifications")
    assert here.state(held) == "quiet"
    here.page(found)
    assert here.state(held) == "waiting"


# The same words to many ---------------------------------------------------------------------------------


def test_who_asks_the_same_twice_in_one_conversation_is_not_accused(here: World) -> None:
    mine = message(1, ME, hours=9)
    first = message(2, ANA, COPIED, parent_id="1", mentions=named(ME, leading=False))
    again = message(3, ANA, COPIED, 4, parent_id="2", mentions=named(ME, leading=False))
    here.page(mine, first, again)
    assert here.state(first) == "waiting"
    other = message(4, BEN, COPIED, 3, parent_id="1", mentions=named(ME, leading=False))
    here.page(other)
    assert {here.row(one, "quiet")[0][:10] for one in (first, again, other)} == {"same-words"}


def test_conversations_that_prove_to_be_one_take_the_accusation_back(here: World) -> None:
    first = message(1, ANA, COPIED, mentions=named(ME, leading=False))
    again = message(3, ANA, COPIED, 4, parent_id="2", mentions=named(ME, leading=False))
    here.page(first, again)
    here.store.write_now(ingest.give_up, (again.ref,), context())
    here.page(message(9, BEN, mentions=named(ME, leading=False)))
    here.store.write_now(
        ingest.save_lookup, here.one, Lookup((message(2, BEN, "between", 4.5, parent_id="1"),)), context()
    )
    assert here.thread(first) == here.thread(again)
    assert here.row(first, "quiet") == here.row(again, "quiet") == ("",)


def test_words_deleted_and_said_anew_are_said_once(here: World) -> None:
    first = message(1, ANA, COPIED, mentions=named(ME, leading=False))
    anew = message(2, ANA, COPIED, 4, mentions=named(ME, leading=False))
    here.page(first)
    here.page(anew)
    assert here.state(anew) == "quiet"
    here.page(gone=(first.uri,))
    assert here.state(anew) == "waiting"


# Deleted anywhere ---------------------------------------------------------------------------------------


def test_what_one_server_reported_deleted_another_does_not_bring_back(here: World) -> None:
    said = message(1, ANA, "secret", mentions=named(ME, ME))
    here.page(said)
    here.page(said, account=here.two)
    here.page(gone=(said.uri,))
    here.page(said, account=here.two)
    here.store.write_now(ingest.save_conversation, here.two, Conversation((said,)), context())
    assert here.row(said, "text, deleted, account_ids") == ("", 1, f"{here.one} {here.two}")
    assert here.state(said) == "history"
    here.check_index()


def test_an_account_that_never_saw_it_does_not_bring_it_back_either(here: World) -> None:
    said = message(1, ANA, "secret", mentions=named(ME))
    here.page(said)
    here.page(replace(said, deleted=True))
    here.page(said, account=here.two)
    assert here.row(said, "text, deleted, account_ids") == ("", 1, f"{here.one} {here.two}")


@pytest.mark.parametrize("later", ["edited", "created"])
def test_a_version_made_after_the_report_is_alive(here: World, later: str) -> None:
    said = message(1, ANA, "old words", mentions=named(ME))
    here.page(said)
    here.page(gone=(said.uri,))
    at = NOW + timedelta(minutes=5)
    new = (
        replace(said, text="new words", edited_at=at)
        if later == "edited"
        else replace(said, text="new words", created_at=at)
    )
    here.page(new, account=here.two, ctx=context(NOW + timedelta(minutes=9)))
    assert here.row(said, "text, deleted") == ("new words", 0)
    assert here.state(said) == "waiting"
    here.page(said)
    assert here.row(said, "deleted") == (0,)
    here.check_index()


def test_the_server_that_reported_it_takes_its_word_back(here: World) -> None:
    said = message(1, ANA, "hidden for a while", mentions=named(ME))
    here.page(said)
    here.page(said, account=here.two)
    here.page(gone=(said.uri,))
    here.store.write_now(ingest.save_lookup, here.two, Lookup(gone=(said.uri,)), context())
    here.page(said)
    assert here.row(said, "deleted") == (1,), "the other one still says that it is gone"
    here.page(said, account=here.two)
    assert here.row(said, "text, deleted") == ("hidden for a while", 0)
    assert here.state(said) == "waiting"
