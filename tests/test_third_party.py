"""An adapter in a package of its own is found by its entry point, works, and passes the suite where it is installed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).parent / "guestbook"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a Python that has the example installed; nothing is fetched."""
    place = tmp_path_factory.mktemp("guestbook")
    source = place / "source"
    source.mkdir()
    (source / "pyproject.toml").write_bytes((HERE / "pyproject.toml").read_bytes())
    package = source / "src" / "convo_guestbook"
    package.mkdir(parents=True)
    (package / "__init__.py").write_bytes((HERE / "src" / "convo_guestbook" / "__init__.py").read_bytes())
    pip = [sys.executable, "-m", "pip", "install", "-q", "--no-index", "--no-deps", "--no-build-isolation"]
    quiet = ["--disable-pip-version-check", "--target", str(place / "site"), str(source)]
    done = subprocess.run([*pip, *quiet], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return {**os.environ, "PYTHONPATH": str(place / "site")}


def run(environment: dict[str, str], *command: str, **more: str) -> Iterator[str]:
    done = subprocess.run(
        [sys.executable, *command], env={**environment, **more}, capture_output=True, text=True, check=False
    )
    yield f"{done.returncode}"
    yield done.stdout + done.stderr


def test_its_own_suite_passes(installed: dict[str, str], tmp_path: Path) -> None:
    options = ["-q", "-p", "no:cacheprovider", "-c", os.devnull, "--rootdir", str(tmp_path)]
    status, said = run(installed, "-m", "pytest", *options, str(HERE / "checks"))
    assert status == "0", said
    assert " passed" in said or "[100%]" in said


def test_convo_knows_it_by_its_entry_point(installed: dict[str, str], tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text(
        '[accounts.book]\nplatform = "guestbook"\nurl = "http://127.0.0.1:9"\nsecret_env = "KEY"\n'
    )
    place = {"CONVO_CONFIG": str(config), "CONVO_DATA_DIR": str(tmp_path / "data"), "KEY": "k"}
    status, said = run(installed, "-m", "convo", "doctor", **place)
    assert status == "1", said
    assert "127.0.0.1" in said
    assert "not known" not in said


def test_without_the_package_its_name_is_not_known(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text(
        '[accounts.book]\nplatform = "guestbook"\nurl = "http://127.0.0.1:9"\nsecret_env = "KEY"\n'
    )
    place = {"CONVO_CONFIG": str(config), "CONVO_DATA_DIR": str(tmp_path / "data"), "KEY": "k"}
    status, said = run(dict(os.environ), "-m", "convo", "doctor", **place)
    assert status == "1"
    assert 'the platform "guestbook" is not known' in said
