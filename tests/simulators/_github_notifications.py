"""A simulated GitHub's notifications, subscriptions and blocked users."""

from __future__ import annotations

from tests.simulators._github_calls import ApiError, Call, not_found
from tests.simulators._github_entities import Repo, Thread
from tests.simulators._github_state import Forge
from tests.simulators.messages import Answer, json_answer

_EMPTY_RESET = 205


class Notifications:
    """What has moved where the caller takes part."""

    def __init__(self, forge: Forge) -> None:
        self.forge = forge

    def listing(self, call: Call, repo: Repo | None = None) -> Answer:
        """The list, the newest first; 304 to who knows that nothing is newer."""
        call.need("notifications", fine=False)
        asked = call.request.first
        every, mine = asked("all") == "true", asked("participating") == "true"
        since, before = call.moment("since"), call.moment("before")
        found = [
            one
            for one in self.forge.inbox.listed(call.user, every)
            if (not mine or one.reason not in ("subscribed", "ci_activity"))
            and (since is None or one.updated_at >= since)
            and (before is None or one.updated_at < before)
            and repo in (None, one.repo)
        ]
        counted = [one for one in found if one.unread] if call.quirks.modified_goes_back else found
        newest = max((one.updated_at for one in counted or found), default=None)
        headers = call.not_modified(newest)
        interval = call.quirks.poll_interval
        polled = {} if interval is None else {"x-poll-interval": str(interval)}
        if headers is None:
            return Answer(304, b"", polled)
        page, links = call.page(found, default=50, most=50)
        return json_answer([call.views.thread(one) for one in page]).with_headers(
            **headers, **links, **polled
        )

    def mark_all(self, call: Call, repo: Repo | None = None) -> Answer:
        """Everything up to a time is read."""
        call.need("notifications", fine=False)
        fields = call.fields()
        until = fields.get("last_read_at")
        for thread in self.forge.inbox.of(call.user):
            if (until is None or f"{thread.updated_at:%Y-%m-%dT%H:%M:%SZ}" <= until) and repo in (
                None,
                thread.repo,
            ):
                self._read(thread)
        return Answer(_EMPTY_RESET)

    def _read(self, thread: Thread) -> None:
        thread.unread, thread.last_read_at = False, self.forge.clock.now().replace(microsecond=0)

    def _thread(self, call: Call, number: str) -> Thread:
        call.need("notifications", fine=False)
        found = next((one for one in self.forge.inbox.of(call.user) if str(one.id) == number), None)
        if found is None:
            raise not_found()
        return found

    def one(self, call: Call, number: str) -> Answer:
        """One thread."""
        return json_answer(call.views.thread(self._thread(call, number)))

    def mark(self, call: Call, number: str) -> Answer:
        """It is read; 304 when it was."""
        thread = self._thread(call, number)
        if not thread.unread:
            return Answer(304)
        self._read(thread)
        return Answer(_EMPTY_RESET)

    def done(self, call: Call, number: str) -> Answer:
        """It is done, which nobody can see or undo."""
        thread = self._thread(call, number)
        self._read(thread)
        thread.done = True
        return Answer(204)

    def subscription(self, call: Call, number: str) -> Answer:
        """How it is followed."""
        return json_answer(call.views.subscription(self._thread(call, number)))

    def subscribe(self, call: Call, number: str) -> Answer:
        """Follow it, or ignore it."""
        thread = self._thread(call, number)
        ignored = call.fields().get("ignored", False)
        if not isinstance(ignored, bool):
            raise ApiError(422, "Invalid request.\n\nFor 'properties/ignored', it is not a boolean.")
        thread.ignored, thread.subscribed = ignored, True
        return json_answer(call.views.subscription(thread))

    def unsubscribe(self, call: Call, number: str) -> Answer:
        """Hear of it again when it names the caller."""
        thread = self._thread(call, number)
        thread.ignored = thread.subscribed = False
        return Answer(204)

    def blocked(self, call: Call) -> Answer:
        """Whom the caller blocked."""
        call.need("user")
        found = [self.forge.users[one] for one in sorted(call.user.blocked)]
        page, links = call.page(found)
        return json_answer([call.views.user(one) for one in page]).with_headers(**links)

    def block(self, call: Call, login: str) -> Answer:
        """Whether somebody is blocked, or block them, or end that."""
        call.need("user")
        known = [one for one in self.forge.users.values() if one.login.lower() == login.lower()]
        method = call.request.method
        if not known or (method in ("GET", "DELETE") and known[0].id not in call.user.blocked):
            raise not_found()
        if method == "PUT":
            if known[0] is call.user or known[0].id in call.user.blocked:
                raise ApiError(422, "Validation Failed", errors=["Blocked user has already been blocked"])
            call.user.blocked.add(known[0].id)
        elif method == "DELETE":
            call.user.blocked.discard(known[0].id)
        return Answer(204)
