"""The AppView of a simulated network: notifications, threads, profiles, mutes."""

from __future__ import annotations

from datetime import timedelta

from tests.simulators._atproto import moment, stamp
from tests.simulators._bluesky_calls import Call, Json, Quirks
from tests.simulators._bluesky_network import Actor, Network
from tests.simulators._bluesky_sessions import XrpcError
from tests.simulators._bluesky_views import Views


class AppView:
    """What the AppView answers."""

    def __init__(self, network: Network, quirks: Quirks) -> None:
        self.network = network
        self.quirks = quirks

    def views(self, call: Call) -> Views:
        return Views(self.network, call.actor, self.quirks.depth_cap)

    def seen(self, actor: Actor) -> str:
        """The watermark; before the first `updateSeen` it is the newest item, so that only that looks unread."""
        if actor.seen_at is not None:
            return stamp(actor.seen_at)
        listed = self.network.listed(actor)
        return stamp(listed[0][1].sort_at) if listed else ""

    def notifications(self, call: Call) -> Json:
        request, network = call.request, self.network
        limit = call.number("limit", 50, 1, 100)
        if request.first("seenAt"):
            raise XrpcError(400, "InvalidRequest", "The seenAt parameter is unsupported")
        cursor = request.first("cursor")
        items = network.listed(call.actor)
        if cursor:
            try:
                before = stamp(moment(cursor))
            except ValueError as error:
                if cursor.isdigit():
                    return {"notifications": [], "priority": False}
                raise XrpcError(502, "InternalServerError", "Internal Server Error") from error
            items = [pair for pair in items if stamp(pair[1].sort_at) < before]
        page = items[:limit]
        more = (
            {"cursor": stamp(page[-1][1].sort_at)} if len(page) == limit and not self.quirks.no_cursor else {}
        )
        if self.quirks.empty_page_at == 0 and not cursor and items:
            page, more = [], {"cursor": stamp(items[0][1].sort_at + timedelta(milliseconds=1))}
        priority = {"true": True, "false": False}.get(request.first("priority"), call.actor.priority)
        if priority:
            page = [pair for pair in page if network.follows(call.actor.did, pair[1].did)]
        reasons = request.every("reasons")
        if reasons:
            page = [pair for pair in page if pair[0].reason in reasons]
        seen = self.seen(call.actor)
        views = self.views(call)
        shown = [views.notification(note, record, seen) for note, record in page]
        seen_at = {"seenAt": seen} if seen and not cursor else {}
        return {"notifications": shown, **more, "priority": priority, **seen_at}

    def unread(self, call: Call) -> Json:
        seen = self.seen(call.actor)
        return {"count": sum(stamp(record.sort_at) >= seen for _, record in self.network.listed(call.actor))}

    def thread(self, call: Call) -> Json:
        uri = call.uri("uri")
        depth = call.number("depth", 6, 0, 1000)
        height = call.number("parentHeight", 80, 0, 1000)
        record = self.network.records.get(uri)
        if record is None:
            raise XrpcError(400, "NotFound", f"Post not found: {uri}")
        thread = self.views(call).thread(record, depth, height)
        gate = self.network.gate(record.link("root") or uri)
        if gate is None:
            return {"thread": thread}
        view = {"uri": gate.uri, "cid": gate.cid, "record": gate.value, "lists": []}
        return {"thread": thread, "threadgate": view}

    def posts(self, call: Call) -> Json:
        uris = call.request.every("uris")
        if not 1 <= len(uris) <= 25:
            raise XrpcError(400, "InvalidRequest", "Invalid getPosts params: array too big (maximum 25)")
        views = self.views(call)
        known = [self.network.records[uri] for uri in uris if self.network.knows(uri)]
        return {"posts": [views.post(r) for r in known if not self.network.blocked(call.actor.did, r.did)]}

    def author_feed(self, call: Call) -> Json:
        actor = self.named(call.request.first("actor"))
        limit = call.number("limit", 50, 1, 100)
        views = self.views(call)
        return {
            "feed": [
                {"post": views.post(r)} for r in self.network.repo(actor.did, "app.bsky.feed.post")[:limit]
            ]
        }

    def named(self, name: str) -> Actor:
        found = next((a for a in self.network.actors.values() if name in (a.did, a.handle)), None)
        if found is None:
            raise XrpcError(400, "InvalidRequest", "Profile not found")
        return found

    def profile(self, call: Call) -> Json:
        return self.views(call).detailed(self.named(call.request.first("actor")).did)

    def profiles(self, call: Call) -> Json:
        views = self.views(call)
        wanted = call.request.every("actors")
        found = [a for a in self.network.actors.values() if a.did in wanted or a.handle in wanted]
        return {"profiles": [views.detailed(actor.did) for actor in found]}

    def page(self, call: Call, dids: list[str], name: str) -> Json:
        limit = call.number("limit", 50, 1, 100)
        start = int(call.request.first("cursor") or 0)
        views = self.views(call)
        more = {"cursor": str(start + limit)} if len(dids) > start + limit else {}
        return {name: [views.profile(did) for did in dids[start : start + limit]], **more}

    def mutes(self, call: Call) -> Json:
        return self.page(call, sorted(call.actor.muted), "mutes")

    def blocks(self, call: Call) -> Json:
        blocks = self.network.repo(call.actor.did, "app.bsky.graph.block")
        return self.page(call, [str(record.value["subject"]) for record in blocks], "blocks")

    def update_seen(self, call: Call) -> Json:
        seen = call.body().get("seenAt")
        try:
            self.network.touch_seen(call.actor, moment(str(seen)))
        except ValueError as error:
            raise XrpcError(400, "InvalidRequest", f'Invalid datetime (got "{seen}") at $.seenAt') from error
        return {}

    def mute(self, call: Call, on: bool) -> Json:
        did = self.named(str(call.body().get("actor"))).did
        (call.actor.muted.add if on else call.actor.muted.discard)(did)
        return {}

    def mute_thread(self, call: Call, on: bool) -> Json:
        root = str(call.body().get("root"))
        (call.actor.muted_threads.add if on else call.actor.muted_threads.discard)(root)
        return {}
