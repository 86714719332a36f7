"""The Bluesky adapter beyond the conformance suite: what its fact sheet says, on the simulator and on real answers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from convo.adapters._bluesky_login import TypedPassword
from convo.adapters.bluesky import Bluesky
from convo.adapters.contract import (
    Absent,
    Ambiguous,
    Credential,
    Found,
    LoginStep,
    Missing,
    Refused,
    RetryAt,
    SignInAgain,
    Verb,
)
from convo.adapters.http import Http
from convo.clock import HandClock
from convo.config import AccountConfig
from convo.model import Message, Page, Ref, Reply, Upload
from convo.testing import Trouble, Where
from convo.testing.tools import acted, answer_to, long_ago, read, received, signed_in
from tests.adapters.bluesky_world import BlueskyWorld
from tests.adapters.credential import Kept
from tests.simulators import faults
from tests.simulators._bluesky_network import BLOCK, POST
from tests.simulators.faults import Cut
from tests.simulators.messages import Answer, Request, json_answer
from tests.simulators.server import Server

DATA = Path(__file__).parent / "data" / "bluesky"
ANA = "did:plc:akhra6ueqsgy4p4a7uxim2sx"
NOW = datetime(2026, 11, 22, 9, tzinfo=timezone.utc)
SESSION = '{"did":"%s","handle":"ana.test","pds":"%s","access":"a.b.c","refresh":"d.e.f"}'


def recorded(name: str) -> Answer:
    """A real answer."""
    told = json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))
    return json_answer(told["body"], told["status"]).with_headers(
        **{key: value for key, value in told["headers"].items() if key in ("retry-after",)}
    )


@dataclass
class Script:
    """Answers each method by a list, the last again and again."""

    answers: dict[str, list[Answer]] = field(default_factory=dict)

    def answer(self, request: Request) -> Answer:
        left = self.answers.get(request.path.removeprefix("/xrpc/"))
        if not left:
            return json_answer({"error": "MethodNotImplemented", "message": "Method Not Implemented"}, 501)
        return left.pop(0) if len(left) > 1 else left[0]


class Real:
    """An adapter for Ana, signed in, before a server that gives recorded answers."""

    def __init__(
        self, answers: Mapping[str, list[str | Answer]], *, secret: str = "aaaa-bbbb-cccc-dddd"
    ) -> None:
        given = {
            method: [recorded(one) if isinstance(one, str) else one for one in several]
            for method, several in answers.items()
        }
        self.server = Server(Script(given), HandClock(NOW))
        self.credential = Kept(secret)
        self.credential.stored = SESSION % (ANA, self.server.url)
        self.http = Http(self.server.url, deadline=5)
        account = AccountConfig("bsky", "bluesky", url=self.server.url, user="ana.test")
        self.adapter = Bluesky(account, self.http, self.credential, "{}", now=lambda: NOW)

    async def __aenter__(self) -> Real:
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.adapter.close()
        self.server.stop()


def run(test: Any) -> None:
    asyncio.run(test)


LIST = "app.bsky.notification.listNotifications"
THREAD = "app.bsky.feed.getPostThread"
POSTS = "app.bsky.feed.getPosts"
SINCE = NOW - timedelta(days=90)
NOBODY = json_answer({"posts": []})


class TestRealAnswers:
    def test_only_speech_is_taken_from_the_list(self) -> None:
        async def play() -> None:
            async with Real({LIST: ["listNotifications"], POSTS: ["getPosts"]}) as real:
                page = await real.adapter.fetch("notifications", "", SINCE)
                assert {message.text for message in page.messages} == {
                    "quoting ana",
                    "čau @ana4a2d.test have a look",
                    "yes, I am",
                }
                assert not page.skipped
                quote = next(m for m in page.messages if m.quotes)
                assert quote.quotes[0].uid == ANA
                mention = next(m for m in page.messages if m.mentions)
                assert [(one.uid, one.leading) for one in mention.mentions] == [(ANA, False)]
                asked = real.server.asked(path=LIST)[0]
                assert asked.every("reasons") == ["reply", "mention", "quote"]
                assert (asked.first("priority"), asked.first("limit")) == ("false", "100")

        run(play())

    def test_a_reply_levels_below_keeps_its_own_parent(self) -> None:
        async def play() -> None:
            async with Real({LIST: ["listNotifications-deep-replies"], POSTS: [NOBODY]}) as real:
                page = await real.adapter.fetch("notifications", "", SINCE)
                by_text = {message.text: message for message in page.messages}
                me = "did:plc:ttzxadfioxxvzwwqajhmswap"
                assert by_text["r1"].parent_uri.startswith(f"at://{me}/")
                assert by_text["r3 (to cy)"].parent_uri == by_text["r2 (to ben, in ana's thread)"].uri
                assert {message.root_uri for message in page.messages} == {by_text["r1"].parent_uri}

        run(play())

    def test_a_conversation_with_its_answers(self) -> None:
        async def play() -> None:
            async with Real({THREAD: ["getPostThread-after-replies"]}) as real:
                uri = "at://did:plc:o2cxxwueifjtqu7lcglrw4qo/app.bsky.feed.post/3n2v53w67gs23"
                found = await real.adapter.conversation(Ref(uri))
                assert found.messages[0].text.startswith("hello from ana")
                assert len(found.messages) == 6
                assert found.partial == ""
                assert not any(message.more_below for message in found.messages)

        run(play())

    def test_a_deleted_parent_and_the_root_fetched_by_itself(self) -> None:
        async def play() -> None:
            async with Real({THREAD: ["getPostThread-parent-deleted"], POSTS: ["getPosts"]}) as real:
                found = await real.adapter.conversation(
                    Ref("at://did:plc:x/app.bsky.feed.post/3n2v5mshhcc2d")
                )
                assert "deleted" in found.partial
                assert real.server.asked(path=POSTS)[0].every("uris") == [
                    "at://did:plc:ttzxadfioxxvzwwqajhmswap/app.bsky.feed.post/3n2v5mqi5vs2d"
                ]

        run(play())

    def test_behind_a_block_and_behind_a_gate(self) -> None:
        async def play() -> None:
            answers: list[str | Answer] = ["getPostThread-blocked-author", "getPostThread-threadgate-nobody"]
            async with Real({THREAD: [*answers, *answers]}) as real:
                assert "block" in (await real.adapter.conversation(Ref("at://did:plc:x/a/b"))).partial
                gated = (await real.adapter.conversation(Ref("at://did:plc:x/a/b"))).messages[0]
                assert "does not let you answer" in gated.refusals["answer"]
                for _ in range(2):
                    with pytest.raises(Refused, match=r"show (an answer|it) to nobody"):
                        await real.adapter.prepare(Reply("k", gated, "hello"))
                assert not real.server.asked("POST")

        run(play())

    def test_a_deleted_message_is_missing(self) -> None:
        async def play() -> None:
            async with Real({THREAD: ["error-getPostThread-deleted"]}) as real:
                with pytest.raises(Missing, match="any more"):
                    await real.adapter.conversation(Ref("at://did:plc:x/app.bsky.feed.post/3n2v53zw4e223"))

        run(play())

    def test_the_same_bytes_again_and_the_proof(self) -> None:
        request = json.dumps({"repo": ANA, "collection": POST, "rkey": "3n2v53xmbeoix", "record": {"x": "é"}})

        async def play() -> None:
            put = "com.atproto.repo.putRecord"
            answers: dict[str, list[str | Answer]] = {
                put: ["putRecord-first", "putRecord-second-identical"],
                "com.atproto.repo.getRecord": ["getRecord"],
            }
            async with Real(answers) as real:
                first, second = await real.adapter.answer(request), await real.adapter.answer(request)
                assert first == second
                assert [asked.body for asked in real.server.asked(path=put)] == [request.encode()] * 2
                proof = await real.adapter.find(request, ())
                assert isinstance(proof, Found)
                assert proof.message.uri == f"at://{ANA}/{POST}/3n2v53xmbeoix"
                assert proof.message.parent_uri.endswith("3n2v53w67gs23")

        run(play())

    def test_500_may_mean_that_it_is_there_already(self) -> None:
        request = json.dumps({"repo": ANA, "collection": POST, "rkey": "3n2v53xmbeoix", "record": {"x": 1}})
        gone = json_answer({"error": "RecordNotFound", "message": "Could not locate record: at://x"}, 400)

        async def play() -> None:
            put: list[str | Answer] = ["error-createRecord-client-rkey-second"]
            get: list[str | Answer] = ["getRecord", gone]
            answers = {"com.atproto.repo.putRecord": put, "com.atproto.repo.getRecord": get}
            async with Real(answers) as real:
                with pytest.raises(Ambiguous):
                    await real.adapter.answer(request)
                assert isinstance(await real.adapter.find(request, ()), Found)
                assert isinstance(await real.adapter.find(request, ()), Absent)

        run(play())

    @pytest.mark.parametrize(
        ("login", "error", "words"),
        [
            (
                "error-createSession-wrong-password",
                SignInAgain,
                "app password of @ana.test.*convo login bsky",
            ),
            ("error-takendown-createSession", SignInAgain, "Account has been taken down"),
            ("error-rate-limited", RetryAt, "Rate Limit Exceeded"),
        ],
    )
    def test_when_the_session_is_over(self, login: str, error: type[Exception], words: str) -> None:
        async def play() -> None:
            refresh, create = "com.atproto.server.refreshSession", "com.atproto.server.createSession"
            answers: dict[str, list[str | Answer]] = {
                LIST: ["error-token-expired-proxied"],
                refresh: ["error-refreshSession-app-password-revoked"],
                create: [login],
            }
            async with Real(answers) as real:
                with pytest.raises(error, match=words) as raised:
                    await real.adapter.fetch("notifications", "", SINCE)
                if isinstance(raised.value, RetryAt):
                    assert raised.value.at is not None
                assert [len(real.server.asked(path=path)) for path in (LIST, refresh, create)] == [1, 1, 1]

        run(play())

    def test_a_refused_password_is_tried_once_until_it_changes(self) -> None:
        async def play() -> None:
            create = "com.atproto.server.createSession"
            async with Real({create: ["error-createSession-wrong-password"]}) as real:
                real.credential.stored = ""
                for _ in range(3):
                    with pytest.raises(SignInAgain):
                        await real.adapter.fetch("notifications", "", SINCE)
                assert len(real.server.asked(path=create)) == 1
                real.credential.secret = "eeee-ffff-gggg-hhhh"
                with pytest.raises(SignInAgain):
                    await real.adapter.fetch("notifications", "", SINCE)
                assert len(real.server.asked(path=create)) == 2

        run(play())

    def test_a_deactivated_account_is_told_so(self) -> None:
        async def play() -> None:
            async with Real({"com.atproto.repo.putRecord": ["error-deactivated-createRecord"]}) as real:
                with pytest.raises(SignInAgain, match="deactivated"):
                    await real.adapter.answer('{"repo":"x"}')

        run(play())

    def test_an_empty_page_with_a_cursor_is_not_the_end(self) -> None:
        async def play() -> None:
            empty = json_answer(
                {"notifications": [], "cursor": "2026-11-22T08:00:00.000Z", "priority": False}
            )
            async with Real({LIST: [empty, "listNotifications"], POSTS: [NOBODY]}) as real:
                first = await real.adapter.fetch("notifications", "", SINCE)
                assert (first.messages, first.more) == ((), True)
                second = await real.adapter.fetch("notifications", first.cursor, SINCE)
                assert (len(second.messages), second.more) == (3, False)
                assert real.server.asked(path=LIST)[1].first("cursor") == "2026-11-22T08:00:00.000Z"

        run(play())

    def test_a_bad_cursor_does_not_lose_the_list(self) -> None:
        async def play() -> None:
            bad = json_answer({"error": "InvalidRequest", "message": "Malformed cursor"}, 400)
            async with Real({LIST: [bad, "listNotifications"], POSTS: [NOBODY]}) as real:
                cursor = json.dumps({"walk": {"stop": 0, "began": int(NOW.timestamp() * 1000), "at": "zzz"}})
                assert len((await real.adapter.fetch("notifications", cursor, SINCE)).messages) == 3

        run(play())


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


class TestSession:
    @acted
    async def test_concurrent_requests_share_one_refresh(self, world: BlueskyWorld) -> None:
        adapter = await signed_in(world)
        world.expire()
        await asyncio.gather(*(adapter.fetch("notifications", "", long_ago(world)) for _ in range(4)))
        assert world.logins() == (1, 1)

    @acted
    async def test_two_processes_share_one_refresh(self, world: BlueskyWorld) -> None:
        first, second = await signed_in(world), await signed_in(world)
        for adapter in (first, second):
            await adapter.fetch("notifications", "", long_ago(world))
        world.expire()
        await asyncio.gather(*(one.fetch("notifications", "", long_ago(world)) for one in (first, second)))
        assert world.logins() == (1, 1)

    @acted
    async def test_an_unclear_refresh_is_no_unclear_answer(self, world: BlueskyWorld) -> None:
        said = world.someone_mentions_me("hello")
        adapter = await signed_in(world)
        request = await adapter.prepare(Reply("k", await received(adapter, world, said), "answer"))
        world.expire()
        world.site.home.add(faults.cut(Cut.BEFORE, done=False), path="refreshSession")
        with pytest.raises(RetryAt):
            await adapter.answer(request)
        await adapter.answer(request)
        assert len(world.standing()) == 1

    @acted
    async def test_the_server_is_found_from_the_handle(self, world: BlueskyWorld) -> None:
        home = world.site.home.url
        document = {
            "alsoKnownAs": ["at://me.test"],
            "service": [{"id": "#atproto_pds", "serviceEndpoint": home}],
        }
        plc = Server(Script({}), world.clock)
        plc.platform = Documents({f"/{world.me}": document})
        try:
            config = replace(world.account, url="", options={"plc": plc.url})
            http = Http(home)
            adapter = Bluesky(config, http, world.credential)
            assert (await adapter.identify()).person.uid == world.me
            assert json.loads(world.credential.stored)["pds"] == home
            document["alsoKnownAs"] = ["at://somebody.else"]
            world.credential.stored = ""
            other = Bluesky(config, http, world.credential)
            with pytest.raises(SignInAgain, match="do not agree"):
                await other.identify()
            with pytest.raises(SignInAgain, match=r"no Bluesky account @nobody\.test"):
                await Bluesky(replace(config, user="nobody.test"), http, world.credential).identify()
            await http.close()
        finally:
            plc.stop()

    @acted
    async def test_login_takes_a_main_password_only_when_it_is_said_twice(self, world: BlueskyWorld) -> None:
        world.net.actors[world.me].password = "hunter2 hunter2"
        asked: list[LoginStep] = []

        async def ask(step: LoginStep) -> Mapping[str, str]:
            asked.append(step)
            return {"handle": "@Me.test", "password": "hunter2 hunter2"}

        config = replace(world.account, user="")
        result = await Bluesky.login(config, Http, ask)
        assert "does not look like an app password" in asked[1].words
        assert result.identity.person.uid == world.me
        assert result.options == {"user": "me.test", "url": world.site.home.url}
        assert world.logins()[0] == 1

        async def ask_well(step: LoginStep) -> Mapping[str, str]:
            return {"handle": "me.test", "password": "aaaa-bbbb-cccc-dddd"}

        assert (await Bluesky.login(config, Http, ask_well)).secret == "aaaa-bbbb-cccc-dddd"

    @acted
    async def test_a_wrong_password_says_what_to_do(self, world: BlueskyWorld) -> None:
        http = Http(world.site.home.url)
        adapter = Bluesky(world.account, http, TypedPassword("zzzz-zzzz-zzzz-zzzz"))
        with pytest.raises(SignInAgain, match=r"app-passwords .*convo login bsky"):
            await adapter.identify()
        [finding] = await adapter.check()
        assert not finding.fine
        await http.close()

    @acted
    async def test_no_direct_messages_is_said(self, world: BlueskyWorld) -> None:
        adapter = await signed_in(world)
        assert "direct" not in [channel.name for channel in adapter.channels]
        assert "may not read direct messages" in adapter.can.refusals[Verb.DIRECT]
        finding = next(one for one in await adapter.check() if one.what == "direct messages")
        assert "may not read direct messages" in finding.words

    @acted
    async def test_a_clock_that_is_off_is_said(self, world: BlueskyWorld) -> None:
        adapter = await signed_in(world)
        world.pass_time(-600)
        finding = next(one for one in await adapter.check() if one.what == "clock")
        assert not finding.fine
        assert "ahead" in finding.words


@dataclass
class Documents:
    """A directory of DID documents."""

    held: dict[str, dict[str, Any]]

    def answer(self, request: Request) -> Answer:
        found = self.held.get(request.path)
        return json_answer(found) if found else json_answer({"message": "not registered"}, 404)


class TestDirectMessages:
    @pytest.fixture
    def chat(self) -> Iterator[BlueskyWorld]:
        built = BlueskyWorld(chat=True)
        yield built
        built.stop()

    def test_a_conversation_of_two(self, chat: BlueskyWorld) -> None:
        async def play() -> None:
            chat.someone_writes_directly("are you there?")
            adapter = await signed_in(chat)
            reading = await read(adapter, {}, long_ago(chat))
            [message] = [one for one in reading.messages if one.flat]
            assert (message.visibility.value, message.root_uri) == ("direct", message.uri.rpartition("/")[0])
            assert [one.uid for one in adapter.audience(message)] == [chat.uid("ana")]
            request = await adapter.prepare(Reply("k", message, "yes"))
            assert isinstance(await adapter.find(request, ()), Absent)
            sent = await adapter.answer(request)
            found = await adapter.find(request, ())
            assert isinstance(found, Found)
            assert found.message.uri == sent.uri
            assert isinstance(await adapter.find(request, (sent.uri,)), Absent)
            assert [one.text for one in (await adapter.conversation(message.ref)).messages] == [
                "are you there?",
                "yes",
            ]
            with pytest.raises(Refused, match="only"):
                await adapter.delete(sent.ref)
            headers = [one.headers.get("atproto-proxy") for one in chat.site.home.asked(path="chat.bsky")]
            assert set(headers) == {"did:web:api.bsky.chat#bsky_chat"}
            await chat.close()

        run(play())

    def test_nothing_new_is_one_request(self, chat: BlueskyWorld) -> None:
        async def play() -> None:
            chat.someone_writes_directly("hello")
            _, _, cursor, _ = await pages(chat, "direct")
            adapter = await signed_in(chat)
            before = len(chat.site.log)
            page = await adapter.fetch("direct", cursor, long_ago(chat))
            assert (page.messages, page.more, len(chat.site.log) - before) == ((), False, 1)
            await chat.close()

        run(play())

    def test_requests_wait_in_quiet(self, chat: BlueskyWorld) -> None:
        async def play() -> None:
            chat.someone_writes_directly("buy now")
            next(iter(chat.server.chat.convos.values())).status = "request"
            [message], _, _, _ = await pages(chat, "direct")
            assert message.filtered == "Bluesky holds it as a message request"
            await chat.close()

        run(play())


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
