"""A simulated Reddit's things as JSON, karma and scores included."""

from __future__ import annotations

from html import escape
from typing import Any

from tests.simulators._reddit_state import Comment, Letter, Link, Redditor

MANY, MORE = 7777, 8888


def listing(
    children: list[dict[str, Any]], after: str | None = None, kind: str = "Listing"
) -> dict[str, Any]:
    """A list of things."""
    data = {"after": after, "before": None, "children": children, "dist": len(children), "modhash": ""}
    return {"kind": kind, "data": data}


def me(person: Redditor) -> dict[str, Any]:
    """`/api/v1/me`."""
    return {
        "id": person.fullname[3:],
        "name": person.name,
        "created_utc": 1500000000.0,
        "link_karma": MANY,
        "comment_karma": MORE,
        "total_karma": MANY,
        "inbox_count": 1,
        "has_mail": True,
        "is_suspended": False,
        "over_18": False,
        "subreddit": {"display_name": f"u_{person.name}", "subscribers": MANY},
    }


def link(one: Link) -> dict[str, Any]:
    """A post."""
    author = {"author": "[deleted]"} if one.deleted else {"author": one.author.name}
    view: dict[str, Any] = {
        **author,
        "id": one.id,
        "name": one.fullname,
        "title": one.title,
        "selftext": "[deleted]" if one.deleted else one.selftext,
        "is_self": True,
        "subreddit": one.subreddit,
        "subreddit_subscribers": MANY,
        "permalink": one.permalink,
        "url": f"https://www.reddit.com{one.permalink}",
        "locked": one.locked,
        "archived": one.archived,
        "over_18": one.over_18,
        "created_utc": one.created.timestamp(),
        "edited": False,
        "score": MANY,
        "ups": MORE,
        "downs": 0,
        "upvote_ratio": 0.7777,
        "num_comments": MANY,
        "num_crossposts": MORE,
        "gilded": MANY,
        "total_awards_received": MORE,
        "all_awardings": [{"count": MANY}],
        "view_count": None,
    }
    if not one.deleted:
        view["author_fullname"] = one.author.fullname
    return {"kind": "t3", "data": view}


def comment(one: Comment, replies: Any = "") -> dict[str, Any]:
    """A comment; one that is gone keeps its place."""
    body = "[deleted]" if one.deleted else "[removed]" if one.removed else one.body
    gone = one.deleted or one.removed
    view: dict[str, Any] = {
        "id": one.id,
        "name": one.fullname,
        "parent_id": one.parent,
        "link_id": one.link.fullname,
        "link_title": one.link.title,
        "link_author": one.link.author.name,
        "subreddit": one.link.subreddit,
        "author": "[deleted]" if gone else one.author.name,
        "body": body,
        "body_html": f'<div class="md"><p>{escape(body, quote=False)}</p>\n</div>',
        "created_utc": one.created.timestamp(),
        "edited": one.edited.timestamp() if one.edited else False,
        "permalink": f"{one.link.permalink}{one.id}/",
        "locked": one.locked,
        "archived": one.link.archived,
        "stickied": False,
        "collapsed": False,
        "distinguished": None,
        "send_replies": True,
        "score": MANY,
        "ups": MORE,
        "downs": 0,
        "likes": None,
        "controversiality": MANY,
        "gilded": MANY,
        "all_awardings": [{"count": MORE}],
        "total_awards_received": MANY,
        "num_reports": MANY,
        "replies": replies,
    }
    if not gone:
        view["author_fullname"] = one.author.fullname
    return {"kind": "t1", "data": view | one.extra}


def letter(one: Letter, to: Redditor) -> dict[str, Any]:
    """A comment as it lies in the inbox."""
    view = comment(one.comment)["data"]
    kept = (
        "id",
        "name",
        "parent_id",
        "link_title",
        "subreddit",
        "author",
        "body",
        "body_html",
        "created_utc",
    )
    data = {name: view[name] for name in (*kept, "distinguished", "score", "num_reports", "likes")}
    if "author_fullname" in view:
        data["author_fullname"] = view["author_fullname"]
    data |= {
        "link_id": one.comment.link.fullname,
        "subject": one.subject,
        "type": one.subject.replace(" ", "_"),
        "was_comment": True,
        "new": one.new,
        "dest": to.name,
        "context": f"{one.comment.link.permalink}{one.comment.id}/?context=3",
        "num_comments": MANY,
        "first_message": None,
        "replies": "",
    }
    return {"kind": "t1", "data": data | one.comment.extra}


def more(parent: str, hidden: list[Comment]) -> dict[str, Any]:
    """What is only named: comments by id, or, without any, a thread that goes on elsewhere."""
    first = hidden[0] if hidden else None
    return {
        "kind": "more",
        "data": {
            "count": len(hidden),
            "name": first.fullname if first else "t1__",
            "id": first.id if first else "_",
            "parent_id": parent,
            "depth": 1,
            "children": [one.id for one in hidden],
        },
    }
