"""What is read from a simulated Reddit: the inbox, trees of comments, things by name, what somebody wrote."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

from tests.simulators import _reddit_views as views
from tests.simulators._reddit_state import Comment, Link, Redditor, Site
from tests.simulators.messages import Answer, Request, json_answer

T = TypeVar("T")
DEFAULT, MOST, REACH = 25, 100, 1000


class RedditError(Exception):
    """`{"message", "error"}`."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status

    def answer(self) -> Answer:
        """The answer."""
        return json_answer({"message": str(self), "error": self.status}, self.status)


@dataclass(frozen=True)
class Call:
    """A request with who makes it, and with its form."""

    request: Request
    me: Redditor

    def number(self, name: str, default: int) -> int:
        """A number of the query."""
        words = self.request.first(name)
        return int(words) if words.isdigit() else default

    def form(self) -> dict[str, Any]:
        """The parameters of a POST, from its body and its address."""
        return {**dict(self.request.query), **self.request.form()}


class Reads:
    """The GET routes."""

    def __init__(self, site: Site) -> None:
        self.site = site

    def me(self, call: Call) -> Answer:
        """GET /api/v1/me."""
        return json_answer(views.me(call.me))

    def inbox(self, call: Call, which: str) -> Answer:
        """GET /message/inbox and its parts; `mark=true` takes all that is shown as read."""
        if which == "messages":
            return Answer(302, b"", {"location": "https://www.reddit.com/login/"})
        letters = self.site.inbox(call.me)
        wanted = {"comments": "comment reply", "selfreply": "post reply", "mentions": "username mention"}
        if which in wanted:
            letters = [one for one in letters if one.subject == wanted[which]]
        elif which == "unread":
            letters = [one for one in letters if one.new]
        elif which != "inbox":
            raise RedditError(404, "Not Found")
        part, after = self._part(call, letters, lambda one: one.comment.fullname)
        shown = [views.letter(one, call.me) for one in part]
        if call.request.first("mark") == "true":
            for one in part:
                one.new = False
        return json_answer(views.listing(shown, after))

    def _part(self, call: Call, items: Sequence[T], name: Callable[[T], str]) -> tuple[list[T], str | None]:
        """A page; `after` works with what is gone, too, `before` does not: it brings nothing then."""
        size, kept = min(call.number("limit", DEFAULT) or MOST, MOST), list(items[:REACH])
        names = [name(one) for one in kept]
        if anchor := call.request.first("before"):
            end = names.index(anchor) if anchor in names else 0
            return kept[max(0, end - size) : end], None
        start = 0
        if anchor := call.request.first("after"):
            found = self.site.thing(anchor)
            if found is None:
                return [], None
            start = names.index(anchor) + 1 if anchor in names else self._place(found, kept, name)
        part = kept[start : start + size]
        return part, names[start + size - 1] if len(kept) > start + size else None

    def _place(self, gone: Link | Comment, kept: list[T], name: Callable[[T], str]) -> int:
        """Where something stood that the list does not show any more."""
        for at, one in enumerate(kept):
            other = self.site.thing(name(one))
            if other is not None and (other.created, other.id) < (gone.created, gone.id):
                return at
        return len(kept)

    def own(self, call: Call, name: str, which: str) -> Answer:
        """GET /user/<name>/comments, /submitted and /overview, newest first."""
        if name.lower() not in self.site.people:
            raise RedditError(404, "Not Found")
        person = self.site.person(name)
        oldest = self.site.clock.now() - timedelta(seconds=self.site.options.lag)
        comments = [
            one for one in self.site.comments.values() if one.author is person and one.created <= oldest
        ]
        comments = [one for one in comments if not one.deleted]
        links = [one for one in self.site.links.values() if one.author is person and not one.deleted]
        every: list[Link | Comment] = []
        every += comments if which in ("comments", "overview") else []
        every += links if which in ("submitted", "overview") else []
        every.sort(key=lambda one: (one.created, one.id), reverse=True)
        part, after = self._part(call, every, lambda one: one.fullname)
        return json_answer(views.listing([self._thing(one) for one in part], after))

    def _thing(self, one: Link | Comment) -> dict[str, Any]:
        return views.link(one) if isinstance(one, Link) else views.comment(one)

    def info(self, call: Call) -> Answer:
        """GET /api/info: up to 100 things by name; unknown names are left out."""
        names = [name for name in call.request.first("id").split(",") if name][:MOST]
        found = [one for name in names if (one := self.site.thing(name))]
        return json_answer(views.listing([self._thing(one) for one in found]))

    def tree(self, call: Call, number: str) -> Answer:
        """GET /comments/<id>: the post, and its comments or those around one."""
        link = self.site.links.get(number)
        if link is None:
            raise RedditError(404, "Not Found")
        budget = [min(call.number("limit", self.site.options.tree_most), self.site.options.tree_most)]
        depth = call.number("depth", 10)
        focus = self.site.comments.get(call.request.first("comment"))
        if focus is None:
            tops = self._branches(link.fullname, budget, depth)
        else:
            tops = [self._focused(focus, call.number("context", 0), budget, depth)]
        return json_answer([views.listing([views.link(link)]), views.listing(tops)])

    def _focused(self, focus: Comment, context: int, budget: list[int], depth: int) -> dict[str, Any]:
        """One comment with what is below it, inside its ancestors, which show nothing else."""
        shown = self._branch(focus, budget, depth)
        above, last = min(context, 8), focus
        while above and isinstance(parent := self.site.thing(last.parent), Comment):
            shown = views.comment(parent, views.listing([shown]))
            last, above = parent, above - 1
        return shown

    def _branch(self, one: Comment, budget: list[int], depth: int) -> dict[str, Any]:
        budget[0] -= 1
        if not self.site.below(one.fullname):
            return views.comment(one)
        if depth <= 1:
            return views.comment(one, views.listing([views.more(one.fullname, [])]))
        return views.comment(one, views.listing(self._branches(one.fullname, budget, depth - 1)))

    def _branches(self, parent: str, budget: list[int], depth: int) -> list[dict[str, Any]]:
        every = self.site.below(parent)
        shown: list[dict[str, Any]] = []
        for at, one in enumerate(every):
            if budget[0] <= 0:
                return [*shown, views.more(parent, every[at:])]
            shown.append(self._branch(one, budget, depth))
        return shown

    def more(self, call: Call) -> Answer:
        """GET /api/morechildren: 20 a call, flat, with what is below named only."""
        wanted = call.request.first("children").split(",")[:20]
        found = [self.site.comments[one] for one in wanted if one in self.site.comments]
        things = [views.comment(one) for one in found]
        for one in found:
            if below := self.site.below(one.fullname):
                things.append(views.more(one.fullname, below))
        return json_answer({"json": {"errors": [], "data": {"things": things}}})

    def blocked(self, call: Call) -> Answer:
        """GET /prefs/blocked."""
        people = [self.site.people[name] for name in sorted(call.me.blocked)]
        rows = [
            {"name": one.name, "id": one.fullname, "date": 1795160000.0, "rel_id": "r9_x"} for one in people
        ]
        return json_answer({"kind": "UserList", "data": {"children": rows}})
