"""Checks that other programs of ours make: the database's own, and the bridge's. They answer in JSON."""

import subprocess
import sys
from typing import Any

import msgspec
import platformdirs

from openclaw.apps.cli import config
from openclaw.apps.cli.doctor.check import Finding
from openclaw.apps.cli.roles import is_server_installed
from openclaw.apps.cli.words import say

_SECONDS = 60


def check_database() -> Finding:
    """PostgreSQL can be used, is new enough, and fits this release."""
    if not is_server_installed():
        return Finding("database", "skip", say("found_client_only"))
    found, said = _ask("openclaw.apps.db", "status")
    if found is None:
        return Finding("database", "fail", said, say("fix_database_settings"))
    problem, version = found["problem"], found["version"]
    if problem is None:
        return _usable(found)
    fixes = {
        "too_old": "fix_database_old",
        "ahead": "fix_database_ahead",
        "no_programs": "fix_database_programs",
        "unreachable": "fix_database_url" if found["mode"] == "configured" else "fix_database_embedded",
    }
    details = {
        "too_old": say("found_database_old", version=version),
        "ahead": say("found_database_ahead", revision=found["revision"], newest=found["newest"]),
    }
    detail = details.get(problem, str(found["reason"]))
    return Finding("database", "fail", detail, say(fixes[problem], log=f"{found['home']}/postgres/log"))


def check_sandbox() -> Finding:
    """Code of others is kept apart here."""
    if not is_server_installed():
        return Finding("sandbox", "skip", say("found_client_only"))
    found, said = _ask("openclaw.sandbox", "status")
    if found is None:
        return Finding("sandbox", "warn", said, say("fix_sandbox"))
    tier = str(found["tier"])
    if tier == "none":
        return Finding("sandbox", "warn", say("found_sandbox_none"), say("fix_sandbox"))
    state = "ok" if tier == "namespaces" else "warn"
    hardened = say("found_sandbox_hardened" if found["hardened"]["held"] else "found_sandbox_no_hardened")
    detail = f"{say(f'found_sandbox_{tier}')}; {hardened}"
    return Finding("sandbox", state, detail, "" if state == "ok" else say("fix_sandbox"))


def check_bridge() -> list[Finding]:
    """This machine is linked and online, and its policy file can be used."""
    try:
        folder = config.bridge_folder() or platformdirs.user_data_path("openclaw", appauthor=False) / "bridge"
        is_used = (folder / "session.json").exists() or (folder / "policy.toml").exists()
    except (OSError, RuntimeError) as error:  # a folder on the way is closed; there is no such ~user
        reason = getattr(error, "strerror", None) or str(error)
        detail = say("found_unreachable_folder", path=getattr(error, "filename", None) or "~", reason=reason)
        return [Finding("bridge", "fail", detail, say("fix_bridge_folder"))]
    if not is_used:
        return [Finding("bridge", "skip", say("found_not_linked"), say("fix_link"))]
    found, said = _ask("openclaw.apps.bridge", "status")
    if found is None or "policy" not in found:
        return [Finding("bridge", "fail", said, say("fix_bridge_state"))]
    policy = found["policy"]
    if policy["ok"]:
        told = say("found_policy", folders=", ".join(policy["folders"]), grade=policy["maxGrade"])
        checked = Finding("policy", "ok", told)
    else:
        checked = Finding("policy", "fail", policy["reason"], say("fix_policy", path=found["policyFile"]))
    return [_linked(found), checked]


def check_host() -> Finding:
    """What this machine carries runs for, if it is a host."""
    try:
        folder = config.host_folder() or platformdirs.user_data_path("openclaw", appauthor=False) / "host"
        is_used = (folder / "session.json").exists()
    except (OSError, RuntimeError) as error:  # a folder on the way is closed; there is no such ~user
        reason = getattr(error, "strerror", None) or str(error)
        detail = say("found_unreachable_folder", path=getattr(error, "filename", None) or "~", reason=reason)
        return Finding("host", "fail", detail, say("fix_bridge_folder"))
    if not is_used:
        return Finding("host", "skip", say("found_no_host"))
    found, said = _ask("openclaw.apps.bridge.host", "status")
    if found is None or not found.get("enrolled"):
        return Finding("host", "fail", said, say("fix_host_state"))
    where = say(
        "found_host", name=found["name"], server=found["server"], workspace=found["workspace"]["name"]
    )
    if not found["running"]:
        stopped = f"{where}{say('comma')}{say('found_host_stopped')}"
        return Finding("host", "warn", stopped, say("fix_host_run"))
    return Finding("host", "ok", where)


def _usable(found: dict[str, Any]) -> Finding:
    mode = say(f"found_database_{found['mode']}", version=found["version"])
    if found["upToDate"]:
        return Finding("database", "ok", mode)
    later = say("found_database_behind" if found["revision"] else "found_database_new")
    return Finding("database", "ok", f"{mode}{say('comma')}{later}")


def _linked(found: dict[str, Any]) -> Finding:
    if not found["linked"]:
        return Finding("bridge", "warn", say("found_not_linked"), say("fix_link"))
    where = say("found_linked", name=found["name"], server=found["server"])
    if not found["running"]:
        return Finding(
            "bridge", "warn", f"{where}{say('comma')}{say('found_bridge_stopped')}", say("fix_bridge_run")
        )
    if not found["online"]:
        return Finding("bridge", "warn", f"{where}{say('comma')}{say('offline')}", say("fix_bridge_offline"))
    return Finding("bridge", "ok", f"{where}{say('comma')}{say('online')}")


def _ask(module: str, command: str) -> tuple[dict[str, Any] | None, str]:
    """The JSON that a command of ``module`` prints; None and the last line it said when there is none."""
    try:
        done = subprocess.run(  # noqa: S603  (our own program)
            [sys.executable, "-X", "utf8", "-m", module, command, "--json"],
            capture_output=True,
            encoding="utf-8",
            timeout=_SECONDS,
            check=False,
            env=config.inherited_environment(),
        )
    except (OSError, subprocess.TimeoutExpired) as failure:
        return None, str(failure)
    try:
        found = msgspec.json.decode(done.stdout, type=dict[str, Any])
    except msgspec.DecodeError:
        return None, next(iter(reversed(done.stderr.strip().splitlines())), say("found_nothing"))
    error: dict[str, Any] = found.get("error") or {}
    return found, str(error.get("detail", ""))
