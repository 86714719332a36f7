"""What the conformance suite's worlds over HTTP share: the server, troubles, infections, the log."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any, ClassVar, Protocol

from convo.adapters.contract import Adapter, Credential
from convo.adapters.http import BODY_CAP, Http
from convo.clock import HandClock
from convo.config import AccountConfig
from convo.testing import Trouble, Where
from tests.adapters.credential import Kept
from tests.adapters.mutants import mutated
from tests.simulators import faults
from tests.simulators.faults import Cut, Fault
from tests.simulators.messages import Answer, json_answer
from tests.simulators.server import Platform, Site

_CUTS = {
    Trouble.CUT_BEFORE: Cut.BEFORE,
    Trouble.CUT_HEADERS: Cut.HEADERS,
    Trouble.CUT_BODY: Cut.BODY,
}
Route = tuple[str, str]
"""A method and a part of a path."""
Change = Callable[[Answer], Answer]


class AdapterClass(Protocol):
    """How adapters are made."""

    def __call__(
        self, account: AccountConfig, http: Http, credential: Credential, facts: str, /
    ) -> Adapter: ...


class HttpWorld:
    """A simulated platform behind a real server on loopback."""

    answers = True
    beside = 0
    page_size: int
    routes: ClassVar[dict[Where, Sequence[Route]]]
    """Which requests a trouble at a place hits."""
    reads: ClassVar[Sequence[Route]] = [("GET", "")]
    """Which requests only read."""
    kept_keys: frozenset[str]
    """JSON keys whose values strangers cannot choose freely: ids, times, types."""

    plain_keys: frozenset[str]
    """JSON keys of times and types, which even a hostile server writes as it must."""

    def __init__(self, platform: Platform, clock: HandClock, account: AccountConfig, secret: str) -> None:
        self.clock = clock
        self.site = Site(platform, clock)
        self.account = account
        self.credential = Kept(secret)
        self.secrets: tuple[str, ...] = (secret,)
        self._made: list[tuple[Adapter, Http]] = []
        self._changes: dict[Route, list[Change]] = {}

    @staticmethod
    def present() -> HandClock:
        """A clock that stands at the machine's present, to the second: tokens and headers agree with it."""
        return HandClock(datetime.now(timezone.utc).replace(microsecond=0))

    def adapter_class(self) -> AdapterClass:
        raise NotImplementedError

    def base(self) -> str:
        """What the addresses of requests begin with."""
        return self.site.home.url

    def now(self) -> datetime:
        return self.clock.now()

    def pass_time(self, seconds: float) -> None:
        with self.site.home.lock:
            self.clock.step(seconds)

    def adapter(self, facts: str = "{}", *, deadline: float = 20.0) -> Adapter:
        http = Http(self.base(), deadline=deadline)
        made = self.adapter_class()(self.account, http, self.credential, facts)
        self._made.append((made, http))
        adapter: Adapter = mutated(made, http, self.credential)
        return adapter

    async def close(self) -> None:
        for adapter, http in self._made:
            await adapter.close()
            await http.close()
        self._made.clear()

    def stop(self) -> None:
        self.site.stop()

    def _tick(self) -> None:
        self.clock.step(1)

    def refusal(self, words: str) -> Fault:
        """The platform's own way to say no, with these words."""
        raise NotImplementedError

    def trouble(
        self,
        kind: Trouble,
        *,
        where: Where = Where.READ,
        done: bool = False,
        times: int = 1,
        header: tuple[str, str] = ("", ""),
        words: str = "simulated",
    ) -> bool:
        home = self.site.home
        if kind is Trouble.UNREACHABLE:
            home.refuse()
            return True
        if kind is Trouble.KEPT_CLOSED:
            home.add(Fault(kept_only=True, cut=Cut.BEFORE, done=False), times=times)
            return True
        for method, path in self.routes[where]:
            fault = self._fault(kind, done, header, words)
            if fault is None:
                return False
            home.add(fault, method=method, path=path, times=times)
        return True

    def _fault(self, kind: Trouble, done: bool, header: tuple[str, str], words: str) -> Fault | None:
        elsewhere = self.site.elsewhere.url
        if kind in _CUTS:
            return faults.cut(_CUTS[kind], done=done)
        made: dict[Trouble, Callable[[], Fault | None]] = {
            Trouble.RATE_LIMITED: lambda: faults.rate_limited(*header),
            Trouble.DOWN: lambda: faults.refuses(503),
            Trouble.BROKEN: lambda: faults.refuses(500),
            Trouble.REFUSED: lambda: self.refusal(words),
            Trouble.FORBIDDEN: lambda: faults.refuses(403, json.dumps({"error": words}).encode()),
            Trouble.HTML_ERROR: lambda: faults.html(502),
            Trouble.HTML: lambda: faults.html(200),
            Trouble.NONSENSE: lambda: Fault(answer=json_answer({"unexpected": [1, {"a": None}]})),
            Trouble.STALLED: lambda: Fault(stall=True),
            Trouble.REDIRECTED: lambda: faults.redirected(f"{elsewhere}/api/v1/notifications"),
            Trouble.NEXT_ELSEWHERE: self.next_elsewhere,
            Trouble.OVERSIZED: lambda: faults.oversized(BODY_CAP + 1),
            Trouble.NESTED: lambda: faults.nested(100_000),
            Trouble.TOO_SHORT: lambda: faults.wrong_length(7),
        }
        fault = made[kind]()
        if fault is not None:
            fault.done = done
        if kind is Trouble.TOO_SHORT or (kind is Trouble.NEXT_ELSEWHERE and fault is not None):
            assert fault is not None
            fault.done = True
        return fault

    def next_elsewhere(self) -> Fault | None:
        """A link to the next page on another host; None where pages are not linked."""
        return None

    def calm(self) -> None:
        with self.site.home.lock:
            self.site.home.faults.clear()
            self._changes.clear()
        if self.site.home.refusing:
            self.site.home.accept()

    def alter(self, change: Change, method: str, path: str = "") -> None:
        """Change answers from now on, after what changes them already: of scripted faults only the first one hits."""
        changes = self._changes.setdefault((method, path), [])
        changes.append(change)

        def every(answer: Answer) -> Answer:
            for one in changes:
                answer = one(answer)
            return answer

        if len(changes) == 1:
            self.site.home.add(Fault(change=every), method=method, path=path, times=10_000)

    def infect(self, text: str, *, ids: bool = False) -> bool:
        kept = self.plain_keys if ids else self.kept_keys

        def infected(value: Any, key: str = "") -> Any:
            if isinstance(value, dict):
                return {name: infected(inner, name) for name, inner in value.items()}
            if isinstance(value, list):
                return [infected(inner, key) for inner in value]
            return value + text if isinstance(value, str) and key not in kept else value

        def change(answer: Answer) -> Answer:
            if answer.status != 200 or not answer.body:
                return answer
            return replace(answer, body=json_answer(infected(answer.json())).body)

        for method, path in self.reads:
            self.site.home.add(Fault(change=change), method=method, path=path, times=10_000)
        return True

    def while_reading(self, act: Callable[[], object]) -> None:
        def change(answer: Answer) -> Answer:
            act()
            return answer

        method, path = self.routes[Where.READ][0]
        self.site.home.add(Fault(change=change), method=method, path=path)

    def requests(self) -> int:
        return len(self.site.home.asked())

    def leaks(self) -> list[str]:
        tokens = {request.bearer for request in self.site.log} - {""}
        found = self.site.leaked(*self.secrets, *tokens)
        return [f"{request.method} {request.origin}{request.target}" for request in found]

    def writes(self) -> list[tuple[bytes, bool]]:
        found = []
        for method, path in self.routes[Where.ANSWER]:
            found += [(r.body, r.kept) for r in self.site.home.asked(method, path)]
        return found
