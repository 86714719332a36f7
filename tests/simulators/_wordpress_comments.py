"""The comments routes of a simulated WordPress, with the checks in the order in which core makes them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from convo.text import parse_time
from tests.simulators._wordpress_errors import RestError
from tests.simulators._wordpress_state import Comment, SiteState, User, kses
from tests.simulators._wordpress_views import Views, picked
from tests.simulators.messages import Answer, Request, json_answer

LONGEST = 65_525
FLOOD = timedelta(seconds=15)
_ORDERS = ("date", "date_gmt", "id", "include", "post", "parent", "type")
_STATUSES = {
    "approve": {"1"},
    "hold": {"0"},
    "all": {"0", "1"},
    "": {"0", "1"},
    "spam": {"spam"},
    "trash": {"trash"},
}


def _ids(request: Request, name: str) -> set[int]:
    return {int(one) for part in request.every(name) for one in part.split(",") if one}


class Comments:
    """Reading, creating, changing, deleting."""

    def __init__(self, site: SiteState) -> None:
        self.site = site

    def listing(self, request: Request, me: User | None, views: Views) -> Answer:
        """GET /wp/v2/comments."""
        size = int(request.first("per_page", "10"))
        if not 1 <= size <= 100:
            said = "per_page must be between 1 (inclusive) and 100 (inclusive)"
            detail = {"code": "rest_out_of_bounds", "message": said, "data": None}
            raise RestError(
                400,
                "rest_invalid_param",
                "Invalid parameter(s): per_page",
                params={"per_page": said},
                details={"per_page": detail},
            )
        context = self._context(request, me)
        self._allow(request, me)
        found = self._found(request)
        offset = int(request.first("offset", "0")) or (int(request.first("page", "1")) - 1) * size
        # What may not be read is left out after the page was cut: a page can be short.
        shown: list[Any] = [
            picked(views.comment(one, context), request.first("_fields"))
            for one in found[offset : offset + size]
            if self.site.may_read(me, one)
        ]
        answer = json_answer(shown)
        if not self.site.options.totals:
            return answer
        pages = -(-len(found) // size)
        return answer.with_headers(x_wp_total=str(len(found)), x_wp_totalpages=str(pages))

    def _context(self, request: Request, me: User | None) -> str:
        context = request.first("context", "view")
        if context == "edit" and not (me and me.can("moderate_comments")):
            words = "Sorry, you are not allowed to edit comments."
            raise RestError(403 if me else 401, "rest_forbidden_context", words)
        return context

    def _allow(self, request: Request, me: User | None) -> None:
        """Who may not edit posts may not use these parameters."""
        if me and me.can("edit_posts"):
            return
        usual = {"status": "approve", "type": "comment"}
        named = ["author", "author_exclude", "author_email", "type", "status"]
        bad = [name for name in named if request.first(name, usual.get(name, "")) != usual.get(name, "")]
        if bad:
            words = f"Query parameter not permitted: {', '.join(bad)}"
            raise RestError(403 if me else 401, "rest_forbidden_param", words)

    def _found(self, request: Request) -> list[Comment]:
        """Every comment that matches, in order."""
        status = request.first("status", "approve")
        kept = list(self.site.comments.values())
        if status != "any":
            kept = [one for one in kept if one.status in _STATUSES.get(status, {status})]
        kept = [one for one in kept if one.type == request.first("type", "comment")]
        ways = {"post": "post", "parent": "parent", "author": "author", "include": "id"}
        for name, field in ways.items():
            if request.first(name) != "":
                wanted = _ids(request, name)
                kept = [one for one in kept if getattr(one, field) in wanted]
        if request.first("after"):
            # The filter compares with the site's own time, and takes a zone into account only when one is given.
            after = parse_time(request.first("after"))
            zoned = request.first("after")[-1] in "Zz"
            local = after + self.site.options.timezone if zoned else after
            kept = [one for one in kept if self._local(one.at) > local]
        order = request.first("orderby", "date_gmt")
        if order not in _ORDERS:
            raise RestError(400, "rest_invalid_param", "Invalid parameter(s): orderby")
        field = {"id": "id", "post": "post", "parent": "parent"}.get(order, "at")
        kept.sort(key=lambda one: (getattr(one, field), one.id))
        return kept if request.first("order", "desc") == "asc" else kept[::-1]

    def _local(self, when: datetime) -> datetime:
        return when + self.site.options.timezone

    def _comment(self, number: str) -> Comment:
        found = self.site.comments.get(int(number))
        if found is None:
            raise RestError(404, "rest_comment_invalid_id", "Invalid comment ID.")
        return found

    def one(self, request: Request, me: User | None, views: Views, number: str) -> Answer:
        """GET /wp/v2/comments/{id}."""
        comment = self._comment(number)
        context = self._context(request, me)
        if not self.site.may_read(me, comment):
            words = "Sorry, you are not allowed to read this comment."
            raise RestError(403 if me else 401, "rest_cannot_read", words)
        return json_answer(picked(views.comment(comment, context), request.first("_fields")))

    def create(self, request: Request, me: User | None, views: Views) -> Answer:
        """POST /wp/v2/comments."""
        body = request.json()
        if me is None:
            raise RestError(401, "rest_comment_login_required", "Sorry, you must be logged in to comment.")
        post, parent = int(body.get("post") or 0), int(body.get("parent") or 0)
        made = self.made(me, post, parent, str(body.get("content") or ""))
        view = views.comment(made, "edit" if me.can("moderate_comments") else "view")
        return json_answer(view, 201).with_headers(location=views.rest(f"/wp/v2/comments/{made.id}"))

    def made(self, me: User, number: int, parent: int, content: str) -> Comment:
        """A new comment of somebody, after every check. Raises RestError."""
        post = self.site.posts.get(number)
        if post is None:
            words = "Sorry, you are not allowed to create this comment without a post."
            raise RestError(403, "rest_comment_invalid_post_id", words)
        if post.status in ("draft", "trash"):
            words = "Sorry, you are not allowed to create a comment on this post."
            raise RestError(403, f"rest_comment_{post.status}_post", words)
        if post.comment_status != "open":
            raise RestError(403, "rest_comment_closed", "Sorry, comments are closed for this item.")
        if not content:
            raise RestError(400, "rest_comment_content_invalid", "Invalid comment content.")
        if len(content.encode()) > LONGEST:
            words = "Comment field exceeds maximum length allowed."
            raise RestError(400, "comment_content_column_length", words)
        self._refuse_duplicate(me, post.id, parent, content)
        self._refuse_flood(me)
        kept = content if me.can("unfiltered_html") else kses(content)
        free = me.can("moderate_comments") or me.id == post.author
        status = "0" if self.site.options.moderated and not free else "1"
        return self.site.add_comment(post.id, kept, parent=parent, user=me, status=status)

    def _refuse_duplicate(self, me: User, post: int, parent: int, content: str) -> None:
        """The check compares what is sent, slashes taken off, with what is stored: a backslash slips through."""
        sent = content.replace("\\", "")
        for other in self.site.comments.values():
            same = (other.post, other.parent, other.name, other.email) == (post, parent, me.name, me.email)
            if same and other.status != "trash" and other.content == sent:
                words = "Duplicate comment detected; it looks as though you&#8217;ve already said that!"
                raise RestError(409, "comment_duplicate", words)

    def _refuse_flood(self, me: User) -> None:
        if me.can("moderate_comments") or not self.site.options.flood:
            return
        now = self.site.clock.now()
        if any(one.author == me.id and now - one.at < FLOOD for one in self.site.comments.values()):
            words = "You are posting comments too quickly. Slow down."
            raise RestError(400, "comment_flood", words)

    def _editable(self, number: str, me: User | None) -> Comment:
        comment = self._comment(number)
        if not self.site.may_edit(me, comment):
            words = "Sorry, you are not allowed to edit this comment."
            raise RestError(403 if me else 401, "rest_cannot_edit", words)
        return comment

    def update(self, request: Request, me: User | None, views: Views, number: str) -> Answer:
        """POST /wp/v2/comments/{id}."""
        comment = self._editable(number, me)
        body = request.json()
        if "content" in body:
            if not body["content"]:
                raise RestError(400, "rest_comment_content_invalid", "Invalid comment content.")
            free = me is not None and me.can("unfiltered_html")
            comment.content = body["content"] if free else kses(body["content"])
        if (
            "status" in body
            and not self.site.set_status(comment, str(body["status"]))
            and "content" not in body
        ):
            raise RestError(500, "rest_comment_failed_edit", "Updating comment status failed.")
        return json_answer(views.comment(comment, "edit"))

    def delete(self, request: Request, me: User | None, views: Views, number: str) -> Answer:
        """DELETE /wp/v2/comments/{id}."""
        comment = self._editable(number, me)
        if request.first("force") == "true":
            view = views.comment(comment, "edit")
            view.pop("_links")
            self.site.remove(comment)
            return json_answer({"deleted": True, "previous": view})
        if not self.site.options.trash:
            words = "The comment does not support trashing. Set 'force=true' to delete."
            raise RestError(501, "rest_trash_not_supported", words)
        if comment.status == "trash":
            raise RestError(410, "rest_already_trashed", "The comment has already been trashed.")
        self.site.set_status(comment, "trash")
        return json_answer(views.comment(comment, "edit"))
