"""The reference adapter, reading: paging, visibility, look-ups, conversations."""

from __future__ import annotations

from datetime import timedelta

import pytest

from convo.adapters.contract import (
    Adapter,
    Missing,
)
from convo.adapters.memory import Traits
from convo.model import Visibility
from tests.adapters.memory_stage import START, Stage, pages, run, texts


def test_it_is_an_adapter() -> None:
    adapter: Adapter = Stage().adapter()
    assert adapter.platform == "memory"


def test_the_first_reading_goes_back_newest_first_and_stops_at_since() -> None:
    stage = Stage(page_size=2)
    stage.mention("too old", at=START - timedelta(days=100))
    for number in range(5):
        stage.mention(f"m{number}")
    found = pages(stage.adapter())
    assert texts(found) == ["m4", "m3", "m2", "m1", "m0"]
    assert [page.more for page in found] == [True, True, False]


def test_later_readings_bring_what_is_new_oldest_first() -> None:
    stage = Stage(page_size=2)
    stage.mention("old")
    adapter = stage.adapter()
    cursor = pages(adapter)[-1].cursor
    assert texts(pages(adapter, cursor=cursor)) == []
    for number in range(3):
        stage.mention(f"m{number}")
    assert texts(pages(adapter, cursor=cursor)) == ["m0", "m1", "m2"]


def test_pages_overlap_when_asked_to() -> None:
    stage = Stage(page_size=2, overlap=1)
    for number in range(4):
        stage.mention(f"m{number}")
    adapter = stage.adapter()
    found = pages(adapter)
    assert texts(found) == ["m3", "m2", "m2", "m1", "m0"]
    assert texts(pages(adapter, cursor=found[-1].cursor)) == ["m3"]


def test_what_arrives_while_the_list_is_read_comes_after_it_and_is_not_lost() -> None:
    stage = Stage(page_size=2)
    for number in range(4):
        stage.mention(f"m{number}")
    arriving = iter(["new"])

    def move(channel: str) -> None:
        for text in arriving:
            stage.mention(text)

    stage.server.after_page = move
    adapter = stage.adapter()
    found = pages(adapter)
    assert texts(found) == ["m3", "m2", "m1", "m0"]
    assert texts(pages(adapter, cursor=found[-1].cursor)) == ["new"]


def test_only_who_may_see_a_message_sees_it() -> None:
    stage = Stage()
    ben = stage.world.person(stage.server, "ben")
    stage.world.write(stage.server, stage.ana, "psst", names=(ben,), visibility=Visibility.DIRECT)
    hers = stage.world.write(stage.server, stage.ana, "friends", visibility=Visibility.FOLLOWERS)
    adapter = stage.adapter()
    assert run(adapter.lookup([hers.ref])).gone == (hers.uri,)
    stage.world.followers[stage.ana.uid] = {stage.me.uid}
    assert [one.text for one in run(adapter.lookup([hers.ref])).messages] == ["friends"]


def test_direct_messages_may_stand_apart() -> None:
    stage = Stage(direct_apart=True)
    stage.mention("aloud")
    stage.mention("psst", visibility=Visibility.DIRECT)
    adapter = stage.adapter()
    assert [channel.name for channel in adapter.channels] == [
        "mentions",
        "direct",
        "own",
        "contexts",
        "people",
    ]
    assert texts(pages(adapter)) == ["aloud"]
    assert texts(pages(adapter, "direct")) == ["psst"]


def test_two_servers_of_one_network_know_a_message_by_their_own_ids() -> None:
    stage = Stage()
    stage.server.network = "fediverse"
    other = stage.world.server("two.example", network="fediverse", traits=Traits(parents="id"))
    stage.world.sign_in(other, stage.me, "token")
    root = stage.mention("question")
    stage.world.write(stage.server, stage.ana, "and one more", to=root, names=(stage.me,))
    here, there = (pages(stage.adapter(server))[0].messages for server in (stage.server, other))
    assert [one.uri for one in here] == [one.uri for one in there]
    assert here[0].local_id != there[0].local_id
    assert (here[0].parent_uri, here[0].parent_id) == (root.uri, "")
    assert (there[0].parent_uri, there[0].parent_id) == ("", there[1].local_id)


def test_a_malformed_item_is_skipped_and_named() -> None:
    stage = Stage()
    stage.mention("good")
    stage.server.malformed.add(stage.mention("bad").uri)
    stage.mention("fine")
    (page,) = pages(stage.adapter())
    assert texts([page]) == ["fine", "good"]
    assert len(page.skipped) == 1
    assert "one.example" in page.skipped[0]


def test_a_deletion_is_told_or_found_by_look_up() -> None:
    stage = Stage(tells_deletions=True)
    message = stage.mention("oops")
    adapter = stage.adapter()
    cursor = pages(adapter)[-1].cursor
    stage.world.delete(message.uri)
    assert pages(adapter, cursor=cursor)[0].gone == (message.uri,)
    assert run(adapter.lookup([message.ref])).gone == (message.uri,)


def test_an_edit_that_first_names_somebody_is_told_where_the_server_does() -> None:
    for notifies in (True, False):
        stage = Stage(edits_notify=notifies)
        message = stage.world.write(stage.server, stage.ana, "hello")
        adapter = stage.adapter()
        cursor = pages(adapter)[-1].cursor
        stage.world.edit(message.uri, "hello @me", names=(stage.me,))
        assert texts(pages(adapter, cursor=cursor)) == (["hello @me"] if notifies else [])


def test_contexts_bring_answers_nobody_told_of_and_people_the_hidden() -> None:
    stage = Stage()
    mine = stage.world.write(stage.server, stage.me, "moss")
    stage.world.write(stage.server, stage.ana, "which one?", to=mine, silent=True)
    stage.server.hidden[stage.me.uid] = {"https://one.example/users/spam"}
    adapter = stage.adapter()
    assert texts(pages(adapter)) == []
    assert texts(pages(adapter, "contexts")) == ["which one?"]
    assert pages(adapter, "people")[0].hidden == ("https://one.example/users/spam",)


def test_a_conversation_has_what_is_above_and_below() -> None:
    stage = Stage(context_limit=3)
    root = stage.world.write(stage.server, stage.me, "moss")
    answer = stage.world.write(stage.server, stage.ana, "which?", to=root)
    stage.world.write(stage.server, stage.me, "green", to=answer)
    adapter = stage.adapter()
    whole = run(adapter.conversation(answer.ref))
    assert [one.text for one in whole.messages] == ["moss", "which?", "green"]
    assert whole.partial == ""
    stage.world.write(stage.server, stage.ana, "thanks", to=answer)
    assert run(adapter.conversation(answer.ref)).partial
    stage.world.delete(answer.uri)
    with pytest.raises(Missing):
        run(adapter.conversation(answer.ref))


def test_strangers_text_is_cleaned() -> None:
    stage = Stage()
    stage.mention("a\x1b[31mb\u202ec")
    assert texts(pages(stage.adapter())) == ["a[31mbc"]
