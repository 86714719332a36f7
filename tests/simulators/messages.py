"""Requests and answers of a simulated server, as plain values."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from email.message import Message as Mime
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit


@dataclass(frozen=True)
class Request:
    """What a client asked; header names are lower case."""

    method: str
    target: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    origin: str = ""
    """The origin that was asked: scheme, host and port."""
    kept: bool = False
    """It came on a connection that had served another request before."""

    @property
    def path(self) -> str:
        """The path, percent-decoded."""
        return unquote(urlsplit(self.target).path)

    @property
    def query(self) -> list[tuple[str, str]]:
        """The query's names and values in order."""
        return parse_qsl(urlsplit(self.target).query, keep_blank_values=True)

    def first(self, name: str, default: str = "") -> str:
        """The first value of a query parameter."""
        return next((value for key, value in self.query if key == name), default)

    def every(self, name: str) -> list[str]:
        """All values of a query parameter, also written with brackets."""
        return [value for key, value in self.query if key in (name, f"{name}[]")]

    @property
    def bearer(self) -> str:
        """The bearer token, "" when there is none."""
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        return token if scheme.lower() == "bearer" else ""

    @property
    def is_json(self) -> bool:
        """Whether the body says it is JSON."""
        return self.headers.get("content-type", "").startswith("application/json")

    def json(self) -> Any:
        """The body as JSON. Raises ValueError."""
        return json.loads(self.body)

    def form(self) -> dict[str, Any]:
        """A form body: repeated `name[]` become lists, `a[b]` become nested objects."""
        found: dict[str, Any] = {}
        for name, value in parse_qsl(self.body.decode(), keep_blank_values=True):
            if name.endswith("[]"):
                found.setdefault(name[:-2], []).append(value)
            elif "[" in name:
                outer, _, inner = name.partition("[")
                found.setdefault(outer, {})[inner.rstrip("]")] = value
            else:
                found[name] = value
        return found

    def parts(self) -> dict[str, tuple[str, bytes]]:
        """The parts of a multipart body: name -> (file name, content)."""
        head = f"content-type: {self.headers.get('content-type', '')}\r\n\r\n".encode()
        mime: Mime = BytesParser(policy=HTTP).parsebytes(head + self.body)
        found: dict[str, tuple[str, bytes]] = {}
        for part in mime.walk():
            name = part.get_param("name", header="content-disposition")
            content = part.get_payload(decode=True)
            if isinstance(name, str) and isinstance(content, bytes):
                found[name] = (part.get_filename() or "", content)
        return found


@dataclass(frozen=True)
class Answer:
    """What a server answers. `length` overrides the content-length it claims."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    length: int | None = None

    def with_headers(self, **headers: str) -> Answer:
        """The same with more headers; underscores stand for hyphens."""
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        return replace(self, headers={**self.headers, **more})

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


def json_answer(value: Any, status: int = 200) -> Answer:
    """An answer of JSON."""
    body = json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")
    return Answer(status, body, {"content-type": "application/json; charset=utf-8"})


def text_answer(text: str, status: int = 200, kind: str = "text/html; charset=utf-8") -> Answer:
    """An answer of text, HTML unless `kind` says else."""
    return Answer(status, text.encode(), {"content-type": kind})
