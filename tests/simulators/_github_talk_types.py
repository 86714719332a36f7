"""The fields of GraphQL types that people talk in: repositories, issues, pull requests, reviews, discussions."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tests.simulators._github_entities import Commit, Discussion, Event, Issue, Repo, User, Words, stamp
from tests.simulators._github_pages import Connection, connected
from tests.simulators._github_query import Failure

if TYPE_CHECKING:
    from tests.simulators._github_types import Types

Json = dict[str, Any]
Field = Callable[["Types", Any, Json], Any]
_SHA = re.compile(r"[0-9a-f]{7,40}")


def _shown(types: Types, found: list[Any]) -> list[Any]:
    """What can be read yet, and by this caller."""
    own = [one for one in found if getattr(one, "state", "") != "PENDING" or one.author is types.call.me]
    return [one for one in own if types.call.shown(one)]


def in_order(types: Types, user: User, what: str, args: Json) -> list[Any]:
    """What a user wrote, as they are ordered: by creation, unless `orderBy` says else."""
    forge = types.forge
    every: dict[str, list[Any]] = {
        "comments": [c for i in forge.issues.values() if not i.deleted for c in i.comments],
        "issues": [i for i in forge.issues.values() if not i.pull],
        "pulls": [i for i in forge.issues.values() if i.pull],
        "discussions": list(forge.discussions.values()),
        "answers": [c for d in forge.discussions.values() if not d.deleted for c in d.comments],
    }
    found = []
    for one in every[what]:
        repo = getattr(one, "repo", None) or getattr(one, "issue", None) or one.discussion
        repo = repo if isinstance(repo, Repo) else repo.repo
        if one.author is user and not one.deleted and types.call.sees(repo) and types.call.shown(one):
            found.append(one)
    order = args.get("orderBy") or {"field": "CREATED_AT", "direction": "ASC"}
    by = "updated_at" if order["field"] == "UPDATED_AT" else "created_at"
    return sorted(found, key=lambda one: (getattr(one, by), one.id), reverse=order["direction"] == "DESC")


def reviewed(types: Types, user: User, args: Json) -> Json:
    """A user's reviews in a span of at most a year, which ends now unless `to` says else."""
    first, last = args.get("from") or "0", args.get("to") or stamp(types.forge.clock.now())
    found: list[Any] = []
    for issue in types.forge.issues.values():
        for one in issue.reviews:
            inside = first[:19] <= stamp(one.created_at)[:19] <= last[:19]
            if one.author is user and inside and one.state != "PENDING" and types.call.sees(issue.repo):
                found.append(one)
    found.sort(key=lambda one: (one.created_at, one.id))

    def page(inner: Json) -> Connection:
        order = (inner.get("orderBy") or {}).get("direction", "DESC")
        return connected(
            found[::-1] if order == "DESC" else found, inner, lambda one: _contribution(user, one)
        )

    return {"startedAt": first, "endedAt": last, "pullRequestReviewContributions": page}


def _contribution(user: User, review: Any) -> Json:
    return {
        "__typename": "CreatedPullRequestReviewContribution",
        "occurredAt": stamp(review.created_at),
        "isRestricted": False,
        "pullRequest": review.issue,
        "pullRequestReview": review,
        "repository": review.issue.repo,
        "user": user,
    }


def _numbered(types: Types, repo: Repo, number: int, pull: bool | None) -> Issue:
    issue = types.forge.issue_of(repo, number)
    if issue is None or issue.deleted or (pull is not None and issue.pull is not pull):
        names = {None: "an issue or pull request", False: "an Issue", True: "a PullRequest"}
        raise Failure("NOT_FOUND", f"Could not resolve to {names[pull]} with the number of {number}.")
    if issue.node_id in types.forge.quirks.graphql_partial:
        raise Failure(
            "", "Something went wrong while executing your query. Please include `ABCD` when reporting."
        )
    return issue


def _discussion(types: Types, repo: Repo, number: int) -> Discussion:
    for one in types.forge.discussions.values():
        if one.repo is repo and one.number == number and not one.deleted:
            return one
    raise Failure("NOT_FOUND", f"Could not resolve to a Discussion with the number of {number}.")


def _object(types: Types, repo: Repo, args: Json) -> Commit | None:
    sha = args.get("oid") or args.get("expression") or ""
    if args.get("oid") and not _SHA.fullmatch(sha):
        raise Failure("", f"{sha} is not a valid GitObjectID")
    return types.forge.commits.get((repo.id, sha))


def _permission(types: Types, repo: Repo) -> str:
    me = types.call.me
    return "ADMIN" if repo.owner is me else "WRITE" if repo.writes(me) else "READ"


