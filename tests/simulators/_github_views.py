"""People, repositories and notifications as GitHub's REST API shows them, with every count it shows."""

from __future__ import annotations

import html
from typing import Any

from tests.simulators._github_entities import (
    Comment,
    Commit,
    CommitComment,
    Discussion,
    DiscussionComment,
    Issue,
    Repo,
    Review,
    ReviewComment,
    Subject,
    Thread,
    User,
    Words,
    stamp,
)
from tests.simulators._github_state import Forge

Json = dict[str, Any]
_REACTIONS = ("+1", "-1", "laugh", "hooray", "confused", "heart", "rocket", "eyes")
_USER_PLACES = {
    "followers_url": "followers",
    "following_url": "following{/other_user}",
    "gists_url": "gists{/gist_id}",
    "starred_url": "starred{/owner}{/repo}",
    "subscriptions_url": "subscriptions",
    "organizations_url": "orgs",
    "repos_url": "repos",
    "events_url": "events{/privacy}",
    "received_events_url": "received_events",
}
_REPO_PLACES = {
    "archive": "{archive_format}{/ref}", "assignees": "assignees{/user}", "blobs": "git/blobs{/sha}",
    "branches": "branches{/branch}", "collaborators": "collaborators{/collaborator}",
    "comments": "comments{/number}", "commits": "commits{/sha}", "compare": "compare/{base}...{head}",
    "contents": "contents/{+path}", "contributors": "contributors", "deployments": "deployments",
    "downloads": "downloads", "events": "events", "forks": "forks", "git_commits": "git/commits{/sha}",
    "git_refs": "git/refs{/sha}", "git_tags": "git/tags{/sha}", "hooks": "hooks",
    "issue_comment": "issues/comments{/number}", "issue_events": "issues/events{/number}",
    "issues": "issues{/number}", "keys": "keys{/key_id}", "labels": "labels{/name}", "languages": "languages",
    "merges": "merges", "milestones": "milestones{/number}",
    "notifications": "notifications{?since,all,participating}", "pulls": "pulls{/number}",
    "releases": "releases{/id}", "stargazers": "stargazers", "statuses": "statuses/{sha}",
    "subscribers": "subscribers", "subscription": "subscription", "tags": "tags", "teams": "teams",
    "trees": "git/trees{/sha}",
}  # fmt: skip


