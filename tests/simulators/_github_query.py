"""The roots of GitHub's GraphQL queries in a simulated forge: who asks, things by id and by name, the search."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from graphql import GraphQLError

from tests.simulators._github_entities import Repo, User, stamp
from tests.simulators._github_pages import Connection, connected
from tests.simulators._github_search import search_discussions, search_issues
from tests.simulators._github_state import Forge

if TYPE_CHECKING:
    from tests.simulators._github_types import Types

Json = dict[str, Any]


class Failure(Exception):
    """One field cannot be given; what is beside it is."""

    def __init__(self, kind: str, message: str, **more: Any) -> None:
        super().__init__(message)
        self.message = message
        self.more: Json = {**({"type": kind} if kind else {}), **more}


def everything(forge: Forge) -> Iterator[Any]:
    """All that has a global id."""
    yield from forge.users.values()
    yield from forge.repos.values()
    yield from forge.commits.values()
    yield from forge.everything()
    for issue in forge.issues.values():
        if not issue.deleted:
            yield from issue.threads
            yield from issue.happened


def place_of(one: Any) -> Repo | None:
    """The repository that something belongs to."""
    for name in ("repo", "issue", "discussion", "thread"):
        if hasattr(one, name):
            return place_of(getattr(one, name))
    return one if isinstance(one, Repo) else None


def node(types: Types, wanted: str, known: dict[str, Any] | None = None) -> Any:
    """The thing of an id. Raises Failure."""
    if wanted in types.forge.quirks.graphql_partial:
        raise Failure(
            "", "Something went wrong while executing your query. Please include `ABCD` when reporting."
        )
    every = known if known is not None else {one.node_id: one for one in everything(types.forge)}
    found = every.get(wanted)
    repo = place_of(found)
    if found is None or (isinstance(found, User) and found.gone) or (repo and not types.call.sees(repo)):
        raise Failure("NOT_FOUND", f"Could not resolve to a node with the global id of '{wanted}'")
    if repo:
        types.visible(repo)
    return found


def _nodes(types: Types, _: Any, args: Json) -> list[Any]:
    if len(args["ids"]) > 100:
        words = "You may not provide more than 100 node ids; you provided {}."
        raise Failure("ARGUMENT_LIMIT", words.format(len(args["ids"])))
    known = {one.node_id: one for one in everything(types.forge)}
    found: list[Any] = []
    for wanted in args["ids"]:
        try:
            found.append(node(types, wanted, known))
        except Failure as failure:
            found.append(GraphQLError(failure.message, extensions=failure.more))
    return found


def _repository(types: Types, _: Any, args: Json) -> Repo:
    name = f"{args['owner']}/{args['name']}"
    found = types.forge.find_repo(name)
    renamed = found is not None and found.full_name.lower() != name.lower()
    if found is None or not types.visible(found) or (renamed and not args.get("followRenames", True)):
        raise Failure("NOT_FOUND", f"Could not resolve to a Repository with the name '{name}'.")
    return found


def _user(types: Types, _: Any, args: Json) -> User:
    for one in types.forge.users.values():
        if one.login.lower() == args["login"].lower() and one.type == "User" and not one.gone:
            return one
    raise Failure("NOT_FOUND", f"Could not resolve to a User with the login of '{args['login']}'.")


def _organization(types: Types, _: Any, args: Json) -> User:
    for one in types.forge.users.values():
        if one.login.lower() == args["login"].lower() and one.type == "Organization":
            return one
    raise Failure("NOT_FOUND", f"Could not resolve to an Organization with the login of '{args['login']}'.")


def _search(types: Types, _: Any, args: Json) -> Any:
    if types.forge.quirks.search_is_broken:
        raise Failure(
            "", "Something went wrong while executing your query. This may be the result of a timeout."
        )
    search: Callable[..., list[Any]] = search_discussions if args["type"] == "DISCUSSION" else search_issues
    seen = [one for one in search(types.forge, types.call.me, args["query"]) if types.call.sees(one.repo)]
    page: Connection = connected(seen, args)
    counts = {
        f"{kind}Count": page.total for kind in ("discussion", "issue", "repository", "user", "wiki", "code")
    }
    return {**counts, **{name: page.field(name) for name in ("nodes", "edges", "pageInfo")}}


def _limit(types: Types, _: Any, args: Json) -> Json:
    budget = types.forge.budget
    return {
        "limit": types.forge.quirks.hourly,
        "cost": 1,
        "nodeCount": 0,
        "used": budget.used,
        "remaining": budget.left,
        "resetAt": stamp(budget.ends),
    }


QUERY: dict[str, Callable[[Types, Any, Json], Any]] = {
    "viewer": lambda types, _, args: types.call.user,
    "node": lambda types, _, args: node(types, args["id"]),
    "nodes": _nodes,
    "repository": _repository,
    "user": _user,
    "organization": _organization,
    "search": _search,
    "rateLimit": _limit,
}
