"""`openclaw jobs`: what is queued is listed, shown, stopped, queued again and counted."""

from pathlib import Path

from tests.apps.cli.installation import Terminal

FAILS = """
openclaw: openclaw.workflow/1
name: Fails
steps:
  - {id: a, type: transform, config: {set: {$expr: input.nothing}}}
"""


def test_a_failed_job_is_seen_and_queued_again(terminal: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "fails.yaml"
    file.write_text(FAILS)
    assert terminal.run("workflow", "run", str(file)).code == 1
    failed = terminal.run("jobs", "list", "--state", "failed", "--json").json["items"]
    assert failed[0]["title"] == "Fails", "the newest of them"
    assert f"{failed[0]['id']}  failed  Fails" in terminal.run("jobs", "list").out
    shown = terminal.run("jobs", "show", failed[0]["id"][-8:])
    assert "workflows.run, priority normal, try 1 of 1" in shown.out
    assert "nothing" in shown.out
    again = terminal.run("jobs", "requeue", failed[0]["id"], "--json").json
    assert (again["kind"], again["id"] != failed[0]["id"]) == ("workflows.run", True)
    ended = terminal.run("jobs", "cancel", failed[0]["id"], LANG="zh_CN.UTF-8")
    assert "失败" in ended.out, "what has ended stays as it ended"
    counted = terminal.run("jobs", "stats")
    assert "failed" in counted.out
    assert "in the last hour" in counted.out


def test_what_is_not_there_is_said(terminal: Terminal) -> None:
    assert terminal.run("jobs", "list", "--state", "nonsense").code != 0
    assert terminal.run("jobs", "show", "job_" + "0" * 32).code != 0
