"""The one direction of imports: by reading them, and by looking at what a subprocess really loaded."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parent.parent / "src" / "convo"

PLAIN = {
    "values",
    "aside",
    "model",
    "views",
    "people",
    "waiting",
    "quiet",
    "greetings",
    "courtesies",
    "thanks",
    "wordlists",
    "progress",
    "text",
    "htmltext",
    "_htmllines",
    "marktext",
    "config",
    "clock",
    "points",
    "paths",
}
LAYERS: dict[str, set[str]] = {
    "plain": {"plain"},
    "secrets": {"plain"},
    "store": {"plain", "store"},
    "adapters": {"plain", "adapters"},
    "testing": {"plain", "adapters", "store", "engine", "testing"},
    "engine": {"plain", "secrets", "store", "adapters", "engine"},
    "demo": {"plain", "adapters", "engine", "store", "demo"},
    "tui": {"plain", "engine", "tui"},
    "cli": {"plain", "secrets", "engine", "store", "adapters", "demo", "cli"},
    "main": {"plain", "cli", "tui", "engine", "store", "demo"},
}
"""What each layer may import. The command line composes the program, so it may also build the store."""


def layer(module: str) -> str:
    """The layer of a module below convo, such as "store.ingest"."""
    top = module.split(".")[0]
    if top in PLAIN or top == "":
        return "plain"
    return "main" if top == "__main__" else top


def modules() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(SOURCE.rglob("*.py")):
        parts = path.relative_to(SOURCE).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        yield name, ast.parse(path.read_text(encoding="utf-8"))


def imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, "imports are absolute"
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize(
    ("name", "tree"), list(modules()), ids=lambda value: value if isinstance(value, str) else ""
)
def test_imports_point_downwards(name: str, tree: ast.Module) -> None:
    allowed = LAYERS[layer(name)]
    for target in imports(tree):
        if target.startswith("convo.") and target != "convo.__version__":
            below = layer(target.removeprefix("convo."))
            known = below in LAYERS and (below != "plain" or target.split(".")[1] in PLAIN)
            if known:
                assert below in allowed, f"convo.{name} imports {target}"


@pytest.mark.parametrize(
    ("name", "tree"), list(modules()), ids=lambda value: value if isinstance(value, str) else ""
)
def test_only_its_layer_touches_a_library(name: str, tree: ast.Module) -> None:
    homes = {"textual": "tui", "rich": "tui", "sqlite3": "store", "httpx": "adapters"}
    for target in imports(tree):
        home = homes.get(target.split(".")[0])
        typing_only = name.startswith("engine") and home == "store"
        assert home in (None, layer(name)) or typing_only, f"convo.{name} imports {target}"


def loaded_by(code: str) -> set[str]:
    program = f"{code}\nimport sys; print(' '.join(sys.modules))"
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(result.stdout.splitlines()[-1].split())


def test_the_engine_loads_without_textual_and_httpx() -> None:
    loaded = loaded_by("import convo.engine, convo.store")
    assert not loaded & {"textual", "httpx", "msgspec", "keyring"}


def test_the_inbox_loads_without_httpx() -> None:
    loaded = loaded_by("import convo.tui.app")
    assert "textual" in loaded
    assert not loaded & {"httpx", "keyring", "msgspec"}


@pytest.mark.parametrize("flag", ["--version", "--help"])
def test_version_and_help_load_neither(flag: str) -> None:
    loaded = loaded_by(
        f"import sys; sys.argv = ['convo', '{flag}']\n"
        "from convo.__main__ import main\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code"
    )
    assert not loaded & {"textual", "httpx", "msgspec", "sqlite3", "keyring"}


def test_no_class_past_250_and_no_module_past_400_lines() -> None:
    for name, tree in modules():
        lines = len(
            (
                SOURCE / (name.replace(".", "/") + ".py")
                if (SOURCE / (name.replace(".", "/") + ".py")).exists()
                else SOURCE / name.replace(".", "/") / "__init__.py"
            )
            .read_text()
            .splitlines()
        )
        assert lines <= 400, f"convo.{name} has {lines} lines"
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                length = (node.end_lineno or 0) - node.lineno + 1
                assert length <= 250, f"convo.{name}.{node.name} has {length} lines"


def test_no_module_of_tests_past_400_lines() -> None:
    tests = Path(__file__).parent
    ours = [
        path for path in tests.rglob("*.py") if "node_modules" not in path.parts
    ]  # what the live servers installed
    lengths = {path.relative_to(tests): len(path.read_text().splitlines()) for path in ours}
    assert not {path: length for path, length in lengths.items() if length > 400}, "split by subject"
