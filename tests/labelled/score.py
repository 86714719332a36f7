"""Hold the rules against labelled messages: `python -m tests.labelled.score [FILE.jsonl]`.

Exits with 1 when a genuine message was called quiet, a promise was broken, or something open was called finished.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from tests.labelled.cases import Case, Labelled, read
from tests.labelled.judge import judge

HERE = Path(__file__).parent
Judge = Callable[[Case], tuple[str, bool]]
Finding = tuple[Labelled, str]
"""A case, and what the rules said about it."""


@dataclass
class Score:
    """What the rules did with a file of cases; each list holds the cases themselves, to be read."""

    cases: int = 0
    agreed_quiet: int = 0
    agreed_finished: int = 0
    false_accusations: list[Finding] = field(default_factory=list)
    """Genuine messages called quiet, and any message called quiet against a promise of the design. Must be empty."""
    false_finished: list[Finding] = field(default_factory=list)
    """Messages that want something, called finished. Must be empty."""
    missed_quiet: list[Finding] = field(default_factory=list)
    """Noise that the design names, not called quiet."""
    missed_finished: list[Finding] = field(default_factory=list)
    """Thanks that wait like any other message."""
    other_reason: list[Finding] = field(default_factory=list)
    """Quiet as labelled, with another reason beside it than a person would write."""
    let_through: list[Finding] = field(default_factory=list)
    """Genuine messages that the letter of the design holds, not called quiet: no fault, to be known."""
    beyond: list[Finding] = field(default_factory=list)
    """Noise that no rule of the design names, called quiet: no fault against a person, to be known."""
    contested: list[Finding] = field(default_factory=list)
    """Cases where an honest reader may say either; shown and not counted."""


def score(labelled: Iterable[Labelled], ask: Judge) -> Score:
    """Ask about every case and sort the answers into a `Score`."""
    result = Score()
    for one in labelled:
        result.cases += 1
        quiet, finished = ask(one.case)
        _score_quiet(result, one, quiet)
        _score_finished(result, one, finished)
    return result


def breaks_promise(case: Case, quiet: str) -> bool:
    """Whether the design says that this case is never quiet (for this reason), whoever wrote it."""
    if case.held_by_platform == "approval":
        return True
    if case.known and not case.bot:
        return True
    return quiet == "only-link" and (case.kind == "forge" or case.parent is not None)


def _score_quiet(result: Score, one: Labelled, quiet: str) -> None:
    label, said = one.label, quiet or "not quiet"
    if label.contested == "quiet":
        result.contested.append((one, said))
    elif quiet and not label.quiet:
        accused = label.genuine or breaks_promise(one.case, quiet)
        (result.false_accusations if accused else result.beyond).append((one, said))
    elif quiet:
        result.agreed_quiet += 1
        if quiet != label.reason:
            result.other_reason.append((one, said))
    elif label.quiet:
        (result.let_through if label.genuine else result.missed_quiet).append((one, said))


def _score_finished(result: Score, one: Labelled, finished: bool) -> None:
    label, said = one.label, "finished" if finished else "not finished"
    if label.finished is None:
        return
    if label.contested == "finished":
        result.contested.append((one, said))
    elif finished and not label.finished:
        result.false_finished.append((one, said))
    elif finished:
        result.agreed_finished += 1
    elif label.finished:
        result.missed_finished.append((one, said))


def report(result: Score) -> str:
    """The score as text: the faults with their cases first, then what is only to be known."""
    lines = [
        f"{result.cases} cases, {result.agreed_quiet} rightly quiet, {result.agreed_finished} rightly finished"
    ]
    parts = {
        "FALSE ACCUSATIONS (must be none)": result.false_accusations,
        "FALSELY FINISHED (must be none)": result.false_finished,
        "missed noise": result.missed_quiet,
        "missed thanks": result.missed_finished,
        "quiet for another reason": result.other_reason,
        "genuine, held by the letter of the design, let through": result.let_through,
        "noise beyond the design, called quiet": result.beyond,
        "contested, not counted": result.contested,
    }
    for title, findings in parts.items():
        lines += ["", f"{title}: {len(findings)}", *(_line(one, said) for one, said in findings)]
    return "\n".join(lines)


def _line(one: Labelled, said: str) -> str:
    case, label = one.case, one.label
    wanted = label.reason or ("finished" if label.finished else "wait")
    text = case.text.replace("\n", " / ")
    note = f"  ({label.note})" if label.note else ""
    return f"  {case.id} {case.platform} {case.kind} {case.language}: {said}, label {wanted}: {text}{note}"


def is_the_kept_half(path: Path) -> bool:
    """Whether a file is, byte for byte, the half that was put aside before the rules were frozen."""
    kept = (HERE / "kept.sha256").read_text("ascii").split()[0]
    return hashlib.sha256(path.read_bytes()).hexdigest() == kept


def main(arguments: list[str]) -> int:
    """Score one file, the open half by default; 1 when a fault that must not be was found."""
    path = Path(arguments[0]) if arguments else HERE / "open.jsonl"
    if path.name == "kept.jsonl" and not is_the_kept_half(path):
        print(f"{path} is not the kept half: its SHA-256 differs from kept.sha256", file=sys.stderr)
        return 2
    result = score(read(path), judge)
    print(report(result))
    return 1 if result.false_accusations or result.false_finished else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
