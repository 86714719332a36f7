"""What a simulated fediverse server lets an inbox read."""

from __future__ import annotations

from typing import Any

from tests.simulators._mastodon_calls import ApiError, Call, NotFound
from tests.simulators._mastodon_state import Account, Instance, Notification, Status
from tests.simulators._mastodon_views import Json, Views
from tests.simulators.messages import Answer, json_answer


class Reads:
    """The reading half of the API."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance

    def views(self, call: Call) -> Views:
        """What the caller is shown."""
        return Views(self.instance, call.me)

    def status_of(self, call: Call, status_id: str) -> Status:
        """The status of an id, when the caller may see it. Raises NotFound."""
        found = self.instance.by_id(status_id)
        if found is None or not self.instance.sees(call.me, found):
            raise NotFound(call.quirks)
        return found

    def account_of(self, call: Call, account_id: str) -> Account:
        """The account of an id. Raises NotFound."""
        found = self.instance.accounts.get(account_id)
        if found is None:
            raise NotFound(call.quirks)
        return found

    def notifications(self, call: Call) -> Answer:
        """The list, newest first; filtered ones only when asked for."""
        request = call.request
        types, without = request.every("types"), request.every("exclude_types")
        filtered, by = request.first("include_filtered") == "true", request.first("account_id")
        me = call.account
        found = [
            note
            for note in reversed(self.instance.notifications)
            if note.to is me
            and (not types or note.type in types)
            and note.type not in without
            and (not note.filtered or filtered)
            and by_matches(note, by)
        ]
        page, headers = call.page(found, lambda n: n.id, call.limit(40, 80), lambda n: n.created_at)
        views = self.views(call)
        return json_answer([views.notification(note) for note in page]).with_headers(**headers)

    def notification(self, call: Call, note_id: str) -> Answer:
        """One notification."""
        for note in self.instance.notifications:
            if note.id == note_id and note.to is call.account:
                return json_answer(self.views(call).notification(note))
        raise NotFound(call.quirks)

    def context(self, call: Call, status_id: str) -> Answer:
        """Ancestors and descendants that the caller may see."""
        status, views = self.status_of(call, status_id), self.views(call)

        def shown(statuses: list[Status]) -> list[Json]:
            return [views.status(one) for one in statuses if self.instance.sees(call.me, one)]

        below = shown(self.instance.below(status))
        return json_answer({"ancestors": shown(self.instance.above(status)), "descendants": below})

    def statuses(self, call: Call) -> Answer:
        """Many statuses by id; those that are missing are left out."""
        ids = dict.fromkeys(call.request.every("id"))
        if not call.quirks.bulk:
            raise NotFound(call.quirks)
        if len(ids) > call.quirks.bulk_most:
            raise ApiError(422, {"error": "Validation failed"})
        found = [self.instance.by_id(status_id) for status_id in ids]
        views = self.views(call)
        return json_answer([views.status(one) for one in found if one and self.instance.sees(call.me, one)])

    def account_statuses(self, call: Call, account_id: str) -> Answer:
        """An account's statuses; its own token sees them all."""
        account = self.account_of(call, account_id)
        found = [
            status
            for status in reversed(self.instance.statuses.values())
            if status.account is account and not status.deleted and self.instance.sees(call.me, status)
            if not (call.request.first("exclude_replies") == "true" and status.parent)
        ]
        found.sort(key=lambda status: (len(status.id), status.id), reverse=True)
        page, headers = call.page(found, lambda s: s.id, call.limit(20, 40), lambda s: s.created_at)
        views = self.views(call)
        return json_answer([views.status(status) for status in page]).with_headers(**headers)

    def people(self, call: Call, ids: set[str]) -> Answer:
        """A list of accounts by internal ids, which only the Link header knows."""
        found = [self.instance.accounts[one] for one in sorted(ids, reverse=True)]
        page, headers = call.page(
            found, lambda a: a.id, call.limit(40, 80), lambda a: self.instance.clock.now()
        )
        views = self.views(call)
        return json_answer([views.account(account) for account in page]).with_headers(**headers)

    def conversations(self, call: Call) -> Answer:
        """Direct conversations, newest first."""
        if call.quirks.conversations == "404":
            raise NotFound(call.quirks)
        if call.quirks.conversations == "empty":
            return json_answer([])
        latest: dict[str, Status] = {}
        for status in self.instance.statuses.values():
            concerned = call.account in (status.account, *status.mentions)
            if status.visibility == "direct" and concerned and not status.deleted:
                latest[self.instance.root(status)] = status
        views = self.views(call)

        def shown(key: str, status: Status) -> Json:
            people = [a for a in (status.account, *status.mentions) if a is not call.me]
            accounts = [views.account(account) for account in people]
            return {"id": key, "unread": True, "accounts": accounts, "last_status": views.status(status)}

        return json_answer([shown(key, status) for key, status in reversed(latest.items())])

    def search(self, call: Call) -> Answer:
        """Statuses by their address, accounts by theirs."""
        wanted, kind = call.request.first("q"), call.request.first("type")
        views = self.views(call)
        statuses = [
            views.status(one)
            for one in self.instance.statuses.values()
            if wanted in (one.uri, one.url) and self.instance.sees(call.account, one)
        ]
        accounts = [
            views.account(one)
            for one in self.instance.accounts.values()
            if wanted.lstrip("@") in (one.acct, f"{one.username}@{self.instance.domain}", one.url, one.uri)
        ]
        return json_answer(
            {
                "accounts": accounts if kind in ("", "accounts") else [],
                "statuses": statuses if kind in ("", "statuses") else [],
                "hashtags": [],
            }
        )

    def source(self, call: Call, status_id: str) -> Answer:
        """The plain text of an own status."""
        status = self.status_of(call, status_id)
        if not call.quirks.source:
            raise NotFound(call.quirks)
        return json_answer({"id": status.id, "text": status.text, "spoiler_text": status.spoiler})

    def preferences(self, call: Call) -> Answer:
        """The account's defaults."""
        if not call.quirks.preferences:
            raise NotFound(call.quirks)
        found: dict[str, Any] = {
            "posting:default:visibility": call.account.visibility,
            "posting:default:sensitive": False,
            "posting:default:language": None,
            "reading:expand:media": "default",
            "reading:expand:spoilers": False,
        }
        return json_answer(found)

    def relationship(self, call: Call, account: Account) -> Json:
        """How the caller stands to an account."""
        me = call.account
        return {
            "id": account.id,
            "following": account.id in me.following,
            "muting": account.id in me.muted,
            "blocking": account.id in me.blocked,
            "blocked_by": me.id in account.blocked,
            "muting_notifications": account.id in me.muted,
        }


def by_matches(note: Notification, account_id: str) -> bool:
    """Whether a notification is by this account, when one is asked for."""
    return not account_id or note.by.id == account_id
