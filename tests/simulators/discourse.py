"""A simulated Discourse: the JSON of one site for one user's key, with state, limits and refusals."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape

from convo.clock import Clock
from tests.simulators._discourse_alerts import Alerts
from tests.simulators._discourse_calls import Call, SiteError, not_found
from tests.simulators._discourse_keys import Key, Keys
from tests.simulators._discourse_reads import Reads
from tests.simulators._discourse_state import Options, SiteState, User
from tests.simulators._discourse_views import MANY, MORE, Views
from tests.simulators._discourse_writes import Writes
from tests.simulators.messages import Answer, Request, json_answer, text_answer

Route = Callable[..., Answer]


class Discourse:
    """The site: routes, keys, who is asking."""

    def __init__(self, clock: Clock, options: Options | None = None) -> None:
        self.options = options or Options()
        self.state = SiteState(clock, self.options)
        self.alerts = Alerts(self.state)
        self.keys = Keys(clock)
        self.reads = Reads(self.state, self.alerts)
        self.writes = Writes(self.state, self.alerts, self.reads)
        self.browser: User | None = None
        """Whoever is signed in in the browser, where keys are made."""
        self._routes = [(method, re.compile(path), route) for method, path, route in self._table()]

    def _table(self) -> list[tuple[str, str, Route]]:
        reads, writes = self.reads, self.writes
        name = r"([\w.-]+)"
        return [
            ("GET", r"/notifications", reads.notifications),
            ("GET", r"/notifications/totals", reads.totals),
            ("PUT", r"/notifications/mark-read", writes.mark_read),
            ("GET", r"/t/(\d+)", reads.topic),
            ("GET", r"/t/[^/]+/(\d+)", reads.topic),
            ("GET", r"/t/(\d+)/posts", reads.chosen),
            ("POST", r"/t/(\d+)/notifications", writes.topic_level),
            ("GET", r"/posts/(\d+)", reads.post),
            ("GET", r"/posts/by_number/(\d+)/(\d+)", reads.numbered),
            ("GET", r"/posts/(\d+)/replies", reads.replies),
            ("GET", rf"/posts/{name}/pending", reads.pending),
            ("POST", r"/posts", writes.create),
            ("PUT", r"/posts/(\d+)", writes.edit),
            ("PUT", r"/posts/(\d+)/recover", writes.recover),
            ("DELETE", r"/posts/(\d+)", writes.delete),
            ("GET", r"/user_actions", reads.actions),
            ("GET", rf"/topics/private-messages(-sent)?/{name}", lambda call, w, u: reads.sent(call, u, w)),
            ("GET", rf"/u/{name}", reads.profile),
            ("PUT", rf"/u/{name}/notification_level", writes.person_level),
            ("GET", r"/session/current", self._session),
            ("GET", r"/site/settings", self._settings),
            ("GET", r"/site/basic-info", self._basic),
            ("GET", r"/about", self._about),
            ("HEAD", r"/user-api-key/new", lambda call: Answer(200, b"", {"auth-api-version": "4"})),
            ("GET", r"/user-api-key/new", self._ask_for_key),
            ("POST", r"/user-api-key", self._make_key),
            ("POST", r"/user-api-key/revoke", self._revoke),
        ]

    def answer(self, request: Request) -> Answer:
        """Answer one request."""
        path = request.path
        as_json = path.endswith(".json") or "application/json" in request.headers.get("accept", "")
        try:
            return self._answered(request, path.removesuffix(".json"))
        except SiteError as error:
            return error.answer(as_json)

    def _answered(self, request: Request, path: str) -> Answer:
        options = self.options
        if options.ip_limit:
            words = "Slow down, too many requests from this IP address.\nPlease retry again in 5 seconds.\n"
            answer = text_answer(words, 429, "text/plain")
            return answer.with_headers(retry_after="5", discourse_rate_limit_error_code="ip_10_secs_limit")
        if not path.startswith(f"{options.folder}/"):
            raise not_found()
        path = path[len(options.folder) :].rstrip("/") or "/"
        me, key = self._caller(request, path)
        call = Call(request, me)
        if (
            options.login_required
            and me is None
            and not path.startswith(("/user-api-key", "/site/basic-info"))
        ):
            raise SiteError(403, "not_logged_in")
        if options.read_only and request.method not in ("GET", "HEAD"):
            raise SiteError(503, "read_only")
        self._clear(request, me)
        # A number after the topic's is a post's, and only then is a word before a number a slug.
        if request.method == "GET" and (found := re.fullmatch(r"/t/(?:[^/]*[^/\d][^/]*/)?(\d+)/(\d+)", path)):
            return self._named(self.reads.around(call, *found.groups()), me, key)
        for method, pattern, route in self._routes:
            if method == request.method and (found := pattern.fullmatch(path)):
                return self._named(route(call, *found.groups()), me, key)
        raise not_found()

    def _caller(self, request: Request, path: str) -> tuple[User | None, Key | None]:
        """Who asks: a bad key is refused before anything else is looked at."""
        if admin := request.headers.get("api-key"):
            user = self.state.named(request.headers.get("api-username", ""))
            if admin not in self.keys.admin or user is None:
                raise SiteError(403, "invalid_access")
            return user, Key(admin, user, "", {"write"})
        words = request.headers.get("user-api-key")
        if words is None:
            return None, None
        key = self.keys.find(words)
        if not key.permits(request.method, path):
            raise SiteError(403, "invalid_access")
        if self.options.limits:
            self.keys.count(key)
        if client := request.headers.get("user-api-client-id"):
            key.client = client
        return key.user, key

    def _named(self, answer: Answer, me: User | None, key: Key | None) -> Answer:
        if me is None or key is None:
            return answer
        return answer.with_headers(x_discourse_username=me.username, cache_control="no-cache, no-store")

    def _clear(self, request: Request, me: User | None) -> None:
        """A header that marks notifications as read with any request."""
        words = request.headers.get("discourse-clear-notifications", "")
        if me is not None and words:
            self.alerts.read(me, {int(one) for one in words.split(",") if one.strip().isdigit()})

    def _session(self, call: Call) -> Answer:
        if call.me is None:
            raise not_found()
        return json_answer({"current_user": Views(self.state, call.me).current(call.me)})

    def _settings(self, call: Call) -> Answer:
        if not self.options.settings_open:
            raise not_found()
        return json_answer(
            {
                "title": "Simulated forum",
                "min_post_length": self.options.min_length,
                "max_post_length": self.options.max_length,
                "min_personal_message_post_length": min(10, self.options.min_length),
                "unique_posts_mins": self.options.unique_minutes,
                "enable_names": self.options.names,
                "enable_user_status": self.options.user_status,
                "suggested_topics": 5,
            }
        )

    def _basic(self, call: Call) -> Answer:
        return json_answer({"logo_url": "/logo.png", "title": "Simulated forum", "description": "Talk."})

    def _about(self, call: Call) -> Answer:
        stats = {"topics_count": MANY, "posts_count": MORE, "users_count": MANY, "likes_count": MORE}
        about = {"title": "Simulated forum", "version": "3.6.0.beta2", "locale": "en", "stats": stats}
        return json_answer({"users": [], "about": about})

    def _ask_for_key(self, call: Call) -> Answer:
        """The page that asks whether an app may have a key."""
        if self.browser is None:
            return Answer(302, b"", {"location": f"{self.options.folder}/login"})
        fields = "".join(
            f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
            for name, value in call.request.query
        )
        form = f'<form method="post" action="{self.options.folder}/user-api-key">{fields}<button>OK</button></form>'
        return text_answer(f"<!DOCTYPE html><html><body>{form}</body></html>")

    def _make_key(self, call: Call) -> Answer:
        if self.browser is None:
            raise SiteError(403, "not_logged_in")
        given = {name: str(value) for name, value in call.body().items()}
        if given.get("auth_redirect") not in (None, "", "discourse://auth_redirect"):
            raise SiteError(403, "invalid_access")
        payload = self.keys.make(self.browser, given)
        if call.request.path.endswith(".json"):
            return json_answer({"payload": payload, "instructions": "Copy this into the application."})
        return text_answer(f"<!DOCTYPE html><html><body><textarea>{payload}</textarea></body></html>")

    def agree(self, address: str) -> str:
        """The user opens the address of an app, agrees, and copies what is shown. Raises SiteError."""
        if self.browser is None:
            raise SiteError(403, "not_logged_in")
        return self.keys.make(self.browser, dict(Request("GET", address).query))

    def _revoke(self, call: Call) -> Answer:
        words = call.request.headers.get("user-api-key")
        if words is None:
            raise not_found()
        self.keys.find(words).revoked = True
        return json_answer({"success": "OK"})
