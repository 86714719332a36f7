"""A simulated Facebook: the Graph API for one Page, with its tokens, errors, usage headers and batches."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from convo.clock import Clock
from tests.simulators._facebook_calls import Call, parameters
from tests.simulators._facebook_errors import GraphError, gone, numbered
from tests.simulators._facebook_reads import KINDS, Reads
from tests.simulators._facebook_state import Options, PageState
from tests.simulators._facebook_tokens import Tokens
from tests.simulators._facebook_writes import Writes
from tests.simulators.messages import Answer, Request, json_answer

VERSION = 26
_PLACE = re.compile(r"/(?:v(\d+)\.0(?:/|$))?(.*)$")
_DAY = timedelta(hours=24)
_BATCH = 50
Act = Callable[[Call], "dict[str, Any]"]


class Facebook:
    """The platform, with one app and one Page."""

    def __init__(self, clock: Clock, options: Options | None = None) -> None:
        self.clock = clock
        self.options = options or Options()
        self.state = PageState(clock, self.options)
        self.tokens = Tokens(self.state)
        self.reads = Reads(self.state)
        self.writes = Writes(self.state, self.reads)
        self._calls: list[Any] = []

    def answer(self, request: Request) -> Answer:
        """Answer one request."""
        found = _PLACE.match(request.path)
        version, path = (int(found[1] or VERSION), found[2].strip("/")) if found else (VERSION, "")
        try:
            if not 2 <= version <= VERSION:
                raise GraphError(2500, f"Unknown path components: /v{version}.0/{path}")
            if path == "dialog/oauth":
                return self.tokens.dialog(request)
            return self._with_usage(self._answered(request, path))
        except GraphError as error:
            return self._with_usage(self._refused(error))

    def _refused(self, error: GraphError) -> Answer:
        if error.code in (102, 190):
            error.status = self.options.token_status
        return error.answer()

    def _answered(self, request: Request, path: str) -> Answer:
        given = parameters(request)
        if path == "oauth/access_token" and request.method in ("GET", "POST"):
            return json_answer(self.tokens.exchange(given))
        method = request.method
        if method == "POST" and given.get("method"):
            method = str(given.pop("method")).upper()
        token = self.tokens.of(str(given.pop("access_token", "")) or request.bearer)
        call = Call(method, request, given, token)
        if not path and method == "POST" and "batch" in given:
            return json_answer(self._batch(call))
        self._count(call)
        return json_answer(self._act(call, path)(call))

    def _act(self, call: Call, path: str) -> Act:
        """What is done at a path. Raises GraphError for what nothing is known of."""
        number, _, edge = path.partition("/")
        page = self.state.page.id
        if number == "me" and call.token.is_page:
            number = page
        fixed: dict[tuple[str, str], Act] = {
            ("", ""): self.reads.nodes,
            ("me", ""): self.tokens.me,
            ("me", "accounts"): self.tokens.accounts,
            ("me", "permissions"): self.tokens.permissions,
            ("debug_token", ""): self.tokens.debug,
        }
        if call.method == "GET" and (number, edge) in fixed:
            return fixed[number, edge]
        if number == page:
            return self._of_page(call, edge)
        acts: dict[tuple[str, str], Act] = {
            ("GET", ""): lambda call: self.reads.node(call, number),
            ("GET", "comments"): lambda call: self.reads.comments(call, number),
            ("POST", ""): lambda call: self.writes.change(call, number),
            ("POST", "comments"): lambda call: self.writes.reply(call, number),
            ("DELETE", ""): lambda call: self.writes.delete(call, number),
        }
        if number and (call.method, edge) in acts:
            return acts[call.method, edge]
        if edge and self.state.found(number) is not None:
            raise numbered(100, f"Tried accessing nonexisting field ({edge})")
        raise gone(number, call.method.lower())

    def _of_page(self, call: Call, edge: str) -> Act:
        acts: dict[tuple[str, str], Act] = {
            ("GET", ""): lambda call: self.reads.node(call, self.state.page.id),
            ("GET", "blocked"): self.reads.blocked,
            ("POST", "blocked"): self.writes.block,
            ("DELETE", "blocked"): self.writes.unblock,
        }
        if call.method == "GET" and edge in KINDS:
            return lambda call: self.reads.posts(call, edge)
        if edge in ("accounts", "permissions"):
            return self.tokens.accounts if edge == "accounts" else self.tokens.permissions
        if (call.method, edge) in acts:
            return acts[call.method, edge]
        if call.method == "POST" and edge in ("feed", "photos", "videos"):
            call.need("pages_manage_posts", write=True)
        raise numbered(100, f"Tried accessing nonexisting field ({edge}) on node type (Page)")

    def _batch(self, call: Call) -> list[Any]:
        """Several calls in one request; each counts, and each is answered for itself."""
        try:
            asked = json.loads(call.one("batch"))
        except ValueError:
            asked = None
        if not isinstance(asked, list) or not asked:
            raise numbered(100, "The batch parameter must be a JSON array")
        if len(asked) > _BATCH:
            raise numbered(100, f"Too many requests in batch message. Maximum batch size is {_BATCH}")
        return [self._part(call, one) for one in asked]

    def _part(self, call: Call, asked: dict[str, Any]) -> dict[str, Any]:
        target = "/" + str(asked.get("relative_url", "")).lstrip("/")
        body = str(asked.get("body", ""))
        kind = {"content-type": "application/x-www-form-urlencoded"} if body else {}
        headers = {"authorization": f"Bearer {call.token.value}", **kind}
        method = str(asked.get("method", "GET")).upper()
        answer = self.answer(Request(method, target, headers, body.encode(), call.request.origin))
        said = [{"name": name, "value": value} for name, value in answer.headers.items()]
        return {"code": answer.status, "headers": said, "body": answer.body.decode()}

    def _count(self, call: Call) -> None:
        """Calls with a Page token in 24 hours. Raises GraphError."""
        now = self.clock.now()
        self._calls = [when for when in self._calls if when > now - _DAY]
        self._calls.append(now)
        if self.options.budget and len(self._calls) > self.options.budget:
            code, words = (80001, "There have been too many calls to this Page account.")
            if not call.token.is_page:
                code, words = 4, "Application request limit reached"
            error = numbered(code, words)
            error.more["is_transient"] = True
            raise error

    def _with_usage(self, answer: Answer) -> Answer:
        """The headers that say how much of the limits is used, in percent, and in minutes when it is over."""
        used = (
            min(100, 100 * len(self._calls) // self.options.budget)
            if self.options.budget
            else self.options.used
        )
        wait = 0
        if self.options.budget and len(self._calls) >= self.options.budget:
            wait = max(1, int((self._calls[0] + _DAY - self.clock.now()).total_seconds()) // 60)
        usage = {"call_count": used, "total_cputime": 5, "total_time": 6}
        page = {"type": "pages", **usage, "estimated_time_to_regain_access": wait}
        return answer.with_headers(
            facebook_api_version=f"v{VERSION}.0",
            x_app_usage=json.dumps(usage),
            x_business_use_case_usage=json.dumps({self.state.page.id: [page]}),
        )


def consent_page(home: str, app: str, back: str, scopes: tuple[str, ...], state: str = "") -> str:
    """The address of the dialog where a person agrees."""
    query = {"client_id": app, "redirect_uri": back, "scope": ",".join(scopes), "state": state}
    return f"{home}/v{VERSION}.0/dialog/oauth?{urlencode(query)}"
