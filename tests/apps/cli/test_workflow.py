"""`openclaw workflow`, and every example in examples/, on a server that runs."""

from pathlib import Path
from typing import Any

import pytest

from tests.apps.cli.installation import Installation, Terminal

EXAMPLES: dict[str, tuple[list[str], Any]] = {
    "transform": (["-i", "name=Bo", "-i", "amounts=[5, 500]"], "Hello Bo, 2 amounts."),
    "condition": (["-i", "amount=50"], {"large": "skipped", "medium": "completed", "small": "skipped"}),
    "loop": (
        [],
        {"words": ["0: ALPHA", "1: BETA", "2: GAMMA"], "powers": [1, 2, 4, 8, 16, 32, 64, 128]},
    ),
    "parallel": ([], {"fast": "the fast one won"}),
    "delay": ([], "waited"),
    "signal": ([], "not paid"),
    "approval": (["--yes"], "completed"),
    "http": (["-i", "url={server}/healthz"], "200"),
    "subworkflow": ([], "Hello you, 2 amounts."),
    "link-checker": (
        ["-i", 'links=["{server}/healthz", "{server}/api/nothing"]'],
        {"checked": 2, "broken": ["the server answered 404"]},
    ),
    "plugin": ([], {"people": [{"name": "Ann"}, {"name": "Cid"}]}),
}


def test_every_example_has_its_place_here(root: Path) -> None:
    known = {path.stem for path in (root / "examples").glob("*.yaml")}
    known_here = {*EXAMPLES, "agent", "csv-chart", "device", "web-digest"}
    assert known == known_here, "name it here, and say what it must answer"


def test_examples(terminal: Terminal, root: Path) -> None:
    for name, (options, output) in EXAMPLES.items():
        typed = [option.format(server=terminal.server) if "{" in option else option for option in options]
        done = terminal.run("workflow", "run", str(root / "examples" / f"{name}.yaml"), *typed, "--json")
        assert done.code == 0, (name, done.out, done.err)
        assert done.json["output"] == output, name


def test_a_chart_of_a_table(terminal: Terminal, root: Path, tmp_path: Path) -> None:
    file = str(root / "examples" / "csv-chart.yaml")
    for names in (["chart.svg"], ["chart (2).svg", "chart.svg"]):
        done = terminal.run("workflow", "run", file, "--files", str(tmp_path / "new"), "--json")
        assert done.json["state"] == "completed", done
        assert done.json["output"]["months"][0] == {"month": "2026-01", "revenue": 160}
        assert sorted(path.name for path in (tmp_path / "new").iterdir()) == names
    picture = (tmp_path / "new" / "chart.svg").read_text()
    assert picture.startswith("<svg ")
    assert "Revenue by month" in picture
    again = terminal.run("workflow", "run", file, "-i", "csv=month,amount\nMay,5", "--files", str(tmp_path))
    assert f"Saved {tmp_path / 'chart.svg'}" in again.out


def test_the_assistant_and_the_machine(terminal: Terminal, root: Path) -> None:
    said = terminal.run("workflow", "run", str(root / "examples" / "agent.yaml"), "--json").json
    assert "Asked demo: " in terminal.run("workflow", "logs", said["id"]).out
    assert said["output"]["model"] == "demo"
    looked = terminal.run("workflow", "run", str(root / "examples" / "device.yaml"), "--json").json
    assert looked["state"] == "completed"
    assert looked["output"]["hostname"], looked


def test_what_a_person_sees(terminal: Terminal, root: Path) -> None:
    file = str(root / "examples" / "condition.yaml")
    done = terminal.run("workflow", "run", file)
    assert done.code == 0
    assert "small  done" in done.out
    assert "large  skipped" in done.out
    assert done.out.rstrip().endswith("}")
    run = terminal.run("workflow", "runs", "--json").json["items"][0]["id"]
    shown = terminal.run("workflow", "show-run", run)
    assert "small  done" in shown.out
    assert f"{run}  " in terminal.run("workflow", "runs").out
    assert "logged nothing" in terminal.run("workflow", "logs", run).out
    assert terminal.run("workflow", "delete-run", run, "--yes").out == "Deleted.\n"
    assert terminal.run("workflow", "show-run", run).code != 0
    again = terminal.run("workflow", "run", file, LANG="zh_CN.UTF-8")
    assert "版本 1" in again.out, "the same file is the same version"
    name = terminal.run("workflow", "check", file).out.rpartition(":")[0]
    assert terminal.run("workflow", "delete", name, "--yes", "--json").json == {"ok": True}
    assert "no workflow" in terminal.run("workflow", "delete", name, "--yes").err


