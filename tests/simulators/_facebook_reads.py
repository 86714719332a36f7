"""What is read from a simulated Graph API: nodes, and the lists of posts, comments and blocked people."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone
from typing import Any

from convo.text import parse_time
from tests.simulators._facebook_calls import Call
from tests.simulators._facebook_errors import gone, numbered, reduce_data
from tests.simulators._facebook_fields import Field, named, written
from tests.simulators._facebook_lists import Edge, Pager, limit_of
from tests.simulators._facebook_state import Comment, PageState, Person, Post
from tests.simulators._facebook_views import COMMENT, POST, Views

ORDERS = ("chronological", "reverse_chronological", "ranked")
KINDS = {
    "published_posts": ("published",),
    "posts": ("published",),
    "visitor_posts": ("visitor",),
    "tagged": ("tagged",),
    "feed": ("published", "visitor", "tagged"),
}
IDS = 50


def moment(words: str, name: str) -> datetime:
    """A time as epoch seconds or in ISO 8601. Raises GraphError."""
    try:
        return datetime.fromtimestamp(int(words), timezone.utc) if words.isdigit() else parse_time(words)
    except ValueError:
        raise numbered(100, f"Param {name} must be a valid datetime") from None


def place(what: Post | Comment) -> str:
    """Where something stands in a list by time."""
    return f"{int(what.created.timestamp()):012d}.{what.number}"


class Reads:
    """GET."""

    def __init__(self, state: PageState) -> None:
        self.state = state
        self.pager = Pager(state.options.fragile)
        self.views = Views(state, self.listed)

    def found(self, call: Call, number: str, verb: str = "get") -> Post | Comment:
        """A post or a comment that this token may read. Raises GraphError."""
        what = self.state.found(number)
        if what is None or (isinstance(what, Comment) and not self._reached(what)):
            raise gone(number, verb)
        return what

    def _reached(self, what: Comment) -> bool:
        return not self.state.options.node_lag or self.state.visible(what)

    def node(self, call: Call, number: str) -> dict[str, Any]:
        """A node by its id."""
        if number == self.state.page.id:
            return self.views.page(call, call.fields("name"))
        person = self.state.by_id(number)
        if person is not None:
            return self.views.person(person, call.fields("name"))
        what = self.found(call, number)
        self._may_read(call, what)
        return self.views.node(call, what, call.fields())

    def nodes(self, call: Call) -> dict[str, Any]:
        """`?ids=`: all of them, or an error when one is not there."""
        wanted = [one for one in call.one("ids").split(",") if one]
        if len(wanted) > IDS:
            raise numbered(100, f"Too many IDs. Maximum: {IDS}. Provided: {len(wanted)}.")
        if lost := [one for one in wanted if self.state.found(one) is None]:
            raise numbered(803, f"Some of the aliases you requested do not exist: {','.join(lost)}")
        return {one: self.node(call, one) for one in wanted}

    def _may_read(self, call: Call, what: Post | Comment) -> None:
        mine = what.author is self.state.page
        call.need("pages_read_engagement", *(() if mine else ("pages_read_user_content",)))

    def comments(self, call: Call, number: str) -> dict[str, Any]:
        """/{post or comment}/comments."""
        what = self.found(call, number)
        given = {name: call.one(name) for name in call.given if name not in ("fields", "access_token")}
        edge = Edge(f"{number}/comments", given)
        found = self.listed(call, what, edge, call.fields())
        return found or {"data": []}

    def listed(self, call: Call, what: Post | Comment, edge: Edge, fields: Sequence[Field]) -> dict[str, Any]:
        """Comments below something; nothing, and no error, for the token of a person."""
        if not call.token.is_page:
            return {}
        call.need("pages_read_engagement", "pages_read_user_content")
        items, asked = self._below(what, edge.given), tuple(fields) or named(COMMENT)
        whole = Edge(edge.path, edge.given, written(asked))

        def view(one: Comment) -> dict[str, Any]:
            return self.views.node(call, one, asked)

        page = self.pager.page(call, whole, items, place, view)
        if edge.given.get("summary") in ("true", "1"):
            open_ = what.open and (what.post.open if isinstance(what, Comment) else True)
            summary = {"order": "chronological", "total_count": 8888, "can_comment": open_}
            return {**page, "summary": summary}
        return page if page != {"data": []} else {}

    def _below(self, what: Post | Comment, given: dict[str, str]) -> list[Comment]:
        options = self.state.options
        stream = _choice(given, "filter", ("toplevel", "stream")) == "stream"
        order = _choice(given, "order", ORDERS)
        if isinstance(what, Post):
            found = [one for one in self.state.comments.values() if one.post is what]
            found = [one for one in found if stream or one.parent is None]
        else:
            found = list(self.state.below(what))
        found = [one for one in found if self.state.visible(one) and (stream or not one.filtered)]
        if since := given.get("since"):
            after = moment(since, "since")
            found = [one for one in found if one.created >= after or not options.since]
        backwards = order == "reverse_chronological" and not (stream and options.stream_first)
        return sorted(found, key=place, reverse=backwards)

    def posts(self, call: Call, edge: str) -> dict[str, Any]:
        """/{page}/published_posts and its sisters, newest first."""
        call.need_page()
        kinds = KINDS[edge]
        call.need("pages_read_engagement")
        if kinds != ("published",):
            call.need("pages_read_user_content")
        if edge == "tagged":
            call.need("pages_show_list")
            call.need_task("CREATE_CONTENT", "MANAGE", "MODERATE")
        found = [one for one in self.state.posts.values() if one.kind in kinds]
        if since := call.one("since"):
            found = [one for one in found if one.updated >= moment(since, "since")]
        if until := call.one("until"):
            found = [one for one in found if one.updated <= moment(until, "until")]
        fields = call.fields(*POST)
        given = {name: call.one(name) for name in call.given if name not in ("fields", "access_token")}
        self._weigh(limit_of(given), fields)
        whole = Edge(f"{self.state.page.id}/{edge}", given, written(fields))
        return self.pager.page(
            call,
            whole,
            sorted(found, key=place, reverse=True),
            place,
            lambda one: self.views.node(call, one, fields),
        )

    def _weigh(self, size: int, fields: Sequence[Field]) -> None:
        inner = sum(limit_of(one.given) for one in fields if one.name == "comments")
        if self.state.options.heavy and size * (1 + inner) > self.state.options.heavy:
            raise reduce_data()

    def blocked(self, call: Call) -> dict[str, Any]:
        """/{page}/blocked."""
        call.need_page()
        call.need("pages_read_engagement")
        call.need_task("MODERATE")
        given = {name: call.one(name) for name in call.given if name not in ("fields", "access_token")}
        found = list(self.state.blocked.values())
        if wanted := call.one("user") or call.one("uid"):
            found = [one for one in found if one.id == wanted]
        fields = call.fields("name")
        edge = Edge(f"{self.state.page.id}/blocked", given, written(fields))

        def view(one: Person) -> dict[str, Any]:
            return self.views.person(one, fields)

        return self.pager.page(call, edge, found, lambda one: one.id, view)


def _choice(given: dict[str, str], name: str, allowed: Sequence[str]) -> str:
    word = given.get(name, "").lower() or allowed[0]
    if word not in allowed:
        raise numbered(100, f"Param {name} must be one of {{{', '.join(one.upper() for one in allowed)}}}")
    return word
