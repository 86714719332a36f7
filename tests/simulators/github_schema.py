"""GitHub's official descriptions, trimmed: `complaints` says what is wrong with the requests that were made."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSchema,
    InlineFragmentNode,
    SelectionSetNode,
    build_schema,
    get_named_type,
    get_operation_ast,
    get_variable_values,
    parse,
    validate,
    value_from_ast_untyped,
)
from graphql.validation import ValidationRule, specified_rules

from tests.simulators._openapi import OpenApi
from tests.simulators.messages import Answer, Request

DATA = Path(__file__).parent.parent / "adapters" / "data" / "github"
_BY_ID = re.compile(r"^/repositories/[^/]+")
_LOGIN = ("/login/device/code", "/login/oauth/access_token")
MOST = 100
"""Items of a GraphQL page."""
NODES = 500_000
"""Nodes of a GraphQL query."""


@lru_cache(maxsize=1)
def rest() -> OpenApi:
    """The REST API."""
    return OpenApi(json.loads((DATA / "openapi.json").read_text()))


@lru_cache(maxsize=1)
def graphql() -> GraphQLSchema:
    """The GraphQL API."""
    return build_schema((DATA / "schema.graphql").read_text())


class Paged(ValidationRule):
    """GitHub's own rule: a connection whose items are read says how many of them, 1 to 100."""

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        """Look at one field."""
        kind = self.context.get_type()
        name = get_named_type(kind).name if kind else ""
        if not name.endswith("Connection"):
            return
        below = node.selection_set.selections if node.selection_set else ()
        paged = any(isinstance(one, FieldNode) and one.name.value in ("nodes", "edges") for one in below)
        given = {one.name.value: one.value for one in node.arguments or ()}
        sizes = [given[name] for name in ("first", "last") if name in given]
        where = node.name.value
        if paged and not sizes:
            words = (
                f"You must provide a `first` or `last` value to properly paginate the `{where}` connection."
            )
            self.report_error(GraphQLError(words, node))
        for size in sizes:
            number = getattr(size, "value", None)
            if isinstance(number, str) and number.isdigit() and int(number) > MOST:
                words = f"Requesting {number} records on the `{where}` connection exceeds the limit of 100 records."
                self.report_error(GraphQLError(words, node))


@lru_cache(maxsize=512)
def parsed(text: str) -> tuple[DocumentNode, tuple[GraphQLError, ...]]:
    """A GraphQL document and what is wrong with it, whatever its variables. Raises GraphQLError."""
    document = parse(text)
    return document, tuple(validate(graphql(), document, [*specified_rules, Paged]))


def nodes_asked(
    document: DocumentNode, selections: SelectionSetNode | None, variables: Mapping[str, Any], times: int = 1
) -> int:
    """How many nodes a query may give: the sizes of its connections, those inside others multiplied."""
    fragments = {
        one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)
    }
    total = 0
    for one in selections.selections if selections else ():
        if isinstance(one, FragmentSpreadNode):
            total += nodes_asked(document, fragments[one.name.value].selection_set, variables, times)
            continue
        below = times
        if isinstance(one, FieldNode):
            below *= _size(one, variables)
            total += below if below != times else 0
        inner = one.selection_set if isinstance(one, (FieldNode, InlineFragmentNode)) else None
        total += nodes_asked(document, inner, variables, below)
    return total


def _size(field: FieldNode, variables: Mapping[str, Any]) -> int:
    """By how much a field multiplies what is below it. Raises GraphQLError when it is too much."""
    for given in field.arguments or ():
        if given.name.value in ("first", "last", "ids"):
            value = value_from_ast_untyped(given.value, dict(variables))
            if isinstance(value, int) and not 0 < value <= MOST:
                where = f"the `{field.name.value}` connection"
                raise GraphQLError(
                    f"Requesting {value} records on {where} exceeds the `first` limit of 100 records."
                )
            return len(value) if isinstance(value, list) else value if isinstance(value, int) else 1
    return 1


def invalid(text: str, variables: Mapping[str, Any], name: str = "") -> list[GraphQLError]:
    """What is wrong with a GraphQL document and its variables. Raises GraphQLError when it is none."""
    document, wrong = parsed(text)
    operation = get_operation_ast(document, name or None)
    if operation is None:
        return [*wrong, GraphQLError("An operation name is required")]
    if wrong:
        return list(wrong)
    try:
        asked = nodes_asked(document, operation.selection_set, variables)
    except GraphQLError as error:
        return [error]
    if asked > NODES:
        words = f"This query requests up to {asked:,} possible nodes which exceeds the maximum limit of {NODES:,}."
        return [GraphQLError(words, extensions={"type": "MAX_NODE_LIMIT_EXCEEDED"})]
    values = get_variable_values(graphql(), operation.variable_definitions or (), dict(variables))
    known = {one.variable.name.value for one in operation.variable_definitions or ()}
    unknown = [GraphQLError(f"${name} is given but not declared") for name in set(variables) - known]
    return [*(values if isinstance(values, list) else ()), *unknown]


def path_of(request: Request) -> str:
    """The described path of a request: without an Enterprise base, by name where it came by a repository's id."""
    path = re.sub(r"^/api(?=/graphql$)|^/api/v3", "", request.path)
    return _BY_ID.sub("/repos/by-id/by-id", path)


def complaints(requests: Iterable[Request]) -> list[str]:
    """What is wrong with these requests by GitHub's own description; every line names its request."""
    return [
        f"{request.method} {request.target}: {words}"
        for request in requests
        for words in check_request(request)
    ]


def check_request(request: Request) -> list[str]:
    """What is wrong with one request: path, query, body, and the headers that GitHub asks for."""
    wrong = [] if request.headers.get("user-agent") else ["there is no User-Agent"]
    if request.path in _LOGIN:
        return wrong
    path = path_of(request)
    if path == "/graphql":
        return wrong + _check_graphql(request)
    if request.headers.get("x-github-api-version", "2022-11-28") != "2022-11-28":
        wrong.append("another API version than was tested")
    try:
        body = request.json() if request.body else None
    except ValueError:
        return [*wrong, "the body is no JSON"]
    return wrong + rest().request(request.method, path, request.query, body)


def _check_graphql(request: Request) -> list[str]:
    try:
        sent = request.json()
        wrong = invalid(sent["query"], sent.get("variables") or {}, sent.get("operationName") or "")
    except (ValueError, KeyError, GraphQLError) as error:
        return [f"no GraphQL: {error}"]
    return [str(one) for one in wrong] if request.method == "POST" else ["GraphQL is asked by POST"]


def check_answer(request: Request, answer: Answer) -> list[str]:
    """What is wrong with a REST answer by the description."""
    value: Any = answer.json() if answer.body else None
    return rest().answer(request.method, path_of(request), answer.status, value)
