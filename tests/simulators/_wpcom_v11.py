"""The routes of WordPress.com's own API 1.1: who I am, my sites, and comments in their older shape."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from convo.text import parse_time
from tests.simulators._wordpress_errors import RestError
from tests.simulators._wordpress_state import Comment, Post, SiteState, User, rendered
from tests.simulators._wpcom_blogs import Blog, Caller, OldError, denied
from tests.simulators.messages import Answer, Request, json_answer

MANY, MORE = 7777, 8888
STATUS = {"1": "approved", "0": "unapproved"}
_WORDS = {"approved": {"1"}, "unapproved": {"0"}, "all": {"0", "1"}, "spam": {"spam"}, "trash": {"trash"}}
Act = Callable[..., dict[str, Any]]


def _no_such(what: str) -> OldError:
    return OldError(404, f"unknown_{what}", f"Unknown {what}")


class OldApi:
    """/rest/v1.1."""

    def __init__(self, blogs: dict[int, Blog]) -> None:
        self.blogs = blogs
        one = r"/sites/([^/]+)/comments/(\d+)"
        self._routes: list[tuple[str, re.Pattern[str], Act]] = [
            ("GET", re.compile(r"/me"), self._me),
            ("GET", re.compile(r"/me/sites"), self._sites),
            ("GET", re.compile(r"/sites/([^/]+)"), self._site),
            ("GET", re.compile(r"/sites/([^/]+)/comments"), self._listed),
            ("GET", re.compile(one), self._one),
            ("POST", re.compile(one), self._update),
            ("POST", re.compile(one + r"/delete"), self._delete),
            ("POST", re.compile(one + r"/replies/new"), self._reply),
            ("POST", re.compile(r"/sites/([^/]+)/posts/(\d+)/replies/new"), self._answer),
        ]

    def answer(self, request: Request, caller: Caller | None) -> Answer:
        """Answer a request below /rest/v1.1. Raises OldError."""
        path = request.path.removeprefix("/rest/v1.1").rstrip("/")
        for method, pattern, act in self._routes:
            found = pattern.fullmatch(path)
            if found and method == request.method:
                try:
                    return json_answer(act(request, caller, *found.groups()))
                except RestError as error:
                    said = error.body
                    raise OldError(error.status, str(said["code"]), str(said["message"])) from None
        raise OldError(404, "unknown_endpoint", "Unknown API endpoint")

    def _me(self, request: Request, caller: Caller | None) -> dict[str, Any]:
        if caller is None:
            words = "An active access token must be used to query information about the current user."
            raise OldError(403, "authorization_required", words)
        account, token = caller.account, caller.token
        return {
            "ID": account.id,
            "display_name": account.name,
            "username": account.login,
            "email": account.email,
            "primary_blog": next(iter(self.blogs), 0),
            "language": "en",
            "token_site_id": token.blog or False,
            "token_scope": token.scope.split() or [""],
            "avatar_URL": "https://1.gravatar.com/avatar/0?s=96&d=identicon&r=G",
            "profile_URL": f"https://gravatar.com/{account.login}",
            "verified": True,
            "email_verified": True,
            "date": "2013-11-28T02:01:11+00:00",
            "site_count": MANY,
            "visible_site_count": MORE,
            "meta": {"links": {"self": "https://public-api.wordpress.com/rest/v1.1/me"}},
        }

    def _sites(self, request: Request, caller: Caller | None) -> dict[str, Any]:
        if caller is None:
            raise denied("authorization_required", "An active access token must be used to list sites.")
        caller.need("sites", "global")
        mine = [one for one in self.blogs.values() if one.role_of(caller.account.id)]
        return {"sites": [self._site_view(one, caller) for one in mine if caller.reaches(one)]}

    def _site(self, request: Request, caller: Caller | None, named: str) -> dict[str, Any]:
        return self._site_view(self._blog(named, caller), caller)

    def _site_view(self, blog: Blog, caller: Caller | None) -> dict[str, Any]:
        user = blog.member(caller.account.id) if caller else None
        able = ("edit_posts", "edit_others_posts", "moderate_comments", "manage_options")
        return {
            "ID": blog.id,
            "name": blog.title,
            "description": "",
            "URL": blog.url,
            "jetpack": blog.jetpack,
            "is_private": False,
            "post_count": MANY,
            "subscribers_count": MORE,
            "capabilities": {one: user is not None and user.can(one) for one in able},
            "meta": {"links": {"self": f"https://public-api.wordpress.com/rest/v1.1/sites/{blog.id}"}},
        }

    def _blog(self, named: str, caller: Caller | None) -> Blog:
        blog = next((one for one in self.blogs.values() if one.is_called(named)), None)
        if blog is None:
            raise _no_such("blog")
        blog.admit(caller)
        return blog

    def _listed(self, request: Request, caller: Caller | None, named: str) -> dict[str, Any]:
        blog = self._blog(named, caller)
        words = request.first("number", "20")
        if not words.isdigit() or not 1 <= int(words) <= 100:
            raise OldError(400, "invalid_number", "The NUMBER parameter must be less than or equal to 100.")
        user, status = blog.user_of(caller), request.first("status", "approved")
        if status not in _WORDS:
            raise OldError(400, "invalid_status", "Invalid status")
        if status != "approved" and not (user and user.can("edit_posts")):
            raise denied("unauthorized", "User cannot view comments of this status")
        kept = [one for one in blog.state.comments.values() if one.status in _WORDS[status]]
        kept = [one for one in kept if one.type == request.first("type", "comment")]
        kept = [one for one in kept if blog.state.may_read(user, one)]
        found = len(kept)
        for name in ("after", "before"):
            if request.first(name):
                found, when = -1, parse_time(request.first(name))
                kept = [one for one in kept if (one.at >= when if name == "after" else one.at <= when)]
        kept.sort(key=lambda one: (one.at, one.id), reverse=request.first("order", "DESC").upper() != "ASC")
        offset = int(request.first("offset", "0")) or (int(request.first("page", "1")) - 1) * int(words)
        shown = [self._view(blog, user, one) for one in kept[offset : offset + int(words)]]
        return {"found": found, "site_ID": blog.id, "comments": shown}

    def _view(self, blog: Blog, user: User | None, comment: Comment) -> dict[str, Any]:
        state, post = blog.state, blog.state.posts[comment.post]
        above = state.comments.get(comment.parent)
        return {
            "ID": comment.id,
            "post": {"ID": post.id, "title": post.title, "type": post.type, "link": self._at(blog, post)},
            "author": self._author(state, user, comment),
            "date": f"{comment.at:%Y-%m-%dT%H:%M:%S}+00:00",
            "URL": f"{blog.permalink(post)}#comment-{comment.id}",
            "short_URL": f"https://wp.me/p{blog.id}-{comment.id}",
            "content": rendered(comment.content),
            "raw_content": comment.content,
            "status": STATUS.get(comment.status, comment.status),
            "parent": {"ID": above.id, "type": "comment"} if above else False,
            "type": comment.type,
            "like_count": MANY,
            "i_like": False,
            "i_replied": self._replied(state, user, comment),
            "can_moderate": state.may_edit(user, comment),
            "meta": {"links": {"site": f"https://public-api.wordpress.com/rest/v1.1/sites/{blog.id}"}},
        }

    def _at(self, blog: Blog, post: Post) -> str:
        return f"https://public-api.wordpress.com/rest/v1.1/sites/{blog.id}/posts/{post.id}"

    def _replied(self, state: SiteState, user: User | None, comment: Comment) -> bool:
        below = [one for one in state.comments.values() if one.parent == comment.id]
        return user is not None and any(one.author == user.id for one in below)

    def _author(self, state: SiteState, user: User | None, comment: Comment) -> dict[str, Any]:
        seen = state.may_edit(user, comment)
        return {
            "ID": comment.author,
            "login": state.users[comment.author].login if comment.author else "",
            "email": comment.email if seen else False,
            "name": comment.name,
            "URL": comment.url,
            "avatar_URL": "https://1.gravatar.com/avatar/0?s=96&d=identicon&r=G",
            "profile_URL": "https://gravatar.com/0",
        }

    def _found(self, blog: Blog, number: str) -> Comment:
        comment = blog.state.comments.get(int(number))
        if comment is None:
            raise _no_such("comment")
        return comment

    def _one(self, request: Request, caller: Caller | None, named: str, number: str) -> dict[str, Any]:
        blog = self._blog(named, caller)
        comment, user = self._found(blog, number), blog.user_of(caller)
        if not blog.state.may_read(user, comment):
            raise denied("unauthorized", "User cannot view this comment")
        return self._view(blog, user, comment)

    def _writer(self, blog: Blog, caller: Caller | None) -> User:
        if caller is None:
            raise denied("authorization_required", "An active access token must be used to comment.")
        caller.need("comments")
        user = blog.user_of(caller)
        assert user is not None
        return user

    def _editor(self, blog: Blog, caller: Caller | None, comment: Comment) -> User:
        user = self._writer(blog, caller)
        if not blog.state.may_edit(user, comment):
            raise denied("unauthorized", "User cannot edit comment")
        return user

    def _update(self, request: Request, caller: Caller | None, named: str, number: str) -> dict[str, Any]:
        blog = self._blog(named, caller)
        comment, given = self._found(blog, number), _given(request)
        user = self._editor(blog, caller, comment)
        if given.get("content"):
            comment.content = str(given["content"])
        if given.get("status"):
            blog.state.set_status(comment, {"unapproved": "hold"}.get(given["status"], given["status"]))
        return self._view(blog, user, comment)

    def _delete(self, request: Request, caller: Caller | None, named: str, number: str) -> dict[str, Any]:
        """To the trash, and from there for good."""
        blog = self._blog(named, caller)
        comment = self._found(blog, number)
        user = self._editor(blog, caller, comment)
        view = {**self._view(blog, user, comment), "status": "trash"}
        if comment.status == "trash":
            blog.state.remove(comment)
            return {**view, "status": "deleted"}
        blog.state.set_status(comment, "trash")
        return view

    def _reply(self, request: Request, caller: Caller | None, named: str, number: str) -> dict[str, Any]:
        """A reply approves what it answers, where the writer may."""
        blog = self._blog(named, caller)
        above, user = self._found(blog, number), self._writer(blog, caller)
        if above.status == "0" and blog.state.may_edit(user, above):
            above.status = "1"
        return self._made(blog, user, above.post, above.id, request)

    def _answer(self, request: Request, caller: Caller | None, named: str, number: str) -> dict[str, Any]:
        blog = self._blog(named, caller)
        return self._made(blog, self._writer(blog, caller), int(number), 0, request)

    def _made(self, blog: Blog, user: User, post: int, parent: int, request: Request) -> dict[str, Any]:
        made = blog.api.comments.made(user, post, parent, str(_given(request).get("content", "")))
        return self._view(blog, user, made)


def _given(request: Request) -> dict[str, Any]:
    found: dict[str, Any] = request.json() if request.is_json else request.form()
    return found
