"""A simulated Lemmy: one instance of 0.19 with its API v3, or of 1.0 with v4, with state, buckets and refusals."""

from __future__ import annotations

import secrets
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta

from convo.clock import Clock
from tests.simulators._lemmy_calls import Call, LemmyError
from tests.simulators._lemmy_modern import ModernReads, ModernWrites
from tests.simulators._lemmy_reads import Reads
from tests.simulators._lemmy_state import Instance, Options, Person
from tests.simulators._lemmy_writes import Writes
from tests.simulators.messages import Answer, Request, json_answer, text_answer

Route = Callable[[Call], Answer]
_BUCKETS = {"message": (180, 60), "comment": (6, 600), "search": (60, 600)}
"""How many requests in how many seconds, as in the code's test configuration."""


class Lemmy:
    """The instance: routes, tokens, buckets."""

    def __init__(self, clock: Clock, options: Options | None = None) -> None:
        self.clock = clock
        self.options = options or Options()
        self.instance = Instance(clock, self.options)
        self._keys: dict[tuple[int, str], datetime] = {}
        self.tokens: dict[str, Person] = {}
        self.passwords: dict[str, str] = {}
        self._asked: dict[str, deque[datetime]] = {name: deque() for name in _BUCKETS}
        self._routes = self._modern() if self.options.modern else self._old()

    def _old(self) -> dict[tuple[str, str], Route]:
        reads = Reads(self.instance)
        writes = Writes(self.instance, reads)
        return {
            ("GET", "site"): reads.site,
            ("GET", "user/validate_auth"): reads.validate,
            ("GET", "user/replies"): reads.replies,
            ("GET", "user/mention"): reads.mentions,
            ("GET", "user/unread_count"): reads.unread,
            ("GET", "private_message/list"): reads.messages,
            ("GET", "comment"): reads.comment,
            ("GET", "comment/list"): reads.comments,
            ("GET", "post"): reads.post,
            ("GET", "user"): reads.user,
            ("GET", "resolve_object"): reads.resolve,
            ("POST", "user/login"): self._login,
            ("POST", "user/logout"): self._logout,
            ("POST", "comment"): writes.comment,
            ("PUT", "comment"): writes.edit,
            ("POST", "comment/delete"): writes.delete,
            ("POST", "comment/mark_as_read"): writes.mark_row,
            ("POST", "user/mention/mark_as_read"): writes.mark_row,
            ("POST", "user/mark_all_as_read"): writes.mark_all,
            ("POST", "private_message"): writes.message,
            ("PUT", "private_message"): writes.edit_message,
            ("POST", "private_message/delete"): writes.delete_message,
            ("POST", "private_message/mark_as_read"): writes.mark_message,
            ("POST", "user/block"): writes.block,
        }

    def _modern(self) -> dict[tuple[str, str], Route]:
        reads = ModernReads(self.instance)
        writes = ModernWrites(self.instance, reads)
        notes = "account/notification"
        return {
            ("GET", "site"): reads.site,
            ("GET", "account"): reads.account,
            ("GET", "account/validate_auth"): reads.validate,
            ("GET", "account/unread_counts"): reads.unread,
            ("GET", f"{notes}/list"): reads.notifications,
            ("POST", f"{notes}/mark_as_read"): writes.mark,
            ("POST", f"{notes}/mark_as_read/all"): writes.mark_all,
            ("POST", "account/block/person"): writes.block,
            ("POST", "account/auth/login"): self._login,
            ("POST", "account/auth/logout"): self._logout,
            ("GET", "comment"): reads.comment,
            ("GET", "comment/list"): reads.comments,
            ("POST", "comment"): writes.comment,
            ("PUT", "comment"): writes.edit,
            ("DELETE", "comment"): writes.delete,
            ("GET", "post"): reads.post,
            ("PUT", "post/notifications"): writes.mute,
            ("POST", "post/notifications"): writes.mute,
            ("GET", "person/content"): reads.content,
            ("GET", "resolve_object"): reads.resolve,
            ("POST", "private_message"): writes.message,
            ("PUT", "private_message"): writes.edit_message,
            ("DELETE", "private_message"): writes.delete_message,
        }

    def sign_in(self, person: Person, token: str) -> None:
        """Let a token speak for somebody."""
        self.tokens[token] = person

    def answer(self, request: Request) -> Answer:
        """Answer one request."""
        base = "/api/v4/" if self.options.modern else "/api/v3/"
        if request.path.startswith("/api/") and not request.path.startswith(base):
            return Answer(404)
        if not request.path.startswith(base):
            page = "<!DOCTYPE html><html><head><title>Lemmy</title></head><body>Lemmy</body></html>"
            there = request.path == "/"
            return text_answer(page, 200 if there else 404)
        name = request.path.removeprefix(base).rstrip("/")
        route = self._routes.get((request.method, name))
        if route is None:
            return Answer(404)
        # A token that is not known is nobody's, and nothing says so.
        call = Call(request, self.tokens.get(request.bearer))
        if self._repeated(call):
            return Answer(422)
        try:
            self._count(request.method, name)
            answer = route(call)
        except LemmyError as error:
            return error.answer()
        if request.method != "GET":
            return answer
        return answer.with_headers(cache_control="private" if call.me else "public, max-age=60")

    def _repeated(self, call: Call) -> bool:
        """Whether a key was seen before: it is kept before anything is done, and for two minutes."""
        key, now = call.request.headers.get("idempotency-key", ""), self.clock.now()
        if not self.options.modern or call.me is None or call.request.method not in ("POST", "PUT"):
            return False
        if not key or len(key) > 32:
            return False
        self._keys = {one: at for one, at in self._keys.items() if now - at < timedelta(seconds=120)}
        if (call.me.id, key) in self._keys:
            return True
        self._keys[call.me.id, key] = now
        return False

    def _count(self, method: str, name: str) -> None:
        """Take one from the bucket of a call."""
        if not self.options.limits:
            return
        kind = "comment" if (method, name) == ("POST", "comment") else "message"
        kind = "search" if name == "resolve_object" else kind
        most, seconds = _BUCKETS[kind]
        asked, now = self._asked[kind], self.clock.now()
        while asked and now - asked[0] >= timedelta(seconds=seconds):
            asked.popleft()
        if len(asked) >= most:
            if self.options.modern:
                raise LemmyError("too_many_requests", 429)
            raise LemmyError("rate_limit_error")
        asked.append(now)

    def _login(self, call: Call) -> Answer:
        body = call.body()
        name = str(body.get("username_or_email") or "").partition("@")[0]
        if self.passwords.get(name) != body.get("password") or not body.get("password"):
            raise LemmyError("incorrect_login", 401)
        if self.options.login_code:
            code = body.get("totp_2fa_token")
            if not code:
                raise LemmyError("missing_totp_token")
            if code != self.options.login_code:
                raise LemmyError("incorrect_totp_token")
        token = f"eyJ.{secrets.token_urlsafe(24)}.sig"
        self.sign_in(self.instance.person(name), token)
        return json_answer({"jwt": token, "registration_created": False, "verify_email_sent": False})

    def _logout(self, call: Call) -> Answer:
        assert call.person
        self.tokens.pop(call.request.bearer, None)
        return json_answer({"success": True})
