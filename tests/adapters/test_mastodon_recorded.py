"""Mastodon, against the recorded answers of real servers and what forks of them send."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from convo.adapters.contract import (
    Refused,
    SignInAgain,
)
from convo.adapters.http import Http
from convo.adapters.mastodon import Mastodon
from convo.clock import HandClock
from convo.config import AccountConfig
from convo.model import Page, Ref, Visibility
from tests.adapters.credential import Kept
from tests.adapters.mastodon_scene import LONG_AGO, Make, T, drain
from tests.adapters.mastodon_scene import make as make
from tests.simulators.faults import Fault
from tests.simulators.messages import Answer, json_answer
from tests.simulators.server import Site

DATA = Path(__file__).parent / "data" / "mastodon"


# Real answers -----------------------------------------------------------------------------------------------
class Recorded:
    """Answers with what a real server answered, by the part of a path."""

    def __init__(self, kind: str, routes: Mapping[str, str]) -> None:
        self.kind = kind
        self.routes = routes

    def answer(self, request: Any) -> Answer:
        for path, name in self.routes.items():
            if path in request.target:
                (file,) = (DATA / self.kind).glob(f"{name}-*.json")
                kept = json.loads(file.read_text())
                body = kept["body"]
                text = body if isinstance(body, str) else json.dumps(body)
                names = ("content-type", "link")
                headers = {key: kept["headers"][key] for key in names if key in kept["headers"]}
                return Answer(kept["status"], text.encode(), headers)
        return json_answer([], 200)


def recorded(kind: str, routes: Mapping[str, str], work: Callable[[Mastodon], Awaitable[T]]) -> T:
    site = Site(Recorded(kind, routes), HandClock(datetime.now(timezone.utc)))

    async def whole() -> T:
        account = AccountConfig("real", "mastodon", url=site.home.url)
        adapter = Mastodon(account, Http(site.home.url), Kept("token"), "{}")
        try:
            return await work(adapter)
        finally:
            await adapter.close()

    try:
        return asyncio.run(whole())
    finally:
        site.stop()


HOLLO = {"verify_credentials": "16", "/api/v2/instance": "02"}
TAKAHE = {"verify_credentials": "18", "/api/v2/instance": "02"}


def test_hollo_as_it_answered() -> None:
    async def work(adapter: Mastodon) -> tuple[Any, Page, Any]:
        identity = await adapter.identify()
        page = await adapter.fetch("mentions", "", LONG_AGO)
        context = await adapter.conversation(Ref("", "01a20259-86ac-72c6-b1bf-020af4479cb9"))
        return identity, page, context

    routes = {**HOLLO, "/context": "47", "/api/v1/statuses/": "48", "/api/v1/notifications": "33"}
    identity, page, context = recorded("hollo", routes, work)
    assert identity.person.uid == "http://127.0.0.1:8906/@alice"
    assert identity.person.handle == "alice@127.0.0.1:8906"
    assert json.loads(identity.facts)["limit"] == 10000
    assert [message.text for message in page.messages] == [
        "@alice reply one",
        "reply two, without naming anyone",
        "@alice behind a warning",
    ]
    assert page.messages[0].parent_id == "01a20259-86ac-72c6-b1bf-020af4479cb9"
    assert json.loads(page.messages[0].data)["notification"].startswith("2026-11-22T08:22:31.660Z/mention/")
    assert len(context.messages) == 4


def test_takahe_as_it_answered() -> None:
    async def work(adapter: Mastodon) -> tuple[Any, Page]:
        identity = await adapter.identify()
        return identity, await adapter.fetch("mentions", "", LONG_AGO)

    identity, page = recorded("takahe", {**TAKAHE, "/api/v1/notifications": "34"}, work)
    assert identity.person.handle == "alice@127.0.0.1:8904"
    assert [message.visibility for message in page.messages] == [
        Visibility.PUBLIC,
        Visibility.PUBLIC,
        Visibility.DIRECT,
        Visibility.UNLISTED,
        Visibility.PUBLIC,
    ]
    mine = identity.person.uid
    assert all(mine in {mention.uid for mention in message.mentions} for message in page.messages)
    assert page.messages[0].text == "@alice@127.0.0.1:8904 a fresh mention with <b>html</b> & ünïcode"


@pytest.mark.parametrize(("kind", "number"), [("hollo", "19"), ("takahe", "21")])
def test_real_bad_tokens(kind: str, number: str) -> None:
    async def work(adapter: Mastodon) -> None:
        with pytest.raises(SignInAgain) as raised:
            await adapter.identify()
        assert "<" not in raised.value.words

    recorded(kind, {"verify_credentials": number}, work)


def test_takahe_refusing_what_is_not_mine_does_not_sign_me_out() -> None:
    async def work(adapter: Mastodon) -> None:
        await adapter.identify()
        response = json.loads((DATA / "takahe" / "82-delete-others-status.json").read_text())
        from convo.adapters.http import Response

        answer = Response(401, {}, json.dumps(response["body"]).encode(), "http://127.0.0.1/")
        with pytest.raises(Refused):
            adapter._api.judge(answer)

    recorded("takahe", TAKAHE, work)


STRANGE: Sequence[tuple[str, dict[str, Any]]] = [
    (
        "ids as numbers",
        {
            "id": 17,
            "in_reply_to_id": 16,
            "mentions": [{"id": 3, "acct": "me", "url": "https://m.example/@me"}],
        },
    ),
    (
        "nulls",
        {
            "url": None,
            "spoiler_text": None,
            "language": None,
            "mentions": None,
            "media_attachments": None,
            "poll": None,
        },
    ),
    (
        "missing fields",
        dict.fromkeys(("spoiler_text", "tags", "poll", "emojis", "mentions", "edited_at", "url"), ...),
    ),
    ("akkoma's local", {"visibility": "local"}),
    (
        "pixelfed's extra",
        {"label": {"covid": False}, "taggedPeople": [], "parent": [], "place": None, "filtered": {}},
    ),
    (
        "pleroma's extra",
        {"pleroma": {"content": {"text/plain": "x"}, "local": True}, "card": {"url": 7}, "mentions": "x"},
    ),
    (
        "friendica's extra",
        {"friendica": {"title": "x", "dislikes_count": 3}, "media_attachments": [{"type": 5}], "quote": []},
    ),
    ("strange poll", {"poll": {"options": "none"}, "quote": 7, "replies_count": "31", "sensitive": "false"}),
    (
        "a suspended author",
        {"account": {"id": "1", "acct": "gone@other.example", "suspended": True, "display_name": None}},
    ),
]


@pytest.mark.parametrize(("name", "fields"), STRANGE, ids=[name for name, _ in STRANGE])
def test_what_forks_send_is_read(make: Make, name: str, fields: dict[str, Any]) -> None:
    world = make()
    world.say(world.zoe, "@me hi")

    def change(answer: Answer) -> Answer:
        items = answer.json()
        for item in items:
            status = {**item["status"], **fields}
            item["status"] = {key: value for key, value in status.items() if value is not ...}
            item["id"] = int(item["id"]) if name == "ids as numbers" else item["id"]
        return json_answer(items)

    world.site.home.add(Fault(change=change), path="/api/v1/notifications", times=5)
    page = world.run(drain)
    assert page.skipped == ()
    (message,) = page.messages
    assert message.text.endswith("hi")
    if "visibility" in fields:
        assert message.visibility is Visibility.FOLLOWERS
