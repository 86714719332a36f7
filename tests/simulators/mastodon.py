"""A simulated Mastodon or compatible server: the REST API that an inbox needs, with state and quirks."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from convo.clock import Clock
from tests.simulators._mastodon_calls import ApiError, Call, NotFound
from tests.simulators._mastodon_oauth import OAuth
from tests.simulators._mastodon_quirks import Quirks
from tests.simulators._mastodon_reads import Reads
from tests.simulators._mastodon_state import Account, Instance, stamp
from tests.simulators._mastodon_views import Views
from tests.simulators._mastodon_writes import Writes
from tests.simulators.messages import Answer, Request, json_answer

Route = Callable[..., Answer]


class Mastodon:
    """The server: routes, credentials, scopes, rate-limit headers."""

    def __init__(self, clock: Clock, quirks: Quirks | None = None, domain: str = "m.example") -> None:
        self.clock = clock
        self.quirks = quirks or Quirks()
        self.instance = Instance(clock, domain, self.quirks)
        self.tokens: dict[str, tuple[Account, set[str]]] = {}
        self.reads = Reads(self.instance)
        self.writes = Writes(self.instance, self.reads)
        self.oauth = OAuth(self.instance, self.tokens)
        self.remaining = 300
        self._routes = [
            (method, re.compile(f"^{path}$"), scope, route) for method, path, scope, route in self._table()
        ]

    def sign_in(self, account: Account, token: str, scopes: str = "read write") -> None:
        """Let a token speak for an account."""
        self.tokens[token] = (account, set(scopes.split()))

    def _table(self) -> list[tuple[str, str, str, Route]]:
        reads, writes = self.reads, self.writes
        one = r"/api/v1/statuses/([^/]+)"
        who = r"/api/v1/accounts/([^/]+)"
        return [
            ("GET", "/api/v2/instance", "", lambda call: json_answer(Views(self.instance, None).server())),
            ("GET", "/api/v1/instance", "", self._old_instance),
            ("GET", "/api/v1/accounts/verify_credentials", "read:accounts", self._verify),
            ("GET", "/api/v1/preferences", "read:accounts", reads.preferences),
            ("GET", "/api/v1/accounts/relationships", "read:follows", self._relationships),
            ("GET", f"{who}/statuses", "read:statuses", reads.account_statuses),
            ("POST", f"{who}/(mute|unmute)", "write:mutes", writes.relate),
            ("POST", f"{who}/(block|unblock)", "write:blocks", writes.relate),
            ("GET", who, "read:accounts", self._account),
            ("GET", "/api/v1/mutes", "read:mutes", lambda call: reads.people(call, call.account.muted)),
            ("GET", "/api/v1/blocks", "read:blocks", lambda call: reads.people(call, call.account.blocked)),
            ("GET", "/api/v1/notifications", "read:notifications", reads.notifications),
            ("POST", r"/api/v1/notifications/(.+)/dismiss", "write:notifications", writes.dismiss),
            ("GET", r"/api/v1/notifications/(.+)", "read:notifications", reads.notification),
            ("GET", "/api/v1/conversations", "read:statuses", reads.conversations),
            ("GET", "/api/v1/statuses", "read:statuses", reads.statuses),
            ("POST", "/api/v1/statuses", "write:statuses", writes.post),
            ("GET", f"{one}/context", "read:statuses", reads.context),
            ("GET", f"{one}/source", "read:statuses", reads.source),
            ("POST", f"{one}/mute", "write:mutes", lambda call, at: writes.mute_thread(call, at, True)),
            ("POST", f"{one}/unmute", "write:mutes", lambda call, at: writes.mute_thread(call, at, False)),
            ("GET", one, "read:statuses", self._status),
            ("PUT", one, "write:statuses", writes.edit),
            ("DELETE", one, "write:statuses", writes.delete),
            ("GET", "/api/v1/markers", "read:statuses", writes.markers),
            ("POST", "/api/v1/markers", "write:statuses", writes.markers),
            ("POST", "/api/v[12]/media", "write:media", writes.upload),
            ("GET", "/api/v2/search", "read:search", reads.search),
        ]

    def answer(self, request: Request) -> Answer:
        """Answer one request."""
        try:
            answer = self.oauth.answer(request) or self._route(request)
        except ApiError as error:
            answer = error.answer()
        return answer.with_headers(**self._limits())

    def _limits(self) -> dict[str, str]:
        if not self.quirks.rate_limit:
            return {}
        self.remaining -= 1
        reset = stamp(self.clock.now() + timedelta(minutes=5))
        return {
            "x-ratelimit-limit": "300",
            "x-ratelimit-remaining": str(max(self.remaining, 0)),
            "x-ratelimit-reset": reset,
        }

    def _route(self, request: Request) -> Answer:
        path = request.target.partition("?")[0]
        for method, pattern, scope, route in self._routes:
            found = pattern.match(path)
            if method == request.method and found:
                me = self._caller(request, scope)
                arguments = [_unquoted(part) for part in found.groups()]
                base = request.origin or self.instance.base
                return route(Call(request, self.quirks, me, base), *arguments)
        raise NotFound(self.quirks)

    def _caller(self, request: Request, scope: str) -> Account | None:
        if not scope:
            return None
        if not request.bearer:
            raise ApiError(*self.quirks.missing_token)
        if request.bearer not in self.tokens:
            verify = request.path.endswith("verify_credentials")
            raise ApiError(*((verify and self.quirks.verify_bad_token) or self.quirks.bad_token))
        account, scopes = self.tokens[request.bearer]
        wide = scope.partition(":")[0]
        profile = (
            scope == "read:accounts" and "profile" in scopes and request.path.endswith("verify_credentials")
        )
        if self.quirks.scopes and not ({scope, wide} & scopes or profile):
            raise ApiError(403, {"error": "This action is outside the authorized scopes"})
        return account

    def _verify(self, call: Call) -> Answer:
        return json_answer(Views(self.instance, call.me).credential(call.account))

    def _account(self, call: Call, account_id: str) -> Answer:
        return json_answer(self.reads.views(call).account(self.reads.account_of(call, account_id)))

    def _status(self, call: Call, status_id: str) -> Answer:
        return json_answer(self.reads.views(call).status(self.reads.status_of(call, status_id)))

    def _relationships(self, call: Call) -> Answer:
        known = self.instance.accounts
        found = [known[one] for one in call.request.every("id") if one in known]
        return json_answer([self.reads.relationship(call, account) for account in found])

    def _old_instance(self, call: Call) -> Answer:
        statuses = Views(self.instance, None).server()["configuration"]["statuses"]
        view: dict[str, Any] = {
            "uri": self.instance.domain,
            "title": "Simulated",
            "version": self.quirks.version,
            "max_toot_chars": self.quirks.max_characters,
            "configuration": {"statuses": statuses},
        }
        return json_answer(view)


def _unquoted(text: str) -> str:
    from urllib.parse import unquote

    return unquote(text)
