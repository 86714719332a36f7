"""What is changed on a simulated Reddit: comments, marks, blocks. Refusals come with status 200."""

from __future__ import annotations

from typing import Any

from tests.simulators import _reddit_views as views
from tests.simulators._reddit_reads import Call, RedditError
from tests.simulators._reddit_state import LONGEST, Comment, Link, Redditor, Site
from tests.simulators.messages import Answer, json_answer

SAID = {
    "NO_TEXT": "we need something here",
    "TOO_LONG": f"this is too long (max: {LONGEST})",
    "DELETED_COMMENT": "that comment has been deleted",
    "DELETED_LINK": "the post has been deleted",
    "TOO_OLD": "that's a piece of history now; it's too late to reply to it",
    "THREAD_LOCKED": "Comments are locked.",
    "USER_BLOCKED": "you can't reply to a user that you have blocked",
    "NOT_AUTHOR": "you can't do that",
}


def refused(word: str, field: str = "parent", **more: Any) -> Answer:
    """An error that is not one by its status."""
    return json_answer({"json": {"errors": [[word, SAID.get(word, word), field]], **more}})


class Writes:
    """The POST routes."""

    def __init__(self, site: Site) -> None:
        self.site = site

    def comment(self, call: Call) -> Answer:
        """POST /api/comment."""
        form = call.form()
        to = self.site.thing(str(form.get("thing_id") or form.get("parent") or ""))
        text = str(form.get("text") or "")
        if to is None:
            raise RedditError(403, "Forbidden")
        if self.site.options.busy:
            seconds = self.site.options.busy
            words = f"Looks like you've been doing that a lot. Take a break for {int(seconds // 60)} minutes"
            error = ["RATELIMIT", f"{words} before trying again.", "ratelimit"]
            return json_answer({"json": {"ratelimit": seconds, "errors": [error]}})
        if problem := self._problem(to, text, call.me):
            return refused(problem, "text" if problem in ("NO_TEXT", "TOO_LONG") else "parent")
        made = self.site.add_comment(call.me, to, text)
        return self._things(form, [] if self.site.options.quarantined else [views.comment(made)])

    def _problem(self, to: Link | Comment, text: str, me: Redditor) -> str:
        link = to if isinstance(to, Link) else to.link
        if not text.strip():
            return "NO_TEXT"
        if len(text) > LONGEST:
            return "TOO_LONG"
        if to.deleted or (isinstance(to, Comment) and to.removed):
            return "DELETED_COMMENT" if isinstance(to, Comment) else "DELETED_LINK"
        if link.archived:
            return "TOO_OLD"
        if link.locked or to.locked:
            return "THREAD_LOCKED"
        return "USER_BLOCKED" if to.author.name.lower() in me.blocked else ""

    def _things(self, form: dict[str, Any], things: list[dict[str, Any]]) -> Answer:
        if form.get("api_type") != "json":
            return json_answer({"jquery": [[0, 1, "call", ["body"]]], "success": True})
        return json_answer({"json": {"errors": [], "data": {"things": things}}})

    def edit(self, call: Call) -> Answer:
        """POST /api/editusertext."""
        form = call.form()
        one, text = self.site.thing(str(form.get("thing_id") or "")), str(form.get("text") or "")
        if one is None or not isinstance(one, Comment) or one.deleted:
            raise RedditError(403, "Forbidden")
        if one.author is not call.me:
            return refused("NOT_AUTHOR", "thing_id")
        if not text.strip() or len(text) > LONGEST:
            return refused("TOO_LONG" if text.strip() else "NO_TEXT", "text")
        one.body, one.edited = text, self.site.clock.now().replace(microsecond=0)
        return self._things(form, [views.comment(one)])

    def delete(self, call: Call) -> Answer:
        """POST /api/del: what is gone already is fine; another's is forbidden."""
        one = self.site.thing(str(call.form().get("id") or ""))
        if one is not None and one.author is not call.me:
            raise RedditError(403, "Forbidden")
        if one is not None:
            one.deleted = True
        return json_answer({})

    def mark(self, call: Call, word: str) -> Answer:
        """POST /api/read_message and /api/unread_message: 25 names at most."""
        names = [name for name in str(call.form().get("id") or "").split(",") if name]
        if len(names) > 25:
            raise RedditError(413, "Request Entity Too Large")
        for letter in self.site.inboxes.get(call.me.name.lower(), []):
            if letter.comment.fullname in names:
                letter.new = word == "unread"
        return json_answer({})

    def mark_all(self, call: Call) -> Answer:
        """POST /api/read_all_messages."""
        for letter in self.site.inboxes.get(call.me.name.lower(), []):
            letter.new = False
        return Answer(202)

    def block(self, call: Call) -> Answer:
        """POST /api/block_user."""
        name = str(call.form().get("name") or "").lower()
        if name not in self.site.people or name == call.me.name.lower():
            raise RedditError(400, "Bad Request")
        call.me.blocked.add(name)
        return json_answer({})

    def unblock(self, call: Call) -> Answer:
        """POST /api/unfriend with type enemy."""
        form = call.form()
        if form.get("type") != "enemy":
            raise RedditError(400, "Bad Request")
        call.me.blocked.discard(str(form.get("name") or "").lower())
        return json_answer({})
