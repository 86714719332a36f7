"""The repositories of a simulated PDS: records read and written as the reference server does."""

from __future__ import annotations

from tests.simulators._atproto import cid, split_uri
from tests.simulators._bluesky_calls import Call, Json
from tests.simulators._bluesky_network import Network
from tests.simulators._bluesky_records import demand
from tests.simulators._bluesky_sessions import XrpcError


class Pds:
    """What the PDS itself answers."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.blobs: dict[str, bytes] = {}

    def get_record(self, call: Call) -> Json:
        request = call.request
        repo = self.repo(request.first("repo"))
        uri = f"at://{repo}/{request.first('collection')}/{request.first('rkey')}"
        record = self.network.records.get(uri)
        if record is None:
            raise XrpcError(400, "RecordNotFound", f"Could not locate record: {uri}")
        return {"uri": uri, "cid": record.cid, "value": record.value}

    def repo(self, name: str) -> str:
        found = next((a.did for a in self.network.actors.values() if name in (a.did, a.handle)), None)
        if found is None:
            raise XrpcError(400, "InvalidRequest", f"Could not find repo: {name}")
        return found

    def list_records(self, call: Call) -> Json:
        limit = call.number("limit", 50, 1, 100)
        request = call.request
        records = self.network.repo(self.repo(request.first("repo")), request.first("collection"))
        if request.first("reverse") == "true":
            records.reverse()
        cursor = request.first("cursor")
        if cursor:
            records = [r for r in records if split_uri(r.uri)[2] < cursor]
        page = records[:limit]
        more = {"cursor": split_uri(page[-1].uri)[2]} if page else {}
        return {"records": [{"uri": r.uri, "cid": r.cid, "value": r.value} for r in page], **more}

    def target(self, call: Call, body: Json) -> tuple[str, str]:
        if self.repo(str(body.get("repo"))) != call.actor.did:
            raise XrpcError(401, "AuthenticationRequired", "Authentication Required")
        return call.actor.did, str(body.get("collection"))

    def written(self, uri: str, record_cid: str, commit: bool) -> Json:
        rev = self.network.next_rkey()
        done: Json = {"uri": uri, "cid": record_cid}
        if commit:
            done["commit"] = {"cid": cid([uri, record_cid, rev]), "rev": rev}
        return {**done, "validationStatus": "valid"}

    def create_record(self, call: Call) -> Json:
        body = call.body()
        did, collection = self.target(call, body)
        rkey = str(body.get("rkey") or self.network.next_rkey())
        demand(collection, rkey, body.get("record"))
        if f"at://{did}/{collection}/{rkey}" in self.network.records:
            raise XrpcError(500, "InternalServerError", "Internal Server Error")
        record = self.network.put(did, collection, rkey, body["record"])
        return self.written(record.uri, record.cid, True)

    def put_record(self, call: Call) -> Json:
        body = call.body()
        did, collection = self.target(call, body)
        rkey = str(body.get("rkey"))
        demand(collection, rkey, body.get("record"))
        old = self.network.records.get(f"at://{did}/{collection}/{rkey}")
        if old is not None and old.cid == cid(body["record"]):
            return self.written(old.uri, old.cid, False)
        if "swapRecord" in body and body["swapRecord"] != (old.cid if old else None):
            raise XrpcError(400, "InvalidSwap", f"Record was at {old.cid if old else 'null'}")
        record = self.network.put(did, collection, rkey, body["record"])
        return self.written(record.uri, record.cid, True)

    def delete_record(self, call: Call) -> Json:
        body = call.body()
        did, collection = self.target(call, body)
        self.network.drop(f"at://{did}/{collection}/{body.get('rkey')}")
        rev = self.network.next_rkey()
        return {"commit": {"cid": cid(rev), "rev": rev}}

    def upload(self, call: Call) -> Json:
        content = call.request.body
        name = cid(content.hex()).replace("bafyrei", "bafkrei")
        self.blobs[name] = content
        kind = call.request.headers.get("content-type", "")
        return {"blob": {"$type": "blob", "ref": {"$link": name}, "mimeType": kind, "size": len(content)}}
