"""What a user meets, measured from outside through a pseudo-terminal: start, keys, opening, memory."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from report import Figure
from terminal import Terminal

ONE_WIDGET = """
from textual.app import App
from textual.widgets import Static
class One(App):
    def compose(self):
        yield Static("one widget")
One().run()
"""
CONFIG = """
[accounts.fosstodon]
platform = "mastodon"
url = "https://fosstodon.example"
secret_env = "NOBODY"
[accounts.bsky]
platform = "bluesky"
user = "me.bsky.example"
secret_env = "NOBODY"
"""

Program = tuple[list[str], bytes]
"""A command, and the words by which its first frame is known."""


def environment(home: Path) -> dict[str, str]:
    """What the programs see: a home of their own, a good terminal, and bytecode that is kept."""
    (home / "config.toml").write_text(CONFIG, encoding="utf-8")
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    return {
        "LANG": "C.UTF-8", **kept, "TERM": "xterm-256color", "COLORTERM": "truecolor", "HOME": str(home),
        "CONVO_CONFIG": str(home / "config.toml"), "NOTMUCH_CONFIG": str(home / "notmuch-config"),
    }  # fmt: skip


def inbox(store: Path) -> Program:
    """The inbox on a store, without a network."""
    convo = Path(sys.executable).with_name("convo")
    return [str(convo), "--offline", "--data-dir", str(store)], b"Waiting"


def one_widget() -> Program:
    """The least that Textual can show."""
    return [sys.executable, "-c", ONE_WIDGET], b"one widget"


def mail_programs(home: Path, mail: Path) -> dict[str, Program]:
    """The mail programs that are there, on the same messages as mail."""
    found: dict[str, Program] = {}
    if shutil.which("alot") and (mail / ".notmuch").exists():
        found["alot"] = (["alot", "search", "tag:inbox"], b'search] for "tag:inbox"')
    if shutil.which("neomutt"):
        (home / ".neomuttrc").write_text(
            f"set mbox_type=Maildir\nset folder={mail}\nset header_cache={home}/hcache\n"
        )
        found["neomutt"] = (["neomutt", "-f", str(mail)], b"Msgs:")
    return found


def compile_bytecode() -> None:
    """As pip does it when it installs: a checkout may run where no bytecode is written."""
    import convo

    subprocess.run([sys.executable, "-m", "compileall", "-q", str(Path(convo.__file__).parent)], check=True)


def measure_start(
    programs: Mapping[str, Program], surroundings: Mapping[str, str], rounds: int
) -> dict[str, list[float]]:
    """Milliseconds of CPU time to the first frame, of all of them in turn; the first round is not counted."""
    spent: dict[str, list[float]] = {name: [] for name in programs}
    for turn in range(rounds + 1):
        for name, (command, words) in programs.items():
            terminal = Terminal(command, surroundings)
            try:
                terminal.wait_for(words, seconds=120)
                if turn:
                    spent[name].append(terminal.cpu() * 1e3)
            finally:
                terminal.end()
    return spent


def press_and_wait(terminal: Terminal, keys: bytes) -> float:
    """Milliseconds from a key to the end of the frame that follows it."""
    began = terminal.press(keys)
    ended = terminal.frame(began)
    return (ended - began) * 1e3


def measure_keys(program: Program, surroundings: Mapping[str, str], keys: int) -> tuple[list[float], float]:
    """Down and up in the list of all, the conversation beside it: each in turn, and the CPU time of one."""
    with _open(program, surroundings) as terminal:
        terminal.press(b"gi")
        terminal.settle(0.5)
        before = terminal.cpu()
        spent = [press_and_wait(terminal, b"j" if turn % 30 < 15 else b"k") for turn in range(keys)]
        return sorted(spent), (terminal.cpu() - before) / keys * 1e3


def measure_busy_keys(store: Path, surroundings: Mapping[str, str], quiet: Sequence[float]) -> list[Figure]:
    """The same keys while messages come in, in this process and in another, on a copy of a store."""
    found = []
    busy = Path(__file__).with_name("busy.py")
    for where in ("its own process", "another process"):
        with tempfile.TemporaryDirectory() as directory:
            copy = shutil.copytree(store, Path(directory) / "copy")
            alone, program = None, inbox(copy)
            if where == "another process":
                alone = subprocess.Popen([sys.executable, busy, "alone", copy], env=dict(surroundings))
            else:
                program = ([sys.executable, str(busy), "inbox", str(copy)], b"Waiting")
            try:
                pressed, _ = measure_keys(program, surroundings, 90)
            finally:
                if alone is not None:
                    alone.kill()
                    alone.wait()
        found.append(
            Figure(f"key to frame, while {where} syncs", pressed, "ms", "no sync", quiet, 2, note="p50")
        )
        late, calm = _late(pressed), _late(quiet)
        found.append(
            Figure(f"key to frame, while {where} syncs", [late], "ms", "no sync", [calm], 2, note="p95")
        )
    return found


def _late(spent: Sequence[float]) -> float:
    """The 95th of a hundred."""
    return sorted(spent)[int(len(spent) * 0.95)]


def measure_opening(store: Path, surroundings: Mapping[str, str], rounds: int) -> list[float]:
    """Coming from the row below onto the longest conversation, which is the newest of all: it opens beside the list."""
    with _open(inbox(store), surroundings) as terminal:
        terminal.press(b"gi")
        terminal.settle(0.5)
        spent = []
        for _ in range(rounds):
            press_and_wait(terminal, b"j")
            spent.append(press_and_wait(terminal, b"k"))
        return spent


def measure_memory(programs: Mapping[str, Program], surroundings: Mapping[str, str]) -> dict[str, float]:
    """Resident megabytes after the first frame and some moving about."""
    held = {}
    for name, (command, words) in programs.items():
        terminal = Terminal(command, surroundings)
        try:
            terminal.wait_for(words, seconds=120)
            terminal.settle(1)
            for _ in range(20):
                terminal.press(b"j")
                terminal.settle(0.05)
            held[name] = terminal.resident() / 2**20
        finally:
            terminal.end()
    return held


class _open:  # noqa: N801
    """The inbox, ready for keys."""

    def __init__(self, program: Program, surroundings: Mapping[str, str]) -> None:
        command, words = program
        self.terminal = Terminal(command, surroundings)
        self.terminal.wait_for(words)
        self.terminal.settle(1.5)

    def __enter__(self) -> Terminal:
        return self.terminal

    def __exit__(self, *_: object) -> None:
        self.terminal.end()


def measure_idle(command: Sequence[str], surroundings: Mapping[str, str], seconds: float = 10) -> float:
    """Percent of one processor that an inbox takes while nobody types."""
    terminal = Terminal(command, surroundings)
    try:
        terminal.wait_for(b"Waiting")
        terminal.settle(2, 8)
        began, before = time.perf_counter(), terminal.cpu()
        terminal.settle(seconds, seconds)
        return (terminal.cpu() - before) / (time.perf_counter() - began) * 100
    finally:
        terminal.end()


def figures(stores: Mapping[str, Path], home: Path, mail: Path | None, rounds: int) -> list[Figure]:
    """All of it for these stores; the largest comes last."""
    surroundings = environment(home)
    compile_bytecode()
    others = mail_programs(home, mail) if mail else {}
    programs = {"one": one_widget(), **{name: inbox(store) for name, store in stores.items()}, **others}
    spent = measure_start(programs, surroundings, rounds)
    found = []
    for name in stores:
        found.append(
            Figure(
                f"start to first frame, {name}",
                spent[name],
                "ms CPU",
                "a one-widget Textual app",
                spent["one"],
                1.35,
            )
        )
        for other in others:
            found.append(Figure(f"start to first frame, {name}", spent[name], "ms CPU", other, spent[other]))
    for name, store in stores.items():
        pressed, each = measure_keys(inbox(store), surroundings, 90)
        found.append(Figure(f"key to frame, {name}", [each], "ms CPU"))
        found.append(Figure(f"key to frame, {name}", pressed, "ms", budget=16, note="p50"))
        found.append(Figure(f"key to frame, {name}", [_late(pressed)], "ms", budget=33, note="p95"))
        opened = measure_opening(store, surroundings, 9)
        found.append(Figure(f"opening 1,000 messages, {name}", opened, "ms", budget=100))
    compared = next(iter(stores.values()))
    found += measure_busy_keys(compared, surroundings, measure_keys(inbox(compared), surroundings, 90)[0])
    held = measure_memory(programs, surroundings)
    for name in stores:
        found.append(
            Figure(
                f"resident memory, {name}",
                [held[name]],
                "MB",
                budget=64,
                note=f"one widget {held['one']:.0f} MB",
            )
        )
    found += [
        Figure(f"resident memory of {other}, {next(iter(stores))}", [held[other]], "MB") for other in others
    ]
    idle = measure_idle([inbox(Path("/"))[0][0], "--demo"], surroundings)
    found.append(Figure("processor of an idle demo inbox", [idle], "%", note="five accounts"))
    return found


def in_own_home(work: Callable[[Path], list[Figure]]) -> list[Figure]:
    """Run with a home that is gone afterwards."""
    with tempfile.TemporaryDirectory() as home:
        return work(Path(home))
