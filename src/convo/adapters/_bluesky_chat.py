"""Bluesky's direct messages, which a chat service of its own holds; the user's server passes the calls on.

A conversation is one thread with the URI `bsky-chat:<conversation>`, a message in it
`bsky-chat:<conversation>/<message>`: both ids are the same for everybody who takes part.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from msgspec import Raw, Struct, field
from msgspec import json as msgjson

from convo.adapters import _bluesky_read as read
from convo.adapters import _bluesky_text as rich
from convo.adapters._bluesky_answer import check_length, resolve
from convo.adapters._bluesky_chat_wire import ChatMessage, ChatMessages, Convo, Convos, OneConvo
from convo.adapters._bluesky_session import Session, fault
from convo.adapters._bluesky_sync import ms
from convo.adapters._bluesky_wire import Author, answer, decode, items, there
from convo.adapters.contract import Absent, Found, Missing, Proof, Refused
from convo.model import Conversation, Lookup, Message, Page, Person, Ref, Reply, Visibility
from convo.text import one_line, parse_time

SERVICE = "did:web:api.bsky.chat"
SCHEME = "bsky-chat:"
_PAGE = 50
_AT_ONCE = 10
_KEPT = 500
_MESSAGE = "chat.bsky.convo.defs#messageView"
_DELETED = "chat.bsky.convo.defs#deletedMessageView"
Now = Callable[[], datetime]


class _Marks(Struct, omit_defaults=True):
    """The version of each conversation when it was last read, and the walk through the list under way."""

    revs: dict[str, str] = field(default_factory=dict)
    at: str = ""
    done: bool = False
    """A first walk through the whole list came to its end."""


def is_chat(uri: str) -> bool:
    """Whether a URI is that of a direct message or a conversation of them."""
    return uri.startswith(SCHEME)


def parts(uri: str) -> tuple[str, str]:
    """Conversation and message id of a URI."""
    convo, _, message = uri.removeprefix(SCHEME).partition("/")
    return convo, message


class Chat:
    """The direct messages of one account."""

    def __init__(self, session: Session, service: str) -> None:
        self._session = session
        self._proxy = service if "#" in service else f"{service}#bsky_chat"

    async def allowed(self) -> tuple[bool | None, str]:
        """Whether this app password may read direct messages (None: it cannot be told now), and the server's words."""
        response = await self._session.ask(
            "GET", "chat.bsky.convo.listConvos", params=[("limit", "1")], proxy=self._proxy
        )
        said = fault(response)
        if response.ok:
            return True, ""
        refused = said.message == "Bad token method" or response.status in (403, 501)
        return (False if refused else None), one_line(said.message or f"status {response.status}")

    async def fetch(self, cursor: str, since: datetime) -> Page:
        """The messages of the conversations that changed, ten conversations at a time."""
        try:
            marks = decode(cursor.encode(), _Marks) if cursor else _Marks()
        except ValueError:
            marks = _Marks()
        params = [("limit", str(_PAGE)), *([("cursor", marks.at)] if marks.at else [])]
        response = await self._session.get("chat.bsky.convo.listConvos", params, proxy=self._proxy)
        page = answer(response, Convos)
        skipped: list[str] = []
        messages: list[Message] = []
        gone: list[str] = []
        changed, old = self._changed(page, marks, since, skipped)
        for convo in changed[:_AT_ONCE]:
            found, lost = await self._read(convo, since, skipped)
            messages += found
            gone += lost
            marks.revs.pop(convo.id, None)
            marks.revs[convo.id] = convo.rev
        more = len(changed) > _AT_ONCE
        if not more:
            whole = old or not page.cursor or page.cursor == marks.at
            known = marks.done and len(changed) < len(page.convos)
            more = not (whole or known)
            marks.done = marks.done or whole
            marks.at = page.cursor if more else ""
        marks.revs = dict(list(marks.revs.items())[-_KEPT:])
        return Page(
            tuple(messages), msgjson.encode(marks).decode(), more, gone=tuple(gone), skipped=tuple(skipped)
        )

    def _changed(
        self, page: Convos, marks: _Marks, since: datetime, skipped: list[str]
    ) -> tuple[list[Convo], bool]:
        """The conversations of a page with news, and whether it reaches back past `since`."""
        changed: list[Convo] = []
        old = False
        for convo in items(page.convos, Convo, skipped):
            last = (
                next(items([convo.last_message], ChatMessage, []), None)
                if there(convo.last_message)
                else None
            )
            if last and last.sent_at and _older(last.sent_at, since):
                old = True
            elif marks.revs.get(convo.id) != convo.rev:
                changed.append(convo)
        return changed, old

    async def _read(
        self, convo: Convo, since: datetime | None, skipped: list[str]
    ) -> tuple[list[Message], list[str]]:
        """The latest messages of a conversation, and those of them that were deleted."""
        page = await self._messages(convo.id)
        people = {one.did: one for one in (*convo.members, *(page.related_profiles or ()))}
        found: list[Message] = []
        gone: list[str] = []
        for one in items(page.messages, ChatMessage, skipped):
            if one.type == _DELETED:
                gone.append(f"{SCHEME}{convo.id}/{one.id}")
            elif one.type in (_MESSAGE, "") and one.sender and not _older(one.sent_at, since):
                try:
                    found.append(_message(convo, one, people))
                except ValueError as error:
                    skipped.append(f"{one.id} was left out: {error}")
        return found, gone

    async def _messages(self, convo: str) -> ChatMessages:
        params = [("convoId", convo), ("limit", "100")]
        response = await self._session.get("chat.bsky.convo.getMessages", params, proxy=self._proxy)
        return answer(response, ChatMessages)

    async def _convo(self, convo: str) -> Convo:
        response = await self._session.get(
            "chat.bsky.convo.getConvo", [("convoId", convo)], proxy=self._proxy
        )
        found = next(items([answer(response, OneConvo).convo], Convo, []), None)
        if found is None:
            raise Missing("Bluesky does not have this conversation any more.")
        return found

    async def conversation(self, uri: str) -> Conversation:
        """The latest hundred messages of a conversation."""
        convo = await self._convo(parts(uri)[0])
        found, _ = await self._read(convo, None, [])
        partial = "Only the latest hundred messages are here." if len(found) >= 100 else ""
        return Conversation(tuple(sorted(found, key=lambda one: (one.created_at, one.uri))), partial)

    async def lookup(self, refs: Sequence[Ref]) -> Lookup:
        """Messages among the latest hundred of their conversations; older ones are not looked for."""
        wanted = {ref.uri for ref in refs}
        messages: list[Message] = []
        gone: list[str] = []
        for convo_id in dict.fromkeys(parts(uri)[0] for uri in wanted):
            found, lost = await self._read(await self._convo(convo_id), None, [])
            messages += [one for one in found if one.uri in wanted]
            gone += [uri for uri in lost if uri in wanted]
        return Lookup(tuple(messages), tuple(gone))

    async def prepare(self, me: Person, reply: Reply) -> str:
        """The exact message, and the newest own one before it, by which the answer is told from older ones."""
        check_length(reply, chat=True)
        if reply.attachments:
            raise Refused("Bluesky takes no files in direct messages.")
        convo_id = parts(reply.parent.uri)[0]
        convo = await self._convo(convo_id)
        words = _refusal(convo)
        if words:
            raise Refused(words)
        page = await self._messages(convo_id)
        own = [
            one for one in items(page.messages, ChatMessage, []) if one.sender and one.sender.did == me.uid
        ]
        spans = rich.spans(reply.text)
        dids = await resolve(self._session, [span.value for span in spans if span.kind == "mention"])
        made: dict[str, object] = {"text": reply.text}
        facets = rich.facets(reply.text, spans, dids)
        if facets:
            made["facets"] = facets
        return read.request_json(
            {
                "chat": {"convoId": convo_id, "message": made},
                "after": max((one.rev for one in own), default=""),
            }
        )

    async def send(self, me: Person, request: str) -> Message:
        """Send a prepared message, once: the service has no key against doubles."""
        asked = json.loads(request)["chat"]
        body = read.request_json(asked).encode()
        response = await self._session.post(
            "chat.bsky.convo.sendMessage", body, proxy=self._proxy, repeatable=False
        )
        sent = answer(response, ChatMessage)
        return _message(Convo(asked["convoId"], ""), sent, {me.uid: _author(me)})

    async def find(self, me: Person, request: str, claimed: Collection[str]) -> Proof:
        """An own message with the same text, newer than the newest before sending, that is nobody else's proof."""
        asked = json.loads(request)
        convo, text = asked["chat"]["convoId"], asked["chat"]["message"]["text"]
        page = await self._messages(convo)
        for one in items(page.messages, ChatMessage, []):
            same = one.sender is not None and one.sender.did == me.uid and one.text == text
            if same and one.rev > asked["after"] and f"{SCHEME}{convo}/{one.id}" not in claimed:
                return Found(_message(Convo(convo, ""), one, {me.uid: _author(me)}))
        return Absent()

    async def mark_read(self, uri: str) -> None:
        """Mark a conversation as read up to a message."""
        convo, message = parts(uri)
        await self._session.post(
            "chat.bsky.convo.updateRead", {"convoId": convo, "messageId": message}, proxy=self._proxy
        )

    async def mute(self, uri: str, on: bool) -> None:
        """Mute or unmute a conversation."""
        method = "chat.bsky.convo.muteConvo" if on else "chat.bsky.convo.unmuteConvo"
        await self._session.post(method, {"convoId": parts(uri)[0]}, proxy=self._proxy)


