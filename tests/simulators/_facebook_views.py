"""Posts, comments, people and Pages as the Graph API shows them: the id, and only what was asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from tests.simulators._facebook_calls import Call
from tests.simulators._facebook_errors import GraphError, no_field, numbered
from tests.simulators._facebook_fields import Field, named
from tests.simulators._facebook_lists import Edge
from tests.simulators._facebook_state import Comment, PageState, Person, Post

MANY, MORE = 7777, 8888
COMMENT = ("created_time", "from", "message")
POST = ("created_time", "message")
Listing = Callable[[Call, "Post | Comment", Edge, "tuple[Field, ...]"], dict[str, Any]]


def stamp(when: datetime) -> str:
    """A time: no colon in the offset."""
    return f"{when:%Y-%m-%dT%H:%M:%S}+0000"


def counted(name: str) -> dict[str, Any]:
    """A list of people who pressed a button; nobody looks at it."""
    return {"data": [], "summary": {"total_count": MANY, "viewer_reaction": "NONE", "name": name}}


def picked(value: Any, fields: Sequence[Field]) -> Any:
    """What is asked for of a value without an id of its own, such as an attachment; lists stand in `data`."""
    if not fields or not isinstance(value, dict):
        return value
    if isinstance(value.get("data"), list):
        return {**value, "data": [picked(one, fields) for one in value["data"]]}
    return {one.name: value[one.name] for one in fields if one.name in value}


class Views:
    """The nodes of one Page; `listing` shows the comments of one, as the edge does."""

    def __init__(self, state: PageState, listing: Listing) -> None:
        self.state = state
        self.listing = listing

    def node(self, call: Call, what: Post | Comment, fields: Sequence[Field] = ()) -> dict[str, Any]:
        """A post or a comment. Raises GraphError for what it has not."""
        comment = isinstance(what, Comment)
        view: dict[str, Any] = {}
        for one in fields or named(COMMENT if comment else POST):
            if one.name in what.extra:
                value = picked(what.extra[one.name], one.inner)
            elif one.name == "comments":
                edge = Edge(f"{what.id}/comments", one.given)
                value = self.listing(call, what, edge, one.inner) or None
            elif isinstance(what, Comment):
                value = self._of_comment(call, what, one)
            else:
                value = self._of_post(call, what, one)
            if value is not None:
                view[one.name] = value
        return {**view, "id": self._id(what)}

    def _id(self, what: Post | Comment) -> str:
        short = isinstance(what, Comment) and self.state.options.short_ids
        return what.id.rpartition("_")[2] if short else what.id

    def _author(self, what: Post | Comment, one: Field) -> dict[str, Any] | None:
        options, author = self.state.options, what.author
        tagged = isinstance(what, Post) and what.kind == "tagged"
        if author is not self.state.page and not (options.tagged_named if tagged else options.named):
            return None
        return self.person(author, one.inner or named(["name"]))

    def person(self, who: Person, fields: Sequence[Field] = (Field("name"),)) -> dict[str, Any]:
        """Somebody: a name, a picture, and an id that leads nowhere."""
        known: dict[str, Any] = {
            "name": who.name,
            "picture": {
                "data": {"height": 50, "width": 50, "is_silhouette": False, "url": "https://p.example/p"}
            },
            "id": who.id,
        }
        for one in fields:
            if one.name not in known:
                raise no_field(one.name, "Page" if who.page else "User")
        return {**{one.name: known[one.name] for one in fields}, "id": who.id}

    def _of_comment(self, call: Call, what: Comment, one: Field) -> Any:
        state, mine = self.state, what.author is self.state.page
        owned = what.post.kind != "tagged"
        plain: dict[str, Callable[[], Any]] = {
            "id": lambda: None,
            "message": lambda: what.message,
            "created_time": lambda: stamp(what.created),
            "permalink_url": lambda: what.permalink,
            "from": lambda: self._author(what, one),
            "parent": lambda: self._parent(call, what, one),
            "object": lambda: {"created_time": stamp(what.post.created), "id": what.post.id},
            "is_hidden": lambda: what.hidden,
            "is_private": lambda: False,
            "can_comment": lambda: what.open and what.post.open,
            "can_remove": lambda: mine or owned,
            "can_hide": lambda: owned and not mine,
            "can_like": lambda: True,
            "can_reply_privately": lambda: owned and not mine,
            "comment_count": lambda: MANY if any(state.below(what)) else 0,
            "like_count": lambda: MORE,
            "user_likes": lambda: True,
            "message_tags": lambda: what.tags,
            "attachment": lambda: None,
            "admin_creator": lambda: {"id": "4000000000000001", "name": "Mia Admin"} if mine else None,
            "application": lambda: None,
            "live_broadcast_timestamp": lambda: None,
            "private_reply_conversation": lambda: None,
            "likes": lambda: counted("likes"),
            "reactions": lambda: counted("reactions"),
        }
        if one.name not in plain:
            raise no_field(one.name, "Comment")
        return plain[one.name]()

    def _parent(self, call: Call, what: Comment, one: Field) -> dict[str, Any] | None:
        if what.parent is None or what.parent.number not in self.state.comments:
            return None
        return self.node(call, what.parent, one.inner)

    def _of_post(self, call: Call, what: Post, one: Field) -> Any:
        owned = what.kind == "published"
        plain: dict[str, Callable[[], Any]] = {
            "id": lambda: None,
            "message": lambda: what.message or None,
            "story": lambda: None,
            "created_time": lambda: stamp(what.created),
            "updated_time": lambda: stamp(what.updated),
            "permalink_url": lambda: what.permalink,
            "from": lambda: self._author(what, one),
            "to": lambda: None if owned else {"data": [self.person(self.state.page)]},
            "attachments": lambda: None,
            "is_published": lambda: True,
            "is_hidden": lambda: False,
            "is_expired": lambda: False,
            "is_popular": lambda: True,
            "message_tags": lambda: None,
            "status_type": lambda: "mobile_status_update" if owned else "wall_post",
            "full_picture": lambda: None,
            "parent_id": lambda: None,
            "privacy": lambda: {
                "allow": "",
                "deny": "",
                "description": "Public",
                "friends": "",
                "value": "EVERYONE",
            },
            "can_reply_privately": lambda: False,
            "admin_creator": lambda: {"id": "4000000000000001", "name": "Mia Admin"} if owned else None,
            "shares": lambda: {"count": MANY},
            "likes": lambda: counted("likes"),
            "reactions": lambda: counted("reactions"),
        }
        if one.name not in plain:
            raise no_field(one.name, "Post")
        return plain[one.name]()

    def page(self, call: Call, fields: Sequence[Field]) -> dict[str, Any]:
        """The Page itself."""
        page, token = self.state.page, call.token
        known: dict[str, Any] = {
            "name": page.name,
            "username": "convo.page",
            "link": f"https://www.facebook.com/{page.id}",
            "about": "Talk with us",
            "category": "Software",
            "can_post": True,
            "is_published": True,
            "fan_count": MANY,
            "followers_count": MORE,
            "talking_about_count": MANY,
            "rating_count": MORE,
            "new_like_count": MANY,
            "unread_message_count": MANY,
            "picture": {
                "data": {"height": 50, "width": 50, "is_silhouette": False, "url": "https://p.example/p"}
            },
            "id": page.id,
        }
        view: dict[str, Any] = {}
        for one in fields:
            if one.name == "access_token":
                if token.is_page:
                    view["access_token"] = token.value
            elif one.name not in known:
                raise self._no_field_of_page(one.name)
            else:
                view[one.name] = known[one.name]
        return {**view, "id": page.id}

    def _no_field_of_page(self, name: str) -> GraphError:
        if name in ("published_posts", "visitor_posts", "tagged", "feed", "posts", "blocked"):
            return numbered(100, f"The simulator does not expand ({name}) of a Page")
        return no_field(name, "Page")
