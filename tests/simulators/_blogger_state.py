"""The state of a simulated Blogger: authors, blogs, posts, comments and their states."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

from convo.clock import Clock

PROFILE = "https://www.blogger.com/profile"
STATUSES = ("LIVE", "EMPTIED", "PENDING", "SPAM")


@dataclass
class Options:
    """What differs between blogs, or is not documented."""

    newest_first: bool = True
    page_most: int = 100
    """Items a page however many are asked for."""
    short_pages: bool = False
    """Pages hold fewer than was asked for although there are more."""
    moderated: bool = False
    """New comments of others wait for approval."""
    offset: timedelta = timedelta(hours=-8)
    """Times are given with the blog's offset."""
    scopes: tuple[str, ...] = ("https://www.googleapis.com/auth/blogger",)
    quota: str = ""
    """A reason of `usageLimits` that every call is refused with."""


@dataclass
class Author:
    """Somebody with a profile; whoever has no id writes anonymously."""

    id: str
    name: str


@dataclass
class Post:
    """A post of a blog."""

    id: str
    blog: str
    author: Author
    title: str
    url: str
    published: datetime
    comments: str = "ALLOW"
    """`readerComments`: ALLOW, DONT_ALLOW_SHOW_EXISTING or DONT_ALLOW_HIDE_EXISTING."""


@dataclass
class Comment:
    """A comment; `parent` is another's id, "" for none."""

    id: str
    post: Post
    author: Author
    content: str
    published: datetime
    parent: str = ""
    status: str = "LIVE"
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass
class Blogs:
    """The database, seen by one signed-in user."""

    clock: Clock
    options: Options = field(default_factory=Options)
    authors: dict[str, Author] = field(default_factory=dict)
    blogs: dict[str, str] = field(default_factory=dict)
    posts: dict[str, Post] = field(default_factory=dict)
    comments: dict[str, Comment] = field(default_factory=dict)
    last: int = 5_310_628_572_012_276_000

    def number(self) -> str:
        """The next id: larger than what a float holds exactly."""
        self.last += 714
        return str(self.last)

    def author(self, name: str) -> Author:
        """Somebody by name; made when first asked for."""
        if name not in self.authors:
            self.authors[name] = Author(f"14538221{len(self.authors) + 1:012}", name.title())
        return self.authors[name]

    def add_blog(self, name: str) -> str:
        """A blog of the user's; gives its id."""
        number = self.number()
        self.blogs[number] = name
        return number

    def add_post(self, blog: str, author: Author, title: str, *, at: datetime | None = None) -> Post:
        """A post."""
        number, when = self.number(), at or self.clock.now()
        url = f"http://simulated.blogspot.com/{when:%Y/%m}/post-{number[-6:]}.html"
        self.posts[number] = Post(number, blog, author, title, url, when)
        return self.posts[number]

    def add_comment(
        self,
        post: Post,
        author: Author,
        content: str,
        *,
        parent: str = "",
        at: datetime | None = None,
        status: str = "",
    ) -> Comment:
        """A comment; others' wait for approval where the blog is moderated."""
        waits = self.options.moderated and author is not post.author
        when = (at or self.clock.now()).replace(microsecond=0)
        state = status or ("PENDING" if waits else "LIVE")
        made = Comment(self.number(), post, author, content, when, parent, state)
        self.comments[made.id] = made
        return made

    def empty(self, comment: Comment) -> None:
        """Take the content away and keep the place."""
        comment.status, comment.content = "EMPTIED", ""

    def delete(self, comment: Comment) -> None:
        """For good; answers keep the id of what they answer."""
        self.comments.pop(comment.id, None)

    def stamp(self, when: datetime) -> str:
        """A time with the blog's offset, to the second."""
        return when.astimezone(timezone(self.options.offset)).isoformat(timespec="seconds")
