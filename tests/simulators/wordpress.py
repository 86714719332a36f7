"""A simulated WordPress: the REST API for comments as core 6.1 has it, roles and refusals included."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from typing import Any

from convo.clock import Clock
from tests.simulators._wordpress_comments import Comments
from tests.simulators._wordpress_errors import RestError
from tests.simulators._wordpress_state import Options, Post, SiteState, User
from tests.simulators._wordpress_views import Views, picked
from tests.simulators.messages import Answer, Request, json_answer, text_answer

Route = Callable[..., Answer]


class WordPress:
    """The site: its home page, discovery, sign-in, routes."""

    def __init__(self, clock: Clock, options: Options | None = None) -> None:
        self.state = SiteState(clock, options or Options())
        self.comments = Comments(self.state)
        self._routes: list[tuple[str, re.Pattern[str], Route]] = [
            ("GET", re.compile(r"/?"), self._index),
            ("GET", re.compile(r"/wp/v2/users/me"), self._me),
            ("GET", re.compile(r"/wp/v2/(posts|pages)"), self._posts),
            ("GET", re.compile(r"/wp/v2/(posts|pages)/(\d+)"), self._post),
            ("GET", re.compile(r"/wp/v2/comments"), self.comments.listing),
            ("POST", re.compile(r"/wp/v2/comments"), self.comments.create),
            ("GET", re.compile(r"/wp/v2/comments/(\d+)"), self.comments.one),
            ("POST", re.compile(r"/wp/v2/comments/(\d+)"), self.comments.update),
            ("DELETE", re.compile(r"/wp/v2/comments/(\d+)"), self.comments.delete),
        ]

    def answer(self, request: Request) -> Answer:
        """Answer one request."""
        home = request.origin + self.state.options.folder
        views = Views(self.state, home)
        link = f'<{views.rest("/")}>; rel="https://api.w.org/"'
        route = self._rest_route(request)
        if route is None:
            return self._page(request).with_headers(link=link)
        try:
            answer = self._rest(request, route, views)
        except RestError as error:
            answer = error.answer()
        return answer if "link" in answer.headers else answer.with_headers(link=link)

    def _rest_route(self, request: Request) -> str | None:
        """The REST route that is asked for, None for a page."""
        options = self.state.options
        path = request.path
        if not path.startswith(f"{options.folder}/"):
            return None
        path = path[len(options.folder) :]
        named = request.first("rest_route")
        if named and options.plain and path in ("/", "/index.php"):
            return named
        if options.pretty and (path + "/").startswith(f"/{options.prefix}/"):
            return path[len(options.prefix) + 1 :] or "/"
        return None

    def _page(self, request: Request) -> Answer:
        there = request.path == f"{self.state.options.folder}/"
        page = "<!DOCTYPE html><html><head><title>Blog</title></head><body><h1>Blog</h1></body></html>"
        return text_answer(page, 200 if there else 404)

    def _rest(self, request: Request, route: str, views: Views) -> Answer:
        options = self.state.options
        if options.closed == "all":
            return text_answer("<!DOCTYPE html><html><body>Not here</body></html>", 404)
        me = self._caller(request)
        if options.closed == "anonymous" and me is None:
            raise RestError(
                401, "rest_cannot_access", "DRA: Only authenticated users can access the REST API."
            )
        for method, pattern, handler in self._routes:
            found = pattern.fullmatch(route.rstrip("/") or "/")
            if found and method == request.method:
                return handler(request, me, views, *found.groups())
        raise RestError(404, "rest_no_route", "No route was found matching the URL and request method.")

    def _caller(self, request: Request) -> User | None:
        scheme, _, coded = request.headers.get("authorization", "").partition(" ")
        options = self.state.options
        if scheme.lower() != "basic" or options.header_lost or not options.application_passwords:
            return None
        login, _, password = base64.b64decode(coded).decode().partition(":")
        plain = re.sub(r"[^a-zA-Z0-9]", "", password)
        known = [one for one in self.state.users.values() if login in (one.login, one.email)]
        user = next((one for one in known if one.password and one.password == plain), None)
        if user is None and options.surfaced:
            if not known:
                words = "<strong>Error:</strong> Unknown username. Check again or try your email address."
                raise RestError(401, "invalid_username", words)
            words = "The provided password is an invalid application password."
            raise RestError(401, "incorrect_password", words)
        return user

    def _index(self, request: Request, me: User | None, views: Views) -> Answer:
        return json_answer(picked(views.index(), request.first("_fields")))

    def _me(self, request: Request, me: User | None, views: Views) -> Answer:
        if me is None:
            raise RestError(401, "rest_not_logged_in", "You are not currently logged in.")
        view = views.user(me, request.first("context", "view"))
        return json_answer(picked(view, request.first("_fields")))

    def _readable(self, post: Post | None, me: User | None) -> bool:
        if post is None:
            return False
        own = me is not None and (me.id == post.author or me.can("edit_others_posts"))
        return post.status == "publish" or own

    def _posts(self, request: Request, me: User | None, views: Views, kind: str) -> Answer:
        words = request.first("status", "publish")
        if words != "publish" and not (me and me.can("edit_posts")):
            raise RestError(400, "rest_invalid_param", "Invalid parameter(s): status")
        found = [
            post
            for post in self.state.posts.values()
            if post.type == kind[:-1] and self._readable(post, me) and words in (post.status, "any")
        ]
        include = {int(one) for part in request.every("include") for one in part.split(",") if one}
        authors = {int(one) for part in request.every("author") for one in part.split(",") if one}
        after = request.first("after")
        found = [
            post
            for post in found
            if (not include or post.id in include)
            and (not authors or post.author in authors)
            and (not after or f"{post.at:%Y-%m-%dT%H:%M:%S}" > after.rstrip("Z"))
        ]
        found.sort(key=lambda post: (post.at, post.id), reverse=True)
        size, page = int(request.first("per_page", "10")), int(request.first("page", "1"))
        if page > 1 and (page - 1) * size >= len(found):
            words = "The page number requested is larger than the number of pages available."
            raise RestError(400, "rest_post_invalid_page_number", words)
        part = found[(page - 1) * size : page * size]
        shown: list[Any] = [picked(views.post(post), request.first("_fields")) for post in part]
        pages = -(-len(found) // size)
        return json_answer(shown).with_headers(x_wp_total=str(len(found)), x_wp_totalpages=str(pages))

    def _post(self, request: Request, me: User | None, views: Views, kind: str, number: str) -> Answer:
        post = self.state.posts.get(int(number))
        if post is None or post.type != kind[:-1]:
            raise RestError(404, "rest_post_invalid_id", "Invalid post ID.")
        if not self._readable(post, me):
            status = 403 if me else 401
            raise RestError(status, "rest_forbidden", "Sorry, you are not allowed to do that.")
        return json_answer(picked(views.post(post), request.first("_fields")))
