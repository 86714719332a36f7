"""All benchmarks, as ratios beside their yardsticks: bench.py [--quick] [--store DIR] [--page docs/performance.md].

The reference store (a million messages in 250,000 conversations) is made first, unless `--store` names one that
make_store.py made. What is compared runs in turn. The whole run takes under 20 minutes on two quiet cores.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import platform
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import ingesting
import programs
import reading
import report
import syncing
from make_store import make
from report import Figure
from yardsticks import Mail, index_mail, write_mail

REFERENCE, COMPARED = 1_000_000, 100_000
MAIL_PROGRAMS = ("notmuch", "alot", "neomutt")
SECTIONS = ("programs", "reading", "ingest", "sync")


def main() -> int:
    """Run what the command line asks for; the exit status says whether every budget was kept."""
    options = _options()
    reference, compared = (100_000, 20_000) if options.quick else (REFERENCE, options.compared)
    began = time.perf_counter()
    figures: list[Figure] = []
    left_out = [name for name in MAIL_PROGRAMS if options.without_mail or not shutil.which(name)]
    with tempfile.TemporaryDirectory(prefix="convo-bench-") as directory:
        work = Path(directory)
        load = f"{os.getloadavg()[0]:.1f}"
        stores, mail = _material(work, compared, reference, options)
        _say(f"stores made after {time.perf_counter() - began:.0f} s")
        for section in options.only or SECTIONS:
            figures += _section(section, stores, mail, work, options)
            _say(f"{section} done after {time.perf_counter() - began:.0f} s")
        # Before the work is cleared away: a hundred thousand files take their time.
        _report(figures, load, time.perf_counter() - began, options, left_out)
    return 1 if any(one.met is False for one in figures) else 0


def _report(
    figures: Sequence[Figure], load: str, seconds: float, options: argparse.Namespace, left_out: Sequence[str]
) -> None:
    """The table on standard output, and where it was asked for."""
    about: dict[str, object] = {
        "Python": platform.python_version(), "SQLite": sqlite3.sqlite_version, "processors": os.cpu_count(),
        "load before": load, "load at the end": f"{os.getloadavg()[0]:.1f}",
        "seconds": round(seconds),
    }  # fmt: skip
    print(report.text(figures), flush=True)
    told = [word for word in sys.argv[1:] if "/" not in word and word not in ("--json", "--page", "--store")]
    command = " ".join(["python benchmarks/bench.py", *told])
    if options.json:
        options.json.write_text(report.as_json(figures, about), encoding="utf-8")
    if options.page:
        report.write_page(options.page, figures, command, about, left_out)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of everything")
    parser.add_argument("--store", type=Path, help="a reference store that is there already (it is added to)")
    parser.add_argument("--compared", type=int, default=COMPARED, help="messages of what is compared")
    parser.add_argument(
        "--without-mail", action="store_true", help="leave the mail programs out: the longest part"
    )
    parser.add_argument("--only", choices=SECTIONS, action="append")
    parser.add_argument("--json", type=Path, help="write the figures there")
    parser.add_argument("--page", type=Path, help="write the table into this page, and a plot beside it")
    return parser.parse_args()


def _material(
    work: Path, compared: int, reference: int, options: argparse.Namespace
) -> tuple[dict[str, Path], Mail | None]:
    """The stores and the same messages as mail, made on two processors at once; then notmuch reads the mail alone."""
    stores = {f"{compared:,}": work / "compared"}
    stores[f"{reference:,}"] = options.store or work / "reference"
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as pool:
        makings = [] if options.store else [pool.submit(make, work / "reference", reference)]
        makings.append(pool.submit(make, work / "compared", compared))
        wanted = not options.without_mail and {"programs", "ingest"}.intersection(options.only or SECTIONS)
        if wanted and any(map(shutil.which, MAIL_PROGRAMS)):
            makings.append(pool.submit(write_mail, work, compared))
        for making in makings:
            making.result()
    return stores, index_mail(work, compared) if (work / "mail").exists() else None


def _section(
    name: str, stores: dict[str, Path], mail: Mail | None, work: Path, options: argparse.Namespace
) -> Sequence[Figure]:
    quick: bool = options.quick
    if name == "programs":
        home = work / "home"
        home.mkdir(exist_ok=True)
        return programs.figures(stores, home, mail.directory if mail else None, 5 if quick else 11)
    if name == "reading":
        return reading.figures(stores)
    if name == "ingest":
        messages = int(next(iter(stores)).replace(",", ""))
        return ingesting.figures(messages, 1 if quick else 3, mail.seconds if mail else None)
    return syncing.figures(stores, work)


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
