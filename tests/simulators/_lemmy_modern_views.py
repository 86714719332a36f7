"""A simulated Lemmy's objects as the API of 1.0 shows them: other names, and the counts inside the objects."""

from __future__ import annotations

from typing import Any

from tests.simulators._lemmy_state import Comment, Note, Person, Post, PrivateMessage
from tests.simulators._lemmy_views import MANY, MORE, Views, stamp

_RENAMED = {"published": "published_at", "updated": "updated_at", "actor_id": "ap_id"}


def renamed(view: dict[str, Any]) -> dict[str, Any]:
    """An object of 0.19 with the names of 1.0."""
    return {_RENAMED.get(name, name): value for name, value in view.items()}


class ModernViews(Views):
    """What one person (or nobody) is shown by a server of 1.0."""

    def person(self, person: Person) -> dict[str, Any]:
        """A person."""
        view = renamed(super().person(person))
        view.pop("banned")
        counts = {"post_count": MANY, "comment_count": MORE}
        return {**view, **counts, "last_refreshed_at": "2026-11-01T00:00:00Z"}

    def community(self) -> dict[str, Any]:
        """The one community."""
        counts = {"subscribers": MANY, "posts": MORE, "comments": MANY, "users_active_day": MORE}
        return {**renamed(super().community()), **counts, "visibility": "public"}

    def bare_post(self, post: Post) -> dict[str, Any]:
        """A post itself."""
        votes = {"score": MANY, "upvotes": MORE, "downvotes": MANY, "comments": MANY, "report_count": MORE}
        return {**renamed(super().bare_post(post)), **votes, "federation_pending": False}

    def bare_comment(self, comment: Comment) -> dict[str, Any]:
        """A comment itself."""
        votes = {"score": MANY, "upvotes": MORE, "downvotes": MANY, "child_count": MORE, "report_count": MANY}
        view = {
            **renamed(super().bare_comment(comment)),
            **votes,
            "federation_pending": False,
            "locked": False,
        }
        return view | comment.extra

    def _beside(self, creator: Person) -> dict[str, Any]:
        view: dict[str, Any] = {
            "creator": self.person(creator),
            "community": self.community(),
            "creator_is_admin": False,
            "creator_is_moderator": False,
            "creator_banned": creator.banned,
            "creator_banned_from_community": False,
            "tags": [],
            "can_mod": False,
        }
        if self.me and creator.id in self.instance.blocked.get(self.me.id, ()):
            view["person_actions"] = {"blocked_at": stamp(self.instance.clock.now())}
        return view

    def comment(self, comment: Comment) -> dict[str, Any]:
        """A comment with what is around it."""
        return {
            **self._beside(comment.creator),
            "comment": self.bare_comment(comment),
            "post": self.bare_post(comment.post),
            "comment_actions": {"vote_is_upvote": True, "voted_at": stamp(comment.published)},
        }

    def post(self, post: Post) -> dict[str, Any]:
        """A post with what is around it."""
        view = {**self._beside(post.creator), "post": self.bare_post(post)}
        if self.me and (self.me.id, post.id) in self.instance.muted:
            view["post_actions"] = {"notifications": "mute"}
        return view

    def message(self, message: PrivateMessage) -> dict[str, Any]:
        """A private message with its two people."""
        view = super().message(message)
        bare = renamed(view["private_message"])
        bare.pop("read")
        bare |= {"removed": False, "deleted_by_recipient": False}
        return {**view, "private_message": bare | message.extra}

    def note(self, note: Note) -> dict[str, Any]:
        """A row of the one list of notifications."""
        bare: dict[str, Any] = {
            "id": note.id,
            "recipient_id": note.recipient.id,
            "read": note.read,
            "published_at": stamp(note.published),
            "kind": note.kind,
            "creator_id": note.thing.creator.id,
        }
        if isinstance(note.thing, Comment):
            bare["comment_id"], data = note.thing.id, {"type_": "comment", **self.comment(note.thing)}
        elif isinstance(note.thing, Post):
            bare["post_id"], data = note.thing.id, {"type_": "post", **self.post(note.thing)}
        else:
            bare["private_message_id"] = note.thing.id
            data = {"type_": "private_message", **self.message(note.thing)}
        return {"notification": bare, "data": data, **note.extra}

    def site(self) -> dict[str, Any]:
        """The site; the account is apart."""
        view = super().site()
        view.pop("my_user", None)
        local = view["site_view"]["local_site"]
        return {**view, "site_view": {**view["site_view"], "local_site": {**local, "users": MANY}}}

    def account(self, me: Person) -> dict[str, Any]:
        """The account's own settings and lists."""
        blocked = [self.instance.people[one] for one in sorted(self.instance.blocked.get(me.id, ()))]
        options = self.instance.options
        return {
            "local_user_view": {
                "local_user": {
                    "id": 5,
                    "person_id": me.id,
                    "default_listing_type": options.listing.lower(),
                    "show_bot_accounts": options.bots,
                },
                "person": self.person(me),
                "banned": False,
            },
            "follows": [],
            "moderates": [],
            "multi_community_follows": [],
            "community_blocks": [],
            "instance_communities_blocks": [],
            "instance_persons_blocks": [],
            "person_blocks": [self.person(one) for one in blocked],
            "keyword_blocks": [],
            "discussion_languages": list(options.languages),
        }
