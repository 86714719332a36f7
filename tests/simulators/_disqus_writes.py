"""What is changed on a simulated Disqus: answers, own words, the states that moderators set."""

from __future__ import annotations

from typing import Any

from tests.simulators._disqus_api import Api, Call, CodeError, given
from tests.simulators._disqus_state import Post, Site
from tests.simulators.messages import Answer


class Writes:
    """The POST methods."""

    def __init__(self, site: Site, api: Api) -> None:
        self.site = site
        self.api = api

    def create(self, call: Call) -> Answer:
        """posts/create: the parent alone names the thread."""
        me, words = call.user, call.needed("message")
        if call.one("author_name") or call.one("author_email"):
            raise CodeError(2, "Invalid argument, 'author_name': You may not specify a guest while signed in")
        parent = self.api.post_of(call.one("parent")) if call.one("parent") else None
        thread = parent.thread if parent else self.site.threads.get(call.needed("thread"))
        if thread is None:
            raise CodeError(8, "Unable to find thread", 404)
        if self.site.options.captcha:
            raise CodeError(19, "You must complete a captcha")
        if thread.closed:
            raise CodeError(2, "This thread is closed.")
        if parent is not None and parent.deleted:
            raise CodeError(2, "Invalid argument, 'parent': post was deleted")
        if len(words) > self.site.options.longest:
            raise CodeError(2, f"Invalid argument, 'message': at most {self.site.options.longest} characters")
        same = [one for one in self.site.posts.values() if (one.author, one.thread) == (me, thread)]
        if self.site.options.once and any(one.raw == words and not one.deleted for one in same):
            raise CodeError(2, "You have already posted this message.")
        if self.site.options.maintenance == "lost":
            raise CodeError(21, "The site is under maintenance, your post was not saved", 503)
        made = self.site.add_post(thread, me, words, parent=parent.id if parent else "")
        if self.site.options.maintenance == "saved":
            raise CodeError(
                20, "The site is under maintenance, your post is saved and will be visible later", 503
            )
        return given(self.api.view(made, call.every("related")))

    def _mine(self, call: Call, number: str) -> Post:
        """A post that the caller may change. Raises CodeError."""
        post = self.api.post_of(number)
        if post.author is not call.user and not self.site.moderates(call.user, post.thread.forum):
            raise CodeError(12, "You do not have permission to perform this action", 403)
        return post

    def update(self, call: Call) -> Answer:
        """posts/update."""
        words, post = call.needed("message"), self._mine(call, call.needed("post"))
        if post.deleted:
            raise CodeError(8, "Unable to find post", 404)
        post.raw, post.edited = words, True
        return given(self.api.view(post, call.every("related")))

    def remove(self, call: Call) -> Answer:
        """posts/remove: own posts, and any where the caller moderates; more than once is fine."""
        call.needed("post")
        posts = [self._mine(call, number) for number in call.every("post")]
        for post in posts:
            post.deleted, post.by_author = True, post.author is call.user
        return self._done(posts)

    def state(self, call: Call, word: str) -> Answer:
        """posts/approve, posts/spam, posts/restore: for moderators."""
        call.needed("post")
        posts = [self.api.post_of(number) for number in call.every("post")]
        if not all(self.site.moderates(call.user, post.thread.forum) for post in posts):
            raise CodeError(22, "You do not have the proper permissions", 403)
        for post in posts:
            post.spam = word == "spam"
            post.approved = word != "spam"
            post.deleted = False
        return self._done(posts)

    def _done(self, posts: list[Post]) -> Answer:
        found: list[dict[str, Any]] = [{"id": post.id} for post in posts]
        return given(found)
