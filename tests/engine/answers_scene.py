"""What the tests of answers share: a stage with a question on it, terms and drafts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from convo.engine import Engine
from convo.engine.answers import Terms
from convo.model import Message
from convo.store import outbox
from convo.views import Draft
from tests.engine.stage import Stage


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    stage = Stage(tmp_path, "one")
    stage.world.person(stage.server(), "ben", "Ben Okafor")
    stage.world.person(stage.server(), "carl", "Carl Berg")
    stage.config = replace(stage.config, inbox=replace(stage.config.inbox, undo_seconds=10))
    return stage


def number(engine: Engine, message: Message) -> int:
    found = engine.inbox.resolve(message.uri).message_id
    assert found is not None
    return found


def terms(engine: Engine, message: Message, account: str | None = None) -> Terms:
    return engine.answers.terms(number(engine, message), account)


def draft(engine: Engine, message: Message, text: str = "My words", **how: Any) -> Draft:
    row = engine.inbox.row(engine.inbox.resolve(message.uri).thread_id)
    assert row is not None
    made = Draft(
        "one", message.uri, text, len(text), None, None, "", (), (), "", engine.clock.now(), row.arrival
    )
    return replace(made, **how)


def stored(engine: Engine) -> Any:
    """The newest answer in the outbox, as its adapter will get it."""
    newest = max(row.outbox_id for row in outbox.rows(engine.store.reader))
    leaving = outbox.one(engine.store.reader, newest)
    assert leaving is not None
    assert leaving.reply is not None
    return leaving.reply
