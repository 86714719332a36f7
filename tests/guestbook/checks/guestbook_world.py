"""A guestbook on loopback that keeps state and goes wrong when it is told to: the world of the conformance suite."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from convo_guestbook import LIMIT, PAGE, Guestbook

from convo.adapters.contract import Adapter
from convo.adapters.http import Http
from convo.config import AccountConfig
from convo.model import Visibility
from convo.testing import Said, Standing, Trouble, Where
from convo.text import format_time

KEY = "key-of-me"
_TROUBLES: dict[Trouble, tuple[int, str, bytes]] = {
    Trouble.RATE_LIMITED: (429, "application/json", b"{}"),
    Trouble.DOWN: (503, "application/json", b"{}"),
    Trouble.BROKEN: (500, "application/json", b"{}"),
    Trouble.REFUSED: (422, "application/json", b""),
    Trouble.FORBIDDEN: (403, "application/json", b""),
    Trouble.HTML_ERROR: (502, "text/html", b"<html>bad gateway</html>"),
    Trouble.HTML: (200, "text/html", b"<html>log in to the network</html>"),
    Trouble.NONSENSE: (200, "application/json", b'{"unexpected": [1]}'),
    Trouble.CUT_BEFORE: (0, "", b""),
}


class Book:
    """The guestbook: people, entries, keys."""

    def __init__(self) -> None:
        self.now = datetime.now(timezone.utc).replace(microsecond=0)
        self.people = ["me"]
        self.entries: dict[int, dict[str, Any]] = {}
        self.last = 0
        self.key = KEY
        self.lock = threading.RLock()

    def person(self, name: str) -> int:
        if name not in self.people:
            self.people.append(name)
        return self.people.index(name) + 1

    def write(self, by: str, text: str, parent: int = 0, at: datetime | None = None) -> dict[str, Any]:
        with self.lock:
            self.now += timedelta(seconds=1)
            self.last += 1
            root = self.entries[parent]["root"] if parent in self.entries else self.last
            names = [word.strip("@.,!?") for word in text.split() if word.startswith("@")]
            entry = {
                "id": self.last,
                "author": self.shown(by),
                "text": text,
                "at": format_time(at or self.now),
                "root": root,
                "parent": parent,
                "edited": "",
                "names": [self.shown(name) for name in names if name in self.people],
                "seen_by": 7777,
            }
            self.entries[self.last] = entry
            return entry

    def shown(self, name: str) -> dict[str, Any]:
        return {"id": self.person(name), "name": name, "friends": 8888}

    def to_me(self, entry: dict[str, Any]) -> bool:
        parent = self.entries.get(entry["parent"])
        mine = parent is not None and parent["author"]["name"] == "me"
        named = any(one["name"] == "me" for one in entry["names"])
        return entry["author"]["name"] != "me" and (mine or named)

    def answer(self, method: str, target: str, body: bytes) -> tuple[int, Any]:
        parts, query = urlsplit(target), parse_qs(urlsplit(target).query)
        _, place, *rest = parts.path.split("/")
        if method == "GET" and place == "me":
            return 200, self.shown("me")
        if method == "GET" and place == "threads":
            entry = self.entries.get(int(rest[0]))
            if entry is None:
                return 404, {"error": "no such entry"}
            return 200, [one for one in self.entries.values() if one["root"] == entry["root"]]
        if method == "GET" and place == "entries":
            return 200, self.listed(query)
        if method == "POST" and place == "entries":
            said = json.loads(body)
            parent = self.entries.get(said["parent"])
            if parent is None or parent.get("locked"):
                return 422, {"error": "this entry takes no answers"}
            return 201, self.write("me", said["text"], said["parent"])
        entry = self.entries.get(int(rest[0])) if rest else None
        if entry is None or entry["author"]["name"] != "me":
            return 404, {"error": "no such entry of yours"}
        if method == "DELETE":
            del self.entries[entry["id"]]
            return 200, {}
        entry.update(text=json.loads(body)["text"], edited=format_time(self.now))
        return 200, entry

    def listed(self, query: dict[str, list[str]]) -> list[dict[str, Any]]:
        if "ids" in query:
            ids = [int(one) for one in query["ids"][0].split(",") if one]
            return [self.entries[one] for one in ids if one in self.entries]
        before = int(query.get("before", ["0"])[0]) or self.last + 1
        mine = query.get("by") == ["me"]
        found = [
            entry
            for entry in self.entries.values()
            if entry["id"] < before and (entry["author"]["name"] == "me" if mine else self.to_me(entry))
        ]
        return found[::-1][: int(query.get("limit", ["50"])[0])]


class GuestbookWorld:
    """What the suite asks of a platform, over the server below."""

    warning = ""
    lookup_size = PAGE
    page_size = PAGE
    answers = True
    beside = 0

    def __init__(self) -> None:
        self.book = Book()
        self.log: list[tuple[str, str, bytes, dict[str, str]]] = []
        self.faults: list[tuple[Where, Trouble, bool, tuple[str, str], str]] = []
        self.infection = ""
        self.meanwhile: list[Callable[[], object]] = []
        self._broken: dict[int, dict[str, Any]] = {}
        self._made: list[Adapter] = []
        world = self

        class Handler(BaseHTTPRequestHandler):
            def _serve(self) -> None:
                world.serve(self)

            do_GET = do_POST = do_PUT = do_DELETE = _serve  # noqa: N815

            def log_message(self, *_: object) -> None:
                """Nothing goes to standard error."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.me = self.uid("me")

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def serve(self, handler: BaseHTTPRequestHandler) -> None:
        """Answer one request, or go wrong as scripted."""
        body = handler.rfile.read(int(handler.headers.get("content-length") or 0))
        method, target = handler.command, handler.path
        self.log.append((method, target, body, {k.lower(): v for k, v in handler.headers.items()}))
        fault = next((one for one in self.faults if _hits(one[0], method, target)), None)
        if fault is not None:
            self.faults.remove(fault)
        handler.close_connection = True
        status, answer = 401, {"error": "no such key"}
        if handler.headers.get("authorization") == f"Bearer {self.book.key}" and (fault is None or fault[2]):
            with self.book.lock:
                status, answer = self.book.answer(method, target, body)
        if fault is not None:
            self._fail(handler, fault)
            return
        content = json.dumps(self._infected(self._with_broken(answer))).encode()
        _send(handler, status, "application/json", content)
        if _hits(Where.READ, method, target) and self.meanwhile:
            self.meanwhile.pop(0)()

    def _fail(
        self, handler: BaseHTTPRequestHandler, fault: tuple[Where, Trouble, bool, tuple[str, str], str]
    ) -> None:
        _, kind, _, header, words = fault
        status, form, content = _TROUBLES[kind]
        if status:
            _send(handler, status, form, content or json.dumps({"error": words}).encode(), header)

    def _with_broken(self, answer: Any) -> Any:
        if isinstance(answer, list):
            return [{**one, **self._broken.get(one["id"], {})} for one in answer]
        return answer

    def _infected(self, value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            return {name: self._infected(inner, name) for name, inner in value.items()}
        if isinstance(value, list):
            return [self._infected(inner, key) for inner in value]
        return value + self.infection if isinstance(value, str) and key not in ("at", "edited") else value

    def now(self) -> datetime:
        return self.book.now

    def pass_time(self, seconds: float) -> None:
        with self.book.lock:
            self.book.now += timedelta(seconds=seconds)

    def adapter(self, facts: str = "{}", *, deadline: float = 20.0) -> Adapter:
        account = AccountConfig("book", "guestbook", url=self.url)
        made: Adapter = Guestbook(account, Http(self.url, deadline=deadline), _Key(), facts)
        self._made.append(made)
        return made

    async def close(self) -> None:
        for adapter in self._made:
            await adapter.close()
        self._made.clear()

    def uid(self, name: str) -> str:
        return f"{self.url}/people/{self.book.person(name)}"

    def _said(self, entry: dict[str, Any]) -> Said:
        return Said(
            f"{self.url}/entries/{entry['id']}", entry["text"], f"{self.url}/people/{entry['author']['id']}"
        )

    def _id(self, said: Said) -> int:
        return int(said.uri.rpartition("/")[2])

    def someone_posts(self, text: str, *, by: str = "ana", at: datetime | None = None) -> Said:
        return self._said(self.book.write(by, text, at=at))

    def someone_mentions_me(
        self,
        text: str,
        *,
        by: str = "ana",
        at: datetime | None = None,
        stated: datetime | None = None,
        naming: Sequence[str] = (),
        visibility: Visibility = Visibility.PUBLIC,
        content_warning: str = "",
    ) -> Said:
        for name in naming:
            self.book.person(name)
        words = " ".join(["@me", *(f"@{name}" for name in naming), text])
        return self._said(self.book.write(by, words, at=stated or at))

    def someone_replies(
        self, to: Said, text: str, *, by: str = "ana", naming_me: bool = True, at: datetime | None = None
    ) -> Said:
        named = naming_me and to.uid != self.me
        return self._said(self.book.write(by, f"@me {text}" if named else text, self._id(to), at))

    def someone_quotes(self, what: Said, text: str, *, by: str = "ana") -> Said | None:
        return None

    def someone_writes_directly(self, text: str, *, by: str = "ana") -> Said | None:
        return None

    def i_post(self, text: str, *, at: datetime | None = None) -> Said:
        return self._said(self.book.write("me", text, at=at))

    def i_answer_elsewhere(self, to: Said, text: str) -> Said:
        return self._said(self.book.write("me", text, self._id(to)))

    def edit(self, said: Said, text: str) -> bool:
        self.book.entries[self._id(said)].update(text=text, edited=format_time(self.book.now))
        return True

    def delete(self, said: Said) -> None:
        self.book.entries.pop(self._id(said), None)

    def standing(self) -> list[Standing]:
        mine = [one for one in self.book.entries.values() if one["author"]["name"] == "me" and one["parent"]]
        return [
            Standing(
                f"{self.url}/entries/{one['id']}",
                f"{self.url}/entries/{one['parent']}",
                one["text"],
                names=frozenset({self._said(self.book.entries[one["parent"]]).uid}),
            )
            for one in mine
        ]

    def counted(self, to: Said, text: str, content_warning: str) -> tuple[int, int] | None:
        return len(text), LIMIT

    def lock(self, said: Said) -> bool:
        self.book.entries[self._id(said)]["locked"] = True
        return True

    def leave_out(self, way: int) -> bool:
        ways: list[dict[str, Any]] = [{"text": None}, {"author": {}}, {"at": "yesterday"}, {"root": "x"}]
        if way >= len(ways):
            return False
        self._broken[self.book.last] = ways[way]
        return True

    def infect(self, text: str, *, ids: bool = False) -> bool:
        self.infection = text
        return not ids

    def while_reading(self, act: Callable[[], object]) -> None:
        self.meanwhile.append(act)

    def trouble(
        self,
        kind: Trouble,
        *,
        where: Where = Where.READ,
        done: bool = False,
        times: int = 1,
        header: tuple[str, str] = ("", ""),
        words: str = "simulated",
    ) -> bool:
        if kind not in _TROUBLES:
            return False
        self.faults += [(where, kind, done, header, words)] * times
        return True

    def calm(self) -> None:
        self.faults.clear()

    def expire(self) -> bool | None:
        return None

    def revoke(self) -> None:
        self.book.key = "another key"

    def requests(self) -> int:
        return len(self.log)

    def logins(self) -> tuple[int, int]:
        return 0, 0

    def leaks(self) -> list[str]:
        return [target for _, target, _, _ in self.log if KEY in target]

    def writes(self) -> list[tuple[bytes, bool]]:
        return [(body, False) for method, _, body, _ in self.log if method == "POST"]

    def read_mark(self, said: Said) -> bool | None:
        return None

    def thread_muted(self, said: Said) -> bool | None:
        return None

    def hidden(self) -> set[str]:
        return set()


class _Key:
    """The account's key."""

    async def read(self) -> str:
        return KEY

    async def session(self) -> str:
        return ""

    async def save_session(self, value: str) -> None:
        """There is none."""

    def refreshing(self) -> Any:
        raise AssertionError("keys are not refreshed")


def _hits(where: Where, method: str, target: str) -> bool:
    if where is Where.ANSWER:
        return method == "POST"
    return method == "GET" and target.startswith(
        "/entries?by=me" if where is Where.FIND else "/entries?to=me"
    )


def _send(
    handler: BaseHTTPRequestHandler,
    status: int,
    form: str,
    content: bytes,
    header: tuple[str, str] = ("", ""),
) -> None:
    handler.send_response(status)
    handler.send_header("content-type", form)
    handler.send_header("content-length", str(len(content)))
    if header[0]:
        handler.send_header(*header)
    handler.end_headers()
    handler.wfile.write(content)
