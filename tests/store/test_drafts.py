"""Drafts: one text, one place, kept until it is sent or thrown away."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from convo.model import Visibility
from convo.store import Store, drafts
from convo.views import Draft
from tests.store.talk import Talk


@pytest.fixture
def talk(tmp_path: Path) -> Iterator[Talk]:
    talk = Talk(tmp_path, "one", "two")
    yield talk
    talk.close()


def full(talk: Talk, uri: str, account: str = "one") -> Draft:
    return Draft(
        account=account,
        uri=uri,
        text="Yes, we signed on Friday.\nÅ 👩‍👩‍👧",
        cursor=7,
        visibility=Visibility.FOLLOWERS,
        content_warning="house",
        language="sv",
        dropped=("uid:carl", "uid:mia"),
        attachments=(("/home/me/house.png", "A red house"),),
        edits="",
        touched_at=talk.now,
        seen_arrival=7,
    )


def test_a_draft_comes_back_whole_also_after_a_restart(talk: Talk) -> None:
    ana = talk.ask("ana", "One")
    draft = full(talk, ana.uri)
    talk.run(drafts.save, talk.accounts["one"], draft, talk.now)
    assert drafts.load(talk.db, talk.accounts["one"], ana.uri) == draft
    talk.store.close()
    talk.store = Store.open(talk.directory, talk.clock)
    assert drafts.load(talk.db, talk.accounts["one"], ana.uri) == draft


def test_a_draft_never_appears_under_another_message_or_account(talk: Talk) -> None:
    ana, ben = talk.ask("ana", "One", names=("one", "two")), talk.ask("ben", "Two")
    talk.save(ana, account="two")
    one = full(talk, ana.uri)
    two = replace(full(talk, ana.uri, "two"), text="From the other account")
    talk.run(drafts.save, talk.accounts["one"], one, talk.now)
    talk.run(drafts.save, talk.accounts["two"], two, talk.now)
    assert drafts.load(talk.db, talk.accounts["one"], ana.uri) == one
    assert drafts.load(talk.db, talk.accounts["two"], ana.uri) == two
    assert drafts.load(talk.db, talk.accounts["one"], ben.uri) is None
    assert {draft.account for draft in drafts.every(talk.db)} == {"one", "two"}


def test_saving_again_keeps_one_and_the_last_touched_is_first(talk: Talk) -> None:
    ana, ben = talk.ask("ana", "One"), talk.ask("ben", "Two")
    for message in (ana, ben):
        talk.run(drafts.save, talk.accounts["one"], full(talk, message.uri), talk.now)
        talk.clock.step(1)
    later = replace(full(talk, ana.uri), text="More", touched_at=talk.now)
    talk.run(drafts.save, talk.accounts["one"], later, talk.now)
    assert [draft.uri for draft in drafts.every(talk.db)] == [ana.uri, ben.uri]
    assert drafts.every(talk.db)[0].text == "More"


def test_a_message_that_changes_while_one_writes_is_noticed(talk: Talk) -> None:
    ana = talk.ask("ana", "One")
    draft = full(talk, ana.uri)
    account = talk.accounts["one"]
    talk.run(drafts.save, account, draft, talk.now)
    assert not drafts.has_changed(talk.db, account, ana.uri)
    talk.save(replace(ana, text="Two", edited_at=talk.now))
    talk.run(drafts.save, account, replace(draft, text="Yes, but"), talk.now)
    assert drafts.has_changed(talk.db, account, ana.uri)
    reopened = replace(draft, seen_arrival=draft.seen_arrival + 1)
    talk.run(drafts.save, account, reopened, talk.now)
    assert not drafts.has_changed(talk.db, account, ana.uri)


def test_words_that_come_back_stand_before_those_begun_meanwhile(talk: Talk) -> None:
    ana = talk.ask("ana", "One")
    account = talk.accounts["one"]
    talk.run(drafts.save, account, replace(full(talk, ana.uri), text="Begun since"), talk.now)
    options = {"visibility": "direct", "attachments": [["/a", "first"]]}
    talk.run(drafts.put_back, account, ana.uri, "Refused words", options, talk.now)
    draft = drafts.load(talk.db, account, ana.uri)
    assert draft is not None
    assert draft.text == "Refused words\n\nBegun since"
    assert draft.attachments == (("/a", "first"), ("/home/me/house.png", "A red house"))
    assert draft.visibility is Visibility.DIRECT


def test_the_thread_is_told_when_a_draft_comes_and_goes(talk: Talk) -> None:
    ana = talk.ask("ana", "One")
    told: list[frozenset[int]] = []
    talk.store.on_change = told.append
    draft = full(talk, ana.uri)
    talk.run(drafts.save, talk.accounts["one"], draft, talk.now)
    assert told == [frozenset({talk.thread(ana)})]
    talk.run(drafts.save, talk.accounts["one"], replace(draft, text="More"), talk.now + timedelta(seconds=1))
    assert len(told) == 1


def test_pasted_words_are_told_of_and_go_when_the_answer_is_found_there(talk: Talk) -> None:
    ana, ben = talk.ask("ana", "One"), talk.ask("ben", "Two")
    for message in (ana, ben):
        pasted = replace(full(talk, message.uri), pasted=True, seen_arrival=talk.row(message).arrival)
        talk.run(drafts.save, talk.accounts["one"], pasted, talk.now)
    assert (talk.row(ana).to_paste, talk.row(ana).has_draft) == (True, True)
    talk.answer("Yes, we signed on Friday.", ana, ago=timedelta(0))
    assert drafts.load(talk.db, talk.accounts["one"], ana.uri) is None
    assert drafts.load(talk.db, talk.accounts["one"], ben.uri) is not None
    assert talk.row(ben).to_paste


def test_words_that_were_not_pasted_stay_when_the_user_answers_elsewhere(talk: Talk) -> None:
    ana = talk.ask("ana", "One")
    talk.run(drafts.save, talk.accounts["one"], full(talk, ana.uri), talk.now)
    assert not talk.row(ana).to_paste
    talk.answer("Yes", ana, ago=timedelta(0))
    assert drafts.load(talk.db, talk.accounts["one"], ana.uri) is not None
