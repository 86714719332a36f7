"""The loopback server does what the conformance tests rely on."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import datetime, timezone

import pytest

from convo.adapters.contract import Ambiguous, RetryAt, Unreachable
from convo.adapters.http import BODY_CAP, Http
from convo.clock import HandClock
from tests.simulators import faults
from tests.simulators.messages import Answer, Request, json_answer
from tests.simulators.server import Site


class Counter:
    """Counts what was written."""

    def __init__(self) -> None:
        self.written = 0

    def answer(self, request: Request) -> Answer:
        self.written += request.method == "POST"
        return json_answer({"written": self.written})


@pytest.fixture
def site() -> Iterator[Site]:
    built = Site(Counter(), HandClock(datetime(2026, 11, 20, tzinfo=timezone.utc)))
    yield built
    built.stop()


def get(site: Site, http: Http | None = None) -> object:
    async def run() -> object:
        client = http or Http(site.home.url, deadline=0.5)
        try:
            return (await client.get("/x")).body
        finally:
            await client.close()

    return asyncio.run(run())


def post(site: Site) -> int:
    async def run() -> int:
        return (await Http(site.home.url, deadline=0.5).send("POST", "/x", json_body={})).status

    return asyncio.run(run())


def test_keeps_connections_and_logs_them(site: Site) -> None:
    async def run() -> None:
        http = Http(site.home.url)
        await http.get("/a")
        await http.get("/b?c=d%20e")
        await http.close()

    asyncio.run(run())
    assert [(r.path, r.kept) for r in site.log] == [("/a", False), ("/b", True)]
    assert site.log[1].first("c") == "d e"
    assert site.home.connections == 1


def test_a_kept_connection_closed_without_a_word_is_tried_anew(site: Site) -> None:
    async def run() -> None:
        http = Http(site.home.url)
        await http.get("/a")
        fault = site.home.add(faults.Fault(kept_only=True, cut=faults.Cut.BEFORE, done=False))
        assert (await http.get("/b")).ok
        assert fault.hits == 1
        await http.close()

    asyncio.run(run())
    assert site.home.connections == 2


def test_a_silent_server_closes_every_connection(site: Site) -> None:
    site.home.silent = True

    async def run() -> None:
        http = Http(site.home.url)
        for _ in range(3):
            assert (await http.get("/a")).ok
        await http.close()

    asyncio.run(run())
    assert site.home.connections >= 3


@pytest.mark.parametrize("where", [faults.Cut.BEFORE, faults.Cut.HEADERS, faults.Cut.BODY])
@pytest.mark.parametrize("done", [True, False])
def test_cuts(site: Site, where: faults.Cut, done: bool) -> None:
    site.home.add(faults.cut(where, done=done))
    with pytest.raises(Ambiguous):
        post(site)
    assert site.home.platform.written == done  # type: ignore[attr-defined]


def test_stalls(site: Site) -> None:
    site.home.add(faults.Fault(stall=True))
    with pytest.raises(Ambiguous):
        post(site)
    site.home.add(faults.Fault(stall=True))
    with pytest.raises(RetryAt):
        get(site)


def test_wrong_lengths(site: Site) -> None:
    site.home.add(faults.wrong_length(5), times=2)
    with pytest.raises(RetryAt):
        get(site)
    site.home.add(faults.wrong_length(-3))
    assert get(site) == b'{"written": '[: len(b'{"written": 0}') - 3]


def test_oversized(site: Site) -> None:
    site.home.add(faults.oversized(BODY_CAP + 1))
    with pytest.raises(RetryAt):
        get(site)


def test_redirects_and_other_origins_are_seen(site: Site) -> None:
    site.home.add(faults.redirected(site.elsewhere.url + "/x"))
    with pytest.raises(RetryAt):
        get(site)
    assert not site.leaked("secret")

    async def leak() -> None:
        http = Http(site.elsewhere.url)
        await http.get("/x", headers={"authorization": "Bearer secret"})
        await http.close()

    asyncio.run(leak())
    assert len(site.leaked("secret")) == 1


def test_refuses_and_accepts(site: Site) -> None:
    site.home.refuse()
    with pytest.raises(Unreachable):
        post(site)
    with pytest.raises(Unreachable):
        get(site)
    site.home.accept()
    assert post(site) == 200


def test_skip_and_times(site: Site) -> None:
    site.home.add(faults.html(503), skip=1, times=2, path="/x")
    assert [post(site) for _ in range(4)] == [200, 503, 503, 200]


def test_multipart_form_and_json_bodies(site: Site) -> None:
    async def run() -> None:
        http = Http(site.home.url)
        await http.send(
            "POST", "/f", files={"file": ("a.png", b"\x89PNG", "image/png")}, data={"description": "é"}
        )
        await http.send("POST", "/g", data={"a[]": ["1", "2"], "n[id]": "7"})
        await http.send("POST", "/h", json_body={"a": 1})

    asyncio.run(run())
    parts = site.log[0].parts()
    assert parts["file"] == ("a.png", b"\x89PNG")
    assert parts["description"][1].decode() == "é"
    assert site.log[1].form() == {"a": ["1", "2"], "n": {"id": "7"}}
    assert site.log[2].json() == {"a": 1}
