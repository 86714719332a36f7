"""What is changed on a simulated Facebook: replies, own words, what is hidden, deleted, and who is blocked."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.simulators._facebook_calls import Call
from tests.simulators._facebook_errors import GraphError, numbered
from tests.simulators._facebook_reads import Reads
from tests.simulators._facebook_state import Comment, PageState, Post

DONE: dict[str, Any] = {"success": True}
ENGAGE = ("pages_read_engagement", "pages_manage_engagement")
_EXTENDED = timedelta(hours=1)


class Writes:
    """POST and DELETE."""

    def __init__(self, state: PageState, reads: Reads) -> None:
        self.state = state
        self.reads = reads

    def _allowed(self, call: Call, *tasks: str) -> None:
        call.need_task(*tasks)
        call.need(*ENGAGE, write=True)
        self._not_abusive()

    def _not_abusive(self) -> None:
        """Each try makes the block longer. Raises GraphError."""
        until, now = self.state.abusive_until, self.state.clock.now()
        if until is None or until <= now:
            return
        self.state.abusive_until = until + _EXTENDED
        raise GraphError(
            368, "The action attempted has been deemed abusive or is otherwise disallowed", subcode=1390008
        )

    def reply(self, call: Call, number: str) -> dict[str, Any]:
        """POST /{post or comment}/comments."""
        target = self.reads.found(call, number, "post")
        self._allowed(call, "MODERATE", "CREATE_CONTENT")
        words = call.one("message")
        attached = any(call.one(f"attachment_{way}") for way in ("id", "url", "share_url"))
        if not words.strip() and not attached:
            raise numbered(100, "Missing message or attachment")
        if len(words) > self.state.options.longest:
            raise numbered(100, f"The comment is longer than {self.state.options.longest} characters")
        post = target.post if isinstance(target, Comment) else target
        above = (target.parent or target) if isinstance(target, Comment) else None
        if not (target.open and post.open and (above is None or above.open)):
            raise numbered(100, "Comments are turned off here, or replies to this comment are not allowed")
        if self.state.options.once and self._said_before(post, above, words):
            raise GraphError(506, "(#506) Duplicate status message", subcode=1455006)
        made = self.state.add_comment(target, self.state.page, words, lag=self.state.options.lag)
        if self.state.options.bare:
            return dict(DONE)
        return {"id": made.number if self.state.options.short_ids else made.id}

    def _said_before(self, post: Post, above: Comment | None, words: str) -> bool:
        own = [one for one in self.state.comments.values() if one.author is self.state.page]
        return any((one.post, one.parent, one.message) == (post, above, words) for one in own)

    def change(self, call: Call, number: str) -> dict[str, Any]:
        """POST /{comment}: `message` edits it, it does not answer; `is_hidden` hides it."""
        what = self.reads.found(call, number, "post")
        if isinstance(what, Post):
            call.need_task("CREATE_CONTENT", "MANAGE")
            call.need("pages_manage_posts", write=True)
        self._allowed(call, "MODERATE", "CREATE_CONTENT")
        assert isinstance(what, Comment)
        if "message" not in call.given and "is_hidden" not in call.given:
            raise numbered(100, "Invalid parameter: nothing to change")
        if "message" in call.given:
            self._edit(call, what)
        if "is_hidden" in call.given:
            self._hide(call, what)
        return dict(DONE)

    def _edit(self, call: Call, comment: Comment) -> None:
        if comment.author is not self.state.page:
            raise numbered(200, "Permissions error: only its author edits a comment")
        words = call.one("message")
        if not words.strip() or len(words) > self.state.options.longest:
            raise numbered(100, "Invalid parameter: message")
        comment.message, comment.tags = words, []

    def _hide(self, call: Call, comment: Comment) -> None:
        if comment.author is self.state.page or comment.post.kind == "tagged":
            raise numbered(200, "Permissions error: this comment cannot be hidden")
        comment.hidden = call.flag("is_hidden")

    def delete(self, call: Call, number: str) -> dict[str, Any]:
        """DELETE /{comment}: own ones, and any on the Page's content."""
        what = self.reads.found(call, number, "delete")
        if isinstance(what, Post):
            call.need_task("CREATE_CONTENT", "MANAGE")
            call.need("pages_manage_posts", write=True)
        self._allowed(call, "MODERATE")
        mine = what.author is self.state.page
        if isinstance(what, Comment) and what.post.kind == "tagged" and not mine:
            raise numbered(200, "Permissions error: this comment cannot be removed")
        self.state.remove(what)
        return dict(DONE)

    def _people(self, call: Call) -> list[str]:
        call.need_page()
        self._allowed(call, "MODERATE")
        wanted = [one for name in ("user", "uid", "asid", "psid") for one in call.many(name)]
        if not wanted:
            raise numbered(100, "The parameter user is required")
        return wanted

    def block(self, call: Call) -> dict[str, Any]:
        """POST /{page}/blocked: true or false for each."""
        found = {}
        for number in self._people(call):
            person = self.state.by_id(number)
            if person is not None:
                self.state.blocked[number] = person
            found[number] = person is not None
        return found

    def unblock(self, call: Call) -> dict[str, Any]:
        """DELETE /{page}/blocked."""
        for number in self._people(call):
            if self.state.blocked.pop(number, None) is None:
                raise numbered(100, "Invalid parameter: this person is not blocked")
        return dict(DONE)
