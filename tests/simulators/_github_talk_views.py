"""Issues, pull requests and comments as GitHub's REST API shows them."""

from __future__ import annotations

from tests.simulators._github_entities import (
    Comment,
    CommitComment,
    Event,
    Issue,
    Review,
    ReviewComment,
    Words,
    stamp,
)
from tests.simulators._github_views import Json, Views

SHA = "6dcb09b5b57875f334f61aebed695e2e4193db5e"


class TalkViews:
    """What is said, shown to one caller."""

    def __init__(self, views: Views) -> None:
        self.views = views

    def _said(self, words: Words) -> Json:
        return {
            "user": self.views.user(words.author),
            "created_at": stamp(words.created_at),
            "updated_at": stamp(words.updated_at),
            **self.views.body(words.body),
        }

    def _app(self, words: Words) -> Json | None:
        if not words.app:
            return None
        return {
            "id": 1,
            "node_id": "A_kw1",
            "client_id": "Iv1",
            "slug": "helper",
            "name": "Helper",
            "owner": self.views.user(words.author),
            "description": None,
            "external_url": "https://app.example",
            "html_url": f"{self.views.web}/apps/helper",
            "created_at": stamp(words.created_at),
            "updated_at": stamp(words.updated_at),
            "permissions": {"issues": "write"},
            "events": [],
        }

    def _minimized(self, words: Words) -> Json:
        if not self.views.forge.quirks.minimized:
            return {}
        return {"minimized": {"reason": words.minimized} if words.minimized else None}

    def issue(self, issue: Issue) -> Json:
        """An issue, or a pull request as one."""
        views = self.views
        at = f"{views.repo_url(issue.repo)}/issues/{issue.number}"
        page = views.html(issue)
        pull = f"{views.repo_url(issue.repo)}/pulls/{issue.number}"
        merged = stamp(issue.closed_at) if issue.merged and issue.closed_at else None
        links = {"url": pull, "html_url": page, "diff_url": f"{page}.diff", "patch_url": f"{page}.patch"}
        return {
            "id": issue.id,
            "node_id": issue.node_id,
            "url": at,
            "repository_url": views.repo_url(issue.repo),
            "labels_url": f"{at}/labels{{/name}}",
            "comments_url": f"{at}/comments",
            "events_url": f"{at}/events",
            "timeline_url": f"{at}/timeline",
            "html_url": page,
            "number": issue.number,
            "title": issue.title,
            **self._said(issue),
            "labels": [],
            "state": issue.state,
            "state_reason": issue.state_reason,
            "locked": issue.locked,
            "active_lock_reason": issue.lock_reason,
            "assignee": None,
            "assignees": [],
            "milestone": None,
            "comments": 12345,
            "closed_at": stamp(issue.closed_at) if issue.closed_at else None,
            "closed_by": views.user(issue.closed_by),
            "author_association": views.association(issue, issue.repo),
            "performed_via_github_app": self._app(issue),
            "reactions": views.reactions(at),
            **({"pull_request": {**links, "merged_at": merged}, "draft": False} if issue.pull else {}),
        }

    def pull(self, pull: Issue) -> Json:
        """A pull request."""
        views = self.views
        issue = self.issue(pull)
        at, page = issue["pull_request"]["url"], issue["html_url"]
        gone = (
            "reactions",
            "performed_via_github_app",
            "pull_request",
            "labels_url",
            "events_url",
            "timeline_url",
        )
        kept = {
            name: value for name, value in issue.items() if name not in (*gone, "closed_by", "state_reason")
        }
        kept.pop("repository_url")
        counts = ("comments", "review_comments", "commits", "additions", "deletions", "changed_files")
        links = {
            "diff_url": f"{page}.diff",
            "patch_url": f"{page}.patch",
            "issue_url": issue["url"],
            "commits_url": f"{at}/commits",
            "review_comments_url": f"{at}/comments",
            "review_comment_url": f"{views.repo_url(pull.repo)}/pulls/comments{{/number}}",
            "comments_url": issue["comments_url"],
            "statuses_url": f"{views.repo_url(pull.repo)}/statuses/{SHA}",
        }
        named = (
            "self",
            "html",
            "issue",
            "comments",
            "review_comments",
            "review_comment",
            "commits",
            "statuses",
        )
        places = {"self": at, "html": page, "issue": issue["url"]}
        return {
            **kept,
            "url": at,
            **links,
            "merge_commit_sha": None,
            "merged_at": issue["pull_request"]["merged_at"],
            "requested_reviewers": [views.user(one) for one in pull.reviewers],
            "requested_teams": [],
            "head": self._branch(pull, "patch-1"),
            "base": self._branch(pull, "main"),
            "_links": {name: {"href": places.get(name) or links[f"{name}_url"]} for name in named},
            "auto_merge": None,
            "merged": pull.merged,
            "mergeable": True,
            "rebaseable": True,
            "mergeable_state": "clean",
            "merged_by": views.user(pull.closed_by) if pull.merged else None,
            "maintainer_can_modify": False,
            **dict.fromkeys(counts, 12345),
        }

    def _branch(self, pull: Issue, name: str) -> Json:
        views = self.views
        return {
            "label": f"{pull.repo.owner.login}:{name}",
            "ref": name,
            "sha": SHA,
            "user": views.user(pull.repo.owner),
            "repo": views.whole_repo(pull.repo),
        }

    def comment(self, comment: Comment) -> Json:
        """A comment in the conversation."""
        views, issue = self.views, comment.issue
        at = views.url(comment)
        return {
            "id": comment.id,
            "node_id": comment.node_id,
            "url": at,
            "html_url": views.html(comment),
            "issue_url": f"{views.repo_url(issue.repo)}/issues/{issue.number}",
            **self._said(comment),
            "author_association": views.association(comment, issue.repo),
            "performed_via_github_app": self._app(comment),
            "reactions": views.reactions(at),
            **self._minimized(comment),
        }

    def review(self, review: Review) -> Json:
        """A review; a pending one has no time."""
        views, pull = self.views, review.issue
        page = views.html(review)
        said = self._said(review)
        del said["created_at"], said["updated_at"]
        submitted = {} if review.state == "PENDING" else {"submitted_at": stamp(review.created_at)}
        return {
            "id": review.id,
            "node_id": review.node_id,
            **said,
            "state": review.state,
            "html_url": page,
            "pull_request_url": views.url(pull),
            "_links": {"html": {"href": page}, "pull_request": {"href": views.url(pull)}},
            **submitted,
            "commit_id": SHA,
            "author_association": views.association(review, pull.repo),
        }

    def line_comment(self, comment: ReviewComment) -> Json:
        """A comment on a line; an answer names the first one there."""
        views, thread = self.views, comment.thread
        at, pull = views.url(comment), views.url(thread.issue)
        page = views.html(comment)
        above = {} if comment.top is comment else {"in_reply_to_id": comment.top.id}
        line = None if thread.outdated else thread.line
        return {
            "id": comment.id,
            "node_id": comment.node_id,
            "url": at,
            "html_url": page,
            "pull_request_url": pull,
            "pull_request_review_id": comment.review.id,
            **above,
            **self._said(comment),
            "diff_hunk": f"@@ -{thread.line - 3},3 +{thread.line - 3},4 @@\n old\n older\n oldest\n+x = 1",
            "path": thread.path,
            "position": None if thread.outdated else 4,
            "original_position": 4,
            "commit_id": SHA,
            "original_commit_id": SHA,
            "line": line,
            "original_line": thread.line,
            "start_line": None,
            "original_start_line": None,
            "side": "RIGHT",
            "start_side": None,
            "subject_type": "line",
            "author_association": views.association(comment, thread.issue.repo),
            "_links": {"self": {"href": at}, "html": {"href": page}, "pull_request": {"href": pull}},
            "reactions": views.reactions(at),
        }

    def commit_comment(self, comment: CommitComment) -> Json:
        """A comment on a commit."""
        views = self.views
        at = views.url(comment)
        page = views.html(comment)
        return {
            "id": comment.id,
            "node_id": comment.node_id,
            "url": at,
            "html_url": page,
            **self._said(comment),
            "path": None,
            "position": None,
            "line": None,
            "commit_id": comment.commit.sha,
            "author_association": views.association(comment, comment.repo),
            "reactions": views.reactions(at),
        }

    def happened(self, event: Event, issue: Issue) -> Json:
        """An event of the timeline."""
        views = self.views
        found = {
            "id": event.id,
            "node_id": event.node_id,
            "url": f"{views.repo_url(issue.repo)}/issues/events/{event.id}",
            "actor": views.user(event.actor),
            "event": event.name,
            "commit_id": None,
            "commit_url": None,
            "created_at": stamp(event.at),
            "performed_via_github_app": None,
        }
        if event.name == "review_requested":
            found |= {
                "review_requester": views.user(event.actor),
                "requested_reviewer": views.user(event.about),
            }
        return found
