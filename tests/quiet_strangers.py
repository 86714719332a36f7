"""What the tests of Quiet share: a stranger's message, and the rule that holds it."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from convo.model import Message, Person, Reason
from convo.quiet import Stranger, parts, why_quiet
from convo.waiting import Parent

MENTION, DIRECT, COMMENT, REPLY, QUOTE = (
    Reason.MENTION,
    Reason.DIRECT,
    Reason.COMMENT,
    Reason.REPLY,
    Reason.QUOTE,
)
LINK = "https://growth-lab.example/ten-tips"
OWN = Parent(author_is_me=True, named=())


def message(text: str = "Hello", **more: Any) -> Message:
    author = Person("memory", "did:pia", "pia", bot=more.pop("bot", False))
    return Message("at://pia/1", author, datetime(2026, 11, 22, tzinfo=timezone.utc), text, **more)


def stranger(text: str = "Hello", reason: Reason | None = MENTION, **more: Any) -> Stranger:
    names = ("known", "parent", "wrote_here", "by_author", "by_others", "names")
    around = {name: more.pop(name) for name in names if name in more}
    return Stranger(message(text, **more), reason, **{"known": False, **around})


def rule(one: Stranger) -> str:
    return parts(why_quiet(one))[0]
