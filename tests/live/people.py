"""People on a real Bluesky network: plain HTTP, nothing of convo.

As a script it makes Ana and Ben, lets Ben speak to Ana in every way, and prints how to sign in as Ana:

    python -m tests.live.people network.json       (or the file in CONVO_LIVE, or `-` for standard input)
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import re
import secrets
import sys
import time
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import httpx

POST = "app.bsky.feed.post"


@dataclass(frozen=True)
class Said:
    """A post that was made."""

    uri: str
    cid: str
    root: tuple[str, str]


class Network:
    """The servers that the launcher started, from its line of JSON."""

    def __init__(self, told: dict[str, Any]) -> None:
        self.pds: str = told["pds"]
        self.plc: str = told["plc"]
        self.settle_url: str = told["settle"]
        self.domain: str = told["handleDomain"]
        self.admin: tuple[str, str] = ("admin", told["adminPassword"])
        self.jwt_secret: str = told["jwtSecret"]
        self.client = httpx.Client(timeout=60, trust_env=False)

    @classmethod
    def read(cls, path: str) -> Network:
        text = sys.stdin.read() if path == "-" else Path(path).read_text(encoding="utf-8")
        return cls(json.loads(text.strip().splitlines()[-1]))

    def close(self) -> None:
        self.client.close()

    def settle(self) -> None:
        """Wait until the AppView has indexed everything: it loses what it indexes together with its root."""
        self.client.get(self.settle_url).raise_for_status()

    def call(self, method: str, body: dict[str, Any] | None, token: str, **params: Any) -> dict[str, Any]:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        address = f"{self.pds}/xrpc/{method}"
        if body is None:
            answer = self.client.get(address, params=params, headers=headers)
        else:
            answer = self.client.post(address, json=body, headers=headers)
        if answer.status_code != 200:
            raise RuntimeError(f"{method}: {answer.status_code} {answer.text[:300]}")
        return answer.json() if answer.content else {}

    def person(self, name: str, display_name: str = "") -> Someone:
        """A new account, its handle made unique."""
        handle = f"{name}-{secrets.token_hex(3)}{self.domain}"
        password = secrets.token_hex(12)
        body = {"email": f"{handle}@example.com", "handle": handle, "password": password}
        made = self.call("com.atproto.server.createAccount", body, "")
        someone = Someone(self, made["did"], handle, password, made["accessJwt"])
        profile = {"$type": "app.bsky.actor.profile", "displayName": display_name or name.title()}
        someone.write("app.bsky.actor.profile", profile, rkey="self")
        self.settle()
        return someone

    def expired(self, token: str) -> str:
        """The same access token as it would be when its two hours are over."""
        head, claims, _ = token.split(".")
        told = json.loads(base64.urlsafe_b64decode(claims + "=="))
        told["iat"], told["exp"] = int(time.time()) - 7300, int(time.time()) - 100
        body = f"{head}.{_base64(json.dumps(told).encode())}"
        mark = hmac.new(self.jwt_secret.encode(), body.encode(), hashlib.sha256).digest()
        return f"{body}.{_base64(mark)}"


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


@dataclass
class Someone:
    """One account, used as another client would use it."""

    network: Network
    did: str
    handle: str
    password: str
    token: str

    def write(self, collection: str, record: dict[str, Any], rkey: str = "") -> dict[str, Any]:
        body = {
            "repo": self.did,
            "collection": collection,
            "record": record,
            **({"rkey": rkey} if rkey else {}),
        }
        return self.network.call("com.atproto.repo.createRecord", body, self.token)

    def say(
        self,
        text: str,
        *,
        to: Said | None = None,
        quote: Said | None = None,
        names: tuple[Someone, ...] = (),
        at: datetime | None = None,
        **more: Any,
    ) -> Said:
        """Post; `@handle` of each of `names` in the text becomes a mention. Waits until it is indexed."""
        when = (at or datetime.now(timezone.utc)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        record: dict[str, Any] = {"$type": POST, "text": text, "createdAt": when, **more}
        if to:
            root, parent = to.root, (to.uri, to.cid)
            record["reply"] = {"root": _ref(*root), "parent": _ref(*parent)}
        if quote:
            record["embed"] = {"$type": "app.bsky.embed.record", "record": _ref(quote.uri, quote.cid)}
        facets = [facet for someone in names for facet in _mentions(text, someone)]
        if facets:
            record["facets"] = facets
        made = self.write(POST, record)
        self.network.settle()
        here = (made["uri"], made["cid"])
        return Said(*here, root=to.root if to else here)

    def delete(self, uri: str) -> None:
        _, _, repo, collection, rkey = uri.split("/")
        body = {"repo": repo, "collection": collection, "rkey": rkey}
        self.network.call("com.atproto.repo.deleteRecord", body, self.token)
        self.network.settle()

    def record(self, uri: str) -> dict[str, Any]:
        """A post as the repository holds it."""
        _, _, repo, collection, rkey = uri.split("/")
        found = self.network.call(
            "com.atproto.repo.getRecord", None, "", repo=repo, collection=collection, rkey=rkey
        )
        value: dict[str, Any] = found["value"]
        return value

    def posts(self) -> list[dict[str, Any]]:
        """All own posts, newest first."""
        found = self.network.call(
            "com.atproto.repo.listRecords", None, "", repo=self.did, collection=POST, limit=100
        )
        records: list[dict[str, Any]] = found["records"]
        return records

    def app_password(self, name: str = "convo", privileged: bool = False) -> str:
        body = {"name": name, "privileged": privileged}
        made = self.network.call("com.atproto.server.createAppPassword", body, self.token)
        return str(made["password"])

    def revoke(self, name: str = "convo") -> None:
        self.network.call("com.atproto.server.revokeAppPassword", {"name": name}, self.token)

    def gate(self, said: Said) -> None:
        """Let nobody answer a post of one's own."""
        record = {"$type": "app.bsky.feed.threadgate", "post": said.uri, "allow": []}
        record["createdAt"] = datetime.now(timezone.utc).isoformat()
        self.write("app.bsky.feed.threadgate", record, rkey=said.uri.rsplit("/", 1)[1])
        self.network.settle()

    def block(self, other: Someone) -> None:
        record = {"$type": "app.bsky.graph.block", "subject": other.did}
        record["createdAt"] = datetime.now(timezone.utc).isoformat()
        self.write("app.bsky.graph.block", record)
        self.network.settle()


