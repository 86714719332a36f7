"""No circle of imports at run time in the inbox and the line mode, not even of those inside functions."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import convo

ROOT = Path(convo.__file__).parent


def names(directory: str, pattern: str) -> dict[str, Path]:
    return {f"convo.{directory}.{path.stem}": path for path in (ROOT / directory).glob(pattern)}


def imports(node: ast.AST) -> Iterator[str]:
    """What a module imports when it runs; what is only for type checkers is left out."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(child.test):
            continue
        if isinstance(child, ast.ImportFrom) and child.module:
            yield child.module
            yield from (f"{child.module}.{one.name}" for one in child.names)
        elif isinstance(child, ast.Import):
            yield from (one.name for one in child.names)
        yield from imports(child)


def circle(graph: dict[str, set[str]]) -> list[str]:
    """One circle, empty where there is none."""
    done: set[str] = set()

    def walk(name: str, way: list[str]) -> list[str]:
        if name in way:
            return [*way[way.index(name) :], name]
        if name in done:
            return []
        for other in sorted(graph[name]):
            found = walk(other, [*way, name])
            if found:
                return found
        done.add(name)
        return []

    return next((found for name in sorted(graph) if (found := walk(name, []))), [])


def test_no_circle_of_imports() -> None:
    known = {**names("tui", "*.py"), **names("cli", "plain*.py")}
    graph = {
        name: set(imports(ast.parse(path.read_text(encoding="utf-8")))) & known.keys() - {name}
        for name, path in known.items()
    }
    assert sum(map(len, graph.values())) > 100, "the imports were found"
    assert circle(graph) == []


def test_a_circle_is_found() -> None:
    assert circle({"a": {"b"}, "b": {"c"}, "c": {"a"}}) == ["a", "b", "c", "a"]
