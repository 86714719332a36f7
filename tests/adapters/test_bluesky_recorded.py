"""The Bluesky adapter on answers that real servers gave."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from convo.adapters.bluesky import Bluesky
from convo.adapters.contract import (
    Absent,
    Ambiguous,
    Found,
    Missing,
    Refused,
    RetryAt,
    SignInAgain,
)
from convo.adapters.http import Http
from convo.clock import HandClock
from convo.config import AccountConfig
from convo.model import Ref, Reply
from tests.adapters.credential import Kept
from tests.simulators._bluesky_network import POST
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
