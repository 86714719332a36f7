"""What a simulated WordPress keeps: users with roles, posts, comments, and the options that change its answers."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from convo.clock import Clock

CAPABILITIES = {
    "administrator": frozenset(
        {"read", "edit_posts", "edit_others_posts", "moderate_comments", "unfiltered_html", "manage_options"}
    ),
    "editor": frozenset({"read", "edit_posts", "edit_others_posts", "moderate_comments", "unfiltered_html"}),
    "author": frozenset({"read", "edit_posts"}),
    "subscriber": frozenset({"read"}),
}


@dataclass
class User:
    """Somebody with a login on the site."""

    id: int
    login: str
    name: str
    role: str = "subscriber"
    password: str = ""
    """An application password, without its spaces; "" for none."""

    @property
    def email(self) -> str:
        return f"{self.login}@example.org"

    def can(self, capability: str) -> bool:
        return capability in CAPABILITIES[self.role]


@dataclass
class Post:
    """A post or a page."""

    id: int
    author: int
    title: str
    content: str
    at: datetime
    type: str = "post"
    status: str = "publish"
    comment_status: str = "open"


@dataclass
class Comment:
    """A comment: `status` is 1 (approved), 0 (held), spam or trash."""

    id: int
    post: int
    parent: int
    author: int
    name: str
    email: str
    url: str
    at: datetime
    content: str
    status: str = "1"
    type: str = "comment"
    before: str = ""
    """The status before it went to the trash or was called spam."""


@dataclass
class Options:
    """How a site is set up."""

    pretty: bool = True
    """Pretty permalinks: else only `?rest_route=` is answered, and everything else is the home page."""
    prefix: str = "wp-json"
    plain: bool = True
    """`?rest_route=` is answered, as it always is unless something in front of the site blocks it."""
    folder: str = ""
    """The folder of the site below the origin, such as "/blog"."""
    application_passwords: bool = True
    surfaced: bool = False
    """A plugin resolves the user early, so that a wrong password is said instead of being taken for nobody."""
    closed: str = ""
    """The REST API is switched off: "all" answers 404 with HTML, "anonymous" 401 to whoever is not signed in."""
    header_lost: bool = False
    """The web server drops the Authorization header."""
    trash: bool = True
    totals: bool = True
    """The X-WP-Total headers arrive."""
    moderated: bool = False
    """New comments of those who may not moderate are held."""
    flood: bool = True
    """Whoever may not moderate writes one comment in 15 seconds."""
    timezone: timedelta = timedelta(0)


@dataclass
class SiteState:
    """The database."""

    clock: Clock
    options: Options = field(default_factory=Options)
    users: dict[int, User] = field(default_factory=dict)
    posts: dict[int, Post] = field(default_factory=dict)
    comments: dict[int, Comment] = field(default_factory=dict)
    last_comment: int = 0

    def add_user(self, login: str, name: str, role: str = "subscriber", password: str = "") -> User:
        user = User(len(self.users) + 1, login, name, role, password)
        self.users[user.id] = user
        return user

    def add_post(self, author: User, title: str, *, at: datetime | None = None, **more: str) -> Post:
        number = max(self.posts, default=0) + 1
        post = Post(number, author.id, title, f"<p>{title}</p>", at or self.clock.now(), **more)
        self.posts[post.id] = post
        return post

    def add_comment(
        self,
        post: int,
        content: str,
        *,
        parent: int = 0,
        user: User | None = None,
        guest: tuple[str, str, str] = ("", "", ""),
        at: datetime | None = None,
        status: str = "1",
    ) -> Comment:
        """A comment of a user or of a guest (name, email, address)."""
        self.last_comment += 1
        name, email, url = (user.name, user.email, "") if user else guest
        when = (at or self.clock.now()).replace(microsecond=0)
        author = user.id if user else 0
        made = Comment(self.last_comment, post, parent, author, name, email, url, when, content, status)
        self.comments[made.id] = made
        return made

    def remove(self, comment: Comment) -> None:
        """Delete for good; answers move up to its parent."""
        del self.comments[comment.id]
        for other in self.comments.values():
            if other.parent == comment.id:
                other.parent = comment.parent

    def set_status(self, comment: Comment, word: str) -> bool:
        """What `handle_status_param` does; False where it says that nothing changed."""
        current = {"1": "approved", "0": "unapproved"}.get(comment.status, comment.status)
        if word == current:
            return False
        if word in ("approved", "approve", "1"):
            comment.status = "1"
        elif word in ("hold", "0"):
            comment.status = "0"
        elif word in ("spam", "trash"):
            if word == "trash" and not self.options.trash:
                self.remove(comment)
                return True
            comment.before, comment.status = comment.status, word
        elif word in ("unspam", "untrash"):
            comment.status = comment.before or "0"
        else:
            return False
        return True

    def may_edit(self, user: User | None, comment: Comment) -> bool:
        """May moderate, or may edit the post that the comment stands under."""
        if user is None:
            return False
        post = self.posts.get(comment.post)
        own = post is not None and post.author == user.id and user.can("edit_posts")
        return user.can("moderate_comments") or own

    def may_read(self, user: User | None, comment: Comment) -> bool:
        if comment.status == "1" and comment.post in self.posts:
            return True
        if user is None:
            return False
        return comment.author == user.id or self.may_edit(user, comment)


_TAG = re.compile(r"(<[^>]*>)")
_ALLOWED = re.compile(r"</?(a|abbr|b|blockquote|cite|code|del|em|i|q|s|strike|strong)\b[^>]*>", re.I)
_ADDRESS = re.compile(r"(?<![\"'=>])(https?://[^\s<]+)")


def kses(content: str) -> str:
    """What is kept of the HTML of somebody without `unfiltered_html`."""
    kept = _TAG.sub(lambda found: found[0] if _ALLOWED.fullmatch(found[0]) else "", content)
    return re.sub(r"&(?!#?\w+;)", "&amp;", kept)


def rendered(content: str) -> str:
    """As the filters of `comment_text` show it: links, curly quotes, paragraphs."""
    linked = _ADDRESS.sub(r'<a href="\1" rel="nofollow ugc">\1</a>', content)
    pieces = [one if one.startswith("<") else _texturized(one) for one in _TAG.split(linked)]
    paragraphs = [one.strip("\n") for one in re.split(r"\n\s*\n", "".join(pieces)) if one.strip()]
    return "".join(f"<p>{one.replace(chr(10), '<br />' + chr(10))}</p>\n" for one in paragraphs)


def _texturized(text: str) -> str:
    text = re.sub(r"&(?!#?\w+;)", "&#038;", text)
    text = re.sub(r'(^|[\s(])"', r"\1&#8220;", text).replace('"', "&#8221;")
    text = re.sub(r"(^|[\s(])'", r"\1&#8216;", text).replace("'", "&#8217;")
    return text.replace("...", "&#8230;").replace("--", "&#8211;").replace(" - ", " &#8211; ")
