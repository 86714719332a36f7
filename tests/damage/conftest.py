"""The command line over the demo's cast, as in the tests of the command line."""

from tests.cli.conftest import cli, stage

__all__ = ["cli", "stage"]
