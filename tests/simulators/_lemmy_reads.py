"""What is read from a simulated Lemmy: the inbox, comments in trees and lists, posts, people."""

from __future__ import annotations

from tests.simulators._lemmy_calls import Call, LemmyError
from tests.simulators._lemmy_state import Comment, Instance, Person, Post
from tests.simulators._lemmy_views import MANY, MORE, Views
from tests.simulators.messages import Answer, json_answer


class Reads:
    """The GET routes."""

    sorts: tuple[str, ...] = ("Hot", "Top", "New", "Old", "Controversial")
    hot, old = "Hot", "Old"

    def __init__(self, instance: Instance) -> None:
        self.instance = instance

    def views(self, call: Call) -> Views:
        """What the caller is shown."""
        return Views(self.instance, call.me)

    def site(self, call: Call) -> Answer:
        """GET /site."""
        return json_answer(self.views(call).site())

    def validate(self, call: Call) -> Answer:
        """GET /user/validate_auth."""
        assert call.person
        return json_answer({"success": True})

    def replies(self, call: Call) -> Answer:
        """GET /user/replies."""
        return self._rows(call, "reply", "replies")

    def mentions(self, call: Call) -> Answer:
        """GET /user/mention."""
        return self._rows(call, "mention", "mentions")

    def _rows(self, call: Call, kind: str, name: str) -> Answer:
        me, blocked = call.person, self._blocked(call)
        rows = [row for row in self.instance.rows if (row.kind, row.recipient) == (kind, me)]
        rows = [row for row in rows if row.comment.creator.id not in blocked]
        if not self.instance.options.bots:
            rows = [row for row in rows if not row.comment.creator.bot]
        if call.flag("unread_only"):
            rows = [row for row in rows if not row.read]
        sort = self._sort(call, self.hot)
        rows.sort(key=lambda row: (row.published, row.id), reverse=sort != self.old)
        return json_answer({name: [self.views(call).row(row) for row in rows[call.part()]]})

    def _sort(self, call: Call, default: str) -> str:
        sort = call.request.first("sort", default)
        if sort not in self.sorts:
            raise LemmyError(f"Query deserialize error: unknown variant `{sort}`")
        return sort

    def _blocked(self, call: Call) -> set[int]:
        return self.instance.blocked.get(call.me.id, set()) if call.me else set()

    def messages(self, call: Call) -> Answer:
        """GET /private_message/list: both directions, unless only what is unread is asked for."""
        me, blocked = call.person, self._blocked(call)
        found = [one for one in self.instance.messages.values() if me in (one.creator, one.recipient)]
        found = [one for one in found if not one.deleted and one.creator.id not in blocked]
        if call.flag("unread_only"):
            found = [one for one in found if one.recipient is me and not one.read]
        if creator := call.number("creator_id"):
            found = [one for one in found if creator in (one.creator.id, one.recipient.id)]
        found.sort(key=lambda one: (one.published, one.id), reverse=True)
        shown = [self.views(call).message(one) for one in found[call.part()]]
        return json_answer({"private_messages": shown})

    def unread(self, call: Call) -> Answer:
        """GET /user/unread_count: what was deleted is not counted."""
        rows = [row for row in self.instance.rows if row.recipient is call.person and not row.read]
        rows = [row for row in rows if not (row.comment.deleted or row.comment.removed)]
        kinds = [row.kind for row in rows]
        mine = [
            one for one in self.instance.messages.values() if one.recipient is call.person and not one.read
        ]
        return json_answer(
            {
                "replies": kinds.count("reply"),
                "mentions": kinds.count("mention"),
                "private_messages": len(mine),
            }
        )

    def comment_of(self, number: int | None) -> Comment:
        """A comment by id. Raises LemmyError."""
        found = self.instance.comments.get(number or 0)
        if found is None:
            raise LemmyError("couldnt_find_comment")
        return found

    def post_of(self, number: int | None) -> Post:
        """A post by id. Raises LemmyError."""
        found = self.instance.posts.get(number or 0)
        if found is None:
            raise LemmyError("couldnt_find_post")
        return found

    def comment(self, call: Call) -> Answer:
        """GET /comment."""
        found = self.comment_of(call.number("id"))
        return json_answer({"comment_view": self.views(call).comment(found), "recipient_ids": []})

    def comments(self, call: Call) -> Answer:
        """GET /comment/list: a tree with `max_depth`, else a flat list; silently without what the account hides."""
        found, depth = self._found(call), call.number("max_depth")
        if depth is not None:
            found = self._tree(call, found, depth)[: self.instance.options.tree_most]
        else:
            found = found[call.part()]
        return json_answer({"comments": [self.views(call).comment(one) for one in found]})

    def _found(self, call: Call) -> list[Comment]:
        """The comments that are asked for, in their order."""
        found = [one for one in self.instance.comments.values() if self._shown(call, one)]
        if (post := call.number("post_id")) is not None:
            found = [one for one in found if one.post.id == post]
        if (parent := call.number("parent_id")) is not None:
            assert self.comment_of(parent)
            found = [one for one in found if parent in one.path]
        if creator := call.number("creator_id"):
            found = [one for one in found if one.creator.id == creator]
        sort = self._sort(call, self.hot)
        return sorted(found, key=lambda one: (one.published, one.id), reverse=sort != self.old)

    def _tree(self, call: Call, found: list[Comment], depth: int) -> list[Comment]:
        """Those that are not too deep, by the way to what they answer."""
        parent = call.number("parent_id")
        top = len(self.comment_of(parent).path) if parent is not None else 0
        return sorted((one for one in found if len(one.path) <= top + depth), key=lambda one: one.path[:-1])

    def _shown(self, call: Call, comment: Comment) -> bool:
        """Whether the caller's own settings let a comment through."""
        options = self.instance.options
        if call.me is None:
            return True
        listing = call.request.first("type_") or options.listing
        if listing.lower() == "subscribed":
            return False
        if comment.creator.id in self._blocked(call) or (comment.creator.bot and not options.bots):
            return False
        return comment.language in options.languages

    def post(self, call: Call) -> Answer:
        """GET /post, by its own id or a comment's."""
        comment = call.number("comment_id")
        post = self.comment_of(comment).post if comment else self.post_of(call.number("id"))
        community = {
            "community": self.views(call).community(),
            "subscribed": "NotSubscribed",
            "blocked": False,
            "counts": {"community_id": 12, "subscribers": MANY, "posts": MORE, "comments": MANY},
            "banned_from_community": False,
        }
        return json_answer(
            {
                "post_view": self.views(call).post(post),
                "community_view": community,
                "moderators": [],
                "cross_posts": [],
            }
        )

    def user(self, call: Call) -> Answer:
        """GET /user: a person with what they wrote, newest first, as far as the caller reads its language."""
        person, views = self._person(call, call.number("person_id")), self.views(call)
        languages = self.instance.options.languages
        comments = [one for one in self.instance.comments.values() if one.creator is person]
        comments = [one for one in comments if one.language in languages]
        posts = [one for one in self.instance.posts.values() if one.creator is person]
        newest = self._sort(call, "New") != "Old"
        comments.sort(key=lambda one: (one.published, one.id), reverse=newest)
        posts.sort(key=lambda one: (one.published, one.id), reverse=newest)
        counts = {"person_id": person.id, "post_count": MANY, "comment_count": MORE}
        return json_answer(
            {
                "person_view": {"person": views.person(person), "counts": counts, "is_admin": False},
                "comments": [views.comment(one) for one in comments[call.part()]],
                "posts": [views.post(one) for one in posts[call.part()]],
                "moderates": [],
            }
        )

    def _person(self, call: Call, number: int | None) -> Person:
        """A person by id, or by name where there is none. Raises LemmyError."""
        name, _, domain = call.request.first("username").partition("@")
        for one in self.instance.people.values():
            wanted = (one.name, one.domain) == (name, domain or self.instance.options.domain)
            if one.id == number or (number is None and wanted):
                return one
        raise LemmyError("not_found" if self.instance.options.modern else "couldnt_find_person", 400)

    def resolve(self, call: Call) -> Answer:
        """GET /resolve_object: what stands at an address, for those who are signed in."""
        assert call.person
        wanted, views = call.request.first("q"), self.views(call)
        for comment in self.instance.comments.values():
            if comment.ap_id == wanted:
                return json_answer({"comment": views.comment(comment)})
        for post in self.instance.posts.values():
            if post.ap_id == wanted:
                return json_answer({"post": views.post(post)})
        for person in self.instance.people.values():
            if person.actor == wanted:
                counts = {"person_id": person.id, "post_count": MANY, "comment_count": MORE}
                return json_answer({"person": {"person": views.person(person), "counts": counts}})
        raise LemmyError("couldnt_find_object")