def test_a_page_is_summed_up_into_the_machines_notes(
    installation: Installation, terminal: Terminal, root: Path
) -> None:
    file, log = str(root / "examples" / "web-digest.yaml"), terminal.home / "run.log"
    run = terminal.start("workflow", "run", file, "-i", f"url={terminal.server}/", "--yes", log=log)
    while "openclaw approvals allow appr_" not in log.read_text():  # it says what it waits for
        assert run.poll() is None, log.read_text()
    items = terminal.answer("approvals", "list")["items"]
    question = next(item for item in items if item["askedBy"] == "workflow")
    assert question["tool"] == "fs.write"
    terminal.answer("approvals", "allow", question["id"])
    out, _ = run.communicate(timeout=60)
    assert run.returncode == 0, (out, log.read_text())
    assert question["id"] in log.read_text()
    assert "- OpenClaw" in (installation.home / "notes" / "digest.md").read_text()


def test_every_example_runs_without_input(terminal: Terminal, root: Path) -> None:
    """Also one that needs a workflow of another file, which the server has never seen."""
    for file in sorted((root / "examples").glob("*.yaml")):
        if file.stem not in {"web-digest", "delay"}:
            done = terminal.run("workflow", "run", str(file), "--yes")
            assert done.code == 0, (file.stem, done.out, done.err)


def test_input_that_is_missing_is_named(terminal: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "greet.yaml"
    file.write_text(
        "openclaw: openclaw.workflow/1\nname: greet\n"
        "input: {type: object, required: [name], properties: {name: {}, to: {default: {a: 1}}}}\n"
        "steps: [{id: a, type: transform, config: {set: {$expr: input}}}]\n"
    )
    refused = terminal.run("workflow", "run", str(file))
    assert refused.code == 2
    assert "-i name=" in refused.err
    done = terminal.run("workflow", "run", str(file), "-i", "name=Bo", "--json")
    assert done.json["output"] == {"name": "Bo", "to": {"a": 1}}


def test_a_workflow_beside_the_file_is_saved_with_it(terminal: Terminal, tmp_path: Path) -> None:
    step = "steps: [{id: a, type: subworkflow, config: {workflow: %s}}]"
    for name, body in (("outer", step % "middle"), ("middle", step % "inner"), ("broken", "steps: inner")):
        (tmp_path / f"{name}.yaml").write_text(f"openclaw: openclaw.workflow/1\nname: {name}\n{body}\n")
    missing = terminal.run("workflow", "run", str(tmp_path / "outer.yaml"))
    assert missing.code == 1, "there is no file of a workflow named inner"
    inner = (
        "openclaw: openclaw.workflow/1\nname: inner\nsteps: [{id: a, type: transform, config: {set: 7}}]\n"
    )
    (tmp_path / "any-name.yml").write_text(inner)
    done = terminal.run("workflow", "run", str(tmp_path / "outer.yaml"), "--json")
    assert done.json["output"] == 7, done.err


@pytest.mark.parametrize("command", ["check", "run"])
def test_all_that_is_wrong_is_told(terminal: Terminal, tmp_path: Path, command: str) -> None:
    file = tmp_path / "wrong.yaml"
    broken = "- {id: a, type: delay, config: {}, next_steps: [b]}"
    file.write_text(f"openclaw: openclaw.workflow/1\nname: x\nsteps:\n{broken}\n")
    done = terminal.run("workflow", command, str(file))
    assert done.code == 2
    assert "$.steps[0].next_steps[0]: there is no step b" in done.out
    assert "$.steps[0].config: a delay has either" in done.out
    assert terminal.run("workflow", command, str(tmp_path / "missing.yaml")).code == 2
    assert terminal.run("workflow", "run", str(file), "-i", "nothing").code == 2
