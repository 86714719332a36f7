"""The methods of a simulated Disqus API 3.0: `{"code", "response", "cursor"}` whatever happens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from convo.text import parse_time
from tests.simulators._disqus_state import Post, Site, Thread, User
from tests.simulators.messages import Answer, Request, json_answer

MANY, MORE = 7777, 8888
INCLUDES = {"unapproved", "approved", "spam", "deleted", "flagged", "highlighted"}


class CodeError(Exception):
    """A code that is not 0, and its words."""

    def __init__(self, code: int, words: str, status: int = 400) -> None:
        super().__init__(words)
        self.code = code
        self.status = status

    def answer(self) -> Answer:
        """The answer."""
        return json_answer({"code": self.code, "response": str(self)}, self.status)


@dataclass(frozen=True)
class Call:
    """A request with its parameters and with who makes it, which may be nobody."""

    request: Request
    given: list[tuple[str, str]]
    me: User | None

    def one(self, name: str, default: str = "") -> str:
        """A parameter."""
        return next((value for key, value in self.given if key == name), default)

    def every(self, name: str) -> list[str]:
        """Every value of a parameter that may be repeated."""
        return [value for key, value in self.given if key in (name, f"{name}[]")]

    def needed(self, name: str) -> str:
        """A parameter that must be there. Raises CodeError."""
        found = self.one(name)
        if not found:
            raise CodeError(2, f"You must provide an argument: {name}")
        return found

    @property
    def user(self) -> User:
        """The caller. Raises CodeError for nobody."""
        if self.me is None:
            raise CodeError(4, "You must be authenticated to perform this action", 401)
        return self.me


def given(value: Any, **more: Any) -> Answer:
    """What was asked for."""
    return json_answer({"code": 0, "response": value, **more})


class Api:
    """The methods."""

    def __init__(self, site: Site) -> None:
        self.site = site

    def author(self, user: User) -> dict[str, Any]:
        """Who wrote: a guest has no id."""
        if not user.id:
            return {"name": user.name, "url": "", "profileUrl": "", "isAnonymous": True}
        return {
            "id": user.id,
            "username": user.username,
            "name": user.name,
            "about": "",
            "url": "",
            "profileUrl": user.profile,
            "isAnonymous": False,
            "isPrivate": False,
            "joinedAt": "2015-01-01T00:00:00",
            "reputation": 7777.8,
            "rep": 7777.8,
            "numFollowers": MANY,
            "numPosts": MORE,
            "numLikesReceived": MANY,
        }

    def thread_view(self, thread: Thread) -> dict[str, Any]:
        """A thread."""
        return {
            "id": thread.id,
            "forum": thread.forum,
            "title": thread.title,
            "clean_title": thread.title,
            "link": thread.link,
            "isClosed": thread.closed,
            "createdAt": stamp(thread.created),
            "identifiers": [],
            "posts": MANY,
            "likes": MORE,
            "userScore": MANY,
        }

    def view(self, post: Post, related: list[str]) -> dict[str, Any]:
        """A post; the words of a deleted one are gone."""
        gone = post.deleted
        return {
            "id": post.id,
            "parent": int(post.parent) if post.parent else None,
            "forum": post.thread.forum,
            "thread": self.thread_view(post.thread) if "thread" in related else post.thread.id,
            "author": self.author(post.author),
            "createdAt": stamp(post.created),
            "message": "" if gone else self.site.rendered(post.raw),
            "raw_message": "" if gone else post.raw,
            "isApproved": post.approved,
            "isDeleted": post.deleted,
            "isDeletedByAuthor": post.by_author,
            "isSpam": post.spam,
            "isFlagged": False,
            "isEdited": post.edited,
            "isHighlighted": False,
            "media": [],
            "likes": MANY,
            "dislikes": MORE,
            "points": MANY,
            "userScore": MORE,
            "numReports": MANY,
            **post.extra,
        }

    def forum_posts(self, call: Call) -> Answer:
        """posts/list: of the forums that are named, or of all that the caller moderates."""
        forums = set(call.every("forum")) or {
            f for f in self.site.moderators if self.site.moderates(call.me, f)
        }
        if not forums:
            raise CodeError(2, "You must provide an argument: forum")
        if unknown := forums - set(self.site.moderators):
            raise CodeError(8, f"Unable to find forum '{min(unknown)}'", 404)
        return self._listed(call, lambda post: post.thread.forum in forums)

    def thread_posts(self, call: Call) -> Answer:
        """threads/listPosts."""
        thread = self._thread(call)
        return self._listed(call, lambda post: post.thread is thread)

    def user_posts(self, call: Call) -> Answer:
        """users/listPosts: of somebody, or of the caller."""
        wanted = self._user(call)
        return self._listed(call, lambda post: post.author is wanted)

    def _user(self, call: Call) -> User:
        if name := call.one("user:username"):
            found = [one for one in self.site.users.values() if one.username.lower() == name.lower()]
        elif number := call.one("user"):
            found = [one for one in self.site.users.values() if one.id == number]
        else:
            return call.user
        if not found:
            raise CodeError(8, "Unable to find user", 404)
        return found[0]

    def _shown(self, call: Call, post: Post) -> bool:
        """Whether the state of a post is asked for, and this caller may see it."""
        wanted = set(call.every("include")) or {"approved"}
        if wanted - INCLUDES:
            raise CodeError(2, f"Invalid argument, 'include': {min(wanted - INCLUDES)} is not a valid choice")
        state = (
            "deleted"
            if post.deleted
            else "spam"
            if post.spam
            else "approved"
            if post.approved
            else "unapproved"
        )
        own = post.author is call.me
        if state != "approved" and not own and not self.site.moderates(call.me, post.thread.forum):
            return False
        return state in wanted

    def _listed(self, call: Call, wanted: Callable[[Post], bool]) -> Answer:
        since = _when(call, "since")
        found = [one for one in self.site.posts.values() if wanted(one) and self._shown(call, one)]
        if since is not None:
            found = [one for one in found if one.created >= since]
        late = call.one("order", "desc") != "asc"
        found.sort(key=lambda one: (one.created, int(one.id)), reverse=late)
        words = call.one("limit", "25")
        if not words.isdigit() or not 1 <= int(words) <= 100:
            raise CodeError(2, "Invalid argument, 'limit': Value must be between 1 and 100")
        size, cursor = int(words), call.one("cursor", "0:0:0").split(":")
        if len(cursor) != 3 or not cursor[1].isdigit():
            raise CodeError(2, "Invalid argument, 'cursor'")
        start = int(cursor[1])
        part = found[start : start + size]
        more = len(found) > start + size
        here = f"{int(part[0].created.timestamp()) if part else 0}000000:{start + size}:0"
        view = {
            "prev": None,
            "hasPrev": start > 0,
            "next": here,
            "hasNext": more,
            "more": more,
            "id": here,
            "total": None,
        }
        return given([self.view(one, call.every("related")) for one in part], cursor=view)

    def post_of(self, number: str) -> Post:
        """A post. Raises CodeError."""
        found = self.site.posts.get(number)
        if found is None:
            raise CodeError(8, "Unable to find post", 404)
        return found

    def details(self, call: Call) -> Answer:
        """posts/details."""
        post = self.post_of(call.needed("post"))
        hidden = post.spam or not post.approved
        if hidden and post.author is not call.me and not self.site.moderates(call.me, post.thread.forum):
            raise CodeError(12, "You do not have permission to view this post", 403)
        return given(self.view(post, call.every("related")))

    def context(self, call: Call) -> Answer:
        """posts/getContext: a post and what is above it."""
        post, found = self.post_of(call.needed("post")), []
        for _ in range(int(call.one("depth", "10")) + 1):
            found.append(self.view(post, call.every("related")))
            if not post.parent or post.parent not in self.site.posts:
                break
            post = self.site.posts[post.parent]
        return given(found)

    def _thread(self, call: Call) -> Thread:
        words = call.needed("thread")
        kind, _, rest = words.partition(":")
        if kind == "link":
            found = [one for one in self.site.threads.values() if one.link == rest]
        else:
            found = [one for one in self.site.threads.values() if one.id == words]
        if not found:
            raise CodeError(8, "Unable to find thread", 404)
        return found[0]

    def thread(self, call: Call) -> Answer:
        """threads/details."""
        return given(self.thread_view(self._thread(call)))

    def person(self, call: Call) -> Answer:
        """users/details."""
        return given(self.author(self._user(call)))

    def activity(self, call: Call) -> Answer:
        """users/listActivity: what the caller wrote and what was answered to it, newest first."""
        me = call.user
        own = {one.id for one in self.site.posts.values() if one.author is me}
        found = [
            one
            for one in self.site.posts.values()
            if one.parent in own and one.author is not me and one.approved and not one.deleted
        ]
        found.sort(key=lambda one: (one.created, int(one.id)), reverse=True)
        rows = [
            {"type": "reply", "createdAt": stamp(one.created), "object": self.view(one, ["thread"])}
            for one in found[: min(int(call.one("limit", "25")), 100)]
        ]
        return given(rows, cursor={"hasNext": False, "more": False, "next": "0:0:0", "id": "0:0:0"})


def stamp(when: datetime) -> str:
    """UTC, without a zone, to the second."""
    return f"{when:%Y-%m-%dT%H:%M:%S}"


def _when(call: Call, name: str) -> datetime | None:
    words = call.one(name)
    if not words:
        return None
    if words.replace(".", "", 1).isdigit():
        return datetime.fromtimestamp(float(words), timezone.utc)
    try:
        when = parse_time(words)
    except ValueError:
        raise CodeError(2, f"Invalid argument, '{name}': Unable to parse timestamp") from None
    return when if when.tzinfo else when.replace(tzinfo=timezone.utc)
