"""`openclaw automation`: made from a file, listed, shown, set off, switched off and on, looked back on."""

import json
from pathlib import Path

from tests.apps.cli.installation import Terminal

SAYS = """
openclaw: openclaw.workflow/1
name: Says
steps:
  - {id: a, type: transform, config: {set: {$expr: input}}}
"""


def test_an_automation_from_a_file_to_its_history(terminal: Terminal, tmp_path: Path) -> None:
    workflow, file = tmp_path / "says.yaml", tmp_path / "daily.json"
    workflow.write_text(SAYS)
    ran = terminal.run("workflow", "run", str(workflow), "--json").json
    daily = {
        "name": "Daily digest",
        "trigger": {"kind": "schedule", "cron": "30 9 * * *", "zone": "Asia/Shanghai"},
        "action": {"kind": "run_workflow", "config": {"workflowId": ran["workflowId"]}},
        "condition": "input.go",
    }
    file.write_text(json.dumps(daily))
    assert "Daily digest" in terminal.run("automation", "create", str(file)).out
    assert "on  schedule  Daily digest" in terminal.run("automation", "list").out
    assert "30 9 * * *" in terminal.run("automation", "show", "daily").out
    times = terminal.run("automation", "next", "daily", "-n", "3").out.splitlines()
    assert len(times) == 3
    assert all("T09:30:00+08:00" in time for time in times)
    fired = terminal.run("automation", "fire", "daily", "-i", '{"go": false}', "--json").json
    assert fired["reason"]["kind"] == "manual"
    assert fired["id"] in terminal.run("automation", "history", "daily").out
    assert "off" in terminal.run("automation", "disable", "daily").out
    assert "已手动停用" in terminal.run("automation", "show", "daily", LANG="zh_CN.UTF-8").out
    assert terminal.run("automation", "fire", "daily").code != 0
    assert terminal.run("automation", "enable", "daily", "--json").json["enabled"]
    file.write_text(json.dumps(daily | {"name": "Hook", "trigger": {"kind": "webhook"}}))
    made = terminal.run("automation", "create", str(file)).out
    assert "whsec_" in made
    assert "/hooks/auto_" in made
    assert "whsec_" in terminal.run("automation", "secret", "Hook").out
    assert "Nothing was sent" in terminal.run("automation", "samples", "Hook").out
    assert "run_workflow" in terminal.run("automation", "kinds").out
    assert terminal.run("automation", "delete", "Hook", "--yes").code == 0
    file.write_text("[]")
    refused = terminal.run("automation", "create", str(file))
    assert refused.code != 0
