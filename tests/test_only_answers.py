"""Own your words: the whole public surface is held to the list in DESIGN.md section 1.

The only thing that creates text is answering one message (attachments are part of it); the user's own answers can be
changed and deleted; moderating, marking read, muting and blocking create no text. There is nothing else that goes out,
and nothing automatic, in bulk, canned or for later. Whoever adds to one of these lists has to say it here.
"""

from __future__ import annotations

import asyncio
import inspect
import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from convo import adapters
from convo.adapters import parted, parts
from convo.adapters.contract import Adapter, Verb
from convo.cli.parser import COMMANDS as WORDS
from convo.config import InboxConfig, LookConfig, NotifyConfig
from convo.engine import (
    Engine,
    acts,
    answers,
    care,
    delivery,
    errands,
    inbox,
    moderation,
    people,
    standing,
    sync,
)
from convo.engine.accounts import Accounts
from convo.model import Reply
from convo.tui.commands import COMMANDS as KEYS
from convo.views import Draft
from tests.cli.conftest import Cli, Ran
from tests.cli.conftest import cli as cli
from tests.cli.conftest import stage as stage
from tests.tui.play import inbox as screen

ANSWERING = {"prepare", "answer", "find"}
OWN = {"edit", "delete"}
TEXTLESS = {"moderate", "mark_read", "mute_thread", "mute_person", "block"}
READING = {"identify", "check", "fetch", "lookup", "conversation"}
PURE = {"audience", "widest", "measure", "close"}
MAKING = {
    "base_url",
    "can",
    "channels",
    "demand",
    "keyless",
    "login",
    "login_fields",
    "options",
    "platform",
    "user_signs_in",
}
"""What a class has besides: how it is made and signed in to."""
PARTS = {"acts", "answering", "checking", "learned", "lists", "reading", "ready", "signing_in"}
"""Where the verbs of most classes stand; see `convo.adapters.parts`."""

PUBLISHING = re.compile(
    r"post_?(new|now|it)|publish|broadcast|cross_?post|compose|schedul|campaign|template|canned|auto_?(reply|answer)|"
    r"bulk|boost|reblog|repost|retweet|favou?rite|^like|upvote|follow_person|thread_?out",
    re.IGNORECASE,
)


def public(one: Any) -> set[str]:
    return {name for name in dir(one) if not name.startswith("_")}


# adapters


def test_an_adapter_can_read_answer_and_what_creates_no_text() -> None:
    assert public(Adapter) == ANSWERING | OWN | TEXTLESS | READING | PURE
    attributes = {"attach", "content_warning", "direct", "language", "visibility"}
    assert {verb.value for verb in Verb} == {"answer"} | OWN | TEXTLESS | attributes


@pytest.mark.parametrize("platform", [*adapters.BUILT_IN, "memory"])
def test_no_adapter_can_do_more(platform: str) -> None:
    made = adapters.load(platform) if platform in adapters.BUILT_IN else _memory()
    assert public(made) <= public(Adapter) | MAKING | PARTS | {"settle"}


def test_the_parts_of_an_adapter_hold_no_verb_of_their_own() -> None:
    assert public(parted.Parted) | set(parted.Parted.__annotations__) <= public(Adapter) | MAKING | PARTS
    assert public(parts.Answering) == public(parts.ByHand) == ANSWERING | {"measure"}
    assert {one.name for one in fields(parts.Acts)} == OWN | TEXTLESS
    assert public(parts.Reading) | public(parts.Checking) <= READING
    assert public(parts.SigningIn) <= MAKING


def _memory() -> Any:
    from convo.adapters.memory import MemoryAdapter

    return MemoryAdapter


def test_an_answer_answers_one_message() -> None:
    parent = next(one for one in fields(Reply) if one.name == "parent")
    assert parent.type == "Message"
    assert [one.name for one in fields(Draft) if one.name in ("uri", "uris")] == ["uri"]


# the engine


VERBS: dict[Any, set[str]] = {
    acts.Acts: {
        "apart", "block", "circle", "circle_all", "close_finished", "done", "done_person", "join", "looked", "mute",
        "mute_person", "note", "quiet", "redo", "reopen", "separate", "snooze", "undo", "unquiet",
    },
    answers.Answers: {
        "cancel", "cautions", "delete", "discard_draft", "edit", "measure", "recall", "retry", "save_draft", "send",
        "sent_before", "settle", "terms",
    },
    moderation.Moderation: {"carry_out", "decide", "decide_now", "refused"},
    delivery.Delivery: {"deliver", "look", "look_for_unsure", "now", "on_words", "run", "stop"},
    errands.Errands: {"follow", "run", "stop"},
    sync.Sync: {"context", "load", "look_now", "once", "run", "stop"},
    people.People: {"page", "person", "reach_out", "week"},
    care.Care: {"back_up", "bring_in", "export", "fill_index", "run", "stop"},
}  # fmt: skip
"""Every verb of the program that may change something, here or there."""
SENDS = ("send", "edit")
"""The two that take words and bring them out."""


