"""Mastodon, answering: whom it reaches, how long it is, what got lost on the way."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from convo.adapters import _mastodon_answer
from convo.adapters.contract import (
    Absent,
    Ambiguous,
    Found,
    Missing,
    Refused,
    RetryAt,
    SignInAgain,
    Unknown,
)
from convo.adapters.mastodon import Mastodon
from convo.model import Message, Reply, Upload
from tests.adapters.mastodon_scene import KINDS, Make, World, answered, asked, drain, reply_to
from tests.adapters.mastodon_scene import make as make
from tests.simulators import faults
from tests.simulators._mastodon_state import Status
from tests.simulators.faults import Cut, Fault
from tests.simulators.messages import Answer, json_answer


@pytest.mark.parametrize("kind", KINDS)
def test_an_answer_is_a_reply_that_names_its_reader(make: Make, kind: str) -> None:
    world = make(kind)
    status = world.say(world.zoe, "@me @bob hello", visibility="private", spoiler="food")

    async def work(adapter: Mastodon) -> Message:
        (parent,) = (await drain(adapter)).messages
        return await answered(adapter, parent, "Merci !", language="fr")

    message = world.run(work)
    (posted,) = world.mine()
    bob = "@bob@m.example" if kind in ("snac", "takahe") else "@bob"
    assert posted.text in (f"@zoe@other.example {bob} Merci !", "@zoe@other.example @bob Merci !")
    assert {account.username for account in posted.mentions} == {"zoe", "bob"}
    assert posted.parent == status.key
    assert (posted.visibility, posted.spoiler, posted.sensitive, posted.language) == (
        "private",
        "food",
        True,
        "fr",
    )
    assert message.uri == posted.uri
    assert message.parent_id == status.id
    (request,) = world.site.home.asked("POST", "/api/v1/statuses")
    assert request.is_json
    assert request.headers["idempotency-key"] == "key-1"
    assert not request.kept


def test_people_can_be_dropped_and_nobody_else_is_reached(make: Make) -> None:
    world = make()
    world.net.account("ida", "third.example")
    world.say(world.zoe, "@me @bob @ida@third.example secret", visibility="direct")

    async def work(adapter: Mastodon) -> None:
        (parent,) = (await drain(adapter)).messages
        people = [mention for mention in adapter.audience(parent) if not mention.handle.startswith("ida")]
        await answered(adapter, parent, "yes, @BOB knows", mentions=tuple(people))

    world.run(work)
    (posted,) = world.mine()
    assert posted.visibility == "direct"
    assert posted.text == "@zoe@other.example yes, @BOB knows"
    body = world.site.home.asked("POST", "/api/v1/statuses")[0].json()
    assert body["allowed_mentions"] == [world.zoe.id, world.bob.id]


def test_people_the_server_would_also_reach_are_named(make: Make) -> None:
    world = make()
    world.say(world.zoe, "@me hi")
    body = {
        "error": "Post would be sent to unexpected accounts",
        "unexpected_accounts": [{"id": "1", "acct": "eve"}],
    }
    world.site.home.add(faults.refuses(422, json.dumps(body).encode()), method="POST", path="/statuses")

    async def work(adapter: Mastodon) -> None:
        (parent,) = (await drain(adapter)).messages
        await answered(adapter, parent, "yes")

    with pytest.raises(Refused, match="people it does not address"):
        world.run(work)


@pytest.mark.parametrize(
    ("text", "warning", "used"),
    [
        ("👩‍👩‍👧", "", 1),
        ("https://ex.org/" + "x" * 65, "", 23),
        ("see https://ex.org/a_(b), then", "", 4 + 23 + 6),
        ("HTTPS://EX.ORG/A.", "", 24),
        ("ex.org/" + "x" * 20, "", 27),
        ("http://localhost/abc", "", 20),
        ("@zoe@other.example", "", 4),
        ("@zoe@other.example @ida hi", "food", 4 + 1 + 4 + 3 + 4),
        ("a@zoe@other.example", "", 19),
        ("https://ex.org/@zoe@other.example", "", 23),
        ("x", "https://ex.org/" + "x" * 65, 81),
        ("e\u0301🇸🇪", "", 2),
    ],
)
def test_length_as_mastodon_counts(make: Make, text: str, warning: str, used: int) -> None:
    world = make()
    parent = world.say(world.zoe, "@me hi")

    async def work(adapter: Mastodon) -> tuple[int, int | None]:
        (message,) = (await drain(adapter)).messages
        size = adapter.measure(Reply("k", message, text, content_warning=warning))
        return size.used, size.limit

    assert parent
    assert world.run(work) == (used, 500)


def test_names_the_adapter_adds_are_counted(make: Make) -> None:
    world = make()
    world.say(world.zoe, "@me hi")

    async def work(adapter: Mastodon) -> int:
        (message,) = (await drain(adapter)).messages
        too_long = reply_to(adapter, message, "x" * 496)
        with pytest.raises(Refused, match=r"Too long for 127\.0\.0\.1 by 1"):
            await adapter.prepare(too_long)
        return adapter.measure(too_long).used

    assert world.run(work) == 501


def gone_meanwhile(world: World, status: Status) -> Fault:
    """The parent goes in the moment in which the answer arrives."""
    return world.site.home.add(
        Fault(before=lambda: world.net.delete(status)), method="POST", path="/api/v1/statuses"
    )


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_sent_to_a_message_that_is_gone(make: Make, kind: str) -> None:
    world = make(kind, delete_lingers=False)
    status = world.say(world.zoe, "@me hi")

    async def work(adapter: Mastodon) -> None:
        (parent,) = (await drain(adapter)).messages
        request = await adapter.prepare(reply_to(adapter, parent, "yes"))
        world.net.delete(status)
        with pytest.raises(Missing):
            await adapter.answer(request)

    world.run(work)
    assert world.site.home.asked("POST", "/api/v1/statuses") == []


@pytest.mark.parametrize("kind", ["snac", "takahe"])
def test_an_answer_that_became_a_message_of_its_own_is_taken_back(make: Make, kind: str) -> None:
    world = make(kind, delete_lingers=False)
    status = world.say(world.zoe, "@me hi")

    async def work(adapter: Mastodon) -> None:
        (parent,) = (await drain(adapter)).messages
        request = await adapter.prepare(reply_to(adapter, parent, "yes"))
        gone_meanwhile(world, status)
        with pytest.raises(Refused, match="deleted it again"):
            await adapter.answer(request)
        with pytest.raises(Missing):
            await adapter.prepare(reply_to(adapter, parent, "yes"))

    world.run(work)
    assert world.mine() == []


def test_an_orphan_that_cannot_be_deleted_is_not_hidden(make: Make) -> None:
    world = make("takahe")
    status = world.say(world.zoe, "@me hi")
    world.site.home.add(faults.refuses(500), method="DELETE")

    async def work(adapter: Mastodon) -> None:
        (parent,) = (await drain(adapter)).messages
        request = await adapter.prepare(reply_to(adapter, parent, "yes"))
        gone_meanwhile(world, status)
        with pytest.raises(Refused, match=r"delete it at https://m\.example/@me/"):
            await adapter.answer(request)

    world.run(work)


def test_a_parent_that_got_another_id_is_still_the_parent(make: Make) -> None:
    world = make("snac")
    status = world.say(world.zoe, "@me hi")

    async def work(adapter: Mastodon) -> Message:
        (parent,) = (await drain(adapter)).messages
        world.net.change(status, "@me hi, changed")
        request = await adapter.prepare(reply_to(adapter, parent, "yes"))
        return await adapter.answer(request)

    assert world.run(work).parent_id == status.id
    assert len(world.mine()) == 1


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("arrived", [True, False])
def test_a_lost_answer_is_found_or_is_absent(make: Make, kind: str, arrived: bool) -> None:
    world = make(kind)
    status = world.say(world.zoe, "@me hi, see https://ex.org/a/very/long/path/that/is/cut")
    old = world.say(world.me, "@zoe@other.example the very same words", to=status)
    world.say(world.me, "something else")

    async def work(adapter: Mastodon) -> Any:
        (parent,) = (await drain(adapter)).messages
        request = await adapter.prepare(reply_to(adapter, parent, "the very same words"))
        assert isinstance(await adapter.find(request, ()), Absent)
        world.site.home.add(faults.cut(Cut.HEADERS, done=arrived), method="POST", path="/api/v1/statuses")
        with pytest.raises(Ambiguous):
            await adapter.answer(request)
        world.say(world.me, "@zoe@other.example other words", to=status)
        found = await adapter.find(request, ())
        if isinstance(found, Found):
            assert isinstance(await adapter.find(request, {found.message.uri}), Absent | Unknown)
        return found

    found = world.run(work)
    if arrived:
        assert isinstance(found, Found)
        assert found.message.uri not in {old.uri}
        assert found.message.parent_id == status.id
    else:
        assert isinstance(found, Absent)


def test_the_repeated_key_that_answers_500_is_found(make: Make) -> None:
    world = make(idempotency="error")
    world.say(world.zoe, "@me hi")

    async def work(adapter: Mastodon) -> Any:
        (parent,) = (await drain(adapter)).messages
        request = await adapter.prepare(reply_to(adapter, parent, "yes"))
        world.site.home.add(faults.cut(Cut.BEFORE), method="POST", path="/api/v1/statuses")
        with pytest.raises(Ambiguous):
            await adapter.answer(request)
        with pytest.raises(Ambiguous):
            await adapter.answer(request)
        return await adapter.find(request, ())

    assert isinstance(world.run(work), Found)
    assert len(world.mine()) == 1


def test_without_a_source_other_words_to_the_same_message_are_a_doubt(make: Make) -> None:
    world = make(source=False)
    status = world.say(world.zoe, "@me hi")

    async def work(adapter: Mastodon) -> tuple[Any, Any]:
        (parent,) = (await drain(adapter)).messages
        request = await adapter.prepare(
            reply_to(adapter, parent, "*yes*, https://ex.org/a/very/long/path/that/is/cut")
        )
        world.say(world.me, "@zoe@other.example no", to=status)
        doubt = await adapter.find(request, ())
        await adapter.answer(request)
        return doubt, await adapter.find(request, ())

    doubt, found = world.run(work)
    assert isinstance(doubt, Unknown)
    assert isinstance(found, Found)


def test_an_orphan_of_a_lost_answer_is_a_doubt_and_never_sent_again(make: Make) -> None:
    world = make("takahe")
    status = world.say(world.zoe, "@me hi")

    async def work(adapter: Mastodon) -> Any:
        (parent,) = (await drain(adapter)).messages
        request = await adapter.prepare(reply_to(adapter, parent, "yes"))
        gone_meanwhile(world, status).cut = Cut.HEADERS
        with pytest.raises(Ambiguous):
            await adapter.answer(request)
        return await adapter.find(request, ())

    found = world.run(work)
    assert isinstance(found, Unknown)
    assert "message of their own" in found.words


def test_files_are_described_and_waited_for(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_mastodon_answer, "PAUSE", 0.0)
    world = make()
    world.say(world.zoe, "@me hi")
    picture = tmp_path / "house.png"
    picture.write_bytes(b"\x89PNG")
    world.site.home.add(
        Fault(change=lambda answer: replace(answer, status=202)), method="POST", path="/api/v2/media"
    )
    world.site.home.add(
        Fault(done=False, answer=Answer(206, b"{}")), method="GET", path="/api/v1/media", times=2
    )
    world.site.home.add(
        Fault(done=False, answer=json_answer({"id": "1"})), method="GET", path="/api/v1/media"
    )

    async def work(adapter: Mastodon) -> Message:
        (parent,) = (await drain(adapter)).messages
        with pytest.raises(Refused, match="cannot be read"):
            await adapter.prepare(
                reply_to(adapter, parent, "x", attachments=(Upload(str(tmp_path / "no"), ""),))
            )
        return await answered(adapter, parent, "look", attachments=(Upload(str(picture), "a red house"),))

    message = world.run(work)
    assert [attachment.alt for attachment in message.attachments] == ["a red house"]
    assert asked(world, "/api/v1/media") == 3


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (faults.rate_limited("x-ratelimit-reset", "ISO"), RetryAt),
        (faults.rate_limited("x-ratelimit-reset", "EPOCH"), RetryAt),
        (faults.refuses(503), RetryAt),
        (faults.refuses(500), Ambiguous),
        (faults.html(502), Ambiguous),
        (faults.html(200), Ambiguous),
        (faults.refuses(401, b'{"error":"The access token is invalid"}'), SignInAgain),
        (faults.refuses(401, b""), SignInAgain),
        (faults.refuses(400, b"Invalid Bearer token"), SignInAgain),
        (faults.refuses(403, b'{"error":"This action is outside the authorized scopes"}'), Refused),
        (faults.refuses(404, b'{"error":"Record not found"}'), Missing),
        (
            faults.refuses(422, b'{"error":"Validation failed: Text character limit of 500 exceeded"}'),
            Refused,
        ),
    ],
)
def test_every_answer_of_the_server_is_classed(make: Make, fault: Fault, error: type[Exception]) -> None:
    world = make()
    world.say(world.zoe, "@me hi")
    when = (datetime.now(timezone.utc) + timedelta(minutes=4)).replace(microsecond=0)
    stamps = {"ISO": when.isoformat(), "EPOCH": str(int(when.timestamp()))}
    scripted = replace(fault)
    if fault.answer is not None:
        headers = {name: stamps.get(value, value) for name, value in fault.answer.headers.items()}
        scripted.answer = replace(fault.answer, headers={**headers, "date": "now"})
    world.site.home.add(scripted, method="POST", path="/api/v1/statuses")

    async def work(adapter: Mastodon) -> None:
        (parent,) = (await drain(adapter)).messages
        adapter._api.http.skew = timedelta(0)
        await answered(adapter, parent, "yes")

    with pytest.raises(error) as raised:
        world.run(work)
    assert type(raised.value) is error
    assert "<" not in str(raised.value)
    if fault.answer is not None and "x-ratelimit-reset" in fault.answer.headers:
        assert isinstance(raised.value, RetryAt)
        assert raised.value.at is not None
