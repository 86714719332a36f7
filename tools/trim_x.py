"""Cut what X's own client says of its API to the operations that convo's tests check against.

    npm install --ignore-scripts twitter-api-sdk@1.2.1
    python tools/trim_x.py node_modules/twitter-api-sdk tests/adapters/data/x

Writes `operations.json`: query parameters of each operation, the values that list parameters take, and the fields of
posts and users. It names the package and version. The package has the older spelling (tweet.fields).
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

OPERATIONS = {
    "findMyUser": "GET /2/users/me",
    "findUserById": "GET /2/users/{id}",
    "findUsersById": "GET /2/users",
    "findUserByUsername": "GET /2/users/by/username/{username}",
    "findUsersByUsername": "GET /2/users/by",
    "usersIdMentions": "GET /2/users/{id}/mentions",
    "usersIdTweets": "GET /2/users/{id}/tweets",
    "usersIdMuting": "GET /2/users/{id}/muting",
    "usersIdMute": "POST /2/users/{id}/muting",
    "usersIdUnmute": "DELETE /2/users/{source_user_id}/muting/{target_user_id}",
    "usersIdBlocking": "GET /2/users/{id}/blocking",
    "findTweetsById": "GET /2/tweets",
    "findTweetById": "GET /2/tweets/{id}",
    "tweetsRecentSearch": "GET /2/tweets/search/recent",
    "findTweetsThatQuoteATweet": "GET /2/tweets/{id}/quote_tweets",
    "createTweet": "POST /2/tweets",
    "deleteTweetById": "DELETE /2/tweets/{id}",
    "hideReplyById": "PUT /2/tweets/{tweet_id}/hidden",
}
LISTS = ("MediaFieldsParameter", "TweetExpansionsParameter", "TweetFieldsParameter", "UserFieldsParameter",
         "UserExpansionsParameter", "PollFieldsParameter", "PlaceFieldsParameter")  # fmt: skip
SCHEMAS = ("Tweet", "User", "TweetCreateRequest")


def block(text: str, head: str, indent: int) -> str:
    """What stands between the braces of a type at a depth."""
    spaces = " " * indent
    found = re.search(rf"^{spaces}{head}\??: {{\n(.*?)^{spaces}}}", text, re.M | re.S)
    return found[1] if found else ""


def names(text: str, indent: int) -> list[str]:
    """The fields at a depth, those that may be missing with a "?"."""
    return re.findall(rf'^{" " * indent}"?([\w.]+"?\??):', text, re.M)


def main(package: Path, target: Path) -> None:
    """Read the package and write the fixture."""
    version = json.loads((package / "package.json").read_text())["version"]
    text = (package / "dist" / "gen" / "openapi-types.d.ts").read_text()
    operations = {}
    for name, place in OPERATIONS.items():
        query = block(block(block(text, name, 4), "parameters", 8), "query", 12)
        operations[place] = [one.replace('"', "") for one in names(query, 16)]
    lists = {}
    for name in LISTS:
        found = re.search(rf"^        {name}: (.*)\[\];$", text, re.M)
        lists[name] = re.findall(r'"([^"]+)"', found[1]) if found else []
    schemas = {name: names(block(text, name, 8), 12) for name in SCHEMAS}
    if not all(lists.values()) or not all(schemas.values()):
        raise SystemExit("the package has another form")
    target.mkdir(parents=True, exist_ok=True)
    source = f"twitter-api-sdk {version} dist/gen/openapi-types.d.ts"
    written = {"source": source, "operations": operations, "lists": lists, "schemas": schemas}
    (target / "operations.json").write_text(json.dumps(written, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
