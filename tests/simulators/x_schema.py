"""X's API by its own client: which parameters an operation takes, and what is wrong with requests."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from tests.simulators.messages import Request

DATA = Path(__file__).parent.parent / "adapters" / "data" / "x" / "operations.json"
_LISTS = {
    "tweet.fields": "TweetFieldsParameter",
    "media.fields": "MediaFieldsParameter",
    "user.fields": "UserFieldsParameter",
    "poll.fields": "PollFieldsParameter",
    "place.fields": "PlaceFieldsParameter",
}
LATER = {"note_tweet", "article", "community_id", "display_text_range"}
"""Fields of posts that came after the package."""


@lru_cache(maxsize=1)
def described() -> dict[str, Any]:
    """The description."""
    found: dict[str, Any] = json.loads(DATA.read_text())
    return found


def operation(method: str, path: str) -> str:
    """The described operation of a request, "" when there is none."""
    for name in sorted(described()["operations"], key=lambda one: one.count("{")):
        verb, _, template = name.partition(" ")
        if verb == method and re.fullmatch(re.sub(r"{\w+}", r"[^/]+", template), path):
            return str(name)
    return ""


def parameters(method: str, path: str) -> set[str]:
    """The query parameters of an operation."""
    return {one.rstrip("?") for one in described()["operations"][operation(method, path)]}


def values(method: str, path: str, name: str) -> set[str]:
    """What a list parameter may have; nothing for any."""
    if name == "expansions":
        users = re.search(r"/users(/me|/by|/\d+)?$|muting|blocking", path)
        return set(described()["lists"]["UserExpansionsParameter" if users else "TweetExpansionsParameter"])
    found = set(described()["lists"].get(_LISTS.get(name, ""), ()))
    return found | LATER if name == "tweet.fields" else found


def older(name: str) -> str:
    """A name of the newer spelling in the older one, which the package has."""
    changes = {
        "post.fields": "tweet.fields",
        "referenced_posts": "referenced_tweets",
        "note_post": "note_tweet",
    }
    return changes.get(
        name, name.replace("referenced_posts", "referenced_tweets").replace("_post_ids", "_tweet_ids")
    )


def complaints(requests: Iterable[Request]) -> list[str]:
    """What is wrong with these requests by X's own client; sign-ins are left out."""
    return [
        f"{request.method} {request.target}: {words}"
        for request in requests
        if not request.path.startswith("/2/oauth2/")
        for words in _check(request)
    ]


def _check(request: Request) -> Iterator[str]:
    if not operation(request.method, request.path):
        yield "is not described"
        return
    known = parameters(request.method, request.path)
    for name, value in request.query:
        name = older(name)
        allowed = values(request.method, request.path, name)
        if name not in known:
            yield f"the query parameter {name} is not described"
        elif allowed:
            wrong = {older(one) for one in value.split(",")} - allowed
            yield from (f"{name} has no value {one}" for one in sorted(wrong))
    if operation(request.method, request.path) == "POST /2/tweets":
        fields = {one.rstrip("?") for one in described()["schemas"]["TweetCreateRequest"]}
        yield from (f"no field {name}" for name in sorted(set(request.json()) - fields))
