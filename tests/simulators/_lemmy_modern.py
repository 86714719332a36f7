"""The routes of a simulated Lemmy 1.0 that 0.19 does not have: one list of notifications, cursors, other places."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

from tests.simulators._lemmy_calls import MOST, Call, LemmyError
from tests.simulators._lemmy_modern_views import ModernViews
from tests.simulators._lemmy_reads import Reads
from tests.simulators._lemmy_state import Comment, Note, Post
from tests.simulators._lemmy_writes import Writes
from tests.simulators.messages import Answer, json_answer

_KINDS = ("all", "reply", "mention", "subscribed", "private_message", "mod_action")


def _number(cursor: str) -> int:
    """What an opaque cursor holds. Raises LemmyError."""
    try:
        return int(base64.urlsafe_b64decode(cursor).decode().removeprefix("N"))
    except ValueError:
        raise LemmyError("couldnt_parse_pagination_token") from None


def _cursor(number: int) -> str:
    return base64.urlsafe_b64encode(f"N{number}".encode()).decode()


class ModernReads(Reads):
    """What is read."""

    sorts = ("hot", "top", "new", "old", "controversial")
    hot, old = "hot", "old"

    def views(self, call: Call) -> ModernViews:
        """What the caller is shown."""
        return ModernViews(self.instance, call.me)

    def _limit(self, call: Call) -> int:
        limit = call.number("limit")
        if limit is not None and not 1 <= limit <= MOST:
            raise LemmyError("invalid_fetch_limit")
        return limit or 10

    def _paged(self, call: Call, ids: Sequence[int]) -> tuple[slice, dict[str, str]]:
        """Which part is asked for, and the cursor that goes on after it."""
        start = 0
        if cursor := call.request.first("page_cursor"):
            last = _number(cursor)
            start = next((at + 1 for at, one in enumerate(ids) if one == last), len(ids))
        end = start + self._limit(call)
        return slice(start, end), {"next_page": _cursor(ids[end - 1])} if len(ids) > end else {}

    def notifications(self, call: Call) -> Answer:
        """GET /account/notification/list: what is gone is left out after the page was cut."""
        me, kind = call.person, call.request.first("type_", "all")
        if kind not in _KINDS:
            raise LemmyError(f"Query deserialize error: unknown variant `{kind}`")
        notes = [one for one in self.instance.notes if self._mine(call, one)]
        notes = [one for one in notes if kind in ("all", one.kind)]
        if call.flag("unread_only"):
            notes = [one for one in notes if one.recipient is me and not one.read]
        if creator := call.number("creator_id"):
            notes = [one for one in notes if one.thing.creator.id == creator]
        notes.sort(key=lambda one: (one.published, one.id), reverse=True)
        part, more = self._paged(call, [one.id for one in notes])
        shown = [self.views(call).note(one) for one in notes[part] if not self._gone(one)]
        return json_answer({"items": shown, **more})

    def _mine(self, call: Call, note: Note) -> bool:
        own = note.kind == "private_message" and note.thing.creator is call.me
        hidden = note.thing.creator.bot and not self.instance.options.bots
        blocked = note.thing.creator.id in self._blocked(call)
        return (note.recipient is call.me or own) and not (hidden or blocked)

    def _gone(self, note: Note) -> bool:
        return note.thing.deleted or (isinstance(note.thing, (Comment, Post)) and note.thing.removed)

    def unread(self, call: Call) -> Answer:
        """GET /account/unread_counts."""
        notes = [one for one in self.instance.notes if one.recipient is call.person and not one.read]
        return json_answer({"notification_count": sum(not self._gone(one) for one in notes)})

    def comment_of(self, number: int | None) -> Comment:
        """A comment by id. Raises LemmyError."""
        found = self.instance.comments.get(number or 0)
        if found is None:
            raise LemmyError("not_found", 404)
        return found

    def post_of(self, number: int | None) -> Post:
        """A post by id. Raises LemmyError."""
        found = self.instance.posts.get(number or 0)
        if found is None:
            raise LemmyError("not_found", 404)
        return found

    def comment(self, call: Call) -> Answer:
        """GET /comment."""
        return json_answer({"comment_view": self.views(call).comment(self.comment_of(call.number("id")))})

    def comments(self, call: Call) -> Answer:
        """GET /comment/list: a whole tree with `max_depth`, else pages with a cursor."""
        found = self._found(call)
        if (depth := call.number("max_depth")) is not None:
            found = self._tree(call, found, depth)
            return json_answer({"items": [self.views(call).comment(one) for one in found]})
        part, more = self._paged(call, [one.id for one in found])
        return json_answer({"items": [self.views(call).comment(one) for one in found[part]], **more})

    def content(self, call: Call) -> Answer:
        """GET /person/content: what a person wrote, newest first, as far as the caller reads its language."""
        person = self._person(call, call.number("person_id"))
        kind = call.request.first("type_", "all")
        things: list[Comment | Post] = []
        if kind in ("all", "comments"):
            languages = self.instance.options.languages
            mine = [one for one in self.instance.comments.values() if one.creator is person]
            things += [one for one in mine if one.language in languages]
        if kind in ("all", "posts"):
            things += [one for one in self.instance.posts.values() if one.creator is person]
        things.sort(key=lambda one: (one.published, one.id), reverse=True)
        part, more = self._paged(call, [one.id for one in things])
        views = self.views(call)
        shown: list[dict[str, Any]] = [
            {"type_": "comment", **views.comment(one)}
            if isinstance(one, Comment)
            else {"type_": "post", **views.post(one)}
            for one in things[part]
        ]
        return json_answer({"items": shown, **more})

    def resolve(self, call: Call) -> Answer:
        """GET /resolve_object: what stands at an address, with its type beside it."""
        assert call.person
        wanted, views = call.request.first("q"), self.views(call)
        for comment in self.instance.comments.values():
            if comment.ap_id == wanted:
                return json_answer({"type_": "comment", **views.comment(comment)})
        for post in self.instance.posts.values():
            if post.ap_id == wanted:
                return json_answer({"type_": "post", **views.post(post)})
        for person in self.instance.people.values():
            if person.actor == wanted:
                view = {"person": views.person(person), "is_admin": False, "banned": person.banned}
                return json_answer({"type_": "person", **view})
        raise LemmyError("not_found", 404)

    def account(self, call: Call) -> Answer:
        """GET /account."""
        return json_answer(self.views(call).account(call.person))


class ModernWrites(Writes):
    """What is changed."""

    def _shown(self, call: Call, comment: Comment, recipients: list[int] | None = None) -> Answer:
        return json_answer({"comment_view": self.reads.views(call).comment(comment)})

    def mark(self, call: Call) -> Answer:
        """POST /account/notification/mark_as_read."""
        body = call.body()
        for note in self.instance.notes:
            if note.id == body.get("notification_id") and note.recipient is call.person:
                note.read = bool(body.get("read"))
                return json_answer({"success": True})
        raise LemmyError("not_found", 404)

    def mark_all(self, call: Call) -> Answer:
        """POST /account/notification/mark_as_read/all."""
        for note in self.instance.notes:
            note.read = note.read or note.recipient is call.person
        return json_answer({"success": True})

    def mute(self, call: Call) -> Answer:
        """PUT (or POST, in some versions) /post/notifications."""
        body = call.body()
        post, mode = self.reads.post_of(body.get("post_id")), body.get("mode")
        if mode not in ("all_comments", "replies_and_mentions", "mute"):
            raise LemmyError("Json deserialize error: unknown variant")
        place = (call.person.id, post.id)
        if mode == "mute":
            self.instance.muted.add(place)
        else:
            self.instance.muted.discard(place)
        return json_answer({"success": True})
