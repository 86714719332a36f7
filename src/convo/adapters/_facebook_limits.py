"""How much of what Facebook grants is used, as its headers say, and when the next look may be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

from convo.adapters.contract import RetryAt
from convo.adapters.http import retry_time
from convo.adapters.wire import part
from convo.values import frozen

SLOW_FROM = 75
"""Percent from which on convo looks less often; at 100 Facebook refuses."""
_MUCH = 90
_PARTS = frozenset({"call_count", "total_time", "total_cputime"})
_MINUTES = "estimated_time_to_regain_access"
_ROUND = timedelta(seconds=60)
"""A round under way is let finish: lists that come last would never be read otherwise."""
_PAUSE, _LONG_PAUSE = timedelta(minutes=5), timedelta(minutes=15)
_LONGEST = 24 * 60


@frozen
class Usage:
    """Percent of the limits that are used, and after how many minutes calls are taken again (0: they are taken)."""

    percent: int = 0
    minutes: int = 0


def usage(headers: Mapping[str, str]) -> Usage:
    """What `X-App-Usage` and `X-Business-Use-Case-Usage` say; the fullest of the limits counts."""
    percent, minutes = 0.0, 0.0
    for limit in _limits(headers):
        for name, value in limit.items():
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < 1e6:
                continue
            if name in _PARTS:
                percent = max(percent, value)
            elif name == _MINUTES:
                minutes = max(minutes, value)
    return Usage(int(percent), int(min(minutes, _LONGEST)))


def _limits(headers: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    app = part(headers.get("x-app-usage", "").encode(), dict[str, Any])
    if app is not None:
        yield app
    for found in (part(headers.get("x-business-use-case-usage", "").encode(), dict[str, Any]) or {}).values():
        yield from (one for one in (found if isinstance(found, list) else []) if isinstance(one, dict))


def back_at(headers: Mapping[str, str], skew: timedelta) -> datetime | None:
    """When calls are taken again after a limit was met, on this machine's clock; None when nothing says so."""
    now = datetime.now(timezone.utc)
    minutes = usage(headers).minutes
    if minutes:
        return now + timedelta(minutes=minutes)
    when = retry_time(headers, now - skew)
    return when + skew if when else None


class Pace:
    """Slows down what only looks for news, once most of the limits is used. Answers are not held up."""

    def __init__(self) -> None:
        self.last = Usage()
        self._begins = self._ends = datetime.min.replace(tzinfo=timezone.utc)

    def note(self, headers: Mapping[str, str]) -> None:
        """Take in what an answer says of the limits."""
        if "x-app-usage" not in headers and "x-business-use-case-usage" not in headers:
            return
        now, self.last = datetime.now(timezone.utc), usage(headers)
        if self.last.percent < SLOW_FROM and not self.last.minutes:
            self._begins = self._ends = now
        elif now >= self._ends:
            pause = _LONG_PAUSE if self.last.percent >= _MUCH else _PAUSE
            self._begins = now + (timedelta(0) if self.last.percent >= 100 else _ROUND)
            self._ends = self._begins + max(pause, timedelta(minutes=self.last.minutes))

    def demand(self) -> None:
        """Raises RetryAt while nothing is to be looked for."""
        now = datetime.now(timezone.utc)
        if self._begins <= now < self._ends:
            raise RetryAt(
                f"{self.last.percent} % of what Facebook grants this Page is used; convo looks less often.",
                self._ends,
            )
