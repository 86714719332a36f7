"""What a simulated GitHub lets a client write by GraphQL: comments, their changes and ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.simulators._github_calls import LONGEST, Call
from tests.simulators._github_entities import (
    Comment,
    Discussion,
    DiscussionComment,
    Issue,
    Repo,
    ReviewComment,
    ReviewThread,
    Words,
)
from tests.simulators._github_query import Failure, everything, place_of
from tests.simulators._github_writes import Writes

Json = dict[str, Any]


class Mutations:
    """The mutations of one request."""

    def __init__(self, call: Call, writes: Writes) -> None:
        self.call, self.forge, self.writes = call, call.forge, writes
        self._known: dict[str, Callable[[Json], Json]] = {
            "addComment": self._comment,
            "updateIssueComment": lambda given: {"issueComment": self._change(given["id"], Comment, given)},
            "deleteIssueComment": lambda given: self._remove(given, Comment, ""),
            "addDiscussionComment": self._discuss,
            "updateDiscussionComment": lambda given: {
                "comment": self._change(given["commentId"], DiscussionComment, given)
            },
            "deleteDiscussionComment": lambda given: self._remove(given, DiscussionComment, "comment"),
            "addPullRequestReviewThreadReply": self._answer_line,
            "updatePullRequestReviewComment": lambda given: {
                "pullRequestReviewComment": self._change(
                    given["pullRequestReviewCommentId"], ReviewComment, given
                )
            },
            "deletePullRequestReviewComment": lambda given: self._remove(
                given, ReviewComment, "pullRequestReviewComment"
            ),
        }

    def run(self, name: str, given: Json) -> Json:
        """Do one of them. `clientMutationId` is given back and means nothing. Raises Failure."""
        return {"clientMutationId": given.get("clientMutationId"), **self._known[name](given)}

    def _node(self, wanted: str, kinds: type | tuple[type, ...]) -> Any:
        for one in everything(self.forge):
            if one.node_id == wanted and isinstance(one, kinds):
                repo = place_of(one)
                if repo is None or self.call.sees(repo):
                    return one
        raise Failure("NOT_FOUND", f"Could not resolve to a node with the global id of '{wanted}'")

    def _text(self, given: Json) -> str:
        text = str(given["body"])
        if not text.strip():
            raise Failure("UNPROCESSABLE", "Body can't be blank")
        if len(text) > LONGEST:
            raise Failure("UNPROCESSABLE", f"Body is too long (maximum is {LONGEST} characters)")
        return text

    def _may(self, place: Any) -> None:
        repo = place_of(place)
        assert isinstance(repo, Repo)
        self.writes.may_speak(self.call, repo, place)

    def _comment(self, given: Json) -> Json:
        issue: Issue = self._node(given["subjectId"], Issue)
        self._may(issue)
        made = self.forge.comment(self.call.user, issue, self._text(given))
        return {"subject": issue, "commentEdge": {"cursor": "", "node": made}}

    def _discuss(self, given: Json) -> Json:
        discussion: Discussion = self._node(given["discussionId"], Discussion)
        self._may(discussion)
        above = self._node(given["replyToId"], DiscussionComment) if given.get("replyToId") else None
        if above is not None and above.discussion is not discussion:
            raise Failure("UNPROCESSABLE", "Parent comment must belong to the same discussion")
        if above is not None and above.reply_to is not None:
            raise Failure("UNPROCESSABLE", "Parent comment is already in a thread, cannot reply to it")
        made = self.forge.answer_discussion(self.call.user, discussion, self._text(given), to=above)
        self.writes.late(made)
        return {"comment": made}

    def _answer_line(self, given: Json) -> Json:
        thread: ReviewThread = self._node(given["pullRequestReviewThreadId"], ReviewThread)
        self._may(thread.issue)
        return {"comment": self.forge.answer_inline(self.call.user, thread, self._text(given))}

    def _own(self, words: Words) -> None:
        repo = place_of(words)
        if words.author is not self.call.user and not (repo and repo.writes(self.call.user)):
            who = self.call.user.login
            raise Failure("FORBIDDEN", f"{who} does not have the correct permissions to execute this.")

    def _change(self, wanted: str, kind: type, given: Json) -> Words:
        words: Words = self._node(wanted, kind)
        self._own(words)
        self.forge.edit(words, self._text(given), self.call.user)
        return words

    def _remove(self, given: Json, kind: type, name: str) -> Json:
        words: Words = self._node(given["id"], kind)
        self._own(words)
        self.forge.delete(words)
        return {name: words} if name else {}
