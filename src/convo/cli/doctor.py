"""`convo doctor`: checks config, secrets, every account and the store, and says what to do."""

from __future__ import annotations

from typing import Any

from convo.adapters import label
from convo.adapters.contract import Finding
from convo.cli.output import say, say_json
from convo.cli.run import DONE, FAILED, Session, config_path, data_dir
from convo.engine.accounts import way


async def doctor(session: Session) -> int:
    """Exit status 1 when something is not fine."""
    engine = session.engine
    report: dict[str, list[Finding]] = {"convo": _own_findings(session)}
    for name in engine.accounts.names:
        if name in engine.accounts.broken:
            report[name] = [Finding("config", False, engine.accounts.broken[name])]
        elif session.options.offline:
            report[name] = [Finding("reach", True, "not looked at, as --offline says.")]
        else:
            report[name] = await engine.accounts.check(name)
    fine = all(finding.fine for findings in report.values() for finding in findings)
    if session.options.json:
        say_json(
            {
                "fine": fine,
                "findings": {name: [_json(one) for one in found] for name, found in report.items()},
            }
        )
    else:
        _say(session, report)
    return DONE if fine else FAILED


def _own_findings(session: Session) -> list[Finding]:
    path = config_path(session.options)
    findings = []
    if path.exists():
        findings.append(Finding("config", True, f"{path} is well formed."))
    else:
        findings.append(Finding("config", True, f"There is no config yet; convo login NAME writes {path}."))
    findings.append(Finding("network", True, f"Accounts are asked {way(session.config)}."))
    fault = session.store.check()
    where = data_dir(session.options)
    findings.append(Finding("store", not fault, fault or f"The store in {where} is whole."))
    return findings


def _json(finding: Finding) -> dict[str, Any]:
    return {"what": finding.what, "fine": finding.fine, "words": finding.words}


def _say(session: Session, report: dict[str, list[Finding]]) -> None:
    for name, findings in report.items():
        account = session.config.accounts.get(name)
        say(f"{name} ({label(account.platform)})" if account else name)
        for finding in findings:
            say(f"  {'fine ' if finding.fine else 'fault'}  {finding.what}: {finding.words}")
