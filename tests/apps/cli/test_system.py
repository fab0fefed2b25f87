"""`openclaw system` and `openclaw vault`: made, looked at, changed, put back, as a person at a terminal does it."""

import json
from pathlib import Path

from tests.apps.cli.installation import Installation, Terminal


def test_a_system_is_made_changed_and_put_back(terminal: Terminal, tmp_path: Path) -> None:
    assert "网站开发" in terminal.run("system", "templates", LANG="zh_CN.UTF-8").out
    made = terminal.run("system", "create", "website_development", "--name", "Tea shop", "--json").json
    assert f"{made['id']}  active  Tea shop" in terminal.run("system", "list").out
    profile = tmp_path / "profile.json"
    profile.write_text(json.dumps(made["profile"] | {"model": "m-1"}))
    edited = terminal.run(
        "system", "edit", "Tea shop", "--profile", str(profile), "--description", "Sells tea"
    )
    assert "version 2" in edited.out
    saved = terminal.run("vault", "save", "Tea shop", "--label", "with a model", "--json").json
    listed = terminal.run("vault", "list", "Tea shop").out
    assert [kind in listed for kind in ("baseline", "auto_checkpoint", "manual")] == [True] * 3

    baseline = made["baselineSnapshotId"]
    compared = terminal.run("vault", "compare", "Tea shop", baseline)
    assert "The model was changed: – → m-1" in compared.out
    restored = terminal.run("vault", "restore", "Tea shop", baseline, "--yes")
    assert "To undo it: openclaw vault restore" in restored.out
    assert terminal.run("system", "show", "Tea shop", "--json").json["profile"]["model"] is None
    terminal.run("vault", "branch", "Tea shop", "--new", "bold", "--snapshot", saved["id"])
    back = terminal.run("vault", "restore", "Tea shop", "--branch", "bold", "--yes", "--json").json
    assert back["system"]["profile"]["model"] == "m-1"
    clone = terminal.run("vault", "clone", "Tea shop", "Copy", "--json").json
    assert clone["profile"]["model"] == "m-1"
    assert "Whoever has this secret" in terminal.run("system", "share", "Copy").out


def test_a_local_only_system_is_edited_on_its_machine(
    terminal: Terminal, installation: Installation, tmp_path: Path
) -> None:
    """The server, a linked machine's bridge and two terminals: what is written on the machine is seen there only."""
    (device,) = terminal.answer("devices", "list")["items"]
    made = terminal.answer(
        "system", "create", "--name", "Own", "--sync", "local_only", "--device", device["name"]
    )
    at_home = ("bridge", "vault")
    document = installation.terminal.process(*at_home, "show", made["id"]).json
    file = tmp_path / "own.json"
    file.write_text(json.dumps(document | {"description": "PLANTED-4K"}))
    assert "checkpoint" in installation.terminal.process(*at_home, "edit", made["id"], str(file)).out
    listed = terminal.run("vault", "list", "Own").out
    assert "auto_checkpoint" in listed, "the machine was asked"
    compared = terminal.run("vault", "compare", "Own", made["baselineSnapshotId"])
    assert compared.out.strip() == "description: 0 added, 0 removed, 1 changed"
    assert "its machine only" in terminal.run("system", "show", "Own").out


def test_what_is_wrong_is_said(terminal: Terminal, tmp_path: Path) -> None:
    profile = tmp_path / "profile.json"
    profile.write_text(json.dumps({"roles": [], "isAdmin": True}))
    checked = terminal.run("system", "check", str(profile))
    assert checked.code == 2
    assert "$.isAdmin" in checked.out
    gone = terminal.run("system", "create", "--name", "Gone", "--json").json
    refused = terminal.run("vault", "restore", "Gone", gone["baselineSnapshotId"])
    assert refused.code == 1, "nobody said yes"
    assert terminal.run("system", "delete", "Gone", "--yes").code != 0, "it is not archived"
