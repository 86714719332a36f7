"""What the tests of delivery share: a question, an answer to it, the words of a draft."""

from __future__ import annotations

from datetime import timedelta

from convo.engine import Engine
from convo.model import Message
from convo.store import accounts as stored
from convo.store import drafts
from convo.views import OutboxRow
from tests.engine.stage import Stage, queue

SETTLE = timedelta(seconds=5)


def asked(stage: Stage, text: str = "Did you get the house?") -> Message:
    """Ana asks, and convo has seen it."""
    message = stage.ask(text)
    stage.sync()
    return message


def answer(stage: Stage, parent: Message, text: str = "yes") -> OutboxRow:
    """Answer in a process of its own, and give what became of it."""

    async def play(engine: Engine) -> OutboxRow:
        return await engine.delivery.now(await queue(engine, parent, text))

    return stage.run(play)


def draft_text(engine: Engine, uri: str, account: str = "one") -> str | None:
    record = stored.by_name(engine.store.reader, account)
    assert record is not None
    found = drafts.load(engine.store.reader, record.id, uri)
    return found.text if found else None
