"""The command `convo`: parses the line and hands over to the inbox or to one command."""

from __future__ import annotations

import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program and give its exit status: 0 done, 1 some account or message failed, 2 wrong usage or config."""
    from convo.cli.parser import parse

    options = parse(sys.argv[1:] if arguments is None else list(arguments))
    from convo.cli.run import run

    return run(options)


if __name__ == "__main__":
    sys.exit(main())
