"""Cut GitHub's official descriptions to what convo's tests check against.

    npm install --ignore-scripts @octokit/openapi@23.0.2 @octokit/graphql-schema@15.26.1
    python tools/trim_github.py node_modules/@octokit tests/adapters/data/github

Writes `openapi.json` (paths, parameters, bodies and answers, without prose and examples) and `schema.graphql`
(types, fields and arguments). Both name the package and version they were cut from. Needs graphql-core.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from graphql import parse, print_ast
from graphql.language import ast

OBJECTS = (ast.ObjectTypeDefinitionNode, ast.InterfaceTypeDefinitionNode)

_REPO = "/repos/{owner}/{repo}"
PATHS = {
    "/notifications",
    "/notifications/threads/{thread_id}",
    "/notifications/threads/{thread_id}/subscription",
    "/meta",
    "/rate_limit",
    "/search/issues",
    "/issues",
    "/user",
    "/user/{account_id}",
    "/user/blocks",
    "/user/blocks/{username}",
    "/user/issues",
    "/user/repos",
    "/users/{username}",
    "/users/{username}/events",
    _REPO,
    f"{_REPO}/notifications",
    f"{_REPO}/comments",
    f"{_REPO}/comments/{{comment_id}}",
    f"{_REPO}/commits/{{commit_sha}}/comments",
    f"{_REPO}/issues",
    f"{_REPO}/issues/comments",
    f"{_REPO}/issues/comments/{{comment_id}}",
    f"{_REPO}/issues/comments/{{comment_id}}/reactions",
    f"{_REPO}/issues/{{issue_number}}",
    f"{_REPO}/issues/{{issue_number}}/comments",
    f"{_REPO}/issues/{{issue_number}}/reactions",
    f"{_REPO}/issues/{{issue_number}}/timeline",
    f"{_REPO}/pulls",
    f"{_REPO}/pulls/comments",
    f"{_REPO}/pulls/comments/{{comment_id}}",
    f"{_REPO}/pulls/{{pull_number}}",
    f"{_REPO}/pulls/{{pull_number}}/comments",
    f"{_REPO}/pulls/{{pull_number}}/comments/{{comment_id}}/replies",
    f"{_REPO}/pulls/{{pull_number}}/requested_reviewers",
    f"{_REPO}/pulls/{{pull_number}}/reviews",
    f"{_REPO}/pulls/{{pull_number}}/reviews/{{review_id}}",
    f"{_REPO}/pulls/{{pull_number}}/reviews/{{review_id}}/comments",
}
PROSE = {"description", "example", "examples", "summary", "externalDocs", "tags", "title", "x-github"}
TYPES = {
    "Query", "Mutation", "Node", "Actor", "Assignable", "Closable", "Comment", "Deletable", "Lockable",
    "Minimizable", "Reactable", "RepositoryNode", "Subscribable", "UniformResourceLocatable", "Updatable",
    "User", "Bot", "Mannequin", "Organization", "EnterpriseUserAccount", "Team", "RepositoryOwner", "Repository",
    "ProfileOwner", "RequestedReviewer", "ReviewRequest", "ReviewRequestConnection",
    "Issue", "IssueConnection", "IssueOrPullRequest", "PullRequest", "PullRequestConnection",
    "IssueComment", "IssueCommentConnection", "PullRequestReview", "PullRequestReviewConnection",
    "PullRequestReviewComment", "PullRequestReviewCommentConnection",
    "PullRequestReviewThread", "PullRequestReviewThreadConnection",
    "Discussion", "DiscussionConnection", "DiscussionComment", "DiscussionCommentConnection",
    "DiscussionCategory", "Commit", "CommitComment", "PageInfo", "RateLimit",
    "IssueEdge", "IssueCommentEdge", "PullRequestEdge", "DiscussionEdge", "DiscussionCommentEdge",
    "PullRequestReviewEdge", "PullRequestReviewCommentEdge", "PullRequestReviewThreadEdge", "ReviewRequestEdge",
    "SearchResultItem", "SearchResultItemConnection", "SearchResultItemEdge",
    "ReactionConnection", "ReactionGroup", "UserConnection", "StargazerConnection", "FollowerConnection",
    "IssueTimelineItems", "IssueTimelineItemsConnection", "PullRequestTimelineItems",
    "PullRequestTimelineItemsConnection", "ReferencedSubject", "CrossReferencedEvent", "ClosedEvent",
    "ReopenedEvent", "MentionedEvent", "ReviewRequestedEvent", "MergedEvent", "GitObject", "GitActor",
    "ContributionsCollection", "Contribution", "CreatedPullRequestReviewContribution",
    "CreatedPullRequestReviewContributionConnection", "CommitCommentConnection",
}  # fmt: skip
MUTATIONS = {
    "addComment", "updateIssueComment", "deleteIssueComment",
    "addDiscussionComment", "updateDiscussionComment", "deleteDiscussionComment",
    "addPullRequestReviewThreadReply", "updatePullRequestReviewComment", "deletePullRequestReviewComment",
    "updateSubscription",
}  # fmt: skip


def references(value: Any) -> Iterator[str]:
    """Every `$ref` in a description."""
    for name, inner in value.items() if isinstance(value, dict) else enumerate(value):
        if name == "$ref" and isinstance(inner, str):
            yield inner
        elif isinstance(inner, (dict, list)):
            yield from references(inner)


def bare(value: Any, names: bool = False) -> Any:
    """A description without prose; `names` when the keys are names that people chose."""
    if isinstance(value, list):
        return [bare(inner) for inner in value]
    if not isinstance(value, dict):
        return value
    inside = ("properties", "schemas", "paths", "responses", "parameters", "content", "headers")
    return {
        name: bare(inner, names=not names and name in inside)
        for name, inner in value.items()
        if names or name not in PROSE
    }


def trimmed(described: dict[str, Any], source: str) -> dict[str, Any]:
    """The kept paths of an OpenAPI description and the components they reach."""
    missing = PATHS - set(described["paths"])
    if missing:
        raise SystemExit(f"not described: {sorted(missing)}")
    paths = {path: operations for path, operations in described["paths"].items() if path in PATHS}
    reached: set[str] = set()
    waiting = list(references(paths))
    while waiting:
        reference = waiting.pop()
        if reference not in reached:
            reached.add(reference)
            _, _, kind, name = reference.split("/", 3)
            waiting += references(described["components"][kind][name])
    kinds = ("schemas", "parameters", "responses", "headers")
    components = {
        kind: {
            name: bare(one)
            for name, one in described["components"].get(kind, {}).items()
            if f"#/components/{kind}/{name}" in reached
        }
        for kind in kinds
    }
    return {
        "source": source,
        "openapi": described["openapi"],
        "paths": bare(paths, True),
        "components": components,
    }


def base(kind: ast.TypeNode) -> str:
    """The name of a type without its lists and exclamation marks."""
    while isinstance(kind, (ast.NonNullTypeNode, ast.ListTypeNode)):
        kind = kind.type
    assert isinstance(kind, ast.NamedTypeNode)
    return kind.name.value


def cut_fields(kind: Any, every: dict[str, Any], names: set[str]) -> Any:
    """A type without prose, without fields that lead out of the kept types, and without directives."""
    fields = []
    for one in kind.fields or ():
        leads = isinstance(every.get(base(one.type)), (*OBJECTS, ast.UnionTypeDefinitionNode))
        if (leads and base(one.type) not in names) or (
            kind.name.value == "Mutation" and one.name.value not in MUTATIONS
        ):
            continue
        arguments = tuple(replaced(argument) for argument in one.arguments or ())
        fields.append(replaced(one, arguments=arguments))
    interfaces = tuple(one for one in kind.interfaces or () if one.name.value in names)
    return replaced(kind, fields=tuple(fields), interfaces=interfaces)


def replaced(node: Any, **changes: Any) -> Any:
    """A copy of a node without its description and directives."""
    return replace(node, **{"description": None, "directives": (), **changes})


def cut_types(schema: str, source: str) -> str:
    """The kept GraphQL types and the inputs, enums and scalars that they use, as SDL."""
    every: dict[str, Any] = {one.name.value: one for one in parse(schema).definitions if hasattr(one, "name")}
    names = set(TYPES)
    for one in every["Mutation"].fields:
        if one.name.value in MUTATIONS:
            names |= {base(one.type), base(one.arguments[0].type)}
    names &= set(every)
    found: dict[str, Any] = {}
    waiting = sorted(names)
    while waiting:
        name = waiting.pop()
        kind = every.get(name)
        if name in found or kind is None:
            continue
        if isinstance(kind, OBJECTS):
            found[name] = cut_fields(kind, every, names)
            for field in found[name].fields:
                waiting += [base(field.type), *(base(argument.type) for argument in field.arguments or ())]
        elif isinstance(kind, ast.InputObjectTypeDefinitionNode):
            found[name] = replaced(kind, fields=tuple(replaced(one) for one in kind.fields or ()))
            waiting += [base(one.type) for one in kind.fields or ()]
        elif isinstance(kind, ast.UnionTypeDefinitionNode):
            found[name] = replaced(kind, types=tuple(one for one in kind.types if one.name.value in names))
        elif isinstance(kind, ast.EnumTypeDefinitionNode):
            found[name] = replaced(kind, values=tuple(replaced(one) for one in kind.values))
        else:
            found[name] = replaced(kind)
    return "\n".join([f"# {source}", *(print_ast(found[name]) for name in sorted(found))]) + "\n"


def main(packages: Path, target: Path) -> None:
    """Read both packages and write both fixtures."""
    target.mkdir(parents=True, exist_ok=True)

    def read(package: str, file: str) -> tuple[str, str]:
        version = json.loads((packages / package / "package.json").read_text())["version"]
        return (packages / package / file).read_text(), f"@octokit/{package} {version} {file}"

    text, source = read("openapi", "generated/api.github.com.json")
    described = json.dumps(trimmed(json.loads(text), source), separators=(",", ":"), sort_keys=True) + "\n"
    (target / "openapi.json").write_text(described)
    types = cut_types(*read("graphql-schema", "schema.graphql"))
    (target / "schema.graphql").write_text(types)
    sys.stdout.write(f"openapi.json: {len(described) // 1024} KB, schema.graphql: {len(types) // 1024} KB\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
