"""Conformance: networks and servers that fail while an adapter reads, and credentials that end."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime

import pytest

from convo.adapters.contract import CHECKED, AdapterError, ChannelKind, RetryAt, SignInAgain, Unreachable
from convo.testing.tools import Cursors, acted, answer_to, answering, long_ago, read, received, signed_in
from convo.testing.world import Trouble, Where, World

_WAIT = 90
_PASSING = [
    Trouble.DOWN,
    Trouble.BROKEN,
    Trouble.HTML_ERROR,
    Trouble.STALLED,
    Trouble.CUT_BEFORE,
    Trouble.CUT_HEADERS,
    Trouble.CUT_BODY,
    Trouble.TOO_SHORT,
    Trouble.OVERSIZED,
    Trouble.UNREACHABLE,
]
_ALWAYS = 20


def reset_headers(now: datetime) -> dict[str, tuple[str, str]]:
    """Every form in which servers say when to come back, for a time `_WAIT` seconds after `now`."""
    then = now + timedelta(seconds=_WAIT)
    epoch = str(int(then.timestamp()))
    return {
        "seconds": ("retry-after", str(_WAIT)),
        "http date": ("retry-after", format_datetime(then.replace(microsecond=0), usegmt=True)),
        "iso": ("x-ratelimit-reset", then.isoformat().replace("+00:00", "Z")),
        "epoch": ("x-ratelimit-reset", epoch),
        "ietf epoch": ("ratelimit-reset", epoch),
        "x-rate-limit epoch": ("x-rate-limit-reset", epoch),
    }


class TroubleSuite:
    """Reading in bad weather."""

    @pytest.mark.parametrize("form", list(reset_headers(datetime(2026, 1, 1, tzinfo=timezone.utc))))
    @acted
    async def test_a_rate_limit_says_when_to_come_back(self, world: World, form: str) -> None:
        world.someone_mentions_me("hello")
        adapter = await signed_in(world)
        header = reset_headers(world.now())[form]
        if not world.trouble(Trouble.RATE_LIMITED, header=header, times=_ALWAYS):
            pytest.skip("no rate limits here")
        with pytest.raises(RetryAt) as caught:
            await read(adapter, {}, long_ago(world))
        assert caught.value.at is not None
        wait = (caught.value.at - world.now()).total_seconds()
        assert _WAIT - 5 <= wait <= _WAIT + 30
        world.calm()
        assert (await read(adapter, {}, long_ago(world))).messages

    @acted
    async def test_a_rate_limit_without_a_time(self, world: World) -> None:
        adapter = await signed_in(world)
        if not world.trouble(Trouble.RATE_LIMITED, times=_ALWAYS):
            pytest.skip("no rate limits here")
        with pytest.raises(RetryAt):
            await read(adapter, {}, long_ago(world))

    @pytest.mark.parametrize("kind", _PASSING)
    @acted
    async def test_what_passes_is_tried_later(self, world: World, kind: Trouble) -> None:
        world.someone_mentions_me("before")
        adapter = await signed_in(world, deadline=0.5)
        cursors: Cursors = {}
        await read(adapter, cursors, long_ago(world))
        said = world.someone_mentions_me("hello")
        if not world.trouble(kind, times=_ALWAYS):
            pytest.skip(f"{kind.value}: not in this world")
        with pytest.raises(RetryAt) as caught:
            await read(adapter, cursors, long_ago(world))
        assert caught.value.words
        assert (kind is Trouble.UNREACHABLE) <= isinstance(caught.value, Unreachable)
        world.calm()
        assert said.uri in (await read(adapter, cursors, long_ago(world))).uris

    @pytest.mark.parametrize("kind", [Trouble.HTML, Trouble.NONSENSE, Trouble.NESTED, Trouble.FORBIDDEN])
    @acted
    async def test_what_makes_no_sense_is_an_error_in_words(self, world: World, kind: Trouble) -> None:
        adapter = await signed_in(world)
        if not world.trouble(kind, times=_ALWAYS):
            pytest.skip(f"{kind.value}: not in this world")
        with pytest.raises(AdapterError) as caught:
            await read(adapter, {}, long_ago(world))
        assert caught.value.words
        assert not isinstance(caught.value, SignInAgain)

    @acted
    async def test_a_kept_connection_that_died_is_not_noticed(self, world: World) -> None:
        said = world.someone_mentions_me("hello")
        adapter = await signed_in(world)
        await read(adapter, {}, long_ago(world))
        if not world.trouble(Trouble.KEPT_CLOSED):
            pytest.skip("no connections here")
        assert said.uri in (await read(adapter, {}, long_ago(world))).uris

    @acted
    async def test_a_failed_page_moves_no_cursor(self, world: World) -> None:
        said = [world.someone_mentions_me(f"number {n}") for n in range(world.page_size + 2)]
        adapter, cursors = await signed_in(world), Cursors()
        first = await read(adapter, cursors, long_ago(world), most_pages=1)
        if not world.trouble(Trouble.DOWN, times=_ALWAYS):
            pytest.skip("this server never fails")
        with pytest.raises(RetryAt):
            await read(adapter, cursors, long_ago(world))
        world.calm()
        rest = await read(adapter, cursors, long_ago(world))
        assert {one.uri for one in said} <= first.uris | rest.uris

    @acted
    async def test_an_expired_session_is_refreshed_or_asks_to_sign_in(self, world: World) -> None:
        said = world.someone_mentions_me("hello")
        adapter = await signed_in(world)
        refreshable = world.expire()
        if refreshable is None:
            pytest.skip("sessions do not expire here")
        if not refreshable:
            with pytest.raises(SignInAgain):
                await read(adapter, {}, long_ago(world))
            return
        before = world.logins()
        assert said.uri in (await read(adapter, {}, long_ago(world))).uris
        assert world.logins() == (before[0], before[1] + 1)
        restarted = await signed_in(world)
        assert said.uri in (await read(restarted, {}, long_ago(world))).uris
        assert world.logins() == (before[0], before[1] + 1), "the new session was not kept"

    @acted
    async def test_requests_at_the_same_time_share_one_refresh(self, world: World) -> None:
        world.someone_mentions_me("hello")
        adapter = await signed_in(world)
        if not world.expire():
            pytest.skip("no session is refreshed here")
        before = world.logins()
        work = [adapter.fetch(channel.name, "", long_ago(world)) for channel in adapter.channels[:2]]
        await asyncio.gather(*work, adapter.identify())
        assert world.logins()[1] == before[1] + 1

    @acted
    async def test_a_restart_signs_in_anew_only_when_it_must(self, world: World) -> None:
        await signed_in(world)
        before = world.logins()
        for _ in range(3):
            await signed_in(world)
        assert world.logins() == before

    @answering
    async def test_an_answer_with_an_expired_session_is_sent_once(self, world: World) -> None:
        said = world.someone_mentions_me("hello")
        adapter = await signed_in(world)
        request = await adapter.prepare(answer_to(adapter, await received(adapter, world, said), "my answer"))
        if not world.expire():
            pytest.skip("no session is refreshed here")
        await adapter.answer(request)
        assert [one.text for one in world.standing()] == ["my answer"]

    @acted
    async def test_a_revoked_credential_asks_to_sign_in(self, world: World) -> None:
        said = world.someone_mentions_me("hello")
        adapter = await signed_in(world)
        message = await received(adapter, world, said)
        request = await adapter.prepare(answer_to(adapter, message, "my answer")) if world.answers else ""
        world.revoke()
        with pytest.raises(SignInAgain):
            await read(adapter, {}, long_ago(world))
        with pytest.raises(SignInAgain):
            await adapter.lookup([message.ref])
        if world.answers:
            with pytest.raises(SignInAgain):
                await adapter.answer(request)
        with pytest.raises(SignInAgain):
            await world.adapter().identify()
        assert world.standing() == []

    @pytest.mark.parametrize(
        "kind", [Trouble.DOWN, Trouble.HTML, Trouble.NONSENSE, Trouble.UNREACHABLE, Trouble.RATE_LIMITED]
    )
    @acted
    async def test_check_reports_and_never_raises(self, world: World, kind: Trouble) -> None:
        adapter = await signed_in(world, deadline=0.5)
        fine = await adapter.check()
        assert fine
        assert all(finding.fine for finding in fine), [f for f in fine if not f.fine]
        done = world.trouble(kind, times=_ALWAYS) and world.trouble(kind, where=Where.FIND, times=_ALWAYS)
        if not done:
            pytest.skip(f"{kind.value}: not in this world")
        for finding in await adapter.check():
            assert finding.what
            assert finding.fine or finding.words

    @acted
    async def test_check_looks_at_all_that_every_check_does(self, world: World) -> None:
        found = [finding.what for finding in await (await signed_in(world)).check()]
        assert [what for what in CHECKED if what not in found] == []

    @acted
    async def test_check_says_when_the_credential_is_gone(self, world: World) -> None:
        adapter = await signed_in(world)
        world.revoke()
        world.expire()
        findings = await adapter.check()
        assert any(not finding.fine and finding.words for finding in findings)

    @acted
    async def test_people_and_slow_channels_survive_trouble(self, world: World) -> None:
        adapter = await signed_in(world)
        kinds = (ChannelKind.SLOW, ChannelKind.PEOPLE, ChannelKind.OWN)
        world.i_post("mine")
        await read(adapter, {}, long_ago(world), *kinds)
        if not world.trouble(Trouble.DOWN, where=Where.FIND, times=_ALWAYS):
            pytest.skip("this server never fails")
        for channel in adapter.channels:
            if channel.kind is ChannelKind.OWN:
                with pytest.raises(RetryAt):
                    await adapter.fetch(channel.name, "", long_ago(world))