def _timeline(types: Types, issue: Issue, args: Json) -> Connection:
    wanted = args.get("itemTypes")

    def asked(name: str) -> bool:
        return wanted is None or name in wanted

    items: list[tuple[Any, int, Any]] = [
        (one.at, one.id, one) for one in issue.happened if asked(f"{one.name.upper()}_EVENT")
    ]
    if asked("ISSUE_COMMENT"):
        items += [(one.created_at, one.id, one) for one in _shown(types, list(issue.comments))]
    if asked("PULL_REQUEST_REVIEW"):
        items += [(one.created_at, one.id, one) for one in _shown(types, list(issue.reviews))]
    items.sort(key=lambda one: one[:2])
    return connected([one for _, _, one in items], args)


def _state(issue: Issue) -> str:
    return "MERGED" if issue.merged else issue.state.upper()


def _requests(types: Types, pull: Issue, args: Json) -> Connection:
    return connected(
        pull.reviewers,
        args,
        lambda one: {
            "id": f"RR_{one.node_id}",
            "asCodeOwner": False,
            "pullRequest": pull,
            "requestedReviewer": one,
        },
    )


def _of_review(types: Types, review: Any, args: Json) -> Connection:
    found = [c for t in review.issue.threads for c in t.comments if c.review is review]
    return connected(_shown(types, found), args)


def _top_level(types: Types, discussion: Discussion, args: Json) -> Connection:
    return connected(_shown(types, [one for one in discussion.comments if one.reply_to is None]), args)


def _replies(types: Types, comment: Any, args: Json) -> Connection:
    return connected(
        _shown(types, [one for one in comment.discussion.comments if one.reply_to is comment]), args
    )


def _may_answer(types: Types, issue: Issue) -> bool:
    return not issue.locked or issue.repo.writes(types.call.me)


def _issues(types: Types, repo: Repo, args: Json, pull: bool) -> Connection:
    found = [i for i in types.forge.issues.values() if i.repo is repo and i.pull is pull and not i.deleted]
    states = args.get("states")
    found = [one for one in found if states is None or _state(one) in states]
    order = args.get("orderBy") or {"field": "CREATED_AT", "direction": "ASC"}
    by = "updated_at" if order["field"] == "UPDATED_AT" else "created_at"
    found.sort(key=lambda one: (getattr(one, by), one.id), reverse=order["direction"] == "DESC")
    return connected(found, args)


def _deleted(one: Words) -> str | None:
    return stamp(one.updated_at) if one.deleted else None