@pytest.mark.parametrize("part", VERBS, ids=lambda part: part.__name__)
def test_the_engine_has_no_other_verb(part: Any) -> None:
    assert public(part) == VERBS[part]


def test_the_engine_is_made_of_these_parts() -> None:
    reading = {inbox.Inbox, Accounts, standing.Standing}
    itself = ("circle_news", "give_way", "look_now", "run", "stop")
    parts = {name for name in public(Engine) if name not in itself}
    assert parts == {"acts", "answers", "care", "delivery", "errands", "moderation", "people", "sync"}
    assert len(parts) == len(VERBS)
    for one in reading:
        assert not [name for name in public(one) if PUBLISHING.search(name)]


def test_words_leave_one_draft_at_a_time_and_never_for_later() -> None:
    for name in SENDS:
        named = inspect.signature(getattr(answers.Answers, name)).parameters
        assert "draft" in named or "message_id" in named or "outbox_id" in named, name
        assert not [one for one in named if one in ("drafts", "messages", "at", "until", "when", "every")], (
            name
        )
    assert answers.LONGEST_HOLD <= 600


# the command line


COMMANDS = {
    "sync", "list", "show", "search", "reply", "done", "mute", "reopen", "quiet", "unquiet", "snooze", "undo", "redo",
    "edit", "delete", "moderate", "circle", "note", "mute-person", "block", "join", "separate", "people", "person",
    "week", "outbox", "accounts", "login", "logout", "doctor", "export", "import",
}  # fmt: skip
WITH_WORDS = {"reply", "edit", "note"}
"""The commands that take a text; a note stays here."""


def test_the_command_line_has_no_other_command() -> None:
    assert {command.name for command in WORDS} <= COMMANDS
    for command in WORDS:
        assert not PUBLISHING.search(command.name)
        taken = [name for argument in command.arguments for name in argument.names]
        assert not [name for name in taken if PUBLISHING.search(name.lstrip("-"))], command.name
        assert ("-m" in taken) == (command.name in WITH_WORDS), command.name


def test_only_one_message_is_answered_and_edited() -> None:
    for name in ("reply", "edit"):
        command = next(one for one in WORDS if one.name == name)
        places = [argument for argument in command.arguments if not argument.names[0].startswith("-")]
        assert len(places) == 1
        assert "nargs" not in places[0].options


def _first_waiting(cli: Cli) -> str:
    cli("sync")
    return str(cli("list", "--json").json[0]["id"])


def test_an_answer_cannot_be_kept_back_for_a_later_hour(cli: Cli) -> None:
    thread = _first_waiting(cli)
    for wait in ("601", "86400", "-1", "nan", "inf"):
        ran: Ran = cli("reply", thread, "-m", "Good morning", "--hold", wait, "--yes")
        assert ran.status == 2, wait
        assert "600" in ran.err
    assert cli("outbox", "--json").json == []


# keys and the config


def test_no_key_publishes() -> None:
    for command in KEYS:
        if command.name != "no_post":
            assert not PUBLISHING.search(command.name), command.name
        assert not PUBLISHING.search(command.verb.rpartition(".")[2]), command.name
    verbs = {command.verb for command in KEYS if command.verb.startswith("answers.")}
    assert verbs == {
        "answers.terms",
        "answers.send",
        "answers.edit",
        "answers.delete",
        "answers.discard_draft",
    }


def test_marked_conversations_are_not_answered_together() -> None:
    async def answered() -> list[Any]:
        async with screen() as play:
            await play.press("X", "r")
            await play.type("Good morning")
            await play.press("ctrl+s", "ctrl+s")
            return list(play.engine.outbox.values())

    assert len(asyncio.run(answered())) == 1


def test_the_config_holds_no_words_to_send() -> None:
    """No template, no signature, no answer for all: what leaves was typed for the one who reads it."""
    keys = {one.name for kind in (InboxConfig, NotifyConfig, LookConfig) for one in fields(kind)}
    assert keys <= {
        "history_days", "waiting_days", "undo_seconds", "mark_read", "order", "day_starts", "poll_seconds", "proxy",
        "ca_file", "command", "theme", "glyphs", "motion", "wide", "copy_command", "editor",
    }  # fmt: skip


OTHERWISE = ("no_post", "compose", "composed", "_lookup_bulk")
"""Saying that nothing is posted, making a screen, and reading many messages at once."""


def test_no_function_of_the_program_is_named_like_publishing() -> None:
    source = Path(adapters.__file__).parent.parent
    named = re.compile(r"^\s*(?:async )?def (\w+)", re.MULTILINE)
    found = [
        (path.name, name)
        for path in source.rglob("*.py")
        for name in named.findall(path.read_text("utf-8"))
        if PUBLISHING.search(name) and name not in OTHERWISE
    ]
    assert found == []
