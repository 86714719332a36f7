"""Cut what a community client says of GitLab's answers to the types that convo's tests check against.

    npm install --ignore-scripts @gitbeaker/core@43.8.0
    python tools/trim_gitlab.py node_modules/@gitbeaker/core tests/adapters/data/gitlab

GitLab publishes no package with a description of its own. Writes `types.json`: fields of each type with the
types they have, those that may be missing marked with "?"; it names the package and version.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

TYPES = (
    "SimpleUserSchema", "UserSchema", "ExpandedUserSchema", "CondensedProjectSchema", "SimpleProjectSchema",
    "TodoSchema", "NoteSchema", "DiscussionSchema", "DiscussionNoteSchema", "IssueSchema",
    "CondensedMergeRequestSchema", "MergeRequestSchema", "EventSchema", "CondensedCommitSchema", "CommitSchema",
)  # fmt: skip
_FIELD = re.compile(r"^    (\w+)(\??): (.*?)[;{]?$")


def fields(text: str, name: str) -> tuple[str, dict[str, str]]:
    """What a type extends and its own fields; what is nested in a field is an object."""
    found = re.search(rf"^interface {name} extends ([\w<>, ]+) {{\n(.*?)^}}", text, re.M | re.S)
    if found is None:
        raise SystemExit(f"not described: {name}")
    own, last = {}, ""
    for line in found[2].splitlines():
        field = _FIELD.match(line)
        if field:
            last = field[1] + field[2]
            own[last] = field[3].strip() or "object"
        elif line.startswith("    }"):
            own[last] += line.strip(" };")
    base = found[1] if found[1] in TYPES else ""
    return base, own


def main(package: Path, target: Path) -> None:
    """Read the package and write the fixture."""
    version = json.loads((package / "package.json").read_text())["version"]
    text = (package / "dist" / "index.d.ts").read_text()
    types = {}
    for name in TYPES:
        base, own = fields(text, name)
        types[name] = {"extends": base, "fields": own}
    target.mkdir(parents=True, exist_ok=True)
    written = {"source": f"@gitbeaker/core {version} dist/index.d.ts", "types": types}
    (target / "types.json").write_text(json.dumps(written, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