PLACES: dict[str, dict[str, Field]] = {
    "Repository": {
        "id": lambda types, one, args: one.node_id,
        "databaseId": lambda types, one, args: one.id,
        "name": lambda types, one, args: one.name,
        "nameWithOwner": lambda types, one, args: one.full_name,
        "owner": lambda types, one, args: one.owner,
        "url": lambda types, one, args: types.views.page(one),
        "isPrivate": lambda types, one, args: one.private,
        "isArchived": lambda types, one, args: one.archived,
        "isFork": lambda types, one, args: False,
        "hasDiscussionsEnabled": lambda types, one, args: one.discussions,
        "viewerPermission": lambda types, one, args: _permission(types, one),
        "viewerCanAdminister": lambda types, one, args: one.owner is types.call.me,
        "stargazerCount": lambda types, one, args: 8888,
        "forkCount": lambda types, one, args: 12345,
        "stargazers": lambda types, one, args: {"totalCount": 8888, "nodes": [], "edges": []},
        "watchers": lambda types, one, args: {"totalCount": 54321, "nodes": [], "edges": []},
        "issue": lambda types, one, args: _numbered(types, one, args["number"], False),
        "pullRequest": lambda types, one, args: _numbered(types, one, args["number"], True),
        "issueOrPullRequest": lambda types, one, args: _numbered(types, one, args["number"], None),
        "discussion": lambda types, one, args: _discussion(types, one, args["number"]),
        "object": lambda types, one, args: _object(types, one, args),
        "issues": lambda types, one, args: _issues(types, one, args, False),
        "pullRequests": lambda types, one, args: _issues(types, one, args, True),
        "discussions": lambda types, one, args: connected(
            [d for d in types.forge.discussions.values() if d.repo is one and not d.deleted], args
        ),
    },
    "Issue": {
        "number": lambda types, one, args: one.number,
        "title": lambda types, one, args: one.title,
        "state": lambda types, one, args: _state(one),
        "stateReason": lambda types, one, args: one.state_reason.upper() if one.state_reason else None,
        "closed": lambda types, one, args: one.state == "closed",
        "closedAt": lambda types, one, args: stamp(one.closed_at) if one.closed_at else None,
        "locked": lambda types, one, args: one.locked,
        "activeLockReason": lambda types, one, args: one.lock_reason.upper() if one.lock_reason else None,
        "comments": lambda types, one, args: connected(_shown(types, one.comments), args),
        "timelineItems": _timeline,
        "isReadByViewer": lambda types, one, args: True,
        "viewerSubscription": lambda types, one, args: "SUBSCRIBED",
    },
    "PullRequest": {
        "merged": lambda types, one, args: one.merged,
        "mergedAt": lambda types, one, args: stamp(one.closed_at) if one.merged else None,
        "mergedBy": lambda types, one, args: types.author(one.closed_by) if one.merged else None,
        "isDraft": lambda types, one, args: False,
        "permalink": lambda types, one, args: types.views.html(one),
        "reviews": lambda types, one, args: connected(_shown(types, one.reviews), args),
        "reviewThreads": lambda types, one, args: connected(one.threads, args),
        "reviewRequests": _requests,
        "additions": lambda types, one, args: 12345,
        "deletions": lambda types, one, args: 12345,
        "changedFiles": lambda types, one, args: 12345,
    },
    "IssueComment": {
        "issue": lambda types, one, args: one.issue,
        "pullRequest": lambda types, one, args: one.issue if one.issue.pull else None,
    },
    "PullRequestReview": {
        "state": lambda types, one, args: one.state,
        "submittedAt": lambda types, one, args: None if one.state == "PENDING" else stamp(one.created_at),
        "pullRequest": lambda types, one, args: one.issue,
        "comments": _of_review,
    },
    "PullRequestReviewComment": {
        "path": lambda types, one, args: one.thread.path,
        "line": lambda types, one, args: None if one.thread.outdated else one.thread.line,
        "originalLine": lambda types, one, args: one.thread.line,
        "diffHunk": lambda types, one, args: "@@ -9,3 +9,4 @@\n old\n older\n oldest\n+x = 1",
        "outdated": lambda types, one, args: one.thread.outdated,
        "state": lambda types, one, args: "PENDING" if one.review.state == "PENDING" else "SUBMITTED",
        "replyTo": lambda types, one, args: None if one.top is one else one.top,
        "pullRequest": lambda types, one, args: one.issue,
        "pullRequestReview": lambda types, one, args: one.review,
        "subjectType": lambda types, one, args: "LINE",
    },
    "PullRequestReviewThread": {
        "id": lambda types, one, args: one.node_id,
        "path": lambda types, one, args: one.path,
        "line": lambda types, one, args: None if one.outdated else one.line,
        "originalLine": lambda types, one, args: one.line,
        "isResolved": lambda types, one, args: one.resolved_by is not None,
        "isOutdated": lambda types, one, args: one.outdated,
        "isCollapsed": lambda types, one, args: one.resolved_by is not None,
        "resolvedBy": lambda types, one, args: one.resolved_by,
        "diffSide": lambda types, one, args: "RIGHT",
        "subjectType": lambda types, one, args: "LINE",
        "comments": lambda types, one, args: connected(_shown(types, one.comments), args),
        "pullRequest": lambda types, one, args: one.issue,
        "repository": lambda types, one, args: one.issue.repo,
        "viewerCanReply": lambda types, one, args: _may_answer(types, one.issue),
        "viewerCanResolve": lambda types, one, args: one.issue.repo.writes(types.call.me),
        "viewerCanUnresolve": lambda types, one, args: one.issue.repo.writes(types.call.me),
    },
    "Discussion": {
        "number": lambda types, one, args: one.number,
        "title": lambda types, one, args: one.title,
        "locked": lambda types, one, args: one.locked,
        "activeLockReason": lambda types, one, args: one.lock_reason,
        "closed": lambda types, one, args: False,
        "closedAt": lambda types, one, args: None,
        "isAnswered": lambda types, one, args: any(c.is_answer for c in one.comments),
        "answer": lambda types, one, args: next((c for c in one.comments if c.is_answer), None),
        "comments": _top_level,
        "category": lambda types, one, args: {
            "id": "DIC_kw1",
            "name": "General",
            "slug": "general",
            "isAnswerable": False,
        },
        "viewerSubscription": lambda types, one, args: "SUBSCRIBED",
    },
    "DiscussionComment": {
        "discussion": lambda types, one, args: one.discussion,
        "replies": _replies,
        "replyTo": lambda types, one, args: one.reply_to,
        "isAnswer": lambda types, one, args: one.is_answer,
        "deletedAt": lambda types, one, args: _deleted(one),
    },
    "CommitComment": {
        "commit": lambda types, one, args: one.commit,
        "path": lambda types, one, args: None,
        "position": lambda types, one, args: None,
    },
}


def _issue_of(types: Types, event: Event) -> Issue:
    return next(one for one in types.forge.issues.values() if event in one.happened)


HAPPENED: dict[str, Field] = {
    "id": lambda types, one, args: one.node_id,
    "actor": lambda types, one, args: types.author(one.actor),
    "createdAt": lambda types, one, args: stamp(one.at),
    "requestedReviewer": lambda types, one, args: one.about,
    "closable": lambda types, one, args: _issue_of(types, one),
    "pullRequest": lambda types, one, args: _issue_of(types, one),
    "url": lambda types, one, args: f"{types.views.html(_issue_of(types, one))}#event-{one.id}",
}
