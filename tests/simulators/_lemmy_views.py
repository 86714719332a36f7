"""A simulated Lemmy's objects as the API of 0.19 shows them, votes and scores included."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tests.simulators._lemmy_state import LANGUAGES, Comment, Instance, Person, Post, PrivateMessage, Row

MANY, MORE = 7777, 8888


def stamp(when: datetime) -> str:
    """Microseconds and a Z."""
    return f"{when:%Y-%m-%dT%H:%M:%S.%f}Z"


class Views:
    """What one person (or nobody) is shown."""

    def __init__(self, instance: Instance, me: Person | None) -> None:
        self.instance = instance
        self.me = me

    def person(self, person: Person) -> dict[str, Any]:
        """A person."""
        view: dict[str, Any] = {
            "id": person.id,
            "name": person.name,
            "banned": person.banned,
            "published": "2023-06-10T00:00:00.000000Z",
            "actor_id": person.actor,
            "local": person.local,
            "deleted": False,
            "bot_account": person.bot,
            "instance_id": 1 if person.local else 9,
        }
        if person.display:
            view["display_name"] = person.display
        return view

    def community(self) -> dict[str, Any]:
        """The one community."""
        return {
            "id": 12,
            "name": "python",
            "title": "Python",
            "removed": False,
            "published": "2023-06-10T00:00:00.000000Z",
            "deleted": False,
            "nsfw": False,
            "actor_id": f"https://{self.instance.options.domain}/c/python",
            "local": True,
            "hidden": False,
            "posting_restricted_to_mods": False,
            "instance_id": 1,
            "visibility": "Public",
        }

    def bare_post(self, post: Post) -> dict[str, Any]:
        """A post itself."""
        view: dict[str, Any] = {
            "id": post.id,
            "name": post.name,
            "creator_id": post.creator.id,
            "community_id": 12,
            "removed": post.removed,
            "locked": post.locked,
            "published": stamp(post.published),
            "deleted": post.deleted,
            "nsfw": post.nsfw,
            "ap_id": post.ap_id,
            "local": post.creator.local,
            "language_id": post.language,
            "featured_community": False,
            "featured_local": False,
        }
        if post.body and not (post.deleted or post.removed):
            view["body"] = post.body
        return view

    def bare_comment(self, comment: Comment) -> dict[str, Any]:
        """A comment itself: without words when it is deleted or removed."""
        gone = comment.deleted or comment.removed
        view: dict[str, Any] = {
            "id": comment.id,
            "creator_id": comment.creator.id,
            "post_id": comment.post.id,
            "content": "" if gone else comment.content,
            "removed": comment.removed,
            "published": stamp(comment.published),
            "deleted": comment.deleted,
            "ap_id": comment.ap_id,
            "local": comment.creator.local,
            "path": ".".join(["0", *map(str, comment.path)]),
            "distinguished": False,
            "language_id": comment.language,
        }
        if comment.updated:
            view["updated"] = stamp(comment.updated)
        return view | comment.extra

    def _around(self, creator: Person) -> dict[str, Any]:
        """What stands beside every comment and post."""
        blocked = self.instance.blocked.get(self.me.id, set()) if self.me else set()
        return {
            "creator": self.person(creator),
            "community": self.community(),
            "creator_banned_from_community": False,
            "banned_from_community": False,
            "creator_is_moderator": False,
            "creator_is_admin": False,
            "subscribed": "NotSubscribed",
            "saved": False,
            "creator_blocked": creator.id in blocked,
            "my_vote": 1,
        }

    def comment(self, comment: Comment) -> dict[str, Any]:
        """A comment with what is around it."""
        return {
            **self._around(comment.creator),
            "comment": self.bare_comment(comment),
            "post": self.bare_post(comment.post),
            "counts": {
                "comment_id": comment.id,
                "score": MANY,
                "upvotes": MORE,
                "downvotes": MANY,
                "published": stamp(comment.published),
                "child_count": MANY,
            },
        }

    def post(self, post: Post) -> dict[str, Any]:
        """A post with what is around it."""
        return {
            **self._around(post.creator),
            "post": self.bare_post(post),
            "counts": {
                "post_id": post.id,
                "comments": MANY,
                "score": MANY,
                "upvotes": MORE,
                "downvotes": MANY,
                "published": stamp(post.published),
                "newest_comment_time": stamp(post.published),
            },
            "read": False,
            "hidden": False,
            "unread_comments": MANY,
        }

    def row(self, row: Row) -> dict[str, Any]:
        """A row of the inbox."""
        name = "comment_reply" if row.kind == "reply" else "person_mention"
        bare = {
            "id": row.id,
            "recipient_id": row.recipient.id,
            "comment_id": row.comment.id,
            "read": row.read,
            "published": stamp(row.published),
        }
        view = {**self.comment(row.comment), name: bare, "recipient": self.person(row.recipient)}
        return {**view, **row.extra}

    def message(self, message: PrivateMessage) -> dict[str, Any]:
        """A private message with its two people."""
        bare: dict[str, Any] = {
            "id": message.id,
            "creator_id": message.creator.id,
            "recipient_id": message.recipient.id,
            "content": "" if message.deleted else message.content,
            "deleted": message.deleted,
            "read": message.read,
            "published": stamp(message.published),
            "ap_id": message.ap_id,
            "local": message.creator.local,
        }
        if message.updated:
            bare["updated"] = stamp(message.updated)
        people = {"creator": self.person(message.creator), "recipient": self.person(message.recipient)}
        return {"private_message": bare | message.extra, **people}

    def site(self) -> dict[str, Any]:
        """The site, and the account's own settings for whoever is signed in."""
        options = self.instance.options
        view: dict[str, Any] = {
            "site_view": {
                "site": {
                    "id": 1,
                    "name": "Simulated Lemmy",
                    "published": "2023-06-10T00:00:00.000000Z",
                    "actor_id": f"https://{options.domain}/",
                },
                "local_site": {
                    "id": 1,
                    "site_setup": True,
                    "enable_downvotes": True,
                    "captcha_enabled": False,
                },
                "local_site_rate_limit": {
                    "local_site_id": 1,
                    "message": 180,
                    "message_per_second": 60,
                    "post": 6,
                    "post_per_second": 300,
                    "comment": 6,
                    "comment_per_second": 600,
                    "search": 60,
                    "search_per_second": 600,
                },
                "counts": {"site_id": 1, "users": MANY, "posts": MORE, "comments": MANY, "communities": MANY},
            },
            "admins": [],
            "version": "1.0.0-beta.1" if options.modern else "0.19.11",
            "all_languages": [{"id": one, "code": code, "name": code} for one, code in LANGUAGES.items()],
            "discussion_languages": list(LANGUAGES),
            "taglines": [],
            "custom_emojis": [],
            "blocked_urls": [],
        }
        if self.me is not None:
            view["my_user"] = self._my_user(self.me)
        return view

    def _my_user(self, me: Person) -> dict[str, Any]:
        options = self.instance.options
        blocked = [self.instance.people[one] for one in sorted(self.instance.blocked.get(me.id, ()))]
        return {
            "local_user_view": {
                "local_user": {
                    "id": 5,
                    "person_id": me.id,
                    "show_nsfw": False,
                    "default_sort_type": "Active",
                    "default_listing_type": options.listing,
                    "interface_language": "browser",
                    "show_bot_accounts": options.bots,
                    "show_read_posts": True,
                    "email_verified": True,
                    "accepted_application": True,
                },
                "local_user_vote_display_mode": {"local_user_id": 5, "score": True, "upvotes": True},
                "person": self.person(me),
                "counts": {"person_id": me.id, "post_count": MANY, "comment_count": MORE},
            },
            "follows": [],
            "moderates": [],
            "community_blocks": [],
            "instance_blocks": [],
            "person_blocks": [{"person": self.person(me), "target": self.person(one)} for one in blocked],
            "discussion_languages": list(options.languages),
        }
