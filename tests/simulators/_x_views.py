"""What a simulated X shows: a post's few fields, more when asked, and what they lead to when expanded."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tests.simulators._x_calls import Call, lost
from tests.simulators._x_state import Post, User
from tests.simulators._x_text import LINK

Json = dict[str, Any]
_NEW = {
    "referenced_tweets": "referenced_posts",
    "edit_history_tweet_ids": "edit_history_post_ids",
    "note_tweet": "note_post",
    "tweets": "posts",
    "retweet_count": "repost_count",
    "tweet_count": "post_count",
    "retweeted": "reposted",
}
_METRICS = {"retweet_count": 7777, "reply_count": 8888, "like_count": 9999, "quote_count": 12345}


class Views:
    """Shown to one caller, in one spelling."""

    def __init__(self, call: Call) -> None:
        self.call, self.network = call, call.network
        self.new = call.quirks.spelling == "post"
        self.fields = call.listed("post.fields" if self.new else "tweet.fields")
        self.expansions = {
            one.replace("posts", "tweets").replace("_post_", "_tweet_") for one in call.listed("expansions")
        }
        if "referenced_tweets" in self.expansions:  # what the newer spelling expands
            self.expansions.add("referenced_tweets.id")
        self.user_fields = call.listed("user.fields")

    def spelled(self, value: Any) -> Any:
        """The value with the names of the newer spelling where that is in force."""
        if not self.new:
            return value
        if isinstance(value, list):
            return [self.spelled(one) for one in value]
        if isinstance(value, dict):
            return {_NEW.get(name, name): self.spelled(one) for name, one in value.items()}
        return _NEW.get(value, value) if value == "retweeted" else value

    def user(self, user: User) -> Json:
        """A user."""
        more: Json = {
            "protected": user.protected,
            "created_at": "2020-01-01T00:00:00.000Z",
            "description": "",
            "verified": True,
            "profile_image_url": f"https://pbs.example/{user.id}.png",
            "url": "",
            "public_metrics": {
                "followers_count": 7777,
                "following_count": 54321,
                "tweet_count": 8888,
                "listed_count": 12345,
            },
        }
        kept = {name: value for name, value in more.items() if name in self.user_fields}
        return {"id": user.id, "name": user.name, "username": user.username, **kept}

    def post(self, post: Post) -> Json:
        """A post: id, text and versions, and the fields that were asked for."""
        withheld = {"withheld": {"copyright": True, "country_codes": ["XX"]}} if post.withheld else {}
        shown: Json = {
            "id": post.id,
            "text": "" if post.withheld else post.text,
            "edit_history_tweet_ids": post.edits,
        }
        asked = self.fields | (self.expansions & {"author_id", "in_reply_to_user_id"})
        if "referenced_tweets.id" in self.expansions or "referenced_posts" in self.fields:
            asked |= {"referenced_tweets"}
        answered = self.network.posts.get(post.reply_to)
        more: Json = {
            "author_id": post.author.id,
            "conversation_id": post.root,
            "created_at": f"{post.at:%Y-%m-%dT%H:%M:%S}.{post.at.microsecond // 1000:03}Z",
            "lang": "en",
            "reply_settings": post.reply_settings,
            "possibly_sensitive": False,
            "public_metrics": _METRICS,
            "in_reply_to_user_id": answered.author.id if answered else None,
            "referenced_tweets": self.references(post) or None,
            "entities": self.entities(post) or None,
        }
        kept = {name: value for name, value in more.items() if name in asked and value is not None}
        return {**shown, **kept, **withheld}

    def references(self, post: Post) -> list[Json]:
        """What a post answers, quotes or reposts."""
        kinds = {"replied_to": post.reply_to, "quoted": post.quotes, "retweeted": post.reposts}
        return [{"type": kind, "id": one} for kind, one in kinds.items() if one]

    def entities(self, post: Post) -> Json:
        """Names and links with their places in the text."""
        text = post.text
        found: Json = {}
        for user in self.network.named(post):
            at = text.lower().find(f"@{user.username.lower()}")
            if at >= 0:
                end = at + len(user.username) + 1
                one = {"start": at, "end": end, "username": user.username, "id": user.id}
                found.setdefault("mentions", []).append(one)
        for link in LINK.findall(post.typed):
            short = post.short(link)
            at = text.find(short)
            whole = link if "://" in link else f"http://{link}"
            one = {"start": at, "end": at + len(short), "url": short, "expanded_url": whole}
            found.setdefault("urls", []).append({**one, "display_url": whole.partition("://")[2]})
        return found

    def answer(self, data: Any, posts: Iterable[Post], errors: list[Json], meta: Json | None = None) -> Json:
        """`data` with what its posts lead to, and what cannot be had."""
        users: dict[str, User] = {}
        others: dict[str, Post] = {}
        for post in posts:
            if "author_id" in self.expansions:
                users[post.author.id] = post.author
            answered = self.network.posts.get(post.reply_to)
            if "in_reply_to_user_id" in self.expansions and answered:
                users[answered.author.id] = answered.author
            if "entities.mentions.username" in self.expansions:
                users |= {user.id: user for user in self.network.named(post)}
            if "referenced_tweets.id" in self.expansions:
                self._refer(post, others, errors)
            if "referenced_tweets.id.author_id" in self.expansions:
                users |= {one.author.id: one.author for one in others.values()}
        includes: Json = {}
        if users:
            includes["users"] = [self.user(user) for user in users.values()]
        if others:
            includes["tweets"] = [self.post(post) for post in others.values()]
        found: Json = {"data": data} if data or isinstance(data, dict) else {}
        found |= {"includes": includes} if includes else {}
        found |= {"errors": errors} if errors else {}
        return dict(self.spelled({**found, **({"meta": meta} if meta is not None else {})}))

    def _refer(self, post: Post, others: dict[str, Post], errors: list[Json]) -> None:
        for one in self.references(post):
            other = self.network.newest(one["id"])
            if other is None or other.deleted:
                errors.append(lost("tweet", "referenced_tweets.id", one["id"]))
            elif not self.network.sees(self.call.token.user, other):
                errors.append(lost("tweet", "referenced_tweets.id", one["id"], "not-authorized-for-resource"))
            else:
                others[other.id] = other
