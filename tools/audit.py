"""Asks the advisory services about every locked package: a finding fails, a service out of reach is a warning."""

import json
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
PIP_AUDIT = Path(sys.executable).with_name("pip-audit")
SERVICE_TIMEOUT_S = 10
AUDIT_TIMEOUT_S = 90


@dataclass(frozen=True)
class Verdict:
    """What one audit could say."""

    what: str
    found: list[str] = field(default_factory=list)
    unknown: str | None = None


def output_of(command: list[str]) -> str:
    """Return what a command prints; its status says nothing, since findings and failures share one."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, timeout=AUDIT_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        return ""
    return done.stdout


def parse(text: str) -> dict[str, Any]:
    """Return the JSON object in text, or an empty one."""
    try:
        report = json.loads(text)
    except json.JSONDecodeError:
        return {}
    return report if isinstance(report, dict) else {}


def judge_python(report: dict[str, Any]) -> Verdict:
    """Read pip-audit's report; packages that its service does not know count as not audited."""
    what = "requirements.lock"
    packages = report.get("dependencies", [])
    audited = [package for package in packages if "skip_reason" not in package]
    found = [
        f"{package['name']} {package['version']}: {flaw['id']}, fixed in {', '.join(flaw['fix_versions']) or 'no version'}"
        for package in audited
        for flaw in package["vulns"]
    ]
    if not audited:
        return Verdict(what, unknown="no advisory service could be reached, so nothing was audited")
    if len(audited) < len(packages):
        return Verdict(what, found, f"{len(packages) - len(audited)} of {len(packages)} packages could not be audited")
    return Verdict(what, found)


def judge_node(report: dict[str, Any]) -> Verdict:
    """Read npm's report, which is an error object when the service gave no answer."""
    what = "web/package-lock.json"
    if "vulnerabilities" not in report:
        return Verdict(what, unknown="no advisory service could be reached, so nothing was audited")
    flaws = report["vulnerabilities"].values()
    return Verdict(what, [f"{flaw['name']} {flaw['range']}: {flaw['severity']}" for flaw in flaws])


def audit_python() -> Verdict:
    """Audit the packages of requirements.lock."""
    options = ["--require-hashes", "--disable-pip", "--progress-spinner=off", f"--timeout={SERVICE_TIMEOUT_S}"]
    command = [str(PIP_AUDIT), "--requirement=requirements.lock", "--format=json", *options]
    return judge_python(parse(output_of(command)))


def audit_node() -> Verdict:
    """Audit the packages of web/package-lock.json."""
    command = [sys.executable, "-m", "tools.npm", "--prefix=web", "audit", "--json", "--package-lock-only"]
    return judge_node(parse(output_of(command)))


def main() -> int:
    """Print every finding and every gap; only findings fail."""
    verdicts = [audit_python(), audit_node()]
    for verdict in verdicts:
        for finding in verdict.found:
            print(f"vulnerable: {finding} ({verdict.what})")
        if verdict.unknown:
            print(f"WARNING: {verdict.what}: {verdict.unknown}.")
    return 1 if any(verdict.found for verdict in verdicts) else 0


if __name__ == "__main__":
    sys.exit(main())
