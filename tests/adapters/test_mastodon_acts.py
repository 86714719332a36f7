"""Mastodon, beside answering: looking up, conversations, changing, deleting, read marks, mutes and blocks."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from convo.adapters.contract import (
    Missing,
    Refused,
)
from convo.adapters.mastodon import Mastodon
from convo.model import Ref
from tests.adapters.mastodon_scene import KINDS, Make, answered, drain
from tests.adapters.mastodon_scene import make as make
from tests.simulators import faults
from tests.simulators.faults import Fault


@pytest.mark.parametrize("kind", KINDS)
def test_look_up_finds_edits_and_deletions(make: Make, kind: str) -> None:
    world = make(kind, delete_lingers=False)
    statuses = [world.say(world.zoe, f"@me {number}") for number in range(45)]

    async def work(adapter: Mastodon) -> Any:
        refs = [message.ref for message in (await drain(adapter)).messages]
        world.net.change(statuses[3], "@me changed")
        world.net.delete(statuses[4])
        before = world.site.home.asked("GET", "/api/v1/statuses")
        found = await adapter.lookup(refs)
        return found, len(world.site.home.asked("GET", "/api/v1/statuses")) - len(before)

    found, cost = world.run(work)
    texts = {message.uri: message.text for message in found.messages}
    assert texts[statuses[3].uri].endswith("changed")
    assert len(texts) == 44
    assert found.gone == (statuses[4].uri,)
    assert cost == 3 if kind == "mastodon" else cost >= 45


@pytest.mark.parametrize("kind", KINDS)
def test_a_conversation_with_its_parents(make: Make, kind: str) -> None:
    world = make(kind)
    root = world.say(world.zoe, "root")
    mine = world.say(world.me, "@zoe@other.example mine", to=root)
    focus = world.say(world.zoe, "@me focus", to=mine)
    below = world.say(world.me, "@zoe@other.example below", to=focus)
    found = world.run(lambda adapter: adapter.conversation(Ref(focus.uri, focus.id)))
    assert [message.uri for message in found.messages] == [one.uri for one in (root, mine, focus, below)]
    assert [message.parent_uri for message in found.messages] == ["", root.uri, mine.uri, focus.uri]
    assert found.partial == ""


def test_a_hole_in_a_conversation_is_said(make: Make) -> None:
    world = make()
    root = world.say(world.zoe, "root")
    middle = world.say(world.zoe, "middle", to=root)
    focus = world.say(world.zoe, "@me focus", to=middle)
    world.net.delete(middle)
    found = world.run(lambda adapter: adapter.conversation(Ref(focus.uri, focus.id)))
    assert found.partial == "127.0.0.1 shows only a part of this conversation."
    header = {"Mastodon-Async-Refresh": 'id="x", retry=5, result_count=0'}
    world.site.home.add(Fault(change=lambda answer: answer.with_headers(**header)), path="/context")
    alone = world.say(world.zoe, "@me alone")
    found = world.run(lambda adapter: adapter.conversation(Ref(alone.uri, alone.id)))
    assert found.partial == "127.0.0.1 is still asking other servers for answers."
    world.net.delete(alone)
    with pytest.raises(Missing):
        world.run(lambda adapter: adapter.conversation(Ref(alone.uri, alone.id)))


@pytest.mark.parametrize("kind", KINDS)
def test_edit_and_delete_wherever_the_id_went(make: Make, kind: str) -> None:
    world = make(kind, delete_lingers=False)
    status = world.say(world.zoe, "@me hi", spoiler="food")

    async def work(adapter: Mastodon) -> None:
        (parent,) = (await drain(adapter)).messages
        first = await answered(adapter, parent, "yes")
        changed = await adapter.edit(first.ref, "@zoe@other.example no")
        assert changed.uri == first.uri
        assert changed.text == "@zoe@other.example no"
        assert changed.content_warning == "food"
        again = await adapter.edit(first.ref, "@zoe@other.example never")
        assert again.text.endswith("never")
        await adapter.delete(first.ref)
        await adapter.delete(first.ref)
        with pytest.raises(Missing):
            await adapter.edit(first.ref, "x")

        with pytest.raises(Refused, match="Only its author"):
            await adapter.delete(parent.ref)
        with pytest.raises(Refused, match="Only its author"):
            await adapter.edit(parent.ref, "put into their mouth")

    world.run(work)
    assert not status.deleted
    assert world.mine() == []


def test_a_poll_is_not_ended_by_an_edit(make: Make) -> None:
    world = make()
    status = world.say(world.me, "which?")
    status.extra["poll"] = {"options": [{"title": "a"}]}
    (message,) = world.run(lambda adapter: drain(adapter, "own")).messages
    assert "edit" in message.refusals
    with pytest.raises(Refused, match="poll"):
        world.run(lambda adapter: adapter.edit(message.ref, "x"))


@pytest.mark.parametrize("kind", KINDS)
def test_the_read_mark_only_moves_forward(make: Make, kind: str) -> None:
    world = make(kind)
    for number in range(3):
        world.say(world.zoe, f"@me {number}")

    async def work(adapter: Mastodon) -> None:
        refs = {message.text[-1]: message.ref for message in (await drain(adapter)).messages}
        world.site.home.add(faults.refuses(409), method="POST", path="/markers")
        await adapter.mark_read(refs["1"])
        mark = dict(world.me.markers)
        await adapter.mark_read(refs["0"])
        assert world.me.markers == mark
        await adapter.mark_read(replace(refs["2"], data=""))
        assert kind == "takahe" or world.me.markers["last_read_id"] != mark["last_read_id"]
        await adapter.mark_read(Ref("https://other.example/unknown", "1"))

    world.run(work)
    newest = world.net.notifications[-1].id
    assert world.me.markers.get("last_read_id", newest) == newest
    assert bool(world.me.markers) == (kind != "takahe")


def test_mute_and_block(make: Make) -> None:
    world = make()
    status = world.say(world.zoe, "@me hi")

    async def work(adapter: Mastodon) -> None:
        (message,) = (await drain(adapter)).messages
        await adapter.mute_thread(message.ref, True)
        assert world.me.muted_threads
        await adapter.mute_thread(message.ref, False)
        await adapter.mute_person(message.author.uid, True)
        await adapter.block(message.author.uid, True)
        assert (world.me.muted, world.me.blocked) == ({world.zoe.id}, {world.zoe.id})
        await adapter.mute_person(message.author.uid, False)
        await adapter.block(message.author.uid, False)
        assert (world.me.muted, world.me.blocked) == (set(), set())
        with pytest.raises(Refused, match="does not find"):
            await adapter.block("https://nowhere.example/@x", True)
        with pytest.raises(Refused):
            await adapter.moderate(message.ref, "approve")

    world.run(work)
    assert status
