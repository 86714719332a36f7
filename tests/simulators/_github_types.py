"""What each field of GitHub's GraphQL types gives in a simulated forge; `Types.resolve` is the one resolver."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from graphql import GraphQLError, GraphQLResolveInfo

from tests.simulators._github_calls import ApiError, Call
from tests.simulators._github_entities import (
    Comment,
    Commit,
    CommitComment,
    Discussion,
    DiscussionComment,
    Event,
    Issue,
    Repo,
    Review,
    ReviewComment,
    ReviewThread,
    User,
    Words,
    stamp,
)
from tests.simulators._github_pages import Connection, connected
from tests.simulators._github_query import QUERY, Failure
from tests.simulators._github_state import Forge
from tests.simulators._github_talk_types import HAPPENED, PLACES, in_order, reviewed
from tests.simulators._github_views import Views

if TYPE_CHECKING:
    from tests.simulators._github_mutations import Mutations

Json = dict[str, Any]
_EVENTS = {
    "closed": "ClosedEvent",
    "reopened": "ReopenedEvent",
    "merged": "MergedEvent",
    "review_requested": "ReviewRequestedEvent",
    "mentioned": "MentionedEvent",
}
_TYPES: dict[type, str] = {
    Comment: "IssueComment",
    Review: "PullRequestReview",
    ReviewComment: "PullRequestReviewComment",
    ReviewThread: "PullRequestReviewThread",
    Discussion: "Discussion",
    DiscussionComment: "DiscussionComment",
    CommitComment: "CommitComment",
    Commit: "Commit",
    Repo: "Repository",
}


def type_of(value: Any) -> str:
    """The name of a value's GraphQL type."""
    if isinstance(value, User):
        return value.type
    if isinstance(value, Issue):
        return "PullRequest" if value.pull else "Issue"
    if isinstance(value, Event):
        return _EVENTS[value.name]
    return str(value["__typename"]) if isinstance(value, dict) else _TYPES[type(value)]


class Types:
    """The resolver of one request."""

    def __init__(self, call: Call, mutations: Mutations) -> None:
        self.call: Call = call
        self.forge: Forge = call.forge
        self.mutations = mutations
        self.views: Views = call.views

    def resolve(self, source: Any, info: GraphQLResolveInfo[Any], **args: Any) -> Any:
        """Any field of anything."""
        kind, name = info.parent_type.name, info.field_name
        try:
            if kind == "Mutation":
                return self.mutations.run(name, args["input"])
            if isinstance(source, Connection):
                return source.field(name)
            if isinstance(source, dict) and source:
                value = source[name]
                return value(args) if callable(value) else value
            for fields in _FIELDS[kind]:
                if name in fields:
                    return fields[name](self, source, args)
        except Failure as failure:
            raise GraphQLError(failure.message, extensions=failure.more) from None
        except ApiError as error:
            raise GraphQLError(error.message, extensions={"type": "FORBIDDEN"}) from None
        raise AssertionError(f"{kind}.{name} is not simulated")

    def visible(self, one: Any) -> Any:
        """What the caller may see, else nothing."""
        repo = one.repo if hasattr(one, "repo") else one
        if isinstance(repo, Repo) and not self.call.sees(repo):
            return None
        if isinstance(repo, Repo) and repo.owner.login in self.forge.quirks.sso_organisations:
            words = "Resource protected by organization SAML enforcement. You must grant your token access."
            raise Failure("FORBIDDEN", words, saml_failure=True)
        return one

    def author(self, user: User | None) -> User | None:
        """An author, nobody when the account is gone."""
        return None if user is None or user.gone else user

    def vain(self) -> Json:
        """A connection of which only the number is told."""
        return {"totalCount": 9999, "nodes": [], "edges": []}


def _place(one: Any) -> Any:
    """What a comment belongs to."""
    if isinstance(one, DiscussionComment):
        return one.discussion
    return one if isinstance(one, (Issue, Discussion, CommitComment)) else one.issue


def _repo(one: Any) -> Repo:
    repo: Repo = _place(one).repo
    return repo


def _minimized(one: Words) -> str | None:
    return one.minimized or None


