"""Checks requests and answers against an OpenAPI 3.0 description: method, path, query, body, shape of the answer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
}


class OpenApi:
    """One description."""

    def __init__(self, described: Mapping[str, Any]) -> None:
        self.described = described
        paths = sorted(described["paths"], key=lambda path: (path.count("{"), path))
        self._paths = [
            (re.compile(re.sub(r"\\{[^/]+?\\}", "([^/]+)", re.escape(path))), path) for path in paths
        ]

    def resolve(self, value: Any) -> Any:
        """What a `$ref` leads to."""
        while isinstance(value, Mapping) and "$ref" in value:
            _, _, kind, name = value["$ref"].split("/", 3)
            value = self.described["components"][kind][name]
        return value

    def template(self, method: str, path: str) -> str:
        """The described path that a path belongs to, "" when there is none with this method."""
        for pattern, template in self._paths:
            if pattern.fullmatch(path) and method.lower() in self.described["paths"][template]:
                return str(template)
        return ""

    def request(self, method: str, path: str, query: Sequence[tuple[str, str]], body: Any) -> list[str]:
        """What is wrong with a request; `body` is parsed JSON, None when there is none."""
        template = self.template(method, path)
        if not template:
            return [f"{method} {path} is not described"]
        operation = self.described["paths"][template][method.lower()]
        wrong = list(self._query(template, operation, query))
        described = self.resolve(operation.get("requestBody"))
        if described is None:
            return wrong if body is None else [*wrong, "a body is not described"]
        if body is None:
            return [*wrong, "a body is required"] if described.get("required") else wrong
        schema = described["content"]["application/json"]["schema"]
        return [*wrong, *self.unknown(body, schema), *self.wrong(body, schema, "body")]

    def _query(
        self, template: str, operation: Mapping[str, Any], query: Sequence[tuple[str, str]]
    ) -> Iterator[str]:
        every = [*self.described["paths"][template].get("parameters", ()), *operation.get("parameters", ())]
        known = {one["name"]: one for one in map(self.resolve, every) if one["in"] == "query"}
        for name, value in query:
            if name not in known:
                yield f"the query parameter {name} is not described"
            else:
                schema = self.resolve(known[name]["schema"])
                yield from self.wrong(_read(value, schema), schema, f"query {name}")
        for name in {one for one, described in known.items() if described.get("required")} - dict(
            query
        ).keys():
            yield f"the query parameter {name} is missing"

    def unknown(self, body: Any, schema: Any) -> Iterator[str]:
        """Keys of a body that are not described."""
        described = self.resolve(schema)
        if isinstance(body, dict) and "properties" in described:
            for name in set(body) - set(described["properties"]):
                yield f"body.{name} is not described"

    def answer(self, method: str, path: str, status: int, value: Any) -> list[str]:
        """What is wrong with an answer's JSON."""
        template = self.template(method, path)
        if not template:
            return [f"{method} {path} is not described"]
        responses = self.described["paths"][template][method.lower()]["responses"]
        described = self.resolve(responses.get(str(status)))
        if described is None:
            return [f"status {status} is not described"]
        content = described.get("content", {}).get("application/json")
        if content is None:
            return []
        return list(self.wrong(value, content["schema"], ""))

    def wrong(self, value: Any, schema: Any, at: str) -> Iterator[str]:
        """Where a value is not what a schema describes."""
        schema = self.resolve(schema)
        if value is None and schema.get("nullable"):
            return
        for part in schema.get("allOf", ()):
            yield from self.wrong(value, part, at)
        for choice in ("anyOf", "oneOf"):
            if choice in schema:
                tries = [list(self.wrong(value, part, at)) for part in schema[choice]]
                if all(tries):
                    yield from min(tries, key=len)
        kind = schema.get("type")
        if kind is None:
            return
        fits = isinstance(value, _TYPES[kind]) and not (isinstance(value, bool) and kind != "boolean")
        if not fits:
            yield f"{at}: {str(value)[:40]!r} is no {kind}"
            return
        yield from self._inside(value, schema, at)

    def _inside(self, value: Any, schema: Mapping[str, Any], at: str) -> Iterator[str]:
        if "enum" in schema and value not in schema["enum"]:
            yield f"{at}: {value!r} is none of {schema['enum']}"
        if isinstance(value, str):
            yield from _format(value, schema.get("format", ""), at)
        if isinstance(value, list) and "items" in schema:
            for number, item in enumerate(value):
                yield from self.wrong(item, schema["items"], f"{at}[{number}]")
        if isinstance(value, dict):
            yield from (f"{at}.{name} is missing" for name in schema.get("required", ()) if name not in value)
            more = schema.get("additionalProperties")
            for name, inner in value.items():
                described = schema.get("properties", {}).get(name, more if isinstance(more, dict) else None)
                if described is not None:
                    yield from self.wrong(inner, described, f"{at}.{name}")


def _read(value: str, schema: Mapping[str, Any]) -> Any:
    """A query parameter's text as the type it is described with."""
    kind = schema.get("type")
    if kind == "integer" and re.fullmatch(r"-?\d+", value):
        return int(value)
    if kind == "boolean":
        return {"true": True, "false": False}.get(value, value)
    return [value] if kind == "array" else value


def _format(value: str, kind: str, at: str) -> Iterator[str]:
    if kind == "date-time":
        try:
            datetime.fromisoformat(value.replace("Z", "+00:00"))
        except ValueError:
            yield f"{at}: {value!r} is no time"
    elif kind == "uri" and not re.match(r"[a-z]+:", value):
        yield f"{at}: {value!r} is no address"
