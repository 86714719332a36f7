"""A message seen again, by whom and on which way: what another look may change, and what it may not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from convo.model import Conversation, Lookup, Message, Person
from convo.store import ingest
from tests.store.world import ANA, BEN, ME, NOW, World, context, message, named, someone, world

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


def test_where_each_look_tells_what_the_filter_holds_it_may_let_go(here: World) -> None:
    held = message(1, ANA, mentions=named(ME), filtered="hidden there", filter_told=True)
    here.page(held)
    assert here.state(held) == "quiet"
    here.store.write_now(ingest.save_lookup, here.one, Lookup((replace(held, filtered=""),)), context())
    assert here.state(held) == "waiting"
    here.store.write_now(ingest.save_lookup, here.one, Lookup((held,)), context())
    assert here.state(held) == "quiet"


# The same words to many ---------------------------------------------------------------------------------


def spread(here: World, author: Person = ANA, count: int = 4) -> list[Message]:
    """The same words in so many conversations."""
    told = [
        message(90 + n, author, COPIED, 5 - n / 10, mentions=named(ME, leading=False)) for n in range(count)
    ]
    here.page(*told)
    return told


def quiet(here: World, *told: Message) -> set[str]:
    return {here.row(one, "quiet")[0].partition(":")[0] for one in told}


def test_the_same_words_in_many_conversations_are_an_accusation(here: World) -> None:
    told = spread(here, count=3)
    assert quiet(here, *told) == {""}, "who was not heard asks again"
    last = message(4, ANA, COPIED, 3, mentions=named(ME, leading=False))
    here.page(last)
    assert quiet(here, *told, last) == {"same-words"}


def test_who_asks_the_same_often_in_one_conversation_is_not_accused(here: World) -> None:
    mine = message(1, ME, hours=9)
    told = [
        message(n, ANA, COPIED, 9 - n, parent_id="1", mentions=named(ME, leading=False)) for n in range(2, 7)
    ]
    here.page(mine, *told)
    assert quiet(here, *told) == {""}
    assert here.state(told[0]) == "waiting"


def test_others_who_say_the_same_accuse_nobody_without_a_link(here: World) -> None:
    told = [message(n, someone(f"p{n}"), COPIED, mentions=named(ME, leading=False)) for n in range(1, 7)]
    here.page(*told)
    assert quiet(here, *told) == {""}
    linked = [
        message(n, someone(f"q{n}"), f"{COPIED} https://x.example/{n}", mentions=named(ME, leading=False))
        for n in range(11, 17)
    ]
    here.page(*linked)
    assert quiet(here, *linked) == {"same-words"}
    assert quiet(here, *told) == {""}


def test_conversations_that_prove_to_be_one_take_the_accusation_back(here: World) -> None:
    spread(here, count=2)
    first = message(1, ANA, COPIED, mentions=named(ME, leading=False))
    again = message(3, ANA, COPIED, 4, parent_id="2", mentions=named(ME, leading=False))
    here.page(first, again)
    here.store.write_now(ingest.give_up, (again.ref,), context())
    here.page(message(9, BEN, mentions=named(ME, leading=False)))
    assert quiet(here, first, again) == {"same-words"}
    here.store.write_now(
        ingest.save_lookup, here.one, Lookup((message(2, BEN, "between", 4.5, parent_id="1"),)), context()
    )
    assert here.thread(first) == here.thread(again)
    assert quiet(here, first, again) == {""}


def test_words_deleted_and_said_anew_are_said_once(here: World) -> None:
    first = spread(here, count=3)[0]
    anew = message(2, ANA, COPIED, 4, mentions=named(ME, leading=False))
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
