"""An answer that was held for days is never sent unasked, and never forgotten: every sync says how to decide."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from convo.clock import SystemClock
from tests.cli.conftest import Cli


def test_a_sync_tells_of_an_answer_that_was_held_for_days(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    assert cli("sync").status == 0
    single = [row["id"] for row in cli("list", "--json").json if len(row["waiting_for"]) == 1]
    held = cli("reply", single[0], "-m", "an answer", "--offline", "--hold", "60", "--json").json
    assert "outbox" not in cli("sync", "--json").err
    later = timedelta(days=3)
    monkeypatch.setattr(SystemClock, "now", lambda self: datetime.now(timezone.utc) + later)
    told = cli("sync")
    assert told.status == 0
    assert f"convo outbox retry {held['outbox_id']}" in told.err
    assert f"convo outbox cancel {held['outbox_id']}" in told.err
    assert [row["state"] for row in cli("outbox", "--json").json] == ["held"]
    assert cli("outbox", "retry", held["outbox_id"], "--json").json["state"] == "sent"
    assert "outbox" not in cli("sync").err
