"""An example adapter: a guestbook with a small HTTP API, where people leave entries and answer each other.

GET /me, GET /entries (to=me or by=me, before=ID, newest first, at most 50), GET /entries?ids=1,2, GET /threads/ID,
POST /entries, PUT and DELETE /entries/ID; all with "Authorization: Bearer KEY".
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta

from msgspec import Raw, Struct

from convo.adapters import wire
from convo.adapters.contract import (
    Absent,
    Ask,
    Can,
    Channel,
    ChannelKind,
    Credential,
    Finding,
    Found,
    Identity,
    LoginField,
    LoginResult,
    LoginStep,
    Missing,
    Proof,
    Refused,
    SignInAgain,
    Verb,
)
from convo.adapters.errors import AdapterError
from convo.adapters.findings import clock, ended, reached
from convo.adapters.http import Http, Response, server_words
from convo.adapters.refusing import Refusing
from convo.config import AccountConfig
from convo.model import Conversation, Lookup, Measure, Mention, Message, Page, Person, Ref, Reply, Visibility
from convo.text import clean, one_line, parse_time

PAGE = 50
LIMIT = 500
"""Characters of an entry."""
_LOCKED = "Whoever wrote this takes no answers to it."
_CAN = Can(
    frozenset({Verb.ANSWER, Verb.EDIT, Verb.DELETE}),
    {
        verb: f"The guestbook {words}."
        for verb, words in {
            Verb.ATTACH: "takes no files",
            Verb.BLOCK: "cannot block people",
            Verb.CONTENT_WARNING: "covers nothing",
            Verb.DIRECT: "has no direct messages",
            Verb.LANGUAGE: "keeps no language",
            Verb.MARK_READ: "keeps no mark of what was read",
            Verb.MODERATE: "holds nothing back",
            Verb.MUTE_PERSON: "cannot mute people",
            Verb.MUTE_THREAD: "cannot mute conversations",
            Verb.VISIBILITY: "is open to all",
        }.items()
    },
    settle=timedelta(0),
)


class Author(Struct):
    """Whoever wrote an entry; what is not named here, such as how often a page was seen, is never decoded."""

    id: int
    name: str


class Entry(Struct):
    """One entry."""

    id: int
    author: Author
    text: str
    at: str
    root: int
    parent: int = 0
    edited: str = ""
    locked: bool = False
    names: list[Author] = []


class Cursor(Struct):
    """How far a list was read: all up to `top`; during a walk the first number seen and where it stands."""

    top: int = 0
    first: int = 0
    at: int = 0


class Request(Struct):
    """A prepared answer: the exact body, and the newest own entry before it."""

    body: str
    parent: int
    text: str
    after: int


class Guestbook(Refusing):
    """One account on one guestbook."""

    platform = "guestbook"
    login_fields = (
        LoginField("key", "Your key", secret=True, help="The guestbook shows it under Settings."),
    )
    can = _CAN
    channels: tuple[Channel, ...] = (
        Channel("entries", ChannelKind.INCOMING),
        Channel("own", ChannelKind.OWN),
    )

    def __init__(self, account: AccountConfig, http: Http, credential: Credential, facts: str) -> None:
        self._http = http
        self._credential = credential
        self._me = wire.part(facts.encode(), Author) or Author(0, "")

    @classmethod
    def base_url(cls, account: AccountConfig) -> str:
        """Where the guestbook is."""
        return account.url.rstrip("/")

    @classmethod
    async def login(cls, account: AccountConfig, http_for: Callable[[str], Http], ask: Ask) -> LoginResult:
        """Ask for the key and try it. Raises AdapterError."""
        answers = await ask(LoginStep("Sign in to the guestbook.", fields=cls.login_fields))
        response = await http_for(account.url).get("/me", headers=_bearer(answers["key"]))
        _judge(response)
        me = wire.decode(response, Author)
        person = Person(cls.platform, f"{account.url}/people/{me.id}", one_line(me.name), one_line(me.name))
        return LoginResult(answers["key"], Identity(person, _facts(me)))

    async def identify(self) -> Identity:
        """Whom the key belongs to. Raises AdapterError."""
        self._me = wire.decode(await self._get("/me"), Author)
        return Identity(self._person(self._me), _facts(self._me))

    async def check(self) -> Sequence[Finding]:
        """Reach, key and clock; the guestbook has neither scopes nor limits, and that is said."""
        try:
            await self.identify()
        except AdapterError as error:
            return ended(error)
        return [
            reached("The guestbook"),
            Finding("sign in", True, f"The guestbook knows you as {one_line(self._me.name)}."),
            Finding("scopes", True, "Keys of the guestbook have none."),
            Finding("limits", True, "The guestbook states no limit of requests."),
            clock(self._http, "the guestbook"),
        ]

    async def fetch(self, channel: str, cursor: str, since: datetime) -> Page:
        """The next page of a list, newest first, down to what was read before or to `since`."""
        mark = wire.part(cursor.encode(), Cursor) or Cursor()
        whose = ("by", "me") if channel == "own" else ("to", "me")
        params = [whose, ("limit", str(PAGE))] + ([("before", str(mark.at))] if mark.at else [])
        raws = wire.decode(await self._get("/entries", params), list[Raw])
        ids = [found.id for found in (wire.part(raw, _Numbered) for raw in raws) if found is not None]
        entries, skipped = self._read(raws)
        first = mark.first or max(ids, default=0)
        last = (
            len(raws) < PAGE or min(ids, default=0) <= mark.top or any(m.created_at < since for m in entries)
        )
        fresh = tuple(m for m in entries if int(m.local_id) > mark.top and m.created_at >= since)
        after = Cursor(max(first, mark.top)) if last else Cursor(mark.top, first, min(ids))
        return Page(fresh, wire_text(after), more=not last, skipped=tuple(skipped))

    async def lookup(self, refs: Sequence[Ref]) -> Lookup:
        """The present state of entries, fifty at a time."""
        found: dict[str, Message] = {}
        for start in range(0, len(refs), PAGE):
            ids = ",".join(ref.local_id for ref in refs[start : start + PAGE])
            entries, _ = self._read(wire.decode(await self._get("/entries", [("ids", ids)]), list[Raw]))
            found.update((message.uri, message) for message in entries)
        return Lookup(tuple(found.values()), tuple(ref.uri for ref in refs if ref.uri not in found))

    async def conversation(self, ref: Ref) -> Conversation:
        """Everything below the first entry."""
        raws = wire.decode(await self._get(f"/threads/{int(ref.local_id)}"), list[Raw])
        return Conversation(tuple(self._read(raws)[0]))

    def audience(self, message: Message) -> tuple[Mention, ...]:
        """The author: whom an entry answers is told of it."""
        return (Mention(message.author.uid, message.author.handle),)

    def widest(self) -> Visibility:
        """Everything is public."""
        return Visibility.PUBLIC

    def measure(self, reply: Reply) -> Measure:
        """Characters."""
        return Measure(len(reply.text), LIMIT)

    async def prepare(self, reply: Reply) -> str:
        """The exact body. Raises Refused for what is too long or empty, Missing when the entry is gone."""
        if not reply.text.strip():
            raise Refused("There is nothing in the answer yet.")
        if len(reply.text) > LIMIT:
            raise Refused(f"Too long for the guestbook by {len(reply.text) - LIMIT}.")
        parent = int(reply.parent.local_id)
        looked = await self.lookup([reply.parent.ref])
        if looked.gone:
            raise Missing("The entry is gone.")
        if looked.messages[0].refusals:
            raise Refused(_LOCKED)
        own = wire.decode(await self._get("/entries", [("by", "me"), ("limit", "1")]), list[_Numbered])
        body = json.dumps({"parent": parent, "text": reply.text})
        return wire_text(Request(body, parent, reply.text, max((one.id for one in own), default=0)))

    async def answer(self, request: str) -> Message:
        """Send it. Raises RetryAt, SignInAgain, Refused or Ambiguous."""
        prepared = wire.loads(request.encode(), Request)
        return await self._write("POST", "/entries", prepared.body.encode())

    async def find(self, request: str, claimed: Collection[str]) -> Proof:
        """Whether it is among the own entries that are newer than the newest before it."""
        prepared = wire.loads(request.encode(), Request)
        before = 0
        while True:
            params = [("by", "me"), ("limit", str(PAGE))] + ([("before", str(before))] if before else [])
            entries, _ = self._read(wire.decode(await self._get("/entries", params), list[Raw]))
            for message in entries:
                same = message.parent_uri == self._uri(prepared.parent) and message.text == clean(
                    prepared.text
                )
                if int(message.local_id) > prepared.after and same and message.uri not in claimed:
                    return Found(message)
            if len(entries) < PAGE or int(entries[-1].local_id) <= prepared.after:
                return Absent()
            before = int(entries[-1].local_id)

    async def edit(self, ref: Ref, text: str) -> Message:
        """Change an own entry."""
        return await self._write("PUT", f"/entries/{int(ref.local_id)}", json.dumps({"text": text}).encode())

    async def delete(self, ref: Ref) -> None:
        """Delete an own entry; fine when it is already gone."""
        headers = _bearer(await self._credential.read())
        response = await self._http.send("DELETE", f"/entries/{int(ref.local_id)}", headers=headers)
        if response.status != 404:
            _judge(response, self._http, write=True)

    async def close(self) -> None:
        """Release connections."""
        await self._http.close()

    async def _get(self, path: str, params: Sequence[tuple[str, str]] = ()) -> Response:
        headers = _bearer(await self._credential.read())
        response = await self._http.get(path, params=list(params) or None, headers=headers)
        _judge(response, self._http)
        return response

    async def _write(self, method: str, path: str, body: bytes) -> Message:
        headers = {**_bearer(await self._credential.read()), "content-type": "application/json"}
        response = await self._http.send(method, path, content=body, headers=headers)
        _judge(response, self._http, write=True)
        return self._message(wire.decode(response, Entry))

    def _read(self, raws: Sequence[Raw]) -> tuple[list[Message], list[str]]:
        entries, skipped = wire.each(raws, Entry, "Entry")
        good = []
        for entry in entries:
            try:
                good.append(self._message(entry))
            except ValueError as error:
                skipped.append(f"Entry {entry.id} was left out: {error}.")
        return good, skipped

    def _message(self, entry: Entry) -> Message:
        """An entry as a value. Raises ValueError for a time that is none."""
        return Message(
            uri=self._uri(entry.id),
            author=self._person(entry.author),
            created_at=parse_time(entry.at),
            text=clean(entry.text),
            local_id=str(entry.id),
            parent_uri=self._uri(entry.parent) if entry.parent else "",
            root_uri=self._uri(entry.root),
            url=self._uri(entry.id),
            edited_at=parse_time(entry.edited) if entry.edited else None,
            refusals={Verb.ANSWER.value: _LOCKED} if entry.locked else {},
            mentions=tuple(Mention(self._uid(one.id), one_line(one.name)) for one in entry.names),
        )

    def _uri(self, number: int) -> str:
        return f"{self._http.base}/entries/{number}"

    def _uid(self, number: int) -> str:
        return f"{self._http.base}/people/{number}"

    def _person(self, author: Author) -> Person:
        name = one_line(author.name)
        return Person(self.platform, self._uid(author.id), name, name, self._uid(author.id))


class _Numbered(Struct):
    id: int


def wire_text(value: Struct) -> str:
    """A value of the adapter's own, as the JSON that convo keeps for it."""
    import msgspec

    return msgspec.json.encode(value).decode()


def _facts(me: Author) -> str:
    return wire_text(Author(me.id, one_line(me.name)))


def _bearer(key: str) -> Mapping[str, str]:
    return {"authorization": f"Bearer {key}", "accept": "application/json"}


def _judge(response: Response, http: Http | None = None, *, write: bool = False) -> None:
    """Class what is no success. Raises AdapterError."""
    if response.ok:
        return
    if response.status == 401:
        raise SignInAgain("The guestbook does not take the key any more; run convo login again.")
    words = server_words(response.body)
    if response.status == 404:
        raise Missing(f'The guestbook said: "{words}"' if words else "It is gone.")
    if http is not None and response.status not in (400, 403, 422):
        http.raise_for(response, write=write)
    raise Refused(f'The guestbook said: "{words}"' if words else f"It answered with {response.status}.")
