"""What a simulated GitHub lets a client read by REST: issues, pull requests, comments, reviews, people."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from tests.simulators._github_calls import ApiError, Call, not_found
from tests.simulators._github_entities import (
    Comment,
    CommitComment,
    Issue,
    Repo,
    Review,
    ReviewComment,
    Words,
    stamp,
)
from tests.simulators._github_search import search_issues
from tests.simulators._github_state import Forge
from tests.simulators._github_talk_views import TalkViews
from tests.simulators._github_views import Json
from tests.simulators.messages import Answer, json_answer


class Reads:
    """The reading half; every method gets the call, the repository and what stands in the path."""

    def __init__(self, forge: Forge) -> None:
        self.forge = forge

    def find(self, repo: Repo, number: str, *, pull: bool = False) -> Issue:
        """An issue or pull request. Raises ApiError."""
        issue = self.forge.issue_of(repo, int(number)) if number.isdigit() else None
        if issue is None or (pull and not issue.pull):
            raise not_found()
        if issue.deleted:
            raise ApiError(410, "This issue was deleted")
        return issue

    def comment_of(self, repo: Repo, kind: str, number: str) -> Any:
        """A comment in the conversation ("issues"), on a line ("pulls") or on a commit (""). Raises ApiError."""
        for issue in self.forge.issues.values():
            if issue.repo is not repo or issue.deleted:
                continue
            lines = [one for thread in issue.threads for one in thread.comments]
            for one in issue.comments if kind == "issues" else lines if kind == "pulls" else ():
                if str(one.id) == number:
                    return one
        for commit in self.forge.commits.values():
            for made in commit.comments if not kind and commit.repo is repo else ():
                if str(made.id) == number:
                    return made
        raise not_found()

    def issue(self, call: Call, repo: Repo, number: str) -> Answer:
        """An issue."""
        return call.tagged(json_answer(TalkViews(call.views).issue(self.find(repo, number))))

    def pull(self, call: Call, repo: Repo, number: str) -> Answer:
        """A pull request."""
        return call.tagged(json_answer(TalkViews(call.views).pull(self.find(repo, number, pull=True))))

    def issues(self, call: Call, repo: Repo | None = None) -> Answer:
        """A list of issues: a repository's, or those that concern the caller."""
        since, state = call.moment("since"), call.request.first("state", "open")
        concerns = call.request.first("filter", "assigned")
        found = []
        for issue in self.forge.issues.values():
            wanted = (
                issue.repo is repo
                if repo
                else concerns in ("all", "subscribed")
                or (concerns == "created" and issue.author is call.user)
            )
            if wanted and not issue.deleted and call.sees(issue.repo) and state in ("all", issue.state):
                found.append(issue)
        found = [one for one in found if since is None or one.updated_at >= since]
        views = TalkViews(call.views)
        return self._ordered(call, found, views.issue)

    def _ordered(self, call: Call, found: Sequence[Words], view: Any, first: str = "desc") -> Answer:
        by = "updated_at" if call.request.first("sort") == "updated" else "created_at"
        down = call.request.first("direction", first) == "desc"
        ordered = sorted(found, key=lambda one: (getattr(one, by), one.id), reverse=down)
        page, links = call.page(ordered)
        return call.tagged(json_answer([view(one) for one in page]).with_headers(**links))

    def comments(self, call: Call, repo: Repo, number: str = "") -> Answer:
        """The comments of an issue by id, or of a whole repository; `since` is about changes."""
        if number:
            found = self._since(call, self.find(repo, number).comments)
            page, links = call.page(sorted(found, key=lambda one: one.id))
            views = TalkViews(call.views)
            return call.tagged(json_answer([views.comment(one) for one in page]).with_headers(**links))
        every = [
            c for i in self.forge.issues.values() if i.repo is repo and not i.deleted for c in i.comments
        ]
        return self._ordered(call, self._since(call, every), TalkViews(call.views).comment, "asc")

    def _since(self, call: Call, found: Sequence[Any]) -> list[Any]:
        since = call.moment("since")
        return [one for one in found if call.shown(one) and (since is None or one.updated_at >= since)]

    def line_comments(self, call: Call, repo: Repo, number: str = "") -> Answer:
        """The comments on lines of a pull request, or of a whole repository."""
        pulls = (
            [self.find(repo, number, pull=True)]
            if number
            else [i for i in self.forge.issues.values() if i.repo is repo and not i.deleted]
        )
        found = [one for pull in pulls for thread in pull.threads for one in thread.comments]
        return self._ordered(call, self._since(call, found), TalkViews(call.views).line_comment, "asc")

    def commit_comments(self, call: Call, repo: Repo, sha: str = "") -> Answer:
        """The comments on a commit, or on all of a repository."""
        every = [one for one in self.forge.commits.values() if one.repo is repo and sha in ("", one.sha)]
        if sha and not every:
            raise not_found()
        found = [one for commit in every for one in commit.comments]
        page, links = call.page([one for one in found if call.shown(one)])
        views = TalkViews(call.views)
        return json_answer([views.commit_comment(one) for one in page]).with_headers(**links)

    def comment(self, call: Call, repo: Repo, kind: str, number: str) -> Answer:
        """One comment."""
        return call.tagged(json_answer(self.view(call, self.comment_of(repo, kind, number))))

    def view(self, call: Call, words: Words) -> Json:
        """A comment of any kind, shown."""
        views = TalkViews(call.views)
        if isinstance(words, Comment):
            return views.comment(words)
        if isinstance(words, CommitComment):
            return views.commit_comment(words)
        assert isinstance(words, ReviewComment)
        return views.line_comment(words)

    def reviews(self, call: Call, repo: Repo, number: str) -> Answer:
        """The reviews of a pull request, the oldest first; a pending one only to its author."""
        found = [one for one in self.find(repo, number, pull=True).reviews if self._visible(call, one)]
        page, links = call.page(found)
        views = TalkViews(call.views)
        return json_answer([views.review(one) for one in page]).with_headers(**links)

    def _visible(self, call: Call, review: Review) -> bool:
        return review.state != "PENDING" or review.author is call.me

    def review(self, call: Call, repo: Repo, number: str, review_id: str) -> Answer:
        """One review."""
        for one in self.find(repo, number, pull=True).reviews:
            if str(one.id) == review_id and self._visible(call, one):
                return json_answer(TalkViews(call.views).review(one))
        raise not_found()

    def review_comments(self, call: Call, repo: Repo, number: str, review_id: str) -> Answer:
        """The comments on lines that belong to a review."""
        pull = self.find(repo, number, pull=True)
        found = [c for t in pull.threads for c in t.comments if str(c.review.id) == review_id]
        page, links = call.page(found)
        views = TalkViews(call.views)
        shown = [views.line_comment(one) for one in page]
        gone = (
            "line",
            "original_line",
            "start_line",
            "original_start_line",
            "side",
            "start_side",
            "subject_type",
        )
        kept = [{name: value for name, value in one.items() if name not in gone} for one in shown]
        return json_answer(kept).with_headers(**links)

    def reviewers(self, call: Call, repo: Repo, number: str) -> Answer:
        """Whose review is still due."""
        found = self.find(repo, number, pull=True).reviewers
        return json_answer({"users": [call.views.user(one) for one in found], "teams": []})

    def timeline(self, call: Call, repo: Repo, number: str) -> Answer:
        """Everything that happened to an issue, in order."""
        issue, views = self.find(repo, number), TalkViews(call.views)
        found: list[tuple[datetime, Json]] = [(e.at, views.happened(e, issue)) for e in issue.happened]
        for comment in issue.comments:
            shown = views.comment(comment)
            found.append((comment.created_at, {**shown, "event": "commented", "actor": shown["user"]}))
        for review in issue.reviews:
            if self._visible(call, review):
                found.append((review.created_at, {**views.review(review), "event": "reviewed"}))
        found.sort(key=lambda one: one[0])
        page, links = call.page([one for _, one in found])
        return json_answer(page).with_headers(**links)

    def repository(self, call: Call, repo: Repo) -> Answer:
        """A repository."""
        return json_answer(call.views.whole_repo(repo))

    def search(self, call: Call) -> Answer:
        """Issues and pull requests by words and qualifiers."""
        query = call.request.first("q")
        if not query:
            raise ApiError(
                422, "Validation Failed", errors=[{"resource": "Search", "field": "q", "code": "missing"}]
            )
        found = [one for one in search_issues(self.forge, call.me, query) if call.sees(one.repo)]
        page, links = call.page(found)
        shown = [{**TalkViews(call.views).issue(one), "score": 1.0} for one in page]
        whole = {
            "total_count": len(found),
            "incomplete_results": False,
            "search_type": "lexical",
            "items": shown,
        }
        return json_answer(whole).with_headers(**links)

    def events(self, call: Call, login: str) -> Answer:
        """What somebody did lately: comments and openings, the newest first."""
        actor = next((one for one in self.forge.users.values() if one.login == login), None)
        if actor is None:
            raise not_found()
        views = TalkViews(call.views)
        found = []
        for issue in self.forge.issues.values():
            if not call.sees(issue.repo):
                continue
            for one in issue.comments:
                if one.author is actor:
                    payload = {
                        "action": "created",
                        "issue": views.issue(issue),
                        "comment": views.comment(one),
                    }
                    found.append((one.created_at, "IssueCommentEvent", issue.repo, payload))
            if issue.author is actor and not issue.pull:
                payload = {"action": "opened", "issue": views.issue(issue)}
                found.append((issue.created_at, "IssuesEvent", issue.repo, payload))
        found.sort(key=lambda one: one[0], reverse=True)
        page, links = call.page(found[:300])
        shown = [
            {
                "id": str(number),
                "type": kind,
                "actor": {
                    "id": actor.id,
                    "login": actor.login,
                    "gravatar_id": "",
                    "url": f"{call.api}/users/{actor.login}",
                    "avatar_url": "https://avatars.githubusercontent.com/u/1",
                },
                "repo": {"id": repo.id, "name": repo.full_name, "url": call.views.repo_url(repo)},
                "payload": payload,
                "public": not repo.private,
                "created_at": stamp(at),
            }
            for number, (at, kind, repo, payload) in enumerate(page)
        ]
        return json_answer(shown).with_headers(**links)
