"""What a simulated GitHub lets a client write by REST: comments, their changes and ends."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.simulators._github_calls import ApiError, Call, not_found
from tests.simulators._github_entities import Issue, Repo, Words
from tests.simulators._github_reads import Reads
from tests.simulators._github_state import Forge
from tests.simulators._github_talk_views import TalkViews
from tests.simulators.messages import Answer, json_answer


class Writes:
    """The writing half."""

    def __init__(self, forge: Forge, reads: Reads) -> None:
        self.forge, self.reads = forge, reads

    def may_speak(self, call: Call, repo: Repo, place: Any) -> None:
        """Refuse who may not write here. Raises ApiError."""
        call.need("repo" if repo.private else "public_repo")
        if repo.archived:
            raise ApiError(403, "Repository was archived so is read-only.")
        if getattr(place, "locked", False) and not repo.writes(call.user):
            raise ApiError(403, "Unable to create comment because issue is locked.")
        author = getattr(place, "author", None)
        if author is not None and call.user.id in author.blocked:
            raise ApiError(422, "Validation Failed", errors=["User is blocked"])

    def late(self, words: Words) -> None:
        """Let it be listed only later, when the quirk is on."""
        if self.forge.quirks.post_lands_late:
            words.visible_at = self.forge.clock.now() + timedelta(seconds=self.forge.quirks.post_lands_late)

    def comment(self, call: Call, repo: Repo, number: str) -> Answer:
        """Comment on an issue or pull request."""
        issue = self.reads.find(repo, number)
        self.may_speak(call, repo, issue)
        made = self.forge.comment(call.user, issue, call.text("IssueComment"), app=self._is_app(call))
        self.late(made)
        shown = TalkViews(call.views).comment(made)
        return json_answer(shown, 201).with_headers(location=shown["url"])

    def _is_app(self, call: Call) -> bool:
        return call.token is not None and call.token.kind == "app"

    def answer_line(self, call: Call, repo: Repo, number: str, comment_id: str) -> Answer:
        """Answer the first comment on a line; an answer cannot be answered."""
        pull = self.reads.find(repo, number, pull=True)
        self.may_speak(call, repo, pull)
        above = self.reads.comment_of(repo, "pulls", comment_id)
        if above.issue is not pull:
            raise not_found()
        if above.top is not above:
            words = "in_reply_to can only be specified on a top-level comment"
            raise ApiError(
                422,
                "Validation Failed",
                errors=[
                    {
                        "resource": "PullRequestReviewComment",
                        "code": "custom",
                        "field": "in_reply_to",
                        "message": words,
                    }
                ],
            )
        made = self.forge.answer_inline(call.user, above.thread, call.text("PullRequestReviewComment"))
        self.late(made)
        shown = TalkViews(call.views).line_comment(made)
        return json_answer(shown, 201).with_headers(location=shown["url"])

    def comment_commit(self, call: Call, repo: Repo, sha: str) -> Answer:
        """Comment on a commit."""
        self.may_speak(call, repo, None)
        commit = self.forge.commits.get((repo.id, sha))
        if commit is None:
            raise ApiError(422, f"No commit found for SHA: {sha}")
        made = self.forge.comment_commit(call.user, commit, call.text("CommitComment"))
        self.late(made)
        shown = TalkViews(call.views).commit_comment(made)
        return json_answer(shown, 201).with_headers(location=shown["url"])

    def own(self, call: Call, repo: Repo, words: Words) -> None:
        """Refuse who may not change it: only its author and who may push. Raises ApiError."""
        call.need("repo" if repo.private else "public_repo")
        if words.author is not call.user and not repo.writes(call.user):
            raise ApiError(403, "Must have admin rights to Repository.")

    def change(self, call: Call, repo: Repo, kind: str, number: str) -> Answer:
        """Change a comment of any kind."""
        words = self.reads.comment_of(repo, kind, number)
        self.own(call, repo, words)
        self.forge.edit(words, call.text("IssueComment"), call.user)
        return json_answer(self.reads.view(call, words))

    def remove(self, call: Call, repo: Repo, kind: str, number: str) -> Answer:
        """Delete a comment of any kind."""
        words = self.reads.comment_of(repo, kind, number)
        self.own(call, repo, words)
        self.forge.delete(words)
        return Answer(204)

    def change_issue(self, call: Call, repo: Repo, number: str) -> Answer:
        """Change an issue's title, body or state."""
        issue = self.reads.find(repo, number)
        self.own(call, repo, issue)
        fields = call.fields()
        if isinstance(fields.get("body"), str):
            self.forge.edit(issue, fields["body"], call.user)
        issue.title = fields.get("title") or issue.title
        self._state(issue, call, str(fields.get("state") or issue.state))
        return json_answer(TalkViews(call.views).issue(issue))

    def _state(self, issue: Issue, call: Call, state: str) -> None:
        if state not in ("open", "closed"):
            raise ApiError(
                422, "Validation Failed", errors=[{"resource": "Issue", "field": "state", "code": "invalid"}]
            )
        if state == "closed" and issue.state == "open":
            self.forge.close(issue, call.user)
        elif state == "open" and issue.state == "closed":
            self.forge.reopen(issue, call.user)