def _ref(uri: str, cid: str) -> dict[str, str]:
    return {"uri": uri, "cid": cid}


def _mentions(text: str, someone: Someone) -> list[dict[str, Any]]:
    feature = {"$type": "app.bsky.richtext.facet#mention", "did": someone.did}
    places = [match.span() for match in re.finditer(re.escape(f"@{someone.handle}"), text)]
    return [
        {
            "index": {"byteStart": len(text[:a].encode()), "byteEnd": len(text[:b].encode())},
            "features": [feature],
        }
        for a, b in places
    ]


def scene(network: Network) -> tuple[Someone, Someone, dict[str, Said]]:
    """Ana wrote something; Ben answers it, mentions her, quotes her, and Carl answers Ben below her post."""
    ana, ben, carl = network.person("ana"), network.person("ben"), network.person("carl")
    said = {"post": ana.say("Moss on the north side: which one is it? 🌱")}
    said["reply"] = ben.say("The green one is Hylocomium.", to=said["post"])
    said["mention"] = ben.say(f"čau @{ana.handle}, could you look at the draft?", names=(ana,))
    said["quote"] = ben.say("Ana asks a good question", quote=said["post"])
    said["between"] = carl.say("Ben is right", to=said["reply"])
    return ana, ben, said


def main() -> None:
    path = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("CONVO_LIVE", "-")
    network = Network.read(path)
    ana, ben, _ = scene(network)
    print(f'# Ben is @{ben.handle}, password {ben.password}\n[accounts.ana]\nplatform = "bluesky"')
    print(f'url = "{network.pds}"\nuser = "{ana.handle}"\nsecret = "{ana.app_password()}"')
    network.close()


if __name__ == "__main__":
    main()
