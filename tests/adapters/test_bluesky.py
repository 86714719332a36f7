"""The Bluesky adapter beyond the conformance suite: what its fact sheet says, on the simulator and on real answers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from convo.adapters._bluesky_login import TypedPassword
from convo.adapters.contract import (
    Ambiguous,
    Credential,
    Refused,
    RetryAt,
)
from convo.model import Message, Page, Ref, Reply, Upload
from convo.testing import Trouble, Where
from convo.testing.tools import acted, answer_to, long_ago, received, signed_in
from tests.adapters.bluesky_world import BlueskyWorld
from tests.simulators import faults
from tests.simulators._bluesky_network import BLOCK, POST
from tests.simulators.faults import Cut, Fault
from tests.simulators.messages import json_answer

THREAD = "app.bsky.feed.getPostThread"


def run(test: Any) -> None:
    asyncio.run(test)


@pytest.fixture
def world() -> Iterator[BlueskyWorld]:
    built = BlueskyWorld()
    yield built
    built.stop()


def written(world: BlueskyWorld, by: str, text: str, **more: Any) -> Ref:
    """A post with any record."""
    return Ref(world._write(by, text, **more).uri)


Walked = tuple[list[Message], list[str], str, list[Page]]


async def pages(world: BlueskyWorld, channel: str, cursor: str = "") -> Walked:
    adapter = await signed_in(world)
    found: list[Page] = []
    while not found or found[-1].more:
        found.append(await adapter.fetch(channel, found[-1].cursor if found else cursor, long_ago(world)))
        assert len(found) < 50
    messages = [message for page in found for message in page.messages]
    return messages, [uri for page in found for uri in page.gone], found[-1].cursor, found


class TestReading:
    @acted
    async def test_a_reply_that_names_me_is_a_reply_by_its_record(self, world: BlueskyWorld) -> None:
        mine = world.i_post("mine")
        world._write("ana", "hello", to=mine, naming=("me",))
        [(note, _)] = world.net.listed(world.net.actors[world.me])
        assert (note.reason, note.subject) == ("mention", "")
        [message], _, _, _ = await pages(world, "notifications")
        assert message.parent_uri == mine.uri

    @acted
    async def test_a_back_dated_message_is_found_once(self, world: BlueskyWorld) -> None:
        world.someone_mentions_me("new")
        _, _, cursor, _ = await pages(world, "notifications")
        world.someone_mentions_me("old", stated=world.now() - timedelta(hours=30))
        first, _, cursor, _ = await pages(world, "notifications", cursor)
        again, _, _, _ = await pages(world, "notifications", cursor)
        assert ([m.text.split()[0] for m in first], again) == (["old"], [])

    @acted
    async def test_older_ones_are_found_by_the_daily_deep_walk(self, world: BlueskyWorld) -> None:
        world.someone_mentions_me("new")
        for number in range(100):
            world.someone_mentions_me(f"n{number}", stated=world.now() - timedelta(days=5))
        _, _, cursor, _ = await pages(world, "notifications")
        world.someone_mentions_me("old", stated=world.now() - timedelta(days=10))
        now, _, cursor, looked = await pages(world, "notifications", cursor)
        assert (now, len(looked)) == ([], 1)
        marks = json.loads(cursor)
        later, _, _, _ = await pages(
            world, "notifications", json.dumps({**marks, "deep": marks["deep"] - 86_400_000})
        )
        assert [m.text.split()[0] for m in later] == ["old"]

    @acted
    async def test_full_pages_without_a_cursor_leave_the_mark_where_it_was(self, world: BlueskyWorld) -> None:
        for number in range(101):
            world.someone_mentions_me(f"n{number}")
        world.server.quirks.no_cursor = True
        first, _, cursor, _ = await pages(world, "notifications")
        world.server.quirks.no_cursor = False
        second, _, _, _ = await pages(world, "notifications", cursor)
        assert (len(first), len(second)) == (100, 1)

    @acted
    async def test_an_edit_comes_again(self, world: BlueskyWorld) -> None:
        said = world.someone_mentions_me("first")
        _, _, cursor, _ = await pages(world, "notifications")
        did, _, rkey = said.uri.removeprefix("at://").split("/")
        record = world.net.records[said.uri]
        world.net.put(did, POST, rkey, {**record.value, "text": "changed"}, at=record.indexed_at)
        again, _, _, _ = await pages(world, "notifications", cursor)
        assert [message.text.split()[0] for message in again] == ["changed"]

    @acted
    async def test_the_users_posts_of_any_app_and_those_that_went(self, world: BlueskyWorld) -> None:
        to = world.someone_mentions_me("question")
        kept, lost = world.i_answer_elsewhere(to, "answer"), world.i_post("soon gone")
        messages, _, cursor, looked = await pages(world, "own")
        assert {(m.uri, m.parent_uri) for m in messages} == {(kept.uri, to.uri), (lost.uri, "")}
        assert len(looked) == 1
        world.delete(lost)
        again, gone, cursor, _ = await pages(world, "own", cursor)
        assert (again, gone) == ([], [lost.uri])
        world.delete(kept)
        assert (await pages(world, "own", cursor))[1] == [kept.uri]

    @acted
    async def test_an_empty_repository_is_not_believed_at_once(self, world: BlueskyWorld) -> None:
        for number in range(11):
            world.i_post(f"post {number}")
        _, _, cursor, _ = await pages(world, "own")
        world.site.home.add(Fault(answer=json_answer({"records": []})), path="listRecords")
        _, gone, cursor, _ = await pages(world, "own", cursor)
        assert gone == []
        messages, gone, _, _ = await pages(world, "own", cursor)
        assert (messages, gone) == ([], [])

    @acted
    async def test_only_at_the_edge_of_depth_is_asked_again(self, world: BlueskyWorld) -> None:
        place = top = world.i_post("level 0")
        for level in range(1, 14):
            place = world._write("ana", f"level {level}", to=place)
        hidden = world._write("ben", "behind a block", to=top)
        world._write("ana", "below it", to=hidden)
        block = {"$type": BLOCK, "subject": world.me, "createdAt": "2026-11-20T12:00:00Z"}
        world.net.put(world.uid("ben"), BLOCK, world.net.next_rkey(), block)
        adapter = await signed_in(world)
        found = await adapter.conversation(Ref(top.uri))
        assert [m.text for m in found.messages] == [f"level {n}" for n in range(14)]
        assert "block" in found.partial
        assert not any(m.more_below for m in found.messages)
        assert len(world.site.home.asked(path=THREAD)) == 2

    @acted
    async def test_no_handle_no_name_unknown_embed(self, world: BlueskyWorld) -> None:
        ana = world.net.actor("ana")
        ana.extra = {"handle": "handle.invalid", "displayName": ""}
        said = world._write("ana", "look", naming=("me",), embed={"$type": "app.bsky.embed.hologram", "x": 1})
        message = await received(await signed_in(world), world, said)
        assert (message.author.handle, message.author.name) == (ana.did, "")
        assert not message.attachments
        assert not message.quotes

    @acted
    async def test_labels_cover(self, world: BlueskyWorld) -> None:
        values = [{"val": "sexual"}, {"val": "food"}, {"val": "!no-unauthenticated"}]
        labels = {"$type": "com.atproto.label.defs#selfLabels", "values": values}
        said = world._write("ana", "look", naming=("me",), labels=labels)
        world.net.records[said.uri].extra = {"labels": [{"val": "!warn"}, {"val": "spam"}]}
        adapter = await signed_in(world)
        message = await received(adapter, world, said)
        assert message.content_warning == "sexual, warned about by Bluesky's moderation, food"
        assert message.filtered == "Bluesky's moderation calls it spam"
        await adapter.answer(await adapter.prepare(answer_to(adapter, message, "answer")))
        assert world.standing()[-1].content_warning == "sexual, food"
        with pytest.raises(Refused, match="it knows only"):
            await adapter.prepare(answer_to(adapter, message, "answer", content_warning="politics"))

    @acted
    async def test_the_look_up_of_a_fresh_own_post_does_not_call_it_gone(self, world: BlueskyWorld) -> None:
        to = world.someone_mentions_me("question")
        adapter = await signed_in(world)
        parent = await received(adapter, world, to)
        world.net.settle()
        world.net.settled = False
        mine = await adapter.answer(await adapter.prepare(answer_to(adapter, parent, "answer")))
        assert (await adapter.lookup([mine.ref])).gone == ()
        await adapter.delete(mine.ref)
        assert (await adapter.lookup([mine.ref])).gone == (mine.uri,)

    @acted
    async def test_who_cannot_be_answered_says_why(self, world: BlueskyWorld) -> None:
        said = world.someone_mentions_me("hello")
        world.lock(said)
        message = await received(await signed_in(world), world, said)
        assert "does not let you answer" in message.refusals["answer"]


class TestAnswering:
    @acted
    async def test_the_root_is_the_parents_root(self, world: BlueskyWorld) -> None:
        root = world.i_post("root")
        said = world._write("ana", "reply", to=root)
        adapter = await signed_in(world)
        request = await adapter.prepare(Reply("k", await received(adapter, world, said), "answer"))
        reply = json.loads(request)["record"]["reply"]
        records = world.net.records
        assert reply["root"] == {"uri": root.uri, "cid": records[root.uri].cid}
        assert reply["parent"] == {"uri": said.uri, "cid": records[said.uri].cid}

    @acted
    async def test_a_timeout_then_the_same_bytes_is_one_post(self, world: BlueskyWorld) -> None:
        said = world.someone_mentions_me("hello")
        adapter = await signed_in(world)
        request = await adapter.prepare(Reply("k", await received(adapter, world, said), "answer"))
        world.site.home.add(faults.cut(Cut.BEFORE, done=True), path="putRecord")
        with pytest.raises(Ambiguous):
            await adapter.answer(request)
        again = await adapter.answer(request)
        assert [one.uri for one in world.standing()] == [again.uri]

    @acted
    async def test_names_that_nobody_has_stay_text(self, world: BlueskyWorld) -> None:
        said = world.someone_mentions_me("hello")
        adapter = await signed_in(world)
        text = "é @ana.test and @nobody.example"
        record = json.loads(await adapter.prepare(Reply("k", await received(adapter, world, said), text)))[
            "record"
        ]
        [facet] = record["facets"]
        assert facet["features"][0]["did"] == world.uid("ana")
        assert text.encode()[facet["index"]["byteStart"] : facet["index"]["byteEnd"]] == b"@ana.test"

    @acted
    async def test_what_is_too_long_or_too_large_is_refused_before(self, world: BlueskyWorld) -> None:
        said = world.someone_mentions_me("hello")
        adapter = await signed_in(world)
        parent = await received(adapter, world, said)
        with pytest.raises(Refused, match="Too long for Bluesky by 1\\."):
            await adapter.prepare(Reply("k", parent, "x" * 301))
        with pytest.raises(Refused, match="bytes"):
            await adapter.prepare(Reply("k", parent, "👩‍👩‍👧‍👦" * 200))
        assert not world.standing()

    @pytest.mark.parametrize(("size", "fits"), [(1_000_000, True), (1_000_001, False)])
    def test_pictures(self, world: BlueskyWorld, tmp_path: Path, size: int, fits: bool) -> None:
        picture = tmp_path / "moss.png"
        picture.write_bytes(b"\x89PNG" + b"0" * (size - 4))

        async def play() -> None:
            adapter = await signed_in(world)
            said = world.someone_mentions_me("hello")
            parent = await received(adapter, world, said)
            reply = Reply("k", parent, "", attachments=(Upload(str(picture), "Moss on a stone"),))
            if fits:
                await adapter.answer(await adapter.prepare(reply))
                assert world.standing()[-1].alts == ("Moss on a stone",)
            else:
                with pytest.raises(Refused, match=r"moss.png has 1,000,001 bytes"):
                    await adapter.prepare(reply)
            await world.close()

        run(play())

    @acted
    async def test_other_files_are_refused(self, world: BlueskyWorld) -> None:
        said = world.someone_mentions_me("hello")
        adapter = await signed_in(world)
        parent = await received(adapter, world, said)
        for path, words in ((__file__, "JPEG"), ("/nonexistent/x.png", "cannot be read")):
            with pytest.raises(Refused, match=words):
                await adapter.prepare(Reply("k", parent, "x", attachments=(Upload(path, ""),)))

    @acted
    async def test_blocking_twice_and_taking_it_back(self, world: BlueskyWorld) -> None:
        adapter = await signed_in(world)
        ana = world.uid("ana")
        await adapter.block(ana, True)
        await adapter.block(ana, True)
        assert len(world.net.repo(world.me, BLOCK)) == 1
        await adapter.block(ana, False)
        assert not world.net.repo(world.me, BLOCK)
        assert adapter.can.block_is_public


def test_the_credential_of_a_login_is_one(world: BlueskyWorld) -> None:
    typed: Credential = TypedPassword("x")
    assert asyncio.run(typed.read()) == "x"


@pytest.mark.parametrize("kind", [Trouble.NONSENSE, Trouble.HTML])
def test_nonsense_from_the_list_is_tried_again_later(world: BlueskyWorld, kind: Trouble) -> None:
    async def play() -> None:
        adapter = await signed_in(world)
        assert world.trouble(kind, where=Where.READ)
        with pytest.raises(RetryAt):
            await adapter.fetch("notifications", "", long_ago(world))
        await world.close()

    run(play())
