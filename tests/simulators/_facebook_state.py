"""The state of a simulated Facebook: one Page, its posts, what people wrote on it, and the options of the platform."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from convo.clock import Clock

PAGE_ID = "1122334455"


@dataclass
class Options:
    """What differs between apps and Pages, or is not documented."""

    named: bool = True
    """`from` is given for people; it is missing below Advanced access. The Page itself is always named."""
    tagged_named: bool = False
    """`from` is given on posts that tag the Page."""
    fragile: bool = False
    """A cursor becomes invalid when items of its list come or go."""
    stream_first: bool = False
    """`filter=stream` is chronological whatever `order` asks; else `order` wins."""
    since: bool = True
    """`since` of comments is heeded, on created_time; else it is ignored."""
    lag: float = 0
    """Seconds until what an app wrote stands in lists."""
    node_lag: bool = False
    """What is not in lists yet cannot be read by its id either."""
    once: bool = False
    """The same words of the Page to the same target are refused with 506."""
    longest: int = 8000
    short_ids: bool = False
    """Comments read by id, parents and answers to writes give only the last part of their ids."""
    bare: bool = False
    """The answer to a reply is `{"success": true}`, without its id."""
    used: int = 3
    """Percent of the limits that headers tell while no budget counts."""
    heavy: int = 0
    """Items, nested ones included, that one request may ask for; more is "reduce the amount of data". 0: any."""
    budget: int = 0
    """Calls in 24 hours with a Page token; 0 counts nothing."""
    token_status: int = 400
    """HTTP status of errors about tokens; 401 was seen too."""
    cascading: bool = True
    """With a comment go its replies; else they stay, and their parent cannot be read."""


@dataclass(frozen=True)
class Person:
    """Somebody by page-scoped id, or a Page."""

    id: str
    name: str
    page: bool = False


@dataclass(eq=False)
class Post:
    """A post: of the Page, of a visitor on it, or one elsewhere that tags it."""

    id: str
    author: Person
    message: str
    created: datetime
    updated: datetime
    kind: str = "published"
    """published, visitor or tagged."""
    open: bool = True
    """Comments are allowed."""
    extra: dict[str, Any] = field(default_factory=dict)
    """Fields in the place of those it would have; None leaves one out."""

    @property
    def number(self) -> str:
        return self.id.rpartition("_")[2]

    @property
    def permalink(self) -> str:
        return f"https://www.facebook.com/{self.id.partition('_')[0]}/posts/{self.number}"


@dataclass(eq=False)
class Comment:
    """A comment; `parent` is the comment that it stands under, always one of the top level."""

    number: str
    post: Post
    author: Person
    message: str
    created: datetime
    listed: datetime
    """When it stands in lists."""
    parent: Comment | None = None
    hidden: bool = False
    open: bool = True
    filtered: bool = False
    """Only `filter=stream` shows it."""
    withheld: bool = False
    """Its place in a list is counted, but privacy keeps it out of the answer."""
    tags: list[dict[str, Any]] = field(default_factory=list)
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return f"{self.post.number}_{self.number}"

    @property
    def permalink(self) -> str:
        if self.parent is None:
            return f"{self.post.permalink}?comment_id={self.number}"
        return f"{self.post.permalink}?comment_id={self.parent.number}&reply_comment_id={self.number}"


@dataclass
class PageState:
    """The database of one Page."""

    clock: Clock
    options: Options = field(default_factory=Options)
    page: Person = field(default_factory=lambda: Person(PAGE_ID, "Convo Page", page=True))
    people: dict[str, Person] = field(default_factory=dict)
    posts: dict[str, Post] = field(default_factory=dict)
    """By the last part of their ids."""
    comments: dict[str, Comment] = field(default_factory=dict)
    """By the last part of their ids."""
    blocked: dict[str, Person] = field(default_factory=dict)
    abusive_until: datetime | None = None
    """Writes are refused with 368 till then, and each try makes it longer."""
    last: int = 122_100_200_300_400_500

    def moment(self, at: datetime | None = None) -> datetime:
        """A time to the second, the present when none is given."""
        return (at or self.clock.now()).replace(microsecond=0)

    def number(self) -> str:
        """The next id, too large for 53 bits."""
        self.last += 97
        return str(self.last)

    def person(self, name: str) -> Person:
        """Somebody by a short name; made when first asked for. "me" is the Page."""
        if name == "me":
            return self.page
        if name not in self.people:
            self.people[name] = Person(str(7_000_000_000_000_001 + len(self.people)), f"{name.title()} Test")
        return self.people[name]

    def by_id(self, number: str) -> Person | None:
        """Somebody by id."""
        return next((one for one in self.people.values() if one.id == number), None)

    def add_post(
        self, author: Person, message: str, *, kind: str = "published", at: datetime | None = None
    ) -> Post:
        """A post on the Page; one that tags it stands at its author's."""
        number, when = self.number(), self.moment(at)
        owner = author.id if kind == "tagged" else self.page.id
        self.posts[number] = Post(f"{owner}_{number}", author, message, when, when, kind)
        return self.posts[number]

    def add_comment(
        self,
        target: Post | Comment,
        author: Person,
        message: str,
        *,
        at: datetime | None = None,
        lag: float = 0,
    ) -> Comment:
        """A comment; a reply to a reply stands under the comment of the top level."""
        parent = (target.parent or target) if isinstance(target, Comment) else None
        post = target.post if isinstance(target, Comment) else target
        number, when = self.number(), self.moment(at)
        listed = when + timedelta(seconds=lag)
        made = Comment(number, post, author, message, when, listed, parent)
        self.comments[number] = made
        post.updated = max(post.updated, when)
        return made

    def naming(self, comment: Comment, who: Person) -> None:
        """Put somebody's name before the words, as Facebook does for a reply to a reply."""
        kind = "page" if who.page else "user"
        comment.message = f"{who.name} {comment.message}"
        tag = {"id": who.id, "name": who.name, "type": kind, "offset": 0, "length": len(who.name)}
        comment.tags = [tag]

    def found(self, number: str) -> Post | Comment | None:
        """A post or comment by its id, whole or only its last part."""
        last = number.rpartition("_")[2]
        return self.posts.get(last) or self.comments.get(last)

    def below(self, comment: Comment) -> Iterator[Comment]:
        """The replies to a comment."""
        return (one for one in self.comments.values() if one.parent is comment)

    def remove(self, what: Post | Comment) -> None:
        """Delete for good, with what stands below."""
        if isinstance(what, Post):
            del self.posts[what.number]
            gone = [one for one in self.comments.values() if one.post is what]
        else:
            del self.comments[what.number]
            gone = list(self.below(what)) if self.options.cascading else []
        for one in gone:
            del self.comments[one.number]

    def visible(self, comment: Comment) -> bool:
        """Whether lists show it by now."""
        return comment.listed <= self.clock.now()
