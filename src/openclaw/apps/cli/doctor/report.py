"""All checks at once, and what is told of them."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from openclaw.apps.cli.addresses import is_loopback
from openclaw.apps.cli.api import chosen_server, open_store
from openclaw.apps.cli.doctor.check import Finding
from openclaw.apps.cli.doctor.machine import (
    check_environment,
    check_home,
    check_ports,
    check_python,
    check_server_part,
    check_web_console,
)
from openclaw.apps.cli.doctor.programs import check_bridge, check_database, check_host, check_sandbox
from openclaw.apps.cli.doctor.server import check_server
from openclaw.apps.cli.errors import FAILED
from openclaw.apps.cli.help import terminal_width
from openclaw.apps.cli.output import printable, styled, tell, tell_json
from openclaw.apps.cli.words import say
from openclaw.kit.errors import OpenClawError
from openclaw.kit.layout import cell_width, padded, wrap

_MARKS = {"ok": ("✓", "green"), "warn": ("!", "yellow"), "fail": ("✗", "danger"), "skip": ("–", "dim")}


def examine(server: str | None, *, as_json: bool) -> int:
    """Run every check and tell of it; 1 when something is broken, else 0."""
    findings = _run(server)
    failed = sum(finding.state == "fail" for finding in findings)
    warned = sum(finding.state == "warn" for finding in findings)
    if as_json:
        tell_json(
            {
                "ok": not failed,
                "failed": failed,
                "warned": warned,
                "checks": [
                    {
                        "id": finding.id,
                        "state": finding.state,
                        "title": say(f"check_{finding.id}"),
                        "detail": finding.detail,
                        "fix": finding.fix or None,
                    }
                    for finding in findings
                ],
            }
        )
    else:
        tell(*_table(findings))
        key = "doctor_failed" if failed else "doctor_warned" if warned else "doctor_ok"
        tell("", say(key, failed=failed, warned=warned))
    return FAILED if failed else 0


def _run(server: str | None) -> list[Finding]:
    """The slow ones beside each other; the order of the report is fixed."""
    with ThreadPoolExecutor(4) as pool:
        database = pool.submit(check_database)
        sandbox = pool.submit(check_sandbox)
        bridge = pool.submit(check_bridge)
        host = pool.submit(check_host)
        remote = pool.submit(check_server, server)
        here = [
            check_python(),
            check_server_part(is_wanted=_is_local(server)),
            check_environment(),
            check_home(),
            *check_ports(),
            check_web_console(),
        ]
        return [*here, database.result(), sandbox.result(), *remote.result(), *bridge.result(), host.result()]


def _is_local(server: str | None) -> bool:
    try:
        return is_loopback(chosen_server(server, open_store()))
    except OpenClawError:
        return True


def _table(findings: Sequence[Finding]) -> list[str]:
    width = terminal_width()
    titles = {finding.id: say(f"check_{finding.id}") for finding in findings}
    column = max(cell_width(title) for title in titles.values())
    space = width - column - 4
    margin = " " * (column + 4)
    lines: list[str] = []
    for finding in findings:
        mark, style = _MARKS[finding.state]
        first, *more = wrap(printable(finding.detail), space)
        if finding.state == "skip":
            first, more = styled(first, "dim"), [styled(line, "dim") for line in more]
        lines.append(f"{styled(mark, style)} {padded(titles[finding.id], column)}  {first}")
        lines += [margin + line for line in more]
        if finding.fix:
            arrow, *rest = wrap(f"→ {finding.fix}", space)
            lines += [margin + styled(line, "cyan") for line in (arrow, *(f"  {line}" for line in rest))]
    return lines
