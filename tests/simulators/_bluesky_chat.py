"""The chat service of a simulated network: direct messages behind a proxy header and a privileged password."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.simulators._atproto import stamp
from tests.simulators._bluesky_calls import Call, Json, Quirks
from tests.simulators._bluesky_network import Actor, Network
from tests.simulators._bluesky_sessions import XrpcError
from tests.simulators.messages import Request

_MESSAGE = "chat.bsky.convo.defs#messageView"
_DELETED = "chat.bsky.convo.defs#deletedMessageView"


@dataclass
class Convo:
    """One conversation of two or more."""

    id: str
    members: list[str]
    messages: list[Json] = field(default_factory=list)
    muted: bool = False
    status: str = "accepted"
    read: set[str] = field(default_factory=set)

    @property
    def rev(self) -> str:
        """Its revision: that of the last message."""
        return str(self.messages[-1]["rev"]) if self.messages else self.id


class Chat:
    """What the chat service answers; without one the PDS itself says 501."""

    def __init__(self, network: Network, quirks: Quirks) -> None:
        self.network = network
        self.quirks = quirks
        self.convos: dict[str, Convo] = {}

    def call(self, method: str, request: Request, actor: Actor, privileged: bool) -> Json:
        """Answer one call. Raises XrpcError."""
        if not privileged:
            raise XrpcError(400, "InvalidToken", "Bad token method")
        if not request.headers.get("atproto-proxy"):
            raise XrpcError(501, "MethodNotImplemented", "Method Not Implemented")
        if not self.quirks.chat:
            raise XrpcError(500, "InternalServerError", "Internal Server Error")
        verb = method.removeprefix("chat.bsky.convo.")
        handler = getattr(self, f"_{verb}", None)
        if handler is None:
            raise XrpcError(501, "MethodNotImplemented", "Method Not Implemented")
        answer: Json = handler(Call(request, actor, privileged))
        return answer

    def between(self, *dids: str) -> Convo:
        """The conversation of these members, begun when there is none."""
        for convo in self.convos.values():
            if set(convo.members) == set(dids):
                return convo
        convo = Convo(self.network.next_rkey(), list(dids))
        self.convos[convo.id] = convo
        return convo

    def say(self, convo: Convo, did: str, text: str, **more: Any) -> Json:
        """Add a message."""
        rkey = self.network.next_rkey()
        sent = {"sender": {"did": did}, "sentAt": stamp(self.network.clock.now())}
        message: Json = {"$type": _MESSAGE, "id": rkey, "rev": rkey, "text": text, **sent, **more}
        convo.messages.append(message)
        return message

    def _mine(self, call: Call, convo_id: str) -> Convo:
        convo = self.convos.get(convo_id)
        if convo is None or call.actor.did not in convo.members:
            raise XrpcError(400, "InvalidConvo", "Convo not found")
        return convo

    def _view(self, convo: Convo, actor: Actor) -> Json:
        view: Json = {
            "id": convo.id,
            "rev": convo.rev,
            "members": [self._member(did) for did in convo.members],
            "muted": convo.muted,
            "status": convo.status,
            "unreadCount": sum(m["id"] not in convo.read for m in convo.messages),
        }
        if convo.messages:
            view["lastMessage"] = convo.messages[-1]
        return view

    def _member(self, did: str) -> Json:
        actor = self.network.actors[did]
        return {"did": did, "handle": actor.handle, "displayName": actor.name, "labels": [], **actor.extra}

    def _listConvos(self, call: Call) -> Json:  # noqa: N802
        limit = call.number("limit", 50, 1, 100)
        mine = [convo for convo in self.convos.values() if call.actor.did in convo.members]
        wanted = call.request.first("status")
        mine = [convo for convo in mine if not wanted or convo.status == wanted]
        mine.sort(key=lambda convo: convo.rev, reverse=True)
        cursor = call.request.first("cursor")
        mine = [convo for convo in mine if not cursor or convo.rev < cursor]
        more = {"cursor": mine[limit - 1].rev} if len(mine) > limit else {}
        return {"convos": [self._view(convo, call.actor) for convo in mine[:limit]], **more}

    def _getConvo(self, call: Call) -> Json:  # noqa: N802
        return {"convo": self._view(self._mine(call, call.request.first("convoId")), call.actor)}

    def _getConvoForMembers(self, call: Call) -> Json:  # noqa: N802
        return {"convo": self._view(self.between(call.actor.did, *call.request.every("members")), call.actor)}

    def _getMessages(self, call: Call) -> Json:  # noqa: N802
        limit = call.number("limit", 50, 1, 100)
        convo = self._mine(call, call.request.first("convoId"))
        cursor = call.request.first("cursor")
        messages = [m for m in reversed(convo.messages) if not cursor or m["rev"] < cursor]
        more = {"cursor": messages[limit - 1]["rev"]} if len(messages) > limit else {}
        return {
            "messages": messages[:limit],
            **more,
            "relatedProfiles": [self._member(d) for d in convo.members],
        }

    def _getLog(self, call: Call) -> Json:  # noqa: N802
        cursor = call.request.first("cursor")
        found = [
            {"$type": "chat.bsky.convo.defs#logCreateMessage", "rev": m["rev"], "convoId": c.id, "message": m}
            for c in self.convos.values()
            if call.actor.did in c.members
            for m in c.messages
            if m["rev"] > cursor
        ]
        found.sort(key=lambda log: str(log["rev"]))
        return {"logs": found[:100], "cursor": found[:100][-1]["rev"] if found else cursor}

    def _sendMessage(self, call: Call) -> Json:  # noqa: N802
        body = call.body()
        text = body.get("message", {}).get("text", "")
        if len(text.encode()) > 10000 or len(text) > 1000:
            raise XrpcError(400, "InvalidRequest", "grapheme too big (maximum 1000)")
        return self.say(self._mine(call, str(body.get("convoId"))), call.actor.did, text)

    def _updateRead(self, call: Call) -> Json:  # noqa: N802
        body = call.body()
        convo = self._mine(call, str(body.get("convoId")))
        last = str(body.get("messageId") or convo.rev)
        convo.read.update(m["id"] for m in convo.messages if m["id"] <= last)
        return {"convo": self._view(convo, call.actor)}

    def _deleteMessageForSelf(self, call: Call) -> Json:  # noqa: N802
        body = call.body()
        convo = self._mine(call, str(body.get("convoId")))
        for message in convo.messages:
            if message["id"] == body.get("messageId"):
                message["$type"] = _DELETED
                message.pop("text", None)
                return message
        raise XrpcError(400, "InvalidRequest", "Message not found")

    def _muteConvo(self, call: Call) -> Json:  # noqa: N802
        convo = self._mine(call, str(call.body().get("convoId")))
        convo.muted = True
        return {"convo": self._view(convo, call.actor)}

    def _unmuteConvo(self, call: Call) -> Json:  # noqa: N802
        convo = self._mine(call, str(call.body().get("convoId")))
        convo.muted = False
        return {"convo": self._view(convo, call.actor)}
