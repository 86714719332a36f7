"""Compares the keys of a simulator's answers with those of real ones."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

REAL = Path(__file__).parent.parent / "adapters" / "data" / "shapes"


def real(name: str) -> dict[str, Any]:
    """A real answer with its request, status, headers and body, as it was recorded."""
    found: dict[str, Any] = json.loads((REAL / f"{name}.json").read_text())
    return found


def _paths(value: Any, at: str) -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield f"{at}.{name}"
            yield from _paths(inner, f"{at}.{name}")
    elif isinstance(value, list):
        for inner in value:
            yield from _paths(inner, f"{at}[]")


def paths(value: Any) -> set[str]:
    """Every key in a JSON value, with the way to it; the items of a list share theirs."""
    return set(_paths(value, ""))


def kinds(value: Any, at: str = "") -> dict[str, set[str]]:
    """The JSON types seen at each way: str, int, bool, NoneType, list, dict."""
    found: dict[str, set[str]] = {at: {type(value).__name__}}
    inner = value.items() if isinstance(value, dict) else ()
    for name, part in [*inner, *(("[]", part) for part in (value if isinstance(value, list) else ()))]:
        step = at + name if name == "[]" else f"{at}.{name}"
        for way, names in kinds(part, step).items():
            found.setdefault(way, set()).update(names)
    return found


def differences(simulated: Any, recorded: Any, *, optional: tuple[str, ...] = ()) -> list[str]:
    """Keys that only one of them has and types that differ; `optional` are endings that may be missing."""
    ours, theirs = paths(simulated), paths(recorded)
    wrong = [f"only simulated: {way}" for way in sorted(ours - theirs) if not way.endswith(optional)]
    wrong += [f"only real: {way}" for way in sorted(theirs - ours) if not way.endswith(optional)]
    seen, known = kinds(simulated), kinds(recorded)
    for way in sorted(set(seen) & set(known)):
        odd = seen[way] - known[way] - {"NoneType"}
        if odd and known[way] != {"NoneType"}:
            wrong.append(f"type of {way}: {sorted(seen[way])}, real {sorted(known[way])}")
    return wrong


def lacking(simulated: Any, sheet: Any) -> list[str]:
    """What a fact sheet's example has and a simulated answer has not, or has of another type."""
    ours = kinds(simulated)
    return [
        f"{way}: {names} but {ours.get(way)}"
        for way, names in kinds(sheet).items()
        if not ours.get(way, set()) & names
    ]
