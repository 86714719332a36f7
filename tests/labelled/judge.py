"""The one place where the labelled cases meet the rules of `convo`.

Each case is played into a real store through the ingest of every sync: first what happened before (an exchange, the
same words elsewhere, what it answers), then the message; what stands in the store then is the answer. Nothing is
decided here.
"""

from __future__ import annotations

import atexit
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from convo.model import Attachment, Link, Mention, Message, Page, Person, Reason, Visibility
from convo.quiet import parts
from convo.store import accounts, ingest, rows
from convo.store.connection import Connection, connect
from convo.store.migrate import migrate
from tests.labelled.cases import Case

NOW = datetime(2026, 11, 20, 10, 30, tzinfo=timezone.utc)
HANDLES = ("robin", "robin@tooth.example", "robinvale.example")
"""The user's, as the cases write them."""
REASONS = {
    "": "",
    "bot": "bot",
    "only-link": "only-link",
    "same-words": "same-text",
    "automatic-greeting": "automatic-greeting",
    "many-named": "crowd",
    "platform-filter": "platform-filter",
}
"""The names of the rules, as the labels call them."""
TRAYS = {"request": "a message request", "filter": "its filter"}
_NAMES = re.compile(r"(?<!\w)@[\w.-]+(?:@[\w.-]+)?|[^\s@]+")
_CHATS = ("bluesky", "matrix", "linkedin", "twitter")
"""Where private messages have no reply tree; elsewhere they are answered one by one."""


def judge(case: Case) -> tuple[str, bool]:
    """What the rules of `convo` say about one case: why it is quiet, or ""; and whether it sounds finished.

    `finished` is False for what answers nothing of the user.
    """
    with _store() as db:
        stage = _Stage(db, case)
        stage.play()
        quiet, thread_id = stage.outcome()
        row = rows.one(db, thread_id, NOW)
        assert row is not None
        return REASONS[parts(quiet)[0]], case.parent is not None and row.finished


@contextmanager
def _store() -> Iterator[Connection]:
    """An empty store; what is written into it goes again."""
    db = _made()
    db.execute("BEGIN IMMEDIATE")
    try:
        yield db
    finally:
        db.execute("ROLLBACK")


@cache
def _made() -> Connection:
    directory = TemporaryDirectory(prefix="labelled-")
    path = Path(directory.name, "convo.db")
    db = connect(path)
    migrate(db, path)
    atexit.register(directory.cleanup)
    atexit.register(db.close)
    return db


class _Stage:
    """The user, the author of a case, and others who may have said the same."""

    def __init__(self, db: Connection, case: Case) -> None:
        self._db = db
        self._case = case
        self._me = self._person("robin", "Robin Vale", HANDLES[0])
        self._author = replace(self._person("author", case.name, case.handle or case.name), bot=case.bot)
        self._account = accounts.remember(db, "one", case.platform, self._me, "{}", NOW - timedelta(days=30))
        accounts.good_sync(db, self._account, NOW - timedelta(days=30))
        self._numbers = 0

    def play(self) -> None:
        """Say all of it, in the order in which it happened."""
        case = self._case
        if case.history == "wrote-first":
            self._write(self._me, "Hello", mentions=(_named(self._author),))
        elif case.history == "answered":
            asked = self._write(self._author, "Hello", mentions=(_named(self._me),))
            self._write(self._me, "Hello", parent_uri=asked.uri)
        for number in range(case.same_by_others):
            self._say(self._person(f"other{number}", f"Other {number}", f"other{number}"))
        for _ in range(case.same_by_author):
            self._say(self._author)
        self._said = self._say(self._author)

    def outcome(self) -> tuple[str, int]:
        """Why the message of the case is quiet, as the store has it, and its thread."""
        quiet, thread_id = self._db.execute(
            "SELECT quiet, thread_id FROM message WHERE uri = ?", (self._said.uri,)
        ).fetchone()
        return str(quiet), int(thread_id)

    def _say(self, author: Person) -> Message:
        """The message of the case, by this author, in a conversation of its own."""
        case = self._case
        mentions = self._mentions(author)
        parent = self._above(mentions)
        direct = case.kind == "direct"
        if (case.kind == "mention" or direct) and all(one.uid != self._me.uid for one in mentions):
            mentions = (*mentions, _named(self._me))
        return self._write(
            author,
            case.text,
            parent_uri=parent.uri if parent else "",
            mentions=mentions,
            links=tuple(Link(url if "://" in url else f"https://{url}", url) for url in case.links),
            attachments=tuple(
                Attachment(kind, f"https://files.example/{number}")
                for number, kind in enumerate(case.attachments)
            ),
            visibility=Visibility.DIRECT if direct else Visibility.PUBLIC,
            claim=self._claim(),
            flat=case.kind == "forge" or (direct and case.platform in _CHATS),
            held=case.held_by_platform == "approval",
            filtered=TRAYS.get(case.held_by_platform, ""),
        )

    def _claim(self) -> Reason | None:
        """What only the platform knows: a comment on the user's page, an issue in their repository."""
        if self._case.parent is not None:
            return None
        return {"comment": Reason.COMMENT, "forge": Reason.OPENED}.get(self._case.kind)

    def _above(self, mentions: Sequence[Mention]) -> Message | None:
        """What the message answers: words of the user, or their page; None for what begins a conversation."""
        case = self._case
        if case.parent is None and case.kind != "comment":
            return None
        others = [one for one in mentions if one.uid != self._me.uid]
        carried = [*others, _named(self._me)][: case.carried_mentions]
        return self._write(
            self._me, case.parent or "A text of mine", mentions=tuple(carried), flat=case.kind == "forge"
        )

    def _mentions(self, author: Person) -> tuple[Mention, ...]:
        """Whom the text names: as it names them, and what is not written with an @ behind."""
        found: dict[str, Mention] = {}
        leading = True
        for word in _NAMES.findall(self._case.text):
            if not word.startswith("@"):
                leading = False
                continue
            handle = word.strip("@.")
            person = self._me if handle in HANDLES else self._person(handle, "", handle)
            found.setdefault(person.uid, _named(person, leading))
        named = list(found.values())[: self._case.mentions]
        for number in range(self._case.mentions - len(named)):
            named.append(_named(self._person(f"named{number}", "", f"named{number}")))
        return tuple(one for one in named if one.uid != author.uid)

    def _write(self, author: Person, text: str, **how: object) -> Message:
        """Save one message as a sync does."""
        self._numbers += 1
        number = self._numbers
        message = Message(
            uri=f"https://place.example/{number}",
            author=author,
            created_at=NOW - timedelta(hours=9, minutes=-number),
            text=text,
            local_id=str(number),
            **how,  # type: ignore[arg-type]
        )
        kind = "own" if author is self._me else "incoming"
        context = ingest.IngestContext(NOW, NOW - timedelta(days=14), NOW - timedelta(days=1))
        ingest.save_page(self._db, self._account, kind, kind, Page((message,)), context)
        return message

    def _person(self, uid: str, name: str, handle: str) -> Person:
        return Person(self._case.platform, f"uid:{uid}", handle, name)


def _named(person: Person, leading: bool = False) -> Mention:
    return Mention(person.uid, person.handle, leading)
