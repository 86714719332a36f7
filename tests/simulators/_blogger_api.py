"""The routes of a simulated Blogger API v3: who may, with which parameters, and what is answered."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from typing import Any, TypeVar

from convo.text import parse_time
from tests.simulators._blogger_state import PROFILE, STATUSES, Author, Blogs, Comment, Post
from tests.simulators.messages import Answer, Request, json_answer

T = TypeVar("T", Post, Comment)
MANY = 7777
EVERYWHERE = {"alt", "fields", "key", "prettyPrint", "quotaUser", "$.xgafv", "access_token"}
MODERATE = "https://www.googleapis.com/auth/blogger"
READ = {MODERATE, "https://www.googleapis.com/auth/blogger.readonly"}


class GoogleError(Exception):
    """`{"error": {"code", "message", "errors", "status"}}`."""

    def __init__(self, code: int, reason: str, message: str, status: str, domain: str = "global") -> None:
        super().__init__(reason)
        self.code = code
        self.body = {
            "error": {
                "code": code,
                "message": message,
                "errors": [{"message": message, "domain": domain, "reason": reason}],
                "status": status,
            }
        }

    def answer(self) -> Answer:
        """The answer."""
        answer = json_answer(self.body, self.code)
        if self.code == 401:
            return answer.with_headers(www_authenticate='Bearer realm="https://accounts.google.com/"')
        return answer


def not_found() -> GoogleError:
    """What is not there."""
    return GoogleError(404, "notFound", "Requested entity was not found.", "NOT_FOUND")


def bad(message: str) -> GoogleError:
    """A parameter that is wrong."""
    return GoogleError(400, "badRequest", message, "INVALID_ARGUMENT")


class Api:
    """What one signed-in user is answered."""

    def __init__(self, blogs: Blogs, me: Author) -> None:
        self.blogs = blogs
        self.me = me

    def allowed(self, request: Request, *names: str) -> None:
        """Refuse parameters that the method does not have. Raises GoogleError."""
        for name, _ in request.query:
            if name not in EVERYWHERE and name not in names:
                words = f'Invalid JSON payload received. Unknown name "{name}": Cannot bind query parameter.'
                raise bad(words)

    def scoped(self, wanted: set[str]) -> None:
        """Refuse where the token has none of the scopes. Raises GoogleError."""
        if not wanted & set(self.blogs.options.scopes):
            words = "Request had insufficient authentication scopes."
            raise GoogleError(403, "insufficientPermissions", words, "PERMISSION_DENIED")

    def user(self, request: Request) -> Answer:
        """GET users/self."""
        self.allowed(request)
        return self._given(
            request,
            {
                "kind": "blogger#user",
                "id": self.me.id,
                "created": "2008-01-01T00:00:00Z",
                "url": f"{PROFILE}/{self.me.id}",
                "selfLink": f"https://www.googleapis.com/blogger/v3/users/{self.me.id}",
                "displayName": self.me.name,
                "locale": {"language": "en", "country": "", "variant": ""},
            },
        )

    def own_blogs(self, request: Request) -> Answer:
        """GET users/self/blogs."""
        self.allowed(request, "view", "fetchUserInfo", "role", "status")
        items = [self._blog(number) for number in self.blogs.blogs]
        return self._given(request, {"kind": "blogger#blogList", **({"items": items} if items else {})})

    def _blog(self, number: str) -> dict[str, Any]:
        return {
            "kind": "blogger#blog",
            "id": number,
            "name": self.blogs.blogs[number],
            "description": "",
            "published": "2008-01-01T00:00:00-08:00",
            "updated": "2026-11-20T00:00:00-08:00",
            "url": "http://simulated.blogspot.com/",
            "selfLink": f"https://www.googleapis.com/blogger/v3/blogs/{number}",
            "posts": {"totalItems": MANY, "selfLink": ""},
            "pages": {"totalItems": MANY, "selfLink": ""},
            "locale": {"language": "en", "country": "", "variant": ""},
        }

    def blog(self, request: Request, number: str) -> Answer:
        """GET blogs/<id> and blogs/byurl."""
        self.allowed(request, "view", "maxPosts", "url")
        if number == "byurl" and request.first("url").rstrip("/").endswith("simulated.blogspot.com"):
            number = next(iter(self.blogs.blogs))
        if number not in self.blogs.blogs:
            raise not_found()
        return self._given(request, self._blog(number))

    def _post(self, blog: str, number: str) -> Post:
        found = self.blogs.posts.get(number)
        if found is None or found.blog != blog:
            raise not_found()
        return found

    def post(self, request: Request, blog: str, number: str) -> Answer:
        """GET blogs/<b>/posts/<p>."""
        self.allowed(request, "fetchBody", "fetchImages", "maxComments", "view")
        post = self._post(blog, number)
        return self._given(request, self._post_view(post, request.first("fetchBody") != "false"))

    def _post_view(self, post: Post, bodies: bool) -> dict[str, Any]:
        view = {
            "kind": "blogger#post",
            "id": post.id,
            "blog": {"id": post.blog},
            "published": self.blogs.stamp(post.published),
            "updated": self.blogs.stamp(post.published),
            "url": post.url,
            "selfLink": f"https://www.googleapis.com/blogger/v3/blogs/{post.blog}/posts/{post.id}",
            "title": post.title,
            "content": f"<p>{post.title}</p>",
            "author": self._author(post.author),
            "replies": {"totalItems": str(MANY), "selfLink": ""},
            "readerComments": post.comments,
            "etag": '"post"',
        }
        if not bodies:
            del view["content"]
        return view

    def posts(self, request: Request, blog: str) -> Answer:
        """GET blogs/<b>/posts: newest first."""
        more = ("orderBy", "sortOption", "status", "view", "labels", "fetchImages")
        self.allowed(request, "startDate", "endDate", "maxResults", "pageToken", "fetchBodies", *more)
        if blog not in self.blogs.blogs:
            raise not_found()
        found = [one for one in self.blogs.posts.values() if one.blog == blog]
        found = self._between(request, found)
        found.sort(key=lambda one: (one.published, one.id), reverse=True)
        bodies = request.first("fetchBodies", "true") != "false"
        return self._paged(request, found, lambda one: self._post_view(one, bodies), "blogger#postList")

    def _between(self, request: Request, found: list[T]) -> list[T]:
        """What was published between the dates that are given. Raises GoogleError."""
        for name, late in (("startDate", False), ("endDate", True)):
            if words := request.first(name):
                try:
                    when = parse_time(words)
                except ValueError:
                    raise bad(f"Invalid value for {name}") from None
                found = [one for one in found if (one.published <= when if late else one.published >= when)]
        return found

    def _author(self, author: Author) -> dict[str, Any]:
        if not author.id:
            return {"displayName": author.name or "Anonymous"}
        return {
            "id": author.id,
            "displayName": author.name,
            "url": f"{PROFILE}/{author.id}",
            "image": {"url": "//www.blogger.com/img/blogger_logo_round_35.png"},
        }

    def _view(self, comment: Comment, bodies: bool = True) -> dict[str, Any]:
        blog, post = comment.post.blog, comment.post.id
        link = f"https://www.googleapis.com/blogger/v3/blogs/{blog}/posts/{post}/comments/{comment.id}"
        view: dict[str, Any] = {
            "kind": "blogger#comment",
            "status": comment.status,
            "id": comment.id,
            "post": {"id": post},
            "blog": {"id": blog},
            "published": self.blogs.stamp(comment.published),
            "updated": self.blogs.stamp(comment.published),
            "selfLink": link,
            "author": self._author(comment.author),
        }
        if comment.parent:
            view["inReplyTo"] = {"id": comment.parent}
        if bodies:
            view["content"] = comment.content
        return view | comment.extra

    def comments(self, request: Request, blog: str, post: str = "") -> Answer:
        """GET blogs/<b>/comments and blogs/<b>/posts/<p>/comments."""
        more = ("view",) if post else ()
        names = ("startDate", "endDate", "maxResults", "pageToken", "fetchBodies", "status", *more)
        self.allowed(request, *names)
        if blog not in self.blogs.blogs:
            raise not_found()
        found = [one for one in self.blogs.comments.values() if one.post.blog == blog]
        if post:
            kept = self._post(blog, post)
            found = [one for one in found if one.post is kept]
        wanted = request.every("status") or ["LIVE"]
        if unknown := [one for one in wanted if one not in STATUSES]:
            raise bad(f"Invalid value at 'status' (type.googleapis.com/...), \"{unknown[0]}\"")
        found = [one for one in found if one.status in wanted]
        found = self._between(request, found)
        found.sort(key=lambda one: (one.published, one.id), reverse=self.blogs.options.newest_first)
        bodies = request.first("fetchBodies", "true") != "false"
        return self._paged(request, found, lambda one: self._view(one, bodies), "blogger#commentList")

    def _paged(
        self, request: Request, found: list[T], shown: Callable[[T], dict[str, Any]], kind: str
    ) -> Answer:
        options, start = self.blogs.options, 0
        if token := request.first("pageToken"):
            try:
                start = int(json.loads(base64.urlsafe_b64decode(token))["at"])
            except (ValueError, KeyError):
                raise bad("Invalid page token") from None
        wanted = request.first("maxResults", "10")
        if not wanted.isdigit() or int(wanted) == 0:
            raise bad("Invalid value for maxResults")
        size = min(int(wanted), options.page_most)
        size = max(1, size * 2 // 3) if options.short_pages else size
        view: dict[str, Any] = {"kind": kind}
        if part := found[start : start + size]:
            view["items"] = [shown(one) for one in part]
        if len(found) > start + size:
            view["nextPageToken"] = base64.urlsafe_b64encode(
                json.dumps({"at": start + size}).encode()
            ).decode()
        return self._given(request, view, etag=True)

    def _given(self, request: Request, view: dict[str, Any], *, etag: bool = False) -> Answer:
        """The view, cut to `fields`; 304 where nothing changed since."""
        if fields := request.first("fields"):
            names = {one.partition("(")[0].partition("/")[0] for one in fields.split(",")}
            view = {name: value for name, value in view.items() if name in names}
        if not etag:
            return json_answer(view)
        text = json.dumps(view, sort_keys=True)
        tag = f'"{hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()}"'
        if request.headers.get("if-none-match") == tag:
            return Answer(304, b"", {"etag": tag})
        return json_answer({**view, "etag": tag}).with_headers(etag=tag)

    def _comment(self, blog: str, post: str, number: str) -> Comment:
        found = self.blogs.comments.get(number)
        if found is None or (found.post.blog, found.post.id) != (blog, post):
            raise not_found()
        return found

    def comment(self, request: Request, blog: str, post: str, number: str) -> Answer:
        """GET a comment."""
        self.allowed(request, "view")
        return self._given(request, self._view(self._comment(blog, post, number)))

    def moderate(self, request: Request, blog: str, post: str, number: str, verb: str) -> Answer:
        """POST approve, spam or removecontent."""
        self.scoped({MODERATE})
        self.allowed(request)
        comment = self._comment(blog, post, number)
        if verb == "removecontent":
            self.blogs.empty(comment)
        else:
            comment.status = {"approve": "LIVE", "spam": "SPAM"}[verb]
        return json_answer(self._view(comment))

    def delete(self, request: Request, blog: str, post: str, number: str) -> Answer:
        """DELETE a comment."""
        self.scoped({MODERATE})
        self.allowed(request)
        self.blogs.delete(self._comment(blog, post, number))
        return Answer(204)
