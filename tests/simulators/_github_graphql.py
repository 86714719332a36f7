"""A simulated GitHub's GraphQL API: the official schema, run over the forge's state by graphql-core."""

from __future__ import annotations

from typing import Any

from graphql import DocumentNode, GraphQLError, execute_sync

from tests.simulators._github_calls import ApiError, Call
from tests.simulators._github_mutations import Mutations
from tests.simulators._github_state import Forge
from tests.simulators._github_types import Types, type_of
from tests.simulators._github_writes import Writes
from tests.simulators.github_schema import graphql, invalid, parsed
from tests.simulators.messages import Answer, json_answer


class GraphQLRefusal(ApiError):
    """The primary limit, which GraphQL tells with status 200."""

    def __init__(self, message: str) -> None:
        super().__init__(200, message)

    def answer(self) -> Answer:
        """The answer."""
        return json_answer({"errors": [{"type": "RATE_LIMITED", "message": self.message}]})


class GraphQL:
    """The one address."""

    def __init__(self, forge: Forge, writes: Writes) -> None:
        self.forge, self.writes = forge, writes

    def answer(self, call: Call) -> Answer:
        """Run one document. Raises ApiError."""
        if call.token is None:
            raise ApiError(401, "This endpoint requires you to be authenticated.")
        sent = call.fields()
        text, variables = sent.get("query"), sent.get("variables") or {}
        if not isinstance(text, str) or not isinstance(variables, dict):
            return self._failed([GraphQLError("A query attribute must be specified and must be a string.")])
        name = sent.get("operationName") or ""
        try:
            wrong = invalid(text, variables, name)
        except GraphQLError as error:
            return self._failed([error])
        return self._failed(wrong) if wrong else self._run(call, parsed(text)[0], variables, name)

    def _run(self, call: Call, document: DocumentNode, variables: dict[str, Any], name: str) -> Answer:
        types = Types(call, Mutations(call, self.writes))
        result = execute_sync(
            graphql(),
            document,
            root_value={},
            variable_values=variables,
            operation_name=name or None,
            field_resolver=types.resolve,
            type_resolver=lambda value, info, kind: type_of(value),
        )
        found: dict[str, Any] = {"data": result.data}
        if result.errors:
            found["errors"] = [_shown(error) for error in result.errors]
        return json_answer(found)

    def _failed(self, errors: list[GraphQLError]) -> Answer:
        return json_answer({"errors": [_shown(error) for error in errors]})


def _shown(error: GraphQLError) -> dict[str, Any]:
    """An error with GitHub's `type` beside its message."""
    original = error.original_error
    if original is not None and not isinstance(original, (GraphQLError, ApiError)):
        raise original
    found = dict(error.formatted)
    more = dict(error.extensions or {})
    found.pop("extensions", None)
    kind = more.pop("type", "")
    return {**({"type": kind} if kind else {}), **found, **({"extensions": more} if more else {})}
