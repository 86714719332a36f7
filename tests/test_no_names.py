"""What the program knows of platforms stands in adapters/: nothing else in the source says the name of one."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from convo.adapters import BUILT_IN, RETIRED, label

SOURCE = Path(__file__).parent.parent / "src" / "convo"
BESIDE = ("twitter", "facebook", "google", "wordpress.com", "tumblr", "youtube", "at protocol", "activitypub")
"""Names by which people know them besides those of the registry, and of places that convo does not read."""
SHORTEST = 3
"""Letters of a name that is looked for in the text; a shorter one ("x") is looked for as a value of its own."""
WORD_OF_ITS_OWN = {"greetings.py": ("youtube",)}
"""Files that hold what strangers write, and the names in it."""


def names() -> set[str]:
    """Every name a platform goes by, in the config and on the screen."""
    return {*BUILT_IN, *RETIRED, *(label(name).lower() for name in (*BUILT_IN, *RETIRED)), *BESIDE}


def elsewhere() -> list[Path]:
    """The modules that must not know one platform from another."""
    return [path for path in sorted(SOURCE.rglob("*.py")) if path.parent != SOURCE / "adapters"]


def said(source: str, name: str) -> bool:
    """Whether a source says this name, in code, in a docstring or in a comment."""
    if len(name) >= SHORTEST:
        spelling = re.escape(name).replace(r"\ ", "[ _-]?")
        return re.search(spelling, source, re.IGNORECASE) is not None
    return any(_compared(node, name) for node in ast.walk(ast.parse(source)))


def _compared(node: ast.AST, name: str) -> bool:
    """Whether a node compares a platform with this name."""
    if not isinstance(node, ast.Compare):
        return False
    sides = [ast.unparse(side) for side in (node.left, *node.comparators)]
    return repr(name) in sides and any("platform" in side for side in sides)


@pytest.mark.parametrize("path", elsewhere(), ids=lambda path: str(path.relative_to(SOURCE)))
def test_no_module_outside_adapters_names_a_platform(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    allowed = WORD_OF_ITS_OWN.get(path.name, ())
    found = sorted(name for name in names() if name not in allowed and said(source, name))
    assert not found, f"{path.relative_to(SOURCE)} names {', '.join(found)}"


@pytest.mark.parametrize(
    "source",
    ["# as Hacker News does", "def _hacker_news(): ...", "if account.platform == 'x': ...", '"""GitHub"""'],
)
def test_a_name_is_found_however_it_is_written(source: str) -> None:
    assert any(said(source, name) for name in names())


def test_a_key_of_the_keyboard_is_no_platform() -> None:
    assert not said("if key == 'x' or key in ('x', 'y'): ...", "x")
