"""`openclaw task`: launched, watched to its end, read again and gone on with."""

from pathlib import Path

from tests.apps.cli.installation import Terminal


def test_a_task_is_launched_watched_and_gone_on_with(terminal: Terminal) -> None:
    watched = terminal.run("task", "launch", "hello there", "--tokens", "100000", "--watch")
    assert watched.code == 0, watched.err
    assert "done" in watched.out
    assert "the model has answered" in watched.out
    run = terminal.run("task", "list", "--json").json["items"][0]
    assert (run["title"], run["state"]) == ("hello there", "succeeded")
    shown = terminal.run("task", "show", "hello", LANG="zh_CN.UTF-8").out
    assert "已完成" in shown
    assert "/100000" in shown
    further = terminal.run("task", "follow-up", run["id"], "and again", "--json").json
    assert (further["reason"], further["originRunId"]) == ("follow_up", run["id"])
    assert terminal.run("task", "watch", further["id"]).code == 0
    again = terminal.run("task", "retry", further["id"][-12:], "--json").json
    ended = terminal.run("task", "cancel", again["id"], "--json").json
    assert ended["id"] == again["id"]
    refusal = terminal.run("task", "pause", run["id"])
    assert refusal.code != 0
    assert "succeeded" in refusal.err


def test_a_system_is_launched_by_its_form(terminal: Terminal, tmp_path: Path) -> None:
    made = terminal.run("system", "create", "website_development", "--name", "Sites", "--json").json
    form = tmp_path / "form.json"
    form.write_text('{"siteName": "Tea", "purpose": "Sell tea."}')
    run = terminal.run("task", "run", "--system", "Sites", "--intake", str(form), "Now.", "--json").json
    assert (run["title"], run["system"]["id"]) == ("Website: Tea", made["id"])
    assert terminal.run("task", "run", "--system", "Sites", "--intake", "-", stdin=form.read_text()).code == 0
    form.write_text('{"siteName": "Tea", "style": "loud"}')
    wrong = terminal.run("task", "run", "--system", "Sites", "--intake", str(form))
    assert wrong.code != 0
    assert "2" in wrong.err
    assert terminal.run("task", "run", "--system", "Sites", "--intake", str(tmp_path)).code == 2


def test_runs_are_found_by_words_and_by_machine(terminal: Terminal) -> None:
    there = terminal.run("task", "launch", "hello tall cedars", "--device", "Laptop", "--json").json
    here = terminal.run("task", "launch", "hello tall larches", "--json").json

    def found(*options: str) -> list[str]:
        return [run["id"] for run in terminal.run("task", "list", *options, "--json").json["items"]]

    assert found("--search", "TALL hello") == [here["id"], there["id"]]
    assert found("--search", "tall", "--device", "laptop") == [there["id"]]
    assert found("--search", "ta%l") == []
    unknown = terminal.run("task", "list", "--device", "nowhere")
    assert (unknown.code != 0, "nowhere" in unknown.err) == (True, True)
    assert "--search" in terminal.run("task", "list", "--help").out


def test_what_cannot_be_is_said(terminal: Terminal) -> None:
    assert terminal.run("task", "show", "trun_" + "0" * 32).code != 0
    assert terminal.run("task", "launch", "x", "--device", "a", "--host", "b").code == 2
    assert terminal.run("task", "launch", "x", "--tokens", "0").code == 2
