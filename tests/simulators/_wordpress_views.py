"""A simulated WordPress's objects as its REST API shows them, key for key as a real one does."""

from __future__ import annotations

from datetime import datetime
from hashlib import md5
from typing import Any

from tests.simulators._wordpress_state import CAPABILITIES, Comment, Post, SiteState, User, rendered

STATUS = {"1": "approved", "0": "hold"}


class Views:
    """Views of one site for one request."""

    def __init__(self, site: SiteState, home: str) -> None:
        self.site = site
        self.home = home

    def rest(self, path: str) -> str:
        """The address of a route."""
        options = self.site.options
        if options.pretty:
            return f"{self.home}/{options.prefix}{path}"
        place, _, query = path.partition("?")
        return f"{self.home}/?rest_route={place}" + (f"&{query}" if query else "")

    def permalink(self, post: Post) -> str:
        if not self.site.options.pretty:
            return f"{self.home}/?p={post.id}"
        return f"{self.home}/{post.at:%Y/%m/%d}/post-{post.id}/"

    def _local(self, when: datetime) -> str:
        return f"{when + self.site.options.timezone:%Y-%m-%dT%H:%M:%S}"

    def index(self) -> dict[str, Any]:
        """What `/wp-json/` says; `routes` is left out but for one."""
        passwords = {"endpoints": {"authorization": f"{self.home}/wp-admin/authorize-application.php"}}
        able = self.site.options.application_passwords
        return {
            "name": "Simulated blog",
            "description": "",
            "url": self.home,
            "home": self.home,
            "gmt_offset": 0,
            "timezone_string": "UTC",
            "namespaces": ["oembed/1.0", "wp/v2", "wp-site-health/v1", "wp-block-editor/v1"],
            "authentication": {"application-passwords": passwords} if able else [],
            "site_logo": 0,
            "site_icon": 0,
            "site_icon_url": "",
            "_links": {"help": [{"href": "https://developer.wordpress.org/rest-api/"}]},
        }

    def user(self, user: User, context: str) -> dict[str, Any]:
        view: dict[str, Any] = {
            "id": user.id,
            "name": user.name,
            "url": self.home,
            "description": "",
            "link": f"{self.home}/author/{user.login}/",
            "slug": user.login,
            "avatar_urls": _avatars(user.email),
            "meta": [],
            "_links": {
                "self": [{"href": self.rest(f"/wp/v2/users/{user.id}")}],
                "collection": [{"href": self.rest("/wp/v2/users")}],
            },
        }
        if context == "edit":
            view |= {
                "username": user.login,
                "first_name": "",
                "last_name": "",
                "email": user.email,
                "locale": "en_US",
                "nickname": user.login,
                "roles": [user.role],
                "registered_date": "2026-11-22T07:48:57+00:00",
                "capabilities": dict.fromkeys(sorted(CAPABILITIES[user.role]), True),
                "extra_capabilities": {user.role: True},
            }
        return view

    def post(self, post: Post) -> dict[str, Any]:
        kind = "pages" if post.type == "page" else "posts"
        at, gmt = self._local(post.at), f"{post.at:%Y-%m-%dT%H:%M:%S}"
        return {
            "id": post.id,
            "date": at,
            "date_gmt": gmt,
            "guid": {"rendered": f"{self.home}/?p={post.id}"},
            "modified": at,
            "modified_gmt": gmt,
            "slug": f"post-{post.id}",
            "status": post.status,
            "type": post.type,
            "link": self.permalink(post),
            "title": {"rendered": post.title},
            "content": {"rendered": post.content + "\n", "protected": False},
            "excerpt": {"rendered": post.content + "\n", "protected": False},
            "author": post.author,
            "featured_media": 0,
            "comment_status": post.comment_status,
            "ping_status": "open",
            "sticky": False,
            "template": "",
            "format": "standard",
            "meta": [],
            "categories": [1],
            "tags": [],
            "_links": {
                "self": [{"href": self.rest(f"/wp/v2/{kind}/{post.id}")}],
                "collection": [{"href": self.rest(f"/wp/v2/{kind}")}],
            },
        }

    def comment(self, comment: Comment, context: str) -> dict[str, Any]:
        post = self.site.posts.get(comment.post)
        view: dict[str, Any] = {
            "id": comment.id,
            "post": comment.post,
            "parent": comment.parent,
            "author": comment.author,
            "author_name": comment.name,
            "author_url": comment.url,
            "date": self._local(comment.at),
            "date_gmt": f"{comment.at:%Y-%m-%dT%H:%M:%S}",
            "content": {"rendered": rendered(comment.content)},
            "link": f"{self.permalink(post)}#comment-{comment.id}" if post else "",
            "status": STATUS.get(comment.status, comment.status),
            "type": comment.type,
            "author_avatar_urls": _avatars(comment.email),
            "meta": [],
            "_links": self._links(comment, post),
        }
        if context == "edit":
            view |= {
                "author_email": comment.email,
                "author_ip": "127.0.0.1",
                "author_user_agent": "simulated",
            }
            view["content"]["raw"] = comment.content
        return view

    def _links(self, comment: Comment, post: Post | None) -> dict[str, Any]:
        links: dict[str, Any] = {
            "self": [{"href": self.rest(f"/wp/v2/comments/{comment.id}")}],
            "collection": [{"href": self.rest("/wp/v2/comments")}],
        }
        if comment.author:
            href = self.rest(f"/wp/v2/users/{comment.author}")
            links["author"] = [{"embeddable": True, "href": href}]
        if post:
            kind = "pages" if post.type == "page" else "posts"
            href = self.rest(f"/wp/v2/{kind}/{post.id}")
            links["up"] = [{"embeddable": True, "post_type": post.type, "href": href}]
        if comment.parent:
            href = self.rest(f"/wp/v2/comments/{comment.parent}")
            links["in-reply-to"] = [{"embeddable": True, "href": href}]
        if any(other.parent == comment.id for other in self.site.comments.values()):
            href = self.rest(f"/wp/v2/comments?parent={comment.id}")
            links["children"] = [{"embeddable": True, "href": href}]
        return links


def picked(view: dict[str, Any], fields: str) -> dict[str, Any]:
    """What `_fields` leaves of a view; only of `_links` a part can be named, with a dot: other parts bring nothing."""
    if not fields:
        return view
    kept: dict[str, Any] = {}
    for way in fields.split(","):
        source, target = view, kept
        *outer, last = way.strip().split(".")
        if outer and outer[0] != "_links":
            continue
        for name in outer:
            inner = source.get(name)
            if not isinstance(inner, dict):
                break
            source, target = inner, target.setdefault(name, {})
        else:
            if last in source:
                target[last] = source[last]
    return kept


def _avatars(email: str) -> dict[str, str]:
    name = md5(email.lower().encode(), usedforsecurity=False).hexdigest()
    base = f"http://0.gravatar.com/avatar/{name}"
    return {size: f"{base}?s={size}&d=mm&r=g" for size in ("24", "48", "96")}
