"""Blogs of a simulated WordPress.com: each is a WordPress of its own behind one address and one sign-in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from convo.clock import Clock
from tests.simulators._wordpress_errors import RestError
from tests.simulators._wordpress_state import Options, Post, SiteState, User
from tests.simulators._wordpress_views import Views
from tests.simulators._wpcom_oauth import Token
from tests.simulators.messages import Answer, Request, json_answer
from tests.simulators.wordpress import WordPress


class OldError(Exception):
    """A refusal of the API 1.1: `error` and `message`."""

    def __init__(self, status: int, error: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.error = error

    def answer(self, old: bool = True) -> Answer:
        """The answer; the routes of `wp/v2` say the same as core does."""
        if old:
            return json_answer({"error": self.error, "message": str(self)}, self.status)
        return RestError(self.status, self.error, str(self)).answer()


def denied(error: str, message: str) -> OldError:
    """403."""
    return OldError(403, error, message)


@dataclass(frozen=True)
class Account:
    """Somebody with a login on WordPress.com, the same on every blog."""

    id: int
    login: str
    name: str

    @property
    def email(self) -> str:
        return f"{self.login}@example.org"


@dataclass(frozen=True)
class Caller:
    """Whose token came with a request."""

    account: Account
    token: Token

    def need(self, *scopes: str) -> None:
        """Demand one of these permissions. Raises OldError."""
        if not self.token.may(*scopes):
            raise denied("unauthorized", f"Required scope [{', '.join(scopes)}] is not in this token")

    def reaches(self, blog: Blog) -> bool:
        """Whether the token is for this blog, or for all."""
        return self.token.blog in (0, blog.id)


class BlogViews(Views):
    """A blog's views: routes are at WordPress.com, pages at the blog's own address."""

    def __init__(self, site: SiteState, blog: Blog, origin: str) -> None:
        super().__init__(site, blog.url)
        self.origin = origin
        self.blog = blog

    def rest(self, path: str) -> str:
        """The address of a route."""
        return f"{self.origin}/wp/v2/sites/{self.blog.id}{path.removeprefix('/wp/v2')}"

    def index(self) -> dict[str, Any]:
        """What stands at the root of a blog's routes: no name, no ways to sign in."""
        names = ("posts", "pages", "comments", "users/me")
        routes = {f"/wp/v2/sites/{self.blog.id}/{one}": {"namespace": "wp/v2"} for one in names}
        return {"namespace": "wp/v2", "routes": routes, "_links": {}}


class BlogApi(WordPress):
    """The routes of core for one blog; who calls is known from the token."""

    def __init__(self, clock: Clock, options: Options, blog: Blog) -> None:
        super().__init__(clock, options)
        self.blog = blog
        self.caller: Caller | None = None

    def _caller(self, request: Request) -> User | None:
        return self.blog.user_of(self.caller)

    def called(self, request: Request, route: str, caller: Caller | None) -> Answer:
        """Answer a request for one of core's routes. Raises RestError."""
        self.caller = caller
        return self._rest(request, route, BlogViews(self.state, self.blog, request.origin))


@dataclass
class Blog:
    """A blog by its number, which answers to its domain as well."""

    id: int
    domain: str
    title: str
    clock: Clock
    options: Options = field(default_factory=Options)
    jetpack: bool = False
    disabled: bool = False
    """Its owner switched the API off."""

    def __post_init__(self) -> None:
        self.api = BlogApi(self.clock, self.options, self)
        self.state = self.api.state
        self.roles: dict[int, str] = {}

    @property
    def url(self) -> str:
        return f"https://{self.domain}"

    def is_called(self, name: str) -> bool:
        """Whether a name in an address is this blog's."""
        return name in (str(self.id), self.domain)

    def permalink(self, post: Post) -> str:
        return Views(self.state, self.url).permalink(post)

    def role_of(self, account: int) -> str:
        """What somebody is here, "" for nobody in particular."""
        return self.roles.get(account, "")

    def join(self, account: Account, role: str) -> User:
        """Somebody gets a role."""
        self.roles[account.id] = role
        user = User(account.id, account.login, account.name, role)
        self.state.users[account.id] = user
        return user

    def member(self, account: int) -> User | None:
        """Somebody who has a role here, or wrote here."""
        return self.state.users.get(account)

    def user_of(self, caller: Caller | None) -> User | None:
        """The caller as a user of this blog; whoever is signed in may comment."""
        if caller is None:
            return None
        account = caller.account
        known = self.state.users.get(account.id)
        if known is None:
            known = User(account.id, account.login, account.name)
            self.state.users[account.id] = known
        return known

    def admit(self, caller: Caller | None) -> None:
        """Let a token in only where it is for. Raises OldError."""
        if self.disabled:
            raise denied("unauthorized", "API calls to this blog have been disabled.")
        if caller is not None and not caller.reaches(self):
            raise denied("unauthorized", "The requested blog is not the one that this token is for")
