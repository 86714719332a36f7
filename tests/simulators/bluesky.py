"""A simulated PDS with its AppView: the XRPC calls that an inbox needs, with state and real errors."""

from __future__ import annotations

from collections.abc import Callable

from convo.clock import Clock
from tests.simulators._bluesky_appview import AppView
from tests.simulators._bluesky_calls import Call, Json, Quirks
from tests.simulators._bluesky_chat import Chat
from tests.simulators._bluesky_network import Actor, Network
from tests.simulators._bluesky_pds import Pds
from tests.simulators._bluesky_sessions import Sessions, XrpcError
from tests.simulators.messages import Answer, Request, json_answer


class Bluesky:
    """The server: routes calls, checks credentials, and answers errors as XRPC does."""

    def __init__(self, clock: Clock, quirks: Quirks | None = None) -> None:
        self.clock = clock
        self.quirks = quirks or Quirks()
        self.network = Network(clock)
        self.sessions = Sessions(self.network, clock)
        self.chat = Chat(self.network, self.quirks)
        self.appview = AppView(self.network, self.quirks)
        self.pds = Pds(self.network)
        self.remaining = 3000
        self._reads: dict[str, Callable[[Call], Json]] = {
            "com.atproto.server.getSession": lambda call: self.sessions.about(call.actor),
            "app.bsky.notification.listNotifications": self.appview.notifications,
            "app.bsky.notification.getUnreadCount": self.appview.unread,
            "app.bsky.feed.getPostThread": self.appview.thread,
            "app.bsky.feed.getPosts": self.appview.posts,
            "app.bsky.feed.getAuthorFeed": self.appview.author_feed,
            "app.bsky.actor.getProfile": self.appview.profile,
            "app.bsky.actor.getProfiles": self.appview.profiles,
            "app.bsky.actor.getPreferences": lambda call: {"preferences": []},
            "app.bsky.graph.getMutes": self.appview.mutes,
            "app.bsky.graph.getBlocks": self.appview.blocks,
        }
        self._writes: dict[str, Callable[[Call], Json]] = {
            "com.atproto.repo.createRecord": self.pds.create_record,
            "com.atproto.repo.putRecord": self.pds.put_record,
            "com.atproto.repo.deleteRecord": self.pds.delete_record,
            "com.atproto.repo.uploadBlob": self.pds.upload,
            "app.bsky.notification.updateSeen": self.appview.update_seen,
            "app.bsky.graph.muteActor": lambda call: self.appview.mute(call, True),
            "app.bsky.graph.unmuteActor": lambda call: self.appview.mute(call, False),
            "app.bsky.graph.muteThread": lambda call: self.appview.mute_thread(call, True),
            "app.bsky.graph.unmuteThread": lambda call: self.appview.mute_thread(call, False),
        }

    def answer(self, request: Request) -> Answer:
        """Answer one request."""
        try:
            result = self._route(request)
        except XrpcError as error:
            return self._error(error)
        if result is None:
            return Answer(200, b"", self._limits())
        return json_answer(result).with_headers(**self._limits())

    def _error(self, error: XrpcError) -> Answer:
        answer = json_answer({"error": error.name, "message": error.words}, error.status)
        answer = answer.with_headers(**self._limits())
        return answer.with_headers(retry_after=str(error.retry_after)) if error.retry_after else answer

    def _limits(self) -> dict[str, str]:
        self.remaining -= 1
        reset = str(int(self.clock.now().timestamp()) + 300)
        return {
            "ratelimit-limit": "3000",
            "ratelimit-remaining": str(max(self.remaining, 0)),
            "ratelimit-reset": reset,
            "ratelimit-policy": "3000;w=300",
        }

    def _route(self, request: Request) -> Json | None:
        method = request.path.removeprefix("/xrpc/")
        if method == request.path:
            raise XrpcError(404, "NotFound", "Not Found")
        public = self._public(method, request)
        if public is not None:
            return public
        if method == "com.atproto.server.deleteSession":
            self.sessions.end(request.bearer)
            return None
        table = self._reads if request.method == "GET" else self._writes
        if method.startswith("chat.bsky."):
            actor, privileged = self.sessions.who(request.bearer)
            return self.chat.call(method, request, actor, privileged)
        if method not in table:
            if method in self._reads or method in self._writes:
                raise XrpcError(405, "InvalidRequest", f"Incorrect HTTP method ({request.method})")
            raise XrpcError(501, "MethodNotImplemented", "Method Not Implemented")
        actor, privileged = self.sessions.who(request.bearer)
        if method.startswith("com.atproto.repo.") and not actor.active:
            raise XrpcError(401, "AccountDeactivated", "Account is deactivated")
        found = table[method](Call(request, actor, privileged))
        return found if found or request.method == "GET" else None

    def _public(self, method: str, request: Request) -> Json | None:
        """Calls that need no access token."""
        call = Call(request, Actor("", ""), False)
        if method == "com.atproto.server.describeServer":
            return {
                "did": "did:web:localhost",
                "availableUserDomains": [".test"],
                "inviteCodeRequired": False,
            }
        if method == "com.atproto.identity.resolveHandle":
            handle = request.first("handle")
            found = next((a.did for a in self.network.actors.values() if a.handle == handle), None)
            if found is None:
                raise XrpcError(400, "InvalidRequest", "Unable to resolve handle")
            return {"did": found}
        if method == "com.atproto.server.createSession":
            body = call.body()
            return self.sessions.create(str(body.get("identifier")), str(body.get("password")))
        if method == "com.atproto.server.refreshSession":
            return self.sessions.refresh(request.bearer)
        if method == "com.atproto.repo.getRecord":
            return self.pds.get_record(call)
        if method == "com.atproto.repo.listRecords":
            return self.pds.list_records(call)
        return None