class Views:
    """What one caller is shown. `api` and `web` are what addresses begin with."""

    def __init__(self, forge: Forge, api: str, web: str, me: User | None, accept: str = "") -> None:
        self.forge, self.api, self.web, self.me = forge, api, web, me
        self.media = next((kind for kind in ("text", "html", "full") if f".{kind}+json" in accept), "raw")

    def user(self, user: User | None) -> Json | None:
        """A user as an author; nobody when the account is gone."""
        if user is None or user.gone:
            return None
        at = f"{self.api}/users/{user.login}"
        path = f"apps/{user.login.removesuffix('[bot]')}" if user.type == "Bot" else user.login
        return {
            "login": user.login,
            "id": user.id,
            "node_id": user.node_id,
            "avatar_url": f"https://avatars.githubusercontent.com/u/{user.id}?v=4",
            "gravatar_id": "",
            "url": at,
            "html_url": f"{self.web}/{path}",
            **{name: f"{at}/{place}" for name, place in _USER_PLACES.items()},
            "type": user.type,
            "user_view_type": "public",
            "site_admin": False,
        }

    def profile(self, user: User) -> Json:
        """A user's own page."""
        return {
            **(self.user(user) or {}),
            "name": user.name,
            "company": None,
            "blog": f"https://{user.login}.example",
            "location": None,
            "email": None,
            "hireable": None,
            "bio": None,
            "twitter_username": None,
            "public_repos": 12345,
            "public_gists": 12345,
            "followers": 7777,
            "following": 54321,
            "created_at": "2011-01-01T00:00:00Z",
            "updated_at": "2026-01-01T00:00:00Z",
        }

    def own(self, user: User) -> Json:
        """The caller's own page."""
        names = ("private_gists", "total_private_repos", "owned_private_repos", "disk_usage", "collaborators")
        return {
            **self.profile(user),
            **dict.fromkeys(names, 54321),
            "two_factor_authentication": True,
            "plan": {"name": "free", "space": 1, "private_repos": 12345, "collaborators": 0},
        }

    def repo_url(self, repo: Repo) -> str:
        """A repository's address in the API."""
        return f"{self.api}/repos/{repo.full_name}"

    def page(self, repo: Repo) -> str:
        """A repository's page."""
        return f"{self.web}/{repo.full_name}"

    def repo(self, repo: Repo) -> Json:
        """A repository as others refer to it."""
        at = self.repo_url(repo)
        return {
            "id": repo.id,
            "node_id": repo.node_id,
            "name": repo.name,
            "full_name": repo.full_name,
            "private": repo.private,
            "owner": self.user(repo.owner),
            "html_url": self.page(repo),
            "description": "Something",
            "fork": False,
            "url": at,
            **{f"{name}_url": f"{at}/{place}" for name, place in _REPO_PLACES.items()},
        }

    def whole_repo(self, repo: Repo) -> Json:
        """A repository itself."""
        counts = ("forks", "forks_count", "open_issues", "open_issues_count", "network_count")
        page = self.page(repo)
        return {
            **self.repo(repo),
            **dict.fromkeys(counts, 12345),
            **dict.fromkeys(("watchers", "watchers_count", "subscribers_count"), 54321),
            "stargazers_count": 8888,
            **dict.fromkeys(("has_issues", "has_projects", "has_downloads", "has_wiki"), True),
            "has_pages": False,
            "has_discussions": repo.discussions,
            "clone_url": f"{page}.git",
            "git_url": f"git:{page}.git",
            "ssh_url": f"git@github.com:{repo.full_name}.git",
            "svn_url": page,
            "default_branch": "main",
            "homepage": None,
            "language": "Python",
            "license": None,
            "mirror_url": None,
            "archived": repo.archived,
            "disabled": False,
            "visibility": "private" if repo.private else "public",
            "size": 108,
            "topics": [],
            "pushed_at": "2026-01-01T00:00:00Z",
            "created_at": "2020-01-01T00:00:00Z",
            "updated_at": "2026-01-01T00:00:00Z",
            "permissions": {
                "admin": repo.owner is self.me,
                "push": repo.writes(self.me),
                "pull": True,
            },
        }

    def association(self, words: Words, repo: Repo) -> str:
        """How an author stands to a repository."""
        author = words.author
        if author is not None and author is repo.owner:
            return "OWNER"
        return "MEMBER" if author is not None and author.id in repo.members else "NONE"

    def reactions(self, at: str) -> Json:
        """The reactions to something, all of them."""
        return {
            "url": f"{at}/reactions",
            "total_count": 9999,
            **dict.fromkeys(_REACTIONS, 9999),
        }

    def body(self, text: str) -> Json:
        """A body in the form that was asked for."""
        found = {"body": text, "body_text": text, "body_html": f"<p>{html.escape(text)}</p>"}
        kept = {"raw": ["body"], "text": ["body_text"], "html": ["body_html"], "full": list(found)}
        return {name: found[name] for name in kept[self.media]}

    def url(self, words: Any) -> str:
        """The address in the API of anything said."""
        if isinstance(words, Issue):
            kind = "pulls" if words.pull else "issues"
            return f"{self.repo_url(words.repo)}/{kind}/{words.number}"
        if isinstance(words, Comment):
            return f"{self.repo_url(words.issue.repo)}/issues/comments/{words.id}"
        if isinstance(words, ReviewComment):
            return f"{self.repo_url(words.issue.repo)}/pulls/comments/{words.id}"
        if isinstance(words, Review):
            return f"{self.repo_url(words.issue.repo)}/pulls/{words.issue.number}/reviews/{words.id}"
        if isinstance(words, CommitComment):
            return f"{self.repo_url(words.repo)}/comments/{words.id}"
        raise AssertionError(words)

    def html(self, words: Any) -> str:
        """The page of anything said, at its place on it."""
        if isinstance(words, Commit):
            return f"{self.page(words.repo)}/commit/{words.sha}"
        if isinstance(words, CommitComment):
            return f"{self.html(words.commit)}#commitcomment-{words.id}"
        if isinstance(words, Discussion):
            return f"{self.page(words.repo)}/discussions/{words.number}"
        if isinstance(words, DiscussionComment):
            return f"{self.html(words.discussion)}#discussioncomment-{words.id}"
        if isinstance(words, Issue):
            return f"{self.page(words.repo)}/{'pull' if words.pull else 'issues'}/{words.number}"
        anchors = {Comment: "issuecomment-", ReviewComment: "discussion_r", Review: "pullrequestreview-"}
        return f"{self.html(words.issue)}#{anchors[type(words)]}{words.id}"

    def thread(self, thread: Thread) -> Json:
        """A notification."""
        at = f"{self.api}/notifications/threads/{thread.id}"
        url, latest = self._subject(thread)
        return {
            "id": str(thread.id),
            "unread": thread.unread,
            "reason": thread.reason,
            "updated_at": stamp(thread.updated_at),
            "last_read_at": stamp(thread.last_read_at) if thread.last_read_at else None,
            "subject": {
                "title": thread.subject.title,
                "url": url,
                "latest_comment_url": latest,
                "type": thread.subject.kind,
            },
            "repository": self.repo(thread.repo),
            "url": at,
            "subscription_url": f"{at}/subscription",
        }

    def _subject(self, thread: Thread) -> tuple[str | None, str | None]:
        """The addresses of a notification's subject and of its newest comment; the subject's when that is none."""
        place = thread.subject
        if isinstance(place, Issue):
            url = self.url(place)
            talk = isinstance(thread.latest, (Comment, ReviewComment))
            return url, self.url(thread.latest) if talk else url
        if isinstance(place, Commit):
            return f"{self.repo_url(place.repo)}/commits/{place.sha}", self.url(thread.latest)
        if isinstance(place, Discussion) and self.forge.quirks.discussion_url == "broken":
            url = f"{self.repo_url(place.repo)}/discussions/{place.number}"
            return url, f"{url}/comments" if thread.latest else url
        if isinstance(place, Subject) and place.kind == "Release":
            url = f"{self.repo_url(place.repo)}/releases/{place.id}"
            return url, url
        return None, None

    def subscription(self, thread: Thread) -> Json:
        """How the caller follows a thread."""
        at = f"{self.api}/notifications/threads/{thread.id}"
        return {
            "subscribed": thread.subscribed and not thread.ignored,
            "ignored": thread.ignored,
            "reason": None,
            "created_at": stamp(thread.updated_at),
            "url": f"{at}/subscription",
            "thread_url": at,
        }
