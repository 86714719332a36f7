"""What is changed on a simulated Lemmy: comments, private messages, read marks, blocks."""

from __future__ import annotations

from typing import Any

from tests.simulators._lemmy_calls import Call, LemmyError
from tests.simulators._lemmy_reads import Reads
from tests.simulators._lemmy_state import (
    DEEPEST,
    LANGUAGES,
    LONGEST,
    Comment,
    Instance,
    PrivateMessage,
    units,
)
from tests.simulators.messages import Answer, json_answer


class Writes:
    """The POST and PUT routes."""

    def __init__(self, instance: Instance, reads: Reads) -> None:
        self.instance = instance
        self.reads = reads

    def _content(self, body: dict[str, Any]) -> str:
        content = body.get("content")
        if not isinstance(content, str):
            raise LemmyError("Json deserialize error: missing field `content`")
        if units(content) > LONGEST:
            raise LemmyError("invalid_body_field")
        return self.instance.tidied(content)

    def comment(self, call: Call) -> Answer:
        """POST /comment: an unknown parent is ignored, and a deleted one taken."""
        me, body = call.person, call.body()
        content = self._content(body)
        post = self.reads.post_of(body.get("post_id"))
        if post.locked:
            raise LemmyError("locked")
        if post.deleted or post.removed:
            raise LemmyError("deleted")
        parent = self.instance.comments.get(body.get("parent_id") or 0)
        if parent is not None and parent.post is not post:
            raise LemmyError("couldnt_create_comment")
        if parent is not None and self.instance.options.modern and (parent.deleted or parent.removed):
            raise LemmyError("deleted")
        if parent is not None and len(parent.path) >= DEEPEST:
            raise LemmyError("max_comment_depth_reached")
        if parent is not None and me.id in self.instance.blocked.get(parent.creator.id, ()):
            raise LemmyError("person_is_blocked")
        language = body.get("language_id")
        language = (parent.language if parent else post.language) if language is None else language
        if language not in LANGUAGES:
            raise LemmyError("language_not_allowed")
        made = self.instance.add_comment(me, post, content, parent=parent, language=language)
        if parent is not None:
            self.instance.answered(me, parent)
        recipients = [row.recipient.id for row in self.instance.rows if row.comment is made]
        return self._shown(call, made, recipients)

    def _shown(self, call: Call, comment: Comment, recipients: list[int] | None = None) -> Answer:
        view = self.reads.views(call).comment(comment)
        return json_answer({"comment_view": view, "recipient_ids": recipients or []})

    def _mine(self, call: Call, number: Any) -> Comment:
        comment = self.reads.comment_of(number)
        if comment.creator is not call.person:
            raise LemmyError("no_comment_edit_allowed")
        return comment

    def edit(self, call: Call) -> Answer:
        """PUT /comment."""
        body = call.body()
        comment = self._mine(call, body.get("comment_id"))
        self.instance.change(comment, self._content(body))
        return self._shown(call, comment)

    def delete(self, call: Call) -> Answer:
        """POST /comment/delete: also takes a deletion back; doing the same twice is an error."""
        body = call.body()
        comment, deleted = self._mine(call, body.get("comment_id")), body.get("deleted")
        if not isinstance(deleted, bool):
            raise LemmyError("Json deserialize error: missing field `deleted`")
        if comment.deleted is deleted:
            raise LemmyError("couldnt_update_comment")
        comment.deleted = deleted
        return self._shown(call, comment)

    def mark_row(self, call: Call) -> Answer:
        """POST /comment/mark_as_read and /user/mention/mark_as_read."""
        body, kind = call.body(), "mention" if "mention" in call.request.path else "reply"
        wanted = body.get("person_mention_id" if kind == "mention" else "comment_reply_id")
        for row in self.instance.rows:
            if (row.id, row.kind) == (wanted, kind):
                if row.recipient is not call.person:
                    raise LemmyError("couldnt_update_comment")
                row.read = bool(body.get("read"))
                name = "person_mention_view" if kind == "mention" else "comment_reply_view"
                return json_answer({name: self.reads.views(call).row(row)})
        raise LemmyError("couldnt_find_comment_reply" if kind == "reply" else "couldnt_find_person_mention")

    def mark_all(self, call: Call) -> Answer:
        """POST /user/mark_all_as_read."""
        for row in self.instance.rows:
            row.read = row.read or row.recipient is call.person
        for message in self.instance.messages.values():
            message.read = message.read or message.recipient is call.person
        return json_answer({"replies": []})

    def message(self, call: Call) -> Answer:
        """POST /private_message."""
        me, body = call.person, call.body()
        content, to = self._content(body), self.instance.people.get(body.get("recipient_id") or 0)
        if to is None:
            raise LemmyError("couldnt_find_person")
        if me.id in self.instance.blocked.get(to.id, ()):
            raise LemmyError("person_is_blocked")
        made = self.instance.add_message(me, to, content)
        return json_answer({"private_message_view": self.reads.views(call).message(made)})

    def _message(self, call: Call, number: Any) -> PrivateMessage:
        found = self.instance.messages.get(number or 0)
        if found is None:
            raise LemmyError("couldnt_find_private_message")
        return found

    def edit_message(self, call: Call) -> Answer:
        """PUT /private_message."""
        body = call.body()
        message = self._message(call, body.get("private_message_id"))
        if message.creator is not call.person:
            raise LemmyError("edit_private_message_not_allowed")
        message.content, message.updated = self._content(body), self.instance.clock.now()
        return json_answer({"private_message_view": self.reads.views(call).message(message)})

    def delete_message(self, call: Call) -> Answer:
        """POST /private_message/delete."""
        body = call.body()
        message = self._message(call, body.get("private_message_id"))
        if message.creator is not call.person:
            raise LemmyError("edit_private_message_not_allowed")
        message.deleted = bool(body.get("deleted"))
        return json_answer({"private_message_view": self.reads.views(call).message(message)})

    def mark_message(self, call: Call) -> Answer:
        """POST /private_message/mark_as_read."""
        body = call.body()
        message = self._message(call, body.get("private_message_id"))
        if message.recipient is not call.person:
            raise LemmyError("couldnt_update_private_message")
        message.read = bool(body.get("read"))
        return json_answer({"private_message_view": self.reads.views(call).message(message)})

    def block(self, call: Call) -> Answer:
        """POST /user/block."""
        me, body = call.person, call.body()
        target = self.instance.people.get(body.get("person_id") or 0)
        if target is None:
            raise LemmyError("couldnt_find_person")
        if target is me:
            raise LemmyError("cant_block_yourself")
        blocked = self.instance.blocked.setdefault(me.id, set())
        if body.get("block"):
            blocked.add(target.id)
        else:
            blocked.discard(target.id)
        view = {"person": self.reads.views(call).person(target), "counts": {}, "is_admin": False}
        return json_answer({"person_view": view, "blocked": target.id in blocked})