def _older(stated: str, since: datetime | None) -> bool:
    if since is None:
        return False
    try:
        return ms(parse_time(stated)) < ms(since)
    except ValueError:
        return False


def _author(me: Person) -> Author:
    return Author(me.uid, me.handle, me.name)


def _refusal(convo: Convo) -> str:
    if convo.kind and convo.kind.lock_status not in ("", "unlocked"):
        return "This conversation is locked; nobody can write in it."
    if len(convo.members) == 2 and any(one.chat_disabled for one in convo.members):
        return "One of you two cannot take part in direct messages any more."
    return ""


def _message(convo: Convo, one: ChatMessage, people: dict[str, Author]) -> Message:
    """A direct message. Raises ValueError when it has no time."""
    did = one.sender.did if one.sender else ""
    author = read.person(people.get(did) or Author(did))
    shown = rich.read(one.text, one.facets)
    page = f"{read.SITE}/messages/{one_line(convo.id)}"
    pictures, quotes, cards = read.embedded(one.embed, page)
    root = f"{SCHEME}{one_line(convo.id)}"
    answered = _answered(one.reply_to)
    words = _refusal(convo)
    refusals = {"delete": "Bluesky would take a direct message away from you only; the others keep it."}
    if words:
        refusals["answer"] = words
    members = [(person.uid, person.handle) for person in map(read.person, convo.members)]
    data = read.Data(
        convo=one_line(convo.id), message=one_line(one.id), rev=one_line(one.rev), members=members
    )
    return Message(
        uri=f"{root}/{one_line(one.id)}",
        author=author,
        created_at=parse_time(one.sent_at),
        text=shown.text,
        local_id=f"{root}/{one_line(one.id)}",
        parent_uri=f"{root}/{answered}" if answered else "",
        root_uri=root,
        url=page,
        title=one_line(convo.kind.name) if convo.kind else "",
        visibility=Visibility.DIRECT,
        mentions=shown.mentions,
        quotes=quotes,
        attachments=pictures,
        links=shown.links + cards,
        flat=True,
        filtered=_filtered(convo),
        refusals=refusals,
        data=read.write_data(data),
    )


def _filtered(convo: Convo) -> str:
    if convo.status == "request":
        return "Bluesky holds it as a message request"
    return "you muted this conversation on Bluesky" if convo.muted else ""


def _answered(raw: Raw) -> str:
    if not there(raw):
        return ""
    return next((one_line(one.id) for one in items([raw], ChatMessage, [])), "")
