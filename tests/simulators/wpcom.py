"""A simulated WordPress.com: many blogs behind one address, OAuth, core's routes and those of the API 1.1."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from convo.clock import Clock
from tests.simulators._wordpress_errors import RestError
from tests.simulators._wordpress_state import Options
from tests.simulators._wpcom_blogs import Account, Blog, Caller, OldError
from tests.simulators._wpcom_oauth import Client, OAuth
from tests.simulators._wpcom_v11 import OldApi
from tests.simulators.messages import Answer, Request, text_answer

_SITES = re.compile(r"/wp/v2/sites/([^/]+)(/.*)?")
CLIENT = Client(
    "1234", "client-secret-of-me-0123456789", ("http://127.0.0.1:8765/callback", "http://localhost/")
)


@dataclass
class Quirks:
    """What is not documented."""

    token_status: int = 401
    """Status of the refusal of a token that is not valid; 400 was seen too."""
    anonymous: bool = False
    """A token that is not valid is taken for none by the routes of core."""


class WordPressCom:
    """The platform, with one application registered."""

    def __init__(self, clock: Clock, quirks: Quirks | None = None) -> None:
        self.clock = clock
        self.quirks = quirks or Quirks()
        self.oauth = OAuth(clock, clients={CLIENT.id: CLIENT})
        self.accounts: dict[str, Account] = {}
        self.blogs: dict[int, Blog] = {}
        self.old = OldApi(self.blogs)

    def account(self, login: str, name: str = "") -> Account:
        """Somebody by login; made when first asked for. The first one sits at the browser."""
        if login not in self.accounts:
            made = Account(204_000_001 + 17 * len(self.accounts), login, name or login.title())
            self.accounts[login] = made
            self.oauth.user = self.oauth.user or made.id
        return self.accounts[login]

    def add_blog(self, domain: str, title: str = "My blog", **options: Any) -> Blog:
        """A blog."""
        number = 150_000_001 + 1_000 * len(self.blogs)
        self.blogs[number] = Blog(number, domain, title, self.clock, Options(**options))
        self.oauth.blogs[number] = self.blogs[number].url
        return self.blogs[number]

    def answer(self, request: Request) -> Answer:
        """Answer one request."""
        found = self.oauth.answer(request)
        if found is not None:
            return found
        old = request.path.startswith("/rest/v1.1/")
        site = _SITES.fullmatch(request.path)
        if not old and site is None:
            return text_answer("<!DOCTYPE html><html><body>Not found</body></html>", 404)
        try:
            caller = self._caller(request, old)
            if old or site is None:
                return self.old.answer(request, caller)
            return self._core(request, caller, site[1], (site[2] or "").rstrip("/"))
        except OldError as error:
            return error.answer(old)
        except RestError as error:
            return error.answer()

    def _caller(self, request: Request, old: bool) -> Caller | None:
        if "authorization" not in request.headers:
            return None
        token = self.oauth.of(request.bearer)
        if token is None:
            if self.quirks.anonymous and not old:
                return None
            raise OldError(self.quirks.token_status, "invalid_token", "The OAuth2 token is invalid.")
        account = next(one for one in self.accounts.values() if one.id == token.user)
        return Caller(account, token)

    def _core(self, request: Request, caller: Caller | None, named: str, path: str) -> Answer:
        """One of core's routes, for one blog."""
        blog = next((one for one in self.blogs.values() if one.is_called(named)), None)
        if blog is None:
            raise OldError(404, "unknown_blog", "Unknown blog")
        blog.admit(caller)
        if caller is not None:
            caller.need(*_scopes(path))
        return blog.api.called(request, f"/wp/v2{path}" if path else "/", caller)


def _scopes(path: str) -> tuple[str, ...]:
    """The permissions one of which a route demands."""
    head = path.strip("/").partition("/")[0]
    if head == "comments":
        return ("comments",)
    return ("posts",) if head in ("posts", "pages") else ("users", "auth", "comments", "posts")