Field = Callable[[Types, Any, Json], Any]
_WORDS: dict[str, Field] = {
    "id": lambda types, one, args: one.node_id,
    "databaseId": lambda types, one, args: one.id,
    "fullDatabaseId": lambda types, one, args: str(one.id),
    "body": lambda types, one, args: one.body,
    "bodyText": lambda types, one, args: one.body,
    "bodyHTML": lambda types, one, args: f"<p>{one.body}</p>",
    "createdAt": lambda types, one, args: stamp(one.created_at),
    "publishedAt": lambda types, one, args: stamp(one.created_at),
    "updatedAt": lambda types, one, args: stamp(one.updated_at),
    "lastEditedAt": lambda types, one, args: stamp(one.edited_at) if one.edited_at else None,
    "includesCreatedEdit": lambda types, one, args: one.edited_at is not None,
    "createdViaEmail": lambda types, one, args: False,
    "editor": lambda types, one, args: types.author(one.editor),
    "author": lambda types, one, args: types.author(one.author),
    "authorAssociation": lambda types, one, args: types.views.association(one, _repo(one)),
    "url": lambda types, one, args: types.views.html(one),
    "resourcePath": lambda types, one, args: re.sub(r"^https?://[^/]+", "", types.views.html(one)),
    "repository": lambda types, one, args: _repo(one),
    "isMinimized": lambda types, one, args: bool(one.minimized),
    "minimizedReason": lambda types, one, args: _minimized(one),
    "viewerDidAuthor": lambda types, one, args: one.author is types.call.me,
    "viewerCanUpdate": lambda types, one, args: (
        one.author is types.call.me or _repo(one).writes(types.call.me)
    ),
    "viewerCanDelete": lambda types, one, args: (
        one.author is types.call.me or _repo(one).writes(types.call.me)
    ),
    "viewerCanReact": lambda types, one, args: True,
    "reactions": lambda types, one, args: types.vain(),
    "upvoteCount": lambda types, one, args: 9999,
}
_USER: dict[str, Field] = {
    "id": lambda types, one, args: one.node_id,
    "databaseId": lambda types, one, args: one.id,
    "login": lambda types, one, args: one.login.removesuffix("[bot]"),
    "name": lambda types, one, args: one.name,
    "url": lambda types, one, args: f"{types.views.web}/{one.login}",
    "resourcePath": lambda types, one, args: f"/{one.login}",
    "avatarUrl": lambda types, one, args: f"https://avatars.githubusercontent.com/u/{one.id}",
    "isViewer": lambda types, one, args: one is types.call.me,
    "followers": lambda types, one, args: {"totalCount": 7777, "nodes": [], "edges": []},
    "issueComments": lambda types, one, args: connected(in_order(types, one, "comments", args), args),
    "issues": lambda types, one, args: connected(in_order(types, one, "issues", args), args),
    "pullRequests": lambda types, one, args: connected(in_order(types, one, "pulls", args), args),
    "repositoryDiscussions": lambda types, one, args: connected(
        in_order(types, one, "discussions", args), args
    ),
    "repositoryDiscussionComments": lambda types, one, args: connected(
        in_order(types, one, "answers", args), args
    ),
    "contributionsCollection": lambda types, one, args: reviewed(types, one, args),
}
_COMMIT: dict[str, Field] = {
    "id": lambda types, one, args: one.node_id,
    "oid": lambda types, one, args: one.sha,
    "abbreviatedOid": lambda types, one, args: one.sha[:7],
    "message": lambda types, one, args: one.title,
    "messageHeadline": lambda types, one, args: one.title,
    "committedDate": lambda types, one, args: stamp(one.at),
    "authoredDate": lambda types, one, args: stamp(one.at),
    "url": lambda types, one, args: types.views.html(one),
    "repository": lambda types, one, args: one.repo,
    "author": lambda types, one, args: {
        "name": one.author.name if one.author else "Somebody",
        "user": types.author(one.author),
    },
    "comments": lambda types, one, args: connected(one.comments, args),
}
_FIELDS: dict[str, tuple[dict[str, Field], ...]] = {
    "Query": (QUERY,),
    "Repository": (PLACES["Repository"],),
    "Issue": (PLACES["Issue"], _WORDS),
    "PullRequest": (PLACES["PullRequest"], PLACES["Issue"], _WORDS),
    "IssueComment": (PLACES["IssueComment"], _WORDS),
    "PullRequestReview": (PLACES["PullRequestReview"], _WORDS),
    "PullRequestReviewComment": (PLACES["PullRequestReviewComment"], _WORDS),
    "PullRequestReviewThread": (PLACES["PullRequestReviewThread"],),
    "Discussion": (PLACES["Discussion"], _WORDS),
    "DiscussionComment": (PLACES["DiscussionComment"], _WORDS),
    "CommitComment": (PLACES["CommitComment"], _WORDS),
    "Commit": (_COMMIT,),
    **dict.fromkeys(("User", "Bot", "Organization", "Mannequin"), (_USER,)),
    **dict.fromkeys(_EVENTS.values(), (HAPPENED,)),
}
