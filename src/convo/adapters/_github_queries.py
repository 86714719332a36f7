"""The GraphQL that convo sends to GitHub: every text is made of the fragments here.

GitHub checks scopes field by field before anything runs: no field of a team or an organization is asked for, as those
need `read:org` and would fail the whole query.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

_FRAGMENTS: Mapping[str, str] = {
    "who": """on Actor {__typename login url
      ... on User {databaseId name} ... on Bot {databaseId} ... on Mannequin {databaseId}}""",
    "place": """on Repository {databaseId nameWithOwner isArchived viewerPermission
      owner {login ... on User {databaseId}}}""",
    "issue": """on Issue {__typename id number title body url createdAt lastEditedAt closed locked
      author {...who} repository {...place}
      timelineItems(last: 20, itemTypes: [CLOSED_EVENT]) {nodes {
        __typename ... on ClosedEvent {createdAt actor {...who}}}}}""",
    "pull": """on PullRequest {__typename id number title body url createdAt lastEditedAt closed locked
      author {...who} repository {...place}
      reviewRequests(first: 50) {nodes {requestedReviewer {...reviewer}}}
      timelineItems(last: 50, itemTypes: [CLOSED_EVENT, MERGED_EVENT, REVIEW_REQUESTED_EVENT]) {nodes {
        __typename ... on ClosedEvent {createdAt actor {...who}} ... on MergedEvent {createdAt actor {...who}}
        ... on ReviewRequestedEvent {...request}}}}""",
    "reviewer": "on RequestedReviewer {__typename ... on User {login databaseId}}",
    "request": """on ReviewRequestedEvent {__typename id createdAt actor {...who} requestedReviewer {...reviewer}}""",
    "talk": """on Discussion {__typename id number title body url createdAt lastEditedAt closed locked
      author {...who} repository {...place}}""",
    "commit": """on Commit {__typename id oid title: messageHeadline body: message url createdAt: committedDate
      writer: author {name user {...who}} repository {...place}}""",
    "comment": """on IssueComment {id fullDatabaseId body url createdAt updatedAt lastEditedAt isMinimized
      minimizedReason author {...who}}""",
    "review": """on PullRequestReview {id fullDatabaseId body url reviewState: state createdAt submittedAt
      lastEditedAt isMinimized minimizedReason author {...who}}""",
    "inline": """on PullRequestReviewComment {id fullDatabaseId body url inlineState: state createdAt lastEditedAt
      isMinimized minimizedReason path line originalLine diffHunk replyTo {id fullDatabaseId} author {...who}}""",
    "thread": """on PullRequestReviewThread {id isResolved viewerCanReply
      comments(first: $inside) {nodes {...inline}}}""",
    "remark": """on DiscussionComment {id databaseId body url createdAt lastEditedAt deletedAt isMinimized
      minimizedReason replyTo {id databaseId} author {...who}}""",
    "note": """on CommitComment {id databaseId body url createdAt lastEditedAt isMinimized minimizedReason
      author {...who}}""",
    "issueWhole": """on Issue {...issue comments(last: $some) {nodes {...comment} pageInfo {...before}}}""",
    "pullWhole": """on PullRequest {...pull comments(last: $some) {nodes {...comment} pageInfo {...before}}
      reviews(last: $some) {nodes {...review} pageInfo {...before}}
      reviewThreads(last: $some) {nodes {...thread} pageInfo {...before}}}""",
    "talkWhole": """on Discussion {...talk comments(last: $some) {
      nodes {...remark replies(last: $inside) {nodes {...remark} pageInfo {...before}}} pageInfo {...before}}}""",
    "commitWhole": """on Commit {...commit comments(last: $some) {nodes {...note} pageInfo {...before}}}""",
    "before": "on PageInfo {hasPreviousPage startCursor}",
}

_SIZES = "$some: Int!, $inside: Int!"
_WHOLE = "...issueWhole ...pullWhole ...talkWhole ...commitWhole"
_PLACES = {
    "number": ("Int!", "issueOrPullRequest(number: ${}) {{...issueWhole ...pullWhole}}"),
    "discussion": ("Int!", "discussion(number: ${}) {{...talkWhole}}"),
    "sha": ("GitObjectID!", "object(oid: ${}) {{...commitWhole}}"),
}


@lru_cache(maxsize=64)
def document(operation: str) -> str:
    """An operation with the fragments that it needs, and no others."""
    needed: dict[str, None] = {}
    new = re.findall(r"\.\.\.(\w+)", operation)
    while new:
        name = new.pop()
        if name in _FRAGMENTS and name not in needed:
            needed[name] = None
            new += re.findall(r"\.\.\.(\w+)", _FRAGMENTS[name])
    parts = [operation, *(f"fragment {name} {_FRAGMENTS[name]}" for name in sorted(needed))]
    return "\n".join(" ".join(part.split()) for part in parts)


def subjects(kinds: tuple[str, ...]) -> str:
    """Several subjects with what was said below them, as s0, s1, ...; of a kind "number", "discussion" or "sha".

    Of the kind "title" a discussion is looked for whose number is not known.
    """
    inside = any(
        kind != "sha" for kind in kinds
    )  # below a commit nothing is nested, and GitHub refuses spare variables
    variables, fields = [_SIZES if inside else "$some: Int!"], []
    for at, kind in enumerate(kinds):
        if kind == "title":
            variables.append(f"$q{at}: String!")
            fields.append(
                f"s{at}: search(type: DISCUSSION, query: $q{at}, first: 3) {{nodes {{...talkWhole}}}}"
            )
            continue
        sort, field = _PLACES[kind]
        variables.append(f"$o{at}: String!, $n{at}: String!, $i{at}: {sort}")
        fields.append(f"s{at}: repository(owner: $o{at}, name: $n{at}) {{{field.format(f'i{at}')}}}")
    return document(f"query({', '.join(variables)}) {{{' '.join(fields)}}}")


WHOLE = document(
    f"query($ids: [ID!]!, {_SIZES}) {{nodes(ids: $ids) {{__typename {_WHOLE}}}}}",
)
"""Conversations by the node ids of their roots."""


def earlier(kind: str) -> str:
    """What was said before a place in a long list of comments below an issue, pull request or discussion."""
    below = {
        "Issue": "comments(last: 100, before: $before) {nodes {...comment} pageInfo {...before}}",
        "PullRequest": "comments(last: 100, before: $before) {nodes {...comment} pageInfo {...before}}",
        "Discussion": """comments(last: 50, before: $before) {
          nodes {...remark replies(last: 50) {nodes {...remark}}} pageInfo {...before}}""",
        "Commit": "comments(last: 100, before: $before) {nodes {...note} pageInfo {...before}}",
    }[kind]
    return document(f"query($id: ID!, $before: String!) {{node(id: $id) {{... on {kind} {{{below}}}}}}}")


SINGLE = document(
    """query($ids: [ID!]!) {nodes(ids: $ids) {__typename ... on Node {id}
        ...issue ...pull ...talk ...commit
        ... on IssueComment {...comment issue {...issue} pull: pullRequest {...pull}}
        ... on PullRequestReview {...review pullRequest {...pull}}
        ... on PullRequestReviewComment {...inline pullRequest {...pull}}
        ... on PullRequestReviewThread {id isResolved viewerCanReply}
        ... on ReviewRequestedEvent {...request pullRequest {...pull}}
        ... on DiscussionComment {...remark discussion {...talk}}
        ... on CommitComment {...note commit {...commit}}}}"""
)
"""Messages by their node ids, each with what it stands under but not with what stands beside it."""
OWN = document(
    """query($after: String, $from: DateTime!, $more: Boolean!) {viewer {
    issueComments(first: 50, after: $after, orderBy: {field: UPDATED_AT, direction: DESC}) {
      nodes {...comment issue {...issue} pull: pullRequest {...pull}} pageInfo {hasNextPage endCursor}}
    issues(first: 30, orderBy: {field: CREATED_AT, direction: DESC}) @include(if: $more) {nodes {...issue}}
    pullRequests(first: 30, orderBy: {field: CREATED_AT, direction: DESC}) @include(if: $more) {nodes {...pull}}
    contributionsCollection(from: $from) @include(if: $more) {pullRequestReviewContributions(first: 50) {
      nodes {pullRequestReview {...review comments(first: 30) {nodes {...inline}} pullRequest {...pull}}}}}
    repositoryDiscussions(first: 10) @include(if: $more) {nodes {...talk}}
    repositoryDiscussionComments(last: 30) @include(if: $more) {nodes {...remark discussion {...talk}}}}}"""
)
"""What the account wrote lately. Later pages have comments only."""
OWN_BARE = document(
    """query($after: String) {viewer {
    issueComments(first: 50, after: $after, orderBy: {field: UPDATED_AT, direction: DESC}) {
      nodes {...comment issue {...issue} pull: pullRequest {...pull}} pageInfo {hasNextPage endCursor}}
    issues(first: 30, orderBy: {field: CREATED_AT, direction: DESC}) {nodes {...issue}}
    pullRequests(first: 30, orderBy: {field: CREATED_AT, direction: DESC}) {nodes {...pull}}}}"""
)
"""The same for a token whose scopes do not open the rest."""


def people(count: int) -> str:
    """Who has these logins, as u0, u1, ..."""
    variables = ", ".join(f"$l{at}: String!" for at in range(count))
    fields = " ".join(f"u{at}: user(login: $l{at}) {{login databaseId}}" for at in range(count))
    return document(f"query({variables}) {{{fields}}}")


def target(kind: str) -> str:
    """What is answered as it is now, and the newest comment beside it: a "comment", "inline" or "talk"."""
    newest = "comments(last: 1) {nodes {fullDatabaseId}}"
    beside = {
        "number": f"... on Issue {{...issue {newest}}} ... on PullRequest {{...pull {newest}}}",
        "discussion": "... on Discussion {...talk}",
        "sha": "... on Commit {...commit comments(last: 1) {nodes {databaseId}}}",
    }[kind]
    return document(
        f"""query($ids: [ID!]!) {{nodes(ids: $ids) {{__typename ... on Node {{id}} {beside}
        ... on PullRequestReviewThread {{id isResolved viewerCanReply comments(last: 1) {{nodes {{fullDatabaseId}}}}}}
        ... on DiscussionComment {{id databaseId deletedAt replyTo {{id}}}}
        }}}}"""
    )


ADD_REMARK = document(
    """mutation($discussion: ID!, $to: ID, $body: String!) {
    addDiscussionComment(input: {discussionId: $discussion, replyToId: $to, body: $body}) {comment {...remark}}}"""
)
CHANGE_REMARK = document(
    """mutation($id: ID!, $body: String!) {
    updateDiscussionComment(input: {commentId: $id, body: $body}) {comment {...remark}}}"""
)
DELETE_REMARK = "mutation($id: ID!) {deleteDiscussionComment(input: {id: $id}) {comment {id}}}"
OWN_REMARKS = document(
    """query($id: ID!) {node(id: $id) {
    ... on Discussion {comments(last: 50) {nodes {...remark}}}
    ... on DiscussionComment {replies(last: 50) {nodes {...remark}}}}}"""
)
SUBSCRIBE = """mutation($id: ID!, $state: SubscriptionState!) {
updateSubscription(input: {subscribableId: $id, state: $state}) {subscribable {id}}}"""
