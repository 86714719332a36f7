"""What can be read and written on a simulated X."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from tests.simulators._x_calls import ApiError, Call, invalid, lost
from tests.simulators._x_state import Network, Post, User
from tests.simulators._x_text import LINK, weight
from tests.simulators._x_views import Views
from tests.simulators.messages import Answer, json_answer

_DENIED = "You are not permitted to perform this action."
_NOT_SUMMONED = (
    "Reply to this conversation is not allowed because you have not been mentioned or otherwise engaged by the "
    "author of the post you are replying to."
)


class Posts:
    """Posts and people."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.spent = 0.0
        """Dollars."""

    def pay(self, dollars: float) -> None:
        """Take the price of a request."""
        self.spent += dollars
        if self.network.quirks.credits is not None:
            self.network.quirks.credits -= dollars

    def _user(self, user_id: str) -> User:
        found = self.network.users.get(user_id)
        if found is None or found.suspended:
            raise _Lost(lost("user", "id", user_id))
        return found

    def one_user(self, call: Call, user_id: str) -> Answer:
        """A user by id, or who asks."""
        user = call.me if user_id == "me" else self._user(user_id)
        views = Views(call)
        return json_answer(views.answer(views.user(user), [], []))

    def users(self, call: Call, by: str = "ids") -> Answer:
        """Users by ids or names; those that are not there are told beside them."""
        wanted = call.request.first(by).split(",")
        found: list[Any] = []
        errors = []
        views = Views(call)
        for name in wanted[:100]:
            keys = {"ids": lambda user: user.id, "usernames": lambda user: user.username.lower()}
            known = [
                u for u in self.network.users.values() if keys[by](u) == name.lower() and not u.suspended
            ]
            if known:
                found.append(views.user(known[0]))
            else:
                errors.append(lost("user", by, name))
        return json_answer(views.answer(found, [], errors))

    def named_user(self, call: Call, username: str) -> Answer:
        """A user by name."""
        for user in self.network.users.values():
            if user.username.lower() == username.lower() and not user.suspended:
                views = Views(call)
                return json_answer(views.answer(views.user(user), [], []))
        raise _Lost(lost("user", "username", username))

    def _list(self, call: Call, found: list[Post], size: int, name: str = "pagination_token") -> Answer:
        page, tokens = call.page(found, size, name)
        views = Views(call)
        meta: dict[str, Any] = {"result_count": len(page), **tokens}
        if page:
            meta |= {"newest_id": page[0].id, "oldest_id": page[-1].id}
        return json_answer(views.answer([views.post(one) for one in page], page, [], meta))

    def _visible(self, call: Call) -> list[Post]:
        now = self.network.clock.now()
        posts = self.network.posts.values()
        return [
            post
            for post in posts
            if self.network.sees(call.token.user, post) and (post.shows_at is None or post.shows_at <= now)
        ]

    def mentions(self, call: Call, user_id: str) -> Answer:
        """Who named a user, the newest first, so far as they reach."""
        user, size = self._user(user_id), call.number("max_results", 5, 100, 10)
        named = [
            p for p in self._visible(call) if user in self.network.named(p) or self._of(p.reposts) is user
        ]
        newest = sorted(named, key=lambda post: int(post.id), reverse=True)[: self.network.quirks.reach]
        answer = self._list(call, call.within(newest), size)
        price = 0.001 if call.token.user is user else 0.005
        self.pay(price * answer.json()["meta"]["result_count"])
        return answer

    def _of(self, post_id: str) -> User | None:
        post = self.network.posts.get(post_id)
        return post.author if post else None

    def timeline(self, call: Call, user_id: str) -> Answer:
        """What a user posted."""
        user, size = self._user(user_id), call.number("max_results", 5, 100, 10)
        without = call.listed("exclude")
        found = [
            post
            for post in self._visible(call)
            if post.author is user
            and not (post.reposts and "retweets" in without)
            and not (post.reply_to and "replies" in without)
        ]
        return self._list(call, call.within(found), size)

    def search(self, call: Call) -> Answer:
        """The last days' posts by `conversation_id:`, `from:`, `to:` and words."""
        query, size = call.request.first("query"), call.number("max_results", 10, 100, 10)
        if not 1 <= len(query) <= 512:
            raise invalid("query", query, "size must be between 1 and 512")
        oldest = self.network.clock.now() - timedelta(days=self.network.quirks.search_days)
        found = [p for p in self._visible(call) if p.at >= oldest and not p.reposts and self._fits(p, query)]
        answer = self._list(call, call.within(found), size, "next_token")
        self.pay(0.005 * answer.json()["meta"]["result_count"])
        return answer

    def _fits(self, post: Post, query: str) -> bool:
        tests: dict[str, Callable[[str], bool]] = {
            "conversation_id": lambda value: post.root == value and post.id != value,
            "from": lambda value: value.lower().lstrip("@") in (post.author.username.lower(), post.author.id),
            "to": lambda value: (
                (answered := self._of(post.reply_to)) is not None
                and answered.username.lower() == value.lower()
            ),
            "is": lambda value: {"reply": bool(post.reply_to), "quote": bool(post.quotes)}.get(value, False),
        }
        for minus, name, value in re.findall(r"(-?)(?:(\w+):)?(\S+)", query):
            test = tests.get(name)
            fits = test(value) if test else value.lower() in post.text.lower()
            if fits is bool(minus):
                return False
        return True

    def quotes(self, call: Call, post_id: str) -> Answer:
        """Who quoted a post."""
        found = [post for post in self._visible(call) if post.quotes == post_id]
        return self._list(call, call.within(found), call.number("max_results", 10, 100, 10))

    def by_ids(self, call: Call) -> Answer:
        """Posts by ids; those that are not there are told beside them."""
        wanted = [one for one in call.request.first("ids").split(",") if one]
        if not 1 <= len(wanted) <= 100:
            raise invalid("ids", "", "size must be between 1 and 100")
        found, errors = [], []
        for one in wanted:
            post = self.network.newest(one)
            if post is None or post.deleted:
                errors.append(lost("tweet", "ids", one))
            elif not self.network.sees(call.token.user, post):
                errors.append(lost("tweet", "ids", one, "not-authorized-for-resource"))
            elif post not in found:
                found.append(post)
        views = Views(call)
        self.pay(0.005 * len(found))
        return json_answer(views.answer([views.post(post) for post in found], found, errors))

    def one(self, call: Call, post_id: str) -> Answer:
        """One post."""
        post = self.network.newest(post_id)
        if post is None or post.deleted:
            raise _Lost(lost("tweet", "id", post_id))
        if not self.network.sees(call.token.user, post):
            raise _Lost(lost("tweet", "id", post_id, "not-authorized-for-resource"))
        views = Views(call)
        return json_answer(views.answer(views.post(post), [post], []))

    def create(self, call: Call) -> Answer:
        """Post, or answer a post. Raises ApiError for what X does not let an app say."""
        call.need("tweet.read", "tweet.write", "users.read")
        fields = self._fields(call)
        text = fields.get("text", "")
        if not isinstance(text, str) or not text.strip():
            raise invalid("text", str(text), "text is required")
        reply = fields.get("reply")
        above = self._above(call, reply) if reply is not None else None
        if weight(text) > self.network.quirks.longest:
            raise ApiError(403, "Forbidden", _DENIED)
        self._not_again(call.me, text, above)
        left_out = reply.get("exclude_reply_user_ids", []) if reply else []
        made = self.network.write(call.me, text, to=above, leave_out=left_out)
        self.pay(0.2 if LINK.search(text) else 0.01 if above else 0.015)
        data = {"id": made.id, "text": made.text, "edit_history_tweet_ids": made.edits}
        return json_answer(Views(call).spelled({"data": data}), 201)

    def _fields(self, call: Call) -> dict[str, Any]:
        try:
            fields = call.request.json()
        except ValueError as error:
            raise ApiError(
                400, "Invalid Request", "The request body is no JSON.", "invalid-request"
            ) from error
        known = {
            "text",
            "reply",
            "reply_settings",
            "quote_tweet_id",
            "media",
            "poll",
            "for_super_followers_only",
        }
        for name in set(fields) - known:
            raise invalid(name, str(fields[name]), f"[{name}] is not allowed")
        if "quote_tweet_id" in fields:
            raise ApiError(403, "Forbidden", _DENIED)
        reply = fields.get("reply")
        if reply is not None:
            for name in set(reply) - {
                "in_reply_to_tweet_id",
                "exclude_reply_user_ids",
                "auto_populate_reply_metadata",
            }:
                raise invalid(f"reply.{name}", str(reply[name]), f"[{name}] is not allowed")
        return dict(fields)

    def _above(self, call: Call, reply: dict[str, Any]) -> Post:
        above = self.network.newest(str(reply.get("in_reply_to_tweet_id")))
        if above is None or not self.network.sees(call.me, above):
            words = "You attempted to reply to a Tweet that is deleted or not visible to you."
            raise ApiError(403, "Forbidden", words)
        named = self.network.named(above)
        summoned = call.me in named or above.author is call.me
        if self.network.quirks.summoned_only and not summoned:
            raise ApiError(403, "Forbidden", _NOT_SUMMONED)
        closed = above.reply_settings != "everyone" and call.me not in named and above.author is not call.me
        if closed or call.me.id in above.author.blocked:
            raise ApiError(403, "Forbidden", _DENIED)
        return above

    def _not_again(self, me: User, text: str, above: Post | None) -> None:
        day = self.network.clock.now() - timedelta(days=1)
        where = above.id if above else ""
        for post in self.network.posts.values():
            same = post.author is me and post.typed == text and post.reply_to == where and not post.deleted
            if same and post.at >= day and self.network.quirks.no_duplicates:
                words = "You are not allowed to create a Tweet with duplicate content."
                raise ApiError(403, "Forbidden", words)

    def delete(self, call: Call, post_id: str) -> Answer:
        """Delete an own post."""
        call.need("tweet.read", "tweet.write", "users.read")
        post = self.network.posts.get(post_id)
        if post is None or post.author is not call.me:
            words = "You are not authorized to delete this Tweet." if post else "That page does not exist."
            raise ApiError(403, "Forbidden", words)
        post.deleted = True
        self.pay(0.01)
        return json_answer({"data": {"deleted": True}})

    def hide(self, call: Call, post_id: str) -> Answer:
        """Hide an answer in an own conversation."""
        call.need("tweet.moderate.write")
        post = self.network.posts.get(post_id)
        if post is None or self._of(post.root) is not call.me or not post.reply_to:
            raise ApiError(403, "Forbidden", _DENIED)
        post.hidden = bool(call.request.json().get("hidden"))
        return json_answer({"data": {"hidden": post.hidden}})

    def people(self, call: Call, user_id: str, which: str) -> Answer:
        """Whom the caller muted or blocked."""
        if user_id != call.me.id:
            raise ApiError(403, "Forbidden", _DENIED)
        ids = call.me.muted if which == "muting" else call.me.blocked
        found = [self.network.users[one] for one in sorted(ids)]
        page, tokens = call.page(found, call.number("max_results", 1, 1000, 100))
        views = Views(call)
        return json_answer(
            views.answer([views.user(u) for u in page], [], [], {"result_count": len(page), **tokens})
        )

    def mute(self, call: Call, user_id: str, target: str = "") -> Answer:
        """Mute somebody, or end that."""
        call.need("mute.write")
        if user_id != call.me.id:
            raise ApiError(403, "Forbidden", _DENIED)
        on = call.request.method == "POST"
        other = self._user(str(call.request.json().get("target_user_id")) if on else target)
        (call.me.muted.add if on else call.me.muted.discard)(other.id)
        return json_answer({"data": {"muting": on}})


class _Lost(ApiError):
    """One thing that cannot be had: status 200, and only errors."""

    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(200, str(error["title"]), str(error["detail"]))
        self.error = error

    def answer(self, **headers: str) -> Answer:
        """The answer."""
        return json_answer({"errors": [self.error]}).with_headers(**headers)
