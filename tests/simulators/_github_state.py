"""A simulated GitHub's memory, and what people do there: open, comment, review, discuss, edit, delete."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

from convo.clock import Clock
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
    Subject,
    User,
    Words,
)
from tests.simulators._github_inbox import Inbox, named, said_in
from tests.simulators._github_quirks import Quirks


class Budget:
    """The requests that may still be made in this hour."""

    def __init__(self, clock: Clock, quirks: Quirks) -> None:
        self.clock, self.quirks = clock, quirks
        self.used = 0
        self._began = clock.now()

    @property
    def ends(self) -> datetime:
        """When the hour is over; a new one begins by itself."""
        if self.clock.now() >= self._began + timedelta(hours=1):
            self._began, self.used = self.clock.now(), 0
        return self._began + timedelta(hours=1)

    @property
    def left(self) -> int:
        """How many there are."""
        return max(self.quirks.hourly - self.used, 0) if self.ends else 0


class Forge:
    """Users, repositories and everything in them. Times are the clock's unless `at` says else.

    `at` is when something arrives, `stated` the creation time it shows (an import may show an older one).
    """

    def __init__(self, clock: Clock, quirks: Quirks) -> None:
        self.clock = clock
        self.quirks = quirks
        self.users: dict[int, User] = {}
        self.repos: dict[int, Repo] = {}
        self.issues: dict[int, Issue] = {}
        self.discussions: dict[int, Discussion] = {}
        self.commits: dict[tuple[int, str], Commit] = {}
        self.budget = Budget(clock, quirks)
        self.inbox = Inbox(quirks, self.users)
        self._ids: Counter[str] = Counter()

    def _id(self, kind: str, first: int = 1001) -> int:
        """Each kind counts for itself, so that the same number means different things."""
        self._ids[kind] += 1
        return first - 1 + self._ids[kind]

    def user(self, login: str, kind: str = "User") -> User:
        """The user of a login, made when there is none."""
        known = next((one for one in self.users.values() if one.login.lower() == login.lower()), None)
        if known is None:
            known = User(self._id("user", 501), login, login.title(), kind)
            self.users[known.id] = known
        return known

    def repo(self, full_name: str, *, private: bool = False) -> Repo:
        """The repository of a name, made when there is none; its owner is an organisation unless known."""
        known = self.find_repo(full_name)
        if known is None:
            owner, _, name = full_name.partition("/")
            there = [one for one in self.users.values() if one.login == owner]
            owned = there[0] if there else self.user(owner, "Organization")
            known = Repo(self._id("repo"), owned, name, private)
            self.repos[known.id] = known
        return known

    def find_repo(self, full_name: str) -> Repo | None:
        """The repository that has or had a name."""
        wanted = full_name.lower()
        for repo in self.repos.values():
            if repo.full_name.lower() == wanted:
                return repo
        return next((one for one in self.repos.values() if wanted in one.former), None)

    def issue_of(self, repo: Repo, number: int) -> Issue | None:
        """An issue or pull request by its number."""
        return next((i for i in self.issues.values() if i.repo is repo and i.number == number), None)

    def _times(self, at: datetime | None, stated: datetime | None) -> tuple[datetime, datetime, datetime]:
        """Created, updated, arrived."""
        now = (at or self.clock.now()).replace(microsecond=0)
        return (stated or now).replace(microsecond=0), now, now

    def open(
        self,
        by: User,
        repo: Repo,
        title: str,
        body: str,
        *,
        pull: bool = False,
        at: datetime | None = None,
        stated: datetime | None = None,
    ) -> Issue:
        """Open an issue or a pull request."""
        created, updated, arrived = self._times(at, stated)
        repo.numbers += 1
        issue = Issue(
            self._id("issue"),
            by,
            body,
            created,
            updated,
            number=repo.numbers,
            repo=repo,
            title=title,
            pull=pull,
        )
        self.issues[issue.id] = issue
        self.inbox.tell(issue, by, None, arrived, body)
        return issue

    def comment(
        self,
        by: User,
        issue: Issue,
        body: str,
        *,
        at: datetime | None = None,
        stated: datetime | None = None,
        app: bool = False,
    ) -> Comment:
        """Comment on an issue or pull request."""
        created, updated, arrived = self._times(at, stated)
        made = Comment(self._id("comment"), by, body, created, updated, issue=issue, app=app)
        issue.comments.append(made)
        self._moved(issue, by, made, arrived, body)
        return made

    def _moved(self, issue: Issue, by: User, what: Words, at: datetime, body: str) -> None:
        issue.updated_at = max(issue.updated_at, at)
        self.inbox.tell(issue, by, what, at, body)

    def review(
        self, by: User, pull: Issue, body: str, state: str = "COMMENTED", *, at: datetime | None = None
    ) -> Review:
        """Review a pull request; a request for it is fulfilled."""
        created, updated, arrived = self._times(at, None)
        made = Review(self._id("review"), by, body, created, updated, issue=pull, state=state)
        pull.reviews.append(made)
        if state != "PENDING":
            pull.reviewers = [one for one in pull.reviewers if one is not by]
            self._moved(pull, by, made, arrived, body)
        return made

    def inline(
        self,
        by: User,
        pull: Issue,
        body: str,
        *,
        path: str = "src/a.py",
        line: int = 12,
        at: datetime | None = None,
    ) -> ReviewComment:
        """Begin a thread on a line, as a review with an empty body."""
        review = self.review(by, pull, "", at=at)
        thread = ReviewThread(self._id("thread"), pull, path, line)
        pull.threads.append(thread)
        return self.answer_inline(by, thread, body, at=at, review=review)

    def answer_inline(
        self,
        by: User,
        thread: ReviewThread,
        body: str,
        *,
        at: datetime | None = None,
        review: Review | None = None,
    ) -> ReviewComment:
        """Answer in a thread on a line; GitHub makes an empty review for each."""
        created, updated, arrived = self._times(at, None)
        pull = thread.issue
        review = review or self.review(by, pull, "", at=at)
        made = ReviewComment(
            self._id("line comment"), by, body, created, updated, thread=thread, review=review
        )
        thread.comments.append(made)
        self._moved(pull, by, made, arrived, body)
        return made

    def discuss(
        self, by: User, repo: Repo, title: str, body: str, *, at: datetime | None = None
    ) -> Discussion:
        """Open a discussion; its number is from the same series as the issues'."""
        created, updated, arrived = self._times(at, None)
        repo.numbers += 1
        made = Discussion(
            self._id("discussion"), by, body, created, updated, number=repo.numbers, repo=repo, title=title
        )
        self.discussions[made.id] = made
        self.inbox.tell(made, by, None, arrived, body)
        return made

    def answer_discussion(
        self,
        by: User,
        discussion: Discussion,
        body: str,
        *,
        to: DiscussionComment | None = None,
        at: datetime | None = None,
    ) -> DiscussionComment:
        """Comment on a discussion, or reply to one of its comments."""
        created, updated, arrived = self._times(at, None)
        made = DiscussionComment(
            self._id("answer"), by, body, created, updated, discussion=discussion, reply_to=to
        )
        discussion.comments.append(made)
        discussion.updated_at = max(discussion.updated_at, arrived)
        self.inbox.tell(discussion, by, made, arrived, body)
        return made

    def commit(self, by: User, repo: Repo, sha: str, title: str = "Mend it") -> Commit:
        """Push a commit, or find it."""
        made = Commit(repo, sha, by, title, self._times(None, None)[0])
        return self.commits.setdefault((repo.id, sha), made)

    def comment_commit(
        self, by: User, commit: Commit, body: str, *, at: datetime | None = None
    ) -> CommitComment:
        """Comment on a commit."""
        created, updated, arrived = self._times(at, None)
        made = CommitComment(self._id("commit comment"), by, body, created, updated, commit=commit)
        commit.comments.append(made)
        self.inbox.tell(commit, by, made, arrived, body)
        return made

    def notify(
        self, user: User, kind: str, title: str, repo: Repo, reason: str, *, at: datetime | None = None
    ) -> None:
        """A notification of something that nobody says: a check suite, an invitation, a release."""
        subject = Subject(kind, title, repo, self._id("subject"))
        self.inbox.move(user, subject, reason, None, self._times(at, None)[2])

    def ask_review(self, by: User, pull: Issue, of: User, *, at: datetime | None = None) -> None:
        """Ask somebody to review."""
        _, updated, arrived = self._times(at, None)
        pull.reviewers.append(of)
        pull.asked_at = arrived
        pull.updated_at = max(pull.updated_at, updated)
        self.happens(pull, "review_requested", by, about=of, at=at)
        self.inbox.move(of, pull, "review_requested", None, arrived)

    def happens(
        self, issue: Issue, name: str, by: User, *, about: User | None = None, at: datetime | None = None
    ) -> Event:
        """Put an event into an issue's history."""
        event = Event(self._id("event"), name, by, self._times(at, None)[2], about)
        issue.happened.append(event)
        return event

    def close(self, issue: Issue, by: User, *, merged: bool = False, at: datetime | None = None) -> None:
        """Close an issue, or close or merge a pull request: its thread moves, and no comment is the newest."""
        _, _, arrived = self._times(at, None)
        issue.state, issue.closed_by, issue.closed_at, issue.merged = "closed", by, arrived, merged
        issue.state_reason = None if issue.pull else "completed"
        for name in ("merged", "closed") if merged else ("closed",):
            self.happens(issue, name, by, at=at)
        issue.updated_at = max(issue.updated_at, arrived)
        self.inbox.tell(issue, by, None, arrived)

    def reopen(self, issue: Issue, by: User) -> None:
        """Open it again."""
        issue.state, issue.closed_by, issue.closed_at, issue.state_reason = "open", None, None, "reopened"
        self.happens(issue, "reopened", by)
        issue.updated_at = self._times(None, None)[1]
        self.inbox.tell(issue, by, None, issue.updated_at)

    def edit(self, words: Words, body: str, by: User | None = None) -> None:
        """Change what somebody said: nobody is notified, unless it names them for the first time."""
        now = self._times(None, None)[1]
        words.body, words.updated_at = body, now
        words.edited_at, words.editor = now, by or words.author
        if isinstance(words, (Issue, Discussion)):
            self._named_by_edit(words, words, body, now)
        elif isinstance(words, (Comment, ReviewComment, Review)):
            self._named_by_edit(words.issue, words, body, now)
        elif isinstance(words, DiscussionComment):
            self._named_by_edit(words.discussion, words, body, now)

    def _named_by_edit(self, place: Issue | Discussion, words: Words, body: str, at: datetime) -> None:
        for user in self.users.values():
            known = any(one.reason == "mention" for one in self.inbox.of(user, place))
            if user.login.lower() in named(body) and user is not words.author and not known:
                self.inbox.move(user, place, "mention", words, at, again=True)

    def delete(self, words: Words) -> None:
        """Take something away; threads that point at it keep pointing at it."""
        words.deleted = True
        if isinstance(words, Comment):
            words.issue.comments.remove(words)
        elif isinstance(words, ReviewComment):
            words.thread.comments.remove(words)
            if not words.thread.comments:
                words.issue.threads.remove(words.thread)
        elif isinstance(words, CommitComment):
            words.commit.comments.remove(words)
        elif isinstance(words, DiscussionComment):
            self._delete_answer(words)

    def _delete_answer(self, words: DiscussionComment) -> None:
        """A comment with replies stays as an empty place, one without goes."""
        if any(one.reply_to is words for one in words.discussion.comments):
            words.body, words.author = "", None
        else:
            words.discussion.comments.remove(words)

    def rename(self, repo: Repo, name: str) -> None:
        """Give a repository another name; the old one leads to it."""
        repo.former.add(repo.full_name.lower())
        repo.name = name

    def everything(self) -> Iterator[Words]:
        """All that stands, in no order."""
        places: list[Issue | Discussion] = [*self.issues.values(), *self.discussions.values()]
        for place in places:
            if not place.deleted:
                yield from said_in(place)
        for commit in self.commits.values():
            yield from commit.comments
