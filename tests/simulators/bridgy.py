"""A bridge between the simulated Mastodon and the simulated Bluesky, with the ids, handles and fields of Bridgy Fed."""

from __future__ import annotations

from typing import Any

from tests.simulators._atproto import stamp
from tests.simulators._bluesky_network import POST, Actor, Network, Record
from tests.simulators._mastodon_state import Account, Instance, Status

MENTION = "app.bsky.richtext.facet#mention"


class Bridgy:
    """Copies posts from each side to the other, answers under what they answer, whoever is asked to be bridged."""

    def __init__(self, instance: Instance, network: Network) -> None:
        self._instance = instance
        self._network = network
        self._records: dict[int, str] = {}
        """What stands on Bluesky for a status, original or copy, by the status's key."""

    def actor_of(self, account: Account) -> Actor:
        """Whom Bluesky sees for a fediverse account."""
        domain = account.domain or self._instance.domain
        handle = f"{account.username}.{domain}.ap.brid.gy".replace("_", "-").lower()
        actor = self._network.actor(handle)
        actor.handle, actor.name = handle, account.name
        return actor

    def account_of(self, actor: Actor) -> Account:
        """Whom the fediverse sees for an actor of Bluesky."""
        account = self._instance.account(actor.handle, "bsky.brid.gy", actor.name)
        account.uri = f"https://bsky.brid.gy/ap/{actor.did}"
        account.url = f"https://bsky.brid.gy/r/https://bsky.app/profile/{actor.handle}"
        return account

    def to_bluesky(self, status: Status) -> Record:
        """Put a status onto Bluesky."""
        value: dict[str, Any] = {
            "$type": POST,
            "text": status.text,
            "createdAt": stamp(status.created_at),
            "bridgyOriginalText": f"<p>{status.text}</p>",
            "bridgyOriginalUrl": status.url,
        }
        if status.parent is not None:
            parent = self._network.records[self._records[status.parent]]
            root = self._network.records.get(parent.link("root")) or parent
            value["reply"] = {
                name: {"uri": one.uri, "cid": one.cid} for name, one in (("root", root), ("parent", parent))
            }
        rkey = self._network.next_rkey(status.created_at)
        record = self._network.put(self.actor_of(status.account).did, POST, rkey, value)
        self._records[status.key] = record.uri
        return record

    def to_fediverse(self, record: Record) -> Status:
        """Put a post onto the fediverse."""
        instance, actor = self._instance, self._network.actors[record.did]
        keys = {uri: key for key, uri in self._records.items()}
        parent = instance.statuses.get(keys.get(record.link("parent"), -1))
        accounts = {
            self.actor_of(one).did: one for one in instance.accounts.values() if "brid.gy" not in one.domain
        }
        named = [accounts[did] for did in self._network.mentioned(record) if did in accounts]
        if parent is not None:
            named.append(parent.account)
        status = instance.write(
            self.account_of(actor),
            record.value["text"],
            at=record.indexed_at,
            to=parent,
            mentions=named,
            tell=False,
        )
        status.uri = f"https://bsky.brid.gy/convert/ap/{record.uri}"
        status.url = f"https://bsky.brid.gy/r/https://bsky.app/profile/{actor.handle}/post/{record.uri[-13:]}"
        instance.tell(status, record.indexed_at)
        self._records[status.key] = record.uri
        return status
