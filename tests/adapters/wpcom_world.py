"""The conformance suite's world over a simulated WordPress.com: comments on a blog there, by OAuth."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, ClassVar

from convo.config import AccountConfig
from convo.testing import Where
from tests.adapters.http_world import HttpWorld, Route
from tests.adapters.wordpress_world import WordPressWorld
from tests.simulators._wordpress_state import User
from tests.simulators.wpcom import CLIENT, Quirks, WordPressCom

DOMAIN = "myblog.wordpress.com"
TOKEN = "access)token&of%me^0123456789#abcdef@"


class WpComWorld(WordPressWorld):
    """One blog; the user has a role on it, some people have logins, others are guests.

    `refreshable` says whether the credential can be refreshed when it runs out: with the newer server it can, and
    `refresh_token` is what does it. The config names the simulated API: WordPress.com itself is far away.
    """

    routes: ClassVar[dict[Where, Sequence[Route]]] = {
        Where.READ: [("GET", "/comments")],
        Where.ANSWER: [("POST", "/comments")],
        Where.FIND: [("GET", "/comments")],
    }
    plain_keys = WordPressWorld.plain_keys | {"token_type", "access_token", "refresh_token", "scope"}
    kept_keys = WordPressWorld.kept_keys | plain_keys | {"URL", "blog_url"}

    def __init__(
        self,
        role: str = "editor",
        *,
        quirks: Quirks | None = None,
        jetpack: bool = False,
        refreshable: bool = False,
        scope: str = "",
        **options: Any,
    ) -> None:
        clock = self.present()
        self.server: Any = WordPressCom(clock, quirks)
        self.blog = self.server.add_blog(DOMAIN, **options)
        self.blog.jetpack = jetpack
        self.state = self.blog.state
        self.user_me = self.blog.join(self.server.account("me", "Me Myself"), role)
        token = self.server.oauth.give(TOKEN, client=CLIENT.id, blog=self.blog.id, scope=scope)
        self.refreshable = refreshable
        self.refresh_token = token.refresh = "refresh-token-of-me" if refreshable else ""
        HttpWorld.__init__(self, self.server, clock, AccountConfig("blog", "wordpress", user="me"), TOKEN)
        self.home = self.blog.url
        self.me = f"{self.home}/?author={self.user_me.id}"
        self.secrets = (TOKEN, CLIENT.secret, *([self.refresh_token] if refreshable else []))
        self.account = self.configured()
        if refreshable:
            self.credential.secret = json.dumps({"access": TOKEN, "refresh": self.refresh_token})

    def configured(self) -> AccountConfig:
        """The account in the config."""
        options = {"api": self.base(), "client_id": CLIENT.id, "client_secret": CLIENT.secret}
        return AccountConfig("blog", "wordpress", url=self.home, user="me", options=options)

    def adapter(self, facts: str = "{}", *, deadline: float = 20.0) -> Any:
        return HttpWorld.adapter(self, facts, deadline=deadline)

    def _user(self, name: str) -> User:
        account = self.server.account(name)
        known: User = self.blog.member(account.id) or self.blog.join(account, "author")
        return known

    def expire(self) -> bool | None:
        """Tokens of the older server never run out, but end when the user signs out of everything."""
        with self.site.home.lock:
            self.server.oauth.end()
        return self.refreshable

    def revoke(self) -> None:
        self.server.oauth.tokens.clear()

    def logins(self) -> tuple[int, int]:
        return 0, self.server.oauth.refreshed
